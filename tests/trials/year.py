"""A year on one disk: a refresh of the second made-up city each fortnight, publishers and bad luck by schedule.

Each fortnight states what a refresh must do: how it ends, the state of the light, whether a release is published, and what
is told. A reader asks `releases/latest` all the while. Disk and memory are told each month, and held to bounds at the end.
"""

import argparse
import datetime
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))

from fixtures.recording import CITY, NEW, OLD, Recording  # noqa: E402

BEGIN = datetime.date(2026, 10, 5)
DIR_MB, HISTORY_MB, MEMORY_MB = 250, 40, 700  # twelve releases, sixty runs, and one refresh of this city
LIBRARIES, MARKETS, AREAS, OUTLINES = "libraries.json", "markets.csv", "oa_2025.csv", "/OA_2025/FeatureServer/0?f=json"
LIST, MARKET_LIST = "hls_libraries_current", "hso_markets_current"
ACKNOWLEDGED = "{source}: {{reason: the service moves its web site, who: data team, until: {until}}}\n"
CORRECTION = "place_or_record,field_or_event,value,reason,evidence,date\n{source}|LIB-001,name,Nabi Library,it was renamed,a letter,2026-12-01\n"


@dataclass
class Expected:
    """What a fortnight must bring: exit code, state of health.json, whether `latest` moves (None: either), words told."""

    code: int = 0
    light: str = "green"
    moves: bool | None = False
    told: tuple[str, ...] = ()


class City:
    """The publishers of the city, who say something else from a day on, and the operator's DIR."""

    def __init__(self, folder: Path):
        self.recording, self.data, self.folder = Recording(folder / "city", CITY), folder / "data", folder
        self.day, self.good = NEW, {}
        for date in (OLD,):
            (self.recording.folder / f"{date}.json").unlink(missing_ok=True)

    def turn(self, day: str) -> None:
        """Publishers say on this day what they said before."""
        index = self.recording.folder
        shutil.copy(index / f"{self.day}.json", index / f"{day}.json")
        if self.day != NEW:
            (index / f"{self.day}.json").unlink()
        self.day = day

    def says(self, part: str, change: bytes | Callable[[bytes], bytes], **other) -> None:
        """A publisher says something else from now on; `mends` brings back what it said before."""
        self.good.setdefault(part, self.recording.body(part, self.day))
        body = change if isinstance(change, bytes) else change(self.good[part])
        self.recording.spoil(part, body, self.day, **{"status": 200, **other})

    def renews(self, part: str, change: Callable[[bytes], bytes]) -> None:
        """The publisher renews a list, for good."""
        self.says(part, change)
        del self.good[part]

    def mends(self, part: str) -> None:
        """The publisher says again what it said before."""
        self.recording.spoil(part, self.good.pop(part), self.day, status=200)

    def operator(self, name: str, text: str | None) -> None:
        """The operator writes a file of DIR, or removes it."""
        (self.data / name).unlink() if text is None else (self.data / name).write_text(text)

    def acknowledges(self, source: str, days: int) -> None:
        """The operator knows of a source that it does not answer."""
        until = datetime.date.fromisoformat(self.day) + datetime.timedelta(days)
        self.operator("acknowledged.yml", ACKNOWLEDGED.format(source=source, until=until))


def without(n: int) -> Callable[[bytes], bytes]:
    """The libraries without the first n."""

    def change(body: bytes) -> bytes:
        told = json.loads(body)
        del told["응답"]["목록"][:n]
        return json.dumps(told).encode()

    return change


def named(name: str) -> Callable[[bytes], bytes]:
    """The libraries, the last of another name."""

    def change(body: bytes) -> bytes:
        told = json.loads(body)
        told["응답"]["목록"][-1]["도서관명"] = name
        return json.dumps(told).encode()

    return change


def rows(n: int) -> Callable[[bytes], bytes]:
    """The markets without the last n."""
    return lambda body: b"\n".join(body.rstrip(b"\n").split(b"\n")[:-n]) + b"\n"


def edited(body: bytes) -> bytes:
    """The layer says that it was edited."""
    return json.dumps({**json.loads(body), "editingInfo": {"dataLastEditDate": 1_700_000_000_000}}).encode()


