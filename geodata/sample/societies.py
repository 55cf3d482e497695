"""The register of mutual societies. Made from documentation: no file of the publisher's was seen."""

import pandas as pd

from geodata.sample import places
from geodata.sample.town import COUNCILS, generator

COUNTS = {1: 24, 2: 14, 3: 4}  # community benefit societies by council
OTHERS = ("Co-operative Society", "Credit Union", "Working Men's Club")
NEW = 7  # every so many of each council's are less than three years old
GONE = 3  # this one of each council's has left the register, and every so many of the others


def societies(codes: pd.DataFrame) -> pd.DataFrame:
    """Societies at their registered addresses, some deregistered, one whose address has no postcode."""
    rng = generator(40)
    live = codes[(codes.ended == "") & codes.placed]
    rows: list[dict] = []
    for council, count in COUNTS.items():
        here = live[live.council == council]
        for n, at in enumerate(here.iloc[rng.choice(len(here), count + 6, replace=False)].itertuples()):
            kind = "Community Benefit Society" if n < count else OTHERS[n % len(OTHERS)]
            left = n == GONE or (n > count and n % GONE == 0)
            rows.append(
                {
                    "Society Number": 9000 + len(rows), "Full Registation Number": f"{9000 + len(rows)}R", "Society Name": f"{at.quarter} {rng.choice(places.STREETS)} Society Limited",
                    "Registered As": kind, "Society Address": f"{places.address(rng)}, {COUNCILS[council][1]}, {at.postcode}",
                    "Registration Date": "01/08/2025" if n % NEW == NEW - 1 else "01/08/2016", "Deregistration Date": "31/12/2021" if left else "",
                    "Registration Act": "Co-operative and Community Benefit Societies Act 2014",
                    "Society Status": "Deregistered" if left else "Registered",
                }
            )  # fmt: skip
    table = pd.DataFrame(rows)
    table.loc[5, "Society Address"] = "Care of nobody, Specimen House"
    return table
