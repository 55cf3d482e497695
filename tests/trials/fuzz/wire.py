"""Servers and services that answer at random: whatever comes over the wire is a body or a sentence, in time and in little room."""

import functools
import gzip
import random
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import orjson
from fixtures.hostile import Server, head, serving
from fixtures.making import ScriptedWeb, make_source

from pipelines.core.problem import Problem
from pipelines.core.unforeseen import unforeseen
from pipelines.fetch import arcgis, nomis, overpass
from pipelines.fetch.http import Client, refuse_html
from pipelines.fetch.manners import Budget, Manners

PARSERS = ("http", "layer", "table_in_pages", "overpass")
MOST = 200_000  # bytes of a body
BRIEF, ONCE, TWICE = Budget(connect_s=0.1, source_s=1, requests=12), Manners(1, 0.15), Manners(2, 0.15)
TODAY = date(2026, 11, 22)
WALL_S = 3  # for all of one try: the budget, and what a busy machine needs
INSIDE = (
    "http://127.0.0.1:{port}/inside",
    "http://2130706433:{port}/",
    "//localhost:{port}/",
    "http://[::1]:{port}/",
    "http://10.1/",
)
TO = (
    *INSIDE, "/", "?", "", "a", "#", "//", "https://a.example/b", "http://user:geheim@a.example/", "file:///etc/passwd", "data:,x", "http://",
    "https://[", "http://a:b", "http://a.example:99999/", "javascript:1", "\x7f", "é", "https://" + "a" * 3_000, "http://a..b/", "http://%00/",
)  # fmt: skip
NAMES = (
    "Content-Length", "Transfer-Encoding", "Content-Encoding", "Location", "Retry-After", "ETag", "Last-Modified", "Content-Type",
    "Content-Range", "Connection", "Set-Cookie", "X-Odd", "",
)  # fmt: skip
VALUES = (
    "", "0", "5", "-1", "1e9", "9" * 30, "9" * 5_000, "²", "chunked", "gzip", "gzip, chunked", "deflate", "br", "gzip, " * 40, "close",
    "bytes 0-4/5", "bytes 9-1/*", "text/html; charset=odd", "Thu, 30 Oct 2025 00:00:00 GMT", "Wed, 21 Oct 99999 07:28:00 GMT", "a=b; Domain=.",
    "\x00", "é" * 10, "x" * 70_000, "\t", " \x0b",
)  # fmt: skip
STATUS = (
    "200 OK",
    "200",
    "204 x",
    "206 x",
    "301 x",
    "302 x",
    "304 x",
    "308 x",
    "100 Continue",
    "103 x",
    "401 x",
    "404 x",
    "429 x",
    "500 x",
    "999 x",
    "abc",
    "-1 x",
    "",
)
LINES = (b"HTTP/1.1 ", b"HTTP/1.0 ", b"HTTP/9.9 ", b"http/1.1 ", b"", b"\0", b"ICY ")
CHUNKS = (
    b"5\r\nabcde\r\n",
    b"1\r\nx\r\n",
    b"0\r\n\r\n",
    b"-1\r\nx\r\n",
    b"fffffffffffffffff\r\nx",
    b"0x5\r\nabcde\r\n",
    b";\r\n",
    b"\r\n",
    b"5;a=b\r\nabcde\r\n",
    b"z",
)
JSON = (None, True, 0, 1, -1, 2, 10**18, 1e30, "", "1", "²", "x" * 300, [], {}, [[]], {"a": 1}, ["x"])


def run(parser: str, seed: int, seconds: float, first: int = 0):
    """Try one of PARSERS; gives a Tally."""
    from trials.fuzz.tally import tried

    if parser != "http":
        return tried(functools.partial(in_time, SERVICES[parser]), seed, seconds, first)
    threading.stack_size(1 << 18)
    with serving(b"") as inside, serving(b"") as server:
        return tried(functools.partial(in_time, functools.partial(_http, server, inside)), seed, seconds, first)


def in_time(attempt: Callable[[random.Random], None], draw: random.Random) -> None:
    """One try. Raises AssertionError where it took longer than its budget, or told a secret."""
    begun, told = time.monotonic(), ""
    try:
        attempt(draw)
    except Problem as problem:
        told = str(problem)
        raise
    finally:
        took = time.monotonic() - begun
        if took > WALL_S:
            raise AssertionError(f"took {took:.1f} s")
        if "geheim" in told or len(told) > 1_500:
            raise AssertionError(f"told {told[:200]}")


def _http(server: Server, inside: Server, draw: random.Random) -> None:
    server.answers = tuple(_answer(draw, inside.port) for _ in range(draw.randint(1, 3)))
    server.asked.clear()
    client = Client(mirror=f"http://user:geheim@127.0.0.1:{server.port}/tok_geheim", budget=BRIEF)
    manners, url = draw.choice((*[ONCE] * 9, TWICE)), "https://data.example/file.csv"
    validator = draw.choice((None, {"If-None-Match": '"1"'}))
    try:
        if draw.random() < 0.8:
            body = client.get(
                "a_source", url, MOST, validator=validator, check=draw.choice((None, refuse_html)), manners=manners
            ).body
        elif draw.random() < 0.5:
            body = client.piece("a_source", url, draw.choice((0, 3, -5)), 1_000, manners=manners).body
        else:
            with tempfile.TemporaryDirectory() as folder:
                body = client.download("a_source", url, Path(folder) / "file", MOST).body
        assert body is None or len(body) <= MOST
    finally:
        client.session.close()
        assert inside.asked == [], "a redirect was followed inside"


