"""What lies in DIR is held to what was written down of it: altered, cut or lost files are told, and made again."""

import contextlib
import io
import json
import logging
import subprocess
import sys

import pandas as pd
import pytest

from pipelines.commands.say import Said
from pipelines.core import store
from pipelines.core.problem import Problem
from pipelines.core.step import Keep, Step, output, run, to_make
from pipelines.release.database import open_database, open_release
from pipelines.release.publish import stepped_back
from pipelines.release.version import is_release, kept_versions, latest_release, latest_version
from pipelines.tables.kept import last_good, mend_observations, observations, write_down

KEPT = Keep("kept.parquet", lambda done: done.path.read_bytes(), lambda done: done.hashes[done.stem])


def step(times: list | None = None, value: int = 1) -> Step:
    def make(given):
        if times is not None:
            times.append(value)
        return {"place": pd.DataFrame({"x": [given.definition["value"]]})}, {}

    return Step("places/place", "g", "", (), {"value": value}, make, keeps=KEPT)


def test_a_sealed_record_is_told_from_one_that_was_altered():
    told = store.sealed({"rows": 420, "at": "2026-03-31"})
    assert store.unsealed(told) == {"rows": 420, "at": "2026-03-31"}
    assert store.unsealed({**told, "rows": 920}) is None
    assert store.unsealed({"rows": 1}) == {"rows": 1}  # of earlier code
    assert store.unsealed("red") is None


@pytest.mark.parametrize("damage", ["altered", "cut", "emptied", "another value"])
def test_a_damaged_record_makes_its_step_due_and_nothing_else(tmp_path, caplog, damage):
    run(step(), tmp_path)
    path = tmp_path / "places" / "place.json"
    told = json.loads(path.read_bytes())
    body = {
        "altered": json.dumps({**told, "rows": 9}),
        "cut": json.dumps(told)[:40],
        "emptied": "",
        "another value": "7",
    }
    path.write_text(body[damage])
    assert to_make([step()], tmp_path) == ["places/place"]
    run(step(), tmp_path)
    assert to_make([step()], tmp_path) == []
    assert output(tmp_path, "places/place").rows == 1
    assert "place.json is damaged" in caplog.text


def test_a_folder_in_the_place_of_a_record_or_an_output_is_moved_aside(tmp_path, caplog):
    (tmp_path / "places" / "place.json").mkdir(parents=True)
    path = run(step(), tmp_path).path
    path.unlink()
    path.mkdir()
    assert to_make([step()], tmp_path, hold=True) == ["places/place"]
    run(step(), tmp_path)
    assert to_make([step()], tmp_path, hold=True) == []
    assert caplog.text.count("is a folder where a file belongs") == 2


def test_a_folder_in_the_place_of_another_file_is_told_with_what_to_remove(tmp_path):
    (tmp_path / "health.json").mkdir()
    with pytest.raises(Problem, match=r"health\.json: is a folder where a file belongs\. Remove it"):
        store.write_json(tmp_path / "health.json", {})


def test_an_altered_output_is_found_before_a_release_is_made_of_it(tmp_path):
    done = run(step(), tmp_path)
    pd.DataFrame({"x": [2]}).to_parquet(done.path, index=False)
    assert to_make([step()], tmp_path) == []
    assert to_make([step()], tmp_path, hold=True) == ["places/place"]
    assert pd.read_parquet(run(step(), tmp_path).path)["x"].tolist() == [1]


def test_a_kept_file_that_was_altered_is_written_again_from_the_output(tmp_path, caplog):
    times: list = []
    run(step(times), tmp_path)
    pd.DataFrame({"x": [2]}).to_parquet(tmp_path / "kept.parquet", index=False)
    assert to_make([step()], tmp_path) == ["places/place"]
    run(step(times), tmp_path)
    assert pd.read_parquet(tmp_path / "kept.parquet")["x"].tolist() == [1]
    assert times == [1]
    assert "kept.parquet is damaged and was moved to" in caplog.text


