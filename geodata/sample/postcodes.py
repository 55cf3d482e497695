"""The invented postcodes (ZZ, an area that does not exist), where each is, and which is nearest to a point."""

import numpy as np
import pandas as pd
import shapely

from geodata.crs import transform_xy
from geodata.sample import wire
from geodata.sample.town import generator, points_within

MEMBER = "Data/NSPL21_MAY_2025_UK.csv"
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"  # those that the second half of a postcode may have
OUTWARD = {1: ["ZZ1", "ZZ2", "ZZ3", "ZZ4"], 2: ["ZZ5", "ZZ6", "ZZ7"], 3: ["ZZ8", "ZZ9"]}  # by council
ENDED, UNPLACED = 10, 5


def postcodes(areas: pd.DataFrame) -> pd.DataFrame:
    """6 to 10 postcodes in every area, of which a few have no coordinates; and some that went out of use.

    Each outward code belongs to one council, each of its sectors (`ZZ1 4`) to one quarter. `x`, `y` in EPSG:27700
    metres are those of the rounded coordinates.
    """
    rng = generator(10)
    counts = rng.integers(6, 11, len(areas))
    ended = rng.choice(len(areas), ENDED, replace=False)
    owner = np.concatenate([np.repeat(np.arange(len(areas)), counts), ended])
    inside = np.array([points_within(areas["shape"][i].buffer(-5), 1, rng)[0] for i in owner])
    lon, lat = transform_xy(inside[:, 0], inside[:, 1], "EPSG:27700", "EPSG:4326")
    rows = pd.DataFrame({"area": owner, "longitude": np.round(lon, 6), "latitude": np.round(lat, 6)})
    rows["x"], rows["y"] = transform_xy(rows.longitude.to_numpy(), rows.latitude.to_numpy(), "EPSG:4326", "EPSG:27700")
    rows["ended"] = np.where(np.arange(len(rows)) < counts.sum(), "", "202101")
    rows["council"], rows["quarter"] = areas.council.to_numpy()[owner], areas.quarter.to_numpy()[owner]
    rows["postcode"] = [code(areas, area, n) for area, n in zip(owner, rows.groupby(["quarter"]).cumcount())]
    rows["placed"] = True
    rows.loc[rng.choice(counts.sum(), UNPLACED, replace=False), "placed"] = False
    return rows.sort_values("postcode", ignore_index=True)


def code(areas: pd.DataFrame, area: int, number: int) -> str:
    """The postcode of one number within the quarter of an area."""
    council, within = areas.council[area], areas.msoa_in_council[area]
    outward = OUTWARD[council]
    quarters = np.array_split(np.arange(areas.msoa_in_council[areas.council == council].nunique()), len(outward))
    which = next(i for i, members in enumerate(quarters) if within in members)
    unit = LETTERS[number // len(LETTERS)] + LETTERS[number % len(LETTERS)]
    return f"{outward[which]} {int(within - quarters[which][0]) + 1}{unit}"


def lookup_zip(rows: pd.DataFrame) -> bytes:
    """The postcode lookup as its publisher packs it."""
    table = pd.DataFrame(
        {
            "pcds": rows.postcode,
            "dointr": np.where(rows.ended == "", "199801", "198001"),
            "doterm": rows.ended,
            "lat": [f"{v:.6f}" for v in rows.latitude.where(rows.placed, 99.999999)],
            "long": [f"{v:.6f}" for v in rows.longitude.where(rows.placed, 0)],
        }
    )
    return wire.stored_zip({MEMBER: wire.csv_bytes(table)})


def councils_of(areas: pd.DataFrame, points: np.ndarray) -> np.ndarray:
    """The council in which, or nearest to which, each point (EPSG:27700 metres) lies."""
    return areas.council.to_numpy()[shapely.STRtree(areas["shape"].tolist()).nearest(shapely.points(points))]


def nearest(rows: pd.DataFrame, points: np.ndarray, councils: np.ndarray) -> pd.DataFrame:
    """The postcode in use that is nearest to each point (EPSG:27700 metres) within its council, a row per point."""
    live = rows[(rows.ended == "") & rows.placed].reset_index(drop=True)
    apart = np.hypot(*(points[:, None] - live[["x", "y"]].to_numpy()[None]).transpose(2, 0, 1))
    apart = np.where(councils[:, None] == live.council.to_numpy()[None], apart, np.inf)
    return live.iloc[apart.argmin(axis=1)].reset_index(drop=True)
