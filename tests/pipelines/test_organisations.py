"""Organisations by authority: who counts, how old and large they are, and what is too few to be told."""

import io
import zipfile
from dataclasses import replace

import pandas as pd
import pytest
from fixtures.making import make_source

from pipelines.core.problem import Problem
from pipelines.core.query import connect
from pipelines.core.step import Given, output
from pipelines.fetch.file import addresses
from pipelines.ownership.listed import listed_step
from pipelines.register.register import INDICATORS
from pipelines.tables import reading
from pipelines.tables.reading import read_text_table

FORMS = {
    "community_interest_company": ("community_interest_companies_rate_per_1000", "ch_companies_current", "company_number"),
    "community_benefit_society": ("community_benefit_societies_rate_per_1000", "fca_mutuals_current", "society_number"),
}  # fmt: skip


def rate(form: str, rows: list[tuple[str, str]], repeated: int = 10) -> float | None:
    """The rate of an authority of 1,000 residents that holds `rows` (date of registration, status), each so many times."""
    indicator, source, key = FORMS[form]
    every = [(f"{n}", *row) for n, row in enumerate(rows * repeated)]
    table = pd.DataFrame(every, columns=[key, "registered_on", "status"])
    table["registered_on"] = pd.to_datetime(table["registered_on"])
    places = pd.DataFrame({"area_code": "a1", "kind": form, "record": f"{source}|" + table[key]})
    areas = pd.DataFrame({"area_code": ["a1"], "authority_code": ["A"], "population": [1000]})
    with connect() as connection:
        for name, frame in (("organisation", places), (source, table), ("areas", areas)):
            connection.register(name, frame)
        return connection.execute((INDICATORS / f"{indicator}.sql").read_text()).fetchall()[0][1]


@pytest.mark.parametrize("form", FORMS)
def test_those_of_three_years_or_more_count_by_the_last_day_that_the_register_holds(form):
    old, new, last = ("2020-01-01", "Active"), ("2023-01-02", "Active"), ("2026-01-01", "Active")
    assert rate(form, [old, old, new, last]) == 20
    assert rate(form, [old, ("2023-01-01", "Active"), last]) == 20, "three years to the day"


@pytest.mark.parametrize("form", FORMS)
def test_fewer_than_ten_are_not_told(form):
    assert rate(form, [("2020-01-01", "Active"), ("2026-01-01", "Active")], repeated=9) is None
    assert rate(form, [("2020-01-01", "Active"), ("2026-01-01", "Active")], repeated=10) == 10


def test_a_company_that_is_to_be_struck_off_does_not_count():
    struck = ("2020-01-01", "Active - Proposal to Strike off")
    rows = [("2020-01-01", "Active"), struck, ("2020-01-01", "Liquidation"), ("2026-01-01", "Active")]
    assert rate("community_interest_company", rows) == 10


# ---- the register of companies


COLUMNS = {
    "number": {"from": "CompanyNumber", "type": "text"},
    "category": {"from": "CompanyCategory", "type": "text"},
}
KEPT = {"only_columns": True, "only_rows": {"CompanyCategory": ["Community Interest Company"]}, "format": "zip"}


def companies(n: int) -> bytes:
    """A register of which every seventh is a community interest company, in its zip."""
    kinds = ["Community Interest Company" if i % 7 == 3 else "Private Limited Company" for i in range(n)]
    lines = [f'"C{i}","S9{i:06d}","{kind}"' for i, kind in enumerate(kinds)]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("companies-2026-11-01.csv", "\n".join(["CompanyName, CompanyNumber,CompanyCategory", *lines]) + "\n")  # fmt: skip
    return buffer.getvalue()


@pytest.mark.parametrize("streams", [False, True])
def test_of_a_large_register_the_rows_asked_for_are_kept_under_their_own_lines(streams, monkeypatch):
    monkeypatch.setattr(reading, "HELD", 100 if streams else reading.HELD)
    source = make_source(COLUMNS, fetch=KEPT | {"member": "companies-*.csv"})
    table = read_text_table(source, {"data.zip": companies(60_000)})
    assert len(table) == len(range(3, 60_000, 7))
    assert set(table["CompanyCategory"]) == {"Community Interest Company"}
    assert list(table.index[:3]) == [3, 10, 17], "the first row below the heading is row 0"
    assert list(table[" CompanyNumber"].iloc[[0, -1]]) == ["S9000003", f"S9{range(3, 60_000, 7)[-1]:06d}"]


