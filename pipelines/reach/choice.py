"""How much choice of places there is: all within a walk added up, a nearer one counting more than one further off.

The nearest place says whether residents have one at all; in towns that is soon the same everywhere, and what tells areas
apart is how much there is to choose from. The weight of a walk falls as the taxonomy's `choice` says; that the tenth
place counts less than the first is for the indicator to say, over the kinds it adds up (`everyday_choice`).
"""

import numpy as np

from geodata.distance import Walks
from pipelines.register.decay import Decay

CHOICE = "n_within_choice Int64?, choice float64?"


def choice_within(decay: Decay, share: float, walks: Walks, times: np.ndarray, n: int) -> dict[str, np.ndarray]:
    """`choice` for `n` origins: the sum over places of the weight (0-1) of the walk there, each place counted so many
    `times`, and every walk taken as 1/`share` of what it is; `n_within_choice`: the same, each within the walk counted
    as 1. `walks` reach that share of the decay's minutes, or further."""
    counted = times[walks.j] * (walks.minutes <= share * decay.minutes)
    weight = counted * decay.weights(np.minimum(walks.minutes / share, decay.minutes))
    return {
        "n_within_choice": np.bincount(walks.i, weights=counted, minlength=n),
        "choice": np.bincount(walks.i, weights=weight, minlength=n),
    }
