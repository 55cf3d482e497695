"""An answer, and all answers of a source, have an end: within a budget of time, bytes and requests, whoever sends them."""

import datetime
import gzip
import re
import resource
import time
from dataclasses import replace
from functools import partialmethod

import orjson
import pytest
import requests
from fixtures.hostile import head, ok, serving, trickle
from fixtures.making import ScriptedWeb, make_source

from pipelines.core.problem import Problem
from pipelines.fetch import arcgis, file, nomis, part_list, parts, probe
from pipelines.fetch.answer import Answer
from pipelines.fetch.http import Client
from pipelines.fetch.manners import TRIES, Budget, Manners
from pipelines.register.source import Source

URL = "https://data.example/file.csv"
TODAY = datetime.date(2026, 11, 22)
DROP_S = 0.05  # between the drops of a trickle
ONCE = Manners(tries=1, read_s=20 * DROP_S)  # a busy machine may hold up a drop, and it is no silence yet
LONG_S = 10  # what is ended in time is ended well before, however busy the machine; what is not, takes a minute
GOOD = b"code,n\nA,1\n"
CHUNKED = head("200 OK", "Transfer-Encoding: chunked")
BOMB = gzip.compress(b"0" * 100_000_000)


def client_of(server, **budget) -> Client:
    client = Client(mirror=server.url, budget=Budget(**({"connect_s": 0.5, "source_s": 60} | budget)))
    client.session.trust_env = False
    return client


def told(server, limit=1_000_000, manners=ONCE, **budget) -> str:
    """What is told of an answer that has to be refused."""
    with pytest.raises(Problem) as failed:
        client_of(server, **budget).get("a_source", URL, limit, manners=manners)
    return str(failed.value)


ENDLESS = {
    "a body": trickle(head("200 OK", "Content-Length: 1000"), b"x", DROP_S),
    "a body without length": trickle(head("200 OK", "Connection: close"), b"x", DROP_S),
    "chunks": trickle(CHUNKED, b"1\r\nx\r\n", DROP_S),
    "the length of a chunk": trickle(CHUNKED, b"0", DROP_S),
    "trailers": trickle(CHUNKED + b"0\r\n", b"X: y\r\n", DROP_S),
    "a status line": trickle(b"HTT", b"P", DROP_S),
    "a header": trickle(b"HTTP/1.1 200 OK\r\nX: ", b"y", DROP_S),
    "continue": trickle(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.01),
    "continue at full speed": trickle(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, 0),
    "a redirect's body": trickle(head("302 Found", "Location: /x", "Content-Length: 1000"), b"x", DROP_S),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_has_no_end_is_ended_in_time(name):
    start = time.monotonic()
    with serving(ENDLESS[name]) as server:
        sentence = told(server)
        assert "too slowly" in sentence or "without end" in sentence
        assert URL in sentence or "without end" in sentence
    assert time.monotonic() - start < LONG_S


def test_a_host_that_was_too_slow_once_is_waited_for_less():
    with serving(ENDLESS["a header"]) as server:
        client, took = client_of(server), []
        for path in "abc":
            start = time.monotonic()
            with pytest.raises(Problem, match="too slowly"):
                client.get("a_source", f"https://data.example/{path}", 1000, manners=Manners(1, 3))
            took.append(time.monotonic() - start)
    assert took[0] > 3
    assert max(took[1:]) < 3  # little more than one each


def test_it_is_not_asked_for_again():
    with serving(ENDLESS["chunks"], ok(GOOD)) as server:
        told(server, manners=replace(ONCE, tries=TRIES))
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        trickle(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0),
        trickle(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 10_000, 0),
        trickle(CHUNKED, b"0" * 10_000, 0),
        trickle(CHUNKED, b"ffffffffffffffff\r\n" + b"x" * 10_000, 0),
        ok(BOMB, "Content-Encoding: gzip"),
        ok(gzip.compress(BOMB), "Content-Encoding: gzip, gzip"),
        ok(BOMB, "Content-Encoding: " + ", ".join(["gzip"] * 50)),
        ok(BOMB, "Content-Encoding: gzip", "Location: /x", status="301 Moved"),
        ok(BOMB, "Content-Encoding: gzip", status="404 Not Found"),
        head("200 OK", "Content-Length: 99999999999999999999999999"),
        head("200 OK", "Content-Length: -5") + b"x" * 2_000_000,
        b"\x00" * 100_000,
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"",
    ],
    ids=lambda answer: None,
)
def test_what_has_no_measure_is_refused_in_little_room(answer):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.monotonic()
    with serving(answer) as server:
        assert told(server).startswith("a_source: ")
    assert time.monotonic() - start < LONG_S
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


