"""The register of charities: a large JSON list in a zip, names of authorities as codes, and who is local where."""

import io
import json
import zipfile

import pandas as pd
import pytest
from fixtures.making import make_source

from geodata.geography import read_geographies
from pipelines.core.problem import Problem
from pipelines.core.query import connect
from pipelines.register.register import INDICATORS
from pipelines.tables.reading import read_text_table
from pipelines.tables.tidy import tidy

COLUMNS = {
    "number": {"from": "organisation_number", "type": "integer"},
    "area_name": {"type": "text"},
    "authority_code": {"from": "area_name", "type": "authority", "nullable": True},
}


def source(**more):
    return make_source(COLUMNS, fetch={"format": "zip", "member": "rows.json", "only_columns": True} | more)


def zipped(body: bytes) -> dict[str, bytes]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows.json", body)
    return {"data.zip": buffer.getvalue()}


def test_a_list_of_objects_is_read_by_its_declared_columns_alone():
    rows = [{"organisation_number": 7, "area_name": "Leeds City", "email": "a@b.example"}, {"organisation_number": 8}]
    table = read_text_table(source(), zipped(b"\xef\xbb\xbf" + json.dumps(rows).encode()))
    assert set(table) == {"organisation_number", "area_name"}
    assert list(table["organisation_number"]) == ["7", "8"]
    assert table["area_name"].isna().tolist() == [False, True]


def test_a_list_of_more_bytes_than_are_held_at_once_is_read_whole():
    rows = [{"organisation_number": n, "area_name": f"Ñame, {n}]" * 3} for n in range(120_000)]
    table = read_text_table(source(max_mb=3), zipped(json.dumps(rows, ensure_ascii=False, indent=1).encode()))
    assert table["organisation_number"].astype(int).tolist() == list(range(120_000))
    assert table["area_name"].iloc[-1] == rows[-1]["area_name"]


def test_a_key_that_stands_empty_in_every_object_is_a_column_and_one_that_stands_in_none_is_not():
    table = read_text_table(source(), zipped(json.dumps([{"organisation_number": 7, "area_name": None}]).encode()))
    assert table["area_name"].isna().tolist() == [True]
    assert "area_name" not in read_text_table(source(), zipped(b'[{"organisation_number": 7}]'))


@pytest.mark.parametrize("body", [b'{"a": 1}', b'[{"a": 1}, {"a":', b"[1, 2]", b"", b"<html>"])
def test_what_is_no_list_of_objects_is_refused(body):
    with pytest.raises(Problem, match="not a list of objects"):
        read_text_table(source(), zipped(body))


def test_a_list_that_unpacks_to_far_more_than_allowed_is_refused():
    body = json.dumps([{"organisation_number": n, "area_name": "x" * 900} for n in range(15_000)]).encode()
    with pytest.raises(Problem, match="unpacks to far more"):
        read_text_table(source(), zipped(body))


def test_a_name_that_means_an_authority_is_its_code_and_any_other_is_null():
    names = ["Bristol City", "City Of York", "Kingston Upon Hull City", "Kent", "Throughout England", "St Helens"]
    rows = [{"organisation_number": n, "area_name": name} for n, name in enumerate(names)]
    table, issues = tidy(source(), read_geographies()["england_lsoa21"], zipped(json.dumps(rows).encode()))
    found = table.set_index("area_name")["authority_code"].fillna("").to_dict()
    assert found == {
        "Bristol City": "E06000023", "City Of York": "E06000014", "Kingston Upon Hull City": "E06000010", "Kent": "",
        "Throughout England": "", "St Helens": "E08000013",
    }  # fmt: skip
    assert issues.empty


def rates(charities: pd.DataFrame, worked: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    with connect() as connection:
        for name, frame in (
            ("ccew_charities_current", charities),
            ("ccew_charity_areas_current", worked),
            ("areas", areas),
        ):
            connection.register(name, frame)
        return connection.execute((INDICATORS / "local_charities_rate_per_1000.sql").read_text()).df()


def test_a_local_charity_is_registered_three_years_and_works_in_a_few_authorities():
    charities = pd.DataFrame(
        [
            (1, 0, "Registered", "2010-01-01"),
            (2, 0, "Registered", "2025-01-01"),  # too new
            (3, 0, "Removed", "2010-01-01"),
            (4, 1, "Registered", "2010-01-01"),  # linked to another
            (5, 0, "Registered", "2010-01-01"),  # works in a country as well
            (6, 0, "registered", "2010-01-01"),  # in a county: of which district, nobody knows
            (7, 0, "Registered", "2010-01-01"),  # in eleven authorities
        ],
        columns=["organisation_number", "linked_charity_number", "status", "registered"],
    ).assign(extracted=pd.Timestamp("2026-03-01"))
    charities["registered"] = pd.to_datetime(charities["registered"])
    where = [(n, "Local Authority", "Here", "A") for n in range(1, 6)] + [(5, "Country", "France", None)]
    where += [(6, "Local Authority", "County", None), (7, "Local Authority", "Here", "A")]
    where += [(7, "Local Authority", f"Other {n}", None) for n in range(10)]
    worked = pd.DataFrame(where, columns=["organisation_number", "area_type", "area_name", "authority_code"])
    areas = pd.DataFrame(
        {"area_code": ["a1", "a2", "d1"], "authority_code": ["A", "A", "D"], "population": [400, 600, 500]}
    )
    found = rates(charities, worked, areas)
    assert found.set_index("area_code")["value"].dropna().to_dict() == {"a1": 1.0, "a2": 1.0}
    assert found.set_index("area_code")["null_reason"].dropna().to_dict() == {"d1": "not_covered"}

    # the numbers of one file mean nothing to the other: nobody knows, and it is not none
    apart = rates(charities.assign(organisation_number=charities["organisation_number"] + 1000), worked, areas)
    assert apart["value"].isna().all()
    assert set(apart["null_reason"]) == {"not_covered"}
    for one, other in ((charities.iloc[:0], worked), (charities, worked.iloc[:0])):
        unread = rates(one, other, areas)
        assert unread[["value", "null_reason"]].isna().all(axis=None)


def test_the_town_knows_its_local_charities(town):
    rows = town.query(
        "select count(distinct round(value, 9)), count(*), count(value) from indicator_value where indicator = 'local_charities_rate_per_1000'"
    )
    assert rows == [(3, 150, 150)]
