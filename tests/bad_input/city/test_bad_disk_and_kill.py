"""A full disk, a second writer, a killed process and damaged state files: the last good release stands."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path

import dagster as dg
import pytest
from fixtures.ran import Ran

from assets_defs.definitions import build_definitions
from pipelines.core.settings import Settings
from pipelines.register.workspace import open_workspace
from pipelines.release.database import open_database

OLD, NEW = "2026-03-31", "2026-09-30"
HOLD = "import sys, time; from pathlib import Path; from pipelines.core.store import writer_lock\nwith writer_lock(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"


def words(data: Path, date: str) -> tuple:
    return "refresh", "--data", data, "--area", "Hanul", "--sample-date", date, "--quiet"


def litter(data: Path) -> list[Path]:
    return sorted(data.rglob(".making.*"))


class Disk:
    """A small disk of its own where the system allows it."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir()
        line = ["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(folder)]
        self.mounted = shutil.which("mount") is not None and subprocess.run(line, capture_output=True).returncode == 0

    def leave(self, kilobytes: int) -> None:
        """Fill the disk until so much is left."""
        free = os.statvfs(self.folder)
        (self.folder / "filler").write_bytes(bytes(max(0, free.f_bavail * free.f_frsize - kilobytes * 1000)))

    def empty(self) -> None:
        (self.folder / "filler").unlink(missing_ok=True)

    def remove(self) -> None:
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.folder)], capture_output=True)


@pytest.fixture
def disk(room):
    disk = Disk(room / "disk")
    yield disk
    disk.remove()


def end(running: subprocess.Popen) -> tuple[int, str]:
    """The exit code and standard error of a process, once it ended."""
    _, err = running.communicate(timeout=120)
    return running.returncode, err


def test_full_disk_at_first(disk, process, command):
    if not disk.mounted:
        pytest.skip("no small disk may be mounted here; test_file_size_limit stands in")
    data = disk.folder / "data"
    disk.leave(4000)
    assert end(process(*words(data, OLD)))[0] == 1
    assert not (data / "releases" / "latest").exists()
    disk.empty()
    assert command(*words(data, OLD)).code == 0
    assert command("check", "--data", data).code == 0
    assert litter(data) == []


def test_full_disk_later(disk, published, process, command, fingerprint, untouched):
    if not disk.mounted:
        pytest.skip("no small disk may be mounted here; test_file_size_limit stands in")
    data = Path(shutil.copytree(published, disk.folder / "data", symlinks=True))
    before = fingerprint(data)
    disk.leave(3000)
    assert end(process(*words(data, NEW)))[0] == 1
    disk.empty()
    untouched(data, before)
    assert command(*words(data, NEW)).code == 0
    assert fingerprint(data)["latest"] != before["latest"]
    assert litter(data) == []


def test_full_disk_is_told_in_one_sentence(disk, published, process):
    if not disk.mounted:
        pytest.skip("no small disk may be mounted here")
    data = Path(shutil.copytree(published, disk.folder / "data", symlinks=True))
    disk.leave(1000)
    code, err = end(process(*words(data, NEW)))
    ran = Ran(code, "", err)
    assert ran.code == 1
    assert "space" in ran.sentence


def test_file_size_limit(data, process, fingerprint, untouched):
    """A quota on the size of a file, which every system has, stands in for a full disk."""
    before = fingerprint(data)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    assert end(process(*words(data, NEW), preexec_fn=limit))[0] == 1
    untouched(data, before)


@pytest.fixture
def holder(data):
    line = [sys.executable, "-c", HOLD, str(data)]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.stdin.close()


def test_second_writer(holder, data, command, fingerprint, untouched):
    before = fingerprint(data)
    for line in (words(data, NEW), ("rollback", "1.0.0", "--data", data)):
        ran = command(*line)
        assert ran.code == 1
        assert f"is being written by process {holder.pid}" in ran.sentence
        assert "wait for it to end" in ran.sentence.replace("Wait", "wait")
    untouched(data, before)


