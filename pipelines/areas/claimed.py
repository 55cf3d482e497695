"""Which small areas a source claims to be complete for, by the geography's named claims."""

import numpy as np
import pandas as pd

from geodata.geography import Geography
from pipelines.register.source import Source


def claimed(geography: Geography, source: Source, areas: pd.DataFrame) -> np.ndarray:
    """True for each area of `areas` that the source claims to be complete for."""
    claim = geography.covers[source.covers]
    if claim == "nation":
        return np.ones(len(areas), dtype=bool)
    covered = np.zeros(len(areas), dtype=bool)
    for level, codes in claim.items():
        covered |= areas[f"{level}_code"].isin(codes).to_numpy()
    return covered
