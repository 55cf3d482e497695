"""The steps of the legal watch: entries of registers with their dated events, and the state of each on the day of the refresh.

The day is an input (`--today`, else the day of the run; of a recording, its own) and stands in `release.legal_as_of`; a
later day makes a new release only once a date in it has come, for until then every state is the one that was published.
"""

import datetime
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geodata.records import DefinitionError
from pipelines.core.schema import schema
from pipelines.core.step import Given, Step, Tables, output
from pipelines.ownership.listing_law import Entry, Event, dates_of, events, next_of, state_on, watch_on
from pipelines.ownership.regimes import FILE, Regimes, read_regimes
from pipelines.places.records import meaning
from pipelines.register.labels import read_labels
from pipelines.register.listing_rule import DATES, Listing
from pipelines.register.register import Register
from pipelines.register.source import Source
from pipelines.register.workspace import Workspace

ENTRIES, STATES = "ownership/legal_listing", "ownership/legal_state"
LISTING = schema(
    "listing_id str, source str, regime str, place_id str?, area_code str?, authority_code str?, name str?, nominating_group str?,"
    "outcome str?, nominated datetime64[ms]?, decided datetime64[ms]?, entered datetime64[ms]?, expires datetime64[ms]?, notice datetime64[ms]?,"
    "protected_from datetime64[ms]?, removed datetime64[ms]?, is_asked_for bool, publish str",
    key="listing_id",
)
DATE = "datetime64[ms]"
EVENT = schema(
    f"listing_id str, event str, date {DATE}?, date_by_law {DATE}?, date_by_register {DATE}?, null_reason str?, words str, position int64",
    key="listing_id event",
)
STATE = schema(
    "listing_id str, place_id str?, state str, watch str?, watch_order int64, next_event str?, next_date datetime64[ms]?, next_words str?, publish str",
    key="listing_id",
)
UNUSED = ("duplicate", "never_mapped")  # rows of a list that stand for no entry, or must not be told


def listing_sources(register: Register) -> dict[str, Source]:
    """The sources that are lists of assets of community value, or of the like."""
    return {stem: source for stem, source in register.sources.items() if source.listing}


def legal_keys(register: Register) -> list[str]:
    """The keys of the two steps; none for a geography without such lists."""
    return [ENTRIES, STATES] if listing_sources(register) else []


def legal_steps(workspace: Workspace) -> list[Step[Tables]]:
    """The two steps; none for a geography without such lists. Raises DefinitionError where a list is kept under a law that
    legal_regimes.yml does not have."""
    sources = listing_sources(workspace.register)
    if not sources:
        return []
    for source in sources.values():
        if source.listing.regime not in read_regimes().regimes:
            told = f"{source.listing.regime} is not in {FILE.name}"
            raise DefinitionError(f"{source.at('listing', 'regime')}: {told}")
    entries: Step[Tables] = Step(
        ENTRIES,
        "ownership",
        "Entries of registers of assets of community value, the place each is of, and its dates by law and by the register.",
        (
            *(f"table/{stem}" for stem in sources),
            "places/place_record",
            "places/place:place.records",
            "geography/areas",
        ),
        {"sources": sources, "regimes": read_regimes()},
        make_listings,
        {"legal_listing": LISTING, "legal_listing.events": EVENT},
    )
    states: Step[Tables] = Step(
        STATES,
        "ownership",
        "The state of each entry on the day of the refresh, and its next date.",
        (ENTRIES, DayRead(workspace.legal_day)),
        {"watch": list(read_labels()["legal_watch"].codes)},
        make_states,
        {"legal_state": STATE},
    )
    return [entries, states]


@dataclass(frozen=True)
class DayRead:
    """The day that states are of. Its version is the last day up to it on which any state may have changed, so that a day
    on which nothing comes due makes nothing new."""

    day: datetime.date
    key: str = "today"
    is_asset: bool = False

    def version(self, data: Path) -> str:
        """The last of the entries' dates, and of the days after them, that is not after the day."""
        told = pd.read_parquet(output(data, ENTRIES).files["legal_listing.events"])
        dates = told[["date", "date_by_law", "date_by_register"]].stack().drop_duplicates()
        days = pd.concat([dates, dates + pd.Timedelta(days=1)])
        past = days[days <= pd.Timestamp(self.day)]
        return f"{past.max():%Y-%m-%d}" if len(past) else ""

    def value(self, data: Path) -> datetime.date:
        """The day."""
        return self.day


