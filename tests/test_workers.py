"""Several processes make what one makes."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fixtures.making import Town

from pipelines.core.step import to_make
from pipelines.release.compare import compare
from pipelines.release.steps import all_steps

COMMAND = "from pipelines.commands.cli import main; main()"


def refresh(data, *more: str) -> subprocess.Popen:
    """`commonground refresh` on two processes, as a program of its own."""
    words = [sys.executable, "-c", COMMAND, "refresh", "--data", str(data), "--workers", "2", *more]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COMMONGROUND_")}
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)


@pytest.mark.timeout(900)
def test_two_processes_make_what_one_makes(city: Town, tmp_path):
    process = refresh(tmp_path / "data", "--area", "Hanul")
    said, _ = process.communicate(timeout=800)
    assert process.returncode == 0, said
    assert "release" in said.split("stages: ")[1].splitlines()[0]
    assert compare(city.release, tmp_path / "data" / "releases" / "latest").exact == []


def workers_of(process: int) -> list[int]:
    """The workers that any thread of this process started; none where it ended meanwhile."""
    try:
        told = [path.read_text().split() for path in Path(f"/proc/{process}/task").glob("*/children")]
        return [int(pid) for pids in told for pid in pids if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    except OSError:
        return []


@pytest.mark.timeout(900)
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the workers are looked for in /proc")
def test_killed_workers_leave_the_last_release_whole(city: Town, tmp_path):
    """A process watches over each, and starts another that does its work again. A killed one had held what it was writing in a folder aside."""
    data = Path(shutil.copytree(city.data, tmp_path / "data", symlinks=True))
    release = data / "releases" / "1.0.0"
    last = {path: path.read_bytes() for path in release.rglob("*") if path.is_file()}
    for folder in ("tables", "indices"):
        shutil.rmtree(data / folder)
    process, killed = refresh(data, "--area", "Hanul"), []
    while process.poll() is None and not killed:
        if (data / "tables").exists():
            killed = workers_of(process.pid)
            for worker in killed:
                os.kill(worker, signal.SIGKILL)
        time.sleep(0.01)
    said, _ = process.communicate(timeout=800)
    assert killed
    assert process.returncode == 0, said
    assert "WARNING" not in said  # of Dask's own, which say nothing to an operator
    assert last == {path: path.read_bytes() for path in release.rglob("*") if path.is_file()}
    assert [path for path in data.rglob(".making.*") if path.is_dir()] == []
    assert compare(city.release, release).exact == []
    assert to_make(all_steps(city.workspace()), data) == []
