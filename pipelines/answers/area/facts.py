"""What `profile --json` holds: the records of a profile, the parts first and the whole, `Profile`, last; those of its
places are in places_facts.

None is not known, where no comment says otherwise. In JSON a date is a text (2026-03-31).
"""

import datetime

from typing_extensions import TypedDict

from pipelines.answers.area.organisations_facts import LandTitles, Organisations, StatedNeed
from pipelines.answers.area.places_facts import Here, Missing, NearbyCorrection, NearbyOpportunity, NotPlaced
from pipelines.answers.latest import Release
from pipelines.answers.lookup import AskedFor, Words


class Named(TypedDict):
    """An area of any level."""

    code: str
    name: str | None


class Where(TypedDict):
    """Where the areas asked lie: per level, each area that holds one of them."""

    n_areas: int
    residents: int
    residents_as: str  # who is counted as a resident, and when
    weighted_as: str  # the same of the residents by whom means over several areas are weighted
    area: list[Named]
    ward: list[Named]
    msoa: list[Named]
    authority: list[Named]
    combined_authority: list[Named]
    region: list[Named]
    nation: list[Named]
    like_areas: list[Named]
    origin_kind: list[str]  # what walks start from


# ---- indices: of several areas, scores are means weighted by residents, and ranks and what goes with them are None


class ScopeSize(TypedDict):
    """A scope that areas are ranked in; its number of areas is None where the release holds only part of it."""

    scope: str | None
    n_areas: int | None


class Rank(ScopeSize):
    """The rank of one area in a scope."""

    rank: int | None


class DomainScore(TypedDict):
    """The score of a domain, and how many of its indicators are known: of several areas, in the best known of them."""

    n_known: int
    n_members: int

    domain: str
    score: float | None
    rank_nation: int | None
    weight_observed: float | None  # share, 0-1
    n_areas_scored: int


class MemberValue(TypedDict):
    """What is known of an indicator, or of another index, that a domain is made of; of several areas as `Indicator`."""

    member: str
    title: str
    value: float | None
    unit: str | None  # None: the score of another index
    n_counted: int | None  # what the value was counted from, of one area, where it is a share or a rate
    n_of: int | None
    counted_in: str | None  # what these are numbers of
    is_partly_covered: bool
    n_areas_known: int
    as_at: datetime.date | None
    null_reason: str | None  # None: known in every area


class Domain(DomainScore):
    """A domain of an index."""

    title: str
    is_beside: bool  # shown beside the index, no part of its score
    n_needed: int  # indicators that must be known for the index to have a score; 0: none in particular
    members: list[MemberValue]


class IndicatorPush(TypedDict):
    """What an indicator adds to a score, or takes from it."""

    indicator: str
    contribution: float | None
    method: str
    title: str


class DomainPush(TypedDict):
    """What a domain adds to a score, or takes from it, and its indicators with it."""

    domain: str
    title: str
    contribution: float | None
    method: str
    indicators: list[IndicatorPush]


class Explained(TypedDict):
    """The score of one area in parts: where its scope starts, and what each domain adds to that."""

    starts_from: float
    adds_up_to: str  # score, or logarithm of it
    domains: list[DomainPush]


class WeightRank(TypedDict):
    """The rank of one area by a set of weights."""

    weight_set: str
    title: str
    origin: str
    contributed_by: str | None  # None: the set is our own
    rank_scope: str | None
    rank: int | None


class Change(TypedDict):
    """A single change, and whether it would take an area out of the tenth of highest need."""

    level: str  # domain or indicator
    domain: str
    name: str
    title: str
    unit: str | None  # of an indicator
    direction: str | None  # of an indicator
    value: float
    value_needed: float | None  # None: this alone could not


class Peer(TypedDict):
    """An area that is alike in the domains of an index."""

    area_code: str
    area_name: str | None
    authority_name: str
    distance: float  # over the domain scores, in standard deviations


class IndexScore(TypedDict):
    """The score of an index and, of one area, where it ranks, how far that moves, and how sure it is."""

    index_name: str
    n_areas: int
    n_areas_scored: int
    residents_scored: int | None  # None: no area has a score
    score: float | None
    weight_observed: float | None  # share, 0-1
    decile_nation: int | None  # 1 is the highest need
    rank_median: int | None
    rank_low: int | None
    rank_high: int | None
    worst_decile_share: float | None  # share (0-1) of the versions of the method
    rank_shift_mean: float | None
    spread_scope: str | None  # what these ranks are in
    evidence_grade: str | None
    n_areas_ranked_nation: int
    n_areas_highest_tenth: int | None
    residents_highest_tenth: int | None


