"""One workbook (XLSX) per authority for offices: its areas ranked, what each column is, the sources with dates, and the terms.

Every cell is written as text or as a number, never as a formula, whatever a name begins with. The same data gives the
same bytes: dates of the file are fixed, and it tells the version and day of its release once, as the first of its texts.
"""

import io
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

import duckdb
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipelines.core import store
from pipelines.core.query import holds, records
from pipelines.register.licensing import title
from pipelines.release.licences import attributions, read_licences, whole
from pipelines.release.schemas import named

FOLDER = "xlsx/by_authority"
MADE = datetime(1980, 1, 1)  # when a workbook says it was created: as its zip has it, never by a clock
SCORE, WHOLE, TEXT = "0.0", "#,##0", "@"
PLACE = (  # of an area: column, heading, width, how it is shown
    ("area_code", "Area code", 13, TEXT),
    ("area_name", "Area", 30, TEXT),
    ("msoa_name", "MSOA", 24, TEXT),
    ("ward_name", "Ward", 24, TEXT),
    ("population", "Residents", 11, WHOLE),
)
OF_INDEX = (  # of an index, after its title
    ("score", "score", 11, SCORE),
    ("rank_nation", "rank in the nation", 11, WHOLE),
    ("rank_authority", "rank in the authority", 11, WHOLE),
    ("rank_low", "range of ranks{scope}, from", 11, WHOLE),
    ("rank_high", "range of ranks{scope}, to", 11, WHOLE),
    ("decile_nation", "tenth of the nation", 11, WHOLE),
    ("evidence_grade", "evidence grade", 11, TEXT),
    ("null_reason", "why there is no score", 28, TEXT),
)
LABEL = (("shown_as", "Label", 26, TEXT),)
DICTIONARY_HEADINGS = (("Heading", 44), ("What it holds", 90), ("In the database", 44))
SOURCES = """
    select s.title, s.publisher, coalesce(n.source_as_at, strftime(s.vintage, '%Y-%m-%d'), 'as read') as as_at, s.cadence,
        if(n.state = 'unavailable', 'could not be read', 'yes') as is_in, s.licence, s.licence_url, s.page, s.attribution
    from source as s join snapshot as n using (source) order by s.publisher, s.title, source"""