def test_second_writer_from_dagster(holder, data, whole_city, fingerprint, untouched):
    before = fingerprint(data)
    workspace = open_workspace(Settings(data=data, areas=("Hanul",), sample_date=NEW, recording=whole_city.folder))
    graph = build_definitions(workspace)
    job = graph.resolve_job_def("refresh")
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    chosen = [dg.AssetKey(["snapshot", "hso_markets_current"])]
    lines = (data / "snapshots/hso_markets_current/observations.jsonl").read_bytes()
    with dg.DagsterInstance.from_config(str(data)) as instance:
        result = job.execute_in_process(
            instance=instance, run_config=quiet, raise_on_error=False, asset_selection=chosen
        )
        told = "".join(str(event.event_specific_data) for event in result.all_events)
        context = dg.build_run_status_sensor_context(
            sensor_name="tell_failure",
            dagster_event=result.get_run_failure_event(),
            dagster_instance=instance,
            dagster_run=result.dagster_run,
        )
        next(one for one in graph.sensors if one.name == "tell_failure")(context.for_run_failure())
    assert not result.success
    assert f"is being written by process {holder.pid}" in told
    known = json.loads((data / "health.json").read_bytes())
    assert known["state"] == "red"
    assert known["failure"]["what"].startswith(f"{data}: is being written by process {holder.pid} on ")
    assert (data / "snapshots/hso_markets_current/observations.jsonl").read_bytes() == lines
    untouched(data, before)


def kill_when(running: subprocess.Popen, seen) -> bool:
    """Kill the process as soon as `seen()`; False where it ended before."""
    end = time.monotonic() + 120
    while running.poll() is None and time.monotonic() < end:
        if seen():
            running.send_signal(signal.SIGKILL)
            break
        time.sleep(0.002)
    running.communicate()
    return running.returncode == -signal.SIGKILL


def made_so_far(releases: Path, moment: str) -> list[Path]:
    return list(releases.glob(f".making.*/{moment}"))


def test_kill_in_the_middle_of_a_release(data, process, command, fingerprint, untouched):
    before, health = fingerprint(data), (data / "health.json").read_bytes()
    releases = data / "releases"
    moments = ["", "geojson/neighbourhoods.geojson", "datapackage.json"]
    for moment in moments:
        running = process(*words(data, NEW))
        assert kill_when(running, partial(made_so_far, releases, moment)), moment
        untouched(data, before)
        assert json.loads((data / "health.json").read_bytes())["release"] == before["latest"]
    assert litter(data)
    ran = command(*words(data, NEW))
    assert ran.code == 0, ran.err
    after = fingerprint(data)
    assert after["latest"] != before["latest"]
    assert litter(data) == []
    assert command("check", "--data", data).code == 0

    # killed between the renaming of the folder and the swap of the link: the state a moment before
    point_back(data, before["latest"])
    (data / "health.json").write_bytes(health)
    ran = command(*words(data, NEW))
    assert ran.code == 0, ran.err
    assert fingerprint(data) == after
    assert sorted(p.name for p in releases.iterdir()) == sorted([before["latest"], after["latest"], "latest"])


def point_back(data: Path, version: str) -> None:
    """Point `latest` at a version without `commonground rollback`."""
    (data / "releases" / "latest").unlink()
    (data / "releases" / "latest").symlink_to(version)


def test_latest_pointed_back_by_hand(data, command, fingerprint):
    """Only `commonground rollback` holds a newer release back; whatever else moved the link, the next refresh mends."""
    first = fingerprint(data)["latest"]
    assert command(*words(data, NEW)).code == 0
    after = fingerprint(data)
    point_back(data, first)
    assert command(*words(data, NEW)).code == 0
    assert fingerprint(data) == after


def test_kill_while_fetching(data, process, command, fingerprint, untouched):
    before = fingerprint(data)
    lines = (data / "snapshots/hso_markets_current/observations.jsonl").stat().st_size
    running = process(*words(data, NEW))
    assert kill_when(
        running, lambda: (data / "snapshots/hso_markets_current/observations.jsonl").stat().st_size > lines
    )
    untouched(data, before)
    assert run_states(data)["STARTED"] == 1
    assert command(*words(data, NEW)).code == 0
    assert fingerprint(data)["latest"] != before["latest"]
    assert set(run_states(data)) == {"SUCCESS", "FAILURE"}  # the one that was killed did not end by itself


def run_states(data: Path) -> Counter[str]:
    """How many runs of Dagster's history are in each state."""
    with dg.DagsterInstance.from_config(str(data)) as instance:
        return Counter(run.status.value for run in instance.get_runs())


