"""What a release tells of the law: which entries of registers may be shown one by one, what they say of candidates, and
`dates.ics`, what is ahead of them.

The calendar is written here, by the few rules of RFC 5545 that days without hours need; a library would bring time zones
and rules of repetition that none of them has.
"""

import datetime
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd

from pipelines.core import store
from pipelines.core.query import holds
from pipelines.core.step import Given
from pipelines.ownership.legal import ENTRIES, STATES, legal_keys
from pipelines.ownership.regimes import read_regimes
from pipelines.register.labels import label
from pipelines.register.register import Register

CALENDAR = "dates.ics"
OF_CANDIDATES = ["opportunity_id", "legal_state", "legal_next_date", "legal_next_words", "legal_not_known"]
OCTETS = 75  # of a line, without its end


def event_files(given: Given, register: Register) -> dict[str, list[Path]]:
    """The view `legal_events`, where this geography has lists of assets of community value."""
    return {"legal_events": [given.path(ENTRIES, "legal_listing.events")]} if legal_keys(register) else {}


def as_of(given: Given, register: Register) -> datetime.date | None:
    """The day that states are of."""
    return datetime.date.fromisoformat(given[STATES].meta["as_of"]) if legal_keys(register) else None


def listing_frames(given: Given, register: Register, places: pd.Series) -> dict[str, pd.DataFrame]:
    """`listings_shown`: the entries that may be shown one by one, in the areas asked or of an authority there, with their
    state; their place only where it is shown (`places`), and the watch over these alone."""
    if not legal_keys(register):
        return {}
    listings, states = given.frame(ENTRIES), given.frame(STATES).drop(columns=["place_id", "publish"])
    areas, asked = given.frame("geography/areas"), given.frame("geography/scope")["area_code"]
    authorities = areas.loc[areas["area_code"].isin(asked), "authority_code"]
    here = listings["area_code"].isin(asked)
    here |= listings["area_code"].isna() & listings["authority_code"].isin(authorities)
    shown = listings[here & (listings["publish"] == "rows")].merge(states, on="listing_id", validate="1:1")
    shown["place_id"] = shown["place_id"].where(shown["place_id"].isin(places))
    shown["watch_order"] = _ranked(shown["watch_order"])
    return {"listings_shown": shown.sort_values("listing_id")}


def candidate_frames(
    given: Given, register: Register, shown: pd.DataFrame | None, known: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """`candidate_law`: of each candidate the state of the entry on its place to watch first, of `shown`, and what is next.

    `not_listed` only where the authority's own register was read (`known`: known_registers) and may be shown, each of its
    entries is on a place that is shown, for any other may be of the candidate's, and the candidate has a place; else
    nothing is known, which `legal_not_known` says in words.
    """
    if not register.taxonomy.stock():
        return {}
    candidates = given.frame("ownership/opportunity")[["opportunity_id", "place_id", "authority_code"]]
    if shown is None:  # no law of ours holds here
        return {"candidate_law": candidates.reindex(columns=OF_CANDIDATES)}
    entries = shown.dropna(subset="place_id").assign(unwatched=lambda rows: rows["watch_order"] == 0)
    first = entries.sort_values(["unwatched", "watch_order", "listing_id"]).drop_duplicates("place_id")
    first = first.set_index("place_id")[["state", "next_date", "next_words"]].add_prefix("legal_")
    table = candidates.join(first, on="place_id")
    loose = shown.loc[shown["place_id"].isna(), "authority_code"]
    is_read = table["authority_code"].isin(_read_registers(given, register, known)) & table["place_id"].notna()
    is_read &= ~table["authority_code"].isin(loose)
    table["legal_state"] = table["legal_state"].mask(table["legal_state"].isna() & is_read, "not_listed")
    table["legal_not_known"] = table["legal_state"].isna().map({True: "legal state", False: None})
    return {"candidate_law": table[OF_CANDIDATES]}


def _read_registers(given: Given, register: Register, known: pd.DataFrame) -> list[str]:
    """The authorities whose own register of assets of community value was read, and clears its rows."""
    own = known[(known["register"] == "assets_of_community_value") & known["source"].notna()]
    entries = given.frame(ENTRIES)[["source", "authority_code"]].drop_duplicates()
    read = own.merge(entries, on=["source", "authority_code"])
    return [row.authority_code for row in read.itertuples() if register.sources[str(row.source)].publish == "rows"]


def _ranked(order: pd.Series) -> pd.Series:
    return order.where(order > 0).rank(method="first").fillna(0).astype("int64")


def write_calendar(folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """Write dates.ics into a release folder whose database is finished: an event per day ahead, those of new nominations
    first. Where nothing is ahead there is no file, for a calendar without an event is none."""
    rows = _ahead(connection) if holds(connection, "legal_date") else []
    if rows:
        lines = [line for text in _calendar(connection, rows) for line in folded(text)]
        store.write_bytes(folder / CALENDAR, ("\r\n".join(lines) + "\r\n").encode())


def _ahead(connection: duckdb.DuckDBPyConnection) -> list[tuple]:
    return connection.execute("""
        select d.listing_id, d.event, d.date, l.name, a.authority_name, d.words, s.page, l.state, d.watch like 'renominate%'
        from legal_date as d join legal_listing as l using (listing_id) join source as s on s.source = l.source
        left join (select distinct authority_code, authority_name from neighbourhood) as a using (authority_code)
        where d.date >= (select legal_as_of from release) and l.watch not in ('lapsed')
            and d.event in ('renomination_opens', 'nominate_by', 'listing_ends', 'interim_moratorium_ends', 'full_moratorium_ends', 'protected_period_ends')
        order by d.watch_order, d.date, d.listing_id, d.event""").fetchall()


def _calendar(connection: duckdb.DuckDBPyConnection, rows: list[tuple]) -> Iterator[str]:
    title, day, invented = connection.execute("select title, legal_as_of, is_invented from release").fetchone()
    regimes = read_regimes()
    caution = " ".join([*regimes.says(), *regimes.changing()])
    yield from (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Common Ground//Legal dates//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
    )
    yield f"X-WR-CALNAME:{escaped(f'Legal dates of places, {title}')}"
    for listing, event, date, name, authority, words, page, state, is_urgent in rows:
        where = f", {authority}" if authority else ""
        made_up = "INVENTED: this place does not exist. " if invented else ""
        told = f"{made_up}{words} State on {day}: {label('legal_state', state)}. {caution}"
        yield "BEGIN:VEVENT"
        yield f"UID:{store.sha256(f'{listing}|{event}'.encode())[:32]}@common-ground"
        yield f"DTSTAMP:{day:%Y%m%d}T000000Z"
        yield f"DTSTART;VALUE=DATE:{date:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{date + datetime.timedelta(days=1):%Y%m%d}"
        summary = f"{name or 'A listed place'}{where}: {label('legal_event', event)}"
        yield f"SUMMARY:{escaped(summary)}"
        yield f"DESCRIPTION:{escaped(told)}"
        yield f"URL:{page}"
        yield f"PRIORITY:{1 if is_urgent else 5}"
        yield "TRANSP:TRANSPARENT"
        yield "END:VEVENT"
    yield "END:VCALENDAR"


def escaped(text: str) -> str:
    """A text as a value of an iCalendar property (RFC 5545, 3.3.11)."""
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> Iterator[str]:
    """A content line cut into lines of at most 75 octets, never within a character; each but the first begins with a space."""
    part, room = "", OCTETS
    for letter in line:
        size = len(letter.encode())
        if size > room:
            yield part
            part, room = " ", OCTETS - 1
        part, room = part + letter, room - size
    yield part
