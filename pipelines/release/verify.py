"""Hold a release to its promises: reopen it, run every SQL check, match every file with its hash, read the maps back."""

import csv
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import geopandas
import numpy as np
import pandas as pd
import pyarrow.parquet
import shapely

from pipelines.core.store import holds
from pipelines.register.licensing import file_name, shared, title, together
from pipelines.release.atlas import held as atlas_held
from pipelines.release.atlas.build import data_labels
from pipelines.release.contents import read_checks, read_release_tables
from pipelines.release.database import LEFT, open_release, weight_of
from pipelines.release.licences import ROW, map_labels, read_licences, table_of, table_of_layer, whole
from pipelines.release.maps import held as maps_held
from pipelines.release.pages.assets import CODE
from pipelines.release.read_back import MEAN, Maps, licence_told, read_geopackage
from pipelines.release.version import package

NEAR = 0.001  # degrees, about a hundred metres: outlines are simplified
AS_PUBLISHED = "file_not_as_published"  # the check that every file is the one that was published
HALF_A_DECIMAL = 0.00051  # of the three that scores on maps have


@dataclass(frozen=True)
class Finding:
    """One check of a release: how many rows or things break it, and the first few."""

    check: str
    n: int
    first: list = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """True where nothing breaks the check."""
        return self.n == 0


def verify(folder: Path) -> list[Finding]:
    """Every check on the release in `folder`. Raises Problem where its database cannot be opened at all."""
    with open_release(folder) as connection:
        return check_database(connection) + check_files(folder, connection)


