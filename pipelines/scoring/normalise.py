"""Put a column on a common scale. Every function takes and returns 1-D float arrays; NaN stays NaN; greater is more."""

from functools import lru_cache

import numpy as np
from scipy.special import ndtri


def ranks(values: np.ndarray, ties: str = "lowest") -> np.ndarray:
    """Rank 1 for the greatest value; ties share the `lowest`, `average` or `highest` rank; NaN where there is no value."""
    values = np.asarray(values, dtype=np.float64)
    known = ~np.isnan(values)
    found = np.full(len(values), np.nan)
    order, start, end = descending(values[known])
    share = {"lowest": start + 1.0, "highest": end + 0.0, "average": (start + 1 + end) / 2}[ties]
    told = np.empty(len(order))
    told[order] = np.repeat(share, end - start)
    found[known] = told
    return found


def descending(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions of the values (no NaN) from the greatest to the least, and where each run of equal ones starts and ends.

    Several times as fast as a rank in pandas, which is most of the time of a thousand versions of a method.
    """
    order = _order(values)
    told = values[order]
    start = np.append(0, np.flatnonzero(told[1:] != told[:-1]) + 1)[: len(values)]
    return order, start, np.append(start[1:], len(values))[: len(start)]


def _order(values: np.ndarray) -> np.ndarray:
    """Values as whole numbers of some 48 bits with their position behind, sorted as single numbers; where that is too
    coarse to tell two apart, and only there, the slower exact way."""
    low, high = (values.min(), values.max()) if len(values) else (0.0, 0.0)
    bits = max(len(values) - 1, 1).bit_length()
    if not (0 < high - low < np.inf) or bits > 31:
        return np.argsort(-values, kind="stable")
    key = ((high - values) * ((2.0 ** (64 - bits) - 2**12) / (high - low))).astype(np.uint64)
    key <<= np.uint64(bits)
    key |= np.arange(len(values), dtype=np.uint64)
    key.sort()
    key &= np.uint64(2**bits - 1)
    order = key.view(np.int64)
    told = values[order]
    return order if (told[1:] <= told[:-1]).all() else np.argsort(-values, kind="stable")


def percentile(values: np.ndarray) -> np.ndarray:
    """`100 (r - 0.5) / N`, r the ascending rank with ties averaged."""
    n = np.isfinite(values).sum()
    return 100 * (n + 1 - ranks(values, "average") - 0.5) / max(n, 1)


def inverse_normal(values: np.ndarray) -> np.ndarray:
    """`ndtri((r - 0.5) / N)`, r the ascending rank with ties averaged (as Priority Places and AHAH do)."""
    return ndtri(percentile(values) / 100)


def exponential(values: np.ndarray) -> np.ndarray:
    """The deprivation exponential of a rank, 0 to 100; the highest-need tenth spreads over 50 to 100.

    `R = (N - rank + 1) / N; X = -23 ln(1 - R (1 - exp(-100 / 23)))`, rank 1 the greatest need
    (MHCLG, English Indices of Deprivation, technical report).
    """
    found = np.full(len(values), np.nan)
    known = ~np.isnan(values)
    whole = known.all()
    order, start, end = descending(values if whole else values[known])
    curve = exponential_of_rank(len(order))
    told = found if whole else np.empty(len(order))
    told[order] = curve if len(start) == len(order) else np.repeat(curve[start], end - start)
    if not whole:
        found[known] = told
    return found


@lru_cache(maxsize=8)
def exponential_of_rank(n: int) -> np.ndarray:
    """The deprivation exponential of ranks 1 to n."""
    share = np.arange(n, 0, -1) / max(n, 1)
    curve = -23 * np.log(1 - share * (1 - np.exp(-100 / 23)))
    curve.flags.writeable = False
    return curve


def min_max(values: np.ndarray, least: float = 0.0, greatest: float = 100.0) -> np.ndarray:
    """`least + (x - min) / (max - min) (greatest - least)`; the middle where all values are the same."""
    low, high = _extremes(values)
    share = (values - low) / (high - low) if high > low else np.where(np.isnan(values), np.nan, 0.5)
    return least + share * (greatest - least)


def z_score(values: np.ndarray, mean: float = 0.0, sd: float = 1.0) -> np.ndarray:
    """`mean + sd (x - m) / s`, m and s of the values, s over N: the areas are all there are, not a sample of them.
    The mean where all values are the same."""
    low, high = _extremes(values)
    if not high > low:
        return np.where(np.isnan(values), np.nan, mean)
    return mean + sd * (values - np.nanmean(values)) / np.nanstd(values)


def target(values: np.ndarray, zero_at: float, hundred_at: float) -> np.ndarray:
    """Linear between the value that scores 0 and the value that scores 100, held to that range beyond them."""
    return np.clip((values - zero_at) / (hundred_at - zero_at), 0, 1) * 100


def _extremes(values: np.ndarray) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    return (float(known.min()), float(known.max())) if len(known) else (np.nan, np.nan)


def placed_among(how: str, values: np.ndarray, among: np.ndarray) -> np.ndarray:
    """What single values would be on a scale, had one area of `among` that value and all others theirs.

    For a value that `among` holds, what the scale gives it there, to the last bit for scales that rest on ranks.
    """
    known = np.sort(among[~np.isnan(among)])
    n = len(known)
    at_least, above = np.searchsorted(known, values, side="left"), n - np.searchsorted(known, values, side="right")
    if how == "exponential":
        found = exponential_of_rank(n)[np.minimum(above, n - 1)]
    elif how in ("percentile", "inverse_normal"):
        held = np.maximum(n - above, at_least + 1)  # a value between two takes the place of the one below
        found = 100 * ((at_least + 1 + held) / 2 - 0.5) / max(n, 1)
        found = ndtri(found / 100) if how == "inverse_normal" else found
        found = np.minimum(found, ndtri(1 - 0.5 / n) if how == "inverse_normal" else 100 * (n - 0.5) / n)
    elif how == "min_max":
        found = (
            100 * (values - known[0]) / (known[-1] - known[0]) if known[-1] > known[0] else np.full(len(values), 50.0)
        )
    else:
        found = (values - known.mean()) / known.std() if known.std() > 0 else np.zeros(len(values))
    return np.where(np.isnan(values), np.nan, found)
