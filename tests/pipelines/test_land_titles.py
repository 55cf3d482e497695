"""Titles to land out of an operator's own file: counted, never told by row, and not asked for where there is none."""

import csv
import io
import json
import shutil
import zipfile
from dataclasses import replace

import pandas as pd
import pytest
from click.testing import CliRunner
from fixtures.desk import desk
from fixtures.titles import COMPANY, COUNCIL, HEADINGS, MEMBER, SECRET, csv_of, put_titles

from geodata.records import read_record
from pipelines.answers.area.organisations_facts import LandTitles
from pipelines.commands.cli import main
from pipelines.core.problem import Problem
from pipelines.fetch import tally
from pipelines.ownership.land_titles import placed_by_postcode, share_placed, titles_by_area
from pipelines.register.labels import read_labels
from pipelines.register.register import SOURCES
from pipelines.register.source import Source
from pipelines.release.troubles import troubles
from pipelines.tables.snapshot import NOT_ASKED, current, take

STEM = "hmlr_ccod"
SOURCE = read_record(Source, SOURCES / f"{STEM}.yml", stem=STEM)
TITLES = [
    ("AB1 2CD", "Freehold", COUNCIL),
    ("ab12cd", "FREEHOLD", "County Council"),
    ("AB1 2CD", "Leasehold", COMPANY),
    (f"{SECRET}, behind the mill", "Freehold", COMPANY),
    ("", "Freehold", f"{SECRET} of a new kind"),
    ("EF3 4GH", "Freehold", "Housing Association Community Benefit Society (Company)"),
    ("EF3 4GH", "Freehold", "Community Benefit Society (Corporate Body)"),
]
COUNTED = [
    ("AB12CD", "freehold", "local_authority", 2),
    ("AB12CD", "leasehold", "other", 1),
    ("EF34GH", "freehold", "housing_association", 1),
    ("EF34GH", "freehold", "society", 1),
    ("", "freehold", "other", 1),
    ("", "freehold", "", 1),
]


def counted(data, text: str, member: str = MEMBER):
    body, as_at = tally.reduce(put_titles(data, text, member), SOURCE)
    assert SECRET.encode() not in body
    heading, *rows = csv.reader(io.StringIO(body.decode()))
    assert heading == ["postcode", "tenure", "owner_kind", "n_titles"]
    return [(*row[:3], int(row[3])) for row in rows], as_at


# ---- the file


@pytest.mark.parametrize("blocks", [4_000_000, 1_500])
@pytest.mark.parametrize(
    "last",
    ["Row Count: 700", '"Row Count: 700"', "Row Count:,700", '"Row Count:","700"' + "," * (len(HEADINGS) - 2), "Row Count: 700" + "," * (len(HEADINGS) - 1)],
)  # fmt: skip
def test_titles_are_counted_whatever_the_form_of_the_last_line(tmp_path, monkeypatch, blocks, last):
    monkeypatch.setattr(tally, "BLOCK", blocks)
    monkeypatch.setattr(tally, "GATHERED", 3)
    found, as_at = counted(tmp_path, csv_of(TITLES * 100, last))
    assert sorted(found) == sorted((*row[:3], row[3] * 100) for row in COUNTED)
    assert as_at == "2026-11-01"


def test_cells_in_other_letters_than_ascii_are_passed_over(tmp_path):
    path = put_titles(tmp_path, "")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            MEMBER, csv_of(TITLES).replace("Nowhere", "Llŷn").encode("cp1252", "replace").replace(b"?", b"\xfd")
        )
    body, _ = tally.reduce(path, SOURCE)
    assert len(body.splitlines()) == 1 + len(COUNTED)


def cut(path):
    path.write_bytes(path.read_bytes()[:-200])


def damaged(path):
    body = bytearray(path.read_bytes())
    at = body.find(b"PK\x01\x02") // 2
    body[at : at + 20] = bytes(20)
    path.write_bytes(bytes(body))


