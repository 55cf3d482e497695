"""How the bytes of a source are got, and which forms they may have."""

import datetime
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from geodata.records import Record

Form = Literal["csv", "zip", "json", "xlsx", "parquet", "gpkg", "geojson", "arcgis", "osm"]


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


class TallyColumn(Record):
    """What is kept of one column: of `values`, what each text of the publisher's stands for (several may stand for one), or
    the texts themselves that match `pattern`, in capitals and without spaces. Any other text is null, and kept nowhere."""

    source_name: str = Field(alias="from")
    values: dict[str, str] = {}
    pattern: str = ""

    @model_validator(mode="after")
    def _one_rule(self):
        if bool(self.values) == bool(self.pattern):
            raise ValueError("give one of values and pattern")
        return self


class Tally(Record):
    """How many rows of a large CSV say the same in the columns `by`: all that is kept of it, beside the number, `count`.
    Its last line begins with `last_line` and says how many rows there are. `edition`: the name of the file, as strptime has it.
    """

    by: dict[str, TallyColumn] = Field(min_length=1)
    count: str
    last_line: str = Field(min_length=1)
    edition: str


class Fetch(Record):
    """How the bytes are got. `url` may hold {today:%Y%m%d}, or {part}, a key of the geography's `parts` named here;
    of several, the first that is there is read. Where today's file is not out yet, those of `back_days` before are asked.

    `discover` finds an address that changes. `alternate_url` stands where the publisher has no lasting address: it is
    asked only of a mirror (or a recording), and otherwise the file is put into the inbox by hand. `by_hand`: it has no
    address at all, for the publisher hands it to those alone who agree to its licence; nobody is asked for it, and until
    its file lies in the inbox nothing is wrong. `format`: the forms
    that the publisher is known to give, the usual one first; which one came is told by the bytes. `records`: the dotted
    paths, any of which leads to the list of rows in a JSON file. `only_rows`: of a CSV, the rows alone that have one of
    these values under that heading. `distinct`: rows that say the same are one, where a
    table is of something finer. Of an `arcgis` layer with `points` a point within each shape is read (`@lon`, `@lat`),
    and no shape. An `overpass` query is asked as it is, or as at each of `dates`. Of an `extract` the
    objects with one of `tags` are kept, of a `tally` how many rows say the same.
    """

    protocol: Literal["file", "arcgis", "nomis", "overpass", "extract", "tally"]
    url: str | list[str] = []
    alternate_url: str | None = None
    by_hand: bool = False
    discover: Discover | None = None
    back_days: int = Field(0, ge=0, le=31)
    parts: str | None = None
    parts_list: PartList | None = None
    query: str | None = None
    dates: list[datetime.date] = []
    tags: dict[str, Annotated[list[str], Field(min_length=1)]] = {}
    tally: Tally | None = None
    format: Form | list[Form] = "csv"
    records: str | list[str] = ""
    member: str | None = None
    sheet: str | None = None
    sheets: Sheets | None = None
    distinct: bool = False
    encoding: str = "utf-8-sig"
    only_columns: bool = False  # of a very large file, read the declared columns alone
    only_rows: dict[str, Annotated[list[str], Field(min_length=1)]] = {}
    strip_heading: str = ""
    where: str = "1=1"
    geometry: bool = False
    out_crs: str | None = None
    points: bool = False
    volatile: list[str] = []
    max_mb: int = 100

    @model_validator(mode="after")
    def _has_an_address(self):
        if sum(map(bool, (self.url, self.alternate_url, self.discover, self.by_hand))) != 1:
            raise ValueError("needs one of url, alternate_url, discover and by_hand")
        if bool(self.parts) != any("{part}" in url for url in self.urls):
            raise ValueError("parts and a url with {part} go together")
        if self.parts_list and not self.parts:
            raise ValueError("parts_list goes with parts, which stand in where the list does not answer")
        if self.back_days and not any("{today" in url for url in self.urls):
            raise ValueError("back_days goes with a url that holds {today}")
        return self

    @model_validator(mode="after")
    def _goes_together(self):
        if (self.protocol == "tally") != bool(self.tally) or (self.tally and not self.by_hand):
            raise ValueError("the protocol tally, and no other, needs tally; its file is put there by_hand")
        if self.sheet and self.sheets:
            raise ValueError("give one of sheet and sheets")
        if (self.protocol == "overpass") != bool(self.query):
            raise ValueError("the protocol overpass, and no other, needs a query")
        if (self.protocol == "extract") != bool(self.tags):
            raise ValueError("the protocol extract, and no other, needs tags")
        if self.protocol == "arcgis" and (self.geometry != bool(self.out_crs)):
            raise ValueError("an arcgis layer with geometry needs out_crs, one without must not have it")
        if self.points and (self.protocol != "arcgis" or self.geometry):
            raise ValueError("points are read of an arcgis layer without geometry")
        return self

    @property
    def urls(self) -> list[str]:
        """The addresses, in the order in which they are asked; none where a page tells it."""
        return listed(self.url or self.alternate_url or [])

    @property
    def forms(self) -> list[str]:
        """The forms the bytes may have, the usual one first."""
        return listed(self.format)

    @property
    def record_paths(self) -> list[list[str]]:
        """The keys that lead to the rows of a JSON file, one list a path."""
        return [path.split(".") if path else [] for path in listed(self.records)]


def listed(value: str | Sequence[str]) -> list[str]:
    """One text, or several in order of preference, as a list."""
    return [value] if isinstance(value, str) else list(value)
