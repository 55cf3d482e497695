"""DIR/licences.yml: an operator's decision about a licence is held to the licences, applied, and shown in the release."""

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from fixtures.making import CLEARED, DECIDED, UNREAD, refresh_town

from geodata.records import DefinitionError
from pipelines.commands.cli import main
from pipelines.core.settings import Settings
from pipelines.register.workspace import open_workspace
from pipelines.release.inputs import release_step
from pipelines.release.verify import verify

FOLDER = Path(__file__).parent.parent / "counterexamples" / "licences"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yml")), ids=lambda path: path.stem)
def test_a_wrong_decision_is_told_by_line_and_key(path, tmp_path):
    shutil.copy(path, tmp_path / "licences.yml")
    expected = re.match("# expect: (.+)", path.read_text("utf-8"))[1]
    with pytest.raises(DefinitionError) as told:
        _ = open_workspace(Settings(data=tmp_path)).register
    assert str(told.value).startswith(expected)
    assert len(str(told.value).splitlines()) == 1


def test_a_wrong_file_ends_a_refresh_before_anything_is_fetched(tmp_path, clean_environment):
    (tmp_path / "licences.yml").write_bytes(b"coops_uk_2023: {publish: rows\xff")
    ran = CliRunner().invoke(main, ["refresh", "--data", str(tmp_path)])
    assert ran.exit_code == 1
    assert "licences.yml:1: not UTF-8 text" in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["licences.yml"]


def test_decisions_are_applied_and_make_the_release_new(tmp_path):
    before = open_workspace(Settings(data=tmp_path))
    assert before.register.sources[CLEARED].publish == "aggregates"
    (tmp_path / "licences.yml").write_text(DECIDED)
    after = open_workspace(Settings(data=tmp_path))
    assert (after.register.sources[CLEARED].publish, after.register.sources[CLEARED].licence) == ("rows", "ogl3")
    assert after.register.sources[UNREAD].publish == "nothing"
    assert release_step(before).definition["register"] != release_step(after).definition["register"]
    (tmp_path / "licences.yml").write_text(DECIDED.replace("by letter", "by another letter"))
    other = open_workspace(Settings(data=tmp_path))
    assert release_step(other).definition["register"] != release_step(after).definition["register"]


def test_the_release_shows_who_settled_what(town, decided):
    shown = "select source, publish, licence_key, licence_settled_by, licence_settled_on::text, licence_settled_note from source where licence_settled_on is not null order by 1"
    assert decided.query(shown) == [
        (CLEARED, "rows", "ogl3", "Co-operatives UK, data team", "2026-11-20", "by letter"),
        (UNREAD, "nothing", "ogl3", "Greater London Authority", "2026-11-21", None),
    ]
    assert town.query(shown) == []
    assert "Licences settled by" in (decided.release / "REPORT.md").read_text("utf-8")
    assert len(decided.versions) == len(town.versions) + 1
    assert [finding.check for finding in verify(decided.release) if not finding.passed] == []


def test_of_what_may_not_be_published_nothing_is_and_nobody_is_warned(town, decided):
    for sql in ("place_record where source = ?", "place where name_source = ?"):
        assert town.query(f"select count(*) > 0 from {sql}", UNREAD) == [(True,)]
        assert decided.query(f"select count(*) from {sql}", UNREAD) == [(0,)]
    assert decided.query("select state from snapshot where source = ?", UNREAD) == [("unavailable",)]
    assert not any(line.startswith("warning") and UNREAD in line for line in decided.outcome.lines)


def test_a_refresh_that_finds_the_same_decisions_makes_nothing(decided, tmp_path):
    data = shutil.copytree(decided.data, tmp_path / "data", symlinks=True)
    assert any(line.startswith("nothing new") for line in refresh_town(data).outcome.lines)
