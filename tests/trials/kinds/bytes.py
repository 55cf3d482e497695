"""Bytes from outside: what a parser throws at them, one part or element among good ones, files made to exhaust a reader."""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

from fixtures.recording import Recording
from trials.altering import BOM, jsons, lines, rows
from trials.bombs.layers import spun
from trials.bombs.run import MOST_MB, MOST_S, tried
from trials.bombs.zips import endless, zipped
from trials.case import Case, Told

FOOD, PART = "fsa_hygiene_current", "FHRS502"
TENURE, GREEN = "ons_census_tenure_2021", "os_open_greenspace_current"
OSM, OSM_AT = "osm_places_london", "overpass-api|tourism"
OUTLINES, OUTLINES_AT = "ons_lsoa_boundaries_2021", "BGC_V5|outFields"


def put(part: str, change: bytes | Callable[[bytes], bytes]) -> Callable[[Recording], None]:
    """Answer the address that holds `part` with `change`."""
    return lambda town: town.spoil(part, change)


def encrypted(body: bytes) -> bytes:
    """The zip with a mark on each member that says it is encrypted."""
    return _marked(body, 6, 8, lambda flags: flags | 1)


def of_method(method: int) -> Callable[[bytes], bytes]:
    """The zip with members that say to be packed by another method."""
    return lambda body: _marked(body, 8, 10, lambda _: method)


def _marked(body: bytes, local: int, central: int, change: Callable[[int], int]) -> bytes:
    data = bytearray(body)
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        at = [info.header_offset + local for info in archive.infolist()]
        start = archive.start_dir
    while data[start : start + 4] == b"PK\1\2":
        at.append(start + central)
        start += 46 + sum(struct.unpack_from("<HHH", data, start + 28))
    for place in at:
        struct.pack_into("<H", data, place, change(struct.unpack_from("<H", data, place)[0]))
    return bytes(data)


def deep(levels: int) -> Callable[[bytes], bytes]:
    """The file of a council with a value of so many levels in its first establishment."""
    mark = b'"FHRSID":'
    return lambda body: body.replace(mark, b'"deep":' + b"[" * levels + b"]" * levels + b"," + mark, 1)


def elements(change: Callable[[list], None]) -> Callable[[bytes], bytes]:
    """The answer of OpenStreetMap with its elements changed."""
    return jsons(lambda whole: change(whole["elements"]))


def features(change: Callable[[list], None]) -> Callable[[bytes], bytes]:
    """A page of a layer with its features changed."""
    return jsons(lambda whole: change(whole["features"]))


def without_type(found: list) -> None:
    for element in found[:3]:
        element.pop("type")


def of_another_type(found: list) -> None:
    found[2:2] = [None, 7, "element", ["node"]]


def crossing(n: int) -> Callable[[list], None]:
    """Give the first outline so many vertices at random."""

    def change(found: list) -> None:
        ring = [[430_000 + x, 390_000 + y] for x, y in spun(n)]
        found[0]["geometry"] = {"type": "Polygon", "coordinates": [ring]}

    return change


def date_of(text: str) -> Callable[[bytes], bytes]:
    return rows(lambda n, row: row.update({"end-date": text}) if n % 2 else None)


def bomb(name: str) -> Told:
    """A file made to exhaust who reads it: told of, within a minute of work and 1 GB."""

    def run(folder: Path) -> str:
        seconds, peak, told = tried(name)
        assert told.startswith("told: "), f"{name}: {told}"
        assert seconds <= MOST_S, f"{name}: {seconds:.0f} s"
        assert peak <= MOST_MB, f"{name}: {peak:,} MB"
        return told.removeprefix("told: ")

    return Told("a file made to exhaust who reads it", name, run)


