"""The town's general practices and pharmacies, as the publisher's Parquet files have them: one row a postcode."""

import io

import numpy as np
import pandas as pd

from geodata.sample import places
from geodata.sample.town import generator

PRACTICES, PHARMACIES = 26, 24
NAMES = ("{quarter} Surgery", "{quarter} Medical Centre", "Dr Sample & Partners | {quarter} PCN Hub", "The {quarter} Practice | {street} Health Centre")  # fmt: skip
OTHERS = (
    "Samplebridge Hospital | Dermatology Clinic",
    "HMP Feignmoor",
    "{quarter} Extended Access Hub",
    "{street} Drug & Alcohol Service",
)
SHOPS = ("{quarter} Pharmacy", "{street} Chemist", "Mockwell & Sons | Tallow Pharmacy")
BEYOND = (
    ("Fardistant Surgery", "ZX9 1AA", -3.2, 55.95),
    ("Otherland Pharmacy", "ZX9 1AB", -3.21, 55.96),
)  # another nation


def practices(codes: pd.DataFrame) -> pd.DataFrame:
    """Who prescribes: practices, one postcode with two, what is no practice, and one of another nation."""
    table = _at(codes, NAMES, PRACTICES, 32)
    others = _at(codes, OTHERS, len(OTHERS), 33)
    return pd.concat([table, others, _beyond(BEYOND[0])], ignore_index=True)


def pharmacies(codes: pd.DataFrame) -> pd.DataFrame:
    """Pharmacies, a contractor who delivers appliances, one row given twice, and one of another nation."""
    table = _at(codes, SHOPS, PHARMACIES, 34)
    firm = table.iloc[[3]].assign(Name="FITTLEWORTH MEDICAL LTD")
    return pd.concat([table, table.iloc[[5]], firm, _beyond(BEYOND[1])], ignore_index=True)


def parquet_bytes(table: pd.DataFrame) -> bytes:
    """The table as a Parquet file."""
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _at(codes: pd.DataFrame, names: tuple[str, ...], count: int, seed: int) -> pd.DataFrame:
    rng = generator(seed)
    live = codes[(codes.ended == "") & codes.placed].reset_index(drop=True)
    at = live.iloc[np.sort(rng.choice(len(live), count, replace=False))].reset_index(drop=True)
    told = [
        names[n % len(names)].format(quarter=q, street=rng.choice(places.STREETS)).upper()
        for n, q in enumerate(at.quarter)
    ]
    columns = {
        "Name": told,
        "Latitude": at.latitude,
        "Longitude": at.longitude,
        "Postcode": at.postcode.str.replace(" ", ""),
    }
    return pd.DataFrame(columns)


def _beyond(told: tuple[str, str, float, float]) -> pd.DataFrame:
    name, postcode, longitude, latitude = told
    return pd.DataFrame({"Name": [name.upper()], "Latitude": [latitude], "Longitude": [longitude], "Postcode": [postcode.replace(" ", "")]})  # fmt: skip
