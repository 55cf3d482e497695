"""A licence's flags decide what leaves where: a second share-alike licence, and a source that clears less than before."""

import shutil

import orjson
import pytest
from fixtures.making import Town, refresh_town

from pipelines.register import workspace as workspaces
from pipelines.register.licence import Licence
from pipelines.register.licensing import shared, together
from pipelines.register.register import DEFINITIONS, SOURCES, read_register
from pipelines.release.database import open_database
from pipelines.release.verify import verify

SECOND = "gla_community_centres_2022"  # under the made-up licence
CLOSED = "gla_lgbt_venues_2022"  # clears counts only, and cleared rows before
MADE_UP = """
made_up:
  title: Made-up Licence 2.0
  url: https://licence.example/
  publish: rows
  share_alike: true
"""


@pytest.fixture(scope="module")
def changed(town, tmp_path_factory) -> Town:
    """The town's DIR refreshed again, after the licence of one source and what another clears have changed."""
    folder = tmp_path_factory.mktemp("changed")
    for name, whole in (("sources", SOURCES), ("definitions", DEFINITIONS)):
        shutil.copytree(whole, folder / name)
    licences = folder / "definitions" / "licences.yml"
    licences.write_text(licences.read_text("utf-8") + MADE_UP)
    for stem, key, value in (
        (SECOND, "licence: ogl3", "licence: made_up"),
        (CLOSED, "publish: rows", "publish: aggregates"),
    ):
        path = folder / "sources" / f"{stem}.yml"
        assert key in path.read_text("utf-8")
        path.write_text(path.read_text("utf-8").replace(key, value))
    shutil.copytree(town.data, folder / "data", symlinks=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            workspaces,
            "read_register",
            lambda geography: read_register(geography, folder / "sources", folder / "definitions"),
        )
        again = refresh_town(folder / "data")
    assert again.outcome.exit_code == 0, again.outcome.lines
    assert len(again.versions) == len(town.versions) + 1
    return again


def collection(town: Town, name: str) -> dict:
    return orjson.loads((town.release / "geojson" / f"{name}.geojson").read_bytes())


def rows_of(town: Town, name: str) -> list[dict]:
    return [feature["properties"] for feature in collection(town, name)["features"]]


def test_a_source_that_clears_less_is_published_without_its_rows(town, changed):
    for table in (
        "place where name_source =",
        "place_record where source =",
        "place_kind where contains(sources, $1) and '' !=",
    ):
        sql = f"select count(*) from {table} ?".replace("!= ?", "!= $1").replace("= ?", "= $1")
        assert town.query(sql, CLOSED)[0][0] > 0, table
        assert changed.query(sql, CLOSED) == [(0,)], table


def test_a_second_share_alike_licence_has_files_of_its_own_and_nothing_of_it_is_in_another(changed):
    labels = {label for (label,) in changed.query("select distinct licence from place where is_in_areas_asked")}
    assert {"ogl3", "odbl", "made_up"} <= labels
    files = {p.stem for p in (changed.release / "geojson").glob("places_*.geojson")}
    assert files == {f"places_{'ogl' if label == 'ogl3' else label.replace('+', '_')}" for label in labels}
    rests = {
        p
        for (p,) in changed.query(
            "select place_id from place where $1 in (name_source, point_source, owner_source, run_by_source)", SECOND
        )
    }
    assert rests
    for label in ("ogl3", "odbl"):
        rows = rows_of(changed, f"places_{'ogl' if label == 'ogl3' else label}")
        assert rows
        assert not {row["place_id"] for row in rows} & rests
        assert {row["licence"] for row in rows} == {label}
        assert not {"n_records", "kinds", "as_at"} & set(rows[0])  # worked out over records of both licences
    assert {row["place_id"] for row in rows_of(changed, "places")} == {
        row["place_id"] for name in files for row in rows_of(changed, name)
    }


def test_what_is_worked_out_over_share_alike_rows_says_so(changed):
    everything = "Open Database Licence 1.0 and Made-up Licence 2.0"
    assert dict(changed.query("select index_name, licence from index_method"))["hardship"] == "ogl3"
    assert dict(changed.query("select index_name, licence from index_method"))["infrastructure_gap"] == "odbl+made_up"
    assert dict(changed.query("select indicator, licence from indicator"))["nearest_school_m"] == "ogl3"
    for name in ("neighbourhoods", "places"):
        assert collection(changed, name)["licence"] == everything
    marked = collection(changed, "neighbourhoods")["licence_of_columns"]
    free, other = (
        part.split(": ")[1].split(", ") for part in sorted(marked.split("; "), key=lambda p: everything in p)
    )
    assert "hardship_score" in free
    assert "infrastructure_gap_score" in other
    assert not any(name.startswith(("infrastructure", "ownership")) for name in free)
    assert "Made-up" not in collection(changed, "places_ogl")["licence"]
    assert "OpenStreetMap" in collection(changed, "places")["attribution"]
    assert "OpenStreetMap" not in collection(changed, "places_ogl")["attribution"]
    assert "Made-up Licence 2.0" in changed.query("select licence from release")[0][0]
    package = orjson.loads((changed.release / "datapackage.json").read_bytes())
    under = {r["path"]: " and ".join(told["title"] for told in r["licenses"]) for r in package["resources"]}
    assert under["commonground.duckdb"] == under["csv/by_authority/S99600001.csv"] == everything
    assert under["parquet/places_ogl.parquet"] == "Open Government Licence v3.0"


def test_a_row_marked_with_less_than_it_rests_on_is_found_out(changed, tmp_path):
    shutil.copytree(changed.release, tmp_path / "release")
    with open_database(tmp_path / "release" / "commonground.duckdb") as connection:
        connection.execute("update place set licence = 'ogl3' where licence = 'made_up'")
    broken = {finding.check for finding in verify(tmp_path / "release") if not finding.passed}
    assert broken == {"row_under_wrong_licence", "licences_mixed", "file_not_as_published", "layer_not_of_the_release"}


def test_labels_put_together():
    plain = {"title": "t", "url": "u", "publish": "rows"}
    licences = {key: Licence(**plain, share_alike=key > "b") for key in "abcd"}
    assert together(licences, ["b", "a"]) == "a"
    assert together(licences, ["a", "d"]) == "d"
    assert together(licences, ["d", "a", "c"]) == together(licences, ["c+d", "b"]) == "c+d"
    assert together(licences, []) == "a"
    assert shared(licences, "c+d") == {"c", "d"}
    assert shared(licences, "a") == set()