def test_a_kept_file_is_mended_before_the_step_reads_it_for_something_new(tmp_path):
    read = []

    def make(given):
        read.append((tmp_path / "kept.parquet").exists() and pd.read_parquet(tmp_path / "kept.parquet")["x"].tolist())
        return {"place": pd.DataFrame({"x": [given.definition["value"]]})}, {}

    for value, whole in ((1, True), (2, True), (3, False)):
        if value > 1:
            pd.DataFrame({"x": [9]}).to_parquet(tmp_path / "kept.parquet", index=False)
        if not whole:
            output(tmp_path, "places/place").path.write_bytes(b"")
        run(Step("places/place", "g", "", (), {"value": value}, make, keeps=KEPT), tmp_path)
    assert read == [False, [1], False]  # at last neither is whole: it counts as lost


def test_outputs_of_a_killed_run_do_not_gather(tmp_path):
    run(step(), tmp_path)
    left = tmp_path / "places" / "place-0123456789ab.parquet"
    left.write_bytes(b"")
    (tmp_path / "places" / "place.json").unlink()
    run(step(), tmp_path)
    assert not left.exists()


def test_what_a_killed_writer_left_is_swept_by_the_next(tmp_path):
    for name in (".health.json.writing.a1b2c3d4", "tables/.areas.json.writing.a1b2c3d4", "damaged/.x.writing.a"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"half")
    (tmp_path / "releases" / ".making.12345678" / "csv").mkdir(parents=True)
    (tmp_path / "releases" / ".latest.writing.12").symlink_to("1.0.0")
    (tmp_path / ".lock.holder").mkdir()
    (tmp_path / ".mine").write_bytes(b"not ours")
    with store.writer_lock(tmp_path):
        pass
    left = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob(".*"))
    assert left == [".lock", ".mine", "damaged/.x.writing.a"]


# ---- observations


def seen(folder, sha: str, day: str, status: str = "new", **more) -> None:
    (folder / sha).mkdir(parents=True, exist_ok=True)
    at = f"{day}T00:00:00Z"
    line = {"observed_at": at, "geography": "g", "status": status, "sha": sha, "rows": 3, "source_as_at": None}
    write_down(folder, {**line, **more})


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "snapshots" / "a_list"
    for sha, day in (("a1", "2026-01-01"), ("b2", "2026-02-01"), ("a1", "2026-03-01")):
        seen(folder, sha, day)
    return folder


@pytest.mark.parametrize("damage", ["removed", "emptied", "cut", "altered", "another value"])
def test_what_was_seen_when_is_known_though_the_observations_are_lost(folder, caplog, damage):
    before, path = observations(folder), folder / "observations.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    if damage == "removed":
        path.unlink()
    else:
        altered = lines[1].replace(b'"rows":3', b'"rows":9')
        body = {"emptied": b"", "cut": b"".join(lines)[:-7], "altered": b"".join([lines[0], altered, lines[2]])}
        path.write_bytes(body.get(damage, b"".join([lines[0], b'"good"\n', b"7\n", *lines[1:]])))
    assert observations(folder) == before
    mend_observations(folder)
    assert observations(folder) == before
    assert "a_list: " in caplog.text
    caplog.clear()
    mend_observations(folder)
    assert not caplog.text
    assert last_good(folder, "g")["observed_at"] == "2026-03-01T00:00:00Z"


def test_observations_of_earlier_code_are_read(tmp_path):
    folder = tmp_path / "snapshots" / "a_list"
    (folder / "abc").mkdir(parents=True)
    line = {"observed_at": "2026-01-01T00:00:00Z", "geography": "g", "status": "new", "sha": "abc", "rows": 3}
    store.append_line(folder / "observations.jsonl", line)
    assert last_good(folder, "g") == line
    mend_observations(folder)
    assert list((tmp_path / "snapshots" / "a_list").iterdir()) != []
    assert not (tmp_path / "damaged").exists()


