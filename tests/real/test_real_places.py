"""Places from the publishers' real files, for one borough: nothing lost, nothing counted twice, London lists for London only."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipelines.areas.claimed import claimed
from pipelines.core.settings import Settings
from pipelines.core.step import output
from pipelines.indicators.errors import read_accuracy
from pipelines.indicators.omitted import held
from pipelines.places.agreement import ENGLAND_PAIRS, LONDON_PAIRS, agreement
from pipelines.register.workspace import open_workspace

ROWS = {  # as the files of the mirror have them, see its README
    "gla_pubs_2022": 4098, "gla_community_centres_2022": 903, "gla_libraries_2022": 342, "gla_theatres_2022": 264,
    "gla_cinemas_2022": 116, "gla_music_venues_2022": 797, "gla_museums_2022": 163, "gla_commercial_galleries_2022": 306,
    "fsa_hygiene_current": 68836, "dfe_gias_current": 27153, "mhclg_brownfield_current": 26758, "coops_uk_2023": 7387,
    "ace_libraries_2022": 3451, "ace_libraries_2023": 3487, "librarydata_libraries_2023": 3539, "dcms_libraries_2016": 3238,
    "nhs_gp_practices_2024": 9129, "nhs_pharmacies_2024": 12196, "hmrc_cascs_current": 8955, "hmrc_cascs_2019": 7145,
    "trafford_leisure_centres_current": 9, "trafford_sports_facilities_current": 314, "trafford_community_hubs_current": 6,
    "gm_libraries_current": 141, "gm_places_of_worship_current": 1620, "gm_post_offices_current": 343,
    "trafford_land_current": 608, "cheltenham_land_2021": 498,
}  # fmt: skip
LONDON = "E12000007"
ENDED, NO_PLACE, OUTSIDE = (
    "the list says it has ended",
    "a type that is no place of ours",
    "in no area of the nation or its neighbours",
)
TWICE, NOWHERE = (
    "the same record stands earlier in the table",
    "no usable coordinates or postcode, so it cannot be placed",
)
NOT_HELD = "its postcode is not in the postcode directory that is held, so it cannot be placed"
BY_THE_LIST = {  # rows that are no place by what the list itself says; all others are placed, merged, or of a kind not counted
    "librarydata_libraries_2023": {TWICE: 78, NOWHERE: 15, OUTSIDE: 5},
    "dcms_libraries_2016": {OUTSIDE: 2},
    "nhs_gp_practices_2024": {NO_PLACE: 2574, OUTSIDE: 703},
    "nhs_pharmacies_2024": {NO_PLACE: 86, OUTSIDE: 1297, TWICE: 2},
    "trafford_land_current": {NOT_HELD: 210, NOWHERE: 3},
    "cheltenham_land_2021": {TWICE: 5, NOWHERE: 1},
    "hmrc_cascs_current": {ENDED: 1063, OUTSIDE: 24, NOT_HELD: 1397, NOWHERE: 317},
}


@pytest.fixture(scope="module")
def areas(hackney):
    return hackney.step("geography/areas").set_index("area_code")


@pytest.fixture(scope="module")
def records(hackney, areas):
    frame = hackney.step("places/place_record")
    return frame.assign(region=frame["area_code"].map(areas["region_code"]))


def test_every_row_of_every_list_is_accounted_for(hackney):
    counts = hackney.frame("select * from record_count")
    rows = counts[counts["outcome"] == "rows"].set_index("source")["n_rows"]
    told = counts[counts["outcome"] != "rows"].groupby("source")["n_rows"].sum()
    assert told.to_dict() == rows[rows > 0].to_dict()
    assert {stem: int(rows[stem]) for stem in ROWS} == ROWS
    outside = counts[counts["outcome"] == "outside"].set_index("source")["n_rows"]
    assert outside["gla_pubs_2022"] == 4


def test_rows_that_are_no_place_are_told_by_the_reason(hackney):
    counts = hackney.frame(
        "select source, rule, n_rows from record_count where outcome in ('outside', 'rejected', 'not_counted')"
    )
    for stem, expected in BY_THE_LIST.items():
        told = counts[counts["source"] == stem].set_index("rule")["n_rows"].to_dict()
        assert {rule: int(told.get(rule, 0)) for rule in expected} == expected, stem


def test_libraries_closed_by_year_as_the_list_dates_them(hackney, records):
    """A static library, in the year its list says it closed, once; those whose list has another open at the same door apart."""
    kinds = hackney.step("places/place", "place.kinds").set_index(["place_id", "kind"])["status"]
    outcomes = hackney.step("places/place", "place.records").drop_duplicates("record").set_index("record")["place_id"]
    shut = records[
        (records["source"] == "librarydata_libraries_2023") & records["is_current"] & (records["kind"] == "library")
    ]
    shut = shut[(shut["status"] == "closed") & shut["closed_year"].between(2014, 2023)]
    status = kinds.reindex(pd.MultiIndex.from_arrays([shut["record"].map(outcomes), shut["kind"]])).to_numpy()
    rows = shut.groupby("closed_year").size().astype(int).tolist()
    assert rows == [15, 26, 26, 43, 36, 19, 15, 17, 21, 15]
    assert shut[status == "closed"].groupby("closed_year").size().astype(int).tolist() == [
        14,
        25,
        26,
        43,
        34,
        19,
        15,
        17,
        21,
        14,
    ]
    assert (status == "replaced").sum() == 5


def test_libraries_are_placed_by_their_postcode(records):
    libraries = records[(records["source"] == "ace_libraries_2023") & records["is_row"]]
    assert (libraries["region"] == LONDON).sum() == 398
    assert set(libraries.loc[libraries["reason"].isna(), "point_quality"]) == {"postcode"}


def test_no_list_of_places_stands_off_the_others(hackney):
    offsets = hackney.step("places/place_group", "place_group.offsets").set_index("source")
    off = np.hypot(offsets["east_m"], offsets["north_m"])
    assert off[offsets["n_pairs"] >= 20].max() < 15  # a datum mistaken would show as some 125 m
    assert output(hackney.data, "places/place_group").meta["standing_off"] == []


def test_london_lists_say_nothing_of_the_rest_of_the_nation(hackney, areas):
    """By the rule itself, on the table of all areas: 4,994 are claimed, the other 28,761 are not known."""
    workspace = open_workspace(Settings(data=hackney.data))
    frame = areas.reset_index()
    for stem, source in workspace.register.place_sources.items():
        claim = claimed(workspace.geography, source, frame)
        if source.covers == "london":
            assert claim.sum() == 4994, stem
            assert (frame.loc[claim, "region_code"] == LONDON).all()
        elif source.covers in ("trafford", "cheltenham"):
            assert set(frame.loc[claim, "authority_name"]) == {source.covers.title()}
        elif source.covers == "nowhere":
            assert not claim.any(), stem
        elif source.covers == "greater_manchester":
            assert set(frame.loc[claim, "combined_authority_name"]) == {"Greater Manchester"}
            assert claim.sum() == frame["combined_authority_name"].eq("Greater Manchester").sum() == 1702
        else:
            assert claim.all(), stem
    assert len(frame) == 33755


def test_nothing_in_hackney_is_told_where_nobody_looked(hackney):
    reach = hackney.frame("select * from neighbourhood_reach")
    kinds = open_workspace(Settings(data=hackney.data)).register.taxonomy.counted()
    assert len(reach) == 149 * len(kinds)
    unknown = reach["coverage"] == "unknown"
    # the brownfield registers on the mirror are of 2018 to 2020: too old to speak for stock; three lists are of Manchester
    local = {"leisure_centre", "sports_facility", "post_office"}
    # the council's register of land is not read, and no register of owners is cleared or held
    whose = {"offered_council_building", "offered_council_land", "community_held_pub", "community_held_centre"}
    assert set(reach.loc[unknown, "kind"]) == {"public_brownfield_site", "heritage_at_risk"} | local | whose
    assert reach.loc[unknown, ["n_within_15_min", "nearest_m"]].isna().all(axis=None)
    heritage = reach["kind"] == "heritage_at_risk"  # the register is not held there
    assert set(reach.loc[unknown & ~heritage, "null_reason"]) == {"not_covered"}
    assert set(reach.loc[heritage, "null_reason"]) == {"source_unavailable"}
    assert set(reach.loc[reach["kind"].isin(["cafe", "place_of_worship"]), "coverage"]) == {"partial"}
    stock = hackney.frame("select * from indicator_value where indicator = 'public_brownfield_sites_within_15_min'")
    assert stock["value"].isna().all()
    assert (
        hackney.frame("select count(score) as n from index_score where index_name = 'ownership_opportunity'")["n"][0]
        == 0
    )


def test_counts_are_their_places_and_what_a_recount_gives(hackney, areas):
    reach = hackney.frame("select * from neighbourhood_reach where coverage != 'unknown'")
    listed = hackney.frame("select area_code, kind, count(*) as n from neighbourhood_place group by all")
    shown = set(hackney.frame("select kind from kind where is_shown")["kind"])
    assert set(listed["kind"]) <= shown
    both = reach[reach["kind"].isin(shown)].merge(listed, how="outer", on=["area_code", "kind"])
    assert (both["n"].fillna(0) == both["n_within_15_min"].fillna(0)).all()
    geography = open_workspace(Settings(data=hackney.data)).geography
    kinds = hackney.step("places/place", "place.kinds")
    places = hackney.step("places/place").set_index("place_id")
    for row in reach.sample(200, random_state=7).itertuples():
        chosen = places.loc[kinds.loc[(kinds["kind"] == row.kind) & kinds["is_counted"], "place_id"]]
        straight = np.hypot(chosen["x"] - areas.at[row.area_code, "x"], chosen["y"] - areas.at[row.area_code, "y"])
        minutes = straight * geography.detour_factor * geography.minutes_per_metre
        assert row.n_within_15_min == (minutes <= 15).sum(), (row.area_code, row.kind)
        assert row.n_within_10_min == (minutes <= 10).sum(), (row.area_code, row.kind)


def test_only_open_public_fixed_places_count(hackney):
    kinds = hackney.step("places/place", "place.kinds")
    counted = kinds[kinds["is_counted"]]
    assert set(counted.loc[counted["kind"] != "closed_place", "status"]) == {"open"}
    assert set(counted.loc[counted["kind"] == "closed_place", "status"]) <= {"closed"}
    assert not counted["kind"].isin(["archive", "mobile_library", "prison_library", "cooperative", "lgbt_venue"]).any()


def test_a_library_gone_from_openstreetmap_is_not_closed_for_that(hackney):
    events = hackney.step("places/place_event")
    libraries = events[events["kind"] == "library"]
    assert (libraries["event"] == "no_longer_listed").sum() > 40
    closed = libraries[libraries["event"] == "closed"]
    # each by its own list's word, but for two that are gone from both lists: Waterloo, and a temporary one in Merton
    assert closed["series"].value_counts().drop("ace_libraries").to_dict() == {"ace_libraries, osm": 2}
    assert not events["kind"].isin(["place_of_worship", "lgbt_venue"]).any()
    # of those that left the map, more are open in the list than closed: the mirror's own finding, 32 of 37
    status = hackney.step("places/place", "place.kinds").set_index(["place_id", "kind"])["status"]
    left = libraries[(libraries["event"] == "no_longer_listed") & (libraries["series"] == "osm")]
    told = status.reindex(pd.MultiIndex.from_frame(left[["place_id", "kind"]])).value_counts()
    assert told["open"] > 3 * told.get("closed", 0)


def test_rows_that_may_not_be_shown_are_not(hackney):
    for stem in ("gla_pubs_2022", "coops_uk_2023"):
        for sql in (
            f"select count(*) as n from place where name_source = '{stem}' or point_source = '{stem}'",
            f"select count(*) as n from place_record where source = '{stem}'",
            f"select count(*) as n from place_kind where contains(sources, '{stem}')",
            f"select count(*) as n from record_match where source_a = '{stem}' or source_b = '{stem}'",
        ):
            assert hackney.frame(sql)["n"][0] == 0, sql


def test_each_place_is_one_place(hackney, records):
    """A place has no two records of one list but where the list says the very same; no name of Hackney's libraries twice."""
    libraries = hackney.frame("select name from place where kind = 'library' and status = 'open' and is_in_areas_asked")
    assert 6 <= len(libraries) <= 12
    assert libraries["name"].is_unique
    outcomes = hackney.step("places/place", "place.records")
    live = outcomes.dropna(subset="place_id").merge(
        records[records["is_current"]][["record", "series", "name"]], on="record"
    )
    per = live.groupby(["place_id", "series"]).size()
    assert (per > 1).mean() < 0.02


