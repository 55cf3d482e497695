"""One layer of small areas for the web: TopoJSON, in which a border that two areas share is written once.

It opens in QGIS and any GDAL program, mapshaper, D3, Datawrapper and Flourish, and at a tenth of the bytes of GeoJSON.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import orjson
import pandas as pd
import shapely

from geodata.shapes import simplify_coverage
from pipelines.release.inputs import FALLACY
from pipelines.release.maps.fields import gis_names
from pipelines.release.maps.geojson import RELEASE, plain
from pipelines.release.maps.layers import Layer

SIMPLIFY_M = 50  # more than other maps: as seen on a page
STEPS = 100_000  # of the grid that corners are put on, along each axis: six metres where the map is all of England
METRES_PER_DEGREE = 111_320
NAMES = {"area_code": "code", "area_name": "name"}  # each byte of a name is 34,000 in England
TENTHS = 2  # indices at most: all of England stays under ten million bytes; the others join by code


def to_topojson(layer: Layer, indices: list[str], version: str) -> bytes:
    """The areas of a layer (WGS 84, neighbours meeting) with code, name and the national tenth of the first indices
    that have one, on a grid of STEPS by STEPS. Code and name are called so as in the tiles, tenths as in the GeoPackages;
    release, licence, attribution and caution inside."""
    shapes = _simpler(layer.frame.geometry.to_numpy())
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    scale = np.array([max(east - west, 1e-6), max(north - south, 1e-6)]) / (STEPS - 1)
    origin = np.array([west, south])
    arcs, rings = topology(_rings(shapes, origin, scale))
    short = gis_names(layer.frame.columns, indices) | NAMES
    tenths = [f"{index}_decile_nation" for index in indices if f"{index}_decile_nation" in layer.frame][:TENTHS]
    rows = plain(pd.DataFrame(layer.frame[[*NAMES, *tenths]]).rename(columns=short))
    geometries = [
        {"type": "MultiPolygon", "arcs": polygons, "properties": row}
        if len(polygons) != 1
        else {"type": "Polygon", "arcs": polygons[0], "properties": row}
        for polygons, row in zip(rings, rows, strict=True)
    ]
    whole = {
        "type": "Topology",
        RELEASE: version,
        **layer.terms.notes,
        "caution": FALLACY,
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},  # GDAL asks for it here
        "bbox": [west, south, east, north],
        "transform": {"scale": scale.tolist(), "translate": origin.tolist()},
        "objects": {layer.name: {"type": "GeometryCollection", "geometries": geometries}},
        "arcs": arcs,
    }
    return orjson.dumps(whole, option=orjson.OPT_APPEND_NEWLINE)


def _simpler(shapes: np.ndarray) -> np.ndarray:
    middle = np.radians(np.mean(shapely.total_bounds(shapes)[[1, 3]]))
    metres = np.array([METRES_PER_DEGREE * np.cos(middle), METRES_PER_DEGREE])
    flat = shapely.transform(shapes, lambda xy: xy * metres)
    simple = shapely.transform(simplify_coverage(flat, SIMPLIFY_M), lambda xy: xy / metres)
    return shapely.orient_polygons(simple, exterior_cw=True)  # as D3 draws them: the other way is the rest of the globe


@dataclass(frozen=True)
class Rings:
    """Every ring of some shapes on a grid: `corners` (n, 2) whole numbers, the first of a ring not repeated at its end;
    `ring` the number of each corner's ring; `polygon` and `shape` of each ring that of its polygon and shape."""

    corners: np.ndarray
    ring: np.ndarray
    polygon: np.ndarray
    shape: np.ndarray
    n_shapes: int


