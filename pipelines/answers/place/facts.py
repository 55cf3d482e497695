"""What `place --json` holds: the records one place is told by, the parts first and the whole, `Sheet`, last; where
several places are meant, `Hits` instead.

None is not known, where no comment says otherwise. In JSON a date is a text (2026-03-31).
"""

import datetime

from typing_extensions import TypedDict

from pipelines.answers.area.organisations_facts import StatedNeed
from pipelines.answers.area.places_facts import Correction, Opportunity
from pipelines.answers.community_evidence import PlaceEvidence
from pipelines.answers.latest import Release
from pipelines.answers.lookup import Words


class Hit(TypedDict):
    """A place that may be meant."""

    place_id: str
    name: str | None
    kind: str
    status: str
    area_code: str | None  # None, as the names after it: beyond the areas of the release
    area_name: str | None
    ward_name: str | None
    authority_name: str | None
    also_named: str | None  # a record's name that was asked for; None where the place's own name was


class Hits(TypedDict):
    """The places that may be meant."""

    asked: str
    n_hits: int
    hits: list[Hit]  # the first of them


class PlaceRow(TypedDict):
    """What the place is."""

    place_id: str
    name: str | None
    published_name: str | None
    name_source: str | None
    kind: str  # the first, where it is several
    status: str
    n_records: int
    as_at: datetime.date
    licence: str
    licence_title: str


class KindRow(TypedDict):
    """A kind that the place is, and whether and why it counts as that."""

    kind: str
    status: str
    is_counted: bool
    rule: str
    sources: str  # with commas between
    as_at: datetime.date


class PlaceKind(KindRow):
    """The same, with what one and what several of the kind are called."""

    title: str
    plural: str


class Event(TypedDict):
    """What happened to the place."""

    event: str
    kind: str
    since: datetime.date
    not_before: datetime.date | None
    precision: str  # of `since`: day, month or year
    series: str
    evidence: str
    is_confirmed: bool


class Where(TypedDict):
    """Where the place lies. Names of areas are None beyond the areas of the release."""

    area_code: str | None
    area_name: str | None
    msoa_name: str | None
    ward_code: str | None
    ward_name: str | None
    authority_code: str | None
    authority_name: str | None
    is_in_areas_asked: bool
    longitude: float
    latitude: float
    point_quality: str | None
    point_source: str | None


class Owner(TypedDict):
    """Who owns the place, and who says so."""

    owner_kind: str | None
    owner_name: str | None
    source: str | None
    source_title: str | None


class Tenure(TypedDict):
    """By what right its owner holds the place, how long those who use it may stay, what is done with it, and who says so."""

    tenure: str | None
    tenure_band: str | None  # of those who use it; "unknown": a register states a tenure, and not for how long
    lease_ends: datetime.date | None
    unexpired_years: int | None
    as_at: datetime.date | None
    source: str | None
    source_title: str | None
    use_state: str | None
    acv_flag: str | None
    register_words: str | None
    use_as_at: datetime.date | None
    use_source: str | None
    use_source_title: str | None


class RunBy(TypedDict):
    """Who runs the place, and who says so."""

    run_by: str | None
    source: str | None
    source_title: str | None


class Community(TypedDict):
    """Whether a community owns or runs the place, and what tells."""

    in_community_hands: bool | None  # True, or None: not known
    evidence: list[PlaceEvidence]


class Hours(TypedDict):
    """When the place is open, what it shares its building with, and who says so."""

    opening_hours: str | None
    hours_per_week: float | None
    shares_with: str | None
    source: str | None
    source_title: str | None


class PlaceRecord(TypedDict):
    """A record of a source that is this place."""

    source: str
    source_title: str
    attribution: str
    source_id: str
    kind: str
    name: str | None
    status: str
    as_at: datetime.date
    licence: str
    outcome: str
    rule: str
    owner_kind: str | None
    run_by: str | None
    opening_hours: str | None
    hours_per_week: float | None
    shares_with: str | None


