"""Workbooks: cells far out, empty cells by the million, shared strings and entities that unfold, and a workbook made by hand."""

import io
import zipfile
from collections.abc import Callable

from trials.bombs.registry import of

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEAD = f'<worksheet xmlns="{MAIN}">'.encode()


def workbook(
    sheet: Callable[[zipfile.ZipFile], None],
    shared: Callable[[zipfile.ZipFile], None] | None = None,
    workbook_xml: bytes | None = None,
) -> bytes:
    """A workbook whose sheet is written by a function."""
    package = "http://schemas.openxmlformats.org/package/2006"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            workbook_xml
            or f'<workbook xmlns="{MAIN}" xmlns:r="{relations}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{relations}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        )
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as file:
            sheet(file)
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as file:
            (shared or (lambda file: file.write(f'<sst xmlns="{MAIN}"/>'.encode())))(file)
    return buffer.getvalue()


def cell(at: str, text: str) -> bytes:
    """One cell of text."""
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'.encode()


FIRST = (
    b'<sheetData><row r="1">'
    + cell("A1", "code")
    + cell("B1", "n")
    + b'</row><row r="2">'
    + cell("A2", "A")
    + b"</row>"
)


@of("xlsx", "a cell at XFD1048576")
def _():
    return workbook(
        lambda f: f.write(
            HEAD + FIRST + b'<row r="1048576">' + cell("XFD1048576", "x") + b"</row></sheetData></worksheet>"
        )
    )


@of("xlsx", "a cell at A1048576 and one at XFD1")
def _():
    row = FIRST.replace(b"</row>", cell("XFD1", "x") + b"</row>", 1)
    return workbook(
        lambda f: f.write(HEAD + row + b'<row r="1048576">' + cell("A1048576", "x") + b"</row></sheetData></worksheet>")
    )


@of("xlsx", "a cell beyond all columns")
def _():
    return workbook(
        lambda f: f.write(
            HEAD + FIRST + b'<row r="4294967295">' + cell("ZZZZZZ4294967295", "x") + b"</row></sheetData></worksheet>"
        )
    )


@of("xlsx", "dimensions that lie")
def _():
    return workbook(lambda f: f.write(HEAD + b'<dimension ref="A1:XFD1048576"/>' + FIRST + b"</sheetData></worksheet>"))


@of("xlsx", "20 million empty styled cells")
def _():
    def sheet(f):
        f.write(HEAD + FIRST)
        for row in range(3, 1_003):
            f.write(b'<row r="%d">' % row + b'<c s="1"/>' * 16_000 + b"</row>")
        f.write(b"</sheetData></worksheet>")

    return workbook(sheet)


@of("xlsx", "10 million empty styled cells in named places")
def _():
    def sheet(f):
        f.write(HEAD + FIRST)
        for row in range(3, 100_003):
            f.write((b'<row r="%d">' % row) + b'<c r="A%d" s="1"/>' % row * 100 + b"</row>")
        f.write(b"</sheetData></worksheet>")

    return workbook(sheet)


@of("xlsx", "two million rows of a hundred texts")
def _():
    def sheet(f):
        f.write(HEAD + FIRST)
        row = b'<c t="s"><v>0</v></c>' * 100
        for at in range(3, 500_003):
            f.write(b'<row r="%d">' % at + row + b"</row>")
        f.write(b"</sheetData></worksheet>")

    return workbook(sheet, lambda f: f.write(f'<sst xmlns="{MAIN}"><si><t>{"x" * 30_000}</t></si></sst>'.encode()))


@of("xlsx", "900 MB of shared strings")
def _():
    def shared(f):
        f.write(f'<sst xmlns="{MAIN}">'.encode())
        for _ in range(900):
            f.write(b"<si><t>" + b"x" * 1_000_000 + b"</t></si>")
        f.write(b"</sst>")

    return workbook(lambda f: f.write(HEAD + FIRST + b"</sheetData></worksheet>"), shared)


@of("xlsx", "a billion laughs")
def _():
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    text = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{entities}]>'.encode()
    return workbook(
        lambda f: f.write(
            text + HEAD + b'<sheetData><row r="1">' + cell("A1", "&l9;") + b"</row></sheetData></worksheet>"
        )
    )


@of("xlsx", "formulas, errors, dates as 1e30")
def _():
    row = b'<row r="3"><c r="A3"><f>1+1</f><v>2</v></c><c r="B3"><v>1e30</v></c></row><row r="4"><c r="A4" t="e"><v>#REF!</v></c><c r="B4" t="d"><v>2020-13-45</v></c></row>'
    return workbook(lambda f: f.write(HEAD + FIRST + row + b"</sheetData></worksheet>"))


@of("xlsx", "65,000 sheets")
def _():
    sheets = "".join(f'<sheet name="S{i}" sheetId="{i}" r:id="r1"/>' for i in range(1, 65_000))
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    xml = f'<workbook xmlns="{MAIN}" xmlns:r="{relations}"><sheets>{sheets}</sheets></workbook>'.encode()
    return workbook(lambda f: f.write(HEAD + FIRST + b"</sheetData></worksheet>"), workbook_xml=xml)
