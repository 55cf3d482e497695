"""`commonground score` over tables that are right, odd and wrong: what is told, and in what words it is refused."""

import re

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from fixtures.indices import make_tree
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.commands.cli import main
from pipelines.core.problem import Problem
from pipelines.indices.any_table import Asked, score_table
from pipelines.indices.table_file import read_codes, read_table
from pipelines.scoring.normalise import ranks

NAN = np.nan
HEAD = "title: Test\nshown_as: Test\nquestion: Is it?\nreference_year: 2026\n"
DEFINITION = (
    HEAD
    + """normalise: percentile
domains:
  one:
    title: One
    weight: 0.6
    reason: test
    members:
      a: {weight: 0.5, reason: test}
      b: {weight: 0.5, reason: test, heading: "B, per cent"}
  two:
    title: Two
    weight: 0.4
    reason: test
    transform: exponential
    members:
      c: {weight: 1, reason: test, direction: higher_is_less_need}
"""
)
TABLE = pd.DataFrame(
    {
        "area": [f"n{number:02}" for number in range(12)],
        "a": [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8.5],
        "B, per cent": [2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4, 5],
        "c": [1, 4, 1, 4, 2, 1, 3, 5, 6, 2, 3, 7],
        "council": ["x", "y"] * 5 + ["z", None],
    }
)
INDEX = make_tree({"one": {"weight": 0.6, "members": {"a": 0.5, "b": {"weight": 0.5, "heading": "B, per cent"}}}, "two": {"weight": 0.4, "transform": "exponential", "members": {"c": {"weight": 1, "direction": "higher_is_less_need"}}}}, normalise="percentile")  # fmt: skip


@pytest.fixture
def files(tmp_path):
    (tmp_path / "test.yml").write_text(DEFINITION, "utf-8")
    TABLE.to_csv(tmp_path / "table.csv", index=False)
    return tmp_path


def run(folder, *more, table: str = "table.csv", definition: str = "test.yml"):
    return CliRunner().invoke(main, ["score", str(folder / definition), str(folder / table), *more])


def read_back(folder, *more, table: str = "table.csv") -> pd.DataFrame:
    done = run(folder, "--out", str(folder / "out.csv"), *more, table=table)
    assert done.exit_code == 0, done.output
    return pd.read_csv(folder / "out.csv")


# ---- what is told

PLAIN = ["area", "score", "rank", "decile", "weight_observed", "domain_one", "domain_two", "domain_two_before"]


def test_a_row_per_row_in_their_order(files):
    found = read_back(files)
    assert list(found.columns) == PLAIN
    assert found["area"].tolist() == TABLE["area"].tolist()
    np.testing.assert_array_equal(found["rank"], ranks(found["score"].to_numpy()))
    np.testing.assert_array_equal(found["decile"], np.ceil(10 * found["rank"] / 12))


def test_a_command_and_a_call_give_the_same(files):
    pd.testing.assert_frame_equal(read_back(files), score_table(INDEX, TABLE), check_dtype=False)


def test_ranks_within_each_value_of_a_column(files):
    found = read_back(files, "--frame", "council")
    assert list(found.columns) == [*PLAIN[:4], "rank_council", "decile_council", *PLAIN[4:]]
    expected = found["score"].groupby(TABLE["council"]).rank(method="min", ascending=False)
    pd.testing.assert_series_equal(found["rank_council"], expected, check_names=False)
    assert np.isnan(found["rank_council"].iloc[-1])  # of no council
    assert found.loc[found["area"] == "n10", ["rank_council", "decile_council"]].to_numpy().tolist() == [[1, 10]]


def test_ranks_among_the_areas_listed(files):
    (files / "list.csv").write_text('code,name\nn03,Three\n"n07",Seven\n\nn99,Nowhere\nn01\n', "utf-8-sig")
    found = read_back(files, "--within", str(files / "list.csv"))
    assert list(found.columns) == [*PLAIN[:4], "rank_within", "decile_within", *PLAIN[4:]]
    listed = found["area"].isin(["n01", "n03", "n07"])
    assert found.loc[~listed, "rank_within"].isna().all()
    np.testing.assert_array_equal(found.loc[listed, "rank_within"], ranks(found.loc[listed, "score"].to_numpy()))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=20), st.data())
