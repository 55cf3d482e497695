"""What would have to change for an area to leave the highest-need tenth of its scope, one thing at a time, every other
area staying where it is."""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from pipelines.scoring.aggregate import aggregate
from pipelines.scoring.domain import Domain
from pipelines.scoring.explain import Landscape
from pipelines.scoring.normalise import BY_RANK, scaled_among, snapped, target

COLUMNS = ["row", "level", "domain", "name", "value", "value_needed"]
STEPS = 60  # halvings: what is left is less than the last bit
Score = Callable[[np.ndarray], np.ndarray]


def leaving_highest_tenth(land: Landscape, rows: np.ndarray, values: pd.DataFrame) -> pd.DataFrame:
    """For the areas at `rows` (positions of one scope, all with a score) that are in its highest-need tenth: `row`, `level`
    (domain or indicator), `domain`, `name`, `value` now, and the `value_needed`: at this value, or beyond it in the
    direction of less need, this change alone takes the area out. Null where it alone cannot.

    A domain's values are scores (to leave it must be below the one given), an indicator's are in its own unit (`values`): a
    value that some area has, or any value where it is held to a target. The scores of the other areas are taken as they
    are; those that move up when this one moves down can only help. No rows for a mean that unevenness raises, which may
    rise when one part falls.
    """
    index, score = land.index, snapped(land.scored.score).to_numpy()
    counted = rows[score[rows] > 0] if index.aggregate == "geometric" else rows  # zero: nothing to rank it on
    order = rows[np.argsort(-score[rows], kind="stable")]
    n_tenth = len(counted) // 10
    if n_tenth == 0 or (index.aggregate == "mazziotta_pareto" and index.imbalance == "raises"):
        return pd.DataFrame(columns=COLUMNS)
    # the score of the first area beyond the tenth: to be below it is to leave; a score of zero is always out
    limit = max(score[order[n_tenth]], np.nextafter(0, 1) if index.aggregate == "geometric" else -np.inf)
    within = np.sort(counted[score[counted] >= score[order[n_tenth - 1]]])
    found = []
    for number, (name, domain) in enumerate(index.parts.items()):
        own = land.scored.domains[name].to_numpy()
        here = within[~np.isnan(own[within])]
        if not len(here):
            continue
        whole = _whole(land, number, here)
        needed = _greatest_below(whole, own[here], np.nanmin(own[rows]), limit)
        found.append(_rows(here, "domain", name, name, own[here], needed))
        for leaf, path in _leaves(name, domain):
            known = here[~np.isnan(land.scaled[leaf][here]) & _is_used(land, path, here)]
            if len(known):
                score_with = _with_leaf(land, number, (name, domain), (leaf, path), known)
                needed = _in_unit(land, leaf, values[leaf].to_numpy(float), rows, known, score_with, limit)
                found.append(_rows(known, "indicator", name, leaf, values[leaf].to_numpy(float)[known], needed))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=COLUMNS)


def _rows(rows, level, domain, name, value, needed) -> pd.DataFrame:
    columns = {"row": rows, "level": level, "domain": domain, "name": name, "value": value, "value_needed": needed}
    return pd.DataFrame(columns, columns=COLUMNS)


def _leaves(path: str, domain: Domain) -> Iterator[tuple[str, str]]:
    """Every member and the path of the domain it is in."""
    yield from ((name, path) for name in domain.members)
    for name, below in domain.domains.items():
        yield from _leaves(f"{path}/{name}", below)


def _is_used(land: Landscape, path: str, rows: np.ndarray) -> np.ndarray:
    """Where a domain, and all above it, have a score: elsewhere its members play no part."""
    parts = path.split("/")
    above = ["/".join(parts[: number + 1]) for number in range(len(parts))]
    return np.all([land.scored.domains[name].notna().to_numpy()[rows] for name in above], axis=0)


def _whole(land: Landscape, number: int, rows: np.ndarray) -> Score:
    """The index's score of the areas at `rows`, as it is compared, as a function of one domain's score."""
    index = land.index
    columns = [land.scored.domains[name].to_numpy()[rows] for name in index.parts]
    weights = index.entering_weights

    def score(of_domain: np.ndarray) -> np.ndarray:
        replaced = [of_domain if at == number else column for at, column in enumerate(columns)]
        whole = aggregate(index.aggregate, replaced, weights, index.imbalance)[0]
        return snapped(whole, like=land.scored.score)

    return score