SOURCE_HEADINGS = (
    ("Source", 40), ("Publisher", 30), ("As at", 12), ("Published", 12), ("In this release", 12), ("Licence", 30),
    ("Licence, address", 40), ("Page", 40), ("Attribution", 60),
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column of the ranked list: the SQL of its values, its heading, what it holds, its width, how it is shown."""

    sql: str
    heading: str
    held: str
    meaning: str
    width: int
    shown: str


@dataclass(frozen=True)
class Told:
    """What all workbooks of a release tell alike: the columns of the ranked list, and the rows of the other sheets."""

    release: dict
    order: str
    columns: list[Column]
    dictionary: list[tuple]
    sources: list[tuple]
    terms: list[tuple[str, str]]


def write_workbooks(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write xlsx/by_authority/<code>.xlsx into a release folder, from its finished database. Each is under the licence of
    everything there is, as the database is."""
    columns, rows = _ranked(connection)
    release = records(connection, "select * from release")[0]
    order = next((column.heading for column in columns if column.held.startswith("index_score.score")), "area code")
    sources = connection.execute(SOURCES).fetchall()
    told = Told(release, order, columns, _dictionary(connection, columns), sources, _terms(connection, release))
    for code, of in groupby(rows, key=lambda row: row[0]):
        held = list(of)
        body = workbook(told, held[0][1] or code, [row[2:] for row in held])
        store.write_bytes(folder / FOLDER / f"{code}.xlsx", body)


def workbook(told: Told, authority: str, areas: list[tuple]) -> bytes:
    """The workbook of one authority: `areas` has a row for each of its areas, in order, by `told.columns`."""
    held = io.BytesIO()
    book = xlsxwriter.Workbook(held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": f"{told.release['title']}: {authority}", "created": MADE})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    shown = {SCORE: book.add_format({"num_format": SCORE}), WHOLE: book.add_format({"num_format": WHOLE}), TEXT: None}
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    # an invented town must be known as such on the sheet that opens first, however its name is cut
    names = ["Invented areas" if told.release["is_invented"] else "Areas", "Dictionary", "Sources", "About"]
    ranked, dictionary, sources, about = (book.add_worksheet(name) for name in names)
    _about(about, told, authority, head, wrapped)
    ranks = [(column.heading, column.width, shown[column.shown]) for column in told.columns]
    _table(ranked, ranks, areas, head)
    ranked.freeze_panes(1, 2)
    _table(dictionary, [(name, width, wrapped) for name, width in DICTIONARY_HEADINGS], told.dictionary, head)
    _table(sources, [(name, width, wrapped) for name, width in SOURCE_HEADINGS], told.sources, head)
    book.close()
    return held.getvalue()


def _table(sheet: Worksheet, columns: list[tuple[str, int, Format | None]], rows: list[tuple], head: Format) -> None:
    """A heading that stays in sight, with filters, and the rows; printed on the width of a page."""
    for at, (name, width, _) in enumerate(columns):
        sheet.write_string(0, at, name, head)
        sheet.set_column(at, at, width)
    formats = [shown for *_, shown in columns]
    for line, row in enumerate(rows, 1):
        for at, (value, shown) in enumerate(zip(row, formats, strict=True)):
            if isinstance(value, str):
                sheet.write_string(line, at, value, shown)
            elif value is not None:
                sheet.write_number(line, at, value, shown)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _about(sheet: Worksheet, told: Told, authority: str, head: Format, wrapped: Format) -> None:
    release = told.release
    # the first text of all, and the one that tells which release and run this is of: see `release.alike`
    sheet.write_string(1, 1, f"Release {release['version']}, made on {release['built_at'][:10]}", wrapped)
    invented = [("INVENTED", "Everything here is made up to try the software: no such place exists.")]
    rows = [
        ("Version", None),
        *(invented if release["is_invented"] else []),
        ("Authority", authority),
        ("Caution", release["ecological_fallacy"]),
        ("Ranks", "1 is the greatest need or opportunity. They compare areas of this release only, never of two releases. A range of ranks is a spread over choices of method and errors of data, not a confidence interval."),
        ("Order", f"By {told.order}, the highest first; sort or filter by any other column."),
        ("An empty cell", "Not known, or not ranked; where there is no score, a column says why."),
        ("As read", "Of a source that tells no date: as it stood when the release was made."),
        ("More", "Every indicator of every area: csv/by_region/ of the same release. The method, and how sure: methods/ and REPORT.md."),
        *told.terms,
    ]  # fmt: skip
    sheet.write_string(0, 0, release["title"], head)
    for line, (name, words) in enumerate(rows, 1):
        sheet.write_string(line, 0, name, head)
        if words is not None:
            sheet.write_string(line, 1, words, wrapped)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 110)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _terms(connection: duckdb.DuckDBPyConnection, release: dict) -> list[tuple[str, str]]:
    licences = read_licences(connection)
    label = whole(licences)
    used = "; ".join(f"{licence.title}: {licence.url}" for licence in licences.values())
    return [
        ("Licence of this file", title(licences, label)),
        ("Licence of the release", release["licence"]),
        ("Licences, addresses", used),
        *(("Attribution", words) for words in attributions(connection, licences, label)),
    ]


def _ranked(connection: duckdb.DuckDBPyConnection) -> tuple[list[Column], list[tuple]]:
    """The columns of the ranked lists, those left out that nothing is known of in any area, and the rows: code and name
    of the authority, then a value for each column. Sorted by authority, then by the headline index."""
    columns = [
        Column(f"n.{name}", heading, held, described, width, shown)
        for name, heading, width, shown, described, held in _described(connection, "neighbourhood", PLACE)
    ]
    joins = ""
    if holds(connection, "typology"):
        joins += " left join typology as t using (area_code)"
        columns += [
            Column(f"t.{name}", heading, held, described, width, shown)
            for name, heading, width, shown, described, held in _described(connection, "typology", LABEL)
        ]
    indices = connection.execute(
        "select index_name, title from index_method order by not is_headline, index_name"
    ).fetchall()
    for number, (index, called) in enumerate(indices):
        of = f"i{number}"
        joins += f" left join (select s.* replace (coalesce(l.meaning, l.label, s.null_reason) as null_reason) from index_score as s left join label as l on l.list = 'null_reason' and l.code = s.null_reason where s.index_name = '{index}') as {of} using (area_code)"
        scopes = connection.execute(
            "select distinct spread_scope from index_score where index_name = ? and spread_scope is not null", [index]
        ).fetchall()
        scope = f" in the {scopes[0][0]}" if len(scopes) == 1 else ""
        for name, heading, width, shown, described, held in _described(connection, "index_score", OF_INDEX):
            sql = f"round({of}.{name}, 1)" if shown == SCORE else f"{of}.{name}"
            words = f"{called}: {heading.format(scope=scope)}"
            columns.append(Column(sql, words, f"{held}, {index}", described, width, shown))
    first = "i0.score desc nulls last, " if indices else ""
    rows = connection.execute(f"""
        select n.authority_code, n.authority_name, {", ".join(column.sql for column in columns)}
        from neighbourhood as n{joins} order by n.authority_code, {first}n.area_code""").fetchall()
    known = [at for at in range(len(columns)) if any(row[at + 2] is not None for row in rows)]
    return [columns[at] for at in known], [(*row[:2], *(row[at + 2] for at in known)) for row in rows]


def _described(connection: duckdb.DuckDBPyConnection, table: str, columns: tuple) -> list[tuple]:
    """`columns` of a table, each with what the database's dictionary says of it, and what it is called there."""
    rows = connection.execute(
        "select column_name, description, schema_name from column_dictionary where table_name = ?", [table]
    ).fetchall()
    said = {name: (words, f"{named(schema, table)}.{name}") for name, words, schema in rows}
    return [(*column, *said[column[0]]) for column in columns]


def _dictionary(connection: duckdb.DuckDBPyConnection, columns: list[Column]) -> list[tuple]:
    """What each column holds and where the database has it, then what the codes in them mean."""
    told: list[tuple] = [(column.heading, column.meaning, column.held) for column in columns]
    grades = "select 'Evidence grade ' || code, coalesce(meaning, label), 'method.label, list evidence_grade' from label where list = 'evidence_grade' order by code"
    return told + connection.execute(grades).fetchall()
