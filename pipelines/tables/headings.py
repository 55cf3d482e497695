"""Which column of a publisher's file is which of ours: headings as declared, told apart by letters and digits alone."""

from collections.abc import Collection

import pandas as pd

from pipelines.core.plain_text import folded, plain
from pipelines.core.problem import Problem
from pipelines.register.source import Source


class Used(Collection):
    """The headings that a source's columns may be read from, as they stand in its files; `in` compares them folded."""

    def __init__(self, source: Source):
        self.names = {h for name, column in source.columns.items() for h in column.headings(name)}
        self.names |= {source.fetch.sheets.joined_on} if source.fetch.sheets else set()
        self.ending = folded(source.fetch.strip_heading)
        self.forms = {folded(name) for name in self.names}
        self.forms |= {form + self.ending for form in self.forms}

    def __contains__(self, heading: object) -> bool:
        return folded(str(heading)) in self.forms

    def __iter__(self):
        return iter(sorted(self.names))

    def __len__(self) -> int:
        return len(self.names)


def choose_columns(source: Source, text: pd.DataFrame) -> pd.DataFrame:
    """The declared columns of a text table, under our names; null where an optional one is left out.

    A column that may stand under several headings is read from the one that is there. Raises Problem where a column is
    missing, or stands under two headings that differ.
    """
    if source.fetch.strip_heading:
        text = text.rename(columns=lambda name: name.removesuffix(source.fetch.strip_heading))
    by_form: dict[str, list[str]] = {}
    for heading in text.columns:
        by_form.setdefault(folded(heading), []).append(heading)
    chosen, missing = {}, []
    for name, column in source.columns.items():
        exact = [h for h in column.headings(name) if h in text.columns]
        found = exact or list(
            dict.fromkeys(h for wanted in column.headings(name) for h in by_form.get(folded(wanted), []))
        )
        if found:
            chosen[name] = _one(source, text, found)
        elif column.optional:
            chosen[name] = pd.Series(None, index=text.index, dtype=object)
        else:
            missing.append(" or ".join(repr(h) for h in column.headings(name)))
    if missing:
        raise Problem(
            source.stem,
            f"the file has no column {', '.join(missing[:5])} (it has {', '.join(map(repr, list(text.columns)[:6]))} ...)",
            "if the publisher renamed it, mend `from` in the source's YAML",
        )
    frame = pd.DataFrame(chosen, index=text.index)
    return frame.assign(geometry=text["geometry"]) if source.fetch.geometry else frame


def _one(source: Source, text: pd.DataFrame, found: list[str]) -> pd.Series:
    """The one column of several headings. Raises Problem where they differ: which is meant cannot be known."""
    first = text[found[0]]
    for other in found[1:]:
        differs = ~((first == text[other]) | (first.isna() & text[other].isna())).to_numpy(bool)
        if differs.any():
            i = differs.argmax()
            values = " and ".join(repr(plain(str(text[name].iloc[i]))[:40]) for name in (found[0], other))
            names = " and ".join(map(repr, found))
            message = f"one column stands under {names}, and they differ (row {int(text.index[i]) + 2}): {values}"
            raise Problem(source.stem, message, "say in `from` of the source's YAML which is meant")
    return first
