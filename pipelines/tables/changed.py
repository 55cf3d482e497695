"""What a publisher's new answer says otherwise than its last: rows that came and went, and values that changed."""

import pandas as pd

from pipelines.register.source import Column, Source

MOST_TOLD = 8


def what_changed(source: Source, before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    """In words, from two tables of one source, at most `MOST_TOLD` of them. A value that came or went is told apart from
    one that changed, each with how many there are and, of what may be published row by row, the first; no text of theirs.

    Without a key, or where rows are not to be published, only how many rows there are.
    """
    if not source.key or not set(source.key) <= set(before) or source.publish != "rows":
        return [f"{len(before):,} rows before, {len(after):,} now"]
    old, new = (table.set_index(source.key) for table in (before, after))
    told = [
        f"{len(rows):,} rows {word} (the first {_shown(rows[0])})"
        for word, rows in (("came", new.index.difference(old.index)), ("went", old.index.difference(new.index)))
        if len(rows)
    ]
    shared = new.index.intersection(old.index)
    for name, column in source.columns.items():
        if name in new:
            told += _of_column(name, column, old.loc[shared, name] if name in old else None, new.loc[shared, name])
    more = [f"and {len(told) - MOST_TOLD} more"] if len(told) > MOST_TOLD else []
    return told[:MOST_TOLD] + more


def _of_column(name: str, column: Column, old: pd.Series | None, new: pd.Series) -> list[str]:
    old = pd.Series(None, index=new.index, dtype=new.dtype) if old is None else old
    came, went = old.isna() & new.notna(), old.notna() & new.isna()
    same = (
        old == new if old.dtype == new.dtype else old.astype("str") == new.astype("str")
    )  # a column may get another type
    differs = old.notna() & new.notna() & ~same.fillna(True).astype(bool)
    told = [f"{name} came in {came.sum():,} rows"] if came.any() else []
    told += [f"{name} went from {went.sum():,} rows (the first {_shown(went.idxmax())})"] if went.any() else []
    if differs.any():
        first = differs.idxmax()
        values = f": {old[first]}, now {new[first]}" if column.type != "text" else ""
        told.append(f"{name} is another in {differs.sum():,} rows (the first {_shown(first)}{values})")
    return told


def _shown(key: object) -> str:
    return " ".join(map(str, key)) if isinstance(key, tuple) else str(key)
