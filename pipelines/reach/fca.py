"""Floating catchments: how much supply there is for each resident, when neighbours share it.

Pure functions on sparse walks. With t_ij the minutes from people i to place j, P_i residents, S_j supply and W the
weight of a walk (0 beyond the catchment):

    2SFCA    R_j = S_j / sum of P_k over t_kj <= t0;       A_i = sum of R_j over t_ij <= t0
    E2SFCA   R_j = S_j / sum_k W_kj P_k;                   A_i = sum_j W_ij R_j
    3SFCA    G_ij = W_ij / sum_l W_il
             R_j = S_j / sum_k G_kj W_kj P_k;              A_i = sum_j G_ij W_ij R_j

Luo and Wang 2003; Luo and Qi 2009 (enhanced, two steps); Wan, Zou and Sternberg 2012 (three steps, where residents with
several places divide themselves among them). PySAL `access` is the reference. Each of the three gives out exactly what
there is: sum_i P_i A_i = the sum of S_j over the places that any resident reaches.

Adding a place never lowers anyone's A under 2SFCA and E2SFCA. Under 3SFCA it may: residents drawn to the new place take
up less of the old one, and where many share the new one they may get less of both.

Sums run in order of position, so that an answer does not depend on the order of the walks; with areas and places sorted
by id, it is the same to the last bit in every run that holds all who share a place.
"""

import numpy as np

from geodata.distance import Walks
from pipelines.register.decay import Decay


def two_step(walks: Walks, population: np.ndarray, supply: np.ndarray, minutes: float) -> np.ndarray:
    """2SFCA: supply per resident within `minutes`. Shapes, units and refusals as for `e2sfca`."""
    return e2sfca(walks, population, supply, Decay(name="uniform", minutes=minutes))


def e2sfca(walks: Walks, population: np.ndarray, supply: np.ndarray, decay: Decay) -> np.ndarray:
    """E2SFCA: A, shape (n_people,), in units of supply per resident; 0 where no place is within the catchment.

    `walks` holds positions i in `population` (residents, shape (n_people,)) and j in `supply` (any unit, shape
    (n_places,)). A place that no resident reaches gives nothing to anyone. Raises ValueError for a number that is not
    finite or is below 0, for a position that is not there, and for a pair given twice: nothing is filled in.
    """
    i, j, weight = _weighed(walks, population, supply, decay)
    return _shared_out(i, j, weight, population, supply)


def three_step(walks: Walks, population: np.ndarray, supply: np.ndarray, decay: Decay) -> np.ndarray:
    """3SFCA: as `e2sfca`, each resident divided among the places in reach in proportion to their weights.

    Needs every place that anyone who shares a place may choose: places to three catchments from where A is read.
    """
    i, j, weight = _weighed(walks, population, supply, decay)
    every = np.bincount(i, weights=weight, minlength=len(population))
    return _shared_out(i, j, weight / every[i] * weight, population, supply)


def _weighed(
    walks: Walks, population: np.ndarray, supply: np.ndarray, decay: Decay
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions and weights of the walks within the catchment, in order of i, then j."""
    for name, numbers in (("population", population), ("supply", supply), ("minutes", walks.minutes)):
        if not (np.isfinite(numbers) & (np.asarray(numbers) >= 0)).all():
            raise ValueError(f"{name} holds a number that is not finite or is below 0")
    for name, at, n in (("i", walks.i, len(population)), ("j", walks.j, len(supply))):
        if len(at) and (at.min() < 0 or at.max() >= n):
            raise ValueError(f"walks.{name} holds a position outside 0 to {n - 1}")
    i, j, weight = walks.i, walks.j, decay.weights(walks.minutes)
    pair = i.astype(np.int64) * len(supply) + j
    step = np.diff(pair)
    if (step <= 0).any():  # a measure gives walks in order
        order = np.argsort(pair)
        i, j, weight, step = i[order], j[order], weight[order], np.diff(pair[order])
    if (step == 0).any():
        raise ValueError("walks hold a pair twice")
    some = weight > 0
    return (i, j, weight) if some.all() else (i[some], j[some], weight[some])


def _shared_out(
    i: np.ndarray, j: np.ndarray, weight: np.ndarray, population: np.ndarray, supply: np.ndarray
) -> np.ndarray:
    population, supply = np.asarray(population, np.float64), np.asarray(supply, np.float64)
    # bincount adds one by one in the order given: for each place by people, for people by place
    demand = np.bincount(j, weights=weight * population[i], minlength=len(supply))
    ratio = np.divide(supply, demand, out=np.zeros(len(supply)), where=demand > 0)
    return np.bincount(i, weights=weight * ratio[j], minlength=len(population))
