"""Put a column on a common scale, and the grid on which values are compared. Every function takes and returns 1-D float
arrays; NaN stays NaN; greater is more."""

from functools import lru_cache
from math import frexp, ldexp

import numpy as np
from scipy.special import ndtri

MOST_POSITIONS = 2**25  # what the bits that steps of the grid leave can tell apart
NONE = np.array([], dtype=np.intp)
BY_RANK = ("percentile", "inverse_normal", "exponential")


def ranks(values: np.ndarray, ties: str = "lowest") -> np.ndarray:
    """Rank 1 for the greatest value; ties share the `lowest`, `average` or `highest` rank; NaN where there is no value."""
    values = np.asarray(values, dtype=np.float64)
    known = ~np.isnan(values)
    found = np.full(len(values), np.nan)
    order, start, end = descending(values[known])
    share = {"lowest": start + 1.0, "highest": end + 0.0, "average": (start + 1 + end) / 2}[ties]
    shared = np.empty(len(order))
    shared[order] = np.repeat(share, end - start)
    found[known] = shared
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
    any cache, and page by page not there at all until it is touched.

    What the engine names for itself is a plain string; what is named after a user's domain is a tuple, so that no word
    of a definition is ever one of the engine's."""

    def __init__(self):
        self._arrays: dict = {}

    def array(self, name: str | tuple[str, ...], n: int, dtype=np.float64) -> np.ndarray:
        """An array of `n` holding anything, until the next that is asked for by this name."""
        found = self._arrays.get((name, dtype))
        if found is None or len(found) < n:
            found = self._arrays[name, dtype] = np.empty(n, dtype=dtype)
        return found[:n]

    def within(self, name: str | tuple[str, ...]) -> "Room":
        """A room of its own, by name."""
        return self._arrays.setdefault(("room", name), Room())


def anchor(values: np.ndarray) -> float | None:
    """The grid on which values (no NaN) are compared: what is added to a value and taken away again, which leaves of it
    whole multiples of 2^-36 of the greatest power of two among the absolute values.

    On a scale of 0 to 100 that is a billionth of a point: far above the noise of adding up in floats, far below anything
    measured, and less than what lies between any two scores of the published IMD 2025. A power of two, so that no halves,
    thirds or decimals lie on the border of two steps. None where values are infinite, or too great for the sum.
    """
    greatest = max(values.max(initial=0.0), -values.min(initial=0.0))
    if not greatest < 2.0**1000:
        return None
    # the last bit of 2^52 steps is one step; 2^38 more, so that no value of either sign leads below or to twice that
    return ldexp(1 + 2.0**-14, frexp(greatest)[1] + 15) if greatest else 0.0


def snapped(values, like=None):
    """Values (an array or a Series) as they are compared, on the grid of `like` (of themselves): those a rounding error
    apart are equal. NaN stays NaN. What is published stays as it is."""
    like = np.asarray(values if like is None else like, dtype=np.float64)
    at = anchor(like[~np.isnan(like)])
    return values.copy() if at is None else (values + at) - at


def all_the_same(values) -> bool:
    """True where the values (an array or a Series) that are known are equal as they are compared, or none is known."""
    values = np.asarray(values, dtype=np.float64)
    known = values[~np.isnan(values)]
    ends = np.array([known.min(), known.max()]) if len(known) else np.zeros(2)
    return bool(np.diff(snapped(ends))[0] == 0)


def in_order(values: np.ndarray, room: Room) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the values (no NaN) from the greatest to the least, and which of them (as places in that order) equal
    the next, all as they are compared (`anchor`). The positions are in `room`.

    Taken from the anchor, values have their number of steps, the greatest the fewest, in the last bits: moved up to make
    room for the position, one plain sort of whole numbers gives the order, several times as fast as a rank in pandas.
    """
    n, at = len(values), anchor(values)
    if at is None or not 1 < n <= MOST_POSITIONS:
        order = np.argsort(-values, kind="stable")
        return order, np.flatnonzero(values[order[1:]] == values[order[:-1]])
    bits, last, positions = _positions(n)
    key, differ = room.array("key", n, np.uint64), room.array("differ", n, np.uint64)[1:]
    np.subtract(at, values, out=key.view(np.float64))
    key <<= bits
    key |= positions
    key.sort()
    np.bitwise_xor(key[1:], key[:-1], out=differ)
    tied = np.flatnonzero(differ <= last) if differ.min() <= last else NONE
    key &= last
    return key.view(np.int64), tied


@lru_cache(maxsize=8)
def _positions(n: int) -> tuple[np.uint64, np.uint64, np.ndarray]:
    """How many bits a position below `n` takes, all of them set, and the positions."""
    positions, bits = np.arange(n, dtype=np.uint64), (n - 1).bit_length()
    positions.flags.writeable = False
    return np.uint64(bits), np.uint64(2**bits - 1), positions


def along_curve(how: str, found: np.ndarray, order: np.ndarray, tied: np.ndarray) -> np.ndarray:
    """`found`, with what a scale that rests on ranks gives to each place in an order at the position there; those that
    tie share what `exponential` gives the first of them, and other scales to the middle of their ranks."""
    n = len(order)
    put_in_order(found, _of_rank(how, n), order, tied)
    if len(tied) and how != "exponential":
        breaks = np.flatnonzero(np.append(True, np.diff(tied) != 1))
        first, last = tied[breaks], np.append(tied[breaks[1:] - 1], tied[-1]) + 1
        middle = _of_average(how, (first + last) / 2 + 1, n)
        found[order[np.sort(np.append(tied, last))]] = np.repeat(middle, last - first + 1)
    return found


@lru_cache(maxsize=32)
def _of_rank(how: str, n: int) -> np.ndarray:
    """What a scale gives to ranks 1 to n where none tie."""
    if how == "exponential":
        return exponential_of_rank(n)
    curve = _of_average(how, np.arange(1, n + 1), n)
    curve.flags.writeable = False
    return curve


def _of_average(how: str, rank: np.ndarray, n: int) -> np.ndarray:
    share = 100 * (n + 1 - rank - 0.5) / max(n, 1)
    return ndtri(share / 100) if how == "inverse_normal" else share


def put_in_order(found: np.ndarray, by_rank: np.ndarray, order: np.ndarray, tied: np.ndarray) -> np.ndarray:
    """`found`, with what belongs to each place in an order at the position there; those that tie share the first's."""
    found[order] = by_rank
    if len(tied):
        runs = np.append(True, np.diff(tied) != 1)
        first = tied[np.maximum.accumulate(np.where(runs, np.arange(len(tied)), 0))]
        found[order[tied + 1]] = by_rank[first]
    return found