def test_a_rank_among_some_is_the_rank_of_their_scores(numbers, data):
    table = pd.DataFrame({"area": [f"n{n:02}" for n in range(len(numbers))], "a": numbers}).astype({"a": float})
    some = data.draw(st.lists(st.sampled_from(table["area"].tolist()), min_size=1, unique=True))
    index = make_tree({"d": {"members": {"a": 1}}}, normalise="exponential")
    found = score_table(index, table, asked=Asked(within=tuple(some)))
    listed = table["area"].isin(some)
    np.testing.assert_array_equal(found.loc[listed, "rank_within"].astype(float), ranks(found.loc[listed, "score"].to_numpy()))  # fmt: skip
    assert found.loc[~listed, "rank_within"].isna().all()
    assert (found.loc[listed, "rank_within"] <= found.loc[listed, "rank"]).all()
    everyone = score_table(index, table, asked=Asked(within=tuple(table["area"])))
    np.testing.assert_array_equal(everyone["rank_within"], everyone["rank"])


def test_spread_and_pushes(files):
    found = read_back(files, "--spread", "--explain")
    spread = ["rank_median", "rank_low", "rank_high", "worst_decile_share", "rank_shift_mean"]
    pushes = ["starts_from", "push_one", "push_two", "push_one/a", "push_one/b", "push_two/c"]
    assert list(found.columns) == [*PLAIN, *spread, *pushes]
    assert (found["rank_low"] <= found["rank_median"]).all()
    assert (found["rank_median"] <= found["rank_high"]).all()
    np.testing.assert_allclose(found["starts_from"] + found["push_one"] + found["push_two"], found["score"], atol=1e-9)
    np.testing.assert_allclose(found["push_one/a"] + found["push_one/b"], found["push_one"], atol=1e-9)


@pytest.mark.parametrize(("ties", "expected"), [("lowest", [1, 2, 2, 4]), ("average", [1, 2.5, 2.5, 4]), ("highest", [1, 3, 3, 4])])  # fmt: skip
def test_ties_as_the_definition_says(ties, expected):
    index = make_tree({"d": {"members": {"a": 1}}}, publish=False, ties=ties)
    found = score_table(index, pd.DataFrame({"area": list("wxyz"), "a": [9, 5, 5, 1]}))
    assert found["rank"].tolist() == expected


def test_only_what_is_tabulated_may_share_another_rank_than_the_lowest():
    with pytest.raises(ValueError, match="ties"):
        make_tree({"d": {"members": {"a": 1}}}, ties="average")


def test_a_rate_of_few_people_is_drawn_to_its_council_s(tmp_path):
    (tmp_path / "test.yml").write_text(HEAD + "normalise: none\ndomains:\n  d: {title: D, weight: 1, reason: t, members: {rate: {weight: 1, reason: t, shrink: {denominator: people, within: council}}}}\n", "utf-8")  # fmt: skip
    table = pd.DataFrame({"area": list("vwxyz"), "rate": [100, 10, 12, 8, 50], "people": [2, 900, 900, 900, NAN], "council": ["c"] * 5})  # fmt: skip
    table.to_csv(tmp_path / "table.csv", index=False)
    found = read_back(tmp_path)["score"]
    assert 10 < found[0] < 80
    np.testing.assert_allclose(found[1:4], [10, 12, 8], atol=0.2)
    assert np.isnan(found[4])
    table.assign(rate=[101, 1, 1, 1, 1]).to_csv(tmp_path / "table.csv", index=False)
    done = run(tmp_path)
    assert done.exit_code == 1
    assert "row 2, column 'rate': 101 is no rate per 100" in done.output


