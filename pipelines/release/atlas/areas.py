"""The areas of the atlas in row order, and the authorities, MSOAs, wards, regions and like areas they lie in."""

import duckdb
import numpy as np
import shapely

from pipelines.release.atlas.script import numbers
from pipelines.release.atlas.tables import columns

DEGREES = 5  # decimals of a longitude or latitude: about a metre
GROUPS = {  # a group's file, the columns it is told by, and the group around it
    "authority": ("authority_code", "authority_name", "region"),
    "msoa": ("msoa_code", "msoa_name", "authority"),
    "ward": ("ward_code", "ward_name", "authority"),
    "region": ("region_code", "region_name", None),
    "like_areas": ("like_areas_code", "like_areas_name", None),
}


def area_files(connection: duckdb.DuckDBPyConnection) -> dict[str, dict]:
    """`areas` and `groups/<group>`, by key. A group of which the release knows none has no file, and areas no column of it."""
    found = columns(connection, "select * from neighbourhood order by area_code")
    boxes = _boxes(connection)
    files, areas = {}, {"code": found["area_code"].tolist(), "name": found["area_name"].tolist()}
    groups = {name: found[code] for name, (code, _, _) in GROUPS.items()}
    for name, (_, title, around) in GROUPS.items():
        words, which = groups[name].words, groups[name].which
        if not words:
            continue
        areas[name] = numbers(groups[name].positions())
        first = _first(which, len(words))
        box = _around(boxes, which, len(words))
        files[f"groups/{name}"] = {
            "code": words,
            "name": found[title][first].tolist(),
            **({around: numbers(groups[around][first].positions())} if around and groups[around].words else {}),
            "n_areas": numbers(_sizes(connection, name, which, len(words))),
            "bbox": numbers(np.round(box, DEGREES)),
        }
    areas |= {
        "population": numbers(found["population"]),
        "lon": numbers(found["longitude"].round(DEGREES)),
        "lat": numbers(found["latitude"].round(DEGREES)),
    }
    return {"areas": areas, **files}


def _sizes(connection: duckdb.DuckDBPyConnection, group: str, which: np.ndarray, n: int) -> np.ndarray:
    """How many areas each group has; not-a-number where the release holds only part of it. Authorities, and what lies in
    them, are asked whole; a region or like areas only with the nation, or where the region was asked by name."""
    sizes = np.bincount(which[which >= 0], minlength=n).astype(float)
    asked, whole = connection.execute("select areas_asked, n_areas = n_areas_nation from release").fetchone()
    if whole or group in ("authority", "msoa", "ward"):
        return sizes
    if group != "region":
        return np.full(n, np.nan)
    names = connection.execute("select distinct region_code, region_name from neighbourhood where region_code is not null order by 1").fetchall()  # fmt: skip
    return np.where([not {*pair}.isdisjoint(asked.split(", ")) for pair in names], sizes, np.nan)


def _boxes(connection: duckdb.DuckDBPyConnection) -> np.ndarray:
    """West, south, east and north of every area in row order, in degrees; shape (n, 4)."""
    found = connection.execute("select geometry from neighbourhood_shape order by area_code").fetchnumpy()
    return shapely.bounds(shapely.from_wkb([bytes(shape) for shape in found["geometry"]]))


def _first(which: np.ndarray, n: int) -> np.ndarray:
    """The first row of each group."""
    groups, first = np.unique(which, return_index=True)
    return first[groups >= 0][:n]


def _around(boxes: np.ndarray, which: np.ndarray, n: int) -> np.ndarray:
    """The box around all areas of each group; shape (n, 4)."""
    inside = which >= 0
    box = np.full((n, 4), [np.inf, np.inf, -np.inf, -np.inf])
    for side, widest in enumerate((np.minimum, np.minimum, np.maximum, np.maximum)):
        widest.at(box[:, side], which[inside], boxes[inside, side])
    return box
