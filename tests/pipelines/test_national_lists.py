"""The national and local lists of the sample town: each row accounted for, hours kept, what may not be shown not shown."""

import importlib.util
import json

import pandas as pd
import pytest
from test_place_records import records

from pipelines.answers.area.places_text import _is_here, _kind_of_many, _one_kind
from pipelines.answers.latest import open_latest
from pipelines.answers.place.place import answer
from pipelines.core.step import output
from pipelines.tables.tidy import SOURCES

NEW = (
    "librarydata_libraries_2023", "dcms_libraries_2016", "nhs_gp_practices_2024", "nhs_pharmacies_2024", "hmrc_cascs_current",
    "trafford_leisure_centres_current", "trafford_sports_facilities_current", "trafford_community_hubs_current",
    "gm_libraries_current", "gm_places_of_worship_current", "gm_post_offices_current", "dfe_gias_current", "fsa_hygiene_current",
    "os_open_greenspace_current", "fca_mutuals_current",
)  # fmt: skip


def script(stem: str):
    spec = importlib.util.spec_from_file_location(stem, SOURCES / f"{stem}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def outcomes(town, stem: str) -> dict[str, int]:
    found = town.query("select outcome, rule, n_rows from record_count where source = $1", stem)
    return {f"{outcome}: {rule}": n for outcome, rule, n in found}


# ---- what a row tells


def test_a_blank_cell_is_what_the_list_means_by_it_and_a_year_goes_before():
    shut = {"column": "shut", "values": {"Closed": "closed"}, "year": "year", "blank": "temporarily_closed"}
    given = [{"shut": "LA"}, {}, {"year": 2019}, {"shut": "Closed"}, {"shut": "LA", "year": 2024}]
    found = records(*given, closed=shut)
    assert list(found["status"]) == ["open", "temporarily_closed", "closed", "closed", "closed"]


def test_a_row_has_ended_by_a_value_or_by_a_date():
    by_value = records(
        {"what": "Library", "shut": " CLOSED "},
        {"shut": "Open"},
        {},
        ended={"column": "shut", "values": ["Closed"], "present": ["Open"]},
    )
    assert list(by_value["reason"].fillna("")) == ["ended", "", ""]
    assert list(records({"left": "2020-01-01"}, {}, ended="left")["reason"].fillna("")) == ["ended", ""]


def test_opening_hours_of_days_are_one_text_and_days_not_told_are_left_out():
    days = {"Monday": "shut", "Tuesday": "food"}
    given = [{"shut": "9-5", "food": "Closed"}, {"food": "10-4"}, {}]
    found = records(*given, opening_hours=days, shares_with={"a shop": "shut", "a café": "food"}, hours_per_week="x")
    assert list(found["opening_hours"].fillna("-")) == ["Monday 9-5; Tuesday Closed", "Tuesday 10-4", "-"]
    assert list(found["shares_with"].fillna("-")) == ["a shop, a café", "a café", "-"]
    assert list(records({"shut": "24/7"}, opening_hours="shut")["opening_hours"]) == ["24/7"]


@pytest.mark.parametrize(
    "name",
    [
        "WRAFTON HOUSE SURGERY",
        "DR A CHAUDHRY & DR I JEET",
        "THE ALLUM MED.CTR.",
        "PARK LANE PRACTICE",
        "ST GEORGES H/C",
    ],
)
def test_a_practice_is_known_by_its_name(name):
    assert script("nhs_gp_practices_2024").is_practice(name)


@pytest.mark.parametrize(
    "name",
    [
        "HMP LITTLEHEY",
        "ST HELENS ROTA OOH",
        "BMI SURGERY HOSPITAL",
        "FIVE VALLEYS PCN HUB",
        "MAPLE DERMATOLOGY CLINIC",
        "BOOTS",
        "PES@SPECSAVERS",
        "",
    ],
)
def test_what_else_prescribes_is_no_practice(name):
    assert not script("nhs_gp_practices_2024").is_practice(name)


def test_of_several_names_at_a_postcode_those_of_practices_are_kept():
    rows = pd.DataFrame({"Name": ["A SURGERY | X PCN HUB | B PRACTICE", "X CLINIC | Y HOSPICE"]})
    told = script("nhs_gp_practices_2024").tidy(rows)
    assert list(told["Name"]) == ["A SURGERY | B PRACTICE", "X CLINIC | Y HOSPICE"]
    assert list(told["@what"]) == ["practice", "other service"]


# ---- the lists of the town


def test_every_row_of_each_list_is_accounted_for(town):
    for stem in NEW:
        told = outcomes(town, stem)
        rows = told.pop("rows: all rows of the source's table")
        assert rows > 0, stem
        assert sum(told.values()) == rows, (stem, told)


def test_a_library_under_two_councils_is_one_and_an_archive_beside_a_library_of_its_name_is_another(town):
    assert outcomes(town, "librarydata_libraries_2023")["rejected: the same record stands earlier in the table"] == 1
    kinds = town.query(
        "select kind from place_record where source = 'librarydata_libraries_2023' and name = 'Samplebridge City Archive' order by 1"
    )
    assert kinds == [("archive",), ("library",)]


def test_a_library_in_several_editions_is_one_place_and_the_located_edition_is_the_present_one(town):
    sources = town.query(
        "select distinct source from place_record where source like '%librar%' and source not like 'gla%' and source not like 'gm%'"
    )
    assert sources == [("librarydata_libraries_2023",)]
    ids = pd.read_parquet(town.data / "identity.parquet")
    places = ids.assign(
        place_id=ids["place_id"].replace(
            dict(ids.dropna(subset="superseded_by")[["place_id", "superseded_by"]].to_numpy())
        )
    )
    of = lambda stem: set(places.loc[places["source"] == stem, "place_id"])  # noqa: E731
    assert len(of("ace_libraries_2023") - of("librarydata_libraries_2023")) == 0


def test_a_local_list_of_libraries_bears_out_the_national_one_and_hubs_add_no_community_centre(town):
    assert set(outcomes(town, "gm_libraries_current")) == {
        "rows: all rows of the source's table",
        "merged: another record leads the place it belongs to",
    }
    assert (
        outcomes(town, "trafford_community_hubs_current")[
            "not_counted: only on lists that community centres are not counted from"
        ]
        == 2
    )
    assert town.query("select distinct name from place_record where source = 'trafford_community_hubs_current' order by 1") == [("The Assembly Rooms",), ("Trialfield Institute",)]  # fmt: skip


def test_a_kind_on_a_local_list_alone_is_known_there_and_unknown_elsewhere(town):
    told = dict(
        town.query(
            "select authority_name, string_agg(distinct r.coverage, ' ' order by r.coverage) from neighbourhood_reach as r join neighbourhood using (area_code) where kind = 'post_office' group by 1"
        )
    )
    assert "observed" in told["Northbank"]
    assert told["Samplebridge"] in ("unknown", "partial unknown")


def test_hours_reach_the_record_the_place_and_its_sheet(town):
    (row,) = town.query(
        "select place_id, opening_hours, hours_per_week, shares_with, hours_source from place where name = 'Tollgate Library and Learning Centre'"
    )
    assert row[1].startswith("Monday AM & PM (continuous); Tuesday ")
    assert row[2:] == (40.0, "community space, a school or college", "librarydata_libraries_2023")
    assert town.query("select opening_hours, hours_per_week, shares_with from place_record where source = 'librarydata_libraries_2023' and place_id = $1", row[0]) == [row[1:4]]  # fmt: skip
    sheet = json.loads(answer(town.settings, row[0], True).text)
    assert sheet["hours"]["source"] == "librarydata_libraries_2023"
    text = " ".join(answer(town.settings, row[0], False).text.split())
    assert "Sunday Closed, 40 hours a week, as Basic dataset for libraries, England 2023, located says" in text
    assert "Shares with community space, a school or college, as Basic dataset" in text
    (unknown,) = town.query("select opening_hours from place where name = 'Draffenmere Library'")
    assert unknown[0].startswith("Tuesday ")  # the list says [Unknown] of Monday


def test_closings_by_year_are_counted_once_and_those_replaced_told_apart(town):
    rows = town.frame("select year, sum(n_rows) as n_rows, sum(n_closed) as n_closed, sum(n_replaced) as n_replaced, sum(n_other) as n_other from place_closing_count group by year order by year")  # fmt: skip
    assert (rows["n_rows"] == rows["n_closed"] + rows["n_replaced"] + rows["n_other"]).all()
    assert dict(zip(rows["year"], rows["n_closed"], strict=True)) == {
        2015: 1,
        2017: 0,
        2018: 1,
        2020: 1,
        2021: 1,
        2022: 1,
        2024: 1,
    }
    replaced = dict(zip(rows["year"], rows["n_replaced"], strict=True))
    assert replaced[2017] == 1  # Tollgate Branch, in whose building another is open
    told = town.query(
        "select count(*) from place_event where event = 'closed' and precision = 'year' and kind = 'library'"
    )
    assert told == [(int(rows["n_closed"].sum()),)]


def test_closed_schools_have_left_the_register_and_one_proposed_to_close_is_open(town):
    told = outcomes(town, "dfe_gias_current")
    assert told["not_counted: the list says it has ended"] == 33  # and one of a type that no kind stands for
    assert town.query("select count(*) from place where kind = 'school' and status != 'open'") == [(0,)]
    assert town.query("select count(*) from place_event where kind = 'school' and event = 'closed'") == [(0,)]


def test_practices_are_told_from_others_and_another_nation_is_outside(town):
    told = outcomes(town, "nhs_gp_practices_2024")
    assert told["not_counted: a type that is no place of ours"] == 4
    assert told["outside: in no area of the nation or its neighbours"] == 1
    assert outcomes(town, "nhs_pharmacies_2024")["rejected: the same record stands earlier in the table"] == 1


# ---- a kind that is counted and not shown


def test_sports_clubs_are_counted_within_reach_and_nowhere_shown(town):
    counted = town.query("select sum(n_within_15_min), count(nearest_m), count(nearest_place_id), count(nearest_minutes) from neighbourhood_reach where kind = 'sports_club'")  # fmt: skip
    assert counted[0][0] > 0
    assert counted[0][1:] == (0, 0, 0)
    for table, where in (
        ("place", "contains(kinds, 'sports_club')"), ("place_kind", "kind = 'sports_club'"), ("neighbourhood_place", "kind = 'sports_club'"),
        ("place_record", "source like 'hmrc%'"), ("place_event", "kind = 'sports_club'"), ("record_match", "source_a like 'hmrc%'"),
    ):  # fmt: skip
        assert town.query(f"select count(*) from {table} where {where}") == [(0,)], table
    left = town.query("select sum(n_places) from place_event_count where kind = 'sports_club'")
    assert left[0][0] >= 1  # those that left the register, as counts
    value = town.query("select sum(value) from indicator_value where indicator = 'sports_clubs_within_15_min'")
    assert value[0][0] == counted[0][0]


def test_a_profile_tells_how_many_clubs_and_names_none():
    club = {
        "kind": "sports_club",
        "title": "community sports clubs",
        "group": "place",
        "subset_of": None,
        "is_shown": False,
    }
    one = club | {
        "n_within_15_min": 3,
        "n_within_10_min": 1,
        "nearest": None,
        "nearest_few": [],
        "n_areas_partly_known": 0,
    }
    assert _one_kind(one) == "3 community sports clubs within 15 minutes (1 within 10)"
    many = club | {
        "n_within_15_min": None,
        "residents_within_15_min": 900,
        "nearest_few": [],
        "n_areas_partly_known": 0,
        "n_areas_within": 0,
    }
    assert _is_here(many)
    assert _kind_of_many(many, 1000).startswith("Community sports clubs; 900 of 1,000 residents live in areas with one")


def test_green_space_is_null_with_a_reason_where_the_file_holds_no_row(town):
    found = town.query(
        "select null_reason, count(*), count(value) from indicator_value where indicator = 'green_space_pct' group by 1"
    )
    assert {reason for reason, n, known in found} == {None, "not_covered"}
    assert all((known == n) == (reason is None) for reason, n, known in found)


def test_a_local_list_covers_its_own_authority_alone(town):
    known = town.query("select distinct authority_code from neighbourhood_reach join neighbourhood using (area_code) where kind = 'leisure_centre' and coverage != 'unknown'")  # fmt: skip
    assert known == [("S99600002",)]
    with open_latest(town.data) as connection:
        assert connection.execute("select count(*) from place where name = 'Northbank Baths'").fetchall() == [(1,)]


def test_societies_are_counted_by_authority_and_never_placed_on_the_map(town):
    told = outcomes(town, "fca_mutuals_current")
    assert told["not_counted: the list says it has ended"] == 3
    assert told["not_counted: a type that is no place of ours"] == 18
    assert told["rejected: no usable coordinates or postcode, so it cannot be placed"] == 1
    assert town.query("select count(*) from place_record where source = 'fca_mutuals_current'") == [(0,)]
    found = town.query("select authority_code, any_value(value), any_value(null_reason) from indicator_value join neighbourhood using (area_code) where indicator = 'community_benefit_societies_rate_per_1000' group by 1 order by 1")  # fmt: skip
    assert [code for code, value, reason in found if value is None] == ["S99600003"]  # fewer than ten are suppressed
    assert found[-1][2] == "suppressed"


def test_a_green_site_is_listed_and_not_counted_within_reach(town):
    kinds = town.query(
        "select kind, count(*) from place where kind in ('park', 'play_space', 'playing_field', 'allotment') group by 1 order by 1"
    )
    assert [kind for kind, n in kinds] == ["allotment", "park", "play_space", "playing_field"]
    assert town.query("select count(*) from neighbourhood_reach where kind = 'park'") == [(0,)]


def test_what_its_list_now_holds_closed_is_not_told_to_be_no_longer_listed(town):
    found = pd.read_parquet(output(town.data, "places/place_event").path)
    closed = found[(found["event"] == "closed") & (found["series"] == "ace_libraries")]
    gone = found[(found["event"] == "no_longer_listed") & (found["series"] == "ace_libraries")]
    assert len(closed) >= 6
    assert not set(closed["place_id"]) & set(gone["place_id"])
