"""What a little of a file shows of its form: its kind by its first bytes, and the headings, keys, members or sheets in it.

A zip, a workbook and a Parquet file tell what is in them at their end; where the server sends ranges, that is read too,
and the beginning of what matters. Nothing here returns what stands in a cell.
"""

import csv
import fnmatch
import html
import io
import re
import zipfile
import zlib
from dataclasses import dataclass

import pyarrow
import pyarrow.parquet

from pipelines.core.problem import Problem
from pipelines.fetch.http import Client, Manners, Passing, refuse_html
from pipelines.register.fetch_rule import Fetch
from pipelines.register.source import Source

LITTLE = 1 << 16  # bytes
MOST = 40  # times as much is read of one file at most
BRIEF = Manners(tries=2, read_s=30, longest_s=10)
MAGIC = {b"PK": "zip", b"PAR1": "parquet", b"SQLite format 3\0": "gpkg", b"\xd0\xcf\x11\xe0": "xls"}
OF_A_MAP = "features.properties"  # where the columns of a GeoJSON stand
MAY_BE = {
    "gpkg": ("gpkg", "zip"),
    "geojson": ("json",),
    "osm": ("pbf", "json"),
}  # forms that a format may come in, where not its own alone
TOKEN = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*+(?:"|\\?\Z))|([{}\[\]:,])|([^\s{}\[\]:,"]+))', re.S)
DEEPEST = 20  # levels of JSON looked into


@dataclass(frozen=True)
class Shape:
    """`kind`: csv, zip, xlsx, json ...; `names`: its headings, fields or keys, None where they were not seen; `holds`: the
    members or sheets it names; `records`: the path its records were found at."""

    kind: str
    names: list[str] | None = None
    holds: tuple[str, ...] = ()
    records: str | None = None


class Remote(io.RawIOBase):
    """A file at an address, read by ranges of LITTLE bytes as they are asked for. Raises Problem past MOST of them."""

    def __init__(self, client: Client, source: Source, url: str):
        super().__init__()
        self.client, self.source, self.url, self.at = client, source, url, 0
        self.first = client.piece(source.stem, url, 0, LITTLE, manners=BRIEF)
        self.size = self.first.size or 0
        self.parts = {0: self.first.body}
        self.ranges = self.first.is_whole or client.seen.status == 206

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next byte is read from."""
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go there."""
        self.at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.size}[whence])
        return self.at

    def readinto(self, buffer) -> int:
        """Fill a buffer, or a part of it."""
        number, skip = divmod(self.at, LITTLE)
        if self.at >= self.size:
            return 0
        if number not in self.parts:
            if len(self.parts) >= MOST:
                raise Problem(self.source.stem, "its form does not show in a little of it", "look at the file")
            piece = self.client.piece(self.source.stem, self.url, number * LITTLE, LITTLE, manners=BRIEF)
            if piece.start != number * LITTLE:
                raise Problem(self.source.stem, "the server sends another part than was asked for", "try later")
            self.parts[number] = piece.body
        found = self.parts[number][skip : skip + len(buffer)]
        buffer[: len(found)] = found
        self.at += len(found)
        return len(found)


def shape_of(client: Client, source: Source, url: str) -> Shape:
    """The form of the file at an address. Raises Problem where it is not of the source's form, as far as a little shows."""
    remote = Remote(client, source, url)
    try:
        refuse_html(remote.first.body, client.seen.content_type)
    except Passing as error:
        raise Problem(source.stem, str(error), "try later, or look at the address") from error
    kind = kind_of(remote.first.body)
    try:
        if kind == "zip":
            shape = _zip(source, remote)
        elif kind == "parquet" and remote.ranges:
            shape = Shape(
                kind,
                pyarrow.parquet.ParquetFile(pyarrow.PythonFile(io.BufferedReader(remote, LITTLE))).schema_arrow.names,
            )
        else:
            shape = _beginning(source.fetch, kind, remote.first.body)
    except (zipfile.BadZipFile, zlib.error, pyarrow.ArrowException, csv.Error, NotImplementedError, EOFError) as error:
        raise Problem(source.stem, f"the {kind} file is damaged ({error})", "try later") from error
    wanted = source.fetch.forms
    if shape.kind not in {kind for form in wanted for kind in MAY_BE.get(form, (form,))}:
        what = f"the file is {shape.kind}, where {' or '.join(wanted)} was expected"
        raise Problem(source.stem, what, "look at the file; the publisher may have changed its form")
    return shape


def kind_of(body: bytes) -> str:
    """What a file is, by its first bytes."""
    if b"OSMHeader" in body[:64]:
        return "pbf"
    text = body.lstrip(b"\xef\xbb\xbf \r\n\t")
    if text[:1] in (b"{", b"["):
        return "json"
    found = next((kind for magic, kind in MAGIC.items() if body.startswith(magic)), None)
    return found or ("unknown" if b"\0" in body[:1024] else "csv")


def _beginning(rule: Fetch, kind: str, body: bytes) -> Shape:
    if kind == "csv":
        text = body.decode(rule.encoding, "replace")
        return Shape(kind, [h.removesuffix(rule.strip_heading) for h in next(csv.reader(io.StringIO(text)), [])])
    if kind == "json":
        return _json(rule, body.decode("utf-8-sig", "replace"))
    return Shape(kind)


