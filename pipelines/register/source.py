"""What a source record says: where it is fetched, how it is read, its licence, its contract and what it covers."""

import datetime
import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from geodata.records import Record
from pipelines.register.body_rule import Bodies
from pipelines.register.fetch_rule import Fetch, listed
from pipelines.register.grant_rule import Grants
from pipelines.register.licence import Publish
from pipelines.register.listing_rule import Listing
from pipelines.register.organisation_rule import ListedOrganisations
from pipelines.register.place_rule import Places


class Column(Record):
    """One column of our table: where it comes from, its type and unit, and the values it may hold.

    `from`: its heading, or the headings that the publisher is known to give it. `optional`: the publisher may leave the column out (then null).
    Of type `authority` is the code of the authority that a name means; null where it means none; of type `door`, the number of
    the house in an address, of which nothing else is kept. Of type `organisation` is a name that is surely no person's; any
    other is null, and counted. `on_breach: null`: in a living source one bad value
    becomes null and a row of the issue table; `drop`: its row is left out, for where an empty cell means something (no date:
    not ended); otherwise it fails the source. A date before `earliest` or after `latest` is a bad value.
    """

    source_name: str | list[str] = Field([], alias="from")
    type: Literal["text", "integer", "number", "date", "code", "authority", "organisation", "door"] = "text"
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
    on_breach: Literal["fail", "null", "drop"] = "fail"
    earliest: datetime.date = datetime.date(1500, 1, 1)
    latest: datetime.date = datetime.date(2100, 1, 1)

    def headings(self, name: str) -> list[str]:
        """The headings it may stand under, where `name` is its own."""
        return listed(self.source_name) or [name]

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


class Verified(Record):
    """How address and format were known when the record was written: through a mirror, or from documentation. Whether the
    publisher's own answer held to the contract is observed in each DIR, and never declared."""

    how: Literal["mirror", "documented"]
    date: datetime.date


class Source(Record):
    """One registered source; `stem` is its name everywhere (YAML, snapshot, table, fixture, test).

    `covers` names the areas it claims to be complete for. `covers_by`: `stated_owner` asks further that the
    authority's own rows state an owner, `fetched` that its part was fetched. `lacks`: authorities, by code, that it
    claims and is known to hold nothing of, and how that is known. `complete: false` marks a list that
    volunteers keep: what it lists is there, what it does not list may be there too, so its cover is partial.
    `land_titles`: its rows are numbers of titles to land (`n_titles`), by `postcode`, `tenure` and `owner_kind`.
    `describes`: the period that the data are of, in words, where it is not the day of `vintage`.
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
    describes: str = ""
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
    listing: Listing | None = None
    grants: Grants | None = None
    organisations: ListedOrganisations | None = None
    bodies: Bodies | None = None
    land_titles: bool = False
    covers: str | None = None
    covers_by: Literal["stated_owner", "fetched"] | None = None
    complete: bool = True
    lacks: dict[str, str] = {}
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
        if self.bodies and (missing := [c for c in self.bodies.columns if c not in self.columns]):
            raise ValueError(f"bodies uses {', '.join(missing)}, which is not a column")
        if self.places:
            if missing := [c for c in self.places.columns if c not in self.columns]:
                raise ValueError(f"places uses {', '.join(missing)}, which is not a column")
            if not self.covers:
                raise ValueError("a source of places must say what it covers")
            ended = self.places.ended
            if isinstance(ended, str) and self.columns[ended].on_breach == "null":
                raise ValueError(f"an empty {ended} means that a place is there: on_breach must be drop or fail")
        if self.fetch.tags:
            asked = {f"{key}={value}".casefold() for key, values in self.fetch.tags.items() for value in values}
            if missing := sorted(self.places.kinds.values.keys() - asked if self.places and self.places.kinds else ()):
                raise ValueError(f"places maps {', '.join(missing)}, which fetch.tags does not ask for")
        return self

    @model_validator(mode="after")
    def _listing_of_columns(self):
        rule = self.listing
        if rule and not self.places:
            raise ValueError("listing goes with places")
        for name in rule.columns if rule else ():
            if name not in self.columns:
                raise ValueError(f"listing uses {name}, which is not a column")
            kind, is_date = self.columns[name].type, name in rule.dates.values()
            is_name = name in (rule.nominated_by, rule.asked_by) and not self.columns[name].values
            if is_date and kind != "date":
                raise ValueError(f"listing takes {name} for a date, which is none")
            if is_name and kind != "organisation":
                raise ValueError(f"{name} may name a person: its type must be organisation")
        return self

    @model_validator(mode="after")
    def _bodies_are_there(self):
        needed = [*self.bodies.named, self.bodies.id, self.bodies.postcode] if self.bodies else []
        if lax := sorted({name for name in needed if name and self.columns[name].optional}):
            raise ValueError(f"bodies rests on {', '.join(lax)}, which may not be optional")
        return self

    @model_validator(mode="after")
    def _titles_are_counted(self):
        if self.land_titles and (missing := {"postcode", "tenure", "owner_kind", "n_titles"} - self.columns.keys()):
            raise ValueError(f"land_titles needs {', '.join(sorted(missing))}, which is not a column")
        return self

    @model_validator(mode="after")
    def _lists_consistent(self):
        for name, rule in (("grants", self.grants), ("organisations", self.organisations)):
            columns = rule.columns if rule else []
            if missing := [c for c in columns if c not in self.columns]:
                raise ValueError(f"{name} uses {', '.join(missing)}, which is not a column")
            if columns and not self.covers:
                raise ValueError(f"a list of {name} must say what it covers")
        return self
