"""Parquet: texts held once and given a million times, columns and types without end, and footers that lie."""

import io
import struct

import numpy as np
import pyarrow as pa
import pyarrow.parquet
from trials.bombs.registry import of


def parquet(table: pa.Table, **options) -> bytes:
    """A table as Parquet."""
    sink = io.BytesIO()
    pyarrow.parquet.write_table(table, sink, **options)
    return sink.getvalue()


@of("parquet", "100 million rows of one text of 100 characters")
def _():
    texts = pa.DictionaryArray.from_arrays(pa.array(np.zeros(20_000_000, dtype=np.int32)), pa.array(["x" * 100]))
    return parquet(pa.table({"code": texts}))


@of("parquet", "one text of 1 MB a hundred thousand times")
def _():
    texts = pa.DictionaryArray.from_arrays(pa.array(np.zeros(100_000, dtype=np.int32)), pa.array(["x" * 1_000_000]))
    return parquet(pa.table({"code": texts}))


@of("parquet", "100,000 columns")
def _():
    return parquet(pa.table({"code": ["A"]} | {f"c{i}": [1] for i in range(100_000)}))


@of("parquet", "nested types")
def _():
    return parquet(pa.table({"code": [["A"], ["B"]], "n": [{"a": 1}, {"a": 2}]}))


@of("parquet", "a wrong footer")
def _():
    body = parquet(pa.table({"code": ["A"]}))
    return body[:-8] + struct.pack("<I", 0x7FFFFFFF) + b"PAR1"


@of("parquet", "encrypted")
def _():
    body = parquet(pa.table({"code": ["A"]}))
    return body[:-4] + b"PARE"


@of("parquet", "lists of lists a hundred deep")
def _():
    kind: pa.DataType = pa.string()
    for _ in range(100):
        kind = pa.list_(kind)
    return parquet(pa.table({"code": pa.array([None], kind)}))
