"""Values carried from an older vintage of areas to the present one by the official exact-fit look-up, and rolled up.

How a value is carried depends on what it is. `extensive` (counts): each old area's count is shared out among the new
areas it became, by their residents, and what is shared out adds up to the count again. `intensive` (rates, scores): a
new area takes the mean of the old areas it was made of, weighted by residents. What the look-up says about a pair:

| code | said as   | counts                       | rates and scores                                             |
|------|-----------|------------------------------|--------------------------------------------------------------|
| U    | unchanged | as it was                    | as it was                                                    |
| S    | split     | shared out by residents      | the whole's value for each part                              |
| M    | merged    | added up                     | mean of the parts, weighted by their residents               |
| X    | irregular | shared out by residents, then added up | mean of the parents, each weighted by the residents it gave |

For X the publisher says that like cannot be compared with like; its values are given by the stated rule and marked.
A new area one of whose parents has no value has none: a part is never passed off as the whole.
"""

from typing import Literal

import numpy as np
import pandas as pd

SAID_AS = {"U": "unchanged", "S": "split", "M": "merged", "X": "irregular"}
MISSING = "not_in_area_vintage"
How = Literal["extensive", "intensive"]


class VintageError(ValueError):
    """Codes or changes that do not fit the look-up. The message names the first of them."""


def carry(
    values: pd.Series, lookup: pd.DataFrame, how: How, weights: pd.Series, old_weights: pd.Series | None = None
) -> pd.DataFrame:
    """One row per new code of `lookup`: `value`, `how_carried`, `share` and `null_reason`.

    `values` by old code; `lookup` has the columns old_code, new_code and change (U, S, M or X); `weights` are residents
    by new code. `old_weights`, residents by old code, weigh the parents of a merged area; without them they count
    alike. `share` is the part (0-1) of its parents that the new area took. Raises VintageError for codes that the
    look-up or the weights do not know, codes given twice, and changes that are not what the pairs of codes show.
    """
    pairs = fit(lookup, weights, old_weights)
    _check_codes(values, pairs)
    pairs["value"] = pairs["old_code"].map(values).astype("float64")
    pairs["known"] = pairs["value"].notna()
    pairs["part"] = _shared_out(pairs) if how == "extensive" else pairs["value"] * pairs["given"]
    groups = pairs.groupby("new_code")
    carried = groups["part"].sum()
    if how == "intensive":  # one parent: its value to the last digit
        alone = groups["value"].first().where(groups.size() == 1)
        carried = alone.fillna(carried / groups["given"].sum())
    table = how_carried(pairs)
    table.insert(0, "value", carried.where(groups["known"].all()))
    table["null_reason"] = pd.Series(MISSING, index=table.index).where(table["value"].isna(), None).astype("str")
    return table


def fit(lookup: pd.DataFrame, weights: pd.Series, old_weights: pd.Series | None = None) -> pd.DataFrame:
    """The pairs of the look-up with `share` (of the old area's residents, in this new one) and `given` (how many).

    Raises VintageError as `carry` does.
    """
    pairs = lookup[["old_code", "new_code", "change"]].sort_values(["old_code", "new_code"]).reset_index(drop=True)
    if (twice := pairs.duplicated(["old_code", "new_code"])).any():
        raise VintageError(_message("pairs given twice in the look-up", pairs.loc[twice, "old_code"]))
    _check_changes(pairs)
    residents = _weights(weights, pairs["new_code"], "new")
    pairs["share"] = residents / residents.groupby(pairs["old_code"]).transform("sum")
    if pairs["share"].isna().any():
        raise VintageError(
            _message("old codes none of whose parts has residents", pairs.loc[pairs["share"].isna(), "old_code"])
        )
    whole = 1.0 if old_weights is None else _weights(old_weights, pairs["old_code"], "old")
    pairs["given"] = pairs["share"] * whole
    return pairs


def how_carried(pairs: pd.DataFrame) -> pd.DataFrame:
    """By new code: `how_carried`, and `share`, the part (0-1) of its parents' residents that it took."""
    groups = pairs.groupby("new_code")
    said = groups["change"].first().map(SAID_AS).astype("str")
    whole = (pairs["given"] / pairs["share"].where(pairs["share"] > 0)).groupby(pairs["new_code"]).sum()
    share = (groups["given"].sum() / whole).where(groups.size() > 1, groups["share"].first())
    return pd.DataFrame({"how_carried": said, "share": share})


