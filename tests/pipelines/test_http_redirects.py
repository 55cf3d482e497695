"""Where an address may lead: to no machine inside a network, and never from https to http. Nothing here leaves the machine:
names are resolved by a table, and every connection ends at a stand-in on loopback."""

import datetime
import socket

import pytest
from fixtures.hostile import Server, head, moved, ok, serving
from fixtures.making import ScriptedWeb, make_source

from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.fetch import file
from pipelines.fetch.http import Client
from pipelines.fetch.manners import Manners
from pipelines.fetch.wire import is_inside, says_inside
from pipelines.release import health

ONCE = Manners(tries=1, read_s=2)
TODAY = datetime.date(2026, 11, 22)
PUBLIC, OTHER = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
GOOD = b"code\nA\n"
URL = "http://publisher.example/file.csv"
INSIDE = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "0.1.2.3", "10.0.0.5", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "168.63.129.16", "192.0.0.192", "100.100.100.200", "100.64.0.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2002:7f00:1::",
    "2002:a00:1::", "2001:0:4136:e378:8000:63bf:f5ff:fffe", "2001:db8::1", "100::1",
]  # fmt: skip
ODD_FORMS = [
    "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "127.1", "127.0.1", "10.1", "3232235777", "0xa9fea9fe",
    "169.254.43518", "１２７.0.0.1", "①②⑦.0.0.1", "127。0。0。1", "localhost", "LOCALHOST", "localhost.", "a.localhost", "127.0.0.1.",
    "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "[fe80::1]",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside(address):
    assert is_inside(address)


@pytest.mark.parametrize("address", [PUBLIC, OTHER, "8.8.8.8", "172.32.0.1", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_public_addresses(address):
    assert not is_inside(address)


@pytest.mark.parametrize("host", ODD_FORMS)
def test_hosts_that_say_they_are_inside(host):
    assert says_inside(host)


@pytest.mark.parametrize(
    "host", ["publisher.example", "127.0.0.1.nip.example", "a" * 70 + ".example", "localhost.example", "", "1x"]
)
def test_hosts_that_do_not(host):
    assert not says_inside(host)


class Names:
    """A resolver that knows a table, and a network in which public addresses are stand-ins on loopback.

    `found` holds, by name, what it resolves to: a list, or several for one asking after the other. `connected` is what
    connections were made to.
    """

    def __init__(self, monkeypatch):
        self.found: dict[str, list] = {}
        self.stand_ins: dict[str, int] = {}
        self.connected: list[str] = []
        ask, connect = socket.getaddrinfo, socket.socket.connect

        def resolve(host, port, *args, **kwargs):
            if host not in self.found:
                return ask(host, port, *args, **kwargs)
            answers = self.found[host]
            answer = answers.pop(0) if isinstance(answers[0], list) and len(answers) > 1 else answers
            answer = answer[0] if isinstance(answer[0], list) else answer
            return [
                (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
                for one in answer
            ]

        def reach(sock, address):
            self.connected.append(address[0])
            if address[0] in self.stand_ins:
                return connect(sock, ("127.0.0.1", self.stand_ins[address[0]]))
            assert address[0] == "127.0.0.1", f"a packet would have gone to {address[0]}"
            return connect(sock, address)

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        monkeypatch.setattr(socket.socket, "connect", reach)

    def public(self, name: str, server: Server) -> None:
        self.found[name], self.stand_ins[PUBLIC] = [PUBLIC], server.port


@pytest.fixture
def names(monkeypatch) -> Names:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return Names(monkeypatch)


def get(client: Client, url: str = URL):
    return client.get("a_source", url, 1000, manners=ONCE)


def refusal(client: Client, url: str = URL) -> str:
    with pytest.raises(Problem) as failed:
        get(client, url)
    return str(failed.value)


def test_a_public_address_is_asked_and_its_redirects_are_followed(names):
    with serving(moved("http://publisher.example/new/file.csv", b"gone"), moved("there.csv"), ok(GOOD)) as server:
        names.public("publisher.example", server)
        client = Client()
        assert get(client).body == GOOD
        assert [line.split(" ")[1] for line in server.asked] == ["/file.csv", "/new/file.csv", "/new/there.csv"]
        assert client.seen.url == "http://publisher.example/new/there.csv"


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_resolves_inside_is_not_connected_to(names, address):
    names.found["publisher.example"] = [address]
    sentence = refusal(Client())
    assert "http://publisher.example/file.csv leads to this machine or into a private network" in sentence
    assert "--mirror" in sentence
    assert names.connected == []


def test_of_several_addresses_one_inside_is_enough(names):
    names.found["publisher.example"] = [PUBLIC, "10.0.0.5"]
    assert "private network" in refusal(Client())
    assert names.connected == []


def test_a_name_that_resolves_otherwise_the_next_moment_leads_nowhere_else(names):
    with serving(ok(GOOD)) as server:
        names.public("publisher.example", server)
        names.found["publisher.example"] = [[PUBLIC], ["127.0.0.1"]]
        assert get(Client()).body == GOOD
        assert names.connected == [PUBLIC]
        assert "private network" in refusal(Client())
        assert names.connected == [PUBLIC]


def test_the_next_of_several_addresses_is_tried(names):
    with serving(ok(GOOD)) as server, serving() as closed:
        names.public("publisher.example", server)
        names.found["publisher.example"] = ["93.184.215.15", PUBLIC]
        names.stand_ins["93.184.215.15"] = closed.port
        closed.shutdown()
        closed.server_close()
        assert get(Client()).body == GOOD


@pytest.mark.parametrize("host", [*ODD_FORMS, "169.254.169.254", "metadata.example"])
def test_no_redirect_leads_inside(names, host):
    names.found["metadata.example"] = ["169.254.169.254"]
    with serving(ok(b"secret")) as inside, serving(moved(f"http://{host}:{inside.port}/latest")) as server:
        names.public("publisher.example", server)
        assert "private network" in refusal(Client())
        assert inside.asked == []
        assert set(names.connected) == {PUBLIC}


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "localhost", "169.254.169.254", "[::1]"])
def test_nor_does_a_mirror_s(names, host):
    with serving(ok(b"secret")) as inside, serving(moved(f"http://{host}:{inside.port}/latest")) as mirror:
        assert "private network" in refusal(Client(mirror=mirror.url))
        assert inside.asked == []
        assert len(mirror.asked) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f.1", "localhost", "inside.example", "[::ffff:127.0.0.1]"])
def test_the_first_address_may_not_lead_inside_either(names, host):
    names.found["inside.example"] = ["192.168.1.1"]
    with serving(ok(b"secret")) as inside:
        assert "private network" in refusal(Client(), f"http://{host}:{inside.port}/x")
        assert inside.asked == []


def test_nor_one_that_a_page_names(names):
    with serving(ok(b"secret")) as inside, serving() as mirror:
        mirror.answers = (ok(f'"http://127.0.0.1:{inside.port}/File_7.csv"'.encode()),)
        source = make_source(
            fetch={"url": [], "discover": {"page": "http://www.example/page", "pattern": ".*File_7.csv"}}
        )
        with pytest.raises(Problem, match="private network"):
            file.fetch(Client(mirror=mirror.url), source, TODAY, {})
        assert inside.asked == []


def test_a_page_on_https_may_not_name_a_file_on_http():
    web = ScriptedWeb([b'"http://assets.example/File_7.csv"'])
    source = make_source(fetch={"url": [], "discover": {"page": "https://www.example/page", "pattern": ".*File_7.csv"}})
    with pytest.raises(Problem, match=r"names http://assets.example/File_7.csv, which is no https address"):
        file.fetch(web.client(), source, TODAY, {})
    assert len(web.asked) == 1


@pytest.mark.parametrize(
    ("to", "what"),
    [
        ("http://publisher.example/file.csv", "leads from https to http://publisher.example/file.csv"),
        ("HTTP://publisher.example/file.csv", "leads from https to"),
        ("file:///etc/passwd", "is no web address"),
        ("ftp://publisher.example/x", "is no web address"),
        ("data:text/csv,code", "is no web address"),
        ("javascript:alert(1)", "is no web address"),
        ("https:///nowhere", "without end"),
        ("https://publisher.example:99999/", "could not be asked for"),
        ("https://[::1", "could not be asked for"),
        ("//localhost/x", "private network"),
        ("https://user:geheim@127.0.0.1/", "private network"),
    ],
)
def test_where_no_redirect_leads(to, what):
    web = ScriptedWeb([{"status": 302, "headers": {"Location": to}}])
    with pytest.raises(Problem, match=what) as failed:
        get(web.client(), "https://publisher.example/file.csv")
    assert len(web.asked) == 1 or what == "without end"
    assert "geheim" not in str(failed.value)
    assert len(str(failed.value)) < 600


def test_a_redirect_from_http_to_https_is_followed():
    web = ScriptedWeb([{"status": 301, "headers": {"Location": "https://publisher.example/a"}}, GOOD])
    assert get(web.client()).body == GOOD


def test_a_circle_of_redirects_ends():
    web = ScriptedWeb(
        [{"status": 302, "headers": {"Location": "/b"}}, {"status": 302, "headers": {"Location": "/a"}}] * 20
    )
    with pytest.raises(Problem, match="from one address to the next without end"):
        get(web.client())
    assert len(web.asked) == 10


@pytest.mark.parametrize("to", ["https://other.example/b.csv?x=1", "http://other.example/b.csv?x=1"])
@pytest.mark.parametrize("mirror", ["http://mirror.internal:81", "https://mirror.internal/tok"])
def test_behind_a_mirror_a_redirect_to_a_publisher_is_asked_of_the_mirror(mirror, to):
    web = ScriptedWeb([{"status": 302, "headers": {"Location": to}}, GOOD])
    client = web.client(mirror=mirror)
    get(client, "https://publisher.example/a.csv")
    assert [asked.url for asked in web.asked] == [
        f"{mirror}/publisher.example/a.csv",
        f"{mirror}/other.example/b.csv?x=1",
    ]
    assert client.seen.url == "https://other.example/b.csv?x=1"


@pytest.mark.parametrize(
    "other", ["http://mirror.internal:8", "http://mirror.internal.evil.example", "http://mirror.internal:811"]
)
def test_an_address_that_only_begins_like_the_mirror_s_is_not_the_mirror(other):
    client = ScriptedWeb([GOOD]).client(mirror="http://mirror.internal:81")
    assert not client.addresses.is_mirror(f"{other}/x")
    assert client.own_address(f"{other}/x") == f"{other}/x"


def test_a_mirror_inside_is_asked_and_sends_on_to_itself(names):
    names.found["mirror.internal"] = ["127.0.0.1"]
    with serving() as mirror:
        mirror.answers = (moved(f"http://mirror.internal:{mirror.port}/publisher.example/b.csv"), ok(GOOD))
        assert get(Client(mirror=f"http://mirror.internal:{mirror.port}")).body == GOOD


def test_a_proxy_inside_is_asked_and_no_address_inside_through_it(names, monkeypatch):
    with serving(ok(GOOD)) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert get(Client()).body == GOOD
        assert proxy.asked == [f"GET {URL} HTTP/1.1"]
        for host in ("127.0.0.1", "0x7f.1", "localhost", "169.254.169.254"):
            assert "private network" in refusal(Client(), f"http://{host}/latest")
        proxy.answers = (moved("http://169.254.169.254/latest"),)
        assert "private network" in refusal(Client())
        assert len(proxy.asked) == 2


def test_an_alert_goes_to_its_own_address_which_may_be_inside_and_is_not_sent_on(names):
    with serving(ok(b"")) as other, serving(ok(b"thanks"), moved("/other")) as channel:
        settings = Settings(alert_url=f"{channel.url}/hook/geheim")
        assert health.post_alert(settings, "it failed") == []
        assert "it failed" in channel.heads[0] or channel.asked == ["POST /hook/geheim HTTP/1.1"]
        assert health.post_alert(settings, "it failed") == ["the alert could not be posted (the server answered 302)"]
        channel.answers = (moved(f"{other.url}/x"),)
        assert "302" in health.post_alert(settings, "it failed")[0]
        assert other.asked == []
        channel.answers = (head("500 Sorry"),)
        assert health.post_alert(settings, "it failed") == ["the alert could not be posted (the server answered 500)"]
