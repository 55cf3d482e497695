"""For every area asked, one kind at a time: the nearest place, how many within 10 and 15 minutes, and which they are."""

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from pipelines import store
from pipelines.once import Made, made, once
from pipelines.register import Kind
from pipelines.workspace import Workspace

PAIR_TYPES = {"area_code": "str", "place_id": "str", "distance_m": "float64", "minutes": "float64"}


def make_reach(workspace: Workspace, kind: str) -> Made:
    """Tables `<kind>` (a row per area asked) and `<kind>.places` (a row per area and place within 15 minutes).

    Distances are walks in metres: the straight line from the area's origin times the geography's detour factor;
    minutes follow from its walking speed. `nearest_m` is null beyond the cap and where nobody looked; a count is zero
    only where the kind's source looked. `gap`: none, borderline or clear against the kind's standard for the area's
    rural-urban class; null where the kind has no standard there, nobody looked, or a place beyond the edge of the list's
    cover may be nearer.
    """
    geography, taxonomy = workspace.geography, workspace.register.taxonomy
    entry = taxonomy.kinds[kind]
    chosen, looked = _chosen(workspace, kind), _looked(workspace, kind)
    areas, scope = (made(workspace.data / "tables", name) for name in ("areas", "scope"))

    def make():
        origins = pd.read_parquet(areas.path, columns=["area_code", "rural_or_urban", "x", "y"])
        origins = origins.merge(pd.read_parquet(scope.path), on="area_code").sort_values("area_code", ignore_index=True)
        reach, pairs = _within_reach(workspace, origins, chosen)
        reach = reach.merge(looked, on="area_code", validate="1:1")
        unknown = reach["coverage"] == "unknown"
        reach.loc[unknown, ["nearest_m", "n_within_10_min", "n_within_15_min"]] = np.nan
        reach.loc[unknown, "nearest_place_id"] = None
        reach = reach.astype({"n_within_10_min": "Int64", "n_within_15_min": "Int64", "nearest_place_id": "str"})
        reach = _with_gap(workspace, entry, reach.assign(kind=kind), origins)
        pairs = pairs[pairs["area_code"].isin(reach.loc[~unknown, "area_code"])].assign(kind=kind)
        pairs["rule"] = f"within {taxonomy.minutes[1]} minutes, straight line x {geography.detour_factor:g}"
        pairs = pairs.sort_values(["area_code", "place_id"]).reset_index(drop=True)
        return {kind: reach, f"{kind}.places": pairs}, {"n_places": len(chosen)}

    definition = {"kind": entry.model_dump(mode="json"), "minutes": taxonomy.minutes, "near": taxonomy.borderline_share}
    definition["distance"] = [geography.detour_factor, geography.minutes_per_metre, geography.nearest_cap_m]
    inputs = {m.stem: m.data_version for m in (areas, scope)}
    # by content, so that a change to one kind of place leaves the reach of every other as it is
    inputs |= {"places": _hash(chosen), "cover": _hash(looked)}
    return once(workspace.data / "reach", kind, definition, inputs, make)


def _chosen(workspace: Workspace, kind: str) -> pd.DataFrame:
    places = made(workspace.data / "places", "place")
    kinds = pd.read_parquet(places.files["place.kinds"])
    kinds = kinds.loc[(kinds["kind"] == kind) & kinds["is_counted"], ["place_id"]]
    every = pd.read_parquet(places.path, columns=["place_id", "x", "y"])
    return every.merge(kinds, on="place_id").sort_values("place_id", ignore_index=True)


def _looked(workspace: Workspace, kind: str) -> pd.DataFrame:
    cover = pd.read_parquet(made(workspace.data / "places", "cover").path)
    return cover.loc[cover["kind"] == kind].drop(columns="kind").sort_values("area_code", ignore_index=True)


def _hash(frame: pd.DataFrame) -> str:
    return store.sha256(frame.to_csv(index=False).encode())


def _within_reach(
    workspace: Workspace, origins: pd.DataFrame, places: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    geography = workspace.geography
    ten, fifteen = (minutes / geography.minutes_per_metre for minutes in workspace.register.taxonomy.minutes)
    reach = pd.DataFrame(
        {"area_code": origins["area_code"], "cap_m": geography.nearest_cap_m * geography.detour_factor}
    )
    if places.empty:
        none = pd.DataFrame({column: [] for column in PAIR_TYPES}).astype(PAIR_TYPES)
        return reach.assign(nearest_m=np.nan, nearest_place_id=None, n_within_10_min=0, n_within_15_min=0), none
    homes, targets = (cKDTree(frame[["x", "y"]].to_numpy()) for frame in (origins, places))
    straight, nearest = targets.query(homes.data, distance_upper_bound=geography.nearest_cap_m)
    there = np.isfinite(straight)
    ids = np.append(places["place_id"].to_numpy(dtype=object), None)
    reach["nearest_m"] = np.where(there, np.round(straight * geography.detour_factor, 1), np.nan)
    reach["nearest_place_id"] = ids[nearest]
    found = homes.sparse_distance_matrix(targets, fifteen / geography.detour_factor, output_type="ndarray")
    walk = found["v"] * geography.detour_factor  # counted unrounded, told to 0.1 m
    n = len(origins)
    reach["n_within_10_min"] = np.bincount(found["i"][walk <= ten], minlength=n)
    reach["n_within_15_min"] = np.bincount(found["i"], minlength=n)
    pairs = pd.DataFrame(
        {
            "area_code": origins["area_code"].to_numpy()[found["i"]],
            "place_id": places["place_id"].to_numpy()[found["j"]],
            "distance_m": np.round(walk, 1),
            "minutes": np.round(walk * geography.minutes_per_metre, 1),
        }
    )
    return reach, pairs.astype(PAIR_TYPES)


def _with_gap(workspace: Workspace, entry: Kind, reach: pd.DataFrame, origins: pd.DataFrame) -> pd.DataFrame:
    """`standard_minutes` for the area's rural-urban class, and whether the nearest place meets it: none, borderline
    (beyond it, or within it, by less than the taxonomy's share), or clear."""
    standard = origins["rural_or_urban"].map(entry.standard_minutes).astype("float64")
    minutes = (reach["nearest_m"] * workspace.geography.minutes_per_metre).fillna(np.inf)
    near = workspace.register.taxonomy.borderline_share
    gap = np.select(
        [minutes <= standard * (1 - near), minutes <= standard * (1 + near)], ["none", "borderline"], "clear"
    )
    # a gap is a claim that there is nothing: not made where the edge of what the list covers is nearer than what was found
    edge = (reach["edge_m"] * workspace.geography.detour_factor).fillna(np.inf)
    sure = (
        (gap == "none")
        | (edge >= reach["nearest_m"].fillna(np.inf))
        | (edge * workspace.geography.minutes_per_metre > standard * (1 + near))
    )
    known = (reach["coverage"] != "unknown") & standard.notna() & sure
    reach["standard_minutes"] = standard
    reach["gap"] = pd.Series(gap, index=reach.index).where(known, None).astype("str")
    return reach
