"""Columns of a release's tables by row of area: what every part of the atlas reads with.

Row r (from 0) is the r-th area by area_code, here and in the tiles. Numbers are numpy columns, texts a list of the words
that occur and for each row which it is: a release has few words and millions of rows.
"""

from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

ROWS = "create or replace temp table area_row as select area_code, (row_number() over (order by area_code) - 1)::integer as row from neighbourhood"


@dataclass(frozen=True)
class Texts:
    """A column of texts: the words in order, and for each row which it is (-1: none), in any shape."""

    words: list[str]
    which: np.ndarray

    def __getitem__(self, rows) -> "Texts":
        return Texts(self.words, self.which[rows])

    def __len__(self) -> int:
        return len(self.which)

    def used(self) -> "Texts":
        """The same with no word that does not occur."""
        there, which = np.unique(self.which, return_inverse=True)
        none = int(len(there) > 0 and there[0] < 0)
        return Texts([self.words[i] for i in there[none:].tolist()], which.reshape(self.which.shape) - none)

    def positions(self) -> np.ndarray:
        """Which word each row is; not-a-number, which is written as null, for none."""
        return np.where(self.which < 0, np.nan, self.which) if (self.which < 0).any() else self.which

    def tolist(self) -> list[str | None]:
        """The texts."""
        words = [*self.words, None]
        return [words[i] for i in self.which.tolist()]

    def first(self) -> str | None:
        """The text of the first row that has one."""
        there = self.which[self.which >= 0]
        return self.words[there[0]] if len(there) else None


Columns = dict[str, Any]  # by name: a numpy column, or Texts


def prepare(connection: duckdb.DuckDBPyConnection) -> int:
    """Number the areas, in a table of this connection alone (`area_row`: area_code, row), and say how many there are."""
    connection.execute(ROWS)
    return connection.execute("select count(*) from area_row").fetchone()[0]


def columns(connection: duckdb.DuckDBPyConnection, sql: str, parameters: list | None = None) -> Columns:
    """The columns of a query: texts as `Texts`; numbers whole, or float64 with not-a-number where one is missing."""
    found = connection.execute(sql, parameters or []).to_arrow_table()
    return {name: _column(found[name]) for name in found.column_names}


def _column(values: pa.ChunkedArray) -> np.ndarray | Texts:
    if pa.types.is_string(values.type) or pa.types.is_null(values.type):
        return _texts(values.cast(pa.string()))
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.int8())
    return (values.cast(pa.float64()) if values.null_count else values).to_numpy()


def _texts(values: pa.ChunkedArray) -> Texts:
    coded = values.combine_chunks().dictionary_encode()
    order = pc.sort_indices(coded.dictionary).to_numpy()
    place = np.empty(len(order) + 1, dtype=np.int32)
    place[order], place[-1] = np.arange(len(order)), -1
    return Texts(coded.dictionary.take(pa.array(order)).to_pylist(), place[coded.indices.fill_null(-1).to_numpy()])


def spread_out(n: int, names: list[str], found: Columns, by: str, value: str) -> np.ndarray:
    """A long table (`row`, `by`, `value`) as a matrix of `names` x n rows; not-a-number where there is no entry."""
    matrix = np.full((len(names), n), np.nan)
    matrix[_position(names, found[by]), found["row"]] = found[value]
    return matrix


def texts_spread_out(n: int, names: list[str], found: Columns, by: str, value: str) -> Texts:
    """The same of texts; none where there is no entry."""
    matrix = np.full((len(names), n), -1, dtype=np.int32)
    matrix[_position(names, found[by]), found["row"]] = found[value].which
    return Texts(found[value].words, matrix)


def _position(names: list[str], column: Texts) -> np.ndarray:
    """Where the text of each row stands among `names`, which hold every one."""
    place = {name: i for i, name in enumerate(names)}
    return np.array([place.get(word, -1) for word in column.words], dtype=np.int64)[column.which]


def of(found: Columns, name: str, word: str) -> Columns:
    """The rows whose column `name` is this word."""
    column = found[name]
    mine = np.flatnonzero(column.which == (column.words.index(word) if word in column.words else -2))
    return {key: values[mine] for key, values in found.items()}
