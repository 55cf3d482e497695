"""Rows of a list to place records: why a row is not used, whose property numbers are taken, postcodes, closings."""

import pandas as pd
import pytest
from fixtures.making import make_source

from geodata.geography import read_geographies
from geodata.records import read_record
from pipelines.places.records import NOT_COUNTED, REJECTED, issues, read_records
from pipelines.register.register import DEFINITIONS
from pipelines.register.taxonomy import Taxonomy
from pipelines.tables.tidy import tidy

TOWN = read_geographies()["sample_town"]
TAXONOMY = read_record(Taxonomy, DEFINITIONS / "taxonomy.yml")
AS_AT = pd.Timestamp("2026-03-31")
CODES = pd.DataFrame(
    {"postcode": ["ZZ11AA", "ZZ12BB"], "x": [638000.0, 639000.0], "y": [559000.0, 560000.0]}
).set_index("postcode")
COLUMNS = {
    "id": {"type": "text", "nullable": True}, "name": {"type": "text", "nullable": True},
    "what": {"type": "text", "nullable": True}, "postcode": {"type": "text", "nullable": True},
    "uprn": {"type": "text", "nullable": True}, "x": {"type": "number", "nullable": True},
    "y": {"type": "number", "nullable": True}, "shut": {"type": "text", "nullable": True},
    "year": {"type": "integer", "nullable": True, "on_breach": "null", "min": 1900, "max": 2100},
    "told": {"type": "date", "nullable": True}, "left": {"type": "date", "nullable": True},
    "food": {"type": "text", "nullable": True}, "seen": {"type": "date", "nullable": True},
}  # fmt: skip
KINDS = {"column": "what", "values": {"Library": "library", "Mosque": "place_of_worship"}, "not_places": ["Bakery"]}
BASE = {"id": ["id"], "name": "name", "kinds": KINDS, "point": {"x": "x", "y": "y", "crs": "EPSG:27700"}}
SHUT = {"column": "shut", "values": {"Closed": "closed", "Temporary Closure": "temporarily_closed"}, "year": "year"}


def source(**places):
    rule = BASE | places
    if "kind" in places:
        rule = {name: value for name, value in rule.items() if name != "kinds"}
    return make_source(COLUMNS, places=rule, covers="nation", publish="rows")


def rows(*given) -> pd.DataFrame:
    """Rows as `tidy` types them: a library with coordinates unless told otherwise."""
    whole = {"id": None, "name": "A", "what": "Library", "x": 638000, "y": 559000}
    lines = [{"id": str(i)} | one for i, one in enumerate(given)]
    text = pd.DataFrame([whole | line for line in lines], columns=list(COLUMNS))
    body = text.to_csv(index=False).encode()
    return tidy(make_source(COLUMNS, rows={"between": [1, 100]}), TOWN, {"data.csv": body})[0]


def records(*given, **places) -> pd.DataFrame:
    table = rows(*given)
    made = read_records(source(**places), TOWN, TAXONOMY, table, CODES, AS_AT)
    assert list(made.index) == list(table.index)  # one record a row, in its order
    return made.set_index("source_id")


@pytest.mark.parametrize(
    ("row", "places", "reason"),
    [
        ({}, {}, None),
        ({"what": "  LIBRARY "}, {}, None),  # case and outer spaces are passed over
        ({"what": "bakery"}, {}, "not_a_place"),
        ({"what": "Bank"}, {}, "unmapped"),
        ({"what": None}, {}, "unmapped"),
        ({"x": None}, {}, "no_coordinates"),
        ({"y": None}, {}, "no_coordinates"),
        ({"name": "Oakwood Women's Refuge"}, {}, "never_mapped"),
        ({"name": "Oakwood Library"}, {}, None),
        ({"left": "2020-01-01"}, {"ended": "left"}, "ended"),
        ({"left": "2020-01-01"}, {}, None),
        ({"left": "2020-01-01", "x": None}, {"ended": "left"}, "ended"),  # the first reason that holds
        ({"what": "bakery", "x": None}, {}, "not_a_place"),
    ],
)
def test_why_a_row_is_not_used(row, places, reason):
    told = records(row, **places)["reason"].iloc[0]
    assert (told if isinstance(told, str) else None) == reason
    assert reason in (None, *REJECTED, *NOT_COUNTED)


