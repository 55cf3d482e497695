"""Ranks and deciles inside a scope (nation, region, authority, like areas), given only where the scope is covered."""

from functools import lru_cache

import numpy as np
import pandas as pd

from pipelines.scoring.normalise import Room, descending, in_order, put_in_order, snapped

SCOPES = {
    "nation": "nation_code",
    "region": "region_code",
    "authority": "authority_code",
    "like_areas": "like_areas_code",
}
SCOPE_COVERAGE = 0.99  # share of a scope's areas that must have a score before anyone in it is ranked
INT64 = np.dtype(np.int64)


def rank_in_scope(scores: pd.Series, scope: pd.Series, scope_sizes: pd.Series, zero_is_last: bool = False) -> pd.Series:
    """Rank 1 = greatest score within each scope; ties share the lowest rank (nullable integer).

    `scope` gives the scope of each area, `scope_sizes` how many areas each has in the nation. Null where the area has
    no score or fewer than 99 % of its scope have one in this run. With `zero_is_last`, scores of zero share the last
    rank of the scope, not the lowest of those they tie for: nothing to rank on is never among the greatest.
    """
    counted = scores.groupby(scope).transform("count")
    covered = counted >= SCOPE_COVERAGE * scope.map(scope_sizes)
    compared = snapped(scores)
    rank = compared.groupby(scope).rank(method="min", ascending=False)
    if zero_is_last:
        rank = rank.mask(compared == 0, counted)
    return rank.where(covered).astype("Int64")


def decile(rank: pd.Series, n: int) -> pd.Series:
    """`ceil(10 rank / N)`: 1 is the highest-need tenth (nullable integer)."""
    return pd.Series(np.ceil(10 * rank.astype("Float64") / max(n, 1)), index=rank.index).astype("Int64")


@lru_cache(maxsize=8)
def one_to(n: int, dtype: np.dtype) -> np.ndarray:
    """1 to n."""
    numbers = np.arange(1, n + 1, dtype=dtype)
    numbers.flags.writeable = False
    return numbers


class Groups:
    """Ranks within groups of areas, thousands of times over: `group` is a whole number per area."""

    def __init__(self, group: np.ndarray):
        self._group = group.astype(np.int32)
        self._is_one = len(group) == 0 or (group == group[0]).all()

    def ranks(
        self, score: np.ndarray, zero_is_last: bool = False, room: Room | None = None, dtype: np.dtype = INT64
    ) -> np.ndarray:
        """Whole-number ranks (of `dtype`), 1 = greatest, ties sharing the lowest; 0 where there is no score (NaN).

        With `zero_is_last` scores of zero share the last rank of their group.
        """
        whole = len(score) > 0 and not np.isnan(score.min())
        known = slice(None) if whole else ~np.isnan(score)
        values, group = score[known], self._group[known]
        ranked = self._ranks(values, group, room or Room(), dtype)
        if zero_is_last and (zero := snapped(values) == 0).any():
            ranked = np.where(zero, np.bincount(group, minlength=1)[group], ranked)
        if whole:
            return ranked
        found = np.zeros(len(score), dtype=np.int64)
        found[known] = ranked
        return found

    def _ranks(self, score: np.ndarray, group: np.ndarray, room: Room, dtype: np.dtype) -> np.ndarray:
        if self._is_one:
            found = np.empty(len(score), dtype=dtype)
            return put_in_order(found, one_to(len(score), dtype), *in_order(score, room))
        found = np.empty(len(score), dtype=np.int64)
        if not len(score):
            return found
        order, start, end = descending(score)
        run = np.repeat(np.arange(len(start)), end - start)  # areas of one run have one score
        within = np.argsort(group[order], kind="stable")
        order, run = order[within], run[within]
        new_group = np.append(True, np.diff(group[order]) != 0)
        new = np.flatnonzero(new_group | np.append(True, np.diff(run) != 0))
        first = np.maximum.accumulate(np.where(new_group, np.arange(len(order)), 0))
        found[order] = np.repeat(new - first[new] + 1, np.diff(np.append(new, len(order))))
        return found
