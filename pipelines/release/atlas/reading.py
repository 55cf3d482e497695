"""What the chunks of areas are cut from: columns of the release's tables by row of area, each read once."""

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from geodata.crs import PUBLISHED, transform_xy
from geodata.distance import measure_of
from geodata.geography import read_geographies
from pipelines.core.query import holds
from pipelines.release.atlas.script import rounded
from pipelines.release.atlas.tables import Columns, Texts, columns, of, spread_out, texts_spread_out

RESTS = {"difference of logs": "logarithm"}  # what pushes add up to, where it is not the score itself
NUMBERED = "create or replace temp table {name}_row as select {name}_id, (row_number() over (order by {name}_id) - 1)::integer as {column} from {table}"
WALK = 15  # minutes
LISTS = {  # by name: the table and the query, in order of row
    "peers": ("area_peer", """
        select a.row, p.index_name as index, b.row as peer, if(b.row is null, p.peer_code, null) as code,
            if(b.row is null, p.peer_name, null) as name, if(b.row is null, p.peer_authority_name, null) as authority
        from area_peer as p join area_row as a using (area_code) left join area_row as b on b.area_code = p.peer_code
        order by a.row, index_name, position"""),
    "changes": ("highest_tenth_change", """
        select row, index_name as index, level, domain, name as of, value, value_needed as needed
        from highest_tenth_change join area_row using (area_code) order by row, index_name, level, domain, name"""),
    "owners": ("ownership_mix", """
        select row, kind, owner_kind, n_places as n, n_run_by_community as n_run
        from ownership_mix join area_row using (area_code) order by row, kind, owner_kind"""),
    "events": ("place_event", """
        select row, happening, round(min(metres)) as metres from (
            select row, happening, null as metres from place_event join area_row using (area_code) join event_row using (event_id)
            union all
            select row, happening, metres from walked join place_row using (place) join place_event using (place_id)
            join event_row using (event_id) where event = 'closed' and is_confirmed
            union all
            select row, happening, w.distance_m from neighbourhood_place as w join area_row using (area_code) join place as p using (place_id)
            join place_event as e using (place_id) join event_row using (event_id) where e.event = 'first_listed' and p.status = 'open')
        group by row, happening order by row, happening"""),
    "candidates": ("opportunity", """
        select row, opportunity, round(min(metres)) as metres from (
            select row, opportunity, null as metres from opportunity join area_row using (area_code) join opportunity_row using (opportunity_id)
            union all
            select row, opportunity, metres from walked join place_row using (place) join opportunity using (place_id)
            join opportunity_row using (opportunity_id))
        group by row, opportunity order by row, opportunity"""),
    "losses": ("place_loss", """
        select row, place, l.kind, l.coverage, l.null_reason, is_edge_affected::integer as is_edge_affected, residents_not_covered as not_covered,
            residents_only as only, residents_only_under_15 as only_under_15, residents_only_aged_75_plus as only_aged_75_plus,
            residents_nearest as nearest, extra_minutes, residents_next_not_known as next_not_known
        from place_loss as l join place using (place_id) join place_row using (place_id) join area_row using (area_code)
        order by row, place, l.kind"""),
    "listings": ("legal_listing", """
        select row, place, listing_id as listing, l.source, l.state, nominating_group, event, strftime(d.date, '%Y-%m-%d') as date,
            d.null_reason, d.words as means, d.is_next::integer as is_next
        from legal_listing as l join place as p using (place_id) join place_row using (place_id)
        join area_row on area_row.area_code = p.area_code left join legal_date as d using (listing_id)
        order by row, place, listing_id, d.date, event"""),
}  # fmt: skip
PLACES = """
    select p.place_id, p.name, p.kinds, round(p.longitude, 5) as lon, round(p.latitude, 5) as lat, row, p.status, p.owner_kind,
        p.tenure_band, p.use_state, p.run_by, p.name_source, p.licence, p.opening_hours, strftime(p.as_at, '%Y-%m-%d') as as_at,
        coalesce(p.in_community_hands, false)::integer as in_community_hands
    from place as p left join area_row as r using (area_code) order by p.place_id"""
EVENTS = """
    select place, kind, event, strftime(since, '%Y-%m-%d') as since, strftime(not_before, '%Y-%m-%d') as not_before, precision,
        is_confirmed::integer as confirmed, evidence as told_by
    from place_event left join place_row using (place_id) order by event_id"""
OPPORTUNITIES = """
    select o.opportunity_id as id, place, row, o.kind, o.name, what, owner_kind, owner_name, tenure_band, use_state, size_ha,
        competing_allocation as allocated_for, evidence, source, strftime(as_at, '%Y-%m-%d') as as_at,
        is_too_old::integer as is_too_old, not_known, licence, round(longitude, 5) as lon, round(latitude, 5) as lat
    from opportunity as o left join area_row using (area_code) left join place_row using (place_id) order by o.opportunity_id"""


def places(connection: duckdb.DuckDBPyConnection) -> Columns:
    """Every place in order of its id, which is how it is numbered (temp table `place_row`)."""
    connection.execute(NUMBERED.format(name="place", column="place", table="place"))
    return columns(connection, PLACES)


def opportunities(connection: duckdb.DuckDBPyConnection) -> Columns:
    """Every candidate in order of its id, which is how it is numbered; of a geography that has none, nothing."""
    if not holds(connection, "opportunity"):
        return {"id": Texts([], np.empty(0, dtype=np.int32)), "place": np.empty(0)}
    connection.execute(NUMBERED.format(name="opportunity", column="opportunity", table="opportunity"))
    return columns(connection, OPPORTUNITIES)


def happenings(connection: duckdb.DuckDBPyConnection) -> Columns:
    """Every event of a place in order of its id, which is how it is numbered."""
    connection.execute(NUMBERED.format(name="event", column="happening", table="place_event"))
    return columns(connection, EVENTS)


