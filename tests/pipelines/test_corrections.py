"""corrections.csv: a bad line is refused by number and nothing is applied; a good one stands beside the source's value."""

import hashlib
import shutil
from dataclasses import replace

import pytest
from click.testing import CliRunner
from fixtures.making import Town

from pipelines.commands.cli import main
from pipelines.core.problem import Problem
from pipelines.places.corrections import FILE, read

HEAD = "place_or_record,field_or_event,value,reason,evidence,date\n"
WHY = "told by the ward,letter of 3 May,2026-05-03"
PLACE = "p0123456789abcd"


def copied(town: Town, folder) -> Town:
    shutil.copytree(town.data, folder, symlinks=True)
    return replace(town, data=folder, settings=replace(town.settings, data=folder))


@pytest.fixture
def reading(town, tmp_path):
    """`reading(text)`: the corrections of a DIR with that file."""

    def of(text: str | bytes):
        path = tmp_path / FILE
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        workspace = town.workspace()
        return read(tmp_path, workspace.geography, workspace.register.taxonomy)

    return of


GOOD = f"{PLACE},name,The Old Hall,{WHY}"
BAD = {
    "somewhere,name,Hall": "somewhere",
    "p0123,name,Hall": "p0123",
    f"{PLACE},colour,red": "colour",
    f"{PLACE},status,shut": "shut",
    f"{PLACE},owner_kind,my cousin": "my cousin",
    f"{PLACE},run_by,nobody": "nobody",
    f"{PLACE},own_place,yes": "own_place",
    "osm_places_london|node/1,own_place,no": "no",
    f"{PLACE},kind,bookshop": "bookshop",
    f"{PLACE},kind,community_run_library": "community_run_library",
    f"{PLACE},name,=HYPERLINK(1)": "formula",
    f"{PLACE},name,<b>Hall</b>": "markup",
    f"{PLACE},closed,last year": "last year",
    f"{PLACE},closed,2024-13": "2024-13",
    f"{PLACE},closed,2024-02-30": "2024-02-30",
    f"{PLACE},same_place_as,the one next door": "next door",
    f"{PLACE},point,somewhere": "somewhere",
    f'{PLACE},point,"51.5"': "51.5",
    f'{PLACE},point,"1.7 954.8"': "954.8",
    f"{PLACE},name,": "must each be given",
}


@pytest.mark.parametrize(("line", "told"), BAD.items(), ids=range(len(BAD)))
def test_a_bad_line_is_refused_by_its_number(reading, line, told):
    with pytest.raises(Problem) as problem:
        reading(f"{HEAD}{GOOD}\n\n{line},{WHY}\n{GOOD}\n")
    assert "line 4: " in str(problem.value)
    assert "line 2" not in str(problem.value)
    assert told in str(problem.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{HEAD}{PLACE},name,Hall,because\n", "line 2: 4 cells"),
        (f"{HEAD}{PLACE},name,Hall,,letter,2026-05-03\n", "line 2: value, reason and evidence"),
        (f"{HEAD}{PLACE},name,Hall,told,,2026-05-03\n", "line 2: value, reason and evidence"),
        (f"{HEAD}{PLACE},name,Hall,told,letter,3 May 2026\n", "line 2: '3 May 2026' is not a date"),
        (f"{HEAD}{PLACE},name,Hall,told,letter,2026-02-30\n", "line 2: '2026-02-30' is not a date"),
        ("place,name\n", "line 1: the headings are place, name"),
        ("", "line 1: the headings are missing"),
        (HEAD.encode("utf-16"), "line 1: a byte that is not UTF-8 text"),
        (f'{HEAD}{PLACE},name,"Hall,told,letter,2026-05-03\n', "cannot be read as CSV"),
    ],
    ids=range(9),
)  # fmt: skip
def test_a_file_that_is_not_as_it_must_be_is_refused(reading, text, told):
    with pytest.raises(Problem) as problem:
        reading(text)
    assert told in str(problem.value)


