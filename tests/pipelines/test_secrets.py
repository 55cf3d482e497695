"""What a mirror's, an alert's or a proxy's address holds is told to nobody: no log, no file, no sentence, no traceback."""

import datetime
import gzip
import json
import logging
import socket
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fixtures.hostile import head, moved, ok, serving, trickle
from fixtures.making import make_source

from geodata.geography import Geography, read_geographies
from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.fetch import probe
from pipelines.fetch.address import Addresses
from pipelines.fetch.http import Client
from pipelines.fetch.manners import Budget
from pipelines.fetch.redacted import without_secrets
from pipelines.release import health
from pipelines.tables.kept import observations
from pipelines.tables.snapshot import take

GOOD = b"code\nA\n"
LOGGERS = ("", "urllib3", "urllib3.connectionpool", "urllib3.connection", "requests", "commonground")


@dataclass
class Desk:
    """What `take` needs of a workspace, before a client that asks a mirror."""

    data: Path
    client: Client
    settings: Settings = field(default_factory=Settings)
    geography: Geography = field(default_factory=lambda: read_geographies()["england_lsoa21"])
    today: datetime.date = datetime.date(2026, 11, 22)

    def __post_init__(self):
        self.kept = {"client": self.client}
        self.run_starts: dict[str, str] = {}


