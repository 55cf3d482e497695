"""Kill -9, full disks and damage, tried on the second made-up city: `make kills`, KILLS_ARGS="--seed 7 --only damage".

Each trial takes a good DIR of an earlier date and disturbs it: a refresh is killed at a write, or when some time passed,
or finds the disk full; or a file of DIR is cut, altered, emptied, removed or made a folder. Then it holds what is promised:
the last good release is whole (or `check` tells that it is not), the next refresh succeeds (or says in one sentence what
to remove, and succeeds once that is removed), its release equals the undisturbed one by `diff --exact`, nothing half
made is left and no run of Dagster's history is left begun. A trial is a fork of this process, which has read all code.
"""

import argparse
import gc
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from fixtures.recording import CITY, NEW, OLD, Recording
from trials.kills.damage import HELD, damage, other_damage
from trials.kills.disturb import full_disks, kills, writes_of
from trials.kills.judge import fingerprint, judge
from trials.kills.trial import Breach, copied, refreshed


def main() -> int:
    """Run the trials; one line each, a summary, and 1 where one breaks a promise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=60, help="besides those at the writes of publish")
    parser.add_argument("--disks", type=int, default=10)
    parser.add_argument("--only", help="trials whose kind and name hold this text")
    parser.add_argument("--share", type=float, default=1, help="of the trials, drawn")
    parser.add_argument("--folder", type=Path, help="where to work (default: in memory, where there is some)")
    asked = parser.parse_args()
    room = Path(
        tempfile.mkdtemp(prefix="kills.", dir=asked.folder or ("/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    )
    try:
        return _run(asked, room)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _run(asked: argparse.Namespace, room: Path) -> int:
    city = Recording(room / "city", CITY)
    city.spoil("libraries.json", _without_first, OLD)
    os.environ["COMMONGROUND_RECORDING"] = str(city.folder)
    good = room / "good"
    first = refreshed(good, OLD)
    assert first.code == 0, first.err
    undisturbed = {OLD: good, NEW: copied(good, room / "undisturbed")}
    assert refreshed(undisturbed[NEW]).code == 0
    before = fingerprint(good)
    gc.freeze()
    chance = random.Random(asked.seed)
    writes = writes_of(good, room)
    trials = [
        *kills(writes, chance, asked.kills),
        *full_disks(writes, chance, asked.disks),
        *damage(good, chance),
        *other_damage(chance),
    ]
    trials = [t for t in trials if not asked.only or asked.only in f"{t.kind}: {t.name}"]
    trials = [t for t in trials if chance.random() < asked.share]
    breaches: Counter[str] = Counter()
    started = time.monotonic()
    for number, trial in enumerate(trials, 1):
        data, label = copied(good, room / "data"), f"{number:3} of {len(trials)} {trial.kind}: {trial.name}"
        label += "" if trial.date == NEW else ", nothing new"
        began = time.monotonic()
        try:
            trial.disturb(data)
            word = judge(trial, data, before, undisturbed)
        except Breach as breach:
            breaches[trial.kind] += 1
            word = f"BREACH {breach}"
        finally:
            while HELD:
                holder = HELD.pop()
                holder.kill()
                holder.communicate()
        print(f"{label}: {word} ({time.monotonic() - began:.1f} s)", flush=True)
    minutes = (time.monotonic() - started) / 60
    print(
        f"{len(trials)} trials in {minutes:.0f} minutes with seed {asked.seed}: {sum(breaches.values())} breaches {dict(breaches)}"
    )
    return 1 if breaches else 0


def _without_first(body: bytes) -> bytes:
    told = json.loads(body)
    told["응답"]["목록"].pop(0)
    return json.dumps(told).encode()


if __name__ == "__main__":
    sys.exit(main())