def _with_leaf(land: Landscape, number: int, top: tuple[str, Domain], leaf: tuple[str, str], rows: np.ndarray) -> Score:
    """The index's score of the areas at `rows` as a function of one member's value on its scale."""
    whole = _whole(land, number, rows)
    return lambda of_leaf: whole(_domain_with(land, *top, leaf, of_leaf, rows))


def _domain_with(land: Landscape, path: str, domain: Domain, leaf: tuple[str, str], of_leaf, rows) -> np.ndarray:
    name, at = leaf
    columns = []
    for part, column in zip(domain.weights, land.parts_of(path, domain), strict=True):
        below = f"{path}/{part}"
        if path == at and part == name:
            columns.append(of_leaf)
        elif part in domain.domains and (at == below or at.startswith(f"{below}/")):
            columns.append(_domain_with(land, below, domain.domains[part], leaf, of_leaf, rows))
        else:
            columns.append(column[rows])
    return land.entering(path, domain, columns, rows)


def _greatest_below(score: Score, own: np.ndarray, least: float, limit: float) -> np.ndarray:
    """The greatest value whose score is below `limit`, by halving between `least` and each area's own; NaN where none is."""
    low, high = np.full(len(own), least), own.copy()
    can = score(low) < limit
    for _ in range(STEPS):
        middle = (low + high) / 2
        leaves = score(middle) < limit
        low, high = np.where(leaves, middle, low), np.where(leaves, high, middle)
    return np.where(can, low, np.nan)


def _in_unit(land: Landscape, name: str, values, rows, known, score: Score, limit: float) -> np.ndarray:
    """The value needed of one member, in its own unit, for the areas at `known`."""
    member = next(m for _, n, m in land.index.members if n == name)
    how, scaled = land.index.scaled_by(member), land.scaled[name]
    own = scaled[known]
    if how == "target":
        needed = _greatest_below(score, own, 0.0, limit)
        return _not_above(member.target, needed)
    found = np.unique(scaled[rows][~np.isnan(scaled[rows])])
    moved_to = lambda at: _moved(how, found[at], scaled, own)  # noqa: E731
    low, high = np.zeros(len(known), dtype=int), np.searchsorted(found, own)  # the least value there is, and its own
    can = score(moved_to(low)) < limit
    while (high - low > 1).any():
        middle = (low + high) // 2
        leaves = score(moved_to(middle)) < limit
        low, high = np.where(leaves, middle, low), np.where(leaves, high, middle)
    in_unit = pd.Series(values[rows]).groupby(scaled[rows]).first().reindex(found).to_numpy()
    return np.where(can & (own > found[0]), in_unit[low], np.nan)


def _moved(how: str, to: np.ndarray, scaled: np.ndarray, own: np.ndarray) -> np.ndarray:
    """What each area has on a scale once it is moved from its `own` to another of the values `scaled`, all others staying:
    ranks, extremes, mean and standard deviation move with it."""
    if how in BY_RANK:
        return scaled_among(how, to, scaled, own)
    known = np.sort(scaled[~np.isnan(scaled)])
    if how == "none" or len(known) < 2 or known[0] == known[-1]:
        return to
    if how == "min_max":
        low = np.minimum(np.where(own == known[0], known[1], known[0]), to)
        high = np.maximum(np.where(own == known[-1], known[-2], known[-1]), to)
        share = np.divide(to - low, high - low, out=np.full(len(to), 0.5), where=high > low)
        return known[0] + share * (known[-1] - known[0])
    middle, sd, n = known.mean(), known.std(), len(known)
    mean = middle + (to - own) / n
    variance = sd**2 + ((to - middle) ** 2 - (own - middle) ** 2) / n - (mean - middle) ** 2
    return middle + sd * (to - mean) / np.sqrt(np.maximum(variance, 1e-300))


def _not_above(ends: tuple[float, float], needed: np.ndarray) -> np.ndarray:
    """Values that score `needed` on a target, or the least bit less."""
    zero, hundred = ends
    value = zero + needed / 100 * (hundred - zero)
    for _ in range(8):  # a few last bits, which rounding there and back may take
        over = target(value, zero, hundred) > needed
        if not over.any():
            break
        value = np.where(over, np.nextafter(value, zero), value)
    return value
