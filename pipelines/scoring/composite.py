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
    weight = np.array([weights[name] for name in domain.members])
    weight = weight / weight.sum()
    matrix = np.column_stack([scaled[name] for name in domain.members])
    known = np.isfinite(matrix)
    observed = known @ weight
    mean = np.where(known, matrix, 0) @ weight / np.where(observed > 0, observed, np.nan)
    mean[observed < domain.minimum_weight - 1e-9] = np.nan
    return (normalise.exponential(mean) if domain.transform == "exponential" else mean), observed


def combine(index: Index, domains: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Domain scores (areas x domains) to one score: weighted arithmetic or geometric mean, or the plain weighted sum.

    The geometric mean and the sum need every domain; the arithmetic mean is over those that are known.
    """
    known = np.isfinite(domains)
    if index.aggregate == "sum":
        return domains @ weights
    shares = weights / weights.sum()
    if index.aggregate == "geometric":
        with np.errstate(divide="ignore"):
            return np.exp(np.log(domains) @ shares)
    observed = known @ shares
    return np.where(known, domains, 0) @ shares / np.where(observed > 0, observed, np.nan)


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
    weight = np.array([domain.weight for domain in index.domains.values()])
    weight_observed = shares.to_numpy() @ (weight / weight.sum())
    total = combine(index, domains.to_numpy(), weight)
    total[weight_observed < index.minimum_weight - 1e-9] = np.nan
    as_series = lambda column: pd.Series(column, index=values.index)  # noqa: E731
    return Scored(as_series(total), domains, shares, as_series(np.clip(weight_observed, 0, 1)))
