"""Both sides of every work, in one run from the same Parquet: whether they agree, how long each takes, how much memory.

    python bench.py [--data DIR] [--quick] [--only TEXT] [--repeats N] [--growth]

Each side runs in a fresh process, sides taking turns; what is loaded beforehand is not timed, and includes whatever a
peer needs to start from (points as geometries, distances for PySAL), but never an index. Answers are compared before any
time is told. Prints medians, and writes them to DIR/bench.json without processor seconds; `ratio` is the peer's seconds
for one of ours: above 1 we are faster. With --growth also DIR/bench-growth.json. A peer whose package is not installed is left out, and said so. This process
stays small on purpose: on Linux a new process starts with its parent's peak of memory.
"""

import argparse
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
TOLD = ("work", "data", "peer", "ours_s", "peer_s", "ratio", "ours_peak_mb", "peer_peak_mb", "same_answer")
QUICK = {"areas": 600, "points": 20_000, "places": 4_000, "supply": 1_000, "scored": 2_000, "many_places": 6_000}


@dataclass(frozen=True, eq=False)
class Peer:
    """One usual way of doing a work: what it is called, its file, what it is told besides, the package it needs."""

    name: str
    module: str
    options: dict = field(default_factory=dict)
    needs: str = "geopandas"


@dataclass(frozen=True)
class Work:
    """What is done, on which areas, with our file and the peers', and how answers are compared. Not `quick`: left out
    of a quick run."""

    name: str
    areas: str
    ours: str
    peers: tuple[Peer, ...]
    compared: str
    options: dict = field(default_factory=dict)
    quick: bool = True


WITHIN = Peer("geopandas.sjoin within", "geopandas_sjoin", {"predicate": "within"})
INTERSECTS = Peer("geopandas.sjoin intersects", "geopandas_sjoin", {"predicate": "intersects"})
DUCKDB = Peer("DuckDB ST_Within", "duckdb_within", needs="duckdb_extension_spatial")
NEAREST = Peer("geopandas.sjoin_nearest", "geopandas_nearest")
LOSS = Peer("geopandas.sjoin dwithin, pandas", "geopandas_loss")
PYSAL = Peer("PySAL access", "pysal_access", needs="access")
TO_FILE = Peer("GeoDataFrame.to_file", "geopandas_to_file")
PANDAS = Peer("pandas rank", "pandas_versions", needs="pandas")
VERSIONS = "versions of 3 indices: 1,000 draws, ranked"
INDICES = {"indices": ["exponential_five", "percentiles", "exponential_seven"]}  # tests/bench/definitions

GENERATED = (
    Work("locate 1M points", "detailed", "locate", (WITHIN, INTERSECTS, DUCKDB), "areas", {"points": 1_000_000}),
    Work("locate 3M points", "detailed", "locate", (WITHIN, DUCKDB), "areas", {"points": 3_000_000}, quick=False),
    Work("locate 1M points", "plain", "locate", (WITHIN, DUCKDB), "areas", {"points": 1_000_000}, quick=False),
    Work("nearest place of 15 kinds", "detailed", "nearest", (NEAREST,), "distances"),
    Work("loss of each of 300,000 places", "detailed", "loss", (LOSS,), "losses"),
    Work("E2SFCA to 1.2 km", "detailed", "catchment", (PYSAL,), "access", {"metres": 1200.0}),
    Work("E2SFCA to 5 km", "detailed", "catchment", (PYSAL,), "access", {"metres": 5000.0}),
    Work("areas to GeoJSON", "simplified", "geojson", (TO_FILE,), "files"),
    Work("areas to GeoJSON", "detailed", "geojson", (TO_FILE,), "files", quick=False),
    Work(VERSIONS, "indicators", "versions", (PANDAS,), "spread", INDICES),
    Work(VERSIONS, "indicators_with_gaps", "versions", (PANDAS,), "spread", INDICES, quick=False),
)
MIRROR = (
    Work("locate postcodes", "detailed", "locate", (WITHIN, INTERSECTS, DUCKDB), "areas"),
    Work("areas to GeoJSON", "detailed", "geojson", (TO_FILE,), "files"),
)
REACH_GROWTH = (5_000, 15_000, 35_000)
GROWTH = [(35_000, points) for points in (100_000, 300_000, 1_000_000, 3_000_000)]
GROWTH += [(areas, 1_000_000) for areas in (5_000, 15_000)]


