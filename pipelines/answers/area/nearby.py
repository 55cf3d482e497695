"""What residents of the areas asked can reach, what is missing, and candidate sites: the places part of a profile.

The areas asked stand in a temporary table `asked` (area_code, population, longitude, latitude). Places are counted
once, however many of the areas reach them; the walk to the nearest is given for one area only.
"""

import duckdb
import pandas as pd

from pipelines.answers import titles
from pipelines.answers.area.places_facts import (
    Closing,
    CommunityPlace,
    CommunityRun,
    NearbyCorrection,
    NearbyOpportunity,
    NearPlace,
    NotPlaced,
    PlaceEvent,
    Reach,
    ReachCounts,
)
from pipelines.answers.latest import R, columns_of, grouped, picked, rows, rows_as
from pipelines.answers.walking import measured
from pipelines.core.query import holds

NEAREST_FEW = 3
EVERY_EVIDENCE = """(
    select list({what: e.what, says: e.says, source: e.source, source_id: e.source_id, as_at: e.as_at, is_too_old: e.is_too_old} order by e.position)
    from opportunity_evidence as e where e.opportunity_id = x.opportunity_id) as every_evidence"""
MINUTES = 15


def reach(connection: duckdb.DuckDBPyConnection) -> list[Reach]:
    """A record per kind that counts within reach: how many, the nearest, who reaches one, gaps, how well it is known."""
    found = rows_as(
        connection,
        ReachCounts,
        """
        select r.kind, k.kind_group as "group", k.subset_of, k.is_shown, count(*)::integer as n_areas,
            count(*) filter (r.coverage = 'unknown')::integer as n_areas_not_known,
            count(*) filter (r.coverage = 'partial')::integer as n_areas_partly_known,
            min(r.null_reason) as null_reason, max(r.as_at) as as_at,
            max(r.n_within_10_min)::integer as n_within_10_min, max(r.n_within_15_min)::integer as n_within_15_min,
            sum(a.population) filter (r.coverage != 'unknown')::integer as residents_known,
            sum(a.population) filter (r.n_within_15_min > 0)::integer as residents_within_15_min,
            min(r.standard_minutes) as standard_minutes_least, max(r.standard_minutes) as standard_minutes,
            count(*) filter (r.gap = 'within')::integer as n_areas_within,
            count(*) filter (r.gap is null and r.standard_minutes is not null and r.coverage != 'unknown')::integer as n_areas_gap_not_known,
            count(*) filter (r.gap = 'borderline')::integer as n_areas_borderline, count(*) filter (r.gap = 'beyond')::integer as n_areas_beyond,
            coalesce(sum(a.population) filter (r.gap = 'borderline'), 0)::integer as residents_borderline,
            coalesce(sum(a.population) filter (r.gap = 'beyond'), 0)::integer as residents_beyond,
            if(count(*) = 1 and max(r.nearest_m) is not null, {place_id: max(r.nearest_place_id), name: max(p.name),
                distance_m: max(r.nearest_m), minutes: max(r.nearest_minutes)}, null) as nearest
        from neighbourhood_reach as r join asked as a using (area_code) join kind as k using (kind)
        left join place as p on p.place_id = r.nearest_place_id
        group by all""",
    )
    places = _places(connection)
    kinds = [_kind(kind, places.get(kind["kind"], [])) for kind in found]
    return sorted(kinds, key=lambda k: (k["group"] != "place", k["standard_minutes"] is None, k["title"]))


def _places(connection) -> dict[str, list[NearPlace]]:
    """Per kind, the places within reach of any of the areas: nearest first for one area, else most reached first."""
    return grouped(
        connection,
        NearPlace,
        "kind",
        """
        select n.kind, n.place_id, any_value(p.name) as name, min(n.minutes) as minutes, min(n.distance_m) as distance_m,
            sum(a.population)::integer as residents, count(*)::integer as n_areas
        from neighbourhood_place as n join asked as a using (area_code) left join place as p using (place_id)
        group by n.kind, n.place_id
        order by n.kind, if((select count(*) from asked) = 1, 0, -sum(a.population)), min(n.distance_m), n.place_id""",
    )


def _kind(kind: ReachCounts, places: list[NearPlace]) -> Reach:
    is_known = kind["n_areas_not_known"] < kind["n_areas"]
    if kind["n_areas"] > 1 and not kind["is_shown"]:
        kind["n_within_15_min"], kind["n_within_10_min"] = (
            kind["n_within_15_min"] and None,
            kind["n_within_10_min"] and None,
        )
    elif kind["n_areas"] > 1:
        kind["n_within_15_min"] = len(places) if is_known else None
        kind["n_within_10_min"] = sum(place["minutes"] <= 10 for place in places) if is_known else None
    if is_known:
        kind["residents_within_15_min"] = kind["residents_within_15_min"] or 0
    title = titles.plural(kind["kind"])
    return {"kind": kind["kind"], "title": title, **kind, "nearest_few": places[:NEAREST_FEW]}


def community_run(connection) -> CommunityRun:
    """Places within reach that a community runs, and of how many places within reach any source says who runs them."""
    every = rows(
        connection,
        """
        select p.place_id, any_value(p.name) as name, any_value(p.kind) as kind, any_value(p.run_by) as run_by, min(n.minutes) as minutes
        from neighbourhood_place as n semi join asked using (area_code) join place as p using (place_id)
        join kind as k on k.kind = n.kind
        where k.kind_group != 'site' group by p.place_id order by min(n.minutes), p.place_id""",
    )
    run = [picked(CommunityPlace, place) for place in every if place["run_by"] == "community"]
    return {"places": run, "n_places": len(every), "n_places_run_by_known": sum(p["run_by"] is not None for p in every)}


