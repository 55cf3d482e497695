"""Grants and their continuity: counted by hand, null where the list does not hold enough, and no part of any score."""

import pandas as pd
import pytest
from fixtures.making import make_source

from pipelines.answers.area.organisations_text import _grants as text_of_grants
from pipelines.core.query import connect
from pipelines.ownership.grants import AWARD, CONTINUED, NULL_REASONS, OF_5_YEARS, OF_YEAR, continuity
from pipelines.register.register import INDICATORS

RESIDENTS = pd.Series({"A": 1000.0, "B": 500.0})
#        year: recipients, each of one grant of £100 and 12 months
BY_HAND = {2015: "xy", 2016: "xyz", 2017: "x", 2018: "xz", 2019: "w", 2020: "xy", 2021: "y"}
WITH_A_HOLE = {
    2015: "xy",
    2016: "x",
    2017: "x",
    2018: "xy",
    **dict.fromkeys((2020, 2025), "xy"),
    **dict.fromkeys(range(2021, 2025), "x"),
}


def awards(years: dict[int, str], authority: str = "A", source: str = "one_list", **more) -> pd.DataFrame:
    """One grant a letter, each recipient a letter."""
    rows = [
        (source, f"{year}{n}", authority, f"{year}-06-30", year, 100.0, 12.0, recipient)
        for year, recipients in years.items()
        for n, recipient in enumerate(recipients)
    ]
    return AWARD.held(pd.DataFrame(rows, columns=list(AWARD.types)).assign(**more), "grants of a test")


def by_year(table: pd.DataFrame, column: str) -> dict:
    return {row.year: None if pd.isna(value := getattr(row, column)) else value for row in table.itertuples()}


def test_continuity_by_hand():
    table = continuity(awards(BY_HAND), RESIDENTS, set())
    assert by_year(table, "n_recipients") == {2015: 2, 2016: 3, 2017: 1, 2018: 2, 2019: 1, 2020: 2, 2021: 1}
    assert by_year(table, "n_recipients_first") == {2015: 2, 2016: 1, 2017: 0, 2018: 0, 2019: 1, 2020: 0, 2021: 0}
    assert by_year(table, "n_recipients_again") == {2015: None, 2016: 2, 2017: 1, 2018: 1, 2019: 0, 2020: 0, 2021: 1}
    assert by_year(table, "n_recipients_after_gap") == {
        2015: None,
        2016: 0,
        2017: 0,
        2018: 1,
        2019: 0,
        2020: 2,
        2021: 0,
    }
    assert by_year(table, "n_recipients_stopped") == {2015: None, 2016: 0, 2017: 2, 2018: 0, 2019: 2, 2020: 1, 2021: 1}
    # x is funded for the fifth time in 2020 and y for the third: 4 in the middle
    assert by_year(table, "years_funded_median")[2020] == 4
    assert by_year(table, "is_whole") == {
        2015: False, 2016: True, 2017: True, 2018: True, 2019: True, 2020: True, 2021: False,
    }  # fmt: skip
    reasons = by_year(table, "continuity_null_reason")
    assert reasons == {2015: "not_covered"} | dict.fromkeys(range(2016, 2022)), (
        "before the first year nothing is listed"
    )


def test_a_year_of_which_a_list_holds_nothing_is_not_one_in_which_nobody_was_funded():
    table = continuity(awards(WITH_A_HOLE), RESIDENTS, set())
    assert [year for year, listed in by_year(table, "is_listed").items() if not listed] == [2019]
    assert not by_year(table, "is_whole")[2019]
    year = table.set_index("year").loc[2019]
    assert year[[*OF_YEAR, *CONTINUED, "n_recipients_first", *OF_5_YEARS]].isna().all()
    assert list(year[list(NULL_REASONS)]) == ["not_covered"] * 4
    after = table.set_index("year").loc[2020]
    assert after[list(CONTINUED)].isna().all(), "who was funded in 2019 is not known"
    assert after["continuity_null_reason"] == "not_covered"
    assert (after["n_recipients"], after["n_recipients_first"]) == (2, 0)
    assert pd.isna(after["null_reason"])
    assert table.set_index("year").loc[2021, ["n_recipients_again", "n_recipients_stopped"]].tolist() == [1, 1]
    # five years of which one is not listed are not five
    assert table.set_index("year")["total_gbp_nominal_5_years"].dropna().index.tolist() == [2024]
    assert by_year(table, "five_years_null_reason")[2023] == "not_covered"


def test_a_year_is_listed_where_the_list_has_awards_for_others():
    other = pd.concat([awards(WITH_A_HOLE), awards(dict.fromkeys(range(2015, 2026), "z"), "B")])
    table = continuity(other, RESIDENTS, set())
    table = table[table["authority_code"] == "A"]
    assert by_year(table, "n_grants")[2019] == 0
    assert by_year(table, "n_recipients_stopped")[2019] == 2
    assert by_year(table, "n_recipients_each_of_5_years")[2020] == 0
    assert by_year(table, "null_reason")[2019] is None


