"""How far a rank depends on choices of method and errors in data: the same seeded draws in every release.

This is a spread over method choices and data errors, not a confidence interval.
"""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd

from pipelines.core.store import sha256_json
from pipelines.scoring.definition import Index
from pipelines.scoring.versions import WORKERS, Scorer, Version, as_defined, can_be_left_out

LOW, MEDIAN, HIGH = 0.05, 0.5, 0.95
SPREAD = ("rank_median", "rank_low", "rank_high", "worst_decile_share", "rank_shift_mean")
BLOCK = 512  # areas whose draws are sorted at a time


def seed_of(index: Index, purpose: str = "") -> int:
    """The seed of an index's draws: the hash of what its definition lets vary, and of no word that explains it, so that one
    release can be compared with the next."""
    base, varied = as_defined(index), index.uncertainty.model_dump(mode="json", exclude={"reason"})
    return int(sha256_json([index.stem, base.domains, base.members, varied, purpose])[:16], 16)


def draw_versions(
    index: Index, n_errors: int = 0, n_catchments: int = 1, read: Collection[str] | None = None
) -> list[Version]:
    """The versions an index's definition asks for, always the same ones for one definition, `n_errors`, `n_catchments` and
    members that are `read` (all): what is not read cannot be left out.

    Every weight is multiplied by a number within `uncertainty.weights` of 1; scale, way of adding up, the indicator left
    out (or none), the draw of errors in places (or none) and the catchment are each taken with equal chance from their
    list.
    """
    varied, random = index.uncertainty, np.random.default_rng(seed_of(index))
    base, gone = as_defined(index), [None, *(can_be_left_out(index, read) if varied.leave_out else [])]
    jitter = lambda weights: {  # noqa: E731
        name: weight * random.uniform(1 - varied.weights, 1 + varied.weights) for name, weight in weights.items()
    }
    versions = []
    for _ in range(varied.draws):
        domains, members = jitter(base.domains), jitter(base.members)
        out = gone[random.integers(len(gone))]
        normalise = varied.normalise[random.integers(len(varied.normalise))]
        how = varied.aggregate[random.integers(len(varied.aggregate))]
        members.pop(out, None)
        places, catchment = int(random.integers(n_errors + 1)), int(random.integers(n_catchments))
        versions.append(Version(domains, members, normalise, how, places, catchment))
    return versions


def rank_spread(scorer: Scorer, versions: list[Version], rank: np.ndarray) -> pd.DataFrame:
    """For every area the scorer keeps (null where no version gives it a score), over the versions that give it a score: `rank_median`, `rank_low`, `rank_high` (5
    and 95 %; the smallest rank that so many of them do not pass), `worst_decile_share` (0-1 of them in which it is among
    the highest-need tenth of its scope) and `rank_shift_mean` (how far they are from its published `rank`, on average).
    """
    drawn = scorer.all_ranks(versions)
    size = scorer.size
    blocks = [slice(start, start + BLOCK) for start in range(0, len(rank), BLOCK)]
    with ThreadPoolExecutor(WORKERS) as pool:
        parts = list(pool.map(lambda at: _spread(drawn[:, at], size[at], rank[at]), blocks))
    return pd.DataFrame({name: np.concatenate([part[name] for part in parts]) if parts else [] for name in SPREAD})


def _spread(drawn: np.ndarray, size: np.ndarray, rank: np.ndarray) -> dict[str, np.ndarray]:
    """What `rank_spread` tells of a few areas (columns of `drawn`)."""
    block = np.sort(np.ascontiguousarray(drawn.T), axis=1)
    none = block.shape[1] - np.count_nonzero(block, axis=1)  # versions without a score sort first, and are passed over
    given = block.shape[1] - none
    found, rows = {}, np.arange(len(block))
    for name, share in (("rank_median", MEDIAN), ("rank_low", LOW), ("rank_high", HIGH)):
        position = none + np.maximum(np.ceil(np.round(share * given, 9)).astype(np.int64), 1) - 1
        found[name] = block[rows, np.minimum(position, block.shape[1] - 1)].astype(np.int64)
    worst = np.count_nonzero(block <= (size // 10).astype(block.dtype)[:, None], axis=1) - none
    found["worst_decile_share"] = worst / np.maximum(given, 1)
    rank = rank.astype(np.int64)
    shift = np.abs(block.astype(np.int32) - rank.astype(np.int32)[:, None]).sum(axis=1, dtype=np.int64) - none * rank
    found["rank_shift_mean"] = shift / np.maximum(given, 1)
    never = given == 0
    if never.any():
        found = {name: np.where(never, np.nan, column) for name, column in found.items()}
    return found
