"""Beside one origin an area: how many of its homes have a place of each kind within reach, told by live postcodes.

An area whose middle is near a library may have half of its homes too far from one. A postcode is some fifteen homes; each
counts the same, for how many residents it has is not known.
"""

import numpy as np
import pandas as pd

from geodata.distance import measure_of
from pipelines.core.schema import schema
from pipelines.core.step import Given, Step, Tables
from pipelines.places.cover import cover_table
from pipelines.places.places import counted_table
from pipelines.register.workspace import Workspace

SHARE = schema("area_code str, kind str, n_postcodes int64, share_within_15_min float64?", key="area_code kind")


def homes_step(workspace: Workspace) -> Step[Tables]:
    """The step that looks at every home."""
    taxonomy = workspace.register.taxonomy
    kinds = list(taxonomy.counted())
    return Step(
        "reach/homes",
        "reach",
        f"The share of each area's live postcodes with a place of each kind within {taxonomy.minutes[1]} minutes.",
        (
            "geography/postcode",
            "geography/scope",
            *(f"places/place:{counted_table(kind)}" for kind in kinds),
            *(f"places/cover:{cover_table(kind)}" for kind in kinds),
        ),
        {"kinds": kinds, "minutes": taxonomy.minutes[1], "measure": measure_of(workspace.geography)},
        make_homes,
        {"homes": SHARE},
    )


def make_homes(given: Given) -> Tables:
    """Table `homes`: a row per area asked and kind that counts for reach. `n_postcodes`: the area's live postcodes;
    `share_within_15_min`: the share (0-1) of them with an open place within the longer walk, by all lists; null where nobody
    looked, and where the area has none."""
    measure, minutes = given.definition["measure"], given.definition["minutes"]
    codes = given.frame("geography/scope")["area_code"].sort_values(ignore_index=True)
    homes = given.frame("geography/postcode", columns=["area_code", "x", "y", "is_live"])
    at = pd.Index(codes).get_indexer(homes["area_code"])
    keep = (at >= 0) & homes["is_live"].to_numpy(bool)
    at, xy = at[keep], homes.loc[keep, ["x", "y"]].to_numpy(np.float64)
    n = np.bincount(at, minlength=len(codes))
    frames = []
    for kind in given.definition["kinds"]:
        places = given.frame(f"places/place:{counted_table(kind)}")[["x", "y"]].to_numpy(np.float64)
        nearest = measure.nearest(xy, places)
        within = np.bincount(at[nearest.i[nearest.minutes <= minutes]], minlength=len(codes))
        cover = given.frame(f"places/cover:{cover_table(kind)}").set_index("area_code")["coverage"].reindex(codes)
        known = (cover != "unknown").to_numpy() & (n > 0)
        share = np.divide(within, n, out=np.full(len(codes), np.nan), where=known)
        frames.append(pd.DataFrame({"area_code": codes, "kind": kind, "n_postcodes": n, "share_within_15_min": share}))
    table = pd.concat(frames).sort_values(["area_code", "kind"], ignore_index=True)
    return {"homes": table}, {"n_postcodes": int(n.sum())}
