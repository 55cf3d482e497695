"""Indicator values to domain and index scores, as one index definition says. Pure: frames in, frames out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipelines.register import Domain, Index, Weighted
from pipelines.scoring import normalise

SIGN = {"higher_is_less_need": -1}


@dataclass(frozen=True)
class Scored:
    """`score` per area; `domains` and `weight_by_domain` per area and domain; `weight_observed` from 0 to 1."""

    score: pd.Series
    domains: pd.DataFrame
    weight_by_domain: pd.DataFrame
    weight_observed: pd.Series


def on_scale(values: np.ndarray, member: Weighted, default: str, direction: str) -> np.ndarray:
    """One member's values on its scale, greater meaning more need (or opportunity)."""
    how = member.normalise or default
    if how == "target":
        return normalise.target(values, *member.target)
    oriented = values * SIGN.get(member.direction or direction, 1)
    if how == "none":
        return oriented
    return getattr(normalise, how)(oriented)


def scale_members(index: Index, values: pd.DataFrame, directions: dict[str, str]) -> dict[str, np.ndarray]:
    """Every member's column of `values` (areas in rows, NaN for unknown) on its scale."""
    return {
        name: on_scale(
            values[name].to_numpy(float), member, index.normalise, directions.get(name, "higher_is_more_need")
        )
        for _, name, member in index.members
    }


def domain_score(
    domain: Domain, scaled: dict[str, np.ndarray], weights: dict[str, float]
) -> tuple[np.ndarray, np.ndarray]:
    """The domain's score, and the share of its weight that was observed, per area.

    The weighted mean of the members that are known, null below the domain's minimum weight, then its transform.
    """
    mean, observed = weighted_mean(
        [scaled[name] for name in domain.members], [weights[name] for name in domain.members]
    )
    observed = observed * domain.share_read
    mean[observed < domain.minimum_weight - 1e-9] = np.nan
    return (normalise.exponential(mean) if domain.transform == "exponential" else mean), observed


def weighted_mean(columns: list[np.ndarray], weights: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """The weighted mean of what is known (NaN where nothing is), and the share of the weight that is known.

    Added up column by column: a matrix product rounds equal rows differently, and ranks would tell them apart.
    """
    total = sum(weights)
    weighed, observed = np.zeros(len(columns[0])), np.zeros(len(columns[0]))
    for column, weight in zip(columns, weights, strict=True):
        known = np.isfinite(column)
        weighed += np.where(known, column, 0) * (weight / total)
        observed += known * (weight / total)
    return weighed / np.where(observed > 0, observed, np.nan), observed


def combine(index: Index, domains: list[np.ndarray], weights: list[float]) -> np.ndarray:
    """Domain scores, in the index's order, to one score: weighted arithmetic or geometric mean, or weighted sum.

    The geometric mean and the sum need every domain; the arithmetic mean is over those that are known.
    """
    if index.aggregate == "arithmetic":
        return weighted_mean(domains, weights)[0]
    if index.aggregate == "sum":
        return weighted_mean(domains, weights)[0] * sum(weights) * _all_known(domains)
    with np.errstate(divide="ignore"):
        logs = [np.log(column) for column in domains]
    zero = np.any([column == 0 for column in domains], axis=0)  # the log of zero is not finite, and not unknown
    mean = np.exp(weighted_mean(logs, weights)[0])
    return np.where(zero, 0.0, mean) * _all_known(domains)


def _all_known(columns: list[np.ndarray]) -> np.ndarray:
    return np.where(np.all([np.isfinite(column) for column in columns], axis=0), 1.0, np.nan)


def score(index: Index, values: pd.DataFrame, directions: dict[str, str]) -> Scored:
    """Score every row of `values` (index: area codes; one column per member; NaN for unknown).

    Missing is never read as zero: `weight_observed` falls instead, and below the index's minimum weight there is no
    score.
    """
    scaled = scale_members(index, values, directions)
    columns, observed = {}, {}
    for name, domain in index.domains.items():
        weights = {m: member.weight for m, member in domain.members.items()}
        columns[name], observed[name] = domain_score(domain, scaled, weights)
    domains = pd.DataFrame(columns, index=values.index)
    shares = pd.DataFrame(observed, index=values.index)
    weights = [domain.weight for domain in index.parts.values()]
    # what was observed of a domain that has no score does not enter the index, and is not counted as if it did
    entering = [np.where(np.isfinite(columns[name]), observed[name], 0) for name in index.parts]
    weight_observed = weighted_mean(entering, weights)[0]
    total = combine(index, [columns[name] for name in index.parts], weights)
    total[weight_observed < index.minimum_weight - 1e-9] = np.nan
    as_series = lambda column: pd.Series(column, index=values.index)  # noqa: E731
    return Scored(as_series(total), domains, shares, as_series(np.clip(weight_observed, 0, 1)))
