"""The food hygiene files of the two councils of the invented city region: pubs, restaurants and what is no place."""

import numpy as np
import pandas as pd

from geodata.sample import places, postcodes, wire
from geodata.sample.town import generator

COUNCIL_OF_PART = {"501": (1, "Samplebridge"), "502": (2, "Northbank")}
PUB, CAFE = "Pub/bar/nightclub", "Restaurant/Cafe/Canteen"
TYPES = {  # the publisher's number of each type, how many, and patterns of names
    PUB: ("7843", 50, "{first} {second}|{second}|The {second} & {other}"),
    CAFE: ("1", 120, "{first} {second} Kitchen|{second} Cafe|{street} Tea Rooms|Cafe {first}|{quarter} Grill"),
    "Distributors/Transporters": ("7", 2, "{first} {second} Wholesale"),
    "Farmers/growers": ("7838", 1, "{second} Farm"),
    "Hospitals/Childcare/Caring Premises": ("5", 12, "{second} House Care Home|Little {second} Day Nursery"),
    "Hotel/bed & breakfast/guest house": ("7842", 4, "The {first} {second} Guest House"),
    "Importers/Exporters": ("14", 1, "{street} Imports"),
    "Manufacturers/packers": ("7839", 2, "{first} Bakery Works"),
    "Mobile caterer": ("7846", 6, "{first} {second} Street Food"),
    "Other catering premises": ("7841", 10, "{quarter} Caterers"),
    "Retailers - other": ("4613", 16, "{street} News"),
    "Retailers - supermarkets/hypermarkets": ("7840", 5, "{second} Foods"),
    "School/college/university": ("7845", 11, "{quarter} School Kitchen"),
    "Takeaway/sandwich shop": ("7844", 12, "{first} Fried Fish"),
    "Community fridge": ("7899", 1, "{quarter} Community Fridge"),
}
FIRST_ID = 99_000_001
MISSED = 0.12  # share of the city map's pubs that the files lack
SHUT_ON_OSM = 30  # the city map's pub, by row, that OpenStreetMap says is disused
LEFT = 6  # pubs of the map that leave on the second date
# By place in the list of premises of one type.
NO_POINT = {PUB: [9, 44, 71, 108], CAFE: [5, 17]}
UNPLACED_POSTCODE = (CAFE, 23)
NOWHERE = {CAFE: [31, 47, 88], "Mobile caterer": [1, 4]}


def restyled(rng: np.random.Generator, name: str) -> str:
    """A pub's name as another register would write it."""
    bare = name.removeprefix("The ")
    if rng.random() < 0.3:
        bare = bare.replace(" & ", " and ")
    styles = [bare, f"The {bare}", f"{bare} Public House", f"{bare} PH", f"The {bare} P.H.", bare.upper()]
    return rng.choice(styles, p=[0.25, 0.32, 0.16, 0.14, 0.08, 0.05])


