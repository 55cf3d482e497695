"""Files made to exhaust whoever reads them, each small or just within what its source allows, and one reading of each by itself.

`python tests/trials/bombs.py [NAME ...]` reads them one after another, each in a process of its own, and prints a line for
each: how long it took, how much memory at most, and what was told.
"""

import io
import json
import random
import resource
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

from fixtures.making import make_source  # noqa: E402

from geodata.geography import read_geographies  # noqa: E402
from pipelines.core.problem import Problem  # noqa: E402
from pipelines.register.source import Source  # noqa: E402

MOST_MB, MOST_S = 1_000, 60
CODE = {"code": {"type": "text"}, "n": {"type": "number", "nullable": True, "optional": True}}
Bomb = Callable[[], tuple[Source, dict[str, bytes]]]
BOMBS: dict[str, Bomb] = {}


def of(form: str, name: str, max_mb: int = 100, **fetch) -> Callable[[Callable[[], bytes]], None]:
    """Enter a function that makes a file of this form under a name."""

    def entered(make: Callable[[], bytes]) -> None:
        def bomb():
            source = make_source(CODE, {"format": form, "max_mb": max_mb, **fetch}, stem=f"bomb_{form}")
            return source, {f"data.{'json' if form in ('osm', 'arcgis', 'geojson') else form}": make()}

        BOMBS[f"{form}: {name}"] = bomb

    return entered


