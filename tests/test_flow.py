"""Whole refreshes of the sample town: work done once, releases that say what changed, identical where nothing did."""

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import frictionless
import numpy as np
import orjson
import pytest
from click.testing import CliRunner
from fixtures.making import Town, refresh_town

from pipelines.commands.cli import main
from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.core.store import read_json
from pipelines.release.compare import compare
from pipelines.release.contents import read_checks
from pipelines.release.database import open_database
from pipelines.release.publish import rollback
from pipelines.release.verify import verify
from pipelines.tables.kept import observations

ROOT = Path(__file__).parent.parent
TABLES = {
    "neighbourhood", "neighbourhood_shape", "place", "place_record", "neighbourhood_place", "indicator", "indicator_value",
    "index_score", "domain_score", "opportunity", "opportunity_evidence", "source", "snapshot", "issue", "column_dictionary", "release", "area_roll_up",
    "place_loss",
}  # fmt: skip
TABLES |= {"place_event"}
OURS = {  # beyond the contract
    "area_carried", "benchmark", "benchmark_correlation", "index_cluster", "index_member", "index_method", "index_sensitivity", "index_range", "index_option", "domain_contribution", "indicator_contribution", "area_peer", "highest_tenth_change", "weight_set", "weight_set_weight", "weight_set_rank", "weight_set_shift", "kind", "neighbourhood_kinds", "neighbourhood_reach", "place_closing_count", "place_event_count", "place_kind",
    "postcode", "record_count", "record_match", "typology", "label", "licence", "list_cover", "legal_date", "legal_listing", "legal_regime",
    "grant_continuity", "organisation_count", "register_known", "community_register", "community_evidence", "ownership_mix", "neighbourhood_tenure",
}  # fmt: skip
MAY_BE_EMPTY = {"correction"}  # nobody has corrected anything; a table that came and went would change the version
SAME_BUT_RUNTIME = {
    f"gla_{name}_2022"
    for name in ("arts_centres", "libraries", "museums", "theatres", "dance_venues", "commercial_galleries", "lgbt_venues",
                 "outdoor_spaces", "skate_parks")
}  # fmt: skip
NOT_ABOUT_PLACES = (
    "neighbourhood", "neighbourhood_shape", "indicator", "indicator_value", "index_member", "index_score", "domain_score",
    "typology", "source", "postcode", "kind",
)  # fmt: skip


def copy_of(town: Town, folder: Path) -> Town:
    """The same DIR in another place, to be changed at will."""
    shutil.copytree(town.data, folder, symlinks=True)
    return replace(town, data=folder, settings=replace(town.settings, data=folder))