def _answer(draw: random.Random, port: int) -> Callable[[socket.socket], None]:
    """A server's answer in pieces, with a pause after some, and without end at times."""
    pieces = list(_pieces(draw, port))
    if draw.random() < 0.1:
        pieces = pieces[: draw.randint(0, len(pieces))]
    again = draw.choice((*[0] * 9, 50, 100_000))
    pause = draw.choice((0, 0, 0.02))
    waited = threading.Event()

    def send(to: socket.socket) -> None:
        for piece in pieces:
            to.sendall(piece)
            waited.wait(pause)
        for _ in range(again if pieces else 0):
            to.sendall(pieces[-1] or b"x")
            waited.wait(pause)
        to.shutdown(socket.SHUT_WR)

    return send


def _pieces(draw: random.Random, port: int) -> Iterator[bytes]:
    usual = draw.random() < 0.8
    yield b"HTTP/1.1 " if usual else draw.choice(LINES)
    yield (draw.choice((*[STATUS[0]] * 9, *STATUS[:12])) if usual else draw.choice(STATUS)).encode() + b"\r\n"
    for _ in range(draw.choice((0, 0, 0, 0, 1, 1, 2, 150))):
        name = draw.choice(NAMES)
        value = draw.choice(TO).format(port=port) if name == "Location" else draw.choice(VALUES)
        yield f"{name}: {value}\r\n".encode()
    body = draw.choice(
        (b"code\nA\n", b"", b"<!doctype html>", b"x" * (MOST + 1), draw.randbytes(1_000), b"0" * 30_000_000)
    )
    form = draw.choice(("length", "chunks", "gzip", "until closed", "bomb"))
    if form == "length":
        yield head(
            "", f"Content-Length: {draw.choice((len(body), len(body) + 5, max(0, len(body) - 3), 10**15))}"
        ).partition(b"\r\n")[2]
    elif form in ("gzip", "bomb"):
        body = gzip.compress(body if form == "gzip" else b"0" * 30_000_000, 1)
        yield head("", "Content-Encoding: gzip", f"Content-Length: {len(body)}").partition(b"\r\n")[2]
    elif form == "chunks":
        yield b"Transfer-Encoding: chunked\r\n\r\n"
        for _ in range(draw.randint(0, 6)):
            yield draw.choice(CHUNKS)
        return
    else:
        yield b"\r\n"
    yield body


def _asked(web: ScriptedWeb, protocol, source) -> None:
    """Ask a scripted service, with waits that end soon."""
    client = web.client()
    client.budget = Budget(source_s=0.2, requests=30)
    client.begin()
    with unforeseen(source.stem):
        protocol(client, source, TODAY, {})


def _odd(draw: random.Random, good, share: float = 0.25):
    return draw.choice(JSON) if draw.random() < share else good


def _layer(draw: random.Random) -> None:
    def answer(request):
        if "returnCountOnly" in request.url:
            return _json(draw, {"count": _odd(draw, draw.choice((0, 2, 4)))})
        if "/query" not in request.url:
            edit = {"dataLastEditDate": _odd(draw, 1_700_000_000_000, 0.5)}
            told = {"objectIdField": _odd(draw, "id"), "maxRecordCount": _odd(draw, 2), "editingInfo": _odd(draw, edit)}
            return _json(draw, {k: v for k, v in told.items() if draw.random() < 0.9})
        ids = [_odd(draw, draw.randint(0, 9), 0.1) for _ in range(draw.randint(0, 3))]
        features = [_odd(draw, {"attributes": _odd(draw, {"id": one}, 0.05)}, 0.05) for one in ids]
        error = {
            "error": _odd(draw, {"code": _odd(draw, 500), "message": _odd(draw, "no"), "details": _odd(draw, ["x"])})
        }
        return _json(draw, {"features": _odd(draw, features, 0.05)} | (error if draw.random() < 0.1 else {}))

    _asked(ScriptedWeb(answer), arcgis.fetch, make_source(fetch={"protocol": "arcgis", "format": "arcgis"}))


def _json(draw: random.Random, value):
    status = draw.choice((200,) * 20 + (404, 500, 429, 304))
    body = orjson.dumps(_odd(draw, value, 0.05)).replace(b"NaN", b"null")
    return {"status": status, "body": body if draw.random() < 0.95 else body[: len(body) // 2]}


def _table_in_pages(draw: random.Random) -> None:
    total = draw.choice((2, 4, 50))

    def answer(request):
        rows = [f"E{n},{_odd(draw, total, 0.1)}" for n in range(draw.randint(0, 3))]
        heading = draw.choice(("CODE,RECORD_COUNT",) * 9 + ("CODE,record_count", "RECORD_COUNT", '"RECORD_COUNT'))
        return {
            "body": "\n".join([heading, *rows]).encode(
                draw.choice(("utf-8", "utf-16")) if draw.random() < 0.1 else "utf-8"
            )
        }

    source = make_source({"code": {"from": "CODE", "type": "text"}}, {"protocol": "nomis"})
    _asked(ScriptedWeb(answer), nomis.fetch, source)


def _overpass(draw: random.Random) -> None:
    def answer(request):
        told = {
            "osm3s": _odd(draw, {"timestamp_osm_base": _odd(draw, "2026-01-01T00:00:00Z")}),
            "elements": _odd(draw, [{"type": "node"}]),
        }
        return _json(draw, told | ({"remark": _odd(draw, "no")} if draw.random() < 0.1 else {}))

    source = make_source(fetch={"protocol": "overpass", "query": "x", "format": "osm"})
    _asked(ScriptedWeb(answer), overpass.fetch, source)


SERVICES = {"layer": _layer, "table_in_pages": _table_in_pages, "overpass": _overpass}
