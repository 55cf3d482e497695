"""A new index is one YAML file: the documentation, the method page and what profiles say of it need no code."""

from dataclasses import replace

import pytest

from geodata.geography import read_geographies
from geodata.records import DefinitionError
from pipelines.answers import titles
from pipelines.commands import doc_parts
from pipelines.commands.dependencies import ROOT
from pipelines.register import consistency
from pipelines.register.register import DEFINITIONS, read_register
from pipelines.scoring.definition import read_index

NEW = """title: Warmth
shown_as: Warmth of homes
question: Where are homes coldest?
reads: 0 is warm, 9 is cold
first_rank: the coldest
highest_tenth: the coldest 10 %
column: Cold
reference_year: 2026
normalise: percentile
aggregate: mazziotta_pareto
domains:
  homes:
    title: Homes
    weight: 1
    reason: for the test
    domains:
      cold: {title: Cold rooms, weight: 0.6, reason: r, members: {private_renting_pct: {weight: 1, reason: r}}}
      crowded: {title: Crowded rooms, weight: 0.4, reason: r, members: {overcrowded_households_pct: {weight: 1, reason: r}}}
"""


@pytest.fixture
def register():
    return read_register(read_geographies()[doc_parts.GEOGRAPHY])


@pytest.fixture
def new(tmp_path):
    path = tmp_path / "warmth.yml"
    path.write_text(NEW)
    return read_index(path)


@pytest.fixture
def known(new, monkeypatch):
    every = {path.stem: read_index(path) for path in (DEFINITIONS / "indices").glob("*.yml")} | {"warmth": new}
    monkeypatch.setattr(titles, "_indices", lambda: every)
    return every


def test_the_documentation_tells_of_it(register, new):
    text = doc_parts.parts(replace(register, indices=register.indices | {"warmth": new}))["indices"]
    assert "**Warmth of homes** (`warmth`): Where are homes coldest?" in text
    assert "Cold rooms 60%, Crowded rooms 40%" in text


def test_profiles_say_it_in_its_own_words(known):
    assert titles.index_title("warmth") == "Warmth of homes"
    index = titles.index_of("warmth")
    assert (index.reads, index.first_rank, index.highest_tenth) == (
        "0 is warm, 9 is cold",
        "the coldest",
        "the coldest 10 %",
    )
    listed = titles.listed_indices(["infrastructure_gap", "hardship", "warmth"])
    assert list(listed) == ["hardship", "infrastructure_gap", "warmth"]
    assert listed["warmth"] == "Cold"


def test_two_indices_are_never_both_the_headline(register, new):
    two = replace(register, indices=register.indices | {"warmth": new.model_copy(update={"is_headline": True})})
    with pytest.raises(DefinitionError, match="another index that areas are put in order by"):
        consistency.check(two)


def test_the_code_names_no_index():
    """Names of indices stand in definitions, and nowhere in code that decides by them."""
    names = [path.stem for path in (DEFINITIONS / "indices").glob("*.yml")]
    for folder in ("pipelines", "assets_defs", "sql"):
        for file in (ROOT / folder).rglob("*.*"):
            if file.suffix in (".py", ".sql"):
                text = file.read_text("utf-8")
                assert not [n for n in names if f"'{n}'" in text or f'"{n}"' in text], file
