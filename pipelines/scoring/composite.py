"""Indicator values to domain and index scores, as one index definition says. Pure: frames in, frames out."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipelines.core.problem import Problem
from pipelines.scoring import normalise
from pipelines.scoring.aggregate import SLACK, aggregate, weighted_mean
from pipelines.scoring.definition import Index
from pipelines.scoring.domain import Domain, Weighted
from pipelines.scoring.normalise import BY_RANK
from pipelines.scoring.scopes import SCOPE_COVERAGE
from pipelines.scoring.treat import TreatedColumn, treat

SIGN = {"higher_is_less_need": -1}


@dataclass(frozen=True)
class Scored:
    """`score` per area; `domains`, `before_transform` and `weight_by_domain` per area and domain or sub-domain (by its
    path); `weight_observed` from 0 to 1; `treated` per member; `n_known` per area and domain, how many of its members and
    of those below it are known; `short` per area the reason for which there is no score though enough weight is observed."""

    score: pd.Series
    domains: pd.DataFrame
    before_transform: pd.DataFrame
    weight_by_domain: pd.DataFrame
    weight_observed: pd.Series
    treated: dict[str, TreatedColumn]
    n_known: pd.DataFrame
    short: pd.Series


@dataclass(frozen=True)
class Domains:
    """What a tree of domains gives, by path: the score as it enters what is above, before its transform, and the share
    of its weight that was observed."""

    entering: dict[str, np.ndarray]
    before: dict[str, np.ndarray]
    observed: dict[str, np.ndarray | float]


def on_scale(
    index: Index,
    member: Weighted,
    values: np.ndarray,
    direction: str,
    how: str | None = None,
    target: tuple[float, float] | None = None,
) -> np.ndarray:
    """One member's (treated) values on its scale, greater meaning more need (or opportunity).

    `how` and `target` stand in for what the definition says.
    """
    how = how or index.scaled_by(member)
    if how == "target":
        return normalise.target(values, *(target or member.target))
    oriented = values * SIGN.get(member.direction or direction, 1)
    if how == "none":
        return oriented
    return getattr(normalise, how)(oriented, *(index.scale_of(member, how) or ()))


def treat_members(index: Index, values: pd.DataFrame) -> dict[str, TreatedColumn]:
    """Every member's column of `values`, its outliers treated as the member, or else the index, says."""
    return {
        name: treat(values[name].to_numpy(float), member.treatment or index.treatment)
        for _, name, member in index.members
    }


def scale_members(index: Index, values: Mapping[str, np.ndarray], directions: dict[str, str]) -> dict[str, np.ndarray]:
    """Every member's values (treated; NaN for unknown) on its scale."""
    return {
        name: on_scale(index, member, values[name], directions.get(name, "higher_is_more_need"))
        for _, name, member in index.members
    }


def score_domains(
    domains: Mapping[str, Domain],
    scaled: dict[str, np.ndarray],
    weights: Mapping[str, float] | None = None,
    room: normalise.Room | None = None,
    filled: Mapping[str, np.ndarray] | None = None,
) -> Domains:
    """Every domain of `domains`, with those below it, from its members on their scales.

    `weights` stand in for those of the definition, by name of member or path of domain; a part that is not in it is
    left out, as if it never belonged; what no source tells is as much as the definition says, and takes its weight with
    it out of what is above. A domain is null below its minimum weight. With `room` what is
    found is in it, until the next time, and what a domain was before its transform is not kept. `filled`: by member, True
    where its value was imputed, which is as good as any and not observed.
    """
    found = Domains({}, {}, {})
    for name, domain in domains.items():
        _score_domain(name, domain, scaled, weights, found, room, filled or {})
    return found


