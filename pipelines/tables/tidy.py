"""A text table as published to our table: columns named and typed as the source's YAML declares, bad values reported."""

import importlib.util
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute

from geodata.geography import Geography
from geodata.names import authorities, name_key
from pipelines.core.plain_text import plain, plain_texts
from pipelines.core.problem import Problem
from pipelines.core.schema import Schema, schema
from pipelines.register.source import Column, Source
from pipelines.tables.contract import Breach, describe, find_breaches
from pipelines.tables.doors import doors
from pipelines.tables.extent import extent_breaches
from pipelines.tables.headings import choose_columns
from pipelines.tables.layer import MENDED, mended
from pipelines.tables.odd import Odd
from pipelines.tables.organisations import LEFT_OUT, surely_organisations
from pipelines.tables.reading import read_text_table

SOURCES = Path(__file__).parents[1] / "sources"
ISSUES = schema("source str, row int64, column str, value str, issue str")
TYPES = {"number": "float64", "integer": "Int64", "date": "datetime64[ms]"}


def tidy(
    source: Source,
    geography: Geography,
    files: dict[str, bytes],
    codes: dict[str, str] | None = None,
):
    """The source's table, sorted by key, and a table of issues (values made null and rows left out, with row and reason);
    its `attrs` tell how many rows came of each of its `parts`, of a source that has some.

    `codes`: those of authorities, by name; read where they are not given. A `tidy(text_table) -> text_table` in sources/<stem>.py, where there is one, runs first. Raises Problem listing
    every kind of breach of the source's contract.
    """
    odd = Odd()
    text = read_text_table(source, files, odd)
    if script_of(source):
        text = _load(SOURCES / f"{source.stem}.py").tidy(text)
    parts = text["@part"].value_counts().to_dict() if "@part" in text else {}
    text = choose_columns(source, text)
    for name in identifiers(source):
        text[name] = _as_typed_by_machines(text[name])
    if source.fetch.distinct:
        text = text.drop_duplicates()
    for name, level in source.keep.items():
        kept = text[text[name].str.strip().str.fullmatch(geography.pattern(level)).fillna(False)]
        if kept.empty and len(text):
            first = plain(str(text[name].iloc[0]))[:60]
            what = f"column {name}: none of its {len(text):,} codes is of {geography.levels[level].name}, the first is {first!r}"
            raise Problem(source.stem, what, "if the publisher changed the file, mend the source's YAML")
        text = kept
    table, issues, breaches = _typed(source, authority_codes(source, geography) if codes is None else codes, text)
    table = odd.once(source, table)
    unread = {breach.column for breach in breaches}
    found = find_breaches(source, geography, table, unread, odd.distinct) or extent_breaches(source, geography, table)
    breaches += [breach for breach in found if not breach.is_doubt]
    issues += [(source.stem, b.row, b.column, str(b.value), f"{b.what} ({b.n:,} such)") for b in found if b.is_doubt]
    if breaches:
        raise Problem(
            source.stem,
            describe(breaches) + odd.in_words(),
            "if the publisher changed the file, mend the source's YAML; nothing was replaced",
        )
    order = source.key or list(source.columns)
    table = table.sort_values(order, kind="stable", na_position="last").reset_index(drop=True)
    if parts:
        table.attrs["parts"] = parts
    return table, issue_table(issues + odd.issues(source))


def issue_table(rows: list[tuple]) -> pd.DataFrame:
    """Rows of the columns of ISSUES as a table; row 0 stands for the whole of a source."""
    return pd.DataFrame(rows, columns=list(ISSUES.types)).astype(ISSUES.types)


def schema_of(source: Source) -> Schema:
    """The columns of the source's table as its YAML declares them; what they may hold, and its key, the contract tells."""
    types = {name: TYPES.get(column.type, "str") for name, column in source.columns.items()}
    if source.fetch.geometry:
        types["geometry"] = "geometry"
    return Schema(types, frozenset(types), ())


