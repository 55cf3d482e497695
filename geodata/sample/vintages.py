"""The older, invented vintage of the town's areas: its look-up with every kind of change, and two tables by old code."""

import numpy as np
import pandas as pd

from geodata.sample.tables import exponential, ranks
from geodata.sample.town import generator

SPLITS = [[0, 1], [10, 11, 12], [125, 126]]  # areas that were one, by their order in the town
MERGERS = {20: 2, 70: 2, 120: 3}  # areas that were several
TANGLE = [30, 31, 32]  # made of two: the first gave to the first and second, the other to the second and third
NOT_IN_PTAL = 70  # the second part of this area is missing from the table of transport
BANDS = {0: "0", 2.5: "1a", 5: "1b", 10: "2", 15: "3", 20: "4", 25: "5", 40: "6a"}


def lookup(areas: pd.DataFrame, neighbours: pd.DataFrame) -> pd.DataFrame:
    """The look-up of old to new areas with the publisher's headings; old codes in no order of the new."""
    pairs = []  # old number, order of the new area, change
    old = 0
    for order in range(len(areas) + len(neighbours)):
        split = next((part for part in SPLITS if order in part), None)
        if order in TANGLE:
            continue
        if split:
            old += order == split[0]
            pairs.append((old, order, "S"))
            continue
        for _ in range(MERGERS.get(order, 1)):
            old += 1
            pairs.append((old, order, "M" if order in MERGERS else "U"))
    first, second, third = TANGLE
    pairs += [(old + 1, first, "X"), (old + 1, second, "X"), (old + 2, second, "X"), (old + 2, third, "X")]
    numbers = generator(20).permutation(old + 2) + 1
    frame = pd.DataFrame(pairs, columns=["old", "order", "CHGIND"])
    new = pd.concat([areas[["code", "name", "lad_code", "lad_name"]], neighbours[["code", "name"]]], ignore_index=True)
    new = new.fillna({"lad_code": "S99600099", "lad_name": "Beyondshire"}).iloc[frame.order].reset_index(drop=True)
    frame["LSOA11CD"] = [f"S993{numbers[n - 1]:05d}" for n in frame.old]
    frame["LSOA11NM"] = [f"{name} (2011)" for name in new.name]
    frame["LSOA21CD"], frame["LSOA21NM"] = new.code, new.name
    frame["LAD22CD"], frame["LAD22NM"] = new.lad_code, new.lad_name
    headings = ["LSOA11CD", "LSOA11NM", "LSOA21CD", "LSOA21NM", "CHGIND", "LAD22CD", "LAD22NM"]
    return frame.sort_values(["LSOA11CD", "LSOA21CD"])[headings].reset_index(drop=True)


def old_areas(areas: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Each old area of the nation by code, with the mean distance and hardship of what it became, a little shaken."""
    both = pairs.merge(areas, left_on="LSOA21CD", right_on="code")
    keep = {"LSOA11NM": "first", "lad_code": "first", "lad_name": "first", "region_code": "first"}
    old = (
        both.groupby("LSOA11CD").agg(keep | {"distance": "mean", "hardship": "mean", "LSOA21CD": "last"}).reset_index()
    )
    rng = generator(21)
    old["distance"] *= rng.uniform(0.9, 1.1, len(old))
    old["hardship"] += 0.2 * rng.standard_normal(len(old))
    return old


def transport(areas: pd.DataFrame, old: pd.DataFrame) -> pd.DataFrame:
    """The table of public transport by old code: the city region alone, one old area of it missing."""
    here = old[old.region_code == areas.region_code.iloc[0]].reset_index(drop=True)
    gone = here.index[areas.code.iloc[NOT_IN_PTAL] == here.LSOA21CD][-1]
    rng = generator(22)
    mean = 45 * np.exp(-here.distance / 2200) * rng.lognormal(0, 0.25, len(here))
    band = [[name for low, name in BANDS.items() if low <= value][-1] for value in mean]
    frame = pd.DataFrame(
        {
            "LSOA2011": here.LSOA11CD,
            "AvPTAI2015": mean.round(4),
            "PTAL": band,
            "PTAIHigh": (mean * rng.uniform(1.1, 2, len(here))).round(4),
            "PTAILow": (mean * rng.uniform(0, 0.9, len(here))).round(4),
        }
    )
    return frame.drop(index=gone)


def indices_2019(old: pd.DataFrame) -> pd.DataFrame:
    """IoD 2019 File 7 in short, its headings as documented."""
    score = exponential(old.hardship.to_numpy())
    rank = ranks(score)
    return pd.DataFrame(
        {
            "LSOA code (2011)": old.LSOA11CD,
            "LSOA name (2011)": old.LSOA11NM,
            "Local Authority District code (2019)": old.lad_code,
            "Local Authority District name (2019)": old.lad_name,
            "Index of Multiple Deprivation (IMD) Score": score.round(3),
            "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)": rank,
            "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)": (
                (rank * 10 + len(rank) - 1) // len(rank)
            ),
        }
    )
