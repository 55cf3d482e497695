"""Whether two answers to one work are the same, in a process of its own.

python compare.py KIND FOLDER OPTIONS OURS.npz PEERS.npz     prints whether, and what was compared
"""

import json
import sys
from pathlib import Path

import geopandas
import numpy as np
import orjson
import pandas as pd
import shapely

SPREAD = ("rank", "rank_median", "rank_low", "rank_high", "worst_decile_share", "rank_shift_mean")


def areas(ours, peers, folder: Path, options: dict) -> tuple[bool, str]:
    """The same area for every point, but on a border, where rules may differ."""
    ours, peers = ours["area"], peers["area"]
    if ours.shape != peers.shape:
        return False, f"{ours.shape} against {peers.shape}"
    differ = np.flatnonzero(ours != peers)
    at = pd.read_parquet(folder / "points.parquet").iloc[differ]
    outlines = geopandas.read_parquet(folder / f"{options['areas']}.parquet").geometry.to_numpy()
    borders = shapely.boundary(outlines[np.maximum(ours, peers)[differ]])
    away = shapely.distance(borders, shapely.points(at["x"], at["y"])) > 1e-6
    return not away.any(), f"{len(ours)} points, {(~away).sum()} differ on a border, {away.sum()} elsewhere"


def distances(ours, peers, folder, options) -> tuple[bool, str]:
    """The same distance to the nearest, to a millimetre; which of several as near may differ."""
    if ours["metres"].shape != peers["metres"].shape:
        return False, f"{ours['metres'].shape} against {peers['metres'].shape}"
    most = float(np.abs(ours["metres"] - peers["metres"]).max())
    return most <= 1e-3, f"{len(ours['metres'])} distances, at most {most:.1e} m apart"


def losses(ours, peers, folder, options) -> tuple[bool, str]:
    """The same residents for every place, and how much further they go to the tenth of a metre that it is told in."""
    if ours["extra_m"].shape != peers["extra_m"].shape:
        return False, f"{ours['extra_m'].shape} against {peers['extra_m'].shape}"
    apart = sum((ours[name] != peers[name]).sum() for name in ("residents_only", "residents_nearest"))
    known = [np.isnan(side["extra_m"]) for side in (ours, peers)]
    most = float(np.nanmax(np.abs(ours["extra_m"] - peers["extra_m"]), initial=0.0))
    told = f"{len(known[0])} places, {apart} with other residents, extra metres at most {most:.1e} apart"
    return apart == 0 and (known[0] == known[1]).all() and most <= 0.1 + 1e-9, told


def access(ours, peers, folder, options) -> tuple[bool, str]:
    """The same access, to a part in 10^9, and nothing at the same areas."""
    ours, peers = ours["access"], peers["access"]
    if ours.shape != peers.shape or ((ours == 0) != (peers == 0)).any():
        return False, "not the same areas have access"
    most = float((np.abs(ours - peers) / np.where(peers == 0, 1, peers)).max())
    return most <= 1e-9, f"{len(ours)} areas, at most {most:.1e} of the value apart"


def spread(ours, peers, folder, options) -> tuple[bool, str]:
    """The same ranks and shares for every area. Scores less than a billionth of their scale apart are equal for us, and
    not for a peer that ranks floats as they come: at most one rank apart, in at most one area of ten thousand; and in one
    of a thousand the mean shift, for which it is enough that one draw of a thousand holds such a pair."""
    if any(ours[name].shape != peers[name].shape for name in SPREAD):
        return False, "not as many areas"
    if any((np.isnan(ours[name]) != np.isnan(peers[name])).any() for name in SPREAD):
        return False, "not the same areas have ranks"
    apart = {name: np.nan_to_num(np.abs(ours[name] - peers[name])) for name in SPREAD}
    shifted, ranked = (
        apart["rank_shift_mean"],
        np.max([apart[name] for name in SPREAD if name != "rank_shift_mean"], axis=0),
    )
    moved, most = (ranked > 1e-6).sum(), max(ranked.max(), shifted.max())
    told = f"{len(ranked)} areas, {moved} with another rank, {(shifted > 1e-6).sum()} with another mean shift, by {most:.0e} at most"
    return moved <= len(ranked) / 10_000 and (shifted > 1e-6).sum() <= len(ranked) / 1_000 and most <= 1, told


def files(ours, peers, folder, options) -> tuple[bool, str]:
    """The same features: ids, properties, and outlines to the last decimal but one."""
    mine, theirs = _features(ours), _features(peers)
    if mine.keys() != theirs.keys():
        return False, "not the same ids"
    said = sum(mine[id][1] != theirs[id][1] for id in mine)
    shapes = [shapely.from_geojson([side[id][0] for id in mine]) for side in (mine, theirs)]
    same = shapely.equals_exact(*(shapely.normalize(side) for side in shapes), tolerance=1.01e-6)
    # Where rounding made an outline invalid, each mends it in its own way.
    most = max(shapely.hausdorff_distance(shapes[0][~same], shapes[1][~same]), default=0.0)
    area = np.abs(shapely.area(shapes[0]) - shapely.area(shapes[1])).sum() / shapely.area(shapes[1]).sum()
    told = (
        f"{len(mine)} features, {said} with other properties, {(~same).sum()} mended otherwise, by {most:.0e} degrees"
    )
    return said == 0 and most <= 1e-4 and area <= 1e-6, told


def _features(answer) -> dict[str, tuple[bytes, dict]]:
    features = orjson.loads(Path(str(answer["path"])).read_bytes())["features"]
    return {
        feature["id"]: (
            orjson.dumps(feature["geometry"]).decode(),
            {name: value for name, value in feature["properties"].items() if name != "area_code"},
        )
        for feature in features
    }


if __name__ == "__main__":
    kind, folder, options, ours, peers = sys.argv[1:]
    same, told = globals()[kind](np.load(ours), np.load(peers), Path(folder), json.loads(options))
    print(json.dumps({"same": bool(same), "told": told}))
