"""Ctrl-C and SIGTERM at any moment of a refresh: one sentence, 130 or 143, nothing left behind, health as it was."""

import signal
import time
from pathlib import Path

import pytest

OLD, NEW = "2026-03-31", "2026-09-30"


def lines_of(data: Path) -> int:
    return sum(path.stat().st_size for path in data.glob("snapshots/*/observations.jsonl"))


def table_count(data: Path) -> int:
    return len(list((data / "places").glob("*.parquet")))


def making(data: Path) -> int:
    return len(list((data / "releases").glob(".making.*/geojson")))


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        pytest.param(lambda data: 0, signal.SIGINT, id="start, Ctrl-C"),
        pytest.param(lambda data: 0, signal.SIGTERM, id="start"),
        pytest.param(lines_of, signal.SIGTERM, id="fetch"),
        pytest.param(table_count, signal.SIGINT, id="places, Ctrl-C"),
        pytest.param(making, signal.SIGTERM, id="release"),
    ],
)
def test_stopped(moment, number, data, process, fingerprint):
    before, health = fingerprint(data), (data / "health.json").read_bytes()
    first = moment(data)
    running = process("refresh", "--data", data, "--area", "Hanul", "--sample-date", NEW, "--quiet")
    end = time.monotonic() + 200
    while running.poll() is None and time.monotonic() < end:
        if (data / ".lock.holder").exists() and (moment(data) != first or not first):
            if moment is making and moment(data) == 0:
                continue
            break
        time.sleep(0.01)
    running.send_signal(number)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 128 + number, err
    assert err == "commonground: stopped; the last good release stands.\n"
    assert fingerprint(data) == before
    assert (data / "health.json").read_bytes() == health
    assert not (data / ".lock.holder").exists()
    assert list(data.rglob(".making.*")) == []


def test_stopped_twice_and_refreshed_after(data, process, command, fingerprint):
    running = process("refresh", "--data", data, "--area", "Hanul", "--sample-date", NEW, "--quiet")
    while running.poll() is None and not (data / ".lock.holder").exists():
        time.sleep(0.01)
    running.send_signal(signal.SIGTERM)
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=60) in (130, 143)
    assert "Traceback" not in running.communicate()[1]
    before = fingerprint(data)["latest"]
    assert command("refresh", "--data", data, "--area", "Hanul", "--sample-date", NEW, "--quiet").code == 0
    assert fingerprint(data)["latest"] != before