def _score_domain(
    path: str,
    domain: Domain,
    scaled: dict[str, np.ndarray],
    weights: Mapping[str, float] | None,
    found: Domains,
    room: normalise.Room | None,
    filled: Mapping[str, np.ndarray],
) -> None:
    columns, shares, read = [], [], []
    whole: list[np.ndarray | float | None] = []
    for name, member in domain.members.items():
        if weights is None or name in weights:
            columns.append(scaled[name])
            whole.append(1.0 - filled[name] if name in filled else None)
            shares.append(member.weight if weights is None else weights[name])
            read.append(1.0)
    for name, below in domain.domains.items():
        at = f"{path}/{name}"
        if weights is None or at in weights:
            _score_domain(at, below, scaled, weights, found, room, filled)
            columns.append(found.entering[at])
            whole.append(found.observed[at])
            shares.append(below.weight if weights is None else weights[at])
            read.append(below.share_entering)
    out = scratch = None
    if room:
        out, scratch = (room.array(name, len(columns[0])) for name in (("domain", path), "scratch"))
    weighed = [share * part for share, part in zip(shares, read, strict=True)]
    weighed = weighed if sum(weighed) > 0 else shares
    before, observed = aggregate(domain.aggregate, columns, weighed, domain.imbalance, out, scratch)
    if any(part is not None for part in whole):  # a sub-domain counts for what was observed of it, what was imputed not
        entering = [
            np.where(np.isnan(column), 0.0, 1.0 if part is None else part)
            for column, part in zip(columns, whole, strict=True)
        ]
        observed = weighted_mean(entering, shares)[0]
    observed = observed * domain.share_read  # whatever weights stand in: they are opinions of what is read
    if np.min(observed) < domain.minimum_weight - SLACK:
        before = np.where(observed >= domain.minimum_weight - SLACK, before, np.nan)
    found.observed[path] = observed
    if room and domain.transform == "exponential":
        found.entering[path] = normalise.exponential_within(before, room)
        return
    found.before[path] = before
    found.entering[path] = before if domain.transform == "none" else getattr(normalise, domain.transform)(before)


def score(
    index: Index, values: pd.DataFrame, directions: dict[str, str], filled: Mapping[str, np.ndarray] | None = None
) -> Scored:
    """Score every row of `values` (index: area codes; one column per member; NaN for unknown; `filled` where imputed).

    Missing is never read as zero: `weight_observed` falls instead, and below the index's minimum weight there is no
    score. Raises Problem for a geometric mean of values below zero.
    """
    treated = treat_members(index, values)
    scaled = scale_members(index, {name: column.values for name, column in treated.items()}, directions)
    try:
        found = score_domains(index.domains, scaled, filled=filled)
        parts = [found.entering[name] for name in index.parts]
        total, _ = aggregate(index.aggregate, parts, index.entering_weights, index.imbalance)
    except ValueError as error:
        raise Problem(f"{index.stem}.yml", str(error), "choose another aggregate, or another scale") from error
    # what was observed of a domain that has no score does not enter the index, and is not counted as if it did
    entering = [np.where(np.isnan(found.entering[name]), 0.0, found.observed[name]) for name in index.parts]
    weight_observed = weighted_mean(entering, [domain.weight for domain in index.parts.values()])[0]
    n_known = {path: _n_known(domain, values, filled or {}) for path, domain in index.every_domain.items()}
    short = _short(index, values, n_known)
    total[(weight_observed < index.minimum_weight - SLACK) | short.notna().to_numpy()] = np.nan
    as_series = lambda column: pd.Series(column, index=values.index)  # noqa: E731
    as_frame = lambda column: pd.DataFrame({path: column[path] for path in index.every_domain}, index=values.index)  # noqa: E731
    return Scored(
        as_series(total),
        as_frame(found.entering),
        as_frame(found.before),
        as_frame(found.observed),
        as_series(np.clip(weight_observed, 0, 1)),
        treated,
        as_frame(n_known),
        short,
    )


def _n_known(domain: Domain, values: pd.DataFrame, filled: Mapping[str, np.ndarray]) -> np.ndarray:
    """By area, how many members of a domain and of those below it are known; what was imputed is not."""
    known = [values[name].notna().to_numpy() & ~filled.get(name, np.False_) for name, _ in domain.leaves()]
    return np.sum(known, axis=0)


def _short(index: Index, values: pd.DataFrame, n_known: Mapping[str, np.ndarray]) -> pd.Series:
    """By area, the reason for which the index has no score whatever the weight observed: fewer members known than a domain
    must have, or too few areas to tell a place in the nation; else null."""
    short = pd.Series(None, index=values.index, dtype="object")
    scaled = [n for domain, n, member in index.members if domain in index.parts and index.scaled_by(member) in BY_RANK]
    if index.of_whole_nation and any(values[name].notna().mean() < SCOPE_COVERAGE for name in scaled):
        short[:] = "frame_not_covered"
    for path, domain in index.every_domain.items():
        if path.split("/")[0] in index.parts:
            short[n_known[path] < domain.least_members_read] = "below_minimum_weight"
    return short
