"""Whatever ends a refresh but success turns the light red and posts one sentence that names the cause."""

import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import sqlalchemy
from test_bad_disk_and_kill import NEW, OLD, words

from pipelines.core import store
from pipelines.core.plain_text import chat
from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.register.workspace import open_workspace
from pipelines.release import health
from pipelines.release.troubles import troubles
from pipelines.tables.kept import observations


class Channel(BaseHTTPRequestHandler):
    """Keeps what is posted to it."""

    def do_POST(self):
        self.server.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *words):
        """Nothing is told."""


@pytest.fixture
def posted(monkeypatch) -> list[str]:
    """What was posted to the address of alerts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Channel)
    server.posted = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("COMMONGROUND_ALERT_URL", f"http://127.0.0.1:{server.server_address[1]}/")
    yield server.posted
    server.shutdown()
    server.server_close()


@pytest.fixture
def refreshed_before(room) -> Path:
    """A DIR that says it was refreshed, and holds nothing else: what is tried here ends before anything is made."""
    data = room / "data"
    store.write_json(
        data / "health.json", {"state": "green", "release": "1.0.0", "last_good_refresh": "2026-11-01T00:00:00Z"}
    )
    return data


def light(data: Path) -> dict:
    return json.loads((data / "health.json").read_bytes())


def told_once(data: Path, ran, posted: list[str]) -> str:
    """The sentence that the command, health.json and the alert all tell."""
    assert ran.code == 1, ran.out
    known = light(data)
    assert known["state"] == "red"
    assert ran.sentence == f"commonground: {known['failure']['what']}"
    assert posted == [chat(f"Common Ground refresh failed: {known['failure']['what']}")]
    assert known["release"] == "1.0.0"
    return ran.sentence


class Panic(BaseException):
    """What compiled libraries raise where they break."""


@pytest.mark.parametrize(
    ("error", "names"),
    [
        (MemoryError(), "memory ran out"),
        (RecursionError("maximum recursion depth exceeded"), "RecursionError: maximum recursion"),
        (sqlite3.DatabaseError("database disk image is malformed"), "Dagster's history.*malformed"),
        (sqlalchemy.exc.OperationalError("select 1", {}, Exception("locked")), "Dagster's history.*locked"),
        (OSError(5, "Input/output error", "/x"), "OSError.*Input/output error"),
        (KeyError("geography"), "KeyError: 'geography'"),
        (Panic("index out of bounds\nnote: more"), r"Panic: index out of bounds\)"),
        (SystemExit(3), "SystemExit: 3"),
        (OSError(28, "No space left on device"), "no space is left"),
        (Problem("x", "is broken", "mend it"), "x: is broken. Mend it"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_any_class_of_error(error, names, refreshed_before, command, posted, monkeypatch):
    def fails(workspace):
        raise error

    monkeypatch.setattr("assets_defs.run.run", fails)
    sentence = told_once(refreshed_before, command(*words(refreshed_before, NEW)), posted)
    assert re.search(names, sentence), sentence


@pytest.mark.parametrize(
    ("file", "body"),
    [
        ("dagster.yaml", b"{{{"),
        ("dagster.yaml", b"\xff\x00"),
        ("dagster.yaml", b"- 1"),
        ("scope.json", b"[1]"),
        ("scope.json", b'{"geography": "nowhere", "asked": [], "codes": []}'),
        ("scope.json", b"[" * 100_000),
        ("history.db", b""),
        ("corrections.csv", b"nonsense"),
        ("needs.csv", b"nonsense"),
        ("history/runs/index.db", b"garbage" * 200),
        ("history/runs.db", b"garbage" * 200),
        ("schedules/schedules.db", b"garbage" * 200),
    ],
)
def test_damaged_files_of_dir(file, body, refreshed_before, command, posted):
    (refreshed_before / file).parent.mkdir(parents=True, exist_ok=True)
    (refreshed_before / file).write_bytes(body)
    if file == "history.db":  # a file where Dagster wants a folder
        (refreshed_before / "history").write_bytes(b"")
    ran = command(*words(refreshed_before, NEW))
    if file.endswith(".db") and ran.code == 0:
        return  # healed
    told_once(refreshed_before, ran, posted)


@pytest.mark.parametrize("file", ["licences.yml", "acknowledged.yml"])
def test_a_wrong_file_of_the_operator(file, refreshed_before, command, posted):
    (refreshed_before / file).write_text("nowhere_2026: {}")
    ran = command(*words(refreshed_before, NEW))
    assert ran.code == 1
    assert f"{file}:1: nowhere_2026" in ran.err
    assert light(refreshed_before)["state"] == "red"
    assert len(posted) == 1
    assert f"{file}:1: nowhere_2026" in posted[0]


def test_health_that_cannot_be_written(refreshed_before, command, posted, monkeypatch):
    def full(*words):
        raise Problem("DIR", "no space is left to write", "free some")

    monkeypatch.setattr("pipelines.release.health.record_failure", full)
    monkeypatch.setattr("assets_defs.run.run", lambda workspace: 1 / 0)
    ran = command(*words(refreshed_before, NEW))
    assert ran.code == 1
    assert "ZeroDivisionError: division by zero" in ran.sentence
    assert len(posted) == 1


def test_a_second_writer(refreshed_before, command, posted):
    with store.writer_lock(refreshed_before):
        assert f"is being written by process {os.getpid()}" in told_once(
            refreshed_before, command(*words(refreshed_before, NEW)), posted
        )


def test_a_step_that_runs_out_of_memory(data, command, posted, monkeypatch):
    def run(step, folder):
        raise MemoryError

    monkeypatch.setattr("assets_defs.step_asset.run", run)
    assert "memory ran out" in told_once(data, command(*words(data, NEW)), posted)


KILLED = """import os, sys
from pathlib import Path
from pipelines.core.store import writer_lock
with writer_lock(Path(sys.argv[1])):
    os.kill(os.getpid(), 9)
