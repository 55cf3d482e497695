"""Snapshots as they lie in DIR: which was good, whether its files are still what was fetched, damaged ones moved aside."""

import csv
import logging
import zipfile
from pathlib import Path

from geodata.geography import Geography
from pipelines.core import store
from pipelines.core.problem import Problem
from pipelines.register.source import Source
from pipelines.tables.canonical import canonical_hash
from pipelines.tables.seen import told_day

log = logging.getLogger("commonground.fetch")
GOOD = ("new", "unchanged")


class Damaged(Problem):
    """A kept snapshot whose files are no longer what was fetched."""


def last_good(folder: Path, geography: str) -> dict | None:
    """The newest observation for this geography that has a snapshot on disk, with the validators of its last answer."""
    for line in reversed(store.read_lines(folder / "observations.jsonl")):
        if line.get("geography") == geography and line["status"] in GOOD and (folder / line["sha"]).is_dir():
            return line
    return None


def history(data: Path, source: Source, geography: Geography) -> list[dict]:
    """What a source has been seen to hold, oldest first, the present last: the observations that differ from the one before.

    Each has `sha`, `day` (the publisher's date, else the day it was asked), and the `run` that made it with `run_at`;
    those whose snapshot is gone are left out. Content that comes back is there twice.
    """
    folder = data / "snapshots" / source.stem
    found: list[dict] = []
    for line in store.read_lines(folder / "observations.jsonl") if source.publish != "nothing" else ():
        good = line.get("geography") == geography.stem and line["status"] in GOOD
        if good and (folder / line["sha"]).is_dir() and (not found or found[-1]["sha"] != line["sha"]):
            day = told_day(line) or line.get("asked_on") or line["observed_at"][:10]
            found.append({**line, "day": str(source.vintage or day), "folder": folder})
    return found


def read_snapshot(folder: Path, sha: str) -> dict[str, bytes]:
    """The files of one kept snapshot, by name; `folder` holds all snapshots of its source.

    Raises Damaged where they are no longer what was fetched; they are then moved aside, so that they are fetched anew.
    """
    files = {path.name: path.read_bytes() for path in sorted((folder / sha).iterdir())}
    lines = [line for line in store.read_lines(folder / "observations.jsonl") if line["sha"] == sha and "bytes" in line]
    if lines and {name: store.sha256(body) for name, body in files.items()} != lines[-1]["bytes"]:
        move_aside(folder, lines[-1]["geography"], sha)
        message = f"the files of snapshot {sha[:12]} are not those that were fetched, and were moved aside"
        raise Damaged(folder.name, message, "run the same command again: it is fetched anew")
    return files


def last_undamaged(source: Source, folder: Path, geography: str) -> dict | None:
    """The last good observation whose files are still what was fetched; damaged ones are moved aside and reported.

    So that an answer of "not changed" never confirms bytes that did.
    """
    while (last := last_good(folder, geography)) and not is_undamaged(source, folder, last):
        move_aside(folder, geography, last["sha"])
    return last


def is_undamaged(source: Source, folder: Path, line: dict) -> bool:
    """True where the files of a snapshot that an observation tells of are those that were fetched."""
    if "bytes" in line:
        return hashes(folder / line["sha"]) == line["bytes"]
    try:  # observed before hashes of bytes were written down
        files = {path.name: path.read_bytes() for path in (folder / line["sha"]).iterdir()}
        return canonical_hash(source, files) == line["sha"]
    except (ValueError, OSError, StopIteration, csv.Error, zipfile.BadZipFile):
        return False


def hashes(snapshot: Path) -> dict[str, str]:
    """The hash of each file of a snapshot, by name."""
    return {path.name: store.sha256_file(path) for path in sorted(snapshot.iterdir())}


def with_bytes(folder: Path, line: dict) -> dict:
    """The observation with the hash of each file that the snapshot holds, as it was stored."""
    return line if "bytes" in line else {**line, "bytes": hashes(folder / line["sha"])}


def move_aside(folder: Path, geography: str, sha: str) -> None:
    """Move a damaged snapshot out of its source's `folder`, and write down that it was."""
    stem = folder.name
    aside = folder.parents[1] / "damaged" / stem / f"{sha}.{store.utc_now().replace(':', '')}"
    store.move_aside(folder / sha, aside)
    message = f"{stem}: the files of snapshot {sha[:12]} are not those that were fetched; they were moved to {aside}"
    line = {"observed_at": store.utc_now(), "geography": geography, "status": "damaged", "sha": sha}
    store.append_line(folder / "observations.jsonl", {**line, "rows": 0, "source_as_at": None, "problem": message})
    log.warning("%s", message)
