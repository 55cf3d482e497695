"""What shapes of a layer must be: areas are polygons that hold ground of their own, centroids are points, all within the geography.

A spike, or a line that runs forth and back, is left out of an outline and told; an outline that is another one without
what cannot be read of it is refused. Whether two outlines cover the same ground is asked of points just within their
borders, and then, of the few pairs in doubt, of the shapes themselves: all pairs of a nation would take a minute.
"""

import geopandas
import numpy as np
import pandas as pd
import shapely

from geodata.extent import within_extent
from geodata.geography import Geography
from geodata.locate import locate_points
from geodata.shapes import POLYGONAL, polygons_only
from pipelines.register.source import Source
from pipelines.tables.contract import Breach

LEAST_OF_LAYER = 0.99  # the share of the shapes of a layer that stands for no areas, within the extent
TRIED, MOST_MET = 25, 8  # sides of an outline, and how many each may meet
LEAST_M2 = 1.0  # an outline of less holds no home
MENDED = "crosses itself or has a spike: its polygons were kept"
MOST_MENDED = 0.01  # the share of its ground that an outline may gain or lose by being mended
MOST_SHARED = 0.5  # the share of an outline that another may cover too
MOST_BLURRED, MOST_SO = (
    0.1,
    0.01,
)  # the same of a hundredth of all: where one layer is made of two, drawn more and less finely
MOST_ALONE = 0.5  # the share of borders that no other outline meets: coasts, and the rim of a small layer
MOST_OTHER = 0.02  # the share by which the ground of all areas may differ from that of the last good layer
BESIDE_M = 2.0
PER_OUTLINE = 6
MOST_PAIRS = 2000  # in doubt; more are not looked at one by one
POINT = 0


