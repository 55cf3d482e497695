"""The pages for readers: short where strangers begin, whole in their links, and true in what they point to."""

import datetime
import re
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from fixtures.reader_pages import BLOCK, PAGES, ROOT, lines

from geodata.geography import read_geographies
from pipelines.commands.doc_parts import due, parts
from pipelines.register.register import read_register

ALL = [*PAGES, ROOT / "pipelines" / "definitions" / "score_your_own.md", ROOT / "geodata" / "sample" / "README.md"]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FOLDERS = "assets_defs|docs|geodata|pipelines|sql|tests"


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as a reader on the web finds them."""
    headings = re.findall(r"^#+ (.+)$", BLOCK.sub("", page.read_text("utf-8")), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links() -> list[tuple[Path, str]]:
    """Every link of every page that leads to a file of the project."""
    found = [(page, link) for page in ALL for link in LINK.findall(BLOCK.sub("", page.read_text("utf-8")))]
    return [(page, link) for page, link in found if "://" not in link]


def target(page: Path, link: str) -> Path:
    """The file a link leads to."""
    return (page.parent / unquote(link.split("#")[0])).resolve() if not link.startswith("#") else page


def test_a_stranger_finishes_the_readme():
    text = (ROOT / "README.md").read_bytes()
    assert len(text) < 12_000
    assert text.count(b"![") == 1


def test_every_link_leads_to_a_file_and_to_a_heading_of_it():
    assert len(links()) > 100
    broken = [f"{page.name}: {link}" for page, link in links() if not target(page, link).exists()]
    broken += [
        f"{page.name}: {link}"
        for page, link in links()
        if "#" in link and (to := target(page, link)).suffix == ".md" and link.split("#")[1] not in anchors(to)
    ]
    assert broken == []


def test_every_page_is_found_from_the_index():
    index = {target(page, link) for page, link in links() if page == ROOT / "docs" / "README.md"}
    assert set(PAGES) - index == {ROOT / "docs" / "README.md"}


def test_every_file_that_a_page_names_is_there():
    named = [
        (page.name, name)
        for page in ALL
        for name in re.findall(rf"`((?:{FOLDERS})/[\w./-]+)`", page.read_text("utf-8"))
    ]
    assert len(named) > 30
    assert [f"{page}: {name}" for page, name in named if not (ROOT / name).exists()] == []


def test_every_target_of_make_that_a_page_names_is_there():
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M)
    named = {line.split()[1] for _, line in lines() if line.startswith("make ")} - {".venv/.ready"}
    named |= {name for page in ALL for name in re.findall(r"`make (\w+)[^`]*`", page.read_text("utf-8"))}
    assert {"run", "test", "bench", "docs"} <= named <= set(targets)


def test_the_citation_is_of_this_project_in_the_format_of_1_2():
    told = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert {"cff-version", "message", "title", "authors"} <= set(told)
    assert set(told) <= {"cff-version", "message", "title", "abstract", "type", "authors", "version", "license", "keywords"}  # fmt: skip
    assert (told["cff-version"], told["version"], told["license"]) == ("1.2.0", project["version"], "MIT")
    assert told["authors"] == [{"name": "Common Ground contributors"}]
    assert "Common Ground contributors" in (ROOT / "LICENSE").read_text("utf-8")


@pytest.mark.parametrize(
    ("cadence", "vintage", "next_expected", "expected"),
    [
        ("yearly", datetime.date(2024, 12, 31), None, "2025-12"),
        ("quarterly", datetime.date(2023, 11, 30), None, "2024-02"),
        ("monthly", datetime.date(2024, 1, 31), None, "2024-02"),
        ("yearly", datetime.date(2024, 12, 31), datetime.date(2026, 3, 1), "2026-03-01"),
        ("once", datetime.date(2024, 12, 31), None, None),
        ("yearly", None, None, None),
    ],
)
def test_an_edition_is_due_by_its_publisher_or_its_cadence(cadence, vintage, next_expected, expected):
    source = read_register(read_geographies()["england_lsoa21"]).sources["gla_libraries_2022"]
    changed = {"cadence": cadence, "vintage": vintage, "next_expected": next_expected}
    assert due(source.model_copy(update=changed)) == expected


def test_the_calendar_has_every_source_once_and_the_next_first():
    register = read_register(read_geographies()["england_lsoa21"])
    told = parts(register)["calendar"]
    named = re.findall(r"`(\w+)`", told)
    assert sorted(named) == sorted(register.sources)
    days = re.findall(r"^\| (\d{4}-\S+) \|", told, re.M)
    assert days == sorted(days)
    assert len(days) > 5