MANY = TITLES * 2000
SPOILED = {
    "no zip": (csv_of(TITLES), MEMBER, lambda path: path.write_text(csv_of(TITLES)), "is no zip, or is cut short"),
    "cut short": (csv_of(TITLES), MEMBER, cut, "cut short or damaged"),
    "damaged": (csv_of(MANY), MEMBER, damaged, "cut short or damaged"),
    "changes alone": (csv_of(TITLES), "CCOD_COU_2026_11.csv", None, "holds 0 files named CCOD_FULL_*.csv"),
    "no last line": (csv_of(TITLES, ""), MEMBER, None, "has no lines that say how many rows there are"),
    "one too few": (csv_of(TITLES[1:], "Row Count: 7"), MEMBER, None, "its last line says 7 rows, where 6 are there"),
    "one too many": (csv_of(TITLES, "Row Count: 6"), MEMBER, None, "says 6 rows, where 7 are there"),
    "no number": (csv_of(TITLES, "Row Count:"), MEMBER, None, "says no number rows"),
    "two files in one": (csv_of(TITLES) + csv_of(TITLES), MEMBER, None, "has 2 lines that say"),
    "a longer row": (csv_of(TITLES, f'"{SECRET}",a\nRow Count: 7'), MEMBER, None, "and 1 that are not as long"),
    "a quote never closed": (csv_of(TITLES, f'"{SECRET},a\nRow Count: 7'), MEMBER, None, "has no lines that say"),
    "a column is missing": (csv_of(TITLES, headings=[h for h in HEADINGS if h != "Tenure"]), MEMBER, None, "column Tenure is missing"),
    "a column twice": (csv_of(TITLES, headings=[*HEADINGS, "Postcode"]), MEMBER, None, "column Postcode stands twice"),
    "columns moved": (csv_of([(SECRET, *title[1:]) for title in TITLES]), MEMBER, None, "column Postcode: only 0 of 7 rows"),
    "no row": (csv_of([]), MEMBER, None, "holds no row"),
    "nothing": ("", MEMBER, None, "has no line of headings"),
}  # fmt: skip


@pytest.mark.parametrize("what", SPOILED)
def test_a_spoiled_file_is_refused_in_a_sentence_that_quotes_nothing_of_it(tmp_path, what):
    text, member, spoil, says = SPOILED[what]
    path = put_titles(tmp_path, text, member)
    if spoil:
        spoil(path)
    with pytest.raises(Problem) as refused:
        tally.reduce(path, SOURCE)
    assert says in str(refused.value)
    assert SECRET not in str(refused.value)


def test_a_bomb_is_not_unpacked(tmp_path):
    small = SOURCE.model_copy(update={"fetch": SOURCE.fetch.model_copy(update={"max_mb": 1})})
    path = put_titles(tmp_path, csv_of(TITLES) + "\n" * 13_000_000)
    assert path.stat().st_size < 100_000
    with pytest.raises(Problem, match="unpacks to far more"):
        tally.reduce(path, small)


def test_more_rows_than_a_table_may_have_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(tally, "ROWS", 6)
    with pytest.raises(Problem, match="more than the 6 rows"):
        tally.reduce(put_titles(tmp_path, csv_of(TITLES)), SOURCE)


# ---- counts of few


def wide(counts: dict[tuple[str, str, str], int]) -> dict[tuple[str, str, str], int | None]:
    rows = pd.DataFrame(
        [(*key, n) for key, n in counts.items()], columns=["area_code", "owner_kind", "tenure", "n_titles"]
    )
    table = titles_by_area(rows, pd.Series(["A", "B"]))
    assert len(table) == 2 * 5 * 3
    assert (table["n_titles"].isna() == (table["null_reason"] == "suppressed")).all()
    return {
        (row.area_code, row.owner_kind, row.tenure): None if pd.isna(row.n_titles) else int(row.n_titles)
        for row in table.itertuples()
    }


