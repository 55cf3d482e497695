"""Good lines of corrections.csv, applied by a refresh: beside the source's value, and nothing else is made again."""

import shutil
from dataclasses import replace

import pandas as pd
import pytest
from fixtures.making import Town, refresh_town

from pipelines.places.corrections import FILE

HEAD = "place_or_record,field_or_event,value,reason,evidence,date\n"
WHY = "told by the ward,letter of 3 May,2026-05-03"


def copied(town: Town, folder) -> Town:
    shutil.copytree(town.data, folder, symlinks=True)
    return replace(town, data=folder, settings=replace(town.settings, data=folder))


def steps(data, layer: str) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in sorted((data / layer).glob("*.json"))}


@pytest.fixture(scope="module")
def shut(town, tmp_path_factory):
    """The town with one theatre said to be closed: what was made before, and the town after."""
    work = copied(town, tmp_path_factory.mktemp("corrected") / "data")
    (theatre,) = work.query("select place_id from place_kind where kind = 'theatre' and is_counted order by 1 limit 1")[
        0
    ]
    before = {layer: steps(work.data, layer) for layer in ("tables", "reach", "indicators")}
    (work.data / FILE).write_text(f"{HEAD}{theatre},status,closed,{WHY}\n")
    return theatre, before, refresh_town(work.data)


def test_a_place_that_a_correction_closes_counts_no_more(town, shut):
    theatre, _, after = shut
    assert after.query("select status from place where place_id = ?", theatre) == [("closed",)]
    assert after.query("select bool_or(is_counted) from place_kind where place_id = ?", theatre) == [(False,)]
    assert after.query("select count(*) from neighbourhood_place where place_id = ?", theatre) == [(0,)]
    assert town.query("select count(*) from neighbourhood_place where place_id = ?", theatre) != [(0,)]


def test_it_stands_beside_what_the_source_says(shut):
    theatre, _, after = shut
    told = after.query("select line, place_id, field, value, source_value, state, evidence from correction")
    assert told == [(2, theatre, "status", "closed", "open", "applied", "letter of 3 May")]


def test_the_changes_name_it(shut):
    theatre, _, after = shut
    section = (after.release / "CHANGES.md").read_text("utf-8").split("## Corrections")[1].split("## ")[0]
    assert theatre in section
    assert "closed" in section


def test_only_what_it_touches_is_made_again(shut):
    """Content of other kinds is as it was, so no other reach, and no indicator of other kinds, is made again; but the share of
    homes, and tenure, of all kinds together."""
    _, before, after = shut
    register = after.workspace().register
    now = {layer: steps(after.data, layer) for layer in before}
    assert now["tables"] == before["tables"]
    assert {kind for kind in now["reach"] if now["reach"][kind] != before["reach"].get(kind)} == {
        "theatre", "theatre.errors", "homes", "tenure",
    }  # fmt: skip
    remade = {name for name in now["indicators"] if now["indicators"][name] != before["indicators"].get(name)}
    reads = {n for n, i in register.indicators.items() if "theatre" in i.kinds}
    assert remade <= reads | {f"{name}.errors" for name in reads} | {"with_errors"}
    assert "culture_kinds_within_15_min" in remade


@pytest.fixture(scope="module")
def corrected(town, tmp_path_factory):
    """The town with one good line of every kind: the places they name, and the town after."""
    work = copied(town, tmp_path_factory.mktemp("all_corrected") / "data")
    one = lambda sql: work.query(f"{sql} order by 1 limit 1")[0][0]  # noqa: E731
    several = "select place_id from record_match group by place_id having count(*) = 1"
    named = {
        "renamed": one("select place_id from place where kind = 'museum'"),
        "record": one(f"select source || '|' || source_id from place_record where kind = 'cafe' and place_id not in ({several})"),
        "owned": one("select place_id from place where kind = 'cinema'"),
        "run": one("select p.place_id from place p join place_kind k using (place_id) where k.kind = 'library' and k.is_counted and p.run_by = 'council'"),
        "moved": one("select place_id from place where kind = 'school' and is_in_areas_asked"),
        "turned": one("select place_id from place where kinds = 'music_venue'"),
        "shut": one("select place_id from place where kinds = 'arts_centre' and status = 'open'"),
        "known": one("select place_id from place where run_by = 'community'"),
        "parted": one(f"select source_b || '|' || source_id_b from record_match join place using (place_id) where kind = 'community_centre' and place_id in ({several}) and source_b = 'osm_places_england' and source_a != source_b"),
    }  # fmt: skip
    first, second = (
        row[0] for row in work.query("select place_id from place where kinds = 'cafe' order by 1 desc limit 2")
    )
    named |= {"kept": first, "joined": second}
    named["area"], x, y = work.query("select area_code, longitude, latitude from neighbourhood order by 1 limit 1")[0]
    lines = [
        f"{named['renamed']},name,The Museum of Nothing", f"{named['record']},name,Kettle & Spoon", f"{named['owned']},owner_kind,community",
        f"{named['run']},run_by,community", f'{named["moved"]},point,"{x} {y}"', f"{named['turned']},kind,theatre",
        f"{named['shut']},closed,2024-05", f"{named['joined']},same_place_as,{named['kept']}", f"{named['parted']},own_place,yes",
        f"{named['known']},run_by,community",
    ]  # fmt: skip
    (work.data / FILE).write_text(HEAD + "".join(f"{line},{WHY}\n" for line in lines))
    return named, refresh_town(work.data)


