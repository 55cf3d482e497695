"""What a list is held to, in words; and the dates of the evidence that it rests on."""

from collections.abc import Callable

import duckdb
import pandas as pd

from pipelines.answers.latest import rows
from pipelines.answers.lookup import Words
from pipelines.answers.selection.choice import Choice
from pipelines.answers.selection.ground import parted
from pipelines.answers.sheet import day, joined, number
from pipelines.core.problem import Problem
from pipelines.register.labels import label

SHOWN = 5  # codes of those excluded


def rules(choice: Choice, words: dict[str, Words], title_of: Callable[[str], str]) -> list[str]:
    """What a list is held to, a sentence each."""
    told, several = [], words[choice.level]["several"]
    for most, group in ((choice.max_per_ward, "ward"), (choice.max_per_authority, "authority")):
        told += [f"At most {most} in one {words[group]['one']}."] if most else []
    if choice.min_residents:
        told.append(f"Only {several} of at least {choice.min_residents:,} residents.")
    for name, percent in choice.worst.items():
        told.append(f"Only {several} among the highest {number(percent, 0 if percent == int(percent) else 1)} % of their {choice.worst_in} by {title_of(name)}.")  # fmt: skip
    if choice.labels:
        shown = joined([label("typology", code) for code in choice.labels])
        told.append(f"Only {several} labelled {shown}: as published, in every version too.")
    if choice.exclude:
        more = len(choice.exclude) - SHOWN
        told.append(f"Not {', '.join(choice.exclude[:SHOWN])}{f' and {more:,} more' if more > 0 else ''}.")
    if choice.cut_date:
        told.append(f"No evidence later than {day(choice.cut_date)}.")
    return told


def evidence(connection: duckdb.DuckDBPyConnection, areas: pd.Index, names: list[str]) -> dict[str, dict]:
    """By index or domain: the dates (`first`, `last`) of the indicators behind it in these areas, and which one is `latest`;
    of an index that reads another, the other's too."""
    connection.register("inside", pd.DataFrame({"area_code": areas}))
    dates = rows(
        connection,
        """
        select indicator, min(as_at) as first, max(as_at) as last from indicator_value semi join inside using (area_code)
        where value is not null and as_at is not null group by indicator""",
    )
    connection.unregister("inside")
    members = rows(connection, "select index_name, domain, member, is_in_index from index_member")
    known = {row["indicator"]: row for row in dates}

    def behind(index: str, domain: str | None) -> set[str]:
        own = {m["member"] for m in members if m["index_name"] == index and (m["domain"] == domain if domain else m["is_in_index"])}  # fmt: skip
        others = {name for name in own if any(m["index_name"] == name for m in members)}
        return (own - others).union(*(behind(name, None) for name in others))

    told = {}
    for name in names:
        found = [known[indicator] for indicator in sorted(behind(*parted(name))) if indicator in known]
        latest = max(found, key=lambda row: row["last"], default=None)
        told[name] = {
            "first": min((row["first"] for row in found), default=None),
            "last": latest["last"] if latest else None,
            "latest": latest["indicator"] if latest else None,
        }
    return told


def hold_to_date(choice: Choice, by_name: dict[str, dict]) -> None:
    """Raises Problem (usage) where a list rests on evidence later than its cut date: what was known then is not what this
    release holds."""
    for name, dates in by_name.items():
        if choice.cut_date and dates["last"] and dates["last"] > choice.cut_date:
            message = f"{name} rests on evidence of {day(dates['last'])} ({dates['latest']}), later than {day(choice.cut_date)}"
            remedy = (
                "give a later --cut-date, leave it out, or go back to a release of that time (commonground rollback)"
            )
            raise Problem("--cut-date", message, remedy, usage=True)