def test_an_answer_that_announces_too_much_is_not_read():
    with serving(trickle(head("200 OK", "Content-Length: 2000001"), b"x", 0.1)) as server:
        start = time.monotonic()
        assert "larger than the 2 MB" in told(server, limit=2_000_000, manners=Manners(tries=1, read_s=2 * LONG_S))
    assert time.monotonic() - start < LONG_S


def test_a_large_answer_that_keeps_coming_has_the_time_that_its_size_asks_for():
    def steady(to):
        to.sendall(head("200 OK", "Content-Length: 3000000"))
        for _ in range(10):
            to.sendall(b"x" * 300_000)
            time.sleep(0.2)

    with serving(steady) as server:
        start = time.monotonic()
        body = client_of(server, slowest=500_000).get("a_source", URL, 10_000_000, manners=ONCE).body
        assert len(body) == 3_000_000
        assert time.monotonic() - start > 1.5  # longer than an answer of no size is waited for
    with serving(steady) as server:
        assert "too slowly" in told(server, limit=10_000_000, slowest=100_000_000)


def test_all_answers_of_a_source_have_one_budget_of_time_and_the_next_source_has_its_own(waits):
    with serving(
        ok(b"", status="503 Busy"), trickle(b"HTTP/1.1 2", b"0", DROP_S), by_path={"/data.example/ok": ok(GOOD)}
    ) as server:
        client = client_of(server, source_s=1.5)
        with pytest.raises(Problem, match=r"a_source: its answers took more than 0\.025 minutes in all"):
            client.get("a_source", URL, 1000)
        with pytest.raises(Problem, match="took more than"):
            client.get("a_source", "https://data.example/ok", 1000)
        client.begin()
        assert client.get("other_source", "https://data.example/ok", 1000).body == GOOD


def test_no_wait_is_longer_than_what_is_left_of_a_source_s_time(waits):
    web = ScriptedWeb([{"status": 503, "headers": {"Retry-After": "50"}}])
    client = web.client()
    client.ends = time.monotonic() + 40
    with pytest.raises(Problem, match="503"):
        client.get("a_source", URL, 1000)
    assert all(20 < wait <= 40 for wait in waits)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("7", 7),
        ("9" * 400, 60),
        ("Wed, 21 Oct 2099 07:28:00 GMT", 60),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Wed, 21 Oct 99999 07:28:00 GMT", 0.5),
        ("soon", 0.5),
        ("²", 0.5),
        ("-7", 0.5),
        ("1e9", 0.5),
        ("NaN", 0.5),
        ("", 0.5),
    ],
)
def test_when_to_come_back_is_a_hint(waits, value, wait):
    web = ScriptedWeb([{"status": 429, "headers": {"Retry-After": value}}, GOOD])
    assert web.client().get("a_source", URL, 1000).body == GOOD
    assert waits == [wait]


def test_one_that_is_left_alone_says_for_how_long_at_most(waits):
    web = ScriptedWeb([{"status": 429, "headers": {"Retry-After": "9" * 30}}])
    with pytest.raises(Problem, match="left alone for 604800 s"):
        web.client().get("a_source", URL, 1000, manners=Manners(leaves=True))


@pytest.mark.parametrize("name", ["ETag", "Last-Modified"])
@pytest.mark.parametrize("value", ["x" * 5000, "a\x01b", "é", " ", "\x7f", "a\tb"])
def test_a_validator_that_could_not_be_sent_again_is_forgotten(name, value):
    assert Answer(URL, b"", {name: value}).validator == {}
    web = ScriptedWeb([GOOD])
    web.client().get("a_source", URL, 1000, validator={"If-None-Match": value, "If-Modified-Since": "Thu"})
    assert "If-None-Match" not in web.asked[0].headers  # one that was remembered is not sent either


# ---- in pages


