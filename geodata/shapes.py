"""Outlines for publication: simplified as a coverage so that borders still meet, in WGS 84, valid, right-hand rule."""

import numpy as np
import shapely

from geodata.crs import DECIMALS, PUBLISHED, transform_shapes

POLYGONAL = (3, 6)


def simplify_coverage(shapes: np.ndarray, tolerance_m: float) -> np.ndarray:
    """Simplify neighbouring outlines together, so that shared borders stay shared. Projected CRS in metres in and out.

    `tolerance_m` is the square root of the triangle area below which a corner goes (GEOS coverage simplifier).
    """
    return shapely.coverage_simplify(shapes, tolerance_m)


def publishable(shapes: np.ndarray, crs: str) -> np.ndarray:
    """Outlines as RFC 7946 wants them: WGS 84, six decimals, exterior rings anticlockwise, valid, never empty."""
    shapes = transform_shapes(shapes, crs, PUBLISHED)
    rounded = shapely.transform(shapes, lambda xy: np.round(xy, DECIMALS))
    bad = ~shapely.is_valid(rounded)
    if bad.any():
        rounded[bad] = polygons_only(shapely.make_valid(rounded[bad]))
    return shapely.orient_polygons(rounded, exterior_cw=False)


def polygons_only(shapes: np.ndarray) -> np.ndarray:
    """The polygons of each shape, without lines and points beside them; empty where it has none."""
    return np.array([_polygons_of(shape) for shape in shapes], dtype=object)


def _polygons_of(shape):
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = [part for part in shapely.get_parts(shapely.get_parts(shape)) if shapely.get_type_id(part) in POLYGONAL]
    return shapely.union_all(parts)
