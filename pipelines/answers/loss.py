"""Who would lose out if a place closed, and what else of its kind is near: worked out from the release's own distances."""

import duckdb

from pipelines.answers import words
from pipelines.answers.latest import rows
from pipelines.answers.nearby import STRAIGHT_M

ALTERNATIVES = 5


def loss(connection: duckdb.DuckDBPyConnection, place_id: str, kind: str) -> dict:
    """Residents of the release's areas for whom the place is the only one of its kind within 15 minutes, or the nearest.

    `extra_*`: how much further those for whom it is the nearest would walk to the next that is within 15 minutes, on
    average; `residents_next_beyond_15_min` have no other so near. `*_highest_tenth`: in areas among the tenth of
    greatest hardship in the nation; null where no area here is ranked.
    """
    told = rows(
        connection,
        """
        with next as (
            select area_code, min(distance_m) as next_m, min(minutes) as next_minutes
            from neighbourhood_place where kind = $kind and place_id != $place_id group by area_code),
        mine as (
            select r.area_code, a.population, r.coverage = 'partial' as is_partial, s.decile_nation,
                r.n_within_15_min = 1 and m.place_id is not null as is_only, r.nearest_place_id is not distinct from $place_id as is_nearest,
                m.distance_m is null or r.n_within_15_min <= 1 as is_next_beyond, x.next_m - r.nearest_m as extra_m, m.place_id is not null as is_within
            from neighbourhood_reach as r join neighbourhood as a using (area_code)
            left join neighbourhood_place as m on m.area_code = r.area_code and m.kind = r.kind and m.place_id = $place_id
            left join next as x on x.area_code = r.area_code
            left join index_score as s on s.area_code = r.area_code and s.index_name = 'hardship'
            where r.kind = $kind and (m.place_id is not null or r.nearest_place_id = $place_id))
        select
            coalesce(sum(population) filter (is_within), 0)::integer as residents_within_15_min,
            count(*) filter (is_only)::integer as n_areas_only, coalesce(sum(population) filter (is_only), 0)::integer as residents_only,
            if(count(decile_nation) = 0 and count(*) > 0, null, coalesce(sum(population) filter (is_only and decile_nation = 1), 0))::integer as residents_only_highest_tenth,
            count(*) filter (is_nearest)::integer as n_areas_nearest, coalesce(sum(population) filter (is_nearest), 0)::integer as residents_nearest,
            if(count(decile_nation) = 0 and count(*) > 0, null, coalesce(sum(population) filter (is_nearest and decile_nation = 1), 0))::integer as residents_nearest_highest_tenth,
            coalesce(sum(population) filter (decile_nation is null), 0)::integer as residents_not_ranked,
            sum(extra_m * population) filter (is_nearest and not is_next_beyond) / sum(population) filter (is_nearest and not is_next_beyond and extra_m is not null) as extra_m,
            coalesce(sum(population) filter (is_nearest and not is_next_beyond and extra_m is not null), 0)::integer as residents_next_within_15_min,
            coalesce(sum(population) filter (is_nearest and is_next_beyond), 0)::integer as residents_next_beyond_15_min,
            coalesce(sum(population) filter (is_nearest and not is_next_beyond and extra_m is null), 0)::integer as residents_next_not_known,
            count(*) filter (is_partial and (is_only or is_nearest))::integer as n_areas_partly_known
        from mine""",
        place_id=place_id,
        kind=kind,
    )[0]
    walk = rows(
        connection,
        "select max(minutes) / max(distance_m) as minutes_per_metre from (from neighbourhood_place order by distance_m desc limit 1)",
    )[0]
    extra = told["extra_m"]
    told["extra_minutes"] = None if extra is None else extra * walk["minutes_per_metre"]
    return {"kind": kind, "title": words.singular(kind), "plural": words.plural(kind), **told}


def alternatives(connection: duckdb.DuckDBPyConnection, place_id: str, kinds: list[str], geography: str) -> list[dict]:
    """Per kind of the place, the other counted places of that kind nearest to it."""
    detour, minutes_per_metre = words.walking(geography)
    told = []
    for kind in kinds:
        near = rows(
            connection,
            f"""
            select p.place_id, p.name, n.area_name, n.authority_name, round({STRAIGHT_M} * $detour, 1) as distance_m,
                round({STRAIGHT_M} * $detour * $minutes_per_metre, 1) as minutes
            from place_kind as k join place as p using (place_id) join place as a on a.place_id = $place_id
            left join neighbourhood as n on n.area_code = p.area_code
            where k.kind = $kind and k.is_counted and p.place_id != $place_id
            order by distance_m, p.place_id limit {ALTERNATIVES}""",
            place_id=place_id,
            kind=kind,
            detour=detour,
            minutes_per_metre=minutes_per_metre,
        )
        counts = rows(connection, "select counts_for_reach from kind where kind = $kind", kind=kind)[0]
        if counts["counts_for_reach"]:
            told.append(
                {
                    "kind": kind,
                    "plural": words.plural(kind),
                    "measure": f"straight line between the places x {detour:g}",
                    "places": near,
                }
            )
    return told