def python(*arguments: object) -> str:
    """The output of a Python process of its own, which finds this project's packages."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return done.stdout.strip().splitlines()[-1]


def measure(work: Work, data: str, folder: Path, repeats: int, scratch: Path) -> list[dict]:
    """A row for each peer that is installed."""
    options = {"areas": work.areas, **work.options}
    sides = {None: (f"ours/{work.ours}", options)}
    for peer in work.peers:
        if importlib.util.find_spec(peer.needs):
            sides[peer] = (f"peers/{peer.module}", options | peer.options)
        else:
            print(f"left out, {peer.needs} is not installed: {work.name}, {peer.name}", file=sys.stderr)
    runs, same = {side: [] for side in sides}, {}
    answers = {side: scratch / f"{number}.npz" for number, side in enumerate(sides)}
    for turn in range(repeats):
        for side, (module, asked) in sides.items():
            runs[side].append(_timed(module, folder, asked, answers[side]))
        for peer in list(sides)[1:] if turn == 0 else []:
            arguments = (work.compared, folder, json.dumps(options), answers[None], answers[peer])
            compared = json.loads(python(HERE / "compare.py", *arguments))
            same[peer] = compared["same"]
            found = "agrees" if compared["same"] else "DIFFERS"
            print(f"{work.name}, {data}, {peer.name}: {found} ({compared['told']})", file=sys.stderr)
    return [_row(work, data, peer, _median(runs[None]), _median(runs[peer]), same[peer]) for peer in list(sides)[1:]]


def _timed(module: str, folder: Path, options: dict, answer: Path) -> dict:
    return json.loads(python(HERE / "side.py", HERE / f"{module}.py", folder, json.dumps(options), answer))


def _median(runs: list[dict]) -> dict:
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def _row(work: Work, data: str, peer: Peer, ours: dict, theirs: dict, same: bool) -> dict:
    return {
        "work": work.name,
        "data": data,
        "peer": peer.name,
        "ours_s": round(ours["seconds"], 3),
        "peer_s": round(theirs["seconds"], 3),
        "ratio": round(theirs["seconds"] / ours["seconds"], 2),
        "ours_peak_mb": round(ours["peak_mb"]),
        "peer_peak_mb": round(theirs["peak_mb"]),
        "same_answer": same,
        "ours_processor_s": round(ours["processor_seconds"], 3),
        "peer_processor_s": round(theirs["processor_seconds"], 3),
    }


def grow(folder: Path, repeats: int, scratch: Path) -> list[dict]:
    """Time and memory as points and areas grow: of locating, beside one pass over the numbers, and of reach."""
    rows = []
    for areas in REACH_GROWTH:
        made = folder if areas == GROWTH[0][0] else _generated(folder.parent, areas=areas, points=1_000_000)
        for work in [w for w in GENERATED if w.ours in ("nearest", "catchment")]:
            options, answer = {"areas": work.areas, **work.options}, scratch / "answer.npz"
            runs = _median([_timed(f"ours/{work.ours}", made, options, answer) for _ in range(repeats)])
            rows.append(_growth_row(work.name, areas, None, runs, None))
    for areas, points in GROWTH:
        made = folder if areas == GROWTH[0][0] else _generated(folder.parent, areas=areas, points=points)
        options, answer = {"areas": "detailed", "points": points}, scratch / "answer.npz"
        turns = [
            [_timed(f"ours/{side}", made, options, answer) for side in ("locate", "one_pass")] for _ in range(repeats)
        ]
        ours, one_pass = (_median(list(runs)) for runs in zip(*turns, strict=True))
        rows.append(_growth_row("locate", areas, points, ours, one_pass))
    return rows


def _growth_row(work: str, areas: int, points: int | None, ours: dict, one_pass: dict | None) -> dict:
    return {
        "work": work,
        "areas": areas,
        "points": points,
        "ours_s": round(ours["seconds"], 3),
        "ours_processor_s": round(ours["processor_seconds"], 3),
        "one_pass_s": round(one_pass["seconds"], 3) if one_pass else None,
        "ours_peak_mb": round(ours["peak_mb"]),
    }


def show(rows: list[dict]) -> None:
    """Print rows as a table."""
    if rows:
        cells = [list(rows[0])] + [[str(value) for value in row.values()] for row in rows]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        for line in cells:
            print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _generated(folder: Path, **sizes: int) -> Path:
    asked = [word for name, size in sizes.items() for word in (f"--{name}", size)]
    return Path(python(HERE / "generate.py", folder, *asked))


def main() -> int:
    asked = argparse.ArgumentParser(description="How fast, beside the usual ways.")
    asked.add_argument("--data", type=Path, default=Path("data"), metavar="DIR")
    asked.add_argument("--quick", action="store_true", help="small data, one turn: whether it works, not how fast")
    asked.add_argument("--only", default="", metavar="TEXT", help="only works whose name or data has TEXT in it")
    asked.add_argument("--repeats", type=int, default=3)
    asked.add_argument("--growth", action="store_true", help="also how time and memory grow")
    asked = asked.parse_args()
    folder = asked.data.resolve() / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    load = f"{os.getloadavg()[0]:.1f}"
    made = _generated(folder, **(QUICK if asked.quick else {}))
    works = [
        (work, f"{work.areas}, quick" if asked.quick else work.areas, made)
        for work in GENERATED
        if work.quick or not asked.quick
    ]
    address = os.environ.get("COMMONGROUND_MIRROR")
    if address and not asked.quick:
        real = Path(python(HERE / "mirror.py", folder, address))
        works += [(work, "mirror", real) for work in MIRROR]
    scratch = Path(tempfile.mkdtemp(dir=folder))
    os.environ["TMPDIR"] = str(scratch)  # sides that write files write them here
    try:
        rows = []
        for work, data, where in works:
            if asked.only in f"{work.name}, {data}":
                rows += measure(work, data, where, 1 if asked.quick else asked.repeats, scratch)
        show(rows)
        print(
            f"{os.cpu_count()} processors, load {load} at the start, {os.getloadavg()[0]:.1f} at the end: with others at"
        )
        print("work, seconds are noisy, most of all for sides with threads; processor seconds less so.")
        (asked.data / "bench.json").write_text(
            json.dumps([{key: row[key] for key in TOLD} for row in rows], indent=1) + "\n", "utf-8"
        )
        if asked.growth and not asked.quick:
            growth = grow(made, asked.repeats, scratch)
            show(growth)
            (asked.data / "bench-growth.json").write_text(json.dumps(growth, indent=1) + "\n", "utf-8")
    finally:
        shutil.rmtree(scratch)
    return 0 if all(row["same_answer"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
