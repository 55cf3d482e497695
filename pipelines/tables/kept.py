"""Snapshots as they lie in DIR: which was good, whether its files are still what was fetched, damaged ones moved aside.

Every observation is a sealed line of `observations.jsonl`; one that brought a snapshot stands in `<sha>.jsonl` beside that
snapshot too, so that what was seen when is not lost with one file: place ids and events follow from it.
"""

import functools
import logging
from pathlib import Path

import orjson

from geodata.geography import Geography
from pipelines.core import store
from pipelines.core.problem import Problem
from pipelines.register.source import Source
from pipelines.tables.canonical import canonical_hash
from pipelines.tables.seen import told_day

log = logging.getLogger("commonground.fetch")
GOOD = ("new", "unchanged")
OBSERVATIONS = "observations.jsonl"
SAID = {"observed_at": str, "geography": str, "status": str, "rows": int}  # by every observation


class Damaged(Problem):
    """A kept snapshot whose files are no longer what was fetched."""


def observations(folder: Path) -> list[dict]:
    """The observations of a source, oldest first, with those that were lost and that its snapshots still tell of."""
    kept, lost, _ = _observed(folder)
    return _in_order(kept, lost)


def write_down(folder: Path, line: dict) -> None:
    """Write down what was observed of a source; beside the snapshot first, where it brought one."""
    told = store.sealed(line)
    if line["status"] == "new":
        store.append_line(folder / f"{line['sha']}.jsonl", told)
    store.append_line(folder / OBSERVATIONS, told)


def mend_observations(folder: Path) -> None:
    """Write the observations again where some are lost or are not what was written, and say so; the file is kept aside."""
    if not folder.is_dir():
        return
    path = folder / OBSERVATIONS
    kept, lost, odd = _observed(folder)
    if odd or lost:
        if path.exists() and not (odd == 1 and _ends_in_a_line(path)):
            store.move_aside(folder.parents[1], path, folder.name)
        again = [store.sealed(line) for line in _in_order(kept, lost)]
        store.write_stream(path, (orjson.dumps(line) + b"\n" for line in again))
        message = "%s: of its observations %s were lost and %s lines are not what was written; they were written again, with those that its snapshots tell of"
        log.warning(message, folder.name, len(lost), odd)
    elif not kept and any(path.is_dir() for path in folder.iterdir()):
        message = "%s: its observations are lost, and with them when its snapshots were seen; it is fetched anew"
        log.warning(message, folder.name)


def _ends_in_a_line(path: Path) -> bool:
    """True where a file ends within a line, as where the machine stopped while it was written: no damage to look into."""
    return path.is_file() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")


def _in_order(kept: list[dict], lost: list[dict]) -> list[dict]:
    return sorted([*kept, *lost], key=lambda line: line["observed_at"]) if lost else kept


def _observed(folder: Path) -> tuple[list[dict], list[dict], int]:
    """The observations as they were written, those lost that snapshots tell of, and how many lines are something else."""
    kept, odd = _lines(folder / OBSERVATIONS)
    known = {line["sha"] for line in kept if line["status"] == "new"}
    snapshots = (
        {path.name for path in folder.iterdir() if path.is_dir() and path.name[0] != "."} if folder.is_dir() else set()
    )
    if not odd and snapshots <= known:
        return list(kept), [], 0
    brought = [line for sha in sorted(snapshots) for line in _lines(folder / f"{sha}.jsonl")[0]]
    seen = {(line["sha"], line["observed_at"]) for line in kept}
    return list(kept), [line for line in brought if (line["sha"], line["observed_at"]) not in seen], odd


def _lines(path: Path) -> tuple[tuple[dict, ...], int]:
    try:
        at = path.stat()
    except FileNotFoundError:
        return (), 0
    return _read_lines(path, at.st_mtime_ns, at.st_size)


@functools.lru_cache(maxsize=1024)  # it is asked for often, and grows by a line a refresh
def _read_lines(path: Path, *_: int) -> tuple[tuple[dict, ...], int]:
    """The observations in a file that are what was written, and how many lines are not."""
    try:
        lines = [line for line in path.read_bytes().split(b"\n") if line]
    except OSError:  # a folder, or forbidden
        return (), 1
    told = [line for line in map(_observation, lines) if line]
    return tuple(told), len(lines) - len(told)


def _observation(text: bytes) -> dict | None:
    try:
        line = store.unsealed(orjson.loads(text))
    except orjson.JSONDecodeError:
        return None
    if line is None or not all(isinstance(line.get(name), kind) for name, kind in SAID.items()):
        return None
    return {"sha": None, **line} if line["status"] not in GOOD or isinstance(line.get("sha"), str) else None


def last_good(folder: Path, geography: str) -> dict | None:
    """The newest observation for this geography that has a snapshot on disk, with the validators of its last answer."""
    for line in reversed(observations(folder)):
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
    for line in observations(folder) if source.publish != "nothing" else ():
        good = line.get("geography") == geography.stem and line["status"] in GOOD
        if good and (folder / line["sha"]).is_dir() and (not found or found[-1]["sha"] != line["sha"]):
            day = told_day(line) or line.get("asked_on") or line["observed_at"][:10]
            found.append({**line, "day": str(source.vintage or day), "folder": folder})
    return found


def read_snapshot(folder: Path, sha: str) -> dict[str, bytes]:
    """The files of one kept snapshot, by name; `folder` holds all snapshots of its source.

    Raises Damaged where they are no longer what was fetched; they are then moved aside, so that they are fetched anew.
    """
    lines = [line for line in observations(folder) if line["sha"] == sha and "bytes" in line]
    try:
        files = {path.name: path.read_bytes() for path in sorted((folder / sha).iterdir())}
    except OSError:  # a folder where a file belongs, or forbidden
        files = {}
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
    try:
        if "bytes" in line:
            return hashes(folder / line["sha"]) == line["bytes"]
        # observed before hashes of bytes were written down
        files = {path.name: path.read_bytes() for path in (folder / line["sha"]).iterdir()}
        return canonical_hash(source, files) == line["sha"]
    except Exception:  # whatever damaged bytes make a reader throw
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
    aside = store.move_aside(folder.parents[1], folder / sha, stem)
    message = f"{stem}: the files of snapshot {sha[:12]} are not those that were fetched; they were moved to {aside}"
    line = {"observed_at": store.utc_now(), "geography": geography, "status": "damaged", "sha": sha}
    write_down(folder, {**line, "rows": 0, "source_as_at": None, "problem": message})
    log.warning("%s", message)
