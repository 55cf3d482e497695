"""Several columns to one: sum, arithmetic, geometric and Mazziotta-Pareto mean, minimum; and the weight observed."""

import numpy as np

SLACK = 1e-9  # weights that should add up to one may miss it by rounding


def aggregate(
    how: str, columns: list[np.ndarray], weights: list[float], imbalance: str = "lowers"
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
    mean, observed = weighted_mean(columns, weights)
    if how == "arithmetic":
        return mean, observed
    total = {"sum": _sum, "geometric": _geometric, "mazziotta_pareto": _mazziotta_pareto, "minimum": _minimum}[how](
        columns, weights, mean, imbalance
    )
    return np.where(observed >= 1 - SLACK, total, np.nan), observed


def weighted_mean(columns: list[np.ndarray], weights: list[float]) -> tuple[np.ndarray, np.ndarray | float]:
    """The weighted mean of what is known (NaN where nothing is), and the share of the weight that is known: per row, or
    one number where it is the same in all.

    Added up column by column: a matrix product rounds equal rows differently, and ranks would tell them apart.
    """
    total = sum(weights)
    weighed, observed, scratch = np.zeros(len(columns[0])), 0.0, np.empty(len(columns[0]))
    for column, weight in zip(columns, weights, strict=True):
        weighed += np.multiply(column, weight / total, out=scratch)
        observed += weight / total
    if not np.isnan(weighed.sum()):
        weighed /= observed  # one but for rounding; divided all the same: a row must not depend on the gaps of others
        return weighed, observed
    weighed, observed = np.zeros(len(columns[0])), np.zeros(len(columns[0]))
    for column, weight in zip(columns, weights, strict=True):
        known = ~np.isnan(column)
        weighed += np.where(known, np.multiply(column, weight / total, out=scratch), 0.0)
        observed += known * (weight / total)
    return weighed / np.where(observed > 0, observed, np.nan), observed


def _sum(columns, weights, mean, imbalance):
    return mean * sum(weights)


def _geometric(columns, weights, mean, imbalance):
    if any(np.nanmin(column, initial=0.0) < 0 for column in columns):
        raise ValueError("a geometric mean needs values that are not below zero")
    zero = np.any([column == 0 for column in columns], axis=0)
    logs = [np.log(np.where(column == 0, 1.0, column)) for column in columns]
    return np.where(zero, 0.0, np.exp(weighted_mean(logs, weights)[0]))


def _mazziotta_pareto(columns, weights, mean, imbalance):
    variance = weighted_mean([(column - mean) ** 2 for column in columns], weights)[0]
    penalty = np.divide(variance, mean, out=np.zeros_like(mean), where=mean != 0)
    return mean - penalty if imbalance == "lowers" else mean + penalty


def _minimum(columns, weights, mean, imbalance):
    return np.minimum.reduce(columns)
