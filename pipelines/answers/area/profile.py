"""`commonground profile`: every axis of one area, or of several together, from the release alone.

First the facts, as dicts (see `facts`), then text or JSON of those same dicts. Roll-ups are means of scores and values
weighted by residents, over the areas where they are known; ranks and tenths are never averaged.
"""

import duckdb

from pipelines.answers import titles
from pipelines.answers.area import facts, nearby, organisations, why
from pipelines.answers.area.authority import list_of
from pipelines.answers.area.community import community_held
from pipelines.answers.area.indices import indices_told, mean_of, noun_of, withheld_indices
from pipelines.answers.area.profile_text import text_of
from pipelines.answers.latest import (
    geography_of,
    headline,
    indices_of,
    open_latest,
    release_facts,
    rows,
    rows_as,
)
from pipelines.answers.lookup import Asked, level_words, look_up
from pipelines.answers.sheet import as_json
from pipelines.core.query import holds
from pipelines.core.settings import Settings
from pipelines.ownership.typology import read_typology
from pipelines.release.database import weight_of


def answer(settings: Settings, area: str, wants_json: bool, whole: bool = False) -> str:
    """The sheet of AREA as text or JSON; of an authority the list of its areas, unless it is wanted `whole` or as JSON.
    Raises Problem (usage) where AREA is not in the release."""
    with open_latest(settings.data) as connection:
        asked = look_up(connection, area)
        if asked.level == "authority" and not (whole or wants_json):
            return list_of(connection, asked)
        sheet = profile(connection, asked)
    return as_json(sheet) if wants_json else text_of(sheet)


def profile(connection: duckdb.DuckDBPyConnection, asked: Asked) -> facts.Profile:
    """Everything the release says of the areas asked, with stable keys; null is not known."""
    connection.execute(
        f"""create or replace temp table asked as
        select area_code, population, {weight_of(connection)} as weight, longitude, latitude from neighbourhood where list_contains($codes, area_code) order by area_code""",
        {"codes": asked.codes},
    )
    kinds = nearby.reach(connection)
    release, indices = release_facts(connection), indices_told(connection)
    return {
        "release": release,
        "asked": asked.as_answer(),
        "where": _where(connection),
        "levels": level_words(connection),
        "here": {
            "kinds": kinds,
            "community_run": nearby.community_run(connection),
            "community_held": community_held(connection),
            "first_listed": nearby.first_listed(connection),
        },
        "missing": {
            "gaps_beyond": [k["kind"] for k in kinds if k["n_areas_beyond"]],
            "gaps_borderline": [k["kind"] for k in kinds if k["n_areas_borderline"]],
            "none_within_15_min": [k["kind"] for k in kinds if k["n_within_15_min"] == 0],
            "closings": nearby.closings(connection),
        },
        "not_known": {
            "kinds": [k["kind"] for k in kinds if k["n_areas_not_known"]],
            "kinds_partly_known": [k["kind"] for k in kinds if k["n_areas_partly_known"]],
            "indicators": _null_indicators(connection),
            "indices": [i["index_name"] for i in indices if i["score"] is None],
            "withheld": [name for name in withheld_indices(connection) if name],
            "tenure": nearby.tenure(connection),
        },
        "indices": indices,
        "as_a_whole": why.as_a_whole(connection, asked),
        "typology": _typology(connection),
        "opportunities": nearby.opportunities(connection),
        "opportunities_not_placed": nearby.not_placed(connection),
        "organisations": organisations.organisations(connection),
        "land_titles": organisations.land_titles(connection),
        "stated_needs": organisations.stated_needs(connection),
        "sources": _sources(connection),
        "corrections": nearby.corrections(connection),
        "indicators": _indicators(connection),
        "headline": headline(connection),
        "areas": _areas(connection),
    }


def _where(connection) -> facts.Where:
    found = rows(connection, "select n.* from neighbourhood as n semi join asked using (area_code) order by area_code")

    geography = geography_of(connection)

    def named(level: str) -> list[facts.Named]:
        pairs = sorted({(area[f"{level}_code"], area[f"{level}_name"]) for area in found if area[f"{level}_code"]})
        return [{"code": code, "name": name} for code, name in pairs]

    return {
        "n_areas": len(found),
        "residents": sum(area["population"] for area in found),
        "residents_as": geography.residents_as,
        "weighted_as": geography.mid_year_as if _is_mid_year(connection) else geography.residents_as,
        "area": named("area"),
        "ward": named("ward"),
        "msoa": named("msoa"),
        "authority": named("authority"),
        "combined_authority": named("combined_authority"),
        "region": named("region"),
        "nation": named("nation"),
        "like_areas": named("like_areas"),
        "origin_kind": sorted({area["origin_kind"] for area in found}),
    }