def percentile(values: np.ndarray) -> np.ndarray:
    """`100 (r - 0.5) / N`, r the ascending rank with ties averaged."""
    return _of_average("percentile", ranks(values, "average"), np.isfinite(values).sum())


def inverse_normal(values: np.ndarray) -> np.ndarray:
    """`ndtri((r - 0.5) / N)`, r the ascending rank with ties averaged (as Priority Places and AHAH do)."""
    return _of_average("inverse_normal", ranks(values, "average"), np.isfinite(values).sum())


def exponential(values: np.ndarray) -> np.ndarray:
    """The deprivation exponential of a rank, 0 to 100; the highest-need tenth spreads over 50 to 100.

    `R = (N - rank + 1) / N; X = -23 ln(1 - R (1 - exp(-100 / 23)))`, rank 1 the greatest need
    (MHCLG, English Indices of Deprivation, technical report).
    """
    return exponential_within(values.copy(), Room())


def exponential_within(values: np.ndarray, room: Room) -> np.ndarray:
    """`exponential`, in place of the values."""
    if len(values) and not np.isnan(values.max()):  # nothing is unknown
        return put_in_order(values, exponential_of_rank(len(values)), *in_order(values, room))
    known = ~np.isnan(values)
    values_known = values[known]
    values[known] = put_in_order(values_known, exponential_of_rank(len(values_known)), *in_order(values_known, room))
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
    share = np.where(np.isnan(values), np.nan, 0.5) if all_the_same(values) else (values - low) / (high - low)
    return least + share * (greatest - least)


def z_score(values: np.ndarray, mean: float = 0.0, sd: float = 1.0) -> np.ndarray:
    """`mean + sd (x - m) / s`, m and s of the values, s over N: the areas are all there are, not a sample of them.
    The mean where all values are the same."""
    low, high = _extremes(values)
    if all_the_same(values):
        return np.where(np.isnan(values), np.nan, mean)
    small = values / max(abs(low), abs(high))  # so that squares neither overflow nor vanish
    return mean + sd * (small - np.nanmean(small)) / np.nanstd(small)


def target(values: np.ndarray, zero_at: float, hundred_at: float) -> np.ndarray:
    """Linear between the value that scores 0 and the value that scores 100, held to that range beyond them."""
    return np.clip((values - zero_at) / (hundred_at - zero_at), 0, 1) * 100


def _extremes(values: np.ndarray) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    return (float(known.min()), float(known.max())) if len(known) else (np.nan, np.nan)


def scaled_among(how: str, values: np.ndarray, among: np.ndarray, own: np.ndarray | None = None) -> np.ndarray:
    """What values would be on a scale, had one area each of them and all other areas their own of `among`.

    `own`: what each of those areas has itself, which then no more stands beside the others; at that very value it is what
    the scale gives the area, to the last bit for scales that rest on ranks. Without it, a value that `among` holds is that
    area's, and one between two is placed between them.
    """
    known = np.sort(among[~np.isnan(among)])
    n = len(known)
    if n == 0:
        return np.full(len(values), np.nan)
    if how in BY_RANK:
        to, others = snapped(values, known), snapped(known)
        below, above = np.searchsorted(others, to, side="left"), n - np.searchsorted(others, to, side="right")
        if own is not None:
            own = snapped(own, known)
            below, above = below - (own < to), above - (own > to)
    if how == "exponential":
        found = exponential_of_rank(n)[np.minimum(above, n - 1)]
    elif how in BY_RANK:
        rank = (below + n - above + 1) / 2  # from below, shared with those of the same value
        found = 100 * (np.clip(rank, 1, n) - 0.5) / n
        found = ndtri(found / 100) if how == "inverse_normal" else found
    elif how == "min_max":
        same = all_the_same(known)
        found = np.full(len(values), 50.0) if same else 100 * (values - known[0]) / (known[-1] - known[0])
    else:
        found = np.zeros(len(values)) if all_the_same(known) else (values - known.mean()) / known.std()
    return np.where(np.isnan(values), np.nan, found)
