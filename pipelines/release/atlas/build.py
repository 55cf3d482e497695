"""The files of atlas/data of one release, from its finished database; their licences, and how many there are at most.

`python -m pipelines.release.atlas.build FOLDER` makes the pages and data of a release folder again.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipelines.core import store
from pipelines.core.query import holds
from pipelines.register.licensing import together
from pipelines.release.atlas.areas import area_files
from pipelines.release.atlas.catalogue import catalogue
from pipelines.release.atlas.near import near_files
from pipelines.release.atlas.place_names import place_name_files
from pipelines.release.atlas.postcodes import postcode_files
from pipelines.release.atlas.reading import indicators
from pipelines.release.atlas.script import DATA, script
from pipelines.release.atlas.tables import prepare
from pipelines.release.atlas.values import value_files
from pipelines.release.licences import column_labels, read_licences, whole
from pipelines.release.who_to_ask import who_to_ask
from pipelines.release.wide import PROFILE

NEAR_FILES, NEAR_AREAS = 36, 100  # at most so many chunks, of at least so many areas
LOOK_UPS = {"area_code", "area_name", "ward_code", "msoa_code", "authority_code", "region_code", "like_areas_code", "population"}  # fmt: skip
POSTCODE_FILES, POSTCODES = 12, 20_000
NAME_FILES, NAMES = 4, 20_000


def write_data(folder: Path, connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Write atlas/data into a release folder whose database is finished. Returns the label of the licence of each file, by
    its path in the folder."""
    paths = []
    for key, value in data_files(connection):
        paths.append(f"{DATA}/{key}.js")
        store.write_bytes(folder / paths[-1], script(key, value))
    return data_labels(connection, paths)


def data_labels(connection: duckdb.DuckDBPyConnection, paths: list[str]) -> dict[str, str]:
    """The label of the licence that each of these files of atlas/data rests on; other paths are left out. Values are under
    that of their index or indicator, areas and groups under that of the look-ups, all else under that of all there is."""
    licences = read_licences(connection)
    indices = dict(connection.execute("select index_name, licence from index_method").fetchall())
    own = indices | dict(connection.execute("select indicator, licence from indicator").fetchall())
    look_ups = together(licences, {label for name, label in column_labels(connection, PROFILE).items() if name in LOOK_UPS} or {whole(licences)})  # fmt: skip
    told = {}
    for path in paths:
        folder, _, name = path.removeprefix(f"{DATA}/").removesuffix(".js").partition("/")
        if not path.startswith(f"{DATA}/"):
            continue
        if folder in ("areas", "groups"):
            told[path] = look_ups
        elif folder == "rolled":
            told[path] = together(licences, indices.values())
        else:
            told[path] = own.get(name.partition(".")[0], whole(licences)) if folder in ("values", "sure") else whole(licences)  # fmt: skip
    return told


def data_files(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, dict]]:
    """Key and value of every file, one at a time; `atlas`, which names the others, is the last."""
    n = prepare(connection)
    yield from area_files(connection).items()
    found = indicators(connection, n)
    yield from value_files(connection, n, found)
    size = max(NEAR_AREAS, -(-n // NEAR_FILES))
    yield from near_files(connection, n, size, found)
    yield "who_to_ask", who_to_ask(connection)
    names: list[str] = []
    for key, value in place_name_files(connection, NAME_FILES, NAMES):
        yield key, value
        names.append(key)
    postcodes, n_postcodes = [], 0
    if holds(connection, "postcode"):  # a city may have none
        (n_postcodes,) = connection.execute("select count(*) from postcode").fetchone() or (0,)
        most = max(1, min(POSTCODE_FILES, -(-n_postcodes // POSTCODES)))
        for first, last, key, value in postcode_files(connection, most):
            yield key, value
            postcodes.append([first, last, key])
    yield (
        "atlas",
        catalogue(
            connection,
            {
                "chunks": {"size": size, "n": -(-n // size)},
                "place_names": names,
                "postcodes": {"files": postcodes, "n": n_postcodes},
            },
        ),
    )


if __name__ == "__main__":
    from pipelines.release.database import open_release
    from pipelines.release.pages.write import write_pages

    with open_release(Path(sys.argv[1])) as opened:
        write_pages(Path(sys.argv[1]), opened, write_data(Path(sys.argv[1]), opened))