def test_tenures_are_told_together_or_not_at_all():
    found = wide({
        ("A", "other", "freehold"): 10, ("A", "other", "leasehold"): 12,
        ("A", "society", "freehold"): 30, ("A", "society", "leasehold"): 9,
        ("B", "other", "freehold"): 40,
        ("B", "society", "freehold"): 5, ("B", "society", "leasehold"): 4,
        ("elsewhere", "other", "freehold"): 99,
    })  # fmt: skip
    of = lambda *key: [found[*key, tenure] for tenure in ("freehold", "leasehold", "all")]  # noqa: E731
    assert of("A", "other") == [10, 12, 22]
    assert of("A", "society") == [None, None, 39], "one of them could be had by taking the other away"
    assert of("B", "other") == [None, None, 40], "none is few as well"
    assert of("B", "society") == [None, None, None]
    assert of("A", "local_authority") == [None, None, None]


def test_the_share_that_is_placed_is_said_with_why_the_rest_is_not():
    rows = pd.DataFrame(
        [("P1", "freehold", 80), ("P1", None, 2), (None, "freehold", 8), ("P9", "freehold", 6), ("P2", "leasehold", 4)],
        columns=["postcode", "tenure", "n_titles"],
    )
    postcodes = pd.DataFrame({"postcode": ["P1", "P2"], "area_code": ["A", None]})
    told = share_placed(placed_by_postcode(rows, postcodes))
    assert told.startswith("80% of all titles in the file are placed")
    assert "8% have no postcode, 6% one that is not known, 4% one outside these areas, 2% no tenure" in told


# ---- there, absent, spoiled


def test_without_its_file_nothing_is_asked_and_nothing_is_wrong(tmp_path):
    work = desk(tmp_path)
    taken = take(work, SOURCE)
    assert (taken.state, taken.problem, taken.rows) == (NOT_ASKED, None, 0)
    assert work.web.asked == []
    assert not (tmp_path / "snapshots").exists(), "nor is anything written down"


def test_what_was_counted_stays_when_the_file_goes_and_what_was_wrong_with_one_does_not(tmp_path):
    work = desk(tmp_path)
    cut(put_titles(tmp_path, csv_of(TITLES)))
    spoiled = take(work, SOURCE)
    assert spoiled.state == "unavailable"
    assert "cut short" in spoiled.problem
    (tmp_path / "inbox" / f"{STEM}.zip").unlink()
    assert take(work, SOURCE).state == NOT_ASKED
    put_titles(tmp_path, csv_of(TITLES))
    good = take(work, SOURCE)
    assert (good.state, good.rows, good.source_as_at) == ("new", len(COUNTED), "2026-11-01")
    assert take(work, SOURCE).state == "unchanged"
    cut(put_titles(tmp_path, csv_of(TITLES)))
    assert take(work, SOURCE).state == "stale"
    (tmp_path / "inbox" / f"{STEM}.zip").unlink()
    kept = take(work, SOURCE)
    assert (kept.sha, kept.problem) == (good.sha, None)
    assert current(tmp_path, SOURCE, work.geography).state not in ("stale", "unavailable")
    assert work.web.asked == []


def test_the_register_says_which_file_to_put_where(town):
    says = f"{STEM}: its publisher hands it to those alone who agree to its licence, and without it nothing is asked for. Get it from {SOURCE.page}, and put it into the data folder as inbox/{STEM}.zip."  # fmt: skip
    told = CliRunner().invoke(main, ["sources", "--data", str(town.data)]).stdout
    assert says in told.splitlines()
    assert NOT_ASKED in next(line for line in told.splitlines() if line.startswith(f"{STEM} "))


def test_a_release_without_the_file_tells_of_no_such_source(town):
    assert town.query("select count(*) from source where source = ?", STEM) == [(0,)]
    assert town.query("select count(*) from snapshot where source = ?", STEM) == [(0,)]
    (facts,) = town.frame("select * from release").to_dict("records")
    assert "why.title_count" not in facts["tables"].split(", ")
    assert STEM not in " ".join(str(value) for value in facts.values())
    assert not any(STEM in news for news in troubles(town.workspace()).news)


# ---- in a release (fixture `titled`: the town with a file of titles in its inbox)


