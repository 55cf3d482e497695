"""corrections.csv: what local people know better than a source, checked line by line, applied beside the source's value."""

import datetime
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd

from geodata.crs import PUBLISHED, transform_xy
from geodata.geography import Geography
from geodata.locate import locate_points
from pipelines.core import by_hand, store
from pipelines.core.plain_text import plain
from pipelines.core.problem import Problem
from pipelines.core.schema import schema
from pipelines.core.step import Given, KeptRead, Step, Tables
from pipelines.register.taxonomy import Taxonomy
from pipelines.register.workspace import IDENTITY, Workspace

CORRECTION = schema("line int64, target str, field str, value str, reason str, evidence str, date str", key="line")
FILE = "corrections.csv"
HEADINGS = ("place_or_record", "field_or_event", "value", "reason", "evidence", "date")
ALIASES = {
    "place_or_record": {"place", "record", "place_id"},
    "field_or_event": {"field", "event"},
}
CHOICES = {
    "owner_kind": ("public", "mixed", "not_public", "community", "private", "faith"),
    "run_by": ("council", "commissioned", "community"),
    "status": ("open", "closed", "temporarily_closed"),
    "own_place": ("yes",),
}
JOINS = ("same_place_as", "own_place")
ONE_VALUE = ("name", "point", "owner_kind", "run_by", "status")  # of which two lines must not say two things
FIELDS = ("name", "kind", "point", *CHOICES, "same_place_as", "closed")
TARGET = re.compile(r"p[0-9a-f]{14}|[a-z][a-z0-9_]+\|\S.*")
DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


@dataclass(frozen=True)
class Correction:
    """One line: `target` is a place id, or `source|source_id`; `field` one of FIELDS (`closed` is an event, its value a
    year, month or day); `line` its number in the file, headings being line 1."""

    line: int
    target: str
    field: str
    value: str
    reason: str
    evidence: str
    date: str


@dataclass(frozen=True)
class Corrections:
    """All lines of corrections.csv, in order; none where there is no file."""

    lines: tuple[Correction, ...] = field(default_factory=tuple)

    def resolved(self, survivors: dict[str, str]) -> "Corrections":
        """The same, with the places that stand now in place of those merged away."""
        to = lambda name: survivors.get(name, name)  # noqa: E731
        return Corrections(tuple(replace(c, target=to(c.target), value=to(c.value)) for c in self.lines))

    @property
    def version(self) -> str:
        """The hash of what the lines say."""
        return store.sha256_json([[c.target, c.field, c.value, c.reason, c.evidence, c.date] for c in self.lines])


def read(data: Path, geography: Geography, taxonomy: Taxonomy) -> Corrections:
    """The corrections of DIR. Raises Problem naming every line that is wrong; then none is applied."""
    path = data / FILE
    if not path.exists():
        return Corrections()
    wrong, found = [], []
    said: dict[tuple[str, str], Correction] = {}
    for number, row in by_hand.read_lines(path, HEADINGS, ALIASES, "correction"):
        breach = _wrong(geography, taxonomy, row)
        if breach:
            wrong.append(f"line {number}: {breach}")
        else:
            target, what, value, *texts = (cell.strip() for cell in row)
            value = _named(value) if what == "same_place_as" else value
            line = Correction(number, _named(target), what, value, *map(plain, texts))
            first = said.setdefault((line.target, what), line)
            if what in ONE_VALUE and first.value != value:
                wrong.append(f"line {number}: says otherwise than line {first.line} of the same {what}")
            found.append(line)
    if wrong:
        by_hand.refuse(FILE, wrong, "correction")
    return Corrections(tuple(found))


def joins(corrections: Corrections, identity: Path) -> list[list[str]]:
    """The lines that join records or part them, as (record, field, value); a place stands for its first record, by the
    file of identities, which may be lost."""
    lines = [c for c in corrections.lines if c.field in JOINS]
    first: dict[str, str] = {}
    if lines and identity.exists():
        known = pd.read_parquet(identity).drop_duplicates("place_id")
        first = dict(zip(known["place_id"], known["source"] + "|" + known["source_id"], strict=True))
    return [[first.get(c.target, c.target), c.field, first.get(c.value, c.value)] for c in lines]


