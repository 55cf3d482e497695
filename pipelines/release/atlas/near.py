"""What the panel of one area needs, in chunks of areas that follow each other: why it stands where it does, what is near.

Everything is a column: of the chunk's areas, or of a list whose `start` says where each area's part of it begins. A column
that has one value all along is that value. A place, candidate or event is a position in the chunk's own
`places`, `opportunities` or `happenings`. js/near.js makes one area of it.
"""

from collections.abc import Iterator

import duckdb
import numpy as np

from pipelines.release.atlas import reading
from pipelines.release.atlas.packed import packed
from pipelines.release.atlas.script import column, few, letters, numbers, rounded
from pipelines.release.atlas.tables import Columns, Texts
from pipelines.release.atlas.values import COVERAGE

GAP = {"within": "w", "borderline": "b", "beyond": "x", None: "-"}
AS_TEXT = {"place_id", "id", "name", "opening_hours", "evidence"}  # mostly another one in every row
POINTERS = {"place": "places", "opportunity": "opportunities", "happening": "happenings"}


class Near:
    """All that chunks are cut from, read once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, n: int, indicators: reading.Indicators) -> None:
        self.things = {
            "places": reading.places(connection),
            "opportunities": reading.opportunities(connection),
            "happenings": reading.happenings(connection),
        }
        reading.walk(connection)
        self.pushes = reading.pushes(connection, n)
        self.weights = reading.weights(connection, n)
        self.reach, self.reach_codes = reading.reach(connection, n)
        self.indicators = indicators
        self.within, self.within_kinds = reading.within(connection)
        self.lists = reading.lists(connection)

    def chunk(self, first: int, end: int) -> dict:
        """The chunk of the areas from row `first` up to `end`."""
        within = _part(self.within, first, end)
        lists = {name: _part(found, first, end) for name, found in self.lists.items()}
        local = self._local(within, lists, first, end)
        return {
            "first": first,
            "n": end - first,
            "pushes": {index: _cut(told, first, end) for index, told in self.pushes.items()},
            "weights": {index: _cut(told, first, end) for index, told in self.weights.items()},
            "reach": self._reach_of(local, first, end),
            "numbers": self._numbers_of(first, end),
            "within": {"kinds": self.within_kinds, "packed": self._within_of(within, local, first, end)},
            **{name: _written(part, local, first, end) for name, part in lists.items()},
            **{name: _told(found, local[name], local) for name, found in self.things.items()},
        }

    def _local(self, within: Columns, lists: dict[str, Columns], first: int, end: int) -> dict[str, np.ndarray]:  # fmt: skip
        """Which places and candidates the chunk tells of, in order; where one stands in it is where it stands there."""
        parts = list(lists.values())
        told = {name: _distinct(part[pointer] for part in parts if pointer in part) for pointer, name in POINTERS.items() if name != "places"}  # fmt: skip
        row = self.things["places"]["row"]
        at_home = np.flatnonzero((row >= first) & (row < end))
        reached = [within["place"], self.reach["place"][:, first:end].ravel(), at_home]
        of_these = [self.things[name]["place"][which] for name, which in told.items()]
        return {"places": _distinct([*reached, *of_these]), **told}

    def _reach_of(self, local: dict[str, np.ndarray], first: int, end: int) -> dict:
        """By kind, a column each of the areas."""
        told = {}
        for i, kind in enumerate(self.reach_codes["kinds"]):
            reasons = self.reach_codes["null_reason"][i, first:end].used()
            told[kind] = {
                "place": column(_at(self.reach["place"][i, first:end], local["places"])),
                **{name: column(self.reach[name][i, first:end]) for name in ("n10", "n15", "metres", "standard")},
                "gap": few(letters(self.reach_codes["gap"][i, first:end], GAP)),
                "coverage": few(letters(self.reach_codes["coverage"][i, first:end], COVERAGE)),
                "null_reason": column(reasons.positions()),
                "reasons": reasons.words,
            }
        return told

    def _numbers_of(self, first: int, end: int) -> dict:
        """By indicator, a column each of the areas; what was counted where anything was."""
        told, held = {}, self.indicators
        for i, name in enumerate(held.names):
            reasons = held.null_reason[i, first:end].used()
            told[name] = {
                "value": column(rounded(held.value[i, first:end])),
                "n_counted": column(held.n_counted[i, first:end]),
                "n_of": column(held.n_of[i, first:end]),
                "coverage": few(letters(held.coverage[i, first:end], COVERAGE)),
                "null_reason": column(reasons.positions()),
                "reasons": reasons.words,
            }
        return told

    def _within_of(self, within: Columns, local: dict[str, np.ndarray], first: int, end: int) -> list[str]:
        """What each area reaches, packed: by kind and place, what the kind adds to the one before (from 0 in each area), what
        the place adds to the one before of its kind (from 0 in each kind), and metres."""
        row, kind = within["row"], within["kind"]
        place = np.searchsorted(local["places"], within["place"])
        new_area = np.diff(row, prepend=-1) != 0
        new_kind = new_area | (np.diff(kind, prepend=-1) != 0)
        kind_step = np.where(new_area, kind, np.diff(kind, prepend=0))
        place_step = np.where(new_kind, place, np.diff(place, prepend=0))
        starts = 3 * np.searchsorted(row, np.arange(first, end))
        return packed(np.column_stack([kind_step, place_step, within["metres"]]).astype(np.int64).ravel(), starts)


def near_files(
    connection: duckdb.DuckDBPyConnection, n: int, size: int, indicators: reading.Indicators
) -> Iterator[tuple[str, dict]]:
    """Key and value of every chunk of `size` areas."""
    near = Near(connection, n, indicators)
    for k, first in enumerate(range(0, n, size)):
        yield f"near/{k}", near.chunk(first, min(first + size, n))


def _part(found: Columns, first: int, end: int) -> Columns:
    low, high = np.searchsorted(found["row"], [first, end])
    return {name: values[low:high] for name, values in found.items()}


def _cut(told: dict, first: int, end: int):
    """The chunk's part of a tree whose leaves are columns of all areas; what is no column stays."""
    if isinstance(told, np.ndarray):
        return column(told[first:end])
    return {name: _cut(inner, first, end) for name, inner in told.items()} if isinstance(told, dict) else told