def authority_codes(source: Source, geography: Geography) -> dict[str, str]:
    """The code of each authority by its names, for a source that has a column of them."""
    return authorities(geography) if any(c.type == "authority" for c in source.columns.values()) else {}


def script_of(source: Source) -> str | None:
    """The text of a source's own reader, where it has one."""
    script = SOURCES / f"{source.stem}.py"
    return script.read_text("utf-8") if script.exists() else None


def empty_table(source: Source) -> pd.DataFrame:
    """The source's table without rows, every column of its declared type."""
    empty = pd.Series([], dtype="str")
    frame = pd.DataFrame({name: _convert(column, empty) for name, column in source.columns.items()})
    return geopandas.GeoDataFrame(frame, geometry=[], crs=source.fetch.out_crs) if source.fetch.geometry else frame


def identifiers(source: Source) -> list[str]:
    """The columns whose values are held against those of other tables: codes, keys, postcodes, property numbers."""
    rule, found = source.places, [*source.key, *(n for n, c in source.columns.items() if c.type == "code")]
    found += [source.bodies.postcode] if source.bodies and source.bodies.postcode else []
    if rule:
        found += [*rule.id, *rule.refers_to, *(c for c in (rule.postcode, rule.point.postcode, rule.uprn) if c)]
    return [
        n for n in dict.fromkeys(found) if source.columns[n].type in ("text", "code") and not (rule and n == rule.name)
    ]


UNSEEN = "[\u00ad\u200b-\u200f\u2060\ufeff]"  # soft hyphens and what else has no width


def _as_typed_by_machines(raw: pd.Series) -> pd.Series:
    """Identifiers without the width of their letters and what cannot be seen: full-width digits are digits."""
    raw = raw.astype("str")
    odd = raw.notna() & ~raw.str.isascii().fillna(True).astype(bool)
    if odd.any():
        raw = raw.mask(odd, raw[odd].str.normalize("NFKC").str.replace(UNSEEN, "", regex=True))
    return raw


def _load(script: Path):
    spec = importlib.util.spec_from_file_location(script.stem, script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _typed(source: Source, codes: dict[str, str], text: pd.DataFrame):
    table, issues, breaches, known = {}, [], [], set(identifiers(source))
    kept = pd.Series(True, index=text.index)
    for name, column in source.columns.items():
        raw = text.pop(name).astype("str").str.strip()
        raw = raw.mask(raw.isin(["", *column.null_texts]))
        if column.type in ("text", "organisation"):
            raw = plain_texts(raw)
        if column.type == "organisation" and (kept_out := raw.notna() & ~surely_organisations(raw)).any():
            issues.append((source.stem, 0, name, "", f"{LEFT_OUT} ({kept_out.sum():,} cells)"))
            raw = raw.mask(kept_out)
        values = _codes(codes, raw) if column.type == "authority" else _convert(column, raw)
        unread = raw.notna() & values.isna() & (column.type not in ("authority", "door"))
        what = ARTICLE.get(column.type, "usable")
        if name in known:
            rounded = raw.str.fullmatch(ROUNDED).fillna(False).astype(bool)
            unread, what = unread | rounded, "an identifier, but rounded by a spreadsheet" if rounded.any() else what
        bad = unread | _out_of_range(column, values)
        if column.on_breach != "fail" or (name in known and column.nullable and column.type == "text"):
            left_out = "; its row is left out" if column.on_breach == "drop" else ""
            breaches += _too_many(name, column, raw, bad)
            issues += [
                (source.stem, int(i) + 2, name, plain(raw[i]), f"not a usable {column.type}{left_out}")
                for i in raw.index[bad]
            ]
            values = values.mask(bad)
            kept &= ~bad if left_out else True
        elif (bad := unread | _beyond(column, values)).any():
            first = raw.index[bad][0]
            breaches.append(Breach(name, int(first) + 2, raw[first], f"is not {what}", int(bad.sum())))
        table[name] = values
    frame = pd.DataFrame(table)
    if source.fetch.geometry:
        shapes, changed = mended(text["geometry"].to_numpy())
        called = frame[source.key[0]] if source.key else frame.index.to_series()
        issues += [(source.stem, int(frame.index[at]) + 2, "geometry", str(called.iloc[at]), MENDED) for at in changed]
        frame = geopandas.GeoDataFrame(frame, geometry=shapes, crs=source.fetch.out_crs)
    return frame if kept.all() else frame[kept], issues, breaches


FEW_NULLED = 5  # so few are slips of the pen, however short the list
MOST_NULLED = 0.05  # the share of a column's filled cells that may be unusable: beyond it the column has changed form


def _too_many(name: str, column: Column, raw: pd.Series, bad: pd.Series) -> list[Breach]:
    """The breach of a column of which more cannot be used than a living source may get wrong."""
    filled = raw.notna().sum()
    if bad.sum() <= max(MOST_NULLED * filled, FEW_NULLED):
        return []
    first, share = raw.index[bad][0], bad.sum() / filled
    return [
        Breach(
            name,
            int(first) + 2,
            raw[first],
            f"is not a usable {column.type}, as {share:.0%} of the column are not",
            int(bad.sum()),
        )
    ]


NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
EXACT = 2**53  # beyond it a floating-point number is no longer one whole number
ARTICLE = {"number": "a number", "integer": "a whole number", "date": "a date that may stand here"}


ROUNDED = r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]+"
DATE = r"^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{8})(?:[T ].*)?$"


