"""needs.csv: a bad line is refused by number and nothing is applied; a need stands beside the measured gap, and is weighed
nowhere; what fewer than ten are counted for is told by the words of those that allow it, and by nothing else."""

import datetime
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from fixtures.making import Town, refresh_town

from pipelines.answers.area.profile import profile
from pipelines.answers.area.profile_text import text_of
from pipelines.answers.latest import open_latest
from pipelines.answers.lookup import look_up
from pipelines.commands.cli import main
from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.ownership.needs import FILE, read
from pipelines.register.labels import coded_columns, read_labels
from pipelines.register.of_a_person import of_a_person
from pipelines.register.workspace import open_workspace

ROOT = Path(__file__).parents[2]
HEAD = "area,kind,words,kind_of_body,consent,date\n"
GOOD = "S99000001,library,We need somewhere warm to study.,youth_group,words,2026-03-01"
POSTCODE = r"([A-Z]{1,2}\d[A-Z\d]?)(\d[A-Z]{2})"


@pytest.fixture
def reading(town, tmp_path):
    """`reading(text)`: the needs of a DIR with that file."""

    def of(text: str | bytes):
        (tmp_path / FILE).write_bytes(text if isinstance(text, bytes) else text.encode())
        workspace = town.workspace()
        return read(tmp_path, workspace.geography, workspace.register.taxonomy)

    return of


TO_COME = "2999-12-31"
BAD = {
    "Samplebridge,library,A hall,charity,words,2026-03-01": "no code of a small area",
    "E01000001,library,A hall,charity,words,2026-03-01": "no code of a small area",
    "S99800001,library,A hall,charity,words,2026-03-01": "no code of a small area",
    "S99000001,bookshop,A shop,charity,words,2026-03-01": "'bookshop' is not one of",
    "S99000001,public_brownfield_site,A site,charity,words,2026-03-01": "is not one of",
    "S99000001,community_run_library,A library,charity,words,2026-03-01": "is not one of",
    "S99000001,cooperative,A shop,charity,words,2026-03-01": "is not one of",
    "S99000001,library,A hall,resident,words,2026-03-01": "stated by a body, never by a person",
    "S99000001,library,A hall,,words,2026-03-01": "stated by a body",
    "S99000001,library,A hall,charity,yes,2026-03-01": "did not consent to stays out",
    "S99000001,library,A hall,charity,,2026-03-01": "did not consent to stays out",
    "S99000001,library,,charity,words,2026-03-01": "words must be given where consent is words",
    "S99000001,other,,charity,count,2026-03-01": "words must be given where kind is other",
    "S99000001,library,A hall,charity,words,1 March 2026": "'1 March 2026' is not a date",
    "S99000001,library,A hall,charity,words,2026-02-30": "'2026-02-30' is not a date",
    "S99000001,library,A hall,charity,words,1999-12-31": "not a day from 2000 to today",
    f"S99000001,library,A hall,charity,words,{TO_COME}": "not a day from 2000 to today",
    "S99000001,library,=HYPERLINK(1),charity,words,2026-03-01": "no markup and no formula",
    "S99000001,library,<b>A hall</b>,charity,words,2026-03-01": "no markup and no formula",
    f"S99000001,library,{'a hall ' * 90},charity,words,2026-03-01": "at most 500 characters",
    "S99000001,library,Ring 020 7946 0000,charity,words,2026-03-01": "e-mail address or telephone number",
    "S99000001,library,Ring 020 7946 0000,charity,count,2026-03-01": "e-mail address or telephone number",
    "S99000001,library,Write to jo@example.org,charity,words,2026-03-01": "e-mail address or telephone number",
    "S99000001,library,Ask for Jane on Tuesdays,charity,words,2026-03-01": "name of a person",
    "S99000001,library,I need somewhere to go,charity,words,2026-03-01": "words of one person",
    "S99000001,library,We meet at 12 Acacia Road,charity,words,2026-03-01": "address or postcode",
    "S99000001,library,Something near ZZ1 1AA,charity,words,2026-03-01": "address or postcode",
    "S99000001,library,A hall,charity,words": "5 cells, where 6 are needed",
    "S99000001,library,A hall, warm,charity,words,2026-03-01": "7 cells, where 6 are needed",
    GOOD: "says the same as line 2",
}


