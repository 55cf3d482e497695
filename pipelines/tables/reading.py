"""Files of a snapshot to a table of text: CSV, JSON, workbooks, Parquet, zipped or not, map layers; only the form changes."""

import fnmatch
import functools
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import geopandas
import numpy as np
import orjson
import pandas as pd
import pyarrow
import pyarrow.compute
import pyarrow.parquet
import shapely

from pipelines.core.csv_text import read_csv_text, stream_csv_text
from pipelines.core.problem import Problem
from pipelines.fetch.forms import form_of
from pipelines.register.source import Source
from pipelines.tables.headings import Used
from pipelines.tables.json_array import read_json_array
from pipelines.tables.layer_file import read_layer_file
from pipelines.tables.workbook import read_workbook

STREAMED = 200_000_000  # bytes beyond which a CSV is not held in memory whole, where its source asks for few columns
UNPACKED_LIMIT = 12  # times the allowed download: beyond it a zip is a bomb


def read_text_table(source: Source, files: dict[str, bytes]) -> pd.DataFrame:
    """Every row and column of the snapshot, headings as published, values as text (empty text is null).

    `@observed_on` tells the date where the snapshot holds a file a date. A GeoDataFrame in `fetch.out_crs` where the layer has geometry. Raises Problem for bytes that are not the format.
    """
    pages = []
    for name, body in sorted(files.items()):
        stem, _, extension = name.rpartition(".")
        form = next((f for f in source.fetch.forms if f in PAGES and extension == "json"), extension)
        try:
            page = READERS[form](source, body)
        except Problem as problem:
            if len(files) == 1:
                raise
            raise Problem(source.stem, f"{name}: {problem.what}", problem.remedy) from problem
        if source.fetch.dates:
            page["@observed_on"] = stem
        if source.fetch.parts:
            page["@part"] = stem
        pages.append(page)
    return pd.concat(pages, ignore_index=True) if len(pages) > 1 else pages[0]


def _csv(source: Source, body: bytes) -> pd.DataFrame:
    frame = read_csv_text(source.stem, body, source.fetch.encoding, Used(source), source.fetch.only_columns)
    return frame.set_axis(frame.index - 2)  # so that row 2 is the first after the heading, and each the publisher's own


def _zip(source: Source, body: bytes) -> pd.DataFrame:
    with _member(source, body) as (archive, info):
        if source.fetch.only_columns and info.filename.endswith(".json"):
            with archive.open(info) as stream:
                return read_json_array(source, stream, _unpacked_limit(source))
        if source.fetch.only_columns and info.file_size > STREAMED:
            opened = functools.partial(archive.open, info)
            frame = stream_csv_text(source.stem, opened, Used(source), _unpacked_limit(source))
            return frame.set_axis(frame.index - 2)
    member = unpack(source, body)
    form = form_of(member)
    if form in ("zip", "xlsx"):
        raise Problem(
            source.stem, f"the zip holds a {form} where a table was expected", "mend member in the source's file"
        )
    return READERS[form](source, member)


def unpack(source: Source, body: bytes) -> bytes:
    """The one member of a zip that the source names. Nothing is written to disk, so paths in it can do no harm.

    Raises Problem where no or several members match, or the member is far larger than the source allows.
    """
    with _member(source, body) as (archive, info), archive.open(info) as member:
        data = member.read(_unpacked_limit(source) + 1)
    if len(data) > _unpacked_limit(source):
        raise _bomb(source)
    return data


@contextmanager
def _member(source: Source, body: bytes) -> Iterator[tuple[zipfile.ZipFile, zipfile.ZipInfo]]:
    """The zip and the one member of it that the source names."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
        names = [name for name in archive.namelist() if fnmatch.fnmatch(name, source.fetch.member or "*.csv")]
        if len(names) != 1:
            raise Problem(
                source.stem,
                f"the zip holds {len(names)} files named {source.fetch.member}, where one was expected",
                "mend member in the source's file",
            )
        if archive.getinfo(names[0]).file_size > _unpacked_limit(source):
            raise _bomb(source)
        yield archive, archive.getinfo(names[0])
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        raise Problem(
            source.stem, f"the zip cannot be read ({error})", "try later; the file is cut short or damaged"
        ) from error


def _unpacked_limit(source: Source) -> int:
    return source.fetch.max_mb * 1_000_000 * UNPACKED_LIMIT


def _bomb(source: Source) -> Problem:
    return Problem(source.stem, "the zip unpacks to far more than its source file allows", "do not trust this file")


def _xlsx(source: Source, body: bytes) -> pd.DataFrame:
    rows = read_workbook(source, body)
    return rows.set_axis(rows.index - 2)


def _parquet(source: Source, body: bytes) -> pd.DataFrame:
    """The declared columns of a Parquet file as text. Dates and numbers are written as Arrow does."""
    try:
        file, used = pyarrow.parquet.ParquetFile(io.BytesIO(body)), Used(source)
        table = file.read([name for name in file.schema_arrow.names if name in used])
        texts = {name: pyarrow.compute.cast(table[name], "string").to_pandas() for name in table.column_names}
    except pyarrow.ArrowException as error:
        message = f"the Parquet file cannot be read ({str(error).splitlines()[0][:120]})"
        raise Problem(source.stem, message, "look at the file; the publisher may have changed its form") from error
    return pd.DataFrame(texts, dtype=object)


def _json(source: Source, body: bytes) -> pd.DataFrame:
    whole = orjson.loads(body.removeprefix(b"\xef\xbb\xbf"))
    wanted = sorted({h for name, column in source.columns.items() for h in column.headings(name)})
    found = (_records(whole, path, wanted) for path in source.fetch.record_paths)
    records = next((rows for rows in found if rows is not None), None)
    if records is None:
        raise Problem(
            source.stem,
            "the JSON is not a list of objects",
            "look at the file; the publisher may have changed its form",
        )
    rows = [{name: _inside(row, name) for name in wanted} for row in records]
    return pd.DataFrame([{k: v for k, v in row.items() if v is not ABSENT} for row in rows], dtype=object)


def _records(value, path: list[str], wanted: list[str]) -> list[dict] | None:
    """The rows at the end of a path of keys; None where no list of objects is there."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, dict) and any(_inside(value, name) is not ABSENT for name in wanted):
        return [value]  # a list of one, as writers that come from XML put it
    return value if isinstance(value, list) and all(isinstance(row, dict) for row in value) else None


