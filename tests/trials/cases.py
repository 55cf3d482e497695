"""`make cases`: every input that went wrong, tried on this code and, with --before, on another checkout's; a line each.

    python tests/trials/cases.py [--only WORDS] [--before CHECKOUT]

A case is *wrong and green* where values, places or scores come out other than those of the undisturbed answers and no
sentence names the source. Exit 1 where one is, where an error is no sentence, or where less than nine in ten name the
source and a value or row.
"""

import argparse
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))

from fixtures.recording import Recording  # noqa: E402
from trials.case import Case, Told, cases  # noqa: E402

AT_ONCE = 2
KEPT = {"indicators": ["value", "coverage"], "indices": ["score"], "places": ["name", "x", "y"]}
WRONG = ("WRONG AND GREEN", "SILENT", "A FAULT", "NOT TRIED")
NAMES_A_VALUE = re.compile(
    r"(row|line) \d|'[^']*'|\d+(\.\d+)?%|\d[\d,.]* (rows|places|shapes|of|m|headings|files)\b|first|column \w+|came in \S+|\b[A-Z]\d{8}\b"
)


class Checkout:
    """One checkout's code with a good DIR of the sample town, and processes in which its tries are made."""

    def __init__(self, root: Path, room: Path):
        self.root, self.room = root, room
        room.mkdir()
        self.processes: queue.Queue = queue.Queue()
        path = os.pathsep.join([str(root), str(HERE.parent)])
        for _ in range(AT_ONCE):
            self.processes.put(
                subprocess.Popen(
                    [sys.executable, str(HERE / "outcome.py")],
                    cwd=root, env={**os.environ, "PYTHONPATH": path}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                )
            )  # fmt: skip
        self.answers = root / "geodata" / "sample"
        good = Recording(room / "good", of=self.answers)
        ended = self.ask({"data": str(room / "base"), "recording": str(good.folder)})
        assert "warnings" in ended, ended
        self.good, self.warned = values(room / "base"), set(ended["warnings"])

    def ask(self, asked: dict) -> dict:
        """How a try ends."""
        process = self.processes.get()
        try:
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())
        finally:
            self.processes.put(process)

    def close(self) -> None:
        """End its processes."""
        while not self.processes.empty():
            process = self.processes.get()
            process.stdin.close()
            process.wait()

    def tried(self, module: str, place: int, case: Case | Told) -> "tuple[str, str]":
        """How a case ends: a word, and what was told."""
        room = Path(tempfile.mkdtemp(dir=self.room))
        try:
            if isinstance(case, Told):
                return judged(self.ask({"module": module, "place": place, "folder": str(room)}), "", [])
            recording = Recording(room / "answers", of=self.answers)
            try:
                case.spoil(recording)
            except Exception as error:
                return "NOT TRIED", f"the case itself fails ({type(error).__name__}: {error})"
            if not case.first:
                shutil.copytree(self.room / "base", room / "data", symlinks=True)
            ended = self.ask({"data": str(room / "data"), "recording": str(recording.folder)})
            ended["warnings"] = [line for line in ended.get("warnings", []) if line not in self.warned]
            return judged(ended, case.source, differences(self.good, values(room / "data"), case.source))
        finally:
            shutil.rmtree(room, ignore_errors=True)


def judged(ended: dict, source: str, differ: list[str]) -> tuple[str, str]:
    """A word for how a try ended, and the sentence or what differs."""
    if "fault" in ended:
        return "A FAULT", ended["fault"]
    if "silent" in ended:
        return "SILENT", ended["silent"]
    if "failed" in ended:
        return "refused" if source in ended["failed"] else "refused, source not named", ended["failed"]
    about = [line for line in ended["warnings"] if source in line]
    issues = [line for line in differ if line.startswith("issues: ")]
    changed = [line for line in differ if line not in issues]
    if about:
        return "told", about[0] + (f" [{'; '.join(changed)}]" if changed else "")
    if changed and ended["warnings"]:
        return "told, source not named", ended["warnings"][0]
    if not changed:
        return "read rightly", "; ".join(issues) or "nothing differs"
    return ("told in issues", issues[0]) if issues else ("WRONG AND GREEN", "; ".join(changed))


def values(data: Path) -> dict[str, pd.DataFrame]:
    """What a release would rest on, and the issues of every table, by output."""
    found = {}
    for folder, columns in KEPT.items():
        for record in sorted((data / folder).glob("*.json")):
            for stem, file in json.loads(record.read_bytes())["files"].items():
                if stem == record.stem and (folder != "places" or stem == "place"):
                    frame = pd.read_parquet(data / folder / file)
                    key = "place_id" if "place_id" in frame else "area_code"
                    found[f"{folder}/{stem}"] = frame.set_index(key)[[c for c in columns if c in frame]]
    for record in sorted((data / "tables").glob("*.json")):
        file = json.loads(record.read_bytes())["files"].get(f"{record.stem}.issues")
        if file:
            found[f"issues/{record.stem}"] = pd.read_parquet(data / "tables" / file)
    return found


def differences(good: dict[str, pd.DataFrame], now: dict[str, pd.DataFrame], source: str) -> list[str]:
    """What differs between two refreshes, in words; nothing where the second did not come to its values."""
    told = []
    for name, before in good.items():
        after = now.get(name)
        if after is None or before.equals(after):
            continue
        if name.startswith("issues/"):
            if name == f"issues/{source}" and len(after):
                first = after[~after.apply(tuple, axis=1).isin(set(before.apply(tuple, axis=1)))].head(1)
                told += [f"issues: row {r.row}, column {r.column}: {r.value!r} {r.issue}" for r in first.itertuples()]
            continue
        old, new = before.align(after[before.columns], axis=0)
        n = int((~((old == new) | (old.isna() & new.isna()))).sum().sum())
        told += [f"{name}: {n} values differ"] if n else []
    return told


def main() -> int:
    """Try them, print a line each, and how many ended how."""
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    wanted.add_argument("--only", default="")
    wanted.add_argument("--before", type=Path)
    asked = wanted.parse_args()
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as room:
        checkouts = {"now": Checkout(ROOT, Path(room) / "now")}
        if asked.before:
            checkouts["before"] = Checkout(asked.before.resolve(), Path(room) / "before")
        todo, tried, lock = queue.Queue(), [], threading.Lock()
        for found in cases(asked.only):
            todo.put(found)

        def work() -> None:
            while not todo.empty():
                module, place, case = todo.get_nowait()
                ends = {when: checkout.tried(module, place, case) for when, checkout in checkouts.items()}
                with lock:
                    tried.append((ends, case))
                    shown = " | ".join(f"{when}: {word}: {sentence[:230]}" for when, (word, sentence) in ends.items())
                    print(f"{case.kind} | {case.name} | {shown}", flush=True)

        workers = [threading.Thread(target=work) for _ in range(AT_ONCE)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        for checkout in checkouts.values():
            checkout.close()
    for when in checkouts:
        print(f"{when}: {len(tried)} cases: {dict(Counter(ends[when][0] for ends, _ in tried))}")
    now = [ends["now"] for ends, _ in tried]
    altered = [
        ends["now"] for ends, case in tried if isinstance(case, Case)
    ]  # of servers and programs there is no value
    telling = [sentence for word, sentence in altered if word.startswith(("refused", "told"))]
    named = sum(bool(NAMES_A_VALUE.search(sentence)) for sentence in telling)
    print(f"{named} of {len(telling)} altered answers are told with a row, value or share besides the source")
    return int(any(word in WRONG for word, _ in now) or named < 0.9 * len(telling))


if __name__ == "__main__":
    sys.exit(main())
