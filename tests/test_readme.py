"""README.md keeps its word: fresh, complete, and every query and command on it works."""

import fnmatch
import re
import shlex
import shutil
import subprocess

import click
import duckdb
import pytest
from click.testing import CliRunner

from pipelines.commands import docs as readme
from pipelines.commands.cli import main as commands
from pipelines.core.problem import Problem
from pipelines.register.register import DEFINITIONS
from pipelines.release.schemas import named
from pipelines.scoring.definition import read_index

TEXT = readme.README.read_text("utf-8")
SQL = re.findall(r"^```sql\n(.*?)^```", TEXT, re.S | re.M)
PYTHON = re.findall(r"^```python\n(.*?)^```", TEXT, re.S | re.M)
SHELL = re.findall(r"^```sh\n(.*?)^```", TEXT, re.S | re.M)
INLINE = re.findall(r"`(commonground [^`\n]+)`", TEXT)
TOLD = [
    line.removeprefix(".venv/bin/")
    for line in [*INLINE, *"".join(SHELL).splitlines()]
    if re.match(r"(\.venv/bin/)?commonground ", line)
]

INSIDE = {  # (index, member) of every domain that makes the index, without those that stand beside it
    (index.stem, name)
    for index in map(read_index, (DEFINITIONS / "indices").glob("*.yml"))
    for domain, name, _ in index.members
    if domain in index.parts
}


@pytest.fixture(scope="session")
def readme_release(town):
    """The sample town's latest release, in a folder `data` as a first run puts it."""
    assert town.outcome.exit_code == 0
    assert town.data.name == "data"
    return town.data / "releases" / "latest"


def test_generated_parts_are_fresh():
    assert readme.refreshed(TEXT, readme.parts())[1] == [], "run `make docs`"


def test_a_stale_part_is_named_and_mended():
    text = "a\n<!-- generated: one -->\nold\n<!-- end -->\nb\n<!-- generated: two -->\nfine\n<!-- end -->\n"
    fresh, stale = readme.refreshed(text, {"one": "new", "two": "fine"})
    assert stale == ["one"]
    assert fresh == text.replace("old", "new")


@pytest.mark.parametrize("made", [{}, {"one": "", "two": ""}])
def test_a_part_that_only_one_side_knows_is_refused(made):
    with pytest.raises(Problem, match="generated parts"):
        readme.refreshed("<!-- generated: one -->\n<!-- end -->\n", made)


def test_check_exits_1_naming_the_stale_part(tmp_path, monkeypatch):
    stale = tmp_path / "README.md"
    stale.write_text(TEXT.replace("| `click` |", "| `clack` |"), "utf-8")
    monkeypatch.setattr(readme, "README", stale)
    checked = CliRunner().invoke(readme.main, ["--check"])
    assert checked.exit_code == 1
    assert "dependencies" in checked.output
    assert "clack" in stale.read_text("utf-8"), "--check writes nothing"
    assert CliRunner().invoke(readme.main).exit_code == 0
    assert stale.read_text("utf-8") == TEXT


@pytest.mark.parametrize("name", commands.commands)
def test_every_command_is_mentioned(name):
    assert f"commonground {name}" in TEXT


@pytest.mark.parametrize("line", dict.fromkeys(TOLD))
def test_every_command_line_fits_its_command(line):
    name, *arguments = shlex.split(line)[1:]
    command = commands.commands[name]
    known = {option for parameter in command.params for option in parameter.opts if isinstance(parameter, click.Option)}
    assert {word for word in arguments if word.startswith("--")} <= known


@pytest.mark.parametrize("name", readme.dependencies())
def test_every_direct_dependency_says_why_it_is_there(name):
    assert readme.WHY.get(name)


def test_no_reason_is_kept_for_what_is_no_longer_a_dependency():
    assert set(readme.WHY) == set(readme.dependencies())


def test_there_are_enough_questions():
    assert len(SQL) >= 5


@pytest.mark.parametrize("sql", SQL, ids=lambda sql: sql.split("\n")[0][:40])
def test_every_query_finds_rows(readme_release, sql):
    with duckdb.connect(str(readme_release / "commonground.duckdb"), read_only=True) as connection:
        assert connection.execute(sql).fetchall()


def test_an_area_without_a_score_is_told_of_members_of_the_index_alone(readme_release):
    (sql,) = re.findall(r"no score\?.*?^```sql\n(.*?)^```", TEXT, re.S | re.M)
    with duckdb.connect(str(readme_release / "commonground.duckdb"), read_only=True) as connection:
        named = {(row[1], row[3]) for row in connection.execute(sql).fetchall()}
    assert named
    assert named - INSIDE == set()


@pytest.mark.parametrize("code", PYTHON)
def test_the_python_lines_run(readme_release, monkeypatch, capsys, code):
    monkeypatch.chdir(readme_release.parent.parent.parent)
    exec(code, {})
    assert "S99" in capsys.readouterr().out


def test_files_are_those_of_a_release(readme_release):
    found = {p.relative_to(readme_release).as_posix() for p in readme_release.rglob("*") if p.is_file()}
    matches = {pattern: set(fnmatch.filter(found, pattern)) for pattern in readme.FILES}
    assert [pattern for pattern, files in matches.items() if not files] == []
    assert found - set().union(*matches.values()) == set()


def test_tables_are_those_of_a_release(readme_release):
    part = re.search(r"<!-- generated: tables -->\n(.*?)<!-- end -->", TEXT, re.S)[1]
    with duckdb.connect(str(readme_release / "commonground.duckdb"), read_only=True) as connection:
        sql = "select distinct schema_name, table_name from duckdb_columns() where not internal"
        found = {named(*row) for row in connection.execute(sql).fetchall()}
    of_others = {
        "why.stated_need",
        "why.stated_need_words",
        "why.title_count",
    }  # the sample town has no needs, no titles
    assert set(re.findall(r"^\| `([\w.]+)`", part, re.M)) == found | of_others


def tracked():
    """Every text file of the project, tracked or about to be; skips outside a checkout."""
    if not shutil.which("git") or not (readme.ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=readme.ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    for path in (readme.ROOT / name for name in names if name):
        if path.is_file() and b"\0" not in (content := path.read_bytes()):
            yield path.relative_to(readme.ROOT).as_posix(), content.decode("utf-8", "replace")


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a package index host", r"(?i)py" + r"pi\.(org|python)|python" + r"hosted\.org|--(extra-)?index-url +\S*://"),
        ("a path of one machine", r"(?<![\w.\])}>-])/(?:" + "work|root|home|Users" + r")/\w"),
    ],
)
def test_nothing_names(what, pattern):
    named = [f"{name}: {match[0]}" for name, text in tracked() for match in re.finditer(pattern, text)]
    assert named == [], f"{what} is named"
