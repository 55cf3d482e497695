"""Grants and their continuity, by authority and year: who is funded again, who stops, who comes back after a gap.

Years are calendar years of the award. The first and the last year of a list need not be whole, and a year of which a list
holds no award at all is taken for one that it does not list: what was given in it is not known. So five years are five
whole ones. Amounts are as awarded, never adjusted for prices. Recipients are organisations, counted and not named.
"""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipelines.areas.claimed import claimed
from pipelines.core.schema import schema
from pipelines.core.step import Given, Step, Tables
from pipelines.register.few import few
from pipelines.register.source import Source
from pipelines.register.workspace import Workspace

YEARS = 5
# What is counted, by the column that says why it is null.
OF_YEAR = ("n_grants", "n_recipients", "total_gbp_nominal", "months_median", "years_funded_median")
CONTINUED = ("n_recipients_again", "n_recipients_after_gap", "n_recipients_stopped")
OF_5_YEARS = ("n_recipients_5_years", "total_gbp_nominal_5_years", "gbp_nominal_per_resident_5_years")
NULL_REASONS = ("null_reason", "continuity_null_reason", "five_years_null_reason", "each_of_5_years_null_reason")
NOT_LISTED, FEW = "not_covered", "suppressed"
CONTINUITY = schema(
    "authority_code str, year int64, is_listed bool, is_whole bool, n_grants Int64?, n_recipients Int64?, n_recipients_first Int64?,"
    "n_recipients_again Int64?, n_recipients_after_gap Int64?, n_recipients_stopped Int64?, n_recipients_5_years Int64?,"
    "n_recipients_each_of_5_years Int64?, total_gbp_nominal float64?, months_median float64?, years_funded_median float64?,"
    "total_gbp_nominal_5_years float64?, gbp_nominal_per_resident_5_years float64?,"
    + ",".join(f"{name} str?" for name in NULL_REASONS)
    + ", latest_award datetime64[ms], sources str",
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
    """A row per authority and year, from the first award listed to the last.

    `awards` has the columns of AWARD; `residents` by authority code. `is_listed`: each list that names the authority and has
    begun and not ended holds awards of the year, whomever for; else nothing is counted in it (`null_reason` not_covered).
    `n_recipients_first`: funded for the first time on the list; `_again`: the year before too; `_after_gap`: earlier, but
    not the year before; `_stopped`: the year before, and not this one, these three null where the year before is not
    listed. Of the five years ending with this one: recipients funded in any and in each, pounds, and pounds per resident;
    null where one of the five is not whole. `restricted`: lists that clear no rows, of which counts of few, and what is
    added up over few, are null (suppressed).
    """
    held = {source: set(years) for source, years in awards.groupby("source")["year"]}
    frames = [
        _of_authority(code, rows, residents.get(code, np.nan), held, bool(restricted & set(rows["source"])))
        for code, rows in awards.groupby("authority_code")
    ]
    empty = pd.DataFrame(columns=list(CONTINUITY.types)).astype(CONTINUITY.types)
    return pd.concat([empty, *frames], ignore_index=True) if frames else empty


def _of_authority(
    code: str, rows: pd.DataFrame, residents: float, held: Mapping[str, set[int]], is_restricted: bool
) -> pd.DataFrame:
    spans = rows.groupby("source")["year"].agg(["min", "max"])
    first, last = int(spans["min"].max()) + 1, int(spans["max"].min()) - 1  # the whole years, where they are listed
    every = range(int(rows["year"].min()), int(rows["year"].max()) + 1)
    running = {year: spans.index[(spans["min"] <= year) & (year <= spans["max"])] for year in every}
    listed = {year for year, lists in running.items() if len(lists) and all(year in held[one] for one in lists)}
    funded: dict[int, set[str]] = defaultdict(set)
    for year, recipients in rows.groupby("year")["recipient"]:
        funded[year] = set(recipients)
    seen: dict[str, int] = defaultdict(int)  # years in which each was funded so far
    told = []
    for year in every:
        now, before = funded[year], funded[year - 1]
        of_year = rows[rows["year"] == year]
        row = {"authority_code": code, "year": year, "is_listed": year in listed}
        row |= {"is_whole": year in listed and first <= year <= last}
        row |= dict(zip(NULL_REASONS, [NOT_LISTED] * 4, strict=True))
        if year in listed:
            row |= {
                "n_grants": len(of_year),
                "n_recipients": len(now),
                "n_recipients_first": sum(seen[r] == 0 for r in now),
                "total_gbp_nominal": of_year["amount_gbp"].sum(),
                "months_median": of_year["months"].median(),
                "years_funded_median": pd.Series([seen[r] + 1 for r in now], dtype="float64").median(),
                "null_reason": None,
            }
        if {year - 1, year} <= listed:
            row |= {
                "n_recipients_again": len(now & before),
                "n_recipients_after_gap": sum(seen[r] > 0 for r in now - before),
                "n_recipients_stopped": len(before - now),
                "continuity_null_reason": None,
            }
        for recipient in now:
            seen[recipient] += 1
        years = set(range(year - YEARS + 1, year + 1))
        if min(years) >= first and year <= last and years <= listed:
            pounds = rows.loc[rows["year"].isin(years), "amount_gbp"].sum()
            row |= {
                "n_recipients_5_years": len(set().union(*(funded[y] for y in years))),
                "n_recipients_each_of_5_years": len(set.intersection(*(funded[y] for y in years))),
                "total_gbp_nominal_5_years": pounds,
                "gbp_nominal_per_resident_5_years": pounds / residents if residents > 0 else None,
                "five_years_null_reason": None,
                "each_of_5_years_null_reason": None,
            }
        told.append(row)
    table = pd.DataFrame(told).reindex(columns=list(CONTINUITY.types))
    table = table.assign(latest_award=rows["awarded"].max(), sources=", ".join(sorted(rows["source"].unique())))
    return _suppressed(table.astype(CONTINUITY.types)) if is_restricted else table.astype(CONTINUITY.types)


def _suppressed(table: pd.DataFrame) -> pd.DataFrame:
    """The table without counts of few, and without what is added up over few recipients."""
    parts = ["n_recipients_first", *CONTINUED]
    of_few = {  # worked out before any is hidden
        ("null_reason", OF_YEAR): few(table["n_recipients"]),
        ("continuity_null_reason", CONTINUED): few(*(table[part] for part in parts)),
        ("five_years_null_reason", OF_5_YEARS): few(table["n_recipients_5_years"]),
        ("each_of_5_years_null_reason", ("n_recipients_each_of_5_years",)): few(table["n_recipients_each_of_5_years"]),
    }
    for (reason, names), hidden in of_few.items():
        table[list(names)] = table[list(names)].mask(hidden)
        table[reason] = table[reason].mask(hidden & table[reason].isna(), FEW)
    # what is new on the list is told only beside the others, from which it could else be had
    table["n_recipients_first"] = table["n_recipients_first"].mask(table["continuity_null_reason"].notna())
    return table