def _wrong(geography: Geography, taxonomy: Taxonomy, row: list[str]) -> str | None:
    """What is wrong with a line, None where nothing is."""
    if breach := by_hand.wrong_form(HEADINGS, row):
        return breach
    target, what, value, reason, evidence, date = (cell.strip() for cell in row)
    if not TARGET.fullmatch(_named(target)):
        return f"{plain(target)!r} is neither a place id nor source|source_id"
    if what == "own_place" and re.fullmatch(r"p[0-9a-f]{14}", target):
        return "own_place parts one record from its place: name the record as source|source_id"
    if what not in FIELDS:
        return f"{plain(what)!r} is not one of {', '.join(FIELDS)}"
    if not (value and reason and evidence):
        return "value, reason and evidence must each be given"
    if any(by_hand.PERSONAL.search(text) for text in (value, reason, evidence)):
        return "value, reason and evidence are published, and may hold no e-mail address or telephone number"
    try:
        datetime.date.fromisoformat(date)
    except ValueError:
        return f"{plain(date)!r} is not a date (YYYY-MM-DD)"
    return _wrong_value(geography, taxonomy, what, value)


def _wrong_value(geography: Geography, taxonomy: Taxonomy, what: str, value: str) -> str | None:
    if what in CHOICES and value not in CHOICES[what]:
        return f"{plain(value)!r} is not one of {', '.join(CHOICES[what])}"
    if what == "kind" and (value not in taxonomy.kinds or taxonomy.kinds[value].subset_of):
        return f"{plain(value)!r} is not a kind of taxonomy.yml"
    if what == "name" and value != plain(value):
        return "a name may hold no markup and no formula"
    if what == "closed" and not _is_date(value):
        return f"{plain(value)!r} is not a year, month or day (YYYY, YYYY-MM or YYYY-MM-DD)"
    if what == "same_place_as" and not TARGET.fullmatch(_named(value)):
        return f"{plain(value)!r} is neither a place id nor source|source_id"
    if what == "point" and point(geography, value) is None:
        return f"{plain(value)!r} is not a longitude and latitude, as in -0.075 51.545"
    return None


def _named(text: str) -> str:
    """A place id, or a record as `source|source_id`, which may be written `source:source_id` too."""
    return text if "|" in text else text.replace(":", "|", 1)


def _is_date(value: str) -> bool:
    try:
        datetime.date.fromisoformat(value + "-01-01"[len(value) - 4 :] if DATE.fullmatch(value) else value)
    except ValueError:
        return False
    return True


def check_targets(lines: tuple[Correction, ...], records: pd.Series, identity: Path, outlines: "Outlines") -> None:
    """Raises Problem where a line names a record, place or point that is not there: before anything is joined, for good.

    `records` are all place records, `identity` the file of place ids, which may be lost.
    """
    known = set(records)
    if identity.exists():
        known |= set(pd.read_parquet(identity, columns=["place_id"])["place_id"])
    else:  # lost, and made again from the lists before long: place ids are held against it then
        known |= {name for line in lines for name in (line.target, line.value) if "|" not in name}
    for line in lines:
        if line.field == "point":
            outlines.located(line)
        for target in (line.target, *([line.value] if line.field == "same_place_as" else [])):
            if target not in known:
                message = f"line {line.line}: there is no place or record {target}"
                raise Problem(FILE, message, "mend the line; until then no correction is applied")


def point(geography: Geography, value: str) -> tuple[float, float] | None:
    """The coordinates of a `point` correction (longitude, latitude) in the geography's CRS, None where they are none."""
    parts = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)[\s,]+(-?\d+(?:\.\d+)?)\s*", value)
    if not parts:
        return None
    x, y = transform_xy(np.array([float(parts[1])]), np.array([float(parts[2])]), PUBLISHED, geography.crs)
    return (round(float(x[0]), 1), round(float(y[0]), 1)) if np.isfinite(x[0]) and np.isfinite(y[0]) else None


