"""Whose a place is and how long those who use it may stay: what a register of an owner's land and buildings states."""

import numpy as np
import pandas as pd

from pipelines.register.place_rule import Places, Values
from pipelines.register.source import Source
from pipelines.register.tenure import ROLLING, SECURE, UNKNOWN, YEARS

TENURE = ["tenure", "tenure_band", "lease_ends", "unexpired_years"]  # said together, by one register
USE = ["use_state", "acv_flag", "register_words"]
BODY = r"\b(?:council|authority|corporation|borough)\b"  # what an owner that may be named is called
NO_BODY = "an owner that is not a public body by its name is not named"
LAPSED = "a lease that ended before its row's own date is taken as not known"


def meaning(rows: pd.DataFrame, values: Values | None) -> pd.Series:
    """What a column's values mean, case and outer spaces passed over; null where no meaning is given."""
    if values is None:
        return pd.Series(None, index=rows.index, dtype="str")
    return rows[values.column].astype("str").str.strip().str.casefold().map(values.values).astype("str")


def owners(rows: pd.DataFrame, rule: Places) -> pd.Series:
    """The name of each row's owner, where it is that of a public body: no person is named."""
    if not rule.owner:
        return pd.Series(None, index=rows.index, dtype="str")
    names = rows[rule.owner.name].astype("str")
    return names.where(names.str.contains(BODY, case=False).fillna(False).astype(bool))


def held_columns(rule: Places, rows: pd.DataFrame, as_at: pd.Series) -> pd.DataFrame:
    """The columns of TENURE and USE, a row per row of a source; all null where its rule has no `held`, but for the words of
    a list that is no owner's (`said`).

    `tenure` is the right by which the owner holds it. `tenure_band` is of those who use it: where it is let, of the lease or
    licence they have, of which a register seldom states the end; else of the owner. It is `unknown` where the
    register states a tenure, or that it is let, and not for how long; null where it states neither. `unexpired_years`:
    complete years from the record's own date to `lease_ends`. A lease that ended before that date is no answer, and is null.
    """
    held = rule.held
    nothing = pd.Series(None, index=rows.index, dtype="str")
    if held is None:
        told = dict.fromkeys((*TENURE, *USE), nothing) | {"lease_ends": pd.NaT, "unexpired_years": pd.NA}
        return pd.DataFrame(told | {"register_words": _said(rows, rule.said)}, index=rows.index)
    tenure, use, let_as = (_first(rows, rules) for rules in (held.tenure, held.use, held.let_as))
    ends = lease_ends(rule, rows, as_at)
    years = complete_years(as_at, ends)
    told = {"tenure": tenure, "tenure_band": band(tenure, use, let_as, years), "lease_ends": ends}
    told |= {"unexpired_years": years, "use_state": use, "acv_flag": meaning(rows, held.acv_flag)}
    return pd.DataFrame(
        told | {"register_words": _said(rows, {name: name for name in held.words}, "")}, index=rows.index
    )


def _said(rows: pd.DataFrame, columns: dict[str, str], form: str = "{}: ") -> pd.Series:
    """The words of the columns that are filled, each after what it tells, where `form` says so; null where none is."""
    said = pd.Series("", index=rows.index, dtype="str")
    for tells, name in columns.items():
        said += ("; " + form.format(tells) + rows[name].astype("str").str.strip()).fillna("")
    return said.str.removeprefix("; ").replace("", None)


def band(tenure: pd.Series, use: pd.Series, let_as: pd.Series, years: pd.Series) -> pd.Series:
    """The band of tenure of those who use each place, by the years that are left of a lease; a freehold has no end. Of a
    freehold that no word tells the use of, nothing is known: another may run it."""
    let = use.eq("let").fillna(False) | let_as.notna()
    leased = (let & ~let_as.eq("licence").fillna(False)) | (~let & tenure.eq("leasehold").fillna(False))
    by_years = pd.Series(UNKNOWN, index=tenure.index, dtype="str")
    for least in sorted(YEARS):
        by_years = by_years.mask((years >= least).fillna(False).astype(bool), YEARS[least])
    rolling = let_as.eq("licence").fillna(False) | (~let & tenure.eq("licence").fillna(False))
    found = np.select(
        [rolling, leased, ~let & use.notna() & tenure.eq("freehold").fillna(False), let | tenure.notna()],
        [ROLLING, by_years, SECURE, UNKNOWN],
        "",
    )
    return pd.Series(found, index=tenure.index, dtype="str").replace("", None)


def complete_years(since: pd.Series, until: pd.Series) -> pd.Series:
    """Complete years from one date to another (28 February of a common year completes a year from 29 February); null
    where either is not known."""
    since, until = (pd.to_datetime(dates).dt for dates in (since, until))
    day = lambda dates: dates.month * 100 + dates.day  # noqa: E731
    start, end = day(since), day(until)
    end = end.mask((end == 228) & ~until.is_leap_year, 229)
    return (until.year - since.year - (end < start)).where(start.notna() & end.notna()).astype("Int64")


def lease_ends(rule: Places, rows: pd.DataFrame, as_at: pd.Series) -> pd.Series:
    """When the lease of each row ends; null where it does not say, and where that was before its own date."""
    if not rule.held or not rule.held.lease_ends:
        return pd.Series(pd.NaT, index=rows.index, dtype="datetime64[ms]")
    ends = rows[rule.held.lease_ends]
    return ends.where(ends >= as_at).astype("datetime64[ms]")


def _first(rows: pd.DataFrame, rules: list[Values]) -> pd.Series:
    found = pd.Series(None, index=rows.index, dtype="str")
    for values in rules:
        found = found.fillna(meaning(rows, values))
    return found


def held_issues(source: Source, rows: pd.DataFrame, own: pd.DataFrame) -> list[tuple]:
    """Rows of the issue table: one for all owners that are not named, without what stands there, and one for all leases that
    ended before the date of their own row. `own` are the records of `rows`."""
    rule = source.places
    found: list[tuple] = []
    if not rule.owner or len(own) != len(rows):
        return found
    rows, dated = rows.reset_index(drop=True), own.sort_values("row")["as_at"].reset_index(drop=True)
    unnamed = rows[rule.owner.name].notna() & owners(rows, rule).isna()
    if unnamed.any():
        found.append(
            (source.stem, int(unnamed.idxmax()) + 1, rule.owner.name, "", f"{NO_BODY} ({unnamed.sum():,} rows)")
        )
    if rule.held and rule.held.lease_ends:
        column = rule.held.lease_ends
        past = rows[column].notna() & lease_ends(rule, rows, dated).isna()
        if past.any():
            first = f"{rows[column][past.idxmax()]:%Y-%m-%d}"
            found.append((source.stem, int(past.idxmax()) + 1, column, first, f"{LAPSED} ({past.sum():,} rows)"))
    return found
