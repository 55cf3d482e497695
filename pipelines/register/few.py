"""Counts of few: which numbers of a source that clears no rows are not told, since they would point at single rows of it."""

import pandas as pd

LEAST = 10  # a smaller count is not told, be it none


def few(*counts: pd.Series) -> pd.Series:
    """True where one of the counts that add up to a number that is told is known to be below LEAST. All of them are then
    hidden together: the one alone could be had by taking the others away."""
    return pd.concat([(count < LEAST).fillna(False).astype(bool) for count in counts], axis=1).any(axis=1)
