"""The invented co-operatives, at their registered postcodes."""

import numpy as np
import pandas as pd

from geodata.sample import places
from geodata.sample.town import COUNCILS, generator

HEADINGS = (
    "Identifier|Name|Description|Organisational Structure|Primary Activity|Activities|Street Address|Locality|Region|"
    "Postcode|Country ID|Territory ID|Website|Companies House Number|Qualifiers|Membership Type|Latitude|Longitude|"
    "Geo Container|Geo Container Latitude|Geo Container Longitude|Sector|SIC Section|SIC Code|"
    "Ownership Classification|Legal Form"
).split("|")
COUNTS = {1: 28, 2: 12, 3: 5}
WITHOUT_POINT = [4, 17, 31, 43]
NOWHERE = 11  # after this many rows stands one with neither postcode nor point
KINDS = (  # name, sector, ownership, legal form
    (
        "{first} {second} Members Club Limited",
        "Membership associations, social clubs and trade unions",
        "Consumers",
        "Society",
    ),
    ("{street} Housing Co-operative Limited", "Housing", "Tenants", "Society"),
    ("{first} Wholefoods Co-operative Limited", "Retail", "Workers", "Company"),
    ("{quarter} Credit Union Limited", "Finance", "Consumers", "Society"),
    ("{quarter} Allotments Association Limited", "Agriculture", "Community of Interest", "Society"),
    ("The {second} Community Pub Limited", "Food service, Accommodation and Pubs", "Community of Interest", "Society"),
    ("{first} {second} CIC", "Other", "Multi-stakeholder", "Community Interest Company"),
)


def cooperatives(codes: pd.DataFrame) -> pd.DataFrame:
    """The list as published, some with a postcode and no coordinates, and one with neither."""
    rng = generator(14)
    live = codes[(codes.ended == "") & codes.placed]
    chosen = pd.concat(
        [live[live.council == c].iloc[rng.choice((live.council == c).sum(), n, False)] for c, n in COUNTS.items()]
    ).reset_index(drop=True)
    chosen["latitude"] = chosen.latitude.astype(object).mask(chosen.index.isin(WITHOUT_POINT), None)
    chosen["longitude"] = chosen.longitude.astype(object).mask(chosen.index.isin(WITHOUT_POINT), None)
    kinds = [KINDS[i] for i in rng.choice(len(KINDS), len(chosen))]
    table = pd.DataFrame("", index=chosen.index, columns=HEADINGS)
    table["Name"] = [places.named(rng, kind[0], quarter) for kind, quarter in zip(kinds, chosen.quarter)]
    table[["Sector", "Ownership Classification", "Legal Form"]] = [kind[1:] for kind in kinds]
    table["Street Address"] = [places.address(rng) for _ in kinds]
    table.loc[2, "Street Address"] = "2 Specimen Cottage\n" + table["Street Address"][2]
    table["Locality"], table["Region"] = chosen.quarter, chosen.council.map(lambda council: COUNCILS[council][1])
    table["Postcode"], table["Country ID"] = chosen.postcode, "GB"
    table["Geo Container"] = "https://postcodes.samplebridge.example/" + chosen.postcode.str.replace(" ", "")
    table["Geo Container Latitude"], table["Geo Container Longitude"] = chosen.latitude, chosen.longitude
    lost = pd.DataFrame("", index=[0], columns=HEADINGS)
    lost["Name"], lost["Sector"], lost["Legal Form"] = "Nowhere in Particular Limited", "Other", "Unincorporated"
    table = pd.concat([table[:NOWHERE], lost, table[NOWHERE:]], ignore_index=True)
    table["Identifier"] = [f"R99{number:04d}" for number in np.arange(1, len(table) + 1)]
    return table
