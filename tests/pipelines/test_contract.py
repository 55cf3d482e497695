"""A table held to its contract: each counterexample breaks one promise, and the sentence names source, row and column."""

from pathlib import Path

import pandas as pd
import pytest
from fixtures.making import make_source

from geodata.geography import read_geographies
from pipelines.core.problem import Problem
from pipelines.tables.tidy import empty_table, tidy

FOLDER = Path(__file__).parent.parent / "counterexamples" / "contract"
TOWN = read_geographies()["sample_town"]
COLUMNS = {
    "code": {"type": "code", "level": "area"},
    "n": {"type": "integer", "min": 0, "max": 100},
    "kind": {"type": "text", "values": ["hall", "club"]},
    "seen": {"type": "date", "nullable": True},
    "hectares": {"type": "number", "nullable": True, "min": 0, "on_breach": "null", "null_texts": ["NA"]},
}
SOURCE = make_source(COLUMNS, key=["code"], rows={"exactly": 3}, stem="test_halls_2026")
HEADING = "code,n,kind,seen,hectares"
GOOD = ["S99000003,100,hall,,12", "S99000001,0,hall,2020-01-31,0.5", "S99000002,2,club,,"]


def read(*lines: str, source=SOURCE):
    return tidy(source, TOWN, {"data.csv": "\n".join([HEADING, *lines, ""]).encode()})


def test_a_good_table_is_typed_and_sorted_by_its_key():
    table, issues = read(*GOOD)
    assert table["code"].tolist() == ["S99000001", "S99000002", "S99000003"]
    assert table["n"].tolist() == [0, 2, 100]
    assert table["seen"].iloc[0] == pd.Timestamp("2020-01-31")
    assert table["seen"].isna().tolist() == [False, True, True]
    assert table["hectares"].fillna(-1).tolist() == [0.5, -1, 12]
    assert issues.empty


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.csv")), ids=lambda path: path.stem)
def test_a_counterexample_breaks_its_promise(path):
    comment, body = path.read_text("utf-8").split("\n", 1)
    with pytest.raises(Problem) as problem:
        tidy(SOURCE, TOWN, {"data.csv": body.encode()})
    assert str(problem.value).startswith("test_halls_2026: ")
    assert comment.removeprefix("# expect: ") in str(problem.value)


def test_every_promise_has_a_counterexample():
    promises = {
        "missing_column",
        "repeated_key",
        "wrong_code",
        "below_range",
        "above_range",
        "not_a_number",
        "missing_value",
    }
    promises |= {"not_a_date", "not_a_declared_value", "too_few_rows", "too_many_rows", "empty_table"}
    assert promises <= {path.stem for path in FOLDER.glob("*.csv")}


def test_a_bad_value_of_a_living_source_becomes_null_and_an_issue():
    table, issues = read("S99000001,1,hall,,-1", "S99000002,2,club,,big", "S99000003,3,club,,NA")
    assert table["hectares"].isna().all()
    assert issues[["source", "row", "column", "value"]].to_numpy().tolist() == [
        ["test_halls_2026", 2, "hectares", "-1"],
        ["test_halls_2026", 3, "hectares", "big"],
    ]  # a text that is declared to mean "not known" is no issue
    assert issues["issue"].str.contains("not a usable number").all()


def test_several_breaches_are_told_together():
    with pytest.raises(Problem) as problem:
        read("S99000001,-1,hall,,", "S99000002,2,shed,,")
    told = str(problem.value)
    assert "column n: '-1' is below 0" in told
    assert "column kind: 'shed'" in told
    assert "2 rows, where exactly 3" in told


def test_a_breach_that_many_rows_share_is_told_once_with_their_number():
    with pytest.raises(Problem, match=r"row 3, column n: '-1' is below 0 \(and 1 more\)"):
        read("S99000001,1,hall,,", "S99000002,-1,hall,,", "S99000003,-5,hall,,")


@pytest.mark.parametrize(("n", "holds"), [(1, False), (2, True), (3, True), (4, False)])
def test_between_holds_at_both_ends(n, holds):
    source = make_source({"code": {"type": "text"}}, rows={"between": [2, 3]})
    body = ("code\n" + "x\n" * n).encode()
    if holds:
        assert len(tidy(source, TOWN, {"data.csv": body})[0]) == n
    else:
        with pytest.raises(Problem, match="where 2 to 3 are expected"):
            tidy(source, TOWN, {"data.csv": body})


def test_an_expected_count_of_the_geography_may_be_named():
    source = make_source({"code": {"type": "text"}}, rows={"exactly": "areas"})
    with pytest.raises(Problem, match="1 rows, where exactly 150 are expected"):
        tidy(source, TOWN, {"data.csv": b"code\nx\n"})


def test_rows_of_other_nations_are_left_out_where_the_source_says_so():
    source = make_source(
        {"code": {"type": "code", "level": "area"}}, key=["code"], keep={"code": "area"}, rows={"exactly": 1}
    )
    assert tidy(source, TOWN, {"data.csv": b"code\nW01000001\nS99000001\n"})[0]["code"].tolist() == ["S99000001"]


def test_an_optional_column_that_is_left_out_is_null():
    source = make_source({"code": {"type": "text"}, "closed": {"type": "date", "optional": True}})
    table, _ = tidy(source, TOWN, {"data.csv": b"code\nx\n"})
    assert table["closed"].isna().all()
    assert table["closed"].dtype.kind == "M"


def test_the_table_of_an_unavailable_source_is_empty_but_typed():
    table, good = empty_table(SOURCE), read(*GOOD)[0]
    assert len(table) == 0
    assert table.dtypes.to_dict() == good.dtypes.to_dict()
