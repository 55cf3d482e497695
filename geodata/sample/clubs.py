"""The register of community sports clubs, a file a year: clubs that come, leave, are renamed, or lack a postcode."""

import hashlib

import numpy as np
import pandas as pd

from geodata.sample import places
from geodata.sample.town import generator

YEARS = (2019, 2020, 2021, 2022, 2023, 2024)
NOW = 2025
COUNT = 34
SPORTS = ("Cricket Club", "Rugby Football Club", "Tennis Club", "Bowls Club", "Harriers", "Junior FC")
RENAMED, RENAMED_IN = 4, 2022  # this club stands under another name, and so another id, from then on
LEFT, LEFT_IN = (7, 15), 2023  # since then the register says that they are active no more
NEW, NEW_IN = (20, 21, 22), 2024
NO_POSTCODE = {9: "No data", 10: "—", 11: ""}
OTHER_NATION = 12  # at a postcode that the directory does not hold


def clubs(codes: pd.DataFrame) -> pd.DataFrame:
    """Every club ever on the register: `name`, `postcode` and `quarter`."""
    rng = generator(35)
    live = codes[(codes.ended == "") & codes.placed].reset_index(drop=True)
    at = live.iloc[np.sort(rng.choice(len(live), COUNT, replace=False))].reset_index(drop=True)
    names = [f"{quarter} {SPORTS[n % len(SPORTS)]}" for n, quarter in enumerate(at.quarter)]
    table = pd.DataFrame({"name": names, "postcode": at.postcode, "address": [places.address(rng) for _ in names]})
    for row, text in NO_POSTCODE.items():
        table.loc[row, "postcode"] = text
    table.loc[OTHER_NATION, "postcode"] = "ZX9 2AA"
    return table


def edition(table: pd.DataFrame, year: int) -> pd.DataFrame:
    """One year's file. From LEFT_IN on it says which clubs are active; before, those that had left were left out."""
    rows = table.copy()
    if year >= RENAMED_IN:
        rows.loc[RENAMED, "name"] = "Tolling United Bowls Club"
    if year < NEW_IN:
        rows = rows.drop(index=list(NEW))
    rows["id"] = [
        f"GB-CASC-{hashlib.sha256(f'{n}|{p}'.encode()).hexdigest()[:8]}" for n, p in zip(rows.name, rows.postcode)
    ]
    if year >= LEFT_IN:
        rows["active"] = np.where(rows.index.isin(LEFT), "False", "True")
    return rows[["id", "name", "address", "postcode", *(["active"] if year >= LEFT_IN else [])]]
