"""Put a column on a common scale. Every function takes and returns 1-D float arrays; NaN stays NaN; greater is more."""

from functools import lru_cache

import numpy as np
from scipy.special import ndtri

NONE = np.array([], dtype=np.intp)


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
    """Positions of the values (no NaN) from the greatest to the least, and where each run of equal ones starts and ends."""
    order, tied = in_order(values, Room())
    starts = np.ones(len(values), dtype=bool)
    starts[tied + 1] = False
    start = np.flatnonzero(starts)
    return order, start, np.append(start[1:], len(values))[: len(start)]


class Room:
    """Arrays to work in, by name, used again and again by one thread: fresh ones of this size are memory that is not in
    any cache, and page by page not there at all until it is touched."""

    def __init__(self):
        self._arrays: dict = {}

    def array(self, name: str, n: int, kind=np.float64) -> np.ndarray:
        """An array of `n` holding anything, until the next that is asked for by this name."""
        found = self._arrays.get(name)
        if found is None or len(found) < n:
            found = self._arrays[name] = np.empty(n, dtype=kind)
        return found[:n]


def in_order(values: np.ndarray, room: Room) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the values (no NaN) from the greatest to the least, and which of them (as places in that order) hold
    the same value as the next.

    How far each lies below the greatest is a float that is not negative, and such floats sort as their bits do: with
    the position in place of the last bits, one plain sort gives the order, several times as fast as a rank in pandas.
    Only neighbours whose other bits are the same are looked at again; were any of them out of order, all are sorted the
    slower exact way. The positions are in `room`.
    """
    n = len(values)
    if n < 2:
        return _slowly(values)
    last, positions = _positions(n)
    key, differ = room.array("key", n, np.uint64), room.array("differ", n, np.uint64)[1:]
    np.subtract(values.max(), values, out=key.view(np.float64))
    key &= ~last
    key |= positions
    key.view(np.float64).sort()
    if not np.isfinite(key[-1:].view(np.float64)[0]):  # infinities, or too far apart to be told
        return _slowly(values)
    np.bitwise_xor(key[1:], key[:-1], out=differ)
    close = np.flatnonzero(differ <= last) if differ.min() <= last else NONE
    key &= last
    order = key.view(np.int64)
    if not len(close):
        return order, close
    here, after = values[order[close]], values[order[close + 1]]
    return _slowly(values) if (here < after).any() else (order, close[here == after])


def _slowly(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(-values)
    return order, np.flatnonzero(values[order[1:]] == values[order[:-1]])


@lru_cache(maxsize=8)
def _positions(n: int) -> tuple[np.uint64, np.ndarray]:
    positions = np.arange(n, dtype=np.uint64)
    positions.flags.writeable = False
    return np.uint64(2 ** (n - 1).bit_length() - 1), positions


def place(found: np.ndarray, by_place: np.ndarray, order: np.ndarray, tied: np.ndarray) -> np.ndarray:
    """`found`, with what belongs to each place in an order at the position there; those that tie share the first's."""
    found[order] = by_place
    if len(tied):
        runs = np.append(True, np.diff(tied) != 1)
        first = tied[np.maximum.accumulate(np.where(runs, np.arange(len(tied)), 0))]
        found[order[tied + 1]] = by_place[first]
    return found


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
    return exponential_within(values.copy(), Room())


def exponential_within(values: np.ndarray, room: Room) -> np.ndarray:
    """`exponential`, in place of the values."""
    if len(values) and not np.isnan(values.max()):  # nothing is unknown
        return place(values, exponential_of_rank(len(values)), *in_order(values, room))
    known = ~np.isnan(values)
    told = values[known]
    values[known] = place(told, exponential_of_rank(len(told)), *in_order(told, room))
    return values


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
    told = values / max(abs(low), abs(high))  # so that squares neither overflow nor vanish
    return mean + sd * (told - np.nanmean(told)) / np.nanstd(told)


def target(values: np.ndarray, zero_at: float, hundred_at: float) -> np.ndarray:
    """Linear between the value that scores 0 and the value that scores 100, held to that range beyond them."""
    return np.clip((values - zero_at) / (hundred_at - zero_at), 0, 1) * 100


def _extremes(values: np.ndarray) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    return (float(known.min()), float(known.max())) if len(known) else (np.nan, np.nan)


def placed_among(how: str, values: np.ndarray, among: np.ndarray, own: np.ndarray | None = None) -> np.ndarray:
    """What values would be on a scale, had one area each of them and all other areas their own of `among`.

    `own`: what each of those areas has itself, which then no more stands beside the others; at that very value it is what
    the scale gives the area, to the last bit for scales that rest on ranks. Without it, a value that `among` holds is that
    area's, and one between two is placed between them.
    """
    known = np.sort(among[~np.isnan(among)])
    n = len(known)
    if n == 0:
        return np.full(len(values), np.nan)
    below, above = np.searchsorted(known, values, side="left"), n - np.searchsorted(known, values, side="right")
    if own is not None:
        below, above = below - (own < values), above - (own > values)
    if how == "exponential":
        found = exponential_of_rank(n)[np.minimum(above, n - 1)]
    elif how in ("percentile", "inverse_normal"):
        rank = (below + n - above + 1) / 2  # from below, shared with those of the same value
        found = 100 * (np.clip(rank, 1, n) - 0.5) / n
        found = ndtri(found / 100) if how == "inverse_normal" else found
    elif how == "min_max":
        span = known[-1] - known[0]
        found = 100 * (values - known[0]) / span if span > 0 else np.full(len(values), 50.0)
    else:
        found = (values - known.mean()) / known.std() if known.std() > 0 else np.zeros(len(values))
    return np.where(np.isnan(values), np.nan, found)