def roll_up(values: pd.Series, groups: pd.Series, how: How, weights: pd.Series | None = None) -> pd.DataFrame:
    """One row per group of areas (a middle area, ward, authority, region): `value`, `share` and `null_reason`.

    `values` and `groups` (the group's code) by area; counts are added up, rates and scores averaged by `weights`. `share`
    is the part (0-1) of the group's weight that has a value, of its areas where no weights are given; a group with less
    than all of it has no value. Never for ranks or deciles. Raises VintageError for areas without a group or weight.
    """
    if how == "intensive" and weights is None:
        raise VintageError("rates and scores are rolled up by weights, and none are given")
    if (strange := ~groups.index.isin(values.index)).any() or len(values) != len(groups):
        odd = groups.index[strange] if strange.any() else values.index.difference(groups.index)
        raise VintageError(_message("areas that are not in both values and groups", odd.to_series()))
    if groups.isna().any():
        raise VintageError(_message("areas without a group", groups.index[groups.isna()].to_series()))
    frame = pd.DataFrame({"group": groups.to_numpy()}, index=groups.index).sort_index()
    frame["value"] = values.reindex(frame.index).astype("float64")
    frame["weight"] = 1.0 if weights is None else _weights(weights, frame.index.to_series(), "area")
    frame["part"] = frame["value"] * (frame["weight"] if how == "intensive" else 1.0)
    frame["seen"] = frame["weight"].where(frame["value"].notna(), 0.0)
    by = frame.groupby("group")
    total = by["part"].sum() / (by["weight"].sum() if how == "intensive" else 1.0)
    whole = by["value"].count() == by.size()
    return pd.DataFrame(
        {
            "value": total.where(whole),
            "share": (by["seen"].sum() / by["weight"].sum()).where(~whole, 1.0),
            "null_reason": pd.Series(MISSING, index=whole.index).where(~whole, None).astype("str"),
        }
    )


def _shared_out(pairs: pd.DataFrame) -> pd.Series:
    """Each old area's count times its shares, cut on one binary grid so that whole counts add up to the last bit.

    The last part of an old area takes what the others leave.
    """
    total = pairs.loc[~pairs["old_code"].duplicated(), "value"].abs().sum()
    grid = np.spacing(total) if total > 0 else 1.0
    parts = (pairs["value"] * pairs["share"] / grid).round() * grid
    last = ~pairs["old_code"].duplicated(keep="last")
    others = parts.where(~last, 0.0).groupby(pairs["old_code"]).transform("sum")
    return parts.where(~last, pairs["value"] - others)


def _check_codes(values: pd.Series, pairs: pd.DataFrame) -> None:
    if values.index.has_duplicates:
        raise VintageError(_message("codes given twice", values.index[values.index.duplicated()].to_series()))
    strange = ~values.index.isin(pairs["old_code"])
    if strange.any():
        raise VintageError(_message("codes that the look-up does not know", values.index[strange].to_series()))


def _check_changes(pairs: pd.DataFrame) -> None:
    unknown = ~pairs["change"].isin(SAID_AS)
    if unknown.any():
        raise VintageError(_message(f"changes other than {', '.join(SAID_AS)}", pairs.loc[unknown, "old_code"]))
    parts = pairs.groupby("old_code")["new_code"].transform("size")
    parents = pairs.groupby("new_code")["old_code"].transform("size")
    fits = {"U": (parts == 1) & (parents == 1), "S": (parts > 1) & (parents == 1), "M": (parts == 1) & (parents > 1)}
    for change, so in fits.items():
        wrong = (pairs["change"] == change) & ~so
        if wrong.any():
            raise VintageError(_message(f"said to be {SAID_AS[change]} and are not", pairs.loc[wrong, "old_code"]))
    mixed = pairs.groupby("new_code")["change"].transform("nunique") > 1
    if mixed.any():
        raise VintageError(_message("new codes with changes of two kinds", pairs.loc[mixed, "new_code"]))


def _weights(weights: pd.Series, codes: pd.Series, which: str) -> pd.Series:
    found = codes.map(weights).astype("float64")
    bad = found.isna() | (found < 0)
    if bad.any():
        raise VintageError(_message(f"{which} codes without residents to weigh by", codes[bad]))
    return found


def _message(what: str, codes: pd.Series) -> str:
    codes = list(dict.fromkeys(codes))
    more = f" and {len(codes) - 3:,} more" if len(codes) > 3 else ""
    return f"{what}: {', '.join(map(str, codes[:3]))}{more}"
