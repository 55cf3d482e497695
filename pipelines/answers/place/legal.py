"""What the law makes of a place: its listings as an asset of community value, their states and dates on a day."""

import datetime

import duckdb

from pipelines.answers.latest import rows, rows_as
from pipelines.answers.place.facts import Legal, LegalDate, LegalListing
from pipelines.core.query import holds
from pipelines.ownership.listing_law import Entry, Event, dates_of, next_of, state_on, watch_on
from pipelines.ownership.regimes import read_regimes
from pipelines.register.labels import read_labels

NOT_TOLD = "this release tells no legal states"
NOT_LISTED = (
    "no register that was read and may be shown has it; that does not say it is not listed, for no whole register of "
    "the area is known to have been read"
)


def legal(connection: duckdb.DuckDBPyConnection, place_id: str, today: datetime.date | None) -> Legal:
    """The listings of a place, that to watch first before the others, with their states on `today`, or on the day of the
    release where that is None: dates are facts of the release, states are worked out from them."""
    regimes, holds_any = read_regimes(), holds(connection, "legal_listing") and holds(connection, "legal_date")
    day = today or (rows(connection, "select legal_as_of from release")[0]["legal_as_of"] if holds_any else None)
    found = [_on(day, row, _dates(connection, row["listing_id"])) for row in _listings(connection, place_id, holds_any)]
    turn = list(read_labels()["legal_watch"].codes)
    found.sort(key=lambda one: (turn.index(one["watch"]) if one["watch"] else len(turn), one["listing_id"]))
    first = found[0] if found else None
    ahead = next((date for date in first["dates"] if date["is_next"]), None) if first else None
    return {
        "as_of": day if holds_any else None,
        "acv_listing": first and first["state"],
        "reason": None if first else NOT_LISTED if holds_any else NOT_TOLD,
        "next_event": ahead and ahead["event"],
        "next_date": ahead and ahead["date"],
        "listings": found,
        "says": regimes.says(),
        "law_is_changing": regimes.changing(),
    }


def _listings(connection: duckdb.DuckDBPyConnection, place_id: str, holds_any: bool) -> list[dict]:
    sql = """
        select l.listing_id, l.source, s.title as source_title, l.name, l.nominating_group, l.register_says, l.is_asked_for
        from legal_listing as l join source as s using (source) where l.place_id = $place_id order by l.listing_id"""
    return rows(connection, sql, place_id=place_id) if holds_any else []


def _dates(connection: duckdb.DuckDBPyConnection, listing_id: str) -> list[LegalDate]:
    sql = """
        select event, date, date_by_law, date_by_register, null_reason, words, is_next
        from legal_date where listing_id = $listing_id order by coalesce(date, date_by_law, date_by_register), event"""
    return rows_as(connection, LegalDate, sql, listing_id=listing_id)


def _on(day: datetime.date, row: dict, dates: list[LegalDate]) -> LegalListing:
    told = [
        Event(d["event"], d["date"], d["date_by_law"], d["date_by_register"], d["null_reason"], d["words"])
        for d in dates
    ]
    by_event = {one.event: one.by_register for one in told}
    entry = Entry(
        outcome=row["register_says"],
        decided=by_event.get("decided"),
        entered=by_event.get("listed"),
        notice=by_event.get("notice_received"),
        removed=by_event.get("removed"),
        is_asked_for=row["is_asked_for"],
    )
    state = state_on(entry, dates_of(told), day)
    ahead = next_of(told, state, day)
    for date in dates:
        date["is_next"] = ahead is not None and date["event"] == ahead.event
    return {
        "listing_id": row["listing_id"],
        "source": row["source"],
        "source_title": row["source_title"],
        "name": row["name"],
        "state": state,
        "watch": watch_on(state, dates_of(told), day),
        "nominating_group": row["nominating_group"],
        "dates": dates,
    }
