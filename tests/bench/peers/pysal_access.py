"""E2SFCA with PySAL access. The distances it needs are given, at no cost to it."""

import pandas as pd
from access import Access, weights
from scipy.spatial import cKDTree


def load(folder, areas, metres):
    people = pd.read_parquet(folder / f"{areas}.parquet", columns=["x", "y", "population"]).rename_axis("person")
    supply = pd.read_parquet(folder / "supply.parquet").rename_axis("place")
    homes, places = cKDTree(people[["x", "y"]]), cKDTree(supply[["x", "y"]])
    near = homes.sparse_distance_matrix(places, metres, output_type="ndarray")
    cost = pd.DataFrame({"origin": near["i"], "dest": near["j"], "cost": near["v"]})
    return people.drop(columns=["x", "y"]), supply[["size"]], cost, metres


def run(inputs):
    people, supply, cost, metres = inputs
    model = Access(
        demand_df=people,
        demand_value="population",
        supply_df=supply,
        supply_value="size",
        cost_df=cost,
        cost_origin="origin",
        cost_dest="dest",
        cost_name="cost",
    )
    return model.enhanced_two_stage_fca(max_cost=metres, weight_fn=weights.gaussian(metres / 3))


def answer(inputs, result):
    people = inputs[0]
    return {"access": result.iloc[:, 0].reindex(people.index).fillna(0).to_numpy()}
