"""Several columns to one: sum, arithmetic, geometric and Mazziotta-Pareto mean, minimum; and the weight observed."""

import numpy as np

from pipelines.scoring.normalise import snapped

SLACK = 1e-9  # weights that should add up to one may miss it by rounding


def aggregate(
    how: str,
    columns: list[np.ndarray],
    weights: list[float],
    imbalance: str = "lowers",
    out: np.ndarray | None = None,
    scratch: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray | float]:
    """Columns (1-D, NaN for unknown) to one, and the share (0-1) of the weight that is known: per row, or one number
    where it is the same in all.

    The arithmetic mean is over what is known, NaN where nothing is; every other way needs all columns, since what is
    unknown could change it to anything. Raises ValueError for a geometric mean of values below zero.

    - sum: `sum w x`, the weights as they stand.
    - geometric: `exp(sum w ln x / sum w)`; zero where any value is.
    - mazziotta_pareto: `M - S^2 / M` where imbalance lowers, `M + S^2 / M` where it raises; M the weighted mean and S
      the weighted standard deviation of the row (Mazziotta and Pareto 2016: M times (1 -+ cv^2)).
    - minimum: the least, whatever the weights.
    """
    if how == "geometric" and all(_above_zero(column) for column in columns):  # nothing is zero or unknown
        logs, observed = weighted_mean(columns, weights, out, scratch, of=np.log)
        return np.exp(logs, out=logs), observed
    mean, observed = weighted_mean(columns, weights, out, scratch)
    if how == "arithmetic":
        return mean, observed
    total = {"sum": _sum, "geometric": _geometric, "mazziotta_pareto": _mazziotta_pareto, "minimum": _minimum}[how](
        columns, weights, mean, imbalance
    )
    if isinstance(observed, float):  # all is known
        return total, observed
    return np.where(observed >= 1 - SLACK, total, np.nan), observed


def stretched(column: np.ndarray, is_signed: bool) -> np.ndarray:
    """A domain as a Mazziotta-Pareto mean takes it: scores of 0 to 100 from 70 to 130 (the adjusted index), standard scores
    at a mean of 100 and a standard deviation of 10 (the index of 2007).

    On a scale that begins at zero the penalty `S^2 / M` is as great as the mean itself and decides alone.
    Source: Mazziotta and Pareto, Social Indicators Research 127 (2016), 983-1003.
    """
    return 100 + 10 * column if is_signed else 70 + 0.6 * column


def weighted_mean(
    columns: list[np.ndarray],
    weights: list[float],
    out: np.ndarray | None = None,
    scratch: np.ndarray | None = None,
    of: np.ufunc = np.positive,
) -> tuple[np.ndarray, np.ndarray | float]:
    """The weighted mean of what is known (NaN where nothing is), and the share of the weight that is known: per row, or
    one number where it is the same in all. With `of`, a mean of its values (logarithms), where all is known.

    The mean is in `out`, if that is given, and `scratch` is worked in. Added up column by column: a matrix product rounds
    equal rows differently, and ranks would tell them apart.
    """
    total = sum(weights)
    weighed, observed, scratch = None, 0.0, np.empty(len(columns[0])) if scratch is None else scratch
    for column, weight in zip(columns, weights, strict=True):
        column_values = column if of is np.positive else of(column, out=scratch)
        if weighed is None:
            weighed = np.multiply(column_values, weight / total, out=out)
        else:
            weighed += np.multiply(column_values, weight / total, out=scratch)
        observed += weight / total
    if observed != 1:  # one but for rounding; divided all the same: a row must not depend on the gaps of others
        weighed /= observed
    if not np.isnan(weighed.sum()):
        return weighed, observed
    rows = np.flatnonzero(np.isnan(weighed))
    found, share = np.zeros(len(rows)), np.full(len(weighed), observed)
    known_weight = np.zeros(len(rows))
    for column, weight in zip(columns, weights, strict=True):
        column_values = column[rows]
        known = ~np.isnan(column_values)
        found += np.where(known, column_values * (weight / total), 0.0)
        known_weight += known * (weight / total)
    weighed[rows] = found / np.where(known_weight > 0, known_weight, np.nan)
    share[rows] = known_weight
    return weighed, share


def _sum(columns, weights, mean, imbalance):
    return mean * sum(weights)


def _above_zero(column: np.ndarray) -> bool:
    ends = np.array([column.min(initial=np.inf), column.max(initial=0.0)])  # of which either is NaN where any value is
    return bool(snapped(ends)[0] > 0)


def _geometric(columns, weights, mean, imbalance):
    compared = [snapped(column) for column in columns]  # what is left of zero by rounding is zero
    if any(np.nanmin(column, initial=0.0) < 0 for column in compared):
        raise ValueError("a geometric mean needs values that are not below zero")
    zero = np.any([column == 0 for column in compared], axis=0)
    logs = [np.log(np.where(at == 0, 1.0, column)) for column, at in zip(columns, compared, strict=True)]
    return np.where(zero, 0.0, np.exp(weighted_mean(logs, weights)[0]))


def _mazziotta_pareto(columns, weights, mean, imbalance):
    variance = weighted_mean([(column - mean) ** 2 for column in columns], weights)[0]
    penalty = np.divide(variance, mean, out=np.zeros_like(mean), where=mean != 0)
    return mean - penalty if imbalance == "lowers" else mean + penalty


def _minimum(columns, weights, mean, imbalance):
    return np.minimum.reduce(columns)
