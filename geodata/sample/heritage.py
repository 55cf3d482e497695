"""The register of heritage at risk as a map layer: buildings that a community might use, and what is none.

Made from documentation: no answer of the publisher's was seen. The layers that public code reads have no condition,
priority or occupancy; here they are, so that what is made of them can be seen.
"""

import numpy as np
import pandas as pd
import shapely

from geodata.crs import transform_xy
from geodata.sample import food, holders, local, postcodes, wire
from geodata.sample.town import generator, points_within

SERVICE = "https://services-eu1.arcgis.com/ZOdPfBS3aqqDYPUQ/arcgis/rest/services"
BUILDING, WORSHIP = "Building and structure", "Place of worship"
BUILDINGS = (  # name, category, condition, priority for action, how many of it
    ("Former {} Town Hall", "Listed Building", "Poor", "C", 4),
    ("{} Corn Exchange", "Listed Building", "Very bad", "A", 4),
    ("Old {} Mill", "Listed Building", "Fair", "D", 4),
    ("{} Assembly Rooms (former)", "Listed Building", None, None, 4),
    ("{} Baths", "Listed Building", "Poor", "F", 4),
    # no use that a community could make of it, by its name
    ("Walls and gate piers to {} Park", "Listed Building", "Poor", "C", 2),
    ("Ruins of {} Library", "Scheduled Monument", "Very bad", "A", 1),
    ("{} Manor", "Listed Building", "Poor", "B", 2),
)
OTHERS = (
    ("Ring ditch north of {}", "Archaeology", "Scheduled Monument"),
    ("{} Park", "Park and garden", "Registered Park and Garden"),
    ("Battle of {}", "Battlefield", "Registered Battlefield"),
    ("The {} wreck", "Wreck site", "Protected Wreck Site"),
    ("{} Old Town Market", "Conservation area", "Conservation Area"),
    ("Church hall of {}", WORSHIP, "Listed Building"),
)


def add_register(
    recording: wire.Recording,
    date: str,
    areas: pd.DataFrame,
    codes: pd.DataFrame,
    premises: pd.DataFrame,
    mapped: list[dict],
) -> None:
    """Record the register's layer of points (WGS 84)."""
    rows, points = _spread(areas)
    for name, point in _at_places(areas, codes, premises, mapped):
        rows.append((name, BUILDING, "Listed Building", "Poor", "C"))
        points.append(point)
    table = pd.DataFrame(rows, columns=["EntryName", "Risk_Metho", "HeritageCa", "Condition", "Priority"])
    numbers = np.arange(len(table))
    table.insert(0, "uid", 990_001 + numbers)
    table.insert(1, "List_Entry", [f"99{n:05d}" for n in 100 + numbers])
    table["URL"] = "https://register.samplebridge.example/" + table["uid"].astype(str)
    x, y = np.array(points).T
    longitude, latitude = transform_xy(x, y, "EPSG:27700", "EPSG:4326")
    shapes = [shapely.Point(x, y) for x, y in zip(longitude.round(7), latitude.round(7))]
    occupied = {"Assembly Rooms": "Vacant", "Public House": "Occupied", "Corn Exchange": "Unknown"}
    named = table["EntryName"].str.extract(f"({'|'.join(occupied)})")[0]
    table["Occupancy"] = named.map(occupied)
    credit = "© Historic England"
    wire.add_layer(recording, date, "HAR_2025_OTHR_WGS84_Point", table, shapes, SERVICE, credit, epsg=4326)


def _spread(areas: pd.DataFrame) -> tuple[list[tuple], list[tuple[float, float]]]:
    """Entries all over the town, one an area, and where each stands."""
    rng = generator(91)
    every = [(name, BUILDING, category, condition, priority) for name, category, condition, priority, n in BUILDINGS for _ in range(n)]  # fmt: skip
    every += [(name, method, category, None, None) for name, method, category in OTHERS]
    at = areas.iloc[rng.choice(len(areas), len(every), replace=False)]
    points = [tuple(points_within(shape.buffer(-30), 1, rng)[0]) for shape in at["shape"]]
    return [(name.format(quarter), *told) for (name, *told), quarter in zip(every, at.quarter)], points


def _at_places(
    areas: pd.DataFrame, codes: pd.DataFrame, premises: pd.DataFrame, mapped: list[dict]
) -> list[tuple[str, tuple[float, float]]]:
    """Entries on places that other lists have: a pub that is open, a hall that a charity holds, a chapel in use."""
    held = holders.pubs(premises)
    pubs = premises[(premises.type == food.PUB) & (premises.council == 1) & (premises.map_row >= 0)]
    pubs = pubs[~pubs.fhrs_id.isin([pub.fhrs_id for pub in held]) & (pubs.since == 0) & (pubs.until == 1)]
    pub = pubs.dropna(subset=["postcode", "longitude"]).sort_values("fhrs_id").iloc[-1]
    hub = local.hubs(codes).set_index("community_hub")
    hall = hub.loc[next(quarter for quarter, name in local.HUBS if name == holders.HUB)]
    (pub_x, hall_x), (pub_y, hall_y) = transform_xy(
        np.array([pub.longitude, hall.lon]), np.array([pub.latitude, hall.lat]), "EPSG:4326", "EPSG:27700"
    )
    chapels = [e for e in mapped if e["tags"].get("amenity") == "place_of_worship" and "Chapel" in e["tags"].get("name", "")]  # fmt: skip
    inside = postcodes.councils_of(areas, np.array([(e["x"], e["y"]) for e in chapels]))
    chapel = next(e for e, council in zip(chapels, inside) if council == 1)
    return [
        (f"{holders.bare(pub['name'])} Public House", (pub_x, pub_y)),
        (holders.HUB, (hall_x, hall_y)),
        (f"Former {chapel['tags']['name']}", (chapel["x"], chapel["y"])),
    ]
