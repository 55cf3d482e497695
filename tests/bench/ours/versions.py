"""Every version of indices scored and ranked, and how far ranks spread, by pipelines.scoring."""

from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.scoring.composite import score
from pipelines.scoring.definition import Index, read_index
from pipelines.scoring.robustness import draw_versions, rank_spread
from pipelines.scoring.scopes import Groups
from pipelines.scoring.versions import Scorer

DEFINITIONS = Path(__file__).parent.parent / "definitions"


def load(folder, areas, indices):
    values = pd.read_parquet(folder / f"{areas}.parquet")
    return values, {stem: read_index(DEFINITIONS / f"{stem}.yml") for stem in indices}


def run(inputs):
    values, indices = inputs
    return {stem: _spread(index, values) for stem, index in indices.items()}


def _spread(index: Index, values: pd.DataFrame) -> pd.DataFrame:
    published = score(index, values, {}).score.to_numpy()
    keep = np.flatnonzero(~np.isnan(published))
    everyone = np.zeros(len(keep), dtype=np.int64)  # ranked in one frame, the nation
    rank = Groups(everyone).ranks(published[keep], index.aggregate == "geometric")
    scorer = Scorer(index, values, {}, keep, everyone)
    spread = rank_spread(scorer, draw_versions(index), rank)
    return spread.assign(rank=rank).set_axis(values.index[keep])


def answer(inputs, result):
    spread = pd.concat({stem: frame.reindex(inputs[0].index) for stem, frame in result.items()})
    return {name: spread[name].to_numpy() for name in spread}
