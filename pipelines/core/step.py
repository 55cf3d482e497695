"""A step, declared once: what it reads, what defines it and how it is made. All else follows from the declaration: the
Dagster dependencies, the key that decides whether work is done again, and whether a refresh finds anything new.

A step's `make` closes over nothing: it is handed what the step declared, and that alone. Its code version is the hash of
the modules it imports, followed through, so that a change to a map writer leaves the tables alone.
"""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import pandas as pd

from pipelines.core import store
from pipelines.core.code import code_version
from pipelines.core.problem import Problem
from pipelines.core.schema import Schema

log = logging.getLogger("commonground.step")

# where DIR keeps the output of each kind of step: contract
PLACES = {
    "table": "tables/{}", "geography": "tables/{}", "by_area": "tables/{}_by_area", "places": "places/{}",
    "reach": "reach/{}", "reach_errors": "reach/{}.errors", "indicator": "indicators/{}",
    "indicator_errors": "indicators/{}.errors", "index": "indices/{}", "spread": "indices/{}.spread",
    "explained": "indices/{}.explained", "cluster": "indices/{}.cluster", "roll_up": "indices/{}.roll_up", "ownership": "ownership/{}",
}  # fmt: skip


@dataclass(frozen=True)
class Output:
    """What a step left: a Parquet file per table (the main one is `path`), its data version and what was counted;
    `before`: the rows and what was counted of the output it took the place of, by which a check can tell a fall."""

    stem: str
    files: dict[str, Path]
    data_version: str
    rows: int
    reused: bool
    meta: dict = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    before: dict = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """The Parquet file of the step's main table."""
        return self.files[self.stem]


class Read(Protocol):
    """Something a step reads that no step makes, such as a snapshot or a file that an operator keeps in DIR."""

    @property
    def key(self) -> str:
        """Its name, and its asset key where it has one."""

    @property
    def is_asset(self) -> bool:
        """Whether Dagster knows it as an asset."""

    def version(self, data: Path) -> str:
        """What it holds now, as a hash or a word."""

    def value(self, data: Path) -> Any:
        """What the step is handed."""


class Given:
    """What a step is handed: the outputs and other things it declared to read, by key, and its definition.

    A step may declare to read one table of an output, as `places/place:place.kinds`; then it depends on that alone.
    """

    def __init__(self, data: Path, reads: Mapping[str, "str | Read"], definition: Mapping[str, Any]):
        self._data, self._reads, self.definition = data, reads, definition

    def __getitem__(self, key: str) -> Any:
        read = self._reads[key]
        return output(self._data, key.partition(":")[0]) if isinstance(read, str) else read.value(self._data)

    def path(self, key: str, table: str | None = None) -> Path:
        """The Parquet file of a table of an output: the one that `key` or `table` names, else the main one."""
        named = table or key.partition(":")[2]
        return self[key].files[named] if named else self[key].path

    def frame(self, key: str, table: str | None = None, columns: list[str] | None = None) -> pd.DataFrame:
        """Such a table, whole or some columns of it."""
        return pd.read_parquet(self.path(key, table), columns=columns)


Tables = tuple[dict[str, pd.DataFrame], dict]  # by name, the main one under the output's stem; and what was counted
Result = TypeVar("Result")


@dataclass(frozen=True)
class Check:
    """An asset check of an output: `finds` gives whether it passed, and what was found."""

    name: str
    describes: str
    finds: Callable[[Output], tuple[bool, str]]


@dataclass(frozen=True)
class Keep:
    """A file of DIR in which an output is kept besides: its content, and the hash of it as the output's record has it.
    Where the file is lost the step is run again; where it is not what was written, it is written again."""

    file: str
    content: Callable[[Output], bytes]
    sha: Callable[[Output], str]