def zipped(members: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, body in members:
            archive.writestr(name, body)
    return buffer.getvalue()


def endless(name: str, piece: bytes, times: int, head: bytes = b"", tail: bytes = b"") -> bytes:
    """A zip whose one member repeats a piece, made without holding it."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w", force_zip64=True) as file,
    ):
        file.write(head)
        for _ in range(times):
            file.write(piece)
        file.write(tail)
    return buffer.getvalue()


# ---- zip


@of("zip", "680 MB of commas")
def _():
    return endless("a.csv", b"," * 1_000_000, 680)


@of("zip", "680 MB of commas in lines of a thousand")
def _():
    return endless("a.csv", (b"," * 999 + b"\n") * 1_000, 680)


@of("zip", "1 GB of empty lines")
def _():
    return endless("a.csv", b"\n" * 1_000_000, 1_000, b"code,n\nA,1\n")


@of("zip", "1 GB of empty lines, few columns read", only_columns=True)
def _():
    return endless("a.csv", b"\n" * 1_000_000, 1_000, b"code,n\nA,1\n")


@of("zip", "1 GB of rows of two cells, few columns read", only_columns=True)
def _():
    return endless("a.csv", b"A,1\n" * 250_000, 1_000, b"code,n\n")


@of("zip", "1 GB of rows of two cells")
def _():
    return endless("a.csv", b"A,1\n" * 250_000, 1_000, b"code,n\n")


@of("zip", "1 GB in one line, few columns read", only_columns=True)
def _():
    return endless("a.csv", b"A" * 1_000_000, 1_000, b"code,n\n")


@of("zip", "300 MB in one object of JSON", member="*.json", only_columns=True)
def _():
    return endless("a.json", b"A" * 1_000_000, 300, b'[{"code": "', b'"}]')


@of("zip", "300 MB of blanks in a JSON list", member="*.json", only_columns=True)
def _():
    return endless("a.json", b" " * 1_000_000, 300, b'[{"code": "A"}', b"]")


@of("zip", "a JSON object with a million keys", member="*.json", only_columns=True)
def _():
    return zipped([("a.json", b"[{" + b",".join(b'"k%d":1' % i for i in range(1_000_000)) + b"}]")])


@of("zip", "ten million objects of one key in JSON", member="*.json", only_columns=True)
def _():
    return endless("a.json", b'{"code":1},' * 100_000, 100, b"[", b"{}]")


@of("zip", "a million objects of each another key", member="*.json", only_columns=True)
def _():
    return zipped([("a.json", b"[" + b",".join(b'{"k%d":1}' % i for i in range(1_000_000)) + b"]")])


@of("zip", "numbers of 900,000 digits in a JSON list", member="*.json", only_columns=True)
def _():
    return endless("a.json", b'{"code":' + b"9" * 900_000 + b"},", 50, b"[", b'{"code":1}]')


@of("zip", "50,000 deep in a JSON list", member="*.json", only_columns=True)
def _():
    return zipped([("a.json", b'[{"code":' + b"[" * 50_000 + b"]" * 50_000 + b"}]")])


@of("zip", "300 MB of JSON read whole", member="*.json")
def _():
    return endless("a.json", b"[" * 1_000_000, 300)


@of("zip", "300 MB of empty objects read whole", member="*.json")
def _():
    return endless("a.json", b"{}," * 300_000, 300, b"[", b"{}]")


@of("zip", "65,000 members")
def _():
    return zipped([(f"{i}.txt", b"") for i in range(65_000)] + [("a.csv", b"code,n\nA,1\n")])


@of("zip", "1,000 members that nobody reads, of 100 MB each")
def _():
    piece = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = b"".join(piece.compress(b"0" * 1_000_000) for _ in range(100)) + piece.flush()
    crc = 0
    for _ in range(100):
        crc = zlib.crc32(b"0" * 1_000_000, crc)
    return overlapping([f"{i}.txt" for i in range(1_000)] + ["a.csv"], data, crc, 100_000_000)


def overlapping(names: list[str], data: bytes, crc: int, size: int) -> bytes:
    """A zip whose members all are the same bytes."""
    head = (
        struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 0, crc, len(data), size, len(names[-1]), 0)
        + names[-1].encode()
    )
    central = b""
    for name in names:
        entry = struct.pack(
            "<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 8, 0, 0, crc, len(data), size, len(name), 0, 0, 0, 0, 0, 0
        )
        central += entry + name.encode()
    n = len(names)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, n, n, len(central), len(head) + len(data), 0)
    return head + data + central + end


@of("zip", "a member that says it is small and is not")
def _():
    body = bytearray(endless("a.csv", b"0" * 1_000_000, 2_000, b"code,n\n"))
    at = body.rindex(b"PK\1\2")
    struct.pack_into("<I", body, at + 24, 100)
    at = body.index(b"PK\3\4")
    return bytes(body)


@of("zip", "encrypted")
def _():
    body = bytearray(zipped([("a.csv", b"code,n\nA,1\n")]))
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        body[body.index(mark) + offset] |= 1
    return bytes(body)


@of("zip", "an odd method of compression")
def _():
    body = bytearray(zipped([("a.csv", b"code,n\nA,1\n")]))
    for mark, offset in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        struct.pack_into("<H", body, body.index(mark) + offset, 97)
    return bytes(body)


@of("zip", "bzip2 of 1 GB")
def _():
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_BZIP2) as archive,
        archive.open("a.csv", "w", force_zip64=True) as file,
    ):
        for _ in range(300):
            file.write(b"\0" * 1_000_000)
    return buffer.getvalue()


@of("zip", "lzma with a dictionary of 4 GB")
def _():
    body = bytearray(zipped([("a.csv", b"code,n\nA,1\n")], zipfile.ZIP_LZMA))
    at = body.index(b"a.csv") + 5
    struct.pack_into("<I", body, at + 5, 0xFFFFFFFF)
    return bytes(body)


@of("zip", "a zip in a zip")
def _():
    return zipped([("a.csv", zipped([("a.csv", b"code,n\nA,1\n")]))])


@of("zip", "a gpkg in the zip that is a zip bomb's size", member="*.gpkg")
def _():
    return endless("a.gpkg", b"\0" * 1_000_000, 1_000, b"SQLite format 3\0")


# ---- csv


@of("csv", "100,000 headings")
def _():
    return b"code," + b",".join(b"h%d" % i for i in range(100_000)) + b"\n" + b"A" + b"," * 100_000 + b"\n"


@of("csv", "100,000 headings and 900 rows")
def _():
    return b"code," + b",".join(b"h%d" % i for i in range(100_000)) + b"\n" + (b"A" + b"," * 100_000 + b"\n") * 900


@of("csv", "100,000 headings all the same")
def _():
    return b"code" + b",code" * 99_999 + b"\n" + (b"A" + b",A" * 99_999 + b"\n") * 3


@of("csv", "no heading in 90 MB of blank lines")
def _():
    return b" \n" * 45_000_000


@of("csv", "one line of 90 MB")
def _():
    return b"code,n\n" + b"A" * 90_000_000 + b",1\n"


@of("csv", "a quote that never ends, 90 MB")
def _():
    return b'code,n\nA,"' + b"x" * 90_000_000


@of("csv", "a quote that never ends, 90 MB of lines")
def _():
    return b'code,n\nA,"' + b"x,1\n" * 22_000_000


@of("csv", "2 million empty lines between two rows")
def _():
    return b"code,n\nA,1\n" + b"\n" * 2_000_000 + b"B,2\n"


@of("csv", "90 million empty lines")
def _():
    return b"code,n\nA,1\n" + b"\n" * 90_000_000 + b"B,2\n"


@of("csv", "45 million rows of one cell")
def _():
    return b"code\n" + b"A\n" * 45_000_000


@of("csv", "90 MB of quotes")
def _():
    return b"code,n\n" + b'"' * 90_000_000


@of("csv", "90 MB of NULs")
def _():
    return b"code,n\n" + b"\0" * 90_000_000


@of("csv", "NULs in cells")
def _():
    return b"code,n\nA\0B,1\n"


@of("csv", "carriage returns alone")
def _():
    return b"code,n\r" + b"A,1\r" * 1_000_000


@of("csv", "UTF-16")
def _():
    return "code,n\nA,1\n".encode("utf-16")


@of("csv", "UTF-8 and Windows-1252 mixed")
def _():
    return "code,n\nCafé,1\n".encode() + "Café,1\n".encode("cp1252")


@of("csv", "rows of a thousand cells, one row longer at the end")
def _():
    return (
        b"code,"
        + b",".join(b"h%d" % i for i in range(999))
        + b"\n"
        + (b"A" + b"," * 999 + b"\n") * 80_000
        + b"," * 1000
    )


@of("csv", "two million short rows, one longer at the end")
def _():
    return b"code,n\n" + b"A,1\n" * 20_000_000 + b"A,1,1\n"


@of("csv", "volatile columns, 45 million rows of blanks", volatile=["n"])
def _():
    return b"code,n\n" + b",\n" * 45_000_000


# ---- text of cells


@of("csv", "a cell of 50 MB of <")
def _():
    return b"code,n\n" + b"<" * 50_000_000 + b",1\n"


@of("csv", "a thousand cells of 50,000 of <a")
def _():
    return b"code,n\n" + (b"<a " * 16_000 + b",1\n") * 1_000


@of("csv", "a cell of a million a =")
def _():
    return b"code,n\n<a" + b" a =" * 1_000_000 + b",1\n"


@of("csv", "a cell of 4 million blanks")
def _():
    return b"code,n\n<a" + b" " * 4_000_000 + b"x,1\n"


@of("csv", "a cell of 4 million + and -")
def _():
    return b"code,n\n" + b"+-" * 2_000_000 + b",1\n"


# ---- workbooks


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


# ---- JSON


@of("json", "900 deep")
def _():
    return b"[" * 900 + b"]" * 900


@of("json", "100,000 deep")
def _():
    return b'{"a":' * 100_000 + b"1" + b"}" * 100_000


@of("json", "900 deep in a row, volatile keys", volatile=["x"])
def _():
    return b'[{"code": "A", "n": ' + b"[" * 900 + b"]" * 900 + b"}]"


@of("json", "a text of 90 MB")
def _():
    return b'[{"code": "' + b"x" * 90_000_000 + b'"}]'


@of("json", "30 million empty objects")
def _():
    return b"[" + b"{}," * 30_000_000 + b"{}]"


@of("json", "45 million numbers")
def _():
    return b'[{"code": [' + b"1," * 45_000_000 + b"1]}]"


@of("json", "22 million empty lists")
def _():
    return b'[{"code": [' + b"[]," * 30_000_000 + b"1]}]"


@of("json", "a million keys in an object")
def _():
    return b"[{" + b",".join(b'"k%d":1' % i for i in range(1_000_000)) + b"}]"


@of("json", "keys twice, NaN, numbers without end")
def _():
    return b'[{"code": "A", "code": "B", "n": NaN}]'


@of("json", "numbers of many digits and powers")
def _():
    return b'[{"code": "A", "n": ' + b"9" * 10_000 + b'}, {"code": "B", "n": 1e999}, {"code": "C", "n": -1e-999}]'


@of("json", "a row of another type in a hundred")
def _():
    return json.dumps([{"code": str(i)} for i in range(99)] + [7]).encode()


@of("json", "halves of characters")
def _():
    return b'[{"code": "\\ud800"}]'


# ---- layers


@of("osm", "elements of every other type")
def _():
    return json.dumps(
        {"elements": [{"type": "node", "id": i, "lat": 51.5, "lon": 0} for i in range(99)] + [None]}
    ).encode()


@of("osm", "elements is an object")
def _():
    return b'{"elements": {"type": "node"}}'


def spun(n: int, seed: int = 1) -> list:
    """A ring of n random vertices, which crosses itself about n * n / 6 times."""
    random_ = random.Random(seed)
    ring = [[random_.randint(0, 10_000), random_.randint(0, 10_000)] for _ in range(n)]
    return [*ring, ring[0]]


def layer(geometries: list) -> bytes:
    """A page of a layer of these geometries."""
    features = [
        {"type": "Feature", "id": i, "properties": {"code": f"A{i}", "n": 1}, "geometry": g}
        for i, g in enumerate(geometries)
    ]
    crs = {"type": "name", "properties": {"name": "EPSG:27700"}}
    return json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}).encode()


LAYER = {"protocol": "arcgis", "geometry": True, "out_crs": "EPSG:27700"}


@of("arcgis", "an outline of 50,000 crossing vertices", **LAYER)
def _():
    return layer([{"type": "Polygon", "coordinates": [spun(50_000)]}])


@of("arcgis", "2,000 outlines of 1,500 crossing vertices", **LAYER)
def _():
    return layer([{"type": "Polygon", "coordinates": [spun(1_500, i)]} for i in range(2_000)])


@of("arcgis", "two million vertices", **LAYER)
def _():
    turns = np.linspace(0, 2 * np.pi, 2_000_000)
    ring = np.round(np.column_stack([np.cos(turns), np.sin(turns)]) * 1e4 + 1e5, 3).tolist()
    return layer([{"type": "Polygon", "coordinates": [[*ring[:-1], ring[0]]]}])


@of("arcgis", "20,000 crossing rings in one outline", **LAYER)
def _():
    square = lambda i: [[i, 0], [i + 20_000, 0], [i + 20_000, 20_000 + i], [i, 20_000], [i, 0]]  # noqa: E731
    return layer([{"type": "MultiPolygon", "coordinates": [[square(i)] for i in range(20_000)]}])


@of("arcgis", "collections 900 deep", **LAYER)
def _():
    deep = '{"type":"GeometryCollection","geometries":[' * 900 + "]}" * 900
    return layer([]).replace(
        b'"features": []', b'"features": [{"properties": {"code": "A"}, "geometry": ' + deep.encode() + b"}]"
    )


@of("arcgis", "infinite coordinates", **LAYER)
def _():
    return layer([{"type": "Polygon", "coordinates": [[[1e308, 1e308], [-1e308, 1e308], [0, 1e-308], [1e308, 1e308]]]}])


@of("arcgis", "a feature without properties or geometry", **LAYER)
def _():
    return layer([{"type": "Point", "coordinates": [1, 1]}] * 50).replace(b'"features": [', b'"features": [null, {}, ')


@of("geojson", "an outline of 50,000 crossing vertices")
def _():
    return layer([{"type": "Polygon", "coordinates": [spun(50_000)]}])


@of("geojson", "collections 20,000 deep")
def _():
    deep = '{"type":"GeometryCollection","geometries":[' * 20_000 + "]}" * 20_000
    return layer([]).replace(
        b'"features": []',
        b'"features": [{"type": "Feature", "properties": {"code": "A"}, "geometry": ' + deep.encode() + b"}]",
    )


@of("geojson", "a property 20,000 deep")
def _():
    return layer([{"type": "Point", "coordinates": [1, 1]}]).replace(
        b'"n": 1', b'"n": ' + b"[" * 20_000 + b"]" * 20_000
    )


@of("geojson", "90 MB of one text")
def _():
    return layer([{"type": "Point", "coordinates": [1, 1]}]).replace(b'"A0"', b'"' + b"x" * 90_000_000 + b'"')


@of("geojson", "100,000 features of each another property")
def _():
    features = [{"type": "Feature", "properties": {f"k{i}": 1}, "geometry": None} for i in range(100_000)]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def gpkg(*sql: str) -> bytes:
    """A GeoPackage with one layer of a few points, and what these statements add to it."""
    import geopandas

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        frame = geopandas.GeoDataFrame(
            {"code": ["A", "B"], "n": [1, 2]}, geometry=geopandas.points_from_xy([1, 2], [1, 2]), crs=27700
        )
        frame.to_file(path, layer="a", engine="pyogrio", SPATIAL_INDEX="NO")
        with sqlite3.connect(path) as database:
            database.execute("pragma writable_schema=on")
            for statement in sql:
                database.execute(statement)
        database.close()
        return path.read_bytes()


ENDLESS = "with recursive t(x) as (select 1 union all select x + 1 from t)"


@of("gpkg", "a view that never ends in place of the layer", sheet="a")
def _():
    return gpkg(
        "alter table a rename to b",
        f"create view a as {ENDLESS} select x as fid, null as geom, 'A' as code, 1 as n from t",
    )


@of("gpkg", "a view of 30 million rows in place of the layer", sheet="a")
def _():
    return gpkg(
        "alter table a rename to b",
        f"create view a as {ENDLESS} select x as fid, null as geom, printf('%0100d', x) as code, 1 as n from t limit 30000000",
    )


@of("gpkg", "a blob of 80 MB")
def _():
    return gpkg("update a set geom = randomblob(80000000) where fid = 1")


@of("gpkg", "a layer that is a virtual table")
def _():
    return gpkg("update gpkg_contents set table_name = 'sqlite_master'")


@of("gpkg", "a generated column that calls an extension", sheet="a")
def _():
    return gpkg(
        "alter table a rename to b", "create view a as select fid, geom, load_extension('/tmp/x.so') as code, n from b"
    )


@of("gpkg", "cut in the middle")
def _():
    body = gpkg()
    return body[: len(body) // 2]


# ---- Parquet


def parquet(table: pa.Table, **options) -> bytes:
    """A table as Parquet."""
    sink = io.BytesIO()
    pyarrow.parquet.write_table(table, sink, **options)
    return sink.getvalue()


@of("parquet", "100 million rows of one text of 100 characters")
def _():
    texts = pa.DictionaryArray.from_arrays(pa.array(np.zeros(20_000_000, dtype=np.int32)), pa.array(["x" * 100]))
    return parquet(pa.table({"code": texts}))


@of("parquet", "one text of 1 MB a hundred thousand times")
def _():
    texts = pa.DictionaryArray.from_arrays(pa.array(np.zeros(100_000, dtype=np.int32)), pa.array(["x" * 1_000_000]))
    return parquet(pa.table({"code": texts}))


@of("parquet", "100,000 columns")
def _():
    return parquet(pa.table({"code": ["A"]} | {f"c{i}": [1] for i in range(100_000)}))


@of("parquet", "nested types")
def _():
    return parquet(pa.table({"code": [["A"], ["B"]], "n": [{"a": 1}, {"a": 2}]}))


@of("parquet", "a wrong footer")
def _():
    body = parquet(pa.table({"code": ["A"]}))
    return body[:-8] + struct.pack("<I", 0x7FFFFFFF) + b"PAR1"


@of("parquet", "encrypted")
def _():
    body = parquet(pa.table({"code": ["A"]}))
    return body[:-4] + b"PARE"


@of("parquet", "lists of lists a hundred deep")
def _():
    kind: pa.DataType = pa.string()
    for _ in range(100):
        kind = pa.list_(kind)
    return parquet(pa.table({"code": pa.array([None], kind)}))


# ---- OpenStreetMap extracts


def block(kind: bytes, packed: bytes, raw_size: int) -> bytes:
    """One block of a PBF file: `packed` is said to unpack to `raw_size` bytes."""

    def varint(n: int) -> bytes:
        out = b""
        while n > 127:
            out, n = out + bytes([n & 127 | 128]), n >> 7
        return out + bytes([n])

    blob = b"\x10" + varint(raw_size) + b"\x1a" + varint(len(packed)) + packed
    head = b"\x0a" + varint(len(kind)) + kind + b"\x18" + varint(len(blob))
    return struct.pack(">I", len(head)) + head + blob


def extract(name: str) -> Callable[[Callable[[], bytes]], None]:
    """Enter a function that makes an extract."""

    def entered(make: Callable[[], bytes]) -> None:
        def bomb():
            source = make_source(
                {"code": {"from": "@id", "type": "text"}},
                {"protocol": "extract", "format": "osm", "tags": {"amenity": ["library"]}, "max_mb": 100},
                stem="bomb_extract",
            )
            return source, {"extract.osm.pbf": make()}

        BOMBS[f"extract: {name}"] = bomb

    return entered


@extract("a block that unpacks to 2 GB")
def _():
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(2_000)) + packer.flush()
    return block(b"OSMHeader", data, 2_000_000_000)


@extract("a block that says it is small and unpacks to 1 GB")
def _():
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(1_000)) + packer.flush()
    return block(b"OSMHeader", data, 1_000)


@extract("a header of 4 GB")
def _():
    return struct.pack(">I", 0xFFFFFFFF) + b"\0" * 1_000


@extract("a thousand blocks of 30 MB of nothing")
def _():
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(30)) + packer.flush()
    return block(b"OSMHeader", zlib.compress(b""), 0) + block(b"OSMData", data, 30_000_000) * 1_000


# ---- a reading of one


def spent() -> float:
    """Seconds that this process and those it waited for were at work, however busy the machine is."""
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def read(name: str) -> str:
    """What is told of a bomb, or the rows it gave: as a refresh would read it."""
    from pipelines.core.unforeseen import unforeseen
    from pipelines.fetch import extract as osm
    from pipelines.fetch.forms import refuse_unlike
    from pipelines.fetch.http import Passing
    from pipelines.tables.canonical import canonical_hash
    from pipelines.tables.tidy import tidy

    source, files = BOMBS[name]()
    made = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = spent()
    try:
        with unforeseen(source.stem):
            if source.fetch.protocol == "extract":
                with tempfile.TemporaryDirectory() as folder:
                    path = Path(folder) / "a.osm.pbf"
                    path.write_bytes(files["extract.osm.pbf"])
                    files = {"data.json": osm.reduce_apart(path, source)[0]}
            for body in files.values():
                if source.fetch.protocol == "file":
                    refuse_unlike(source.fetch, body)
            canonical_hash(source, files)
            told = f"{len(tidy(source, read_geographies()['england_lsoa21'], files)[0]):,} rows"
    except (Problem, Passing) as problem:
        told = f"told: {problem}"
    except BaseException as error:
        told = f"NOT FORESEEN {type(error).__name__}: {str(error)[:100]}"
    return json.dumps([round(spent() - begun, 1), made // 1000, told[:300]])


def tried(name: str, room_s: float = 300) -> tuple[float, int, str]:
    """Seconds, peak MB and what was told of one bomb, read in a process of its own."""
    command = [sys.executable, __file__, "--one", name]
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(command, stdout=out, stderr=subprocess.PIPE)
        begun = time.monotonic()
        peak = 0
        while child.poll() is None:
            try:
                status = Path(f"/proc/{child.pid}/status").read_text()
                peak = max(peak, int(status.partition("VmHWM:")[2].split()[0]) // 1000)
            except (OSError, IndexError):
                pass
            if time.monotonic() - begun > room_s or peak > 3_000:
                child.kill()
                child.wait()
                return time.monotonic() - begun, peak, f"STUCK after {time.monotonic() - begun:.0f} s, {peak} MB"
            time.sleep(0.02)
        out.seek(0)
        lines = out.read().decode().splitlines()
    if child.returncode:
        return time.monotonic() - begun, peak, f"DIED ({child.returncode}): {child.stderr.read().decode()[-300:]}"
    seconds, _, told = json.loads(lines[-1])
    return seconds, peak, told


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(read(sys.argv[2]))
        sys.exit()
    asked = sys.argv[1:]
    for each in BOMBS:
        if not asked or any(word in each for word in asked):
            seconds, peak, told = tried(each)
            bad = seconds > MOST_S or peak > MOST_MB or told.startswith(("NOT", "STUCK", "DIED"))
            print(f"{'BAD ' if bad else 'ok  '}{seconds:6.1f} s {peak:6,} MB  {each}: {told[:180]}", flush=True)