@pytest.mark.parametrize(("line", "told"), BAD.items(), ids=range(len(BAD)))
def test_a_bad_line_is_refused_by_its_number(reading, line, told):
    with pytest.raises(Problem) as problem:
        reading(f"{HEAD}{GOOD}\n\n{line}\n")
    assert str(problem.value).startswith(f"{FILE}: line 4: ")
    assert told in str(problem.value)
    assert "no need is applied" in str(problem.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("area,kind\n", "line 1: the headings are area, kind"),
        ("", "line 1: the headings are missing"),
        (HEAD.encode("utf-16"), "line 1: a byte that is not UTF-8 text"),
        (f'{HEAD}S99000001,library,"A hall,charity,words,2026-03-01\n', "cannot be read as CSV"),
    ],
)
def test_a_file_that_is_not_as_it_must_be_is_refused(reading, text, told):
    with pytest.raises(Problem) as problem:
        reading(text)
    assert told in str(problem.value)
    assert FILE in str(problem.value)


def test_every_bad_line_is_told_at_once_and_no_more_than_five_in_full(reading):
    with pytest.raises(Problem) as problem:
        reading(HEAD + "nowhere,library,A hall,charity,words,2026-03-01\n" * 8)
    assert [n for n in range(1, 12) if f"line {n}:" in str(problem.value)] == [2, 3, 4, 5, 6]
    assert "3 more lines" in str(problem.value)


def test_good_lines_are_read_and_words_are_kept_only_where_the_body_allows_it(reading):
    counted = "S99600002,community_centre,What we say is for the council alone,network,count,2026-03-02"
    said, silent = reading("\ufeffArea,Kind,Words,Kind of body,Consent,Date\r\n" + f"{GOOD}\r\n{counted}\r\n")
    assert (said.line, said.level, said.words) == (2, "area", "We need somewhere warm to study.")
    assert (silent.line, silent.level, silent.words) == (3, "authority", None)
    assert reading(HEAD) == ()


COUNTED = "S99000001,library,,charity,count,2026-03-01\n"
OTHERS = "S99000001,library,,school,count,2026-03-01\n"


def test_bodies_that_are_only_counted_may_say_the_same_on_one_day(reading):
    assert len(reading(HEAD + COUNTED * 3 + OTHERS * 2)) == 5


@pytest.mark.parametrize(
    ("text", "line", "first"),
    [
        ((COUNTED * 2 + OTHERS) * 2, 5, 3),  # a file pasted twice
        (COUNTED + OTHERS + COUNTED, 4, 2),
        ("S99000001,library,A hall,charity,count,2026-03-01\n" * 2, 3, 2),  # with its words, though they are not shown
        (f"{GOOD}\n" * 2, 3, 2),
    ],
)
def test_a_copy_is_told_from_another_body(reading, text, line, first):
    with pytest.raises(Problem, match=f"line {line}: says the same as line {first}: "):
        reading(HEAD + text)


def test_a_file_pasted_below_itself_is_refused_by_its_headings(reading):
    with pytest.raises(Problem, match="line 3: 'area' is no code"):
        reading((HEAD + COUNTED) * 2)


def test_the_example_in_the_documents_is_a_good_file(tmp_path):
    (example,) = re.findall(r"^```csv\n(.*?)^```", (ROOT / "docs" / "needs.md").read_text("utf-8"), re.S | re.M)
    (tmp_path / FILE).write_text(example)
    workspace = open_workspace(Settings(data=tmp_path / "data", areas=("Trafford",)))
    assert len(read(tmp_path, workspace.geography, workspace.register.taxonomy)) == 4


