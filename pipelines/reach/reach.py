"""For every area asked and kind that counts: the nearest place, how many within 10 and 15 minutes, and which they are."""

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from pipelines.once import Made, made, once
from pipelines.workspace import Workspace


def make_reach(workspace: Workspace) -> Made:
    """Table `reach` (a row per area and kind) and `neighbourhood_place` (a row per area and place within 15 minutes).

    Distances are walks in metres: the straight line from the area's origin times the geography's detour factor;
    minutes follow from its walking speed. `nearest_m` is null beyond the cap and where nobody looked; a count is zero
    only where the kind's source looked.
    """
    geography, taxonomy = workspace.geography, workspace.register.taxonomy
    places, cover = (made(workspace.data / "places", name) for name in ("place", "cover"))
    areas, scope = (made(workspace.data / "tables", name) for name in ("areas", "scope"))
    kinds = {kind: entry for kind, entry in taxonomy.kinds.items() if entry.counts_for_reach}

    def make():
        origins = pd.read_parquet(areas.path, columns=["area_code", "x", "y"])
        origins = origins.merge(pd.read_parquet(scope.path), on="area_code")
        every, looked = pd.read_parquet(places.path), pd.read_parquet(cover.path)
        counted, pairs = [], []
        for kind, entry in kinds.items():
            chosen = every[every["kind"] == (entry.subset_of or kind)]
            if entry.subset_of:
                chosen = chosen[chosen["owner_kind"].isin(entry.owner_kinds)]
            reach, near = _kind(workspace, origins, chosen)
            counted.append(reach.assign(kind=kind))
            pairs.append(near.assign(kind=kind))
        reach = pd.concat(counted, ignore_index=True).merge(looked, on=["area_code", "kind"], validate="1:1")
        unknown = reach["coverage"] == "unknown"
        reach.loc[unknown, ["nearest_m", "n_within_10_min", "n_within_15_min"]] = np.nan
        reach = reach.astype({"n_within_10_min": "Int64", "n_within_15_min": "Int64"})
        pair = pd.concat(pairs, ignore_index=True).merge(
            looked[["area_code", "kind", "coverage"]], on=["area_code", "kind"]
        )
        pair = pair[pair["coverage"] != "unknown"].drop(columns="coverage")
        pair["rule"] = f"within {taxonomy.minutes[1]} minutes, straight line x {geography.detour_factor:g}"
        return {
            "reach": reach.sort_values(["area_code", "kind"]).reset_index(drop=True),
            "neighbourhood_place": pair.sort_values(["area_code", "kind", "place_id"]).reset_index(drop=True),
        }, {}

    definition = {"kinds": {k: e.model_dump(mode="json") for k, e in kinds.items()}, "minutes": taxonomy.minutes}
    definition["distance"] = [geography.detour_factor, geography.minutes_per_metre, geography.nearest_cap_m]
    inputs = {m.stem: m.data_version for m in (places, cover, areas, scope)}
    return once(workspace.data / "places", "reach", definition, inputs, make)


def _kind(workspace: Workspace, origins: pd.DataFrame, places: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    geography = workspace.geography
    ten, fifteen = (minutes / geography.minutes_per_metre for minutes in workspace.register.taxonomy.minutes)
    reach = pd.DataFrame(
        {"area_code": origins["area_code"], "cap_m": geography.nearest_cap_m * geography.detour_factor}
    )
    if places.empty:
        return reach.assign(nearest_m=np.nan, n_within_10_min=0, n_within_15_min=0), _no_pairs()
    homes, targets = (cKDTree(frame[["x", "y"]].to_numpy()) for frame in (origins, places))
    straight, _ = targets.query(homes.data, distance_upper_bound=geography.nearest_cap_m)
    reach["nearest_m"] = np.where(np.isfinite(straight), np.round(straight * geography.detour_factor, 1), np.nan)
    found = homes.sparse_distance_matrix(targets, fifteen / geography.detour_factor, output_type="ndarray")
    walk = found["v"] * geography.detour_factor  # counted unrounded, told to 0.1 m
    n = len(origins)
    reach["n_within_10_min"] = np.bincount(found["i"][walk <= ten], minlength=n)
    reach["n_within_15_min"] = np.bincount(found["i"], minlength=n)
    pairs = pd.DataFrame(
        {
            "area_code": origins["area_code"].to_numpy()[found["i"]],
            "place_id": places["place_id"].to_numpy()[found["j"]],
            "publish": places["publish"].to_numpy()[found["j"]],
            "distance_m": np.round(walk, 1),
            "minutes": np.round(walk * geography.minutes_per_metre, 1),
        }
    )
    return reach, pairs


def _no_pairs() -> pd.DataFrame:
    return pd.DataFrame({"area_code": [], "place_id": [], "publish": [], "distance_m": [], "minutes": []}).astype(
        {"area_code": "str", "place_id": "str", "publish": "str", "distance_m": float, "minutes": float}
    )