def service(count, page, limit=True):
    """A layer that announces `count` features; `page(offset)` gives the ids of a page."""

    def answer(request):
        if "returnCountOnly" in request.url:
            return {"body": orjson.dumps({"count": count})}
        if "/query" not in request.url:
            return {"body": orjson.dumps({"objectIdField": "id", "maxRecordCount": 2})}
        offset = int(request.url.partition("resultOffset=")[2].partition("&")[0])
        features = [{"attributes": {"id": one}} for one in page(offset)]
        return {"body": orjson.dumps({"features": features, "exceededTransferLimit": limit})}

    return ScriptedWeb(answer)


LAYER = {"protocol": "arcgis", "format": "arcgis", "url": "https://maps.example/0"}


@pytest.mark.parametrize(
    ("count", "page", "what"),
    [
        (4, lambda offset: range(offset, offset + 3), "6 features came where the layer announced 4"),
        (10**12, lambda offset: [offset], "do not end within 50 requests"),
        (10**12, lambda offset: ["x" * 50_000 + str(offset)], "together larger than 1 MB"),
        (4, lambda offset: [0, 1], "repeats a page"),
        (4, lambda offset: [] if offset else [0, 1], "stops after 2 of 4"),
        (4, lambda offset: [0, 0], "same feature twice"),
        (-1, lambda offset: [], "announced -1"),
        ("4", lambda offset: [], "does not say how many"),
        (1e30, lambda offset: [], "does not say how many"),
    ],
)
def test_a_layer_that_pages_without_end_is_refused(count, page, what):
    client = service(count, page).client()
    client.budget = Budget(requests=50)
    with pytest.raises(Problem, match=what):
        arcgis.fetch(client, make_source(fetch=LAYER), TODAY, {})


@pytest.mark.parametrize("edited", [1e30, -1e30, "yesterday", [1], {}, 32503680000000, True, -62135596800001])
def test_an_odd_edit_date_of_a_layer_is_a_hint(edited):
    def answer(request):
        if "returnCountOnly" in request.url:
            return {"body": b'{"count": 1}'}
        if "/query" not in request.url:
            return {"body": orjson.dumps({"editingInfo": {"lastEditDate": edited}, "maxRecordCount": "many"})}
        return {"body": b'{"features": [{"attributes": {"OBJECTID": 1}}]}'}

    assert arcgis.fetch(ScriptedWeb(answer).client(), make_source(fetch=LAYER), TODAY, {}).source_as_at is None


def nomis_service(page):
    """`page(offset)` gives the rows and the count of a page."""

    def answer(request):
        rows, count = page(int(request.url.partition("RecordOffset=")[2]))
        return "\n".join(["CODE,RECORD_COUNT", *(f"{row},{count}" for row in rows)]).encode()

    return ScriptedWeb(answer)


@pytest.mark.parametrize(
    ("page", "what"),
    [
        (lambda at: (range(at, at + 2), at + 4), "announced 4 rows, and 6 after 2"),
        (lambda at: (range(2), 6), "repeats a page after 2 rows"),
        (lambda at: ([at], 10**9), "do not end within 50 requests"),
        (lambda at: (range(at, at + 3), 4), "6 rows came where the service announced 4"),
        (lambda at: ([], 4), "stops after 0 of 0"),
        (lambda at: ([at], -4), "1 rows came where the service announced -4"),
    ],
)
def test_a_table_that_pages_without_end_is_refused(page, what):
    client = nomis_service(page).client()
    client.budget = Budget(requests=50)
    columns = {"code": {"from": "CODE", "type": "text"}}
    with pytest.raises(Problem, match=what):
        nomis.fetch(client, make_source(columns, {"protocol": "nomis"}), TODAY, {})


def test_a_part_that_trickles_fails_alone(monkeypatch):
    with serving(
        by_path={"/data.example/a": ok(GOOD), "/data.example/b": ENDLESS["chunks"], "/data.example/c": ok(GOOD)}
    ) as server:
        client = client_of(server)
        source = make_source(fetch={"url": "https://data.example/{part}.csv", "parts": "x"})
        monkeypatch.setattr(Client, "get", partialmethod(Client.get, manners=ONCE))
        reply = parts.fetch(client, source, TODAY, {}, None, ("a", "b", "c"))
    assert sorted(reply.files) == ["a.csv", "c.csv"]
    assert re.search(
        "too slowly|stopped in the middle|no answer in time", reply.missing["b"]
    )  # a busy machine holds up drops


