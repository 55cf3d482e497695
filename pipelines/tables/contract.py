"""Hold a table to its declared columns, keys, ranges and counts; list every breach with source, row and column."""

from collections.abc import Set
from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.compute as pc

from geodata.geography import Geography
from pipelines.register.source import Source


@dataclass(frozen=True)
class Breach:
    """One broken promise. `row` is the row in the publisher's file (its heading is row 1), None for the whole table. One that
    is let pass is a `doubt`, and is told with the issues."""

    column: str
    row: int | None
    value: object
    what: str
    n: int = 1
    is_doubt: bool = False


def schema(source: Source, geography: Geography) -> pandera.DataFrameSchema:
    """The source's declared columns as a Pandera schema."""
    columns = {}
    for name, column in source.columns.items():
        checks = []
        if column.min is not None:
            checks.append(pandera.Check.ge(column.min, error=f"is below {column.min:g}"))
        if column.max is not None:
            checks.append(pandera.Check.le(column.max, error=f"is above {column.max:g}"))
        if column.values is not None:
            checks.append(pandera.Check.isin(column.values, error=f"is not one of {', '.join(column.values)}"))
        if column.level:
            pattern = f"(?:{geography.pattern(column.level)})$"
            checks.append(
                pandera.Check.str_matches(
                    pattern, error=f"is not the code of any {geography.levels[column.level].name}"
                )
            )
        columns[name] = pandera.Column(checks=checks, nullable=column.nullable or column.optional)
    return pandera.DataFrameSchema(columns, unique=source.key or None, report_duplicates="exclude_first")


def find_breaches(
    source: Source, geography: Geography, table: pd.DataFrame, unread: Set[str] = frozenset(), distinct: bool = False
) -> list[Breach]:
    """Every breach of the source's contract by a typed table; empty when it holds.

    In `unread` columns some text could not be read as their type: it is reported already, and not again as missing. Of keys
    that are known to be `distinct` it is not asked again.
    """
    breaches = [b for b in (_count_breach(source, geography, len(table)),) if b]
    held = schema(source, geography)
    if distinct or _is_unique(table, source.key):
        held.unique = None
    try:
        held.validate(pd.DataFrame(table), lazy=True, inplace=True)  # no copy: nothing is coerced
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases
        for (column, check), group in cases.groupby(["column", "check"], dropna=False, sort=False):
            if column in unread and check == "not_nullable":
                continue
            first = group.iloc[0]
            row = None if pd.isna(first["index"]) else int(first["index"]) + 2
            name = ", ".join(source.key) if str(check).startswith("multiple_fields_uniqueness") else str(column)
            breaches.append(Breach(name, row, first["failure_case"], _say(str(check)), len(group)))
    return breaches


def _is_unique(table: pd.DataFrame, key: list[str]) -> bool:
    """True where a key of one text column is known to repeat nothing: quick and small, however many rows there are."""
    if len(key) != 1 or not pd.api.types.is_string_dtype(table[key[0]]):
        return False
    return pc.count_distinct(pa.array(table[key[0]]), mode="all").as_py() == len(table)


def _say(check: str) -> str:
    if "uniqueness" in check or "unique" in check:
        return "is given more than once, and is a key"
    if check == "not_nullable":
        return "is missing"
    return check


def _count_breach(source: Source, geography: Geography, n: int) -> Breach | None:
    rule = source.rows
    if n == 0:
        return Breach("rows", None, 0, "the table is empty where rows are expected")
    if rule.exactly is not None:
        expected = geography.counts(rule.exactly) if isinstance(rule.exactly, str) else [rule.exactly]
        if n not in expected:
            known = " or ".join(f"{count:,}" for count in expected)
            return Breach("rows", None, n, f"{n:,} rows, where exactly {known} are expected")
    if rule.between and not rule.between[0] <= n <= rule.between[1]:
        return Breach("rows", None, n, f"{n:,} rows, where {rule.between[0]:,} to {rule.between[1]:,} are expected")
    return None


def describe(breaches: list[Breach]) -> str:
    """All breaches in one sentence, the first five in full."""
    sentences = []
    for breach in breaches[:5]:
        if breach.column == "rows":
            sentences.append(str(breach.what))
        else:
            where = f"row {breach.row}, " if breach.row else ""
            more = f" (and {breach.n - 1:,} more)" if breach.n > 1 else ""
            sentences.append(f"{where}column {breach.column}: {str(breach.value)[:60]!r} {breach.what}{more}")
    rest = f"; and {len(breaches) - 5} more kinds of breach" if len(breaches) > 5 else ""
    return "; ".join(sentences) + rest
