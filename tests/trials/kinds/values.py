"""Every source that is given as CSV, JSON or GeoJSON, damaged in each of the ways that values go wrong: drawn from a seed.

A way that does not apply to a source (no coordinates, no dates) is left out. `ALL` holds every pair of source and way;
`CASES` a draw of a few sources a way, since each takes a refresh.
"""

import csv
import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from functools import partial

import orjson
from fixtures.recording import OLD, SAMPLE, Recording
from trials.altering import BOM
from trials.case import Case

from geodata.geography import read_geographies
from pipelines.register.register import read_register
from pipelines.register.source import Source

SEED, DRAWN = 13, 2
# What is wrong in five rows or fewer may be a correction, and is told by no rule: of shorter lists these ways are left out
FEWEST, OF_SOME = (
    24,
    (
        "shifted_in_a_few_rows",
        "axes_swapped_in_a_few_rows",
        "points_shuffled",
        "all_at_one_point",
        "coordinates_emptied",
    ),
)
TOWN = read_geographies()["sample_town"]
SOURCES = read_register(TOWN).sources
Rows = list[dict]


def addresses(stem: str, told: list[str]) -> list[str]:
    """Those of the recorded addresses that are a source's."""
    rule = SOURCES[stem].fetch
    if rule.dates:
        return []  # of days long past: they are asked once
    starts = tuple(url.split("{")[0] for url in rule.urls)
    pattern = rule.discover.pattern if rule.discover else None
    return [u for u in told if u.startswith(starts) or (pattern and re.search(pattern, u))]


def read(source: Source, body: bytes) -> Rows | None:
    """The rows of an answer; None for a form that is not altered here."""
    if body.startswith(b"PK"):
        archive = zipfile.ZipFile(io.BytesIO(body))
        name = next((n for n in archive.namelist() if n.endswith(".csv")), None)
        return None if name is None or len(archive.namelist()) > 1 else read(source, archive.read(name))
    text = body.removeprefix(BOM)
    if text[:1] in b"{[" and text:
        return [dict(row) for row in _list(source, orjson.loads(text)) or []] or None
    try:
        return list(csv.DictReader(io.StringIO(text.decode(source.fetch.encoding))))
    except UnicodeDecodeError:
        return None


def write(source: Source, body: bytes, rows: Rows) -> bytes:
    """The answer with other rows, in the same form."""
    if body.startswith(b"PK"):
        out, archive = io.BytesIO(), zipfile.ZipFile(io.BytesIO(body))
        (name,) = archive.namelist()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr(name, write(source, archive.read(name), rows))
        return out.getvalue()
    text = body.removeprefix(BOM)
    if text[:1] in b"{[":
        whole = orjson.loads(text)
        _list(source, whole)[:] = rows
        return orjson.dumps(whole)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(source.fetch.encoding)


def _list(source: Source, whole) -> Rows | None:
    for path in [*source.fetch.record_paths, ["elements"]]:
        found = whole
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(found, list):
            return found
    return None


def at(source: Source, rows: Rows, column: str | None) -> list[str] | None:
    """The keys that lead to a column in each row; None where it is not there."""
    names = source.columns[column].headings(column) if column else []
    for name in names:
        for keys in (
            [name],
            [name.removeprefix("@")],
            ["center", name.removeprefix("@")],
            ["tags", name],
            name.split("."),
        ):
            value = rows[0]
            for key in keys:
                value = value.get(key) if isinstance(value, dict) else None
            if value is not None:
                return keys
    return None


def get(row: dict, keys: list[str]):
    """The value there."""
    for key in keys:
        row = row.get(key) if isinstance(row, dict) else None
    return row


def put(row: dict, keys: list[str], value) -> None:
    """Put a value there."""
    for key in keys[:-1]:
        row = row.get(key) or {}
    row[keys[-1]] = value


class LeftOutError(Exception):
    """A way that does not apply to a source."""


def columns(source: Source, rows: Rows, *types: str) -> list[list[str]]:
    """Where the columns of these types stand."""
    found = [at(source, rows, name) for name, column in source.columns.items() if column.type in types]
    if not any(found):
        raise LeftOutError
    return [keys for keys in found if keys]


def axes(source: Source, rows: Rows) -> list[list[str]]:
    """Where the two coordinates stand."""
    point = source.places.point if source.places else None
    found = [at(source, rows, name) for name in (point.x, point.y)] if point and point.x else [None]
    if None in found:
        raise LeftOutError
    return found


