"""What form bytes have, told by the bytes themselves, and whether they are whole: a name or a header may say anything."""

import io
import zipfile
import zlib

import orjson

from pipelines.fetch.http import Passing, refuse_html

BOM = b"\xef\xbb\xbf"
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


def refuse_unlike(forms: list[str], body: bytes, content_type: str = "") -> None:
    """Raise Passing for bytes that are none of the `forms` asked for, or are cut short: often a passing fault."""
    refuse_html(body, content_type)
    form = form_of(body)
    if form not in forms and not set(forms) & set(TEXT):
        form = forms[0]
    if form in WHOLE:
        WHOLE[form](body)


def _is_workbook(body: bytes) -> bool:
    try:
        return "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(body)).namelist()
    except (zipfile.BadZipFile, ValueError):
        return False


def _whole_zip(body: bytes) -> None:
    try:
        damaged = zipfile.ZipFile(io.BytesIO(body)).testzip()
    except (zipfile.BadZipFile, zlib.error) as error:
        raise Passing("the zip file is cut short or damaged") from error
    if damaged:
        raise Passing(f"the zip file is damaged ({damaged})")


def _whole_json(body: bytes) -> None:
    try:
        orjson.loads(body.removeprefix(BOM))
    except orjson.JSONDecodeError as error:
        raise Passing("the JSON is cut short or damaged") from error


def _whole_parquet(body: bytes) -> None:
    if not (body.startswith(b"PAR1") and body.endswith(b"PAR1")):
        raise Passing("the Parquet file is cut short or damaged")


WHOLE = {"zip": _whole_zip, "xlsx": _whole_zip, "json": _whole_json, "parquet": _whole_parquet}
