"""Hold the GeoPackages and tiles of a release to its database: each can be read, and each layer of a GeoPackage has as many
features as the database has rows for it. Tiles do not tell how many features they hold: of them the length is held alone."""

from pathlib import Path

import duckdb

from pipelines.core.query import holds
from pipelines.register.licensing import file_name
from pipelines.release.licences import read_licences, whole
from pipelines.release.maps.tiles import HEADER, TILES, parts_that_tell
from pipelines.release.read_back import read_geopackage

OUTLINED = """
    select count(*) as neighbourhoods, count(distinct msoa_code) as msoas, count(distinct authority_code) as authorities
    from neighbourhood"""
POINTS = {
    "places": ("place", "is_in_areas_asked"),
    "opportunities": ("opportunity", "longitude is not null"),
}


def breaches(folder: Path, connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What in geopackage/ and tiles/ is not as the database has it, in words; nothing where all is. Raises duckdb.Error
    where the database lacks what they are held to."""
    licences = read_licences(connection)
    everything = file_name(licences, whole(licences))
    labels = {file_name(licences, key): key for key in licences} | {everything: None}
    wrong = []
    for path in sorted((folder / "geopackage").glob("*.gpkg")):
        name = f"geopackage/{path.name}"
        if isinstance(found := read_geopackage(path), str):
            wrong.append(f"{name} cannot be read ({found})")
        elif path.stem not in labels:
            wrong.append(f"{name} is of no licence of the release")
        else:
            expected, told = _rows(connection, labels[path.stem]), {held.layer: held.n for held in found}
            asked = told.keys() | (expected.keys() if path.stem == everything else set())
            wrong += [
                f"{name}: {layer} has {told.get(layer, 0):,} features, the release {expected.get(layer, 0):,}"
                for layer in sorted(asked)
                if told.get(layer, 0) != expected.get(layer, 0)
            ]
    archives = sorted((folder / "tiles").glob("*.pmtiles"))
    return wrong + [f"tiles/{path.name} is not a whole PMTiles archive" for path in archives if not _is_whole(path)]


def _is_whole(path: Path) -> bool:
    """Whether a file is a PMTiles archive, and as long as it says."""
    with path.open("rb") as file:
        head = file.read(HEADER.size)
    if not parts_that_tell(head):
        return False
    start, length = HEADER.unpack(head)[TILES : TILES + 2]
    return start + length <= path.stat().st_size


def _rows(connection: duckdb.DuckDBPyConnection, licence: str | None) -> dict[str, int]:
    """How many rows the release has for each layer, of points those under this licence alone where one is named."""
    found = connection.execute(OUTLINED).df().iloc[0].to_dict()
    for layer, (table, asked) in POINTS.items():
        if holds(connection, table):
            sql = f"select count(*) from {table} where {asked} and ($1 is null or licence = $1)"
            (found[layer],) = connection.execute(sql, [licence]).fetchone()
    return {layer: int(n) for layer, n in found.items()}