class Match(TypedDict):
    """Why two records are one place."""

    source_a: str
    source_id_a: str
    source_b: str
    source_id_b: str
    rule: str
    name_score: float | None  # 0-100; None: identifiers decided
    distance_m: float | None


class LegalDate(TypedDict):
    """A dated event of a listing."""

    event: str
    date: datetime.date | None  # the day to go by; of what ends, its last day
    date_by_law: datetime.date | None
    date_by_register: datetime.date | None
    null_reason: str | None
    words: str
    is_next: bool


class LegalListing(TypedDict):
    """An entry of a register of assets of community value on this place."""

    listing_id: str
    source: str
    source_title: str
    name: str | None
    state: str  # on the day of `Legal.as_of`
    watch: str | None  # None: nothing to watch it for
    nominating_group: str | None  # None: not told, or not surely an organisation
    dates: list[LegalDate]


class Legal(TypedDict):
    """What the law makes of the place. Never a right to buy: `says` goes with whatever is told of it."""

    as_of: datetime.date | None  # None: the release tells no legal states
    acv_listing: str | None  # the state of the entry to watch first
    reason: str | None  # why that is not known
    next_event: str | None
    next_date: datetime.date | None
    listings: list[LegalListing]
    says: list[str]
    law_is_changing: list[str]


class LossRow(TypedDict):
    """Who would lose out if the place closed, as one of its kinds: residents of the areas of the release. Every count is None
    where nobody looked for the kind in any area it is of use to; what is told by group also where the census is not read."""

    kind: str
    coverage: str
    null_reason: str | None
    is_edge_affected: bool  # it is of use beyond the areas of the release, or lists end nearer than the next
    residents_not_covered: int  # who live where nobody looked, and are in no other count
    residents_within_15_min: int | None
    n_areas_only: int | None
    residents_only: int | None
    residents_only_highest_tenth: int | None
    residents_only_under_15: int | None
    residents_only_aged_75_plus: int | None
    households_only_no_car: int | None
    n_areas_nearest: int | None
    residents_nearest: int | None
    residents_nearest_highest_tenth: int | None
    residents_nearest_under_15: int | None
    residents_nearest_aged_75_plus: int | None
    households_nearest_no_car: int | None
    residents_not_ranked: int | None
    extra_m: float | None  # on average over all whose next is known; None also where nobody's is
    extra_minutes: float | None
    residents_next_within_15_min: int | None
    residents_next_beyond_15_min: int | None
    residents_next_not_known: int | None  # who have no other within the cap
    n_areas_partly_known: int | None


class Loss(LossRow):
    """The same, with what one and what several of the kind are called."""

    title: str
    plural: str
    cap_m: float  # the walk beyond which a next nearest is not told


class Alternative(TypedDict):
    """Another place of the same kind."""

    place_id: str
    name: str | None
    area_name: str | None
    authority_name: str | None
    distance_m: float
    minutes: float


class Alternatives(TypedDict):
    """Per kind of the place, the others nearest to it."""

    kind: str
    plural: str
    measure: str
    places: list[Alternative]


class Place(TypedDict):
    """Everything the release says of a place."""

    release: Release
    place: PlaceRow
    kinds: list[PlaceKind]
    events: list[Event]
    where: Where
    levels: dict[str, Words]  # by level, of those that the geography has
    owner: Owner
    tenure: Tenure
    run_by: RunBy
    community: Community
    hours: Hours
    records: list[PlaceRecord]
    matches: list[Match]
    corrections: list[Correction]
    legal: Legal
    loss: list[Loss]  # a row per kind that counts, but for sites
    loss_reason: str | None  # why there is none
    alternatives: list[Alternatives]
    opportunities: list[Opportunity]
    stated_needs: list[StatedNeed]  # of its kinds, for areas it lies in


class PlaceAsked(TypedDict):
    """What was asked, and how many other places have it in their name."""

    text: str
    n_others_so_named: int


class Sheet(Place):
    """One place, and what was asked for it."""

    asked: PlaceAsked
