"""Layers and look-ups that are not what they are taken for: another unit or CRS, no outlines, other ground, other codes."""

import json
import math
import random
from collections.abc import Callable

import geopandas
import numpy as np
import shapely
from fixtures.recording import OLD, Recording
from trials.altering import jsons, rows
from trials.case import Case

OUTLINES, CENTRES = "ons_lsoa_boundaries_2021", "ons_lsoa_centroids_2021"
WARDS, REGIONS, MIDDLE, RURAL = (
    "ons_lsoa_ward_authority_2024",
    "ons_authority_region_2024",
    "ons_lsoa_msoa_2021",
    "ons_lsoa_rural_urban_2021",
)
RESIDENTS, CARRIED = "ons_census_residents_2021", "ons_lsoa11_lsoa21_2022"
LAYERS = {
    OUTLINES: "Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_BGC_V5",
    CENTRES: "LSOA_PopCentroids_EW_2021_V4",
    WARDS: "LSOA21_WD24_LAD24_EW_LU",
    REGIONS: "LAD24_RGN24_EN_LU",
    MIDDLE: "OA_LSOA_MSOA_EW_DEC_2021_LU_v3",
    RURAL: "LSOA21_RUC21_EW_LU",
    CARRIED: "LSOA11_LSOA21_LAD22_EW_LU_v5",
}
DRAWN = random.Random(2026)


def spoiled(town: Recording, source: str, change: Callable[[dict], None]) -> None:
    """Change the one page of a layer, which then says that it was edited."""
    name = LAYERS[source]
    town.spoil(f"/{name}/FeatureServer/0/query?where=1=1&outFields", jsons(change))
    town.edit_layer(name)


def shapes(source: str, change: Callable[[shapely.Geometry, int], shapely.Geometry]) -> Callable[[Recording], None]:
    """Every shape of a layer, changed by its number."""

    def page(value: dict) -> None:
        for n, feature in enumerate(value["features"]):
            found = change(shapely.from_geojson(json.dumps(feature["geometry"])), n)
            feature["geometry"] = json.loads(shapely.to_geojson(found))

    return lambda town: spoiled(town, source, page)


def one(source: str, change: Callable[[shapely.Geometry], shapely.Geometry]) -> Callable[[Recording], None]:
    """One shape, drawn by lot."""
    at = DRAWN.randrange(100)
    return shapes(source, lambda shape, n: change(shape) if n == at else shape)


def moved(x: float, y: float):
    return lambda shape, _: shapely.transform(shape, lambda xy: xy + np.array([x, y]))


def in_crs(crs: str):
    def change(shape: shapely.Geometry, _: int) -> shapely.Geometry:
        return geopandas.GeoSeries([shape], crs="EPSG:27700").to_crs(crs).iloc[0]

    return change


def told(source: str, crs: object) -> Callable[[Recording], None]:
    return lambda town: spoiled(town, source, lambda page: page.update({"crs": crs}))


def named(crs: str) -> dict:
    return {"type": "name", "properties": {"name": crs}}


def attributes(source: str, change: Callable[[dict, int], None]) -> Callable[[Recording], None]:
    def page(value: dict) -> None:
        for n, feature in enumerate(value["features"]):
            change(feature.get("attributes") or feature["properties"], n)

    return lambda town: spoiled(town, source, page)


def exchanged(value: dict) -> None:
    a, b = (value["features"][n]["properties"] for n in (4, 70))
    a["LSOA21CD"], b["LSOA21CD"] = b["LSOA21CD"], a["LSOA21CD"]


def the_same(value: dict) -> None:
    for feature in value["features"]:
        feature["geometry"] = value["features"][0]["geometry"]


def twice(value: dict) -> None:
    value["features"][4]["geometry"] = value["features"][60]["geometry"]


def esri(value: dict) -> None:
    value.pop("crs", None)
    value["spatialReference"] = {"wkid": 102100, "latestWkid": 3857}
    for feature in value["features"]:
        feature["attributes"] = feature.pop("properties")
        feature["geometry"] = {"rings": feature["geometry"]["coordinates"]}


def spiked(shape: shapely.Geometry) -> shapely.Geometry:
    corners = [tuple(at) for at in shapely.get_coordinates(shape)[:-1]]
    x, y = corners[5]
    return shapely.Polygon([*corners[:6], (x + 50, y + 50), *corners[5:]])


def bow(shape: shapely.Geometry) -> shapely.Geometry:
    west, south, east, north = shape.bounds
    return shapely.Polygon([(west, south), (east, north), (east, south), (west, (south + north) / 2)])


def tangle(shape: shapely.Geometry) -> shapely.Geometry:
    west, south, east, north = shape.bounds
    draw = random.Random(7)
    return shapely.Polygon([(draw.uniform(west, east), draw.uniform(south, north)) for _ in range(5000)])


def recoded(town: Recording) -> None:
    """A council has another code in both look-ups; the geography's own lists know the old one."""
    for source in (WARDS, REGIONS):
        attributes(source, lambda row, _: row.update(LAD24CD=row["LAD24CD"].replace("S99600002", "S99600038")))(town)


def residents(value: str, every: int = 150) -> Callable[[Recording], None]:
    return lambda town: town.spoil(
        "NM_2021_1", rows(lambda n, row: row.update(OBS_VALUE=value) if n % every == 4 else None), OLD
    )


