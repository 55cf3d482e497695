"""Put a column on a common scale. Every function takes and returns 1-D float arrays; NaN stays NaN; greater is more."""

import numpy as np
import pandas as pd
from scipy.special import ndtri


def ranks(values: np.ndarray) -> np.ndarray:
    """Rank 1 for the greatest value; ties share the lowest rank; NaN where there is no value."""
    return pd.Series(values, dtype=float).rank(method="min", ascending=False).to_numpy()


def percentile(values: np.ndarray) -> np.ndarray:
    """`100 (r - 0.5) / N`, r the ascending rank with ties averaged."""
    ascending = pd.Series(values, dtype=float).rank(method="average")
    return (100 * (ascending - 0.5) / max(ascending.count(), 1)).to_numpy()


def inverse_normal(values: np.ndarray) -> np.ndarray:
    """`ndtri((r - 0.5) / N)`, r the ascending rank with ties averaged (as Priority Places and AHAH do)."""
    return ndtri(percentile(values) / 100)


def exponential(values: np.ndarray) -> np.ndarray:
    """The deprivation exponential of a rank, 0 to 100; the highest-need tenth spreads over 50 to 100.

    `R = (N - rank + 1) / N; X = -23 ln(1 - R (1 - exp(-100 / 23)))`, rank 1 the greatest need
    (MHCLG, English Indices of Deprivation, technical report).
    """
    n = np.isfinite(values).sum()
    share = (n - ranks(values) + 1) / max(n, 1)
    return -23 * np.log(1 - share * (1 - np.exp(-100 / 23)))


def target(values: np.ndarray, zero_at: float, hundred_at: float) -> np.ndarray:
    """Linear between the value that scores 0 and the value that scores 100, held to that range beyond them."""
    return np.clip((values - zero_at) / (hundred_at - zero_at), 0, 1) * 100
