"""Registers of land and buildings of two councils, in two forms: with tenures, leases of several lengths, what is vacant,
surplus or to be transferred, and slips of the pen. No year of the second form has been seen: it is made from the Code."""

import numpy as np
import pandas as pd

from geodata.crs import transform_xy
from geodata.sample import local
from geodata.sample.town import COUNCILS, generator

OWNER, OTHER = 2, 1  # the council whose rows may be published, and the one whose may not
FREEHOLD, LEASEHOLD = "Freehold", "Leasehold"
# Name, kind, tenure, use, other detail, lease end, surplus, transfer, listed.
BUILDINGS = (
    ("Former Weighbridge House", "Buildings", FREEHOLD, "Vacant", "", "", "Yes", "No", "No"),
    ("Ropewalk Day Centre", "Buildings", FREEHOLD, "Vacant", "", "", "No", "Yes", "Yes"),
    ("Old Tallyhouse Baths", "Land/Buildings", LEASEHOLD, "Vacant", "", "2150-03-24", "No", "No", "No"),
    ("Notterside Pavilion", "Land/Buildings", FREEHOLD, "Leasehold Out", "", "2052-09-29", "No", "No", "No"),
    ("Sluicewick Scout Hut", "Buildings", FREEHOLD, "Leasehold Out", "", "2029-09-29", "No", "No", "No"),
    ("Marshmock Old School", "Buildings", FREEHOLD, "Leasehold Out", "", "2124-06-23", "No", "No", "No"),
    ("Eeldyke Boat Store", "Buildings", FREEHOLD, "Leasehold Out", "", "2019-12-24", "No", "No", "No"),  # before its own date
    ("Far Exem Band Room", "Buildings", FREEHOLD, "Other", "Undocumented Tenancy", "", "No", "No", "No"),
    ("Saltfable Workshops", "Buildings", LEASEHOLD, "Leasehold In", "", "2036-01-01", "No", "No", "No"),
    ("Draffside Depot", "Land/Buildings", FREEHOLD, "Owner Occupied", "", "", "No", "No", "No"),
    ("Beaconless Car Park Kiosk", "Buildings", "", "Owner Occupied", "", "", "No", "No", "No"),
    ("Garages, Feignwood Lane", "Buildings", FREEHOLD, "Vacant", "", "", "No", "No", "No"),
    ("Trialfield Recreation Ground", "Land", FREEHOLD, "Owner Occupied", "Parks", "", "No", "No", "No"),
    ("Electricity substation, Mentle Road", "Land", FREEHOLD, "Leasehold Out", "", "", "No", "No", "No"),
    ("Strip of land behind 3 to 9 Invented Row", "Land", FREEHOLD, "Vacant", "", "", "No", "No", "No"),
)  # fmt: skip
ELSEWHERE = "Quillside Outdoor Centre"  # the owner's, in another council
SWAPPED, NO_POINT = "Old Tallyhouse Baths", "Garages, Feignwood Lane"
AT_HUBS = {
    "The Assembly Rooms": ("Leasehold Out", "2051-06-23"),
    "Trialfield Institute": ("Leasehold Out", "2028-03-24"),
}
OF_OTHER = (
    ("Tollgate House", FREEHOLD, "Vacant", "", "Yes", "No", "No"),
    ("Specimen Hill Hall", FREEHOLD, "Leasehold", "24/06/2045", "No", "No", "Yes"),
    ("Exemcroft Clubroom", "Freehold ", "Licence", "", "No", "No", "No"),
    ("Mockenmere Lodge", FREEHOLD, "Ground leasehold", "25/12/2130", "No", "No", "No"),
    ("Fablegate Community Rooms", FREEHOLD, "Vacant", "", "No", "Yes", "No"),
    ("Land at Prettergate", LEASEHOLD, "Occupied by Local Authority", "01/04/2031", "No", "No", "No"),
)


def _at(codes: pd.DataFrame, council: int, count: int, seed: int) -> pd.DataFrame:
    live = codes[(codes.ended == "") & codes.placed & (codes.council == council)].reset_index(drop=True)
    return live.iloc[np.sort(generator(seed).choice(len(live), count, replace=False))].reset_index(drop=True)


