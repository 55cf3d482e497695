"""The columns of a table that a step makes: declared beside the step, held when the table is written, shown in the UI."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from pipelines.core.problem import Problem

TYPES = {"str", "float64", "int32", "int64", "Int64", "bool", "boolean", "datetime64[ms]", "bytes", "geometry"}
AS_IT_IS = ("bytes", "geometry")  # of Python objects: never cast


@dataclass(frozen=True)
class Schema:
    """The type of each column in order, those that may hold a null, and the columns that no two rows share."""

    types: Mapping[str, str]
    nullable: frozenset[str]
    key: tuple[str, ...]

    def held(self, frame: pd.DataFrame, what: str) -> pd.DataFrame:
        """The frame's declared columns, each of its type. Raises Problem naming table, column and first row where one is
        missing or one too many, holds what its type cannot, is null where it may not be, or where two rows share a key.
        """
        if odd := set(self.types) ^ set(frame.columns):
            raise _breach(what, f"column {min(odd)} is {'missing' if min(odd) in self.types else 'not declared'}")
        for name in self.types:
            if name not in self.nullable and frame[name].isna().any():
                raise _breach(what, f"column {name} is null", frame, frame[name].isna())
        other = {name: kind for name, kind in self.types.items() if kind not in AS_IT_IS and frame[name].dtype != kind}
        frame = frame.assign(**{name: _typed(frame[name], kind, what) for name, kind in other.items()})
        frame = frame[list(self.types)]
        if self.key and frame.duplicated(list(self.key)).any():
            raise _breach(what, f"two rows share {', '.join(self.key)}", frame, frame.duplicated(list(self.key)))
        return frame


def schema(columns: str, key: str = "") -> Schema:
    """A schema from text: names and pandas types by comma, `?` after the type of a column that may hold a null, and the
    names of the key. Raises ValueError for a type that is none, and for a key that is no column."""
    pairs = [column.split() for column in columns.split(",")]
    types = {name: kind.removesuffix("?") for name, kind in pairs}
    if strange := (set(types.values()) - TYPES) | (set(key.split()) - set(types)):
        raise ValueError(f"no type or column: {', '.join(sorted(strange))}")
    return Schema(types, frozenset(name for name, kind in pairs if kind.endswith("?")), tuple(key.split()))


def _typed(column: pd.Series, kind: str, what: str) -> pd.Series:
    careful = {"int64": "Int64", "int32": "Int64", "bool": "boolean"}  # that refuse what numpy's own types would cut
    try:
        return column.astype(careful.get(kind, kind)).astype(kind)
    except (TypeError, ValueError) as error:
        raise _breach(what, f"column {column.name} is no {kind} ({error})") from error


def _breach(what: str, found: str, frame: pd.DataFrame | None = None, rows: pd.Series | None = None) -> Problem:
    if frame is not None and rows is not None:
        first = frame.loc[rows].iloc[0, :3].to_dict()
        found += f" in {int(rows.sum()):,} rows, the first {', '.join(f'{k} {v}' for k, v in first.items())}"
    return Problem(what, found, "a fault of ours: please report it; nothing was replaced")
