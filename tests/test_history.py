"""Dagster's history in DIR: damaged files begin anew, runs of dead processes are closed, old runs are forgotten."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.events import EngineEventData

from assets_defs import history
from assets_defs.history import TAGS, UNENDED, close_dead_runs, compact_history, mend_history, prune_history
from assets_defs.storage import open_instance
from pipelines.commands import dev
from pipelines.commands.refresh import DAGSTER_YAML
from pipelines.core.problem import Problem
from pipelines.core.store import writer_lock


@dg.asset
def made() -> dg.MaterializeResult:
    return dg.MaterializeResult()


@dg.asset
def seldom() -> None:
    return None


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A DIR with one run."""
    data = tmp_path_factory.mktemp("history")
    (data / "dagster.yaml").write_bytes(DAGSTER_YAML)
    with open_instance(data) as instance:
        make(instance)
    return data


@pytest.fixture
def data(whole, tmp_path):
    return Path(shutil.copytree(whole, tmp_path / "data"))


def make(instance, asset=made):
    assert dg.materialize([asset], instance=instance).success


@pytest.mark.parametrize("name", history.DATABASES)
@pytest.mark.parametrize("damage", ["garbage", "a folder", "cut"])
def test_a_damaged_database_is_moved_aside_and_begun_anew(data, name, damage, caplog):
    path = data / name
    body = path.read_bytes()
    path.unlink()
    if damage == "a folder":
        path.mkdir()
    else:
        path.write_bytes(b"garbage" * 4000 if damage == "garbage" else body[: len(body) // 2])
    with open_instance(data) as instance:
        instance.get_runs()
    assert f"{path} " in caplog.text
    assert "begins anew" in caplog.text
    assert len(list((data / "damaged" / "history").iterdir())) == 1


def test_a_database_that_another_program_holds_is_moved_aside(data, monkeypatch, caplog):
    monkeypatch.setattr(history, "LOCKED_S", 0.1)
    code = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('begin exclusive'); print('held', flush=True); sys.stdin.read()"
    line = [sys.executable, "-c", code, str(data / "history" / "runs.db")]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        mend_history(data)
        holder.stdin.close()
    assert "cannot be used (database is locked)" in caplog.text
    with open_instance(data) as instance:
        assert instance.get_runs() == []
        make(instance)


@pytest.mark.parametrize("body", [b"nux: {enabled", b"\xff\xfe", b"just words", b"nux: {enabldd: false}"])
def test_settings_that_cannot_be_understood_are_told(data, body):
    (data / "dagster.yaml").write_bytes(body)
    with pytest.raises(Problem, match=r"dagster\.yaml: cannot be understood .* or remove it"), open_instance(data):
        pass


def begun(instance, status, tags=None, process=None, told=None):
    """A run in a state that only a live process is in; one that told its number where `process` is given."""
    run = instance.create_run_for_job(dg.define_asset_job("all").resolve(asset_graph=ASSETS), tags=tags, status=status)
    if process:
        instance.report_engine_event("Started process for run.", run, EngineEventData.in_process(process))
    return run.run_id


ASSETS = dg.Definitions(assets=[made]).resolve_asset_graph()


def gone() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_runs_of_dead_processes_are_closed_and_live_ones_are_not(data, monkeypatch, caplog):
    starting, started, canceling = UNENDED
    with open_instance(data) as instance:
        dead = [begun(instance, started, TAGS), begun(instance, canceling, process=gone())]
        alive = [begun(instance, started, process=os.getpid()), begun(instance, starting), begun(instance, starting)]
        close_dead_runs(instance, data)
        found = {run.run_id: run for run in instance.get_runs()}
        assert {found[run].status for run in dead} == {dg.DagsterRunStatus.FAILURE}
        assert [found[run].status for run in alive] == [started, starting, starting]
        assert all(found[run].tags.items() >= TAGS.items() for run in dead)  # no news to the alarm
        assert caplog.text.count("its process is gone") == 2
        monkeypatch.setattr(history, "STARTS_WITHIN", -1)  # who has not told its number after a while never will
        close_dead_runs(instance, data, but=alive[2])
        assert {run.run_id for run in instance.get_runs(dg.RunsFilter(statuses=UNENDED))} == {alive[0], alive[2]}


def test_the_ui_closes_them_too_when_it_starts(data):
    """With one run at a time they would hold up every schedule for ever."""
    with open_instance(data) as instance:
        run = begun(instance, dg.DagsterRunStatus.STARTED, process=gone())
    dev.close_dead_runs(data)
    with open_instance(data) as instance:
        assert instance.get_run_by_id(run).status == dg.DagsterRunStatus.FAILURE
    with writer_lock(data):
        dev.close_dead_runs(data)  # who writes did it when it began


def test_a_number_that_another_process_has_now_is_of_a_dead_one(data, monkeypatch):
    with open_instance(data) as instance:
        run = begun(instance, dg.DagsterRunStatus.STARTED, process=os.getpid())
        monkeypatch.setattr(history.psutil.Process, "create_time", lambda self: time.time() + 60)
        close_dead_runs(instance, data)
        assert instance.get_run_by_id(run).status == dg.DagsterRunStatus.FAILURE


def test_old_runs_are_forgotten_with_all_that_was_kept_of_them(data, monkeypatch):
    monkeypatch.setattr(history, "RUNS_KEPT", 1)
    with open_instance(data) as instance:
        make(instance, seldom)
        for _ in range(3):
            make(instance)
        first = instance.get_run_records(ascending=True)[1].dagster_run.run_id
        prune_history(instance, data)
        kept = {run.run_id for run in instance.get_runs()}
        assert len(kept) == 2
        assert first in kept  # an asset was last made in it
        assert {path.stem for path in (data / "history" / "runs").glob("*.db")} == kept | {"index"}
        assert {path.name for path in (data / "storage").glob("*-*-*-*-*")} <= kept
        assert instance.get_latest_materialization_event(dg.AssetKey("seldom")).run_id == first
        assert instance.get_latest_materialization_event(dg.AssetKey("made")).run_id in kept
    compact_history(data)
    with sqlite3.connect(data / "history" / "runs" / "index.db") as index:
        held = {run for (run,) in index.execute("select distinct run_id from event_logs")}
    index.close()
    assert held <= kept
