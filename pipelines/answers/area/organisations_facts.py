"""The records of what a profile and a sheet tell of organisations and of the needs that they state.

None is not known, or not shown, where no comment says otherwise.
"""

import datetime

from typing_extensions import TypedDict


class FormCount(TypedDict):
    """How many organisations of a legal form there are in an authority."""

    form: str
    n_organisations: int | None
    rate_per_1000: float | None
    null_reason: str | None  # None: known
    placed_by: str
    as_at: datetime.date | None  # None also where the list tells no dates


class BandCount(TypedDict):
    """How many of a form are in a band of age or income; bands that are not known are left out."""

    form: str
    breakdown: str
    band: str
    n_organisations: int


class GrantYear(TypedDict):
    """The grants of a year, and how steady they are; pounds as awarded."""

    year: int
    is_listed: bool  # False: what was given in the year is not known
    is_whole: bool
    n_grants: int | None
    n_recipients: int | None
    n_recipients_first: int | None
    n_recipients_again: int | None
    n_recipients_after_gap: int | None
    n_recipients_stopped: int | None
    n_recipients_5_years: int | None
    n_recipients_each_of_5_years: int | None
    total_gbp_nominal: float | None
    months_median: float | None
    years_funded_median: float | None
    total_gbp_nominal_5_years: float | None
    gbp_nominal_per_resident_5_years: float | None
    null_reason: str | None  # of what is counted in the year
    continuity_null_reason: str | None  # of who is funded again, comes back or stops
    five_years_null_reason: str | None
    each_of_5_years_null_reason: str | None
    latest_award: datetime.date


class Organisations(TypedDict):
    """The organisations of an authority, counted: told by authority, for the area as for all others of it."""

    authority_code: str
    authority_name: str
    forms: list[FormCount]
    bands: list[BandCount]
    grants: list[GrantYear]  # by year; empty where no list of grants covers the authority


class LandTitles(TypedDict):
    """Titles to land in the areas asked by one kind of owner, of both tenures and of each: added up over the areas that have
    10 or more, for fewer are told nowhere."""

    owner_kind: str
    n_titles: int | None
    n_areas_told: int
    n_freehold: int | None
    n_areas_freehold_told: int
    n_leasehold: int | None
    n_areas_leasehold_told: int
    n_areas: int
    as_at: datetime.date | None  # None: the file's name tells no month
    placed: str  # in words, which share of the titles in the file is counted
    publisher: str


class NeedWords(TypedDict):
    """What a body says it needs."""

    words: str
    body_kind: str
    stated_on: datetime.date


class NeedGap(TypedDict):
    """A need stated for an area, or a measured gap there that nobody stated, each beside the other."""

    level: str
    area_code: str
    area_name: str | None
    kind: str
    is_stated: bool
    n_statements: int | None  # None: of those that may only be counted, fewer than 10
    measured: str
    agreement: str
    residents_known: int | None
    residents_beyond: int | None
    residents_borderline: int | None


class StatedNeed(NeedGap):
    """The same, with what bodies say that allow it."""

    words: list[NeedWords]
