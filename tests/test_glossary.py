"""The glossary: one plain definition a term, in order, found from the README and from the columns that name a term."""

import re
from pathlib import Path

from pipelines.release.contents import read_release_tables

ROOT = Path(__file__).parents[1]
TERMS = dict(re.findall(r"^### (.+)\n(.+)$", (ROOT / "docs" / "glossary.md").read_text("utf-8"), re.M))


def test_terms_stand_once_in_order_with_a_definition_each():
    headings = re.findall(r"^### (.+)$", (ROOT / "docs" / "glossary.md").read_text("utf-8"), re.M)
    assert headings == sorted(set(headings)) == list(TERMS)
    assert 25 <= len(headings) <= 45
    assert all(text.endswith(".") and text.count(". ") <= 2 and len(text) < 320 for text in TERMS.values())


def test_every_term_a_column_names_is_defined():
    named = {c.term for table in read_release_tables().values() for c in table.columns.values() if c.term}
    assert named <= set(TERMS)
    assert len(named) >= 20


def test_the_readme_links_it():
    assert "(docs/glossary.md)" in (ROOT / "README.md").read_text("utf-8")


def test_comments_of_columns_name_their_term(town):
    ((comment,),) = town.query(
        "select comment from duckdb_columns() where table_name = 'index_score' and column_name = 'evidence_grade'"
    )
    assert comment.endswith("(glossary: evidence grade)")
    assert set(town.query("select distinct term from column_dictionary where term is not null")) >= {
        ("scope",),
        ("gap",),
    }