@pytest.mark.parametrize("streams", [False, True])
def test_a_register_without_any_such_row_is_a_table_without_rows(streams, monkeypatch):
    monkeypatch.setattr(reading, "HELD", 10 if streams else reading.HELD)
    source = make_source(COLUMNS, fetch=KEPT | {"member": "companies-*.csv"})
    assert read_text_table(source, {"data.zip": companies(3)}).empty


def test_a_file_of_the_month_is_asked_for_once_and_then_that_of_the_month_before(town):
    source = town.workspace().register.sources["ch_companies_current"]
    asked = [url.rpartition("-01.zip")[0][-7:] for _, url in addresses(source, pd.Timestamp("2026-11-26").date())]
    assert asked == ["2026-11", "2026-10"]


# ---- in a release


def test_counts_by_age_and_income_add_up_and_agree_with_the_indicators(town):
    counts = town.frame("select * from organisation_count")
    charities = counts[counts["form"] == "charity"].set_index(["authority_code", "breakdown", "band"])["n_organisations"]  # fmt: skip
    residents = dict(town.query("select authority_code, sum(population) from neighbourhood group by 1"))
    rates = dict(town.query("""select authority_code, max(value) from indicator_value join neighbourhood using (area_code)
        where indicator = 'local_charities_rate_per_1000' group by 1"""))  # fmt: skip
    for code, n in residents.items():
        of = charities[code]
        assert of["age"].sum() == of["income"].sum() == of["all"].sum() > 0
        assert of["age"].sum() - of["age", "under_3_years"] == pytest.approx(rates[code] * n / 1000)
    for form, (indicator, _, _) in FORMS.items():
        found = town.query(
            f"""select distinct n_organisations, round(v.value * r.n / 1000, 6) from organisation_count as o
            join (select authority_code, sum(population) as n from neighbourhood group by 1) as r using (authority_code)
            join neighbourhood as a using (authority_code) join indicator_value as v using (area_code)
            where o.form = '{form}' and o.breakdown = 'all' and v.indicator = '{indicator}' and v.value is not null"""
        )
        assert found
        assert all(n == value for n, value in found), form


def test_a_local_list_is_counted_in_its_own_authority_by_its_own_day(town):
    rows = town.query("select distinct authority_code, as_at::varchar, placed_by from organisation_count where form = 'charity_by_council_list'")  # fmt: skip
    assert rows == [("S99600002", "2022-04-14", "area_of_operation")]
    listed = output(town.data, "table/trafford_charities_2022").rows
    bands = town.query("select breakdown, sum(n_organisations) from organisation_count where form = 'charity_by_council_list' group by 1 order by 1")  # fmt: skip
    assert bands == [("age", listed), ("all", listed)]
    assert not any("trafford_charities_2022" in indicator.inputs for indicator in town.workspace().register.indicators.values())  # fmt: skip


def test_a_local_list_of_several_authorities_is_refused(town):
    workspace = town.workspace()
    sources = {"a_list": workspace.register.sources["trafford_charities_2022"].model_copy(update={"covers": "nation"})}
    step = replace(listed_step(workspace), definition={"sources": sources, "geography": workspace.geography})
    with pytest.raises(Problem, match="covers 3 authorities"):
        step.make(Given(town.data, step.inputs, step.definition))


def test_what_may_not_be_told_can_not_be_worked_out(town):
    """Of a list that clears no rows: no count below 10, and no bands of which one is."""
    forms = "('community_interest_company', 'community_benefit_society', 'cooperative')"
    assert town.query(f"select min(n_organisations) >= 10 from organisation_count where form in {forms}") == [(True,)]
    bands = town.query(f"""select count(*), count(n_organisations) from organisation_count where breakdown != 'all' and form in {forms}
        group by authority_code, form, breakdown""")  # fmt: skip
    assert bands
    assert all(known in (0, n) for n, known in bands)
    assert town.query("select count(*) from organisation_count where (n_organisations is null) != (null_reason is not null)") == [(0,)]  # fmt: skip


def test_the_axis_stands_beside_the_headline_and_says_how_much_of_it_is_read(town):
    index = town.workspace().register.indices["ownership_opportunity"]
    assert index.domains["capacity"].beside
    assert "capacity" not in index.parts
    rows = town.query("""select authority_code, count(score), round(max(weight_observed), 6) from domain_score join neighbourhood using (area_code)
        where index_name = 'ownership_opportunity' and domain = 'capacity' group by 1 order by 1""")  # fmt: skip
    assert rows == [("S99600001", 65, 0.7), ("S99600002", 50, 0.7), ("S99600003", 35, 0.35)]