@dataclass(frozen=True)
class Outlines:
    """The areas that a corrected point may lie in: the layer of outlines and its geography."""

    path: Path
    geography: Geography

    def located(self, line: Correction) -> dict:
        """The columns of a record or place that a `point` line sets. Raises Problem where it lies outside every area."""
        layer = self.geography.boundaries
        outlines = geopandas.read_parquet(self.path).sort_values(layer.by)
        x, y = (np.array([number]) for number in point(self.geography, line.value))
        at = locate_points(x, y, outlines.geometry.to_numpy())[0]
        if at < 0:
            what = f"line {line.line}: the point lies outside every area"
            raise Problem(FILE, what, "mend the line; until then no correction is applied")
        longitude, latitude = transform_xy(x, y, self.geography.crs, PUBLISHED)
        spot = {"x": x[0], "y": y[0], "longitude": longitude[0], "latitude": latitude[0]}
        return spot | {"area_code": outlines[layer.by].iloc[at], "point_quality": "premises"}


@dataclass(frozen=True)
class CorrectionsRead:
    """The corrections of DIR, as a step reads them; of some fields alone, where the others make no difference to it."""

    geography: Geography
    taxonomy: Taxonomy
    fields: tuple[str, ...] = FIELDS
    key: str = "file/corrections.csv"
    is_asset: bool = False

    def version(self, data: Path) -> str:
        """The hash of what the lines say."""
        return self.value(data).version

    def value(self, data: Path) -> Corrections:
        """The lines."""
        lines = read(data, self.geography, self.taxonomy).lines
        return Corrections(tuple(line for line in lines if line.field in self.fields))


@dataclass(frozen=True)
class JoinsRead:
    """The lines that join records or part them (see `joins`), as a step reads them."""

    geography: Geography
    taxonomy: Taxonomy
    key: str = "file/joins"
    is_asset: bool = False

    def version(self, data: Path) -> str:
        """The hash of what the lines say."""
        return store.sha256_json(self.value(data))

    def value(self, data: Path) -> list[list[str]]:
        """The lines."""
        return joins(read(data, self.geography, self.taxonomy), data / IDENTITY)


def corrections_step(workspace: Workspace) -> Step[Tables]:
    """The step that holds corrections to the records there are."""
    geography, taxonomy = workspace.geography, workspace.register.taxonomy
    return Step(
        "places/correction",
        "places",
        "The lines of corrections.csv, each held to the records, places and areas there are.",
        (
            CorrectionsRead(geography, taxonomy),
            "places/place_record",
            f"table/{geography.boundaries.source}",
            KeptRead(IDENTITY),
        ),
        {"geography": geography},
        make_corrections,
        {"correction": CORRECTION},
    )


def make_corrections(given: Given) -> Tables:
    """Table `correction`: the lines as they were read. Raises Problem where one names what is not there."""
    geography: Geography = given.definition["geography"]
    lines = given["file/corrections.csv"].lines
    if lines:
        records = given.frame("places/place_record", columns=["record"])["record"]
        outlines = Outlines(given[f"table/{geography.boundaries.source}"].path, geography)
        check_targets(lines, records, given[f"kept/{IDENTITY}"], outlines)
    return {"correction": pd.DataFrame([vars(line) for line in lines], columns=list(CORRECTION.types))}, {}


def apply_joins(joins: list[list[str]], pairs: pd.DataFrame, position: pd.Series) -> pd.DataFrame:
    """`pairs` of matching as the corrections have them: a pair that was joined by hand leads, one parted by hand is gone.

    `position` maps a record to its position in `pairs`.
    """
    parted = {position[target] for target, what, _ in joins if what == "own_place" and target in position}
    pairs = pairs[~(pairs["left"].isin(parted) | pairs["right"].isin(parted))]
    hands = [
        sorted((position[target], position[value]))
        for target, what, value in joins
        if what == "same_place_as" and target in position and value in position
    ]
    if not hands:
        return pairs
    by_hand = pd.DataFrame(hands, columns=["left", "right"]).assign(
        rule="a correction says so", name_score=np.nan, distance_m=np.nan, strength=99.0
    )
    return pd.concat([by_hand, pairs], ignore_index=True).drop_duplicates(["left", "right"])
