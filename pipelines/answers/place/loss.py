"""Who would lose out if a place closed, and what else of its kind is near: worked out from the release's own distances."""

import duckdb

from pipelines.answers import titles
from pipelines.answers.latest import headline, rows, rows_as
from pipelines.answers.place.facts import Alternative, Alternatives, Loss
from pipelines.answers.walking import measured

ALTERNATIVES = 5
ALTERNATIVE_MINUTES = 60


def loss(connection: duckdb.DuckDBPyConnection, place_id: str, kind: str) -> Loss:
    """Residents of the release's areas for whom the place is the only one of its kind within 15 minutes, or the nearest.

    `extra_*`: how much further those for whom it is the nearest would walk to the next that is within 15 minutes, on
    average; `residents_next_beyond_15_min` have no other so near. `*_highest_tenth`: in areas among the tenth of
    greatest hardship in the nation; null where no area here is ranked.
    """
    return rows_as(
        connection,
        Loss,
        """
        with next as (
            select area_code, min(distance_m) as next_m, min(minutes) as next_minutes
            from neighbourhood_place where kind = $kind and place_id != $place_id group by area_code),
        mine as (
            select r.area_code, a.population, r.coverage = 'partial' as is_partial, s.decile_nation,
                r.n_within_15_min = 1 and m.place_id is not null as is_only, r.nearest_place_id is not distinct from $place_id as is_nearest,
                m.distance_m is null or r.n_within_15_min <= 1 as is_next_beyond, x.next_m - r.nearest_m as extra_m, x.next_minutes - r.nearest_minutes as extra_minutes, m.place_id is not null as is_within
            from neighbourhood_reach as r join neighbourhood as a using (area_code)
            left join neighbourhood_place as m on m.area_code = r.area_code and m.kind = r.kind and m.place_id = $place_id
            left join next as x on x.area_code = r.area_code
            left join index_score as s on s.area_code = r.area_code and s.index_name = $headline
            where r.kind = $kind and (m.place_id is not null or r.nearest_place_id = $place_id))
        select $kind as kind, $title as title, $plural as plural,
            coalesce(sum(population) filter (is_within), 0)::integer as residents_within_15_min,
            count(*) filter (is_only)::integer as n_areas_only, coalesce(sum(population) filter (is_only), 0)::integer as residents_only,
            if(count(decile_nation) = 0 and count(*) > 0, null, coalesce(sum(population) filter (is_only and decile_nation = 1), 0))::integer as residents_only_highest_tenth,
            count(*) filter (is_nearest)::integer as n_areas_nearest, coalesce(sum(population) filter (is_nearest), 0)::integer as residents_nearest,
            if(count(decile_nation) = 0 and count(*) > 0, null, coalesce(sum(population) filter (is_nearest and decile_nation = 1), 0))::integer as residents_nearest_highest_tenth,
            coalesce(sum(population) filter (decile_nation is null), 0)::integer as residents_not_ranked,
            round(sum(extra_m * population) filter (is_nearest and not is_next_beyond) / sum(population) filter (is_nearest and not is_next_beyond and extra_m is not null), 9) as extra_m,
            round(sum(extra_minutes * population) filter (is_nearest and not is_next_beyond) / sum(population) filter (is_nearest and not is_next_beyond and extra_m is not null), 9) as extra_minutes,
            coalesce(sum(population) filter (is_nearest and not is_next_beyond and extra_m is not null), 0)::integer as residents_next_within_15_min,
            coalesce(sum(population) filter (is_nearest and is_next_beyond), 0)::integer as residents_next_beyond_15_min,
            coalesce(sum(population) filter (is_nearest and not is_next_beyond and extra_m is null), 0)::integer as residents_next_not_known,
            count(*) filter (is_partial and (is_only or is_nearest))::integer as n_areas_partly_known
        from mine""",
        headline=headline(connection),
        place_id=place_id,
        kind=kind,
        title=titles.singular(kind),
        plural=titles.plural(kind),
    )[0]


def alternatives(connection: duckdb.DuckDBPyConnection, place_id: str, kinds: list[str]) -> list[Alternatives]:
    """Per kind of the place, the other counted places of that kind nearest to it, within an hour's walk."""
    walking = measured(connection)
    by_kind: list[Alternatives] = []
    here = rows(connection, "select longitude, latitude from place where place_id = $place_id", place_id=place_id)
    for kind in kinds:
        others = rows(
            connection,
            """
            select p.place_id, p.name, n.area_name, n.authority_name, p.longitude, p.latitude
            from place_kind as k join place as p using (place_id) left join neighbourhood as n on n.area_code = p.area_code
            where k.kind = $kind and k.is_counted and p.place_id != $place_id
            order by p.place_id""",
            place_id=place_id,
            kind=kind,
        )
        counts = rows(connection, "select counts_for_reach from kind where kind = $kind", kind=kind)[0]
        if not counts["counts_for_reach"]:
            continue
        walks = walking.walks(here, others, ALTERNATIVE_MINUTES)
        near: list[Alternative] = [
            {
                "place_id": others[j]["place_id"],
                "name": others[j]["name"],
                "area_name": others[j]["area_name"],
                "authority_name": others[j]["authority_name"],
                "distance_m": round(float(walks.metres[n]), 1),
                "minutes": round(float(walks.minutes[n]), 1),
            }
            for n, j in enumerate(walks.j)
        ]
        near.sort(key=lambda place: (place["distance_m"], place["place_id"]))
        measure = f"between the places, {walking.name}"
        by_kind.append({"kind": kind, "plural": titles.plural(kind), "measure": measure, "places": near[:ALTERNATIVES]})
    return by_kind