@pytest.fixture
def all_heard(caplog, monkeypatch):
    """Everything any library says, at any level."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name in LOGGERS:
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


def echo(to: socket.socket) -> None:
    """An error page that repeats what was asked."""
    to.sendall(ok(b'{"error": {"code": 400, "message": "no /tok_geheim/data.example, dXNlcjpnZWhlaW0="}}'))


HEADING = trickle(head("200 OK", "Content-Length: 100"), b"x", 0.05)
ROADS = {
    "refused": None,
    "500": ok(b"", status="500 Sorry"),
    "404": ok(b"", status="404 Gone"),
    "401": ok(b"", "WWW-Authenticate: Basic", status="401 Who"),
    "429": ok(b"", "Retry-After: 99999", status="429 Later"),
    "sent inside": moved("http://169.254.169.254/tok_geheim"),
    "sent to a file": moved("file:///tok_geheim"),
    "sent in a circle": moved("?geheim=geheim"),
    "sent to a login": [moved("/login?back=/tok_geheim/x"), ok(b"", status="403 No")],
    "sent to a store": [moved("https://store.example/a?X-Amz-Signature=geheim&token=geheim"), ok(b"", status="403 No")],
    "sent to an odd port": moved("https://user:geheim@store.example:99999/a"),
    "sent to no address": moved("https://[geheim"),
    "no HTTP": b"geheim\r\n\r\n",
    "odd headers": b"HTTP/1.1 200 OK\r\nodd geheim\r\n : x\r\n\r\n",
    "cut short": head("200 OK", "Content-Length: 100") + b"co",
    "bad gzip": ok(b"geheim", "Content-Encoding: gzip"),
    "bad chunks": head("200 OK", "Transfer-Encoding: chunked") + b"geheim\r\n",
    "a web page": ok(b"<!doctype html>"),
    "empty": ok(b""),
    "too large": ok(gzip.compress(b"0" * 2_000_000), "Content-Encoding: gzip"),
    "never ending": HEADING,
    "good": ok(GOOD, 'ETag: "1"'),
}


def everything(folder: Path) -> str:
    return "\n".join(f"{path}\n{path.read_bytes()!r}" for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("required", [False, True])
@pytest.mark.parametrize("name", ROADS)
def test_no_way_of_failing_tells_the_mirror_s_address(name, required, tmp_path, waits, all_heard, capfd):
    answers = ROADS[name] if isinstance(ROADS[name], list) else [ROADS[name] or b""]
    with serving(*answers) as server:
        port = 9 if name == "refused" else server.port
        client = Client(
            mirror=f"http://user:geheim@127.0.0.1:{port}/tok_geheim",
            budget=Budget(source_s=0.5 if name == "never ending" else 60),
        )
        source = make_source(required=required, rows={"between": [1, 5]})
        said = ""
        try:
            taken = take(Desk(tmp_path, client), source)
            said = repr(taken)
            assert (taken.state == "new") == (name == "good")
        except Problem as problem:
            assert required
            said = "".join(traceback.format_exception(problem)) + repr(vars(problem))
        said += all_heard.text + "".join(capfd.readouterr()) + everything(tmp_path) + repr(client)
    assert "geheim" not in said
    assert "test_source_2026" in said
    if server.asked:
        assert server.asked[0].startswith("GET /tok_geheim/data.example/file.csv ")
        assert "Authorization: Basic dXNlcjpnZWhlaW0=" in server.heads[0]


def test_user_and_password_go_to_the_mirror_and_nowhere_else(all_heard):
    with serving(ok(GOOD)) as server:
        mirror = f"http://us%40er:ge%3Aheim@127.0.0.1:{server.port}/tok"
        client = Client(mirror=mirror)
        assert client.get("a_source", "https://reader:of@data.example/x?y=1", 1000).body == GOOD
        assert server.asked == ["GET /tok/data.example/x?y=1 HTTP/1.1"]
        assert "Authorization: Basic dXNAZXI6Z2U6aGVpbQ==" in server.heads[0]
    assert Addresses("http://tok%20en@m.example").auth("http://m.example/x") == ("tok en", "")
    assert Addresses(mirror).auth("https://data.example/x") is None
    assert Addresses("http://127.0.0.1:9/tok").auth("http://127.0.0.1:9/tok/x") is None


@pytest.mark.parametrize(
    "mirror",
    ["http://m.example/tok_geheim", "http://u:geheim@m.example", "HTTP://u:geheim@M.Example:80/a/geheim%20b/"],
)
def test_addresses_behind_a_mirror_and_back(mirror):
    addresses = Addresses(mirror.rstrip("/"))
    asked = addresses.asked("https://data.example/a/b.csv?c=d%20e")
    assert "@" not in asked
    assert addresses.publishers(asked) == "https://data.example/a/b.csv?c=d%20e"
    assert addresses.told(asked) == "https://data.example/a/b.csv?c=..."
    assert addresses.asked(asked) == asked
    assert "geheim" not in addresses.told(f"{addresses.bare}/..{urlsplit(addresses.bare).path}/x")
    assert "geheim" not in addresses.mirror_told


def test_what_is_hidden_of_a_mirror_s_address_is_what_may_be_secret():
    hidden = Addresses("http://tokengeheim@mirror.example/data/tok_geheim/").hidden
    assert (
        hidden("no tok_geheim of tokengeheim in /data/tok_geheim/x or /data/y") == "no ... of ... in .../x or /data/y"
    )
    assert (
        Addresses("http://a:b@mirror.example/data").told("https://data.example/data/ab")
        == "https://data.example/data/ab"
    )
    assert "geheim" not in repr(Addresses("http://geheim@mirror.example/"))


def test_a_mirror_that_repeats_what_it_was_asked_gives_nothing_away(tmp_path, all_heard):
    source = make_source(fetch={"protocol": "arcgis", "format": "arcgis", "url": "https://data.example/0"})
    with serving(echo) as server:
        client = Client(mirror=f"http://user:geheim@127.0.0.1:{server.port}/tok_geheim")
        taken = take(Desk(tmp_path, client), source)
        assert "refused the question: no .../data.example, ..." in taken.problem
        told = probe.contact(client, source, [], datetime.date(2026, 11, 22))
        assert told.status == "FAILED"
        assert "geheim" not in repr(told) + all_heard.text + everything(tmp_path)
        assert "127.0.0.1" not in without_secrets(f"see {server.url}/x", client)


def test_what_a_publisher_s_own_address_holds_is_told_without_its_values(tmp_path, waits):
    url = "https://reader:geheim@data.example/file.csv?apikey=geheim&f=json"
    with serving(ok(b"", status="403 No")) as server:
        taken = take(Desk(tmp_path, Client(mirror=server.url)), make_source(fetch={"url": url}))
    assert "https://data.example/file.csv?apikey=...&f=json" in taken.problem
    assert "geheim" not in taken.problem


@pytest.mark.parametrize(
    "proxy",
    [
        "http://user:geheim@127.0.0.1:9/geheim",
        "http://user:geheim@127.0.0.1:99999/",
        "http://user:geheim@[::1/",
        "odd://user:geheim@127.0.0.1/",
        "http://user:geheim@/",
        "user:geheim@127.0.0.1:9",
        "socks5://user:geheim@127.0.0.1:9",
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_s_address_is_not_told(scheme, proxy, tmp_path, waits, all_heard, monkeypatch, capfd):
    monkeypatch.setenv(f"{scheme}_proxy", proxy)
    monkeypatch.delenv("no_proxy", raising=False)
    source = make_source(fetch={"url": f"{scheme}://data.example/file.csv"}, required=True)
    with pytest.raises(Problem) as failed:
        take(Desk(tmp_path, Client()), source)
    said = "".join(traceback.format_exception(failed.value)) + everything(tmp_path)
    assert "geheim" not in said + all_heard.text + "".join(capfd.readouterr())


def test_a_proxy_that_refuses_is_no_leak(tmp_path, waits, all_heard, monkeypatch):
    with serving(ok(b"geheim", status="407 Who")) as proxy:
        monkeypatch.setenv("https_proxy", f"http://user:geheim@127.0.0.1:{proxy.port}")
        taken = take(Desk(tmp_path, Client()), make_source())
        assert "Basic dXNlcjpnZWhlaW0=" in proxy.heads[0]
    assert taken.state == "unavailable"
    assert "geheim" not in taken.problem + all_heard.text + everything(tmp_path)


@pytest.mark.parametrize(
    "mirror",
    [
        "ftp://user:geheim@mirror.example/geheim", "user:geheim@mirror.example", "http://user:geheim@mirror.example:99999",
        "http://user:geheim@[::1", "http://user:geheim@:80", "http://mirror.example/?token=geheim", "http://mirror.example/#geheim",
        "http://user:geheim@mirror.example:x/",
    ],
)  # fmt: skip
def test_a_mirror_s_address_that_cannot_be_one_is_refused_without_being_repeated(mirror):
    with pytest.raises(Problem, match="--mirror") as failed:
        Settings.read(mirror=mirror)
    assert failed.value.usage
    assert "geheim" not in "".join(traceback.format_exception(failed.value))


def test_settings_do_not_show_addresses(clean_environment):
    clean_environment.setenv("COMMONGROUND_ALERT_URL", "https://hooks.example/geheim")
    assert "geheim" not in repr(Settings.read(mirror="http://user:geheim@mirror.example/geheim"))


@pytest.mark.parametrize(
    "address",
    [
        "http://user:geheim@127.0.0.1:9/geheim", "http://user:geheim@127.0.0.1:99999/", "http://user:geheim@[::1/", "odd://geheim",
        "geheim", "http://", "file:///geheim", "http://geheim..example/", "http://127.0.0.1:9/geheim\r\nX: y",
    ],
)  # fmt: skip
def test_an_alert_s_address_is_not_told(address, tmp_path, all_heard, capfd):
    failure = Problem("a_source", "it failed", "try later")
    (tmp_path / "snapshots").mkdir()  # somebody has refreshed here
    told = " ".join(health.tell_failure(Settings(data=tmp_path, alert_url=address), failure))
    assert told.startswith("the alert could not be posted")
    assert "geheim" not in told + all_heard.text + "".join(capfd.readouterr()) + everything(tmp_path)
    assert json.loads((tmp_path / "health.json").read_bytes())["state"] == "red"


@pytest.mark.parametrize("name", ["never ending", "odd headers", "no HTTP", "sent inside", "too large"])
def test_an_alert_is_posted_within_its_time(name, all_heard, monkeypatch):
    monkeypatch.setattr(health, "POST_S", 0.3)
    with serving(ROADS[name]) as server:
        told = " ".join(health.post_alert(Settings(alert_url=f"{server.url}/geheim"), "it failed"))
        assert len(server.asked) == 1
    assert "geheim" not in told + all_heard.text


def test_what_is_remembered_of_an_answer_is_the_publisher_s_address(tmp_path):
    page = {"page": "https://www.example/page", "pattern": ".*File_7.csv"}
    with serving() as server:
        mirror = f"http://user:geheim@127.0.0.1:{server.port}/tok_geheim"
        named = f"http://127.0.0.1:{server.port}/tok_geheim/assets.example/File_7.csv"
        server.answers = (ok(f'"{named}"'.encode()), ok(GOOD, f'ETag: "{named}"'))
        source = make_source(fetch={"url": [], "discover": page})
        assert take(Desk(tmp_path, Client(mirror=mirror)), source).state == "new"
    (line,) = observations(tmp_path / "snapshots" / source.stem)
    assert line["validator"]["template"] == "https://assets.example/File_7.csv"
