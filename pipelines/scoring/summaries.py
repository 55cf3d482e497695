"""How a larger area (a ward, an authority) stands as a whole, as the official indices tell it: average rank and score,
share of areas in the highest-need tenth, extent, local concentration."""

import numpy as np
import pandas as pd

from pipelines.scoring.normalise import snapped

MEASURES = ["average_rank", "average_score", "share_in_highest_tenth", "extent", "local_concentration"]
TENTH = 0.1
BY = ["scope", "code"]


def summarise(areas: pd.DataFrame) -> pd.DataFrame:
    """A row per `scope` and `code` of `areas`, which has a row per area: the `scope` its `rank` (1 = greatest need) is in,
    among `size` areas, the `code` of what it is part of, `score` and `population`.

    As MHCLG defines them (English Indices of Deprivation, research report, "summary measures"): `average_rank` and
    `average_score` are means weighted by residents, a rank of `size` the greatest need; `share_in_highest_tenth` is of
    areas; `extent` of residents, weighted as `extent_weight` says; `local_concentration` is the average rank of the worst
    areas that hold exactly a tenth of the residents. `rank_by_*`: 1 = greatest, among the codes of a scope.
    """
    table = areas.assign(
        upward=areas["size"] + 1 - areas["rank"], in_extent=extent_weight(areas["rank"], areas["size"])
    )
    table["in_tenth"] = (10 * table["rank"] <= table["size"]).astype(float)
    grouped = table.groupby(BY, sort=True)
    people = grouped["population"].sum()
    weighed = lambda column: (table[column] * table["population"]).groupby([table[key] for key in BY]).sum() / people  # noqa: E731
    found = pd.DataFrame(
        {
            "n_areas": grouped.size(),
            "population": people,
            "average_rank": weighed("upward"),
            "average_score": weighed("score"),
            "share_in_highest_tenth": grouped["in_tenth"].mean(),
            "extent": weighed("in_extent"),
            "local_concentration": _local_concentration(table),
        }
    ).reset_index()
    for measure in MEASURES:
        ranks = snapped(found[measure]).groupby(found["scope"]).rank(method="min", ascending=False)
        found[f"rank_by_{measure}"] = ranks.astype("Int64")
    return found


def extent_weight(rank: pd.Series, size: pd.Series) -> pd.Series:
    """How much (0-1) of an area's residents counts in the extent, by its percentile ceil(100 rank / size) from the greatest
    need: 1 to the 10th, 0.95 in the 11th and by equal steps down to 0.05 in the 30th, 0 beyond (MHCLG, English Indices
    of Deprivation 2019, research report, summary measures; a straight line from 1 to 0 is not the published figure)."""
    percentile = np.ceil(100 * rank / size)
    return (0.95 - (percentile - 11) * 0.9 / 19).where(percentile > 10, 1.0).where(percentile <= 30, 0.0)


def _local_concentration(table: pd.DataFrame) -> pd.Series:
    worst = table.sort_values([*BY, "rank"], kind="stable")
    by = [worst[key] for key in BY]
    limit = worst.groupby(BY)["population"].transform("sum") * TENTH
    before = worst.groupby(BY)["population"].cumsum() - worst["population"]
    counted = np.clip(limit - before, 0, worst["population"])  # of the last area, as many as make a tenth
    return (counted * worst["upward"]).groupby(by).sum() / counted.groupby(by).sum()
