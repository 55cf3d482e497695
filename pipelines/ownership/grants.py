"""Grants and their continuity, by authority and year: who is funded again, who stops, who comes back after a gap.

Years are calendar years of the award. The first and the last year of a list need not be whole, so five years are five
whole ones. Amounts are as awarded, never adjusted for prices. Recipients are organisations, counted and not named.
"""

from collections import defaultdict

import numpy as np
import pandas as pd

from pipelines.areas.claimed import claimed
from pipelines.core.schema import schema
from pipelines.core.step import Given, Step, Tables
from pipelines.register.source import Source
from pipelines.register.workspace import Workspace

YEARS = 5
LEAST = 10  # a smaller count of a list that clears no rows is not published
COUNTS = (
    "n_grants",
    "n_recipients",
    "n_recipients_first",
    "n_recipients_again",
    "n_recipients_after_gap",
    "n_recipients_stopped",
    "n_recipients_5_years",
    "n_recipients_each_of_5_years",
)
CONTINUITY = schema(
    "authority_code str, year int64, is_whole bool," + ",".join(f"{name} Int64?" for name in COUNTS) + ","
    "total_gbp_nominal float64?, months_median float64?, years_funded_median float64?,"
    "total_gbp_nominal_5_years float64?, gbp_nominal_per_resident_5_years float64?,"
    "latest_award datetime64[ms], sources str",
    key="authority_code year",
)
AWARD = schema(
    "source str, grant_id str, authority_code str, awarded datetime64[ms], year int64, amount_gbp float64, months float64?, recipient str"
)


def grants_step(workspace: Workspace) -> Step[Tables]:
    """The step that adds up lists of grants."""
    sources = workspace.register.grant_sources
    return Step(
        "ownership/grant_continuity",
        "ownership",
        "Grants by authority and year: how many, to how many, for how long, and how many are funded again.",
        (*(f"table/{stem}" for stem in sources), "geography/areas"),
        {"sources": sources, "geography": workspace.geography},
        make_grants,
        {"grant_continuity": CONTINUITY},
    )


def make_grants(given: Given) -> Tables:
    """Table `grant_continuity` (see `continuity`), of every list of grants that was read."""
    sources: dict[str, Source] = given.definition["sources"]
    areas = given.frame("geography/areas")
    listed = [_awards(source, given.frame(f"table/{stem}")) for stem, source in sources.items()]
    own = [
        rows[
            rows["authority_code"].isin(
                areas.loc[claimed(given.definition["geography"], source, areas), "authority_code"]
            )
        ]
        for source, rows in zip(sources.values(), listed, strict=True)
    ]  # a list says nothing of an authority that it does not claim to cover, though it may name one
    awards = pd.concat(own)
    residents = areas.groupby("authority_code")["population"].sum().astype("float64")
    restricted = {stem for stem, source in sources.items() if source.publish != "rows"}
    table = continuity(awards, residents, restricted)
    return {"grant_continuity": table}, {"grants": len(awards), "elsewhere": sum(map(len, listed)) - len(awards)}


def _awards(source: Source, rows: pd.DataFrame) -> pd.DataFrame:
    """The grants of one source as columns of our own."""
    rule = source.grants
    names = {rule.id: "grant_id", rule.awarded: "awarded", rule.amount_gbp: "amount_gbp"}
    names |= {rule.recipient: "recipient", rule.authority: "authority_code"}
    months = rows[rule.months] if rule.months else np.nan
    awards = rows[list(names)].rename(columns=names).assign(months=months, source=source.stem)
    return AWARD.held(awards.assign(year=awards["awarded"].dt.year), f"grants of {source.stem}")