def _json(rule: Fetch, text: str) -> Shape:
    lists, keys = json_paths(text)
    paths = [OF_A_MAP] if "geojson" in rule.forms else list(map(".".join, rule.record_paths))
    there = [path for path in paths if path in lists] or [path for path in paths if path in keys]
    for records in there:  # a list of one may stand as an object
        below = f"{records}." if records else ""
        inside = list(dict.fromkeys(key.removeprefix(below) for key in keys if key.startswith(below)))
        if inside:
            return Shape("json", inside, records=records)
    return Shape("json", [], tuple(sorted(lists))[:20])  # so that it can be told where lists were seen


def json_paths(text: str) -> tuple[set[str], list[str]]:
    """The dotted paths of the lists, and of the keys in order, in a JSON text that may be cut anywhere."""
    lists: set[str] = set()
    keys: dict[str, None] = {}
    above: list[str] = []  # the path of each container we are in
    path, waiting = "", ""
    for match in TOKEN.finditer(text):
        name, mark, _ = match.groups()
        if name:
            waiting = name[1:-1]
        elif mark == ":" and above:
            path = f"{above[-1]}.{waiting}".lstrip(".")
            keys[path] = None
        elif mark and mark in "{[":
            if len(above) == DEEPEST:
                break
            above.append(path)
            lists |= {path} if mark == "[" else set()
        elif mark and mark in "}]" and above:
            path = above.pop()
    return lists, list(keys)


def _zip(source: Source, remote: Remote) -> Shape:
    if not remote.ranges:
        return Shape("xlsx" if "xlsx" in source.fetch.forms else "zip")
    archive = zipfile.ZipFile(io.BufferedReader(remote, LITTLE))
    names = archive.namelist()
    if "xl/workbook.xml" in names:
        return _workbook(source, archive)
    wanted = source.fetch.member or "*.csv"
    members = [name for name in names if fnmatch.fnmatch(name, wanted)]
    if len(members) != 1:
        what = f"the zip holds {len(members)} files named {wanted}, where one was expected"
        raise Problem(source.stem, what, "mend member in the source's file")
    inside = _beginning(source.fetch, kind_of(body := _start(archive, members[0])), body)
    return Shape("zip", inside.names, tuple(members), inside.records)


def _start(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as member:
        return member.read(LITTLE)


def _workbook(source: Source, archive: zipfile.ZipFile) -> Shape:
    """Its sheets, and the headings in their first row: of the sheets the source names, else of all."""
    text = lambda name: _start(archive, name).decode("utf-8", "replace")  # noqa: E731
    targets = dict(_pairs(text("xl/_rels/workbook.xml.rels"), "Relationship", "Id", "Target"))
    sheets = {name: targets.get(ref, "") for name, ref in _pairs(text("xl/workbook.xml"), "sheet", "name", "r:id")}
    rule = source.fetch
    wanted = [rule.sheet] if rule.sheet else []
    if rule.sheets:
        wanted = fnmatch.filter(sheets, rule.sheets.named) or [rule.sheets.named]
    if lost := [name for name in wanted if name not in sheets]:
        raise Problem(source.stem, f"the workbook has no sheet {lost[0]!r}", "mend sheet in the source's file")
    shared = text("xl/sharedStrings.xml") if "xl/sharedStrings.xml" in archive.namelist() else ""
    strings = [_text(inside) for _, inside in _elements(shared, "si")]
    names: list[str] | None = []
    for name in wanted or sheets:
        row = _first_row(text("xl/" + sheets[name].removeprefix("/xl/")), strings)
        names = None if names is None or row is None else [*names, *row]
    return Shape("xlsx", names and list(dict.fromkeys(names)), tuple(sheets))


def _first_row(sheet: str, strings: list[str]) -> list[str] | None:
    """The texts of a sheet's first row; None where one of them stands too far back to be seen."""
    found = []
    for _, row in _elements(sheet, "row")[:1]:
        for attributes, inside in _elements(row, "c"):
            value = next((text for _, text in _elements(inside, "v")), None)
            if 't="s"' in attributes and value is not None:
                if int(value) >= len(strings):
                    return None
                found.append(strings[int(value)])
            elif inside:
                found.append(_text(inside) if value is None else html.unescape(value))
    return found


def _text(xml: str) -> str:
    return html.unescape("".join(inside for _, inside in _elements(xml, "t")))


def _pairs(xml: str, tag: str, one: str, other: str) -> list[tuple[str, str]]:
    found = []
    for attributes, _ in _elements(xml, tag):
        values = dict(re.findall(r'([\w:]+)="([^"]*)"', attributes))
        if one in values and other in values:
            found.append((html.unescape(values[one]), values[other]))
    return found


def _elements(xml: str, tag: str) -> list[tuple[str, str]]:
    """The attributes and the inside of each whole element of a name, none of which holds another, in time that grows with
    the text alone."""
    found = []
    for part in re.split(rf"<{tag}(?=[\s/>])", xml)[1:]:
        attributes, closed, rest = part.partition(">")
        inside, ended, _ = rest.partition(f"</{tag}>")
        if attributes.endswith("/") and closed:
            found.append((attributes, ""))
        elif ended:
            found.append((attributes, inside))
    return found