def _is_mid_year(connection) -> bool:
    """True where means are weighted by the mid-year estimate."""
    return rows(connection, "select coalesce(bool_or(weight != population), false) as differs from asked")[0]["differs"]


def _typology(connection) -> list[facts.Label]:
    """How many areas and residents have each label; for one area, how each axis stands and the row that decided.

    Nothing where the geography has no labels.
    """
    if not holds(connection, "typology"):
        return []
    is_one = "(select count(*) from asked) = 1"
    axes = ", ".join(f"{axis}: any_value(t.{axis})" for axis in read_typology().axes)
    found = rows_as(
        connection,
        facts.Label,
        f"""
        select t.label, t.shown_as, count(*)::integer as n_areas, sum(a.population)::integer as residents,
            if({is_one}, any_value(t.rule), null) as rule,
            count(*) filter (t.changes_if_cut_moves)::integer as n_areas_changes_if_cut_moves,
            count(*) filter (t.rests_on = '{read_typology().axes[0]}')::integer as n_areas_on_need_alone,
            if({is_one}, {{{axes}}}, null) as axes, null as rule_says
        from typology as t join asked as a using (area_code) group by t.label, t.shown_as order by n_areas desc, t.label""",
    )
    for row in found:
        row["rule_says"] = titles.deciding_rule(row["rule"], row["label"]) if row["rule"] else None
    return found


def _null_indicators(connection) -> list[facts.NullIndicator]:
    return rows_as(
        connection,
        facts.NullIndicator,
        """
        select v.indicator, i.title, v.null_reason, count(*)::integer as n_areas
        from indicator_value as v join indicator as i using (indicator) semi join asked using (area_code)
        where v.value is null group by all order by i.title, v.null_reason""",
    )


def _indicators(connection) -> list[facts.Indicator]:
    found = rows_as(
        connection,
        facts.Indicator,
        f"""
        select v.indicator, i.title, i.unit, i.direction, i.is_modelled, {mean_of("v.value")} as value,
            if(count(*) = 1, any_value(v.n_counted), null) as n_counted, if(count(*) = 1, any_value(v.n_of), null) as n_of, i.counted_in,
            count(v.value)::integer as n_areas_known, min(v.as_at) as as_at, bool_or(v.coverage = 'partial') as is_partly_covered,
            min(v.null_reason) as null_reason
        from indicator_value as v join indicator as i using (indicator) join asked as a using (area_code)
        group by all order by v.indicator""",
    )
    for row in found:
        row["counted_in"] = noun_of(row["counted_in"], row["n_counted"] if row["n_of"] is None else row["n_of"])
    return found


def _sources(connection) -> list[facts.Source]:
    """Who counted: the lists of places and the statistics behind this sheet, with the date of each."""
    return rows_as(
        connection,
        facts.Source,
        """
        with lists as (select distinct unnest(string_split(counted_from, ', ')) as source from kind where counts_for_reach),
        statistics as (select distinct unnest(string_split(sources, ', ')) as source from indicator)
        select s.source, s.title, s.publisher, s.licence, s.attribution, coalesce(x.source_as_at::varchar, s.vintage::varchar) as as_at, x.state,
            s.source in (from lists) as is_list_of_places
        from source as s join snapshot as x using (source)
        where s.source in (from lists) or s.source in (from statistics) or s.source = $residents
        order by is_list_of_places desc, s.title""",
        residents=geography_of(connection).residents_source,
    )


def _areas(connection) -> list[facts.AreaLine]:
    """A line per area, those that the headline index puts first before others."""
    label = "(select shown_as from typology as t where t.area_code = n.area_code)"
    label = label if holds(connection, "typology") else "null"
    first, listed = headline(connection), [*titles.listed_indices(indices_of(connection))]
    listed += [] if first in listed else [first]
    scores = [f"any_value(s.score) filter (s.index_name = '{name}') as {name}_score" for name in listed]
    ranks = [f"any_value(s.rank_{scope}) filter (s.index_name = '{first}') as {first}_rank_{scope}" for scope in ("nation", "authority")]  # fmt: skip
    return rows_as(
        connection,
        facts.AreaLine,
        f"""
        with s as (select area_code, {", ".join([*scores, *ranks])} from index_score as s group by area_code)
        select n.area_code, n.area_name, n.msoa_name, n.ward_name, n.population as residents, s.* exclude (area_code), {label} as typology,
            list(r.kind order by r.kind) filter (r.gap = 'beyond') as gaps_beyond
        from neighbourhood as n semi join asked using (area_code)
        left join s on s.area_code = n.area_code
        left join neighbourhood_reach as r on r.area_code = n.area_code
        group by all
        order by s.{first}_score desc nulls last, n.area_code""",
    )
