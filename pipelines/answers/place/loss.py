"""Who would lose out if a place closed, as table `place_loss` says, and what else of its kind is near."""

import duckdb

from pipelines.answers import titles
from pipelines.answers.latest import columns_of, rows, rows_as
from pipelines.answers.place.facts import Alternative, Alternatives, Loss, LossRow
from pipelines.answers.walking import measured
from pipelines.core.query import holds

ALTERNATIVES = 5
ALTERNATIVE_MINUTES = 60


def losses(connection: duckdb.DuckDBPyConnection, place_id: str, kinds: list[str]) -> list[Loss]:
    """Who would lose out, a row for each of these kinds that the place counts as, in their order; none where the release
    was made before there was such a table."""
    if not holds(connection, "place_loss"):
        return []
    sql = f"select {columns_of(LossRow)} from place_loss where place_id = $place_id"
    found = {row["kind"]: row for row in rows_as(connection, LossRow, sql, place_id=place_id)}
    return [
        {
            **found[kind],
            "title": titles.singular(kind),
            "plural": titles.plural(kind),
            "cap_m": measured(connection).measure.cap_m,
        }
        for kind in kinds
        if kind in found
    ]


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
        counts = rows(connection, "select counts_for_reach and kind_group != 'site' as is_somewhere from kind where kind = $kind", kind=kind)[0]  # fmt: skip
        if not counts["is_somewhere"]:
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
