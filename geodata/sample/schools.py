"""The register of schools as its publisher gives it: with status, postcodes, and what the open schools were before."""

import numpy as np
import pandas as pd

from geodata.sample import postcodes
from geodata.sample.town import generator

CLOSED, PROPOSED, LEAVING = "Closed", "Proposed to open", "Open, but proposed to close"
PREDECESSORS = 34  # closed: half under the very name of the school that stands there now
FIRST_URN = 970_001
YEARS = range(2009, 2025)


def register(schools: pd.DataFrame, areas: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """`schools` as places.schools gives them, with the columns and the closed rows that the open register has not."""
    rng = generator(31)
    table = schools.copy()
    table["EstablishmentStatus (name)"], table["CloseDate"] = "Open", ""
    placed = np.flatnonzero(table["Easting"].notna() & table["LA (code)"].notna())
    table.iloc[placed[11], table.columns.get_loc("EstablishmentStatus (name)")] = LEAVING
    table.iloc[placed[11], table.columns.get_loc("CloseDate")] = "31-08-2027"
    points = table[["Easting", "Northing"]].to_numpy(float)
    table["Postcode"] = ""
    near = postcodes.nearest(codes, points[placed], postcodes.councils_of(areas, points[placed]))
    table.iloc[placed, table.columns.get_loc("Postcode")] = np.array(near.postcode)
    table["UPRN"] = ""
    before = table.iloc[rng.choice(placed, PREDECESSORS, replace=False)].copy()
    before["URN"] = FIRST_URN + np.arange(PREDECESSORS)
    before["EstablishmentStatus (name)"] = CLOSED
    before["CloseDate"] = [f"31-08-{year}" for year in rng.choice(YEARS, PREDECESSORS)]
    renamed = np.arange(PREDECESSORS) % 2 == 1
    before["EstablishmentName"] = before["EstablishmentName"].mask(renamed, "The Former " + before["EstablishmentName"])
    return pd.concat([table, before], ignore_index=True)
