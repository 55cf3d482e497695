"""Odd folders and ports: they work or are refused in one sentence, and nothing is said of a port that is not ours."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.release.compare import compare

LOOP, LONG = "loop/data", "x" * 300
REFUSED = ["a?b", "a#b", "a%20b", "a\nb", "a*", "a[1]", LONG, "d/" * 2000 + "d", LOOP, "file", "file/below"]


@pytest.fixture
def oddities(room):
    (room / "file").write_text("in the way")
    (room / "loop").symlink_to("loop")
    return room


@pytest.mark.parametrize("name", REFUSED, ids=lambda name: ascii(name)[:12])
@pytest.mark.parametrize("words", [("refresh",), ("check",)], ids=" ".join)
def test_a_folder_that_cannot_be(name, words, oddities, command):
    ran = command(*words, "--data", f"{oddities}/{name}")
    assert ran.code == (1 if name == "file" and words == ("check",) else 2) or "file" in name
    assert ran.sentence
    assert sorted(path.name for path in oddities.iterdir()) == ["file", "loop"]


@pytest.mark.parametrize("name", ["/proc/nowhere/data", "/proc/self", "/dev/null", "/dev/null/x", ""])
def test_a_folder_where_nothing_can_be_made(name, command):
    ran = command("refresh", "--data", name)
    assert ran.code in (1, 2)
    assert ran.sentence


def test_a_folder_that_is_no_text(room, public):
    ran = public("check", "--data", os.fsdecode(bytes(room) + b"/a\xff"))
    assert ran.code == 2
    assert "not UTF-8" in ran.sentence


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_closed(room, command):
    (room / "closed").mkdir(mode=0o500)
    ran = command("refresh", "--data", room / "closed" / "data")
    assert ran.code in (1, 2)
    assert ran.sentence


@pytest.fixture(scope="module")
def odd(roomy, process) -> Path:
    """A DIR with an odd name, refreshed under a strict umask by a process that hashes in another order."""
    data = roomy / "new" / 'Bob\'s "own" données; 2026 & co'
    running = process("refresh", "--data", data, "--quiet", env={"PYTHONHASHSEED": "77"}, umask=0o077)
    said, err = running.communicate(timeout=300)
    assert running.returncode == 0, err
    assert "published release 1.0.0" in said
    return data


def test_a_folder_with_an_odd_name_works(odd, command):
    assert command("check", "--data", odd).code == 0


def test_a_release_is_for_all_to_read_whatever_the_umask(odd):
    releases = odd / "releases"
    files = [p for p in releases.rglob("*") if not p.is_symlink()]
    assert len(files) > 20
    for path in [odd.parent, odd, releases, *files]:
        needed = 0o755 if path.is_dir() else 0o644
        assert path.stat().st_mode & needed == needed, path


def test_another_process_publishes_the_same(odd, refreshed):
    assert compare(refreshed.release, odd / "releases" / "latest").exact == []


@pytest.mark.parametrize("port", ["99999", "65536", "-1", "http"])
@pytest.mark.parametrize("name", ["serve", "dev"])
def test_a_port_that_is_none(name, port, room, command):
    ran = command(name, "--port", port, "--data", room)
    assert ran.code == 2
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("name", ["serve", "dev"])
@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_a_port_of_another_program(name, address, data, public):
    with socket.socket() as other:
        other.bind((address, 0))
        other.listen()
        port = other.getsockname()[1]
        ran = public(name, "--port", port, "--data", data, timeout=60)
    assert ran.code == 1
    assert f"port {port} of this machine cannot be used (address already in use)" in ran.sentence
    assert "http://" not in ran.out


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_serve_on_any_port_until_stopped(number, code, data):
    line = [str(Path(sys.executable).parent / "commonground"), "serve", "--port", "0", "--data", str(data)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        port = int(re.search(r"127\.0\.0\.1:(\d+)/", running.stdout.readline())[1])
        assert port
        with socket.create_connection(("127.0.0.1", port), timeout=10) as asking:
            asking.sendall(b"GET /datapackage.json HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"200 OK" in asking.recv(100)
        running.send_signal(number)
        _, err = running.communicate(timeout=20)
    assert running.returncode == code
    assert err == "commonground: stopped; the last good release stands.\n"
