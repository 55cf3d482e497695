"""Parquet from outside: a page of a few bytes may hold one long text a million times, so rows are read a few at a time."""

import io
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet

from pipelines.core.limits import CELLS, COLUMNS, HELD, Excess
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


def read_parquet(where: str, body: bytes, used: Callable[[str], bool], as_text: bool = False) -> pa.Table:
    """The columns of a Parquet file that are `used`, with their types or as text. Raises Problem for what is none, and for
    more columns, values or bytes than are read of any table."""
    try:
        file = pyarrow.parquet.ParquetFile(io.BytesIO(body))
        if file.metadata.num_columns > COLUMNS:
            raise Excess(f"it has {file.metadata.num_columns:,} columns, where none has {COLUMNS:,}")
        schema = file.schema_arrow
        names = [name for name in schema.names if used(name)]
        if file.metadata.num_rows * len(names) > CELLS:
            raise Excess(f"it holds more than {CELLS:,} values")
        empty = pa.schema([(name, pa.large_string() if as_text else schema.field(name).type) for name in names])
        unpacked = sum(
            group.column(i).total_uncompressed_size
            for group in map(file.metadata.row_group, range(file.metadata.num_row_groups))
            for i in range(group.num_columns)
            if used(group.column(i).path_in_schema)
        )
        texts = [name for name in names if _is_text(schema.field(name).type)]
        file = pyarrow.parquet.ParquetFile(
            io.BytesIO(body), read_dictionary=texts
        )  # each text once, until it is counted
        parts, room = [], HELD - unpacked
        for batch in file.iter_batches(ROWS_AT_ONCE, columns=names, use_threads=False):
            if (room := room - sum(map(_text_bytes, batch.columns))) < 0:
                raise Excess(f"it unpacks to more than {HELD / 1e6:,.0f} MB")
            parts.append(pa.table([pyarrow.compute.cast(batch[f.name], f.type) for f in empty], empty))
            parts[-1].validate(
                full=True
            )  # texts that are no UTF-8 are told here, and not where they are first looked at
        return pa.concat_tables([empty.empty_table(), *parts])
    except (pa.ArrowException, Excess, OSError, OverflowError) as error:
        message = f"the Parquet file cannot be read ({(str(error).splitlines() or [''])[0][:120]})"
        raise Problem(where, message, "look at the file; its form may have changed") from error
