"""Accepting a fetch: stored once by content, the last good one kept when the next is bad, every observation written."""

import datetime
import json
from dataclasses import replace
from pathlib import Path

import pytest
from fixtures.desk import Desk, desk
from fixtures.making import ScriptedWeb, make_source, plant

from geodata.geography import read_geographies
from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.tables.changed import what_changed
from pipelines.tables.snapshot import current, take
from pipelines.tables.tidy import tidy

LIVING = make_source({"code": {"type": "text"}}, rows={"at_least_of_last": 0.9}, stem="test_living_2026")
TEN = b"code\n" + b"".join(b"%d\n" % i for i in range(10))


def test_the_first_answer_is_kept_as_it_came(tmp_path):
    work = desk(tmp_path, TEN)
    taken = take(work, LIVING)
    assert (taken.state, taken.rows) == ("new", 10)
    assert taken.read() == {"data.csv": TEN}
    assert [line["status"] for line in work.observations()] == ["new"]
    assert current(tmp_path, LIVING, work.geography).sha == taken.sha


def test_the_same_content_again_is_observed_but_not_stored_again(tmp_path):
    work = desk(tmp_path, TEN, TEN)
    first, second = take(work, LIVING), take(work, LIVING)
    assert (second.state, second.sha) == ("unchanged", first.sha)
    assert [line["status"] for line in work.observations()] == ["new", "unchanged"]
    assert len([p for p in (tmp_path / "snapshots" / "test_living_2026").iterdir() if p.is_dir()]) == 1


def test_an_answer_of_304_keeps_the_snapshot(tmp_path):
    work = desk(tmp_path, {"body": TEN, "headers": {"ETag": '"1"'}}, {"status": 304}, {"status": 304})
    first = take(work, LIVING)
    for _ in range(2):
        again = take(work, LIVING)
        assert (again.state, again.sha, again.rows, again.downloaded) == ("unchanged", first.sha, 10, 0)
    assert work.web.asked[2].headers["If-None-Match"] == '"1"'


def test_new_content_is_a_new_snapshot_beside_the_old(tmp_path):
    work = desk(tmp_path, TEN, TEN + b"10\n")
    first, second = take(work, LIVING), take(work, LIVING)
    assert second.state == "new"
    assert second.rows == 11
    assert first.read() == {"data.csv": TEN}


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (b"code\n1\n2\n", "fewer than 90% of the best of the last year, 10"),
        (b"name\n1\n", "no column 'code'"),
        (b"<html>busy</html>", "web page"),
        ({"status": 404}, "answered 404"),
    ],
)
def test_a_bad_answer_leaves_the_last_good_snapshot_standing(tmp_path, waits, bad, told):
    work = desk(tmp_path, TEN, bad)
    good = take(work, LIVING)
    stale = take(work, LIVING)
    assert (stale.state, stale.sha) == ("stale", good.sha)
    assert told in stale.problem
    assert work.observations()[-1]["status"] == "failed"
    assert current(tmp_path, LIVING, work.geography).state == "stale"
    assert stale.read() == {"data.csv": TEN}


def test_a_good_answer_ends_staleness(tmp_path):
    work = desk(tmp_path, TEN, {"status": 404}, TEN)
    for state in ("new", "stale", "unchanged"):
        assert take(work, LIVING).state == state
    assert current(tmp_path, LIVING, work.geography).problem is None


def test_a_source_never_read_is_unavailable(tmp_path):
    work = desk(tmp_path, {"status": 404})
    taken = take(work, LIVING)
    assert (taken.state, taken.sha, taken.data_version) == ("unavailable", "", "unavailable")


def test_a_required_source_that_fails_ends_the_run(tmp_path):
    required = LIVING.model_copy(update={"required": True})
    with pytest.raises(Problem, match="test_living_2026: the server answered 404"):
        take(desk(tmp_path, {"status": 404}), required)
    work = desk(tmp_path, TEN, {"status": 404})
    take(work, required)
    with pytest.raises(Problem, match="404"):
        take(work, required)


def test_offline_keeps_what_there_is_and_asks_no_one(tmp_path):
    work = desk(tmp_path, TEN)
    good = take(work, LIVING)
    offline = replace(work, settings=Settings(offline=True), web=ScriptedWeb([{"status": 500}]))
    assert take(offline, LIVING).state == "kept"
    assert take(offline, LIVING).sha == good.sha
    assert offline.web.asked == []


def test_a_line_cut_short_by_a_crash_is_passed_over(tmp_path):
    work = desk(tmp_path, TEN)
    good = take(work, LIVING)
    path = tmp_path / "snapshots" / "test_living_2026" / "observations.jsonl"
    path.write_bytes(path.read_bytes() + b'{"observed_at": "2026-')
    assert current(tmp_path, LIVING, work.geography).sha == good.sha


