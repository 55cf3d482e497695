"""Kill -9, full disks and damage, tried on the second made-up city: `make kills`, KILLS_ARGS="--seed 7 --only damage".

Each trial takes a good DIR of an earlier date and disturbs it: a refresh is killed at a write, or when some time passed,
or finds the disk full; or a file of DIR is cut, altered, emptied, removed or made a folder. Then it holds what is promised:
the last good release is whole (or `check` tells that it is not), the next refresh succeeds (or says in one sentence what
to remove, and succeeds once that is removed), its release equals the undisturbed one by `diff --exact`, nothing half
made is left and no run of Dagster's history is left begun. A trial is a fork of this process, which has read all code.
"""

import argparse
import contextlib
import errno
import gc
import hashlib
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import assets_defs.run
import assets_defs.workers  # noqa: F401
from pipelines.commands import cli, dev, refresh, serve  # noqa: F401
from pipelines.release import compare, health, publish, verify  # noqa: F401

sys.path.insert(0, str(Path(__file__).parents[1]))
from fixtures.recording import CITY, NEW, OLD, Recording

WRITES = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.symlink")
SENTENCE = re.compile(r"commonground: .+[.?]")
TOLD = re.compile(r"damaged|moved|again|closed|lost|anew|points at|still")
UNENDED = ("STARTED", "STARTING", "CANCELING")
DISK_MB = 80


class Breach(AssertionError):
    """What was promised did not hold."""


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code (minus the signal that killed it) and what it said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Trial:
    """A kind, a name and what is done to a good DIR; `harms` where the last good release itself is no longer whole; the
    `date` of the answers afterwards: something new, or nothing."""

    kind: str
    name: str
    disturb: Callable[[Path], None]
    harms: bool = False
    date: str = NEW


# ---- commands, each in a fork


