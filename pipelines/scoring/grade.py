"""The evidence grade A-D of a score: what share of full evidence it rests on in that area.

Strength is a product of five shares (0-1), each 1 where nothing is wrong:

    observed * whole * (1 - 0.05 years, at least 0.5) * (1 - 0.1 borderline) * (1 - 0.2 modelled)

so that one great weakness cannot be made up for, and many small ones add up. A is at least four fifths of full evidence,
B three fifths, C two fifths. The numbers are judgements, the same for every index and area.
"""

import numpy as np
import pandas as pd

from pipelines.scoring.aggregate import SLACK

GRADES = np.array(["D", "C", "B", "A"])
CUTS = np.array([0.4, 0.6, 0.8])  # of strength: at least so much for C, B and A
A_YEAR, OLDEST = 0.05, 0.5  # what each year of age takes, and what age can take at most
BORDERLINE, MODELLED = 0.1, 0.2  # what is taken where all is borderline, and where all is modelled
PARTIAL = 0.75  # what a list is worth that covers an area in part: its edge is near, or volunteers keep it


def evidence_strength(
    observed: pd.Series, whole: pd.Series, age_years: pd.Series, borderline: pd.Series, modelled: pd.Series
) -> pd.Series:
    """The share (0-1) of full evidence per area; NaN where any argument is.

    `observed`: share of the index's weight that is observed. Of that, by weight: `whole`, how whole the lists are that
    it rests on (`list_wholeness`; 1 for a statistic); `age_years`, mean age; `borderline`, share of standards that a small
    error would turn; `modelled`, share that its publisher modelled.
    """
    age = np.minimum(A_YEAR * age_years.clip(lower=0), OLDEST)
    return observed * whole * (1 - age) * (1 - BORDERLINE * borderline) * (1 - MODELLED * modelled)


def list_wholeness(coverage: pd.Series, listed: pd.Series) -> pd.Series:
    """How whole (0-1) what lists say of a kind of place is in each area: 0 where none looked, 1 where a list covers it
    whole, less where it does in part, and in proportion where it lists fewer than like authorities would have it
    (`listed`: 0-1, as many as expected is 1)."""
    return coverage.map({"observed": 1.0, "partial": PARTIAL, "unknown": 0.0}).astype(float) * listed


def evidence_grade(strength: pd.Series) -> pd.Series:
    """A to D by how strong (0-1) the evidence is; null where that is not known."""
    grades = pd.Series(GRADES[np.searchsorted(CUTS, strength + SLACK, side="right")], index=strength.index)
    return grades.where(strength.notna(), None)
