"""Availability: which members of an index, and which areas, are too little known to be scored (OECD/JRC handbook, step 2)."""

from dataclasses import dataclass

import pandas as pd

from pipelines.scoring.aggregate import SLACK
from pipelines.scoring.definition import Index
from pipelines.scoring.domain import Domain, Weighted


@dataclass(frozen=True)
class Screened:
    """What is left of an index: `members` that are left out, with the share (0-1) of areas in which each is known, and
    `known_share`, of every area the share of the members left that is known; those of `areas_out` are left out."""

    index: Index
    members: dict[str, float]
    known_share: pd.Series
    areas_out: pd.Series


def screen(index: Index, values: pd.DataFrame) -> Screened:
    """Screen a table (a row per area, a column per member, NaN for unknown) by the index's `screen`: members first.

    A member that is left out stands in its domain's `not_read`, so that it lowers the weight observed of all areas alike.
    Raises ValueError where a domain has no member left.
    """
    shares = values.notna().mean()
    out = {name: float(share) for name, share in shares.items() if share < index.screen.members - SLACK}
    if out:
        domains = {name: _without(name, domain, out) for name, domain in index.domains.items()}
        index = index.model_copy(update={"domains": domains})
    names = [name for domain, name, _ in index.members if domain in index.parts]
    known_share = values[names].notna().mean(axis=1)
    return Screened(index, out, known_share, known_share < index.screen.areas - SLACK)


def _without(path: str, domain: Domain, out: dict[str, float]) -> Domain:
    members: dict[str, Weighted] = {name: member for name, member in domain.members.items() if name not in out}
    below = {name: _without(f"{path}/{name}", part, out) for name, part in domain.domains.items()}
    if not members and not below:
        raise ValueError(f"no member of {path} is known in enough areas for `screen`")
    gone = {name: member.weight for name, member in domain.members.items() if name in out}
    return domain.model_copy(update={"members": members, "domains": below, "not_read": {**domain.not_read, **gone}})
