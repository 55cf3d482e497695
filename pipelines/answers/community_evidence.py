"""What a sheet says of places that a community owns or runs: who says so, of which date, and what only hints at it."""

import datetime

from typing_extensions import TypedDict

from pipelines.answers.latest import rows_as
from pipelines.answers.sheet import day
from pipelines.core.query import holds
from pipelines.register.labels import label

LEAD = "lead"


class Evidence(TypedDict):
    """What tells, or (a lead) hints, that a community holds a place."""

    evidence: str  # owned, run or lead
    body: str
    body_id: str | None  # None: its register gives none, or its licence clears no rows
    words: str
    source: str
    source_title: str
    publisher: str
    page: str
    attribution: str
    publish: str  # what may be published of the source: rows, aggregates
    as_at: datetime.date | None
    is_confirmed: bool
    address: str | None  # by what its address is the place's: door, postcode or near; None: none was compared
    licence: str


class PlaceEvidence(Evidence):
    """The same, with the place it is of."""

    place_id: str


SQL = """
    select e.place_id, e.evidence, e.body, e.body_id, e.words, e.source, s.title as source_title, s.publisher, s.page, s.attribution, s.publish, e.as_at,
        e.is_confirmed, e.address, e.licence
    from community_evidence as e join source as s using (source) where {}
    order by e.place_id, e.evidence = 'lead', e.evidence, e.address nulls last, e.as_at desc nulls last, e.source"""


def evidence_of(connection, place_ids: list[str]) -> list[PlaceEvidence]:
    """What tells of these places; nothing in a release made before it was looked for."""
    if not holds(connection, "community_evidence"):
        return []
    return rows_as(connection, PlaceEvidence, SQL.format("list_contains($ids, e.place_id)"), ids=place_ids)


def told(row: Evidence) -> str:
    """One piece of evidence in a sentence, with who says it and when."""
    when = f" of {day(row['as_at'])}" if row["as_at"] else " (undated)"
    said = f"{row['words']}; {row['source_title']}, {row['publisher']}{when}"
    if row["evidence"] == LEAD:
        closed = (
            " Its licence is not confirmed, so nothing else of it is shown: ask there."
            if row["publish"] != "rows"
            else ""
        )
        return f"a lead, on which nothing rests: {said}.{closed}"
    return (
        said
        if row["is_confirmed"]
        else f"not taken as {label('evidence', row['evidence'])}, for another source says otherwise: {said}"
    )
