"""Ranks and deciles inside a frame (nation, region, authority, like areas), given only where the frame is covered."""

import numpy as np
import pandas as pd

FRAME_COVERAGE = 0.99  # share of a frame's areas that must have a score before anyone in it is ranked


def rank_in_frame(scores: pd.Series, frame: pd.Series, frame_sizes: pd.Series, zero_is_last: bool = False) -> pd.Series:
    """Rank 1 = greatest score within each frame; ties share the lowest rank (nullable integer).

    `frame` gives each area's frame, `frame_sizes` how many areas each frame has in the nation. Null where the area has
    no score or fewer than 99 % of its frame have one in this run. With `zero_is_last`, scores of zero share the last
    rank of the frame, not the lowest of those they tie for: nothing to rank on is never among the greatest.
    """
    counted = scores.groupby(frame).transform("count")
    covered = counted >= FRAME_COVERAGE * frame.map(frame_sizes)
    rank = scores.groupby(frame).rank(method="min", ascending=False)
    if zero_is_last:
        rank = rank.mask(scores == 0, counted)
    return rank.where(covered).astype("Int64")


def decile(rank: pd.Series, n: int) -> pd.Series:
    """`ceil(10 rank / N)`: 1 is the highest-need tenth (nullable integer)."""
    return pd.Series(np.ceil(10 * rank.astype("Float64") / max(n, 1)), index=rank.index).astype("Int64")