@dataclass(frozen=True)
class Step(Generic[Result]):
    """One step, which makes a Result: Tables, but for the release. `definition` holds everything declared that the result
    depends on: records, numbers, texts. `describes` says for people what comes of it, `schemas` what columns its tables
    have."""

    key: str
    group: str
    describes: str
    reads: tuple["str | Read", ...]
    definition: Mapping[str, Any]
    make: Callable[[Given], Result]
    schemas: Mapping[str, Schema] = field(default_factory=dict)
    publisher: str = "common-ground"
    checks: tuple[Check, ...] = ()
    keeps: Keep | None = None

    @property
    def inputs(self) -> dict[str, "str | Read"]:
        """What is read, by key."""
        return {read if isinstance(read, str) else read.key: read for read in self.reads}

    @property
    def depends_on(self) -> list[str]:
        """The keys of the assets it reads, in the order declared."""
        reads = self.inputs.items()
        return list(dict.fromkeys(k.partition(":")[0] for k, read in reads if isinstance(read, str) or read.is_asset))

    @property
    def code_version(self) -> str:
        """The hash of the code that makes it."""
        return code_version(self.make.__module__)


def location(key: str) -> tuple[str, str]:
    """The folder of DIR and the stem under which a step's output is kept."""
    kind, _, name = key.partition("/")
    folder, _, stem = PLACES[kind].format(name).partition("/")
    return folder, stem


def output(data: Path, key: str) -> Output:
    """The output that a step has at present. Raises FileNotFoundError when it was never made, or its record is damaged."""
    folder, stem = location(key)
    record = _read_record(data / folder / f"{stem}.json")
    if record is None:
        raise FileNotFoundError(data / folder / f"{stem}.json")
    return _output(data / folder, stem, record)


def run(step: Step[Tables], data: Path) -> Output:
    """The step's output in `data`: the one there is if nothing it rests on changed, else made anew."""
    folder, stem = location(step.key)
    path = data / folder / f"{stem}.json"
    record, key = _read_record(path), work_key(step, data)
    if step.keeps and record:
        _mend_kept(step, data, record)
    done = _output(data / folder, stem, record) if record and record["key"] == key else None
    for odd in (file for file in [path, *(done.files.values() if done else ())] if file.is_dir()):
        log.warning("%s is a folder where a file belongs; it was moved to %s", odd, store.move_aside(data, odd))
    if done and not _whole(done, record):
        log.warning("%s: a file of it is no longer what was written; it is made again", step.key)
        done = None
    if not record and path.exists():
        log.warning("%s is damaged; it is made again", path)
    if record and step.keeps and not (data / step.keeps.file).exists():
        log.warning("%s is lost; it is made again from all that was ever seen", data / step.keeps.file)
        done = None
    if not done:
        done = _make(step, data, key, record)
    if step.keeps and not _is_kept(step, data, done):
        store.write_bytes(data / step.keeps.file, step.keeps.content(done))
    return done


def _is_kept(step: Step, data: Path, done: Output) -> bool:
    return store.holds(data / step.keeps.file, step.keeps.sha(done))


def _mend_kept(step: Step, data: Path, record: dict) -> None:
    """Bring the file kept besides back to what was written last, before anything reads it. Where the output itself is not
    whole either, the file counts as lost."""
    path, folder = data / step.keeps.file, data / location(step.key)[0]
    done = _output(folder, location(step.key)[1], record)
    if not path.exists() or _is_kept(step, data, done):
        return
    aside, whole = store.move_aside(data, path), _whole(done, record)
    log.warning("%s is damaged and was moved to %s", path, aside)
    if whole:
        log.warning("%s is written again from %s", path, done.path)
        store.write_bytes(path, step.keeps.content(done))


def _make(step: Step[Tables], data: Path, key: str, before: dict | None) -> Output:
    folder, stem = location(step.key)
    frames, meta = step.make(Given(data, step.inputs, step.definition))
    for name, declared in step.schemas.items():
        frames[name] = declared.held(frames[name], f"{folder}/{name}")
    names = {name: f"{name}-{key[:12]}.parquet" for name in frames}
    hashes = {name: store.write_parquet(data / folder / names[name], frame) for name, frame in frames.items()}
    version = store.sha256_json({"files": hashes, "meta": meta})
    record: dict[str, Any] = {
        "key": key,
        "data_version": version,
        "rows": len(frames[stem]),
        "files": names,
        "hashes": hashes,
        "meta": meta,
        "before": _replaced(before, version),
    }
    store.write_json(data / folder / f"{stem}.json", store.sealed(record))
    for name, file in (before or {"files": {}})["files"].items():
        if names.get(name) != file:
            (data / folder / file).unlink(missing_ok=True)
    for name, file in names.items():  # of a killed run, or of one whose record was lost
        for left in (data / folder).glob(f"{name}-*.parquet"):
            if left.name != file and re.fullmatch(r"[0-9a-f]{12}", left.stem.removeprefix(f"{name}-")):
                left.unlink()
    return _output(data / folder, stem, record, reused=False)


