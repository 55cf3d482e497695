"""Who would lose each place of each kind with geopandas and pandas: every pair of area and place within the furthest walk
that is told (geopandas.sjoin, dwithin), the two nearest of each area, and sums by place. Both sides are given as geometries."""

import geopandas
import pandas as pd

DETOUR, CAP_M, REACH_M = 1.3, 2400.0, 1200.0


def load(folder, areas):
    homes = pd.read_parquet(folder / f"{areas}.parquet", columns=["x", "y", "population"])
    places = pd.read_parquet(folder / "many_places.parquet")
    return [
        geopandas.GeoDataFrame(frame, geometry=geopandas.points_from_xy(frame["x"], frame["y"], crs="EPSG:27700"))
        for frame in (homes, places)
    ]


def run(inputs):
    homes, places = inputs
    return pd.concat([_loss(homes, rows) for _, rows in places.groupby("kind", sort=True)])


def _loss(homes, places):
    pairs = geopandas.sjoin(
        homes[["population", "geometry"]], places[["geometry"]], predicate="dwithin", distance=CAP_M
    )
    pairs["metres"] = DETOUR * pairs.geometry.distance(places.geometry.loc[pairs["index_right"]], align=False)
    pairs = pd.DataFrame(pairs.drop(columns="geometry")).rename_axis("home").reset_index()
    pairs = pairs.sort_values(["home", "metres", "index_right"])
    by_home = pairs.groupby("home")
    in_reach = pairs["metres"].le(REACH_M).groupby(pairs["home"]).sum()
    nearest = by_home.nth(0).set_index("home")
    nearest["next_m"] = by_home.nth(1).set_index("home")["metres"]
    nearest["only"] = nearest["population"].where(in_reach.reindex(nearest.index) == 1, 0)
    nearest["known"] = nearest["population"].where(nearest["next_m"].notna(), 0)
    nearest["further"] = nearest["population"] * (nearest["next_m"] - nearest["metres"])
    sums = (
        nearest.groupby("index_right")[["population", "only", "known", "further"]]
        .sum()
        .reindex(places.index, fill_value=0)
    )
    sums["extra_m"] = (sums["further"] / sums["known"]).round(1)
    return sums


def answer(inputs, result):
    return {
        "residents_only": result["only"].to_numpy(float),
        "residents_nearest": result["population"].to_numpy(float),
        "extra_m": result["extra_m"].to_numpy(),
    }
