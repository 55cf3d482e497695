"""What a source says lies somewhere, held to the geography's extent: a swapped axis or another unit is no answer."""

import numpy as np
import pandas as pd
import shapely

from geodata.extent import within_extent
from geodata.geography import Geography
from pipelines.register.body_rule import Bodies
from pipelines.register.place_rule import Places, Point
from pipelines.register.source import Source
from pipelines.tables.contract import Breach
from pipelines.tables.layer import layer_breaches

LEAST_OF_POSTCODES = 0.8  # a directory may hold those of other nations too
MOST_AT_ONE, OF = 0.5, 20  # the share of a list's points, of so many or more, that may be one and the same
ALL_AT_ONE = 3  # of so few all may be


def coordinates(point: Point, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The x and y of each row as the source gives them, in the source's own CRS; NaN where there are none."""
    if point.wkt:
        texts = rows[point.wkt].astype(object).where(rows[point.wkt].notna(), None).to_numpy()
        shapes = shapely.from_wkt(texts, on_invalid="ignore")
        shapes = np.where(shapely.get_type_id(shapes) == 0, shapes, None)
        return shapely.get_x(shapes), shapely.get_y(shapes)
    if point.x:
        return rows[point.x].to_numpy(float), rows[point.y].to_numpy(float)
    return np.full(len(rows), np.nan), np.full(len(rows), np.nan)


def has_ended(rule: Places | Bodies, rows: pd.DataFrame) -> pd.Series:
    """True for each row that its list says has left it."""
    if rule.ended is None:
        return pd.Series(False, index=rows.index)
    if isinstance(rule.ended, str):
        return rows[rule.ended].notna()
    return rows[rule.ended.column].astype("str").str.strip().str.casefold().isin(rule.ended.values)


def is_present(rule: Places, rows: pd.DataFrame) -> np.ndarray:
    """True for each row that is a place the list still holds: it has not ended, and its type is no other thing."""
    counted = ~has_ended(rule, rows).to_numpy(bool)
    if rule.kinds:
        kinds = rows[rule.kinds.column].astype("str").str.strip().str.casefold()
        counted &= ~kinds.isin(rule.kinds.not_places).to_numpy(bool)
    return counted


def is_placed(rule: Places, geography: Geography, rows: pd.DataFrame) -> np.ndarray:
    """True for each row that lies within the extent or, without coordinates, can be looked up by postcode."""
    x, y = coordinates(rule.point, rows)
    placed = within_extent(geography, x, y, rule.point.crs) if rule.point.crs else np.zeros(len(rows), bool)
    if rule.point.postcode:
        placed |= ~np.isfinite(x) & rows[rule.point.postcode].notna().to_numpy()
    return placed


def share_placed(source: Source, geography: Geography, table: pd.DataFrame) -> float | None:
    """The share (0-1) of a list's places that lie within the extent or can be looked up by postcode.

    Rows that have ended, or whose type is no place of ours, are not counted. None where no row is left, and for a source
    without coordinates of its own: postcodes are held to the extent with the directory they stand in.
    """
    rule = source.places
    if rule is None or not rule.point.crs:
        return None
    counted = is_present(rule, table)
    return float(is_placed(rule, geography, table)[counted].mean()) if counted.any() else None


def extent_breaches(source: Source, geography: Geography, table: pd.DataFrame) -> list[Breach]:
    """Empty, or the one breach of a layer, a postcode directory or a list of places too little of which lies within the
    geography's extent."""
    if table.empty:
        return []
    if source.fetch.geometry:
        return layer_breaches(source, geography, table)
    if geography.postcodes and source.stem == geography.postcodes.source:
        directory = geography.postcodes
        x, y = (table[column].to_numpy(float) for column in (directory.x, directory.y))
        inside = within_extent(geography, x, y, directory.crs)
        return _too_few("postcodes", inside.mean(), LEAST_OF_POSTCODES)
    share = share_placed(source, geography, table)
    if share is None:
        return []
    return _too_few("places", share, source.places.least_placed) or _at_one_point(source.places, table)


def _at_one_point(rule: Places, table: pd.DataFrame) -> list[Breach]:
    x, y = coordinates(rule.point, table)
    spots = pd.DataFrame({"x": x, "y": y}).dropna().value_counts()
    n, most = int(spots.sum()), int(spots.max()) if len(spots) else 0
    if most <= (MOST_AT_ONE * n if n >= OF else max(n - 1, ALL_AT_ONE)):
        return []
    spot = " ".join(f"{c:g}" for c in spots.index[0])
    return [Breach("rows", None, most, f"{most:,} of its {n:,} points are one and the same, {spot}")]


def _too_few(what: str, share: float, least: float) -> list[Breach]:
    if share >= least:
        return []
    message = f"only {share:.1%} of its {what} lie within the geography, where {least:.0%} are expected"
    return [Breach("rows", None, share, f"{message}: look for swapped axes, another unit or another CRS")]
