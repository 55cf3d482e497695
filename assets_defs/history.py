"""Dagster's history in DIR: what is damaged begins anew, runs of dead processes are closed, old runs are forgotten.

Whoever holds DIR for writing does all three before a run, and says so: a run that a dead process left begun would hold up
every schedule for ever, and a history that nobody prunes grows by megabytes a run.
"""

import contextlib
import datetime
import logging
import sqlite3
from pathlib import Path

import dagster as dg
import psutil
import sqlalchemy

from pipelines.core import store

log = logging.getLogger("commonground.history")
TOLD_BY = "commonground/told_by"  # the tag of a run whose end is told by someone else than the alarm of the UI
TAGS = {TOLD_BY: "command line"}
DATABASES = ("history/runs.db", "history/runs/index.db", "schedules/schedules.db")
FOLDERS = ("history", "history/runs", "schedules", "storage")
BESIDE = ("-wal", "-shm", "-journal")
UNENDED = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
RUNS_KEPT = 60  # the newest; a refresh by command is three. Besides those in which an asset was last made
STARTS_WITHIN = 300  # seconds in which a process that was asked for has told its number
LOCKED_S = 5  # a lock that lasts longer is no passing one
MOSTLY_EMPTY = 4  # a database is written anew where one page in so many is empty


def mend_history(data: Path) -> None:
    """Move aside what of Dagster's own files in DIR cannot be used, so that they begin anew."""
    for name in FOLDERS:
        if (data / name).exists() and not (data / name).is_dir():
            _aside(data, data / name, "is no folder")
    for name in DATABASES:
        if trouble := _trouble(data / name):
            _aside(data, data / name, trouble)


def _trouble(path: Path) -> str | None:
    """What keeps a database from being used; None where nothing does, or there is none yet."""
    if not path.exists():
        return None
    if not path.is_file():
        return "is no file"
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=LOCKED_S, isolation_level=None)) as connection:
            connection.execute("begin immediate")
            connection.execute("rollback")
            (found,) = connection.execute("pragma quick_check(1)").fetchone()
    except sqlite3.Error as error:
        return f"cannot be used ({error})"
    return None if found == "ok" else f"is damaged ({found.splitlines()[0]})"


def _aside(data: Path, path: Path, trouble: str) -> None:
    aside = store.move_aside(data, path, "history")
    for end in BESIDE:
        path.with_name(path.name + end).unlink(missing_ok=True)
    log.warning("%s %s; it was moved to %s, and Dagster's history begins anew", path, trouble, aside)


def close_dead_runs(instance: dg.DagsterInstance, data: Path, but: str | None = None) -> None:
    """Close the runs, of whatever origin, that a dead process left begun. The caller holds DIR for writing, and is `but`."""
    for record in instance.get_run_records(dg.RunsFilter(statuses=UNENDED)):
        run, shard = record.dagster_run, data / "history" / "runs" / f"{record.dagster_run.run_id}.db"
        if run.run_id == but:
            continue
        if trouble := _trouble(shard):
            _aside(data, shard, trouble)
        if _is_alive(instance, record):
            continue
        instance.add_run_tags(run.run_id, TAGS)  # it is no news to the alarm: this says it
        instance.report_run_failed(run, "The process that ran it is gone.")
        log.warning(
            "the run begun at %s never ended, and its process is gone; it is closed",
            f"{record.create_timestamp:%Y-%m-%d %H:%M}",
        )


def _is_alive(instance: dg.DagsterInstance, record: dg.RunRecord) -> bool:
    """Whether a process that runs it is there. One of this command would hold DIR, and it does not."""
    if TOLD_BY in record.dagster_run.tags:
        return False
    told = [entry for entry in instance.all_logs(record.dagster_run.run_id) if _process(entry)]
    if not told:
        asked = record.start_time or record.create_timestamp.timestamp()
        return datetime.datetime.now(datetime.UTC).timestamp() - asked < STARTS_WITHIN
    return any(_runs(_process(entry), entry.timestamp) for entry in told)


def _process(entry: dg.EventLogEntry) -> int | None:
    event = entry.dagster_event
    told = event.engine_event_data.metadata.get("pid") if event and event.is_engine_event else None
    return int(str(told.value)) if told else None


def _runs(process: int | None, told: float) -> bool:
    """Whether that process runs, and is the one that told its number then."""
    try:
        found = psutil.Process(process)
        return found.create_time() <= told + 1 and found.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def prune_history(instance: dg.DagsterInstance, data: Path, but: str | None = None) -> None:
    """Forget all but the newest runs, and those in which an asset was last made: their events, logs and files."""
    if len(records := instance.get_run_records()) <= RUNS_KEPT:
        return
    last = {record.asset_entry.last_run_id for record in instance.get_asset_records()}
    old = [
        record.dagster_run
        for record in records[RUNS_KEPT:]
        if record.dagster_run.run_id not in last | {but} and record.dagster_run.is_finished
    ]
    for run in old:
        instance.delete_run(run.run_id)
    known = {record.dagster_run.run_id for record in instance.get_run_records()} | {"index"}
    for path in [*(data / "history" / "runs").glob("*.db*"), *(data / "storage").glob("*-*-*-*-*")]:
        if path.name.partition(".")[0] not in known:
            store.remove(path)


def compact_history(data: Path) -> None:
    """Write the databases anew that are mostly empty. Nothing of ours has them open."""
    for path in map(data.joinpath, DATABASES[:2]):
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path, timeout=1)) as connection:
            (empty,), (pages,) = (connection.execute(f"pragma {n}_count").fetchone() for n in ("freelist", "page"))
            if empty * MOSTLY_EMPTY > pages:
                connection.execute("vacuum")


def tidy(instance: dg.DagsterInstance, data: Path, but: str | None = None) -> None:
    """Close dead runs and forget old ones. A history that fails in this is said, and ends no refresh."""
    try:
        close_dead_runs(instance, data, but)
        prune_history(instance, data, but)
    except (sqlalchemy.exc.SQLAlchemyError, sqlite3.Error) as error:
        log.warning("Dagster's history could not be tidied (%s)", str(error).splitlines()[0])
