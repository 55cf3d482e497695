"""Reading definitions: the line and the key of what is wrong, whatever is wrong."""

import pytest

from geodata.geography import Geography, read_geographies
from geodata.records import DefinitionError, Record, parse_yaml, read_record, validate


class Leaf(Record):
    n: int


class Tree(Record):
    title: str
    leaves: dict[str, Leaf] = {}
    row: list[int] = []


def test_every_key_has_its_line():
    _, lines = parse_yaml("title: t\nleaves:\n  a:\n    n: 1\n  b: {n: 2}\nrow:\n  - 1\n  - 2\n", "f.yml")
    assert lines[("leaves",)] == 2
    assert lines[("leaves", "a", "n")] == 4
    assert lines[("leaves", "b", "n")] == 5
    assert lines[("row", "1")] == 8


def test_a_header_inside_another_file_counts_lines_from_there():
    value, lines = parse_yaml("title: t\nleaves: {a: {n: x}}\n", "f.sql", first_line=11)
    with pytest.raises(DefinitionError, match=r"^f\.sql:12: leaves\.a\.n: Input should be a valid integer"):
        validate(Tree, value, lines, "f.sql", first_line=11)


def test_a_wrong_item_of_a_list_is_told_by_its_own_line(tmp_path):
    path = tmp_path / "t.yml"
    path.write_text("title: t\nrow:\n  - 1\n  - two\n")
    with pytest.raises(DefinitionError, match=r"^t\.yml:4: row\.1: "):
        read_record(Tree, path)


def test_all_wrong_keys_are_told():
    value, lines = parse_yaml("titel: t\nleaves: {a: {m: 1}}\n", "t.yml")
    with pytest.raises(DefinitionError) as error:
        validate(Tree, value, lines, "t.yml")
    told = str(error.value).splitlines()
    assert {line.split(": ")[1] for line in told} == {"title", "titel", "leaves.a.n", "leaves.a.m"}


def test_a_record_does_not_change():
    tree = Tree(title="t")
    with pytest.raises(ValueError, match="frozen"):
        tree.title = "other"


def test_a_set_that_sources_cover_is_the_nation_or_levels():
    town = read_geographies()["sample_town"].model_dump()
    assert Geography.model_validate(town)
    with pytest.raises(ValueError, match=r"covers\.town"):
        Geography.model_validate(town | {"covers": {"town": "all of it"}})
