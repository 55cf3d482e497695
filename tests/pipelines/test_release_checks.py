"""Every check of a release seen to fail: what each file of tests/counterexamples/checks does to a good release.

A file is named `<check>.<what>` and says in its first line what the check must find (`expect`), in its second which
other checks fail of it (`also`). `.sql` is run in the release's database, `.yml` says what is done to its files.
"""

import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import orjson
import pytest
import yaml

from pipelines.release.contents import read_checks
from pipelines.release.database import open_database, open_release
from pipelines.release.verify import Finding, check_database, check_files, verify

FOLDER = Path(__file__).parent.parent / "counterexamples" / "checks"
HEAD = re.compile(r"(?:#|--) expect: (.+)\n(?:(?:#|--) also: (.+)\n)?")
OF_DATABASE, OF_FILES = sorted(FOLDER.glob("*.sql")), sorted(FOLDER.glob("*.yml"))


@pytest.fixture(scope="module")
def database(town, tmp_path_factory) -> Path:
    """A copy of the database of a good release, in which every case is undone again."""
    return Path(shutil.copy(town.release / "commonground.duckdb", tmp_path_factory.mktemp("database")))


def held_to_its_head(path: Path, findings: list[Finding]) -> None:
    head = HEAD.match(path.read_text("utf-8"))
    assert head, f"{path.name} does not say in its first line what the check must find"
    broken = {finding.check: finding for finding in findings if not finding.passed}
    check = path.name.split(".")[0]
    assert set(broken) == {check, *(head[2] or check).split(", ")}
    assert any(head[1] in told for told in broken[check].first), broken[check].first


@pytest.mark.parametrize("path", OF_DATABASE, ids=lambda path: path.stem)
def test_a_check_of_the_database_finds_its_breach_and_no_other_does(path, database):
    with open_database(database) as connection:
        connection.execute("begin")
        connection.execute(path.read_text("utf-8"))
        findings = check_database(connection)
        connection.execute("rollback")
    held_to_its_head(path, findings)


def test_a_table_that_a_release_says_it_holds_and_does_not_fails_the_checks_that_read_it(database):
    with open_database(database) as connection:
        connection.execute("begin")
        connection.execute("drop table licence")
        broken = {finding.check for finding in check_database(connection) if not finding.passed}
        connection.execute("rollback")
    assert "row_under_wrong_licence" in broken


def collection(change: Callable[[dict, object], None]) -> Callable[[Path, dict], None]:
    """A change of what GeoJSON files hold: `change(collection, what)` for each file that `what` is told of."""

    def changed(folder: Path, told: dict) -> None:
        for name, what in told.items():
            whole = orjson.loads((folder / name).read_bytes())
            change(whole, what)
            put(folder / name, orjson.dumps(whole))

    return changed


def put(path: Path, data: bytes) -> None:
    path.unlink(missing_ok=True)  # the good release's file under another name
    path.write_bytes(data)


def first_feature(whole: dict, what: dict | None) -> None:
    feature = whole["features"].pop(0)
    if what is not None:
        properties = feature["properties"] | what.get("properties", {})
        whole["features"].insert(0, feature | what | {"properties": properties})


def member(whole: dict, what: dict) -> None:
    features = whole.pop("features")
    whole |= what
    whole["features"] = features


def swap_axes(whole: dict, _what) -> None:
    for feature in whole["features"]:
        feature["geometry"]["coordinates"].reverse()


def in_sqlite(folder: Path, told: dict) -> None:
    for name, sql in told.items():
        put(folder / name, (folder / name).read_bytes())
        with closing(sqlite3.connect(folder / name)) as file:
            file.executescript(sql)


def licence(folder: Path, told: dict) -> None:
    package = orjson.loads((folder / "datapackage.json").read_bytes())
    package.pop("seal")  # it tells of any alteration: here the licence alone is to be wrong
    for resource in package["resources"]:
        if title := told.get(resource["path"]):
            resource["licenses"] = [{"title": title}]
    put(folder / "datapackage.json", orjson.dumps(package))


CHANGES = {
    "write": lambda folder, told: [put(folder / name, text.encode()) for name, text in told.items()],
    "remove": lambda folder, name: (folder / name).unlink(),
    "copy": lambda folder, told: [put(folder / to, (folder / name).read_bytes()) for name, to in told.items()],
    "first_feature": collection(first_feature),
    "member": collection(member),
    "swap_axes": lambda folder, name: collection(swap_axes)(folder, {name: None}),
    "in_sqlite": in_sqlite,
    "licence": licence,
}


@pytest.mark.parametrize("path", OF_FILES, ids=lambda path: path.stem)
def test_a_check_of_the_files_finds_its_breach_and_no_other_does(path, town, tmp_path):
    work = tmp_path / "release"
    shutil.copytree(town.release, work, copy_function=os.link)
    for change, told in yaml.safe_load(path.read_text("utf-8")).items():
        CHANGES[change](work, told)
    with open_release(town.release) as connection:
        held_to_its_head(path, check_files(work, connection))


def test_a_release_that_lost_a_map_is_told_so(town, tmp_path):
    lost = Path(shutil.copytree(town.release, tmp_path / "release"))
    (lost / "geojson" / "neighbourhoods.geojson").unlink()
    broken = {finding.check: finding.first for finding in verify(lost) if not finding.passed}
    assert "geojson/neighbourhoods.geojson is missing" in broken["file_not_as_published"]
    assert "point_outside_its_area" in broken


def test_a_good_release_passes_and_every_check_has_a_counterexample(town):
    findings = verify(town.release)
    assert [finding for finding in findings if not finding.passed] == []
    of_others = {"stated_need_below_ten", "titles_below_ten"}  # of tables that not every release has
    named = {path.name.split(".")[0] for path in OF_DATABASE + OF_FILES}
    assert {finding.check for finding in findings} == named - of_others
    assert {path.name.split(".")[0] for path in OF_DATABASE} == set(read_checks())