NOTHING = lambda city: None  # noqa: E731
PASSES, NEWS = Expected(), Expected(moves=True)
YEAR: list[tuple[str, Callable[[City], object], Expected]] = [
    ("the first refresh", NOTHING, NEWS),
    ("nothing new", NOTHING, PASSES),
    ("a library closes", lambda c: c.renews(LIBRARIES, without(1)), NEWS),
    ("the libraries do not answer", lambda c: c.says(LIBRARIES, b"gone", status=404), Expected(light="amber", moves=None, told=("stale: " + LIST,))),
    ("which the operator acknowledges", lambda c: c.acknowledges(LIST, 10), Expected(moves=None, told=("acknowledged until",))),
    ("the acknowledgement runs out", lambda c: None, Expected(light="amber", moves=None, told=("which is past",))),
    ("they answer again", lambda c: (c.mends(LIBRARIES), c.operator("acknowledged.yml", None)), Expected(moves=None)),
    ("the markets come with other headings", lambda c: c.says(MARKETS, lambda b: b"a,b,c,d,e" + b[b.index(b"\n") :]), Expected(light="amber", moves=None, told=("stale: " + MARKET_LIST,))),
    ("and again", NOTHING, Expected(light="amber", told=("stale: " + MARKET_LIST,))),
    ("they are mended", lambda c: c.mends(MARKETS), Expected(moves=None)),
    ("the markets shrink to half", lambda c: c.says(MARKETS, rows(15)), Expected(light="amber", moves=None, told=("stale: " + MARKET_LIST,))),
    ("and are whole again", lambda c: c.mends(MARKETS), Expected(moves=None)),
    ("the list of areas does not answer", lambda c: c.says(AREAS, b"gone", status=404), Expected(1, "red", False, ("hso_areas_2025",))),
    ("it answers again", lambda c: c.mends(AREAS), PASSES),
    ("the disk is full", lambda c: c.renews(LIBRARIES, named("Nabi")), Expected(1, "red", False, ("space",))),
    ("there is room", NOTHING, NEWS),
    ("killed while a release is made", lambda c: c.renews(MARKETS, rows(1)), Expected(-signal.SIGKILL, "red", False)),
    ("after the kill", NOTHING, NEWS),
    ("the operator steps back", NOTHING, Expected(light="amber", told=("held",))),
    ("something new", lambda c: c.renews(MARKETS, rows(1)), NEWS),
    ("the operator corrects a name", lambda c: c.operator("corrections.csv", CORRECTION.format(source=LIST)), NEWS),
    ("nobody refreshes", NOTHING, Expected(light="green", moves=False)),
    ("nor now", NOTHING, Expected(light="green", moves=False)),
    ("nor now: it is overdue", NOTHING, Expected(light="red", moves=False, told=("overdue",))),
    ("the outlines are edited", lambda c: c.renews(OUTLINES, edited), PASSES),
    ("a library has another name", lambda c: c.renews(LIBRARIES, named("Haneul")), NEWS),
    ("nothing new", NOTHING, PASSES),
]  # fmt: skip


@dataclass
class Ended:
    """How a command ended, what it said, and the most memory it had in MB."""

    code: int
    said: str
    peak_mb: float


def run(city: City, *words: str, kill: bool = False, small: bool = False) -> Ended:
    """A command at the day of the city; `kill`ed while it makes a release, or with room for `small` files only."""
    line = [sys.executable, str(Path(__file__).with_name("at_date.py")), f"{city.day}T05:00:00Z", *words]
    env = {**os.environ, "COMMONGROUND_RECORDING": str(city.recording.folder)}
    limit = (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))) if small else None
    with tempfile.TemporaryFile("w+") as said:
        running = subprocess.Popen(line, env=env, stdout=said, stderr=said, preexec_fn=limit)
        while kill:
            if list((city.data / "releases").glob(".making.*/geojson")):
                running.kill()
                break
            time.sleep(0.01)
        _, status, used = os.wait4(running.pid, 0)
        said.seek(0)
        return Ended(os.waitstatus_to_exitcode(status), said.read(), used.ru_maxrss / 1e3)