def test_areas_without_a_score_have_no_rank_no_spread_and_no_pushes(files):
    TABLE.assign(a=TABLE["a"].mask(TABLE.index == 3), c=TABLE["c"].mask(TABLE.index == 3)).to_csv(files / "gap.csv", index=False)  # fmt: skip
    found = read_back(files, "--spread", "--explain", table="gap.csv")
    row = found.iloc[3]
    assert row["weight_observed"] == pytest.approx(0.3)
    assert row[["score", "rank", "decile", "domain_two", "rank_median", "push_one", "starts_from"]].isna().all()
    assert found.drop(3)["rank"].max() == 11
    assert found.drop(3)["score"].notna().all()


@pytest.mark.parametrize("more", [("--spread",), ("--explain",)])  # fmt: skip
@pytest.mark.filterwarnings("ignore:Mean of empty slice")
def test_a_table_in_which_nothing_is_known(files, more):
    TABLE.assign(a=NAN, c=NAN, **{"B, per cent": NAN}).to_csv(files / "none.csv", index=False)
    found = read_back(files, "--frame", "council", *more, table="none.csv")
    assert found["score"].isna().all()
    assert found["weight_observed"].eq(0).all()


# ---- files of every kind


def test_parquet_a_byte_order_mark_and_windows_line_ends_give_the_same(files):
    plain = read_back(files)
    TABLE.to_parquet(files / "table.parquet")
    (files / "bom.csv").write_bytes(b"\xef\xbb\xbf" + TABLE.to_csv(index=False, lineterminator="\r\n").encode())
    for name in ("table.parquet", "bom.csv"):
        pd.testing.assert_frame_equal(read_back(files, table=name), plain)


def test_scores_may_be_written_as_parquet(files):
    done = run(files, "--out", str(files / "out.parquet"))
    assert done.exit_code == 0
    assert "12 rows written to" in done.output
    found = pd.read_parquet(files / "out.parquet")
    pd.testing.assert_frame_equal(found, score_table(INDEX, TABLE), check_dtype=False)


def test_a_table_without_rows_is_refused(files):
    TABLE.head(0).to_csv(files / "none.csv", index=False)
    done = run(files, table="none.csv")
    assert done.exit_code == 1
    assert "none.csv: holds no row" in done.output


@pytest.mark.parametrize(("name", "content", "kind"), [("t.csv", b"", "CSV"), ("t.csv", b"area,a\n\xff\xfe\x00\n", "CSV"), ("t.parquet", b"PAR0", "Parquet"), ("t.csv", b'area,a\n"x,1\n', "CSV")])  # fmt: skip
def test_a_file_that_cannot_be_read_is_named(files, name, content, kind):
    (files / name).write_bytes(content)
    done = run(files, table=name)
    assert done.exit_code == 1
    assert re.search(rf"{name}: (cannot be read as {kind}|the {kind} file cannot be read)", done.output)
    assert "Traceback" not in done.output


@pytest.mark.parametrize("size", [5e-324, 1e-310, 1e-200, 1e150, 1e300])
def test_numbers_of_any_size_on_scales_that_rest_on_ranks(size):
    table = pd.DataFrame({"area": list("xyz"), "a": [0.0, size, 2 * size if size < 1e299 else 1.5 * size]})
    index = make_tree({"d": {"members": {"a": 1}}}, normalise="percentile")
    with np.errstate(all="ignore"):
        found = score_table(index, table, asked=Asked(explain=True))
    assert found["score"].tolist() == pytest.approx([100 / 6, 50, 500 / 6])
    assert found["rank"].tolist() == [3, 2, 1]


# ---- what is wrong, in words


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"a": ["many", *range(11)]}, "row 2, column 'a': 'many' is not a number"),
        ({"a": [*range(11), "1,5"]}, "row 13, column 'a': '1,5' is not a number"),
        ({"a": [1, "inf", *range(10)]}, "row 3, column 'a': 'inf' is not a number"),
        ({"a": [1, "9" * 400, *range(10)]}, "row 3, column 'a': '99999"),
        ({"a": [1, "-1e999", *range(10)]}, "row 3, column 'a'"),
        ({"a": [1, "12%", *range(10)]}, "row 3, column 'a': '12%' is not a number"),
        ({"area": ["n0", "", *TABLE["area"][2:]]}, "row 3, column 'area': there is no area"),
        ({"area": ["n0", "n0", *TABLE["area"][2:]]}, "column 'area' holds 'n0' more than once"),
    ],
)
def test_a_wrong_cell_is_told_with_row_column_and_remedy(files, change, told):
    TABLE.assign(**change).to_csv(files / "wrong.csv", index=False)
    done = run(files, table="wrong.csv")
    assert done.exit_code == 1
    assert f"wrong.csv: {told}" in done.output
    assert done.output.count("\n") == 1
    assert "Traceback" not in done.output


