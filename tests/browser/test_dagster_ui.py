"""The Dagster UI that `commonground dev` opens, looked at in a browser: graph, asset, runs, a run started from it, its end.

One UI serves all tests of this file: starting it takes twenty seconds. It opens on a DIR that `refresh` filled before,
so what the pages show is the history of the command line.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.core.store import writer_lock

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (pip install -e '.[dev]')")

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("commonground")
GROUPS = ("snapshots", "tables", "geography", "places", "indicators", "indices", "release")
MARK = "COMMONGROUND_TEST_MARK"
PATIENCE = 60.0  # seconds, for what takes five on an idle machine

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(BROWSER is None, reason="no chromium, chromium-browser or google-chrome on the PATH"),
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="left-over processes are looked for in /proc"),
]


@dataclass
class Dev:
    """A running `commonground dev`; its children are known by a mark in the environment they inherit."""

    data: Path
    port: int
    mark: str
    process: subprocess.Popen
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, query: str, **variables) -> dict:
        """The data of a GraphQL answer; an error in it fails the test."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.url}/graphql", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def answers(self) -> bool:
        """True once the page is served; fails at once if the command ended instead."""
        assert self.process.poll() is None, f"`commonground dev` ended by itself:\n{self.told()}"
        try:
            with urllib.request.urlopen(f"{self.url}/server_info", timeout=5) as response:
                return response.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def left(self) -> dict[int, str]:
        """The command lines of all processes that carry the mark, zombies aside."""
        found = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    if f"{MARK}={self.mark}".encode() in (folder / "environ").read_bytes():
                        line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                        found[int(folder.name)] = line[:160]
                except OSError:
                    continue  # it ended meanwhile, or is another user's
        return found

    def told(self) -> str:
        return self.log.read_text()[-3000:]


def until(true: Callable[[], object], what: str, seconds: float = PATIENCE):
    """The first truth `true()` returns; fails with `what` when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := true():
            return value
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds:.0f} s: {what}")


def environment(mark: str) -> dict[str, str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("COMMONGROUND_", "DAGSTER_"))}
    return {**mine, MARK: mark}


def start(data: Path, log: Path, sigint: signal.Handlers = signal.SIG_DFL) -> Dev:
    """Start `dev`; `sigint` is what it inherits: a terminal hands down the default, a script's `&` an ignored SIGINT."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    mark = uuid.uuid4().hex
    with log.open("wb") as out:
        process = subprocess.Popen(
            [COMMAND, "dev", "--data", data, "--port", str(port)],
            cwd=log.parent,
            env=environment(mark),
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, sigint),
        )
    return Dev(data, port, mark, process, log)


def stop(dev: Dev, signal_number: int) -> None:
    """Stop as a user or a service manager would, and hold that nothing is left running."""
    try:
        dev.process.send_signal(signal_number)
        code = dev.process.wait(PATIENCE)
        until(lambda: not dev.left(), "every process that `dev` started has ended", 10)
        assert code == 128 + signal_number, f"`commonground dev` ended with {code}:\n{dev.told()}"
    finally:
        left = dev.left()
        for process in left:
            os.kill(process, signal.SIGKILL)
    assert not left, left


@pytest.fixture(scope="module")
def town(town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DIR with the sample town, as `commonground refresh` leaves it."""
    return Path(shutil.copytree(town.data, tmp_path_factory.mktemp("ui") / "data", symlinks=True))


@pytest.fixture(scope="module")
def dev(town: Path) -> Iterator[Dev]:
    """`commonground dev` on that DIR. Its end is a test too: SIGTERM must leave no process."""
    running = start(town, town.parent / "dev.log")
    try:
        until(running.answers, "`commonground dev` serves its page")
        yield running
    finally:
        stop(running, signal.SIGTERM)


@pytest.fixture(scope="module")
def earlier_runs(dev: Dev) -> list[dict]:
    """The runs known before any was started from the UI."""
    return dev.ask("{ runsOrError { ... on Runs { results { runId jobName status } } } }")["runsOrError"]["results"]


def launch(dev: Dev) -> str:
    """Start a run of job `refresh` from the UI's own address; its id."""
    selector = {
        "repositoryLocationName": "assets_defs.definitions",
        "repositoryName": "__repository__",
        "pipelineName": "refresh",
    }
    answer = dev.ask(
        "mutation($parameters: ExecutionParams!) { launchRun(executionParams: $parameters) {"
        " __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }",
        parameters={"selector": selector, "mode": "default", "runConfigData": {}},
    )["launchRun"]
    assert answer["__typename"] == "LaunchRunSuccess", answer
    return answer["run"]["runId"]


@pytest.fixture(scope="module")
def launched(dev: Dev, earlier_runs: list[dict]) -> str:
    """A run of job `refresh`, started before the pages are looked at, so that both go on."""
    return launch(dev)


@pytest.fixture(scope="module")
def finished(dev: Dev, launched: str) -> dict:
    """That run once it is over; until then a check shows as running whatever it said before."""

    def ended() -> dict | None:
        run = dev.ask(
            "query($id: ID!) { runOrError(runId: $id) { ... on Run { status"
            " assetMaterializations { assetKey { path } metadataEntries { label ... on BoolMetadataEntry { boolValue } } } } } }",
            id=launched,
        )["runOrError"]
        return run if run["status"] in ("SUCCESS", "FAILURE", "CANCELED") else None

    return until(ended, "the run that was launched ends", 5 * PATIENCE)


@pytest.fixture(scope="module")
def browser(dev: Dev, launched: str) -> Iterator["sync_api.Browser"]:
    """A browser that has been here before: the greeting of a first visit is skipped."""
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        if dev.ask("{ shouldShowNux }")["shouldShowNux"]:
            page = chromium.new_page()
            page.goto(f"{dev.url}/runs")
            page.get_by_role("button", name="Skip").click(timeout=PATIENCE * 1000)
            page.get_by_text("Join the Dagster community").wait_for(state="detached")
            page.close()
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: "sync_api.Browser", dev: Dev) -> Iterator["sync_api.Page"]:
    """A page that fails the test if a script of it broke, or if the server answered with a fault."""
    faults = []
    page = browser.new_page(viewport={"width": 1800, "height": 1150}, base_url=dev.url)
    page.set_default_timeout(PATIENCE * 1000)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "response",
        lambda response: faults.append(f"{response.status} {response.url}") if response.status >= 500 else None,
    )
    yield page
    page.close()
    assert not faults


