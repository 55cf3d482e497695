"""`make fuzz`: every reader of bytes from outside tried with spoiled ones, some minutes each, two at once.

    python tests/trials/fuzz/run.py [--seconds 600] [--only PARSER] [--seed N] [--first TRY] [--at-once 2]

A parser is a name of `PARSERS` of a module beside this one, whose `run(parser, seed, seconds, first)` gives a Tally. Each
is tried in a process of its own with room for 1 GB more than it starts with. The promise: a result or a sentence, within
20 seconds of work and under 1 GB. One line a parser; exit 1 where the promise was broken, with how to see it again.
"""

import argparse
import importlib
import json
import os
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[2]), str(HERE.parents[1])]

MOST_MB = 1_000
PASSED_OVER = ("__init__", "run", "spoil", "tally", "corpus")
QUIET = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}


def parsers() -> dict[str, str]:
    """The module of every parser."""
    modules = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in PASSED_OVER)
    return {name: stem for stem in modules for name in importlib.import_module(f"trials.fuzz.{stem}").PARSERS}


def alone(parser: str, module: str, seed: int, seconds: float, first: int) -> None:
    """Try one parser in this process, and print its tally."""
    found = importlib.import_module(f"trials.fuzz.{module}")
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + MOST_MB * 1_000_000, resource.RLIM_INFINITY))
    tally = found.run(parser, seed, seconds, first)
    print(json.dumps(tally if isinstance(tally, dict) else tally.as_dict()))


def line(parser: str, module: str, asked: argparse.Namespace) -> tuple[bool, str]:
    """Whether the promise held, and the line of one parser."""
    command = [sys.executable, __file__, "--alone", module, "--only", parser, "--seed", str(asked.seed)]
    command += ["--seconds", str(asked.seconds), "--first", str(asked.first)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **QUIET})
    again = f"--only {parser} --seed {asked.seed}"
    said = [row for row in done.stderr.splitlines() if not row.isdigit()]
    if done.returncode:
        last = next((row for row in reversed(done.stderr.splitlines()) if row.isdigit()), "0")
        return False, f"{parser:12} BROKEN at try {last}: ended with {done.returncode}\n" + "\n".join(
            said[-25:]
        ) + f"\n  again: {again} --first {last}"
    told = json.loads(done.stdout.splitlines()[-1])
    wrong = told["broken"] + ([f"{told['peak_mb']:,} MB"] if told["peak_mb"] > MOST_MB else [])
    text = f"{parser:12} {told['tries']:7,} tries {told['refused']:7,} refused {told['read']:7,} read, the slowest {told['slowest_s']:5.1f} s, {told['peak_mb']:5,} MB"
    if not wrong:
        return True, text
    return False, "\n".join(
        [text, *(f"  BROKEN: {each}" for each in wrong[:5]), *said[-12:], f"  again: {again} --first TRY --seconds 1"]
    )


def main() -> int:
    """Try all that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--first", type=int, default=0, help="the number of the first try")
    parser.add_argument("--at-once", type=int, default=2, help="parsers tried beside each other")
    parser.add_argument("--alone", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        alone(asked.only, asked.alone, asked.seed, asked.seconds, asked.first)
        return 0
    wanted = {name: module for name, module in parsers().items() if asked.only in name}
    held = True
    with ThreadPoolExecutor(asked.at_once) as workers:
        for kept, text in workers.map(lambda each: line(*each, asked), wanted.items()):
            print(text, flush=True)
            held &= kept
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
