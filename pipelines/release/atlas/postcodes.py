"""Postcodes of the areas, packed: about four characters each, decoded in the browser by js/postcodes.js.

A postcode is its outward part and the last three characters, read as a number to the base 36. Within an outward part they
stand in order, each as two whole numbers (see packed.py): what the number adds to the one before (from -1), and what the
row of its area adds to that of the one before (from 0), folded.
"""

from collections.abc import Iterator

import duckdb
import numpy as np

from pipelines.release.atlas.packed import folded, packed
from pipelines.release.atlas.tables import Texts, columns

PLAIN = "^[0-9A-Z]{4,10}$"
INWARD = 3  # characters
_SQL = f"""
    select p[: -{INWARD + 1}] as outward, right(p, {INWARD}) as inward, row
    from (select upper(replace(postcode, ' ', '')) as p, area_code from postcode) join area_row using (area_code)
    where regexp_matches(p, '{PLAIN}') order by outward, inward"""


def postcode_files(connection: duckdb.DuckDBPyConnection, most: int) -> Iterator[tuple[str, str, str, dict]]:
    """First and last outward part, key and value of at most `most` files, about equally large, in order."""
    found = columns(connection, _SQL)
    if not len(found["row"]):
        return
    names = found["outward"].words
    starts = np.flatnonzero(np.diff(found["outward"].which, prepend=-1))
    ends = np.append(starts[1:], len(found["row"]))
    texts = _packed(_numbers(found["inward"]), found["row"].astype(np.int64), starts)
    share = np.minimum(ends * most // len(found["row"]), most - 1)  # which file an outward part ends in
    for k, at in enumerate(np.unique(share)):
        mine = np.flatnonzero(share == at)
        value = {names[i]: texts[i] for i in mine}
        yield names[mine[0]], names[mine[-1]], f"postcodes/{k}", value


def _numbers(inward: Texts) -> np.ndarray:
    """Three characters of 0-9 and A-Z as a number."""
    codes = np.array(inward.words, dtype=f"S{INWARD}").view(np.uint8).reshape(-1, INWARD).astype(np.int64)
    digits = np.where(codes >= ord("A"), codes - ord("A") + 10, codes - ord("0"))
    return (digits @ 36 ** np.arange(INWARD - 1, -1, -1))[inward.which]


def _packed(inward: np.ndarray, row: np.ndarray, starts: np.ndarray) -> list[str]:
    """The text of each outward part, which begin at `starts`."""
    step, move = np.diff(inward, prepend=0), np.diff(row, prepend=0)
    step[starts], move[starts] = inward[starts] + 1, row[starts]
    return packed(np.column_stack([step, folded(move)]).ravel(), 2 * starts)