def of_owner(codes: pd.DataFrame, branches: pd.DataFrame) -> pd.DataFrame:
    """The register of the second council: its own, its libraries, the halls its hubs are in, and one beyond its border."""
    here = branches[
        (branches.council == OWNER) & (branches.operation != "Closed") & (branches.type != "Mobile Library")
    ]
    rows = pd.DataFrame(
        BUILDINGS, columns=["name", "kind", "tenure", "use", "other", "ends", "surplus", "transfer", "listed"]
    )
    at = _at(codes, OWNER, len(rows), 51)
    rows["postcode"], rows["lon"], rows["lat"] = at.postcode, at.longitude, at.latitude
    lon, lat = transform_xy(here.x.to_numpy(float), here.y.to_numpy(float), "EPSG:27700", "EPSG:4326")
    own = pd.DataFrame(
        {"name": here.name, "uprn": here.uprn, "postcode": here.postcode, "lon": lon.round(6), "lat": lat.round(6)}
    )
    own["use"] = np.where(here.operation.isin(["CR", "ICL"]), "Leasehold Out", "Owner Occupied")
    hubs = local.hubs(codes)
    halls = pd.DataFrame({"name": list(AT_HUBS), "postcode": hubs.postcode, "lon": hubs.lon, "lat": hubs.lat})
    halls["use"], halls["ends"] = zip(*AT_HUBS.values(), strict=True)
    beyond = _at(codes, OTHER, 1, 52).iloc[0]
    away = {
        "name": ELSEWHERE,
        "postcode": beyond.postcode,
        "lon": beyond.longitude,
        "lat": beyond.latitude,
        "use": "Owner Occupied",
    }
    rows = pd.concat([rows, own, halls, pd.DataFrame([away])], ignore_index=True)
    rows = rows.fillna({"kind": "Buildings", "tenure": FREEHOLD, "other": "", "ends": "", "uprn": ""})
    rows = rows.fillna({"surplus": "No", "transfer": "No", "listed": "No"})
    swapped, lost = rows.name == SWAPPED, rows.name == NO_POINT
    rows.loc[swapped, ["lon", "lat"]] = rows.loc[swapped, ["lat", "lon"]].to_numpy()
    rows.loc[lost, ["lon", "lat"]] = np.nan
    rows.loc[lost, "postcode"] = "ZZ5"  # of what is vacant the whole address need not be told
    number = np.arange(len(rows)) + 1
    return pd.DataFrame(
        {
            "OrganisationLabel": f"{COUNCILS[OWNER][1]} Council", "OrganisationURI": "https://example.org/id/northbank",
            "EffectiveDate": np.where(number % 3, "2025-09-12", "2023-09-29"), "UPRN": rows.uprn, "AssetCode": [f"NB{n:04d}" for n in number],
            "PropertyName": rows.name, "StreetNumber": "", "StreetName": "Invented Street", "PostTown": "Northbank", "PostCode": rows.postcode,
            "CoordinateReferenceSystem": "WGS84", "GeoX": rows.lon, "GeoY": rows.lat, "TenureType": rows.tenure, "TenureDetail": rows.use,
            "OtherDetail": rows.other, "HoldingType": rows.kind, "BuildingSize": "", "LandArea": "", "EnergyRating": "",
            "LeaseEndDate": rows.ends, "SurplusDeclared": rows.surplus, "SeekingTransfer": rows.transfer, "ListedACV": rows.listed,
        }
    )  # fmt: skip


def of_other(codes: pd.DataFrame) -> pd.DataFrame:
    """The register of the first council, in its second form: other headings, some of them twice, and line breaks."""
    rows = pd.DataFrame(OF_OTHER, columns=["name", "tenure", "use", "ends", "surplus", "transfer", "listed"])
    at = _at(codes, OTHER, len(rows), 53)
    label = f"{COUNCILS[OTHER][1]} Borough Council"
    table = pd.DataFrame(
        {
            "Organisation": label, "Organisation Code": COUNCILS[OTHER][0], "Organisation again": label, "Code again": COUNCILS[OTHER][0],
            "Unique Property Reference Number": [f"{100_000_900_001 + n:012d}" for n in range(len(rows))],
            "Asset Reference": [f"09/{n:05d}/Land and Building" for n in range(1, len(rows) + 1)], "Name of Building or Land": rows.name,
            "Street Number and Name": "1 Invented Street\r \r ", "Post Town": "Samplebridge", "Postal Code": at.postcode + "\n",
            "Easting": at.x.round(1), "Northing": at.y.round(1), "Tenure": rows.tenure, "Tenure Category": rows.use,
            "Holding Type": np.where(rows.name.str.startswith("Land"), "Land", "Land and Building"), "Lease End": rows.ends,
            "Declared Surplus": rows.surplus, "Actively Seeking to Transfer to the Community": rows.transfer,
            "Listed as an Asset of Community Value": rows.listed,
        }
    )  # fmt: skip
    table.loc[0, "Name of Building or Land"] = ""  # then its address is its name
    table.loc[0, "Street Number and Name"] = "Tollgate House\rHigh Street\r \r "
    return table.set_axis([*["Organisation", "Organisation Code"] * 2, *table.columns[4:]], axis=1)
