"""Words from outside are plain, short and escaped wherever they go: terminal, Markdown, chat, sentences, databases."""

import os
import unicodedata
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt

from assets_defs.step_asset import preview
from pipelines.commands.cli import main
from pipelines.commands.say import say
from pipelines.core.plain_text import LONGEST, chat, markdown, plain, plain_texts, shown, told
from pipelines.core.problem import Problem, as_problem
from pipelines.release.compare import Difference, changes_text

HOSTILE = [
    "![x](http://evil.example/x.png)",
    "[Library](javascript:alert(1))",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "<http://evil.example>",
    "# Heading",
    "a | b | c",
    "`code`",
    "**bold** _and_ ~~gone~~",
    "&lt;b&gt;",
    "[x][y]\n\n[y]: http://evil.example",
    "Quay\x1b[31m\x1b]8;;http://evil.example\x07Library\x1b]8;;\x07",
    "\u202eyrarbiL\u2066\u200b\u2060",
    "x\r\n\r\n# y",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_it_as_it_is(text):
    for around in ("- {}", "| {} |\n|---|\n| b |", "{}"):
        html = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(around.format(markdown(text)))
        for harm in ("<img", "<a ", "<script", "<h1", "<code", "<strong", "<em>", "<s>", "<b>"):
            assert harm not in html, (markdown(text), html)
        assert html.count("<th>") <= 1
        assert all(letter in "\n" or not unicodedata.category(letter).startswith("C") for letter in html)


def test_names_of_sources_and_our_sentences_stay_readable_in_markdown():
    told = "osm_places_london: new content, 1,204 rows before, 1,198 now (St. Mary's; 4-6 High St)"
    assert markdown(told) == told


def test_changes_hold_no_image():
    text = changes_text("1.0.1", "1.0.0", Difference(sources=["x: changed: ![a](http://evil.example/p.png)"]))
    assert "<img" not in MarkdownIt().render(text)


def test_a_preview_of_dagster_holds_no_image(tmp_path):
    pd.DataFrame({"name": ["![x](http://e.example/p)", "a | b"]}).to_parquet(tmp_path / "a.parquet")
    html = MarkdownIt("gfm-like", {"linkify": False}).render(preview(tmp_path / "a.parquet"))
    assert "<img" not in html
    assert html.count("<td>") == 2


@pytest.mark.parametrize("sign", list("=+@-\uff1d\uff0b\uff0d\uff20\ufe66\u2212"))
@pytest.mark.parametrize("before", ["", " ", "'", "\u202e", "\u200b", "\t", "\r", "''", "<b>"])
def test_no_cell_is_a_formula(before, sign):
    text = f"{before}{sign}HYPERLINK(1)"
    assert plain(text) == "HYPERLINK(1)"
    assert plain_texts(pd.Series([text], dtype="str")).tolist() == ["HYPERLINK(1)"]


@pytest.mark.parametrize("text", ["-0.5", "+44", "-", "'Allo 'Allo", "St. John's-by-the-Sea", "3 - 5 High Street"])
def test_what_is_no_formula_stays(text):
    assert plain(text) == text


def test_what_a_terminal_acts_on_is_not_said(capsys):
    say("one\x1b[2J\x1b]0;title\x07\x9b31m\ntwo\u202e\u2066\u200b three\r")
    out = capsys.readouterr().out
    assert out.split("\n")[0].startswith("one [2J")
    assert not [letter for letter in out if letter != "\n" and unicodedata.category(letter) in ("Cc", "Cf")]
    assert shown("a  b\nc\u00a0d 한글") == "a  b\nc\u00a0d 한글"


def test_nobody_is_called_by_an_alert():
    text = chat("<!channel> <@U1> @here [a](http://x.example) <http://x.example|click>\n@everyone")
    assert "<" not in text
    assert "@here" not in text
    assert "](" not in text
    assert "\n" not in text


def test_a_problem_is_one_short_sentence():
    problem = Problem("x\x1b[31m", "quotes 'a\u202eb" + "y" * 100_000 + "'\nand more", "mend it")
    assert len(str(problem)) < 3 * LONGEST
    assert "\n" not in str(problem)
    assert "\x1b" not in str(problem)
    assert "\u202e" not in str(problem)
    assert len(str(as_problem("x", ValueError("z" * 10**6)))) < 3 * LONGEST
    assert len(told("y" * 10**7)) == LONGEST


def foreign(folder: Path, *sqls: str) -> Path:
    """A release folder whose database somebody else made."""
    folder.mkdir()
    config = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    with duckdb.connect(str(folder / "commonground.duckdb"), config=config) as connection:
        for sql in sqls:
            connection.execute(sql)
    return folder


DICTIONARY = "create table column_dictionary (table_name varchar, column_name varchar, data_type varchar, is_run_metadata boolean)"
BAD_NAME = "x\"; attach '/tmp/evil.duckdb' as e; --"


@pytest.mark.parametrize(
    "sqls",
    [
        [DICTIONARY, "insert into column_dictionary values ('{bad}', '{bad}', 'varchar', false)"],
        ["create view column_dictionary as select * from read_csv('{outside}')"],
        ["create view column_dictionary as select content as table_name, 'a' as column_name, 'b' as data_type, false as is_run_metadata from read_text('{outside}')"],
        ["create view column_dictionary as select i::varchar as table_name from range(1000000000000) as t(i)"],
        [DICTIONARY, "create view snapshot as select 'a' as source, 1 as sha256"],
        [DICTIONARY, "create table snapshot as select 1 as nothing"],
        [],
    ],
    ids=["names", "csv", "text", "endless", "types", "columns", "empty"],
)  # fmt: skip
def test_a_foreign_release_is_compared_as_it_is(sqls, tmp_path, monkeypatch):
    monkeypatch.setattr("pipelines.release.compare.PATIENCE_S", 1)
    (tmp_path / "outside.csv").write_text("secret\nsecret\n")
    filled = [sql.format(outside=tmp_path / "outside.csv", bad=BAD_NAME.replace("'", "''")) for sql in sqls]
    folders = [str(foreign(tmp_path / name, *filled)) for name in ("a", "b\x1b[31m")]
    ran = CliRunner().invoke(main, ["diff", *folders])
    assert ran.exit_code == 1
    assert isinstance(ran.exception, SystemExit)
    assert "secret" not in ran.output
    assert "\x1b" not in ran.output
    assert len(ran.stderr.splitlines()) == 1
    assert not Path("/tmp/evil.duckdb").exists()


def test_what_is_no_file_is_no_release(tmp_path):
    (tmp_path / "a").mkdir()
    os.mkfifo(tmp_path / "a" / "commonground.duckdb")
    ran = CliRunner().invoke(main, ["diff", str(tmp_path / "a"), str(tmp_path / "a")])
    assert "there is no release here" in ran.stderr