def test_a_repeat_is_a_duplicate_and_the_first_stands_for_it():
    made = records({"id": "a", "name": "One"}, {"id": "a", "name": "Two"}, {"id": "b"})
    assert made["reason"].fillna("").tolist() == ["", "duplicate", ""]
    assert made["name"].tolist()[0] == "One"


def test_the_same_record_at_another_date_is_no_duplicate():
    made = records({"id": "a", "seen": "2019-12-31"}, {"id": "a", "seen": "2020-12-31"}, observed_on="seen")
    assert made["reason"].isna().all()
    assert made["observed_on"].dt.year.tolist() == [2019, 2020]


def test_an_id_of_several_columns_is_told_as_a_hash_and_the_same_each_time():
    one, again, other = (
        read_records(source(id=["name", "x"]), TOWN, TAXONOMY, rows(row), CODES, AS_AT)["source_id"].iloc[0]
        for row in ({"name": "Hall"}, {"name": "Hall", "postcode": "ZZ1 1AA"}, {"name": "Hall", "x": 638001})
    )
    assert one == again != other
    assert "Hall" not in one
    assert "638000" not in one


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        ("100023456789", True), ("1", True), ("10002345600", True), ("100023400000", False), ("100000", False),
        ("0", False), ("000", False), ("1.00023E+11", False), ("B00017", False), ("1000234567890", False),
        ("100023456789.0", False), ("12 34", False), ("-12", False),
    ],
)  # fmt: skip
def test_a_property_number_that_was_rounded_or_is_none_is_not_taken(told, taken):
    made = records({"uprn": told}, uprn="uprn")["uprn"]
    assert made.notna().tolist() == [taken]
    assert not taken or made.iloc[0] == told


# ---- where a record stands

BY_POSTCODE = {"postcode": "postcode", "point": {"postcode": "postcode"}}
EITHER = {"postcode": "postcode", "point": BASE["point"] | {"postcode": "postcode", "quality": "premises"}}


@pytest.mark.parametrize("told", ["ZZ1 1AA", "zz11aa", " ZZ1  1AA "])
def test_a_postcode_is_looked_up_however_it_is_written(told):
    made = records({"postcode": told, "x": 1, "y": 1}, **BY_POSTCODE).iloc[0]
    assert (made["x"], made["y"], made["point_quality"]) == (638000, 559000, "postcode")
    assert made["postcode"] == "ZZ11AA"


def test_coordinates_go_before_the_postcode_and_the_postcode_before_nothing():
    made = records(
        {"id": "a", "postcode": "ZZ1 2BB", "x": 638500, "y": 559500},
        {"id": "b", "postcode": "ZZ1 2BB", "x": None, "y": None},
        {"id": "c", "postcode": "ZZ1 2BB", "x": 638500, "y": None},
        {"id": "d", "postcode": "ZZ9 9ZZ", "x": None, "y": None},
        {"id": "e", "postcode": None, "x": None, "y": None},
        **EITHER,
    )
    assert made.loc["a", ["x", "y", "point_quality"]].tolist() == [638500, 559500, "premises"]
    for record in "bc":
        assert made.loc[record, ["x", "y", "point_quality"]].tolist() == [639000, 560000, "postcode"]
    assert made.loc[["d", "e"], "reason"].tolist() == ["postcode_not_held", "no_coordinates"]


def test_points_that_a_publisher_gives_wrongly_are_moved():
    made = records({}, point=BASE["point"] | {"shift_m": [112, -54]}).iloc[0]
    assert (made["x"], made["y"]) == (638112, 558946)


def test_well_known_text_that_is_no_point_gives_none():
    columns = COLUMNS | {"wkt": {"type": "text", "nullable": True}}
    places = BASE | {"point": {"wkt": "wkt", "crs": "EPSG:27700"}}
    texts = ["POINT (638000 559000)", "POLYGON ((0 0, 1 0, 1 1, 0 0))", "POINT (", None]
    table = rows(*({} for _ in texts)).assign(wkt=pd.Series(texts, dtype="str"))
    made = read_records(make_source(columns, places=places, covers="nation"), TOWN, TAXONOMY, table, CODES, AS_AT)
    assert made["reason"].fillna("").tolist() == ["", *["no_coordinates"] * 3]


