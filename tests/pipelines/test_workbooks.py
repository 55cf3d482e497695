"""The workbook of an authority, read by another library: its ranks are the release's, its words are words, its bytes are the data's."""

import io
import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from pipelines.release.alike import content_hash, unlike_files
from pipelines.release.database import DATABASE, open_database, open_release
from pipelines.release.workbooks import write_workbooks

HOSTILE = (
    '=HYPERLINK("https://evil.example","click")', "+1+1", "-2", "@SUM(A1)", "\t=1", "https://evil.example", "mailto:a@b.example", "{=1}",
    "<b>&amp;\"'", "\u202eright to left", "🏚️ 한울", "a\x01b\x0bc", "_x0041_", "\ufffe\uffff", "  two lines\n of it ", "x" * 40_000,
)  # fmt: skip


def sheets(body: bytes) -> dict[str, list[list]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(body))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def ranked(body: bytes) -> pd.DataFrame:
    heading, *rows = next(iter(sheets(body).values()))
    return pd.DataFrame(rows, columns=heading).replace("", None)


def books(town) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in sorted((town.release / "xlsx" / "by_authority").iterdir())}


@pytest.fixture
def changed(town, tmp_path):
    """Write the workbooks of the town after some SQL on a copy of its database; gives their folder."""

    def write(*statements: str, **values) -> Path:
        folder = tmp_path / f"release{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        shutil.copy(town.release / DATABASE, folder)
        with open_database(folder / DATABASE) as connection:
            for statement in statements:
                connection.execute(statement, {name: held for name, held in values.items() if f"${name}" in statement} or None)  # fmt: skip
        with open_release(folder) as connection:
            write_workbooks(connection, folder)
        return folder

    return write


def test_every_area_stands_in_the_workbook_of_its_authority_with_the_release_s_ranks(town):
    held = pd.concat({code: ranked(body) for code, body in books(town).items()}, names=["authority"]).reset_index(0)
    assert dict(zip(held["Area code"], held["authority"], strict=True)) == dict(town.query("select area_code, authority_code from neighbourhood"))  # fmt: skip
    titles = dict(town.query("select index_name, title from index_method"))
    headings = {
        "rank_nation": "rank in the nation", "rank_authority": "rank in the authority", "decile_nation": "tenth of the nation",
        "evidence_grade": "evidence grade", "rank_low": "range of ranks in the nation, from", "rank_high": "range of ranks in the nation, to",
    }  # fmt: skip
    for index in ("hardship", "infrastructure_gap"):
        told = town.frame(f"select * from index_score where index_name = '{index}' order by area_code")
        shown = held.sort_values("Area code").reset_index(drop=True)
        for column, heading in headings.items():
            ours = shown[f"{titles[index]}: {heading}"]
            assert [value if value is not None else None for value in ours] == told[column].astype(object).replace(np.nan, None).tolist(), column  # fmt: skip
        assert np.abs(shown[f"{titles[index]}: score"].astype(float) - told["score"]).max() <= 0.05
    assert dict(zip(held["Area code"], held["Label"], strict=True)) == dict(town.query("select area_code, shown_as from typology"))  # fmt: skip


def test_the_list_is_in_the_order_of_the_headline_index_and_says_why_a_score_is_missing(town):
    (title,) = town.query("select title from index_method where is_headline")[0]
    for body in books(town).values():
        ranks = ranked(body)[f"{title}: rank in the authority"].dropna().tolist()
        assert ranks == sorted(ranks)
        assert ranks[0] == 1
        assert f"By {title}: score, the highest first" in str(sheets(body)["About"])
        rows = ranked(body)
        score, why = (rows[f"Community ownership potential: {name}"] for name in ("score", "why there is no score"))
        assert (score.isna() == why.notna()).all()


