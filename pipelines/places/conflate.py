"""The step that says which records are one place, and holds each list's points against those of the others."""

import numpy as np
import pandas as pd

from pipelines.core.once import Made, made, once
from pipelines.places import corrections
from pipelines.places.matching import find_pairs, group
from pipelines.register.workspace import Workspace

OFF_M, FEWEST = 40.0, 20  # a list is told to stand off where this many pairs agree on this much
CERTAIN = ("same name nearby", "same property number and a like name", "one names the other")


def make_groups(workspace: Workspace) -> Made:
    """Tables `place_group` (record, `leader`: the record that stands for its group), `place_group.pairs` (why: rule,
    name score of 100, metres apart) and `place_group.offsets` (per list, how far its points stand off other lists').

    Every record that lies in an area is compared, those no longer listed too: a venue drawn anew under another
    identifier is the place it was.
    """
    records = made(workspace.data / "places", "place_record")
    corrections.check_targets(workspace, records.path)

    def make():
        groups, pairs, offsets = conflate(workspace, pd.read_parquet(records.path))
        off = offsets[(offsets["n_pairs"] >= FEWEST) & (np.hypot(offsets["east_m"], offsets["north_m"]) > OFF_M)]
        return {"place_group": groups, "place_group.pairs": pairs, "place_group.offsets": offsets}, {
            "standing_off": off["source"].tolist()
        }

    definition = {kind: [entry.alone, entry.like] for kind, entry in workspace.register.taxonomy.kinds.items()}
    joined = corrections.joins(workspace)
    inputs = {"place_record": records.data_version}
    return once(workspace.data / "places", "place_group", [definition, joined], inputs, make)


def conflate(workspace: Workspace, records: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The three tables of `make_groups`, from records as `gather` gives them and the corrections that join or part them."""
    kinds = workspace.register.taxonomy.kinds
    rows = records[records["reason"].isna()].reset_index(drop=True)
    rows["is_alone"] = rows["kind"].map({kind: entry.alone for kind, entry in kinds.items()}).to_numpy(bool)
    position = pd.Series(rows.index, index=rows["record"])
    rows["refers_to"] = rows["refers_to"].map(position).fillna(-1).astype("int64")
    pairs = find_pairs(rows, {kind: entry.like for kind, entry in kinds.items() if entry.like})
    pairs = corrections.apply_joins(corrections.joins(workspace), pairs, position)
    names = rows["record"].to_numpy()
    groups = pd.DataFrame({"record": names, "leader": names[group(rows, pairs)]})
    offsets = _offsets(rows, pairs)
    pairs = pairs.assign(left=names[pairs["left"]], right=names[pairs["right"]]).drop(columns="strength")
    return groups, pairs, offsets


def _offsets(rows: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """The median of each source's points less those of the same places in other sources: (source, east_m, north_m, n_pairs).

    A list that was put on the map with the wrong datum stands out at once.
    """
    sure = pairs[pairs["rule"].isin(CERTAIN)]
    ends = pd.concat([sure[["left", "right"]], sure[["right", "left"]].set_axis(["left", "right"], axis=1)])
    ends = ends[rows["source"].to_numpy()[ends["left"]] != rows["source"].to_numpy()[ends["right"]]]
    found = pd.DataFrame({"source": rows["source"].to_numpy()[ends["left"]]})
    for column, told in (("x", "east_m"), ("y", "north_m")):
        found[told] = rows[column].to_numpy()[ends["left"]] - rows[column].to_numpy()[ends["right"]]
    medians = found.groupby("source", sort=True)[["east_m", "north_m"]].median().round(1)
    return medians.assign(n_pairs=found.groupby("source").size()).reset_index()
