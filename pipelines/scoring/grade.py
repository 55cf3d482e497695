"""The evidence grade A-D of a score: how much of it was observed, how old, how much partly covered or modelled."""

import numpy as np
import pandas as pd

from pipelines.scoring.aggregate import SLACK

GRADES = np.array(["A", "B", "C", "D"])
FULL, MOST = 0.95, 0.8  # weight observed: at least this for no loss, at least this for the loss of one grade
OLD_YEARS, AGED_YEARS = 6.0, 3.0  # mean age of the evidence: more loses two grades, more loses one
SOME = 0.25  # share of the weight partly covered, or modelled, that loses a grade


def evidence_grade(observed: pd.Series, age_years: pd.Series, partial: pd.Series, modelled: pd.Series) -> pd.Series:
    """A where the evidence has no weakness; each weakness loses a grade, D is the least.

    All arguments per area: share of weight observed, weighted mean age in years, shares of the observed weight that
    are partly covered and modelled.
    """
    lost = sum((observed < limit - SLACK).astype(int) for limit in (FULL, MOST))
    lost += sum((age_years > limit + SLACK).astype(int) for limit in (AGED_YEARS, OLD_YEARS))
    lost += sum((share > SOME + SLACK).astype(int) for share in (partial, modelled))
    return pd.Series(GRADES[np.minimum(lost, 3)], index=observed.index)