def test_the_other_sheets_explain_every_heading_date_every_source_and_tell_the_terms(town):
    version, built, caution = town.query("select version, built_at, ecological_fallacy from release")[0]
    attributions = {words for (words,) in town.query("select attribution from source join snapshot using (source) where state != 'unavailable'")}  # fmt: skip
    for body in books(town).values():
        first, *_ = names = list(sheets(body))
        assert names == ["Invented areas", "Dictionary", "Sources", "About"]
        told = sheets(body)
        assert [row[0] for row in told["Dictionary"][1:]][: len(told[first][0])] == told[first][0]
        assert all(meaning for _, meaning, _ in told["Dictionary"])
        assert {f"Evidence grade {grade}" for grade in "ABCD"} <= {row[0] for row in told["Dictionary"]}
        sources = {row[0]: row for row in told["Sources"][1:]}
        assert set(sources) == {title for (title,) in town.query("select title from source")}
        assert all(re.match(r"\d{4}|as read$", row[2]) and row[5] and row[8] for row in sources.values())
        assert sources["Tenure of household, Census 2021 (TS054)"][2] == "2021-03-21"
        about = [(name, words) for name, words in told["About"][1:]]
        assert ("Version", f"Release {version}, made on {built[:10]}") in about
        assert ("Caution", caution) in about
        assert ("Licence of this file", "Open Database Licence 1.0") in about
        assert any(name == "INVENTED" for name, _ in about)
        assert attributions == {words for name, words in about if name == "Attribution"}


def test_real_places_are_not_called_invented(changed):
    folder = changed("update release set is_invented = false")
    for path in (folder / "xlsx" / "by_authority").iterdir():
        told = sheets(path.read_bytes())
        assert "Areas" in told
        assert "INVENTED" not in str(told)


def test_no_word_from_outside_is_a_formula_or_a_link(town, changed):
    codes = [code for (code,) in town.query("select area_code from neighbourhood order by 1 limit ?", len(HOSTILE))]
    folder = changed(
        "create temp table hostile as select unnest($codes) as area_code, unnest($words) as words",
        "update neighbourhood as n set area_name = words, ward_name = words from hostile as h where h.area_code = n.area_code",
        "update neighbourhood set authority_name = '=1+1'",
        "update source set title = '=cmd|calc!A0', attribution = '@SUM(A1)'",
        codes=codes,
        words=list(HOSTILE),
    )
    seen = {}
    for path in (folder / "xlsx" / "by_authority").iterdir():
        with zipfile.ZipFile(path) as book:
            parts = {name: book.read(name) for name in book.namelist()}
        cells = b"".join(body for name, body in parts.items() if name.startswith("xl/worksheets/sheet"))
        assert b"<f>" not in cells
        assert b"hyperlink" not in cells
        assert not any("_rels/sheet" in name for name in parts)
        rows = ranked(path.read_bytes())
        seen |= dict(zip(rows["Area code"], rows["Area"], strict=True))
        assert ["Authority", "=1+1"] in sheets(path.read_bytes())["About"]
    for code, words in zip(codes, HOSTILE, strict=True):
        unescaped = seen[code].replace("_xFFFE_", "\ufffe").replace("_xFFFF_", "\uffff")  # which this reader leaves
        assert unescaped == words[:32_767]


def test_the_same_data_give_the_same_bytes_and_only_the_version_may_differ(town, changed):
    again = changed("select 1")
    for code, body in books(town).items():
        assert (again / "xlsx" / "by_authority" / f"{code}.xlsx").read_bytes() == body
    later = changed("update release set version = '10.20.30', built_at = '2031-01-01T00:00:00Z'")
    assert unlike_files(again, later) == []
    for path in sorted((later / "xlsx" / "by_authority").iterdir()):
        assert "Release 10.20.30, made on 2031-01-01" in str(sheets(path.read_bytes())["About"])
    other = changed(
        "update index_score set rank_high = rank_high + 1 where index_name = 'hardship' and area_code = 'S99000042'"
    )
    assert unlike_files(again, other) == ["file xlsx/by_authority/S99600001.xlsx differs"]


def test_a_workbook_that_is_none_is_compared_as_it_is(town, tmp_path):
    body = next(iter(books(town).values()))
    damaged = [tmp_path / f"{n}.xlsx" for n in range(3)]
    for n, path in enumerate(damaged):
        path.write_bytes(body[: len(body) // 2] + bytes([n]))
    assert len({content_hash(path) for path in damaged}) == 3


def test_the_head_stays_in_sight_with_filters(town):
    for body in books(town).values():
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            for number in (1, 2, 3):
                sheet = book.read(f"xl/worksheets/sheet{number}.xml").decode()
                assert re.search(r'<pane [^>]*ySplit="1"[^>]*state="frozen"', sheet)
                assert re.search(r'<autoFilter ref="A1:[A-Z]+\d+"', sheet)
