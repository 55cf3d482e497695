"""README.md and docs/ keep their word: fresh, complete, and every query and command on them works."""

import fnmatch
import re
import shlex
import shutil
import subprocess

import click
import duckdb
import pytest
from click.testing import CliRunner
from fixtures import reader_pages

from pipelines.commands import docs
from pipelines.commands.cli import main as commands
from pipelines.commands.dependencies import WHY, dependencies
from pipelines.commands.doc_parts import parts
from pipelines.core.problem import Problem
from pipelines.register.register import DEFINITIONS
from pipelines.release.pages.listing import FILES
from pipelines.release.schemas import named
from pipelines.scoring.definition import read_index

SQL = list(reader_pages.blocks("sql"))
PLAYED = [page for page in reader_pages.PAGES if any(True for _ in reader_pages.blocks("python", [page]))]
TOLD = [
    line.removeprefix(".venv/bin/")
    for _, line in reader_pages.lines()
    if re.match(r"(\.venv/bin/)?commonground ", line)
]
ASKS = [  # of these, what only reads a release, and names one that tests have
    line
    for line in TOLD
    if re.match(r"commonground (profile|place|select|diff) \S", line)
    and not re.search(r"\b(AREA|NAME|OLD|NEW)\b|--data london|--exact", line)
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


@pytest.fixture
def desk(tmp_path, monkeypatch, town):
    """A folder to try the pages in, with the sample town as `data`."""
    (tmp_path / "data").symlink_to(town.data)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_generated_parts_are_fresh():
    made = parts()
    texts = {page.relative_to(docs.ROOT).as_posix(): page.read_text("utf-8") for page in docs.pages(docs.ROOT)}
    stale = {name: docs.refreshed(text, made, name)[1] for name, text in texts.items()}
    assert {name: of for name, of in stale.items() if of} == {}, "run `make docs`"
    assert set().union(*map(docs.named, texts.values())) == set(made)


def test_a_stale_part_is_named_and_mended():
    text = "a\n<!-- generated: one -->\nold\n<!-- end -->\nb\n<!-- generated: two -->\nfine\n<!-- end -->\n"
    fresh, stale = docs.refreshed(text, {"one": "new", "two": "fine"}, "page.md")
    assert stale == ["one"]
    assert fresh == text.replace("old", "new")


def test_a_part_that_nothing_makes_is_refused():
    with pytest.raises(Problem, match=r"page\.md.*\(one\)"):
        docs.refreshed("<!-- generated: one -->\n<!-- end -->\n", {"two": ""}, "page.md")


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of the pages for `make docs` to work on."""
    for page in docs.pages(docs.ROOT):
        copy = tmp_path / page.relative_to(docs.ROOT)
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(page, copy)
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    return tmp_path


def test_check_exits_1_naming_the_stale_part(copied):
    stale = copied / "docs" / "indicators.md"
    text = stale.read_text("utf-8")
    stale.write_text(text.replace("| `bad_health_pct` |", "| `good_health_pct` |"), "utf-8")
    checked = CliRunner().invoke(docs.main, ["--check"])
    assert checked.exit_code == 1
    assert "docs/indicators.md: indicators" in checked.output
    assert "good_health_pct" in stale.read_text("utf-8"), "--check writes nothing"
    assert CliRunner().invoke(docs.main).exit_code == 0
    assert stale.read_text("utf-8") == text


def test_a_part_that_no_page_holds_is_told(copied):
    (copied / "docs" / "indicators.md").unlink()
    ran = CliRunner().invoke(docs.main, ["--check"])
    assert isinstance(ran.exception, Problem)
    assert "indicators" in str(ran.exception)


@pytest.mark.parametrize("name", commands.commands)
def test_every_command_is_mentioned(name):
    assert any(line.startswith(f"commonground {name}") for line in TOLD)


@pytest.mark.parametrize("line", dict.fromkeys(TOLD))
def test_every_command_line_fits_its_command(line):
    name, *arguments = shlex.split(line)[1:]
    command = commands.commands[name]
    known = {option for parameter in command.params for option in parameter.opts if isinstance(parameter, click.Option)}
    assert {word for word in arguments if word.startswith("--")} <= known


@pytest.mark.parametrize("line", dict.fromkeys(ASKS))
def test_every_question_asked_of_a_release_by_command_is_answered(line, desk, town_twice, clean_environment):
    (desk / "two_dates").symlink_to(town_twice[0].data)
    if "--choice" in line:
        made = next(other for other in ASKS if "--out" in other)
        assert CliRunner().invoke(commands, shlex.split(made)[1:]).exit_code == 0
    ran = CliRunner().invoke(commands, shlex.split(line)[1:])
    assert ran.exit_code == 0, ran.output
    assert ran.output.strip()


@pytest.mark.parametrize("name", dependencies())
def test_every_direct_dependency_says_why_it_is_there(name):
    assert WHY.get(name)


def test_no_reason_is_kept_for_what_is_no_longer_a_dependency():
    assert set(WHY) == set(dependencies())


def test_there_are_enough_questions():
    assert len(SQL) >= 5


@pytest.mark.parametrize("block", SQL, ids=str)
def test_every_query_finds_rows(readme_release, block):
    with duckdb.connect(str(readme_release / "commonground.duckdb"), read_only=True) as connection:
        assert connection.execute(block.code).fetchall()


def test_an_area_without_a_score_is_told_of_members_of_the_index_alone(readme_release):
    text = (docs.ROOT / "docs" / "questions.md").read_text("utf-8")
    (sql,) = re.findall(r"no score\?.*?^```sql\n(.*?)^```", text, re.S | re.M)
    with duckdb.connect(str(readme_release / "commonground.duckdb"), read_only=True) as connection:
        named = {(row[1], row[3]) for row in connection.execute(sql).fetchall()}
    assert named
    assert named - INSIDE == set()


@pytest.mark.parametrize("page", PLAYED, ids=lambda page: page.name)
def test_every_page_prints_what_it_shows(page, desk):
    shown = [(block.code, text) for block, text in reader_pages.printed(page, desk) if block.told is not None]
    assert len(shown) >= 3
    told = {block.code: block.told for block in reader_pages.blocks(pages=[page])}
    assert [(code, told[code]) for code, _ in shown] == shown, "run `python -m fixtures.reader_pages DIR` in tests/"


def test_the_lines_of_r_find_what_python_finds(desk):
    (block,) = reader_pages.blocks("r")
    if not shutil.which("Rscript"):
        pytest.skip("Rscript is not on the PATH, so the lines of R in docs/analysts.md were not run")
    has = ["Rscript", "-e", "quit(status = !all(sapply(c('DBI', 'duckdb'), requireNamespace, quietly = TRUE)))"]
    if subprocess.run(has, capture_output=True).returncode:
        pytest.skip("R has no DBI or duckdb, so the lines of R in docs/analysts.md were not run")
    ran = subprocess.run(["Rscript", "-e", block.code], capture_output=True, text=True, timeout=120)
    far = re.search(r"areas of greatest hardship, (\d+) have", (docs.ROOT / block.page).read_text("utf-8"))[1]
    assert ran.stdout.split() == ["[1]", far], ran.stderr


def test_files_are_those_of_a_release(readme_release):
    found = {p.relative_to(readme_release).as_posix() for p in readme_release.rglob("*") if p.is_file()}
    matches = {pattern: set(fnmatch.filter(found, pattern)) for pattern in FILES}
    assert [pattern for pattern, files in matches.items() if not files] == []
    assert found - set().union(*matches.values()) == set()


def test_tables_are_those_of_a_release(readme_release):
    part = parts()["tables"]
    with duckdb.connect(str(readme_release / "commonground.duckdb"), read_only=True) as connection:
        sql = "select distinct schema_name, table_name from duckdb_columns() where not internal"
        found = {named(*row) for row in connection.execute(sql).fetchall()}
    # of what the sample town's first release has none: needs, titles, a release before it
    of_others = {"why.stated_need", "why.stated_need_words", "why.title_count", "change"}
    assert set(re.findall(r"^\| \[?`([\w.]+)`", part, re.M)) == found | of_others


def tracked():
    """Every text file of the project, tracked or about to be; skips outside a checkout."""
    if not shutil.which("git") or not (docs.ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=docs.ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    for path in (docs.ROOT / name for name in names if name):
        if path.is_file() and b"\0" not in (content := path.read_bytes()):
            yield path.relative_to(docs.ROOT).as_posix(), content.decode("utf-8", "replace")


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