def walk(connection: duckdb.DuckDBPyConnection) -> None:
    """Note (temp table `walked`: row, place, metres) from which areas candidates and places that closed are a 15-minute walk
    away: by the release's own measure, for no table holds walks to what counts no more. Needs `places`."""
    geography = read_geographies()[connection.execute("select geography from release").fetchone()[0]]
    xy = lambda found: np.column_stack(transform_xy(found["longitude"], found["latitude"], PUBLISHED, geography.crs))  # noqa: E731
    of_candidates = "union select place_id from opportunity" if holds(connection, "opportunity") else ""
    told = f"select place_id from place_event where event = 'closed' {of_candidates}"
    targets = columns(connection, f"select place, longitude, latitude from place join place_row using (place_id) where place_id in ({told}) order by place")  # fmt: skip
    origins = columns(connection, "select longitude, latitude from neighbourhood order by area_code")
    walks = measure_of(geography).walks(xy(origins), xy(targets), WALK)
    found = pa.table({"row": walks.i, "place": targets["place"][walks.j], "metres": walks.metres})
    connection.register("found", found)
    connection.execute(
        "create or replace temp table walked as select row::integer as row, place::integer as place, metres from found"
    )
    connection.unregister("found")


def pushes(connection: duckdb.DuckDBPyConnection, n: int) -> dict[str, dict]:
    """By index: what scores start from, and how far each domain and each indicator in it pushes."""
    domains = columns(connection, "select row, index_name, domain, contribution, starts_from, method from domain_contribution join area_row using (area_code)")  # fmt: skip
    inner = columns(connection, "select row, index_name, domain || '.' || indicator as name, contribution from indicator_contribution join area_row using (area_code)")  # fmt: skip
    told: dict[str, dict] = {}
    for index in domains["index_name"].words:
        mine, parts = of(domains, "index_name", index), of(inner, "index_name", index)
        names, members = mine["domain"].used().words, parts["name"].used().words
        starts = np.full(n, np.nan)
        starts[mine["row"]] = mine["starts_from"]
        by_domain = rounded(spread_out(n, names, mine, "domain", "contribution"))
        by_member = rounded(spread_out(n, members, parts, "name", "contribution"))
        told[index] = {
            "from": rounded(starts),
            "adds_up_to": RESTS.get(mine["method"].first(), "score"),
            "domains": dict(zip(names, by_domain, strict=True)),
            "indicators": dict(zip(members, by_member, strict=True)),
        }
    return told


def weights(connection: duckdb.DuckDBPyConnection, n: int) -> dict[str, dict]:
    """By index: in which scope ranks by other weights are, and the rank by each set."""
    found = columns(connection, "select row, index_name, weight_set, rank_scope, rank from weight_set_rank join area_row using (area_code)")  # fmt: skip
    told: dict[str, dict] = {}
    for index in found["index_name"].words:
        mine = of(found, "index_name", index)
        sets = mine["weight_set"].used().words
        ranks = spread_out(n, sets, mine, "weight_set", "rank")
        told[index] = {"scope": mine["rank_scope"].first(), "ranks": dict(zip(sets, ranks, strict=True))}  # fmt: skip
    return told


def reach(connection: duckdb.DuckDBPyConnection, n: int) -> tuple[dict[str, np.ndarray], dict]:
    """Matrices of kinds by areas: counts and the nearest, and their codes. Needs `places`."""
    found = columns(connection, """
        select row, kind, n_within_10_min as n10, n_within_15_min as n15, round(nearest_m) as metres, standard_minutes as standard, place,
            gap, coverage, null_reason
        from neighbourhood_reach join area_row using (area_code) left join place_row on place_id = nearest_place_id""")  # fmt: skip
    kinds = found["kind"].words
    numeric = {c: spread_out(n, kinds, found, "kind", c) for c in ("n10", "n15", "metres", "standard", "place")}
    codes = {c: texts_spread_out(n, kinds, found, "kind", c) for c in ("gap", "coverage", "null_reason")}
    return numeric, {"kinds": kinds, **codes}


@dataclass(frozen=True)
class Indicators:
    """Matrices of indicators by areas: values, what was counted, and their codes; `names` are in order."""

    names: list[str]
    value: np.ndarray
    n_counted: np.ndarray
    n_of: np.ndarray
    coverage: Texts
    null_reason: Texts


def indicators(connection: duckdb.DuckDBPyConnection, n: int) -> Indicators:
    """Every value of every indicator."""
    found = columns(connection, "select row, indicator, value, n_counted, n_of, coverage, null_reason from indicator_value join area_row using (area_code)")  # fmt: skip
    names = found["indicator"].words
    value, n_counted, n_of = (spread_out(n, names, found, "indicator", c) for c in ("value", "n_counted", "n_of"))
    coverage, reason = (texts_spread_out(n, names, found, "indicator", c) for c in ("coverage", "null_reason"))
    return Indicators(names, value, n_counted, n_of, coverage, reason)


def within(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, np.ndarray], list[str]]:
    """Which places each area reaches within 15 minutes, by row, kind and place, and the kinds. Needs `places`."""
    sql = """
        select row, kind, place, round(distance_m)::integer as metres
        from neighbourhood_place join area_row using (area_code) join place_row using (place_id) order by row, kind, place"""
    found = columns(connection, sql)
    return {**found, "kind": found["kind"].which}, found["kind"].words


def lists(connection: duckdb.DuckDBPyConnection) -> dict[str, Columns]:
    """The lists of areas that are of no fixed length, in order of row. Needs `places` and `opportunities`."""
    return {name: columns(connection, sql) for name, (table, sql) in LISTS.items() if holds(connection, table)}