def test_titles_are_counted_where_their_postcodes_lie(titled):
    first, second = titled.query("select area_code from neighbourhood order by 1 limit 2")
    found = dict(
        titled.query("select owner_kind || ' ' || tenure, n_titles from title_count where area_code = ?", *first)
    )
    assert found["local_authority all"] == 25
    assert (found["local_authority freehold"], found["local_authority leasehold"]) == (14, 11)
    assert found["society all"] is None, "nine of them"
    others = titled.query("select owner_kind, n_titles from title_count where area_code = ? and tenure = 'all' and n_titles is not null", *second)  # fmt: skip
    assert others == [("other", 12)]
    assert titled.query("select distinct as_at::varchar from title_count") == [("2026-11-01",)]
    (told,) = titled.query("select issue, value from issue where source = ?", STEM)
    assert told[0].startswith("90% of all titles in the file are placed by their postcode")
    assert told[1] is None
    assert titled.query("select publish, licence_key from source where source = ?", STEM) == [("aggregates", STEM)]


def test_a_profile_with_titles_is_as_declared(titled):
    rows = CliRunner().invoke(main, ["profile", "S99000001", "--data", str(titled.data), "--json"]).stdout
    keys = {frozenset(row) for row in json.loads(rows)["land_titles"]}
    assert keys == {frozenset(LandTitles.__annotations__)}
    for column, codes in (("owner_kind", "title_owner"), ("tenure", "title_tenure")):
        found = {code for (code,) in titled.query(f"select distinct {column} from title_count")}
        assert found == set(read_labels()[codes].codes)


def test_no_score_and_no_rank_is_another_for_it(titled, town):
    for table in ("index_score", "domain_score", "indicator_value"):
        rows = f"select * from {table} order by all"
        pd.testing.assert_frame_equal(titled.frame(rows), town.frame(rows))


def test_a_profile_tells_who_holds_titles_here(titled, town):
    ((code,),) = titled.query("select area_code from neighbourhood order by 1 limit 1")
    asked = lambda one, *more: CliRunner().invoke(main, ["profile", code, "--data", str(one.data), *more]).stdout  # noqa: E731
    text = " ".join(asked(titled).split())
    assert "Land titles held by councils here: 25 (freehold 14; leasehold 11)" in text
    assert "HM Land Registry, 1 November 2026. 90% of all titles" in text
    assert "Land titles held by registered societies here: fewer than 10" in text
    assert "land titles" not in asked(town).lower()
    rows = json.loads(asked(titled, "--json"))["land_titles"]
    assert rows[0]["owner_kind"] == "local_authority"
    assert (rows[0]["n_titles"], rows[0]["n_areas_told"], rows[0]["n_areas"]) == (25, 1, 1)
    authority = titled.query("select authority_code from neighbourhood where area_code = ?", code)[0][0]
    whole = CliRunner().invoke(main, ["profile", authority, "--whole", "--data", str(titled.data)]).stdout
    assert "25 and more, told of 1 of" in " ".join(whole.split())
    assert json.loads(asked(town, "--json"))["land_titles"] == []


def test_nothing_of_a_row_is_in_a_release_a_log_or_a_table(titled):
    every = [path for path in titled.data.rglob("*") if path.is_file() and "inbox" not in path.parts]
    assert len(every) > 100
    for path in every:
        if path.suffix == ".parquet":
            text = pd.read_parquet(path).to_csv() if STEM in path.stem or "title" in path.stem else ""
        else:
            text = path.read_bytes().decode("latin-1")
        assert SECRET not in text, path
    for (table,) in titled.query("select table_name from information_schema.tables"):
        assert SECRET not in titled.frame(f'select * from "{table}"').to_csv(), table


def test_a_spoiled_file_leaves_the_last_counts_and_quotes_nothing(titled, tmp_path, caplog):
    data = tmp_path / "data"
    for name in ("snapshots", "tables"):
        shutil.copytree(titled.data / name, data / name)
    work = replace(titled, data=data, settings=replace(titled.settings, data=data)).workspace()
    put_titles(data, csv_of([(SECRET, "Freehold", SECRET)] * 50))
    taken = take(work, SOURCE)
    assert taken.state == "stale"
    assert any(STEM in news and "only 0 of 50 rows" in news for news in troubles(work).news)
    assert SECRET not in caplog.text + "".join(troubles(work).news)
    assert SECRET not in (data / "snapshots" / STEM / "observations.jsonl").read_text()
