"""Coordinate reference systems: the one module that names the published one and changes between two. Always x, y."""

import functools

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

PUBLISHED = "EPSG:4326"  # GeoJSON (RFC 7946) and the web
DECIMALS = 6  # about 0.1 m in degrees at these latitudes


def same_crs(told: str, expected: str) -> bool:
    """True where what a file says of its CRS, in any of the ways that are usual (a code, an URN, WKT, an Esri number), is
    `expected`; the order of axes in it does not count, for coordinates are x, y. False for what nobody knows."""
    try:
        return CRS.from_user_input(told).equals(CRS.from_user_input(expected), ignore_axis_order=True)
    except CRSError:
        return False


def is_crs(told: str) -> bool:
    """True where what a file says of its CRS means one that is known."""
    return same_crs(told, told)


def transform_xy(x: np.ndarray, y: np.ndarray, source: str, target: str) -> tuple[np.ndarray, np.ndarray]:
    """Transform coordinate arrays from CRS `source` to CRS `target` (x is easting or longitude). NaN stays NaN."""
    transformer = _transformer(source, target)
    if transformer is None:
        return np.asarray(x, float), np.asarray(y, float)
    new_x, new_y = transformer.transform(x, y)
    lost = ~np.isfinite(new_x) | ~np.isfinite(new_y)
    return np.where(lost, np.nan, new_x), np.where(lost, np.nan, new_y)


@functools.lru_cache(maxsize=32)  # made anew it takes longer than what is transformed
def _transformer(source: str, target: str) -> Transformer | None:
    return None if CRS(source) == CRS(target) else Transformer.from_crs(source, target, always_xy=True)


def transform_shapes(shapes: np.ndarray, source: str, target: str) -> np.ndarray:
    """Transform an array of shapely geometries from CRS `source` to CRS `target`."""
    transformer = Transformer.from_crs(source, target, always_xy=True)
    return shapely.transform(shapes, lambda x, y: transformer.transform(x, y), interleaved=False)
