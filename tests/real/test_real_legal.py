"""The parts of two councils' lists of assets of community value that a mirror holds, on 25 November 2026, read as a refresh
does: what may be nominated anew first, one expiry not seen, one printed a day short, and two refusals that are no listings."""

import datetime

import pandas as pd
import pytest
import requests
from fixtures.making import mirror_held

from geodata.geography import read_geographies
from pipelines.ownership.legal import EVENT, LISTING, entries_of, entry_of
from pipelines.ownership.listing_law import dates_of, events, next_of, state_on, watch_on
from pipelines.ownership.regimes import read_regimes
from pipelines.register.register import SOURCES, read_register
from pipelines.tables.tidy import tidy

TODAY = datetime.date(2026, 11, 25)
HELD = "files.mirror.invalid/acv/assets_of_community_value_part.csv"
EXPECTED = {  # state, watch, next event and its day
    "The White Hart Public House": ("expired", "lapsed", None, None),
    "The Dirty South pub": ("listed", "renominate_late", "listing_ends", "2026-12-01"),
    "The Royal British Legion Community Hall": ("listed", "renominate_late", "listing_ends", "2026-12-01"),
    "Woodland at 8A Courtrai Road (including the derelict Old scout hut)": (
        "listed",
        "later",
        "renomination_opens",
        "2027-06-07",
    ),
    "Baring Hall Hotel": ("listed", "later", "renomination_opens", "2027-11-02"),
    "77 Watsons Street": ("listed", "later", "renomination_opens", "2028-12-17"),
    "Livesey Memorial Hall & Sports Grounds": ("listed", "later", None, None),
    "The Swan & Castle Public House": ("rejected", None, None, None),
    "Bedgrove Community Centre and Park": ("rejected", None, None, None),
}


@pytest.fixture(scope="module")
def listed() -> dict[str, tuple]:
    """The entries and their events, by name."""
    with mirror_held() as mirror:
        body = requests.get(f"{mirror}/{HELD}", timeout=60).content
    geography = read_geographies()["england_lsoa21"]
    source = read_register(geography, sources=SOURCES).sources["acv_part_current"]
    table, issues = tidy(source, geography, {"data.csv": body})
    assert issues[["column", "issue"]].to_numpy().tolist()[0][0] == "nominating_group"
    records = pd.DataFrame(
        {"record": table["name"], "source": source.stem, "area_code": None, "name": table["name"], "publish": "rows"}
    )
    rows = entries_of(source.listing, table, records).assign(place_id=None).astype(LISTING.types)
    regime = read_regimes().regimes[source.listing.regime]
    assert EVENT.key == ("listing_id", "event")
    return {row.name: (entry_of(row), events(regime, entry_of(row)), row) for row in rows.itertuples(index=False)}


def test_each_state_and_what_is_ahead(listed):
    found = {}
    for name, (entry, told, _) in listed.items():
        state = state_on(entry, dates_of(told), TODAY)
        ahead = next_of(told, state, TODAY)
        found[name] = (state, watch_on(state, dates_of(told), TODAY), ahead and ahead.event, ahead and f"{ahead.day}")
    assert found == EXPECTED


def test_what_the_list_prints_is_held_against_the_law(listed):
    end = lambda name: next(one for one in listed[name][1] if one.event == "listing_ends")  # noqa: E731
    by = lambda one: (f"{one.by_law}", one.by_register and f"{one.by_register}", one.reason)  # noqa: E731
    assert by(end("The White Hart Public House")) == ("2025-11-22", "2025-11-22", None)
    assert by(end("Baring Hall Hotel")) == ("2028-05-03", "2028-05-02", None)
    assert "1 day short" in end("Baring Hall Hotel").words
    assert by(end("Livesey Memorial Hall & Sports Grounds")) == ("2029-09-04", None, "expiry_not_stated")
    assert end("Livesey Memorial Hall & Sports Grounds").day is None


def test_only_what_is_surely_an_organisation_is_named(listed):
    named = {name: row.nominating_group for name, (_, _, row) in listed.items()}
    assert pd.isna(named["The Swan & Castle Public House"])
    assert named["The Dirty South pub"] == "Lee Forum"
    assert sum(pd.notna(group) for group in named.values()) == 8
