"""Lists that councils keep or that were cut for them (leisure, hubs, libraries, buildings as a map layer), and green space
of the nation: a statistic, and sites as a map layer."""

import io
import json

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import shapely

from geodata.crs import transform_xy
from geodata.sample import places, postcodes, wire
from geodata.sample.town import COUNCILS, generator, points_within

COUNCIL = 2  # the second council of the town, which stands for the one that has such lists
CENTRES = ("Move Trialfield", "Northbank Baths", "Sampling Leisure Centre")
FACILITIES = (  # site, kind, who may use it
    ("Northbank Baths", "Swimming pools", "Pay and Play"),
    ("Northbank Baths", "Studios", "Pay and Play"),
    ("Northbank Academy", "Sports halls", "Sports Club / Community Association"),
    ("Northbank Academy", "Grass pitches", "Private Use"),
    ("Trialfield Recreation Ground", "Outdoor tennis courts", "Free Public Access"),
    ("Specimen Health Club", "Health and fitness gym stations", "Registered Membership use"),
)


def _sites(codes: pd.DataFrame, names: list[str], seed: int) -> pd.DataFrame:
    live = codes[(codes.ended == "") & codes.placed & (codes.council == COUNCIL)].reset_index(drop=True)
    at = live.iloc[np.sort(generator(seed).choice(len(live), len(names), replace=False))]
    return at.assign(name=names).set_index("name")[["postcode", "longitude", "latitude"]]


def _all(codes: pd.DataFrame) -> pd.DataFrame:
    return _sites(codes, list(dict.fromkeys([*CENTRES, *(site for site, _, _ in FACILITIES)])), 36)


def leisure_centres(codes: pd.DataFrame) -> pd.DataFrame:
    """The council's list of its leisure centres."""
    at, rng = _all(codes), generator(37)
    rows = [
        {
            "name": name, "address": places.address(rng), "postcode": at.postcode[name], "website": "", "managed_by": "Invented Leisure CIC",
            "opening_hours": "Mon-Fri: 6:30am-10:00pm, Sat-Sun: 8:00am-6:00pm", "facilities": "", "lon": at.longitude[name], "lat": at.latitude[name],
        }
        for name in CENTRES
    ]  # fmt: skip
    return pd.DataFrame(rows)


def sports_facilities(codes: pd.DataFrame) -> pd.DataFrame:
    """A row for each kind of facility at a site of the same council."""
    at = _all(codes)
    numbers = {site: 9_000_001 + n for n, site in enumerate(dict.fromkeys(site for site, _, _ in FACILITIES))}
    rows = [
        {
            "site_id": numbers[site], "site_name": site, "facility_type": facility, "access_type": access, "postcode": at.postcode[site],
            "lon": at.longitude[site], "lat": at.latitude[site], "site_last_updated_date": "2025-06-20",
        }
        for site, facility, access in FACILITIES
    ]  # fmt: skip
    return pd.DataFrame(rows)


FUNDED = {  # by organisation, the years in which the council gave it a grant; the list begins in 2017 and ends in 2025
    "Northbank Allotment Society": (2017, 2018, 2019, 2020, 2021, 2022, 2023, 2024),
    "Trialfield Youth Band": (2018, 2019, 2021, 2022, 2024),
    "Friends of Specimen Park": (2017, 2020, 2021, 2022, 2023, 2024, 2025),
    "Upper Quillen Lunch Club": (2018, 2024),
    "Notterside Repair Room": (2022, 2023, 2024, 2025),
    "Lower Quillen Choir": (2019, 2020),
}


def grants() -> pd.DataFrame:
    """The council's grants to organisations, headed as a 360Giving file is; one written in two ways, none to a person."""
    rows: list[dict] = []
    for organisation, (name, years) in enumerate(FUNDED.items()):
        for year in years:
            code = f"S99-{year}-{organisation + 1:03d}"
            rows.append(
                {
                    "Identifier": f"360G-invented-{code}", "Title": "Invented grant", "Description": "", "Currency": "GBP",
                    "Amount Awarded": 500 + 125 * organisation + 10 * (year - 2017), "Award Date": f"{year}-0{organisation % 6 + 3}-15",
                    "Planned Dates:Duration (months)": 24 if organisation == 4 else 12,
                    "Recipient Org:Identifier": f"360G-invented-org-{organisation + 1:03d}",
                    "Recipient Org:Name": f"The {name}" if year == 2021 else name,
                    "Beneficiary Location:Name": COUNCILS[COUNCIL][1], "Beneficiary Location:Geographic Code": COUNCILS[COUNCIL][0],
                    "Funding Org:Identifier": "S99-COUNCIL-2", "Funding Org:Name": f"{COUNCILS[COUNCIL][1]} Council",
                }
            )  # fmt: skip
    return pd.DataFrame(rows).sort_values("Identifier", ignore_index=True)


HUBS = (("Northbank", "The Assembly Rooms"), ("Trialfield", "Trialfield Institute"))
RUN = {"LA": "Local authority run library", "CR": "Community run library", "C": "Commissioned library"}


