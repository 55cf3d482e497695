"""Parquet from outside: a page of a few bytes may hold one long text a million times, so rows are read a few at a time."""

import io
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet

from pipelines.core.limits import CELLS, COLUMNS, HELD, Excess
from pipelines.core.problem import Problem

ROWS_AT_ONCE = 1_000


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
        if as_text:
            schema = pa.schema([(name, pa.large_string()) for name in names])
        parts, room = [], HELD
        for batch in file.iter_batches(ROWS_AT_ONCE, columns=names, use_threads=False):
            if as_text:
                batch = pa.table({n: pyarrow.compute.cast(batch[n], pa.large_string()) for n in names}, schema)
            parts.append(batch)
            if (room := room - batch.nbytes) < 0:
                raise Excess(f"it unpacks to more than {HELD / 1e6:,.0f} MB")
        if as_text:
            return pa.concat_tables([schema.empty_table(), *parts])
        return pa.Table.from_batches(parts, parts[0].schema if parts else pa.schema([schema.field(n) for n in names]))
    except (pa.ArrowException, Excess, OSError, OverflowError) as error:
        message = f"the Parquet file cannot be read ({(str(error).splitlines() or [''])[0][:120]})"
        raise Problem(where, message, "look at the file; its form may have changed") from error
