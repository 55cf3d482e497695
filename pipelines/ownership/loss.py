"""Who would lose out if a place were gone: for every place and kind, the residents whose nearest it is, those for whom it is
the last within reach, and how much further they would have to go.

Areas start from the point and walk by the measure that reach uses, to the places that count for reach, and are counted
where their kind was looked for. Only residents of the areas asked are told. Sites are left out: nobody goes there.
"""

from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field

from geodata.distance import Measure, measure_of
from geodata.records import DefinitionError, Record, read_record
from pipelines.core.schema import Schema, schema
from pipelines.core.step import Given, Step, Tables
from pipelines.ownership.served import BEYOND, LOST, STATES, Cover, People, cover_of_each, loss_of_each, serve
from pipelines.places.cover import cover_table
from pipelines.places.places import counted_table
from pipelines.reach.reach import homes_and_asked
from pipelines.register.register import DEFINITIONS, Register
from pipelines.register.workspace import Workspace

FILE = DEFINITIONS / "loss.yml"


class Group(Record):
    """Residents or households told apart: the sum of `columns` of a source's table, which has a row per area."""

    of: Literal["residents", "households"]
    source: str
    columns: list[str] = Field(min_length=1)

    def told_as(self, name: str) -> str:
        """The columns that tell of it, `{lost}` being what is lost."""
        return f"{self.of}_{{lost}}_{name}"


class Groups(Record):
    """Whom the loss of a place is told of besides all residents, by name."""

    groups: dict[str, Group]

    @property
    def columns(self) -> list[str]:
        """Every column that tells of one."""
        return [group.told_as(name).format(lost=lost) for name, group in self.groups.items() for lost in LOST]


@cache
def read_groups(path: Path = FILE) -> Groups:
    """The groups as defined. Raises DefinitionError naming file, line and key."""
    return read_record(Groups, path)


def loss_schema(groups: Groups) -> Schema:
    """The columns of table `loss`."""
    return schema(
        "place_id str, kind str, coverage str, null_reason str?, is_edge_affected bool, residents_not_covered int64,"
        "residents_within_15_min Int64?, n_areas_only Int64?, residents_only Int64?, residents_only_highest_tenth Int64?,"
        "n_areas_nearest Int64?, residents_nearest Int64?, residents_nearest_highest_tenth Int64?,"
        "residents_not_ranked Int64?, extra_m float64?, extra_minutes float64?, residents_next_within_15_min Int64?,"
        "residents_next_beyond_15_min Int64?, residents_next_not_known Int64?, n_areas_partly_known Int64?,"
        + ", ".join(f"{column} Int64?" for column in groups.columns),
        key="place_id kind",
    )


def loss_step(workspace: Workspace) -> Step[Tables]:
    """The step that works out who would lose out. Raises DefinitionError where a group's source lacks its columns."""
    register, groups = workspace.register, read_groups()
    kinds = [name for name, kind in register.taxonomy.counted().items() if kind.group != "site"]
    ranked = next((name for name, index in register.indices.items() if index.is_headline), None)
    keys = _keys(register, groups)
    return Step(
        "ownership/loss",
        "ownership",
        "Per place and kind, who would lose their nearest or their last within reach, and how much further the next is.",
        (
            *(f"places/place:{counted_table(kind)}" for kind in kinds),
            *(f"places/cover:{cover_table(kind)}" for kind in kinds),
            *("places/place:place", "geography/areas", "geography/scope"),
            *([f"index/{ranked}:{ranked}"] if ranked else []),
            *(f"table/{stem}" for stem in keys),
        ),
        {
            "kinds": kinds,
            "minutes": register.taxonomy.minutes[1],
            "measure": measure_of(workspace.geography),
            "ranked": ranked,
            "groups": groups,
            "keys": keys,
        },
        make_loss,
        {"loss": loss_schema(groups)},
    )