@pytest.mark.parametrize(
    "text",
    [
        "We need a hall near John Leigh Park.", "Victoria Park has no toilets.", "George Street is shut.", "Old Trafford needs a library.",
        "The Grade I listed hall could open again.", "Contact the council before 2030.", "St John's Centre is full.", "It closed in 2019.",
        "A hall for 250 people, at £3.50 an hour, 10:30 to 12:00.", "The library in Mark Lane Square.",
    ],
)  # fmt: skip
def test_words_about_places_are_nobodys_own(text):
    assert of_a_person(text, POSTCODE) is None


@pytest.mark.parametrize(
    "text",
    [
        "Mrs Patel runs it", "Cllr. Jones promised one", "speak to Amina", "Contact: Sam", "Jane Smith wants it", "my mother cannot walk", "My hall", "tell me",
        "find us at @thehall", "07700 900123", "+44 (0)20 7946 0000", "a.b@c.example", "Flat 3, 12 Old Mill Lane", "number 7 Rose Court", "M33 7ZF", "m337zf",
    ],
)  # fmt: skip
def test_words_that_name_or_reach_somebody_are_found(text):
    assert of_a_person(text, POSTCODE)


# ---- in a release


def copied(town: Town, folder) -> Town:
    shutil.copytree(town.data, folder, symlinks=True)
    return replace(town, data=folder, settings=replace(town.settings, data=folder))


@pytest.fixture(scope="module")
def stated(town, tmp_path_factory) -> Town:
    """The town with needs of every sort: put into words, counted by few, counted by many, of something else."""
    work = copied(town, tmp_path_factory.mktemp("stated") / "data")
    one = lambda gap, n=0: work.query(f"select area_code from neighbourhood_reach where kind = 'library' and gap = '{gap}' order by 1 offset {n} limit 1")[0][0]  # noqa: E731  # fmt: skip
    beyond, within, silent = one("beyond"), one("within"), one("beyond", 1)
    few = [f"{silent},library,,charity,count,2026-01-0{n}" for n in range(1, 10)]
    left = [f"{within},library,,charity,count,2026-01-0{n}" for n in range(1, 10)]
    same = ["S99600001,library,,charity,count,2026-01-11"] * 11
    many = [f"S99600002,library,,charity,count,2026-01-{n}" for n in range(10, 20)]
    lines = [
        f"{beyond},library,There is nowhere to read.,residents_group,words,2026-02-01",
        f"{within},library,Ours shuts at four.,school,words,2026-02-02",
        f"{within},library,Nothing for the youngest.,charity,words,2026-02-03",
        f"{silent},other,A workshop with tools to borrow.,network,words,2026-02-04",
        *few,
        *many,
        *left,
        *same,
        "S99600001,library,Each town needs one.,charity,words,2026-02-05",
    ]
    (work.data / FILE).write_text(HEAD + "\n".join(lines) + "\n")
    after = refresh_town(work.data)
    assert after.versions[-1] != town.versions[-1]
    (after.data / "codes.json").write_text(json.dumps([beyond, within, silent]))
    return after


def codes(stated: Town) -> list[str]:
    return json.loads((stated.data / "codes.json").read_text())


def test_a_need_stands_beside_the_gap_and_where_the_two_disagree_it_says_so(stated):
    beyond, within, silent = codes(stated)
    rows = stated.query("select area_code, kind, is_stated, n_statements, measured, agreement from stated_need where kind = 'library' or area_code = $1", silent)  # fmt: skip
    told = {(row[0], row[1]): row[2:] for row in rows}
    assert told[beyond, "library"] == (True, None, "gap", "both")
    assert told[within, "library"] == (True, None, "none", "stated_only")
    assert told[silent, "other"] == (True, None, "not_measured", "not_comparable")
    assert told["S99600002", "library"][:2] == (True, 10)
    assert told["S99600001", "library"][:2] == (True, 12), "eleven equal lines are eleven statements"


