"""What a source record says: where it is fetched, how it is read, its licence, its contract and what it covers."""

import datetime
import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from geodata.records import Record
from pipelines.core.plain_text import plain

Publish = Literal["rows", "aggregates", "nothing"]
PUBLISH = ("nothing", "aggregates", "rows")  # from least to most


class Licence(Record):
    """A licence: `publish` is the most that may leave under it; `share_alike`: what is made of its rows keeps it.

    `file` is how the names of files tell it (its key where there is none), `spdx` its name in data packages.
    """

    title: str
    url: str
    publish: Publish
    share_alike: bool = False
    file: str | None = None
    spdx: str | None = None
    note: str = ""


class Decision(Record):
    """An operator's decision about one source: what may be published of it, on whose word (an organisation or a role, never
    a person's address) and since when; under which licence, where that is another than its record says."""

    publish: Publish
    on_whose_word: str = Field(min_length=1, max_length=200)
    date: datetime.date
    licence: str | None = None
    note: str = Field("", max_length=500)

    @field_validator("on_whose_word", "note")
    @classmethod
    def _names_no_person(cls, value: str) -> str:
        if "@" in value:
            raise ValueError("name an organisation or a role, and give no e-mail address: this is published")
        return plain(value)

    @field_validator("date")
    @classmethod
    def _is_made(cls, value: datetime.date) -> datetime.date:
        if not datetime.date(2000, 1, 1) <= value <= datetime.date.today() + datetime.timedelta(days=1):
            raise ValueError("is not a day from 2000 to today")
        return value


class Discover(Record):
    """The page that names a file's present address: exactly one match of `pattern` on it, or failure."""

    page: str
    pattern: str


class Fetch(Record):
    """How the bytes are got. `url` may hold {today:%Y%m%d}, or {part}, a key of the geography's `parts` named here.

    `discover` finds an address that changes. `alternate_url` stands where the publisher has no stable address: it is
    asked only of a mirror (or a recording). `records` is the dotted path to the list of rows in a JSON file. An
    `overpass` query is asked as it is, or as at each of `dates`.
    """

    protocol: Literal["file", "arcgis", "nomis", "overpass"]
    url: str | None = None
    alternate_url: str | None = None
    discover: Discover | None = None
    parts: str | None = None
    query: str | None = None
    dates: list[datetime.date] = []
    format: Literal["csv", "zip", "json", "xlsx", "arcgis", "osm"] = "csv"
    records: str = ""
    member: str | None = None
    sheet: str | None = None
    encoding: str = "utf-8-sig"
    only_columns: bool = False  # of a very large file, read the declared columns alone
    strip_heading: str = ""
    where: str = "1=1"
    geometry: bool = False
    out_crs: str | None = None
    volatile: list[str] = []
    max_mb: int = 100

    @model_validator(mode="after")
    def _has_an_address(self):
        if sum(map(bool, (self.url, self.alternate_url, self.discover))) != 1:
            raise ValueError("needs one of url, alternate_url and discover")
        if bool(self.parts) != ("{part}" in (self.url or "")):
            raise ValueError("parts and a url with {part} go together")
        if (self.protocol == "overpass") != bool(self.query):
            raise ValueError("the protocol overpass, and no other, needs a query")
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
    """Where a record's coordinates stand: two columns, or one of well-known text; else its postcode is looked up.

    `quality`: how near the coordinates are to the door. A point looked up by postcode is of quality `postcode`.
    `shift_m`: what is added (east, north) to points that a publisher gives wrongly; `notes` of the source say how that
    is known, and matching tells when it no longer holds.
    """

    x: str | None = None
    y: str | None = None
    wkt: str | None = None
    crs: str | None = None
    shift_m: tuple[float, float] | None = None
    postcode: str | None = None
    quality: Literal["premises", "address", "postcode"] = "address"

    @model_validator(mode="after")
    def _one_form(self):
        if self.wkt and (self.x or self.y):
            raise ValueError("give either wkt, or x and y")
        if not (self.wkt or (self.x and self.y) or self.postcode):
            raise ValueError("give wkt, or x and y, or postcode")
        if bool(self.crs) != bool(self.wkt or self.x):
            raise ValueError("coordinates, and nothing else, need a crs")
        return self


class Values(Record):
    """A column and what its values mean to us. Case and outer spaces are passed over."""

    column: str
    values: dict[str, str]

    @field_validator("values")
    @classmethod
    def _folded(cls, values: dict[str, str]) -> dict[str, str]:
        return {key.casefold(): value for key, value in values.items()}


class Kinds(Values):
    """The kind of each place. `not_places`: values known to be no kind of place; any other value is an issue."""

    not_places: list[str] = []

    @field_validator("not_places")
    @classmethod
    def _folded_too(cls, values: list[str]) -> list[str]:
        return [value.casefold() for value in values]


class Closed(Values):
    """Positive evidence that a place is shut: values that mean closed or temporarily_closed, and the year it closed."""

    year: str | None = None


class Places(Record):
    """How the rows of a source become place records.

    `as_at` and `ended` name date columns; a row with an end has left the list. `refers_to` maps a column to the source
    whose identifiers stand in it. Sources of one `series` are editions of one list, the newest of which counts;
    `observed_on` is the date column of a table that holds many observations of it. `least_placed`: the share (0-1) of
    the places that must lie within the geography, else the answer is not a good one.
    """

    kind: str | None = None
    kinds: Kinds | None = None
    id: list[str] = Field(min_length=1)
    name: str
    point: Point
    postcode: str | None = None
    uprn: str | None = None
    refers_to: dict[str, str] = {}
    owner_kind: Values | None = None
    run_by: Values | None = None
    closed: Closed | None = None
    as_at: str | None = None
    ended: str | None = None
    series: str | None = None
    observed_on: str | None = None
    least_placed: float = Field(0.8, ge=0, le=1)

    @model_validator(mode="after")
    def _kind_or_kinds(self):
        if bool(self.kind) == bool(self.kinds):
            raise ValueError("give either kind or kinds")
        return self

    @property
    def listed_kinds(self) -> set[str]:
        """The kinds of place that the source lists."""
        return {self.kind} if self.kind else set(self.kinds.values.values())

    @property
    def columns(self) -> list[str]:
        """Every column the rule reads."""
        point = self.point
        single = [self.name, point.x, point.y, point.wkt, point.postcode, self.postcode, self.uprn]
        single += [self.as_at, self.ended, self.observed_on, self.closed.year if self.closed else None]
        mapped = [values.column for values in (self.kinds, self.owner_kind, self.run_by, self.closed) if values]
        return [*self.id, *mapped, *self.refers_to, *(column for column in single if column)]


class Verified(Record):
    """How address and format were known when the record was written: through a mirror, or from documentation. Whether the
    publisher's own answer held to the contract is observed in each DIR, and never declared."""

    how: Literal["mirror", "documented"]
    date: datetime.date


class Source(Record):
    """One registered source; `stem` is its name everywhere (YAML, snapshot, table, fixture, test).

    `covers` names the areas it claims to be complete for. `covers_by`: `stated_owner` asks further that the
    authority's own rows state an owner, `fetched` that its part was fetched. `complete: false` marks a list that
    volunteers keep: what it lists is there, what it does not list may be there too, so its cover is partial.
    """

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
    covers_by: Literal["stated_owner", "fetched"] | None = None
    complete: bool = True
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
            if missing := [c for c in self.places.columns if c not in self.columns]:
                raise ValueError(f"places uses {', '.join(missing)}, which is not a column")
            if not self.covers:
                raise ValueError("a source of places must say what it covers")
        return self
