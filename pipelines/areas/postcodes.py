"""Where every postcode is: its point, the area it lies in, and the areas that the postcode directory reaches."""

import geopandas
import numpy as np
import pandas as pd

from geodata.crs import transform_xy
from geodata.extent import within_extent
from geodata.geography import Geography
from geodata.locate import locate_points
from pipelines.core.schema import schema
from pipelines.core.step import Given, Step, Tables
from pipelines.register.workspace import Workspace

LEAST_LOCATED = 0.9  # the share of postcodes within the extent: some lie across a border, or on piers
POSTCODE = schema("postcode str, x float64, y float64, area_code str?, is_live bool", key="postcode")


def postcode_step(workspace: Workspace) -> Step[Tables]:
    """The step that places every postcode."""
    geography = workspace.geography
    layers = (
        (f"table/{geography.postcodes.source}", f"table/{geography.boundaries.source}") if geography.postcodes else ()
    )
    return Step(
        "geography/postcode",
        "geography",
        "Where every postcode is, and the area it lies in.",
        layers,
        {"geography": geography},
        make_postcodes,
        {"postcode": POSTCODE},
    )


def make_postcodes(given: Given) -> Tables:
    """One row per postcode that has coordinates: `postcode` without spaces, `x`, `y` in the geography's CRS, to 0.1 m,
    `area_code` (null outside every area) and `is_live`, false for a postcode out of use; no row where the geography has
    no postcodes, and where they do not lie in the outlines, which is then `told`."""
    geography: Geography = given.definition["geography"]
    rule, layer = geography.postcodes, geography.boundaries
    nothing = pd.DataFrame(columns=list(POSTCODE.types))
    if rule is None:
        return {"postcode": nothing}, {}
    rows = given.frame(f"table/{rule.source}")
    rows = rows[rows[rule.x].notna() & rows[rule.y].notna()]
    x, y = transform_xy(rows[rule.x].to_numpy(), rows[rule.y].to_numpy(), rule.crs, geography.crs)
    outlines = geopandas.read_parquet(given[f"table/{layer.source}"].path).sort_values(layer.by)
    at = locate_points(x, y, outlines.geometry.to_numpy())
    there = within_extent(geography, x, y, geography.crs)
    if there.any() and (located := (at[there] >= 0).mean()) < LEAST_LOCATED:
        message = f"only {located:.0%} of its postcodes within the geography lie in an outline of {layer.source}"
        return {"postcode": nothing}, {
            "told": [f"{rule.source} is not used: {message}; one of the two is shifted or cut"]
        }
    codes = np.append(outlines[layer.by].to_numpy(dtype=object), None)
    found = pd.DataFrame({"postcode": compact(rows[rule.postcode]), "x": np.round(x, 1), "y": np.round(y, 1)})
    found["area_code"] = pd.Series(codes[at], index=found.index, dtype="str")
    found["is_live"] = rows["ended"].isna() if "ended" in rows else True
    return {"postcode": found.drop_duplicates("postcode").sort_values("postcode").reset_index(drop=True)}, {}


def compact(postcodes: pd.Series) -> pd.Series:
    """Postcodes as they are compared: upper case, without spaces; null where there is none."""
    texts = postcodes.astype("str").str.upper().str.replace(" ", "", regex=False)
    odd = ~texts.str.isalnum().fillna(True).astype(bool)  # few, and a pattern takes many times as long
    texts[odd] = texts[odd].str.replace(r"\s+", "", regex=True)
    return texts.replace("", None)


def origins(postcodes: pd.DataFrame) -> pd.DataFrame:
    """The mean point of each area's live postcodes (`area_code`, `x`, `y`), which stands in for where residents live."""
    live = postcodes[postcodes["is_live"] & postcodes["area_code"].notna()]
    return live.groupby("area_code", sort=True)[["x", "y"]].mean().round(1).reset_index()
