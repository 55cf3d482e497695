"""Read CSV strictly: text as it stands, every row as long as its heading, every row known by its line in the file."""

import codecs
import csv
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv

from pipelines.core.limits import CELLS, COLUMNS, ROWS
from pipelines.core.plain_text import plain
from pipelines.core.problem import Problem

BLOCK = 64_000_000  # bytes that Arrow parses at once: no row is longer
LIST = 20_000_000  # bytes of a list that a person wrote
HEAD = 1_000_000  # bytes that hold the heading
LOOK = "look at the file; it may be cut short, or its form may have changed"


def read_csv_text(
    where: str,
    body: bytes,
    encoding: str = "utf-8-sig",
    used: Collection[str] | None = None,
    only_used: bool = False,
) -> pd.DataFrame:
    """The rows of a CSV as text: empty text is null, blank lines are no rows, the index is each row's line in the file.

    `used` names the headings that matter (None: all); with `only_used` no other column is read. A heading that stands
    twice is one column where both say the same or nobody uses it. Raises Problem, naming `where` and the line, for bytes
    that are not text in `encoding`, a row longer or shorter than the heading, a quote that is never closed, no heading,
    and columns of one used heading that differ.
    """
    lines: Sequence[int] | None = None
    try:
        data = _utf8(body, encoding)
        if (cells := data.count(b",") + data.count(b"\n") + data.count(b"\r")) > CELLS:
            raise Problem(where, f"cannot be read as CSV ({cells:,} cells, where none has {CELLS:,})", LOOK)
        head = data[:HEAD].decode(errors="ignore").encode()
        heading = next((cells for _, cells, _ in _records(head) if any(cells)), None)
        if heading is None:
            raise Problem(where, "cannot be read as CSV (it is empty)", "give one with a line of headings")
        _refuse_wide(where, heading)
        positions = [i for i, name in enumerate(heading) if not only_used or used is None or name in used]
        try:
            table = _parse(data, positions)
        except pa.ArrowInvalid:  # some row is not as long as the heading: find which, line by line
            data, lines = _without_blank(where, data, len(heading))
            table = _parse(data, positions)
        if lines is None:
            lines = _lines(where, data, table.num_rows, len(heading))
    except UnicodeDecodeError as error:
        message = f"cannot be read as CSV (byte {error.start} is not {error.encoding.upper()} text)"
        raise Problem(where, message, "save it as UTF-8, or give its encoding") from error
    except (csv.Error, pa.ArrowException) as error:
        raise Problem(where, f"cannot be read as CSV ({str(error).splitlines()[0][:120]})", LOOK) from error
    frame = table.slice(1).to_pandas().astype("str")
    frame.index = pd.Index(lines[1:], name="line", dtype="int64")
    frame.columns = [heading[i] for i in positions]
    return one_column_per_heading(where, frame, used)


