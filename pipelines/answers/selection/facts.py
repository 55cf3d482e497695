"""What `select --json` holds: the parts first and the whole, `Selection`, last. None is not known, where no comment says
otherwise."""

import datetime

from typing_extensions import TypedDict

from pipelines.answers.latest import Release
from pipelines.answers.lookup import Words


class AskedArea(TypedDict):
    """One of the areas to choose from."""

    level: str
    code: str
    name: str


class By(TypedDict):
    """An index, or one of its domains, that the list is chosen by or held to."""

    name: str  # of the index, or INDEX.DOMAIN
    title: str
    weight: float  # share, 0-1; 0: the list is only held to it
    worst_percent: float | None  # None: not held to it
    varies: bool  # False: beside its index, so it is as published in every version
    evidence_from: datetime.date | None
    evidence_to: datetime.date | None


class Held(TypedDict):
    """How one area stands by one index or domain."""

    name: str
    score: float | None
    percentile: float | None  # in the frame, 100 the greatest
    rank: int | None  # in the frame
    rank_in_area: int | None  # among all that could be chosen from


class Unit(TypedDict):
    """A small area, ward or middle layer area."""

    code: str
    name: str | None
    ward_name: str | None  # of a small area
    authority_name: str | None
    residents: int


class Placed(Unit):
    """One that can be chosen, and how it stands."""

    value: float  # the weighted mean of its percentiles
    place: int  # among those that can be chosen, ties share the first
    by: list[Held]
    chosen_in: float | None  # share (0-1) of the versions of the method
    weight_sets: list[str]  # by which it is chosen


class Chosen(Placed):
    """One that is chosen, and why."""

    firmness: str | None  # of that share, in a word
    reasons: list[str]
    typology: str | None  # of a small area


class PassedOver(Placed):
    """One that stands before the last one chosen, and that a cap held back."""

    cap: str


class NotKnown(Unit):
    """One that cannot be chosen for want of a score."""

    missing: list[str]  # titles
    why: str


class Difference(TypedDict):
    """Between the last on the list and the first off it, by one index or domain: of the one less the other."""

    name: str
    title: str
    score: float | None
    percentile: float | None
    rank: int | None  # in the frame; above zero where the first off it stands behind


class Margin(TypedDict):
    """The cut."""

    last_in: str
    first_out: str
    value: float
    by: list[Difference]
    ahead_in: float | None  # share (0-1) of versions in which the last in stands before the first out
    told_apart: bool | None
    tied_at_the_cut: list[str]  # codes of those off the list that have the value of the last on it


class OtherSet(TypedDict):
    """The list by another weight set."""

    weight_set: str
    title: str
    of_indices: list[str]  # which indices it is a set of; others stand as published
    n_shared: int
    leaves: list[str]
    comes: list[str]
    names: dict[str, str]  # by code, of those it chooses


class People(TypedDict):
    """Who lives in the areas chosen and in the rest, in percent, the mean weighted by residents."""

    tells: str  # such as age
    indicator: str | None  # None: no source of it is held
    title: str | None
    unit: str | None
    as_at: datetime.date | None
    chosen: float | None
    rest: float | None
    why_not: str | None  # why it is not known


class HowFirm(TypedDict):
    """What the versions of the method say of the list as a whole."""

    n_versions: int  # 0: none could be drawn
    why_not: str | None
    n_ever_chosen: int
    n_always_chosen: int
    n_firm: int
    n_shared_mean: float | None  # how many of the list a version has too, on average


class Again(TypedDict):
    """How a list that was made again differs from what its file says."""

    release: str
    asked_otherwise: bool  # options took the place of what the file says
    is_same: bool
    leaves: list[str]
    comes: list[str]


class Selection(TypedDict):
    """The list and what defends it."""

    release: Release
    released_on: datetime.date
    definition_sha256: str
    choice: dict  # as in the file that --out writes beside the answer
    areas: list[AskedArea]
    level: Words
    levels: dict[str, Words]  # by level, of those that the geography has
    frame_scope: str | None  # nation, region or authority; None: those asked for, among themselves
    frame: str  # what percentiles and ranks are in
    n_in_frame: int
    n_units: int
    n_can_be_chosen: int
    n_excluded: int
    n_too_small: int
    n_otherwise_labelled: int
    n_not_among_worst: int
    rules: list[str]  # in words
    residents_as: str
    residents_chosen: int
    residents_rest: int
    by: list[By]
    chosen: list[Chosen]
    next: list[Placed]
    passed_over: list[PassedOver]
    margin: Margin | None  # None: nobody is left off
    how_firm: HowFirm
    other_sets: list[OtherSet]
    people: list[People]
    not_known: list[NotKnown]
    again: Again | None  # None: the choice was not read from a file