def test_a_snapshot_whose_folder_is_gone_is_fetched_again(tmp_path):
    work = desk(tmp_path, {"body": TEN, "headers": {"ETag": '"1"'}})
    taken = take(work, LIVING)
    folder = tmp_path / "snapshots" / "test_living_2026" / taken.sha
    (folder / "data.csv").unlink()
    folder.rmdir()
    again = take(work, LIVING)
    assert again.state == "new"
    assert "If-None-Match" not in work.web.asked[1].headers
    assert again.read() == {"data.csv": TEN}


HALLS = make_source(
    {"id": {"type": "text"}, "name": {"type": "text"}, "x": {"type": "number", "nullable": True}, "y": {"type": "number", "nullable": True}},
    rows={"between": [1, 1000]},
    stem="test_living_2026",
    covers="nation",
    places={"kind": "community_centre", "id": ["id"], "name": "name", "point": {"x": "x", "y": "y", "crs": "EPSG:27700"}},
)  # fmt: skip


def halls(n_known: int, x: int = 530_000, y: int = 180_000) -> bytes:
    """A hundred halls, so many of them with coordinates."""
    rows = [f"h{i},Hall {i},{x + i if i < n_known else ''},{y + i if i < n_known else ''}" for i in range(100)]
    return "\n".join(["id,name,x,y", *rows, ""]).encode()


def test_a_list_with_its_axes_swapped_is_no_good_answer(tmp_path):
    first = take(desk(tmp_path / "first", halls(100, 180_000, 530_000)), HALLS)
    assert first.state == "unavailable"
    assert "only 0.0% of its places lie within the geography" in first.problem
    work = desk(tmp_path / "later", halls(100), halls(100, 180_000, 530_000), halls(100))
    good, stale, again = (take(work, HALLS) for _ in range(3))
    assert (good.state, stale.state, again.state) == ("new", "stale", "unchanged")
    assert stale.sha == good.sha


def test_far_fewer_places_than_in_the_best_of_the_last_year_is_no_good_answer(tmp_path):
    work = desk(tmp_path, halls(99), halls(96), halls(93), halls(99))
    states = [take(work, HALLS) for _ in range(4)]
    assert [s.state for s in states] == ["new", "new", "stale", "new"]
    assert "only 93.0% of its places lie within the geography, where 99.0% did in the last year" in states[2].problem


def test_a_list_read_by_another_rule_is_compared_with_nothing(tmp_path):
    work = desk(tmp_path, halls(99), halls(90))
    take(work, HALLS)
    rule = HALLS.places.model_copy(update={"least_placed": 0.7})
    assert take(work, HALLS.model_copy(update={"places": rule})).state == "new"


def test_what_was_placed_over_a_year_ago_is_compared_with_nothing(tmp_path):
    work = desk(tmp_path, halls(99), halls(90))
    take(work, HALLS)
    later = replace(work, today=datetime.date(2029, 1, 1))
    assert take(later, HALLS).state == "new"


def spoil(work: Desk, sha: str) -> None:
    """One byte of the snapshot's file turned round."""
    path = work.data / "snapshots" / "test_living_2026" / sha / "data.csv"
    body = bytearray(path.read_bytes())
    body[-2] ^= 1
    path.write_bytes(body)


def test_a_damaged_snapshot_is_fetched_anew_and_never_confirmed_by_a_304(tmp_path, caplog):
    work = desk(tmp_path, {"body": TEN, "headers": {"ETag": '"1"'}}, {"body": TEN, "headers": {"ETag": '"1"'}})
    first = take(work, LIVING)
    spoil(work, first.sha)
    again = take(work, LIVING)
    assert "If-None-Match" not in work.web.asked[-1].headers
    assert (again.state, again.sha) == ("new", first.sha)
    assert again.read() == {"data.csv": TEN}
    assert [line["status"] for line in work.observations()] == ["new", "damaged", "new"]
    assert "are not those that were fetched; they were moved to" in caplog.text
    (aside,) = (tmp_path / "damaged" / "test_living_2026").iterdir()
    assert (aside / "data.csv").read_bytes() != TEN


@pytest.mark.parametrize("loss", ["changed", "cut short", "a file gone"])
def test_damaged_bytes_are_not_read(tmp_path, loss):
    work = desk(tmp_path, TEN, TEN)
    first = take(work, LIVING)
    path = tmp_path / "snapshots" / "test_living_2026" / first.sha / "data.csv"
    if loss == "changed":
        spoil(work, first.sha)
    elif loss == "cut short":
        path.write_bytes(TEN[:-4])
    else:
        path.unlink()
    with pytest.raises(Problem, match="Run the same command again: it is fetched anew"):
        first.read()
    assert current(tmp_path, LIVING, work.geography).state == "unavailable"
    assert take(work, LIVING).state == "new"
    assert first.read() == {"data.csv": TEN}


def test_where_nobody_answers_the_snapshot_before_the_damaged_one_stands(tmp_path, waits):
    work = desk(tmp_path, TEN, TEN + b"10\n", {"status": 404})
    first, second = take(work, LIVING), take(work, LIVING)
    spoil(work, second.sha)
    third = take(work, LIVING)
    assert (third.state, third.sha) == ("stale", first.sha)


