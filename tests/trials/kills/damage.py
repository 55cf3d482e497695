"""What is done to files of DIR: each kind cut, altered, emptied, removed or made a folder, and damage with a shape of its own."""

import json
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from fixtures.recording import NEW, OLD
from trials.kills.trial import UNENDED, Trial

HARMS: dict[str, Callable[[Path, random.Random], None]] = {}


def harm(name: str):
    def register(function):
        HARMS[name] = function
        return function

    return register


@harm("cut in half")
def _cut(path: Path, chance: random.Random) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@harm("a byte flipped")
def _flip(path: Path, chance: random.Random) -> None:
    body = bytearray(path.read_bytes())
    at = chance.randrange(len(body)) if body else 0
    body[at : at + 1] = bytes([body[at] ^ 1]) if body else b"x"
    path.write_bytes(bytes(body))


@harm("emptied")
def _empty(path: Path, chance: random.Random) -> None:
    path.write_bytes(b"")


@harm("removed")
def _remove(path: Path, chance: random.Random) -> None:
    path.unlink()


@harm("made a folder")
def _folder(path: Path, chance: random.Random) -> None:
    path.unlink()
    path.mkdir()


@harm("garbage")
def _garbage(path: Path, chance: random.Random) -> None:
    path.write_bytes(chance.randbytes(max(200, path.stat().st_size)))


