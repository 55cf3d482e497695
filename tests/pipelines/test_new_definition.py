"""`commonground score --new`: what it writes loads and scores that very table at once, guesses are marked, nothing is written
over; tables meant to do harm are told in one sentence."""

import io

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.commands.cli import main
from pipelines.core.problem import Problem
from pipelines.indices.any_table import score_file
from pipelines.indices.new_definition import write_definition
from pipelines.scoring.definition import read_index

TABLE = """name,LSOA code,council,bad_health_pct,"Rent, £ a week",flag,same,spare,notes
Ash,E01000001,x,4.5,210,yes,1,,a
Beech,E01000002,x,,190,no,1,,
Cedar,E01000003,y,6.5,250,yes,1,,a
"""


def written(folder, text: str | bytes, name: str = "table.csv"):
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder / name


def new(folder, text: str | bytes, name: str = "table.csv"):
    """The definition written for a table, and the members it has by heading."""
    table = written(folder, text, name)
    write_definition(folder / "new.yml", table)
    index = read_index(folder / "new.yml")
    assert len(score_file(folder / "new.yml", table))
    return index, {member.heading: name for _, name, member in index.members}


def run(*words):
    return CliRunner().invoke(main, ["score", *map(str, words)])


def test_a_definition_scores_the_table_it_was_written_from(tmp_path):
    index, members = new(tmp_path, TABLE)
    assert index.area_column == "LSOA code"
    assert members == {"bad_health_pct": "bad_health_pct", "Rent, £ a week": "rent_a_week"}
    text = (tmp_path / "new.yml").read_text("utf-8")
    assert (
        '# No members: "name" (no numbers), "council" (no numbers), "flag" (no numbers), "same" (every row says the same), "spare" (empty), "notes" (no numbers)'
        in text
    )
    found = score_file(tmp_path / "new.yml", tmp_path / "table.csv")
    assert found["LSOA code"].tolist() == ["E01000001", "E01000002", "E01000003"]
    assert found["rank"].notna().tolist() == [True, False, True]  # of Beech half is known


def test_every_guess_is_marked_and_what_is_known_is_not_called_one(tmp_path):
    new(tmp_path, TABLE)
    lines = (tmp_path / "new.yml").read_text("utf-8").splitlines()
    guessed = ("title:", "shown_as:", "question:", "reference_year:", "normalise:", "area_column:", "members:")
    assert all("GUESS" in line for line in lines if line.strip().startswith(guessed) and "title: All" not in line)
    directions = [line.strip() for line in lines if "direction:" in line]
    assert directions == [
        "direction: higher_is_more_need   # as the indicator of this name in sql/indicators",
        "direction: higher_is_more_need   # GUESS: or higher_is_less_need",
    ]


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("a,b\n1,2\n2,9\n", "a"),
        ("score,place\n1.5,Ash\n2.5,Beech\n", "place"),
        ("region,place,x\nN,Ash,1\nN,Beech,2\n", "place"),
        ("place,code,x\nAsh,7,1\nBeech,8,2\n", "code"),
        ("id,x\n001,1\n01,2\n1,3\n", "id"),
    ],
)
def test_the_column_of_areas_is_guessed(tmp_path, text, area):
    assert new(tmp_path, text)[0].area_column == area