def premises(areas: pd.DataFrame, codes: pd.DataFrame, pubs: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Every premises of either date: door (`x`, `y`), published point, and on which dates it is listed.

    `map_row` is the row of the city map's pub at the first date; -1 where there is none, -2 for the pub that both the
    map and the files gain on the second date.
    """
    rng = generator(12)
    first, second = (places.standing(layer) for layer in pubs.values())
    inside = postcodes.councils_of(areas, first[["x", "y"]].to_numpy()) != 3
    known = first[inside & (rng.random(len(first)) >= MISSED) & (first.index != SHUT_ON_OSM)]
    known = known.assign(map_row=known.index, since=0, until=1)
    gone = known.index[~known.index.isin(range(20))]
    known.loc[[1, *rng.choice(gone, LEFT - 1, replace=False)], "until"] = 0
    newest = second.iloc[[-1]].assign(map_row=-2, since=1, until=1)
    rows = pd.concat([known, newest], ignore_index=True)[["name", "address1", "x", "y", "map_row", "since", "until"]]
    rows["name"], rows["type"] = [restyled(rng, name) for name in rows.name], PUB
    rows = pd.concat([rows, unmapped(rng, areas)], ignore_index=True)

    points = rows[["x", "y"]].to_numpy()
    near = postcodes.nearest(codes, points, postcodes.councils_of(areas, points))
    rows[["postcode", "quarter", "council"]] = near[["postcode", "quarter", "council"]]
    rows = rows.sort_values(["council", "type", "map_row"], ascending=[True, True, False], kind="stable")
    near, rows = near.loc[rows.index].reset_index(drop=True), rows.reset_index(drop=True)
    rows["fhrs_id"] = FIRST_ID + rng.permutation(len(rows))
    at_door = places.located(rows[["x", "y"]] + rng.uniform(-8, 8, (len(rows), 2)), 1)
    of_postcode = rng.random(len(rows)) < 0.5
    for axis in ("longitude", "latitude"):
        rows[axis] = np.where(of_postcode, near[axis], at_door[axis])
    return incomplete(rows, codes)


def unmapped(rng: np.random.Generator, areas: pd.DataFrame) -> pd.DataFrame:
    """The premises that the city map lacks, over the councils of the city region only."""
    city = areas[areas.council != 3].reset_index(drop=True)
    frames = []
    for kind, (_, count, patterns) in TYPES.items():
        chosen, points = places.drawn(rng, city, places.custom(city, 0.35, 0.5), count)
        frame = pd.DataFrame({"x": points[:, 0], "y": points[:, 1], "type": kind, "map_row": -1})
        frame["name"] = [places.named(rng, rng.choice(patterns.split("|")), quarter) for quarter in chosen.quarter]
        frame["address1"] = [places.address(rng) for _ in range(count)]
        frames.append(frame.assign(since=0, until=1))
    return pd.concat(frames, ignore_index=True)


def incomplete(rows: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """The premises with some points and postcodes taken away."""
    place = rows.groupby("type").cumcount()
    for lost in (NO_POINT, NOWHERE):
        for kind, numbers in lost.items():
            hit = (rows.type == kind) & place.isin(numbers)
            rows.loc[hit, ["longitude", "latitude"]] = np.nan
            if lost is NOWHERE:
                rows.loc[hit, ["postcode", "address1"]] = None
    kind, number = UNPLACED_POSTCODE
    hit = rows.index[(rows.type == kind) & (place == number)][0]
    unplaced = codes[~codes.placed]
    unplaced = unplaced[unplaced.council == rows.council[hit]]
    if len(unplaced):
        rows.loc[hit, ["longitude", "latitude"]] = np.nan
        rows.loc[hit, "postcode"] = unplaced.postcode.iloc[0]
    return rows


def part(rows: pd.DataFrame, code: str, order: int, date: str) -> bytes:
    """One council's file on the first (`order` 0) or second date; the first council's opens with a byte-order mark."""
    council, name = COUNCIL_OF_PART[code]
    listed = rows[(rows.council == council) & (rows.since <= order) & (rows.until >= order)]
    header = {"ExtractDate": date, "ItemCount": str(len(listed)), "ReturnCode": "Success"}
    details = [record(row, code, name) for row in listed.itertuples()]
    collection = {"Header": header, "EstablishmentCollection": details}
    mark = b"\xef\xbb\xbf" if code == "501" else b""
    return mark + wire.json_bytes({"FHRSEstablishment": collection})


def record(row, code: str, council: str) -> dict:
    """One premises as published. What is not known may be an absent key, an empty text, a null or a marked nil."""
    site, turn = council.lower(), row.Index % 3
    rated = row.fhrs_id % 11 != 0
    rating = str(2 + row.fhrs_id % 4)
    told = {
        "FHRSID": str(row.fhrs_id),
        "LocalAuthorityBusinessID": f"ZZ/{row.fhrs_id % 100_000:05d}",
        "BusinessName": row.name,
        "BusinessType": row.type,
        "BusinessTypeID": TYPES[row.type][0],
        "AddressLine1": row.address1,
        "AddressLine3": row.quarter,
        "PostCode": row.postcode,
        "RatingValue": rating if rated else "AwaitingInspection",
        "RatingKey": f"fhrs_{rating}_en-GB" if rated else "fhrs_awaitinginspection_en-GB",
        "RatingDate": f"2025-{1 + row.fhrs_id % 12:02d}-{1 + row.fhrs_id % 28:02d}" if rated else {"_xsi:nil": "true"},
        "LocalAuthorityCode": code,
        "LocalAuthorityName": council,
        "LocalAuthorityWebSite": f"https://www.{site}.example",
        "LocalAuthorityEmailAddress": f"food@{site}.example",
        "Scores": {"Hygiene": "5", "Structural": "5", "ConfidenceInManagement": "5"} if rated else "",
        "SchemeType": "FHRS",
        "NewRatingPending": "False",
        "Geocode": {"Longitude": f"{row.longitude:.14f}", "Latitude": f"{row.latitude:.14f}"},
    }
    for key in [key for key in ("AddressLine1", "PostCode") if pd.isna(told[key])]:
        told.pop(key) if turn == 0 else told.update({key: "" if turn == 1 else {"_xsi:nil": "true"}})
    if pd.isna(row.longitude):
        told.pop("Geocode") if turn == 0 else told.update({"Geocode": "" if turn == 1 else None})
    return told


# How the service lists them: two under names that differ a little from the look-up's, one of another nation.
LISTED = {"501": "Samplebridge City Council", "502": "Northbank", "977": "Beyondshire"}


def authorities() -> bytes:
    """The service's own list of authorities and the numbers of their files."""
    rows = [
        {"LocalAuthorityId": 9900 + n, "LocalAuthorityIdCode": code, "Name": name, "EstablishmentCount": 100}
        for n, (code, name) in enumerate(LISTED.items())
    ]
    return wire.json_bytes({"authorities": rows, "meta": {"itemCount": len(rows)}, "links": []})
