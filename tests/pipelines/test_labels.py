"""Labels: every code that a release holds has one, each text stands once, and a release carries the list itself."""

import ast
import re
from pathlib import Path

from pipelines.register.labels import coded_columns, explained, label, meaning, read_labels, spaced

ROOT = Path(__file__).parents[2]
SHORT, LONG = 12, 28  # letters from which a whole string, and a part of one, are not alike by chance


# of what the town has none, see test_needs, test_land_titles and test_change
OF_OTHERS = {"stated_need", "stated_need_words", "title_count", "change"}


def test_every_code_of_a_release_has_a_label(town):
    lost = {}
    for (table, column), codes in coded_columns().items():
        if table in OF_OTHERS:
            continue
        found = {
            row[0] for row in town.query(f'select distinct "{column}" from "{table}" where "{column}" is not null')
        }
        if odd := found - set(read_labels()[codes].codes):
            lost[f"{table}.{column}"] = odd
    assert not lost


def test_a_release_carries_the_labels_and_says_which_columns_hold_codes(town):
    rows = town.query('select list, code, label from label order by "list", code')
    assert {(name, code, entry.label) for name, c in read_labels().items() for code, entry in c.codes.items()} <= set(
        rows
    )
    assert ("licence", "ogl3", "Open Government Licence v3.0") in rows
    said = town.query("select table_name, column_name, label_list from column_dictionary where label_list is not null")
    expected = {key: codes for key, codes in coded_columns().items() if key[0] not in OF_OTHERS}
    assert {(table, column): codes for table, column, codes in said} == expected
    ((comment,),) = town.query(
        "select comment from duckdb_columns() where table_name = 'place' and column_name = 'status'"
    )
    assert comment.endswith("(labels of its codes: table method.label, list status)")


def test_no_label_stands_in_code_too():
    """No string of the code is a label or a meaning, and no long one is part of its text."""
    texts = {
        text
        for codes in read_labels().values()
        for code, entry in codes.codes.items()
        for text in (entry.label, entry.meaning)
        if len(text) >= SHORT and text != spaced(code)
    }
    twice = set()
    for path in (path for folder in ("pipelines", "assets_defs", "sql") for path in (ROOT / folder).rglob("*")):
        if path.suffix not in (".py", ".sql"):
            continue
        whole = re.sub(r"\s+", " ", path.read_text("utf-8"))
        found = {text for text in texts if len(text) >= LONG and text in whole}
        if path.suffix == ".py":
            nodes = ast.walk(ast.parse(path.read_text("utf-8")))
            found |= texts & {
                node.value.strip() for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
        twice |= {(path.name, text) for text in found}
    assert not twice


def test_a_code_without_a_label_is_shown_with_spaces():
    assert label("status", "carried_off") == meaning("status", "carried_off") == "carried off"
    assert explained("null_reason", "not_covered") == "not covered: no list that was read covers it"
    assert explained("status", "open") == "open"
