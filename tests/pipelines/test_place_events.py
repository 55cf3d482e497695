"""What happened to places: a record that disappears is not a place that closed, a first listing is not an opening."""

import hashlib
from types import SimpleNamespace

import pandas as pd
import pytest
from fixtures.making import plant

from geodata.geography import read_geographies
from geodata.records import read_record
from pipelines.core.step import output, run
from pipelines.places.events import place_event_step
from pipelines.places.identity import present_ids
from pipelines.register.register import DEFINITIONS
from pipelines.register.taxonomy import Taxonomy

TAXONOMY = read_record(Taxonomy, DEFINITIONS / "taxonomy.yml")
INSIDE, BEYOND = "S99000001", "S99000002"  # of the region that some lists claim, and not of it
YEARS = ("2018-12-31", "2019-12-31", "2020-12-31", "2021-12-31")


def place(name: str) -> str:
    return "p" + hashlib.sha256(name.encode()).hexdigest()[:14]


def events(
    folder,
    seen: dict,
    looks: dict,
    *,
    kind="library",
    flags=(),
    lines=(),
    at=None,
    doors=None,
    called=None,
    covers=None,
    areas=None,
) -> pd.DataFrame:
    """The events of made-up lists. `seen`: (series, source_id) to the days it was on its list, by list where the series
    has several; `looks`: per series, the days it was read whole, likewise; `covers`: what each of several lists claims
    (the nation otherwise); `areas`: (series, source_id) to the area it lies in (one in the region otherwise); `at`: (series, source_id) to its place, by name (its own otherwise); `flags`: (series,
    source_id, status, year) as the list says now; `lines`: corrections; `doors`: (series, source_id) to a postcode,
    `called`: to a name."""
    sightings, rows = [], []
    flagged = {(series, record): (status, year) for series, record, status, year in flags}
    by_list = lambda series, days: days if isinstance(days, dict) else {f"{series}_list": days}  # noqa: E731
    for (series, record), days in seen.items():
        last, source = max((max(days), source) for source, days in by_list(series, days).items())
        current = last == max(max(days) for days in by_list(series, looks[series]).values())
        status, year = flagged.get((series, record), ("open", None))
        for one, found in by_list(series, days).items():
            sightings += [(series, one, record, kind, day, status if day == last else "open") for day in found]
        area = (areas or {}).get((series, record), INSIDE)
        rows.append((f"{source}|{record}", source, record, series, kind, status, year, last, last, current, None, area))
    columns = ["record", "source", "source_id", "series", "kind", "status", "closed_year", "as_at", "observed_on", "is_current", "reason", "area_code"]  # fmt: skip
    rows = pd.DataFrame(rows, columns=columns)
    rows["postcode"] = pd.Series([(doors or {}).get(key) for key in seen], dtype="str")
    rows["name"] = pd.Series([(called or {}).get(key, "Tollgate") for key in seen], dtype="str")
    rows = rows.astype(
        {"closed_year": "Int64", "as_at": "datetime64[ms]", "observed_on": "datetime64[ms]", "reason": "str"}
    )
    sightings = pd.DataFrame(sightings, columns=["series", "source", "source_id", "kind", "observed_on", "status"])
    told = [
        (s, one, kind, day) for s, days in looks.items() for one, found in by_list(s, days).items() for day in found
    ]
    told = pd.DataFrame(told, columns=["series", "source", "kind", "observed_on"])
    dated = {"observed_on": "datetime64[ms]"}
    known = {"main": rows, "sightings": sightings.astype(dated), "observations": told.astype(dated)}
    names = {key: place((at or {}).get(key, "|".join(key))) for key in seen}
    identity = pd.DataFrame({"place_id": list(names.values()), "source": rows["source"], "source_id": rows["source_id"], "superseded_by": None})  # fmt: skip
    identity = identity.astype("str").assign(first_seen="2026-01-01", last_seen="2026-01-01")
    plant(folder, "places/place_record", known)
    plant(folder, "places/place_identity", {"main": identity})
    nation = pd.DataFrame({"area_code": [INSIDE, BEYOND], "region_code": ["S99800001", "S99800002"]}, dtype="str")
    plant(folder, "geography/areas", {"main": nation})
    if lines:
        text = "place_or_record,field_or_event,value,reason,evidence,date\n" + "\n".join(lines)
        (folder / "corrections.csv").write_text(text, "utf-8")
    town = read_geographies()["sample_town"]
    claims = {source: SimpleNamespace(covers=(covers or {}).get(source, "nation")) for source in told["source"]}
    workspace = SimpleNamespace(register=SimpleNamespace(taxonomy=TAXONOMY, place_sources=claims), geography=town)
    return pd.read_parquet(run(place_event_step(workspace), folder).path)


