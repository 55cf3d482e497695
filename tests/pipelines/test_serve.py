"""The served release is the one `latest` points at now; what is outside it, and who stops moving, is left."""

import gzip
import os
import socket
import threading
import time
import urllib.request

import pytest

from pipelines.commands import serve
from pipelines.commands.port import listen


@pytest.fixture
def served(tmp_path, monkeypatch):
    """The folder of releases, and the port it is served on."""
    monkeypatch.setattr(serve, "PATIENCE_S", 1)
    releases = tmp_path / "releases"
    for version in ("1.0.0", "1.0.1"):
        (releases / version).mkdir(parents=True)
        (releases / version / "a.txt").write_text(version)
    (tmp_path / "secret.txt").write_text("secret")
    (releases / "1.0.0" / "out.txt").symlink_to(tmp_path / "secret.txt")
    (releases / "1.0.0" / "big.bin").write_bytes(bytes(40_000_000))
    (releases / "latest").symlink_to("1.0.0")
    held = listen(0)
    server = serve.server_of(releases)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [held]})
    thread.start()
    yield releases, held.getsockname()[1]
    server.should_exit = True
    thread.join(10)


def asked(port: int, path: str, header: str = "Accept: */*") -> bytes:
    """The whole answer to one request, as it comes."""
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n{header}\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_it_follows_latest(served):
    releases, port = served
    assert urllib.request.urlopen(f"http://127.0.0.1:{port}/a.txt", timeout=5).read() == b"1.0.0"
    os.symlink("1.0.1", releases / "next")
    os.replace(releases / "next", releases / "latest")
    answer = asked(port, "/a.txt")
    assert answer.endswith(b"1.0.1")
    assert b"cache-control: no-cache" in answer


def test_the_front_page_answers_the_address_of_the_release(served):
    releases, port = served
    for folder in ("", "atlas/"):
        (releases / "1.0.0" / folder).mkdir(exist_ok=True)
        (releases / "1.0.0" / folder / "index.html").write_text(f"<p>the page of {folder or 'the release'}</p>")
        assert asked(port, f"/{folder}").endswith(f"<p>the page of {folder or 'the release'}</p>".encode())
    assert asked(port, "/index.html").endswith(b"<p>the page of the release</p>")
    assert asked(port, "/none/").split(b"\r\n")[0].endswith(b"404 Not Found")


def test_text_is_sent_compressed_to_who_can_read_it_and_ranges_and_archives_as_they_stand(served):
    releases, port = served
    text = b"CG.receive();" * 1000
    for name in ("a.js", "a.pmtiles"):
        (releases / "1.0.0" / name).write_bytes(text)
    gzipped = asked(port, "/a.js", "Accept-Encoding: gzip")
    head, _, body = gzipped.partition(b"\r\n\r\n")
    assert b"content-encoding: gzip" in head
    assert b"vary: Accept-Encoding" in head
    assert len(body) < len(text) / 10
    assert gzip.decompress(body) == text
    for path, header in (
        ("/a.js", "Accept: */*"),
        ("/a.pmtiles", "Accept-Encoding: gzip"),
    ):
        assert asked(port, path, header).endswith(b"\r\n\r\n" + text)
    part = asked(port, "/a.js", "Accept-Encoding: gzip\r\nRange: bytes=0-9")
    assert b"206 Partial Content" in part
    assert part.endswith(b"\r\n\r\n" + text[:10])


@pytest.mark.parametrize("path", ["/../secret.txt", "/%2e%2e/%2e%2e/secret.txt", "/out.txt", "//etc/passwd", "/..%2f..%2fsecret.txt", "/a.txt/../../../secret.txt"])  # fmt: skip
def test_what_is_outside_is_not_there(served, path):
    assert asked(served[1], path).split(b"\r\n")[0].endswith(b"404 Not Found")


def closed_after(connection: socket.socket) -> float:
    """Seconds until the other end leaves."""
    begun = time.monotonic()
    try:
        while connection.recv(1 << 20):
            pass
    except ConnectionError:
        pass
    return time.monotonic() - begun


@pytest.mark.parametrize(
    "begun", [b"", b"GET /a.txt HTTP/1.1\r\nHost:", b"GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\nGET /a"]
)
def test_half_a_request_is_left(served, begun):
    with socket.create_connection(("127.0.0.1", served[1]), 5) as connection:
        connection.settimeout(9)
        connection.sendall(begun)
        assert closed_after(connection) < 7  # and not after the ten seconds that others are given
    assert asked(served[1], "/a.txt").endswith(b"1.0.0")


def test_an_answer_nobody_reads_is_left(served):
    with socket.create_connection(("127.0.0.1", served[1]), 5) as connection:
        connection.sendall(b"GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(4)
        got = 0
        try:
            while block := connection.recv(1 << 20):
                got += len(block)
        except ConnectionError:
            pass
        assert got < 40_000_000


def test_a_slow_but_steady_reader_gets_it_whole(served):
    with socket.create_connection(("127.0.0.1", served[1]), 5) as connection:
        connection.sendall(b"GET /big.bin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        got = 0
        while block := connection.recv(1 << 21):
            got += len(block)
            time.sleep(0.01)
        assert got > 40_000_000