ABSENT = object()


def _inside(row: dict, name: str):
    """The value of a key, or of a key within a key (`Geocode.Longitude`), as text; null where it is no plain value."""
    value = row
    for key in [name] if name in row else name.split("."):
        value = value.get(key, ABSENT) if isinstance(value, dict) else ABSENT
    return value if value is ABSENT else None if value is None or isinstance(value, (dict, list)) else str(value)


LIFECYCLE = ("disused", "abandoned", "was", "closed", "demolished", "removed")  # prefixes of what is there no more


def _osm(source: Source, body: bytes) -> pd.DataFrame:
    """OpenStreetMap elements as rows: `@id`, `@lat`, `@lon`, `@tag` (the first tag that is one of the source's kinds),
    `@lifecycle` (its prefix, where it has one) and the tags that the source's columns name."""
    wanted = {h for name, column in source.columns.items() for h in column.headings(name)}
    kinds = source.places.kinds.values
    rows = []
    for element in orjson.loads(body)["elements"]:
        tags, at = element.get("tags") or {}, element.get("center") or element
        tag, prefix = _tag(tags, kinds)
        row = {name: tags.get(name) for name in wanted if not name.startswith("@")}
        row |= {"@id": f"{element['type']}/{element['id']}", "@lat": at.get("lat"), "@lon": at.get("lon")}
        rows.append(row | {"@tag": tag, "@lifecycle": prefix})
    return pd.DataFrame([{k: None if v is None else str(v) for k, v in row.items()} for row in rows], dtype=object)


def _tag(tags: dict[str, str], kinds: dict[str, str]) -> tuple[str | None, str | None]:
    for kind in kinds:
        key, _, value = kind.partition("=")
        if tags.get(key) == value:
            return kind, None
    for kind in kinds:
        key, _, value = kind.partition("=")
        for prefix in LIFECYCLE:
            if tags.get(f"{prefix}:{key}") == value:
                return kind, prefix
    return None, None


def _arcgis(source: Source, body: bytes) -> pd.DataFrame:
    page = orjson.loads(body)
    rows = [feature.get("properties") or feature.get("attributes") for feature in page["features"]]
    frame = pd.DataFrame([{k: None if v is None else str(v) for k, v in row.items()} for row in rows], dtype=object)
    if not source.fetch.geometry:
        return frame
    crs = page.get("crs", {}).get("properties", {}).get("name", source.fetch.out_crs)
    if source.fetch.out_crs.removeprefix("EPSG:") not in crs:
        raise Problem(
            source.stem,
            f"the layer came in {crs}, not in {source.fetch.out_crs}",
            "check out_crs in the source's file",
        )
    texts = [orjson.dumps(f["geometry"]) if f.get("geometry") else None for f in page["features"]]
    shapes = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    if (lost := np.flatnonzero(shapely.is_missing(shapes) | shapely.is_empty(shapes))).size:
        raise Problem(
            source.stem,
            f"{lost.size} features have no geometry, the first is {rows[lost[0]]}",
            "try later; the publisher's layer is incomplete",
        )
    return geopandas.GeoDataFrame(frame, geometry=shapes, crs=source.fetch.out_crs)


PAGES = ("geojson", "arcgis", "osm")  # forms of JSON that say by themselves where their rows are
READERS = {
    "csv": _csv,
    "zip": _zip,
    "xlsx": _xlsx,
    "parquet": _parquet,
    "gpkg": read_layer_file,
    "geojson": read_layer_file,
    "json": _json,
    "arcgis": _arcgis,
    "osm": _osm,
}
