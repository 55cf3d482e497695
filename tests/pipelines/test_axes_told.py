"""Axes are told by what they were counted from; a field that is null everywhere is in no map and no sheet, and is named."""

import csv
import json
import shutil

import pytest
from fixtures.making import Town

from pipelines.answers.area import profile
from pipelines.answers.area.profile_text import text_of
from pipelines.answers.lookup import look_up
from pipelines.release.database import open_database, open_release

INDEX = "ownership_opportunity"


def asked(town: Town, area: str) -> dict:
    with open_release(town.release) as connection:
        return profile.profile(connection, look_up(connection, area))


def ownership(sheet: dict) -> dict:
    return next(index for index in sheet["indices"] if index["index_name"] == INDEX)


def test_a_share_is_told_by_what_it_was_counted_from(town):
    sql = "select area_code, n_counted, n_of from indicator_value where indicator = 'community_run_libraries_pct' and value = 100 and n_of = 1"
    code, counted, of = town.query(f"{sql} order by area_code")[0]
    sheet = asked(town, code)
    domain = next(d for d in ownership(sheet)["domains"] if d["domain"] == "community_ownership")
    member = next(m for m in domain["members"] if m["member"] == "community_run_libraries_pct")
    assert (member["n_counted"], member["n_of"], member["counted_in"]) == (counted, of, "library")
    said = " ".join(text_of(sheet).split())
    assert f"{member['title']}: 1 of 1 library" in said
    assert f"{member['title']}: 100" not in said


def test_counts_bear_out_the_share(town):
    rows = town.query("""
        select indicator, value, n_counted, n_of from indicator_value
        where n_of is not null and abs(coalesce(100.0 * n_counted / nullif(n_of, 0), 0) - value) > 1e-9""")
    assert rows == []
    assert town.query("select count(*) from indicator_value where value is null and (n_counted is not null or n_of is not null)") == [(0,)]  # fmt: skip


def test_an_axis_says_how_much_of_it_is_known_and_a_score_what_it_lacks(town):
    code = town.query("""
        select area_code from domain_score join index_score using (area_code, index_name)
        where index_name = 'ownership_opportunity' and domain = 'stock' and n_known = 2 order by area_code""")[0][0]
    sheet = asked(town, code)
    index = ownership(sheet)
    stock = next(d for d in index["domains"] if d["domain"] == "stock")
    assert (stock["n_known"], stock["n_members"], stock["n_needed"]) == (2, 3, 3)
    assert stock["score"] is not None  # the axis stands
    assert index["score"] is None
    said = " ".join(text_of(sheet).split())
    assert "2 of the 3 kinds needed are known of land and buildings of an owner who may let go" in said
    assert f"{stock['title']} (2 of 3 known; axis at" in said


def test_a_label_that_rests_on_need_alone_says_so(town):
    alone = town.query("select area_code from typology where rests_on = 'need' order by area_code")
    more = town.query("select area_code from typology where rests_on = 'need, signs' order by area_code")
    for rows, is_said in ((alone, True), (more, False)):
        for (code,) in rows[:1]:
            assert ("This rests on need alone" in text_of(asked(town, code))) is is_said
    assert more


# ---- what is null everywhere


@pytest.fixture(scope="module")
def left_out(town) -> dict[str, list[str]]:
    told = town.query("select fields_left_out from release")[0][0]
    parts = (part.split(": ") for part in told.split("; "))
    return {name: fields.split(", ") for name, fields in parts}


def test_every_field_of_a_map_has_a_value_somewhere_and_the_others_are_named(town, left_out):
    for name, columns in (("neighbourhoods", "neighbourhood_profile"), ("opportunities", "opportunity")):
        features = json.loads((town.release / "geojson" / f"{name}.geojson").read_bytes())["features"]
        fields = set(features[0]["properties"])
        assert {field for field in fields if all(f["properties"][field] is None for f in features)} == set()
        described = {*(row[0] for row in town.query(f"describe {columns}")), *left_out.get(columns, [])}
        assert set(left_out.get(name, [])) <= described - fields
    assert "opportunities" in left_out


def test_a_sheet_has_the_same_fields_in_every_authority_and_the_package_describes_them(town, left_out):
    described = {row[0] for row in town.query("describe neighbourhood_profile")}
    package = json.loads((town.release / "datapackage.json").read_text("utf-8"))
    schemas = {r["path"]: [f["name"] for f in r["schema"]["fields"]] for r in package["resources"] if "schema" in r}
    headings = {}
    for path in sorted((town.release / "csv" / "by_authority").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            headings[path.relative_to(town.release).as_posix()] = next(csv.reader(file))
    assert headings == schemas
    assert len({tuple(heading) for heading in headings.values()}) == 1
    assert set(next(iter(headings.values()))) == described
    assert not described & set(left_out["neighbourhood_profile"])


# ---- the law, where a release tells it


def test_a_candidate_tells_the_legal_state_of_its_place_where_the_release_has_one(town, tmp_path):
    copy = tmp_path / "release"
    copy.mkdir()
    shutil.copy(town.release / "commonground.duckdb", copy)
    place, area = town.query("select place_id, area_code from opportunity where what = 'to_transfer'")[0]
    with open_database(copy / "commonground.duckdb") as connection:
        connection.execute("update opportunity set legal_state = 'interim_moratorium', legal_next_date = '2026-12-01', legal_next_words = 'Last day to ask.' where place_id = ?", [place])  # fmt: skip
    with open_release(copy) as connection:
        sheet = profile.profile(connection, look_up(connection, area))
    row = next(row for row in sheet["opportunities"] if row["place_id"] == place)
    assert (row["legal_state"], row["legal_next_words"]) == ("interim_moratorium", "Last day to ask.")
    assert "by law: interim moratorium, next on 1 December 2026 (Last day to ask)" in " ".join(text_of(sheet).split())
