"""What a profile tells of community ownership: which places a community holds, on what evidence, and who owns the others."""

from pipelines.answers.area.places_facts import CommunityHeld, HeldCount, HeldPlace, OwnerCount, Register
from pipelines.answers.community_evidence import LEAD, evidence_of
from pipelines.answers.latest import picked, rows, rows_as
from pipelines.core.query import holds

COMMUNITY = "community"


def community_held(connection) -> CommunityHeld | None:
    """Of the places within reach of the areas asked; None where the release does not hold it."""
    if not holds(connection, "community_evidence"):
        return None
    reached = rows(
        connection,
        """
        select n.kind, p.place_id, any_value(p.name) as name, any_value(p.owner_kind) as owner_kind, any_value(p.run_by) as run_by,
            min(n.minutes) as minutes
        from neighbourhood_place as n semi join asked using (area_code) join place as p using (place_id) join kind as k on k.kind = n.kind
        where k.kind_group != 'site' and k.subset_of is null
        group by n.kind, p.place_id order by min(n.minutes), p.place_id, n.kind""",
    )
    once = {row["place_id"]: row for row in reversed(reached)}
    known: dict[str, list] = {}
    for row in evidence_of(connection, list(once)):
        known.setdefault(row["place_id"], []).append(row)
    places = [
        picked(HeldPlace, {**row, "evidence": known.get(row["place_id"], [])}) for row in reversed(list(once.values()))
    ]
    held = [place for place in places if COMMUNITY in (place["owner_kind"], place["run_by"])]
    is_lead = lambda place: place not in held and any(row["evidence"] == LEAD for row in place["evidence"])  # noqa: E731
    return {
        "places": held,
        "leads": [place for place in places if is_lead(place)],
        "counts": _counts(reached),
        "owners": rows_as(
            connection,
            OwnerCount,
            """
            select owner_kind, sum(n_places)::integer as n_places from ownership_mix semi join asked using (area_code)
            group by owner_kind order by owner_kind = 'unknown', n_places desc, owner_kind""",
        ),
        "registers": rows_as(
            connection,
            Register,
            """
            select r.source, s.title, r.use, r.covers_nation, r.as_at from community_register as r join source as s using (source)
            order by r.use, s.title""",
        ),
    }


def _counts(reached: list[dict]) -> list[HeldCount]:
    """A count for each kind of which a community holds any."""
    counts: dict[str, HeldCount] = {}
    for row in reached:
        none: HeldCount = {"kind": row["kind"], "n_places": 0, "n_owned": 0, "n_run": 0, "n_held": 0}
        count = counts.setdefault(row["kind"], none)
        count["n_places"] += 1
        count["n_owned"] += row["owner_kind"] == COMMUNITY
        count["n_run"] += row["run_by"] == COMMUNITY
        count["n_held"] += COMMUNITY in (row["owner_kind"], row["run_by"])
    return sorted((c for c in counts.values() if c["n_held"]), key=lambda c: (-c["n_held"], c["kind"]))
