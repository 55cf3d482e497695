"""needs.csv: needs that community bodies state themselves, checked line by line, shown beside the measured gap, never weighed.

A line is a statement: what one body says of one kind of place, here or wherever its area reaches; it names neither the body
nor anyone, so statements are what is counted, and never bodies. Two bodies of a kind that allow no more than to be counted,
and said so on one day, are two equal lines: they stand one below the other. Any other line that says the same as one before
it is a copy, and refused.

`consent` says what the body allows: `words` that its words are shown, with what kind of body it is and when it said so;
`count` that it is counted, and no more. Its words are shown because the body itself wanted that, however few others say the
same. A count is another matter: of a few bodies in a small area it tells who spoke and who did not. So of statements that may
only be counted, fewer than 10 are nowhere told, nor is a number from which those in words could be taken away; a need that
rests on these alone is not told at all, as if nobody had stated it.
"""

import datetime
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geodata.geography import Geography
from pipelines.core import by_hand, store
from pipelines.core.plain_text import plain
from pipelines.core.schema import schema
from pipelines.core.step import Given, Step, Tables
from pipelines.register.labels import read_labels
from pipelines.register.of_a_person import of_a_person
from pipelines.register.taxonomy import Taxonomy
from pipelines.register.workspace import Workspace

FILE = "needs.csv"
HEADINGS = ("area", "kind", "words", "kind_of_body", "consent", "date")
ALIASES = {"kind_of_body": {"body"}}
LEVELS = ("area", "ward", "msoa", "authority")
OTHER = "other"  # a need of something that is no kind of place
LONGEST = 500  # characters of what a body says
COPY = "a body states a need once; of several bodies that are only counted, equal lines without words stand one below the other"
FIRST_DAY = datetime.date(2000, 1, 1)
NEED = schema(
    "line int64, level str, area_code str, kind str, words str?, body_kind str, consent str, stated_on datetime64[ms]",
    key="line",
)


@dataclass(frozen=True)
class Need:
    """One line, its number in the file (headings are line 1): what a body says of a kind of place in an area of a level;
    `words` are kept only where it allows that they are shown."""

    line: int
    level: str
    area_code: str
    kind: str
    words: str | None
    body_kind: str
    consent: str
    stated_on: str


def read(data: Path, geography: Geography, taxonomy: Taxonomy) -> tuple[Need, ...]:
    """The needs of DIR, in order; none where there is no file. Raises Problem naming lines that are wrong; then none is
    applied."""
    path = data / FILE
    if not path.exists():
        return ()
    wrong, found = [], []
    last: dict[tuple[str, ...], int] = {}  # the line that said the same last
    above: tuple[str, ...] = ()  # the line before this one
    for number, row in by_hand.read_lines(path, HEADINGS, ALIASES, "need"):
        cells = tuple(cell.strip() for cell in row)
        breach = by_hand.wrong_form(HEADINGS, row) or _wrong(geography, taxonomy, *cells)
        if not breach and cells in last and (cells != above or cells[HEADINGS.index("words")]):
            breach = f"says the same as line {last[cells]}: {COPY}"
        last[cells], above = number, cells
        if breach:
            wrong.append(f"line {number}: {breach}")
            continue
        area, kind, words, body, consent, date = cells
        shown = words if consent == "words" else None
        found.append(Need(number, _level(geography, area), area, kind, shown, body, consent, date))
    if wrong:
        by_hand.refuse(FILE, wrong, "need")
    return tuple(found)


def _level(geography: Geography, code: str) -> str:
    """The level of areas that a code is of; empty where it is of none."""
    known = [level for level in LEVELS if level in geography.levels]
    return next((level for level in known if re.fullmatch(geography.pattern(level), code)), "")


def _wrong(
    geography: Geography, taxonomy: Taxonomy, area: str, kind: str, words: str, body: str, consent: str, date: str
) -> str | None:
    """What is wrong with a line, None where nothing is."""
    bodies, consents = (tuple(read_labels()[name].codes) for name in ("need_body", "need_consent"))
    kinds = (*taxonomy.listed(), OTHER)
    if not _level(geography, area):
        return f"{plain(area)!r} is no code of a small area, ward, MSOA or authority"
    if kind not in kinds:
        return f"{plain(kind)!r} is not one of {', '.join(kinds)}"
    if body not in bodies:
        return f"{plain(body)!r} is not one of {', '.join(bodies)}: a need is stated by a body, never by a person"
    if consent not in consents:
        return f"{plain(consent)!r} is not one of {', '.join(consents)}: what a body did not consent to stays out of the file"
    if not words and (consent == "words" or kind == OTHER):
        return f"words must be given where {'consent is words' if consent == 'words' else 'kind is other'}"
    if words != plain(words, LONGEST):
        return f"words may hold no markup and no formula, and at most {LONGEST} characters"
    if found := of_a_person(words, geography.postcodes.form if geography.postcodes else None):
        return f"words may hold no {found.removeprefix('an ').removeprefix('the ')}"
    try:
        day = datetime.date.fromisoformat(date)
    except ValueError:
        return f"{plain(date)!r} is not a date (YYYY-MM-DD)"
    if not FIRST_DAY <= day <= datetime.date.today() + datetime.timedelta(days=1):
        return f"{day} is not a day from 2000 to today"
    return None


@dataclass(frozen=True)
class NeedsRead:
    """The needs of DIR, as a step reads them."""

    geography: Geography
    taxonomy: Taxonomy
    key: str = "file/needs.csv"
    is_asset: bool = False

    def version(self, data: Path) -> str:
        """The hash of what the lines say."""
        return store.sha256_json([vars(need) for need in self.value(data)])

    def value(self, data: Path) -> tuple[Need, ...]:
        """The lines."""
        return read(data, self.geography, self.taxonomy)


def needs_step(workspace: Workspace) -> Step[Tables]:
    """The step that holds stated needs to the areas there are."""
    return Step(
        "ownership/need",
        "ownership",
        "The lines of needs.csv, each held to the areas asked; shown beside the measured gap, and part of no score.",
        (NeedsRead(workspace.geography, workspace.register.taxonomy), "geography/areas", "geography/scope"),
        {},
        make_needs,
        {"need": NEED},
    )


def make_needs(given: Given) -> Tables:
    """Table `need`: the lines as they were read. Raises Problem where one is of an area that is not among those asked."""
    lines: tuple[Need, ...] = given[NeedsRead.key]
    areas = given.frame("geography/areas").merge(given.frame("geography/scope")[["area_code"]], on="area_code")
    known = {level: set(areas[f"{level}_code"].dropna()) for level in LEVELS}
    if wrong := [need for need in lines if need.area_code not in known[need.level]]:
        told = [f"line {need.line}: {need.area_code} is no area of this release" for need in wrong]
        by_hand.refuse(FILE, told, "need")
    table = pd.DataFrame([vars(need) for need in lines], columns=list(NEED.types))
    table["stated_on"] = pd.to_datetime(table["stated_on"]).astype("datetime64[ms]")
    # of what may be shown alone: of few lines that are not, a hash would tell whoever tries those there might be
    # and their numbers would tell how many lines are not among them
    shown = [{name: value for name, value in vars(need).items() if name != "line"} for need in lines if need.words]
    said = store.sha256_json(shown) if lines else None
    return {"need": table.astype({"words": "str"})}, {"shown_sha256": said}