def check_database(connection: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Every SQL check on a release's database."""
    return [_sql_check(connection, name, sql) for name, sql in _checks_of(connection).items()]


def check_files(folder: Path, connection: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Every check on the files of a release, by what its database says."""
    n_areas = connection.execute("select count(*) from neighbourhood").fetchone()[0]
    maps = Maps(folder)
    of_rows = [check(folder, maps, connection) for check in (_licences, _placed, _authority_means)]
    for check, held in (("atlas_not_of_the_release", atlas_held), ("layer_not_of_the_release", maps_held)):
        wrong = held.breaches(folder, connection)
        of_rows.append(Finding(check, len(wrong), wrong[:5]))
    return [as_published(folder), *of_rows, *(_map(maps, path, n_areas) for path in maps.paths)]


def _checks_of(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The SQL checks but for those of a table that this geography's releases do not have, by what the release says it
    holds: a table that is said to be there and is not fails the checks that read it."""
    held = connection.execute("select tables from release").fetchone()[0].split(", ")
    absent = set(read_release_tables()) - {name.split(".")[-1] for name in held}
    return {name: sql for name, sql in read_checks().items() if not absent & set(re.findall(r"\w+", sql))}


def _sql_check(connection: duckdb.DuckDBPyConnection, name: str, sql: str) -> Finding:
    try:
        rows = connection.execute(sql).fetchall()
    except duckdb.Error as error:
        return Finding(name, 1, [str(error).splitlines()[0]])
    return Finding(name, len(rows), [str(row) for row in rows[:5]])


def as_published(folder: Path) -> Finding:
    """Whether every file of a release is the one that was published."""
    wrong = []
    told = package(folder)
    if told is None:
        return Finding(AS_PUBLISHED, 1, ["datapackage.json cannot be read, or is not the file that was published"])
    if (folder / LEFT).exists():
        wrong.append(f"another program left changes to the database, in {LEFT}")
    for resource in told["resources"]:
        path = folder / resource["path"]
        if not path.is_file():
            wrong.append(f"{resource['path']} is missing")
        elif not holds(path, resource["hash"].removeprefix("sha256:")):
            wrong.append(f"{resource['path']} is not the file that was published")
    return Finding(AS_PUBLISHED, len(wrong), wrong[:5])


def _licences(folder: Path, maps: Maps, connection: duckdb.DuckDBPyConnection) -> Finding:
    """No file holds a row or a column that rests on a share-alike licence the file is not under, or says it is under
    another than the package says; and a file of one licence holds the rows of that one only."""
    try:
        licences = read_licences(connection)
        rows = dict(connection.execute("select place_id, licence from place").fetchall())
        columns = map_labels(connection)
        key_of = {licence.title: key for key, licence in licences.items()}
        resources = json.loads((folder / "datapackage.json").read_text("utf-8"))["resources"]
        resources = [r for r in resources if r["path"] not in CODE]
        files = {r["path"]: together(licences, [key_of[told["title"]] for told in r["licenses"]]) for r in resources}
        bases = data_labels(connection, [r["path"] for r in resources])
        bases |= {web: files[layer] for web, layer in SAME_ROWS.items() if layer in files}
    except (duckdb.Error, OSError, ValueError, KeyError, TypeError) as error:
        return Finding("licences_mixed", 1, [f"the licences of the release cannot be read ({type(error).__name__})"])
    wrong = []
    for name, label in files.items():
        may, path = shared(licences, label), folder / name
        if path.suffix not in READERS:
            basis = bases.get(name, whole(licences))
            wrong += [f"{name} rests on more than {label}"] if not shared(licences, basis) <= may else []
        elif path.is_file():
            for table, held, places, says in READERS[path.suffix](maps, path):
                labels = columns.get(table, {})
                of_columns = {c: labels.get(c, whole(licences)) for c in held}
                wrong += [
                    f"{name}: column {c}"
                    for c, own in of_columns.items()
                    if own != ROW and not shared(licences, own) <= may
                ]
                wrong += [
                    f"{name}: row {p}" for p in places if not shared(licences, rows.get(p, whole(licences))) <= may
                ]
                if path.stem.startswith("places_"):
                    others = [p for p in places if path.stem != f"places_{file_name(licences, rows.get(p, label))}"]
                    wrong += [f"{name}: row {p} is of another file" for p in others]
                if says is not None and says != title(licences, label):
                    wrong.append(f"{name} says it is under {says}, the package {title(licences, label)}")
    return Finding("licences_mixed", len(wrong), wrong[:5])


# By layer of a file: the table whose columns it holds, their names, the ids of its places, the licence it says.
Read = list[tuple[str | None, list[str], list[str], str | None]]


def _geojson(maps: Maps, path: Path) -> Read:
    layer, says = maps.layer(path), licence_told(path)
    if isinstance(layer, str) or says is None:
        return []  # the check of the map itself reports it
    places = layer.features["place_id"].tolist() if "place_id" in layer.fields else []
    return [(table_of(path), [name for name in layer.fields if name != "id"], places, says)]  # `id` is of the feature


def _parquet(_: Maps, path: Path) -> Read:
    try:
        file = pyarrow.parquet.ParquetFile(path)
        held = [name for name in file.schema_arrow.names if name != "geometry"]
        places = file.read(["place_id"])["place_id"].to_pylist() if "place_id" in held else []
        return [(table_of(path), held, places, (file.schema_arrow.metadata or {}).get(b"licence", b"").decode())]
    except (ValueError, OSError):  # Arrow's own errors are of these kinds
        return []  # it is not the file that was published, which its own check reports


def _csv(_: Maps, path: Path) -> Read:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return [(table_of(path), next(csv.reader(file), []), [], None)]


def _geopackage(_: Maps, path: Path) -> Read:
    found = read_geopackage(path)
    if isinstance(found, str):
        return []  # the check of the layers reports it
    return [(table_of_layer(held.layer), held.fields, held.places, held.licence) for held in found]


READERS = {".geojson": _geojson, ".parquet": _parquet, ".csv": _csv, ".gpkg": _geopackage}
SAME_ROWS = {
    "web/neighbourhoods.topojson": "geojson/neighbourhoods.geojson"
}  # a file that is not read, and one that is
OUTLINES = ("neighbourhoods", "msoas", "authorities")  # every other map is of points


def _placed(folder: Path, maps: Maps, connection: duckdb.DuckDBPyConnection) -> Finding:
    """Every point of a map stands in the outline of its area, and every area's origin within the hull of its own.

    An origin is a mean of where people live, and need not lie inside a bent area.
    """
    points = [path for path in maps.paths if path.stem not in OUTLINES]
    layers = {path.name: maps.columns(path, _id_field(path), "area_code") for path in points}
    areas = maps.columns(folder / "geojson" / "neighbourhoods.geojson", "area_code")
    outlines = areas.drop_duplicates("area_code").set_index("area_code").geometry
    at = connection.execute("select area_code, longitude, latitude from neighbourhood order by area_code").df()
    wrong = _astray(
        "origin of", at["area_code"], at, shapely.points(at["longitude"], at["latitude"]), outlines.convex_hull
    )
    for name, layer in layers.items():
        wrong += _astray(f"{name}:", layer.iloc[:, 0], layer, layer.geometry.to_numpy(), outlines)
    return Finding("point_outside_its_area", len(wrong), wrong[:5])


def _astray(
    what: str, ids: pd.Series, rows: pd.DataFrame, points: np.ndarray, outlines: geopandas.GeoSeries
) -> list[str]:
    own = outlines.reindex(rows["area_code"]).to_numpy()
    off = ~(shapely.distance(points, own) <= NEAR)  # so is a point whose area is not on the map
    return [f"{what} {i} lies outside {code}" for i, code in zip(ids[off], rows["area_code"][off], strict=True)]


def _authority_means(folder: Path, maps: Maps, connection: duckdb.DuckDBPyConnection) -> Finding:
    """The mean score of an authority is that of its residents: areas weigh by their population."""
    weight = weight_of(connection)
    means = connection.execute(f"""
        select authority_code, index_name, sum(score * {weight}) / sum({weight}) as mean
        from index_score join neighbourhood using (area_code) where score is not null group by all order by all""").fetchall()
    path, wrong = folder / "geojson" / "authorities.geojson", []
    names = sorted({f"{index}{MEAN}" for _, index, _ in means})
    layer = maps.columns(path, "authority_code", *names).set_index("authority_code")
    for code, index, mean in means if len(layer) else []:
        shown = layer[f"{index}{MEAN}"].get(code, np.nan)
        if not abs(shown - mean) <= HALF_A_DECIMAL:
            wrong.append(f"{code}: the mean {index} is {mean:.4f} by residents, and {shown} on the map")
    return Finding("authority_mean_not_of_residents", len(wrong), wrong[:5])


def _map(maps: Maps, path: Path, n_areas: int) -> Finding:
    """GDAL reads the layer back: WGS 84, no empty or invalid geometry, unique ids, all areas there."""
    layer = maps.layer(path)
    if isinstance(layer, str) or _id_field(path) not in layer.fields:
        problem = layer if isinstance(layer, str) else f"it has no {_id_field(path)}"
        return Finding(f"map_{path.stem}", 1, [f"GDAL cannot read it ({problem})"])
    wrong, shapes, ids = [], layer.features.geometry.to_numpy(), layer.features[_id_field(path)]
    if "4326" not in (layer.crs or "") and "CRS84" not in (layer.crs or ""):
        wrong.append(f"CRS is {layer.crs}")
    if invalid := int((~shapely.is_valid(shapes) | shapely.is_empty(shapes)).sum()):
        wrong.append(f"{invalid} invalid or empty geometries")
    if repeated := int(ids.duplicated().sum()):
        wrong.append(f"{repeated} ids are given twice")
    if path.stem == "neighbourhoods" and len(shapes) != n_areas:
        wrong.append(f"{len(shapes)} features, where the release has {n_areas} areas")
    return Finding(f"map_{path.stem}", len(wrong), wrong)


def _id_field(path: Path) -> str:
    return {
        "neighbourhoods": "area_code",
        "msoas": "msoa_code",
        "authorities": "authority_code",
        "opportunities": "opportunity_id",
    }.get(path.stem, "place_id")
