"""What `place --json` holds: the records one place is told by, the parts first and the whole, `Sheet`, last; where
several places are meant, `Hits` instead.

None is not known, where no comment says otherwise. In JSON a date is a text (2026-03-31).
"""

import datetime

from typing_extensions import TypedDict

from pipelines.answers.area.places_facts import Correction, Opportunity
from pipelines.answers.held import PlaceEvidence
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
    source: str | None
    source_title: str | None


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


class Legal(TypedDict):
    """What protects the place."""

    acv_listing: None
    reason: str
    next_date: None


class Loss(TypedDict):
    """Who would lose out if the place closed, as one of its kinds."""

    kind: str
    title: str
    plural: str
    residents_within_15_min: int
    n_areas_only: int
    residents_only: int
    residents_only_highest_tenth: int | None
    n_areas_nearest: int
    residents_nearest: int
    residents_nearest_highest_tenth: int | None
    residents_not_ranked: int
    extra_m: float | None  # None also where nobody has another within 15 minutes
    extra_minutes: float | None
    residents_next_within_15_min: int
    residents_next_beyond_15_min: int
    residents_next_not_known: int
    n_areas_partly_known: int


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
    tenure: None
    run_by: RunBy
    community: Community
    hours: Hours
    records: list[PlaceRecord]
    matches: list[Match]
    corrections: list[Correction]
    legal: Legal
    loss: list[Loss]  # a row per kind that counts; empty where it counts as none
    alternatives: list[Alternatives]
    opportunities: list[Opportunity]


class PlaceAsked(TypedDict):
    """What was asked, and how many other places have it in their name."""

    text: str
    n_others_so_named: int


class Sheet(Place):
    """One place, and what was asked for it."""

    asked: PlaceAsked