def continuity(awards: pd.DataFrame, residents: pd.Series, restricted: set[str]) -> pd.DataFrame:
    """A row per authority and year, from the first award listed to the last, years without one among them.

    `awards` has the columns of AWARD; `residents` by authority code. `n_recipients_first`: funded for the first time on
    the list; `_again`: the year before too; `_after_gap`: earlier, but not the year before; `_stopped`: the year before,
    and not this one. Of the five whole years ending with this one: recipients funded in any and in each, pounds, and
    pounds per resident; null where the list does not hold five. A year within the list of which nothing is listed counts as
    one in which nobody was funded, which is for the list's own notes to doubt. `restricted`: lists that clear no rows, of which counts
    below 10, and what is added up over so few, are null.
    """
    frames = [
        _of_authority(code, rows, residents.get(code, np.nan), bool(restricted & set(rows["source"])))
        for code, rows in awards.groupby("authority_code")
    ]
    empty = pd.DataFrame(columns=list(CONTINUITY.types)).astype(CONTINUITY.types)
    return pd.concat([empty, *frames], ignore_index=True) if frames else empty


def _of_authority(code: str, rows: pd.DataFrame, residents: float, is_restricted: bool) -> pd.DataFrame:
    spans = rows.groupby("source")["year"].agg(["min", "max"])
    first, last = int(spans["min"].max()) + 1, int(spans["max"].min()) - 1  # the whole years
    funded: dict[int, set[str]] = defaultdict(set)
    for year, recipients in rows.groupby("year")["recipient"]:
        funded[year] = set(recipients)
    seen: dict[str, int] = defaultdict(int)  # years in which each was funded so far
    told = []
    for year in range(int(rows["year"].min()), int(rows["year"].max()) + 1):
        now, before = funded[year], funded[year - 1]
        of_year = rows[rows["year"] == year]
        row = {
            "authority_code": code,
            "year": year,
            "is_whole": first <= year <= last,
            "n_grants": len(of_year),
            "n_recipients": len(now),
            "n_recipients_first": sum(seen[r] == 0 for r in now),
            "n_recipients_again": len(now & before),
            "n_recipients_after_gap": sum(seen[r] > 0 for r in now - before),
            "n_recipients_stopped": len(before - now),
            "total_gbp_nominal": of_year["amount_gbp"].sum(),
            "months_median": of_year["months"].median(),
            "years_funded_median": pd.Series([seen[r] + 1 for r in now], dtype="float64").median(),
        }
        for recipient in now:
            seen[recipient] += 1
        years = range(year - YEARS + 1, year + 1)
        if years[0] >= first and year <= last:
            pounds = rows.loc[rows["year"].isin(years), "amount_gbp"].sum()
            row |= {
                "n_recipients_5_years": len(set().union(*(funded[y] for y in years))),
                "n_recipients_each_of_5_years": len(set.intersection(*(funded[y] for y in years))),
                "total_gbp_nominal_5_years": pounds,
                "gbp_nominal_per_resident_5_years": pounds / residents if residents > 0 else None,
            }
        told.append(row)
    table = pd.DataFrame(told).reindex(columns=list(CONTINUITY.types))
    table = table.assign(latest_award=rows["awarded"].max(), sources=", ".join(sorted(rows["source"].unique())))
    return _suppressed(table.astype(CONTINUITY.types)) if is_restricted else table.astype(CONTINUITY.types)


def _suppressed(table: pd.DataFrame) -> pd.DataFrame:
    """The table without counts below LEAST, and without what is added up over fewer grants or recipients."""
    parts = ["n_recipients_first", "n_recipients_again", "n_recipients_after_gap", "n_recipients_stopped"]
    hidden = (table[parts] < LEAST).any(axis=1)  # one alone could be had by taking the others away
    few, few_in_5 = table["n_recipients"] < LEAST, (table["n_recipients_5_years"] < LEAST).fillna(False)
    for name in COUNTS:
        table[name] = table[name].mask((table[name] < LEAST).fillna(False))
    table[parts] = table[parts].mask(hidden)
    for name in ("total_gbp_nominal", "months_median", "years_funded_median"):
        table[name] = table[name].mask(few)
    for name in ("total_gbp_nominal_5_years", "gbp_nominal_per_resident_5_years"):
        table[name] = table[name].mask(few_in_5)
    return table
