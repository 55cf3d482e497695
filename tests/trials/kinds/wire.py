"""What came over the wire and had no end, led where nothing may lead, or carried a secret out."""

import functools
import gzip
import logging
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import orjson
from fixtures.hostile import Answer, head, moved, ok, serving, trickle
from fixtures.making import ScriptedWeb, make_source
from fixtures.recording import OLD, Recording
from trials.case import Case, Told

from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.fetch import arcgis, file, nomis
from pipelines.fetch.http import Client
from pipelines.fetch.manners import Budget, Manners
from pipelines.register.workspace import open_workspace
from pipelines.release import health
from pipelines.tables.snapshot import take

CHUNKED = head("200 OK", "Transfer-Encoding: chunked")
BOMB = gzip.compress(b"0" * 100_000_000)
BRIEF = Budget(connect_s=0.5, source_s=5, requests=100)
LONGEST_S = 10
SCHOOLS = "edubasealldata" + OLD.replace("-", "")
DAY_BEFORE = "edubasealldata20260330"


def refused(client: Client, fetch: dict | None = None) -> str:
    """The sentence that an answer is refused with, within its time."""
    start, source = time.monotonic(), make_source(fetch=fetch)
    client.get = functools.partial(
        client.get, manners=Manners(tries=2, read_s=1)
    )  # ten drops of a trickle: a busy machine may hold up one
    protocol = {"arcgis": arcgis.fetch, "nomis": nomis.fetch}.get(source.fetch.protocol, file.fetch)
    told = ""
    try:
        protocol(client, source, open_workspace(Settings()).today, {})
    except Problem as problem:
        told = str(problem)
    assert source.stem in told, told or "the answer was read"
    assert time.monotonic() - start < LONGEST_S, f"refused after {time.monotonic() - start:.0f} s only"
    return told


def sent(*answers: Answer) -> Callable[[Path], str]:
    """A mirror answers so."""

    def run(folder: Path) -> str:
        with serving(*answers) as server:
            return refused(Client(mirror=server.url, budget=BRIEF))

    return run


def paged(answer: Callable, **fetch: object) -> Callable[[Path], str]:
    """A service in pages answers so."""

    def run(folder: Path) -> str:
        client = ScriptedWeb(answer).client()
        client.budget = BRIEF
        return refused(client, fetch)

    return run


def layer(count: object, page: Callable[[int], list]) -> Callable[[Path], str]:
    def answer(request) -> dict:
        if "returnCountOnly" in request.url:
            return {"body": orjson.dumps({"count": count})}
        if "/query" not in request.url:
            return {"body": b'{"objectIdField": "id", "maxRecordCount": 2}'}
        at = int(request.url.partition("resultOffset=")[2].partition("&")[0])
        features = [{"attributes": {"id": one}} for one in page(at)]
        return {"body": orjson.dumps({"features": features, "exceededTransferLimit": True})}

    return paged(answer, protocol="arcgis", format="arcgis", url="https://maps.example/0")


def table(page: Callable[[int], tuple]) -> Callable[[Path], str]:
    def answer(request) -> bytes:
        rows, count = page(int(request.url.partition("RecordOffset=")[2]))
        return "\n".join(["CODE,RECORD_COUNT", *(f"{row},{count}" for row in rows)]).encode()

    return paged(answer, protocol="nomis", url="https://nomis.example/table")


def led(to: str) -> Callable[[Path], str]:
    """A redirect leads to a machine inside, which must not be asked."""

    def run(folder: Path) -> str:
        with serving(ok(b"secret")) as inside, serving(moved(to.replace("PORT", str(inside.port)))) as mirror:
            told = refused(Client(mirror=mirror.url, budget=BRIEF))
            assert inside.asked == [], "the machine inside was asked"
            return told

    return run


def first_leads(url: str) -> Callable[[Path], str]:
    """The first address does."""

    def run(folder: Path) -> str:
        with serving(ok(b"code\nA\n")) as inside:
            told = refused(Client(budget=BRIEF), {"url": url.replace("PORT", str(inside.port))})
            assert inside.asked == [], "the machine inside was asked"
            return told

    return run


def downgraded(folder: Path) -> str:
    web = ScriptedWeb([{"status": 301, "headers": {"Location": "HTTP://data.example/file.csv"}}, b"code\nA\n"])
    return refused(web.client())


def secretly(*answers: Answer) -> Callable[[Path], str]:
    """A mirror whose address holds a secret answers so, in a refresh that cannot do without the source."""

    def run(folder: Path) -> str:
        heard: list[str] = []
        handler = logging.Handler(level=0)
        handler.emit = lambda record: heard.append(record.getMessage())
        root, urllib3 = logging.getLogger(), logging.getLogger("urllib3.connectionpool")
        root.addHandler(handler)
        urllib3.setLevel(logging.DEBUG)
        with serving(*answers) as server:
            mirror = f"http://user:geheim@127.0.0.1:{server.port}/tok_geheim"
            workspace = open_workspace(
                Settings(data=folder / "data", areas=("Hackney",), alert_url="http://127.0.0.1:9/geheim")
            )
            workspace.kept["client"] = Client(mirror=mirror, budget=BRIEF)
            try:
                take(workspace, make_source(required=True))
            except Problem as problem:
                told = str(problem)
                post = health.tell_failure(workspace.settings, problem)
                said = "".join(traceback.format_exception(problem)) + "\n".join([*heard, str(post)])
            finally:
                root.removeHandler(handler)
        said += "".join(str(path.read_bytes()) for path in folder.rglob("*") if path.is_file())
        assert "geheim" not in said, "the secret was told"
        return told

    return run


