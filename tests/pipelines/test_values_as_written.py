"""Numbers, dates and codes as people and programs write them: read rightly or told, and never taken for nothing."""

import pandas as pd
import pytest
from fixtures.making import make_source

from geodata.geography import Level, read_geographies
from pipelines.core.problem import Problem
from pipelines.tables.tidy import tidy

TOWN, ENGLAND = (read_geographies()[stem] for stem in ("sample_town", "england_lsoa21"))
NULLED = {"nullable": True, "on_breach": "null"}


def read(columns: dict, cells: list[str], geography=TOWN, **more):
    """The one column `v` of a table of two, and its issues."""
    source = make_source({"id": {"type": "text"}, "v": columns}, rows={"between": [1, 99]}, **more)
    rows = "\n".join(f'{i},"{cell}"' for i, cell in enumerate(cells))
    return tidy(source, geography, {"data.csv": f"id,v\n{rows}\n".encode()})


@pytest.mark.parametrize(
    "text", ["637,818.9", "0,5", "5-", "5%", "5 m", "1 000", "inf", "nan", "1e400", "１２", "٣", "0x10"]
)
@pytest.mark.parametrize("kind", ["number", "integer"])
def test_what_is_written_otherwise_than_a_number_is_told(kind, text):
    table, issues = read({"type": kind, **NULLED}, [text])
    assert table["v"].isna().all()
    assert issues["value"].tolist() == [text]
    with pytest.raises(Problem, match="row 2, column v"):
        read({"type": kind, "nullable": True}, [text])


@pytest.mark.parametrize(("text", "value"), [("12.0", 12), ("1e5", 100_000), ("-0", 0), (" 7\u00a0", 7)])
def test_whole_numbers_are_read_however_a_program_writes_them(text, value):
    assert read({"type": "integer"}, [text])[0]["v"].tolist() == [value]


@pytest.mark.parametrize("text", ["1e30", "9223372036854775808", "-1e17"])
def test_a_number_too_large_to_be_a_whole_one_is_told_and_no_fault(text):
    assert read({"type": "integer", **NULLED}, [text])[1]["value"].tolist() == [text.lstrip("-")]


DATES = ["31/01/2025", "31/01/25", "2025-02-30", "31.12.2024", "45678", "2025", "0000-00-00", "NULL", "n/a", "0202-01-01",
         "9999-12-31", "1e30", "99999-01-01", "-2025-01-01", "２０２５-01-31"]  # fmt: skip


@pytest.mark.parametrize("text", DATES)
def test_a_date_that_is_none_or_beyond_its_bounds_is_told(text):
    table, issues = read({"type": "date", **NULLED}, [text])
    assert table["v"].isna().all()
    assert issues["value"].tolist() == [text.lstrip("-")]
    with pytest.raises(Problem, match="is not a date that may stand here"):
        read({"type": "date"}, [text])


@pytest.mark.parametrize("text", ["2025-01-31", "2025-1-31", "20250131", "2025-01-31T00:00:00", "2025-01-31T00:00:00Z", "2025-01-31 23:30:00+01:00"])  # fmt: skip
def test_a_date_is_read_whatever_its_hour_and_zone(text):
    assert read({"type": "date"}, [text, "2020-05-01"])[0]["v"].tolist() == [
        pd.Timestamp("2025-01-31"),
        pd.Timestamp("2020-05-01"),
    ]


def test_bounds_of_a_date_are_those_of_its_column():
    assert (
        len(read({"type": "date", "earliest": "2000-01-01", **NULLED}, ["1999-12-31", "1899-12-30", "2000-01-01"])[1])
        == 2
    )
    assert read({"type": "date", **NULLED}, ["1899-12-30"])[1].empty


def test_a_row_whose_empty_cell_would_mean_something_is_left_out_where_it_cannot_be_read():
    table, issues = read({"type": "date", "nullable": True, "on_breach": "drop"}, ["2020-01-31", "", "31/01/2025"])
    assert table["id"].tolist() == ["0", "1"]
    assert issues[["row", "value", "issue"]].to_numpy().tolist() == [
        [4, "31/01/2025", "not a usable date; its row is left out"]
    ]
    with pytest.raises(Problem, match="as 100% of the column are not"):
        read({"type": "date", "nullable": True, "on_breach": "drop"}, ["31/01/2025"] * 9)


def test_the_date_by_which_a_place_has_ended_may_not_be_made_null():
    columns = {"id": {"type": "text"}, "postcode": {"type": "text"}, "ended": {"type": "date", **NULLED}}
    places = {"kind": "library", "id": ["id"], "name": "id", "point": {"postcode": "postcode"}, "ended": "ended"}
    with pytest.raises(ValueError, match="an empty ended means that a place is there"):
        make_source(columns, places=places, covers="nation")


@pytest.mark.parametrize(
    "text", ["Ｅ０１０００００１", "E01\u00ad000001", "\u200bE01000001", "E01000001\u00a0", "\ufeffE01000001"]
)
def test_a_code_is_read_whatever_the_width_of_its_letters_and_without_what_cannot_be_seen(text):
    more = {"keep": {"v": "area"}, "key": ["v"]}
    assert read({"type": "code", "level": "area"}, [text], ENGLAND, **more)[0]["v"].tolist() == ["E01000001"]


@pytest.mark.parametrize("text", ["E01٠٠٠٠٠١", "e01000001", "E0100001", "E01 000001", "E01OOOOO1"])
def test_a_code_in_other_digits_or_letters_is_refused(text):
    with pytest.raises(Problem, match="is not the code of any LSOA 2021"):
        read({"type": "code", "level": "area"}, [text], ENGLAND)


def test_digits_of_codes_are_those_of_ascii():
    assert Level(code=r"E01\d{6}", name="x").code == "E01[0-9]{6}"
    with pytest.raises(ValueError, match="write 0-9 for"):
        Level(code=r"E[\dA]", name="x")


LISTED = {
    "covers": "nation",
    "places": {"kind": "library", "id": ["id"], "name": "id", "uprn": "v", "point": {"postcode": "v"}},
}


def test_an_identifier_that_a_spreadsheet_rounded_is_told():
    uprn = {"type": "text", "nullable": True}
    table, issues = read(uprn, ["100023456789", "1.00E+11", "１２３"], **LISTED)
    assert table["v"].fillna("").tolist() == ["100023456789", "", "123"]
    assert issues["value"].tolist() == ["1.00E+11"]
    with pytest.raises(Problem, match=r"'1.00E\+05' is not an identifier, but rounded by a spreadsheet"):
        read({"type": "text"}, ["100001", "1.00E+05"], key=["v"])


def test_a_word_for_having_ended_that_nobody_gave_a_meaning_is_an_issue():
    from pipelines.places.records import _unmapped

    ended = {"column": "v", "values": ["False"], "present": ["True"]}
    source = make_source({"id": {"type": "text"}, "v": {"type": "text"}}, covers="nation",
                         places=LISTED["places"] | {"uprn": None, "ended": ended})  # fmt: skip
    rows = pd.DataFrame({"id": ["a", "b", "c"], "v": ["true", "False", "No"]})
    ((stem, row, column, value, _),) = _unmapped(source, rows)
    assert (stem, row, column, value) == ("test_source_2026", 3, "v", "No")
