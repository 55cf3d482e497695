"""Places of a list that stand elsewhere, or under other identifiers, than in its last answer: columns that were swapped, a
point for all, another grid or another numbering are told so even where every point lies in the nation."""

import numpy as np
import pandas as pd

from geodata.crs import transform_xy
from geodata.geography import Geography
from pipelines.register.place_rule import Places
from pipelines.register.source import Source
from pipelines.tables.extent import coordinates, is_present

FAR_M = 2000
MOST_MOVED, FEW = 0.1, 5  # the share, and the number, of places that may have moved further between two answers
LEAST_SHARED = 0.5  # of the identifiers of the shorter of the two


def moved(source: Source, geography: Geography, before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    """In words, what is wrong with where the places of `after` are, held against the table before; nothing where all is
    well, and for a source that is no list of places."""
    rule = source.places
    if not rule or rule.observed_on or not set(rule.columns) <= set(before):
        return []
    old, new = (_points(rule, geography, table[is_present(rule, table)]) for table in (before, after))
    shared = old.index.intersection(new.index)
    least = min(len(old), len(new))
    if len(shared) < LEAST_SHARED * least - FEW:
        return [
            f"only {len(shared):,} of its {least:,} identifiers are those of the last answer: were they renumbered?"
        ]
    if not rule.point.crs:
        return []
    old, new = old.loc[shared], new.loc[shared]
    far = np.hypot(old["x"] - new["x"], old["y"] - new["y"])
    n, known = int((far > FAR_M).sum()), int(far.notna().sum())
    if n <= max(MOST_MOVED * known, min(FEW, known / 2)):
        return []
    first = far.index[far > FAR_M][0]
    return [
        f"{n:,} of its {known:,} places stand more than {FAR_M:,} m from where they did, the first ({first}) {far[first]:,.0f} m"
    ]


def _points(rule: Places, geography: Geography, table: pd.DataFrame) -> pd.DataFrame:
    """`x`, `y` in the geography's CRS by identifier and, where several rows have one, its number among them."""
    where = {rule.point.x, rule.point.y, rule.point.wkt}  # what has moved is known by the rest of its identifier
    ids = [table[name].astype("str").fillna("") for name in rule.id if name not in where]
    index = ids[0].str.cat(ids[1:], sep=" ") if len(ids) > 1 else ids[0]
    x, y = coordinates(rule.point, table)
    if rule.point.crs:
        x, y = transform_xy(x, y, rule.point.crs, geography.crs)
    nth = index.groupby(index).cumcount().astype("str").replace("0", "")
    return pd.DataFrame({"x": x, "y": y}, index=pd.Index(index.str.cat(nth, sep=" ").str.strip().to_numpy()))