# ---- closed, and when


@pytest.mark.parametrize(
    ("row", "status", "year"),
    [
        ({"shut": "LA"}, "open", None),
        ({"shut": None}, "open", None),
        ({"shut": "closed "}, "closed", None),
        ({"shut": "Closed", "year": "2019"}, "closed", 2019),
        ({"shut": "Closed", "year": "2014 or 2015"}, "closed", None),  # an ambiguous year is no year
        ({"shut": "Closed", "year": "20155"}, "closed", None),
        ({"shut": "Temporary Closure"}, "temporarily_closed", None),
        ({"shut": "Temporary Closure", "year": "2019"}, "temporarily_closed", 2019),
        ({"shut": "LA", "year": "2019"}, "closed", 2019),
    ],
)
def test_what_a_list_says_is_shut(row, status, year):
    made = records(row, closed=SHUT).iloc[0]
    assert made["status"] == status
    assert (made["closed_year"] if pd.notna(made["closed_year"]) else None) == year


def test_a_year_that_cannot_be_read_is_an_issue():
    body = b"id,year\n1,2014 or 2015\n2,2014\n"
    columns = {name: COLUMNS[name] for name in ("id", "year")}
    table, told = tidy(make_source(columns, rows={"between": [1, 9]}), TOWN, {"data.csv": body})
    assert told[["column", "value"]].to_numpy().tolist() == [["year", "2014 or 2015"]]
    assert table["year"].isna().tolist() == [True, False]


def test_kinds_that_carry_no_marker_get_no_closing_status():
    made = records({"what": "Mosque", "shut": "Closed", "year": "2019"}, closed=SHUT).iloc[0]
    assert made["status"] == "open"
    assert pd.isna(made["closed_year"])
    lgbt = read_records(source(kind="lgbt_venue", closed=SHUT), TOWN, TAXONOMY, rows({"shut": "Closed"}), CODES, AS_AT)
    assert lgbt["status"].tolist() == ["open"]


@pytest.mark.parametrize(
    ("told", "dated"),
    [
        ("2020-05-01", "2020-05-01"),
        ("1899-12-30", None),
        ("2099-12-31", None),
        (None, None),
        ("2026-03-31", "2026-03-31"),
    ],
)
def test_a_date_before_2010_or_after_the_table_is_a_slip_of_the_pen(told, dated):
    made = records({"told": told}, as_at="told")["as_at"].iloc[0]
    assert (None if pd.isna(made) else f"{made:%Y-%m-%d}") == dated


@pytest.mark.parametrize(
    ("told", "reference"),
    [("123", "fsa|123"), ("123;456", "fsa|123"), (" 123 ; 4", "fsa|123"), (None, None), (" ", None)],
)
def test_the_first_identifier_of_another_list_is_a_reference(told, reference):
    made = records({"food": told}, refers_to={"food": "fsa"})["refers_to"].iloc[0]
    assert (made if isinstance(made, str) else None) == reference


# ---- issues


def test_issues_tell_an_unmapped_type_once_and_never_name_who_has_no_address():
    table = rows(
        {"what": "Bank", "name": "B1"}, {"what": "Bank", "name": "B2"}, {"what": None, "name": "N"},
        {"name": "At home", "x": None}, {"name": "Lost", "x": None, "postcode": "ZZ9 9ZZ"}, {"what": "bakery"},
    )  # fmt: skip
    told_by = source(**EITHER)
    made = read_records(told_by, TOWN, TAXONOMY, table, CODES, AS_AT).assign(is_row=True)
    past = made.assign(is_row=False)  # what an earlier look at the list told is no row of its present table
    told = issues(told_by, table, pd.concat([made, past]))
    unmapped = told[told["column"] == "unmapped"]
    assert sorted(unmapped["value"]) == ["(none)", "Bank"]
    assert unmapped.set_index("value").loc["Bank", "issue"].endswith("(2 rows)")
    assert table["name"].iloc[unmapped.set_index("value").loc["Bank", "row"] - 1].startswith("B")
    lost = told.loc[told["column"].isin(["no_coordinates", "postcode_not_held"]), "value"].fillna("").tolist()
    assert sorted(lost) == ["", "Lost"]
    assert not told["value"].str.contains("home", na=False).any()