def mended(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The shapes, where an outline that crosses itself or has a spike is its polygons alone, and the positions of those.

    One that would be another outline if it were mended stays as it is, and so does a tangle, which would take for ever.
    """
    bad = np.flatnonzero(np.isin(shapely.get_type_id(shapes), POLYGONAL) & _is_usable(shapes))
    bad = bad[~shapely.is_valid(shapes[bad])]
    bad = np.array([at for at in bad if not _is_tangle(shapes[at])], dtype=int)
    whole = polygons_only(shapely.make_valid(shapes[bad]))
    ground, before = shapely.area(whole), shapely.area(shapes[bad])
    same = (ground > 0) & (np.abs(ground - before) <= MOST_MENDED * before)
    shapes = shapes.copy()
    shapes[bad[same]] = whole[same]
    return shapes, bad[same]


def _is_tangle(shape: shapely.Geometry) -> bool:
    """True where the sides of a shape, by a few of them, meet many more than the two beside them."""
    corners = shapely.get_coordinates(shape)
    sides = shapely.linestrings(np.stack([corners[:-1], corners[1:]], axis=1))
    some = sides[:: max(1, len(sides) // TRIED)]
    return shapely.STRtree(sides).query(some, predicate="intersects").shape[1] > MOST_MET * len(some)


def _is_usable(shapes: np.ndarray) -> np.ndarray:
    """False for what has coordinates that are no numbers, or so large that nothing can be worked out with them."""
    return (np.abs(shapely.bounds(shapes)) < 1e12).all(axis=1)


def layer_breaches(source: Source, geography: Geography, layer: geopandas.GeoDataFrame) -> list[Breach]:
    """What is wrong with a layer, the first kind of it: its place, then its form, then its ground."""
    shapes, crs = layer.geometry.to_numpy(), layer.crs.to_string()
    named = Named(layer, source)
    west, south, east, north = shapely.bounds(shapes).T
    with np.errstate(over="ignore", invalid="ignore"):
        inside = within_extent(geography, (west + east) / 2, (south + north) / 2, crs)
    of_areas = source.stem in (geography.boundaries.source, geography.centroids.source)
    if inside.mean() < LEAST_OF_LAYER:
        message = (
            f"only {inside.mean():.1%} of its shapes lie within the geography, where {LEAST_OF_LAYER:.0%} are expected"
        )
        return [Breach("rows", None, inside.mean(), f"{message}: look for swapped axes, another unit or another CRS")]
    if of_areas and not (held := inside & _is_usable(shapes)).all():
        return named(~held, "lies outside the geography, or has coordinates that are no numbers")
    if source.stem == geography.centroids.source:
        return named(shapely.get_type_id(shapes) != POINT, "is no point, where one is expected for each area")
    if source.stem == geography.boundaries.source:
        odd = ~np.isin(shapely.get_type_id(shapes), POLYGONAL) | (shapely.area(shapes) < LEAST_M2)
        return (
            named(odd, "is no outline that holds any ground")
            or named(
                ~shapely.is_valid(shapes),
                "has an outline that crosses itself, and cannot be mended without becoming another",
            )
            or _ground_breaches(named, shapes)
        )
    return []


def ground_m2(source: Source, geography: Geography, layer: pd.DataFrame) -> float | None:
    """What the outlines of all areas cover together; None of any other source."""
    if source.stem != geography.boundaries.source:
        return None
    return float(shapely.area(layer.geometry.to_numpy()).sum())


def other_ground(now_m2: float, last_m2: float) -> list[str]:
    """In words, that outlines cover much more or less ground than those of the last good answer; nothing where they do not."""
    if abs(now_m2 - last_m2) <= MOST_OTHER * last_m2:
        return []
    return [
        f"its outlines cover {now_m2 / 1e6:,.1f} square kilometres, where the last good ones cover {last_m2 / 1e6:,.1f}"
    ]


class Named:
    """Breaches of a layer, each named by the first key of the shapes that are wrong."""

    def __init__(self, layer: geopandas.GeoDataFrame, source: Source):
        self.codes = layer[source.key[0]].astype("str").to_numpy() if source.key else np.arange(len(layer)).astype(str)
        self.rows = layer.index.to_numpy()

    def __call__(self, wrong: np.ndarray, what: str, is_doubt: bool = False) -> list[Breach]:
        """None where nothing is `wrong` (by position), else the one breach."""
        if not wrong.any():
            return []
        first = int(wrong.argmax())
        return [Breach("geometry", int(self.rows[first]) + 2, self.codes[first], what, int(wrong.sum()), is_doubt)]


def _ground_breaches(named: Named, shapes: np.ndarray) -> list[Breach]:
    """The outlines that cover much of the ground of another; or that most borders meet no other area."""
    at, inwards = _borders(shapes)
    x, y = (at + inwards * BESIDE_M).T
    pairs = _in_doubt(x, y, shapes)[:MOST_PAIRS]
    one, other = pairs.T
    both = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    share = both / np.minimum(shapely.area(shapes[one]), shapely.area(shapes[other]))
    blurred = share > MOST_BLURRED
    refused = share > MOST_SHARED
    many = len(np.unique(pairs[blurred])) > MOST_SO * len(shapes)
    found: list[Breach] = []
    if blurred.any():
        is_doubt = not many and not refused.any()
        too = refused if refused.any() and not many else blurred
        wrong = np.isin(np.arange(len(shapes)), pairs[too])
        a, b = pairs[too][pairs[too].min(axis=1).argmin()]
        found = named(wrong, f"covers ground that {named.codes[max(a, b)]} covers too", is_doubt)
        if not is_doubt:
            return found
    x, y = (at - inwards * BESIDE_M).T
    alone = (locate_points(x, y, shapes) < 0).mean()
    if alone > MOST_ALONE:
        message = (
            f"{alone:.0%} of the borders of its outlines meet no other outline: they cover a part of their areas alone"
        )
        return [Breach("rows", None, alone, message)]
    return found


def _in_doubt(x: np.ndarray, y: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Pairs of positions of outlines that both hold one of these points, those of most points first."""
    first = locate_points(x, y, shapes)
    last = len(shapes) - 1 - locate_points(x, y, shapes[::-1])
    twice = (first >= 0) & (first != last)
    pairs, n = np.unique(np.column_stack([first[twice], last[twice]]), axis=0, return_counts=True)
    return pairs[np.argsort(-n, kind="stable")]


def _borders(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points on the border of each outline's largest polygon, the middles of some of its sides, and which way is inwards (x, y,
    of length 1)."""
    parts, of = shapely.get_parts(shapes, return_index=True)
    order = np.lexsort([shapely.area(parts), of])
    largest = parts[order[np.append(np.flatnonzero(np.diff(of[order])), len(order) - 1)]]
    rings = shapely.get_exterior_ring(
        shapely.orient_polygons(largest)
    )  # anticlockwise: what is within lies to the left
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    start, n = np.searchsorted(ring, np.arange(len(rings))), np.bincount(ring) - 1
    at = (start[:, None] + (np.arange(PER_OUTLINE) * n[:, None]) // PER_OUTLINE).ravel()
    a, b = corners[at], corners[at + 1]
    along = b - a
    length = np.maximum(np.hypot(*along.T), 1e-9)
    return (a + b) / 2, np.column_stack([-along[:, 1], along[:, 0]]) / length[:, None]
