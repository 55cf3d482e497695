"""Each area's layers held to one another: an outline for every origin, every origin in its own, neither shifted; codes of groups to those they group."""

from collections.abc import Iterable

import geopandas
import numpy as np
import pandas as pd
import shapely

from geodata.geography import Geography
from pipelines.core.lookup import among
from pipelines.core.problem import Problem

MOST_OUTSIDE = (
    0.05  # the share of origins outside their outline: where homes lie around a hill, their middle is nobody's home
)
SLACK_M = 100.0  # beyond what surrounds an outline: the middle of what lies within cannot be farther than a border is drawn roughly
SHIFT_M = 30.0  # the middle offset of many origins from the centres of their outlines; another datum is 100 m and more
TIMES = 5.0  # as many standard errors as an offset may be by chance, where areas are few or wide


def hold_to_outlines(points: pd.DataFrame, outlines: geopandas.GeoSeries, source: str, layer: str) -> None:
    """Raises Problem where the origins `points` (area_code, x, y) of `source` and the `outlines` (by area code) of `layer`, in
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
    if outside.mean() > MOST_OUTSIDE:
        first = points["area_code"].iloc[int(outside.argmax())]
        message = f"{outside.mean():.1%} of its {len(points):,} points lie outside the outline of their area in {layer}"
        raise Problem(source, f"{message}, the first is that of {first}", remedy)
    if far.any():
        first = points["area_code"].iloc[int(far.argmax())]
        message = f"{far.sum():,} of its points lie far from the outline of their area in {layer}, the first is that of {first}"
        raise Problem(source, message, remedy)
    centres = shapely.centroid(shapes)
    for offset, way in ((x - shapely.get_x(centres), "east"), (y - shapely.get_y(centres), "north")):
        middle = np.median(offset)
        by_chance = TIMES * 1.2533 * 1.4826 * np.median(np.abs(offset - middle)) / np.sqrt(len(offset))
        if abs(middle) > max(SHIFT_M, by_chance):
            message = f"its points lie {abs(middle):,.0f} m {way if middle > 0 else AGAINST[way]} of the centres of the outlines in {layer}, in the middle"
            raise Problem(source, message, remedy)


AGAINST = {"east": "west", "north": "south"}


def whole_groups(grouping: pd.DataFrame, areas: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """The groups of a grouping (authority_code, and code and name of the group) all of whose authorities are in the look-ups
    of `areas`; of the others, by code and by name, a sentence: a part of a group must never pass for it."""
    code = next(c for c in grouping.columns if c.endswith("_code") and c != "authority_code")
    name = code.removesuffix("_code") + "_name"
    missing = grouping[~among(grouping["authority_code"], areas["authority_code"])]
    told = {}
    for (group, title), lost in missing.groupby([code, name], sort=True):
        n = int((grouping[code] == group).sum())
        told[group] = told[title] = (
            f"{title} ({group}) is left out: {len(lost)} of its {n} authorities are in no look-up, the first is "
            f"{lost['authority_code'].iloc[0]}"
        )
    return grouping[~grouping[code].isin(missing[code])], told


def unmatched_claims(geography: Geography, areas: pd.DataFrame) -> list[str]:
    """Codes that the geography's claims and parts name and no look-up has, a sentence each claim."""
    claims = [
        (f"the claim {name!r}", level, codes)
        for name, claim in geography.covers.items()
        if claim != "nation"
        for level, codes in claim.items()
    ]
    claims += [(f"the parts {name!r}", "authority", list(parts.values())) for name, parts in geography.parts.items()]
    found = []
    for what, level, codes in claims:
        known = set(areas[f"{level}_code"].dropna())
        if lost := [code for code in codes if code not in known]:
            found.append(f"{what} names {len(lost)} of {len(codes)} codes that no look-up has, the first is {lost[0]}")
    return found


def unmatched_areas(source: str, column: str, areas: pd.DataFrame, joined_on: str) -> list[str]:
    """One sentence where a look-up that was read has nothing for some areas: how many, and the first."""
    lost = areas.loc[areas[column].isna() & areas[joined_on].notna(), joined_on]
    if not len(lost):
        return []
    return [f"{source} has nothing for {len(lost):,} of {len(areas):,} areas, the first is {lost.iloc[0]}"]


def hold_levels(levels: Iterable[str], areas: pd.DataFrame, source_of: dict[str, str]) -> None:
    """Raises Problem where a code of a level has two names, or a ward lies in two authorities: a look-up then says two things."""
    for level in levels:
        code = f"{level}_code"
        for other, what in ((f"{level}_name", "names"), ("authority_code", "authorities")):
            if what == "authorities" and level != "ward":
                continue
            several = areas.dropna(subset=[code]).groupby(code)[other].nunique() > 1
            if several.any():
                message = f"{several.sum():,} {level} codes stand with two {what}, the first is {several.idxmax()}"
                remedy = "compare the look-up with its publisher's page; it may be of another vintage, or damaged"
                raise Problem(source_of.get(code, "areas"), message, remedy)