"""


def test_a_killed_refresh_is_found_by_check_and_told_once(data, command, posted):
    subprocess.run([sys.executable, "-c", KILLED, str(data)], check=False)
    assert light(data)["state"] == "green"
    known = light(data)
    known["last_good_refresh"] = "2026-01-01T00:00:00Z"
    store.write_json(data / "health.json", known)
    for _ in range(2):
        ran = command("check", "--data", data)
        assert ran.code == 0, ran.err  # the release is whole
        assert "the light is red: refresh: process" in ran.out
        assert "was killed" in ran.out
        assert light(data)["state"] == "red"
        assert len(posted) == 1
    with store.writer_lock(data):
        assert store.killed_writer(data) is None
    assert store.killed_writer(data) is None


def test_overdue_is_red_by_a_look_and_fails_the_check(data, command, posted):
    known = light(data)
    store.write_json(data / "health.json", {**known, "overdue_after": "2020-01-01T00:00:00Z"})
    for _ in range(2):
        ran = command("check", "--data", data)
        assert ran.code == 1
        assert "overdue since 2020-01-01" in ran.sentence
        assert light(data)["state"] == "red"
        assert len(posted) == 1
    assert command(*words(data, OLD)).code == 0
    assert light(data)["state"] == "green"
    assert command("check", "--data", data).code == 0


def test_what_answers_an_alert_too_slowly_is_left(monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Channel)  # nobody serves it: it is never answered
    monkeypatch.setattr("pipelines.release.health.POST_S", 0.2)
    settings = Settings(alert_url=f"http://127.0.0.1:{server.server_address[1]}/secret")
    begun = time.monotonic()
    (untold,) = health.post_alert(settings, "x")
    assert "could not be posted" in untold
    assert "secret" not in untold
    assert time.monotonic() - begun < 3
    server.server_close()


ACKNOWLEDGED = """hls_libraries_current:
  reason: the library service moves its web site
  who: data team
  until: {until}
"""


LIST = "hls_libraries_current"


def test_what_is_acknowledged_is_no_news(data, whole_city):
    workspace = open_workspace(Settings(data=data, sample_date=OLD, recording=whole_city.folder))

    def seen(until: str | None = None, **failed) -> tuple[str, str]:
        """The state of the light, and what is told, once the list was asked again."""
        lines = data / "snapshots" / LIST / "observations.jsonl"
        good = observations(lines.parent)[0]
        failed = failed and {"status": "failed", "sha": None, "rows": 0, "problem": f"{LIST}: 404"} | failed
        store.append_line(lines, {**good, **failed})
        (data / "acknowledged.yml").unlink(missing_ok=True)
        if until:
            (data / "acknowledged.yml").write_text(ACKNOWLEDGED.format(until=until))
        health.record_success(workspace)
        known = light(data)
        return known["state"], str(known["warnings"] + known["acknowledged"] + troubles(workspace).over)

    gone = {"source_as_at": None}
    assert seen(**gone)[0] == "amber"
    state, told = seen("2026-12-01", **gone)
    assert state == "green"
    assert "data team" in told
    # another kind of trouble is news, and so is an acknowledgement that ran out
    assert seen("2026-12-01", refused={"what": "no column"})[0] == "amber"
    state, told = seen("2026-03-01", **gone)
    assert state == "amber"
    assert "which is past" in told
    state, told = seen("2026-12-01")
    assert state == "green"
    assert "is over" in told


def test_strict_passes_over_what_is_acknowledged(town, data, command):
    town.spoil("libraries.json", b"gone", OLD, status=404)
    (data / "acknowledged.yml").write_text(ACKNOWLEDGED.format(until="2026-12-01"))
    ran = command(*words(data, OLD)[:-1], "--strict")
    assert ran.code == 0, ran.out
    assert "acknowledged until 2026-12-01, stale: hls_libraries_current" in ran.out
    assert "warning" not in ran.out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nowhere_2026: {reason: x, who: y, until: 2027-01-01}", "acknowledged.yml:1: nowhere_2026: is no source"),
        (
            "hls_libraries_current: {reason: x, who: y}",
            "acknowledged.yml:1: hls_libraries_current.until: Field required",
        ),
        ("hls_libraries_current: {reason: x, who: y, until: soon}", "hls_libraries_current.until"),
        ("hls_libraries_current: {reason: x, who: a@b.c, until: 2027-01-01}", "give no e-mail address"),
        ("- hls_libraries_current", "expected a mapping"),
        ("a: *b", "not valid YAML"),
    ],
)
def test_a_wrong_acknowledgement_is_told_by_line_and_key(text, told, refreshed_before, command):
    (refreshed_before / "acknowledged.yml").write_text(text)
    ran = command(*words(refreshed_before, NEW))
    assert ran.code == 1
    assert told in ran.err