def _rings(shapes: np.ndarray, origin: np.ndarray, scale: np.ndarray) -> Rings:
    """The rings of the shapes on the grid, without those that fall to under three corners there."""
    polygons, shape = shapely.get_parts(shapes, return_index=True)
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    corners = np.rint((xy - origin) / scale).astype(np.int64)
    closes = np.append(ring[1:] != ring[:-1], True)  # the last corner of a ring is its first
    moved = np.append(True, (corners[1:] != corners[:-1]).any(axis=1) | (ring[1:] != ring[:-1]))
    first = np.append(True, ring[1:] != ring[:-1])
    # a corner that only closes its ring goes, and so does one that falls on the corner before it
    kept = (moved | first) & ~closes
    corners, ring = corners[kept], ring[kept]
    ends = np.flatnonzero(np.append(ring[1:] != ring[:-1], True))
    starts = np.append(0, ends[:-1] + 1)
    again = (corners[ends] == corners[starts]).all(axis=1) & (ends > starts)  # the last fell on the first
    kept = np.ones(len(ring), dtype=bool)
    kept[ends[again]] = False
    enough = np.bincount(ring[kept], minlength=len(rings)) >= 3
    kept &= enough[ring]
    return Rings(corners[kept], ring[kept], polygon, shape[polygon], len(shapes))


Arcs = list[list[list[int]]]  # each a line: its first corner, then the steps from corner to corner


def topology(rings: Rings) -> tuple[Arcs, list[list[list[list[int]]]]]:
    """The arcs that rings are made of, each once, and per shape, polygon and ring the numbers of its arcs: `~n` is arc n
    walked the other way, as TopoJSON has it. Arcs run between corners where more or fewer than two borders meet."""
    if not len(rings.corners):
        return [], [[] for _ in range(rings.n_shapes)]
    numbers, of = np.unique(rings.corners[:, 0] << 32 | rings.corners[:, 1], return_inverse=True)
    starts = np.flatnonzero(np.append(True, rings.ring[1:] != rings.ring[:-1]))
    lengths = np.diff(np.append(starts, len(of)))
    following = np.arange(1, len(of) + 1)
    following[starts + lengths - 1] = starts
    is_node = _nodes(of, of[following], len(numbers))[of]
    found: list[list[int]] = []
    known: dict[tuple[int, int], int] = {}  # an arc by its first two corners, which no other begins with
    walked: list[dict[int, list[list[int]]]] = [{} for _ in range(rings.n_shapes)]
    names = of.tolist()
    for start, length in zip(starts.tolist(), lengths.tolist(), strict=True):
        numbered = [
            _arc(piece, found, known)
            for piece in _pieces(names[start : start + length], is_node[start : start + length])
        ]
        ring = rings.ring[start]
        walked[rings.shape[ring]].setdefault(int(rings.polygon[ring]), []).append(numbered)
    return _lines(found, numbers), [list(polygons.values()) for polygons in walked]


def _nodes(of: np.ndarray, following: np.ndarray, n: int) -> np.ndarray:
    """Whether each corner is one where more or fewer than two borders meet."""
    borders = np.unique(np.minimum(of, following) << 32 | np.maximum(of, following))
    return np.bincount(borders >> 32, minlength=n) + np.bincount(borders & 0xFFFFFFFF, minlength=n) != 2


def _pieces(ring: list[int], is_node: np.ndarray) -> Iterator[list[int]]:
    """The ring cut at its nodes, each piece with both its ends; whole, from its least corner, where it has none."""
    at = np.flatnonzero(is_node).tolist() or [ring.index(min(ring))]
    turned = [*ring[at[0] :], *ring[: at[0] + 1]]
    cuts = [*(cut - at[0] for cut in at), len(ring)]
    return (turned[first : last + 1] for first, last in itertools.pairwise(cuts))


def _arc(piece: list[int], found: list[list[int]], known: dict[tuple[int, int], int]) -> int:
    first, last = (piece[0], piece[1]), (piece[-1], piece[-2])
    if first in known:
        return known[first]
    if last in known:
        return ~known[last]
    known[first] = len(found)
    found.append(piece)
    return len(found) - 1


def _lines(found: list[list[int]], numbers: np.ndarray) -> Arcs:
    """The arcs as TopoJSON writes them, their corners by number in `numbers`."""
    if not found:
        return []
    flat = numbers[np.concatenate(found)]
    xy = np.column_stack([flat >> 32, flat & 0xFFFFFFFF])
    starts = np.cumsum([0, *(len(piece) for piece in found[:-1])])
    steps = np.diff(xy, axis=0, prepend=[[0, 0]])
    steps[starts] = xy[starts]
    return [part.tolist() for part in np.split(steps, starts[1:])]
