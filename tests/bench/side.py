"""One side of one work, in a process of its own: load, run once with the clock on, write down the answer.

python side.py MODULE.py FOLDER OPTIONS ANSWER.npz     prints seconds, of all processors too, and the peak of memory
"""

import importlib.util
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np


def main(module: str, folder: str, options: str, answer: str) -> None:
    spec = importlib.util.spec_from_file_location("side_under_test", module)
    side = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(side)
    inputs = side.load(Path(folder), **json.loads(options))
    wall, processor = time.perf_counter(), time.process_time()
    result = side.run(inputs)
    told = {"seconds": time.perf_counter() - wall, "processor_seconds": time.process_time() - processor}
    in_a_mb = 2**20 if sys.platform == "darwin" else 2**10
    told["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / in_a_mb
    np.savez(answer, **side.answer(inputs, result))
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