def test_names_owners_and_who_runs_a_place_are_the_operator_s_word(corrected):
    named, after = corrected
    of = lambda what, columns: after.query(f"select {columns} from place where place_id = ?", named[what])  # noqa: E731
    assert of("renamed", "name, name_source") == [("The Museum of Nothing", FILE)]
    assert of("owned", "owner_kind, owner_source") == [("community", FILE)]
    assert of("run", "run_by, run_by_source") == [("community", FILE)]
    source, _, record = named["record"].partition("|")
    told = after.query(
        "select r.name, p.name from place_record r join place p using (place_id) where source = ? and source_id = ?",
        source,
        record,
    )
    assert told[0][0] != "Kettle & Spoon"  # the record is the publisher's
    assert told[0][1] == "Kettle & Spoon"


def test_a_library_that_a_community_runs_counts_as_one(town, corrected):
    named, after = corrected
    sql = "select is_counted from place_kind where kind = 'community_run_library' and place_id = ?"
    assert (town.query(sql, named["run"]), after.query(sql, named["run"])) == ([], [(True,)])


def test_a_place_stands_where_the_operator_says(town, corrected):
    named, after = corrected
    told = after.query("select area_code, point_source, point_quality from place where place_id = ?", named["moved"])
    assert told == [(named["area"], FILE, "premises")]
    sql = "select distance_m from neighbourhood_place where place_id = ? and area_code = ?"
    assert after.query(sql, named["moved"], named["area"])[0][0] < 1


def test_a_place_of_another_kind_counts_as_that_and_no_more_as_the_first(corrected):
    named, after = corrected
    assert after.query("select kind, is_counted from place_kind where place_id = ?", named["turned"]) == [
        ("theatre", True)
    ]
    counted = after.query("select distinct kind from neighbourhood_place where place_id = ?", named["turned"])
    assert counted == [("theatre",)]


def test_a_closing_told_by_hand_is_a_confirmed_event(corrected):
    named, after = corrected
    told = after.query("select event, is_confirmed, since::text, precision, kind, evidence from place_event where place_id = ? and event = 'closed'", named["shut"])  # fmt: skip
    assert [row[:4] for row in told] == [("closed", True, "2024-05-01", "month")]
    assert told[0][4] == "arts_centre"
    assert after.query("select status from place where place_id = ?", named["shut"]) == [("closed",)]
    counts = "select kind from place_kind where place_id = ? and is_counted"
    assert after.query(counts, named["shut"]) == [("closed_place",)]  # as stock, and no more as somewhere to go


def test_two_places_said_to_be_one_are_one_and_its_id_is_kept(town, corrected):
    named, after = corrected
    both = {named["kept"], named["joined"]}
    left = {row[0] for row in after.query("select place_id from place")} & both
    assert len(left) == 1
    records = "select source, source_id from place_record where place_id in (?, ?) order by all"
    assert after.query(records, *both) == town.query(records, *both)
    identity = pd.read_parquet(after.data / "identity.parquet")
    (gone,) = both - left
    assert set(identity.loc[identity["place_id"] == gone, "superseded_by"]) == left


def test_a_record_said_to_be_a_place_of_its_own_is(town, corrected):
    named, after = corrected
    source, _, record = named["parted"].partition("|")
    sql = "select place_id, (select count(*) from place_record b where b.place_id = a.place_id) from place_record a where source = ? and source_id = ?"
    (before,), (now,) = town.query(sql, source, record), after.query(sql, source, record)
    assert (before[1], now[1]) == (2, 1)
    assert now[0] != before[0]
    assert after.query("select count(*) from place where place_id = ?", before[0]) == [(1,)]


def test_every_line_is_told_and_one_that_the_source_agrees_with_is_retired(corrected):
    named, after = corrected
    told = after.frame("select * from correction order by line")
    assert told["line"].tolist() == list(range(2, 12))
    assert told["state"].tolist() == ["applied"] * 9 + ["retired"]
    last = told.iloc[-1]
    assert (last["place_id"], last["value"], last["source_value"]) == (named["known"], "community", "community")
    assert told["source_value"].iloc[0] != "The Museum of Nothing"
    changes = (after.release / "CHANGES.md").read_text("utf-8").split("## Corrections")[1].split("## ")[0]
    assert "retired" in changes
