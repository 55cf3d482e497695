"""The outlines a release publishes: full resolution for joins, simplified for maps, and authorities dissolved."""

import geopandas
import numpy as np
import pandas as pd
import shapely

from geodata.crs import PUBLISHED, transform_shapes
from geodata.shapes import publishable, simplify_coverage
from pipelines.core.once import Made, made, once
from pipelines.register.workspace import Workspace
from pipelines.tables.table import table


def make_outlines(workspace: Workspace) -> Made:
    """Tables `outlines` (area_code, WKB at full resolution), `outlines.areas` and `outlines.authorities` (GeoParquet,
    simplified, RFC 7946), all WGS 84, for the areas asked."""
    geography, tables = workspace.geography, workspace.data / "tables"
    boundaries = table(workspace, geography.boundaries.source)
    areas, scope = made(tables, "areas"), made(tables, "scope")

    def make():
        outlines = geopandas.read_parquet(boundaries.path).rename(columns={geography.boundaries.by: "area_code"})
        asked = pd.read_parquet(scope.path).merge(
            pd.read_parquet(areas.path, columns=["area_code", "authority_code", "authority_name", "region_name"])
        )
        outlines = (
            outlines[["area_code", "geometry"]]
            .merge(asked, on="area_code")
            .sort_values("area_code")
            .reset_index(drop=True)
        )
        full = transform_shapes(outlines.geometry.to_numpy(), geography.crs, PUBLISHED)
        simple = simplify_coverage(outlines.geometry.to_numpy(), geography.simplify_m)
        shapes = geopandas.GeoDataFrame(
            outlines[["area_code"]], geometry=publishable(simple, geography.crs), crs=PUBLISHED
        )
        authorities = _dissolve(outlines, simple, geography.crs)
        wkb = pd.DataFrame({"area_code": outlines["area_code"], "wkb": shapely.to_wkb(full)})
        return {"outlines": wkb, "outlines.areas": shapes, "outlines.authorities": authorities}, {}

    inputs = {"boundaries": boundaries.data_version, "areas": areas.data_version, "scope": scope.data_version}
    return once(tables, "outlines", [geography.crs, geography.simplify_m], inputs, make)


def _dissolve(outlines: pd.DataFrame, shapes: np.ndarray, crs: str) -> geopandas.GeoDataFrame:
    groups = outlines.groupby("authority_code", sort=True)
    names = groups[["authority_name", "region_name"]].first().reset_index()
    # union, not coverage_union: publishers' outlines that do not quite meet are joined all the same
    joined = np.array([shapely.union_all(shapes[index]) for index in groups.indices.values()], dtype=object)
    return geopandas.GeoDataFrame(names, geometry=publishable(joined, crs), crs=PUBLISHED)
