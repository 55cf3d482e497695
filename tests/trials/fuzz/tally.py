"""What came of many tries of one parser, and the loop that makes them: nothing but a Problem or a result, in time."""

import faulthandler
import random
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from geodata.records import DefinitionError
from pipelines.core.problem import Problem

LONGEST_S = 20  # of work, for one try of some megabytes
SHOWN = 200


@dataclass
class Tally:
    """Of one parser: its tries, those that were refused in a sentence and those that were read, the slowest in seconds of
    work, the most memory in MB, and what broke the promise, with the number of its try."""

    tries: int = 0
    refused: int = 0
    read: int = 0
    slowest_s: float = 0.0
    peak_mb: int = 0
    broken: list[str] = field(default_factory=list)

    def as_dict(self) -> dict:
        """As JSON holds it."""
        return asdict(self)


def tried(attempt: Callable[[random.Random], object], seed: int, seconds: float, first: int = 0) -> Tally:
    """What comes of trying for so many seconds. Each try draws from a seed of its own, so that one can be made again:
    `first` is its number. One that takes far too long ends the process with a traceback of where it stood."""
    tally, until = Tally(), time.monotonic() + seconds
    number = first
    while time.monotonic() < until:
        draw = random.Random(f"{seed}/{number}")
        print(number, file=sys.stderr, flush=True)
        faulthandler.dump_traceback_later(LONGEST_S * 6, exit=True)
        begun = time.process_time()
        try:
            attempt(draw)
            tally.read += 1
        except (Problem, DefinitionError):
            tally.refused += 1
        except Exception as error:
            tally.broken.append(f"try {number}: {type(error).__name__}: {str(error)[:SHOWN]}")
            if len(tally.broken) == 1:
                import traceback

                traceback.print_exc()
        took = time.process_time() - begun
        if took > LONGEST_S:
            tally.broken.append(f"try {number}: took {took:.0f} s")
        tally.slowest_s = max(tally.slowest_s, took)
        tally.tries += 1
        number += 1
    faulthandler.cancel_dump_traceback_later()
    tally.peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
    return tally