def test_a_server_that_calls_unchanged_what_it_never_sent_is_told():
    source = make_source(fetch={"url": "https://data.example/{part}.csv", "parts": "x"})
    web = ScriptedWeb(lambda request: {"status": 304} if "b.csv" in request.url else GOOD)
    reply = parts.fetch(web.client(), source, TODAY, {}, None, ("a", "b"))
    assert "never gave" in reply.missing["b"]


# ---- pages that name files


def discovering(pattern=r"(?i).*/[^/]*Arts[ _]centres[^/]*\.(csv|xlsx)") -> Source:
    return make_source(fetch={"url": [], "discover": {"page": "https://www.example/page", "pattern": pattern}})


PAGES = {
    "links without end": b'<a href="https://a.example/' * 180_000,
    "one link": b'"https://a.example/' + b"Arts centres" * 400_000 + b'"',
    "many long links": (b'"https://a.example/' + b"Arts centres" * 40 + b'"') * 9_000,
    "slashes": b'"https://a.example' + b"/" * 4_900_000 + b'"',
    "quotes": b"\"'" * 2_400_000,
    "addresses in addresses": b"https://" * 600_000,
    "endings": b"https://a" + b".csv" * 1_200_000,
    "escaped": b"\\/" * 2_400_000,
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_read_in_time_that_grows_with_its_length(name):
    start = time.process_time()
    assert file.matching(discovering(), PAGES[name]) == []
    with pytest.raises(Problem, match="names 0 files"):
        file.fetch(ScriptedWeb([PAGES[name]]).client(), discovering(), TODAY, {})
    assert not probe.contact(ScriptedWeb([PAGES[name]]).client(), discovering(), [], TODAY).line.startswith("ok")
    assert time.process_time() - start < 4


def test_a_page_of_twenty_megabytes_is_not_read_whole():
    web = ScriptedWeb([b'<a href="https://a.example/x.csv">' * 600_000])
    with pytest.raises(Problem, match="larger than the 5 MB"):
        file.fetch(web.client(), discovering(), TODAY, {})


def test_a_list_of_more_parts_than_there_can_be_is_refused():
    rows = [{"id": str(n), "name": "Barnet"} for n in range(3000)]
    rule = {"url": "https://data.example/list", "records": "all", "part": "id", "name": "name"}
    source = make_source(fetch={"url": "https://data.example/{part}", "parts": "x", "parts_list": rule})
    with pytest.raises(Problem, match="names 3,000 parts"):
        part_list._entries(ScriptedWeb([orjson.dumps({"all": rows})]).client(), source, source.fetch.parts_list)


# ---- a file named after its day

DATED = {"url": "https://data.example/all{today:%Y%m%d}.csv", "back_days": 3}


@pytest.mark.parametrize(
    "today",
    [
        {"status": 404},
        {"status": 403},
        {"status": 400},
        {"status": 500},
        b"",
        b"<!doctype html>",
        {"body": b"co", "length": 9},
    ],
)
def test_where_today_s_file_is_not_there_or_not_whole_the_day_before_s_is_read(waits, caplog, today):
    web = ScriptedWeb(lambda request: today if "20261122" in request.url else GOOD)
    reply = file.fetch(web.client(), make_source(fetch=DATED), TODAY, {})
    assert reply.files == {"data.csv": GOOD}
    assert web.asked[-1].url.endswith("all20261121.csv")
    assert today == {"status": 404} or "the day before is asked for" in caplog.text


def test_where_nobody_answers_other_days_are_not_asked_for(waits):
    web = ScriptedWeb([requests.ConnectionError("refused")])
    with pytest.raises(Problem, match="nothing answers"):
        file.fetch(web.client(), make_source(fetch=DATED), TODAY, {})
    assert len(web.asked) == TRIES


def test_a_fault_of_the_machine_s_own_files_is_told_and_is_this_source_s(waits):
    web = ScriptedWeb([OSError("no certificates at /secret/path")])
    with pytest.raises(Problem, match=r"a_source: the answer could not be asked for or read \(OSError"):
        web.client().get("a_source", URL, 1000)
