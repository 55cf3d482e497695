"""Names of areas: told right or wrong before anything is fetched, and held to the look-ups."""

import pandas as pd
import pytest
from click.testing import CliRunner

from geodata.geography import read_geographies
from geodata.reference import read_names
from pipelines.areas.names import difference, resolve
from pipelines.commands.cli import main
from pipelines.core.problem import Problem

ENGLAND = read_names("england_lsoa21")


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
    ],
)
def test_a_name_or_code_as_people_write_it(name, code):
    assert resolve(ENGLAND, name) == code


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
        resolve(ENGLAND, "zzzzzzzz")
