"""Which small areas are meant by a code, a postcode, a name or a CSV, looked up in the release."""

import re
import shlex
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb
import pandas as pd
from typing_extensions import TypedDict

from pipelines.answers.latest import geography_of, picked, rows
from pipelines.areas.names import also_named
from pipelines.core.csv_text import read_list
from pipelines.core.near import is_code, near
from pipelines.core.plain_text import plain
from pipelines.core.problem import Problem
from pipelines.core.query import holds

LEVELS = ("area", "ward", "msoa", "authority")
NAMED_FIRST = ("authority", "ward", "msoa", "area")  # a name that stands for several levels is taken as the first
SHOWN = 60  # characters of what was typed that an answer repeats
NAMED_AT_MOST = 8


class Words(TypedDict):
    """What one and what several areas of a level are called."""

    one: str
    several: str


class NotFound(TypedDict):
    """A line of a file that is no area of the release."""

    line: int
    value: str


class AskedFor(TypedDict):
    """What was asked, as the answer tells it; see `Asked`."""

    text: str
    level: str
    code: str | None
    name: str | None
    n_lines: int | None
    not_found: list[NotFound]
    notes: list[str]


@dataclass
class Asked:
    """What was asked and the areas it means. `level`: area, postcode, ward, msoa, authority or file."""

    text: str
    level: str
    codes: list[str]
    code: str | None = None
    name: str | None = None
    n_lines: int | None = None
    not_found: list[NotFound] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_answer(self) -> AskedFor:
        """As part of the answer."""
        return picked(AskedFor, asdict(self))


def look_up(connection: duckdb.DuckDBPyConnection, text: str) -> Asked:
    """The areas meant by `text`. Raises Problem (usage) where nothing or nothing single is meant, with what is near."""
    if (path := _file(text)) is not None:
        return _from_file(connection, path, text)
    short = plain(text)[:SHOWN]
    ways = (_by_code, _by_postcode, _by_name, _by_other_name)
    if found := next((asked for way in ways if (asked := way(connection, text))), None):
        return found
    raise Problem(short or "AREA", _not_here(connection, text), _remedy(connection, text), usage=True)


def _file(text: str) -> Path | None:
    try:
        if Path(text).is_file():
            return Path(text)
    except (OSError, ValueError):  # no such name can be a file's
        return None
    if text.lower().endswith(".csv"):
        raise Problem(plain(text)[:SHOWN], "there is no such file", "give the path of a CSV that exists", usage=True)
    return None


def _by_code(connection, text: str) -> Asked | None:
    wanted = text.strip().upper()
    for level in LEVELS:
        found = rows(
            connection,
            f"select area_code, {level}_name as name from neighbourhood where {level}_code = $code order by area_code",
            code=wanted,
        )
        if found:
            return Asked(wanted, level, [row["area_code"] for row in found], wanted, found[0]["name"])
    return None


def _by_postcode(connection, text: str) -> Asked | None:
    wanted = _squeezed(text)
    if not holds(connection, "postcode"):
        return None
    found = rows(connection, "select area_code from postcode where postcode = $postcode", postcode=wanted)
    if not found:
        return None
    parts = re.fullmatch(geography_of(connection).postcodes.form, wanted)
    return Asked(" ".join(parts.groups()) if parts else wanted, "postcode", [found[0]["area_code"]], wanted)


def _by_name(connection, text: str) -> Asked | None:
    wanted = plain(text)
    hits = [hit for level in NAMED_FIRST for hit in _named(connection, level, wanted)]
    if not hits:
        return None
    first = [hit for hit in hits if hit["level"] == hits[0]["level"]]
    called = {level: words["one"] for level, words in level_words(connection).items()}
    if len(first) > 1:
        areas = "; ".join(f"{hit['code']} in {hit['authority_name']}" for hit in first[:NAMED_AT_MOST])
        level = called[first[0]["level"]]
        raise Problem(wanted[:SHOWN], f"is the name of {len(first)} areas ({level}): {areas}", "ask by the code", True)
    hit = hits[0]
    others = [
        f"{called[other['level']]} {other['code']} has the same name: ask by its code for that one"
        for other in hits[1:NAMED_AT_MOST]
    ]
    return Asked(wanted[:SHOWN], hit["level"], hit["codes"], hit["code"], hit["name"], notes=others)


