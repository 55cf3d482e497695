"""How far a rank depends on choices of method and errors in data: the same seeded draws in every release.

This is a spread over method choices and data errors, not a confidence interval.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd

from pipelines.core.store import sha256_json
from pipelines.scoring.definition import Index
from pipelines.scoring.versions import WORKERS, Scorer, Version, as_defined, can_be_left_out

LOW, MEDIAN, HIGH = 0.05, 0.5, 0.95
SPREAD = ("rank_median", "rank_low", "rank_high", "worst_decile_share", "rank_shift_mean")
ADDED_UP = 4  # versions that add up the same domains, each in its own way: adding up moves ranks most and costs least
BLOCK = 512  # areas whose draws are sorted at a time


def seed_of(index: Index, purpose: str = "") -> int:
    """The seed of an index's draws: the hash of what its definition lets vary, and of no word that explains it, so that one
    release can be compared with the next."""
    base, varied = as_defined(index), index.uncertainty.model_dump(mode="json", exclude={"reason"})
    return int(sha256_json([index.stem, base.domains, base.members, varied, purpose])[:16], 16)


def draw_versions(index: Index, n_errors: int = 0, n_catchments: int = 1) -> list[Version]:
    """The versions an index's definition asks for: of one definition the same ones in every release, whatever was read.
    `n_errors` draws of errors in places and `n_catchments` walks are as many as there are for an index on places.

    Domains are made in a quarter as many ways as there are versions, and each is added up in four. Every weight is
    multiplied by a number within `uncertainty.weights` of 1. Of every list of options each is taken equally often, give
    or take one, in an order by chance: for the domains the scale of members, the indicator left out (or none), the draw
    of errors in places (or none) and the walk; for adding them up the scale of domains and the way.
    """
    varied, base, n = index.uncertainty, as_defined(index), index.uncertainty.draws
    n_made = -(-n // ADDED_UP)
    members = _jittered(index, "members", base.members, n_made)
    gone = _dealt(index, "left_out", [None, *(can_be_left_out(index) if varied.leave_out else [])], n_made)
    for weights, name in zip(members, gone, strict=True):
        weights.pop(name, None)
    normalise = _dealt(index, "normalise", varied.normalise, n_made)
    places = _dealt(index, "places", range(n_errors + 1), n_made)
    catchment = _dealt(index, "catchment", range(n_catchments), n_made)
    domains = _jittered(index, "domains", base.domains, n)
    how, transform = (_dealt(index, name, getattr(varied, name), n) for name in ("aggregate", "transform"))
    return [
        Version(domains[i], members[of], normalise[of], how[i], places[of], catchment[of], transform[i])
        for i, of in enumerate(np.arange(n) // ADDED_UP)
    ]


def _jittered(index: Index, purpose: str, weights: dict[str, float], n: int) -> list[dict[str, float]]:
    share, random = index.uncertainty.weights, np.random.default_rng(seed_of(index, purpose))
    moved = random.uniform(1 - share, 1 + share, size=(n, len(weights))) * list(weights.values())
    return [dict(zip(weights, row, strict=True)) for row in moved.tolist()]


def _dealt(index: Index, purpose: str, options: Sequence, n: int) -> list:
    order = np.random.default_rng(seed_of(index, purpose)).permutation(n) % len(options)
    return [options[number] for number in order]


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


def ranges_told(spread: pd.DataFrame, rank: np.ndarray, within: np.ndarray) -> pd.DataFrame:
    """A row per code of `within` (a column of text; null stands nowhere): `n_ranked`, areas with a published `rank` and a
    range; `n_outside`, of these the areas whose published rank lies outside their own 5-95 % range; `width_median` of the
    ranges, and `median_change_mean`, how far the median of the versions lies from the published rank on average, above
    zero where it is further from the first."""
    columns = {
        "outside": (rank < spread["rank_low"]) | (rank > spread["rank_high"]),
        "width": spread["rank_high"] - spread["rank_low"],
        "change": spread["rank_median"] - rank,
    }
    told = pd.DataFrame(columns).assign(within=within)[spread["rank_low"].notna().to_numpy()].groupby("within")
    return told.agg(
        n_ranked=("outside", "size"), n_outside=("outside", "sum"), width_median=("width", "median"), median_change_mean=("change", "mean")
    ).reset_index()  # fmt: skip


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