def each(rows: Rows, keys: list[str], change: Callable, every: int = 1) -> Rows:
    """Every so many a row with another value where it has one."""
    for row in rows[::every]:
        value = get(row, keys)
        if value not in (None, ""):
            put(row, keys, change(value))
    return rows


def axes_swapped(source, rows, draw, every=1):
    x, y = axes(source, rows)
    for row in rows[::every]:
        a, b = get(row, x), get(row, y)
        put(row, x, b)
        put(row, y, a)
    return rows


def shifted(source, rows, draw, every=1):
    x, _ = axes(source, rows)
    return each(rows, x, _shifted, every)


def _shifted(value):
    try:
        by = 0.1 if abs(float(value)) < 180 else 7_000
        return type(value)(float(value) + by)
    except ValueError:
        return value


def all_at_one_point(source, rows, draw):
    for keys in axes(source, rows):
        spot = next(get(row, keys) for row in rows if get(row, keys) not in (None, ""))
        each(rows, keys, lambda _, spot=spot: spot)
    return rows


def points_shuffled(source, rows, draw):
    pairs = [axes(source, rows), [draw.sample(rows, len(rows))]]
    told = [[get(row, keys) for keys in pairs[0]] for row in pairs[1][0]]
    for row, values in zip(rows, told, strict=True):
        for keys, value in zip(pairs[0], values, strict=True):
            put(row, keys, value)
    return rows


def coordinates_emptied(source, rows, draw, every=2):
    for keys in axes(source, rows):
        each(rows, keys, lambda _: "" if isinstance(_, str) else None, every)
    return rows


def thousands(source, rows, draw, every=1):
    for keys in columns(source, rows, "number", "integer"):
        each(rows, keys, _with_thousands, every)
    return rows


def _with_thousands(value):
    try:
        return f"{float(value):,.10g}" if float(value) >= 1000 else value
    except ValueError:
        return value


def decimal_commas(source, rows, draw):
    for keys in columns(source, rows, "number"):
        each(rows, keys, lambda v: str(v).replace(".", ","))
    return rows


def british_dates(source, rows, draw, every=1):
    for keys in columns(source, rows, "date"):
        each(rows, keys, lambda v: re.sub(r"^(\d{4})-(\d\d)-(\d\d).*", r"\3/\2/\1", str(v)), every)
    return rows


def impossible_dates(source, rows, draw):
    for keys in columns(source, rows, "date"):
        odd = ["2025-02-30", "0000-00-00", "0202-01-01", "9999-12-31", "1e30", "45678", "n/a"]
        each(rows, keys, lambda _, odd=odd: draw.choice(odd))
    return rows


def full_width_digits(source, rows, draw):
    for keys in [at(source, rows, source.key[0])] if source.key else columns(source, rows, "code"):
        if not keys:
            raise LeftOutError
        if source.fetch.encoding != "utf-8-sig":
            raise LeftOutError
        each(rows, keys, lambda v: str(v).translate({ord("0") + n: chr(0xFF10 + n) for n in range(10)}))
    return rows


def arabic_digits(source, rows, draw):
    for keys in columns(source, rows, "code"):
        each(rows, keys, lambda v: str(v).translate({ord("0") + n: chr(0x0660 + n) for n in range(10)}))
    return rows


def rounded_by_a_spreadsheet(source, rows, draw):
    wanted = [source.places and source.places.uprn, *source.key]
    keys = next((k for name in wanted if name and (k := at(source, rows, name))), None)
    if not keys or not str(get(rows[0], keys)).isdigit():
        raise LeftOutError
    return each(rows, keys, lambda v: f"{float(v):.2E}" if str(v).isdigit() else v)


def _text(source: Source, rows: Rows, draw: random.Random) -> list[str]:
    rule = source.places
    if not rule:
        raise LeftOutError
    wanted = [v.column for v in (rule.kinds, rule.owner_kind, rule.closed) if v]
    wanted += [rule.ended] if isinstance(rule.ended, str) else [rule.ended.column] if rule.ended else []
    found = [keys for name in wanted if (keys := at(source, rows, name))]
    if not found:
        raise LeftOutError
    return draw.choice(found)


def a_meaning_emptied(source, rows, draw):
    return each(rows, _text(source, rows, draw), lambda v: "" if isinstance(v, str) else None)


