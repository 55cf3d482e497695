"""A list of objects in a JSON file too large to be held as Python objects, read by DuckDB."""

import tempfile
from pathlib import Path
from typing import IO

import duckdb
import pandas as pd

from pipelines.core.problem import Problem
from pipelines.core.query import connect
from pipelines.register.source import Source

BOM = b"\xef\xbb\xbf"
PIECE = 1_000_000
REMEDY = "look at the file; the publisher may have changed its form"


def read_json_array(source: Source, stream: IO[bytes], limit: int) -> pd.DataFrame:
    """The declared columns of every object as text; null where an object lacks one, no column where none has it.

    Reads no more than `limit` bytes of the stream, which DuckDB is given as a file. Raises Problem for what is not a list
    of objects, and for more than `limit` bytes.
    """
    wanted = sorted({heading for name, column in source.columns.items() for heading in column.headings(name)})
    with tempfile.TemporaryDirectory(prefix="commonground-") as folder:
        path = Path(folder) / "rows.json"
        with path.open("wb") as out:
            piece = stream.read(PIECE).removeprefix(BOM)
            if not piece.lstrip().startswith(b"["):
                raise Problem(source.stem, "the JSON is not a list of objects", REMEDY)
            while piece and out.tell() <= limit:
                out.write(piece)
                piece = stream.read(PIECE)
            if out.tell() > limit:
                raise Problem(
                    source.stem, "the zip unpacks to far more than its source file allows", "do not trust this file"
                )
        try:
            with connect() as connection:
                frame = connection.read_json(
                    str(path), format="array", columns=dict.fromkeys(wanted, "VARCHAR"), maximum_object_size=PIECE
                ).df()
        except duckdb.Error as error:
            message = f"the JSON is not a list of objects ({str(error).splitlines()[0][:120].replace(str(path), 'it')})"
            raise Problem(source.stem, message, REMEDY) from error
    frame = frame.astype("str")
    return frame.drop(columns=[name for name in wanted if len(frame) and frame[name].isna().all()])
