"""What went wrong once, as cases to be tried: a publisher's answer that is altered, or anything else that must be told of."""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fixtures.recording import Recording

KINDS = Path(__file__).parent / "kinds"


@dataclass(frozen=True)
class Case:
    """The answers of the sample town, altered by `spoil` in what `source` says: after a good refresh, or at a `first` one.

    `kind` names the fault, as other cases of it share it; `name` tells this one apart.
    """

    kind: str
    name: str
    source: str
    spoil: Callable[[Recording], None]
    first: bool = False


@dataclass(frozen=True)
class Told:
    """Anything else: `run(folder)` tries it in an empty folder, and gives the sentence that told of it or was done about
    it; raises AssertionError where nothing did."""

    kind: str
    name: str
    run: Callable[[Path], str]


def cases(only: str = "") -> Iterator[tuple[str, int, "Case | Told"]]:
    """Every case of `kinds/` whose kind or name holds `only`, with the module it stands in and its place there."""
    for path in sorted(KINDS.glob("*.py")):
        for i, case in enumerate(case_list(path.stem)):
            if only in f"{path.stem} {case.kind} {case.name}":
                yield path.stem, i, case


def case_list(module: str) -> "list[Case | Told]":
    """The cases of one module of `kinds/`."""
    return importlib.import_module(f"trials.kinds.{module}").CASES
