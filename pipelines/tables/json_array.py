"""A list of objects in a JSON file too large to be held as Python objects, read one after another."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import IO

import pandas as pd
import pyarrow as pa

from pipelines.core.limits import ROWS
from pipelines.core.problem import Problem
from pipelines.register.source import Source
from pipelines.tables.odd import Odd

PIECE = 1_000_000  # bytes read at a time, and the longest that one object may be
BLOCK = 50_000  # rows held as Python objects
BETWEEN = re.compile(r"[ \t\r\n,]*")


def read_json_array(source: Source, stream: IO[bytes], limit: int, odd: Odd) -> pd.DataFrame:
    """The declared columns of every object as text; null where an object lacks one, no column where no object has the key.

    Reads no more than `limit` bytes of the stream; what is no object is entered in `odd`. Raises Problem for what is not a
    list of objects, and for more.
    """
    wanted = sorted({heading for name, column in source.columns.items() for heading in column.headings(name)})
    schema = pa.schema([(name, pa.large_string()) for name in wanted])
    blocks: list[pa.Table] = []
    held: list[dict] = []
    seen: set[str] = set()
    for _, row in odd.numbered(_objects(source, stream, limit)):
        held.append({name: _text(row.get(name)) for name in wanted})
        seen.update(name for name in wanted if name in row)
        if len(held) == BLOCK:
            blocks.append(pa.Table.from_pylist(held, schema))
            held = []
            if len(blocks) * BLOCK > ROWS:
                raise Problem(source.stem, f"the JSON holds more than {ROWS:,} objects", "do not trust this file")
    table = pa.concat_tables([*blocks, pa.Table.from_pylist(held, schema)])
    return table.select([name for name in wanted if name in seen or not len(table)]).to_pandas().astype("str")


def _text(value: object) -> str | None:
    if value is None or isinstance(value, (dict, list)):
        return None
    return value if isinstance(value, str) else json.dumps(value)


def _whole(digits: str) -> int | str:
    """A whole number; its digits as they stand where they are more than any number has."""
    return int(digits) if len(digits) < 1_000 else digits


def _objects(source: Source, stream: IO[bytes], limit: int) -> Iterator[object]:
    wrong = Problem(
        source.stem, "the JSON is not a list of objects", "look at the file; the publisher may have changed its form"
    )
    decoder, utf8, text, at, read = (
        json.JSONDecoder(parse_int=_whole),
        codecs.getincrementaldecoder("utf-8-sig")(),
        "",
        0,
        0,
    )
    is_begun = False
    while True:
        at = BETWEEN.match(text, at).end()
        if not is_begun and text[at : at + 1] == "[":
            is_begun, at = True, at + 1
            continue
        try:
            if at < len(text) and not is_begun:
                raise wrong
            if text[at : at + 1] == "]":
                return
            row, at = decoder.raw_decode(text, at)
            yield row
        except RecursionError:
            raise wrong from None
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
