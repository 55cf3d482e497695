"""A list of objects in a JSON file too large to be held as Python objects, read one after another."""

import codecs
import json
from collections.abc import Iterator
from typing import IO

import pandas as pd
import pyarrow as pa

from pipelines.core.problem import Problem
from pipelines.register.source import Source

PIECE = 1_000_000  # bytes read at a time, and the longest that one object may be
BLOCK = 50_000  # rows held as Python objects
BETWEEN = " \t\r\n,"


def read_json_array(source: Source, stream: IO[bytes], limit: int) -> pd.DataFrame:
    """The declared columns of every object as text; null where an object lacks one, no column where no object has the key.

    Reads no more than `limit` bytes of the stream. Raises Problem for what is not a list of objects, and for more.
    """
    wanted = sorted({heading for name, column in source.columns.items() for heading in column.headings(name)})
    schema = pa.schema([(name, pa.large_string()) for name in wanted])
    blocks: list[pa.Table] = []
    held: list[dict] = []
    seen: set[str] = set()
    for row in _objects(source, stream, limit):
        held.append({name: _text(row.get(name)) for name in wanted})
        seen.update(row)
        if len(held) == BLOCK:
            blocks.append(pa.Table.from_pylist(held, schema))
            held = []
    table = pa.concat_tables([*blocks, pa.Table.from_pylist(held, schema)])
    return table.select([name for name in wanted if name in seen or not len(table)]).to_pandas().astype("str")


def _text(value: object) -> str | None:
    if value is None or isinstance(value, (dict, list)):
        return None
    return value if isinstance(value, str) else json.dumps(value)


def _objects(source: Source, stream: IO[bytes], limit: int) -> Iterator[dict]:
    wrong = Problem(
        source.stem, "the JSON is not a list of objects", "look at the file; the publisher may have changed its form"
    )
    decoder, utf8, text, at, read = json.JSONDecoder(), codecs.getincrementaldecoder("utf-8-sig")(), "", 0, 0
    is_begun = False
    while True:
        while at < len(text) and text[at] in BETWEEN:
            at += 1
        if not is_begun and text[at : at + 1] == "[":
            is_begun, at = True, at + 1
            continue
        try:
            if at < len(text) and (not is_begun or text[at] not in "{]"):
                raise wrong
            if text[at : at + 1] == "]":
                return
            row, at = decoder.raw_decode(text, at)
            yield row
        except json.JSONDecodeError:
            piece = stream.read(PIECE)
            read += len(piece)
            if read > limit:
                message = "the zip unpacks to far more than its source file allows"
                raise Problem(source.stem, message, "do not trust this file") from None
            if not piece or len(text) - at > PIECE:
                raise wrong from None
            try:
                text, at = text[at:] + utf8.decode(piece), 0
            except UnicodeDecodeError:
                raise wrong from None
