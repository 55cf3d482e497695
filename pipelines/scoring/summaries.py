"""How an authority or region stands as a whole, as the official indices tell it: average rank and score, share of areas
in the highest-need tenth, extent, local concentration."""

import numpy as np
import pandas as pd

from pipelines.scoring.normalise import snapped

MEASURES = ["average_rank", "average_score", "share_in_highest_tenth", "extent", "local_concentration"]
TENTH, THREE_TENTHS = 0.1, 0.3


def summarise(areas: pd.DataFrame) -> pd.DataFrame:
    """A row per `code` of `areas`, which has a row per area: `code`, `rank` (1 = greatest need) among `size` areas, `score`
    and `population`.

    As MHCLG defines them (English Indices of Deprivation, research report, "summary measures"): `average_rank` and
    `average_score` are means weighted by residents, a rank of `size` the greatest need; `share_in_highest_tenth` is of
    areas; `extent` of residents, who count whole in the highest-need tenth and ever less down to three tenths;
    `local_concentration` is the average rank of the worst areas that hold exactly a tenth of the residents.
    Official figures take mid-year estimates; these take the residents given. `rank_by_*`: 1 = greatest, among all codes.
    """
    table = areas.assign(upward=areas["size"] + 1 - areas["rank"], share=areas["rank"] / areas["size"])
    table["in_extent"] = np.clip((THREE_TENTHS - table["share"]) / (THREE_TENTHS - TENTH), 0, 1)
    table["in_tenth"] = (10 * table["rank"] <= table["size"]).astype(float)
    grouped = table.groupby("code", sort=True)
    people = grouped["population"].sum()
    weighed = lambda column: (table[column] * table["population"]).groupby(table["code"]).sum() / people  # noqa: E731
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
    )
    for measure in MEASURES:
        found[f"rank_by_{measure}"] = snapped(found[measure]).rank(method="min", ascending=False).astype("Int64")
    return found.reset_index()


def _local_concentration(table: pd.DataFrame) -> pd.Series:
    worst = table.sort_values(["code", "rank"], kind="stable")
    limit = worst.groupby("code")["population"].transform("sum") * TENTH
    before = worst.groupby("code")["population"].cumsum() - worst["population"]
    counted = np.clip(limit - before, 0, worst["population"])  # of the last area, as many as make a tenth
    total = (counted * worst["upward"]).groupby(worst["code"]).sum()
    return total / counted.groupby(worst["code"]).sum()
