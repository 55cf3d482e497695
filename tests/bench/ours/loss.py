"""Who would lose each place of each kind, by pipelines.ownership: the two nearest of each area, then sums by place."""

import numpy as np
import pandas as pd

from geodata.distance import StraightLine
from pipelines.ownership.served import OBSERVED, Cover, People, loss_of_each, serve

XY = ["x", "y"]


def load(folder, areas):
    homes = pd.read_parquet(folder / f"{areas}.parquet", columns=["x", "y", "population"])
    return homes, pd.read_parquet(folder / "many_places.parquet")


def run(inputs):
    homes, places = inputs
    measure, n = StraightLine(detour_factor=1.3, minutes_per_metre=0.0125, nearest_cap_m=2400.0), len(homes)
    cover = Cover(np.full(n, OBSERVED), np.full(n, np.inf), np.zeros(n, bool))
    people = People(homes["population"].to_numpy(np.float64), {}, np.full(n, np.nan))
    kinds = (rows[XY].to_numpy() for _, rows in places.groupby("kind", sort=True))
    found = [loss_of_each(serve(measure, 15, homes[XY].to_numpy(), xy), cover, people, len(xy)) for xy in kinds]
    return pd.concat(found)


def answer(inputs, result):
    return {name: result[name].to_numpy() for name in ("residents_only", "residents_nearest", "extra_m")}