def first_listed(connection) -> list[PlaceEvent]:
    """Places within reach that were first seen on a list read before without them, newest first."""
    return rows_as(
        connection,
        PlaceEvent,
        """
        select e.place_id, p.name, e.kind, e.since, e.precision, e.evidence
        from place_event as e join place as p using (place_id)
        where e.event = 'first_listed' and p.status = 'open' and (p.area_code in (select area_code from asked)
            or e.place_id in (select place_id from neighbourhood_place semi join asked using (area_code)))
        order by e.since desc, p.name, e.event_id""",
    )


def closings(connection) -> list[Closing]:
    """Places confirmed closed, in the areas or within a 15-minute walk of where their residents start."""
    return _near(
        connection,
        Closing,
        "place_event",
        "x.place_id, p.name, coalesce(nullif(x.kind, ''), p.kind) as kind, x.since, x.precision, x.evidence",
        "x.event = 'closed' and x.is_confirmed",
        "x.since desc, x.event_id",
    )


def opportunities(connection) -> list[NearbyOpportunity]:
    """Candidate buildings and sites, in the areas or within a 15-minute walk, those not too old first, and of these what
    nothing else is planned for."""
    return _near(
        connection,
        NearbyOpportunity,
        "opportunity",
        "x.opportunity_id, x.place_id, x.kind, x.name, x.what, x.owner_kind, x.owner_name, x.run_by, x.competing_allocation, x.tenure_band,"
        f" x.unexpired_years, x.condition, x.not_known, x.evidence, x.as_at, x.is_too_old, x.legal_state, x.legal_next_date,"
        f" x.legal_next_words, {EVERY_EVIDENCE}",
        "true",
        "x.is_too_old, x.competing_allocation is not null, walk_minutes, x.opportunity_id",
    )


def not_placed(connection) -> list[NotPlaced]:
    """Candidates of registers of the authorities asked, wherever in them: no address is given by which to place them."""
    if not holds(connection, "opportunity"):
        return []
    return rows_as(
        connection,
        NotPlaced,
        f"""
        select {columns_of(NotPlaced)} from opportunity
        where area_code is null and authority_code in (select authority_code from neighbourhood semi join asked using (area_code))
        order by is_too_old, kind, name, opportunity_id""",
    )


def _near(connection, record: type[R], table: str, columns: str, where: str, order: str) -> list[R]:
    if not holds(connection, table):
        return []
    _walks(connection, table)
    return rows_as(
        connection,
        record,
        f"""
        select {columns}, round(w.minutes, 1) as walk_minutes, p.area_code in (select area_code from asked) as is_in_areas
        from {table} as x join place as p using (place_id) left join walk as w using (place_id)
        where {where} and (w.minutes <= $limit or p.area_code in (select area_code from asked))
        order by {order}""",
        limit=MINUTES,
    )


def _walks(connection, table: str) -> None:
    """Temporary table `walk`: each place of `table`, and the minutes to where the nearest residents asked start from,
    not stated beyond the measure's cap."""
    to = rows(
        connection,
        f"select place_id, longitude, latitude from place where place_id in (select place_id from {table}) order by place_id",
    )
    walks = measured(connection).nearest(to, rows(connection, "select longitude, latitude from asked"))
    frame = pd.DataFrame({"place_id": [to[i]["place_id"] for i in walks.i], "minutes": walks.minutes})
    connection.register("frame", frame)  # a release is opened without a look at what is outside it
    connection.execute("create or replace temp table walk as select place_id::varchar as place_id, minutes from frame")


def corrections(connection) -> list[NearbyCorrection]:
    """Corrections of places in the areas or within reach, each beside the source's value."""
    return rows_as(
        connection,
        NearbyCorrection,
        """
        select c.line, c.place_id, p.name, c.field, c.value, c.source_value, c.source, c.state, c.reason, c.evidence, c.date
        from correction as c left join place as p using (place_id)
        where p.area_code in (select area_code from asked)
            or c.place_id in (select place_id from neighbourhood_place semi join asked using (area_code))
        order by c.line""",
    )


def tenure(connection: duckdb.DuckDBPyConnection) -> str:
    """In how many of the areas asked a register of their council's land and buildings tells of tenure, in words."""
    if not holds(connection, "neighbourhood_tenure"):
        return "the release was made before it was looked for; refresh"
    (told,) = rows(
        connection,
        """
        select count(*) as n, count(t.n_places) as n_read, count(*) filter (where t.null_reason = 'suppressed') as n_few,
            max(t.n_known) as n_known, max(t.n_places + t.n_register_buildings) as n_places
        from asked left join neighbourhood_tenure as t using (area_code)""",
    )
    if told["n_few"] and not told["n_read"]:
        return "of too few places for a register that clears no rows to be told"
    if not told["n_read"]:
        return "no register of the council's land and buildings is read here"
    if told["n"] == 1 and told["n_places"] is None:
        return f"known for {told['n_known']:,} places and council buildings within a 15-minute walk, by a register that clears no rows"
    if told["n"] == 1:
        return f"known for {told['n_known']:,} of {told['n_places']:,} places and council buildings within a 15-minute walk"
    return f"a register of the council's land and buildings is read in {told['n_read']:,} of {told['n']:,} areas, and tells it of some places"
