"""E2SFCA with Gaussian decay, by pipelines.reach: walks to the end of the catchment, then the two steps."""

import pandas as pd

from geodata.distance import StraightLine
from pipelines.reach.fca import e2sfca
from pipelines.register.decay import Decay


def load(folder, areas, metres):
    people = pd.read_parquet(folder / f"{areas}.parquet", columns=["x", "y", "population"])
    return people, pd.read_parquet(folder / "supply.parquet"), metres


def run(inputs):
    people, supply, metres = inputs
    measure = StraightLine(detour_factor=1.0, minutes_per_metre=1.0, nearest_cap_m=metres)  # a metre is a minute
    walks = measure.walks(people[["x", "y"]].to_numpy(), supply[["x", "y"]].to_numpy(), metres)
    decay = Decay(name="gaussian", minutes=metres, sigma_minutes=metres / 3)
    return e2sfca(walks, people["population"].to_numpy(), supply["size"].to_numpy(), decay)


def answer(inputs, result):
    return {"access": result}
