"""The register of companies, of which community interest companies are kept. Made from documentation: no file was seen."""

import pandas as pd

from geodata.sample import places, wire
from geodata.sample.town import COUNCILS, generator

COUNTS = {1: 30, 2: 18, 3: 6}  # community interest companies by council
OTHER = "PRI/LTD BY GUAR/NSC (Private, limited by guarantee, no share capital)"
NEW, CLOSING = 6, 11  # every so many are less than three years old, or to be struck off


def companies(codes: pd.DataFrame) -> pd.DataFrame:
    """Companies at their registered offices: those of community interest, and others of every council."""
    rng = generator(47)
    live = codes[(codes.ended == "") & codes.placed]
    rows: list[dict] = []
    for council, count in COUNTS.items():
        here = live[live.council == council]
        for n, at in enumerate(here.iloc[rng.choice(len(here), count + 5, replace=True)].itertuples()):
            kind = "Community Interest Company" if n < count else OTHER
            rows.append(
                {
                    "CompanyName": f"{at.quarter} {rng.choice(places.STREETS)} {'C.I.C.' if n < count else 'LIMITED'}".upper(),
                    " CompanyNumber": f"S9{len(rows):06d}", "RegAddress.CareOf": "", "RegAddress.POBox": "",
                    "RegAddress.AddressLine1": places.address(rng), " RegAddress.AddressLine2": "",
                    "RegAddress.PostTown": COUNCILS[council][1], "RegAddress.County": "", "RegAddress.Country": "",
                    "RegAddress.PostCode": at.postcode, "CompanyCategory": kind,
                    "CompanyStatus": "Active - Proposal to Strike off" if n % CLOSING == CLOSING - 1 else "Active",
                    "CountryOfOrigin": "", "DissolutionDate": "",
                    "IncorporationDate": "14/02/2025" if n % NEW == NEW - 1 else "14/02/2018",
                }
            )  # fmt: skip
    table = pd.DataFrame(rows)
    table.loc[3, "RegAddress.PostCode"] = ""
    return table


def month_zip(codes: pd.DataFrame, date: str) -> bytes:
    """The file of the month of a date, in its zip."""
    return wire.stored_zip({f"BasicCompanyDataAsOneFile-{date[:7]}-01.csv": wire.csv_bytes(companies(codes))})
