"""The taxonomy: the kinds of place, how each is told, counted and shown, and the walks within which a place is in reach."""

import datetime
import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from geodata.records import Record
from pipelines.register.body_rule import Held
from pipelines.register.decay import Decay
from pipelines.register.place_rule import USES
from pipelines.register.tenure import TenureSecurity


def pattern(value: str) -> str:
    """The value, if it is a regular expression. Raises ValueError."""
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"not a regular expression ({error})") from error
    return value


class ToldFrom(Record):
    """A kind that lists call another: `kind`, in the records that `named` (a pattern, case passed over) is found in the
    name of and one of the lists `by` has one named alike at the same postcode of."""

    kind: str
    named: str
    by: list[str] = Field(min_length=1)

    @field_validator("named")
    @classmethod
    def _is_a_pattern(cls, value: str) -> str:
        return pattern(value)


class Named(Record):
    """Patterns (case passed over) of the words of a record, its name and its register's own words: `only` where one of the
    first is found, and where none of the second is."""

    only: str | None = None
    unless: str | None = None

    @field_validator("only", "unless")
    @classmethod
    def _is_a_pattern(cls, value: str | None) -> str | None:
        return value if value is None else pattern(value)


class Kind(Record):
    """One kind of place: its group, for whom it is, whether it counts for reach, and how it is shown to people.

    `counted_from`: the sources whose places count, conflated; the first goes before the others in what it says of a
    place. A kind was looked for wherever one of them looked (see places/cover.py). A kind with `subset_of` is the places of that kind whose owner, who runs them, or the use their owner's register tells is one of those named.
    `shown: false`: never published one by one. `listing`: its records are entries of a register about places: each joins the
    one place that it is of (places/listings.py), and says nothing of whether that is open. `like`: another kind it is compared as when records are conflated; `like_named`: of an owner's register, the kind that a
    record is compared as whose name fits a pattern (the first that fits, and not `unlike_named`); `alone`: compared with its own kind only.
    `standard_minutes`: by class of area, the walk beyond which there is a gap. Evidence older than `expires_years`
    counts no more. `named`: of a subset, only what is called so, which may be all that tells it; `says`: what its list says of a subset told so; `most_ha`: and is no larger. `closed`: the places of any
    kind that are confirmed closed and nothing else since. `is_stock`: its places are candidates for community ownership,
    but what is in a community's hands; `allocated_for`: what they are meant for first. `owners_from`: the registers of bodies
    by which its owner is told; where none of them was read and may be shown, whose a place is was not looked for. Raises
    where a kind counts for reach and is not fixed, or neither public nor a site.
    """

    title: str
    plural: str
    group: Literal["place", "space", "organisation", "site"]
    for_whom: str
    public: bool = True
    shown: bool = True
    fixed: bool = True
    counts_for_reach: bool
    counted_from: list[str] = Field(min_length=1)
    subset_of: str | None = None
    owner_kinds: list[str] = []
    run_by: list[str] = []
    use_states: list[str] = []
    named: Named = Named()
    says: str = ""
    most_ha: float | None = Field(None, gt=0)
    closed: bool = False
    is_stock: bool = False
    allocated_for: str | None = None
    owners_from: list[str] = []
    told_from: ToldFrom | None = None
    like: str | None = None
    like_named: dict[str, str] = {}
    unlike_named: str | None = None
    alone: bool = False
    listing: bool = False
    standard_minutes: dict[str, float] = {}
    expires_years: int | None = None
    note: str = ""

    @model_validator(mode="after")
    def _only_open_public_fixed(self):
        if self.counts_for_reach and not (self.public and self.fixed):
            raise ValueError("only public, fixed places count for reach")
        if self.closed and (self.subset_of or self.group != "site"):
            raise ValueError("closed places are a site, and no subset of another kind")
        if bool(self.subset_of) != bool(self.owner_kinds or self.run_by or self.use_states or self.says):
            raise ValueError("subset_of goes with owner_kinds, run_by, use_states, or named and what its list says")
        if self.says and (self.owner_kinds or self.run_by or self.use_states or not self.named.only):
            raise ValueError("what a list says is of a subset told by what is called so alone")
        if odd := set(self.use_states) - set(USES):
            raise ValueError(f"use_states are of {', '.join(USES)}, not {min(odd)}")
        if self.listing and (self.counts_for_reach or not self.alone):
            raise ValueError("an entry of a register counts for nothing, and is compared with its own kind alone")
        return self

    @model_validator(mode="after")
    def _are_patterns(self):
        for pattern in (*self.like_named.values(), *filter(None, [self.unlike_named])):
            ToldFrom._is_a_pattern(pattern)
        return self

    @model_validator(mode="after")
    def _can_be_listed(self):
        if self.counts_for_reach and "," in self.plural:
            raise ValueError("a kind that counts for reach is listed with others by commas: its plural holds none")
        return self


