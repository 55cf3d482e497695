"""What outsiders and bad luck say to whoever reads: words, releases from elsewhere, clients, and how a refresh ends."""

import contextlib
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner
from fixtures.recording import CITY, NEW, Recording
from trials.case import Told

from pipelines.commands import serve
from pipelines.commands.cli import main
from pipelines.commands.port import listen
from pipelines.core import store
from pipelines.core.plain_text import LONGEST, chat, markdown, plain, shown, told
from pipelines.release import health
from pipelines.release.database import open_database

COMMAND = str(Path(sys.executable).parent / "commonground")
SEED = 13
PIECES = [
    "![x](http://evil.example/p.png)", "<img src=x>", "\x1b[31m", "\x1b]8;;http://evil.example\x07", "\u202e", "\u2066",
    "\u200b", "\x9b2J", "\n# ", "|", "`", "<!channel>", "@here ", "=cmd()", "\uff1dSUM(1)", "+1+1", "\t=1", "'=1", "$x$",
    "Quay Library", "St. Mary's", "x" * 400, "\ud800", "\U000e0041",
]  # fmt: skip


def drawn_words(folder: Path) -> str:
    """Words put together by chance: none moves a terminal, starts a formula, is an image or calls anybody."""
    draw = random.Random(SEED)
    for _ in range(2000):
        text = "".join(draw.choices(PIECES, k=draw.randint(1, 6)))
        cell, line = plain(text), shown(text)
        assert len(cell) <= LONGEST
        assert len(told(text)) <= LONGEST
        assert not cell[1:] or cell[0] not in "=@\uff1d\uff0b\uff20", (text, cell)
        assert not [c for c in cell if c < " " or "\u202a" <= c <= "\u202e" or "\u2060" <= c <= "\u206f"], text
        assert not [c for c in line if (c < " " and c != "\n") or c in "\x9b\u202e\u2066"], text
        assert "![" not in markdown(text).replace("\\!", "").replace("\\[", ""), text
        assert "<" not in chat(text)
        assert "@here" not in chat(text)
    return "2,000 texts were made plain"


def foreign(*sqls: str) -> Callable[[Path], str]:
    """Comparing two releases whose databases somebody else made with these statements."""

    def run(folder: Path) -> str:
        (folder / "outside.csv").write_text("secret\nsecret\n")
        for name in ("a", "b"):
            (folder / name).mkdir()
            with open_database(folder / name / "commonground.duckdb") as connection:
                for sql in sqls:
                    connection.execute(sql.format(outside=folder / "outside.csv"))
        ran = CliRunner().invoke(main, ["diff", str(folder / "a"), str(folder / "b")])
        assert ran.exit_code == 1
        assert "secret" not in ran.output
        assert not (folder / "evil.duckdb").exists()
        return ran.stderr.strip()

    return run


def half_a_request(folder: Path) -> str:
    """A client that sends half a request and waits."""
    (folder / "1.0.0").mkdir()
    (folder / "latest").symlink_to("1.0.0")
    held, kept = listen(0), serve.PATIENCE_S
    serve.PATIENCE_S = 0.5
    server = serve.server_of(folder)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [held]})
    thread.start()
    try:
        begun = time.monotonic()
        with socket.create_connection(held.getsockname(), 10) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost:")
            with contextlib.suppress(ConnectionError):
                assert connection.recv(1) == b""
        return f"it was left after {time.monotonic() - begun:.1f} s"
    finally:
        serve.PATIENCE_S, server.should_exit = kept, True
        thread.join()


def ended_by(change: Callable[[Path], None], kill: bool = False) -> Callable[[Path], str]:
    """A refresh of the second city on a DIR that was spoiled, or killed: what health.json says of it afterwards."""

    def run(folder: Path) -> str:
        city, data = Recording(folder / "city", CITY), folder / "data"
        env = {**os.environ, "COMMONGROUND_RECORDING": str(city.folder)}
        words = [COMMAND, "refresh", "--data", str(data), "--area", "Hanul", "--sample-date", NEW, "--quiet"]
        data.mkdir()
        store.write_json(data / "health.json", {"state": "green", "release": "1.0.0"})
        change(data)
        running = subprocess.Popen(words, env=env, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        while kill and running.poll() is None:
            if (data / ".lock.holder").exists():
                running.kill()
            time.sleep(0.01)
        sentence = running.communicate(timeout=300)[1].strip()
        if running.returncode == 0:
            return "healed"
        if kill:
            ran = CliRunner().invoke(main, ["check", "--data", str(data)])
            assert "was killed" in ran.output
        settings = health.Settings(data=data)
        known = health.read(settings)
        assert known["state"] == "red", known
        assert kill or known["failure"]["what"] in sentence or "definition file" in sentence, sentence
        assert "fault of ours" not in known["failure"]["what"]
        return known["failure"]["what"]

    return run


def body(name: str, text: bytes) -> Callable[[Path], None]:
    """A file of DIR with this in it."""

    def change(data: Path) -> None:
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_bytes(text)

    return change


def nothing(data: Path) -> None:
    """A DIR as it is."""


def a_folder(name: str) -> Callable[[Path], None]:
    """A folder of this name where a file belongs."""
    return lambda data: (data / name).mkdir(parents=True)


DICTIONARY = "create table column_dictionary as select '{{}}' as table_name, 'a' as column_name, 'b' as data_type, false as is_run_metadata"
EVIL = "x\"; attach ''evil.duckdb'' as e; --"
RED, FOREIGN = "the light is true", "a release from elsewhere"
CASES = [
    Told("publishers' words", "put together by chance", drawn_words),
    Told(FOREIGN, "a table's name is a statement", foreign(DICTIONARY.replace("{{}}", EVIL))),
    Told(FOREIGN, "a view reads a file", foreign("create view column_dictionary as from read_csv('{outside}')")),
    Told(FOREIGN, "its tables are of other columns", foreign("create table column_dictionary as select 1 as table_name")),
    Told("a client that does not move", "half a request", half_a_request),
    Told(RED, "killed", ended_by(nothing, kill=True)),
    Told(RED, "Dagster's index is no database", ended_by(body("history/runs/index.db", b"garbage" * 500))),
    Told(RED, "Dagster's schedules are no database", ended_by(body("schedules/schedules.db", b"garbage" * 500))),
    Told(RED, "dagster.yaml is no YAML", ended_by(body("dagster.yaml", b"{{{"))),
    Told(RED, "scope.json is a list", ended_by(body("scope.json", b"[1]"))),
    Told(RED, "licences.yml is of no source", ended_by(body("licences.yml", b"nowhere: {}"))),
    Told(RED, "acknowledged.yml has no date", ended_by(body("acknowledged.yml", b"hls_libraries_current: {reason: x, who: y}"))),
    Told(RED, "corrections.csv is a folder", ended_by(a_folder("corrections.csv"))),
    Told(RED, "snapshots is a file", ended_by(body("snapshots", b""))),
]  # fmt: skip