def page_of(body: bytes) -> Callable[[Path], str]:
    """A page names no file, at length."""

    def run(folder: Path) -> str:
        pattern = r"(?i).*/[^/]*Arts[ _]centres[^/]*\.(csv|xlsx)"
        return refused(
            ScriptedWeb([body]).client(), {"url": [], "discover": {"page": "https://www.example/", "pattern": pattern}}
        )

    return run


def not_whole_today(body: bytes, **other: object) -> Callable[[Recording], None]:
    """Today's list of schools is not there, or not whole; yesterday's is as good."""

    def spoil(town: Recording) -> None:
        town.also(SCHOOLS, SCHOOLS, DAY_BEFORE, town.body(SCHOOLS))
        town.spoil(SCHOOLS, body, **other)

    return spoil


STUCK, HUGE, PAGES, LED, SECRET, LONG, TODAY = (
    "an answer without end", "an answer without measure", "pages without end", "led inside", "a secret told", "a long page",
    "no file today",
)  # fmt: skip
CASES: list[Case | Told] = [
    Told(STUCK, "a body by drops", sent(trickle(head("200 OK", "Content-Length: 1000"), b"x", 0.1))),
    Told(STUCK, "a header by drops", sent(trickle(b"HTTP/1.1 200 OK\r\nX: ", b"x", 0.1))),
    Told(STUCK, "headers without end", sent(trickle(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.01))),
    Told(STUCK, "a hundred times continue", sent(trickle(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 99, 0))),
    Told(STUCK, "early hints", sent(trickle(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", 0.01))),
    Told(STUCK, "chunks without end", sent(trickle(CHUNKED, b"1\r\nx\r\n", 0.1))),
    Told(STUCK, "trailers without end", sent(trickle(CHUNKED + b"0\r\n", b"X: y\r\n", 0.1))),
    Told(STUCK, "redirects in a circle", sent(moved("/a"), moved("/b"))),
    Told(STUCK, "come back in a thousand years", sent(ok(b"", "Retry-After: Fri, 01 Jan 3026 00:00:00 GMT", status="503 x"))),
    Told(STUCK, "come back in no number", sent(ok(b"", "Retry-After: ²".encode().decode("latin-1"), status="429 x"))),
    Told(HUGE, "gzip a thousand times", sent(ok(BOMB, "Content-Encoding: gzip"))),
    Told(HUGE, "gzip within gzip", sent(ok(gzip.compress(BOMB), "Content-Encoding: gzip, gzip"))),
    Told(HUGE, "a redirect with a bomb", sent(ok(BOMB, "Content-Encoding: gzip", "Location: /a", status="302 Found"))),
    Told(HUGE, "a chunk's length without end", sent(trickle(CHUNKED, b"0" * 10_000, 0))),
    Told(HUGE, "a length that lies", sent(head("200 OK", "Content-Length: 999999999999") + b"code\n")),
    Told(PAGES, "one feature a page", layer(10**12, lambda at: [at])),
    Told(PAGES, "the same page again", layer(4, lambda at: [0, 1])),
    Told(PAGES, "more than was announced", layer(3, lambda at: [at, at + 1])),
    Told(PAGES, "features without measure", layer(10**12, lambda at: ["x" * 90_000 + str(at)])),
    Told(PAGES, "a count that grows", table(lambda at: (range(at, at + 2), at + 4))),
    Told(PAGES, "an offset that is not read", table(lambda at: (range(2), 6))),
    Told(LED, "to the metadata service", led("http://169.254.169.254/latest/meta-data")),
    Told(LED, "to this machine by a number", led("http://2130706433:PORT/")),
    Told(LED, "to this machine in full width", led("http://１２７.0.0.1:PORT/")),
    Told(LED, "to this machine in IPv6", led("http://[::ffff:127.0.0.1]:PORT/")),
    Told(LED, "to a file", led("file:///etc/passwd")),
    Told(LED, "from https to http", downgraded),
    Told(LED, "at first", first_leads("http://127.0.0.1:PORT/file.csv")),
    Told(LED, "at first by name", first_leads("http://localhost:PORT/file.csv")),
    Told(SECRET, "a mirror that fails", secretly(ok(b"", status="500 Sorry"))),
    Told(SECRET, "a mirror that hangs up", secretly(b"")),
    Told(SECRET, "a mirror with odd headers", secretly(b"HTTP/1.1 403 No\r\nodd\r\n\r\n")),
    Told(SECRET, "a redirect that is signed", secretly(moved("https://s.example/?sig=geheim"), ok(b"", status="403 No"))),
    Told(SECRET, "a redirect that cannot be read", secretly(moved("https://user:geheim@[::1/"))),
    Told(LONG, "links without end", page_of(b'<a href="https://a.example/' * 180_000)),
    Told(LONG, "one link that nearly fits", page_of(b'"https://a.example/' + b"Arts centres" * 400_000 + b'"')),
    Told(LONG, "20 MB", page_of(b"<a href=" * 2_500_000)),
    Case(TODAY, "today's is a web page", "dfe_gias_current", not_whole_today(b"<!doctype html><p>busy"), first=True),
    Case(TODAY, "today's is empty", "dfe_gias_current", not_whole_today(b""), first=True),
    Case(TODAY, "today's is forbidden", "dfe_gias_current", not_whole_today(b"no", status=403)),
    Case(TODAY, "today's is not there", "dfe_gias_current", not_whole_today(b"no", status=404), first=True),
]  # fmt: skip
