"""What is promised of a disturbed DIR, held after it: the last good release, the next refresh, and nothing left behind."""

import hashlib
import re
import shutil
import sqlite3
from collections import Counter
from pathlib import Path

from fixtures.recording import NEW
from trials.kills.trial import UNENDED, Breach, Ended, Trial, one_sentence, refreshed, run

TOLD = re.compile(r"damaged|moved|again|closed|lost|anew|points at|still")


def fingerprint(data: Path) -> str:
    """The hash of every file of the latest release, and its version."""
    latest = (data / "releases/latest").resolve()
    files = [path for path in sorted(latest.rglob("*")) if path.is_file()]
    told = [latest.name, *(f"{p.relative_to(latest)} {hashlib.sha256(p.read_bytes()).hexdigest()}" for p in files)]
    return "\n".join(told)


def judge(trial: Trial, data: Path, good: str, undisturbed: dict[str, Path]) -> str:
    """Hold a disturbed DIR to what is promised; gives a word on how it went. Raises Breach."""
    if not trial.harms and fingerprint(data) != good and not _is_the_next(data, undisturbed[NEW]):
        raise Breach("the last good release is not what it was")
    # the files of a killed refresh's release are those that passed: it is checked again after the next one
    checked = run("check", "--data", data) if trial.kind.startswith("damage") else Ended(0, "", "")
    if checked.code and not trial.harms:
        raise Breach(f"`check` fails: {checked.err.strip()[-300:]}")
    if checked.code:
        one_sentence(checked)
    word = "noticed by check, " if checked.code else ""
    ended = refreshed(data, trial.date, quiet=False)
    if ended.code:
        one_sentence(ended)
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


def _is_the_next(data: Path, undisturbed: Path) -> bool:
    """Whether the disturbed refresh came as far as its own release, whole: it tells other times of day, so not byte for byte."""
    same = run("diff", "--exact", undisturbed / "releases/latest", data / "releases/latest")
    return not same.code and not run("check", "--data", data).code


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
