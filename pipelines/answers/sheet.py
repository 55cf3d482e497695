"""Building blocks of a printable sheet: headings, wrapped lines, numbers and dates in plain words; and the JSON."""

import datetime
import textwrap
from collections.abc import Iterable, Mapping

import orjson
from typing_extensions import TypedDict

from pipelines.answers.titles import NOT_KNOWN

WIDTH = 100
LABEL = 16


class Titled(TypedDict):
    """A source and its title, whatever else is told of it."""

    source: str
    title: str


def as_json(sheet: Mapping[str, object]) -> str:
    """The sheet as one JSON object; null is not known."""
    return orjson.dumps(sheet, option=orjson.OPT_INDENT_2).decode()


def heading(title: str) -> list[str]:
    """A blank line and a heading in capitals."""
    return ["", title.upper(), "-" * len(title)]


def para(text: str, indent: int = 0, hang: int | None = None) -> list[str]:
    """The text wrapped, without characters that a terminal would act on."""
    safe = "".join(letter for letter in text if letter.isprintable())
    first, rest = " " * indent, " " * (indent if hang is None else hang)
    return textwrap.wrap(safe, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False) or [""]


def item(text: str) -> list[str]:
    """One entry of a list."""
    return para(f"- {text}", 2, 4)


def labelled(label: str, text: str | None) -> list[str]:
    """A label and what it says, or 'not known'."""
    return para(f"{label.ljust(LABEL)}{text or NOT_KNOWN}", 2, 2 + LABEL)


def counted(n: int, one: str, many: str) -> str:
    """A number and its noun."""
    return f"{n:,} {one if n == 1 else many}"


def areas(n: int) -> str:
    """A number of areas."""
    return counted(n, "area", "areas")


def residents(n: int | None) -> str:
    """A number of residents, or 'a number of residents not known'."""
    return f"residents {NOT_KNOWN}" if n is None else counted(n, "resident", "residents")


def number(value: float | None, digits: int = 1) -> str:
    """A number, or 'not known'; a number that is not zero is not shown as zero."""
    if value is None:
        return NOT_KNOWN
    if value and round(value, digits) == 0:
        return f"under {10**-digits:g}" if value > 0 else f"{value:.1g}"
    return f"{value:,.{digits}f}"


def percent(share: float | None) -> str:
    """A share of 0-1 as a percentage; only all of it is 100 %."""
    if share is None:
        return NOT_KNOWN
    return f"{min(share * 100, 99 if share < 1 - 1e-9 else 100):.0f} %"


def minutes(value: float | None) -> str:
    """A walk in whole minutes."""
    if value is None:
        return f"distance {NOT_KNOWN}"
    return "under 1 min" if value < 0.75 else f"{value:.0f} min"


def day(date: datetime.date | str | None, precision: str = "day") -> str:
    """A date in words, as precise as it is known."""
    if date is None:
        return f"date {NOT_KNOWN}"
    date = datetime.date.fromisoformat(date[:10]) if isinstance(date, str) else date
    return {"year": f"{date.year}", "month": f"{date:%B %Y}"}.get(precision, f"{date.day} {date:%B %Y}")


def evidence_of(date: datetime.date | None) -> str:
    """How old evidence is."""
    return "undated evidence" if date is None else f"evidence of {day(date)}"


def name_of(name: str | None, kind: str) -> str:
    """A place's name, or that it has none."""
    return name or f"a {kind} whose name is {NOT_KNOWN}"


def joined(names: list[str]) -> str:
    """Names in a sentence."""
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1] if names else ""


def thanks(attributions: list[str]) -> str:
    """The words that licences ask for, each sentence once."""
    sentences = [part.strip(" .") for text in sorted(set(attributions)) for part in text.split(". ")]
    return ". ".join(dict.fromkeys(sentences)) + "."


def more(n: int, shown: int) -> list[str]:
    """Where a list is longer than the page shows, how many more there are."""
    return [f"  (and {n - shown:,} more: --json lists them all)"] if n > shown else []


def titled(text: str, sources: Iterable[Titled]) -> str:
    """The text with the titles of sources in place of their short names."""
    for row in sources:
        text = text.replace(row["source"], row["title"])
    return text
