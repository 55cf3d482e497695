"""Who goes where, and what is lost with each place: sums by place over the areas it serves, worked out for all at once.

Were a place gone, only the areas that it is the nearest of would go elsewhere, each to its next nearest: two places an area
are all that need be known. Plain functions of positions and counts; the step is in `loss`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geodata.distance import Measure, Walks

BEYOND, UNKNOWN, PARTIAL, OBSERVED = range(4)  # whether an area is asked and, if so, how far its kind was looked for
STATES = {"unknown": UNKNOWN, "partial": PARTIAL, "observed": OBSERVED}
LOST = ("only", "nearest")  # the last within reach, and the nearest


@dataclass(frozen=True)
class People:
    """Per area: its `residents`, the `groups` told apart (by the column suffix, such as `residents_{lost}_under_15`; NaN is
    not known), and the `tenth` it is in (1 is the greatest need; NaN is not ranked)."""

    residents: np.ndarray
    groups: dict[str, np.ndarray]
    tenth: np.ndarray


@dataclass(frozen=True)
class Cover:
    """Per area: how far the kind was looked for (`state`), the walk in metres to what its lists do not cover, and whether
    nobody looked for want of a source."""

    state: np.ndarray
    edge_m: np.ndarray
    is_lost: np.ndarray


@dataclass(frozen=True)
class Served:
    """The walk of each area to its `nearest` place and, beside each, to the next (NaN beyond the measure's cap) and whether
    the nearest `is_only` one in reach; and every walk `within` reach, which ends at so many `minutes`."""

    nearest: Walks
    next_m: np.ndarray
    next_minutes: np.ndarray
    is_only: np.ndarray
    within: Walks
    minutes: float


def serve(measure: Measure, minutes: float, homes_xy: np.ndarray, places_xy: np.ndarray) -> Served:
    """Who goes where, from points (x, y in metres): reach ends at a walk of so many `minutes`."""
    nearest = measure.nearest(homes_xy, places_xy)
    other = measure.nearest_but(homes_xy[nearest.i], places_xy, nearest.j)
    next_m, next_minutes = np.full((2, len(nearest.i)), np.nan)
    next_m[other.i], next_minutes[other.i] = other.metres, other.minutes
    within = measure.walks(homes_xy, places_xy, minutes)
    is_only = np.bincount(within.i, minlength=len(homes_xy))[nearest.i] == 1
    return Served(nearest, next_m, next_minutes, is_only, within, minutes)


def loss_of_each(served: Served, cover: Cover, people: People, n: int) -> pd.DataFrame:
    """What is lost with each of `n` places, a row each in their order: areas, residents and groups, and how much further
    the next is. Areas where nobody looked for the kind are left out."""
    nearest, within, known = served.nearest, served.within, cover.state >= PARTIAL
    here = known[nearest.i]
    at, area, is_only = nearest.j[here], nearest.i[here], served.is_only[here]
    further_m, further_minutes = (served.next_m - nearest.metres)[here], (served.next_minutes - nearest.minutes)[here]
    residents, tenth, one = people.residents[area], people.tenth[area], np.ones(len(at))
    has_next, is_near = ~np.isnan(further_m), served.next_minutes[here] <= served.minutes

    def add(values: np.ndarray, which: np.ndarray | slice = slice(None)) -> np.ndarray:
        return np.bincount(at[which], weights=values[which], minlength=n)

    lost = {"only": is_only, "nearest": slice(None)}
    found = {f"n_areas_{name}": add(one, which) for name, which in lost.items()}
    found |= {f"residents_{name}": add(residents, which) for name, which in lost.items()}
    worst, is_ranked = residents * (tenth == 1), (~np.isnan(tenth)).astype(float)
    for name, which in lost.items():
        sure = (add(is_ranked, which) > 0) | (found[f"n_areas_{name}"] == 0)
        found[f"residents_{name}_highest_tenth"] = np.where(sure, add(worst, which), np.nan)
        found |= {column.format(lost=name): add(counts[area], which) for column, counts in people.groups.items()}
    with np.errstate(invalid="ignore"):
        for column, further in (("extra_m", further_m), ("extra_minutes", further_minutes)):
            found[column] = np.round(add(residents * further, has_next) / add(residents, has_next), 1)
    keep = known[within.i]
    return pd.DataFrame(found).assign(
        residents_within_15_min=np.bincount(within.j[keep], weights=people.residents[within.i[keep]], minlength=n),
        residents_not_ranked=add(residents, np.isnan(tenth)),
        residents_next_within_15_min=add(residents, is_near),
        residents_next_beyond_15_min=add(residents, has_next & ~is_near),
        residents_next_not_known=add(residents, ~has_next),
        n_areas_partly_known=add(one, cover.state[area] == PARTIAL),
    )


def cover_of_each(served: Served, cover: Cover, people: People, own: np.ndarray) -> pd.DataFrame:
    """How far what is lost with each place is known, a row each; `own`: the area each lies in (-1: none).

    A place is of use to the areas that it is the nearest of or in reach of, and to its own. `is_of_use`: to any that is
    asked. `coverage`: unknown where nobody looked for the kind in any of these, and `null_reason` says why; partial where
    not in all or in part. `residents_not_covered` live where nobody looked. `is_edge_affected`: it is of use to areas
    beyond those asked, or for some area a place beyond what the lists cover may be nearer than the next.
    """
    n, nearest = len(own), served.nearest
    place = np.concatenate([nearest.j, served.within.j, np.flatnonzero(own >= 0)])
    area = np.concatenate([nearest.i, served.within.i, own[own >= 0]])
    pairs = np.unique(area.astype(np.int64) * max(n, 1) + place)
    area, place = np.divmod(pairs, max(n, 1))
    state = cover.state[area]

    def some(which: np.ndarray) -> np.ndarray:
        return np.bincount(place[which], minlength=n) > 0

    is_nearer = cover.edge_m[nearest.i] < np.where(np.isnan(served.next_m), np.inf, served.next_m)
    is_nearer &= cover.state[nearest.i] >= PARTIAL
    none = state == UNKNOWN
    coverage = np.where(some((state == PARTIAL) | none), "partial", "observed")
    reason = np.where(some(none & cover.is_lost[area]), "source_unavailable", "not_covered")
    is_known = some(state >= PARTIAL)
    return pd.DataFrame(
        {
            "is_of_use": some(state != BEYOND),
            "coverage": np.where(is_known, coverage, "unknown"),
            "null_reason": np.where(is_known, None, reason),
            "is_edge_affected": some(state == BEYOND) | (np.bincount(nearest.j[is_nearer], minlength=n) > 0),
            "residents_not_covered": np.bincount(place[none], weights=people.residents[area[none]], minlength=n),
        }
    )
