"""Several processes make what one makes."""

import os
import subprocess
import sys

import pytest
from fixtures.making import Town

from pipelines.release.compare import compare

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
