"""What form bytes have, told by the bytes themselves, and whether they are whole: a name or a header may say anything."""

import fnmatch
import io
import lzma
import zipfile
import zlib

import orjson

from pipelines.core.json_text import BOM, read_json
from pipelines.core.limits import HELD, MEMBERS, Excess
from pipelines.fetch.http import Passing, refuse_html
from pipelines.register.fetch_rule import Fetch

UNPACKED_LIMIT = 12  # times the allowed download: beyond it a zip is a bomb
MAGIC = {b"PAR1": "parquet", b"SQLite format 3\x00": "gpkg"}
TEXT = ("csv", "geojson", "arcgis", "osm")  # forms that cannot be told by their first bytes


def form_of(body: bytes) -> str:
    """The form of a file: zip, xlsx, parquet, gpkg, json, or else csv."""
    for magic, form in MAGIC.items():
        if body.startswith(magic):
            return form
    if body.startswith(b"PK\x03\x04"):
        return "xlsx" if _is_workbook(body) else "zip"
    return "json" if body[:64].removeprefix(BOM).lstrip().startswith((b"{", b"[")) else "csv"


def refuse_unlike(rule: Fetch, body: bytes, content_type: str = "") -> None:
    """Raise Passing for bytes that are none of the forms asked for, or are cut short: often a passing fault. Raise Excess
    for those that hold more than is read of any source."""
    refuse_html(body, content_type)
    form = form_of(body)
    if form not in rule.forms and not set(rule.forms) & set(TEXT):
        form = rule.forms[0]
    if form == "zip":
        _whole_zip(rule, body)
    elif form in WHOLE:
        WHOLE[form](body)


def members(rule: Fetch, archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The members of a zip whose names are those that a source asks for."""
    return [info for info in archive.infolist() if fnmatch.fnmatch(info.filename, rule.member or "*.csv")]


def unpacked_limit(rule: Fetch) -> int:
    """How many bytes a member may unpack to."""
    return rule.max_mb * 1_000_000 * UNPACKED_LIMIT


def _is_workbook(body: bytes) -> bool:
    try:
        return "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(body)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def _whole_zip(rule: Fetch, body: bytes) -> None:
    """Hold what is asked for of a zip to its check sums; what nobody reads may be as it likes."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
        if len(archive.infolist()) > MEMBERS:
            raise Excess(f"the zip holds more than {MEMBERS:,} files")
        for info in members(rule, archive):
            if info.file_size > unpacked_limit(rule):
                raise Excess("the zip unpacks to far more than its source file allows")
            with archive.open(info) as member:
                while member.read(1 << 20):
                    pass
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError) as error:
        raise Passing("the zip file is cut short or damaged") from error
    except (RuntimeError, NotImplementedError) as error:
        raise Excess(f"the zip cannot be read ({error})") from error


def _whole_workbook(body: bytes) -> None:
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
        if sum(info.file_size for info in archive.infolist()) > HELD:
            raise Excess("the workbook unpacks to far more than any is read of")
        damaged = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError) as error:
        raise Passing("the workbook is cut short or damaged") from error
    except (RuntimeError, NotImplementedError) as error:
        raise Excess(f"the workbook cannot be read ({error})") from error
    if damaged:
        raise Passing(f"the workbook is damaged ({damaged})")


def _whole_json(body: bytes) -> None:
    try:
        read_json(body)
    except orjson.JSONDecodeError as error:
        raise Passing("the JSON is cut short or damaged") from error


def _whole_parquet(body: bytes) -> None:
    if not (body.startswith(b"PAR1") and body.endswith(b"PAR1")):
        raise Passing("the Parquet file is cut short or damaged")


WHOLE = {"xlsx": _whole_workbook, "json": _whole_json, "parquet": _whole_parquet}
