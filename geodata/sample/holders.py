"""Who holds a place: invented societies, a charity and awards that bear the name of a place, and some that nearly do."""

import pandas as pd

from geodata.sample import local
from geodata.sample.food import PUB
from geodata.sample.town import COUNCILS

COUNCIL = 1
HUB = "Trialfield Institute"  # see local.HUBS
CHARITY, REGISTERED = 9_900_901, 9_100_901
AWARDS = "round,organisation,project,amount_gbp,source_url".split(",")


def pubs(premises: pd.DataFrame) -> list:
    """Four pubs of the first council that stand on both dates with a postcode: one that a society of its name is registered
    at, one whose society is registered elsewhere, one that had an award, one at whose postcode a society of another name is."""
    stands = premises[
        (premises.council == COUNCIL) & (premises.type == PUB) & (premises.since == 0) & (premises.until == 1)
    ]
    stands = stands[stands.postcode.notna() & stands.address1.notna() & ~stands.postcode.duplicated(keep=False)]
    alone = stands[~stands.name.map(bare).duplicated(keep=False)]
    return list(alone[alone.name.map(bare).str.split().map(len) >= 2].head(4).itertuples())


def bare(name: str) -> str:
    """A pub's name without the words that every pub's may have."""
    text = name.title().removeprefix("The ")
    for end in (" Public House", " P.H.", " Ph"):
        text = text.removesuffix(end)
    return text


def cooperatives(premises: pd.DataFrame) -> pd.DataFrame:
    """Rows of the list of co-operatives: the first pub's society, one of the second's name elsewhere, another at the fourth's,
    and one there whose name is any pub's."""
    first, second, third, fourth = pubs(premises)
    named = [(bare(first.name), first), (bare(second.name), third), ("The Sample Stock", fourth), ("The", fourth)]
    rows = [
        {
            "Identifier": f"R9990{n:02d}", "Name": f"{name} Community Pub Limited", "Street Address": at.address1, "Locality": at.quarter,
            "Region": COUNCILS[COUNCIL][1], "Postcode": at.postcode, "Country ID": "GB", "Sector": "Food service, Accommodation and Pubs",
            "Ownership Classification": "Community of Interest", "Legal Form": "Society",
        }
        for n, (name, at) in enumerate(named, 1)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def societies(premises: pd.DataFrame) -> pd.DataFrame:
    """The first pub's society as the register of mutual societies has it."""
    first = pubs(premises)[0]
    row = {
        "Society Number": 9901, "Full Registation Number": "9901R", "Society Name": f"{bare(first.name)} (Samplebridge) Community Benefit Society Limited", "Registered As": "Community Benefit Society",
        "Society Address": f"{first.address1}, {COUNCILS[COUNCIL][1]}, {first.postcode}", "Registration Date": "01/08/2016", "Deregistration Date": "",
        "Registration Act": "Co-operative and Community Benefit Societies Act 2014", "Society Status": "Registered",
    }  # fmt: skip
    return pd.DataFrame([row])


def charities(codes: pd.DataFrame, extracted: str) -> list[dict]:
    """Rows of the register of charities: that of a hub's building, at its address, and one of the same name at a home."""
    hub = local.hubs(codes).set_index("community_hub")
    building = hub.loc[next(town for town, name in local.HUBS if name == HUB)]
    homes = codes[(codes.ended == "") & codes.placed & (codes.postcode != building.postcode)].postcode
    return [
        {
            "date_of_extract": extracted, "organisation_number": CHARITY + n, "registered_charity_number": REGISTERED + n, "linked_charity_number": 0,
            "charity_name": f"{HUB.upper()} CHARITABLE TRUST", "charity_registration_status": "Registered", "date_of_registration": "1998-05-01T00:00:00",
            "date_of_removal": None, "charity_contact_address1": address, "charity_contact_postcode": postcode,
        }
        for n, (address, postcode) in enumerate(((f"{HUB}, 1 Invented Street", building.postcode), ("7 Nobody Lane", homes.iloc[0])))
    ]  # fmt: skip


def local_charities(codes: pd.DataFrame) -> pd.DataFrame:
    """The hub's charity as the list that was cut for one council has it."""
    hub = charities(codes, "")[0]
    row = {
        "registered_charity_number": hub["registered_charity_number"], "charity_name": hub["charity_name"], "date_of_registration": hub["date_of_registration"][:10],
        "charity_contact_address": hub["charity_contact_address1"], "charity_contact_postcode": hub["charity_contact_postcode"],
    }  # fmt: skip
    return pd.DataFrame([row])


def awards(premises: pd.DataFrame) -> pd.DataFrame:
    """Awards: for the third pub, to a body of its name in the council named; for a hub, to a council that is none."""
    third = pubs(premises)[2]
    rows = [
        ("9", f"{bare(third.name)} Community Pub Limited", COUNCILS[COUNCIL][1], "250000"),
        ("9", "Imagined Parish Council", f"{HUB} Refurbishment", "29049"),
        ("9", "Nowhere Town Council", "Nowhere Pavilion", "6190"),
    ]
    return pd.DataFrame([[*row, "https://awards.samplebridge.example/"] for row in rows], columns=AWARDS)