def test_what_cannot_be_read_is_as_what_was_altered(folder, tmp_path, caplog):
    (folder / "observations.jsonl").unlink()
    (folder / "observations.jsonl").mkdir()
    mend_observations(folder)
    assert len(observations(folder)) == 3
    assert not store.holds(tmp_path, "0" * 64)
    assert not store.holds(tmp_path / "none", "0" * 64)


def test_snapshots_without_any_observation_are_told(folder, caplog):
    for path in folder.glob("*.jsonl"):
        path.unlink()
    mend_observations(folder)
    assert "a_list: its observations are lost" in caplog.text


# ---- releases


@pytest.fixture
def releases(tmp_path):
    for name in ("1.0.0", "1.0.1"):
        (tmp_path / "releases" / name).mkdir(parents=True)
        with open_database(tmp_path / "releases" / name / "commonground.duckdb") as connection:
            connection.execute(f"create table release as select '{name}' as version")
        package = {"release_key": name, "snapshots": {}, "resources": []}
        store.write_json(tmp_path / "releases" / name / "datapackage.json", store.sealed(package))
    (tmp_path / "releases" / "latest").symlink_to("1.0.1")
    return tmp_path / "releases"


def test_what_only_bears_a_versions_name_is_no_release(releases):
    (releases / "2.0.0").mkdir()
    (releases / "3.0.0").write_bytes(b"")
    (releases / "4.0.0").mkdir()
    (releases / "4.0.0" / "commonground.duckdb").write_bytes(b"")
    assert kept_versions(releases) == ["1.0.0", "1.0.1"]
    path = releases / "1.0.0" / "datapackage.json"
    path.write_bytes(path.read_bytes().replace(b'"1.0.0"', b'"1.0.9"'))
    assert not is_release(releases / "1.0.0")


@pytest.mark.parametrize("to", [None, "9.9.9", "/etc", "../snapshots", "latest", "../other/1.0.0"])
def test_a_link_that_points_at_no_release_of_this_folder_is_told(releases, to):
    assert latest_version(releases) == "1.0.1"
    (releases / "latest").unlink()
    if to:
        (releases / "latest").symlink_to(to)
    assert latest_version(releases) is None
    with pytest.raises(Problem, match=r"points at no release that is whole.*1\.0\.0 or roll back to 1\.0\.1"):
        latest_release(releases.parent)


def test_a_damaged_word_of_a_rollback_is_told(releases):
    data = releases.parent
    assert stepped_back(data) == {}
    for body in (b"{", b'"1.0.0"', b"{}x"):
        (data / "rollback.json").write_bytes(body)
        with pytest.raises(Problem, match=r"rollback\.json: is damaged\. Remove it"):
            stepped_back(data)


HOLD = "import duckdb, os, sys\nc = duckdb.connect(sys.argv[1]); {}\nprint('held', flush=True); {}"


@pytest.fixture
def elsewhere():
    held = []

    def program(path, does: str, then: str = "sys.stdin.read()") -> None:
        line = [sys.executable, "-c", HOLD.format(does, then), str(path)]
        process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "held\n"
        held.append(process)

    yield program
    for process in held:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("then", ["sys.stdin.read()", "os._exit(0)"], ids=["held", "left behind"])
def test_a_release_that_another_program_alters_is_read_as_it_was_published(releases, elsewhere, then):
    elsewhere(releases / "1.0.1" / "commonground.duckdb", "c.execute(\"update release set version = '9'\")", then)
    with open_release(releases / "1.0.1") as connection:
        assert connection.execute("select version from release").fetchall() == [("1.0.1",)]


def test_garbage_is_told_with_what_mends_it(releases):
    (releases / "1.0.1" / "commonground.duckdb").write_bytes(b"x" * 20_000)
    with pytest.raises(Problem, match=r"cannot be opened .* Refresh, which makes it again, or roll back"):
        open_release(releases / "1.0.1")


def test_what_is_told_during_a_run_is_seen_though_dagster_s_own_words_are_not(capsys):
    handler = Said()
    with contextlib.redirect_stderr(io.StringIO()):
        handler.emit(logging.makeLogRecord({"msg": "it is made again"}))
    assert capsys.readouterr().err == "it is made again\n"
