"""How far a run is, and about how long it still takes: from what each step took when DIR last made it, else from the pace so
far."""

import contextlib
import time
from collections.abc import Iterable
from pathlib import Path

from pipelines.core import store
from pipelines.core.problem import Problem
from pipelines.register.workspace import Workspace

FILE = "pace.json"  # in DIR: seconds by step; lost or damaged, it is begun anew
ENOUGH = 5  # steps made, before their pace says something of those that nothing is known of


def begin(workspace: Workspace) -> "Pace":
    """The pace of a run that begins now."""
    workspace.kept["pace"] = Pace(workspace.data)
    return workspace.kept["pace"]


def pace_of(workspace: Workspace) -> "Pace | None":
    """The pace of the run that this process began; None in a run that the Dagster page or another process did."""
    return workspace.kept.get("pace")


class Pace:
    """The steps of a run that are done and those to come."""

    def __init__(self, data: Path):
        self.path, self.to_come, self.n_done = data / FILE, dict[str, None](), 0
        self.since: float | None = None
        self.made: dict[str, float] = {}
        self.known = _read(self.path)

    def expect(self, keys: Iterable[str]) -> None:
        """What is to come is these, whatever was expected before."""
        self.to_come, self.since = dict.fromkeys(keys), None

    def ended(self, key: str, seconds: float, is_made: bool = True) -> None:
        """A step is done. It took all the time since the one before, for Dagster needs some between them, or `seconds` where
        it is the first; one that was only looked up says nothing of how long it takes to make."""
        now = time.monotonic()
        self.n_done += 1
        self.to_come.pop(key, None)
        if is_made:
            self.made[key] = seconds if self.since is None else now - self.since
        self.since = now

    @property
    def seconds(self) -> float | None:
        """About how long what is to come takes; None where nothing tells."""
        known = self.known | self.made
        told = [known[key] for key in self.to_come if key in known]
        if len(told) == len(self.to_come):
            return sum(told)
        if len(self.made) < ENOUGH:
            return None
        return sum(told) + (len(self.to_come) - len(told)) * sum(self.made.values()) / len(self.made)

    def keep(self) -> None:
        """Write down what each step took, for the next run."""
        if self.made:
            told = {key: round(seconds, 2) for key, seconds in (self.known | self.made).items()}
            store.write_json(self.path, told)

    def __str__(self) -> str:
        """As "37 of 123, about 2 min"."""
        counted, seconds = f"{self.n_done} of {self.n_done + len(self.to_come)}", self.seconds
        return f"{counted}, {_about(seconds)}" if seconds is not None and self.to_come else counted


def _about(seconds: float) -> str:
    if seconds < 45:
        return "under a minute"
    minutes = round(seconds / 60)
    return f"about {minutes} min" if minutes < 100 else f"about {seconds / 3600:.0f} h"


def _read(path: Path) -> dict[str, float]:
    known = None
    with contextlib.suppress(Problem, OSError, RecursionError):
        known = store.read_json(path)
    pairs = known.items() if isinstance(known, dict) else ()
    return {key: float(value) for key, value in pairs if isinstance(value, (int, float)) and 0 <= value < 1e6}
