"""Files of a snapshot to a table of text: CSV, zipped CSV, JSON, XLSX and ArcGIS pages, nothing changed but the form."""

import fnmatch
import io
import zipfile
import zlib

import geopandas
import numpy as np
import orjson
import pandas as pd
import shapely

from pipelines.core.csv_text import one_column_per_heading, read_csv_text
from pipelines.core.problem import Problem
from pipelines.register.source import Source

UNPACKED_LIMIT = 12  # times the allowed download: beyond it a zip is a bomb


def read_text_table(source: Source, files: dict[str, bytes]) -> pd.DataFrame:
    """Every row and column of the snapshot, headings as published, values as text (empty text is null).

    `@observed_on` tells the date where the snapshot holds a file a date. A GeoDataFrame in `fetch.out_crs` where the layer has geometry. Raises Problem for bytes that are not the format.
    """
    pages = []
    for name, body in sorted(files.items()):
        stem, _, extension = name.rpartition(".")
        form = source.fetch.format if source.fetch.format in ("arcgis", "osm") else extension
        try:
            page = READERS[form](source, body)
        except Problem as problem:
            if len(files) == 1:
                raise
            raise Problem(source.stem, f"{name}: {problem.what}", problem.remedy) from problem
        if source.fetch.dates:
            page["@observed_on"] = stem
        pages.append(page)
    frame = pd.concat(pages, ignore_index=True) if len(pages) > 1 else pages[0]
    if source.fetch.strip_heading:
        frame = frame.rename(columns=lambda name: name.removesuffix(source.fetch.strip_heading))
    return frame


def _headings(source: Source) -> list[str]:
    return [column.source_name or name for name, column in source.columns.items()]


def _csv(source: Source, body: bytes) -> pd.DataFrame:
    frame = read_csv_text(source.stem, body, source.fetch.encoding, _as_published(source), source.fetch.only_columns)
    return frame.set_axis(frame.index - 2)  # so that row 2 is the first after the heading, and each the publisher's own


def _as_published(source: Source) -> set[str]:
    """The headings that the source's columns are read from, as they stand in its files."""
    return {heading + source.fetch.strip_heading for heading in _headings(source)}


def _zip(source: Source, body: bytes) -> pd.DataFrame:
    return _csv(source, unpack(source, body))


def unpack(source: Source, body: bytes) -> bytes:
    """The one member of a zip that the source names. Nothing is written to disk, so paths in it can do no harm.

    Raises Problem where no or several members match, or the member is far larger than the source allows.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
        names = [name for name in archive.namelist() if fnmatch.fnmatch(name, source.fetch.member or "*.csv")]
        if len(names) != 1:
            raise Problem(
                source.stem,
                f"the zip holds {len(names)} files named {source.fetch.member}, where one was expected",
                "mend member in the source's file",
            )
        limit = source.fetch.max_mb * 1_000_000 * UNPACKED_LIMIT
        if archive.getinfo(names[0]).file_size > limit:
            raise _bomb(source)
        with archive.open(names[0]) as member:
            data = member.read(limit + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        raise Problem(
            source.stem, f"the zip cannot be read ({error})", "try later; the file is cut short or damaged"
        ) from error
    if len(data) > limit:
        raise _bomb(source)
    return data


def _bomb(source: Source) -> Problem:
    return Problem(source.stem, "the zip unpacks to far more than its source file allows", "do not trust this file")


def _xlsx(source: Source, body: bytes) -> pd.DataFrame:
    try:
        cells = pd.read_excel(
            io.BytesIO(body),
            sheet_name=source.fetch.sheet or 0,
            header=None,
            dtype=str,
            engine="calamine",
            keep_default_na=False,
            na_values=[""],
        )
    except Exception as error:  # calamine raises its own error types for a damaged workbook
        raise Problem(
            source.stem,
            f"the workbook cannot be read ({error})",
            "look at the file; the publisher may have changed its form",
        ) from error
    if cells.empty:
        raise Problem(source.stem, "the sheet is empty", "look at the file; the publisher may have changed its form")
    rows = cells.iloc[1:].set_axis(cells.iloc[0].fillna("").astype("str"), axis=1).rename_axis(columns=None)
    rows = one_column_per_heading(source.stem, rows.set_axis(rows.index + 1), _as_published(source))
    return rows.set_axis(rows.index - 2)


def _json(source: Source, body: bytes) -> pd.DataFrame:
    value = orjson.loads(body.removeprefix(b"\xef\xbb\xbf"))
    for key in source.fetch.records.split(".") if source.fetch.records else []:
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, dict) and any(_inside(value, name) is not ABSENT for name in _headings(source)):
        value = [value]  # a list of one, as writers that come from XML put it
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise Problem(
            source.stem,
            "the JSON is not a list of objects",
            "look at the file; the publisher may have changed its form",
        )
    wanted = _headings(source)
    rows = [{name: _inside(row, name) for name in wanted} for row in value]
    return pd.DataFrame([{k: v for k, v in row.items() if v is not ABSENT} for row in rows], dtype=object)


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
    wanted = _headings(source)
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


READERS = {"csv": _csv, "zip": _zip, "xlsx": _xlsx, "json": _json, "arcgis": _arcgis, "osm": _osm}
