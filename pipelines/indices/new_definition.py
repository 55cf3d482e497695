"""A definition to start from, written from the headings of a table: `commonground score --new`. What is guessed is marked."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from geodata.records import DefinitionError, parse_yaml, validate
from pipelines.core.plain_text import told
from pipelines.core.problem import Problem
from pipelines.indices.any_table import known_direction, score_table
from pipelines.indices.table_file import LIST_HEADINGS, headings_of_areas, read_table
from pipelines.scoring.definition import Index
from pipelines.scoring.normalise import all_the_same

ENDINGS = (".yml", ".yaml")
LONGEST_NAME = 60
SHOWN = 10
TEXT = """\
# A definition to start from, written from the headings of {file}. What is marked GUESS rests on the table alone: read it,
# and say what you mean. Every key is explained in pipelines/definitions/score_your_own.md.
title: {title}   # GUESS: the full name of the index
shown_as: {title}   # GUESS: its name in tables
question: "What does it answer?"   # GUESS
reference_year: {year}   # GUESS: the year that the numbers describe
normalise: percentile   # GUESS: how the members come onto one scale
area_column: {area}   # GUESS: {why}
domains:
  all:
    title: All
    weight: 1
    reason: "One domain, until it is said what belongs together."   # GUESS
    members:   # GUESS: every column of numbers, all of the same weight
{members}{others}"""
MEMBER = """\
      {name}:
        heading: {heading}
        weight: 1   # GUESS
        direction: {direction}   # {why}
        reason: "Say why it counts."   # GUESS
"""


def write_definition(definition: Path, table: Path) -> str:
    """Write a definition that scores this table as it is, and say so in a sentence.

    Raises Problem where the file is there already or cannot be written, and where no definition can score the table.
    """
    if definition.suffix.lower() not in ENDINGS:
        message = "is no name for a definition"
        raise Problem(str(definition), message, "give it one that ends in .yml, before the table", usage=True)
    if definition.exists() or definition.is_symlink():
        message = "is there already, and would be overwritten"
        raise Problem(str(definition), message, "give the definition another name", usage=True)
    text, n_members, area = _text(table)
    try:
        value, lines = parse_yaml(text, definition.name)
        index = validate(Index, {**value, "stem": definition.stem}, lines, definition.name)
    except DefinitionError as error:
        message = f"has {n_members:,} columns of numbers, which no definition can hold ({str(error).splitlines()[0]})"
        raise Problem(table.name, message, "take out the columns that are not meant") from error
    score_table(index, read_table(table, index.area_column), table.name)  # what cannot be scored is told, not written
    try:
        with definition.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise Problem(
            str(definition), f"cannot be written ({error.strerror})", "give another place", usage=True
        ) from error
    members = "one member" if n_members == 1 else f"{n_members:,} members"
    return f"{definition} written: areas by {told(area, LONGEST_NAME)!r}, {members}; look at what is marked GUESS in it"


def _text(table: Path) -> tuple[str, int, str]:
    """The text of a definition, how many members it has, and its area column."""
    area, why = _area_column(read_table(table), table.name)
    frame = read_table(table, area)
    others = {str(name): _no_member(frame[name]) for name in frame.columns if name != area}
    headings = [name for name, reason in others.items() if reason is None]
    if not headings:
        raise Problem(table.name, "has no column of different numbers beside the areas", "give one a member")
    members = "".join(_member(name, heading) for name, heading in _names(headings))
    reasons = [f"{_quoted(told(name, LONGEST_NAME))} ({reason})" for name, reason in others.items() if reason]
    more = f", and {len(reasons) - SHOWN:,} more" if len(reasons) > SHOWN else ""
    left = f"# No members: {', '.join(reasons[:SHOWN])}{more}\n" if reasons else ""
    title = _quoted(told(table.stem, LONGEST_NAME) or "Index")
    told_of = {
        "file": _quoted(table.name),
        "title": title,
        "year": date.today().year,
        "area": _quoted(area),
        "why": why,
    }
    text = TEXT.format(**told_of, members=members, others=left)
    return text, len(headings), area


def _area_column(frame: pd.DataFrame, name: str) -> tuple[str, str]:
    """The heading of the column that most likely holds the areas, and why."""
    whole = [str(heading) for heading in frame.columns if heading and _tells_apart(frame[heading])]
    known = {heading.casefold() for heading in (*LIST_HEADINGS, *headings_of_areas())}
    if found := [h for h in whole if h.strip().casefold() in known or "code" in h.casefold()]:
        return found[0], "codes of areas are often headed so"
    if found := [heading for heading in whole if not _is_number(frame[heading])]:
        return found[0], "the first column of texts of which no two are the same"
    if whole:
        return whole[0], "the first column in which no two rows are the same"
    raise Problem(name, "has no column in which every row is another, so none names the areas", "give each row a code")


def _tells_apart(column: pd.Series) -> bool:
    texts = column.astype("str").str.strip()
    return bool(column.notna().all() and (texts != "").all() and not texts.duplicated().any())


def _is_number(column: pd.Series) -> bool:
    return bool(pd.to_numeric(column.astype("str"), errors="coerce").notna().all())


def _no_member(column: pd.Series) -> str | None:
    """Why a column is no member, None where it may be one."""
    if not column.name:
        return "no heading"
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return "no numbers" if column.notna().any() else "empty"
    known = column.dropna().to_numpy(float)
    if not len(known):
        return "empty"
    if not np.isfinite(known).all():
        return "not all are numbers"
    return "every row says the same" if all_the_same(known) else None


def _names(headings: list[str]) -> Iterator[tuple[str, str]]:
    """A name for each heading: its letters and digits, none twice."""
    taken: set[str] = set()
    for heading in headings:
        base = name = re.sub(r"\W+", "_", heading).strip("_").lower()[:LONGEST_NAME] or "column"
        while name in taken:
            name = f"{base}_{len(taken) + 1}"
        taken.add(name)
        yield name, heading


def _member(name: str, heading: str) -> str:
    direction, why = known_direction(name), "as the indicator of this name in sql/indicators"
    if direction is None:
        direction, why = "higher_is_more_need", "GUESS: or higher_is_less_need"
    plain = re.fullmatch(r"[a-z]\w*", name, re.ASCII) and yaml.safe_load(name) == name
    return MEMBER.format(name=name if plain else _quoted(name), heading=_quoted(heading), direction=direction, why=why)


def _quoted(text: str) -> str:
    """The text as YAML reads it back, in quotes and on one line, whatever is in it."""
    return yaml.safe_dump(text, default_style='"', allow_unicode=True, width=float("inf")).rstrip("\n")