class LookedFor(Record):
    """When a list that volunteers keep, or that is cut, has looked for a kind in an authority (places/looked_for.py).

    `least_share`: of the number expected there (0-1), fewer than which is not looked for. `least_expected`: places, fewer
    than which tell nothing of an authority by itself. `least_cover`: the share of the nation's areas in which national
    lists must have looked for a kind, for it to count in what compares areas of the whole nation. `least_placed`: the
    share of a list's rows of a kind told by its use that must have been placed, for it to have looked for that kind.
    """

    least_share: float = Field(0.15, ge=0, le=1)
    least_expected: float = Field(10, gt=0)
    least_cover: float = Field(0.9, gt=0, le=1)
    least_placed: float = Field(0.5, ge=0, le=1)


class Taxonomy(Record):
    """The kinds of place, and the walking times within which a place is in reach.

    `never_mapped`: what must not appear, whatever a source says; `no_markers`: kinds shown as published, without a mark
    of closing or change. `held_by`: the kinds that a body registered for the premises may hold. Within `borderline_share` of a standard a gap is borderline. `decay`: how much less a place
    counts the longer the walk, where residents share it; where none is named, all within the longer walk count alike.
    `choice`: the same where places are added up to say how much choice there is, out to a longer walk; else as `decay`.
    `tenure`: whose tenure is looked at within the longer walk, and how secure each band is.
    """

    minutes: tuple[int, int]
    reference_year: int
    borderline_share: float
    decay: Decay | None = None
    choice: Decay | None = None
    looked_for: LookedFor = LookedFor()
    tenure: TenureSecurity | None = None
    never_mapped: list[str]
    no_markers: list[str] = []
    held_by: dict[str, Held] = {}
    kinds: dict[str, Kind]

    @model_validator(mode="after")
    def _one_catchment(self):
        if self.decay and self.decay.minutes != self.minutes[1]:
            raise ValueError("decay ends with the longer of the walks in minutes: what is shared is what is in reach")
        return self

    @property
    def evidence_since(self) -> datetime.date | None:
        """The day before which dated evidence of sites and closings enters no score."""
        return max(filter(None, map(self.expires_before, self.kinds.values())), default=None)

    def stock(self) -> dict[str, Kind]:
        """The kinds whose places are candidates."""
        return {name: kind for name, kind in self.kinds.items() if kind.is_stock}

    @property
    def catchment(self) -> Decay:
        """The decay that holds."""
        return self.decay or Decay(name="uniform", minutes=self.minutes[1])

    @property
    def choice_decay(self) -> Decay:
        """The decay that holds where places are added up."""
        return self.choice or self.catchment

    def counted(self) -> dict[str, Kind]:
        """The kinds that count for reach."""
        return {name: kind for name, kind in self.kinds.items() if kind.counts_for_reach}

    def told_of(self, kinds: set[str]) -> set[str]:
        """The kinds that records of a list of `kinds` may turn out to be."""
        told = {name for name, kind in self.kinds.items() if kind.told_from and kind.told_from.kind in kinds}
        return kinds | told

    def listed(self) -> dict[str, Kind]:
        """The kinds that a list of what an area has or lacks names: somewhere to go, and not part of another kind."""
        return {name: kind for name, kind in self.counted().items() if kind.group != "site" and not kind.subset_of}

    def expires_before(self, kind: Kind) -> datetime.date | None:
        """The day before which evidence for `kind` counts no more, None where it never expires."""
        if kind.expires_years is None:
            return None
        return datetime.date(self.reference_year - kind.expires_years, 1, 1)
