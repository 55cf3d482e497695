"""Points into areas: one area per point by a stated rule, and how far points lie from areas."""

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


def distance_within(x: np.ndarray, y: np.ndarray, shapes: np.ndarray, limit_m: float) -> np.ndarray:
    """How far each point lies from the nearest of `shapes`, NaN beyond `limit_m`. All in one projected CRS in metres."""
    distance = np.full(len(x), np.nan)
    usable = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if len(shapes) and usable.size:
        tree = shapely.STRtree(shapes)
        points = shapely.points(x[usable], y[usable])
        (hit, _), found = tree.query_nearest(points, max_distance=limit_m, return_distance=True, all_matches=False)
        distance[usable[hit]] = found
    return distance
