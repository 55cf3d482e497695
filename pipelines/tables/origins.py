"""Origins and outlines of areas held to one another: an outline for every origin, every origin in its own, neither layer shifted."""

import geopandas
import numpy as np
import pandas as pd
import shapely

from geodata.crs import transform_xy
from geodata.geography import Geography
from pipelines.core.lookup import among
from pipelines.core.problem import Problem

MOST_OUTSIDE = (
    0.05  # the share of origins outside their outline: where homes lie around a hill, their middle is nobody's home
)
SLACK_M = 100.0  # beyond what surrounds an outline: the middle of what lies within cannot be farther than a border is drawn roughly
MOST_FAR = 0.001  # the share of origins that may lie as far: a nation's layer has a slip or two
SHIFT_M = 30.0  # the middle offset of many origins from the centres of their outlines; another datum is 100 m and more
TIMES = 5.0  # as many standard errors as an offset may be by chance, where areas are few or wide
AGAINST = {"east": "west", "north": "south"}


def origins_of(geography: Geography, points: geopandas.GeoDataFrame) -> pd.DataFrame:
    """The points of the layer of centroids: area_code, and x and y in the geography's CRS to 0.1 m."""
    x, y = points.geometry.x.to_numpy(), points.geometry.y.to_numpy()
    x, y = transform_xy(x, y, points.crs.to_string(), geography.crs)
    codes = points[geography.centroids.by]
    return pd.DataFrame({"area_code": codes, "x": np.round(x, 1), "y": np.round(y, 1)})


def hold_to_outlines(points: pd.DataFrame, outlines: geopandas.GeoSeries, source: str, layer: str) -> list[str]:
    """What is to be said where a slip or two is let pass. Raises Problem where the origins `points` (area_code, x, y) of `source` and the `outlines` (by area code) of `layer`, in
    one projected CRS, do not belong together: areas without an outline, origins outside their own, or all of them shifted."""
    has = among(points["area_code"], outlines.index.to_series())
    if not has.all():
        lost = points.loc[~has, "area_code"]
        message = f"{len(lost):,} areas of {source} have no outline in it, the first is {lost.iloc[0]}"
        raise Problem(layer, message, "check the vintages of both layers")
    shapes = outlines.reindex(points["area_code"]).to_numpy()
    x, y = points["x"].to_numpy(), points["y"].to_numpy()
    remedy = "compare the two layers: one of them is shifted, or has the shapes of other areas"
    outside = ~shapely.intersects_xy(shapes, x, y)
    far = outside.copy()
    far[outside] = shapely.distance(shapely.convex_hull(shapes[outside]), shapely.points(x, y)[outside]) > SLACK_M
    told: list[str] = []
    if outside.mean() > MOST_OUTSIDE:
        first = points["area_code"].iloc[int(outside.argmax())]
        message = f"{outside.mean():.1%} of its {len(points):,} points lie outside the outline of their area in {layer}"
        raise Problem(source, f"{message}, the first is that of {first}", remedy)
    if far.any():
        first = points["area_code"].iloc[int(far.argmax())]
        message = f"{far.sum():,} of its points lie far from the outline of their area in {layer}, the first is that of {first}"
        if far.mean() > MOST_FAR:
            raise Problem(source, message, remedy)
        told.append(f"{source}: {message}")
    centres = shapely.centroid(shapes)
    for offset, way in ((x - shapely.get_x(centres), "east"), (y - shapely.get_y(centres), "north")):
        middle = np.median(offset)
        by_chance = TIMES * 1.2533 * 1.4826 * np.median(np.abs(offset - middle)) / np.sqrt(len(offset))
        if abs(middle) > max(SHIFT_M, by_chance):
            message = f"its points lie {abs(middle):,.0f} m {way if middle > 0 else AGAINST[way]} of the centres of the outlines in {layer}, in the middle"
            raise Problem(source, message, remedy)
    return told