def test_the_command_writes_says_what_it_did_and_never_writes_over(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, TABLE, "my table.csv")
    done = run("--new", "my table.csv")
    assert done.exit_code == 0, done.output
    assert "my table.yml written: areas by 'LSOA code', 2 members" in done.output
    assert "commonground score 'my table.yml' 'my table.csv'" in done.output
    assert run("my table.yml", "my table.csv").exit_code == 0
    before = (tmp_path / "my table.yml").read_bytes()
    for words in (("--new", "my table.csv"), ("--new", "my table.yml", "my table.csv")):
        done = run(*words)
        assert done.exit_code == 2
        assert "is there already" in done.output
    assert (tmp_path / "my table.yml").read_bytes() == before
    (tmp_path / "link.yml").symlink_to(tmp_path / "elsewhere.yml")
    assert run("--new", "link.yml", "my table.csv").exit_code == 2
    assert not (tmp_path / "elsewhere.yml").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--new", "t.csv", "t.csv"), "t.csv: is no name for a definition"),
        (("--new", "nowhere.csv"), "nowhere.csv: is not there"),
        (("--new", "no/such/folder.yml", "t.csv"), "cannot be written"),
        (("--new", "t.yml", "t.csv", "--spread"), "--new: writes a definition and scores nothing"),
        (("--new", "t.yml", "t.csv", "--out", "o.csv"), "--new: writes a definition and scores nothing"),
        (("nowhere.yml", "t.csv"), "nowhere.yml: is not there"),
        (("t.csv",), "t.csv: is given alone"),
    ],
)
def test_a_wrong_question_is_told(tmp_path, monkeypatch, words, told):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, TABLE, "t.csv")
    done = run(*words)
    assert done.exit_code == 2
    assert told in done.output
    assert done.output.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "it is empty"),
        ("a,b\n", "holds no row"),
        ("code,a\nn1,x\nn2,y\n", "has no column of different numbers"),
        ("code,a\nn1,3\nn2,3\n", "has no column of different numbers"),
        ("code,a\nn1,1\nn1,2\n", "has no column of different numbers"),
        ("g,a\nx,1\nx,1\n", "has no column in which every row is another"),
        ("code,a,a\nn1,1,2\nn2,3,4\n", "the heading 'a' stands twice"),
        ("code,a\nn1,1\nTotal,4\nn2,3\n", "row 3, column 'code': 'Total' is a sum or a note"),
        ("code,a\nn1,1,2\n", "line 2 has 3 cells"),
        ("code;a\nn1;1\n", "its heading holds semicolons"),
        (b"code,a\n\xff\xfe,1\n", "is not UTF-8"),
        (b"PK\x03\x04 not a table", "is a file of the form"),
    ],
)
def test_a_table_that_makes_no_definition_is_told_in_one_sentence(tmp_path, text, told):
    with pytest.raises(Problem) as error:
        new(tmp_path, text)
    assert told in str(error.value)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "new.yml").exists()


HOSTILE = [
    "<script>alert(1)</script>",
    "a: b # c",
    "- [x]",
    "{y: &z 1}",
    "'single' and \"double\"",
    "back\\slash \\n",
    "two\nlines: here",
    "\u2028 \x85 \x1b[31m red",
    '=HYPERLINK("http://evil.example")',
    "a/b",
    "null",
    "2011",
    "1e5",
    "!!python/object",
    "구도심 \U0001f600",
    "%",
    "x" * 5_000,
]


def test_headings_of_any_kind_are_read_back_as_they_stand(tmp_path):
    frame = pd.DataFrame({"code": ["n1", "n2"]} | {heading: [k, k + 1.5] for k, heading in enumerate(HOSTILE)})
    text = frame.to_csv(index=False)
    _, members = new(tmp_path, text)
    assert list(members) == [c for c in pd.read_csv(io.StringIO(text, newline="")).columns if c != "code"]
    assert all("/" not in name and len(name) <= 70 for name in members.values())


@pytest.mark.parametrize("heading", HOSTILE)
def test_a_heading_of_any_kind_may_be_that_of_no_member(tmp_path, heading):
    frame = pd.DataFrame({"code": ["n1", "n2"], heading: ["some", "text"], "a": [1, 2]})
    assert list(new(tmp_path, frame.to_csv(index=False))[1]) == ["a"]


def test_a_parquet_file_of_many_kinds_of_column(tmp_path):
    columns = {"code": ["n1", "n2"], "a": [1, 2], "day": pd.to_datetime(["2026-01-01", "2026-01-02"]), "is": [True, False], "list": [[1], [2]]}  # fmt: skip
    pd.DataFrame(columns).to_parquet(tmp_path / "t.parquet")
    write_definition(tmp_path / "new.yml", tmp_path / "t.parquet")
    index = read_index(tmp_path / "new.yml")
    assert [name for _, name, _ in index.members] == ["a"]
    for heading in ("day", "list"):
        (tmp_path / "bad.yml").write_text(
            (tmp_path / "new.yml").read_text().replace('heading: "a"', f'heading: "{heading}"')
        )
        with pytest.raises(Problem, match=f"row 2, column '{heading}': .* is not a number"):
            score_file(tmp_path / "bad.yml", tmp_path / "t.parquet")


headings = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=12)
cells = st.sampled_from(["", "1", "2", "-3.5", "1e400", "x", "NA", "Total", "007"]) | headings


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(cells, min_size=n, max_size=n), min_size=2, max_size=6)))
def test_any_table_gives_a_definition_that_scores_it_or_one_sentence(tmp_path, rows):
    table = tmp_path / "any.csv"
    pd.DataFrame(rows[1:], columns=rows[0]).to_csv(table, index=False)
    (tmp_path / "any.yml").unlink(missing_ok=True)
    try:
        write_definition(tmp_path / "any.yml", table)
    except Problem:
        return
    assert len(score_file(tmp_path / "any.yml", table)) >= 1