def files_of(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def made_files(data: Path) -> dict[str, str]:
    """Everything a refresh makes, but for its notes about itself."""
    return {
        f"{name}/{file}": sha
        for name in ("tables", "places", "reach", "ownership", "indicators", "indices", "releases")
        for file, sha in files_of(data / name).items()
    }


# ---- once


def test_the_first_refresh_publishes_and_says_so(town):
    assert town.outcome.exit_code == 0
    told = "\n".join(town.outcome.lines)
    assert f"published release 1.0.0: {town.data / 'releases' / '1.0.0'}" in told
    assert "invented" in told
    assert "warning" not in told
    assert town.versions == ["1.0.0"]
    assert read_json(town.data / "health.json")["state"] == "green"


def test_a_second_refresh_makes_nothing_and_says_so(town, tmp_path):
    work = copy_of(town, tmp_path / "data")
    before = made_files(work.data)
    again = refresh_town(work.data)
    assert again.outcome.exit_code == 0
    assert any(
        line.startswith("nothing new: no table, indicator, index or release was made; release 1.0.0 stands")
        for line in again.outcome.lines
    )
    # the service of OpenStreetMap tells no change: its present is read again, and that is all that is
    osm = next((work.data / "snapshots" / "osm_places_london").glob("*/data.json")).stat().st_size
    assert f"downloaded: {osm / 1e6:.1f} MB" in again.outcome.lines
    assert made_files(work.data) == before
    assert again.versions == ["1.0.0"]
    for folder in (work.data / "snapshots").iterdir():
        assert [line["status"] for line in observations(folder)] == ["new", "unchanged"]


def test_a_lost_table_is_made_again_the_same_without_a_new_release(town, tmp_path):
    work = copy_of(town, tmp_path / "data")
    before = made_files(work.data)
    next((work.data / "indicators").glob("disability_pct-*.parquet")).unlink()
    (work.data / "health.json").unlink()  # so that the refresh looks beyond the snapshots
    again = refresh_town(work.data)
    assert made_files(work.data) == before
    assert any(line.startswith("nothing new to publish; release 1.0.0 stands") for line in again.outcome.lines)


# ---- what changed


def test_new_data_make_a_new_version_that_says_which_sources_changed(town_twice):
    first, second = town_twice
    assert first.outcome.exit_code == second.outcome.exit_code == 0
    assert second.versions == ["1.0.0", "1.0.1"]  # values only: a patch
    assert second.release.name == "1.0.1"
    text = (second.release / "CHANGES.md").read_text("utf-8")
    sources = text.split("## Sources")[1].split("## ")[0]
    for stem in ("dfe_gias_current", "mhclg_brownfield_current", "gla_pubs_2022"):
        assert f"- {stem}: new content" in sources
    for stem in [*SAME_BUT_RUNTIME, "ons_census_health_2021"]:
        assert stem not in sources
    assert "(pubs_within_15_min): another value in " in text
    assert "(infrastructure_gap): another rank in the nation in " in text
    assert "- no change" in text.split("## Definitions")[1].split("## ")[0]
    assert "nothing to compare" in (second.data / "releases" / "1.0.0" / "CHANGES.md").read_text("utf-8")


def test_a_source_that_changed_only_in_its_run_time_keeps_its_snapshot(town_twice):
    data = town_twice[1].data
    for folder in sorted((data / "snapshots").iterdir()):
        lines = observations(folder)
        snapshots = {p.name for p in folder.iterdir() if p.is_dir()}
        changed = len({line["sha"] for line in lines}) > 1
        assert snapshots == {line["sha"] for line in lines}, folder.name  # both releases cite theirs
        if folder.name in SAME_BUT_RUNTIME:
            assert not changed
            assert [line["status"] for line in lines] == ["new", "unchanged"]
    shas = dict(town_twice[1].query("select source, sha256 from snapshot"))
    for stem in SAME_BUT_RUNTIME:
        assert shas[stem] == observations(data / "snapshots" / stem)[0]["sha"]


def test_what_did_not_change_was_not_made_again(town, town_twice):
    first, second = (read_json(t.data / "tables" / "ons_census_health_2021.json") for t in (town, town_twice[1]))
    assert first == second


def test_a_place_seen_on_both_dates_keeps_its_id(town_twice):
    second = town_twice[1]
    ids = []
    for version in ("1.0.0", "1.0.1"):
        with open_database(second.data / "releases" / version / "commonground.duckdb", read_only=True) as connection:
            ids.append(dict(connection.execute("select source || source_id, place_id from place_record").fetchall()))
    both = ids[0].keys() & ids[1].keys()
    assert len(both) > 500
    assert ids[0].keys() != ids[1].keys()
    assert all(ids[0][record] == ids[1][record] for record in both)


# ---- identical


def test_the_road_to_a_release_is_seen_in_what_happened_and_in_nothing_else(town, town_twice):
    """A DIR that held an older release first knows what came and went, and under which name a place was known; it tells
    the same of today as one that did not."""
    both = (town, town_twice[1])
    tables = {name: f"select * from {name} order by all" for name in NOT_ABOUT_PLACES}
    tables |= {
        "place_record": "select * exclude (place_id, outcome, rule, as_at) from place_record where kind != 'restaurant_or_cafe' order by source, source_id",
        # a cafe renamed between the dates is still the place that another list holds under the old name
        "neighbourhood_reach": "select * exclude (nearest_place_id, as_at) from neighbourhood_reach where kind not in ('cafe', 'sports_club') order by all",
        # a list without a date of its own is as of the day on which what it says was first seen; that cafe counts in the choice
        "indicator_value": "select * from indicator_value where indicator not in ('sports_clubs_within_15_min', 'sports_clubs_choice', 'everyday_choice') order by all",
    }
    tables |= {
        "index_score": "select * exclude (score, rank_shift_mean) from index_score order by area_code, index_name",
        "domain_score": "select * exclude (score) from domain_score order by area_code, index_name, domain",
    }
    for name, by in (("index_score", "area_code, index_name"), ("domain_score", "area_code, index_name, domain")):
        one, other = (t.frame(f"select score from {name} order by {by}") for t in both)
        assert np.allclose(one, other, rtol=0, atol=0.01, equal_nan=True), name
    for name, sql in tables.items():
        one, other = (t.frame(sql) for t in both)
        assert one.equals(other), name
    gone = [t.query("select coalesce(sum(n_places), 0) from place_event_count where kind = 'pub'")[0][0] for t in both]
    assert gone == [0, 6]


def test_two_dates_are_not_identical(town_twice):
    releases = town_twice[1].data / "releases"
    difference = compare(releases / "1.0.0", releases / "1.0.1")
    assert not difference.identical
    assert "table place differs" in difference.exact
    assert "table neighbourhood differs" not in difference.exact


# ---- rollback and area set


def test_a_rollback_stands_until_something_new_comes(town_twice, tmp_path):
    work = copy_of(town_twice[1], tmp_path / "data")
    assert rollback(work.data, "1.0.0") == "1.0.0"
    again = refresh_town(work.data, "2026-09-30")
    assert again.outcome.exit_code == 0
    assert again.release.name == "1.0.0"
    assert again.versions == ["1.0.0", "1.0.1"]
    assert rollback(work.data, "1.0.1") == "1.0.1"
    assert again.release.name == "1.0.1"


def test_a_rollback_is_held_to_what_was_published_and_not_to_checks_that_came_later(town_twice, tmp_path, monkeypatch):
    work = copy_of(town_twice[1], tmp_path / "data")
    later = read_checks() | {"came_later": "select 'breaks it'"}
    monkeypatch.setattr("pipelines.release.verify.read_checks", lambda: later)
    assert [f.check for f in verify(work.data / "releases" / "1.0.0") if not f.passed] == ["came_later"]
    assert rollback(work.data, "1.0.0") == "1.0.0"
    (work.data / "releases" / "1.0.1" / "REPORT.md").write_text("another", "utf-8")
    with pytest.raises(Problem, match="file_not_as_published"):
        rollback(work.data, "1.0.1")


def run(*arguments: str):
    return CliRunner().invoke(main, list(arguments))


def test_a_version_that_is_not_kept_cannot_be_rolled_back_to(town, tmp_path, clean_environment):
    work = copy_of(town, tmp_path / "data")
    result = run("rollback", "9.9.9", "--data", str(work.data))
    assert result.exit_code == 2
    assert "release 9.9.9 is not kept" in result.output
    assert work.release.name == "1.0.0"


def test_another_area_set_in_the_same_folder_is_wrong_usage(town, clean_environment):
    before = files_of(town.data / "releases")
    result = run("refresh", "--quiet", "--area", "Hackney", "--data", str(town.data))
    assert result.exit_code == 2
    assert "cannot also publish Hackney" in result.output
    assert "--data" in result.output
    assert read_json(town.data / "scope.json")["geography"] == "sample_town"
    assert files_of(town.data / "releases") == before


def test_a_date_without_a_recording_is_wrong_usage_and_writes_nothing(tmp_path, clean_environment):
    result = run("refresh", "--quiet", "--sample-date", "1999-01-01", "--data", str(tmp_path / "data"))
    assert result.exit_code == 2
    assert "2026-09-30" in result.output
    assert not (tmp_path / "data" / "releases").exists()


def test_check_passes_on_a_good_release_and_fails_on_a_damaged_one(town, tmp_path, clean_environment):
    work = copy_of(town, tmp_path / "data")
    assert run("check", "--data", str(work.data)).exit_code == 0
    csv = next((work.release / "csv").rglob("*.csv"))
    csv.write_bytes(csv.read_bytes() + b"x")
    result = run("check", "--data", str(work.data))
    assert result.exit_code == 1
    assert csv.name in result.output
    assert run("check", "--max-age", "0", "--data", str(town.data)).exit_code == 1


def test_settings_come_from_flags_before_the_environment(tmp_path, clean_environment):
    clean_environment.setenv("COMMONGROUND_DATA", str(tmp_path / "env"))
    clean_environment.setenv("COMMONGROUND_MIRROR", "http://mirror.example/")
    assert Settings.read().data == tmp_path / "env"
    settings = Settings.read(data=str(tmp_path / "flag"), areas=("Hackney",), offline=False)
    assert settings.data == tmp_path / "flag"
    assert settings.mirror == "http://mirror.example"
    assert settings.areas == ("Hackney",)
    assert settings.environment()["DAGSTER_HOME"] == str(tmp_path / "flag")


# ---- what a release is


def test_the_release_holds_the_tables_of_the_contract_and_none_is_empty(town):
    found = {row[0] for row in town.query("select table_name from duckdb_tables() where not internal")}
    assert found == TABLES | OURS | MAY_BE_EMPTY
    assert {row[0] for row in town.query("select view_name from duckdb_views() where not internal")} == {
        "neighbourhood_profile",
        "start_here",
    }
    for name in found - MAY_BE_EMPTY:
        assert town.query(f"select count(*) from {name}")[0][0] > 0, f"{name} is empty: it should be absent"


def test_the_contract_s_columns_are_there_in_name(town):
    wanted = {
        "indicator_value": "area_code indicator value as_at coverage null_reason",
        "domain_score": "area_code index_name domain score rank_nation weight_observed",
        "index_score": "area_code index_name score rank_nation rank_region rank_authority decile_nation rank_low rank_high "
        "rank_median worst_decile_share rank_shift_mean spread_scope weight_observed evidence_grade null_reason",
        "neighbourhood_place": "area_code place_id kind distance_m minutes rule",
        "place_loss": "place_id kind residents_only residents_nearest extra_m extra_minutes residents_nearest_highest_tenth",
        "neighbourhood": "area_code area_name authority_code authority_name region_code region_name nation_code population",
    }
    for table, columns in wanted.items():
        found = {row[0] for row in town.query(f"describe {table}")}
        assert set(columns.split()) <= found, table
    assert {row[0] for row in town.query("select distinct index_name from index_score")} >= {
        "hardship",
        "infrastructure_gap",
        "ownership_opportunity",
    }
    assert town.query("select distinct coverage from indicator_value order by 1") == [
        ("observed",),
        ("partial",),
        ("unknown",),
    ]


def test_every_table_and_column_has_a_comment(town):
    silent = town.query("""
        select table_name, '' from duckdb_tables() where not internal and comment is null
        union all select view_name, '' from duckdb_views() where not internal and comment is null
        union all select table_name, column_name from duckdb_columns() where not internal and comment is null""")
    assert silent == []
    listed = set(
        town.query("select table_name, column_name from column_dictionary where table_name != 'column_dictionary'")
    )
    present = set(
        town.query(
            "select table_name, column_name from duckdb_columns() where not internal and table_name != 'column_dictionary'"
        )
    )
    assert listed == present


def test_ranks_deciles_and_reasons_hold_together(town):
    rows = town.frame("select * from index_score")
    hardship = rows[rows["index_name"] == "hardship"].sort_values("score", ascending=False)
    assert hardship["rank_nation"].tolist() == sorted(hardship["rank_nation"])
    assert hardship["rank_nation"].min() == 1
    n = len(hardship)
    assert (hardship["decile_nation"] == -(-10 * hardship["rank_nation"] // n)).all()
    assert (hardship["rank_low"] <= hardship["rank_high"]).all()
    assert rows["worst_decile_share"].dropna().between(0, 1).all()
    assert (rows["score"].isna() == rows["null_reason"].notna()).all()
    assert set(rows["evidence_grade"].dropna()) <= set("ABCD")


def test_sample_codes_and_texts_say_that_they_are_invented(town):
    assert all(code.startswith("S99") for (code,) in town.query("select area_code from neighbourhood"))
    assert town.query("select is_invented from release") == [(True,)]
    assert "invented" in (town.release / "REPORT.md").read_text("utf-8").lower()


def test_the_data_package_is_valid_and_its_hashes_match(town):
    descriptor = json.loads((town.release / "datapackage.json").read_text("utf-8"))
    package = frictionless.Package.from_descriptor(descriptor, basepath=str(town.release))
    assert list(frictionless.Package.metadata_validate(descriptor)) == []
    assert len(package.resources) == len(descriptor["resources"])
    present = {str(p.relative_to(town.release)) for p in town.release.rglob("*") if p.is_file()} - {"datapackage.json"}
    assert {resource["path"] for resource in descriptor["resources"]} == present
    for resource in descriptor["resources"]:
        body = (town.release / resource["path"]).read_bytes()
        assert resource["hash"] == "sha256:" + hashlib.sha256(body).hexdigest()
        assert resource["bytes"] == len(body)
        assert resource["licenses"]


def test_the_csv_files_fit_the_schema_that_the_package_gives_them(town):
    descriptor = json.loads((town.release / "datapackage.json").read_text("utf-8"))
    tables = [r for r in descriptor["resources"] if r["path"].endswith(".csv")]
    assert len(tables) == 3
    report = frictionless.Package.from_descriptor(
        {**descriptor, "resources": tables}, basepath=str(town.release)
    ).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "note"])[:5]


def test_map_files_carry_ids_licence_attribution_and_the_caution(town):
    for path in sorted((town.release / "geojson").rglob("*.geojson")):
        collection = orjson.loads(path.read_bytes())
        assert collection["type"] == "FeatureCollection"
        assert collection["licence"]
        assert collection["attribution"]
        assert "areas, not the people" in collection["caution"]
        ids = [feature["id"] for feature in collection["features"]]
        assert len(set(ids)) == len(ids)
        assert all(feature["id"] in feature["properties"].values() for feature in collection["features"])
    whole = orjson.loads((town.release / "geojson" / "neighbourhoods.geojson").read_bytes())["features"]
    assert len(whole) == 150
    parts = [orjson.loads(p.read_bytes())["features"] for p in (town.release / "geojson" / "by_authority").iterdir()]
    assert sorted(f["id"] for part in parts for f in part) == sorted(f["id"] for f in whole)


def test_a_release_that_breaks_a_check_is_found_out(town, tmp_path):
    work = copy_of(town, tmp_path / "data")
    assert all(finding.passed for finding in verify(work.release))
    with open_database(work.release / "commonground.duckdb") as connection:
        connection.execute("update indicator_value set null_reason = null where value is null")
        connection.execute("update index_score set weight_observed = 1.5 where area_code = 'S99000001'")
    broken = {finding.check for finding in verify(work.release) if not finding.passed}
    assert broken == {"null_without_reason", "share_out_of_range", "file_not_as_published"}
