"""The outlines a release publishes: full resolution for joins, simplified for maps, and authorities dissolved."""

import geopandas
import numpy as np
import pandas as pd
import shapely

from geodata.crs import PUBLISHED, transform_shapes
from geodata.shapes import publishable, simplify_coverage
from pipelines.core.schema import schema
from pipelines.core.step import Given, Step, Tables
from pipelines.register.workspace import Workspace

FULL = schema("area_code str, wkb bytes", key="area_code")
SIMPLE = schema("area_code str, geometry geometry", key="area_code")
AUTHORITY = schema("authority_code str, authority_name str, region_name str?, geometry geometry", key="authority_code")


def outlines_step(workspace: Workspace) -> Step[Tables]:
    """The step that makes the outlines of the areas asked."""
    geography = workspace.geography
    return Step(
        "geography/outlines",
        "geography",
        "Outlines as published: full resolution for joins, simplified for maps.",
        (f"table/{geography.boundaries.source}", "geography/areas", "geography/scope"),
        {"boundaries": geography.boundaries, "crs": geography.crs, "simplify_m": geography.simplify_m},
        make_outlines,
        {"outlines": FULL, "outlines.areas": SIMPLE, "outlines.authorities": AUTHORITY},
    )


def make_outlines(given: Given) -> Tables:
    """Tables `outlines` (area_code, WKB at full resolution), `outlines.areas` and `outlines.authorities` (GeoParquet,
    simplified, RFC 7946), all WGS 84, for the areas asked."""
    layer, crs = given.definition["boundaries"], given.definition["crs"]
    names = ["area_code", "authority_code", "authority_name", "region_name"]
    asked = given.frame("geography/scope").merge(given.frame("geography/areas", columns=names))
    outlines = geopandas.read_parquet(given[f"table/{layer.source}"].path).rename(columns={layer.by: "area_code"})
    outlines = outlines[["area_code", "geometry"]].merge(asked, on="area_code")
    outlines = outlines.sort_values("area_code").reset_index(drop=True)
    full = transform_shapes(outlines.geometry.to_numpy(), crs, PUBLISHED)
    simple = simplify_coverage(outlines.geometry.to_numpy(), given.definition["simplify_m"])
    shapes = geopandas.GeoDataFrame(outlines[["area_code"]], geometry=publishable(simple, crs), crs=PUBLISHED)
    authorities = _dissolve(outlines, simple, crs)
    wkb = pd.DataFrame({"area_code": outlines["area_code"], "wkb": shapely.to_wkb(full)})
    return {"outlines": wkb, "outlines.areas": shapes, "outlines.authorities": authorities}, {}


def _dissolve(outlines: pd.DataFrame, shapes: np.ndarray, crs: str) -> geopandas.GeoDataFrame:
    groups = outlines.groupby("authority_code", sort=True)
    names = groups[["authority_name", "region_name"]].first().reset_index()
    # union, not coverage_union: publishers' outlines that do not quite meet are joined all the same
    joined = np.array([shapely.union_all(shapes[index]) for index in groups.indices.values()], dtype=object)
    return geopandas.GeoDataFrame(names, geometry=publishable(joined, crs), crs=PUBLISHED)