def _distinct(parts) -> np.ndarray:
    """The positions in these arrays, each once and in order, without those that are none."""
    every = np.concatenate([np.asarray(part, dtype=float) for part in [*parts, []]])
    return np.unique(every[every >= 0]).astype(np.int64)  # a comparison with not-a-number is false


def _at(positions: np.ndarray, local: np.ndarray) -> np.ndarray:
    """Where these stand in the chunk; not-a-number for none."""
    there = positions >= 0
    return np.where(there, np.searchsorted(local, np.where(there, positions, 0)), np.nan)


def _written(part: Columns, local: dict[str, np.ndarray], first: int, end: int) -> dict:
    """A list of the chunk's areas."""
    start = np.searchsorted(part["row"], np.arange(first, end + 1))
    rest = {name: values for name, values in part.items() if name != "row"}
    return {"start": numbers(start), **_columns(rest, local)}


def _told(found: Columns, which: np.ndarray, local: dict[str, np.ndarray]) -> dict:
    """The columns of these places or candidates."""
    return _columns({name: values[which] for name, values in found.items()}, local)


def _columns(found: Columns, local: dict[str, np.ndarray]) -> dict:
    told: dict = {}
    for name, values in found.items():
        if name in POINTERS:
            told[name] = column(_at(values, local[POINTERS[name]]))
        elif name in AS_TEXT:
            told[name] = values.tolist()
        elif isinstance(values, Texts):
            words = values.used()
            told[name] = column(words.positions())
            told.setdefault("words", {})[name] = words.words
        else:
            told[name] = column(rounded(values))
    return told
