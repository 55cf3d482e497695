"""The same versions with pandas and numpy: scales once, every version as whole columns, ranks by DataFrame.rank.

Which draws there are, and columns whose outliers are dealt with before a standard score, are given at no cost to it.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtri

from pipelines.scoring.definition import read_index
from pipelines.scoring.robustness import draw_versions
from pipelines.scoring.treat import treat
from pipelines.scoring.versions import OUTLIERS, as_defined

DEFINITIONS = Path(__file__).parent.parent / "definitions"
POINTS = [0.05, 0.5, 0.95]


def load(folder, areas, indices):
    values = pd.read_parquet(folder / f"{areas}.parquet")
    told = {stem: _told(read_index(DEFINITIONS / f"{stem}.yml")) for stem in indices}
    treated = {name: treat(values[name].to_numpy(), OUTLIERS).values for name in values}
    return values, pd.DataFrame(treated, index=values.index), told


def _told(index) -> dict:
    """An index as plain numbers and names; of every draw the weights, the scale and the way of adding up."""
    first, versions = as_defined(index), draw_versions(index)
    return {
        "members": {name: list(domain.members) for name, domain in index.domains.items()},
        "least": [domain.minimum_weight for domain in index.domains.values()],
        "minimum_weight": index.minimum_weight,
        "exponential": all(domain.transform == "exponential" for domain in index.domains.values()),
        "normalise": index.normalise,
        "aggregate": index.aggregate,
        "first": _draw(index, first),
        "draws": [_draw(index, version) for version in versions],
    }


def _draw(index, version) -> dict:
    normalise = index.normalise if version.normalise == "as_defined" else version.normalise
    how = index.aggregate if version.aggregate == "as_defined" else version.aggregate
    return {"domains": version.domains, "members": version.members, "normalise": normalise, "aggregate": how}


def run(inputs):
    values, treated, told = inputs
    return {stem: spread(index, values, treated) for stem, index in told.items()}


def spread(index: dict, values: pd.DataFrame, treated: pd.DataFrame) -> pd.DataFrame:
    """Ranks of every draw, and what they come to for every area that has a published score."""
    names = [name for members in index["members"].values() for name in members]
    used = sorted({draw["normalise"] for draw in [index["first"], *index["draws"]]})
    scaled = {how: on_scale(how, (treated if how == "z_score" else values)[names]) for how in used}
    known = {how: columns.notna().to_numpy() for how, columns in scaled.items()}
    known = {how: None if told.all() else np.asfortranarray(told, dtype=float) for how, told in known.items()}
    scaled = {how: np.asfortranarray(columns.fillna(0)) for how, columns in scaled.items()}
    score = lambda draw: scores(index, draw, scaled[draw["normalise"]], known[draw["normalise"]])  # noqa: E731
    total, observed = score(index["first"])
    keep = np.flatnonzero(~np.isnan(total) & (observed >= index["minimum_weight"] - 1e-9))
    published = pd.Series(total[keep], values.index[keep]).rank(method="min", ascending=False)
    drawn = np.empty((len(index["draws"]), len(keep)), dtype=np.float32)
    for number, draw in enumerate(index["draws"]):
        # domains are placed among all areas, and the index among those that are published
        drawn[number] = pd.Series(score(draw)[0][keep]).rank(method="min", ascending=False)
    return summary(drawn, published)


def on_scale(how: str, values: pd.DataFrame) -> pd.DataFrame:
    if how == "z_score":
        return (values - values.mean()) / values.std(ddof=0)
    share = (values.rank() - 0.5) / values.count()
    return 100 * share if how == "percentile" else share.apply(ndtri)


def scores(index: dict, draw: dict, scaled: np.ndarray, known: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """The score of every area, and the share of the weight that is known."""
    domains, observed = np.empty((len(scaled), len(index["members"]))), np.ones(len(index["members"]))
    if known is not None:
        observed = np.empty_like(domains)
    first = 0
    for column, members in enumerate(index["members"].values()):
        weights = np.array([draw["members"].get(name, 0) for name in members])
        weights, at = weights / weights.sum(), range(first, first + len(members))
        domains[:, column] = weighted(scaled, at, weights)
        if known is not None:
            observed[:, column] = weighted(known, at, weights)
        first += len(members)
    if known is not None:
        domains /= np.where(observed >= np.array(index["least"]) - 1e-9, observed, np.nan)
    if index["exponential"]:
        frame = pd.DataFrame(domains)
        rank, n = frame.rank(method="min", ascending=False).to_numpy(), frame.count().to_numpy()
        domains = -23 * np.log(1 - (n - rank + 1) / n * (1 - np.exp(-100 / 23)))
    weights = np.array(list(draw["domains"].values()))
    return together(index, draw, domains, weights), np.where(np.isnan(domains), 0, observed) @ (weights / weights.sum())


def weighted(columns: np.ndarray, at: range, weights: np.ndarray) -> np.ndarray:
    """Column by column: as fast as a matrix product for so few, and faster where the threads of BLAS are in the way."""
    total = columns[:, at[0]] * weights[0]
    for column, weight in zip(at[1:], weights[1:], strict=True):
        total += columns[:, column] * weight
    return total


def together(index: dict, draw: dict, domains: np.ndarray, weights: np.ndarray) -> np.ndarray:
    share = weights / weights.sum()
    if draw["aggregate"] == "sum":  # a domain that is not known leaves none
        return domains @ weights
    if draw["aggregate"] == "geometric":  # nor here; zeros are kept from deciding alone
        more = 0 if index["aggregate"] == "geometric" else 1
        return np.exp(np.log(domains + more) @ share)
    gap = np.isnan(domains)
    if not gap.any():
        return domains @ share
    of = (~gap) @ share
    return (np.where(gap, 0, domains) @ share) / np.where(of > 0, of, np.nan)


def summary(drawn: np.ndarray, published: pd.Series) -> pd.DataFrame:
    """What the ranks of every draw (rows) come to; draws that give an area (columns) none are passed over."""
    if np.isnan(drawn).any():
        low, median, high = _quantiles_of_known(drawn)
    else:
        low, median, high = np.quantile(drawn, POINTS, axis=0, method="inverted_cdf")
    rank = published.to_numpy()
    given = (~np.isnan(drawn)).sum(axis=0)
    return pd.DataFrame(
        {
            "rank": rank,
            "rank_median": median,
            "rank_low": low,
            "rank_high": high,
            "worst_decile_share": (10 * drawn <= len(rank)).sum(axis=0) / given,
            "rank_shift_mean": np.nansum(np.abs(drawn - rank.astype(np.float32)), axis=0, dtype=float) / given,
        },
        index=published.index,
    )


def _quantiles_of_known(drawn: np.ndarray) -> list[np.ndarray]:
    drawn, given = np.sort(drawn, axis=0), (~np.isnan(drawn)).sum(axis=0)  # what is not known is sorted last
    at = [np.ceil(np.round(point * given, 9)).astype(int) - 1 for point in POINTS]
    return [np.take_along_axis(drawn, np.maximum(position, 0)[None], axis=0)[0] for position in at]


def answer(inputs, result):
    found = pd.concat({stem: frame.reindex(inputs[0].index) for stem, frame in result.items()})
    return {name: found[name].to_numpy() for name in found}
