"""What would have to change for an area to leave the highest-need tenth of its frame, one thing at a time, every other
area staying where it is."""

import numpy as np
import pandas as pd

from pipelines.scoring.aggregate import aggregate
from pipelines.scoring.definition import Domain
from pipelines.scoring.explain import Landscape

STEPS = 60  # halvings: what is left is less than the last bit


def leaving_highest_tenth(land: Landscape, rows: np.ndarray, values: pd.DataFrame) -> pd.DataFrame:
    """For the areas at `rows` (positions of one frame, all with a score) that are in its highest-need tenth: `row`, `level`
    (domain or indicator), `domain`, `name`, `value` now, and the `value_needed`: at this value, or beyond it in the
    direction of less need, this change alone takes the area out. Null where it alone cannot.

    A domain's values are scores, an indicator's are in its own unit (`values`). An indicator's is taken a step further
    than the last that would do, since others move up when an area moves down.
    """
    score = land.scored.score.to_numpy()
    order = rows[np.argsort(-score[rows], kind="stable")]
    n_tenth = len(rows) // 10
    if n_tenth == 0 or n_tenth == len(rows):
        return pd.DataFrame(columns=["row", "level", "domain", "name", "value", "value_needed"])
    limit = score[order[n_tenth]]  # of the first area beyond the tenth: to be below it is to leave
    within = np.sort(rows[score[rows] >= score[order[n_tenth - 1]]])
    found = []
    for number, (name, domain) in enumerate(land.index.parts.items()):
        own = land.scored.domains[name].to_numpy()
        if np.isnan(own[rows]).all():
            continue
        whole = _whole(land, number, within)
        least = np.nanmin(own[rows])
        needed = _lowest_that_leaves(lambda x, whole=whole: whole(x), own[within], least, limit)
        found.append(_told(within, "domain", name, name, own[within], needed))
        for leaf, path in _leaves(name, domain):
            found.append(_of_indicator(land, values, rows, within, number, (name, domain), (leaf, path), limit))
    return pd.concat(found, ignore_index=True)


def _told(rows, level, domain, name, value, needed) -> pd.DataFrame:
    told = {"row": rows, "level": level, "domain": domain, "name": name, "value": value, "value_needed": needed}
    return pd.DataFrame(told)[~np.isnan(value)]


def _leaves(path: str, domain: Domain):
    yield from ((name, path) for name in domain.members)
    for name, below in domain.domains.items():
        yield from _leaves(f"{path}/{name}", below)


def _whole(land: Landscape, number: int, within: np.ndarray):
    """The index's score of the areas `within` as a function of one domain's score."""
    index = land.index
    columns = [land.scored.domains[name].to_numpy()[within] for name in index.parts]
    weights = [domain.weight for domain in index.parts.values()]

    def score(of_domain: np.ndarray) -> np.ndarray:
        replaced = [of_domain if at == number else column for at, column in enumerate(columns)]
        return aggregate(index.aggregate, replaced, weights, index.imbalance)[0]

    return score


def _lowest_that_leaves(score, own: np.ndarray, least: float, limit: float) -> np.ndarray:
    """The greatest value below `limit`'s score, by halving between `least` and each area's own; NaN where none is."""
    low, high = np.full(len(own), least), own.copy()
    can = score(low) < limit
    for _ in range(STEPS):
        middle = (low + high) / 2
        leaves = score(middle) < limit
        low, high = np.where(leaves, middle, low), np.where(leaves, high, middle)
    return np.where(can, low, np.nan)


def _of_indicator(land, values, rows, within, number, top, leaf, limit) -> pd.DataFrame:
    name, path = leaf
    scaled, own = land.scaled[name], values[name].to_numpy(float)
    whole = _whole(land, number, within)

    def score(of_leaf: np.ndarray) -> np.ndarray:
        return whole(_domain_with(land, top[0], top[1], path, name, of_leaf, within))

    on_scale = _lowest_that_leaves(score, scaled[within], np.nanmin(scaled[rows]), limit)
    return _told(
        within, "indicator", top[0], name, own[within], _in_unit(land, name, own[rows], scaled[rows], on_scale)
    )


def _domain_with(land: Landscape, path: str, domain: Domain, at: str, name: str, of_leaf, within) -> np.ndarray:
    columns = []
    for part, column in zip(domain.weights, land.parts_of(path, domain), strict=True):
        below = f"{path}/{part}"
        if path == at and part == name:
            columns.append(of_leaf)
        elif part in domain.domains and (at == below or at.startswith(f"{below}/")):
            columns.append(_domain_with(land, below, domain.domains[part], at, name, of_leaf, within))
        else:
            columns.append(column[within])
    return land.entering(path, domain, columns)


def _in_unit(land: Landscape, name: str, values: np.ndarray, scaled: np.ndarray, needed: np.ndarray) -> np.ndarray:
    member = next(m for _, n, m in land.index.members if n == name)
    if land.index.scaled_by(member) == "target":
        zero, hundred = member.target
        return zero + needed / 100 * (hundred - zero)
    known = ~np.isnan(scaled)
    order = np.argsort(scaled[known], kind="stable")
    told, where = scaled[known][order], values[known][order]
    last = np.searchsorted(told, needed, side="right") - 1  # the last area that would do
    step = np.searchsorted(told, told[np.maximum(last, 0)], side="left") - 1  # and the one before it
    return np.where(np.isnan(needed) | (step < 0), np.nan, where[np.maximum(step, 0)])