def _beyond(column: Column, values: pd.Series) -> pd.Series:
    """True for each date that lies before or after what its column may hold."""
    if column.type != "date":
        return pd.Series(False, index=values.index)
    return (values < pd.Timestamp(column.earliest)) | (values > pd.Timestamp(column.latest))


def _out_of_range(column: Column, values: pd.Series) -> pd.Series:
    bad = _beyond(column, values)
    if column.min is not None:
        bad |= (values < column.min).fillna(False).astype(bool)
    if column.max is not None:
        bad |= (values > column.max).fillna(False).astype(bool)
    return bad


def _convert(column: Column, raw: pd.Series) -> pd.Series:
    if column.type == "number":
        return _numbers(raw)
    if column.type == "integer":
        numbers = _numbers(raw)
        return numbers.where((numbers == numbers.round()) & (numbers.abs() < EXACT)).astype(TYPES["integer"])
    if column.type == "date":
        day = raw.astype("str").str.extract(DATE)[0].astype("str")  # whatever the hour, and the zone it is told in
        dates = pd.to_datetime(day, format="ISO8601", errors="coerce").astype(TYPES["date"])
        if column.date_form:
            dates = dates.fillna(pd.to_datetime(raw, format=column.date_form, errors="coerce").astype(TYPES["date"]))
        return dates.dt.normalize()
    return doors(raw.astype("str")) if column.type == "door" else raw.astype("str")


def _codes(codes: dict[str, str], raw: pd.Series) -> pd.Series:
    """The codes of the authorities that the names mean; null for a name that is no authority's."""
    return raw.map({name: codes.get(name_key(name)) for name in raw.dropna().unique()}).astype("str")


def _numbers(raw: pd.Series) -> pd.Series:
    """The texts that are written as a number, as the nearest floating-point numbers; NaN for all others."""
    raw = raw.astype("str")
    try:  # as nearly every column is; its words for what is no finite number are null below
        numbers = pyarrow.compute.cast(pa.array(raw, pa.large_string()), pa.float64())
    except pa.ArrowInvalid:
        written = raw.where(raw.str.fullmatch(NUMBER).fillna(False).astype(bool)).str.removeprefix("+")
        numbers = pyarrow.compute.cast(pa.array(written, pa.large_string()), pa.float64())
    numbers = pd.Series(numbers.to_numpy(zero_copy_only=False), index=raw.index)
    return numbers.where(np.isfinite(numbers))
