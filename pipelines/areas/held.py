"""Look-ups and groups held to one another: codes of groups to those they group, each code of one name, what matched nothing told."""

from collections.abc import Iterable

import pandas as pd

from geodata.geography import Geography
from pipelines.core.lookup import among
from pipelines.core.problem import Problem


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
