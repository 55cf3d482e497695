"""The cells of a workbook as Arrow tables of text, read in a process of its own: `python -m pipelines.tables.workbook_cells`.

A workbook is a zip of XML, and its reader sets memory aside for every cell between the first and the last, ends its process
where there is none, and copies a shared text into every cell that names it. What it may take is known only to a process
that can be ended. So this one imports nothing but the reader until the cells are read.
"""

import datetime
import fnmatch
import io
import json
import sys
import zipfile
from collections.abc import Iterator

from pipelines.core.apart import keep_to, read_apart, tell, unlimited
from pipelines.core.limits import APART_MB, APART_S, CELLS, COLUMNS, HELD


def read_cells(body: bytes, sheets: str | None, sheet: str | None) -> dict:
    """The cells of the sheets whose names match `sheets`, else of the one called `sheet`, else of the first, as tables of
    text by name; an empty cell is null. None of that name: an empty dictionary. Raises Excess for a workbook whose reading
    takes more memory or time than any may, and ValueError, with the reader's own words, for one that cannot be read."""
    import pyarrow as pa
    import pyarrow.ipc

    told = read_apart(__name__, json.dumps([sheets, sheet]), body, APART_S, APART_MB)
    stream, found = io.BytesIO(told), {}
    while stream.tell() < len(told):
        table = pa.ipc.open_stream(stream).read_all()
        found[table.schema.metadata[b"sheet"].decode()] = table
    return found


def _asked(book, sheets: str | None, sheet: str | None) -> Iterator[str]:
    from python_calamine import SheetTypeEnum

    names = [found.name for found in book.sheets_metadata if found.typ == SheetTypeEnum.WorkSheet]
    if sheets:
        yield from (name for name in names if fnmatch.fnmatch(name, sheets))
    elif sheet is None:
        yield from names[:1]
    elif sheet in names:
        yield sheet


def _text(value: object) -> str | None:
    """A cell as text: a whole number without its point, a date with midnight, as workbooks hold no other kinds."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    elif isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day)
    return None if value == "" else str(value)


def _columns(rows: list[list]) -> list[list[str | None]]:
    """The columns of a sheet, whose rows are all as wide; rows are given up as they are read."""
    width = max(map(len, rows), default=0)
    if width > COLUMNS or width * len(rows) > CELLS:
        raise ValueError(f"a sheet has {len(rows):,} rows of {width:,} cells")
    columns: list[list[str | None]] = [[] for _ in range(width)]
    for i, row in enumerate(rows):
        for column, value in zip(columns, row, strict=True):
            column.append(_text(value))
        rows[i] = []
    return columns


def main() -> None:
    """Cells of the workbook on standard input to standard output, an Arrow stream a sheet."""
    sheets, sheet = json.loads(sys.argv[1])
    sys.set_int_max_str_digits(0)
    keep_to(APART_MB)
    body = sys.stdin.buffer.read()
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if (unpacked := sum(info.file_size for info in archive.infolist())) > HELD:
                raise ValueError(f"it unpacks to {unpacked / 1e6:,.0f} MB")
        from python_calamine import load_workbook

        book = load_workbook(io.BytesIO(body))
        found = [
            (name, _columns(book.get_sheet_by_name(name).to_python(skip_empty_area=False)))
            for name in _asked(book, sheets, sheet)
        ]
        del book, body
    except MemoryError:
        sys.exit(1)
    except Exception as error:  # the reader has errors of its own for each kind of workbook
        tell(error)
    unlimited()
    import pyarrow as pa
    import pyarrow.ipc

    for name, columns in found:
        table = pa.table(
            [pa.array(column, pa.large_string()) for column in columns], [str(i) for i in range(len(columns))]
        )
        table = table.replace_schema_metadata({"sheet": name})
        with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as writer:
            writer.write_table(table)


if __name__ == "__main__":
    main()
