"""One reading of each bomb by itself: files made to exhaust who reads them, small or just within what their source allows.

`python tests/trials/bombs/run.py [NAME ...]` reads them one after another, each in a process of its own, and prints a line
for each: how long it took, how much memory at most, and what was told.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[3]), str(Path(__file__).parents[2])]

from trials.bombs.registry import bombs  # noqa: E402

from geodata.geography import read_geographies  # noqa: E402
from pipelines.core.problem import Problem  # noqa: E402

MOST_MB, MOST_S = 1_000, 60


def spent() -> float:
    """Seconds that this process and those it waited for were at work, however busy the machine is."""
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def read(name: str) -> str:
    """What is told of a bomb, or the rows it gave: as a refresh would read it."""
    from pipelines.core.unforeseen import unforeseen
    from pipelines.fetch import extract as osm
    from pipelines.fetch.forms import refuse_unlike
    from pipelines.fetch.http import Passing
    from pipelines.tables.canonical import canonical_hash
    from pipelines.tables.tidy import tidy

    source, files = bombs()[name]()
    made = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = spent()
    try:
        with unforeseen(source.stem):
            if source.fetch.protocol == "extract":
                with tempfile.TemporaryDirectory() as folder:
                    path = Path(folder) / "a.osm.pbf"
                    path.write_bytes(files["extract.osm.pbf"])
                    files = {"data.json": osm.reduce_apart(path, source)[0]}
            for body in files.values():
                if source.fetch.protocol == "file":
                    refuse_unlike(source.fetch, body)
            canonical_hash(source, files)
            told = f"{len(tidy(source, read_geographies()['england_lsoa21'], files)[0]):,} rows"
    except (Problem, Passing) as problem:
        told = f"told: {problem}"
    except BaseException as error:
        told = f"NOT FORESEEN {type(error).__name__}: {str(error)[:100]}"
    return json.dumps([round(spent() - begun, 1), made // 1000, told[:300]])


def tried(name: str, room_s: float = 300) -> tuple[float, int, str]:
    """Seconds, peak MB and what was told of one bomb, read in a process of its own."""
    command = [sys.executable, __file__, "--one", name]
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE)
        begun = time.monotonic()
        peak = 0
        while child.poll() is None:
            try:
                status = Path(f"/proc/{child.pid}/status").read_text()
                peak = max(peak, int(status.partition("VmHWM:")[2].split()[0]) // 1000)
            except (OSError, IndexError):
                pass
            if time.monotonic() - begun > room_s or peak > 3_000:
                child.kill()
                child.wait()
                return time.monotonic() - begun, peak, f"STUCK after {time.monotonic() - begun:.0f} s, {peak} MB"
            time.sleep(0.02)
        out.seek(0)
        lines = out.read().decode().splitlines()
    if child.returncode:
        return time.monotonic() - begun, peak, f"DIED ({child.returncode}): {child.stderr.read().decode()[-300:]}"
    seconds, _, told = json.loads(lines[-1])
    return seconds, peak, told


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(read(sys.argv[2]))
        sys.exit()
    asked = sys.argv[1:]
    for each in bombs():
        if not asked or any(word in each for word in asked):
            seconds, peak, told = tried(each)
            bad = seconds > MOST_S or peak > MOST_MB or told.startswith(("NOT", "STUCK", "DIED"))
            print(f"{'BAD ' if bad else 'ok  '}{seconds:6.1f} s {peak:6,} MB  {each}: {told[:180]}", flush=True)