class Index(IndexScore):
    """How the areas stand by an index, and why. The last five are None where several areas are asked."""

    title: str
    question: str | None
    shared_with_imd: str  # in words, what of it the published index counts too; empty where nothing is
    null_reason: str | None  # None: there is a score
    ranks: dict[str, Rank] | None  # by scope; None where several areas are asked
    grades: dict[str, int]  # number of areas by evidence grade
    domains: list[Domain]
    in_plain_words: list[str] | None
    explained: Explained | None
    by_weights: list[WeightRank] | None
    to_leave_highest_tenth: list[Change] | None  # None also where the area is not in that tenth
    peers: list[Peer] | None


class RollUpMeasures(TypedDict):
    """How a larger area stands as a whole, by the measures of the official indices."""

    index_name: str
    level: str
    code: str
    name: str | None
    ranked_in: str
    n_areas: int
    n_areas_scored: int
    residents: int
    residents_as: str
    average_score: float
    average_rank: float  # the highest number is the greatest need
    share_in_highest_tenth: float
    extent: float  # share, 0-1
    local_concentration: float  # a rank, as average_rank
    n_of_level: int  # how many of its level are ranked
    rank_by_average_score: int
    rank_by_average_rank: int
    rank_by_share_in_highest_tenth: int
    rank_by_extent: int
    rank_by_local_concentration: int


class RollUp(RollUpMeasures):
    """The same, with the title of the index."""

    title: str


class Label(TypedDict):
    """A label of the typology and the areas that have it. The row that decided and the axes are told of one area."""

    label: str
    shown_as: str
    n_areas: int
    residents: int
    rule: int | None
    n_areas_changes_if_cut_moves: int
    n_areas_on_need_alone: int  # no other axis that decides was looked at there
    axes: dict[str, str] | None  # state by axis
    rule_says: dict[str, str] | None  # state by axis; None also where the decision table is another now


# ---- numbers, and who counted


class Indicator(TypedDict):
    """An indicator: of several areas, the mean weighted by residents."""

    n_counted: int | None  # of one area: what a share or a rate was counted from
    n_of: int | None
    counted_in: str | None  # what these are numbers of

    indicator: str
    title: str
    unit: str
    direction: str
    is_modelled: bool
    value: float | None
    n_areas_known: int
    as_at: datetime.date | None
    is_partly_covered: bool
    null_reason: str | None  # None: known in every area


class NullIndicator(TypedDict):
    """An indicator that is not known in some of the areas, for one reason."""

    indicator: str
    title: str
    null_reason: str
    n_areas: int


class NotKnown(TypedDict):
    """What is not known here, by name."""

    kinds: list[str]
    kinds_partly_known: list[str]
    indicators: list[NullIndicator]
    indices: list[str]
    withheld: list[str]  # indices
    tenure: str


class Source(TypedDict):
    """A list of places or a statistic behind the profile."""

    source: str
    title: str
    publisher: str
    licence: str
    attribution: str
    as_at: str | None
    state: str  # of its snapshot
    is_list_of_places: bool


class AreaLine(TypedDict):
    """One of the areas asked. Before `typology` stand `INDEX_score` of each listed index, and `INDEX_rank_nation` and
    `INDEX_rank_authority` of the headline: columns named after indices, which no record can declare."""

    area_code: str
    area_name: str | None
    msoa_name: str | None
    ward_name: str | None
    residents: int
    typology: str | None
    gaps_beyond: list[str] | None  # kinds; None: there is no gap


class Profile(TypedDict):
    """Everything the release says of the areas asked."""

    release: Release
    asked: AskedFor
    where: Where
    levels: dict[str, Words]  # by level, of those that the geography has
    here: Here
    missing: Missing
    not_known: NotKnown
    indices: list[Index]  # the headline first
    as_a_whole: list[RollUp]  # of the ward, MSOA or authority asked; empty where something else is
    typology: list[Label]  # empty where the geography has none
    opportunities: list[NearbyOpportunity]
    opportunities_not_placed: list[NotPlaced]
    organisations: list[Organisations]  # of each authority; empty in a release made before there were such counts
    land_titles: list[LandTitles]  # empty where nobody put their file into the inbox
    stated_needs: list[StatedNeed]  # empty also where nobody stated any
    sources: list[Source]
    corrections: list[NearbyCorrection]
    indicators: list[Indicator]
    headline: str  # the index that puts `areas` in order
    areas: list[AreaLine]
