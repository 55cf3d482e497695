"""Files of a snapshot to a table of text: CSV, JSON, workbooks, Parquet, zipped or not, map layers; only the form changes."""

import functools
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import geopandas
import numpy as np
import orjson
import pandas as pd
import shapely

from geodata.crs import same_crs
from pipelines.core.csv_text import read_csv_text, stream_csv_text
from pipelines.core.json_text import read_json
from pipelines.core.limits import HELD
from pipelines.core.parquet_file import read_parquet
from pipelines.core.plain_text import plain
from pipelines.core.problem import Problem
from pipelines.core.unforeseen import unforeseen
from pipelines.fetch.forms import form_of, members, unpacked_limit
from pipelines.register.source import Source
from pipelines.tables.headings import Used
from pipelines.tables.json_array import read_json_array
from pipelines.tables.layer_file import read_layer_file
from pipelines.tables.odd import Odd
from pipelines.tables.workbook import read_workbook


def read_text_table(source: Source, files: dict[str, bytes], odd: Odd | None = None) -> pd.DataFrame:
    """Every row and column of the snapshot, headings as published, values as text (empty text is null).

    `@observed_on` tells the date where the snapshot holds a file a date. A GeoDataFrame in `fetch.out_crs` where the layer has geometry.
    An element of a list that is none of its kind is left out and entered in `odd`. Raises Problem for bytes that are not
    the format, and where more are odd than slips explain.
    """
    pages, odd = [], Odd() if odd is None else odd
    for name, body in sorted(files.items()):
        stem, _, extension = name.rpartition(".")
        form = next((f for f in source.fetch.forms if f in PAGES and extension == "json"), extension)
        try:
            with unforeseen(source.stem, f"the {form} cannot be read"):
                page = READERS[form](source, body, odd)
        except Problem as problem:
            if len(files) == 1:
                raise
            raise Problem(source.stem, f"{name}: {problem.what}", problem.remedy) from problem
        if source.fetch.dates:
            page["@observed_on"] = stem
        if source.fetch.parts:
            page["@part"] = stem
        pages.append(page)
    odd.hold_to(source, sum(map(len, pages)))
    return pd.concat(pages, ignore_index=True) if len(pages) > 1 else pages[0]


def _csv(source: Source, body: bytes, odd: Odd) -> pd.DataFrame:
    frame = read_csv_text(source.stem, body, source.fetch.encoding, Used(source), source.fetch.only_columns)
    for heading, values in source.fetch.only_rows.items():
        frame = frame[frame[heading].isin(values)] if heading in frame else frame
    return frame.set_axis(frame.index - 2)  # so that row 2 is the first after the heading, and each the publisher's own


def _zip(source: Source, body: bytes, odd: Odd) -> pd.DataFrame:
    with _member(source, body) as (archive, info):
        if source.fetch.only_columns and info.filename.endswith(".json"):
            with archive.open(info) as stream:
                return read_json_array(source, stream, unpacked_limit(source.fetch), odd)
        if source.fetch.only_columns and info.file_size > HELD:
            opened = functools.partial(archive.open, info)
            limit, only = unpacked_limit(source.fetch), source.fetch.only_rows
            frame = stream_csv_text(source.stem, opened, Used(source), limit, only)
            return frame.set_axis(frame.index - 2)
    member = unpack(source, body)
    form = form_of(member)
    if form in ("zip", "xlsx"):
        raise Problem(
            source.stem, f"the zip holds a {form} where a table was expected", "mend member in the source's file"
        )
    return READERS[form](source, member, odd)


def unpack(source: Source, body: bytes) -> bytes:
    """The one member of a zip that the source names. Nothing is written to disk, so paths in it can do no harm.

    Raises Problem where no or several members match, or the member is far larger than the source allows, or than memory
    has room for.
    """
    with _member(source, body) as (archive, info):
        if info.file_size > HELD:
            raise _bomb(source)
        return archive.read(info)  # no more than its directory says, and held to the check sum in it


@contextmanager
def _member(source: Source, body: bytes) -> Iterator[tuple[zipfile.ZipFile, zipfile.ZipInfo]]:
    """The zip and the one member of it that the source names."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
        found = members(source.fetch, archive)
        if len(found) != 1:
            raise Problem(
                source.stem,
                f"the zip holds {len(found)} files named {source.fetch.member}, where one was expected",
                "mend member in the source's file",
            )
        if found[0].file_size > unpacked_limit(source.fetch):
            raise _bomb(source)
        yield archive, found[0]
    except (
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        RuntimeError,
        NotImplementedError,
        lzma.LZMAError,
    ) as error:
        raise Problem(
            source.stem, f"the zip cannot be read ({error})", "try later; the file is cut short or damaged"
        ) from error


def _bomb(source: Source) -> Problem:
    return Problem(source.stem, "the zip unpacks to far more than its source file allows", "do not trust this file")


def _xlsx(source: Source, body: bytes, odd: Odd) -> pd.DataFrame:
    rows = read_workbook(source, body)
    return rows.set_axis(rows.index - 2)


def _parquet(source: Source, body: bytes, odd: Odd) -> pd.DataFrame:
    """The declared columns of a Parquet file as text. Dates and numbers are written as Arrow does."""
    table = read_parquet(source.stem, body, Used(source).forms, as_text=True)
    return pd.DataFrame({name: table[name].to_pandas() for name in table.column_names}, dtype=object)


def _json(source: Source, body: bytes, odd: Odd) -> pd.DataFrame:
    whole = read_json(body)
    wanted = sorted({h for name, column in source.columns.items() for h in column.headings(name)})
    found = (_records(whole, path, wanted) for path in source.fetch.record_paths)
    records = next((rows for rows in found if rows is not None), None)
    if records is None:
        raise Problem(
            source.stem,
            "the JSON is not a list of objects",
            "look at the file; the publisher may have changed its form",
        )
    rows = [{name: _inside(row, name) for name in wanted} for _, row in odd.numbered(records)]
    told = {name: [row[name] for row in rows] for name in wanted}
    there = {name: values for name, values in told.items() if any(value is not ABSENT for value in values)}
    return pd.DataFrame(
        {name: [None if value is ABSENT else value for value in values] for name, values in there.items()},
        index=range(len(rows)),
        dtype=object,
    )


def _records(value, path: list[str], wanted: list[str]) -> list | None:
    """The rows at the end of a path of keys; None where no list of objects is there."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, dict) and any(_inside(value, name) is not ABSENT for name in wanted):
        return [value]  # a list of one, as writers that come from XML put it
    return value if isinstance(value, list) and (not value or any(isinstance(row, dict) for row in value)) else None