ANGLE = DRAWN.uniform(0, 2 * math.pi)
SHIFTS = {
    "100 m": 100.0,
    "another datum": 115.0,
    f"{(far := DRAWN.randrange(300, 5000))} m": float(far),
}
CASES = [
    *(
        Case("unit or CRS", f"{name}: {source}", source, shapes(source, in_crs(crs)), first)
        for name, crs in (("degrees", "EPSG:4326"), ("Web Mercator", "EPSG:3857"), ("another zone", "EPSG:32630"))
        for source, first in ((OUTLINES, False), (CENTRES, True))
    ),
    *(
        Case("CRS told", f"{crs!r}"[:60], OUTLINES, told(OUTLINES, crs))
        for crs in (
            named("EPSG:127700"),
            named("EPSG:2770"),
            named("ESRI:102100"),
            named("urn:ogc:def:crs:OGC:1.3:CRS84"),
            {"type": "EPSG", "properties": {"code": 4326}},
        )
    ),
    Case(
        "unit or CRS",
        "axes swapped",
        OUTLINES,
        shapes(OUTLINES, lambda s, _: shapely.transform(s, lambda c: c[:, ::-1])),
    ),
    *(
        Case("shift", name, source, shapes(source, moved(m * math.cos(ANGLE), m * math.sin(ANGLE))), source == CENTRES)
        for name, m in SHIFTS.items()
        for source in (OUTLINES, CENTRES)
    ),
    Case("form", "outlines are points", OUTLINES, shapes(OUTLINES, lambda s, _: s.centroid)),
    Case("form", "outlines are lines", OUTLINES, shapes(OUTLINES, lambda s, _: s.boundary), first=True),
    Case("form", "one is a point", OUTLINES, one(OUTLINES, lambda s: s.centroid)),
    Case("form", "one is empty", OUTLINES, one(OUTLINES, lambda s: shapely.Polygon())),
    Case(
        "form",
        "one has no ground",
        OUTLINES,
        one(OUTLINES, lambda s: shapely.Polygon([(634000, 555000), (635000, 556000), (636000, 557000)])),
    ),
    Case("form", "one crosses itself", OUTLINES, one(OUTLINES, bow)),
    Case("form", "one is a tangle", OUTLINES, one(OUTLINES, tangle)),
    Case("form", "one is spiked", OUTLINES, one(OUTLINES, spiked)),
    Case("form", "points are polygons", CENTRES, shapes(CENTRES, lambda s, _: s.buffer(5))),
    Case("form", "heights", OUTLINES, shapes(OUTLINES, lambda s, _: shapely.force_3d(s, 9.0))),
    Case("form", "rings the other way round", OUTLINES, shapes(OUTLINES, lambda s, _: shapely.reverse(s))),
    Case("form", "Esri's own", OUTLINES, lambda town: spoiled(town, OUTLINES, esri)),
    Case("ground", "all the same", OUTLINES, lambda town: spoiled(town, OUTLINES, the_same)),
    Case("ground", "one area twice", OUTLINES, lambda town: spoiled(town, OUTLINES, twice), first=True),
    Case("ground", "two areas exchanged", OUTLINES, lambda town: spoiled(town, OUTLINES, exchanged), first=True),
    Case("ground", "all too wide", OUTLINES, shapes(OUTLINES, lambda s, _: s.buffer(60))),
    Case("ground", "all too small", OUTLINES, shapes(OUTLINES, lambda s, _: s.buffer(-40)), first=True),
    Case("ground", "one over its neighbours", OUTLINES, one(OUTLINES, lambda s: s.buffer(150))),
    Case("ground", "a part of each", OUTLINES, shapes(OUTLINES, lambda s, _: shapely.affinity.scale(s, 0.9, 0.9))),
    Case("codes", "a council recoded in both look-ups", WARDS, recoded),
    Case(
        "codes",
        "a council recoded in one",
        WARDS,
        attributes(WARDS, lambda row, _: row.update(LAD24CD=row["LAD24CD"].replace("S99600002", "S99600038"))),
    ),
    Case(
        "codes",
        "an area in another council",
        WARDS,
        attributes(WARDS, lambda row, n: row.update(LAD24CD="S99600002") if n == 3 else None),
    ),
    Case(
        "codes",
        "a council of two names",
        WARDS,
        attributes(WARDS, lambda row, n: row.update(LAD24NM="Elsewhere") if n == 7 else None),
    ),
    Case("codes", "lower case", WARDS, attributes(WARDS, lambda row, _: row.update(LSOA21CD=row["LSOA21CD"].lower()))),
    Case(
        "codes",
        "a blank at the end",
        WARDS,
        attributes(WARDS, lambda row, _: row.update(LSOA21CD=row["LSOA21CD"] + " ")),
    ),
    *(
        Case(
            "codes",
            f"of other areas: {source}",
            source,
            attributes(source, lambda row, n: row.update(LSOA21CD="S9908" + row["LSOA21CD"][5:]) if n % 3 else None),
            first,
        )
        for source in (MIDDLE, RURAL, CARRIED)
        for first in (False, True)
    ),
    Case(
        "codes",
        "older areas that changed otherwise",
        CARRIED,
        attributes(CARRIED, lambda row, n: row.update(CHGIND="S") if n == 3 else None),
        first=True,
    ),
    *(Case("residents", repr(value), RESIDENTS, residents(value)) for value in ("0", "-5", "", "1,200", "*")),
    Case(
        "residents",
        "ten times as many",
        RESIDENTS,
        lambda town: town.spoil("NM_2021_1", rows(lambda n, row: row.update(OBS_VALUE=row["OBS_VALUE"] + "0"))),
    ),
]
