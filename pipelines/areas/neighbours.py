"""Which areas meet: worked out once, for every index whose scores are compared with those around them."""

import geopandas
import pandas as pd

from pipelines.core.schema import schema
from pipelines.core.step import Given, Step, Tables
from pipelines.register.workspace import Workspace

NEIGHBOURS = schema("area_code str, neighbour_code str", key="area_code neighbour_code")


def neighbours_step(workspace: Workspace) -> Step[Tables]:
    """The step that finds which of the areas asked meet."""
    layer = workspace.geography.boundaries
    return Step(
        "geography/neighbours",
        "geography",
        "Which of the areas asked share an edge or a corner.",
        (f"table/{layer.source}", "geography/scope"),
        {"boundaries": layer},
        make_neighbours,
        {"neighbours": NEIGHBOURS},
    )


def make_neighbours(given: Given) -> Tables:
    """Table `neighbours`: each pair of areas asked that share an edge or a corner, both ways round, in order of code."""
    layer, asked = given.definition["boundaries"], given.frame("geography/scope")["area_code"]
    outlines = geopandas.read_parquet(given.path(f"table/{layer.source}"), columns=[layer.by, "geometry"])
    return {"neighbours": neighbours(outlines.set_index(layer.by).geometry.reindex(sorted(asked)))}, {}


def neighbours(outlines: geopandas.GeoSeries) -> pd.DataFrame:
    """The pairs of `outlines` (by area code, in a projected CRS) that share an edge or a corner, each both ways round."""
    from libpysal.graph import Graph  # here, for it takes a second or two

    if len(outlines) < 2:
        return pd.DataFrame({"area_code": [], "neighbour_code": []}, dtype="str")
    graph = Graph.build_contiguity(outlines, rook=False, strict=False)
    pairs = graph.adjacency.drop(graph.isolates, level="focal").reset_index()[["focal", "neighbor"]]
    pairs = pairs.set_axis(["area_code", "neighbour_code"], axis=1).astype("str")
    return pairs.sort_values(["area_code", "neighbour_code"], ignore_index=True)