def test_a_snapshot_from_before_hashes_of_bytes_were_kept_is_held_to_its_content(tmp_path):
    work = desk(tmp_path, TEN, {"status": 304}, TEN)
    first = take(work, LIVING)
    observations = tmp_path / "snapshots" / "test_living_2026" / "observations.jsonl"
    (line,) = work.observations()
    del line["bytes"]  # what is read of it has no seal, as lines of those days had none
    observations.write_text(json.dumps(line) + "\n")
    assert take(work, LIVING).state == "unchanged"
    assert "bytes" in work.observations()[-1]
    observations.write_text(json.dumps(line) + "\n")
    spoil(work, first.sha)
    assert take(work, LIVING).state == "new"


def test_a_damaged_snapshot_whose_content_comes_back_is_stored_anew(tmp_path):
    work = desk(tmp_path, TEN, TEN + b"10\n", TEN)
    first, _ = take(work, LIVING), take(work, LIVING)
    spoil(work, first.sha)
    third = take(work, LIVING)
    assert (third.state, third.sha) == ("new", first.sha)
    assert third.read() == {"data.csv": TEN}


# ---- what changed, and files put into the inbox

KEYED = make_source(
    {
        "code": {"type": "text"},
        "authority": {"type": "code", "level": "authority", "optional": True},
        "people": {"type": "integer", "optional": True},
        "words": {"type": "text", "nullable": True},
    },
    key=["code"],
    rows={"between": [1, 10]},
    stem="test_living_2026",
)
FIRST = b"code,authority,words\nA,E07000177,x\nB,E07000177,y\nC,E07000177,\n"
CORRECTED = b"code,authority,words,people\nA,E06000062,z,1500\nB,E07000177,y,1600\nD,E07000177,y,1700\n"


def test_what_a_correction_says_otherwise_is_told(tmp_path):
    work = desk(tmp_path, FIRST, CORRECTED)
    assert take(work, KEYED).changed == []
    plant(tmp_path, f"table/{KEYED.stem}", {"main": tidy(KEYED, work.geography, {"data.csv": FIRST})[0]})
    assert take(work, KEYED).changed == [
        "1 rows came (the first D)",
        "1 rows went (the first C)",
        "authority is another in 1 rows (the first A: E07000177, now E06000062)",
        "people came in 2 rows",
        "words is another in 1 rows (the first A)",
    ]
    assert current(tmp_path, KEYED, work.geography).changed


def test_a_column_that_was_of_another_type_is_compared_all_the_same():
    england = read_geographies()["england_lsoa21"]
    before = tidy(KEYED, england, {"data.csv": CORRECTED})[0].astype({"people": "str"})
    assert what_changed(KEYED, before, tidy(KEYED, england, {"data.csv": CORRECTED})[0]) == []


def test_of_rows_that_are_not_published_only_their_number_is_told(tmp_path):
    private = KEYED.model_copy(update={"publish": "aggregates"})
    tables = [tidy(KEYED, read_geographies()["england_lsoa21"], {"data.csv": body})[0] for body in (FIRST, CORRECTED)]
    assert what_changed(private, *tables) == ["3 rows before, 3 now"]


def put(data: Path, body: bytes) -> Path:
    path = data / "inbox" / "test_living_2026.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(body)
    return path


@pytest.mark.parametrize("offline", [False, True])
def test_a_file_in_the_inbox_goes_before_the_address_with_or_without_a_network(tmp_path, offline):
    work = desk(tmp_path)
    work.settings = Settings(offline=offline)
    put(tmp_path, TEN)
    assert (take(work, LIVING).state, take(work, LIVING).state) == ("new", "unchanged")
    assert work.web.asked == []
    assert work.observations()[-1]["source_as_at"] is None, "when it was put there is no date of the publisher's"
    told = work.observations()[-1]["by_hand"]
    assert told["file"] == "inbox/test_living_2026.csv"
    assert told["put_there_by"]


def test_a_bad_file_in_the_inbox_leaves_the_last_good_snapshot_and_the_address_is_not_asked(tmp_path):
    work = desk(tmp_path, TEN)
    first = take(work, LIVING)
    put(tmp_path, b"other\nx\n")
    second = take(work, LIVING)
    assert (second.state, second.sha) == ("stale", first.sha)
    assert "no column 'code'" in second.problem
    assert len(work.web.asked) == 1


def test_once_the_file_is_gone_from_the_inbox_the_address_is_asked_anew(tmp_path):
    work = desk(
        tmp_path, {"body": TEN, "headers": {"ETag": '"v1"'}}, {"body": TEN + b"11\n", "headers": {"ETag": '"v2"'}}
    )
    take(work, LIVING)
    path = put(tmp_path, TEN + b"12\n")
    take(work, LIVING)
    path.unlink()
    assert take(work, LIVING).rows == 11
    assert "If-None-Match" not in work.web.asked[1].headers
