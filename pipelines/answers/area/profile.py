"""`commonground profile`: every axis of one area, or of several together, from the release alone.

First the facts, as dicts (see `facts`), then text or JSON of those same dicts. Roll-ups are means of scores and values
weighted by residents, over the areas where they are known; ranks and deciles are never averaged.
"""

import duckdb

from pipelines.answers import titles
from pipelines.answers.area import facts, nearby, organisations, why
from pipelines.answers.area.community import community_held
from pipelines.answers.area.plainly import in_plain_words
from pipelines.answers.area.profile_text import text_of
from pipelines.answers.latest import (
    geography_of,
    grouped,
    headline,
    indices_of,
    open_latest,
    picked,
    release_facts,
    rows,
    rows_as,
)
from pipelines.answers.lookup import Asked, level_words, look_up
from pipelines.answers.sheet import as_json
from pipelines.core.query import holds
from pipelines.core.settings import Settings
from pipelines.indices.score import WITHHELD
from pipelines.ownership.typology import read_typology
from pipelines.release.agreement import by_construction
from pipelines.release.database import weight_of

SCOPES = ("nation", "region", "authority", "like_areas")
ONE_ONLY = [
    *(f"rank_{scope}" for scope in SCOPES),
    "decile_nation",
    "rank_median",
    "rank_low",
    "rank_high",
    "worst_decile_share",
    "rank_shift_mean",
    "spread_scope",
    "evidence_grade",
]


def answer(settings: Settings, area: str, wants_json: bool) -> str:
    """The sheet of AREA as text or JSON. Raises Problem (usage) where AREA is not in the release."""
    with open_latest(settings.data) as connection:
        sheet = profile(connection, look_up(connection, area))
    return as_json(sheet) if wants_json else text_of(sheet)


def profile(connection: duckdb.DuckDBPyConnection, asked: Asked) -> facts.Profile:
    """Everything the release says of the areas asked, with stable keys; null is not known."""
    connection.execute(
        f"""create or replace temp table asked as
        select area_code, population, {weight_of(connection)} as weight, longitude, latitude from neighbourhood where list_contains($codes, area_code) order by area_code""",
        {"codes": asked.codes},
    )
    kinds = nearby.reach(connection)
    release, indices = release_facts(connection), _indices(connection)
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
            "withheld": [name for name in _withheld(connection) if name],
            "tenure": nearby.tenure(connection),
        },
        "indices": indices,
        "as_a_whole": why.as_a_whole(connection, asked),
        "typology": _typology(connection),
        "opportunities": nearby.opportunities(connection),
        "opportunities_not_placed": nearby.not_placed(connection),
        "organisations": organisations.organisations(connection),
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


def _withheld(connection) -> list[str]:
    return rows(connection, "select indices_withheld from release")[0]["indices_withheld"].split(", ")


def _mean(column: str) -> str:
    """The value of one area as it stands; of several, the mean weighted by residents (`weight_of`), to nine decimals."""
    weighted = f"sum({column} * a.weight) / sum(a.weight) filter ({column} is not null)"
    return f"if(count(*) = 1, any_value({column}), round({weighted}, 9))"


# ---- indices


def _indices(connection) -> list[facts.Index]:
    """A record per index: its score and domains; ranks, spread and grade for one area; shares of areas for several."""
    one_only = ", ".join(f"if(count(*) = 1, any_value(s.{name}), null) as {name}" for name in ONE_ONLY)
    found = rows(
        connection,
        f"""
        select s.index_name, count(*)::integer as n_areas, count(s.score)::integer as n_areas_scored,
            sum(a.population) filter (s.score is not null)::integer as residents_scored,
            {_mean("s.score")} as score,
            {_mean("s.weight_observed")} as weight_observed,
            min(s.null_reason) as null_reason, {one_only},
            count(s.decile_nation)::integer as n_areas_ranked_nation,
            if(count(s.decile_nation) = 0, null, count(*) filter (s.decile_nation = 1))::integer as n_areas_highest_tenth,
            if(count(s.decile_nation) = 0, null, coalesce(sum(a.population) filter (s.decile_nation = 1), 0))::integer as residents_highest_tenth
        from index_score as s join asked as a using (area_code)
        group by s.index_name order by s.index_name""",
    )
    domains, grades, sizes = _domains(connection), _grades(connection), _scope_sizes(connection)
    withheld = _withheld(connection)
    sql = "select index_name, share_of_weight_shared_with_imd as share from index_method"
    shared = {row["index_name"]: row["share"] for row in rows(connection, sql)}
    is_one = bool(found) and found[0]["n_areas"] == 1
    explained = why.explained(connection) if is_one else {}
    by_weights = why.by_weights(connection) if is_one else {}
    changes = why.changes(connection) if is_one else {}
    peers = why.peers(connection) if is_one else {}
    words = in_plain_words(connection, explained) if is_one else None
    entries: list[facts.Index] = []
    for index in found:
        name, reason = index["index_name"], index["null_reason"]
        ranks: dict[str, facts.Rank] = {scope: {"rank": index[f"rank_{scope}"], **sizes[scope]} for scope in SCOPES}
        if name in withheld and reason == WITHHELD:
            reason = "withheld"
        entries.append(
            {
                "index_name": name,
                "title": titles.index_title(name),
                "question": titles.index_question(name),
                "shared_with_imd": by_construction(shared[name]),
                **picked(facts.IndexScore, index),
                "null_reason": reason if index["score"] is None else None,
                "ranks": ranks if is_one else None,
                "grades": grades[name],
                "domains": domains[name],
                "in_plain_words": None if words is None else words.get(name, []),
                "explained": explained.get(name),
                "by_weights": by_weights.get(name),
                "to_leave_highest_tenth": changes.get(name),
                "peers": peers.get(name),
            }
        )
    first = headline(connection)
    return sorted(entries, key=lambda index: (index["index_name"] != first, index["index_name"]))