def test_between_two_lists_nothing_is_listed():
    two = pd.concat([awards({2014: "x", 2015: "x"}), awards({2018: "x", 2019: "x"}, source="another_list")])
    assert by_year(continuity(two, RESIDENTS, set()), "is_listed") == {
        2014: True, 2015: True, 2016: False, 2017: False, 2018: True, 2019: True,
    }  # fmt: skip


@pytest.mark.parametrize("restricted", [set(), {"one_list"}])
@pytest.mark.parametrize("years", [WITH_A_HOLE, dict.fromkeys(range(2014, 2021), "abcdefghijkl") | {2017: "abc"}])
def test_what_is_null_has_a_reason_and_what_is_told_has_none(years, restricted):
    table = continuity(awards(years), RESIDENTS, restricted)
    groups = (OF_YEAR, CONTINUED, OF_5_YEARS, ("n_recipients_each_of_5_years",))
    for reason, names in zip(NULL_REASONS, groups, strict=True):
        for name in names:
            assert (table[name].isna() == table[reason].notna()).all(), (reason, name)


def test_five_years_are_five_whole_ones_and_pounds_are_by_resident():
    table = continuity(awards(BY_HAND), RESIDENTS, set()).set_index("year")
    assert table["gbp_nominal_per_resident_5_years"].dropna().to_dict() == {2020: pytest.approx(900 / 1000)}
    assert table["n_recipients_5_years"].dropna().to_dict() == {2020: 4}
    assert table["n_recipients_each_of_5_years"].dropna().to_dict() == {2020: 0}
    steady = continuity(awards(dict.fromkeys(range(2014, 2021), "x")), RESIDENTS, set()).set_index("year")
    assert steady.loc[2019, "n_recipients_each_of_5_years"] == 1
    short = continuity(awards(dict.fromkeys(range(2015, 2021), "x")), RESIDENTS, set())
    assert short["total_gbp_nominal_5_years"].isna().all(), "six years, of which four are known to be whole"


def test_of_two_lists_the_whole_years_are_those_of_both():
    two = pd.concat([awards(dict.fromkeys(range(2014, 2021), "x")), awards(dict.fromkeys(range(2016, 2023), "z"), source="another_list")])  # fmt: skip
    table = continuity(two, RESIDENTS, set())
    assert list(table.loc[table["is_whole"], "year"]) == [2017, 2018, 2019]
    assert set(table["sources"]) == {"another_list, one_list"}
    assert set(table["year"]) == set(range(2014, 2023))


def test_authorities_are_told_apart_and_one_without_residents_has_no_rate():
    both = pd.concat([awards(BY_HAND), awards(BY_HAND, "B"), awards(BY_HAND, "C")])
    table = continuity(both, RESIDENTS, set()).set_index(["authority_code", "year"])["gbp_nominal_per_resident_5_years"]
    assert table.dropna().to_dict() == {("A", 2020): 0.9, ("B", 2020): 1.8}


def test_of_a_list_that_clears_no_rows_nothing_below_ten_is_told():
    many = dict.fromkeys(range(2014, 2021), "abcdefghijkl") | {2017: "abc"}
    free = continuity(awards(many), RESIDENTS, set()).set_index("year")
    held = continuity(awards(many), RESIDENTS, {"one_list"}).set_index("year")
    assert free.loc[2017, "n_recipients"] == 3
    assert held.loc[2017, ["n_grants", "n_recipients", "total_gbp_nominal", "months_median"]].isna().all()
    assert held.loc[2018, "n_recipients"] == 12
    assert held.loc[2018, ["n_recipients_again", "n_recipients_first"]].isna().all(), "3 and 0"
    assert held.loc[2018, "n_recipients_after_gap"] is pd.NA, "9"
    assert held.loc[2019, "gbp_nominal_per_resident_5_years"] == free.loc[2019, "gbp_nominal_per_resident_5_years"]


def test_no_grants_are_no_rows():
    assert continuity(awards({}), RESIDENTS, set()).empty


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"covers": None}, "a list of grants must say what it covers"),
        ({"grants": {"id": "code", "awarded": "day", "amount_gbp": "n", "recipient": "code", "authority": "code"}}, "grants uses day"),
    ],
)  # fmt: skip
def test_a_list_of_grants_that_does_not_hold_together_is_refused(more, told):
    columns = {"code": {"type": "text"}, "n": {"type": "number"}, "on": {"type": "date"}}
    rule = {"id": "code", "awarded": "on", "amount_gbp": "n", "recipient": "code", "authority": "code"}
    with pytest.raises(ValueError, match=told):
        make_source(columns, **({"grants": rule, "covers": "nation"} | more))


