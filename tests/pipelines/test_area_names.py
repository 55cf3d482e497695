"""Names of areas: told right or wrong before anything is fetched, and held to the look-ups."""

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from geodata.geography import read_geographies
from geodata.reference import read_names
from pipelines.areas.names import also_named, difference, resolve
from pipelines.commands.cli import main
from pipelines.core.near import near
from pipelines.core.problem import Problem

ENGLAND = read_names("england_lsoa21")
GEOGRAPHY = read_geographies()["england_lsoa21"]


@pytest.mark.parametrize(("name", "near"), [("Lundon", "London"), ("Hackny", "Hackney"), ("Manchestr", "Manchester")])
def test_a_wrong_name_is_told_before_anything_is_fetched(name, near, tmp_path):
    # the mirror's address is nobody's: asking it would take minutes
    line = [
        "refresh",
        "--area",
        "Trafford",
        "--area",
        name,
        "--data",
        str(tmp_path / "d"),
        "--mirror",
        "http://192.0.2.1",
    ]
    done = CliRunner().invoke(main, line)
    assert done.exit_code == 2
    assert f"there is no area called {name!r}. Did you mean {near}" in done.output
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("london", "E12000007"),
        ("e09000012", "E09000012"),
        (" Greater  Manchester ", "E47000001"),
        ("ENGLAND", "E92000001"),
        ("Bristol, City of", "E06000023"),
        ("Bristol", "E06000023"),
        ("Hull", "E06000010"),
        ("Southwark Council", "E09000028"),
        ("City of London", "E09000001"),
    ],
)
def test_a_name_or_code_as_people_write_it(name, code):
    assert resolve(ENGLAND, name, GEOGRAPHY) == code


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Solihul", ["Solihull"]),
        ("Newcastle", ["Newcastle upon Tyne", "Newcastle-under-Lyme"]),
        ("Brighton", ["Brighton and Hove"]),
        ("Kings Lynn", ["King's Lynn and West Norfolk"]),
        ("London Borough of Southwark", ["London", "Southwark"]),
        ("Gateshed", ["Gateshead"]),
        ("Nunhead", []),
        ("Nottinghamshire", []),
        ("Worcestershire", []),
        ("E09000099", []),
        ("E0900012", []),
    ],
)
def test_what_is_near_is_near(name, meant):
    """And nothing else is: no council that shares three letters, and no code for another code."""
    assert sorted(near(name, ENGLAND["name"])) == sorted(meant)


@pytest.mark.parametrize("name", ["London County Council", "Derby County Council", "London Council", "London Borough"])
def test_a_name_that_may_mean_a_larger_area_is_no_authority_s(name):
    with pytest.raises(Problem) as told:
        resolve(ENGLAND, name, GEOGRAPHY)
    assert told.value.usage


def test_london_is_not_the_city_of_london_where_only_authorities_are_held():
    assert also_named(ENGLAND[ENGLAND["level"] == "authority"], "London", GEOGRAPHY) is None
    assert also_named(ENGLAND[ENGLAND["level"] == "authority"], "Southwark Council", GEOGRAPHY) == "E09000028"


@pytest.mark.parametrize("code", ["E09000099", "E0900012", "E08000040", "e12000010"])
def test_no_code_is_near_another(code):
    with pytest.raises(Problem) as told:
        resolve(ENGLAND, code, GEOGRAPHY)
    assert told.value.usage
    assert "is no code of this vintage (Local authority district 2024" in str(told.value)
    assert "names_england_lsoa21.csv" in str(told.value)
    assert "did you mean" not in str(told.value).lower()


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=8))
def test_near_names_are_some_of_those_there_are(wanted, names):
    found = near(wanted, names)
    assert len(found) <= 3
    assert len(set(found)) == len(found)
    assert set(found) <= set(names)


def test_counts_are_those_of_the_geography():
    expected = read_geographies()["england_lsoa21"].expected
    counts = ENGLAND["level"].value_counts()
    assert counts["authority"] == expected["authorities"]
    assert counts["region"] == expected["regions"]
    assert ENGLAND["code"].is_unique


def test_a_table_behind_its_look_ups_is_told():
    table = read_names("sample_town")
    names = read_names("sample_town").set_index("code")["name"]
    areas = pd.DataFrame({f"{level}_{part}": [None] for level in ("authority", "combined_authority", "region", "nation") for part in ("code", "name")})  # fmt: skip
    rows = pd.concat([areas] * len(names), ignore_index=True)
    for i, (level, code, name) in enumerate(read_names("sample_town").itertuples(index=False)):
        rows.loc[i, [f"{level}_code", f"{level}_name"]] = [code, name]
    assert difference(table, rows) is None
    changed = rows.replace("Northbank", "Northbank-on-Sea")
    assert "S99600002 Northbank is in the table alone; S99600002 Northbank-on-Sea is in the look-ups alone" in difference(table, changed)  # fmt: skip
    assert difference(None, rows) is None


def test_nothing_near_is_told_what_to_name():
    with pytest.raises(Problem, match="Name an authority, combined authority, region or nation, or give its code"):
        resolve(ENGLAND, "zzzzzzzz", GEOGRAPHY)
