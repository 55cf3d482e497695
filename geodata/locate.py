"""Points into areas: one area per point by a stated rule, and which areas lie within a distance."""

import numpy as np
import shapely


def locate_points(x: np.ndarray, y: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """The position in `shapes` of the area each point lies in; -1 outside every area or without coordinates.

    All in one projected CRS. A point on a shared border, or in an overlap of badly fitting outlines, belongs to the
    first area in the order given (callers sort by code), so that each point has exactly one area.
    """
    found = np.full(len(x), -1, dtype=np.int64)
    usable = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if not usable.size or not len(shapes):
        return found
    tree = shapely.STRtree(shapely.points(x[usable], y[usable]))
    # Areas query the tree of points: the few large shapes are prepared once each, the many points never are.
    area, point = tree.query(shapes, predicate="covers")
    order = np.lexsort((area, point))
    first_point, first = np.unique(point[order], return_index=True)
    found[usable[first_point]] = area[order][first]
    return found


def within_distance(x: np.ndarray, y: np.ndarray, shapes: np.ndarray, distance_m: float) -> np.ndarray:
    """True for each point that lies within `distance_m` of any of `shapes`. All in one projected CRS in metres."""
    near = np.zeros(len(x), dtype=bool)
    if len(shapes):
        usable = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        tree = shapely.STRtree(shapes)
        hit, _ = tree.query(shapely.points(x[usable], y[usable]), predicate="dwithin", distance=distance_m)
        near[usable[np.unique(hit)]] = True
    return near