def test_every_bad_line_is_told_at_once_and_no_more_than_five_in_full(reading):
    with pytest.raises(Problem) as problem:
        reading(HEAD + f"{PLACE},colour,red,{WHY}\n" * 8)
    assert [n for n in range(1, 12) if f"line {n}:" in str(problem.value)] == [2, 3, 4, 5, 6]
    assert "3 more lines" in str(problem.value)


def test_good_lines_are_read_in_order_from_what_a_spreadsheet_saves(reading):
    text = (
        "\ufeffPlace,Field,Value,Reason,Evidence,Date\r\n"
        + f"{GOOD}\r\nosm_places_london:node/1,closed,2020-06,{WHY}\r\n"
    )
    told = reading(text)
    assert [(c.line, c.target, c.field, c.value) for c in told.lines] == [
        (2, PLACE, "name", "The Old Hall"),
        (3, "osm_places_london|node/1", "closed", "2020-06"),
    ]
    assert told.version == reading(text.replace("\r\n", "\n")).version != reading(text.replace("Old", "New")).version
    assert reading(HEAD).lines == ()


@pytest.mark.parametrize(
    "line",
    [
        f"{PLACE},same_place_as,p9876543210abcd,told,visit,2026-05-03",
        f"{PLACE},same_place_as,osm_places_london|node/10234567890,told,visit,2026-05-03",
        f"{PLACE},name,Hall,told,https://www.openstreetmap.org/node/10234567890,2026-05-03",
        f"{PLACE},name,Hall,told,visit of 2026-05-03 10:30,2026-05-03",
        f'{PLACE},point,"-0.0751234567891 51.5"' + ",told,visit,2026-05-03",
        f"{PLACE},closed,2024-05-03,told,planning decision 2024/0123/FUL,2026-05-03",
    ],
)
def test_identifiers_and_addresses_are_no_telephone_numbers(reading, line):
    assert len(reading(f"{HEAD}{line}\n").lines) == 1


@pytest.mark.parametrize("words", ["call 020 7946 0000", "+44 (0)20 7946 0000", "07700 900123", "ask jo@example.org"])
def test_what_is_published_may_hold_no_telephone_number_or_e_mail(reading, words):
    for line in (f"{PLACE},name,Hall,{words},visit,2026-05-03", f"{PLACE},name,Hall,told,{words},2026-05-03"):
        with pytest.raises(Problem, match=r"line 2: .*e-mail address or telephone number"):
            reading(f"{HEAD}{line}\n")


# ---- refused by a refresh: nothing is applied, the release stands


def files(folder) -> dict:
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}  # fmt: skip


@pytest.fixture(scope="module")
def spare(town, tmp_path_factory) -> Town:
    return copied(town, tmp_path_factory.mktemp("refused") / "data")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"{PLACE},colour,red,{WHY}", "line 3: "),
        (f"{PLACE},name,Hall,{WHY}", f"line 3: there is no place or record {PLACE}"),
        (f"osm_places_london|node/404,name,Hall,{WHY}", "line 3: there is no place or record osm_places_london|node/404"),
        (f"SECOND,same_place_as,osm_places_london|node/404,{WHY}", "line 3: there is no place or record osm_places_london|node/404"),
        (f'SECOND,point,"-30 50",{WHY}', "line 3: the point lies outside every area"),
    ],
)  # fmt: skip
def test_a_refresh_refuses_the_file_and_leaves_everything_as_it_was(spare, clean_environment, line, told):
    one, two = (row[0] for row in spare.query("select place_id from place where kind = 'library' order by 1 limit 2"))
    (spare.data / FILE).write_text(f"{HEAD}{one},same_place_as,{two},{WHY}\n{line.replace('SECOND', two)}\n")
    before, identity = files(spare.data / "releases"), (spare.data / "identity.parquet").read_bytes()
    result = CliRunner().invoke(main, ["refresh", "--quiet", "--data", str(spare.data)])
    assert result.exit_code == 1, result.output
    assert told in result.output
    assert "Traceback" not in result.output
    assert files(spare.data / "releases") == before
    assert (spare.data / "identity.parquet").read_bytes() == identity