def _replaced(before: dict | None, version: str) -> dict:
    """What an output of this version took the place of: the same as before where it was only made again."""
    if not before:
        return {}
    again = before["data_version"] == version
    return before.get("before", {}) if again else {"rows": before["rows"], **before["meta"]}


def to_make(steps: Iterable[Step], data: Path, hold: bool = False) -> list[str]:
    """The keys of the steps whose output is not what their declaration asks for now, and of all that rest on them.

    `steps` in an order in which each comes after what it reads. A step that rests on one of these may turn out to be
    unchanged when it is run. Where anything is to be made, of these or (`hold`) of what rests on them all, every file that
    could be read for it is held to its hash.
    """
    steps = list(steps)
    due = _due(steps, data, set())
    if due or hold:
        due = _due(steps, data, {step.key for step in steps if step.key not in due and _is_damaged(step, data)})
    return [step.key for step in steps if step.key in due]


def _due(steps: list[Step], data: Path, damaged: set[str]) -> set[str]:
    due: set[str] = set()
    for step in steps:
        if step.key in damaged or due.intersection(step.depends_on) or not _stands(step, data):
            due.add(step.key)
    return due


def _is_damaged(step: Step, data: Path) -> bool:
    record = _record(step, data)
    return not _whole(_output(data / location(step.key)[0], location(step.key)[1], record), record)


def _stands(step: Step, data: Path) -> bool:
    record, folder = _record(step, data), data / location(step.key)[0]
    there = bool(record) and all((folder / file).exists() for file in record["files"].values())
    kept = there and (not step.keeps or _is_kept(step, data, _output(folder, location(step.key)[1], record)))
    return kept and record["key"] == work_key(step, data)


def work_key(step: Step, data: Path, code: str | None = None) -> str:
    """The hash of everything a step's output follows from: its code (unless told), its definition, and the versions of
    what it reads."""
    versions = {
        key: _version(data, key) if isinstance(read, str) else read.version(data) for key, read in step.inputs.items()
    }
    return store.sha256_json({"code": code or step.code_version, "definition": step.definition, "inputs": versions})


def _version(data: Path, key: str) -> str:
    key, _, table = key.partition(":")
    found = output(data, key)
    return found.hashes[table] if table else found.data_version


def _record(step: Step, data: Path) -> dict | None:
    folder, stem = location(step.key)
    return _read_record(data / folder / f"{stem}.json")


def _read_record(path: Path) -> dict | None:
    """The record of an output; None where there is none, or it is not what was written: the output is then made again."""
    try:
        record = store.unsealed(store.read_json(path))
    except Problem:
        return None
    return record if record and {"key", "data_version", "rows", "files", "hashes", "meta"} <= record.keys() else None


def _output(folder: Path, stem: str, record: dict, reused: bool = True) -> Output:
    files = {name: folder / file for name, file in record["files"].items()}
    before = record.get("before", {})  # which earlier code did not write down
    return Output(stem, files, record["data_version"], record["rows"], reused, record["meta"], record["hashes"], before)


def _whole(done: Output, record: dict) -> bool:
    return all(store.holds(file, record["hashes"][name]) for name, file in done.files.items())


@dataclass(frozen=True)
class KeptRead:
    """The file in which a step keeps its own output, for what it held before. It does not count towards the key."""

    name: str
    is_asset: bool = False

    @property
    def key(self) -> str:
        """The file's name."""
        return f"kept/{self.name}"

    def version(self, data: Path) -> str:
        """The same always."""
        return "kept"

    def value(self, data: Path) -> Path:
        """Its path."""
        return data / self.name


@dataclass(frozen=True)
class After:
    """A step that must have run before, such as one that refuses wrong corrections; nothing of it is read."""

    key: str
    is_asset: bool = True

    def version(self, data: Path) -> str:
        """The same always."""
        return "after"

    def value(self, data: Path) -> None:
        """Nothing."""
