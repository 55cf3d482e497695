"""How the rows of a source become records of places: kind, name, point, owner, tenure, use, who runs it, whether it is shut."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from geodata.records import Record

TENURES = ("freehold", "leasehold", "licence")
USES = ("vacant", "surplus", "to_transfer", "let", "in_use")
LET_AS = ("lease", "licence")
FLAGS = ("listed", "not_listed")


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


class Owner(Record):
    """Whose land and buildings a register lists: each row of it, wherever it lies. `name`: the column that holds the
    owner's name, which is read where it is that of a public body, and never of a person."""

    kind: Literal["public", "mixed", "not_public", "community", "private", "faith"]
    name: str


class Held(Record):
    """What a register of an owner's land and buildings says of each row, onto the names of the Transparency Code.

    `tenure`: by what right its owner holds it (freehold, leasehold, licence). `use`: what is done with it (vacant, surplus,
    to_transfer, let, in_use). `let_as`: on what terms another uses it (lease, licence). Of several columns the first that
    says anything is believed. `lease_ends`: the date column of when the lease that the row tells of ends. `acv_flag`:
    whether the owner calls it listed for its community value (listed, not_listed). `words`: the columns that say
    in the register's own words what it is.
    """

    tenure: list[Values] = Field(min_length=1)
    use: list[Values] = []
    let_as: list[Values] = []
    lease_ends: str | None = None
    acv_flag: Values | None = None
    words: list[str] = []

    @model_validator(mode="after")
    def _known_words(self):
        flags = [self.acv_flag] if self.acv_flag else []
        for name, rules, known in (
            ("tenure", self.tenure, TENURES),
            ("use", self.use, USES),
            ("let_as", self.let_as, LET_AS),
            ("acv_flag", flags, FLAGS),
        ):
            if odd := {value for rule in rules for value in rule.values.values()} - set(known):
                raise ValueError(f"{name} is one of {', '.join(known)}, not {min(odd)}")
        return self

    @property
    def mapped(self) -> list[Values]:
        """Every rule that maps values."""
        return [*self.tenure, *self.use, *self.let_as, *([self.acv_flag] if self.acv_flag else [])]


class Places(Record):
    """How the rows of a source become place records.

    `size_ha`: the column of how large a site is, in hectares.
    `name` is one column, or several of which the first that is filled counts. Of a register of one owner's land and
    buildings `owner` says whose, and `held` how each is held and used.
    `as_at` names a date column; so does `ended`, where a row with any date has left the list, else it tells the values
    of a column that say so. `refers_to` maps a column to the source
    whose identifiers stand in it. Sources of one `series` are editions of one list, the newest of which counts;
    `observed_on` is the date column of a table that holds many observations of it. `least_placed`: the share (0-1) of
    the places that must lie within the geography, else the answer is not a good one. `opening_hours`: the column that
    holds them, or one a day, by the day's name; `shares_with`: by what a place may share its building with, the column
    that is filled where it does. `doors`: columns of type door, the first of which that is filled is the house.
    `said`: of a list that is no owner's, the columns that stand with the evidence in its own words, each by what it tells
    (`condition: poor`).
    """

    kind: str | None = None
    kinds: Kinds | None = None
    id: list[str] = Field(min_length=1)
    name: str | list[str]
    point: Point
    postcode: str | None = None
    uprn: str | None = None
    size_ha: str | None = None
    doors: list[str] = []
    refers_to: dict[str, str] = {}
    owner_kind: Values | None = None
    owner: Owner | None = None
    held: Held | None = None
    run_by: Values | None = None
    opening_hours: str | dict[str, str] = {}
    hours_per_week: str | None = None
    shares_with: dict[str, str] = {}
    said: dict[str, str] = {}
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
        if self.owner and self.owner_kind:
            raise ValueError("give either owner or owner_kind")
        if self.held and not self.owner:
            raise ValueError("held goes with owner: a register says whose land and buildings it lists")
        if self.held and self.said:
            raise ValueError("give either held, whose words stand for a row, or said")
        return self

    @property
    def names(self) -> list[str]:
        """The columns a name may stand in, in order of preference."""
        return [self.name] if isinstance(self.name, str) else self.name

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
        single = [*self.names, point.x, point.y, point.wkt, point.postcode, self.postcode, self.uprn, self.size_ha]
        ended = self.ended.column if isinstance(self.ended, Ended) else self.ended
        single += [self.as_at, ended, self.observed_on, self.closed.year if self.closed else None, self.hours_per_week]
        single += [*self.days.values(), *self.shares_with.values(), *self.said.values()]
        rules = [*filter(None, (self.kinds, self.owner_kind, self.run_by, self.closed))]
        if self.owner:
            single.append(self.owner.name)
        if self.held:
            rules += self.held.mapped
            single += [self.held.lease_ends, *self.held.words]
        mapped = [values.column for values in rules]
        return [*self.id, *mapped, *self.refers_to, *self.doors, *(column for column in single if column)]
