"""A trial of `make kills`, and the command in it: run in a fork of this process, which has read all code, and how it ended."""

import contextlib
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fixtures.recording import NEW

import assets_defs.run
import assets_defs.workers  # noqa: F401
from pipelines.commands import cli, dev, refresh, serve  # noqa: F401
from pipelines.release import compare, health, publish, verify  # noqa: F401

SENTENCE = re.compile(r"commonground: .+[.?]")
UNENDED = ("STARTED", "STARTING", "CANCELING")


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


def copied(good: Path, target: Path) -> Path:
    """A copy of a DIR."""
    shutil.rmtree(target, ignore_errors=True)
    return Path(shutil.copytree(good, target, symlinks=True))


def one_sentence(ended: Ended) -> None:
    """Hold a command that failed to one sentence about it. Raises Breach."""
    lines = [line for line in ended.err.strip().splitlines() if line.startswith("commonground: ")]
    if "Traceback" in ended.err or len(lines) != 1 or not SENTENCE.fullmatch(lines[0]) or "fault of ours" in lines[0]:
        raise Breach(f"exit {ended.code} and no one sentence: {ended.err.strip()[-400:]}")