def test_what_fewer_than_ten_are_counted_for_is_as_if_nobody_had_stated_it(stated):
    _, _, silent = codes(stated)
    row = stated.query("select is_stated, n_statements, measured, agreement from stated_need where area_code = $1 and kind = 'library'", silent)  # fmt: skip
    assert row == [(False, None, "gap", "measured_only")]
    assert stated.query("select min(n_statements) from stated_need") == [(10,)], "nor eleven, of which two are in words"
    for path in [p for p in stated.release.rglob("*") if p.is_file() and p.suffix in (".json", ".md", ".html", ".csv")]:
        assert "2026-01-0" not in path.read_text("utf-8", "replace"), path


def test_every_code_has_a_label(stated):
    for (table, column), codes in coded_columns().items():
        if table.startswith("stated_need"):
            told = {row[0] for row in stated.query(f'select distinct "{column}" from "{table}"')}
            assert told <= set(read_labels()[codes].codes), column


def test_words_are_those_that_bodies_allow_to_be_shown(stated):
    rows = stated.query("select words, body_kind, stated_on from stated_need_words order by line")
    assert rows[0] == ("There is nowhere to read.", "residents_group", datetime.date(2026, 2, 1))
    assert len(rows) == 5


def test_it_is_weighed_nowhere(town, stated):
    scores = "select * exclude (place_id) from (select 0 as place_id, * from {} order by all)"
    for table in ("index_score", "domain_score", "indicator_value", "typology"):
        assert stated.frame(scores.format(table)).equals(town.frame(scores.format(table))), table


def test_it_is_an_input_that_the_release_names(town, stated):
    package = lambda of: json.loads((of.release / "datapackage.json").read_text("utf-8"))  # noqa: E731
    assert package(stated)["stated_needs"]["path"] == FILE
    assert stated.query("select needs_sha256 from release") == [(package(stated)["stated_needs"]["sha256"],)]
    assert "stated_needs" not in package(town)
    assert town.query("select needs_sha256 from release") == [("",)]
    held = town.query("select tables from release")[0][0].split(", ")
    assert not {"why.stated_need", "why.stated_need_words"} & set(held), "absent, never empty"


def test_the_profile_tells_needs_of_the_area_and_of_what_it_lies_in(stated):
    _, within, _ = codes(stated)
    with open_latest(stated.data) as connection:
        sheet = profile(connection, look_up(connection, within))
        other = profile(connection, look_up(connection, "Northbank"))
    (need,) = [row for row in sheet["stated_needs"] if row["area_code"] == within and row["is_stated"]]
    assert [said["words"] for said in need["words"]] == ["Nothing for the youngest.", "Ours shuts at four."]
    text = " ".join(text_of(sheet).split())
    assert "stated, where no gap is measured" in text
    assert '"Ours shuts at four." - a school or college, 2 February 2026' in text
    assert "; 10 statements" in " ".join(text_of(other).split())


def test_the_sheet_of_a_place_tells_what_is_needed_of_its_kind(stated):
    (library,) = stated.query("select place_id from place join neighbourhood using (area_code) where kind = 'library' and authority_code = 'S99600002' and status = 'open' order by 1 limit 1")[0]  # fmt: skip
    done = CliRunner().invoke(main, ["place", library, "--data", str(stated.data)])
    assert "WHAT COMMUNITIES SAY THEY NEED" in done.stdout
    assert "Library, Northbank (authority)" in done.stdout


def test_a_refresh_refuses_a_bad_file_and_leaves_the_release(stated, clean_environment):
    whole = (stated.data / FILE).read_text()
    before = (stated.release / "datapackage.json").read_bytes()
    for line, told in (
        ("S99000001,library,Ask for Jane,charity,words,2026-03-01", "line 46: words may hold no name of a person"),
        ("S99099999,library,A hall,charity,words,2026-03-01", "line 46: S99099999 is no area of this release"),
    ):
        (stated.data / FILE).write_text(f"{whole}{line}\n")
        result = CliRunner().invoke(main, ["refresh", "--quiet", "--data", str(stated.data)])
        assert result.exit_code == 1, result.output
        assert told in result.output
        assert "Traceback" not in result.output
        assert (stated.release / "datapackage.json").read_bytes() == before
    (stated.data / FILE).write_text(whole)
