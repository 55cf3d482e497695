"""A city that has nothing British about it, by definitions and recorded answers alone: published, opened, profiled."""

import json
import re
import subprocess
from pathlib import Path

import geopandas
from click.testing import CliRunner

from geodata.geography import read_geographies
from pipelines.commands.cli import main
from pipelines.core.settings import Settings
from pipelines.register.register import read_register
from pipelines.register.workspace import open_workspace

ROOT = Path(__file__).parents[1]
CITY = read_geographies()["hanul"]


def test_the_area_asked_chooses_the_geography(tmp_path):
    chosen = lambda *areas: open_workspace(Settings(data=tmp_path, areas=areas)).geography.stem  # noqa: E731
    assert chosen() == "sample_town"
    assert chosen("Hanul") == chosen("hanul") == chosen("99020") == "hanul"
    assert chosen("E09000012") == chosen("London") == chosen("england") == "england_lsoa21"


def test_the_city_is_published_whole(city):
    assert city.query("select geography, n_areas, indices from release") == [("hanul", 84, "everyday_life")]
    assert city.query("select count(score), count(rank_nation), count(rank_authority), count(rank_region) from index_score") == [(84, 84, 84, 0)]  # fmt: skip
    assert city.query("select source from snapshot where state != 'read'") == []
    known = city.query(
        "select kind, count(*) filter (coverage = 'observed') from neighbourhood_reach group by 1 order by 1"
    )
    assert known == [("elders_hall", 84), ("library", 84), ("market", 84)]
    assert city.query("select count(*) from indicator_value where value is null") == [(0,)]
    money = city.query(
        "select min(value), max(value) from indicator_value where indicator = 'mean_deposit_million_won'"
    )
    assert 100 < money[0][0] < money[0][1] < 500


def test_what_the_city_lacks_is_left_out_and_told(city):
    told = city.query("select indices_left_out from release")[0][0]
    for index in ("hardship", "infrastructure_gap", "ownership_opportunity"):
        assert index in told
        assert not any(index in line for line in city.outcome.lines), "that is no news of a refresh"
    tables = {row[0] for row in city.query("select table_name from duckdb_tables()")}
    assert not tables & {"postcode", "typology", "opportunity", "benchmark", "area_carried"}


def test_every_point_lies_in_its_own_area_in_the_yellow_sea(city):
    areas = geopandas.read_file(city.release / "geojson" / "neighbourhoods.geojson").set_index("area_code")
    west, south, east, north = areas.total_bounds
    assert 124.1 < west < east < 124.3
    assert 35.6 < south < north < 35.8
    assert areas.index.str.fullmatch(r"99\d{11}").all()
    points = city.frame("select area_code, longitude, latitude from neighbourhood order by area_code")
    homes = geopandas.points_from_xy(points["longitude"], points["latitude"])
    assert areas.loc[points["area_code"]].geometry.contains(geopandas.GeoSeries(homes, points["area_code"], 4326)).all()
    places = geopandas.read_file(city.release / "geojson" / "places.geojson")
    own = areas.loc[places["area_code"]].geometry.reset_index(drop=True)
    assert len(places) == 45
    assert own.contains(places.geometry).all()
    assert areas.loc["9901051000001", "area_name"] == "가람동 1"


def test_the_city_holds_to_every_check_and_is_profiled_in_its_own_words(city):
    run = lambda *words: CliRunner().invoke(main, [*words, "--data", str(city.data)])  # noqa: E731
    assert run("check").exit_code == 0
    page = run("profile", "9901051000001")
    assert page.exit_code == 0
    assert "Dong " in page.stdout
    assert not re.search(r"MSOA|LSOA|\bward\b|postcode|Urban|hardship", page.stdout, re.IGNORECASE)
    several = run("profile", "가람동", "--json")
    assert json.loads(several.stdout)["where"]["n_areas"] == 7
    nowhere = run("profile", "SW1A 1AA")
    assert nowhere.exit_code == 2
    assert "is no area code, or name of a dong or gu of this release" in nowhere.stderr
    assert run("place", "가람도서관").exit_code == 0
    chosen = run("select", "--area", "Hanul", "--n", "3", "--max-per-ward", "1")
    assert chosen.exit_code == 0
    assert "At most 1 in one dong." in chosen.stdout
    assert not re.search(r"MSOA|LSOA|\bward\b|small area|hardship", chosen.stdout, re.IGNORECASE)


def test_no_code_names_the_city_or_its_sources():
    named = {"hanul", *read_register(CITY).sources, "EPSG:5179"}
    code = [*ROOT.glob("pipelines/**/*.py"), *ROOT.glob("assets_defs/*.py"), *ROOT.glob("geodata/*.py")]
    code += [*ROOT.glob("sql/release/**/*.sql"), *ROOT.glob("sql/checks/*.sql")]
    assert len(code) > 100
    for path in code:
        assert not [name for name in named if name.casefold() in path.read_text("utf-8").casefold()], path


# Where a British name stands in code that is about a British source or a table of the release's contract, and why.
BRITISH = {
    "sql/release/method/benchmark.sql": "the official index of England, left out elsewhere",
    "sql/release/method/benchmark_correlation.sql": "the same",
    "pipelines/release/report.py": "tells of that table where it is there",
    "pipelines/commands/doc_parts.py": "the dictionary in the documentation is that of England",
}


def test_code_names_no_british_level_or_crs():
    code = subprocess.run(["git", "ls-files", "pipelines/*.py", "assets_defs/*.py", "geodata/*.py", "sql/release", "sql/checks"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()  # fmt: skip
    british = re.compile(
        r"27700|LSOA|E0[0-9]\d{6}|Lower layer|House of Commons|\bUrban\b|\bRural\b|National Grid", re.I
    )
    for name in code:
        if not name.startswith("geodata/sample") and name not in BRITISH:
            found = british.search((ROOT / name).read_text("utf-8"))
            assert not found, f"{name}: {found[0]}"
