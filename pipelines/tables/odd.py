"""Single elements of a list that are none of its kind: left out and told, so that one of them does not lose the list."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from pipelines.core.plain_text import plain
from pipelines.core.problem import Problem
from pipelines.register.source import Source

FEW_ODD, MOST_ODD = 5, 0.05  # so few are slips, however short the list; beyond this share the list has changed form
LOOK = "look at the answer; its form may have changed"
SHOWN = 80  # characters of an element


@dataclass
class Odd:
    """What was left out: the number of the element or row, of what column, its text, and why."""

    found: list[tuple[int, str, str, str]] = field(default_factory=list)
    room: int = 10_000  # so many are written down; all are counted
    n: int = 0
    distinct: bool = False  # whether each key was found to stand once

    def add(self, number: int, column: str, value: object, why: str) -> None:
        """Enter one."""
        self.n += 1
        if len(self.found) < self.room:
            self.found.append((number, column, plain(str(value)[:SHOWN]), f"{why}, and is left out"))

    def numbered(self, elements: Iterable[Any]) -> Iterator[tuple[int, dict]]:
        """The objects of a list, each with its number (the first is 1); anything else is entered here."""
        for number, element in enumerate(elements, start=1):
            if isinstance(element, dict):
                yield number, element
            else:
                self.add(number, "element", repr(element), "is no object")

    def once(self, source: Source, table: pd.DataFrame) -> pd.DataFrame:
        """The table without rows that repeat the key of another: where they say the same, or stand in different parts of a
        source that comes in parts, whose publisher moved one. Any other repeated key is left to the contract."""
        if not source.key or table[source.key].isna().any(axis=None):
            return table
        again = table.duplicated(source.key)
        self.distinct = not again.any()
        if self.distinct:
            return table
        named = list(source.columns)
        if not source.fetch.parts:
            again &= table.duplicated(named)
        if again.sum() > max(FEW_ODD, MOST_ODD * len(table)):
            return table
        for row in table.index[again]:
            told = "|".join(str(table.at[row, name]) for name in source.key)
            self.add(int(row) + 1, ", ".join(source.key), told, "stands in the list twice")
        return table[~again]

    def hold_to(self, source: Source, n_read: int) -> None:
        """Raises Problem where more were left out than slips explain, or nothing but they was there."""
        if self.n and (not n_read or self.n > max(FEW_ODD, MOST_ODD * (self.n + n_read))):
            number, column, value, why = self.found[0]
            if not n_read:
                raise Problem(
                    source.stem, f"the answer is not a list of objects ({column} {number}, {value!r}, {why})", LOOK
                )
            message = f"{self.n:,} of {self.n + n_read:,} elements cannot be read; the first, {column} {number} ({value!r}), {why}"
            raise Problem(source.stem, message, LOOK)

    def issues(self, source: Source) -> list[tuple]:
        """As rows of the table of issues."""
        return [(source.stem, number + 1, column, value, why) for number, column, value, why in self.found]

    def in_words(self) -> str:
        """The first of what was left out, to be told beside what is wrong with the rest; nothing where nothing was."""
        if not self.n:
            return ""
        number, column, value, why = self.found[0]
        return f"; {self.n:,} left out, the first {column} {number} ({value!r}), which {why}"