THROWN, ONE_PART, ODD, EXHAUSTS = (
    "whatever a parser throws",
    "one part among good ones",
    "one odd element",
    "an answer made to exhaust who reads it",
)
CASES = [
    Case(THROWN, "a zip that is encrypted", TENURE, put("ts054", encrypted), first=True),
    Case(THROWN, "a zip packed by method 97", TENURE, put("ts054", of_method(97)), first=True),
    Case(THROWN, "a zip packed by Deflate64", GREEN, put("OpenGreenspace", of_method(9)), first=True),
    Case(THROWN, "1e30 for dates", "mhclg_brownfield_current", put("brownfield-land", date_of("1e30"))),
    Case(THROWN, "a text of NULs", "gla_museums_2022", put("Museums_and", lambda body: b"\0" * len(body))),
    Case(
        THROWN, "UTF-16", "gla_museums_2022", put("Museums_and", lambda body: body.decode("utf-8-sig").encode("utf-16"))
    ),
    Case(
        THROWN,
        "a quote that is never closed",
        "fca_mutuals_current",
        put("SocietyList", lambda body: body + b'"' + b"x,\n" * 9),
    ),
    Case(ONE_PART, "a council's file that is an error", FOOD, put(PART, b'{"error": "busy"}')),
    Case(ONE_PART, "a council's file 900 deep", FOOD, put(PART, deep(900))),
    Case(ONE_PART, "a council's file that is a list of numbers", FOOD, put(PART, BOM + b"[1, 2, 3]")),
    Case(
        ONE_PART,
        "a council's file without a name in it",
        FOOD,
        put(PART, lambda body: body.replace(b'"BusinessName"', b'"Name"')),
    ),
    Case(ODD, "three elements without a type", OSM, put(OSM_AT, elements(without_type))),
    Case(ODD, "elements of other types", OSM, put(OSM_AT, elements(of_another_type))),
    Case(
        ODD,
        "most elements without a type",
        OSM,
        put(OSM_AT, elements(lambda found: [e.pop("type") for e in found[::2]])),
    ),
    Case(
        ODD,
        "a feature that is null",
        "gm_post_offices_current",
        put("gm_post_offices", features(lambda found: found.insert(1, None))),
    ),
    Case(
        EXHAUSTS,
        "680 MB of commas from 0.7 MB",
        TENURE,
        put("ts054", endless("census2021-ts054-lsoa.csv", b"," * 1_000_000, 680)),
        first=True,
    ),
    Case(
        EXHAUSTS,
        "a member of many named",
        TENURE,
        put("ts054", zipped([(f"{i}.txt", b"") for i in range(20_000)])),
        first=True,
    ),
    Case(
        EXHAUSTS,
        "100,000 headings",
        "gla_museums_2022",
        put("Museums_and", lines(lambda told: [line + ",x" * 100_000 for line in told[:20]])),
    ),
    Case(
        EXHAUSTS,
        "an outline of 5,000 crossing vertices",
        OUTLINES,
        put(OUTLINES_AT, features(crossing(5_000))),
        first=True,
    ),
    bomb("zip: 680 MB of commas in lines of a thousand"),
    bomb("zip: 1 GB of rows of two cells, few columns read"),
    bomb("zip: 300 MB in one object of JSON"),
    bomb("zip: 300 MB of empty objects read whole"),
    bomb("csv: 100,000 headings and 900 rows"),
    bomb("csv: a quote that never ends, 90 MB of lines"),
    bomb("csv: 90 million empty lines"),
    bomb("xlsx: a cell at XFD1048576"),
    bomb("xlsx: a cell beyond all columns"),
    bomb("xlsx: two million rows of a hundred texts"),
    bomb("xlsx: a billion laughs"),
    bomb("json: 1,100 deep in a row, volatile keys"),
    bomb("json: 30 million empty objects"),
    bomb("arcgis: an outline of 50,000 crossing vertices"),
    bomb("gpkg: a view that never ends in place of the layer"),
    bomb("parquet: one text of 1 MB a hundred thousand times"),
    bomb("extract: a block that unpacks to 2 GB"),
]
