"""Whether things lie where a geography says that all of it lies, whatever CRS they come in."""

from functools import cache

import numpy as np
import shapely

from geodata.crs import transform_shapes
from geodata.geography import Geography

STEP_M = 20_000  # a straight side is none in another CRS: it is changed a bit at a time


def within_extent(geography: Geography, x: np.ndarray, y: np.ndarray, crs: str) -> np.ndarray:
    """True for each point (x, y in `crs`) within the geography's extent; False outside it and without coordinates."""
    extent = _extent(tuple(geography.extent), geography.crs, crs)
    return shapely.contains_xy(extent, np.asarray(x, float), np.asarray(y, float))


@cache
def _extent(corners: tuple[tuple[float, float], ...], own: str, crs: str) -> shapely.Polygon:
    shape = shapely.segmentize(shapely.Polygon(corners), STEP_M)
    (shape,) = transform_shapes(np.array([shape]), own, crs)
    shapely.prepare(shape)
    return shape
