"""Where a list that volunteers keep, or that is cut, has looked for a kind of place: told from how much it lists.

Such a list claims an area, and may yet hold nothing of a kind in half of it. By authority, for each kind:

- *expected*: the residents times the rate of like authorities: the median, of places to a resident, of the authorities
  of its class (that in which most of its residents live). Where half of a class or more list none, the
  list is cut there, and the median of all authorities that list some stands in.
- An authority in which at least `least_expected` (10) are expected is judged by itself. In a smaller one, or of a rarer
  kind, having none is nothing odd: it goes by its region, judged as one, and where fewer are expected in all of that, by
  the nation. So a kind that is rare everywhere, listed here and there, is looked for everywhere.
- It was looked for where some are listed, and at least `least_share` (0.15) of what is expected. Else the kind was *not
  looked for*, and its absence says nothing.

The numbers stand in the taxonomy (`looked_for`).
"""

import numpy as np
import pandas as pd

from pipelines.register.taxonomy import LookedFor

WIDER = ("authority_code", "region_code", "nation_code")  # by which an authority is judged, the narrowest first


def authorities_of(areas: pd.DataFrame) -> pd.DataFrame:
    """The authorities of some areas, by code: `residents`, `like` (the class most residents live in), and the codes of
    what they lie in."""
    by_class = areas.groupby(["authority_code", areas["rural_or_urban"].fillna("")])["population"].sum()
    most = by_class.rename("n").reset_index().sort_values(["authority_code", "n"], ascending=[True, False])
    like = most.drop_duplicates("authority_code").set_index("authority_code")["rural_or_urban"]
    found = areas.groupby("authority_code").agg(
        residents=("population", "sum"), region_code=("region_code", "first"), nation_code=("nation_code", "first")
    )
    found["region_code"] = found["region_code"].fillna(found["nation_code"])
    return found.assign(like=like, authority_code=found.index).astype({"residents": "float64"})


def looked_for(rule: LookedFor, authorities: pd.DataFrame, listed: pd.Series) -> pd.DataFrame:
    """By authority: `n_listed`, `n_expected`, `judged_by` (authority, region or nation) and `is_looked_for`.

    `authorities` are those the list claims, as `authorities_of` gives them; `listed` is how many places it lists, by
    authority.
    """
    found = authorities.assign(n_listed=listed.reindex(authorities.index).fillna(0).astype("int64"))
    rate = found["n_listed"] / found["residents"].where(found["residents"] > 0)
    usual = rate.groupby(found["like"]).transform("median")
    found["n_expected"] = found["residents"] * usual.where(usual > 0, rate[rate > 0].median())
    can_tell, passes = [], []
    for code in WIDER:
        judged = found.groupby(found[code].to_numpy())[["n_listed", "n_expected"]].transform("sum")
        can_tell.append(judged["n_expected"] >= rule.least_expected)
        passes.append((judged["n_listed"] > 0) & (judged["n_listed"] >= rule.least_share * judged["n_expected"]))
    names = [code.removesuffix("_code") for code in WIDER]
    found["judged_by"] = np.select(can_tell[:-1], names[:-1], names[-1])
    found["is_looked_for"] = np.select(can_tell[:-1], passes[:-1], passes[-1])
    return found[["n_listed", "n_expected", "judged_by", "is_looked_for"]]
