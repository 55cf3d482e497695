"""Put a column on a common scale. Every function takes and returns 1-D float arrays; NaN stays NaN; greater is more."""

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata


def ranks(values: np.ndarray) -> np.ndarray:
    """Rank 1 for the greatest value; ties share the lowest rank; NaN where there is no value."""
    out = np.full(len(values), np.nan)
    known = np.isfinite(values)
    out[known] = rankdata(-values[known], method="min")
    return out


def inverse_normal(values: np.ndarray) -> np.ndarray:
    """`ndtri((r - 0.5) / N)`, r the ascending rank with ties averaged (Blom's form without offset; as in AHAH)."""
    out = np.full(len(values), np.nan)
    known = np.isfinite(values)
    n = known.sum()
    out[known] = ndtri((rankdata(values[known], method="average") - 0.5) / max(n, 1))
    return out


def percentile(values: np.ndarray) -> np.ndarray:
    """`100 (r - 0.5) / N`, r the ascending rank with ties averaged."""
    out = np.full(len(values), np.nan)
    known = np.isfinite(values)
    out[known] = 100 * (rankdata(values[known], method="average") - 0.5) / max(known.sum(), 1)
    return out


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
