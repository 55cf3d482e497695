"""Place ids: given once, kept through merges and new editions, the same on every road to them."""

import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from fixtures.making import refresh_town
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.core.step import run
from pipelines.places.identity import COLUMNS, fold, is_readable, new_id, nothing, place_identity_step, present_ids
from pipelines.release.database import open_database

SERIES = {"lib22": "lib", "lib23": "lib"}


def look(known: pd.DataFrame, *groups: list[str], day: str = "2026-01-01", parted=frozenset()) -> pd.DataFrame:
    """One more look, at records `source|id`, each group told as a list of them."""
    rows = [(record, group[0]) for group in groups for record in group]
    told = pd.DataFrame(rows, columns=["record", "leader"]).astype("str")
    parts = told["record"].str.split("|", expand=True)
    seen = pd.DataFrame(
        {"record": told["record"], "source": parts[0], "source_id": parts[1], "first_seen": day, "last_seen": day}
    )
    return fold(known, told, seen.astype("str"), SERIES, parted)


def test_a_new_place_gets_the_id_of_its_first_record_and_the_same_everywhere():
    first = look(nothing(), ["a|1", "b|1"], ["a|2"])
    assert list(first.columns) == COLUMNS
    assert first["superseded_by"].isna().all()
    ids = present_ids(first)
    assert ids["a|1"] == ids["b|1"] in (new_id("a|1"), new_id("b|1"))
    assert ids["a|2"] == new_id("a|2")
    again = look(nothing(), ["a|2"], ["b|1", "a|1"])
    pd.testing.assert_frame_equal(first, again)


def test_a_record_seen_before_keeps_its_place_whoever_joins_it():
    first = look(nothing(), ["b|1"])
    second = look(first, ["a|0", "b|1", "c|9"], day="2026-02-01")
    assert set(present_ids(second)) == {new_id("b|1")}
    assert second.set_index("source").loc["b", ["first_seen", "last_seen"]].tolist() == ["2026-01-01", "2026-02-01"]


def test_a_record_that_is_not_seen_keeps_its_place_and_its_last_day():
    second = look(look(nothing(), ["a|1"], ["b|1"]), ["a|1"], day="2026-02-01")
    assert present_ids(second)["b|1"] == new_id("b|1")
    assert second.set_index("source")["last_seen"].to_dict() == {"a": "2026-02-01", "b": "2026-01-01"}
    third = look(second, ["a|1"], ["b|1"], day="2026-03-01")
    assert present_ids(third)["b|1"] == new_id("b|1")


def test_a_merge_keeps_the_oldest_and_points_the_other_at_it():
    first = look(nothing(), ["b|1"])
    second = look(first, ["b|1"], ["a|1"], day="2026-02-01")
    third = look(second, ["a|1", "b|1"], day="2026-03-01")
    old, young = new_id("b|1"), new_id("a|1")
    by_id = third.set_index("place_id")["superseded_by"]
    assert by_id[young] == old
    assert pd.isna(by_id[old])
    assert present_ids(third).to_dict() == {"b|1": old, "a|1": old}
    assert set(third["place_id"]) == {old, young}  # neither is forgotten


def test_merges_of_merges_are_followed_to_their_end():
    known = look(nothing(), ["c|1"])
    known = look(known, ["b|1"], ["c|1"], day="2026-02-01")
    known = look(known, ["a|1"], ["b|1"], ["c|1"], day="2026-03-01")
    known = look(known, ["a|1", "b|1"], ["c|1"], day="2026-04-01")
    known = look(known, ["a|1", "b|1", "c|1"], day="2026-05-01")
    assert set(present_ids(known)) == {new_id("c|1")}
    pd.testing.assert_frame_equal(look(known, ["a|1", "b|1", "c|1"], day="2026-05-01"), known)


def test_a_group_that_parts_stays_one_place_until_someone_says_otherwise():
    first = look(nothing(), ["a|1", "b|1"])
    ids = present_ids(look(first, ["a|1"], ["b|1"], day="2026-02-01"))
    assert ids["a|1"] == ids["b|1"]


@pytest.mark.parametrize("leaver", ["a|1", "b|1"])
def test_a_record_that_a_correction_parts_has_a_place_of_its_own(leaver):
    """Also the record that the place has its id from: the others stay where they are."""
    first = look(nothing(), ["a|1", "b|1", "c|1"])
    place = present_ids(first)["c|1"]
    stay = [record for record in ("a|1", "b|1", "c|1") if record != leaver]
    second = look(first, stay, [leaver], day="2026-02-01", parted={leaver})
    ids = present_ids(second)
    assert ids[stay].tolist() == [place] * 2
    assert ids[leaver] != place
    third = look(second, stay, [leaver], day="2026-03-01", parted={leaver})
    assert present_ids(third).to_dict() == ids.to_dict()


