"""Protocol `tally`: a large CSV in a zip, read as a stream, of which nothing is kept but how many of its rows say the same.

What its rows say besides (names, addresses, numbers of titles) is never held together, written anywhere or told: a
sentence on what is wrong quotes no cell. A row counts by the few columns that the source's `fetch.tally` names.
"""

import csv
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from pipelines.core.limits import COLUMNS, MEMBERS, ROWS
from pipelines.core.problem import Problem
from pipelines.fetch.forms import members, unpacked_limit
from pipelines.register.fetch_rule import Tally, TallyColumn
from pipelines.register.source import Source

BLOCK = 4_000_000  # bytes that are parsed at once: no row is longer
HEAD = 100_000  # bytes that hold the heading
GATHERED = 500_000  # rows of counts that are added up at once
LEAST_KNOWN = 0.5  # the share of rows of which a column must tell what is known: below it the columns have moved
WHOLE = "save the publisher's file itself, whole"
LOOK = "look at the file; its form may have changed"


def reduce(path: Path, source: Source) -> tuple[bytes, str | None]:
    """How many rows of the CSV in the zip at `path` say the same, as a CSV with a row for each (sorted; what is not known is
    empty), and the first day of the month (ISO) that the member's name tells, None where it tells none.

    Memory is bounded whatever the file holds. Raises Problem for what is no zip, is cut short or damaged, unpacks to more
    than the source allows, lacks a column, has a row of another length or too little that is known, and where the last
    line does not say how many rows there are.
    """
    with _opened(path, source) as (stream, name):
        counts = _count(stream, source)
    body = io.BytesIO()
    pyarrow.csv.write_csv(counts, body)
    return body.getvalue(), _edition(source.fetch.tally, name)


@contextmanager
def _opened(path: Path, source: Source) -> Iterator[tuple[IO[bytes], str]]:
    """The one member that the source names, as a stream that is held to the zip's check sum, and its name."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = members(source.fetch, archive) if len(archive.infolist()) <= MEMBERS else []
            if len(found) != 1:
                what = f"the zip holds {len(found)} files named {source.fetch.member}, where one was expected"
                raise Problem(source.stem, what, WHOLE)
            if max(found[0].file_size, path.stat().st_size) > unpacked_limit(source.fetch):
                what = "the zip unpacks to far more than its source file allows"
                raise Problem(source.stem, what, "do not trust this file")
            with archive.open(found[0]) as stream:
                yield stream, found[0].filename
    except zipfile.BadZipFile as error:
        raise Problem(source.stem, "the file is no zip, or is cut short or damaged", WHOLE) from error
    except (zlib.error, lzma.LZMAError, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        raise Problem(source.stem, "the zip is cut short or damaged, or cannot be read", WHOLE) from error


def _edition(rule: Tally, name: str) -> str | None:
    try:
        return datetime.strptime(name.rpartition("/")[2], rule.edition).date().isoformat()
    except ValueError:
        return None


@dataclass
class _Last:
    """What was seen of the line that says how many rows there are, and of rows that are not as long as the heading."""

    words: str
    told: list[str] = field(default_factory=list)
    n_short: int = 0

    def short_row(self, row: pyarrow.csv.InvalidRow) -> str:
        """What Arrow calls with a row of another length: it is passed over, and its text kept only where it is that line."""
        if row.text.lstrip('" ').startswith(self.words):
            self.told.append(row.text[:100])
        else:
            self.n_short += 1
        return "skip"

    def take(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch without that line, where it is filled up with empty cells to the length of a row."""
        found = pc.fill_null(pc.starts_with(batch.column(0), self.words), False)
        if not pc.any(found).as_py():
            return batch
        for cells in zip(*(batch.filter(found).column(i).to_pylist() for i in (0, 1)), strict=True):
            self.told.append(" ".join(cell or "" for cell in cells)[:100])
        return batch.filter(pc.invert(found))


def _count(stream: IO[bytes], source: Source) -> pa.Table:
    rule = source.fetch.tally
    heading, rest = _heading(stream, source)
    used = {name: heading.index(column.source_name) for name, column in rule.by.items()}
    last, n_rows = _Last(rule.last_line), 0
    gathered, total = [], None
    try:
        for batch in _batches(rest, len(heading), sorted({0, 1, *used.values()}), last):
            batch = last.take(batch)
            n_rows += batch.num_rows
            if n_rows > ROWS:
                raise Problem(source.stem, f"has more than the {ROWS:,} rows it may have", "look at the file")
            kept = {name: _kept(rule.by[name], batch.column(f"f{at}")) for name, at in used.items()}
            gathered.append(_added_up(pa.table(kept | {rule.count: pa.repeat(1, batch.num_rows)}), rule))
            if sum(map(len, gathered)) > GATHERED:
                gathered, total = [], _added_up(pa.concat_tables([*gathered, *([total] if total else [])]), rule)
    except pa.ArrowException:
        # from None: Arrow's own words may quote a row
        raise Problem(source.stem, "cannot be read as CSV", LOOK) from None
    _hold_to_last_line(source, last, n_rows)
    tables = [*gathered, *([total] if total else [])]
    counts = _added_up(pa.concat_tables(tables), rule) if tables else None
    if not n_rows or counts is None:
        raise Problem(source.stem, "holds no row", LOOK)
    for name, column in rule.by.items():
        known = pc.sum(counts.filter(pc.is_valid(counts[name]))[rule.count]).as_py() or 0
        if known < LEAST_KNOWN * n_rows:
            what = f"column {column.source_name}: only {known:,} of {n_rows:,} rows say anything that is known"
            raise Problem(source.stem, what, LOOK)
    told = {name: _told(column, counts[name]) for name, column in rule.by.items()}
    return pa.table(told | {rule.count: counts[rule.count]}).sort_by([(name, "ascending") for name in rule.by])