def _keys(register: Register, groups: Groups) -> dict[str, str]:
    """The sources that groups are counted by and this geography has, each with its column of area codes."""
    keys = {}
    for name, group in groups.groups.items():
        if source := register.sources.get(group.source):
            if odd := sorted(set(group.columns) - set(source.columns)):
                raise DefinitionError(f"{groups.at('groups', name)}: {source.stem} has no column {', '.join(odd)}")
            keys[source.stem] = source.key[0]
    return keys


def make_loss(given: Given) -> Tables:
    """Table `loss`: a row per place that counts as a kind, and is of use to the areas asked or lies in them.

    `*_only`, `*_nearest`: of those for whom it is the only one within the longer walk, and the nearest, in all, in areas of
    the tenth of greatest need (null where none is ranked) and by group. `extra_*`: how much further the next is, on
    average over those who have one within the measure's cap; `residents_next_*` add up to `residents_nearest`, and those
    `not_known` have none within the cap. Where nobody looked for the kind in any area that it is of use to, every count
    is null and `null_reason` says why. The other columns are those of `cover_of_each`.
    """
    homes, is_asked = homes_and_asked(given)
    people, measure, frames = _people(given, homes), given.definition["measure"], []
    lies_in = given.frame("places/place:place", columns=["place_id", "area_code"]).set_index("place_id")["area_code"]
    for kind in given.definition["kinds"]:
        places = given.frame(f"places/place:{counted_table(kind)}")
        rows = given.frame(f"places/cover:{cover_table(kind)}").set_index("area_code")
        cover = _cover(rows.reindex(homes["area_code"]), is_asked, measure)
        served = serve(measure, given.definition["minutes"], _xy(homes), _xy(places))
        own = pd.Index(homes["area_code"]).get_indexer(places["place_id"].map(lies_in))
        known = cover_of_each(served, cover, people, own).assign(place_id=places["place_id"], kind=kind)
        lost = loss_of_each(served, cover, people, len(places))
        is_of_use = known.pop("is_of_use")
        frames.append(known.join(lost[known["coverage"] != "unknown"])[is_of_use])
    loss = pd.concat(frames).sort_values(["place_id", "kind"], ignore_index=True)
    loss = loss.reindex(columns=list(loss_schema(given.definition["groups"]).types))  # of no source here: null
    return {"loss": loss}, {"rows": loss["kind"].value_counts().sort_index().to_dict()}


def _people(given: Given, homes: pd.DataFrame) -> People:
    keys, ranked, codes = given.definition["keys"], given.definition["ranked"], homes["area_code"]
    tables = {stem: given.frame(f"table/{stem}").set_index(key).reindex(codes) for stem, key in keys.items()}
    groups: dict[str, np.ndarray] = {}
    for name, group in given.definition["groups"].groups.items():
        if group.source in tables:
            counts = tables[group.source][group.columns].astype("float64").sum(axis=1, skipna=False)
            if counts.notna().any():  # else nothing of its source could be
                groups[group.told_as(name)] = counts.to_numpy()
    tenth = np.full(len(codes), np.nan)
    if ranked:
        scores = given.frame(f"index/{ranked}:{ranked}", columns=["area_code", "decile_nation"]).set_index("area_code")
        tenth = scores["decile_nation"].reindex(codes).to_numpy(np.float64, na_value=np.nan)
    return People(homes["population"].to_numpy(np.float64), groups, tenth)


def _cover(rows: pd.DataFrame, is_asked: np.ndarray, measure: Measure) -> Cover:
    """The cover of a kind in every area of the nation; its `rows` are null but in the areas asked."""
    state = rows["coverage"].map(STATES).fillna(BEYOND).to_numpy(np.int64)
    edge_m = measure.least(rows["edge_m"].fillna(np.inf).to_numpy(np.float64))[0]
    is_lost = (rows["null_reason"] == "source_unavailable").to_numpy()
    return Cover(np.where(is_asked, state, BEYOND), edge_m, is_lost)


def _xy(frame: pd.DataFrame) -> np.ndarray:
    return frame[["x", "y"]].to_numpy(dtype=np.float64)
