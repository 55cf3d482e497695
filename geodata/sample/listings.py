"""Registers of assets of community value: one entry of each state that the law knows, on the day of the second recording.

Made from documentation (the national specification of the data set); no file of the publisher's was seen.
"""

import re

import numpy as np
import pandas as pd

from geodata.crs import transform_xy
from geodata.sample import food, wire

HEADINGS = (
    "dataset end-date entity entry-date geometry name organisation organisation-entity point prefix reference start-date typology "
    "address-text decision decision-date description expiry-date interested-group nominating-group nomination-date notes "
    "notification-to-sell-date protected-period-start-date"
).split()
GROUP = "Friends of the {name}"
# By entry: what the register says. `listed`: the day of the decision; the printed expiry where it is not the law's.
PUBS: tuple[dict[str, str], ...] = (
    {"listed": "2023-05-04", "expires": "2028-05-03"},
    {"listed": "2021-12-01", "expires": "2026-11-30"},  # time for a new nomination
    {"listed": "2021-10-20", "expires": "2026-10-19"},  # late for one
    {"listed": "2020-06-15", "expires": "2025-06-14"},  # lapsed
    {"listed": "2024-03-01", "expires": "2029-02-28", "notice": "2026-08-31"},  # interim moratorium, to 11 October
    {"listed": "2023-07-11", "expires": "2028-07-10", "notice": "2026-06-30", "asked": "Plumbline Community Trust"},
    {"listed": "2023-09-01", "expires": "2028-08-31", "notice": "2026-07-15"},  # whether a group asked is not stated
    {"listed": "2024-01-15", "expires": "2029-01-14", "notice": "2025-10-01", "protected": "2025-10-01"},
    {"listed": "2022-02-02", "expires": "2027-02-01", "removed": "2025-11-03"},
    {"refused": "2025-04-15"},
    {"nominated": "2026-09-01"},
    {"listed": "2024-04-10", "expires": "2029-04-08"},  # printed a day short
    {"listed": "2024-06-18"},  # no expiry stated
)


def register(premises: pd.DataFrame, halls: pd.DataFrame, date: str) -> pd.DataFrame:
    """The national data set as it stood on `date`: pubs of the first council, a hall of the map's, and a wood that is no
    place of any other list, nominated by somebody whose name must not be kept."""
    pubs = premises[
        (premises.type == food.PUB) & (premises.council == 1) & (premises.map_row >= 0) & (premises.until == 1)
    ]
    pubs = pubs.dropna(subset=["postcode", "longitude"]).drop_duplicates("name").drop_duplicates("postcode")
    pubs = pubs.sort_values("fhrs_id").head(len(PUBS))
    rows = [
        _entry(n, _called(row.name), f"{row.address1}, {row.quarter}, {row.postcode}", told)
        for n, (row, told) in enumerate(zip(pubs.itertuples(), PUBS))
    ]
    hall, wood = halls.iloc[3], halls.iloc[40]
    rows.append(
        _entry(len(rows), hall["name"], "", {"listed": "2025-02-11", "expires": "2030-02-10"}, _point(hall.x, hall.y))
    )
    land = _entry(
        len(rows),
        "Wood behind Tollgate Lane",
        "",
        {"listed": "2025-05-20", "expires": "2030-05-19"},
        _point(wood.x + 90, wood.y + 90),
    )
    rows.append({**land, "nominating-group": "Ann Example"})
    table = pd.DataFrame(rows, columns=HEADINGS).fillna("")
    early = (table["decision-date"] <= date) & (table["nomination-date"] <= date)
    late = {
        name: table[name].where(table[name] <= date, "")
        for name in ("notification-to-sell-date", "protected-period-start-date")
    }
    return table.assign(**late)[early].reset_index(drop=True)


def _called(name: str) -> str:
    """A pub as a council would write it."""
    bare = re.sub(r" (PH|P\.H\.|Public House)$", "", name).removeprefix("The ")
    return f"The {bare.title()} Public House"


def _entry(number: int, name: str, address: str, told: dict[str, str], point: str = "") -> dict[str, str]:
    decided = told.get("listed") or told.get("refused", "")
    return {
        "dataset": "asset-of-community-value", "prefix": "asset-of-community-value", "typology": "geography",
        "entity": str(9_700_001 + number), "reference": f"ZZ-ACV-{number + 1:03d}", "entry-date": "2026-03-02",
        "name": name, "address-text": address, "organisation": "local-authority:ZZ1", "point": point,
        "nominating-group": GROUP.format(name=name.removesuffix(" Public House").removeprefix("The ")),
        "nomination-date": told.get("nominated", ""), "start-date": told.get("nominated", decided), "decision-date": decided,
        "decision": "successful" if "listed" in told else "unsuccessful" if "refused" in told else "",
        "expiry-date": told.get("expires", ""), "notification-to-sell-date": told.get("notice", ""),
        "protected-period-start-date": told.get("protected", ""), "interested-group": told.get("asked", ""),
        "end-date": told.get("removed", ""),
    }  # fmt: skip


def _point(x: float, y: float) -> str:
    longitude, latitude = transform_xy(np.array([x]), np.array([y]), "EPSG:27700", "EPSG:4326")
    return f"POINT ({longitude[0]:.6f} {latitude[0]:.6f})"


def part(premises: pd.DataFrame) -> bytes:
    """Part of the second council's list, whose licence nobody has confirmed: a listing, a refusal, and one half a postcode."""
    pubs = premises[(premises.type == food.PUB) & (premises.council == 2)].dropna(subset="postcode")
    pubs = pubs.drop_duplicates("postcode").sort_values("fhrs_id").head(3)
    told = (
        ("2021-11-18", "2026-11-17", ""),
        ("", "", "unsuccessful, decision 2024-02-06 (invented)"),
        ("2025-01-07", "", "expiry not seen"),
    )
    rows = [
        {
            "local_authority": "Northbank", "asset": f"{row.name}, {row.address1}",
            "postcode": row.postcode if n < 2 else row.postcode.split()[0], "date_registered": entered,
            "nominating_body": "Northbank Civic Society", "expires": expires, "status_note": note,
            "source_url": "https://www.northbank.example/community-assets",
        }
        for n, (row, (entered, expires, note)) in enumerate(zip(pubs.itertuples(), told))
    ]  # fmt: skip
    return wire.csv_bytes(pd.DataFrame(rows))