def run(*words, before: Callable[[], None] | None = None, kill_after: float | None = None) -> Ended:
    """`commonground` with these words in a fork of this process; `before` is done in it first."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            _be_commonground([str(word) for word in words], out.fileno(), err.fileno(), before)
        if kill_after is not None:
            time.sleep(kill_after)
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        for file in (out, err):
            file.seek(0)
        return Ended(os.waitstatus_to_exitcode(status), out.read().decode(), err.read().decode())


def _be_commonground(words: list[str], out: int, err: int, before: Callable[[], None] | None) -> None:
    os.dup2(out, 1)
    os.dup2(err, 2)
    code = 70
    try:
        if before:
            before()
        cli.main(words)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def refreshed(data: Path, date: str = NEW, quiet: bool = True, **how) -> Ended:
    """A refresh of the city as it was on a date."""
    words = ["refresh", "--data", data, "--area", "Hanul", "--sample-date", date, *["--quiet"] * quiet]
    return run(*words, **how)


# ---- what happens in the fork


def at_writes(data: Path, act: Callable[[int, str, bool], None]) -> Callable[[], None]:
    """Calls `act(number, what, is_publishing)` before each write below `data`: a file opened for writing, renamed, removed."""

    def before() -> None:
        seen, inside = [0], [False]
        whole, here = publish.publish, str(data)

        def publishing(workspace):
            inside[0] = True
            try:
                return whole(workspace)
            finally:
                inside[0] = False

        from assets_defs import release

        release.publish = publish.publish = publishing

        def hook(event: str, arguments: tuple) -> None:
            if event in WRITES and _is_write(event, arguments, here):
                seen[0] += 1
                act(seen[0], f"{event} {Path(os.fsdecode(arguments[0])).name}", inside[0])

        sys.addaudithook(hook)

    return before


def _is_write(event: str, arguments: tuple, here: str) -> bool:
    if not isinstance(arguments[0], (str, bytes, os.PathLike)) or not os.fsdecode(arguments[0]).startswith(here):
        return False
    flags = arguments[2] if event == "open" else os.O_WRONLY
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def kill_at(number: int) -> Callable[[int, str, bool], None]:
    def act(seen: int, what: str, is_publishing: bool) -> None:
        if seen == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return act


def full_from(number: int) -> Callable[[int, str, bool], None]:
    def act(seen: int, what: str, is_publishing: bool) -> None:
        if seen >= number and not what.startswith(("os.remove", "os.rmdir")):
            raise OSError(errno.ENOSPC, "No space left on device")

    return act


def writes_of(good: Path, room: Path) -> list[tuple[str, bool]]:
    """Every write of an undisturbed refresh, and whether it is one of `publish`."""
    data, told = copied(good, room / "counted"), room / "writes.json"
    log: list[tuple[str, bool]] = []
    note = lambda seen, what, inside: log.append((what, inside))  # noqa: E731

    def before() -> None:
        at_writes(data, note)()
        real = os._exit

        def leave(code: int) -> None:
            told.write_text(json.dumps(log))
            real(code)

        os._exit = leave

    ended = refreshed(data, before=before)
    assert ended.code == 0, ended.err
    shutil.rmtree(data)
    return [(what, inside) for what, inside in json.loads(told.read_text())]


# ---- trials


def kills(writes: list[tuple[str, bool]], chance: random.Random, n: int) -> Iterator[Trial]:
    """One at every write of `publish`, the others at writes before it and at moments."""
    publishing = [number for number, (_, inside) in enumerate(writes, 1) if inside]
    others = [number for number, (_, inside) in enumerate(writes, 1) if not inside]
    snapshots = max(number for number, (what, _) in enumerate(writes, 1) if "observations" in what)
    after = [number for number in others if number > snapshots]
    chosen = sorted(chance.sample(after, min(len(after), n // 3)))
    chosen += sorted(chance.sample(others, min(len(others), n // 6)))
    for number in [*chosen, *publishing]:
        name = f"at write {number} of {len(writes)} ({writes[number - 1][0]})"
        yield Trial("kill", name, lambda data, number=number: _killed(data, number))
    for _ in range(n // 6):
        seconds = round(chance.uniform(0.05, 6), 2)
        yield Trial("kill", f"after {seconds} s", lambda data, seconds=seconds: _timed(data, seconds))


def _killed(data: Path, number: int) -> None:
    ended = refreshed(data, before=at_writes(data, kill_at(number)))
    if ended.code not in (-signal.SIGKILL, 0):
        raise Breach(f"the refresh to be killed ended with {ended.code}: {ended.err[-300:]}")


def _timed(data: Path, seconds: float) -> None:
    refreshed(data, kill_after=seconds)


def full_disks(writes: list[tuple[str, bool]], chance: random.Random, n: int) -> Iterator[Trial]:
    """A small disk with so much left, where one may be mounted; else writes that are refused from one on."""
    for _ in range(n):
        if can_mount():
            left = chance.randrange(50, 9000)
            yield Trial("full disk", f"{left} kB left", lambda data, left=left: _on_small_disk(data, left))
        else:
            number = chance.randrange(1, len(writes) + 1)
            yield Trial("full disk", f"from write {number} on", lambda data, number=number: _full(data, number))


def can_mount() -> bool:
    """True where this user may mount a small disk."""
    with tempfile.TemporaryDirectory() as folder:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True).returncode == 0
        if mounted:
            subprocess.run(["umount", folder], capture_output=True)
        return mounted


def _on_small_disk(data: Path, left: int) -> None:
    kept = data.with_name("kept")
    data.rename(kept)
    data.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(data)], check=True)
    try:
        inside = Path(shutil.copytree(kept, data / "data", symlinks=True))
        free = os.statvfs(data)
        (data / "filler").write_bytes(bytes(max(0, free.f_bavail * free.f_frsize - left * 1000)))
        _refused_for_want_of_space(refreshed(inside))
        (data / "filler").unlink()
        shutil.rmtree(kept)
        shutil.copytree(inside, kept, symlinks=True)
    finally:
        subprocess.run(["umount", "-l", str(data)], check=True)
    data.rmdir()
    kept.rename(data)


def _full(data: Path, number: int) -> None:
    _refused_for_want_of_space(refreshed(data, before=at_writes(data, full_from(number))))


def _refused_for_want_of_space(ended: Ended) -> None:
    if ended.code == 0:
        return
    _one_sentence(ended)
    if "space" not in ended.err:
        raise Breach(f"a full disk is told as: {ended.err.strip()}")


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


# ---- what is held afterwards


def copied(good: Path, target: Path) -> Path:
    """A copy of a DIR."""
    shutil.rmtree(target, ignore_errors=True)
    return Path(shutil.copytree(good, target, symlinks=True))


def fingerprint(data: Path) -> str:
    """The hash of every file of the latest release, and its version."""
    latest = (data / "releases/latest").resolve()
    files = [path for path in sorted(latest.rglob("*")) if path.is_file()]
    told = [latest.name, *(f"{p.relative_to(latest)} {hashlib.sha256(p.read_bytes()).hexdigest()}" for p in files)]
    return "\n".join(told)


def judge(trial: Trial, data: Path, good: str, undisturbed: dict[str, Path]) -> str:
    """Hold a disturbed DIR to what is promised; gives a word on how it went. Raises Breach."""
    if not trial.harms and fingerprint(data) not in (good, fingerprint(undisturbed[NEW])):
        raise Breach("the last good release is not what it was")
    # the files of a killed refresh's release are those that passed: it is checked again after the next one
    checked = run("check", "--data", data) if trial.kind.startswith("damage") else Ended(0, "", "")
    if checked.code and not trial.harms:
        raise Breach(f"`check` fails: {checked.err.strip()[-300:]}")
    if checked.code:
        _one_sentence(checked)
    word = "noticed by check, " if checked.code else ""
    ended = refreshed(data, trial.date, quiet=False)
    if ended.code:
        _one_sentence(ended)
        word += f"refused ({ended.err.strip()}), "
        _do_as_told(data, ended.err)
        ended = refreshed(data, trial.date)
    if ended.code:
        raise Breach(f"the next refresh ends with {ended.code}: {ended.err.strip()[-400:]}")
    said = [line.replace(str(data), "DIR") for line in ended.err.splitlines() if TOLD.search(line)]
    if "Traceback" in ended.out + ended.err:
        raise Breach(f"a traceback: {ended.err[-400:]}")
    checked = run("check", "--data", data)
    if checked.code:
        raise Breach(f"`check` fails after the refresh: {checked.err.strip()[-300:]}")
    same = run("diff", "--exact", undisturbed[trial.date] / "releases/latest", data / "releases/latest")
    if same.code:
        raise Breach(f"the release differs from the undisturbed one: {(same.out + same.err).strip()[:300]}")
    _nothing_left(data)
    return word + ("told: " + "; ".join(line[:160] for line in said[:2]) if said else "as if nothing had happened")


def _one_sentence(ended: Ended) -> None:
    lines = [line for line in ended.err.strip().splitlines() if line.startswith("commonground: ")]
    if "Traceback" in ended.err or len(lines) != 1 or not SENTENCE.fullmatch(lines[0]) or "fault of ours" in lines[0]:
        raise Breach(f"exit {ended.code} and no one sentence: {ended.err.strip()[-400:]}")


def _do_as_told(data: Path, sentence: str) -> None:
    """Remove what the sentence names, where it says to remove something."""
    named = re.findall(rf"{re.escape(str(data))}[^\s:;,()]*[^\s:;,().]", sentence)
    if "emove" not in sentence or not named:
        raise Breach(f"the next refresh is refused, and not told what to remove: {sentence.strip()}")
    path = Path(named[0])
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _nothing_left(data: Path) -> None:
    left = [str(p.relative_to(data)) for p in data.rglob(".*") if p.name not in (".lock",) and "damaged" not in p.parts]
    left += [str(p.relative_to(data)) for p in data.glob("partial/*")]
    if left:
        raise Breach(f"left behind: {left[:3]}")
    with sqlite3.connect(data / "history/runs.db") as runs:
        states = Counter(state for (state,) in runs.execute("select status from runs"))
    runs.close()
    if begun := {state: n for state, n in states.items() if state in UNENDED}:
        raise Breach(f"runs left begun: {begun}")


def main() -> int:
    """Run the trials; one line each, a summary, and 1 where one breaks a promise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=60, help="besides those at the writes of publish")
    parser.add_argument("--disks", type=int, default=10)
    parser.add_argument("--only", help="trials whose kind and name hold this text")
    parser.add_argument("--share", type=float, default=1, help="of the trials, drawn")
    parser.add_argument("--folder", type=Path, help="where to work (default: in memory, where there is some)")
    asked = parser.parse_args()
    room = Path(
        tempfile.mkdtemp(prefix="kills.", dir=asked.folder or ("/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    )
    try:
        return _run(asked, room)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _run(asked: argparse.Namespace, room: Path) -> int:
    city = Recording(room / "city", CITY)
    city.spoil("libraries.json", _without_first, OLD)
    os.environ["COMMONGROUND_RECORDING"] = str(city.folder)
    good = room / "good"
    first = refreshed(good, OLD)
    assert first.code == 0, first.err
    undisturbed = {OLD: good, NEW: copied(good, room / "undisturbed")}
    assert refreshed(undisturbed[NEW]).code == 0
    before = fingerprint(good)
    gc.freeze()
    chance = random.Random(asked.seed)
    writes = writes_of(good, room)
    trials = [
        *kills(writes, chance, asked.kills),
        *full_disks(writes, chance, asked.disks),
        *damage(good, chance),
        *other_damage(chance),
    ]
    trials = [t for t in trials if not asked.only or asked.only in f"{t.kind}: {t.name}"]
    trials = [t for t in trials if chance.random() < asked.share]
    breaches: Counter[str] = Counter()
    started = time.monotonic()
    for number, trial in enumerate(trials, 1):
        data, label = copied(good, room / "data"), f"{number:3} of {len(trials)} {trial.kind}: {trial.name}"
        label += "" if trial.date == NEW else ", nothing new"
        began = time.monotonic()
        try:
            trial.disturb(data)
            word = judge(trial, data, before, undisturbed)
        except Breach as breach:
            breaches[trial.kind] += 1
            word = f"BREACH {breach}"
        finally:
            while HELD:
                holder = HELD.pop()
                holder.kill()
                holder.communicate()
        print(f"{label}: {word} ({time.monotonic() - began:.1f} s)", flush=True)
    minutes = (time.monotonic() - started) / 60
    print(
        f"{len(trials)} trials in {minutes:.0f} minutes with seed {asked.seed}: {sum(breaches.values())} breaches {dict(breaches)}"
    )
    return 1 if breaches else 0


def _without_first(body: bytes) -> bytes:
    told = json.loads(body)
    told["응답"]["목록"].pop(0)
    return json.dumps(told).encode()


if __name__ == "__main__":
    sys.exit(main())
