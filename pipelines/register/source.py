"""What a source record says: where it is fetched, how it is read, its licence, its contract and what it covers."""

import datetime
import re
from collections.abc import Sequence
from typing import Annotated, Literal

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


class PartList(Record):
    """The publisher's own list of the parts of a source, a JSON file: `records` is the key of its rows, `part` and
    `name` the keys of a part and of the authority whose it is. `headers` are sent with the question."""

    url: str
    headers: dict[str, str] = {}
    records: str
    part: str
    name: str


class Sheets(Record):
    """The sheets of a workbook that make one table: those whose names match `named`, joined on one heading.

    Each has a row for the same values of `joined_on`, and no value twice.
    """

    named: str
    joined_on: str


Form = Literal["csv", "zip", "json", "xlsx", "parquet", "gpkg", "arcgis", "osm"]


class Fetch(Record):
    """How the bytes are got. `url` may hold {today:%Y%m%d}, or {part}, a key of the geography's `parts` named here;
    of several, the first that is there is read. Where today's file is not out yet, those of `back_days` before are asked.

    `discover` finds an address that changes. `alternate_url` stands where the publisher has no lasting address: it is
    asked only of a mirror (or a recording), and otherwise the file is put into the inbox by hand. `format`: the forms
    that the publisher is known to give, the usual one first; which one came is told by the bytes. `records`: the dotted
    paths, any of which leads to the list of rows in a JSON file. `distinct`: rows that say the same are one, where a
    table is of something finer. An `overpass` query is asked as it is, or as at each of `dates`. Of an `extract` the
    objects with one of `tags` are kept.
    """

    protocol: Literal["file", "arcgis", "nomis", "overpass", "extract"]
    url: str | list[str] = []
    alternate_url: str | None = None
    discover: Discover | None = None
    back_days: int = Field(0, ge=0, le=31)
    parts: str | None = None
    parts_list: PartList | None = None
    query: str | None = None
    dates: list[datetime.date] = []
    tags: dict[str, Annotated[list[str], Field(min_length=1)]] = {}
    format: Form | list[Form] = "csv"
    records: str | list[str] = ""
    member: str | None = None
    sheet: str | None = None
    sheets: Sheets | None = None
    distinct: bool = False
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
        if bool(self.parts) != any("{part}" in url for url in self.urls):
            raise ValueError("parts and a url with {part} go together")
        if self.parts_list and not self.parts:
            raise ValueError("parts_list goes with parts, which stand in where the list does not answer")
        if self.back_days and not any("{today" in url for url in self.urls):
            raise ValueError("back_days goes with a url that holds {today}")
        if self.sheet and self.sheets:
            raise ValueError("give one of sheet and sheets")
        if (self.protocol == "overpass") != bool(self.query):
            raise ValueError("the protocol overpass, and no other, needs a query")
        if (self.protocol == "extract") != bool(self.tags):
            raise ValueError("the protocol extract, and no other, needs tags")
        if self.protocol == "arcgis" and (self.geometry != bool(self.out_crs)):
            raise ValueError("an arcgis layer with geometry needs out_crs, one without must not have it")
        return self

    @property
    def urls(self) -> list[str]:
        """The addresses, in the order in which they are asked; none where a page tells it."""
        return _listed(self.url or self.alternate_url or [])

    @property
    def forms(self) -> list[str]:
        """The forms the bytes may have, the usual one first."""
        return _listed(self.format)

    @property
    def record_paths(self) -> list[list[str]]:
        """The keys that lead to the rows of a JSON file, one list a path."""
        return [path.split(".") if path else [] for path in _listed(self.records)]


def _listed(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


class Column(Record):
    """One column of our table: where it comes from, its type and unit, and the values it may hold.

    `from`: its heading, or the headings that the publisher is known to give it. `optional`: the publisher may leave the column out (then null). `on_breach: null`: in a living source one bad value
    becomes null and a row of the issue table; otherwise it fails the source.
    """

    source_name: str | list[str] = Field([], alias="from")
    type: Literal["text", "integer", "number", "date", "code"] = "text"
    date_form: str | None = None  # of dates that are not written year-month-day, as strptime has it
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

    def headings(self, name: str) -> list[str]:
        """The headings it may stand under, where `name` is its own."""
        return _listed(self.source_name) or [name]

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
    """A column and what its values mean to us. Case and outer spaces are passed over.

    `no_meaning`: values known to mean nothing to us; any other that is not among `values` is an issue.
    """

    column: str
    values: dict[str, str]
    no_meaning: list[str] = []

    @field_validator("values")
    @classmethod
    def _folded(cls, values: dict[str, str]) -> dict[str, str]:
        return {key.casefold(): value for key, value in values.items()}

    @field_validator("no_meaning")
    @classmethod
    def _folded_as_well(cls, values: list[str]) -> list[str]:
        return [value.casefold() for value in values]


class Kinds(Values):
    """The kind of each place. `not_places`: values known to be no kind of place; any other value is an issue."""

    not_places: list[str] = []

    @field_validator("not_places")
    @classmethod
    def _folded_too(cls, values: list[str]) -> list[str]:
        return [value.casefold() for value in values]


class Closed(Values):
    """Positive evidence that a place is shut: values that mean closed or temporarily_closed, and the year it closed.

    `blank`: what a blank cell means in a row that gives no year.
    """

    year: str | None = None
    blank: Literal["closed", "temporarily_closed"] | None = None


class Ended(Record):
    """A column, and those of its values by which a row has left the list. Case and outer spaces are passed over."""

    column: str
    values: list[str] = Field(min_length=1)

    @field_validator("values")
    @classmethod
    def _folded(cls, values: list[str]) -> list[str]:
        return [value.casefold() for value in values]


class Places(Record):
    """How the rows of a source become place records.

    `as_at` names a date column; so does `ended`, where a row with any date has left the list, else it tells the values
    of a column that say so. `refers_to` maps a column to the source
    whose identifiers stand in it. Sources of one `series` are editions of one list, the newest of which counts;
    `observed_on` is the date column of a table that holds many observations of it. `least_placed`: the share (0-1) of
    the places that must lie within the geography, else the answer is not a good one. `opening_hours`: the column that
    holds them, or one a day, by the day's name; `shares_with`: by what a place may share its building with, the column
    that is filled where it does.
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
    opening_hours: str | dict[str, str] = {}
    hours_per_week: str | None = None
    shares_with: dict[str, str] = {}
    closed: Closed | None = None
    as_at: str | None = None
    ended: str | Ended | None = None
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
    def days(self) -> dict[str, str]:
        """The columns of opening hours, by the name of the day; by no name where one column holds them all."""
        return {"": self.opening_hours} if isinstance(self.opening_hours, str) else self.opening_hours

    @property
    def columns(self) -> list[str]:
        """Every column the rule reads."""
        point = self.point
        single = [self.name, point.x, point.y, point.wkt, point.postcode, self.postcode, self.uprn]
        ended = self.ended.column if isinstance(self.ended, Ended) else self.ended
        single += [self.as_at, ended, self.observed_on, self.closed.year if self.closed else None, self.hours_per_week]
        single += [*self.days.values(), *self.shares_with.values()]
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
        if self.fetch.tags:
            asked = {f"{key}={value}".casefold() for key, values in self.fetch.tags.items() for value in values}
            if missing := sorted(self.places.kinds.values.keys() - asked if self.places and self.places.kinds else ()):
                raise ValueError(f"places maps {', '.join(missing)}, which fetch.tags does not ask for")
        return self
