"""How the rows of a source become records of places: kind, name, point, owner, who runs it, whether it is shut."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from geodata.records import Record


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
    """A column, those of its values by which a row has left the list, and those by which it is `present` still; any other
    is an issue. Case and outer spaces are passed over."""

    column: str
    values: list[str] = Field(min_length=1)
    present: list[str] = Field(min_length=1)

    @field_validator("values", "present")
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
    that is filled where it does. `doors`: columns of type door, the first of which that is filled is the house.
    """

    kind: str | None = None
    kinds: Kinds | None = None
    id: list[str] = Field(min_length=1)
    name: str
    point: Point
    postcode: str | None = None
    uprn: str | None = None
    doors: list[str] = []
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
        return [*self.id, *mapped, *self.refers_to, *self.doors, *(column for column in single if column)]
