"""Trafford's grants and charities, from the publishers' real files: how many, to whom, how steady and how old."""

import pandas as pd
import pytest
import requests
from fixtures.making import mirror_held

from geodata.geography import read_geographies
from pipelines.ownership.grants import _awards, continuity
from pipelines.register.register import read_register
from pipelines.register.source import Source
from pipelines.tables.tidy import tidy

STEM, TRAFFORD = "trafford_grants_current", "E08000009"
BY_YEAR = {2013: 49, 2014: 35, 2015: None, 2016: 43, 2017: 38, 2018: 14, 2019: 122, 2020: 80, 2021: 57, 2022: 76, 2023: 36, 2024: 5}  # fmt: skip


def read(stem: str) -> tuple[Source, pd.DataFrame]:
    """A source and its table."""
    geography = read_geographies()["england_lsoa21"]
    source = read_register(geography).sources[stem]
    with mirror_held() as mirror:
        url = f"{mirror}/{source.fetch.urls[0].removeprefix('https://')}"
        body = requests.get(url, timeout=60).content
    table, issues = tidy(source, geography, {"data.csv": body})
    assert issues.empty
    return source, table


@pytest.fixture(scope="module")
def held():
    """The table of grants, and their continuity."""
    source, table = read(STEM)
    return table, continuity(_awards(source, table), pd.Series({TRAFFORD: 235_052.0}), set()).set_index("year")


def test_every_row_is_read_and_recipients_go_by_their_identifier(held):
    table, _ = held
    assert len(table) == 555
    assert table["recipient"].nunique() == 359, "names, as they are written"
    assert table["recipient_id"].nunique() == 323, "organisations, some of which are written in several ways"
    assert set(table["authority_code"]) == {TRAFFORD}
    assert not {"Description", "Recipient Org:Postal Code"} & set(table)


def test_grants_by_year_are_those_of_the_file(held):
    table, years = held
    assert {year: None if pd.isna(n) else n for year, n in years["n_grants"].items()} == BY_YEAR
    assert years.index[~years["is_listed"]].tolist() == [2015]
    assert years.index[years["continuity_null_reason"].notna()].tolist() == [2013, 2015, 2016]
    assert years.index[years["five_years_null_reason"].isna()].tolist() == [2020, 2021, 2022, 2023]
    years = years[years["continuity_null_reason"].isna()]
    assert held[1]["total_gbp_nominal"].sum() == pytest.approx(table["amount_gbp"].sum()) == pytest.approx(1_291_436.58)
    assert (years["n_recipients"] <= years["n_grants"]).all()
    assert (years["n_recipients"] == years["n_recipients_first"] + years["n_recipients_again"] + years["n_recipients_after_gap"]).all()  # fmt: skip
    assert held[1]["n_recipients_first"].sum() == table["recipient_id"].nunique()


def test_continuity_as_counted_by_another_way(held):
    """The five whole years are 2019 to 2023, for the list ends within 2024."""
    table, years = held
    year = table["awarded"].dt.year
    five = table[year.between(2019, 2023)]
    every = five.groupby("recipient_id")["awarded"].apply(lambda days: days.dt.year.nunique())
    row = years.loc[2023]
    assert not years.loc[2024, "is_whole"]
    assert row["n_recipients_5_years"] == len(every) == 236
    assert row["n_recipients_each_of_5_years"] == (every == 5).sum() == 3
    assert row["total_gbp_nominal_5_years"] == pytest.approx(five["amount_gbp"].sum()) == pytest.approx(737_626.0)
    assert row["gbp_nominal_per_resident_5_years"] == pytest.approx(3.138, abs=0.001)
    before, now = set(table.loc[year == 2022, "recipient_id"]), set(table.loc[year == 2023, "recipient_id"])
    assert row["n_recipients_stopped"] == len(before - now) == 68
    assert row["n_recipients_again"] == len(before & now) == 3


def test_the_charities_that_say_they_work_there_are_counted_by_age():
    source, table = read("trafford_charities_2022")
    assert len(table) == table["charity_number"].nunique() == 724
    years = (pd.Timestamp(source.vintage) - table["registered_on"]).dt.days / 365.25
    assert [(years < 3).sum(), ((years >= 3) & (years < 10)).sum(), (years >= 20).sum()] == [47, 126, 371]
