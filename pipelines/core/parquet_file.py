"""Parquet from outside, read in a process of its own: `python -m pipelines.core.parquet_file`.

Damage in a file's footer ends the program that looks at it. And a page of a few bytes may hold one long text a million
times, so rows are read a few at a time.
"""

import io
import json
import sys
from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute
import pyarrow.ipc
import pyarrow.parquet

from pipelines.core.apart import keep_to, read_apart, tell, unlimited
from pipelines.core.limits import APART_MB, APART_S, CELLS, COLUMNS, HELD, Excess
from pipelines.core.plain_text import folded
from pipelines.core.problem import Problem

ROWS_AT_ONCE = 10_000


def _is_text(kind: pa.DataType) -> bool:
    return any(is_kind(kind) for is_kind in (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary))


def _text_bytes(column: pa.Array) -> int:
    """How many bytes the texts of a column take where each stands by itself."""
    if not pa.types.is_dictionary(column.type) or not _is_text(column.type.value_type):
        return 0
    lengths = pyarrow.compute.binary_length(column.dictionary).cast(pa.int64())
    return pyarrow.compute.sum(lengths.take(column.indices)).as_py() or 0


def read_parquet(where: str, body: bytes, used: Collection[str] | None = None, as_text: bool = False) -> pa.Table:
    """The columns of a Parquet file that are `used` (headings, compared as `folded`; all where it is None), with their types
    or as text. Raises Problem for what is none, and for more columns, values or bytes than are read of any table."""
    asked = json.dumps([None if used is None else sorted(map(folded, used)), as_text])
    try:
        told = read_apart(__name__, asked, body, APART_S, APART_MB)
    except ValueError as error:
        message = f"the Parquet file cannot be read ({(str(error).splitlines() or [''])[0][:120]})"
        raise Problem(where, message, "look at the file; its form may have changed") from error
    return pa.ipc.open_stream(told).read_all()


def _read(body: bytes, used: list[str] | None, as_text: bool) -> pa.Table:
    file = pyarrow.parquet.ParquetFile(io.BytesIO(body))
    if file.metadata.num_columns > COLUMNS:
        raise Excess(f"it has {file.metadata.num_columns:,} columns, where none has {COLUMNS:,}")
    schema = file.schema_arrow
    names = [name for name in schema.names if used is None or folded(name) in used]
    if file.metadata.num_rows * len(names) > CELLS:
        raise Excess(f"it holds more than {CELLS:,} values")
    empty = pa.schema([(name, pa.large_string() if as_text else schema.field(name).type) for name in names])
    unpacked = sum(
        group.column(i).total_uncompressed_size
        for group in map(file.metadata.row_group, range(file.metadata.num_row_groups))
        for i in range(group.num_columns)
        if used is None or folded(group.column(i).path_in_schema) in used
    )
    texts = [name for name in names if _is_text(schema.field(name).type)]
    # each text once, until it is counted
    file = pyarrow.parquet.ParquetFile(io.BytesIO(body), read_dictionary=texts)
    parts, room = [], HELD - unpacked
    for batch in file.iter_batches(ROWS_AT_ONCE, columns=names, use_threads=False):
        if (room := room - sum(map(_text_bytes, batch.columns))) < 0:
            raise Excess(f"it unpacks to more than {HELD / 1e6:,.0f} MB")
        parts.append(pa.table([pyarrow.compute.cast(batch[f.name], f.type) for f in empty], empty))
        # texts that are no UTF-8 are told here, and not where they are first looked at
        parts[-1].validate(full=True)
    return pa.concat_tables([empty.empty_table(), *parts])


def main() -> None:
    """The table of the Parquet file on standard input, as an Arrow stream on standard output."""
    keep_to(APART_MB)
    try:
        table = _read(sys.stdin.buffer.read(), *json.loads(sys.argv[1]))
    except MemoryError:
        sys.exit(1)
    except Exception as error:  # each kind of damage has an error of its own
        tell(error)
    unlimited()
    with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as writer:
        writer.write_table(table)


if __name__ == "__main__":
    main()