def told(found: pd.DataFrame, event: str) -> list[tuple]:
    rows = found[found["event"] == event].sort_values(["series", "since"])
    return [(series, f"{since:%Y-%m-%d}") for series, since in zip(rows["series"], rows["since"], strict=True)]


def test_what_was_always_there_has_no_event(tmp_path):
    assert events(tmp_path, {("osm", "1"): YEARS}, {"osm": YEARS}).empty


def test_a_first_appearance_is_first_listed_and_never_opened(tmp_path):
    found = events(tmp_path, {("osm", "1"): YEARS[2:]}, {"osm": YEARS})
    assert set(found["event"]) == {"first_listed"}
    assert told(found, "first_listed") == [("osm", "2020-12-31")]
    assert f"{found['not_before'].iloc[0]:%Y-%m-%d}" == "2019-12-31"
    assert not found["evidence"].str.contains("open").any()


def test_on_the_first_look_at_a_list_nothing_is_new(tmp_path):
    found = events(tmp_path, {("osm", "1"): YEARS[:1], ("osm", "2"): YEARS[:1]}, {"osm": YEARS[:1]})
    assert found.empty


def test_what_leaves_one_list_is_no_longer_listed_and_not_closed(tmp_path):
    found = events(tmp_path, {("osm", "1"): YEARS[:2]}, {"osm": YEARS})
    assert told(found, "no_longer_listed") == [("osm", "2020-12-31")]
    assert told(found, "closed") == []
    assert found["is_confirmed"].tolist() == [False]


def test_absent_for_one_look_is_no_event(tmp_path):
    found = events(tmp_path, {("osm", "1"): [YEARS[0], YEARS[1], YEARS[3]]}, {"osm": YEARS})
    assert found.empty


# a list of one region, and from the third year on one of the nation in its stead
WIDER = {"osm": {"region": YEARS[:2], "wide": YEARS[2:]}}
CLAIMS = {"region": "london", "wide": "nation"}


def test_where_a_list_did_not_look_nothing_is_new(tmp_path):
    """A list that comes to cover more shows what it never looked for: no news there, though it is news in its region."""
    seen = {("osm", "1"): {"wide": YEARS[2:]}, ("osm", "2"): {"wide": YEARS[2:]}}
    found = events(tmp_path, seen, WIDER, covers=CLAIMS, areas={("osm", "1"): BEYOND})
    assert found["place_id"].tolist() == [place("osm|2")]
    assert told(found, "first_listed") == [("osm", "2020-12-31")]


def test_what_the_wider_list_holds_no_more_is_gone_from_the_series(tmp_path):
    seen = {("osm", "1"): {"region": YEARS[:2]}, ("osm", "2"): {"region": YEARS[:1], "wide": YEARS[2:]}}
    found = events(tmp_path, seen, WIDER, covers=CLAIMS)
    assert told(found, "no_longer_listed") == [("osm", "2020-12-31")]
    assert found["place_id"].tolist() == [place("osm|1")]


def test_a_list_tells_of_what_it_has_held_beyond_what_it_claims(tmp_path):
    """A query by a box of degrees gives some of the neighbours' too."""
    looks = {"osm": {"region": YEARS[1:], "wide": YEARS[:1]}}
    seen = {("osm", "1"): {"wide": YEARS[:1], "region": YEARS[1:2]}, ("osm", "2"): {"wide": YEARS[:1]}}
    found = events(tmp_path, seen, looks, covers=CLAIMS, areas=dict.fromkeys(seen, BEYOND))
    assert found["place_id"].tolist() == [place("osm|1")]
    assert told(found, "no_longer_listed") == [("osm", "2020-12-31")]


@pytest.mark.parametrize("joined", [True, False])
def test_what_is_drawn_anew_has_not_gone(tmp_path, joined):
    """The place of a redrawn building has two records, one after the other; were they two places, one would be gone."""
    seen = {("osm", "node/1"): YEARS[:2], ("osm", "way/9"): YEARS[2:]}
    at = dict.fromkeys(seen, "hall") if joined else {}
    found = events(tmp_path, seen, {"osm": YEARS}, at=at)
    assert set(found["event"]) == (set() if joined else {"first_listed", "no_longer_listed"})


BOTH = {("osm", "1"): YEARS[:2], ("map", "a"): YEARS[:1]}
ONE = dict.fromkeys([("osm", "1"), ("map", "a"), ("food", "x")], "hall")


