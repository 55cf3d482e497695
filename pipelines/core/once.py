"""Work is done once: a step whose code, definition and inputs are unchanged returns the output it already has."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pandas as pd

from pipelines.core import store

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Made:
    """One step's output: a Parquet file per table (the main one is `path`), its data version and what was counted."""

    stem: str
    files: dict[str, Path]
    data_version: str
    rows: int
    reused: bool
    meta: dict = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """The Parquet file of the step's main table."""
        return self.files[self.stem]


@cache
def code_version(folder: str = "") -> str:
    """The hash of all code that makes values (pipelines, geodata, the pinned packages), or of one folder of it.

    Coarse on purpose: an exact list of what each step calls would be wrong the day someone forgets a line of it.
    """
    files = sorted((ROOT / folder).rglob("*.py")) if folder else _code()
    lock = ROOT / "requirements.lock"
    digest = hashlib.sha256(lock.read_bytes() if lock.exists() else b"")
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _code() -> list[Path]:
    files = [*(ROOT / "pipelines").rglob("*.py"), *(ROOT / "geodata").glob("*.py")]
    return sorted(file for file in files if file.parent.name not in ("commands", "answers") and file.name != "cli.py")


def once(
    folder: Path,
    stem: str,
    definition,
    inputs: dict[str, str],
    make: Callable[[], tuple[dict[str, pd.DataFrame], dict]],
) -> Made:
    """Return `folder`/`stem` if its key is unchanged, else make it.

    `definition` is anything with canonical JSON; `inputs` maps names to data versions; `make()` returns the tables by
    name (the main one under `stem`) and what to remember about them.
    """
    key = store.sha256_json({"code": code_version(), "definition": definition, "inputs": inputs})
    record = store.read_json(folder / f"{stem}.json")
    if record and record["key"] == key:
        files = {name: folder / file for name, file in record["files"].items()}
        if all(file.exists() and store.sha256_file(file) == record["hashes"][name] for name, file in files.items()):
            return Made(stem, files, record["data_version"], record["rows"], True, record["meta"])
    frames, meta = make()
    names = {name: f"{name}-{key[:12]}.parquet" for name in frames}
    hashes = {name: store.write_parquet(folder / names[name], frame) for name, frame in frames.items()}
    version = store.sha256_json({"files": hashes, "meta": meta})
    rows = len(frames[stem])
    store.write_json(
        folder / f"{stem}.json",
        {"key": key, "data_version": version, "rows": rows, "files": names, "hashes": hashes, "meta": meta},
    )
    for name, file in (record or {"files": {}})["files"].items():
        if names.get(name) != file:
            (folder / file).unlink(missing_ok=True)
    return Made(stem, {name: folder / file for name, file in names.items()}, version, rows, False, meta)


def made(folder: Path, stem: str) -> Made:
    """The output that step `stem` has at present. Raises FileNotFoundError when it was never made."""
    record = store.read_json(folder / f"{stem}.json")
    if record is None:
        raise FileNotFoundError(folder / f"{stem}.json")
    files = {name: folder / file for name, file in record["files"].items()}
    return Made(stem, files, record["data_version"], record["rows"], True, record["meta"])
