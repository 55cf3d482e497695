"""What the steps of one index read: the values of its members for the whole nation, and the frames areas stand in."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from pipelines.core.once import Made, made
from pipelines.register.register import Register, rests_on_places
from pipelines.register.workspace import Workspace
from pipelines.scoring.definition import Index
from pipelines.scoring.frames import FRAMES
from pipelines.scoring.normalise import snapped


@dataclass(frozen=True)
class IndexInputs:
    """The members, areas and scope of one index, read when they are first asked for."""

    index: Index
    register: Register
    steps: dict[str, Made]
    areas_step: Made
    scope_step: Made

    @property
    def versions(self) -> dict[str, str]:
        """The data versions of all this, for the key of a step."""
        members = {f"member {name}": step.data_version for name, step in self.steps.items()}
        return members | {"areas": self.areas_step.data_version, "scope": self.scope_step.data_version}

    @property
    def definition(self) -> list:
        """The definitions of the index and its indicators, for the key of a step."""
        indicators = {
            n: self.register.indicators[n].model_dump(mode="json") for _, n, m in self.index.members if not m.index
        }
        return [self.index.model_dump(mode="json"), indicators]  # fmt: skip

    @property
    def directions(self) -> dict[str, str]:
        """The direction of every indicator."""
        return {n: self.register.indicators[n].direction for _, n, member in self.index.members if not member.index}

    @cached_property
    def areas(self) -> pd.DataFrame:
        """Every area of the nation, by code."""
        return pd.read_parquet(self.areas_step.path).set_index("area_code")

    @cached_property
    def asked(self) -> pd.Series:
        """The codes of the areas the release holds."""
        return pd.read_parquet(self.scope_step.path)["area_code"]

    @cached_property
    def long(self) -> dict[str, pd.DataFrame]:
        """The rows of every member, by area of the nation."""
        universe = self.areas.index
        return {n: pd.read_parquet(step.path).set_index("area_code").reindex(universe) for n, step in self.steps.items()}  # fmt: skip

    @cached_property
    def values(self) -> pd.DataFrame:
        """The value of every member (columns) in every area of the nation, so that a percentile is the nation's."""
        members = self.index.members
        return pd.DataFrame({name: self.long[name]["score" if m.index else "value"] for _, name, m in members})

    def held(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of a table that are known in this run: of the areas asked, where the index rests on places."""
        if rests_on_places(self.register, self.index):
            table = table[table["area_code"].isin(self.asked)]
        return table.reset_index(drop=True)


def read_inputs(workspace: Workspace, index: Index) -> IndexInputs:
    """The inputs of one index as the steps before it left them."""
    folders = {True: workspace.data / "indices", False: workspace.data / "indicators"}
    return IndexInputs(
        index,
        workspace.register,
        {name: made(folders[member.index], name) for _, name, member in index.members},
        *(made(workspace.data / "tables", name) for name in ("areas", "scope")),
    )


@dataclass(frozen=True)
class Standing:
    """Where the areas of one index stand: only those with a score and a rank, in the order of their codes.

    `frame` is the widest frame (nation, region, authority) in which an area has a rank, `group` a number for each frame
    and code, `rank` the rank there, `size` among how many: where an index is a geometric mean, those with a score of zero
    are not counted, for there is nothing to rank them on.
    """

    areas: pd.Index
    score: pd.Series
    frame: pd.Series
    code: pd.Series
    group: pd.Series
    rank: pd.Series
    size: pd.Series


def standing(index: Index, table: pd.DataFrame, areas: pd.DataFrame) -> Standing:
    """From an index's table (a row per area) and the areas of the nation."""
    table = table.set_index("area_code").sort_index()
    frame = pd.Series(None, index=table.index, dtype="object")
    code, rank = frame.copy(), pd.Series(float("nan"), index=table.index)
    for name in ("authority", "region", "nation"):  # the widest last
        known = table[f"rank_{name}"].notna()
        frame[known], rank[known] = name, table.loc[known, f"rank_{name}"].astype(float)
        code[known] = areas[FRAMES[name]].reindex(table.index)[known]
    known = frame.notna()
    group = (frame[known] + " " + code[known]).astype("category").cat.codes.astype("int64")
    score = table.loc[known, "score"]
    counted = snapped(score) > 0 if index.aggregate == "geometric" else score.notna()
    size = counted.groupby(group).transform("sum").astype("int64")
    return Standing(table.index[known], score, frame[known], code[known], group, rank[known], size)
