"""What the members of a definition are in a table: read as numbers, divided, shrunk, screened and imputed, in this order."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipelines.core.problem import Problem
from pipelines.indices.table_file import number_of_row, numbers
from pipelines.scoring.definition import Index
from pipelines.scoring.domain import Weighted
from pipelines.scoring.screen import screen
from pipelines.scoring.treat import denominated, imputed, shrunk

SHOWN = 5


@dataclass(frozen=True)
class Members:
    """The `values` of every member (a row per area), of an `index` without the members that are left out.

    `filled`: by member, True where its value was imputed; `known_share` (0-1), of every area the share of members that is
    known, where availability is asked about.
    """

    index: Index
    values: pd.DataFrame
    filled: dict[str, np.ndarray]
    known_share: pd.Series | None

    @property
    def imputed(self) -> pd.Series:
        """The names of the members whose value was imputed, of every area; an empty text where none was."""
        filled = pd.DataFrame(self.filled, index=self.values.index)
        told = ["; ".join(filled.columns[row]) for row in filled.to_numpy(dtype=bool)]
        return pd.Series(told, index=filled.index, dtype="object")


def headings_of(index: Index) -> list[str]:
    """Every heading of a table that the members of an index read."""
    return [heading for _, name, member in index.members for heading in _headings(index, name, member)]


def _headings(index: Index, name: str, member: Weighted) -> Iterator[str]:
    yield member.heading or name
    if member.denominate:
        yield member.denominate.by
    if member.shrink:
        yield from (member.shrink.denominator, member.shrink.within)
    if within := index.imputed_by(member).within:
        yield within


def read_members(index: Index, frame: pd.DataFrame, name: str, tell: Callable[[str], None]) -> Members:
    """The members of an index in a table that has their headings, areas in the order of its rows.

    `tell` is called with a sentence on what is left out, imputed, or has nothing to be divided by. Raises Problem naming
    row and column for what is no number, or no rate.
    """
    values = pd.DataFrame(
        {n: _values(frame, member, member.heading or n, name, tell) for _, n, member in index.members}
    )
    try:
        found = screen(index, values)
    except ValueError as error:
        raise Problem(name, str(error), "lower `members` of screen, or take the domain out") from error
    for member, share in found.members.items():
        tell(f"{name}: {member} is left out for all areas: it is known in {share:.0%} of them")
    index, values = found.index, values.drop(columns=list(found.members))
    out = found.areas_out.to_numpy()
    if out.any():
        values.loc[out] = np.nan
        tell(f"{name}: {_areas_left_out(index, frame, out)}")
    filled = {n: _fill(index, frame, values, n, member, out) for _, n, member in index.members}
    if n_filled := int(sum(column.sum() for column in filled.values())):
        n_values = values.size - len(values.columns) * int(out.sum())
        tell(f"{name}: {n_filled:,} of {n_values:,} values are imputed; the column `imputed` says which")
    asks = index.screen.areas > 0 or index.screen.members > 0
    return Members(index, values, {n: column for n, column in filled.items() if column.any()}, found.known_share if asks else None)  # fmt: skip


def _areas_left_out(index: Index, frame: pd.DataFrame, out: np.ndarray) -> str:
    area = index.area_column or str(frame.columns[0])
    codes = frame[area].astype(str)[out].tolist()
    first = ", ".join(code[:60] for code in codes[:SHOWN]) + (f" and {len(codes) - SHOWN:,} more" if len(codes) > SHOWN else "")  # fmt: skip
    are = "area is" if len(codes) == 1 else "areas are"
    return f"{len(codes):,} {are} left out, where less than {index.screen.areas:.0%} of the members is known: {first}"


def _fill(index: Index, frame: pd.DataFrame, values: pd.DataFrame, name: str, member: Weighted, out: np.ndarray) -> np.ndarray:  # fmt: skip
    """Fill the gaps of a member in `values`, and say where that was done; areas left out have none."""
    impute, before = index.imputed_by(member), values[name]
    if impute.by == "none":
        return np.zeros(len(values), dtype=bool)
    within = frame[impute.within].reset_index(drop=True) if impute.within else None
    values[name] = imputed(before, impute.by, within).mask(out)
    return (before.isna() & values[name].notna()).to_numpy()


def _values(frame: pd.DataFrame, member: Weighted, heading: str, name: str, tell: Callable[[str], None]) -> pd.Series:
    values = numbers(frame, heading, name)
    if member.denominate:
        values = _divided(frame, member, values, heading, name, tell)
    return _shrunk(frame, member, values, heading, name) if member.shrink else values


def _divided(frame: pd.DataFrame, member: Weighted, values: pd.Series, heading: str, name: str, tell) -> pd.Series:
    by = _amounts(frame, member.denominate.by, name)
    nothing = (by == 0) & values.notna()
    if nothing.any():
        row, n = _first(frame, nothing), int(nothing.sum())
        where = f"row {row}" if n == 1 else f"{n:,} rows (the first is {row})"
        tell(f"{name}: {heading!r} is not known in {where}, where {member.denominate.by!r} is 0")
    with np.errstate(over="ignore"):
        found = denominated(values, by, member.denominate.per)
    if np.isinf(found).any():
        message = f"row {_first(frame, np.isinf(found))}, column {heading!r}: divided by {member.denominate.by!r} it is beyond any number"
        raise Problem(name, message, "mend the table")
    return found


def _shrunk(frame: pd.DataFrame, member: Weighted, values: pd.Series, heading: str, name: str) -> pd.Series:
    shrink = member.shrink
    people = _amounts(frame, shrink.denominator, name)
    over = (values < 0) | (values > shrink.per)
    if over.any():
        message = (
            f"row {_first(frame, over)}, column {heading!r}: {values[over].iloc[0]:g} is no rate per {shrink.per:g}"
        )
        raise Problem(name, message, "give `per` of shrink the number that the rate is out of")
    return shrunk(values, people, frame[shrink.within].reset_index(drop=True), shrink.per)


def _amounts(frame: pd.DataFrame, heading: str, name: str) -> pd.Series:
    """A column of what others are counted against: people, households, money."""
    amounts = numbers(frame, heading, name)
    if (amounts < 0).any():
        message = f"row {_first(frame, amounts < 0)}, column {heading!r}: there cannot be fewer than none"
        raise Problem(name, message, "mend the table")
    return amounts


def _first(frame: pd.DataFrame, is_bad: pd.Series) -> int:
    return number_of_row(frame, int(is_bad.to_numpy().argmax()))
