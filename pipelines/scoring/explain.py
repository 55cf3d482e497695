"""Why an area has its score: what each domain and indicator pushed it up or down, adding up to the score exactly; which
areas are most like it; what would have to change for it to leave the highest-need tenth."""

from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from pipelines.scoring.aggregate import aggregate
from pipelines.scoring.composite import Scored
from pipelines.scoring.definition import Index
from pipelines.scoring.domain import Domain
from pipelines.scoring.normalise import all_the_same, scaled_among

DIFFERENCE, LOGS, SHAPLEY = "weighted difference", "difference of logs", "shapley"
PEERS = 5
MOST_PARTS = 12  # exact Shapley values look at every set of parts


@dataclass(frozen=True)
class Landscape:
    """One index over the areas of one scope: members on their scales (`scaled`), what was scored, and the domains'
    transforms as they stand, so that one area can be moved while all others stay where they are."""

    index: Index
    scaled: dict[str, np.ndarray]
    scored: Scored

    def entering(
        self, path: str, domain: Domain, columns: list[np.ndarray], rows: np.ndarray | slice = slice(None)
    ) -> np.ndarray:
        """What a domain would give to what is above it, had its parts (in order) these values in the areas at `rows`, each
        area for itself and all others as they are."""
        weights = _weights(domain)
        before, _ = aggregate(domain.aggregate, columns, weights, domain.imbalance)
        if domain.transform == "none":
            return before
        among = self.scored.before_transform[path].to_numpy()
        return scaled_among(domain.transform, before, among, among[rows])

    def parts_of(self, path: str, domain: Domain) -> list[np.ndarray]:
        """The columns a domain is made of, in order: members, then domains below."""
        below = [self.scored.domains[f"{path}/{name}"].to_numpy() for name in domain.domains]
        return [*(self.scaled[name] for name in domain.members), *below]


def _weights(domain: Domain) -> list[float]:
    """What its parts weigh in a domain: those of domains below by what is read of them; as stated where nothing is."""
    below = [part.weight * part.share_entering for part in domain.domains.values()]
    weights = [*(member.weight for member in domain.members.values()), *below]
    return weights if sum(weights) > 0 else list(domain.weights.values())


def shapley_values(parts: list[np.ndarray], means: list[np.ndarray], value) -> list[np.ndarray]:
    """Exact Shapley values of `value` (a function of a list of columns) between all parts at their means and all at their
    own: they add up to the difference of the two."""
    n = len(parts)
    if n > MOST_PARTS:
        raise ValueError(f"{n} parts are too many for exact Shapley values")
    every = range(n)
    at = {
        subset: value([parts[k] if k in subset else means[k] for k in every])
        for size in range(n + 1)
        for subset in map(frozenset, combinations(every, size))
    }
    found = []
    for k in every:
        total = np.zeros_like(at[frozenset()])
        for subset, before in at.items():
            if k not in subset:
                weight = factorial(len(subset)) * factorial(n - len(subset) - 1) / factorial(n)
                total = total + weight * (at[subset | {k}] - before)
        found.append(total)
    return found