@pytest.mark.parametrize(("pairs", "least"), [(LONDON_PAIRS, 300), (ENGLAND_PAIRS, 100)])
def test_conflation_agrees_with_the_labelled_pairs_as_the_page_says(hackney, pairs, least):
    page = (Path(__file__).parent.parent.parent / "docs" / "method.md").read_text("utf-8")
    found = agreement(hackney.data, pairs)
    assert found.set_index("kind").at["all", "pairs"] >= least
    for row in found.itertuples(index=False):
        assert f"| {row.kind} | {row.pairs} | {row.one_place} | {row.precision:.3f} | {row.recall:.3f} |" in page


def test_the_errors_that_versions_draw_are_those_measured(hackney):
    """`accuracy.yml` holds what conflation was measured to do, kind by kind; a kind measured with others has their figures."""
    told, found = read_accuracy(), agreement(hackney.data)
    measured = {kind.replace(" ", "_"): row for row in found.itertuples() for kind in row.kind.split(", ")}
    assert set(told.kinds) == set(measured) - {"all"}
    for kind, row in measured.items():
        expected = told.all if kind == "all" else told.kinds[kind]
        assert (expected.precision, expected.recall) == (row.precision, row.recall), kind


def test_what_lists_hold_of_others_is_counted_as_accuracy_says(hackney):
    """One borough's share of the lists: no more than all of them, and found about as often."""
    for kind, told in read_accuracy().lists.items():
        compared, found = held(hackney.data, kind, told.source, told.others)
        assert 0 < found <= compared <= told.compared, kind
        assert abs(found / compared - told.found / told.compared) < 0.15, kind
