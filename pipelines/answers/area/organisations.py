"""The organisations of the authorities asked, their grants, who holds titles to land in the areas, and the needs that
communities state: part of a profile.

The areas asked stand in a temporary table `asked`. A release of an earlier version holds none of these tables.
"""

import duckdb

from pipelines.answers.area.organisations_facts import (
    BandCount,
    FormCount,
    GrantYear,
    LandTitles,
    NeedGap,
    NeedWords,
    Organisations,
    StatedNeed,
)
from pipelines.answers.latest import columns_of, grouped, rows, rows_as
from pipelines.core.query import holds
from pipelines.register.labels import read_labels

TITLES = "hmlr_ccod"
LEVELS = ("area", "ward", "msoa", "authority")
OF_ASKED = "authority_code in (select authority_code from neighbourhood semi join asked using (area_code))"


def organisations(connection: duckdb.DuckDBPyConnection) -> list[Organisations]:
    """A record per authority of the areas asked."""
    if not holds(connection, "organisation_count"):
        return []
    in_order = ", ".join(f"'{band}'" for band in read_labels()["organisation_band"].codes)
    forms = grouped(
        connection,
        FormCount,
        "authority_code",
        f"""select authority_code, {columns_of(FormCount)} from organisation_count where breakdown = 'all' and {OF_ASKED}
        order by placed_by, n_organisations desc nulls last, form""",
    )
    bands = grouped(
        connection,
        BandCount,
        "authority_code",
        f"""select authority_code, {columns_of(BandCount)} from organisation_count
        where breakdown != 'all' and n_organisations is not null and {OF_ASKED}
        order by form, breakdown, list_position([{in_order}], band)""",
    )
    grants: dict[str, list[GrantYear]] = {}
    if holds(connection, "grant_continuity"):
        sql = f"select authority_code, {columns_of(GrantYear)} from grant_continuity where {OF_ASKED} order by year"
        grants = grouped(connection, GrantYear, "authority_code", sql)
    named = rows(connection, f"select distinct authority_code as code, authority_name as name from neighbourhood where {OF_ASKED} order by code")  # fmt: skip
    return [
        {
            "authority_code": authority["code"],
            "authority_name": authority["name"],
            "forms": forms.get(authority["code"], []),
            "bands": bands.get(authority["code"], []),
            "grants": grants.get(authority["code"], []),
        }
        for authority in named
    ]


def land_titles(connection: duckdb.DuckDBPyConnection) -> list[LandTitles]:
    """A record per kind of owner; none where no file of titles was read."""
    if not holds(connection, "title_count"):
        return []
    told = ", ".join(
        f"sum(n_titles) filter (tenure = '{tenure}')::integer as {name}, count(n_titles) filter (tenure = '{tenure}')::integer as {areas}"
        for tenure, name, areas in (
            ("all", "n_titles", "n_areas_told"),
            ("freehold", "n_freehold", "n_areas_freehold_told"),
            ("leasehold", "n_leasehold", "n_areas_leasehold_told"),
        )
    )
    in_order = ", ".join(f"'{kind}'" for kind in read_labels()["title_owner"].codes)
    return rows_as(
        connection,
        LandTitles,
        f"""
        with file as (
            select i.issue as placed, s.publisher from issue as i join source as s using (source)
            where s.source = '{TITLES}' and i.row = 0 and i."column" = 'postcode'
        )
        select owner_kind, {told}, count(distinct area_code)::integer as n_areas, min(as_at) as as_at,
            any_value(placed) as placed, any_value(publisher) as publisher
        from title_count semi join asked using (area_code) cross join file
        group by owner_kind order by list_position([{in_order}], owner_kind)""",
    )


def stated_needs(connection: duckdb.DuckDBPyConnection) -> list[StatedNeed]:
    """Needs stated for the areas asked, or for the wards, MSOAs and authorities they lie in; stated ones first."""
    within = " or ".join(
        f"(level = '{level}' and area_code in (select {level}_code from neighbourhood semi join asked using (area_code)))"
        for level in LEVELS
    )
    return needs_where(connection, within)


def needs_where(connection: duckdb.DuckDBPyConnection, where: str, **values) -> list[StatedNeed]:
    """The rows of `stated_need` that a condition picks, each with its words."""
    if not holds(connection, "stated_need"):
        return []
    found = rows_as(
        connection,
        NeedGap,
        f"""select {columns_of(NeedGap)} from stated_need where {where}
        order by not is_stated, list_position(['area', 'ward', 'msoa', 'authority'], level), area_code, kind""",
        **values,
    )
    said = grouped(
        connection,
        NeedWords,
        "need",
        f"select area_code || ' ' || kind as need, {columns_of(NeedWords)} from stated_need_words order by stated_on desc, line",
    )
    return [{**row, "words": said.get(f"{row['area_code']} {row['kind']}", [])} for row in found]