def shown(page: "sync_api.Page", text: str, nth: int = 0) -> None:
    """Wait until exactly this text is to be seen (Dagster keeps invisible copies of what it may have to shorten)."""
    page.get_by_text(text, exact=True).filter(visible=True).nth(nth).wait_for()


def test_the_code_location_loads_and_the_history_is_the_command_lines(dev: Dev, earlier_runs: list[dict]):
    told = dev.ask(
        "{ workspaceOrError { ... on Workspace { locationEntries { locationOrLoadError { __typename"
        " ... on PythonError { message } ... on RepositoryLocation { repositories {"
        " schedules { name scheduleState { status } } } } } } } }"
        " assetNodes { assetKey { path } description assetMaterializations(limit: 1) { runId } } }"
    )
    (location,) = (entry["locationOrLoadError"] for entry in told["workspaceOrError"]["locationEntries"])
    assert location["__typename"] == "RepositoryLocation", location
    schedules = {s["name"]: s["scheduleState"]["status"] for s in location["repositories"][0]["schedules"]}
    assert schedules["refresh_schedule"] == "STOPPED"  # none runs unless the operator said so
    assert set(schedules.values()) == {"STOPPED"}
    assert "refresh: Everything, from snapshots to release, on the 1st of every month" in dev.log.read_text()

    assert {(run["jobName"], run["status"]) for run in earlier_runs} == {("refresh", "SUCCESS")}
    by_hand = [node["assetKey"]["path"] for node in told["assetNodes"] if not node["assetMaterializations"]]
    assert not by_hand, "assets that `refresh` made are unknown to the UI"
    assert all(node["description"] for node in told["assetNodes"])


FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Host": "evil.example"},
    {"Host": "evil.example:{port}"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]
MUTATION = "mutation { wipeAssets(assetPartitionRanges: []) { __typename } }"
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "graphql-ws",
}


