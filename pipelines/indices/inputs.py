"""What the steps of one index read: the values of its members for the whole nation, and the scopes areas stand in.

Where an index compares like with like, a member none of whose kinds of place national lists look for nearly everywhere is
left out for all areas alike, and so is a statistic that is known in as few of the nation's areas: it stands as not known
in every one of them, its weight as not observed, and its domain weighs as much less.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from pipelines.core.step import Given
from pipelines.register.register import Indicator, reads_places, rests_on_places
from pipelines.register.workspace import Workspace
from pipelines.scoring.definition import Index
from pipelines.scoring.domain import Weighted
from pipelines.scoring.normalise import snapped
from pipelines.scoring.scopes import SCOPES


def reads_of(index: Index) -> tuple[str, ...]:
    """What every step of an index reads: its members, the areas of the nation, and those asked."""
    members = (member_key(name, member) for _, name, member in index.members)
    kinds = ["places/cover:cover.kinds"] if index.like_with_like else []
    lists = ["places/cover:cover.lists"] if any(member.of_register for _, _, member in index.members) else []
    return (*members, *kinds, *lists, "geography/areas", "geography/scope")


def member_key(name: str, member: Weighted) -> str:
    """The key of the step that gives a member: an indicator, or another index."""
    return f"{'index' if member.index else 'indicator'}/{name}"


def definition_of(workspace: Workspace, index: Index) -> dict:
    """What every step of an index is defined by: the index, its indicators, and whether it rests on places."""
    register = workspace.register
    indicators = {name: register.indicators[name] for _, name, member in index.members if not member.index}
    rests = rests_on_places(register, index)
    least = register.taxonomy.looked_for.least_cover if index.like_with_like else None
    told = {"index": index, "indicators": indicators, "rests_on_places": rests, "least_cover": least}
    kept = [name for _, name, member in index.members if member.of_register]
    kinds = {kind: register.taxonomy.kinds[kind] for name in kept for kind in register.indicators[name].kinds}
    return told | ({"registers": {kind: entry.subset_of or kind for kind, entry in kinds.items()}} if kinds else {})


@dataclass(frozen=True)
class IndexInputs:
    """The members, areas and scope of one index, read when they are first asked for; `given` is what a step was handed."""

    given: Given

    @cached_property
    def index(self) -> Index:
        """The index, as this run reads it."""
        return self.given.definition["index"].as_read(self.left_out)

    @cached_property
    def register_rows(self) -> pd.Series:
        """By authority, how many rows the registers hold that members are counted from, whatever they say, per area of it;
        of those that keep one. Without a row where the index is counted from no register."""
        if not (kinds := self.given.definition.get("registers")):
            return pd.Series(dtype=float)
        lists = self.given.frame("places/cover:cover.lists")
        lists = lists[lists["kind"].isin(kinds) & lists["is_looked_for"]]
        rows = lists.assign(kind=lists["kind"].map(kinds)).drop_duplicates(["kind", "source", "authority_code"])
        return rows.groupby("authority_code")["n_listed"].sum() / self.areas["authority_code"].value_counts()

    @property
    def indicators(self) -> dict[str, Indicator]:
        """The records of its indicators."""
        return self.given.definition["indicators"]

    @property
    def directions(self) -> dict[str, str]:
        """The direction of every indicator."""
        return {name: indicator.direction for name, indicator in self.indicators.items()}

    @cached_property
    def areas(self) -> pd.DataFrame:
        """Every area of the nation, by code."""
        return self.given.frame("geography/areas").set_index("area_code")

    @cached_property
    def asked(self) -> pd.Series:
        """The codes of the areas the release holds."""
        return self.given.frame("geography/scope")["area_code"]

    @cached_property
    def unlike(self) -> dict[str, dict[str, float]]:
        """By member, the kinds of place that do not count in it, with the share (0-1) of the nation's areas in which
        national lists look for them; by a statistic that is known in too few of them, its own name with that share."""
        if not self.given.definition["index"].like_with_like:
            return {}
        kinds = self.given.frame("places/cover:cover.kinds").set_index("kind")
        shares = kinds.loc[~kinds["is_everywhere"], "share"].to_dict()
        rests = {name: one.kinds for name, one in self.indicators.items() if "national_reach" in one.inputs}
        found = {name: {kind: shares[kind] for kind in of if kind in shares} for name, of in rests.items()}
        for name in (name for name, one in self.indicators.items() if not reads_places(one)):
            share = float(self._rows(name)["value"].notna().mean())
            found[name] = {name: share} if share < self.given.definition["least_cover"] else {}
        return {name: of for name, of in found.items() if of}

    @property
    def left_out(self) -> list[str]:
        """The members of which nothing counts."""
        return [name for name, of in self.unlike.items() if name in of or set(of) == set(self.indicators[name].kinds)]

    @cached_property
    def long(self) -> dict[str, pd.DataFrame]:
        """The rows of every member, by area of the nation; of one that is left out, none is known."""
        frames = {name: self._rows(name) for _, name, _ in self.index.members}
        for name in self.left_out:
            reason = frames[name]["null_reason"].fillna("not_covered")
            frames[name] = frames[name].assign(value=np.nan, coverage="unknown", null_reason=reason)
        return {name: frame.reindex(self.areas.index) for name, frame in frames.items()}

    def _rows(self, name: str) -> pd.DataFrame:
        member = next(member for _, n, member in self.given.definition["index"].members if n == name)
        return self.given.frame(member_key(name, member)).set_index("area_code")

    @cached_property
    def values(self) -> pd.DataFrame:
        """The value of every member (columns) in every area of the nation, so that a percentile is the nation's."""
        members = self.index.members
        return pd.DataFrame({name: self.long[name]["score" if m.index else "value"] for _, name, m in members})

    def held(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of a table that are known in this run: of the areas asked, where the index rests on places."""
        if self.given.definition["rests_on_places"]:
            table = table[table["area_code"].isin(self.asked)]
        return table.reset_index(drop=True)


@dataclass(frozen=True)
class Standing:
    """Where the areas of one index stand: only those with a score and a rank, in the order of their codes.

    `scope` is the widest scope (nation, region, authority) in which an area has a rank, `group` a number for each scope
    and code, `rank` the rank there, `size` among how many: where an index is a geometric mean, those with a score of zero
    are not counted, for there is nothing to rank them on.
    """

    areas: pd.Index
    score: pd.Series
    scope: pd.Series
    code: pd.Series
    group: pd.Series
    rank: pd.Series
    size: pd.Series


def standing(index: Index, table: pd.DataFrame, areas: pd.DataFrame) -> Standing:
    """From an index's table (a row per area) and the areas of the nation."""
    table = table.set_index("area_code").sort_index()
    scope = pd.Series(None, index=table.index, dtype="object")
    code, rank = scope.copy(), pd.Series(float("nan"), index=table.index)
    for name in ("authority", "region", "nation"):  # the widest last
        known = table[f"rank_{name}"].notna()
        scope[known], rank[known] = name, table.loc[known, f"rank_{name}"].astype(float)
        code[known] = areas[SCOPES[name]].reindex(table.index)[known]
    known = scope.notna()
    group = (scope[known] + " " + code[known]).astype("category").cat.codes.astype("int64")
    score = table.loc[known, "score"]
    counted = snapped(score) > 0 if index.aggregate == "geometric" else score.notna()
    size = counted.groupby(group).transform("sum").astype("int64")
    return Standing(table.index[known], score, scope[known], code[known], group, rank[known], size)
