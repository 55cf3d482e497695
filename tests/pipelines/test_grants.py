"""Grants and their continuity: counted by hand, null where the list does not hold enough, and no part of any score."""

import pandas as pd
import pytest
from fixtures.making import make_source

from pipelines.core.query import connect
from pipelines.ownership.grants import AWARD, continuity
from pipelines.register.register import INDICATORS

RESIDENTS = pd.Series({"A": 1000.0, "B": 500.0})
#        year: recipients, each of one grant of £100 and 12 months
BY_HAND = {2015: "xy", 2016: "xyz", 2017: "x", 2018: "xz", 2020: "xy", 2021: "y"}


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
    assert by_year(table, "n_recipients") == {2015: 2, 2016: 3, 2017: 1, 2018: 2, 2019: 0, 2020: 2, 2021: 1}
    assert by_year(table, "n_recipients_first") == {2015: 2, 2016: 1, 2017: 0, 2018: 0, 2019: 0, 2020: 0, 2021: 0}
    assert by_year(table, "n_recipients_again") == {2015: 0, 2016: 2, 2017: 1, 2018: 1, 2019: 0, 2020: 0, 2021: 1}
    assert by_year(table, "n_recipients_after_gap") == {2015: 0, 2016: 0, 2017: 0, 2018: 1, 2019: 0, 2020: 2, 2021: 0}
    assert by_year(table, "n_recipients_stopped") == {2015: 0, 2016: 0, 2017: 2, 2018: 0, 2019: 2, 2020: 0, 2021: 1}
    # x is funded for the fifth time in 2020 and y for the third: 4 in the middle
    assert by_year(table, "years_funded_median")[2020] == 4
    assert by_year(table, "is_whole") == {
        2015: False, 2016: True, 2017: True, 2018: True, 2019: True, 2020: True, 2021: False,
    }  # fmt: skip


def test_five_years_are_five_whole_ones_and_pounds_are_by_resident():
    table = continuity(awards(BY_HAND), RESIDENTS, set()).set_index("year")
    assert table["gbp_nominal_per_resident_5_years"].dropna().to_dict() == {2020: pytest.approx(800 / 1000)}
    assert table["n_recipients_5_years"].dropna().to_dict() == {2020: 3}
    assert table["n_recipients_each_of_5_years"].dropna().to_dict() == {2020: 0}, "2019 had none"
    steady = continuity(awards(dict.fromkeys(range(2014, 2021), "x")), RESIDENTS, set()).set_index("year")
    assert steady.loc[2019, "n_recipients_each_of_5_years"] == 1
    short = continuity(awards(dict.fromkeys(range(2015, 2021), "x")), RESIDENTS, set())
    assert short["total_gbp_nominal_5_years"].isna().all(), "six years, of which four are known to be whole"


def test_of_two_lists_the_whole_years_are_those_of_both():
    two = pd.concat([awards({2014: "x", 2020: "x"}), awards({2016: "z", 2022: "z"}, source="another_list")])
    table = continuity(two, RESIDENTS, set())
    assert list(table.loc[table["is_whole"], "year"]) == [2017, 2018, 2019]
    assert set(table["sources"]) == {"another_list, one_list"}
    assert set(table["year"]) == set(range(2014, 2023))


def test_authorities_are_told_apart_and_one_without_residents_has_no_rate():
    both = pd.concat([awards(BY_HAND), awards(BY_HAND, "B"), awards(BY_HAND, "C")])
    table = continuity(both, RESIDENTS, set()).set_index(["authority_code", "year"])["gbp_nominal_per_resident_5_years"]
    assert table.dropna().to_dict() == {("A", 2020): 0.8, ("B", 2020): 1.6}


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


# ---- the indicator


def values(table: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    with connect() as connection:
        connection.register("grant_continuity", table)
        connection.register("areas", areas)
        return connection.execute((INDICATORS / "grants_per_resident_gbp_5_years.sql").read_text()).df()


AREAS = pd.DataFrame({"area_code": ["a1", "a2", "b1"], "authority_code": ["A", "A", "B"], "population": 1})


def test_the_indicator_is_of_the_last_whole_year_and_not_known_where_no_list_was_read():
    found = values(continuity(awards(BY_HAND), RESIDENTS, set()), AREAS).set_index("area_code")
    assert found["value"].dropna().to_dict() == {"a1": 0.8, "a2": 0.8}
    assert found["null_reason"].dropna().to_dict() == {"b1": "not_covered"}
    assert found.loc["a1", "as_at"] == pd.Timestamp("2020-12-31")
    none = values(continuity(awards({}), RESIDENTS, set()), AREAS)
    assert none[["value", "null_reason"]].isna().all(axis=None), "the reason is that it could not be read"


def test_a_second_list_leaves_the_first_authority_as_it_was():
    one = values(continuity(awards(BY_HAND), RESIDENTS, set()), AREAS).set_index("area_code")
    two = pd.concat([awards(BY_HAND), awards(BY_HAND, "B", "another_list")])
    both = values(continuity(two, RESIDENTS, set()), AREAS).set_index("area_code")
    told = ["value", "as_at"]
    assert both.loc[["a1", "a2"], told].equals(one.loc[["a1", "a2"], told])
    assert both.loc["b1", "value"] == 1.6


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
