"""`commonground sources`: the register as lines and records; and --probe against a loopback server that has the sample's answers."""

import getpass
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from click.testing import CliRunner
from fixtures.recording import NEW, SAMPLE

from pipelines.commands.cli import main
from pipelines.core.store import append_line
from pipelines.fetch.recorded import answer_key

COUNT = b'{"elements": [{"type": "count", "tags": {"total": "1"}}]}'


class Publishers(BaseHTTPRequestHandler):
    """Every recorded answer of the sample behind one address, as a mirror has them; no ranges."""

    answers = {answer_key("GET", a["url"], None): a for a in json.loads((SAMPLE / f"{NEW}.json").read_bytes())}
    gone: set[str] = set()  # parts of addresses that answer 404
    asked: list[str] = []

    def do_GET(self):
        self.asked.append(self.path)
        host, _, rest = self.path.lstrip("/").partition("/")
        parts = urlsplit(f"https://{host}/{rest}")
        query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k != "RecordLimit"]
        if query != parse_qsl(parts.query, keep_blank_values=True):
            query.append(("RecordOffset", "0"))
        if "out count" in parts.query or "out+count" in parts.query:
            return self.send(200, "application/json", COUNT)
        answer = self.answers.get(answer_key("GET", parts._replace(query=urlencode(query)).geturl(), None))
        for dated in ("edubasealldata", "BasicCompanyDataAsOneFile"):  # asked for today's, or this month's
            if answer is None and dated in parts.path:
                answer = next(a for a in self.answers.values() if dated in a["url"])
        if answer is None or any(part in self.path for part in self.gone):
            return self.send(404, "text/plain", b"gone")
        return self.send(200, answer["content_type"], (SAMPLE / answer["file"]).read_bytes())

    def send(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def publishers():
    with ThreadingHTTPServer(("127.0.0.1", 0), Publishers) as server:
        Publishers.gone, Publishers.asked = set(), []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def commonground(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def test_every_source_that_answers_as_its_record_says_is_ok(publishers, tmp_path, clean_environment):
    ran = commonground("sources", "--probe", "--mirror", publishers, "--data", tmp_path / "data")
    told = [line.split()[3:5] for line in ran.stdout.splitlines() if " of " in line]
    assert [stem for status, stem in told if status not in ("ok", "not")] == [], ran.stdout
    assert [line.split()[5] for line in ran.stdout.splitlines() if "  not asked " in line] == ["hmlr_ccod"]
    assert ran.exit_code == 0
    assert len(told) == len({stem for _, stem in told}) > 40
    assert not (tmp_path / "data").exists()


def test_a_required_source_that_fails_is_exit_1_and_another_is_not(publishers, tmp_path, clean_environment):
    Publishers.gone = {"census2021-ts037"}
    words = ("sources", "--probe", "--mirror", publishers, "--data", tmp_path)
    ran = commonground(*words)
    assert ran.exit_code == 0
    assert "FAILED    ons_census_health_2021  the server answered 404" in ran.stdout
    assert "1 failed" in ran.stdout
    Publishers.gone = {"LSOA21_WD24_LAD24"}
    ran = commonground(*words)
    assert ran.exit_code == 1
    assert "(ons_lsoa_ward_authority_2024)" in ran.stderr


def test_the_sample_is_never_asked(tmp_path, clean_environment, waits):
    """Without a mirror the live web is asked, which nothing here can reach, even of a DIR that holds the sample."""
    clean_environment.setenv("COMMONGROUND_RECORDING", str(SAMPLE))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        clean_environment.setenv(name, "http://127.0.0.1:9")  # where nothing listens
    ran = commonground("sources", "--probe", "--json", "--data", tmp_path)
    told = json.loads(ran.stdout)
    assert {one["status"] for one in told} == {"FAILED", "not asked"}
    assert {one["through"] for one in told} == {"live"}
    assert all("as inbox/" in one["problem"] for one in told if one["status"] == "not asked")
    assert ran.exit_code == 1
    assert len(waits) <= 1, "where nobody answers nobody is waited for again"


@pytest.mark.parametrize("ending", ["md", "json"])
def test_the_report_holds_what_was_seen_and_nothing_of_what_was_said(publishers, tmp_path, clean_environment, ending):
    report = tmp_path / f"contact.{ending}"
    Publishers.gone = {"census2021-ts037"}
    commonground("sources", "--probe", "--mirror", publishers, "--data", tmp_path / "data", "--report", report)
    text = report.read_text("utf-8")
    assert "https://www.nomisweb.co.uk/output/census/2021/census2021-ts037.zip" in text
    for heading in ("EstablishmentName", "Urban_rura", "GEOGRAPHY_CODE", "FHRSID"):
        assert heading in text
    for told in (
        "S99000001",
        "Samplebridge",
        publishers,
        "127.0.0.1",
        str(tmp_path),
        str(Path.home()),
        getpass.getuser() + "@",
    ):
        assert told not in text
    if ending == "json":
        found = {one["source"]: one for one in json.loads(text)["sources"]}
        assert found["ons_census_health_2021"]["http_status"] == 404
        assert found["ons_census_residents_2021"]["announced_rows"] == 150
        assert found["ons_census_age_2021"]["form"] == "zip"


@pytest.mark.parametrize("words", [["--report", "x.md"], ["--probe", "--report", "x.txt"]])
def test_a_report_that_cannot_be_is_a_wrong_question(tmp_path, clean_environment, words):
    ran = commonground("sources", "--data", tmp_path, *words)
    assert ran.exit_code == 2
    assert "--report" in ran.stderr


def test_who_is_invented_is_not_asked(publishers, tmp_path, clean_environment):
    (tmp_path / "scope.json").write_text(json.dumps({"geography": "hanul", "asked": [], "codes": []}))
    ran = commonground("sources", "--probe", "--mirror", publishers, "--data", tmp_path)
    assert ran.exit_code == 0
    assert "there is nobody to ask" in ran.stdout
    assert Publishers.asked == []


def test_the_register_says_what_was_seen_live_and_when(tmp_path, clean_environment):
    folder = tmp_path / "snapshots" / "ons_census_health_2021"
    (folder / "abc").mkdir(parents=True)
    line = {"geography": "sample_town", "status": "new", "sha": "abc", "rows": 1234, "source_as_at": None}
    append_line(folder / "observations.jsonl", {**line, "observed_at": "2026-11-26T01:00:00Z", "through": "live"})
    ran = commonground("sources", "--data", tmp_path)
    told = {line.split()[0]: " ".join(line.split()) for line in ran.stdout.splitlines()[:-1]}
    assert told["hmlr_ccod"].endswith("not asked for documented")
    assert told["ons_census_health_2021"].endswith("1,234 new live since 2026-11-26")
    assert told["gla_pubs_2022"].endswith("never read mirror")
    records = {one["source"]: one for one in json.loads(commonground("sources", "--json", "--data", tmp_path).stdout)}
    assert records["ons_census_health_2021"]["verified"] == "live since 2026-11-26"
    assert records["ons_census_health_2021"]["rows"] == 1234
    assert records["gla_pubs_2022"]["rows"] is None