def size(folder: Path, pattern: str = "**/*") -> float:
    """Megabytes of the files below a folder."""
    return sum(path.lstat().st_size for path in folder.glob(pattern) if path.is_file() and not path.is_symlink()) / 1e6


def fortnight(
    city: City, number: int, told: str, change: Callable[[City], object], expected: Expected
) -> tuple[list[str], float]:
    """Live through one; what was otherwise than expected, and the most memory a refresh took."""
    data = ("--data", str(city.data))
    if number:
        city.turn(str(BEGIN + datetime.timedelta(14 * number)))
    change(city)
    if told == "the operator steps back":
        versions = sorted(
            (p.name for p in (city.data / "releases").glob("[0-9]*")), key=lambda v: [*map(int, v.split("."))]
        )
        assert run(city, "rollback", versions[-2], *data).code == 0
    before = os.readlink(city.data / "releases" / "latest") if number else None
    ended = Ended(0, "", 0)
    if not told.startswith(("nobody", "nor")):
        words = ("refresh", *data, "--area", "Hanul", "--sample-date", city.day)
        ended = run(city, *words, kill=told.startswith("killed"), small=told == "the disk is full")
    checked = run(city, "check", *data)
    light = json.loads((city.data / "health.json").read_bytes())
    said = ended.said + checked.said
    moved = os.readlink(city.data / "releases" / "latest") != before
    wrong = [f"exit {ended.code}, and not {expected.code}"] * (ended.code != expected.code)
    wrong += [f"the light is {light['state']}, and not {expected.light}"] * (light["state"] != expected.light)
    wrong += [f"latest {'moved' if moved else 'stands'}"] * (expected.moves not in (None, moved))
    wrong += [f"nothing is said of {words!r}" for words in expected.told if words not in said + json.dumps(light)]
    wrong += ["a traceback"] * ("Traceback" in said)
    wrong += ["check fails"] * (checked.code != (told.endswith("overdue")))
    return ([*wrong, ended.said[-1500:]] if wrong else []), ended.peak_mb


def main() -> int:
    """Live through the year; 1 where anything was otherwise than expected."""
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    wanted.add_argument("--folder", type=Path, help="where to work (default a new one, removed after)")
    wanted.add_argument("--fortnights", type=int, default=len(YEAR))
    asked = wanted.parse_args()
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="commonground-year-"))
    city, told = City(folder), folder / "reader"
    city.turn(str(BEGIN))
    reader = subprocess.Popen([sys.executable, str(Path(__file__).with_name("reader.py")), str(city.data), str(told)])
    failed, figures, peak, begun = 0, [], 0.0, time.monotonic()
    try:
        for number, (what, change, expected) in enumerate(YEAR[: asked.fortnights]):
            wrong, used = fortnight(city, number, what, change, expected)
            peak, failed = max(peak, used), failed + bool(wrong)
            latest = os.readlink(city.data / "releases" / "latest")
            print(
                f"{city.day}  {what:<42} {latest:<8} {'ok' if not wrong else 'WRONG: ' + '; '.join(wrong)}", flush=True
            )
            if number % 2:
                history = size(city.data / "history") + size(city.data / "schedules")
                figures.append((size(city.data), history, size(city.data, "snapshots/*/observations.jsonl"), peak))
                print(
                    "            DIR {:.1f} MB, history {:.2f} MB, observations {:.3f} MB, peak {:.0f} MB".format(
                        *figures[-1]
                    )
                )
                peak = 0.0
    finally:
        told.with_suffix(".stop").touch()
        reader.wait(30)
    if told.exists():
        failed += 1
        print(f"WRONG: the reader of releases/latest met {told.read_text()[:2000]}")
    print(f"releases/latest was read {told.with_suffix('.read').read_text()}")
    for told_of, most, at in (
        ("DIR", DIR_MB, 0),
        ("history", HISTORY_MB, 1),
        ("observations", 1, 2),
        ("memory", MEMORY_MB, 3),
    ):
        if (found := max(one[at] for one in figures)) > most:
            failed += 1
            print(f"WRONG: {told_of} took {found:.0f} MB, more than {most}")
    print(f"{asked.fortnights} fortnights in {time.monotonic() - begun:.0f} s, {failed} went otherwise than expected")
    if not asked.folder:
        shutil.rmtree(folder)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