def status_of(dev: Dev, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> int:
    """The status of one answer, whatever the headers claim."""
    lines = {"Host": f"127.0.0.1:{dev.port}", "Content-Length": str(len(body))} | headers
    head = "".join(f"{name}: {value.format(port=dev.port)}\r\n" for name, value in lines.items())
    with socket.create_connection(("127.0.0.1", dev.port), timeout=PATIENCE) as asking:
        asking.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        return int(asking.recv(1000).split()[1])


def test_no_page_of_another_site_steers_it(dev: Dev):
    query = json.dumps({"query": "{ version }"}).encode()
    is_json = {"Content-Type": "application/json"}
    own = {"Origin": "http://localhost:{port}", "Host": "localhost:{port}", "Sec-Fetch-Site": "same-origin"}
    assert status_of(dev, "POST", "/graphql", is_json | own, query) == 200
    assert status_of(dev, "GET", "/graphql", HANDSHAKE | own) == 101
    assert status_of(dev, "GET", "/graphql", HANDSHAKE) == 101
    for foreign in FOREIGN:
        assert status_of(dev, "GET", "/", foreign) == 403, foreign
        assert status_of(dev, "POST", "/graphql", is_json | foreign, query) == 403, foreign
        assert status_of(dev, "POST", "/report_asset_materialization/x", is_json | foreign, b"{}") == 403, foreign
        assert status_of(dev, "GET", "/graphql", HANDSHAKE | foreign) == 403, foreign


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_graphql_by_get_is_refused(dev: Dev, method: str):
    for query in (MUTATION, "{ version }"):
        assert status_of(dev, method, f"/graphql?query={urllib.parse.quote(query)}", {}) == 403
    assert status_of(dev, "GET", "/graphql", {"Accept": "text/html"}) == 200  # the page to try queries in


def test_a_plain_dagster_is_refused(town: Path):
    line = [sys.executable, "-m", "dagster", "dev", "-w", str(ROOT / "workspace.yaml"), "-p", "0"]
    with subprocess.Popen(line, env=environment("plain") | {"DAGSTER_HOME": str(town)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True) as running:  # fmt: skip
        said = ""
        while "`commonground dev`" not in said and (line := running.stdout.readline()):
            said += line
        os.killpg(running.pid, signal.SIGKILL)
    assert "any web page could steer this UI. Start it with `commonground dev`" in said


def test_tools_that_only_look_load_the_graph(tmp_path: Path):
    line = [sys.executable, "-m", "dagster", "definitions", "validate", "-w", str(ROOT / "workspace.yaml")]
    done = subprocess.run(line, cwd=tmp_path, env=environment("look"), capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_graph_shows_every_group(page, tmp_path: Path):
    page.goto("/asset-groups")
    page.get_by_text("Global asset lineage").first.wait_for()
    for group in GROUPS:
        shown(page, group, nth=1)  # the first is in the list beside the graph
    page.screenshot(path=tmp_path / "graph.png")


def test_an_index_shows_its_question_cautions_rows_and_check(page, town: Path, finished: dict, tmp_path: Path):
    meta = json.loads((town / "indices" / "hardship.json").read_text())
    page.goto("/assets/index/hardship")
    for text in ("Row count", f"{meta['rows']:,}", "reused", "n_scored", "refresh", "common-ground"):
        shown(page, text)
    page.get_by_text("Area hardship: ").filter(visible=True).first.wait_for()
    shown(page, "It describes areas, not the people in them.")
    page.screenshot(path=tmp_path / "index.png", full_page=True)

    page.goto("/assets/index/hardship?view=checks")
    page.get_by_text("scored_somewhere", exact=True).filter(visible=True).first.click()
    shown(page, "Passed")
    shown(page, f"{meta['meta']['n_scored']:,} of {meta['meta']['n_areas']:,} areas are scored")
    page.screenshot(path=tmp_path / "index_checks.png")


def test_a_table_shows_its_source_rows_file_and_preview(page, town: Path, tmp_path: Path):
    record = json.loads((town / "tables" / "mhclg_iod_2025.json").read_text())
    page.goto("/assets/table/mhclg_iod_2025")
    page.get_by_text("English Indices of Deprivation 2025").filter(visible=True).first.wait_for()
    for text in ("Row count", f"{record['rows']:,}", "preview", "imd_score", "snapshot / mhclg_iod_2025"):
        shown(page, text)
    page.get_by_text(record["files"]["mhclg_iod_2025"]).first.wait_for()
    page.screenshot(path=tmp_path / "table.png", full_page=True)


def test_a_refresh_from_the_ui_finds_all_done_and_shows_it(
    page, dev: Dev, launched: str, finished: dict, earlier_runs, tmp_path: Path
):
    assert finished["status"] == "SUCCESS", dev.told()
    reused = {
        "/".join(made["assetKey"]["path"]): entry["boolValue"]
        for made in finished["assetMaterializations"]
        for entry in made["metadataEntries"]
        if entry["label"] == "reused"
    }
    again = [key for key, was_reused in reused.items() if not was_reused]
    assert not again, "made again though nothing changed (or was code edited while this test ran?)"
    assert set(os.listdir(dev.data / "releases")) == {"1.0.0", "latest"}

    page.goto(f"/runs/{launched}")
    shown(page, "Success")
    shown(page, f"Succeeded ({len(reused)})")
    page.screenshot(path=tmp_path / "run.png")
    page.goto(
        f"/runs/{launched}?logs=Finished%20execution%20of%20run%20for"
    )  # of a long log only what it is scrolled to is there
    shown(page, 'Finished execution of run for "refresh".')

    page.goto("/runs")
    for one in [launched, *(run["runId"] for run in earlier_runs)]:
        shown(page, one[:8])
    page.screenshot(path=tmp_path / "runs.png")


def test_a_run_that_fails_before_its_first_step_sounds_the_alarm(dev: Dev, launched: str):
    """Run after the others: it turns health.json red. The lock of DIR is held, so the run cannot begin."""
    with writer_lock(dev.data):
        launch(dev)
        failure = until(
            lambda: json.loads((dev.data / "health.json").read_text())["failure"], "health.json is red", 120
        )
    assert "is being written by process" in failure["what"]


@pytest.mark.parametrize(
    ("inherited", "sent"),
    [(signal.SIG_DFL, signal.SIGINT), (signal.SIG_IGN, signal.SIGTERM)],
    ids=["ctrl-c in a terminal", "kill of a script's background job"],
)
def test_stopped_while_it_starts_it_leaves_nothing(tmp_path: Path, inherited: signal.Handlers, sent: signal.Signals):
    running = start(tmp_path / "data", tmp_path / "dev.log", inherited)
    until(lambda: len(running.left()) > 2, "`commonground dev` started Dagster, and Dagster its code server")
    stop(running, sent)
