"""The shape of the project: one way of imports, small modules that say what they are for, a graph that is fully told."""

import ast
import datetime
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import dagster as dg
import pytest
from fixtures.making import ScriptedWeb

from assets_defs.definitions import build_definitions
from geodata.geography import HERE as GEODATA
from geodata.geography import read_geographies
from pipelines.core.settings import Settings
from pipelines.fetch.recorded import RecordedAdapter
from pipelines.register.provenance import indicator_sources
from pipelines.register.register import read_register
from pipelines.register.workspace import open_workspace

ROOT = Path(__file__).parent.parent
PACKAGES = ("assets_defs", "pipelines", "geodata")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LONGEST = 400
UNWELCOME = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
READS_ENVIRONMENT = {"pipelines/core/settings.py"}
PASSES_ENVIRONMENT_ON = {"pipelines/commands/dev.py"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(tree: ast.Module) -> set[str]:
    """The top-level packages that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_imports_run_one_way():
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Imports run one way KEPT" in done.stdout


def test_only_the_graph_knows_dagster():
    know = {name(path) for path in MODULES if "dagster" in imported(ast.parse(path.read_text("utf-8")))}
    assert know
    assert not {module for module in know if not module.startswith("assets_defs/")}


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_says_what_it_is_for_and_stays_small(path):
    text = path.read_text("utf-8")
    told = ast.get_docstring(ast.parse(text))
    assert told
    assert len(told.splitlines()[0]) > 20
    assert text.lstrip().startswith('"""'), "the docstring opens the module"
    assert len(text.splitlines()) <= LONGEST
    assert path.stem not in UNWELCOME
    assert path.parent.name not in UNWELCOME


def test_the_environment_is_read_in_one_place():
    readers = {
        name(path)
        for path in MODULES
        if re.search(r"os\.environ|os\.getenv|from os import .*(environ|getenv)", path.read_text("utf-8"))
    }
    assert readers <= READS_ENVIRONMENT | PASSES_ENVIRONMENT_ON
    assert readers >= READS_ENVIRONMENT


def test_only_the_store_writes():
    writes = re.compile(
        r"\.write_(?:text|bytes)\(|\.to_(?:csv|parquet|file)\(|open\([^)]*[\"'][wax]b?[\"']|\.mkdir\(|os\.rename|os\.replace|shutil\.(?:copy|move)"
    )
    found = {}
    for path in MODULES:
        if name(path) == "pipelines/core/store.py" or name(path).startswith("geodata/sample/"):
            continue
        lines = [
            line
            for line in path.read_text("utf-8").splitlines()
            if writes.search(line) and "store.write" not in line and "to_csv(index=False" not in line
        ]
        if lines:
            found[name(path)] = lines
    # `dev` makes the folder that Dagster will be started on; `docs` renews a file of the repository, not of DIR
    assert set(found) <= {"pipelines/commands/dev.py", "pipelines/commands/docs.py"}, found


def test_modules_that_dagster_reads_keep_their_annotations():
    for path in (ROOT / "assets_defs").rglob("*.py"):
        assert "from __future__ import annotations" not in path.read_text("utf-8"), name(path)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return open_workspace(Settings(data=tmp_path_factory.mktemp("graph") / "data"))


@pytest.fixture(scope="module")
def graph(workspace) -> dg.Definitions:
    return build_definitions(workspace)


def test_the_graph_loads_and_every_job_resolves(graph, workspace):
    dg.Definitions.validate_loadable(graph)
    jobs = {job.name for job in graph.resolve_all_job_defs()}
    assert {"refresh", "refresh_daily"} <= jobs
    assert not workspace.data.exists(), "building the graph writes nothing"


def test_every_asset_is_fully_told(graph, workspace):
    specs = {spec.key.to_user_string(): spec for spec in graph.resolve_all_asset_specs()}
    for key, spec in specs.items():
        assert spec.group_name not in (None, "default"), key
        assert list(spec.owners), key
        assert spec.description, key
        assert len(spec.description) > 20, key
        if key.split("/")[0] in ("snapshot", "table", "indicator", "release"):  # the others have many publishers
            assert spec.tags.get("publisher"), key
    register = workspace.register
    wanted = {f"{layer}/{stem}" for stem in register.sources for layer in ("snapshot", "table")}
    wanted |= (
        {f"indicator/{stem}" for stem in register.indicators}
        | {f"index/{stem}" for stem in register.indices}
        | {"release"}
    )
    assert wanted <= set(specs)


def test_the_graph_says_what_each_index_and_indicator_rests_on(graph, workspace):
    deps = {
        spec.key.to_user_string(): {dep.asset_key.to_user_string() for dep in spec.deps}
        for spec in graph.resolve_all_asset_specs()
    }
    for stem, index in workspace.register.indices.items():
        assert {f"{'index' if member.index else 'indicator'}/{name}" for _, name, member in index.members} <= deps[
            f"index/{stem}"
        ]
    for stem, indicator in workspace.register.indicators.items():
        assert {f"table/{source}" for source in indicator_sources(workspace.register, indicator)} <= deps[
            f"indicator/{stem}"
        ]
    for stem in workspace.register.sources:
        assert deps[f"table/{stem}"] == {f"snapshot/{stem}"}
        assert deps[f"snapshot/{stem}"] == set()


def test_loading_the_graph_asks_no_one_and_writes_nothing(tmp_path):
    """In a process of its own, where any connection and any opening for writing is an error."""
    guard = """
import sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise RuntimeError(f"network at import: {arguments}")
    if event == "open" and isinstance(arguments[0], str) and arguments[1] and set(arguments[1]) & set("wax+") and not arguments[0].startswith("/dev/"):
        raise RuntimeError(f"file written at import: {arguments[0]}")
sys.dont_write_bytecode = True
import dagster, geopandas, duckdb, pandera.pandas  # what other people's packages do at import is theirs to answer for
sys.addaudithook(refuse)
import assets_defs.definitions
print("loaded")
"""
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "COMMONGROUND_DATA": str(tmp_path / "data"),
    }
    done = subprocess.run(
        [sys.executable, "-c", guard], cwd=tmp_path, capture_output=True, text=True, timeout=120, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "loaded"
    assert not (tmp_path / "data").exists()


TOWN = read_geographies()["sample_town"]
RECORDING = GEODATA / TOWN.recorded
DATES = sorted(path.stem for path in RECORDING.glob("*.json"))


@pytest.mark.parametrize("date", DATES)
def test_every_source_has_a_recorded_answer(date):
    adapter = RecordedAdapter(RECORDING, date)
    addresses = {key[1].split("?")[0] for key in adapter.answers}
    day = datetime.date.fromisoformat(date)
    for stem, source in read_register(TOWN).sources.items():
        rule = source.fetch
        if rule.by_hand:  # nobody is asked for it
            continue
        asked = rule.discover.page if rule.discover else rule.urls[0]
        for part in TOWN.parts[rule.parts] if rule.parts else [""]:
            assert asked.format(today=day, part=part).split("?")[0] in addresses, (stem, part)
    queries = [parse_qs(urlsplit(key[1]).query)["data"][0] for key in adapter.answers if "interpreter" in key[1]]
    dates = [re.search(r"\[date:\"(\d{4}-\d{2}-\d{2})T", query) for query in queries]
    wanted = {str(d) for source in read_register(TOWN).sources.values() for d in source.fetch.dates}
    assert {found[1] for found in dates if found} == wanted
    assert None in dates, "the present is asked without a date"


def test_every_recorded_answer_is_a_file_and_no_file_is_left_over():
    answers = [answer for date in DATES for answer in json.loads((RECORDING / f"{date}.json").read_text("utf-8"))]
    assert {answer["file"] for answer in answers} == {
        f"answers/{path.name}" for path in (RECORDING / "answers").iterdir()
    }


def test_what_was_never_recorded_is_not_found_and_what_was_honours_its_validator(waits):
    adapter = RecordedAdapter(RECORDING, DATES[0])
    client = ScriptedWeb([]).client()
    client.session.mount("https://", adapter)
    url = "https://files.planning.data.gov.uk/dataset/brownfield-land.csv"
    first = client.get("a_source", url, 10_000_000)
    assert client.get("a_source", url, 10_000_000, validator=first.validator).body is None
    with pytest.raises(Exception, match="404"):
        client.get("a_source", "https://nowhere.example/", 1000)
