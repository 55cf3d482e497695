"""The invented charities: which are on the register since when, and where each says that it works."""

import json

import pandas as pd

from geodata.sample import holders, wire
from geodata.sample.town import COUNCILS, generator

EXTRACTED = "2026-03-01T00:00:00"
CUT = "2022-04-14"
INCOMES = (4_200.0, 38_000.0, 9_100.0, 240_000.0, None, 71_500.0, 1_900_000.0)
COUNTS = {1: 44, 2: 30, 3: 16}
COUNTY = "Inventshire"  # a county of the register, which is no authority of the town's
OTHERS = (  # how many, and where they work: type and name
    (6, (("Local Authority", COUNTY),)),
    (5, (("Region", "Throughout The Invented Nation"),)),
    (3, (("Country", "France"), ("Local Authority", COUNCILS[1][1]))),
)


def _all() -> list[list[tuple[str, str]]]:
    """Where each charity works, in the order of their numbers: in one council, every fifth in two, and further away."""
    found = [[("Local Authority", COUNCILS[council][1])] for council, count in COUNTS.items() for _ in range(count)]
    for number in range(0, len(found), 5):
        found[number].append(("Local Authority", COUNCILS[number // 5 % 3 + 1][1]))
    return [list(dict.fromkeys(areas)) for areas in found] + [
        list(areas) for count, areas in OTHERS for _ in range(count)
    ]


def charities(codes: pd.DataFrame) -> list[dict]:
    """The register: most stand on it for years, some are new, some removed, some are linked to another."""
    rng = generator(44)
    rows = []
    for number in range(len(_all())):
        removed = number % 9 == 4
        new = number % 11 == 7
        year = int(rng.integers(2024, 2026)) if new else int(rng.integers(1964, 2022))
        rows.append(
            {
                "date_of_extract": EXTRACTED,
                "organisation_number": 9_900_001 + number,
                "registered_charity_number": 9_100_001 + number,
                "linked_charity_number": 1 if number % 13 == 12 else 0,
                "charity_name": f"Invented Charity {number + 1}",
                "charity_registration_status": "Removed" if removed else "Registered",
                "date_of_registration": f"{year}-05-01T00:00:00",
                "date_of_removal": "2025-06-30T00:00:00" if removed else None,
                "latest_income": INCOMES[number % len(INCOMES)],
                "charity_contact_postcode": None,
            }
        )
    return rows + holders.charities(codes, EXTRACTED)


def areas_of_operation() -> list[dict]:
    """A row for each area that a charity says it works in."""
    return [
        {
            "date_of_extract": EXTRACTED,
            "organisation_number": 9_900_001 + number,
            "registered_charity_number": 9_100_001 + number,
            "linked_charity_number": 1 if number % 13 == 12 else 0,
            "geographic_area_type": kind,
            "geographic_area_description": name,
            "parent_geographic_area_type": None,
            "parent_geographic_area_description": None,
            "welsh_ind": False,
        }
        for number, areas in enumerate(_all())
        for kind, name in areas
    ]


def on_council_list(council: int, codes: pd.DataFrame) -> pd.DataFrame:
    """The list that was cut for one council of the charities that said they work in it, on a day some years ago."""
    works = [any(name == COUNCILS[council][1] for _, name in areas) for areas in _all()]
    rows = [row for row, here in zip(charities(codes), works) if here and row["date_of_registration"] < CUT]
    table = pd.DataFrame(
        {
            "registered_charity_number": [row["registered_charity_number"] for row in rows],
            "charity_name": [row["charity_name"] for row in rows],
            "date_of_registration": [row["date_of_registration"][:10] for row in rows],
            "charity_contact_address": "",
        }
    )
    return pd.concat([table, holders.local_charities(codes)], ignore_index=True).fillna("")


def extract(member: str, rows: list[dict]) -> bytes:
    """The zip with one JSON list, which begins with a byte order mark as the register's does."""
    return wire.stored_zip({member: b"\xef\xbb\xbf" + json.dumps(rows, indent=0).encode()})