def _domains(connection) -> dict[str, list[facts.Domain]]:
    found = grouped(
        connection,
        facts.DomainScore,
        "index_name",
        f"""
        select d.index_name, d.domain, {_mean("d.score")} as score,
            if(count(*) = 1, any_value(d.rank_nation), null) as rank_nation,
            {_mean("d.weight_observed")} as weight_observed, count(d.score)::integer as n_areas_scored,
            max(d.n_known) as n_known, max(d.n_members) as n_members
        from domain_score as d join asked as a using (area_code) group by d.index_name, d.domain""",
    )
    members = _members(connection)
    return {
        index: [
            _domain(index, row, members.get((index, row["domain"]), []))
            for row in sorted(known, key=lambda row: titles.domain_order(index, row["domain"]))
        ]
        for index, known in found.items()
    }


def _domain(index: str, row: facts.DomainScore, members: list[facts.MemberValue]) -> facts.Domain:
    domain = row["domain"]
    return {
        **row,
        "title": titles.domain_title(index, domain),
        "is_beside": titles.is_beside(index, domain),
        "n_needed": titles.least_known(index, domain),
        "members": members,
    }


def _members(connection) -> dict[tuple[str, str], list[facts.MemberValue]]:
    """What is known of each member of a domain, by index and domain: an indicator, or the score of another index."""
    found = rows(
        connection,
        f"""
        with known as (
            select indicator as member, value, n_counted, n_of, coverage, as_at, null_reason, area_code from indicator_value
            union all
            select index_name, score, null, null, if(score is null, 'unknown', 'observed'), null, null_reason, area_code
            from index_score
        )
        select m.index_name, m.domain, m.member, i.title, {_mean("v.value")} as value, i.unit,
            if(count(*) = 1, any_value(v.n_counted), null) as n_counted, if(count(*) = 1, any_value(v.n_of), null) as n_of,
            i.counted_in, coalesce(bool_or(v.coverage = 'partial'), false) as is_partly_covered,
            count(v.value)::integer as n_areas_known, min(v.as_at) as as_at, min(v.null_reason) as null_reason
        from index_member as m join known as v using (member) join asked as a using (area_code)
        left join indicator as i on i.indicator = m.member
        group by m.index_name, m.domain, m.member, i.title, i.unit, i.counted_in order by m.index_name, m.domain, m.member""",
    )
    by_domain: dict[tuple[str, str], list[facts.MemberValue]] = {}
    for row in found:
        row["counted_in"] = _noun(row["counted_in"], row["n_counted"] if row["n_of"] is None else row["n_of"])
        row["title"] = row["title"] or titles.index_title(row["member"])
        entry = by_domain.setdefault((row["index_name"], row["domain"]), [])
        entry.append(picked(facts.MemberValue, row))
    return by_domain


def _noun(one_and_several: str | None, n: int | None) -> str | None:
    """What a number counts, by the number; None where it counts nothing."""
    return one_and_several and one_and_several.split(", ")[0 if n == 1 else 1]


def _grades(connection) -> dict[str, dict[str, int]]:
    found = rows(
        connection,
        """
        select index_name, evidence_grade, count(*)::integer as n from index_score semi join asked using (area_code)
        group by all order by all""",
    )
    grades: dict[str, dict[str, int]] = {row["index_name"]: {} for row in found}
    for row in found:
        if row["evidence_grade"]:
            grades[row["index_name"]][row["evidence_grade"]] = row["n"]
    return grades


def _scope_sizes(connection) -> dict[str, facts.ScopeSize]:
    """Name and number of areas of each scope of the first area asked; the number is null where the release holds only
    part of the scope."""
    area = rows(connection, "select n.* from neighbourhood as n semi join asked using (area_code) limit 1")[0]
    release = release_facts(connection)
    held = release["areas_asked"].split(", ")
    is_whole = release["n_areas"] == release["n_areas_nation"]
    sizes: dict[str, facts.ScopeSize] = {}
    for scope in SCOPES:
        code, name = area[f"{scope}_code"], area[f"{scope}_name"]
        n = rows(connection, f"select count(*)::integer as n from neighbourhood where {scope}_code = $code", code=code)[
            0
        ]["n"]
        # authorities are asked whole; a region only where it, or the nation, was asked
        known = is_whole or scope == "authority" or (scope == "region" and (name in held or code in held))
        sizes[scope] = {
            "scope": name,
            "n_areas": release["n_areas_nation"] if scope == "nation" else n if known else None,
        }
    return sizes


# ---- the rest


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
        select v.indicator, i.title, i.unit, i.direction, i.is_modelled, {_mean("v.value")} as value,
            if(count(*) = 1, any_value(v.n_counted), null) as n_counted, if(count(*) = 1, any_value(v.n_of), null) as n_of, i.counted_in,
            count(v.value)::integer as n_areas_known, min(v.as_at) as as_at, bool_or(v.coverage = 'partial') as is_partly_covered,
            min(v.null_reason) as null_reason
        from indicator_value as v join indicator as i using (indicator) join asked as a using (area_code)
        group by all order by v.indicator""",
    )
    for row in found:
        row["counted_in"] = _noun(row["counted_in"], row["n_counted"] if row["n_of"] is None else row["n_of"])
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