def damage(good: Path, chance: random.Random) -> Iterator[Trial]:
    """Every kind of file of DIR, damaged in every way; one file of each kind and way, drawn."""
    kinds: dict[str, list[Path]] = {}
    for path in sorted(good.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.name not in (".lock", "corrections.csv"):
            kinds.setdefault(kind_of(path.relative_to(good)), []).append(path.relative_to(good))
    for kind, paths in kinds.items():
        for how, act in HARMS.items():
            path, seed = chance.choice(paths), chance.random()
            yield Trial(
                f"damage {kind}",
                f"{path} {how}",
                lambda data, path=path, act=act, seed=seed: act(data / path, random.Random(seed)),
                harms=path.parts[0] == "releases",
                date=chance.choice((OLD, NEW)),
            )


def kind_of(path: Path) -> str:
    """A kind of file: all snapshot bytes are one, all step records, all maps of a release."""
    top, suffix = path.parts[0], path.suffix
    if top == "snapshots":
        return "observations" if path.name == "observations.jsonl" else "snapshot"
    if top == "releases":
        return f"release {suffix if len(path.parts) > 3 else path.name}"
    if top in ("tables", "places", "reach", "indicators", "indices", "ownership"):
        return "step record" if suffix == ".json" else "step output"
    if top == "history":
        return f"history {path.name if path.stem in ('runs', 'index') else 'of a run'}"
    return "compute log" if top == "storage" else path.name


def other_damage(chance: random.Random) -> Iterator[Trial]:
    """Damage with a shape of its own."""

    def trial(name: str, act: Callable[[Path], None], harms: bool = False) -> Trial:
        return Trial("damage", name, act, harms, chance.choice((OLD, NEW)))

    yield trial("identity.parquet holds other ids", _other_ids)
    yield trial("identity.parquet holds half its rows", _half_the_ids)
    for name, line in (("a word", b'"good"'), ("a number", b"7"), ("a list", b"[]"), ("an object", b"{}")):
        yield trial(f"a line of observations.jsonl is {name}", lambda data, line=line: _line(data, line))
    yield trial("observations.jsonl says other rows", _other_rows)
    yield trial("all observations.jsonl removed", _no_observations)
    yield trial("scope.json is of another area", _other_scope)
    yield trial("a step record says another version", _other_record)
    yield trial("releases/latest removed", lambda data: (data / "releases/latest").unlink(), True)
    for to in ("9.9.9", "/etc", "../snapshots", "latest"):
        yield trial(f"releases/latest points at {to}", lambda data, to=to: _point(data, to), True)
    yield trial("releases/latest is a folder", _latest_folder, True)
    yield trial("an empty folder 7.0.0 in releases", lambda data: (data / "releases/7.0.0").mkdir())
    yield trial("an empty folder 1.0.1 in releases", lambda data: (data / "releases/1.0.1").mkdir())
    yield trial("a file 7.0.0 in releases", lambda data: (data / "releases/7.0.0").write_bytes(b""))
    yield trial("half a release 7.0.0", _half_a_release)
    yield trial("a view saved in the release", lambda data: _alter(data, "create view mine as select 1"), True)
    yield trial("a table dropped of the release", lambda data: _alter(data, "drop table indicator_value"), True)
    yield trial("the release altered by another program, not yet folded in", _left_wal, True)
    yield trial("runs left begun", _runs_left)
    yield trial("the history locked by another program", _locked_history)
    yield trial(".lock.holder is no JSON", lambda data: (data / ".lock.holder").write_bytes(b"{"))
    yield trial(".lock.holder is a folder", lambda data: (data / ".lock.holder").mkdir())
    yield trial("a rollback.json that is no JSON", lambda data: (data / "rollback.json").write_bytes(b"{"))
    yield trial("half-written files left", _left_halves)


def _other_ids(data: Path) -> None:
    import pandas as pd

    ids = pd.read_parquet(data / "identity.parquet")
    ids["place_id"] = ids["place_id"].iloc[::-1].to_numpy()
    ids.to_parquet(data / "identity.parquet", index=False)


def _half_the_ids(data: Path) -> None:
    import pandas as pd

    ids = pd.read_parquet(data / "identity.parquet")
    ids.iloc[: len(ids) // 2].to_parquet(data / "identity.parquet", index=False)


OBSERVED = "snapshots/hls_libraries_current/observations.jsonl"


def _line(data: Path, line: bytes) -> None:
    with (data / OBSERVED).open("ab") as file:
        file.write(line + b"\n")


def _other_rows(data: Path) -> None:
    for path in data.glob("snapshots/*/observations.jsonl"):
        path.write_bytes(re.sub(rb'"rows":(\d+)', rb'"rows":\g<1>000', path.read_bytes()))


def _no_observations(data: Path) -> None:
    for path in data.glob("snapshots/*/observations.jsonl"):
        path.unlink()


def _other_scope(data: Path) -> None:
    scope = json.loads((data / "scope.json").read_bytes())
    (data / "scope.json").write_text(json.dumps({**scope, "geography": "no_such", "asked": ["Nowhere"]}))


def _other_record(data: Path) -> None:
    for path in data.glob("tables/*.json"):
        record = json.loads(path.read_bytes())
        path.write_text(json.dumps({**record, "data_version": "0" * 64, "rows": 3}))


def _point(data: Path, to: str) -> None:
    link = data / "releases/latest"
    link.unlink()
    link.symlink_to(to)


def _latest_folder(data: Path) -> None:
    link = data / "releases/latest"
    kept = link.resolve()
    link.unlink()
    shutil.copytree(kept, link)


def _half_a_release(data: Path) -> None:
    (data / "releases/7.0.0/csv").mkdir(parents=True)
    shutil.copy(data / "releases/latest/datapackage.json", data / "releases/7.0.0")


def _alter(data: Path, sql: str) -> None:
    _apart(f"import duckdb; duckdb.connect({str(data / 'releases/latest/commonground.duckdb')!r}).execute({sql!r})")


def _left_wal(data: Path) -> None:
    path = str(data / "releases/latest/commonground.duckdb")
    sql = "update index_score set score = 1"
    _apart(f"import duckdb, os; c = duckdb.connect({path!r}); c.execute({sql!r}); os._exit(0)")


def _apart(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True)


def _runs_left(data: Path) -> None:
    """Runs of the UI and of the command, each in a state that only a live process is in."""
    with sqlite3.connect(data / "history/runs.db") as runs:
        rows = runs.execute("select id from runs order by id").fetchall()
        for (row,), status in zip(rows, (*UNENDED, *UNENDED), strict=False):
            body = json.loads(runs.execute("select run_body from runs where id = ?", (row,)).fetchone()[0])
            body["status"] = {"__enum__": f"DagsterRunStatus.{status}"}
            body["tags"] = {k: v for k, v in body["tags"].items() if row % 2 or k != "commonground/told_by"}
            runs.execute("update runs set status = ?, run_body = ? where id = ?", (status, json.dumps(body), row))
    runs.close()


def _locked_history(data: Path) -> None:
    code = f"import sqlite3, time; c = sqlite3.connect({str(data / 'history/runs.db')!r}); c.execute('begin exclusive'); print('held', flush=True); time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    holder.stdout.readline()
    HELD.append(holder)


HELD: list[subprocess.Popen] = []


def _left_halves(data: Path) -> None:
    for name in (".health.json.writing.abcd", "tables/.areas.json.writing.a1b2", "releases/.making.12345678"):
        path = data / name
        path.mkdir() if "making" in name else path.write_bytes(b"half")