def hubs(codes: pd.DataFrame) -> pd.DataFrame:
    """The council's community hubs: the town of each, and the building at the head of its address."""
    at = _sites(codes, [building for _, building in HUBS], 41)
    rows = [
        {
            "community_hub": quarter, "address": f"{building}, 1 Invented Street, {quarter}", "postcode": at.postcode[building],
            "website": "", "opening_hours": "Monday to Friday, 10am-4pm", "lon": at.longitude[building], "lat": at.latitude[building],
        }
        for quarter, building in HUBS
    ]  # fmt: skip
    return pd.DataFrame(rows)


def branches_of_council(branches: pd.DataFrame) -> pd.DataFrame:
    """The council's open libraries as the local list has them."""
    here = branches[
        (branches.council == COUNCIL) & branches.operation.isin(list(RUN)) & (branches.type == "Static Library")
    ]
    longitude, latitude = transform_xy(here.x.to_numpy(float), here.y.to_numpy(float), "EPSG:27700", "EPSG:4326")
    table = here[["name", "address1", "postcode"]].set_axis(["name", "address", "postcode"], axis=1)
    table["type"], table["website"], table["area_name"] = here.operation.map(RUN), "", "Northbank"
    return table.assign(area_code="", lon=longitude.round(6), lat=latitude.round(6))


def worship_layer(areas: pd.DataFrame, mapped: list[dict]) -> bytes:
    """The outlines of the council's places of worship: those that the map has, and one that it has not, without a name."""
    points = [(e["x"], e["y"], e["tags"].get("name")) for e in mapped if e["tags"].get("amenity") == "place_of_worship"]
    inside = postcodes.councils_of(areas, np.array([(x, y) for x, y, _ in points])) == COUNCIL
    known = [point for point, here in zip(points, inside) if here]
    return _buildings("Place Of Worship", known + _elsewhere(areas, 42, 1))


def post_office_layer(areas: pd.DataFrame) -> bytes:
    """The outlines of the council's post offices, none of which has a name."""
    return _buildings("Post Office", _elsewhere(areas, 43, 4))


def _elsewhere(areas: pd.DataFrame, seed: int, count: int) -> list[tuple[float, float, None]]:
    rng = generator(seed)
    here = areas[areas.council == COUNCIL]
    shapes = here["shape"].iloc[np.sort(rng.choice(len(here), count, replace=False))]
    return [(*points_within(shape.buffer(-30), 1, rng)[0], None) for shape in shapes]


def _buildings(what: str, points: list[tuple]) -> bytes:
    """A GeoJSON of small square buildings around the points, headed as the council's file is."""
    features = []
    for number, (x, y, name) in enumerate(points):
        corners = np.array([(-8, -8), (-8, 8), (8, 8), (8, -8), (-8, -8)], dtype=float) + np.array((x, y))
        ring = np.round(
            np.column_stack(transform_xy(corners[:, 0], corners[:, 1], "EPSG:27700", "EPSG:4326")), 7
        ).tolist()
        named = {
            "ID": f"S99-{what[:4].upper()}-{number:05d}",
            "DISTNAME": name or "Unknown",
            "CLASSIFICA": what,
            "area_code": "",
        }
        features.append(
            {"type": "Feature", "properties": named, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        )
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    return (json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}, indent=0) + "\n").encode()


def green_space(areas: pd.DataFrame) -> pd.DataFrame:
    """Households with green space near, for the first region alone, as the publication of 2026 heads them."""
    rng = generator(38)
    here = areas[areas.council != 3]
    total = rng.integers(400, 900, len(here))
    near = np.round(total * rng.beta(5, 2, len(here))).astype(int)
    table = pd.DataFrame(
        {"LSOA21CD": here.code.to_numpy(), "gb_total_uprn": total, "gb_commitment_uprn": np.minimum(total, near + 40)}
    )
    table["green_total_uprn"], table["green_commitment_uprn"] = total, near
    table["green_commitment_pct"] = np.round(100 * near / total, 2)
    table["green_doorstep_uprn"] = np.round(near * rng.uniform(0, 0.6, len(here))).astype(int)
    return table


FUNCTIONS = (
    "Public Park Or Garden",
    "Play Space",
    "Playing Field",
    "Allotments Or Community Growing Spaces",
    "Cemetery",
)
SITES = 40


def greenspace_zip(areas: pd.DataFrame) -> bytes:
    """The map layer of green sites in its zip. Made from documentation: no file of the publisher's was seen."""
    rng = generator(39)
    at = areas.iloc[np.sort(rng.choice(len(areas), SITES, replace=False))]
    points = np.vstack([points_within(shape.buffer(-30), 1, rng) for shape in at["shape"]])
    function = [FUNCTIONS[n % len(FUNCTIONS)] for n in range(SITES)]
    names = [
        None if n % 3 == 0 else f"{quarter} {what.split()[0]}"
        for n, (quarter, what) in enumerate(zip(at.quarter, function))
    ]
    shapes = shapely.buffer(shapely.points(points), 25, quad_segs=2)
    layer = {"id": [f"S99{n:030d}" for n in range(SITES)], "function": function, "distinctive_name_1": names}
    frame = geopandas.GeoDataFrame(layer, geometry=shapes, crs="EPSG:27700")
    buffer = io.BytesIO()
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-01-01T00:00:00.000Z"})  # the same bytes every time
    frame.to_file(buffer, driver="GPKG", layer="greenspace_site", metadata={}, engine="pyogrio")
    return wire.stored_zip({"Data/opgrsp_gb.gpkg": buffer.getvalue()})
