"""The outlines a release publishes: as the publisher has them for joins, simplified for maps, MSOAs and authorities
dissolved from those."""

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
MSOA = schema("msoa_code str, geometry geometry", key="msoa_code")
AUTHORITY = schema("authority_code str, authority_name str, region_name str?, geometry geometry", key="authority_code")


def outlines_step(workspace: Workspace) -> Step[Tables]:
    """The step that makes the outlines of the areas asked."""
    geography = workspace.geography
    tables = {"outlines": FULL, "outlines.areas": SIMPLE, "outlines.authorities": AUTHORITY}
    if "msoa" in geography.levels:
        tables["outlines.msoas"] = MSOA
    return Step(
        "geography/outlines",
        "geography",
        "Outlines as published: full resolution for joins, simplified for maps.",
        (f"table/{geography.boundaries.source}", "geography/areas", "geography/scope"),
        {
            "boundaries": geography.boundaries,
            "crs": geography.crs,
            "simplify_m": geography.simplify_m,
            "tables": list(tables),
        },
        make_outlines,
        tables,
    )


def make_outlines(given: Given) -> Tables:
    """Tables `outlines` (area_code, WKB as the publisher has it), and simplified as one coverage and fit for RFC 7946
    (GeoParquet) `outlines.areas`, `outlines.authorities` and, where there are any, `outlines.msoas`; all WGS 84, for the
    areas asked."""
    layer, crs = given.definition["boundaries"], given.definition["crs"]
    names = ["area_code", "msoa_code", "authority_code", "authority_name", "region_name"]
    asked = given.frame("geography/scope").merge(given.frame("geography/areas", columns=names))
    outlines = geopandas.read_parquet(given[f"table/{layer.source}"].path).rename(columns={layer.by: "area_code"})
    outlines = outlines[["area_code", "geometry"]].merge(asked, on="area_code")
    outlines = outlines.sort_values("area_code").reset_index(drop=True)
    full = transform_shapes(outlines.geometry.to_numpy(), crs, PUBLISHED)
    simple = simplify_coverage(outlines.geometry.to_numpy(), given.definition["simplify_m"])
    shapes = geopandas.GeoDataFrame(outlines[["area_code"]], geometry=publishable(simple, crs), crs=PUBLISHED)
    wkb = pd.DataFrame({"area_code": outlines["area_code"], "wkb": shapely.to_wkb(full)})
    tables = {
        "outlines": wkb,
        "outlines.areas": shapes,
        "outlines.authorities": _dissolve(outlines, simple, crs, ["authority_code", "authority_name", "region_name"]),
    }
    if "outlines.msoas" in given.definition["tables"]:
        tables["outlines.msoas"] = _dissolve(outlines, simple, crs, ["msoa_code"])
    return tables, {}


def _dissolve(outlines: pd.DataFrame, shapes: np.ndarray, crs: str, names: list[str]) -> geopandas.GeoDataFrame:
    """The union of the areas that share the first of these columns."""
    groups = outlines.groupby(names[0], sort=True)
    rows = groups[names].first().reset_index(drop=True)
    # union, not coverage_union: publishers' outlines that do not quite meet are joined all the same
    joined = np.array([shapely.union_all(shapes[index]) for index in groups.indices.values()], dtype=object)
    return geopandas.GeoDataFrame(rows, geometry=publishable(joined, crs), crs=PUBLISHED)