def stream_csv_text(
    where: str,
    opened: Callable[[], IO[bytes]],
    used: Collection[str],
    limit: int,
    only: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    """The columns in `used` of a very large CSV in UTF-8, as `read_csv_text` gives them, without holding the rest; with
    `only`, its rows alone that have one of these values under each of those headings.

    Raises Problem for what cannot be read, a row longer or shorter than the heading, more than `limit` bytes, and where rows
    are not one a line: which blank line or line end within a cell it is, a stream does not tell.
    """
    try:
        with opened() as stream:
            heading = next(csv.reader([stream.read(HEAD).decode("utf-8-sig", "ignore").partition("\n")[0]]))
        _refuse_wide(where, heading)
        positions = [i for i, name in enumerate(heading) if name in used]
        with opened() as stream, _Counted(stream, limit) as counted:
            batches = pyarrow.csv.open_csv(pa.PythonFile(counted, mode="r"), **_rules(positions, HEAD))
            asked = {positions.index(heading.index(name)): values for name, values in (only or {}).items()}
            rows, n_rows = _rows_of(batches, asked)
            table = pa.Table.from_batches([batch for batch, _ in rows], batches.schema)
    except _TooLong as error:
        message = f"is larger than the {limit / 1e6:,.0f} MB, or longer than the {ROWS:,} rows, it may have"
        raise Problem(where, message, "look at the file") from error
    except (pa.ArrowException, csv.Error, StopIteration) as error:
        message = (str(error).splitlines() or ["it is empty"])[0][:120]
        raise Problem(where, f"cannot be read as CSV ({message})", LOOK) from error
    if counted.n_lines != n_rows:
        message = f"cannot be read as CSV ({counted.n_lines:,} lines, and {n_rows:,} rows)"
        raise Problem(where, message, LOOK)
    frame = table.slice(1).to_pandas()
    frame.index = pd.Index(np.concatenate([lines for _, lines in rows])[1:], name="line")
    return one_column_per_heading(where, frame.set_axis([heading[i] for i in positions], axis=1), used)


def _rows_of(
    batches: Iterable[pa.RecordBatch], only: Mapping[int, Sequence[str]]
) -> tuple[list[tuple[pa.RecordBatch, np.ndarray]], int]:
    """The heading and the rows that have one of the values of `only` in each of its columns, with the line each stands on;
    and how many rows there are."""
    kept, n_rows = [], 0
    for batch in batches:
        wanted = np.ones(batch.num_rows, dtype=bool)
        for column, values in only.items():
            has = pyarrow.compute.is_in(batch.column(column), pa.array(values, pa.large_string()))
            wanted &= has.to_numpy(zero_copy_only=False)
        wanted[:1] |= n_rows == 0
        lines = n_rows + 1 + np.flatnonzero(wanted)
        kept.append((batch if wanted.all() else batch.filter(pa.array(wanted)), lines))
        n_rows += batch.num_rows
    return kept, n_rows


class _TooLong(Exception):
    """A stream that holds more than it may."""


class _Counted(io.RawIOBase):
    """A stream that is read once: it counts its lines, and ends where it holds more than `limit` bytes."""

    def __init__(self, stream: IO[bytes], limit: int):
        self.stream, self.left, self.ends, self.last = stream, limit, 0, b"\n"

    def readable(self) -> bool:
        """True, as what reads it asks."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self.stream.read(size)
        self.left -= len(data)
        self.ends, self.last = self.ends + data.count(b"\n"), data[-1:] or self.last
        if self.left < 0 or self.ends > ROWS:
            raise _TooLong
        return data

    @property
    def n_lines(self) -> int:
        """How many lines were read; the last need not end."""
        return self.ends + (self.last != b"\n")


def read_list(path: Path, headings: Collection[str], is_known: Callable[[str], object]) -> list[tuple[int, str]]:
    """Line and text of each entry of a list that a person wrote, one a line: CSV with commas, semicolons or tabs.

    The entries stand in the column that one of `headings` names, else in the first, and in others what `is_known` knows. The first line is a heading where it
    is one of those, or has no digit and `is_known` knows it not. Raises Problem (usage) where it is no CSV in UTF-8.
    """
    try:
        if path.stat().st_size > LIST:
            raise Problem(
                plain(path.name)[:60], f"is larger than {LIST / 1e6:.0f} MB", "give a shorter list", usage=True
            )
        text = path.read_text("utf-8-sig")
        delimiter = max(",;\t", key=text.partition("\n")[0].count)
        records = _records(text.encode(), delimiter=delimiter, skipinitialspace=True)
        table = [(line, cells) for line, cells, _ in records if any(cell.strip() for cell in cells)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        message = f"cannot be read as a CSV ({str(error)[:80]})"
        raise Problem(plain(path.name)[:60], message, "save it as CSV in UTF-8", usage=True) from error
    if not table:
        return []
    first = [cell.strip().lower() for cell in table[0][1]]
    column = next((first.index(name) for name in headings if name in first), None)
    value = table[0][1][0].strip()
    has_heading = column is not None or not (any(letter.isdigit() for letter in value) or is_known(value))
    if column is None:  # several entries in a line
        return [(line, cell) for line, cells in table[has_heading:] for cell in _entries(cells, is_known)]
    return [(line, cells[column] if len(cells) > column else "") for line, cells in table[has_heading:]]


def _entries(cells: list[str], is_known: Callable[[str], object]) -> list[str]:
    """The first cell of a line, and those after it that are known as well."""
    return [cells[0], *(cell for cell in cells[1:] if cell.strip() and is_known(cell.strip()))]


def one_column_per_heading(where: str, frame: pd.DataFrame, used: Collection[str] | None = None) -> pd.DataFrame:
    """The frame without repeated headings: the first of columns that are the same, or that nobody uses.

    Raises Problem, naming the first row that differs (by the frame's index), where the columns of a heading in `used`
    (None: every heading) differ: which of them is meant cannot be known.
    """
    if frame.columns.is_unique:
        return frame
    for name in frame.columns[frame.columns.duplicated()].unique():
        if name == "" or (used is not None and name not in used):
            continue
        columns = frame.loc[:, frame.columns == name]
        first = columns.iloc[:, 0]
        for i in range(1, columns.shape[1]):
            other = columns.iloc[:, i]
            differs = ~((first == other) | (first.isna() & other.isna())).to_numpy()
            if differs.any():
                at = differs.argmax()
                values = " and ".join(repr(plain(str(column.iloc[at]))[:40]) for column in (first, other))
                message = (
                    f"the heading {name!r} stands twice, and its columns differ (line {frame.index[at]}): {values}"
                )
                raise Problem(where, message, "keep the column that is meant")
    return frame.loc[:, ~frame.columns.duplicated()]


def _utf8(body: bytes, encoding: str) -> bytes:
    """A text as UTF-8 without its mark, with one line end at its end, held as seldom as may be."""
    if encoding.lower() in ("utf-8", "utf-8-sig"):
        body.decode(encoding)
        return body.removeprefix(codecs.BOM_UTF8).rstrip(b"\r\n") + b"\n"
    return body.decode(encoding).encode().rstrip(b"\r\n") + b"\n"


def _refuse_wide(where: str, heading: list[str]) -> None:
    if len(heading) > COLUMNS:
        raise Problem(where, f"cannot be read as CSV ({len(heading):,} headings, where none has {COLUMNS:,})", LOOK)


def _parse(data: bytes, positions: list[int]) -> pa.Table:
    """All records, the heading first, as columns of text. Raises ArrowInvalid where one is longer or shorter."""
    return pyarrow.csv.read_csv(pa.BufferReader(data), **_rules(positions, BLOCK))


def _rules(positions: list[int], block: int) -> dict:
    """How Arrow reads the columns at these positions as text, blocks of so many bytes at a time."""
    names = [f"f{i}" for i in positions]
    return {
        "read_options": pyarrow.csv.ReadOptions(autogenerate_column_names=True, block_size=block),
        "parse_options": pyarrow.csv.ParseOptions(newlines_in_values=True),
        "convert_options": pyarrow.csv.ConvertOptions(
            include_columns=names,
            column_types=dict.fromkeys(names, pa.large_string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    }


def _text_lines(data: bytes) -> io.TextIOWrapper:
    """The lines of a text with their ends, at a quarter of the memory that a StringIO takes."""
    return io.TextIOWrapper(io.BytesIO(data), "utf-8", newline="")


def _records(data: bytes, **form) -> Iterator[tuple[int, list[str], str]]:
    """Each record: the line it starts on, its cells (none in a blank line) and its lines as they stand."""
    raw, start = [], 1

    def lines() -> Iterator[str]:
        for line in _text_lines(data):
            raw.append(line)
            yield line

    for cells in csv.reader(lines(), **form):
        yield start, cells, "".join(raw)
        start += len(raw)
        raw.clear()


def _lines(where: str, data: bytes, n_records: int, width: int) -> list[int] | range:
    """The line each record starts on. One line each is the rule, which counting shows; else each is looked at."""
    ends = data.count(b"\n")
    if b"\r" in data:
        ends += data.count(b"\r") - data.count(b"\r\n")
    if ends == n_records:
        start = max(data.rfind(b"\n", 0, -1), data.rfind(b"\r", 0, -1)) + 1
        _refuse_open_quote(where, n_records, data[start:].decode())
        return range(1, n_records + 1)
    return _without_blank(where, data, width)[1]


def _without_blank(where: str, data: bytes, width: int) -> tuple[bytes, list[int]]:
    """The file without lines that hold nothing but spaces, and the line each record left starts on.

    Raises Problem for a record that is not `width` cells long, and for a quote that is never closed.
    """
    kept, lines, raw = io.BytesIO(), [], ""
    text = io.TextIOWrapper(kept, "utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    for line, cells, raw in _records(data):
        if len(cells) <= 1 and not "".join(cells).strip():
            continue
        if len(cells) != width:
            _refuse_open_quote(where, line, raw)
            message = f"line {line} has {len(cells)} cell{'s' * (len(cells) != 1)} where the heading has {width}"
            raise Problem(where, message, "put quotes around a cell that holds a comma, and mend the line")
        writer.writerow(cells)
        lines.append(line)
    _refuse_open_quote(where, lines[-1], raw)
    text.flush()
    return kept.getvalue(), lines


def _refuse_open_quote(where: str, line: int, raw: str) -> None:
    """Raises Problem where this record, the last of its text, ends within quotes."""
    try:
        list(csv.reader(_text_lines(raw.encode()), strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise Problem(
                where, f"cannot be read as CSV (a quote opened in line {line} is never closed)", LOOK
            ) from error
