"""One file to add something: a source (with one recorded answer), an indicator, an index and a weight set, each a file
put into a copy of the project in which nothing else is changed, and all seen in one release of the sample town. The files
are those that docs/adding.md shows; the DIR was refreshed before they were added, so that nothing else is made again."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fixtures.reader_pages import blocks
from fixtures.recording import NEW, Recording

from pipelines.release.database import open_database

ROOT = Path(__file__).parents[1]
ADDED = {block.file: block.code for block in blocks(pages=[ROOT / "docs" / "adding.md"]) if block.file}
ADDRESS = re.search(r'url: "([^"]+)"', "".join(ADDED.values()))[1]


@pytest.fixture(scope="module")
def release(town, tmp_path_factory) -> Path:
    """The database of the sample town as a copy of the project with the added files publishes it."""
    clone = tmp_path_factory.mktemp("clone")
    for folder in ("assets_defs", "pipelines", "geodata", "sql"):
        shutil.copytree(ROOT / folder, clone / folder, ignore=shutil.ignore_patterns("__pycache__", "answers"))
    shutil.copy(ROOT / "requirements.lock", clone)
    for path, text in ADDED.items():
        assert not (clone / path).exists()
        (clone / path).write_text(text, "utf-8")
    recording = Recording(clone / "answers")
    rows = "".join(f"S990{number:05d},{number % 30}\n" for number in range(1, 151))
    recording.answer(ADDRESS, f"LSOA,Plots\n{rows}".encode(), NEW)
    shutil.copytree(town.data, clone / "data", symlinks=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COMMONGROUND_")}
    env = {**kept, "PYTHONPATH": str(clone), "COMMONGROUND_RECORDING": str(recording.folder)}
    command = [sys.executable, "-c", "from pipelines.commands.cli import main; main()", "refresh", "--quiet"]
    ran = subprocess.run(command, cwd=clone, env=env, capture_output=True, text=True, timeout=580)
    assert ran.returncode == 0, ran.stderr
    return clone / "data" / "releases" / "latest" / "commonground.duckdb"


def query(release: Path, sql: str) -> list[tuple]:
    with open_database(release, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_a_source(release):
    found = query(release, "select state, n_rows from snapshot where source = 'nobody_allotments_2026'")
    assert found == [("read", 150)]
    assert query(release, "select publisher from source where source = 'nobody_allotments_2026'") == [("Nobody",)]


def test_an_indicator(release):
    sql = "select count(value) from indicator_value where indicator = 'allotments_rate_per_1000'"
    assert query(release, sql) == [(150,)]
    sql = "select sources from indicator where indicator = 'allotments_rate_per_1000'"
    assert query(release, sql) == [("nobody_allotments_2026",)]


def test_an_index(release):
    sql = "select count(score), count(rank_nation) from index_score where index_name = 'ground_to_grow_on'"
    assert query(release, sql) == [(150, 150)]
    assert query(release, "select count(ground_to_grow_on_score) from neighbourhood_profile") == [(150,)]


def test_a_weight_set(release):
    sql = "select contributed_by from weight_set where weight_set = 'gardeners' and index_name = 'ground_to_grow_on'"
    assert query(release, sql) == [("The gardeners of Samplebridge",)]
    assert query(release, "select count(rank) from weight_set_rank where weight_set = 'gardeners'") == [(150,)]