def lines_of(table: pd.DataFrame) -> list[str]:
    told = table.astype(object).where(table.notna(), None).to_dict("records")
    return text_of_grants({"authority_code": "A", "authority_name": "A", "forms": [], "bands": [], "grants": told})


def test_in_words_a_year_that_is_not_listed_is_not_known_and_what_is_hidden_is_not_called_few():
    lines = lines_of(continuity(awards(WITH_A_HOLE), RESIDENTS, set()))
    assert "Nothing at all is listed of 2019: what was given then is not known." in lines
    before = lines_of(continuity(awards({2014: "x", 2016: "x", 2017: "x"}), RESIDENTS, set()))
    assert any("the year before is not listed" in line for line in before)
    many = dict.fromkeys(range(2014, 2019), "abcdefghijkl") | {2019: "abcdefghijklmnopqrstuvwx", 2020: "a"}
    (year,) = [line for line in lines_of(continuity(awards(many), RESIDENTS, {"one_list"})) if "In 2019:" in line]
    assert "fewer than 10" not in year, "twelve were funded again; what goes is the number of those after a gap"
    assert "24 grants to 24 organisations" in year
    assert "is not told" in year


# ---- the indicator


def values(table: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    with connect() as connection:
        connection.register("grant_continuity", table)
        connection.register("areas", areas)
        return connection.execute((INDICATORS / "grants_per_resident_gbp_5_years.sql").read_text()).df()


AREAS = pd.DataFrame({"area_code": ["a1", "a2", "b1"], "authority_code": ["A", "A", "B"], "population": 1})


def test_the_indicator_is_of_the_last_whole_year_and_not_known_where_no_list_was_read():
    found = values(continuity(awards(BY_HAND), RESIDENTS, set()), AREAS).set_index("area_code")
    assert found["value"].dropna().to_dict() == {"a1": 0.9, "a2": 0.9}
    assert found["null_reason"].dropna().to_dict() == {"b1": "not_covered"}
    assert found.loc["a1", "as_at"] == pd.Timestamp("2020-12-31")
    none = values(continuity(awards({}), RESIDENTS, set()), AREAS)
    assert none[["value", "null_reason"]].isna().all(axis=None), "the reason is that it could not be read"


def test_the_indicator_is_null_where_one_of_its_five_years_is_not_listed():
    years = {year: "x" for year in range(2014, 2025) if year != 2021}
    found = values(continuity(awards(years), RESIDENTS, set()), AREAS).set_index("area_code")
    assert found["value"].isna().all()
    assert set(found["null_reason"]) == {"not_covered"}
    few = values(continuity(awards(dict.fromkeys(range(2014, 2025), "x")), RESIDENTS, {"one_list"}), AREAS)
    assert few.set_index("area_code")["null_reason"].to_dict() == {
        "a1": "suppressed",
        "a2": "suppressed",
        "b1": "not_covered",
    }


def test_a_second_list_leaves_the_first_authority_as_it_was():
    one = values(continuity(awards(BY_HAND), RESIDENTS, set()), AREAS).set_index("area_code")
    two = pd.concat([awards(BY_HAND), awards(BY_HAND, "B", "another_list")])
    both = values(continuity(two, RESIDENTS, set()), AREAS).set_index("area_code")
    told = ["value", "as_at"]
    assert both.loc[["a1", "a2"], told].equals(one.loc[["a1", "a2"], told])
    assert both.loc["b1", "value"] == 1.8


def test_the_town_tells_the_grants_of_one_council_and_weighs_them_nowhere(town):
    rows = town.query(
        "select authority_code, max(value), max(null_reason), count(*) from indicator_value join neighbourhood using (area_code)"
        " where indicator = 'grants_per_resident_gbp_5_years' group by 1 order by 1"
    )
    residents = town.query("select sum(population) from neighbourhood where authority_code = 'S99600002'")[0][0]
    spent = 14_065  # by hand, of the grants of 2020 to 2024 in geodata/sample/local.py
    assert rows == [
        ("S99600001", None, "not_covered", 65),
        ("S99600002", pytest.approx(spent / residents), None, 50),
        ("S99600003", None, "not_covered", 35),
    ]
    years = town.query("select year, n_recipients, n_recipients_each_of_5_years, is_whole from grant_continuity order by year")  # fmt: skip
    assert years[0] == (2017, 2, None, False)
    assert years[-2] == (2024, 5, 2, True)
    assert all(name != "grants_per_resident_gbp_5_years" for index in town.workspace().register.indices.values() for _, name, _ in index.members)  # fmt: skip


def test_no_recipient_is_named_in_the_release(town):
    for (table,) in town.query("select distinct table_name from column_dictionary"):
        held = town.query(f"""select count(*) from "{table}" as t where contains(t::varchar, 'Lunch Club')""")
        assert held == [(0,)], table
