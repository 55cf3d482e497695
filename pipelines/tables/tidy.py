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
from pipelines.tables.extent import extent_breaches
from pipelines.tables.headings import choose_columns
from pipelines.tables.layer import MENDED, mended
from pipelines.tables.reading import read_text_table

SOURCES = Path(__file__).parents[1] / "sources"
ISSUES = schema("source str, row int64, column str, value str, issue str")
TYPES = {"number": "float64", "integer": "Int64", "date": "datetime64[ms]"}


def tidy(
    source: Source,
    geography: Geography,
    files: dict[str, bytes],
    last_rows: int | None = None,
    codes: dict[str, str] | None = None,
):
    """The source's table, sorted by key, and a table of issues (values made null, with row and reason).

    `codes`: those of authorities, by name; read where they are not given. A `tidy(text_table) -> text_table` in sources/<stem>.py, where there is one, runs first. Raises Problem listing
    every kind of breach of the source's contract.
    """
    text = read_text_table(source, files)
    if script_of(source):
        text = _load(SOURCES / f"{source.stem}.py").tidy(text)
    text = choose_columns(source, text)
    if source.fetch.distinct:
        text = text.drop_duplicates()
    for name, level in source.keep.items():
        text = text[text[name].str.strip().str.fullmatch(geography.pattern(level)).fillna(False)]
    table, issues, breaches = _typed(source, authority_codes(source, geography) if codes is None else codes, text)
    unread = {breach.column for breach in breaches}
    breaches += find_breaches(source, geography, table, last_rows, unread) or extent_breaches(source, geography, table)
    if breaches:
        raise Problem(
            source.stem,
            describe(breaches),
            "if the publisher changed the file, mend the source's YAML; nothing was replaced",
        )
    order = source.key or list(source.columns)
    table = table.sort_values(order, kind="stable", na_position="last").reset_index(drop=True)
    return table, issue_table(issues)


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


def _load(script: Path):
    spec = importlib.util.spec_from_file_location(script.stem, script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _typed(source: Source, codes: dict[str, str], text: pd.DataFrame):
    table, issues, breaches = {}, [], []
    for name, column in source.columns.items():
        raw = text.pop(name).astype("str").str.strip()
        raw = raw.mask(raw.isin(["", *column.null_texts]))
        if column.type == "text":
            raw = plain_texts(raw)
        values = _codes(codes, raw) if column.type == "authority" else _convert(column, raw)
        unread = raw.notna() & values.isna() & (column.type != "authority")
        if column.on_breach == "null":
            bad = unread | _out_of_range(column, values)
            breaches += _too_many(name, column, raw, bad)
            issues += [
                (source.stem, int(i) + 2, name, plain(raw[i]), f"not a usable {column.type}") for i in raw.index[bad]
            ]
            values = values.mask(bad)
        elif unread.any():
            first = raw.index[unread][0]
            breaches.append(
                Breach(name, int(first) + 2, raw[first], f"is not {ARTICLE[column.type]}", int(unread.sum()))
            )
        table[name] = values
    frame = pd.DataFrame(table)
    if source.fetch.geometry:
        shapes, changed = mended(text["geometry"].to_numpy())
        called = frame[source.key[0]] if source.key else frame.index.to_series()
        issues += [(source.stem, int(frame.index[at]) + 2, "geometry", str(called.iloc[at]), MENDED) for at in changed]
        frame = geopandas.GeoDataFrame(frame, geometry=shapes, crs=source.fetch.out_crs)
    return frame, issues, breaches


FEW_NULLED = 5  # so few are slips of the pen, however short the list
MOST_NULLED = 0.05  # the share of a column's filled cells that may be unusable: beyond it the column has changed form


def _too_many(name: str, column: Column, raw: pd.Series, bad: pd.Series) -> list[Breach]:
    """The breach of a column of which more cannot be used than a living source may get wrong."""
    if bad.sum() <= max(MOST_NULLED * raw.notna().sum(), FEW_NULLED):
        return []
    first, share = raw.index[bad][0], bad.sum() / raw.notna().sum()
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
ARTICLE = {"number": "a number", "integer": "a whole number", "date": "a date"}


def _out_of_range(column: Column, values: pd.Series) -> pd.Series:
    bad = pd.Series(False, index=values.index)
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
        return numbers.where(numbers == numbers.round()).astype(TYPES["integer"])
    if column.type == "date":
        dates = pd.to_datetime(raw, format="ISO8601", errors="coerce")
        if column.date_form:
            dates = dates.fillna(pd.to_datetime(raw, format=column.date_form, errors="coerce"))
        return dates.dt.normalize().astype(TYPES["date"])
    return raw.astype("str")


def _codes(codes: dict[str, str], raw: pd.Series) -> pd.Series:
    """The codes of the authorities that the names mean; null for a name that is no authority's."""
    return raw.map({name: codes.get(name_key(name)) for name in raw.dropna().unique()}).astype("str")


def _numbers(raw: pd.Series) -> pd.Series:
    """The texts that are written as a number, as the nearest floating-point numbers; NaN for all others."""
    raw = raw.astype("str")
    texts = pa.array(
        raw.where(raw.str.fullmatch(NUMBER).fillna(False).astype(bool)).str.removeprefix("+"), pa.large_string()
    )
    numbers = pd.Series(pyarrow.compute.cast(texts, pa.float64()).to_numpy(zero_copy_only=False), index=raw.index)
    return numbers.where(np.isfinite(numbers))