ABSENT = object()


def _inside(row: dict, name: str):
    """The value of a key, or of a key within a key (`Geocode.Longitude`), as text; null where it is no plain value."""
    value = row.get(name, ABSENT)
    if value.__class__ is str:
        return value
    if value is ABSENT and "." not in name:
        return value
    value = row
    for key in [name] if name in row else name.split("."):
        value = value.get(key, ABSENT) if isinstance(value, dict) else ABSENT
    return value if value is ABSENT else None if value is None or isinstance(value, (dict, list)) else str(value)


LIFECYCLE = ("disused", "abandoned", "was", "closed", "demolished", "removed")  # prefixes of what is there no more


def _osm(source: Source, body: bytes, odd: Odd) -> pd.DataFrame:
    """OpenStreetMap elements as rows: `@id`, `@lat`, `@lon`, `@tag` (the first tag that is one of the source's kinds),
    `@lifecycle` (its prefix, where it has one) and the tags that the source's columns name."""
    wanted = {h for name, column in source.columns.items() for h in column.headings(name)}
    kinds = source.places.kinds.values
    rows = []
    for number, element in odd.numbered(_elements(source, read_json(body), "elements")):
        tags, at = element.get("tags") or {}, element.get("center") or element
        if not isinstance(tags, dict) or not isinstance(at, dict) or not {"type", "id"} <= element.keys():
            odd.add(number, "element", element, "is no node, way or relation")
            continue
        name = f"{element['type']}/{element['id']}"
        tag, prefix = _tag(tags, kinds)
        row = {name: tags.get(name) for name in wanted if not name.startswith("@")}
        row |= {"@id": name, "@lat": at.get("lat"), "@lon": at.get("lon")}
        rows.append(row | {"@tag": tag, "@lifecycle": prefix})
    return pd.DataFrame([{k: None if v is None else str(v) for k, v in row.items()} for row in rows], dtype=object)


def _elements(source: Source, page: object, key: str) -> list:
    """The list under a key of a page. Raises Problem where there is none."""
    found = page.get(key) if isinstance(page, dict) else None
    if not isinstance(found, list):
        raise Problem(source.stem, f"the answer has no list of {key}", "look at the answer; its form may have changed")
    return found


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


def _arcgis(source: Source, body: bytes, odd: Odd) -> pd.DataFrame:
    if source.fetch.points:
        return read_layer_file(source, body, odd)
    page, features = read_json(body), []
    for number, feature in odd.numbered(_elements(source, page, "features")):
        if isinstance(feature.get("properties") or feature.get("attributes"), dict):
            features.append((number, feature))
        else:
            odd.add(number, "feature", feature, "has no attributes")
    rows = [feature.get("properties") or feature.get("attributes") for _, feature in features]
    frame = pd.DataFrame([{k: None if v is None else str(v) for k, v in row.items()} for row in rows], dtype=object)
    if not source.fetch.geometry:
        return frame
    crs = _crs_told(page)
    if crs is not None and not same_crs(crs, source.fetch.out_crs):
        raise Problem(
            source.stem,
            f"the layer came in {plain(crs)[:60]}, not in {source.fetch.out_crs}",
            "check out_crs in the source's file",
        )
    texts = [orjson.dumps(f["geometry"]) if f.get("geometry") else None for _, f in features]
    shapes = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    lost = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    for i in np.flatnonzero(lost):
        odd.add(features[i][0], "geometry", _called(source, rows[i]), "has no geometry that can be read")
    return geopandas.GeoDataFrame(frame, geometry=shapely.force_2d(shapes), crs=source.fetch.out_crs)[~lost]


def _crs_told(page: dict) -> str | None:
    """What a page says of its CRS, as GeoJSON or as Esri has it; None where it says nothing: its numbers are then held to
    the extent in the CRS that was asked for."""
    told = (page.get("crs") or {}).get("properties") or {}
    esri = page.get("spatialReference") or {}
    found = (told.get("name"), told.get("code"), esri.get("latestWkid"), esri.get("wkid"), esri.get("wkt"))
    return next((str(value) for value in found if value), None)


def _called(source: Source, row: dict) -> str:
    """What a feature is called in a sentence: the first of its source's key that it tells."""
    headings = [heading for name in source.key for heading in source.columns[name].headings(name)]
    return repr(plain(str(next((row[h] for h in headings if row.get(h)), "without a code")))[:60])


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
