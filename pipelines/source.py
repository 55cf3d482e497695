"""What a source record says: where it is fetched, how it is read, its licence, its contract and what it covers."""

import datetime
import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from geodata.records import Record

Publish = Literal["rows", "aggregates", "nothing"]


class Licence(Record):
    """A licence: `publish` is the most that may leave under it."""

    title: str
    url: str
    publish: Publish
    note: str = ""


class Discover(Record):
    """The page that names a file's present address: exactly one match of `pattern` on it, or failure."""

    page: str
    pattern: str


class Fetch(Record):
    """How the bytes are got. `url` may hold {today:%Y%m%d}; `discover` finds an address that changes."""

    protocol: Literal["file", "arcgis", "nomis"]
    url: str | None = None
    discover: Discover | None = None
    format: Literal["csv", "zip", "json", "xlsx", "arcgis"] = "csv"
    member: str | None = None
    sheet: str | None = None
    encoding: str = "utf-8-sig"
    strip_heading: str = ""
    where: str = "1=1"
    geometry: bool = False
    out_crs: str | None = None
    volatile: list[str] = []
    max_mb: int = 100

    @model_validator(mode="after")
    def _has_an_address(self):
        if not self.url and not self.discover:
            raise ValueError("needs a url or a discover block")
        if self.protocol == "arcgis" and (self.geometry != bool(self.out_crs)):
            raise ValueError("an arcgis layer with geometry needs out_crs, one without must not have it")
        return self


class Column(Record):
    """One column of our table: where it comes from, its type and unit, and the values it may hold.

    `optional`: the publisher may leave the column out (then null). `on_breach: null`: in a living source one bad value
    becomes null and a row of the issue table; otherwise it fails the source.
    """

    source_name: str | None = Field(None, alias="from")
    type: Literal["text", "integer", "number", "date", "code"] = "text"
    level: str | None = None
    unit: str | None = None
    description: str = ""
    nullable: bool = False
    optional: bool = False
    min: float | None = None
    max: float | None = None
    values: list[str] | None = None
    null_texts: list[str] = []
    on_breach: Literal["fail", "null"] = "fail"

    @model_validator(mode="after")
    def _code_has_level(self):
        if (self.type == "code") != (self.level is not None):
            raise ValueError("a column of type code, and no other, needs a level")
        return self


class Rows(Record):
    """The row rule: `exactly` a number or an expected count of the geography, `between`, or a share of the last good."""

    exactly: int | str | None = None
    between: tuple[int, int] | None = None
    at_least_of_last: float | None = None

    @model_validator(mode="after")
    def _one_rule(self):
        if sum(rule is not None for rule in (self.exactly, self.between, self.at_least_of_last)) != 1:
            raise ValueError("give one of exactly, between, at_least_of_last")
        return self


class Point(Record):
    """Where a record's coordinates stand: two columns, or one column of well-known text."""

    x: str | None = None
    y: str | None = None
    wkt: str | None = None
    crs: str

    @model_validator(mode="after")
    def _one_form(self):
        if bool(self.wkt) == bool(self.x and self.y):
            raise ValueError("give either wkt, or x and y")
        return self


class Kinds(Record):
    """The kind of each place: a column and which of its values are which kind; values not named are not mapped."""

    column: str
    values: dict[str, str]


class Places(Record):
    """How the rows of a source become place records. `as_at` and `ended` name date columns; an ended row is no place."""

    kind: str | None = None
    kinds: Kinds | None = None
    id: list[str] = Field(min_length=1)
    name: str
    point: Point
    owner_kind: Kinds | None = None
    as_at: str | None = None
    ended: str | None = None

    @model_validator(mode="after")
    def _kind_or_kinds(self):
        if bool(self.kind) == bool(self.kinds):
            raise ValueError("give either kind or kinds")
        return self


class Verified(Record):
    """How the address and format were last seen to be right. `documented` formats carry no release figure."""

    how: Literal["live", "mirror", "documented"]
    date: datetime.date


class Source(Record):
    """One registered source; `stem` is its name everywhere (YAML, snapshot, table, fixture, test)."""

    stem: str
    title: str
    publisher: str
    geography: str
    page: str
    licence: str
    attribution: str
    publish: Publish
    vintage: datetime.date | None = None
    cadence: Literal["once", "yearly", "quarterly", "monthly", "weekly", "daily"]
    next_expected: datetime.date | None = None
    required: bool = False
    verified: Verified
    fetch: Fetch
    rows: Rows
    key: list[str] = []
    keep: dict[str, str] = {}
    columns: dict[str, Column]
    places: Places | None = None
    covers: str | None = None
    covers_by: Literal["stated_owner"] | None = None
    notes: list[str] = []

    @field_validator("stem")
    @classmethod
    def _stem_form(cls, value: str) -> str:
        if not re.fullmatch(r"[a-z][a-z0-9_]+", value):
            raise ValueError("a stem is lower-case letters, digits and underscores")
        return value

    @model_validator(mode="after")
    def _consistent(self):
        for name in [*self.key, *self.keep]:
            if name not in self.columns:
                raise ValueError(f"{name} is named in key or keep but is not a column")
        if self.places:
            used = [*self.places.id, self.places.name]
            used += [
                c
                for c in (
                    self.places.point.x,
                    self.places.point.y,
                    self.places.point.wkt,
                    self.places.as_at,
                    self.places.ended,
                )
                if c
            ]
            used += [k.column for k in (self.places.kinds, self.places.owner_kind) if k]
            if missing := [c for c in used if c not in self.columns]:
                raise ValueError(f"places uses {', '.join(missing)}, which is not a column")
            if not self.covers:
                raise ValueError("a source of places must say what it covers")
        return self
