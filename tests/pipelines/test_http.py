"""The HTTP client: what it tries again, what it refuses, and where it asks. Nothing here leaves the machine."""

import socketserver
import threading

import pytest
import requests
from fixtures.making import ScriptedWeb

from pipelines.core.problem import Problem
from pipelines.fetch.http import TRIES, Client, refuse_html

URL = "https://data.example/a/file.csv"
GOOD = b"code,n\nA,1\n"


def get(web, limit=1_000_000, **more):
    client = more.pop("client", None) or web.client()
    return client.get("a_source", URL, limit, check=refuse_html, **more)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_can_pass_is_tried_again(waits, status):
    web = ScriptedWeb([{"status": status}, {"status": status}, GOOD])
    assert get(web).body == GOOD
    assert len(web.asked) == 3
    assert waits == [0.5, 1.0]


@pytest.mark.parametrize("status", [429, 503])
def test_the_wait_the_server_asks_for_is_kept_up_to_a_cap(waits, status):
    web = ScriptedWeb(
        [
            {"status": status, "headers": {"Retry-After": "7"}},
            {"status": status, "headers": {"Retry-After": "86400"}},
            GOOD,
        ]
    )
    assert get(web).body == GOOD
    assert waits == [7, 60]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 206])
def test_what_cannot_pass_is_asked_once(waits, status):
    web = ScriptedWeb([{"status": status, "body": b"no"}, GOOD])
    with pytest.raises(Problem, match=rf"a_source: the server answered {status} for {URL}"):
        get(web)
    assert len(web.asked) == 1
    assert waits == []


def test_tries_end(waits):
    web = ScriptedWeb([{"status": 503}])
    with pytest.raises(Problem, match="a_source: the server answered 503"):
        get(web)
    assert len(web.asked) == TRIES


@pytest.mark.parametrize(
    "page", [b"<!DOCTYPE html><html>busy</html>", b"\xef\xbb\xbf\r\n <!doctype HTML>\n<p>", b"  <HTML lang=en><body>"]
)
def test_a_web_page_behind_200_is_refused(waits, page):
    web = ScriptedWeb([page, GOOD])
    assert get(web).body == GOOD
    with pytest.raises(Problem, match=r"web page \(HTML\)"):
        get(ScriptedWeb([page]))


@pytest.mark.parametrize("nothing", [b"", b" \r\n"])
def test_an_empty_answer_is_refused(waits, nothing):
    with pytest.raises(Problem, match="the answer is empty"):
        get(ScriptedWeb([nothing]))


def test_data_that_speaks_of_html_is_not_a_web_page():
    body = b'name,note\n"<html> for all",x\n'
    assert get(ScriptedWeb([body])).body == body


def test_too_large_an_answer_is_refused_at_once(waits):
    web = ScriptedWeb([b"x" * 2_000_001])
    with pytest.raises(Problem, match="larger than the 2 MB"):
        get(web, limit=2_000_000)
    assert len(web.asked) == 1
    assert get(ScriptedWeb([b"x" * 2_000_000]), limit=2_000_000).body is not None


def test_an_answer_shorter_than_announced_is_tried_again(waits):
    web = ScriptedWeb([{"body": GOOD[:5], "length": len(GOOD)}, GOOD])
    assert get(web).body == GOOD
    with pytest.raises(Problem, match="the connection broke in the middle of the answer"):
        get(ScriptedWeb([{"body": GOOD[:5], "length": len(GOOD)}]))


@pytest.fixture
def cutting_server():
    """A real server that promises 100 bytes, sends 5 and hangs up."""

    class Cut(socketserver.BaseRequestHandler):
        def handle(self):
            self.server.asked += 1
            self.request.recv(65536)
            self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\ncode,")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Cut) as server:
        server.asked = 0
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_connection_cut_by_a_real_server_is_no_answer(waits, cutting_server):
    client = Client(mirror=f"http://127.0.0.1:{cutting_server.server_address[1]}")
    client.session.trust_env = False
    with pytest.raises(Problem, match="broke in the middle"):
        client.get("a_source", URL, 1000, check=refuse_html)
    assert cutting_server.asked == TRIES