def test_a_later_edition_of_a_list_keeps_the_place():
    first = look(nothing(), ["lib22|h"])
    second = look(first, ["lib23|h"], ["other|h"], day="2026-02-01")
    ids = present_ids(second)
    assert ids["lib23|h"] == ids["lib22|h"] == new_id("lib22|h")
    assert ids["other|h"] == new_id("other|h")


GROUPS = st.lists(st.sets(st.integers(0, 7), min_size=1, max_size=4), min_size=1, max_size=5)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.lists(GROUPS, min_size=1, max_size=4))
def test_whatever_is_conflated_a_record_has_one_place_that_stands(looks):
    known = nothing()
    for month, groups in enumerate(looks, start=1):
        left, told = set(range(8)), []
        for members in groups:
            told.append(sorted(f"s{n % 3}|{n}" for n in members & left))
            left -= members
        known = look(known, *filter(None, told), day=f"2026-{month:02}-01")
        ids = present_ids(known)
        assert ids.index.is_unique
        for members in filter(None, told):
            assert ids[members].nunique() == 1
        ends = known[known["superseded_by"].isna()].groupby("place_id").size()
        assert set(ids) <= set(ends.index)  # what stands is superseded by nothing
        before = known
    pd.testing.assert_frame_equal(before, known)


# ---- through refreshes


def test_ids_stand_from_one_date_to_the_next(town, town_twice):
    (first, second) = (pd.read_parquet(t.data / "identity.parquet") for t in (town, town_twice[1]))
    both = present_ids(second)
    assert both.notna().all()
    assert len(second) > 500
    # the town fixture saw the second date alone: same records, so mostly the same ids; none of its own is unknown there
    assert set(present_ids(first).index) <= set(both.index)


def test_a_lost_identity_file_is_rebuilt_by_going_through_every_look_again(town_twice, tmp_path):
    before = pd.read_parquet(town_twice[1].data / "identity.parquet")
    data = tmp_path / "data"
    shutil.copytree(town_twice[1].data, data, symlinks=True)
    (data / "identity.parquet").unlink()
    shutil.rmtree(data / "places")
    (data / "health.json").unlink()
    refresh_town(data, "2026-09-30")
    after = pd.read_parquet(data / "identity.parquet")
    pd.testing.assert_frame_equal(after, before)


def test_a_lost_identity_file_alone_is_rebuilt_too(town_twice, tmp_path):
    before = pd.read_parquet(town_twice[1].data / "identity.parquet")
    data = tmp_path / "data"
    shutil.copytree(town_twice[1].data, data, symlinks=True)
    (data / "identity.parquet").unlink()
    (data / "health.json").unlink()
    again = refresh_town(data, "2026-09-30")
    pd.testing.assert_frame_equal(pd.read_parquet(data / "identity.parquet"), before)
    assert again.versions == town_twice[1].versions  # and nothing new is published


def test_going_back_to_the_first_date_brings_its_places_back(town_twice, tmp_path):
    """A list that holds again what it held before: the present is what it holds now, under the ids it had."""
    data = tmp_path / "data"
    shutil.copytree(town_twice[1].data, data, symlinks=True)
    again = refresh_town(data, "2026-03-31")
    sql = "select source || '|' || source_id, place_id from place_record where source not like 'osm%' order by 1"
    with open_database(data / "releases" / "1.0.0" / "commonground.duckdb", read_only=True) as connection:
        first = connection.execute(sql).fetchall()
    assert again.query(sql) == first


@pytest.mark.parametrize("damage", ["cut short", "another file", "another table"])
def test_a_damaged_identity_file_is_moved_aside_and_rebuilt(town, tmp_path, caplog, damage):
    data = tmp_path / "data"
    for name in ("tables", "places", "snapshots"):
        shutil.copytree(town.data / name, data / name)
    shutil.copy(town.data / "scope.json", data)
    path = Path(shutil.copy(town.data / "identity.parquet", data))
    kept = pd.read_parquet(path)
    if damage == "another table":
        kept.rename(columns={"place_id": "id"}).to_parquet(path)
    else:
        path.write_bytes(path.read_bytes()[:-100] if damage == "cut short" else b"not a table")
    assert not is_readable(path)
    run(place_identity_step(replace(town, data=data, settings=replace(town.settings, data=data)).workspace()), data)
    pd.testing.assert_frame_equal(pd.read_parquet(path), kept)
    assert "identity.parquet is damaged and was moved to" in caplog.text
    assert len(list((data / "damaged").glob("identity.parquet.*"))) == 1