def library_values(data: Path) -> int:
    with open_database(data / "releases/latest/commonground.duckdb", read_only=True) as connection:
        return connection.execute(
            "select count(value) from indicator_value where indicator = 'nearest_library_m'"
        ).fetchone()[0]


@pytest.mark.parametrize("cut", [40, 1], ids=["in the line", "only its end"])
def test_observations_cut_short(cut, data, command):
    """The line that was being written when the machine stopped is lost; the next ones are not."""
    known = library_values(data)
    for stem in ("hso_households_2025", "hls_libraries_current"):
        path = data / "snapshots" / stem / "observations.jsonl"
        path.write_bytes(path.read_bytes()[:-cut])
    ran = command(*words(data, OLD))
    assert ran.code == 0, ran.err
    assert "warning" not in ran.out
    for stem in ("hso_households_2025", "hls_libraries_current"):
        lines = (data / "snapshots" / stem / "observations.jsonl").read_text().splitlines()
        assert json.loads(lines[-1])["status"] in ("new", "unchanged")
    assert library_values(data) == known
    assert command("check", "--data", data).code == 0


@pytest.mark.parametrize("body", [b"{not json", b"\xff\xfe", b'"green"', b'{"last_good_refresh": "soon"}'])
def test_damaged_health(body, data, command, fingerprint):
    before = fingerprint(data)
    (data / "health.json").write_bytes(body)
    ran = command("check", "--data", data, "--max-age", "30")
    assert ran.code == 1
    assert ran.sentence
    ran = command(*words(data, OLD))
    assert ran.code == 0 or "health.json" in ran.sentence
    assert fingerprint(data) == before


def test_damaged_health_does_not_hide_a_failure(data, town, command, fingerprint):
    before = fingerprint(data)
    (data / "health.json").write_bytes(b"{not json")
    town.spoil("oa_2025.csv", b"gone", NEW, status=404)
    ran = command(*words(data, NEW))
    assert ran.code == 1
    assert "hso_areas_2025" in ran.sentence
    assert fingerprint(data) == before


@pytest.mark.parametrize("body", [b'{"key": "0', b"{}"])
def test_damaged_step_record(body, data, command, fingerprint, untouched):
    before = fingerprint(data)
    for name in ("hls_libraries_current", "areas"):
        (data / "tables" / f"{name}.json").write_bytes(body)
    ran = command(*words(data, NEW))
    if ran.code:
        assert ran.code == 1
        assert "tables" in ran.sentence
        untouched(data, before)
    else:
        assert fingerprint(data)["latest"] != before["latest"]


def test_damaged_scope(data, command, fingerprint, untouched):
    (data / "scope.json").write_bytes(b'{"geography": "samp')
    whole = json.loads((data / "tables" / "scope.json").read_bytes())["meta"]
    ran = command(*words(data, NEW))  # the record of the step that wrote it says the same
    assert ran.code == 0, ran.err
    assert json.loads((data / "scope.json").read_bytes()) == whole
    (data / "scope.json").write_bytes(b'{"geography": "samp')
    (data / "tables" / "scope.json").unlink()
    before = fingerprint(data)
    ran = command(*words(data, NEW))
    assert ran.code == 1
    assert "scope.json" in ran.sentence
    untouched(data, before)


def test_damaged_table(data, command, fingerprint, untouched):
    """A Parquet file cut short: said, with what to do."""
    before = fingerprint(data)
    (path,) = (data / "places").glob("place_record-*.parquet")
    path.write_bytes(path.read_bytes()[:-100])
    (data / "places" / "place.json").unlink()
    (data / "health.json").unlink()
    ran = command(*words(data, OLD))
    assert ran.code == 0 or path.name in ran.sentence
    untouched(data, before)


def test_stray_files_are_passed_over(data, command, fingerprint):
    """A file browser leaves its own files in folders it shows."""
    before = fingerprint(data)
    for folder in ("snapshots", "releases", "tables", "snapshots/hso_markets_current"):
        (data / folder / ".DS_Store").write_bytes(b"not ours")
    ran = command(*words(data, NEW))
    assert ran.code == 0, ran.err
    assert fingerprint(data)["latest"] != before["latest"]