def test_absent_twice_from_each_of_two_lists_is_closed(tmp_path):
    found = events(tmp_path, BOTH, {"osm": YEARS, "map": YEARS[:3]}, at=ONE)
    assert told(found, "closed") == [("map, osm", "2020-12-31")]  # by the later of the two
    closed = found[found["event"] == "closed"].iloc[0]
    assert closed["is_confirmed"]
    assert f"{closed['not_before']:%Y-%m-%d}" == "2019-12-31"
    assert len(told(found, "no_longer_listed")) == 2


@pytest.mark.parametrize(
    ("after", "closed"),
    [
        (["2020-01-10"], False),  # one look is no two
        (["2020-01-10", "2020-01-20", "2020-02-06"], False),  # 27 days apart
        (["2020-01-10", "2020-02-07"], True),  # 28
    ],
)
def test_the_looks_are_two_and_28_days_apart(tmp_path, after, closed):
    found = events(tmp_path, BOTH, {"osm": YEARS, "map": [YEARS[0], *after]}, at=ONE)
    assert bool(told(found, "closed")) == closed


def test_two_editions_of_one_list_are_one_list(tmp_path):
    seen = {("osm", "1"): YEARS[:2], ("osm", "2"): YEARS[:2]}
    assert told(events(tmp_path, seen, {"osm": YEARS}, at=dict.fromkeys(seen, "hall")), "closed") == []


def test_still_listed_open_elsewhere_is_not_closed(tmp_path):
    seen = BOTH | {("food", "x"): YEARS}
    found = events(tmp_path, seen, {"osm": YEARS, "map": YEARS[:3], "food": YEARS}, at=ONE)
    assert told(found, "closed") == []
    assert {series for series, _ in told(found, "no_longer_listed")} == {"osm", "map"}


def test_on_a_list_again_is_not_closed(tmp_path):
    seen = {("osm", "1"): [YEARS[0], YEARS[3]], ("map", "a"): YEARS[:1]}
    assert told(events(tmp_path, seen, {"osm": YEARS, "map": YEARS}, at=ONE), "closed") == []


@pytest.mark.parametrize(("year", "since", "precision"), [(2019, "2019-01-01", "year"), (None, "2021-12-31", "day")])
def test_a_list_that_says_so_is_positive_evidence(tmp_path, year, since, precision):
    found = events(tmp_path, {("lib", "1"): YEARS[3:]}, {"lib": YEARS[3:]}, flags=[("lib", "1", "closed", year)])
    assert told(found, "closed") == [("lib", since)]
    assert found["precision"].tolist() == [precision]
    assert found["is_confirmed"].all()
    assert "lib_list says" in found["evidence"].iloc[0]


def test_a_list_that_holds_the_place_open_under_another_entry_does_not_close_it(tmp_path):
    seen = {("lib", "1"): YEARS[3:], ("lib", "2"): YEARS[3:]}
    found = events(
        tmp_path, seen, {"lib": YEARS[3:]}, flags=[("lib", "1", "closed", 2017)], at=dict.fromkeys(seen, "x")
    )
    assert told(found, "closed") == []


@pytest.mark.parametrize(
    ("door", "name", "closed"),
    [
        ("ZZ11AA", "Tollgate Library and Learning Centre", False),
        ("ZZ11AA", "Whelkstall Library", True),  # another library of the same postcode is no successor
        ("ZZ12BB", "Tollgate Library", True),
        (None, "Tollgate Library", True),
    ],
)
def test_what_another_open_entry_of_the_list_replaces_at_its_door_has_not_closed(tmp_path, door, name, closed):
    seen = {("lib", "1"): YEARS[3:], ("lib", "2"): YEARS[3:]}
    doors = {("lib", "1"): "ZZ11AA" if door else None, ("lib", "2"): door}
    called = {("lib", "1"): "Tollgate Branch Library", ("lib", "2"): name}
    flags = [("lib", "1", "closed", 2017)]
    found = events(tmp_path, seen, {"lib": YEARS[3:]}, flags=flags, doors=doors, called=called)
    assert bool(told(found, "closed")) == closed


def test_temporarily_closed_is_no_closing(tmp_path):
    found = events(tmp_path, {("lib", "1"): YEARS}, {"lib": YEARS}, flags=[("lib", "1", "temporarily_closed", None)])
    assert told(found, "closed") == []


@pytest.mark.parametrize("kind", ["place_of_worship", "lgbt_venue"])
def test_kinds_that_must_carry_no_marker_have_no_event_of_any_kind(tmp_path, kind):
    flags = [("osm", "2", "closed", 2019)]
    seen = BOTH | {("osm", "2"): YEARS, ("osm", "3"): YEARS[3:]}
    lines = ["osm_list|2,closed,2020,seen,visit,2026-01-01"]
    found = events(tmp_path, seen, {"osm": YEARS, "map": YEARS[:3]}, kind=kind, flags=flags, at=ONE, lines=lines)
    assert found.empty


