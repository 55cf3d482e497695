"""`commonground place`: one place on one sheet, from the release alone; `find` (see `meant`) says which place is meant."""

import datetime
from dataclasses import dataclass

import duckdb

from pipelines.answers import titles
from pipelines.answers.area.nearby import EVERY_EVIDENCE
from pipelines.answers.area.organisations import LEVELS, needs_where
from pipelines.answers.area.organisations_facts import StatedNeed
from pipelines.answers.community_evidence import evidence_of
from pipelines.answers.latest import R, columns_of, open_latest, picked, release_facts, rows, rows_as
from pipelines.answers.lookup import level_words
from pipelines.answers.place import facts
from pipelines.answers.place.legal import legal
from pipelines.answers.place.loss import alternatives, losses
from pipelines.answers.place.meant import SHOWN, find, hits_of, n_others_named
from pipelines.answers.place.owner import owner_facts, tenure_facts
from pipelines.answers.place.place_text import hits_text, text_of
from pipelines.answers.sheet import as_json
from pipelines.core.plain_text import plain
from pipelines.core.problem import Problem
from pipelines.core.query import holds
from pipelines.core.settings import Settings


@dataclass(frozen=True)
class Answer:
    """What to print, and the problem to end with, if any."""

    text: str
    problem: Problem | None = None


def answer(settings: Settings, asked: str, wants_json: bool) -> Answer:
    """The sheet of a place, or the places meant. Raises Problem (usage) where no place of the release is meant."""
    with open_latest(settings.data) as connection:
        found = find(connection, asked)
        if len(found) == 1:
            n_others = n_others_named(connection, asked, found[0])
            sheet: facts.Sheet = {
                "asked": {"text": plain(asked)[:SHOWN], "n_others_so_named": n_others},
                **place(connection, found[0], settings.today),
            }
            return Answer(as_json(sheet) if wants_json else text_of(sheet))
        hits, short = hits_of(connection, found, plain(asked)), plain(asked)[:SHOWN]
    remedy = f"name one of them by its id, as in `commonground place {found[0]}`"
    problem = Problem(short, f"is the name, or part of it, of {len(found):,} places", remedy, usage=True)
    several: facts.Hits = {"asked": short, "n_hits": len(found), "hits": hits}
    return Answer(as_json(several) if wants_json else hits_text(hits, len(found)), problem)


def place(connection: duckdb.DuckDBPyConnection, place_id: str, today: datetime.date | None = None) -> facts.Place:
    """Everything the release says of a place, with stable keys; null is not known. Its legal state is that of `today`, or
    of the release's own day."""
    row = _one(connection, place_id)
    kinds = _of(connection, facts.KindRow, "place_kind", "kind", place_id)
    kinds.sort(key=lambda kind: kind["kind"] != row["kind"])
    records = _records(connection, place_id)
    lost = losses(connection, place_id, [kind["kind"] for kind in kinds])
    return {
        "release": release_facts(connection),
        "place": picked(facts.PlaceRow, row),
        "kinds": [
            {**kind, "title": titles.singular(kind["kind"]), "plural": titles.plural(kind["kind"])} for kind in kinds
        ],
        "events": _of(connection, facts.Event, "place_event", "since, event_id", place_id),
        "where": picked(facts.Where, row),
        "levels": level_words(connection),
        "owner": owner_facts(row),
        "tenure": tenure_facts(row, {source["source"]: source["title"] for source in rows(connection, "from source")}),
        "run_by": {"run_by": row["run_by"], "source": row["run_by_source"], "source_title": row["run_by_title"]},
        "community": {
            "in_community_hands": row.get("in_community_hands"),
            "evidence": evidence_of(connection, [place_id]),
        },
        "hours": {
            "opening_hours": row["opening_hours"],
            "hours_per_week": row["hours_per_week"],
            "shares_with": row["shares_with"],
            "source": row["hours_source"],
            "source_title": row["hours_title"],
        },
        "records": records,
        "matches": _of(connection, facts.Match, "record_match", "all", place_id),
        "corrections": _of(connection, facts.Correction, "correction", "line", place_id),
        "legal": legal(connection, place_id, today),
        "loss": lost,
        "loss_reason": None if lost else _why_no_loss(connection, row, kinds),
        "alternatives": alternatives(connection, place_id, [k["kind"] for k in kinds]),
        "opportunities": _opportunities(connection, place_id),
        "stated_needs": _needs(connection, row["area_code"], [kind["kind"] for kind in kinds]),
    }


def _one(connection, place_id: str) -> dict:
    return rows(
        connection,
        """
        select p.*, n.area_name, n.msoa_name, n.ward_code, n.ward_name, n.authority_code, n.authority_name,
            o.title as owner_title, r.title as run_by_title, h.title as hours_title,
            (select string_agg(l.label, ' and ' order by l.label) from label as l
                where l.list = 'licence' and list_contains(string_split(p.licence, '+'), l.code)) as licence_title
        from place as p left join neighbourhood as n using (area_code)
        left join source as o on o.source = p.owner_source left join source as r on r.source = p.run_by_source
        left join source as h on h.source = p.hours_source
        where p.place_id = $place_id""",
        place_id=place_id,
    )[0]


def _of(connection, record: type[R], table: str, order: str, place_id: str) -> list[R]:
    if not holds(connection, table):
        return []
    sql = f"select {columns_of(record)} from {table} where place_id = $place_id order by {order}"
    return rows_as(connection, record, sql, place_id=place_id)


def _opportunities(connection, place_id: str) -> list[facts.Opportunity]:
    if not holds(connection, "opportunity"):
        return []
    columns = ", ".join(f"x.{name}" for name in facts.Opportunity.__annotations__ if name != "every_evidence")
    sql = f"select {columns}, {EVERY_EVIDENCE} from opportunity as x where place_id = $place_id order by opportunity_id"
    return rows_as(connection, facts.Opportunity, sql, place_id=place_id)


def _records(connection, place_id: str) -> list[facts.PlaceRecord]:
    return rows_as(
        connection,
        facts.PlaceRecord,
        """
        select r.source, s.title as source_title, s.attribution, r.source_id, r.kind, r.name, r.status, r.as_at, r.licence, r.outcome, r.rule,
            r.owner_kind, r.run_by, r.opening_hours, r.hours_per_week, r.shares_with
        from place_record as r join source as s using (source) where r.place_id = $place_id
        order by r.outcome != 'placed', r.source, r.source_id""",
        place_id=place_id,
    )


def _why_no_loss(connection, row: dict, kinds: list[facts.KindRow]) -> str:
    if not holds(connection, "place_loss"):
        return "the release was made before this was worked out; refresh"
    if row["status"] == "closed":
        return "it is not open now"
    if any(kind["is_counted"] for kind in kinds):
        of_use = "it is of use to nobody in the areas of this release, as far as is known"
        return "it is a site, and nowhere to go" if row["is_in_areas_asked"] else of_use
    return "it does not count within reach (see above)" if row["status"] == "open" else "it is not open now"


def _needs(connection, area_code: str | None, kinds: list[str]) -> list[StatedNeed]:
    """The needs stated for places of its kinds in the areas that a place lies in, each beside what is measured there."""
    codes = ", ".join(f"{level}_code" for level in LEVELS)
    around = f"select unnest([{codes}]) from neighbourhood where area_code = $area"
    where = f"is_stated and list_contains($kinds, kind) and area_code in ({around})"
    return needs_where(connection, where, area=area_code, kinds=kinds)
