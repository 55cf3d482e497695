"""How tries end, with the code of the checkout this is run in: one line of JSON on standard input a try, one on output.

A try is a refresh up to scores, `{"data", "recording"}`, without Dagster and without a release; or a case by its place,
`{"module", "place", "folder"}`. Each has a process of its own, forked when all is imported.
"""

import json
import os
import resource
import sys
import tempfile
import traceback
from pathlib import Path

from fixtures.recording import OLD
from trials.case import case_list

from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.core.step import run, to_make
from pipelines.register.workspace import open_workspace
from pipelines.release import health
from pipelines.release.steps import all_steps
from pipelines.tables.snapshot import take

# slow, and nothing that a score rests on
LEFT_OUT = ("spread", "explained", "cluster", "roll_up", "ownership", "reach_errors", "indicator_errors")
BUDGET_S, BUDGET_MB = 300, 4000


def refreshed(data: Path, recording: Path) -> dict:
    """What a refresh told: `failed` (one sentence) or `warnings`."""
    os.environ["COMMONGROUND_RECORDING"] = str(recording)
    workspace = open_workspace(Settings.read(data=str(data), sample_date=OLD))
    try:
        sources = workspace.register.sources.values()
        for source in sorted(sources, key=lambda source: not source.required):
            take(workspace, source)
        steps = all_steps(workspace)
        due = set(to_make(steps, data))
        for step in steps:
            if step.key in due and not step.key.startswith(LEFT_OUT):
                run(step, data)
    except Problem as problem:
        return {"failed": str(problem)}
    return {"warnings": health.warnings(workspace)}


def told(module: str, place: int, folder: Path) -> dict:
    """What told of a case that is no altered answer; `silent` where nothing did."""
    try:
        return {"failed": case_list(module)[place].run(folder)}
    except AssertionError as error:
        return {"silent": str(error).splitlines()[0] if str(error) else "nothing told of it"}


def one(asked: dict) -> dict:
    """How one try ended; `fault`: an error that no sentence was made of."""
    try:
        if "data" in asked:
            return refreshed(Path(asked["data"]), Path(asked["recording"]))
        return told(asked["module"], asked["place"], Path(asked["folder"]))
    except BaseException as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return {"fault": f"{type(error).__name__}: {str(error)[:200]} ({Path(where.filename).name}:{where.lineno})"}


def apart(asked: dict) -> dict:
    """The same in a process of its own, with the seconds of the processor and the peak of memory it took."""
    with tempfile.TemporaryFile() as said:
        if not (child := os.fork()):
            resource.setrlimit(resource.RLIMIT_CPU, (BUDGET_S, BUDGET_S))
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            said.write(json.dumps(one(asked)).encode())
            said.flush()
            os._exit(0)
        _, status, used = os.wait4(child, 0)
        said.seek(0)
        ended = json.loads(
            said.read() or json.dumps({"fault": f"ended by signal {status}, at {BUDGET_S} s or in memory"})
        )
    return {**ended, "seconds": round(used.ru_utime + used.ru_stime, 1), "peak_mb": used.ru_maxrss // 1024}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(apart(json.loads(line))), flush=True)
