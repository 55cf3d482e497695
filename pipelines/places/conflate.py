"""The step that says which records are one place, and holds each list's points against those of the others."""

import numpy as np
import pandas as pd

from pipelines.core.schema import schema
from pipelines.core.step import After, Check, Given, Output, Step, Tables
from pipelines.places import corrections
from pipelines.places.listings import kinds_joined, listing_pairs
from pipelines.places.matching import find_pairs, group
from pipelines.register.taxonomy import Taxonomy
from pipelines.register.workspace import Workspace

GROUP = schema("record str, leader str", key="record")
PAIR = schema("left str, right str, rule str, name_score float64?, distance_m float64?", key="left right")
OFFSET = schema("source str, east_m float64, north_m float64, n_pairs int64", key="source")
OFF_M, FEWEST = 40.0, 20  # a list has a positional offset where this many pairs agree on this much
CERTAIN = ("same name nearby", "same property number and a like name", "one names the other")


def place_group_step(workspace: Workspace) -> Step[Tables]:
    """The step that joins records into places."""
    taxonomy = workspace.register.taxonomy
    return Step(
        "places/place_group",
        "places",
        "Which records are one place, by identifier, name and distance.",
        ("places/place_record", corrections.JoinsRead(workspace.geography, taxonomy), After("places/correction")),
        {
            "alone": [k for k, kind in taxonomy.kinds.items() if kind.alone],
            "like": likes(taxonomy),
            "listings": tuple(map(sorted, kinds_joined(taxonomy.kinds))),
        },
        make_groups,
        {"place_group": GROUP, "place_group.pairs": PAIR, "place_group.offsets": OFFSET},
        checks=(
            Check("points_agree", "No list's points stand off those of the same places in other lists.", _in_line),
        ),
    )


def make_groups(given: Given) -> Tables:
    """Tables `place_group` (record, `leader`: the record that stands for its group), `place_group.pairs` (why: rule,
    name score of 100, metres apart) and `place_group.offsets` (per list, how far its points stand off other lists').

    Every record that lies in an area is compared, those no longer listed too: a venue drawn anew under another
    identifier is the place it was.
    """
    alone, like = given.definition["alone"], given.definition["like"]
    records, joins, listings = given.frame("places/place_record"), given["file/joins"], given.definition["listings"]
    groups, pairs, offsets = conflate(records, alone, like, joins, listings)
    off = offsets[(offsets["n_pairs"] >= FEWEST) & (np.hypot(offsets["east_m"], offsets["north_m"]) > OFF_M)]
    tables = {"place_group": groups, "place_group.pairs": pairs, "place_group.offsets": offsets}
    return tables, {"standing_off": off["source"].tolist()}


def _in_line(groups: Output) -> tuple[bool, str]:
    off = groups.meta["standing_off"]
    if off:
        return False, f"the points of {', '.join(off)} stand off those of other lists"
    return True, "no list stands off the others"


NOTHING = r"(?!)"  # a pattern that no name holds
Likes = dict[str, str | dict[str, str]]


def likes(taxonomy: Taxonomy) -> Likes:
    """The kinds that are compared as another kind, and which; by its name, the pattern each is told by (that of none: no kind)."""
    kinds = taxonomy.kinds.items()
    named: Likes = {
        name: {"": kind.unlike_named or NOTHING, **kind.like_named} for name, kind in kinds if kind.like_named
    }
    return named | {name: kind.like for name, kind in kinds if kind.like}


def compared_as(rows: pd.DataFrame, like: Likes) -> pd.Series:
    """The kind of each record that it is compared as: of what its owner's register lists, that which its name says it is."""
    kind = rows["kind"].copy()
    for one, patterns in like.items():
        if isinstance(patterns, dict):
            left = rows.loc[rows["kind"] == one, "name"].astype("str").fillna("")
            for other, pattern in patterns.items():
                hit = left.str.contains(pattern, case=False, regex=True)
                kind[left.index[hit]] = other or one
                left = left[~hit]
    return kind.replace({one: other for one, other in like.items() if isinstance(other, str)})


def conflate(
    records: pd.DataFrame,
    alone: list[str],
    like: Likes,
    joins: list[list[str]],
    listings: tuple[list[str], list[str]] = ([], []),
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The three tables of `make_groups`, from records as `collect_records` gives them, the kinds compared with their own alone,
    those compared as another, the corrections that join or part records, and the kinds of entries of a register with those of
    what they may be of."""
    rows = records[records["reason"].isna()].reset_index(drop=True)
    rows["is_alone"] = rows["kind"].isin(alone).to_numpy(bool)
    position = pd.Series(rows.index, index=rows["record"])
    rows["refers_to"] = rows["refers_to"].map(position).fillna(-1).astype("int64")
    pairs = find_pairs(rows.assign(kind=compared_as(rows, like)), {})
    pairs = pd.concat([pairs, listing_pairs(rows, *map(set, listings))], ignore_index=True)
    pairs = corrections.apply_joins(joins, pairs, position)
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
    for column, offset in (("x", "east_m"), ("y", "north_m")):
        found[offset] = rows[column].to_numpy()[ends["left"]] - rows[column].to_numpy()[ends["right"]]
    medians = found.groupby("source", sort=True)[["east_m", "north_m"]].median().round(1)
    return medians.assign(n_pairs=found.groupby("source").size()).reset_index()