def _heading(stream: IO[bytes], source: Source) -> tuple[list[str], io.RawIOBase]:
    """The headings, and all that follows them. Raises Problem where one that is needed is missing, or stands twice."""
    head = stream.read(HEAD)
    line, end, after = head.partition(b"\n")
    heading = [cell.strip() for cell in next(csv.reader([line.decode("utf-8-sig", "replace")]), [])]
    if not end or not 2 <= len(heading) <= COLUMNS:
        raise Problem(source.stem, "has no line of headings", LOOK)
    wanted = [column.source_name for column in source.fetch.tally.by.values()]
    if odd := [name for name in wanted if heading.count(name) != 1]:
        what = f"column {odd[0]} is missing" if odd[0] not in heading else f"column {odd[0]} stands twice"
        raise Problem(source.stem, what, LOOK)
    return heading, _Joined(after, stream)


class _Joined(io.RawIOBase):
    """What was read of a stream already, then the rest of it."""

    def __init__(self, first: bytes, stream: IO[bytes]):
        self.first, self.stream = first, stream

    def readable(self) -> bool:
        """True, as what reads it asks."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        if self.first:
            size = len(self.first) if size < 0 else size
            data, self.first = self.first[:size], self.first[size:]
            return data
        return self.stream.read(size)


def _batches(stream: io.RawIOBase, width: int, positions: list[int], last: _Last) -> Iterator[pa.RecordBatch]:
    """The columns at these positions as text, a block at a time. Cells of other columns are not looked at, and no text is
    held to UTF-8: what is kept is ASCII."""
    names = [f"f{i}" for i in range(width)]
    try:
        yield from pyarrow.csv.open_csv(
            pa.PythonFile(stream, mode="r"),
            pyarrow.csv.ReadOptions(column_names=names, block_size=BLOCK),
            pyarrow.csv.ParseOptions(newlines_in_values=True, invalid_row_handler=last.short_row),
            pyarrow.csv.ConvertOptions(
                include_columns=[names[i] for i in positions],
                column_types={names[i]: pa.string() for i in positions},
                check_utf8=False,
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" not in str(error):
            raise


def _kept(column: TallyColumn, texts: pa.Array) -> pa.Array:
    """What is kept of a column's texts, of `values` the position of what each stands for; null for all that is not known."""
    texts = pc.ascii_trim_whitespace(texts)
    if column.values:
        known = [text.casefold() for text in column.values]
        at = pc.index_in(pc.ascii_lower(texts), pa.array(known, pa.string()))
        meanings = _meanings(column)
        return pc.take(pa.array([meanings.index(value) for value in column.values.values()], pa.int8()), at)
    plain = pc.replace_substring(pc.ascii_upper(texts), " ", "")
    return pc.if_else(pc.match_substring_regex(plain, f"^(?:{column.pattern})$"), plain, pa.scalar(None, pa.string()))


def _meanings(column: TallyColumn) -> list[str]:
    """What texts of a column may stand for, each once."""
    return list(dict.fromkeys(column.values.values()))


def _told(column: TallyColumn, kept: pa.ChunkedArray) -> pa.ChunkedArray:
    """What was kept of a column, as text."""
    return pc.take(pa.array(_meanings(column), pa.string()), kept) if column.values else kept


def _added_up(table: pa.Table, rule: Tally) -> pa.Table:
    """The table with one row for all that say the same."""
    summed = table.group_by(list(rule.by), use_threads=False).aggregate([(rule.count, "sum")])
    return summed.rename_columns([*rule.by, rule.count])


def _hold_to_last_line(source: Source, last: _Last, n_rows: int) -> None:
    """Raises Problem where the file does not end with its own number of rows."""
    if len(last.told) != 1:
        what = f"has {len(last.told) or 'no'} lines that say how many rows there are ({last.words}), where it ends with one"
        raise Problem(source.stem, f"{what}; it may be cut short", WHOLE)
    digits = re.sub(r"\D", "", last.told[0].partition(last.words)[2])
    told = int(digits) if digits else None
    if told != n_rows or last.n_short:
        short = f", and {last.n_short:,} that are not as long as the heading" if last.n_short else ""
        says = "no number" if told is None else f"{told:,}"
        what = f"its last line says {says} rows, where {n_rows:,} are there{short}; it may be cut short or altered"
        raise Problem(source.stem, what, WHOLE)
