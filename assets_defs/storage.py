"""Where Dagster keeps its history: its own SQLite files in DIR, unless DIR/dagster.yaml names another (PostgreSQL, say)."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import sqlalchemy
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager
from sqlalchemy.pool import SingletonThreadPool

from assets_defs.history import mend_history
from geodata.records import DefinitionError, load_yaml, read_utf8
from pipelines.core.problem import Problem

NAMED = {"storage", "event_log_storage", "run_storage", "schedule_storage", "instance_class"}


class KeptEventLog(SqliteEventLogStorage):
    """Dagster's own SQLite event log, the same files and tables, with one connection to a file open as long as a run
    lasts. Dagster opens and closes one for each of the thousand events of a refresh, which takes longer than the refresh.
    """

    @classmethod
    def from_config_value(cls, inst_data, config_value):
        """The storage as an instance's configuration has it."""
        return cls(inst_data=inst_data, **config_value)

    @contextlib.contextmanager
    def _connect(self, shard: str) -> Iterator[sqlalchemy.Connection]:
        engines = self.__dict__.setdefault("_engines", {})
        with self._db_lock:
            if shard not in engines:
                arguments = {"timeout": 30, "check_same_thread": False}
                address = self.conn_string_for_shard(shard)
                engine = sqlalchemy.create_engine(address, poolclass=SingletonThreadPool, connect_args=arguments)
                sqlalchemy.event.listen(engine, "connect", _without_waiting_for_the_disk)
                self._initdb(engine)
                self._initialized_dbs.add(shard)
                engines[shard] = engine
            with engines[shard].connect() as connection, connection.begin():
                yield connection

    def dispose(self) -> None:
        """Close what was kept open."""
        for engine in self.__dict__.pop("_engines", {}).values():
            engine.dispose()
        super().dispose()


def _without_waiting_for_the_disk(connection, _) -> None:
    """Let the disk write each event when it will: a power cut may lose the last of a run's history, never what is whole."""
    connection.execute("pragma synchronous = normal")


def open_instance(data: Path) -> dg.DagsterInstance:
    """The Dagster instance of DIR, for a run in this process. Raises Problem where a storage that DIR/dagster.yaml names
    cannot be opened."""
    settings = read_settings(data)
    if NAMED & set(settings):
        try:
            return dg.DagsterInstance.from_config(str(data))
        except Exception as error:  # of another's storage, which may raise anything; its words may hold a password
            found = f"the storage it names cannot be opened ({type(error).__name__})"
            remedy = "see that it runs, and that its driver is installed: dagster-postgres wants postgresql+psycopg2://"
            raise Problem("dagster.yaml", found, remedy) from error
    mend_history(data)
    kept = {"module": __name__, "class": KeptEventLog.__name__, "config": {"base_dir": str(data / "history" / "runs")}}
    overrides = {"event_log_storage": kept}
    if (
        "compute_logs" not in settings
    ):  # what a run says here is said here; to copy it Dagster starts two processes a run
        overrides["compute_logs"] = {"module": NoOpComputeLogManager.__module__, "class": "NoOpComputeLogManager"}
    try:
        return dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(data), overrides=overrides))
    except dg.DagsterInvalidConfigError as error:
        raise _not_understood(data, error.errors[0].message if error.errors else error) from error


def read_settings(data: Path) -> dict:
    """What DIR/dagster.yaml says. Raises Problem where it is no list of settings."""
    try:
        settings = load_yaml(read_utf8(data / "dagster.yaml"), "dagster.yaml") or {}
    except (DefinitionError, OSError) as error:
        raise _not_understood(data, error) from error
    if not isinstance(settings, dict):
        raise _not_understood(data, "it is no list of settings")
    return settings


def _not_understood(data: Path, why: object) -> Problem:
    message = f"cannot be understood ({' '.join(str(why).split())[:150]})"
    return Problem(str(data / "dagster.yaml"), message, "mend it, or remove it: the next refresh writes it again")