def make_listings(given: Given) -> Tables:
    """Tables `legal_listing`, a row per entry with what the register says of it, and `legal_listing.events`: the `date` to
    go by (null with a reason), the one `date_by_law` and that `date_by_register`, in words."""
    regimes: Regimes = given.definition["regimes"]
    records, owns = given.frame("places/place_record"), given.frame("places/place:place.records")
    places = owns.dropna(subset="place_id").drop_duplicates("record").set_index("record")["place_id"]
    areas = given.frame("geography/areas").set_index("area_code")["authority_code"]
    found = []
    for stem, source in given.definition["sources"].items():
        rows, own = given.frame(f"table/{stem}"), records[(records["source"] == stem) & records["is_row"]]
        own = own[~own["reason"].isin(UNUSED)].sort_values("row")
        found.append(entries_of(source.listing, rows.iloc[own["row"].to_numpy() - 1].reset_index(drop=True), own))
    listings = pd.concat(found, ignore_index=True)
    listings["place_id"] = listings["listing_id"].map(places)
    listings["authority_code"] = listings["area_code"].map(areas).fillna(listings["authority_code"])
    listings = listings.astype(LISTING.types).sort_values("listing_id", ignore_index=True)
    told = [
        (row.listing_id, *event, position)
        for row in listings.itertuples()
        for position, event in enumerate(events(regimes.regimes[row.regime], entry_of(row)))
    ]
    table = pd.DataFrame(told, columns=list(EVENT.types))
    for column in ("date", "date_by_law", "date_by_register"):
        table[column] = pd.to_datetime(table[column])
    table = table.astype(EVENT.types).sort_values(["listing_id", "event"], ignore_index=True)
    return {"legal_listing": listings, "legal_listing.events": table}, {}


def entries_of(rule: Listing, rows: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """What the rows of a list say, in the columns of LISTING but for the place; `records` are theirs, in the same order."""
    column = lambda name: rows[name] if name else pd.Series(None, index=rows.index, dtype="str")  # noqa: E731
    dates = {name: rule.dates.get(name) for name in DATES}
    none = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[ms]")
    return pd.DataFrame(
        {
            "listing_id": records["record"].to_numpy(),
            "source": records["source"].to_numpy(),
            "regime": rule.regime,
            "area_code": records["area_code"].to_numpy(),
            "authority_code": column(rule.authority),
            "name": records["name"].to_numpy(),
            "nominating_group": column(rule.nominated_by),
            "outcome": meaning(rows, rule.outcome),
            **{name: rows[held] if held else none for name, held in dates.items()},
            "is_asked_for": column(rule.asked_by).notna(),
            "publish": records["publish"].to_numpy(),
        }
    )


def entry_of(row) -> Entry:
    """The entry that a row of `legal_listing` tells of."""
    day = lambda value: None if pd.isna(value) else pd.Timestamp(value).date()  # noqa: E731
    dates = {name: day(getattr(row, name)) for name in DATES}
    return Entry(outcome=None if pd.isna(row.outcome) else row.outcome, is_asked_for=bool(row.is_asked_for), **dates)


def make_states(given: Given) -> Tables:
    """Table `legal_state`: per entry its `state` on the day, what to `watch` it for and `watch_order` (from 1: what may be
    nominated anew comes first, the soonest to end before others; 0 is not watched), and its next event."""
    today: datetime.date = given["today"]
    listings, told = given.frame(ENTRIES), given.frame(ENTRIES, "legal_listing.events")
    by_listing = {key: events_of(rows) for key, rows in told.groupby("listing_id")}
    rows = [state_of(row, by_listing.get(row.listing_id, []), today) for row in listings.itertuples()]
    table = pd.DataFrame(rows, columns=["state", "watch", "next_event", "next_date", "next_words", "ends"])
    table = pd.concat([listings[["listing_id", "place_id", "publish"]], table], axis=1)
    for column in ("next_date", "ends"):
        table[column] = pd.to_datetime(table[column])
    turn = {code: n for n, code in enumerate(given.definition["watch"])}
    table["turn"] = table["watch"].map(turn).replace({turn["renominate_late"]: turn["renominate"]})
    watched = table.dropna(subset="turn").sort_values(["turn", "next_date", "ends", "listing_id"])
    table["watch_order"] = pd.Series(range(1, len(watched) + 1), index=watched.index).reindex(table.index).fillna(0)
    return {"legal_state": table[list(STATE.types)].astype(STATE.types)}, {"as_of": f"{today:%Y-%m-%d}"}


def events_of(rows: pd.DataFrame) -> list[Event]:
    """The events that rows of `legal_listing.events` hold, in order."""
    day = lambda value: None if pd.isna(value) else pd.Timestamp(value).date()  # noqa: E731
    return [
        Event(row.event, day(row.date), day(row.date_by_law), day(row.date_by_register), None, row.words)
        for row in rows.sort_values("position").itertuples()
    ]


def state_of(row, found: list[Event], today: datetime.date) -> tuple:
    """Of one entry on a day: state, watch, next event, its day and words, and the day the listing ends."""
    entry, dates = entry_of(row), dates_of(found)
    state = state_on(entry, dates, today)
    ahead = next_of(found, state, today)
    coming = (ahead.event, ahead.day, ahead.words) if ahead else (None, None, None)
    return state, watch_on(state, dates, today), *coming, dates.get("listing_ends")