@pytest.mark.parametrize(("gone", "more"), [("a", ()), ("B, per cent", ()), ("council", ("--frame", "council"))])
def test_a_missing_column_is_named(files, gone, more):
    TABLE.drop(columns=gone).to_csv(files / "short.csv", index=False)
    done = run(files, *more, table="short.csv")
    assert done.exit_code == 1
    assert f"short.csv: has no column {gone!r}" in done.output


def test_a_missing_area_column_is_named():
    index = make_tree({"d": {"members": {"a": 1}}}, area_column="LSOA")
    with pytest.raises(Problem, match="has no column 'LSOA'"):
        score_table(index, TABLE)


def test_a_list_of_areas_that_are_not_there_or_of_none(files):
    (files / "list.csv").write_text("code\nelsewhere\n", "utf-8")
    done = run(files, "--within", str(files / "list.csv"))
    assert done.exit_code == 1
    assert "table.csv: holds none of the 1 areas listed" in done.output
    (files / "list.csv").write_text("\n\n", "utf-8")
    assert "list.csv: lists no area" in run(files, "--within", str(files / "list.csv")).output


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("weight: 0.6", "weight: 0.7"), "test.yml:6: domains: the weights sum to 1.1"),
        (("normalise: percentile", "normalise: percentage"), "test.yml:5: normalise"),
        (("reference_year: 2026\n", ""), "reference_year"),
        (("title: One", "titel: One"), "test.yml:8: domains.one.titel"),
        (("reason: test, direction", "direction"), "domains.two.members.c.reason"),
        (("domains:", "domains: ["), "not valid YAML"),
    ],
)
def test_a_wrong_definition_says_where(files, change, told):
    assert change[0] in DEFINITION
    (files / "test.yml").write_text(DEFINITION.replace(*change, 1), "utf-8")
    done = run(files)
    assert done.exit_code == 1
    assert "a definition file is wrong" in done.output
    assert told in done.output


def test_what_is_not_there_is_a_wrong_question(files):
    assert run(files, table="nowhere.csv").exit_code == 2
    assert run(files, definition="nowhere.yml").exit_code == 2
    assert run(files, "--sideways").exit_code == 2


# ---- what should be so and is not


def test_codes_keep_their_leading_zeros(files):
    TABLE.assign(area=[f"{n:03}" for n in range(12)]).to_csv(files / "zeros.csv", index=False)
    done = run(files, "--out", str(files / "out.csv"), table="zeros.csv")
    assert done.exit_code == 0
    assert (files / "out.csv").read_text().splitlines()[1].startswith("000,")


def test_a_list_of_codes_with_leading_zeros_is_found(files):
    TABLE.assign(area=[f"{n:03}" for n in range(12)]).to_csv(files / "zeros.csv", index=False)
    (files / "list.csv").write_text("001\n002\n", "utf-8")
    assert run(files, "--within", str(files / "list.csv"), table="zeros.csv").exit_code == 0


def test_an_area_may_be_called_na(files):
    TABLE.assign(area=["NA", *TABLE["area"][1:]]).to_csv(files / "na.csv", index=False)
    assert run(files, table="na.csv").exit_code == 0


@pytest.mark.parametrize("name", ["test.yml", "list.csv"])
def test_a_definition_or_list_that_is_not_utf_8_is_told(files, name):
    (files / "list.csv").write_text("n01\n", "utf-8")
    (files / name).write_bytes("# Café\nn01\n".encode("latin-1"))
    done = run(files, "--within", str(files / "list.csv"))
    assert isinstance(done.exception, SystemExit)
    assert done.exit_code == (1 if name == "test.yml" else 2)