def test_a_time_out_is_tried_again(waits):
    assert get(ScriptedWeb([requests.ReadTimeout("slow"), GOOD])).body == GOOD
    with pytest.raises(Problem, match="no answer in time"):
        get(ScriptedWeb([requests.ReadTimeout("slow")]))


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (requests.exceptions.SSLError("certificate verify failed for /secret"), "a certificate may not be valid"),
        (requests.exceptions.ProxyError("Cannot connect to proxy user:secret@refused"), "the proxy does not answer"),
        (requests.ConnectionError("Connection aborted: /secret"), "the connection failed"),
    ],
)
def test_why_there_is_no_connection_is_told_in_our_words(waits, error, what):
    with pytest.raises(Problem, match=what) as failed:
        get(ScriptedWeb([error]))
    assert "secret" not in str(failed.value)


def test_a_host_where_nothing_answers_is_not_waited_for_twice(waits):
    web = ScriptedWeb([requests.ConnectionError("[Errno 111] Connection refused")])
    client = web.client()
    for tries in (TRIES, TRIES + 1):
        with pytest.raises(Problem, match="nothing answers there"):
            get(web, client=client)
        assert len(web.asked) == tries


def test_a_host_that_never_answers_in_time_is_not_waited_for_five_times_twice(waits):
    web = ScriptedWeb([requests.ReadTimeout("slow")])
    client = web.client()
    for tries in (TRIES, TRIES + 1):
        with pytest.raises(Problem, match="no answer in time"):
            get(web, client=client)
        assert len(web.asked) == tries


def test_where_no_host_has_answered_another_is_not_waited_for(waits):
    web = ScriptedWeb([requests.ConnectionError("[Errno 111] Connection refused")])
    client = web.client()
    for url in (URL, URL.replace("data.example", "other.example")):
        with pytest.raises(Problem, match="for no address asked so far has answered"):
            client.get("a_source", url, 1000)
    assert len(web.asked) == TRIES + 1


def test_after_one_has_answered_another_that_is_silent_is_waited_for(waits):
    silent = requests.ConnectionError("[Errno 111] Connection refused")
    web = ScriptedWeb(lambda request: GOOD if "data.example" in request.url else silent)
    client = web.client()
    client.get("a_source", URL, 1000)
    for n, host in enumerate(("one.example", "two.example"), start=1):
        with pytest.raises(Problem, match="Check the network, or try later"):
            client.get("a_source", f"https://{host}/", 1000)
        assert len(web.asked) == 1 + n * TRIES


def test_what_the_server_calls_unchanged_has_no_body():
    web = ScriptedWeb(lambda request: {"status": 304} if request.headers.get("If-None-Match") == '"v1"' else GOOD)
    answer = get(web, validator={"If-None-Match": '"v1"'})
    assert answer.body is None


def test_validators_are_what_the_server_gave():
    headers = {"ETag": '"v1"', "Last-Modified": "Thu, 30 Oct 2025 00:00:00 GMT"}
    answer = get(ScriptedWeb([{"body": GOOD, "headers": headers}]))
    assert answer.validator == {"If-None-Match": '"v1"', "If-Modified-Since": "Thu, 30 Oct 2025 00:00:00 GMT"}


def test_offline_asks_no_one():
    web = ScriptedWeb([GOOD])
    with pytest.raises(Problem, match="--offline"):
        get(web, client=web.client(offline=True))
    assert web.asked == []


@pytest.mark.parametrize("url", [URL, URL.replace("https", "http")])
def test_a_mirror_is_asked_in_place_of_the_host(url):
    web = ScriptedWeb([GOOD])
    client = web.client(mirror="http://mirror.example:81/m")
    client.get("a_source", url, 1000, params={"a": "b c"})
    assert web.asked[0].url == "http://mirror.example:81/m/data.example/a/file.csv?a=b+c"


def test_an_address_already_behind_the_mirror_is_asked_as_it_is():
    web = ScriptedWeb([GOOD])
    web.client(mirror="http://mirror.example:81").get("a_source", "http://mirror.example:81/data.example/f.csv", 1000)
    assert web.asked[0].url == "http://mirror.example:81/data.example/f.csv"


def test_a_mirror_that_is_down_is_named(waits):
    web = ScriptedWeb([requests.ConnectionError("refused")])
    with pytest.raises(Problem, match=r"Check that the mirror at http://mirror\.example:81 is running"):
        get(web, client=web.client(mirror="http://mirror.example:81"))


def test_the_client_says_who_it_is():
    web = ScriptedWeb([GOOD])
    get(web)
    assert web.asked[0].headers["User-Agent"].startswith("commonground/")


def test_downloaded_bytes_are_counted():
    web = ScriptedWeb([GOOD])
    client = web.client()
    get(web, client=client)
    get(web, client=client)
    assert client.downloaded == 2 * len(GOOD)
