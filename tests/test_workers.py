"""Several processes make what one makes; a worker that is killed leaves the last release whole, and the next refresh ends well."""

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from fixtures.making import refresh_town

from pipelines.release.compare import compare
from pipelines.release.verify import verify

COMMAND = "from pipelines.commands.cli import main; main()"


def refresh(data, *more: str) -> subprocess.Popen:
    """`commonground refresh` on two processes, as a program of its own."""
    words = [sys.executable, "-c", COMMAND, "refresh", "--data", str(data), "--workers", "2", *more]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COMMONGROUND_")}
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)


def workers_of(process: subprocess.Popen) -> list[int]:
    """The worker processes below a refresh, found by what they were started as."""
    found = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in found.splitlines()[1:]]
    return [int(pid) for pid, parent, words in rows if int(parent) == process.pid and "spawn_main" in words]


@pytest.mark.timeout(900)
def test_two_processes_make_what_one_makes(town, tmp_path):
    process = refresh(tmp_path / "data")
    said, _ = process.communicate(timeout=800)
    assert process.returncode == 0, said
    assert "release" in said.split("stages: ")[1].splitlines()[0]
    assert compare(town.release, tmp_path / "data" / "releases" / "latest").exact == []


@pytest.mark.timeout(900)
def test_a_worker_that_is_killed_harms_no_release(town_twice, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(town_twice[0].data, data, symlinks=True)
    for release in (data / "releases").glob("1.0.1"):
        shutil.rmtree(release)
    (data / "releases" / "latest").unlink()
    (data / "releases" / "latest").symlink_to("1.0.0")
    shutil.rmtree(data / "indices")
    process = refresh(data, "--sample-date", "2026-09-30")
    deadline = time.monotonic() + 300
    while not (found := workers_of(process)) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    assert found, "no worker was started"
    time.sleep(5)
    os.kill(found[0], signal.SIGKILL)
    process.communicate(timeout=500)
    latest = (data / "releases" / "latest").resolve()
    assert [finding.check for finding in verify(latest) if not finding.passed] == []
    again = refresh_town(data, "2026-09-30")
    assert again.outcome.exit_code == 0
    assert [finding.check for finding in verify(again.release) if not finding.passed] == []
    assert compare(town_twice[1].release, again.release).exact == []