def a_word_for_all(source, rows, draw):
    keys = _text(source, rows, draw)
    word = next(v for row in rows if (v := get(row, keys)) not in (None, ""))
    for row in rows:
        put(row, keys, word)
    return rows


def words_renamed(source, rows, draw):
    return each(rows, _text(source, rows, draw), lambda v: f"{v} (2026)" if isinstance(v, str) else v)


def heading_twice(source, rows, draw):
    keys = draw.choice(columns(source, rows, "number", "integer", "code", "date"))
    if len(keys) > 1 or not isinstance(get(rows[0], keys), str):
        raise LeftOutError
    other = get(rows[-1], keys)
    return [{keys[0].upper() if keys[0] != keys[0].upper() else keys[0].lower(): other, **row} for row in rows]


def numbers_in_hundreds(source, rows, draw):
    point = source.places.point if source.places else None
    names = [n for n, c in source.columns.items() if c.type in ("number", "integer") and n not in source.key]
    found = [k for n in names if not point or n not in (point.x, point.y) if (k := at(source, rows, n))]
    if not found:
        raise LeftOutError
    for keys in found:
        each(rows, keys, _times_hundred)
    return rows


def _times_hundred(value):
    try:
        return type(value)(float(value) * 100) if not isinstance(value, str) else f"{float(value) * 100:.10g}"
    except ValueError:
        return value


def swollen(source, rows, draw):
    if not source.places or not source.places.id:
        raise LeftOutError
    keys = at(source, rows, source.places.id[0])
    if not keys:
        raise LeftOutError
    more = []
    for n in range(143):
        for row in rows:
            again = json.loads(json.dumps(row))
            put(
                again,
                keys,
                f"{get(row, keys)}{n + 1000}"
                if isinstance(get(row, keys), str)
                else get(row, keys) + n * 10**7 + 10**7,
            )
            more.append(again)
    return rows + more


def halved(source, rows, draw):
    return rows[::2]


WAYS = {
    way.__name__: way
    for way in (
        axes_swapped, shifted, all_at_one_point, points_shuffled, coordinates_emptied, thousands, decimal_commas, british_dates,
        impossible_dates, full_width_digits, arabic_digits, rounded_by_a_spreadsheet, a_meaning_emptied, a_word_for_all,
        words_renamed, heading_twice, numbers_in_hundreds, swollen, halved,
    )
}  # fmt: skip
WAYS |= {
    f"{name}_in_a_few_rows": partial(WAYS[name], every=4)
    for name in ("axes_swapped", "shifted", "thousands", "british_dates")
}


def spoil(town: Recording, stem: str, way: str) -> None:
    """Alter every recorded answer of a source in one way."""
    source = SOURCES[stem]
    told = [answer["url"] for answer in json.loads((town.folder / f"{OLD}.json").read_bytes())]
    for n, url in enumerate(addresses(stem, told)):
        if source.fetch.parts and n:
            return  # a part that goes wrong
        body = town.body(url)
        rows = read(source, body)
        if rows:
            draw = random.Random(f"{SEED} {stem} {way}")
            town.spoil(url, write(source, body, WAYS[way](source, rows, draw)))


def applies(stem: str, way: str) -> bool:
    """True where a way of going wrong changes anything in a source, told by trying it."""
    source, files = SOURCES[stem], {a["url"]: a["file"] for a in json.loads((SAMPLE / "2026-09-30.json").read_bytes())}
    for url in addresses(stem, list(files))[:1]:
        rows = read(source, (SAMPLE / files[url]).read_bytes())
        if way in OF_SOME and rows and len(rows) < FEWEST:
            return False
        before = json.dumps(rows)
        try:
            return bool(rows) and json.dumps(WAYS[way](source, rows, random.Random(SEED))) != before
        except LeftOutError:
            return False
    return False


ALL = [(stem, way) for way in WAYS for stem in SOURCES if way != "swollen" or SOURCES[stem].places]


def _drawn() -> list[Case]:
    draw, found = random.Random(SEED), []
    for way in WAYS:
        stems = draw.sample(sorted(SOURCES), len(SOURCES))
        fitting = (stem for stem in stems if applies(stem, way))
        for _, stem in zip(range(DRAWN), fitting, strict=False):
            found.append(Case(way.replace("_", " "), stem, stem, partial(spoil, stem=stem, way=way)))
    return found


CASES = _drawn()
