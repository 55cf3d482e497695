"""How far a rank depends on choices: the same seeded draws in every release, over weights and one indicator left out.

This is a spread over method choices, not a confidence interval.
"""

import numpy as np
import pandas as pd

from pipelines.register import Index
from pipelines.scoring import normalise
from pipelines.scoring.composite import combine, domain_score, scale_members
from pipelines.store import sha256_json

DRAWS = 100
WEIGHT_SPREAD = 0.25
INTERVAL = (5, 95)


def rank_spread(index: Index, values: pd.DataFrame, directions: dict[str, str], scored: pd.Series) -> pd.DataFrame:
    """`rank_low`, `rank_high` (5 and 95 % of the draws) and `worst_decile_share` (0-1) for the areas that are scored.

    Each draw multiplies every weight by a number between 0.75 and 1.25 and leaves one indicator out. The seed is the
    hash of the definition, so a release can be compared with the next.
    """
    areas = scored.index[scored.notna()]
    scaled = {
        name: column[scored.notna().to_numpy()] for name, column in scale_members(index, values, directions).items()
    }
    random = np.random.default_rng(int(sha256_json(index.model_dump(mode="json"))[:16], 16))
    can_go = [(d, m) for d, m, _ in index.members if d in index.parts and len(index.parts[d].members) > 1]
    drawn = np.empty((DRAWS, len(areas)), dtype=np.int32)
    for draw in range(DRAWS):
        gone = can_go[random.integers(len(can_go))] if can_go else None
        columns, weights = [], []
        for name, domain in index.parts.items():
            jitter = {
                m: w.weight * random.uniform(1 - WEIGHT_SPREAD, 1 + WEIGHT_SPREAD) for m, w in domain.members.items()
            }
            kept = {m: w for m, w in domain.members.items() if (name, m) != gone}
            columns.append(domain_score(domain.model_copy(update={"members": kept}), scaled, jitter)[0])
            weights.append(domain.weight * random.uniform(1 - WEIGHT_SPREAD, 1 + WEIGHT_SPREAD))
        total = combine(index, columns, weights)
        drawn[draw] = np.nan_to_num(normalise.ranks(total), nan=len(areas))
    low, high = np.percentile(drawn, INTERVAL, axis=0, method="nearest")
    worst = (np.ceil(10 * drawn / max(len(areas), 1)) <= 1).mean(axis=0)
    return pd.DataFrame(
        {"rank_low": low.astype("int64"), "rank_high": high.astype("int64"), "worst_decile_share": worst}, index=areas
    )
