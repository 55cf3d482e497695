"""Which files a source in parts has, and whose each is: from the publisher's own list, its names told by ours."""

import logging
import re
from dataclasses import dataclass, field

from geodata.geography import Geography
from geodata.names import authorities, name_key
from pipelines.core.json_text import read_json
from pipelines.core.plain_text import plain
from pipelines.core.problem import Problem
from pipelines.fetch.http import Client, refuse_html
from pipelines.register.fetch_rule import PartList
from pipelines.register.source import Source

log = logging.getLogger("commonground.fetch")
PART = r"\w{1,12}"  # it becomes part of an address
LIST_MB = 5
SHOWN = 8
SHORT = 40
LEAST = 0.95  # of the entries of a list must have both keys
MOST = 2000  # parts, five times the authorities of a nation


@dataclass(frozen=True)
class Parts:
    """`of`: whose each part is, by authority code. `missing`: why the list itself did not come; empty where it did."""

    of: dict[str, str]
    missing: dict[str, str] = field(default_factory=dict)


def parts_of(client: Client, source: Source, geography: Geography, last: dict | None) -> Parts:
    """The parts to fetch. Where the publisher's list does not answer, those of the `last` observation, else those that
    the geography's file names. Names on the list that are no authority of the geography are told in the log."""
    table, rule = geography.parts[source.fetch.parts], source.fetch.parts_list
    if not rule:
        return Parts(table)
    try:
        entries = _entries(client, source, rule)
    except Problem as problem:
        log.warning(
            "%s: the list of its files did not come (%s); those known before are asked for", source.stem, problem.what
        )
        return Parts((last or {}).get("parts_of") or table, {"list": problem.what})
    of, unknown = matched(geography, entries)
    if not of:
        raise Problem(
            source.stem,
            f"{rule.url} names no authority of {geography.title}",
            "look at the list; its form may have changed",
        )
    if unknown:
        more = f" and {len(unknown) - SHOWN} more" if len(unknown) > SHOWN else ""
        log.info("%s: %s of %s names on the list are no authority of ours: %s%s", source.stem, len(unknown), len(entries), ", ".join(unknown[:SHOWN]), more)  # fmt: skip
    return Parts(of)


def matched(geography: Geography, entries: list[tuple[str, str]]) -> tuple[dict[str, str], list[str]]:
    """Whose each part is, and the names that are nobody's, from (part, name) as the list has them.

    An authority that is not on the list under a name of its own is known by the districts it was made of, where all of
    them are on it: some of them would tell of a part of it only.
    """
    known = authorities(geography)
    of = {part: known[name_key(name)] for part, name in entries if name_key(name) in known}
    by_name = {name_key(name): part for part, name in entries}
    for code, districts in geography.made_of.items():
        if code not in of.values() and all(name_key(name) in by_name for name in districts):
            of |= {by_name[name_key(name)]: code for name in districts}
    return of, [name for part, name in entries if part not in of]


def _entries(client: Client, source: Source, rule: PartList) -> list[tuple[str, str]]:
    answer = client.get(source.stem, rule.url, LIST_MB * 1_000_000, validator=rule.headers, check=refuse_html)
    try:
        rows = read_json(answer.body or b"")[rule.records]
        known = (row for row in rows if isinstance(row, dict) and {rule.part, rule.name} <= row.keys())
        found = [(str(row[rule.part])[:SHORT].strip(), plain(str(row[rule.name]))) for row in known]
        if len(found) < LEAST * len(rows):
            raise KeyError(rule.name)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        message = f"the list at {rule.url} has an unexpected form ({type(error).__name__})"
        raise Problem(source.stem, message, "look at the list; the publisher may have changed its service") from error
    if len(found) > MOST:
        message = f"the list at {rule.url} names {len(found):,} parts, where there are some hundreds"
        raise Problem(source.stem, message, "look at the list; the publisher may have changed its service")
    return [(part, name) for part, name in found if re.fullmatch(PART, part)]
