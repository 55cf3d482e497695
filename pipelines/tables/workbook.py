"""Workbooks to a table of text: one sheet, or several that are joined on a column."""

import pandas as pd

from pipelines.core.csv_text import one_column_per_heading
from pipelines.core.plain_text import folded
from pipelines.core.problem import Problem
from pipelines.register.source import Source
from pipelines.tables.headings import Used
from pipelines.tables.workbook_cells import read_cells

LOOK = "look at the file; the publisher may have changed its form"


def read_workbook(source: Source, body: bytes) -> pd.DataFrame:
    """The rows of the sheet that the source names (else the first), or of the sheets it joins, as text; the index is
    each row's number in its sheet. Raises Problem for a damaged workbook, a sheet that is not there, and sheets that are
    not about the same rows."""
    rule = source.fetch
    try:
        found = read_cells(body, rule.sheets.named if rule.sheets else None, rule.sheet)
    except ValueError as error:
        raise Problem(source.stem, f"the workbook cannot be read ({error})", LOOK) from error
    if not found:
        wanted = rule.sheets.named if rule.sheets else rule.sheet
        raise Problem(source.stem, f"the workbook cannot be read (it has no sheet named {wanted})", LOOK)
    pages = {name: cells.to_pandas().astype("str") for name, cells in found.items()}
    used = Used(source)
    tables = {name: _table(source, name, cells, used) for name, cells in pages.items()}
    return _joined(source, tables, used) if rule.sheets and len(tables) > 1 else next(iter(tables.values()))


def _table(source: Source, name: str, cells: pd.DataFrame, used: Used) -> pd.DataFrame:
    """The rows of one sheet below its headings, which stand in the first row."""
    if cells.empty:
        raise Problem(source.stem, f"the sheet {name!r} is empty", LOOK)
    rows = cells.iloc[1:].set_axis(cells.iloc[0].fillna("").astype("str"), axis=1).rename_axis(columns=None)
    rows = one_column_per_heading(source.stem, rows.set_axis(rows.index + 1), used)
    return rows.dropna(how="all")


def _joined(source: Source, tables: dict[str, pd.DataFrame], used: Used) -> pd.DataFrame:
    """The sheets side by side, in the order of the first, each of our columns once."""
    on, first, whole = folded(source.fetch.sheets.joined_on), "", pd.DataFrame()
    for name, rows in tables.items():
        heading = next((h for h in rows.columns if folded(h) == on), None)
        if heading is None:
            raise Problem(source.stem, f"the sheet {name!r} has no column {source.fetch.sheets.joined_on!r}", LOOK)
        keys = rows[heading].astype("str").str.strip()
        if (twice := keys.duplicated()).any():
            row, key = rows.index[twice.argmax()], keys[twice].iloc[0]
            raise Problem(source.stem, f"the sheet {name!r} has {key!r} twice (row {row})", LOOK)
        if not first:
            first, whole = name, rows.set_axis(keys)
            lines = rows.index
            continue
        if odd := set(keys) ^ set(whole.index):
            message = f"the sheets {first!r} and {name!r} are not about the same rows ({len(odd):,} differ, such as {min(odd, key=str)!r})"
            raise Problem(source.stem, message, LOOK)
        wanted = [h for h in rows.columns if h in used and folded(h) != on]
        whole = pd.concat([whole, rows.set_axis(keys).loc[whole.index, wanted]], axis=1)
    return one_column_per_heading(source.stem, whole.set_axis(lines), used)
