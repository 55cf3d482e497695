"""How far a rank depends on choices of method and errors in data: the same seeded draws in every release.

This is a spread over method choices and data errors, not a confidence interval.
"""

import numpy as np
import pandas as pd

from pipelines.scoring.definition import Index
from pipelines.scoring.versions import Scorer, Version, as_defined, can_be_left_out
from pipelines.store import sha256_json

LOW, MEDIAN, HIGH = 0.05, 0.5, 0.95
BLOCK = 4_096  # areas whose draws are sorted at a time


def seed_of(index: Index, purpose: str = "") -> int:
    """The seed of an index's draws: the hash of its definition, so that one release can be compared with the next."""
    return int(sha256_json([index.model_dump(mode="json"), purpose] if purpose else index.model_dump(mode="json"))[:16], 16)  # fmt: skip


def draw_versions(index: Index, n_errors: int = 0, n_catchments: int = 1) -> list[Version]:
    """The versions an index's definition asks for, always the same ones for one definition, `n_errors` and `n_catchments`.

    Every weight is multiplied by a number within `uncertainty.weights` of 1; scale, way of adding up, the indicator left
    out (or none), the draw of errors in places (or none) and the catchment are each taken with equal chance from their
    list.
    """
    told, random = index.uncertainty, np.random.default_rng(seed_of(index))
    base, gone = as_defined(index), [None, *(can_be_left_out(index) if told.leave_out else [])]
    jitter = lambda weights: {  # noqa: E731
        name: weight * random.uniform(1 - told.weights, 1 + told.weights) for name, weight in weights.items()
    }
    versions = []
    for _ in range(told.draws):
        domains, members = jitter(base.domains), jitter(base.members)
        out = gone[random.integers(len(gone))]
        normalise = told.normalise[random.integers(len(told.normalise))]
        how = told.aggregate[random.integers(len(told.aggregate))]
        members.pop(out, None)
        places, catchment = int(random.integers(n_errors + 1)), int(random.integers(n_catchments))
        versions.append(Version(domains, members, normalise, how, places, catchment))
    return versions


def rank_spread(scorer: Scorer, versions: list[Version], rank: np.ndarray) -> pd.DataFrame:
    """For every area the scorer keeps, over the versions that give it a score: `rank_median`, `rank_low`, `rank_high` (5
    and 95 %; the smallest rank that so many of them do not pass), `worst_decile_share` (0-1 of them in which it is among
    the highest-need tenth of its frame) and `rank_shift_mean` (how far they are from its published `rank`, on average).
    """
    drawn = scorer.all_ranks(versions)
    size = np.bincount(scorer.group, minlength=1)[scorer.group]
    columns = {name: [] for name in ("rank_median", "rank_low", "rank_high", "worst_decile_share", "rank_shift_mean")}
    for start in range(0, len(rank), BLOCK):
        at = slice(start, start + BLOCK)
        block = np.sort(np.ascontiguousarray(drawn[:, at].T), axis=1)
        none = (block == 0).sum(axis=1)  # versions without a score for the area sort first, and are passed over
        given = block.shape[1] - none
        rows = np.arange(len(block))
        for name, share in (("rank_median", MEDIAN), ("rank_low", LOW), ("rank_high", HIGH)):
            position = none + np.maximum(np.ceil(np.round(share * given, 9)).astype(np.int64), 1) - 1
            columns[name].append(block[rows, np.minimum(position, block.shape[1] - 1)].astype(np.int64))
        counted = block > 0
        worst = (10 * block.astype(np.int64) <= size[at, None]) & counted
        columns["worst_decile_share"].append(worst.sum(axis=1) / np.maximum(given, 1))
        shift = np.where(counted, np.abs(block.astype(np.float64) - rank[at, None]), 0.0)
        columns["rank_shift_mean"].append(shift.sum(axis=1) / np.maximum(given, 1))
    return pd.DataFrame({name: np.concatenate(parts) if parts else [] for name, parts in columns.items()})
