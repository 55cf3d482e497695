"""No geometry at all: the points read, keyed and sorted once. What no way of locating them can be faster than."""

import numpy as np
import pandas as pd


def load(folder, areas, points=None):
    at = pd.read_parquet(folder / "points.parquet")[:points]
    return at["x"].to_numpy(), at["y"].to_numpy()


def run(inputs):
    x, y = inputs
    return np.argsort(np.floor(y / 1000) * 1_000_000 + x)


def answer(inputs, result):
    return {"order": result}