def test_a_logarithm_of_a_table_without_rows_gives_none():
    index = make_tree({"d": {"members": {"a": {"weight": 1, "treatment": "log"}}}})
    assert score_table(index, pd.DataFrame({"area": [], "a": []})).empty


def test_a_column_called_within_does_not_get_lost():
    table = TABLE.assign(within=["x", "y"] * 6)
    assert score_table(INDEX, table, asked=Asked(("within",)))["rank_within"].notna().all()
    with pytest.raises(Problem, match="Rename the column"):
        score_table(INDEX, table, asked=Asked(("within",), ("n01", "n02")))


@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_negative_number_of_people_is_refused():
    index = make_tree(
        {"d": {"members": {"a": {"weight": 1, "shrink": {"denominator": "people", "within": "council"}}}}}
    )
    table = pd.DataFrame({"area": list("xyz"), "a": [1, 2, 3], "people": [10, -5, 10], "council": list("ccc")})
    with pytest.raises(Problem, match="people"):
        score_table(index, table)


def test_read_table_and_codes_alone(tmp_path):
    (tmp_path / "codes.txt").write_text("\ufeffE01\n 'E02' \nE03,name\n".replace("'", '"'), "utf-8")
    assert read_codes(tmp_path / "codes.txt", ["E01", "E02", "E03"], "t") == (("E01", "E02", "E03"), None)
    with pytest.raises(Problem, match="cannot be read as CSV"):
        read_table(tmp_path / "nowhere.csv")


# ---- rows that are no area, lists with strangers in them, an answer written over its question


@pytest.mark.parametrize(
    ("areas", "bad"),
    [
        (["n1", "n2", "n3", "Total"], "Total"),
        (["n1", "n2", "n3", "All areas"], "All areas"),
        (["n1", "n2", "n3", "Source: census 2021"], "Source: census 2021"),
        (["Total", "n1", "n2", "n3"], "Total"),
        (["GRAND TOTAL (3 areas)", "Ash", "Beech", "Cedar"], "GRAND TOTAL (3 areas)"),
        (["Ash", "Beech", "Cedar", "average"], "average"),
        (["Ash", "Beech", "Cedar", "Notes: none"], "Notes: none"),
        (["n1", "n2", "England", "n3"], "England"),
        (["E01000001", "E01000002", "E92000001", "E01000003"], "E92000001"),
        (["E09000001", "E12000007", "E09000002", "E09000003"], "E12000007"),
        (["E12000001", "E12000002", "E12000003", "E92000001"], "E92000001"),
        (["n1", "Total", "n2", "Total"], "Total"),
    ],
)
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_sum_or_a_note_is_no_area(files, areas, bad, form):
    table = TABLE.head(4).assign(area=areas)
    table.to_csv(files / "t.csv", index=False)
    table.to_parquet(files / "t.parquet")
    done = run(files, table=f"t.{form}")
    assert done.exit_code == 1
    assert f"t.{form}: row {areas.index(bad) + 2}, column 'area': {bad!r} is a sum or a note" in done.output


@pytest.mark.parametrize(
    "areas",
    [
        ["All Saints", "Totnes", "Meanwood", "Overall Green"],
        ["Ash", "Beech 2", "Cedar", "Dale"],
        ["E06000001", "E07000008", "W06000001", "S12000005"],
        ["E12000001", "E12000002", "E12000003", "E12000004"],
        ["E92000001", "W92000004", "S92000003", "N92000002"],
        ["EC1A 1", "EC1A 2", "E1 6", "N1 9"],
        ["1", "02", "3a", "4-b"],
    ],
)
def test_codes_of_many_forms_are_areas(files, areas):
    TABLE.head(4).assign(area=areas).to_csv(files / "t.csv", index=False)
    assert run(files, table="t.csv").exit_code == 0


