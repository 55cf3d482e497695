"""The records of the places part of a profile: what residents reach, what is missing, candidate sites, corrections.

None is not known, where no comment says otherwise.
"""

import datetime

from typing_extensions import TypedDict

from pipelines.answers.community_evidence import PlaceEvidence


class Nearest(TypedDict):
    """The place of a kind that is nearest to one area."""

    place_id: str
    name: str | None
    distance_m: float
    minutes: float


class NearPlace(TypedDict):
    """A place within a 15-minute walk; minutes and metres are those of the nearest of the areas."""

    place_id: str
    name: str | None
    minutes: float
    distance_m: float
    residents: int  # who reach it
    n_areas: int  # from which it is reached


class ReachCounts(TypedDict):
    """What is counted of a kind of place: places once for all areas asked, areas, and the residents of those areas."""

    kind: str
    group: str
    subset_of: str | None  # the kind it is part of; None: of none
    is_shown: bool  # false: its places are counted and never named
    n_areas: int
    n_areas_not_known: int
    n_areas_partly_known: int
    null_reason: str | None  # None: known in every area
    as_at: datetime.date | None
    n_within_10_min: int | None  # None also of several areas and a kind not shown: the places of one may be the other's
    n_within_15_min: int | None
    residents_known: int | None  # None: the kind is known in no area
    residents_within_15_min: int | None
    standard_minutes_least: float | None  # None: no standard is set
    standard_minutes: float | None  # the longest, where the areas have several standards
    n_areas_within: int
    n_areas_gap_not_known: int
    n_areas_borderline: int
    n_areas_beyond: int
    residents_borderline: int
    residents_beyond: int
    nearest: Nearest | None  # None also where several areas are asked


class Reach(ReachCounts):
    """How residents reach one kind of place."""

    title: str
    nearest_few: list[NearPlace]


class CommunityPlace(TypedDict):
    """A place within reach that a community runs."""

    place_id: str
    name: str | None
    kind: str
    minutes: float


class CommunityRun(TypedDict):
    """The places that a community runs, among all places within reach."""

    places: list[CommunityPlace]
    n_places: int
    n_places_run_by_known: int


class HeldPlace(TypedDict):
    """A place within reach that a community owns or runs, or of which something hints that it does."""

    place_id: str
    name: str | None
    kind: str
    minutes: float
    owner_kind: str | None
    run_by: str | None
    evidence: list[PlaceEvidence]


class HeldCount(TypedDict):
    """Of a kind of place, how many open ones within reach a community is known to hold; of the others that is not known."""

    kind: str
    n_places: int
    n_owned: int
    n_run: int
    n_held: int  # owned or run


class OwnerCount(TypedDict):
    """How many open places that lie in the areas have an owner of this kind; `unknown`: nobody says."""

    owner_kind: str
    n_places: int


class Register(TypedDict):
    """A register that places were held against for who holds them, and what could be made of it."""

    source: str
    title: str
    use: str
    covers_nation: bool
    as_at: datetime.date | None


class CommunityHeld(TypedDict):
    """What a community owns or runs of the places within reach, who owns those in the areas, and what was looked at."""

    places: list[HeldPlace]
    leads: list[HeldPlace]
    counts: list[HeldCount]
    owners: list[OwnerCount]
    registers: list[Register]


class PlaceEvent(TypedDict):
    """What happened to a place: first listed, on a list that was read before without it, or closed."""

    place_id: str
    name: str | None
    kind: str
    since: datetime.date
    precision: str  # of `since`: day, month or year
    evidence: str


class Closing(PlaceEvent):
    """A confirmed closing."""

    walk_minutes: float | None  # None: further than is measured
    is_in_areas: bool


class Here(TypedDict):
    """What residents can reach."""

    kinds: list[Reach]
    community_run: CommunityRun
    community_held: CommunityHeld | None  # None: the release was made before it was looked for
    first_listed: list[PlaceEvent]


class Missing(TypedDict):
    """What residents lack, by kind of place; and what closed."""

    gaps_beyond: list[str]
    gaps_borderline: list[str]
    none_within_15_min: list[str]
    closings: list[Closing]


class Evidence(TypedDict):
    """A piece of evidence that a candidate rests on."""

    what: str
    says: str
    source: str  # or the lists that say so, with commas between
    source_id: str | None  # the register's own reference; None: it has none
    as_at: datetime.date | None
    is_too_old: bool


class Opportunity(TypedDict):
    """A place as a candidate building or site."""

    opportunity_id: str
    what: str  # what makes it a candidate
    evidence: str  # the first piece
    as_at: datetime.date | None
    is_too_old: bool
    competing_allocation: str | None  # None: none is known
    owner_name: str | None
    tenure_band: str | None
    unexpired_years: int | None
    condition: str | None
    not_known: str | None  # what nobody states of it, with commas between
    every_evidence: list[Evidence]
    legal_state: str | None  # as an asset of community value, on the release's day; None: not known
    legal_next_date: datetime.date | None
    legal_next_words: str | None


class NearbyOpportunity(Opportunity):
    """The same, where areas are asked."""

    place_id: str
    kind: str
    name: str | None
    owner_kind: str | None
    run_by: str | None
    walk_minutes: float | None  # None: further than is measured
    is_in_areas: bool


class NotPlaced(TypedDict):
    """A candidate of a register of the authorities asked that gives no address by which it could be placed."""

    opportunity_id: str
    authority_code: str
    kind: str
    name: str | None
    what: str
    owner_name: str | None
    evidence: str
    as_at: datetime.date | None
    is_too_old: bool


class Correction(TypedDict):
    """A line of corrections.csv, beside the source's value."""

    line: int
    field: str
    value: str | None  # None: the place may not be shown
    source_value: str | None
    source: str | None
    state: str
    reason: str
    evidence: str
    date: datetime.date


class NearbyCorrection(Correction):
    """The same, where areas are asked."""

    place_id: str
    name: str | None