def _by_other_name(connection, text: str) -> Asked | None:
    """An authority by another name of it, as "Hull" or "Southwark Council"."""
    held = rows(connection, "select distinct authority_code as code, authority_name as name from neighbourhood")
    names = pd.DataFrame(held, columns=["code", "name"]).assign(level="authority")
    code = also_named(names, plain(text), geography_of(connection))
    return _by_code(connection, code) if code else None


def _named(connection, level: str, name: str) -> list[dict]:
    return rows(
        connection,
        f"""select '{level}' as level, {level}_code as code, {level}_name as name, min(authority_name) as authority_name,
            list(area_code order by area_code) as codes
        from neighbourhood
        where strip_accents(lower({level}_name)) = strip_accents(lower($name)) and {level}_code is not null
        group by all order by code""",
        name=name,
    )


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text).upper()[:SHOWN]


def level_words(connection: duckdb.DuckDBPyConnection) -> dict[str, Words]:
    """What areas of each level are called where the release is of, smallest first."""
    levels = geography_of(connection).levels
    words = {level: levels[level].words for level in LEVELS if level in levels}
    return {level: {"one": one, "several": several} for level, (one, several) in words.items()}


def _not_here(connection, text: str) -> str:
    geography = geography_of(connection)
    if _is_postcode(connection, text):
        return "is not a live postcode of the areas of this release"
    if is_code(text):
        vintage = ", ".join(geography.levels[level].name for level in LEVELS if level in geography.levels)
        return f"is no code of an area of this release ({vintage})"
    *some, last = [words["one"] for level, words in level_words(connection).items() if level != "area"]
    named = f"{', '.join(some)} or {last}" if some else last
    return f"is no area code, {'postcode, ' if geography.postcodes else ''}or name of a {named} of this release"


def _is_postcode(connection, text: str) -> bool:
    postcodes = geography_of(connection).postcodes
    return bool(postcodes and re.fullmatch(postcodes.form, _squeezed(text)))


def _remedy(connection, text: str) -> str:
    held = rows(connection, "select areas_asked from release")[0]["areas_asked"]
    if _is_postcode(connection, text):
        return f"see that it is written right, or ask by a name; the release holds {held}"
    some = rows(connection, "select min(authority_name) as name from neighbourhood")[0]["name"]
    if is_code(text):
        return f"ask by a name: `commonground profile {shlex.quote(some)}` lists the codes of that authority; the release holds {held}"
    sql = "select distinct unnest([ward_name, msoa_name, authority_name]) as name from neighbourhood order by name"
    names = [row["name"] for row in rows(connection, sql) if row["name"]]
    if found := near(plain(text)[:SHOWN], names):
        return f"do you mean {', '.join(found)}?"
    return f"the release holds {held}; ask for an area in it"


# ---- a file


def _from_file(connection, path: Path, text: str) -> Asked:
    known = {row["area_code"] for row in rows(connection, "select area_code from neighbourhood")}
    geography = geography_of(connection)
    postal = geography.postcodes
    headings = ("area_code", *geography.levels["area"].headings, *(postal.headings if postal else ()))
    lines = read_list(path, headings, lambda value: _squeezed(value) in known)
    wanted = sorted({_squeezed(value) for _, value in lines})
    sql = "select postcode, area_code from postcode where list_contains($wanted, postcode)"
    found = rows(connection, sql, wanted=wanted) if holds(connection, "postcode") else []
    postcodes = {row["postcode"]: row["area_code"] for row in found}
    codes: list[str] = []
    missing: list[NotFound] = []
    for line, value in lines:
        code = _squeezed(value)
        if code in known or code in postcodes:
            codes.append(code if code in known else postcodes[code])
        else:
            missing.append({"line": line, "value": plain(value)[:SHOWN] or "(nothing)"})
    name = plain(path.name)[:SHOWN]
    if not codes:
        message = f"none of its {len(lines)} lines is an area code or live postcode of this release"
        first = f" (line {missing[0]['line']}: {missing[0]['value']})" if missing else ""
        remedy = f"give area codes{' or postcodes' if postal else ''} in the first column"
        raise Problem(name, message + first, remedy, usage=True)
    asked = Asked(plain(text)[:SHOWN], "file", sorted(set(codes)), name=name, n_lines=len(lines), not_found=missing)
    if len(codes) > len(asked.codes):
        asked.notes.append(f"{len(codes)} lines lie in {len(asked.codes)} areas; each area is counted once")
    return asked