def test_a_correction_is_positive_evidence(tmp_path):
    lines = ["osm_list|1,closed,2020-06,seen shut,a visit,2026-01-01"]
    found = events(tmp_path, {("osm", "1"): YEARS}, {"osm": YEARS}, lines=lines)
    assert [since for _, since in told(found, "closed")] == ["2020-06-01"]
    assert found["precision"].tolist() == ["month"]
    assert found["evidence"].tolist() == ["a visit"]


def test_the_same_event_has_the_same_id_and_each_its_own(tmp_path):
    found = events(tmp_path / "a", BOTH, {"osm": YEARS, "map": YEARS[:3]}, at=ONE)
    again = events(tmp_path / "b", dict(reversed(BOTH.items())), {"map": YEARS[:3], "osm": YEARS}, at=ONE)
    assert found["event_id"].is_unique
    pd.testing.assert_frame_equal(found, again)


# ---- the stories that the sample town tells (geodata/sample/README.md)


@pytest.fixture(scope="module")
def town_events(town):
    found = pd.read_parquet(output(town.data, "places/place_event").path)
    places = pd.read_parquet(output(town.data, "places/place").path)
    return found.merge(places[["place_id", "name"]], on="place_id")


def of(town_events, name):
    return town_events[town_events["name"] == name]


def test_a_library_gone_from_the_map_and_closed_in_the_list_is_closed(town, town_events):
    found = of(town_events, "Farthing Library")
    assert told(found, "no_longer_listed") == [("osm", "2020-12-31")]
    assert told(found, "closed") == [("ace_libraries", "2020-01-01")]
    assert town.query("select status from place where name = 'Farthing Library'") == [("closed",)]


def test_a_library_gone_from_the_map_and_open_in_the_list_is_open(town, town_events):
    found = of(town_events, "Tryalmere Library")
    assert told(found, "no_longer_listed") == [("osm", "2020-12-31")]
    assert told(found, "closed") == []
    assert town.query("select status from place where name = 'Tryalmere Library'") == [("open",)]


@pytest.mark.parametrize(
    "name", ["Quillencroft Community Centre", "Draffengate Community Centre", "Seven Picture House"]
)
def test_what_was_drawn_anew_or_missing_for_a_year_has_no_event(town, town_events, name):
    records = pd.read_parquet(output(town.data, "places/place_record").path)
    records = records[records["reason"].isna() & (records["name"] == name) & (records["series"] == "osm")]
    place_of = present_ids(pd.read_parquet(town.data / "identity.parquet"))
    places = set(records["record"].map(place_of))
    assert len(places) == 1  # whatever number the map has given it
    assert town_events[town_events["place_id"].isin(places)].empty


def test_what_one_edition_closed_without_a_year_dates_from_the_edition_that_found_it(town_events):
    assert told(of(town_events, "Pennywhistle Library"), "closed") == [("ace_libraries", "2021-01-01")]


def test_a_branch_that_closed_in_a_building_that_still_holds_a_library_closes_no_other(town, town_events):
    """What the maps show open there is the library that is open, and not the branch that closed."""
    assert told(of(town_events, "Tollgate Library and Learning Centre"), "closed") == []
    sql = "select distinct p.status from place_record as r join place as p using (place_id) where r.name = ?"
    for name in ("Tollgate Library and Learning Centre", "Tollgate Library"):
        assert town.query(sql, name) == [("open",)], name
    assert town.query(sql, "Tollgate Branch Library") == [("replaced",)]


def test_the_sample_has_no_opening_and_no_mark_on_worship(town_events):
    assert set(town_events["event"]) <= {"first_listed", "no_longer_listed", "closed"}
    assert not town_events["kind"].isin(TAXONOMY.no_markers).any()
    assert (town_events["is_confirmed"] == (town_events["event"] != "no_longer_listed")).all()


def test_on_the_second_date_what_left_a_living_list_is_no_longer_listed(town_twice):
    data = town_twice[1].data
    found = pd.read_parquet(output(data, "places/place_event").path)
    pubs = found[(found["kind"] == "pub") & (found["series"] == "fsa_hygiene_current")]
    assert pubs["event"].value_counts().to_dict() == {"no_longer_listed": 6, "first_listed": 1}
    names = town_twice[1].query(
        "select event, name from place_event join place using (place_id) where event = 'closed'"
    )
    assert "no_longer_listed" not in {event for event, _ in names}
    told_as = town_twice[1].query(
        "select sum(n_places) from place_event_count where kind = 'pub' and series like 'fsa%'"
    )
    assert told_as == [(6,)]