def explain(land: Landscape, rows: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Contributions of domains and of indicators for the areas at `rows` (positions), one scope; all areas have a score.

    Both frames: `row` (position), `domain`, for indicators `indicator`, `contribution` and `method`; domains also
    `starts_from`, what an area would have were nothing special about it. Per area, domains add up to
    `score - starts_from`, and indicators to their domain: exactly for an index by arithmetic mean or sum (starts_from is
    the mean score of the scope) and by Shapley values otherwise (starts_from is the score of mean domains); an index by
    geometric mean is explained in logs: they add up to `ln(score) - starts_from`, the mean log of the scope.
    """
    index, score = land.index, land.scored.score.to_numpy()
    names = list(index.parts)
    columns = [land.scored.domains[name].to_numpy() for name in names]
    weights = index.entering_weights
    start, pushes, shares, link, method = _domain_pushes(index, columns, weights, score, rows)
    domains, indicators = [], []
    for name, push, share in zip(names, pushes, shares, strict=True):
        head = {"row": rows, "domain": name}
        domains.append(pd.DataFrame({**head, "contribution": push[rows], "starts_from": start, "method": method}))
        for leaf, push_of_leaf, how in _within(land, name, index.parts[name], push, share, link, rows):
            indicators.append(
                pd.DataFrame({**head, "indicator": leaf, "contribution": push_of_leaf[rows], "method": how})
            )
    return pd.concat(domains, ignore_index=True), pd.concat(indicators, ignore_index=True)


def _domain_pushes(index: Index, columns, weights, score, rows):
    """Where the scope starts, each domain's push per area, its effective weight, how an entering score becomes a push
    (link), and the method's name."""
    total = sum(weights)
    known = [~np.isnan(column) for column in columns]
    observed = sum(k * (w / total) for k, w in zip(known, weights, strict=True))
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = [np.where(k, w / total / observed, 0.0) for k, w in zip(known, weights, strict=True)]
    if index.aggregate in ("arithmetic", "sum"):
        scale = total if index.aggregate == "sum" else 1.0
        shares, link, method, whole = [s * scale for s in shares], lambda x: x, DIFFERENCE, score
    elif index.aggregate == "geometric":
        link, method, whole = _log, LOGS, _log(score)
    else:
        means = [np.broadcast_to(np.nanmean(column[rows]), score.shape) for column in columns]
        value = lambda columns_given: aggregate(index.aggregate, columns_given, weights, index.imbalance)[0]  # noqa: E731
        return value(means)[0], shapley_values(columns, means, value), shares, lambda x: x, SHAPLEY
    linked = [link(column) for column in columns]
    start = np.nanmean(whole[rows])
    pushes = [s * (x - np.nanmean(x[rows])) if k[rows].any() else np.zeros(len(score)) for s, x, k in zip(shares, linked, known, strict=True)]  # fmt: skip
    pushes = [np.where(k, push, 0.0) for k, push in zip(known, pushes, strict=True)]
    # what gaps leave over, of the areas that have some, is shared out by weight
    rest = whole - start - sum(pushes)
    all_shares = sum(shares)
    with np.errstate(invalid="ignore"):
        pushes = [np.where(k, push + rest * s / all_shares, np.nan) for k, push, s in zip(known, pushes, shares, strict=True)]  # fmt: skip
    return start, pushes, shares, link, method


def _within(land: Landscape, path: str, domain: Domain, push, share, link, rows):
    """The push of a domain shared out among its parts: yields (indicator, push, method), down to the indicators.

    Linear domains by weighted difference; others by exact Shapley values of what the domain gives, from parts at their
    means; those of more than a dozen parts by weighted difference times the slope between the two. How far the domain's
    own start is from its curve at those means is the same for all areas, and is shared out by weight.
    """
    parts, weights = land.parts_of(path, domain), _weights(domain)
    known = [~np.isnan(part) for part in parts]
    means = [np.where(k, np.nanmean(p[rows]) if k[rows].any() else 0.0, np.nan) for p, k in zip(parts, known, strict=True)]  # fmt: skip
    total = sum(w * k for w, k in zip(weights, known, strict=True))
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = [np.where(k, w / total, 0.0) for w, k in zip(weights, known, strict=True)]
    is_linear = domain.transform == "none" and domain.aggregate == "arithmetic" and link is not _log
    if is_linear:
        pushes = [s * (p - m) for s, p, m in zip(inner, parts, means, strict=True)]
    elif len(parts) <= MOST_PARTS:
        pushes = shapley_values(parts, means, lambda columns: link(land.entering(path, domain, columns)))
    else:  # too many sets to look at: by how steep the curve is between the mean of all parts and their own
        is_linear, pushes = True, _along_the_chord(land, path, domain, parts, means, inner, link)
    pushes = [np.where(k, share * t, 0.0) for k, t in zip(known, pushes, strict=True)]
    rest = push - sum(pushes)
    method = DIFFERENCE if is_linear else SHAPLEY
    names = list(domain.weights)
    for name, k, t, s in zip(names, known, pushes, inner, strict=True):
        whole = np.where(k, t + rest * s, np.nan)
        if name in domain.members:
            yield name, whole, method
        else:
            yield from _within(land, f"{path}/{name}", domain.domains[name], whole, share * s, link, rows)


def _along_the_chord(land: Landscape, path: str, domain: Domain, parts, means, inner, link) -> list[np.ndarray]:
    steps = [s * (p - m) for s, p, m in zip(inner, parts, means, strict=True)]
    rise = link(land.entering(path, domain, parts)) - link(land.entering(path, domain, means))
    run = np.nansum(steps, axis=0)
    slope = np.divide(rise, run, out=np.zeros_like(run), where=np.abs(run) > 1e-9)
    return [slope * step for step in steps]


def _log(values: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(values > 0, np.log(np.where(values > 0, values, 1.0)), np.nan)


def peers(domains: pd.DataFrame, of: np.ndarray, n: int = PEERS) -> pd.DataFrame:
    """The `n` areas most alike in their domain scores to those at positions `of`: `row`, `peer` (positions), `distance`.

    Straight-line distance over domains in standard deviations; areas with a gap, and domains nowhere known or the same
    everywhere, are left out. Of areas equally far, the first in order.
    """
    known = domains.loc[:, domains.notna().any()]
    whole = np.flatnonzero(known.notna().all(axis=1).to_numpy()) if known.shape[1] else np.array([], dtype=int)
    known = known.iloc[whole].loc[:, lambda frame: [not all_the_same(frame[name]) for name in frame]]
    asked, n = np.intersect1d(of, whole), min(n, len(whole) - 1)
    if n < 1 or not len(asked):
        return pd.DataFrame({"row": [], "position": [], "peer": [], "distance": []}).astype({"row": int, "position": int, "peer": int})  # fmt: skip
    points = ((known - known.mean()) / known.std(ddof=0)).to_numpy() if known.shape[1] else np.zeros((len(whole), 1))
    near, far = _nearest(points, np.searchsorted(whole, asked), n)
    return pd.DataFrame(
        {
            "row": np.repeat(asked, n),
            "position": np.tile(np.arange(1, n + 1), len(asked)),
            "peer": whole[near.ravel()],
            "distance": far.ravel(),
        }
    )


def _nearest(points: np.ndarray, at: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The `n` nearest others of the points at `at`, and how far they are: of those equally far, the first in order."""
    more = min(2 * n + 2, len(points))  # a few more, so that a tie at the end is settled by order and not by the tree
    distance, found = cKDTree(points).query(points[at], k=more, workers=-1)
    distance = np.round(np.where(found == at[:, None], np.inf, distance), 9)  # an area is no peer of itself
    order = np.lexsort((found, distance), axis=1)
    found, distance = np.take_along_axis(found, order, axis=1), np.take_along_axis(distance, order, axis=1)
    near, far = found[:, :n].copy(), distance[:, :n].copy()
    last = np.where(np.isinf(distance[:, -1]), distance[:, -2], distance[:, -1])
    cut_short = (last == far[:, -1]) & (more < len(points))  # so many equally far that not all were found
    for row in np.flatnonzero(cut_short):
        away = np.round(np.sqrt(((points - points[at[row]]) ** 2).sum(axis=1)), 9)
        away[at[row]] = np.inf
        near[row] = np.argsort(away, kind="stable")[:n]
        far[row] = away[near[row]]
    return near, far