@pytest.mark.parametrize(
    ("text", "found", "told"),
    [
        ("n01;One\nn02;Two\n", {"n01", "n02"}, None),
        ('"n01","One, east"\n"n02","B"\n', {"n01", "n02"}, None),
        ("name,code\nOne,n01\nTwo,n02\n", {"n01", "n02"}, None),
        ("N01\nN02\n", {"n01", "n02"}, None),
        ("n01 \nn01\n n02\n", {"n01", "n02"}, None),
        ("code\nn01\nn02\nx99\nx98\n", {"n01", "n02"}, "2 of the 4 areas listed are not in table.csv: x99 (line 4), x98 (line 5)"),
        ("n01\nn02\n\nn98\n", {"n01", "n02"}, "1 of the 3 areas listed is not in table.csv: n98 (line 4)"),
    ],
)  # fmt: skip
def test_a_list_as_people_write_it(files, text, found, told):
    (files / "list.csv").write_text(text, "utf-8")
    done = run(files, "--within", str(files / "list.csv"), "--out", str(files / "out.csv"))
    assert done.exit_code == 0, done.output
    scored = pd.read_csv(files / "out.csv")
    assert set(scored.loc[scored["rank_within"].notna(), "area"]) == found
    assert (told or "12 rows") in done.output
    assert ("not in" in done.output) == bool(told)


def test_a_list_of_names_has_no_heading_to_lose(files):
    TABLE.head(3).assign(area=["Ash", "Beech", "Cedar"]).to_csv(files / "t.csv", index=False)
    (files / "list.csv").write_text("Ash\nBeech\n", "utf-8")
    assert run(files, "--within", str(files / "list.csv"), "--out", str(files / "o.csv"), table="t.csv").exit_code == 0
    assert pd.read_csv(files / "o.csv")["rank_within"].notna().tolist() == [True, True, False]


@pytest.mark.parametrize("given", ["table.csv", "def.csv", "list.csv"])
@pytest.mark.parametrize("spelling", ["same", "dotted", "symlink", "hardlink"])
def test_an_input_is_never_written_over(files, given, spelling):
    (files / "def.csv").write_text(DEFINITION, "utf-8")  # any name may hold a definition
    (files / "list.csv").write_text("n01\nn02\n", "utf-8")
    before, out = (files / given).read_bytes(), files / given
    if spelling == "dotted":
        (files / "below").mkdir()
        out = files / "below" / ".." / given
    if spelling == "symlink":
        out = files / "link.csv"
        out.symlink_to(files / given)
    if spelling == "hardlink":
        out = files / "link.csv"
        out.hardlink_to(files / given)
    done = run(files, "--within", str(files / "list.csv"), "--out", str(out), definition="def.csv")
    assert done.exit_code == 2
    assert "would be overwritten" in done.output
    assert (files / given).read_bytes() == before


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("area,a,b\nn1,1,014.2,8\nn2,3,4\n", "line 2 has 4 cells where the heading has 3"),
        ("area,a,b\nn2,3,4\nn1,1,014.2,8\n", "line 3 has 4 cells where the heading has 3"),
        ("area,a,b\nn1,1,2,\nn2,3,4,\n", "line 2 has 4 cells where the heading has 3"),
        ("area,a,b\n\nn1,1,2\nn2,x,4\n", "row 4, column 'a': 'x' is not a number"),
        ('area,a,b\n"n\n1",1,2\nn2,x,4\n', "row 4, column 'a': 'x' is not a number"),
        ("area,a,a,b\nn1,1,1,2\nn2,3,4,2\n", "the heading 'a' stands twice, and its columns differ (line 3)"),
    ],
)
def test_a_table_that_would_be_misread(files, text, told):
    index = HEAD + "normalise: percentile\ndomains: {d: {title: D, weight: 1, reason: t, members: {a: {weight: 1, reason: t}}}}\n"  # fmt: skip
    (files / "one.yml").write_text(index, "utf-8")
    (files / "t.csv").write_text(text, "utf-8")
    done = run(files, table="t.csv", definition="one.yml")
    assert done.exit_code == 1
    assert f"t.csv: {told}" in done.output
    assert done.output.count("\n") == 1


def test_empty_rows_of_a_spreadsheet_are_no_areas(files):
    (files / "table.csv").write_text((files / "table.csv").read_text() + ",,,,\n,,,,\n")
    assert run(files, "--out", str(files / "out.csv")).output.startswith("12 rows")
