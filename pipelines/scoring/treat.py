"""What is done to a column before it is put on a scale: counts divided, rates of few people shrunk, gaps filled, outliers
treated by a stated rule."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from pipelines.scoring.column_rules import Treatment
from pipelines.scoring.normalise import all_the_same, snapped

FEWEST = 4  # values, below which skewness and kurtosis mean nothing


@dataclass(frozen=True)
class TreatedColumn:
    """A treated column and what was done: `done` is none, winsorised or log, `n_winsorised` how many points moved."""

    values: np.ndarray
    done: str
    n_winsorised: int
    skewness: float
    kurtosis: float


def treat(values: np.ndarray, treatment: Treatment) -> TreatedColumn:
    """Outliers of a column (NaN for unknown) by the OECD/JRC handbook's rule, as COINr applies it.

    A column is treated where |skewness| and kurtosis (both corrected for bias) are beyond their limits: the most
    extreme value on the side of the skew takes the next one's place, until it passes or `points` values have moved;
    then the logarithm `ln(x - min + range / 100)`, turned round where the skew is to the left, of the column as it was.
    """
    shape = _shape(values)
    if np.isnan(values).all():
        return TreatedColumn(values, "none", 0, *shape)
    if treatment.rule == "none" or (treatment.rule != "log" and _passes(shape, treatment)):
        return TreatedColumn(values, "none", 0, *shape)
    if treatment.rule != "log":
        winsorised, n = _winsorised(values, treatment)
        if treatment.rule == "winsorise" or _passes(_shape(winsorised), treatment):
            return TreatedColumn(winsorised, "winsorised", n, *shape)
    return TreatedColumn(_logarithm(values, shape[0]), "log", 0, *shape)


def _shape(values: np.ndarray) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    if len(known) < FEWEST or all_the_same(known):
        return 0.0, 0.0
    shown = pd.Series(known / np.abs(known).max())  # so that powers neither overflow nor vanish
    return float(shown.skew()), float(shown.kurt())


def _passes(shape: tuple[float, float], treatment: Treatment) -> bool:
    return abs(shape[0]) <= treatment.skewness or shape[1] <= treatment.kurtosis


def _winsorised(values: np.ndarray, treatment: Treatment) -> tuple[np.ndarray, int]:
    values, moved = values.copy(), np.zeros(len(values), dtype=bool)
    while moved.sum() < treatment.points and not _passes(shape := _shape(values), treatment):
        compared = snapped(values)
        at = compared == (np.nanmax(compared) if shape[0] > 0 else np.nanmin(compared))
        if (moved | at).sum() > treatment.points:
            break
        rest = values[~at & ~np.isnan(values)]
        values[at] = rest.max() if shape[0] > 0 else rest.min()
        moved |= at
    return values, int(moved.sum())


def _logarithm(values: np.ndarray, skewness: float) -> np.ndarray:
    least, greatest = np.nanmin(values), np.nanmax(values)
    if all_the_same(values):
        return values
    more = (greatest - least) / 100
    return np.log(values - least + more) if skewness >= 0 else -np.log(greatest - values + more)


def denominated(count: pd.Series, by: pd.Series, per: float = 1) -> pd.Series:
    """`per count / by`; NaN where either is not known, or nothing is there to divide by."""
    return per * count / by.where(by != 0)


def imputed(values: pd.Series, by: str, within: pd.Series | None = None) -> pd.Series:
    """The values, NaN filled with the `mean` or `median` of those known in the same group `within` (of all without).

    NaN stays where an area is of no group, or nothing is known in its group.
    """
    group = pd.Series("all", index=values.index) if within is None else within
    return values.fillna(values.groupby(group).transform(by))


def shrunk(rate: pd.Series, denominator: pd.Series, within: pd.Series, per: float = 100) -> pd.Series:
    """Rates drawn towards that of the larger area, the more the fewer people they are of; NaN stays NaN.

    On the logit scale `z* = w z + (1 - w) m`, `w = (1 / s2) / (1 / s2 + 1 / t2)`: m the logit of the rate of all in
    `within`, s2 the sampling variance of the area's own logit, t2 the variance between the areas of `within`
    (Indices of Deprivation, technical reports: "shrinkage estimation"). With r of n people, the logit is
    `ln((r + .5) / (n - r + .5))` and s2 is `(n + 1)(n + 2) / (n (r + 1)(n - r + 1))`, so that 0 and all have one too.
    """
    n = denominator.where(rate.notna() & (denominator > 0)).astype("float64")
    r = rate * n / per
    logit = np.log((r + 0.5) / (n - r + 0.5))
    sampling = (n + 1) * (n + 2) / (n * (r + 1) * (n - r + 1))
    all_r, all_n = (column.groupby(within).transform("sum") for column in (r, n))
    middle = np.log((all_r + 0.5) / (all_n - all_r + 0.5))
    k = logit.groupby(within).transform("count")
    between = ((logit - middle) ** 2).groupby(within).transform("sum") / (k - 1).where(k > 1)
    own = between / (between + sampling)
    drawn = pd.Series(per * expit(own * logit + (1 - own) * middle), index=rate.index)
    return drawn.where(k > 1, rate).where(n > 0)  # alone in its larger area: there is nothing to be drawn to
