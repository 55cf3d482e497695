"""The invented places at each date (schools, cultural and community venues, brownfield sites), with planted quirks."""

import numpy as np
import pandas as pd
import shapely

from geodata.crs import transform_xy
from geodata.sample.town import CENTRE, generator, points_within

FIRST = """
    Copper Crooked Lantern Salt Tally Hollow Amber Seven Windward Quiet Saffron Hazel
    Ivory Pewter Gilded Bramble
""".split()
SECOND = """
    Heron Anchor Weaver Plough Otter Beacon Ferryman Compass Thistle Mallet Kestrel Barrel
    Fiddle Loom Lark Oak
""".split()
STREETS = """
    Plumbline Tidewright Cordwain Abacus Marrowfield Ledger Oxbow Tollgate Candlemaker Slipway Spindle Gauge
""".split()
ROADS = """
    Street Road Lane Row Terrace Way Parade Close
""".split()

STREET = "address1 address2 address3"
SITE = "website os_addressbase_uprn borough_code ward_2018_name ward_2018_code"
STREET_FIRST, STREET_LAST = f"name {STREET} borough_name {SITE}", f"name borough_name {SITE} {STREET}"
GRID, DEGREES = "easting northing", "longitude latitude"
# Layer: patterns of names, count at the first date, how strongly it clusters in the middle (per km) and in better-off
# areas (per unit of hardship), and its own order of columns. The space after "Arts Centre" is as in the real layer.
VENUES = {
    "Arts_centres": (
        "{first} Arts Centre |{quarter} Arts",
        30,
        0.5,
        0.7,
        f"name borough_name website borough_code {STREET} os_addressbase_uprn ward_2018_name ward_2018_code "
        f"{DEGREES} {GRID} runtime",
    ),
    "Cinemas": ("{first} Picture House|Cinema {quarter}", 20, 0.6, 0.5, f"{STREET_LAST} {GRID} {DEGREES} runtime"),
    "Community_centres": (
        "{quarter} Community Centre|{first} {second} Hall|{street} Tenants Hall|The {first} Centre",
        240,
        0.1,
        0.8,
        f"{STREET_FIRST} ward latitude longitude {GRID} runtime",
    ),
    "Libraries": ("{quarter}|{street} Library", 40, 0.15, 0.7, f"{STREET_FIRST} {GRID} {DEGREES} runtime"),
    "Museums_and_public_galleries": (
        "{first} {second} Museum|{quarter} Gallery",
        40,
        0.5,
        0.7,
        f"{STREET_FIRST} {GRID} {DEGREES} runtime",
    ),
    "Music_venues_all": (
        "{first} {second}|{street} Rooms|Club {second}",
        120,
        0.7,
        0.5,
        f"{STREET_LAST} {GRID} {DEGREES} runtime",
    ),
    "Pubs": (
        "{first} {second}|{second}|{second} & {other}",
        420,
        0.25,
        0.6,
        f"{STREET_FIRST} {GRID} {DEGREES} runtime",
    ),
    "Theatres": (
        "{quarter} Theatre|{first} {second} Playhouse",
        30,
        0.6,
        0.7,
        f"{STREET_FIRST} {DEGREES} {GRID} runtime",
    ),
    "Dance_performance_venues": (
        "{first} Dance House|{street} Dance Theatre",
        14,
        0.5,
        0.7,
        f"name address1 address2 borough_name {SITE} address3 {DEGREES} {GRID} runtime",
    ),
    "Commercial_galleries": (
        "{first} {second} Fine Art|{street} Contemporary|{first} & {other}",
        16,
        0.6,
        0.8,
        f"name borough_name website borough_code {STREET} os_addressbase_uprn ward_2018_name ward_2018_code "
        f"{DEGREES} {GRID} runtime",
    ),
    "LGBT_night_time_venues": (
        "The {first} {second}|Bar {second}",
        6,
        0.8,
        0.4,
        f"{STREET_FIRST} {DEGREES} {GRID} runtime",
    ),
    "Outdoor_spaces_for_cultural_use": (
        "{quarter} Park|{street} Square",
        5,
        0.2,
        0.3,
        f"{STREET_FIRST} alternativenames greenflagcommunityaward {GRID} {DEGREES} runtime",
    ),
    "Skate_Parks": ("{quarter}-Bowl|{street}-Ramps", 8, 0.1, 0.3, f"{STREET_FIRST} latitude longitude {GRID} runtime"),
}
GRID_AS_XY = {"x": "easting", "y": "northing"}
CHANGING = {"Community_centres", "Music_venues_all", "Pubs", "Cinemas"}  # the other layers only get a new runtime
TEXT_NA = {
    "Community_centres",
    "Museums_and_public_galleries",
    "Theatres",
    "Commercial_galleries",
}  # where a missing value is the text NA
UNPLACED = {"Community_centres": 1, "Music_venues_all": 1, "Pubs": 2}  # rows without coordinates
# As published, longitudes and latitudes of these layers stand off the door by this many metres east and north.
ASTRAY = {"Theatres": (-112, 54), "LGBT_night_time_venues": (-112, 54)}
RUNTIME = {"2026-03-31": "3/29/2026", "2026-09-30": "9/27/2026"}
# Two hard-pressed estates with no venue of any kind: km east and north of the town's centre, and radius in km.
DESERTS = [(-2.4, 2.4, 2.0), (1.9, -1.0, 1.0)]

SCHOOLS = (  # type, group, phase, share, name
    ("Academy converter", "Academies", "Primary", 0.24, "{quarter} Primary Academy"),
    ("Academy sponsor led", "Academies", "Secondary", 0.09, "{first} {second} Academy"),
    ("Community school", "Local authority maintained schools", "Primary", 0.25, "{street} Primary School"),
    ("Voluntary aided school", "Local authority maintained schools", "Primary", 0.1, "St Exempla's School, {quarter}"),
    (
        "Local authority nursery school",
        "Local authority maintained schools",
        "Nursery",
        0.04,
        "{second} Nursery School",
    ),
    ("Free schools", "Free Schools", "All-through", 0.04, "{first} Free School"),
    ("Community special school", "Special schools", "Not applicable", 0.06, "{second} House School"),
    ("Other independent school", "Independent schools", "Not applicable", 0.1, "{quarter} College Preparatory School"),
    ("Further education", "Colleges", "16 plus", 0.03, "{quarter} College"),
    ("Higher education institutions", "Universities", "Not applicable", 0.02, "University of {quarter}"),
    ("Miscellaneous", "Other types", "Not applicable", 0.03, "{street} Education Unit"),
)
UNMAPPED = (  # schools of groups that are no kind of place, none of them with a grid reference
    ("Welsh establishment", "Welsh schools", "Primary", "Ysgol Môr Dychmygol"),
    ("Welsh establishment", "Welsh schools", "Secondary", "Ysgol Twr y Sampl"),
    ("Online provider", "Online provider", "Not applicable", "The Nowhere Online School"),
    ("British schools overseas", "Other types", "Not applicable", "Académie Fablemère"),
)
OWNERS = ["owned by a public authority", "mixed ownership", "not owned by a public authority", ""]
SITES = {1: 170, 2: 120, 3: 90}
ORGANISATIONS = {1: "local-authority-eng:ZZ1", 2: "local-authority-eng:ZZ2", 3: "local-authority-eng:ZZ3"}
BROWNFIELD = (
    "dataset end-date entity entry-date geojson geometry name organisation-entity point prefix reference start-date "
    "typology deliverable hazardous-substances hectares maximum-net-dwellings minimum-net-dwellings notes organisation "
    "ownership-status planning-permission-status planning-permission-type site-address site-plan-url"
).split()


def named(rng: np.random.Generator, pattern: str, quarter: str) -> str:
    """One invented name from a pattern such as "{first} {second}"."""
    other = rng.choice(SECOND)
    words = {"first": rng.choice(FIRST), "second": rng.choice(SECOND), "other": other, "street": rng.choice(STREETS)}
    return pattern.format(quarter=quarter, **words)


def address(rng: np.random.Generator) -> str:
    """An invented house number and street."""
    return f"{rng.integers(1, 240)} {rng.choice(STREETS)} {rng.choice(ROADS)}"


def drawn(
    rng: np.random.Generator, areas: pd.DataFrame, weight: np.ndarray, count: int
) -> tuple[pd.DataFrame, np.ndarray]:
    """`count` areas drawn by weight, and a point in each (EPSG:27700 metres)."""
    chosen = areas.iloc[rng.choice(len(areas), count, p=weight / weight.sum())].reset_index(drop=True)
    return chosen, np.vstack([points_within(s, 1, rng) for s in chosen["shape"]])


def located(rows: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """Columns easting, northing (EPSG:27700 metres) rounded, and the longitude, latitude (degrees) that agree."""
    rows["easting"], rows["northing"] = rows.x.round(decimals), rows.y.round(decimals)
    lon, lat = transform_xy(rows.easting.to_numpy(), rows.northing.to_numpy(), "EPSG:27700", "EPSG:4326")
    rows["longitude"], rows["latitude"] = np.round(lon, 9), np.round(lat, 9)
    return rows


def in_desert(points: np.ndarray) -> np.ndarray:
    """True for each point (EPSG:27700 metres) on one of the two estates without any venue."""
    km = (points - CENTRE) / 1000
    return np.any([np.hypot(km[:, 0] - east, km[:, 1] - north) < radius for east, north, radius in DESERTS], axis=0)


def custom(areas: pd.DataFrame, central: float, better_off: float) -> np.ndarray:
    """How likely a venue is to stand in each area, falling per km from the middle and per unit of hardship."""
    weight = np.exp(-central * areas.distance / 1000 - better_off * areas.hardship)
    return np.where(in_desert(np.array(areas.point.tolist())), 0, weight)


def venues(areas: pd.DataFrame, layer: str, part: int) -> dict[str, pd.DataFrame]:
    """One layer of the city map at each date, over the councils of the invented city region only."""
    rng = generator(100 + part)
    patterns, count, central, better_off, _ = VENUES[layer]
    city = areas[areas.council != 3].reset_index(drop=True)
    weight = custom(city, central, better_off)
    repeats, added = (2, 5) if layer in CHANGING else (0, 0)
    chosen, points = drawn(rng, city, weight, count - repeats + added)
    rows = pd.DataFrame({"x": points[:, 0], "y": points[:, 1], "borough_name": chosen.lad_name})
    rows["name"] = [named(rng, rng.choice(patterns.split("|")), q) for q in chosen.quarter]
    rows["address1"] = [address(rng) for _ in range(len(rows))]
    rows["address2"] = np.where(rng.random(len(rows)) < 0.6, chosen.quarter, None)
    rows["address3"] = np.where(rng.random(len(rows)) < 0.1, chosen.lad_name, None)
    site = rows.name.str.lower().str.replace(r"[^a-z]+", "", regex=True)
    rows["website"] = np.where(rng.random(len(rows)) < 0.5, "https://www." + site + ".example/", None)
    # As published, some long property numbers have lost their last digits to a spreadsheet.
    uprn = 999_000_000_000 + rng.integers(0, 10**9, len(rows))
    uprn = np.where(rng.random(len(rows)) < 0.15, uprn // 10**6 * 10**6, uprn)
    rows["os_addressbase_uprn"] = uprn.astype(str)
    if layer == "Pubs":
        rows[["website", "os_addressbase_uprn"]] = None
    rows["borough_code"], rows["ward_2018_name"] = chosen.lad_code, chosen.ward_name
    rows["ward_2018_code"], rows["ward"] = chosen.ward_code, chosen.ward_code
    rows[["alternativenames", "greenflagcommunityaward"]] = None
    if layer == "Skate_Parks":  # as published: no address, and 0 where the property number is not known
        rows[["address1", "address2", "address3", "website"]] = None
        rows.loc[[1, 5], "os_addressbase_uprn"] = "0"
    if layer == "Music_venues_all":
        rows["borough_name"] = rows.borough_name.str.upper()
    rows.loc[3, ["borough_name", "borough_code", "ward_2018_name", "ward_2018_code", "os_addressbase_uprn"]] = None

    first, second = dates(rng, rows, areas, layer, added)
    return {date: published(frame, layer, date) for date, frame in zip(RUNTIME, (first, second))}


def dates(
    rng: np.random.Generator, rows: pd.DataFrame, areas: pd.DataFrame, layer: str, added: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows at both dates: quirks in both, then some places gone, new, renamed and moved where the layer changes."""
    if layer in ("Pubs", "Theatres"):  # just outside the city region: in the third council, close to the border
        border = min(areas["shape"][areas.council == 3], key=lambda s: s.distance(shapely.Point(CENTRE)))
        rows.loc[6, ["x", "y"]] = points_within(border, 1, rng)[0]
        rows.loc[6, ["borough_name", "borough_code", "ward_2018_name", "ward_2018_code"]] = None
    first = rows.iloc[: len(rows) - added]
    if layer in CHANGING:
        twin = first.iloc[[8]].assign(name="The " + first.name[8], x=first.x[8] + 4, y=first.y[8] - 3)
        first = pd.concat([first, first.iloc[[5]], twin], ignore_index=True)
    first = first.copy()
    for i in range(UNPLACED.get(layer, 0)):
        first.loc[10 + i, ["x", "y"]] = np.nan
    if layer not in CHANGING:
        return first, first
    second = first.drop(index=[1, 4] if len(first) < 100 else [1, 4, 17])
    second.loc[12, "name"] = f"{second.name[12]} at {rng.choice(STREETS)}"
    second.loc[14, ["x", "y"]] += [180, -95]
    return first, pd.concat([second, rows.iloc[len(rows) - (2 if len(first) < 100 else added) :]], ignore_index=True)


def published(rows: pd.DataFrame, layer: str, date: str) -> pd.DataFrame:
    """A layer as its file has it: the publisher's columns in their order, missing values as the layer writes them."""
    rows = located(rows.copy(), 4)
    if layer in ASTRAY:
        astray = located(rows[["x", "y"]] + ASTRAY[layer], 4)
        rows[["longitude", "latitude"]] = astray[["longitude", "latitude"]]
    rows["runtime"] = RUNTIME[date]
    rows = rows[VENUES[layer][4].split()].astype(object)
    if layer in TEXT_NA:
        texts = [c for c in rows if c.startswith("address") or c in ("borough_name", "website", "easting", "northing")]
        rows[texts] = rows[texts].where(rows[texts].notna(), "NA")
    return rows


def standing(published: pd.DataFrame) -> pd.DataFrame:
    """The buildings of a layer as published, each once, with `x`, `y` (EPSG:27700 metres); the row numbers are kept."""
    rows = published.assign(**{new: pd.to_numeric(published[old], "coerce") for new, old in GRID_AS_XY.items()})
    rows = rows[rows.x.notna()]
    near = np.hypot(*(rows[["x", "y"]].to_numpy()[:, None] - rows[["x", "y"]].to_numpy()[None]).transpose(2, 0, 1)) < 15
    return rows[~np.tril(near, -1).any(axis=1)]


def schools(areas: pd.DataFrame, neighbours: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The register of schools at each date."""
    rng = generator(5)
    count, new = 172, 4
    weight = areas.residents.to_numpy() * np.exp(-0.15 * areas.hardship.to_numpy())
    chosen, points = drawn(rng, areas, weight, count + new)
    share = np.array([s[3] for s in SCHOOLS])
    kinds = [SCHOOLS[i] for i in rng.choice(len(SCHOOLS), len(chosen), p=share / share.sum())]
    rows = chosen[["council", "lad_name", "hardship", "code"]].assign(x=points[:, 0], y=points[:, 1])
    rows[["type", "group", "phase"]] = [k[:3] for k in kinds]
    rows["name"] = [named(rng, k[4], q) for k, q in zip(kinds, chosen.quarter)]
    rows.loc[20, "name"] = "Fablewick Children’s Nursery School"
    rows.loc[40, "name"] = "Zoë Quillencroft Academy"
    rows.loc[[7, 55, 101, 130], ["x", "y"]] = np.nan
    rows.loc[7, "code"] = None
    outside = np.vstack(
        [points_within(neighbours["shape"][i], 1, rng) for i in (1, 3, 4)] + [CENTRE - [90_000, 60_000]]
    )
    far = pd.DataFrame({"x": outside[:, 0], "y": outside[:, 1], "type": "Community school", "phase": "Primary"})
    far["group"] = "Local authority maintained schools"
    far["name"] = [f"{s} School, Beyondshire" for s in STREETS[:4]]
    other = pd.DataFrame([dict(zip(("type", "group", "phase", "name"), u)) for u in UNMAPPED])
    rows = pd.concat([rows.iloc[:count], far, other, rows.iloc[count:]], ignore_index=True)
    pupils = rng.integers(60, 1200, len(rows))
    meals = np.clip(24 + 9 * rows.hardship.fillna(0) + rng.normal(0, 5, len(rows)), 1, 90).round(1)
    register = pd.DataFrame(
        {
            "URN": 990_000 + np.arange(len(rows)) * 3,
            "LA (code)": (rows.council + 990).astype("Int64"),
            "LA (name)": rows.lad_name.fillna("Beyondshire"),
            "EstablishmentNumber": rng.permutation(np.arange(2000, 9000))[: len(rows)],
            "EstablishmentName": rows.name,
            "TypeOfEstablishment (name)": rows.type,
            "EstablishmentTypeGroup (name)": rows.group,
            "PhaseOfEducation (name)": rows.phase,
            "NumberOfPupils": pupils,
            "PercentageFSM": meals.where(rows.group != "Independent schools"),
            "Easting": rows.x.round().astype("Int64"),
            "Northing": rows.y.round().astype("Int64"),
            "LSOA (code)": rows.code,
            "ParliamentaryConstituency (code)": "S9930000" + rows.council.astype("Int64").astype("string"),
        }
    )
    first, second = register.iloc[:-new], register.drop(index=[2, 33]).copy()
    second.loc[60, "EstablishmentName"] = "The Renamed Academy of Samplebridge"
    return dict(zip(RUNTIME, (first, second)))


def brownfield(areas: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The registers of brownfield land of the three councils at each date; the third states no owner."""
    rng = generator(6)
    frames = []
    for council, count in SITES.items():
        here = areas[areas.council == council]
        weight = np.exp(0.5 * here.hardship - 0.2 * here.distance / 1000).to_numpy()
        chosen, points = drawn(rng, here, weight, count)
        frame = pd.DataFrame({"x": points[:, 0], "y": points[:, 1], "quarter": chosen.quarter, "council": council})
        frame["owner"] = rng.choice(OWNERS, count, p=[0.19, 0.05, 0.69, 0.07]) if council != 3 else ""
        frame["new"] = np.arange(count) >= count - 3
        frame["reference"] = [f"SBLR{i:04d}" for i in range(1, count + 1)]
        frames.append(frame)
    rows = located(pd.concat(frames, ignore_index=True), 1)
    size = len(rows)
    rows["entity"] = 99_000_001 + rows.index
    rows["hectares"] = np.round(rng.lognormal(-1.6, 1.1, size), 2).clip(0.01, 40)
    homes = np.maximum(5, (rows.hectares * rng.uniform(35, 120, size)).round()).astype(int)
    permission = rng.choice(
        ["permissioned", "not permissioned", "pending decision", ""], size, p=[0.58, 0.32, 0.04, 0.06]
    )
    kind = np.where(permission == "permissioned", "full planning permission", "")
    entry = pd.to_datetime("2017-12-01") + pd.to_timedelta(rng.integers(0, 2900, size), unit="D")
    # Two councils keep theirs up: two thirds of their dates are of 2023 to 2025. A generator of its own leaves all else.
    late, days = generator(15).random(size) < 0.475, generator(16).integers(0, 1090, size)
    renewed = late & (rows.council != 3) & (entry < pd.Timestamp("2023-01-01"))
    entry = entry.where(~renewed, pd.to_datetime("2023-01-01") + pd.to_timedelta(days, unit="D"))
    sites = pd.DataFrame("", index=rows.index, columns=BROWNFIELD)
    sites["dataset"], sites["prefix"], sites["typology"] = "brownfield-land", "brownfield-land", "geography"
    sites["entity"], sites["reference"], sites["hectares"] = rows.entity, rows.reference, rows.hectares
    sites["entry-date"] = sites["start-date"] = entry.strftime("%Y-%m-%d")
    sites["point"] = [f"POINT ({x:.6f} {y:.6f})" for x, y in zip(rows.longitude, rows.latitude)]
    sites["deliverable"] = np.where(rng.random(size) < 0.6, "yes", "")
    sites["maximum-net-dwellings"] = sites["minimum-net-dwellings"] = homes
    sites["notes"] = np.where(rng.random(size) < 0.3, "Invented site, allocated for homes; phasing to be agreed", "")
    sites["organisation"], sites["ownership-status"] = rows.council.map(ORGANISATIONS), rows.owner
    sites["planning-permission-status"], sites["planning-permission-type"] = permission, kind
    sites["site-address"] = [f"Land at {address(rng)}, {q}" for q in rows.quarter]
    sites["site-plan-url"] = "https://register.samplebridge.example/" + sites.reference

    def some(count: int) -> np.ndarray:
        """Sites of the first date to plant a quirk on; the first six have quirks of their own."""
        return rng.choice(rows.index[~rows.new & (rows.index > 5)], count, replace=False)

    sites.loc[some(18), "point"] = ""
    sites.loc[some(9), "end-date"] = ["2019-12-20", "2021-03-31", "2024-06-30"] * 3
    sites.loc[[0, 1], "entry-date"] = "1899-12-30"
    sites.loc[2, "entry-date"] = "2099-12-31"
    sites.loc[3, ["reference", "entry-date"]] = ""
    sites.loc[4, "site-address"] = ""
    sites.loc[5, "point"] = "POINT (1.500000 54.700000)"  # out at sea, beyond the nation
    sites.loc[some(4), "hazardous-substances"] = "yes"

    first = sites[~rows.new]
    second = sites.drop(index=[9, 61, 175, 300]).copy()
    stated = second.index[(second["ownership-status"] == OWNERS[2]) & ~rows.new[second.index]]
    second.loc[stated[[3, 20, 41, 60, 90]], "ownership-status"] = OWNERS[0]
    was_public = first.index[(first["ownership-status"] == OWNERS[0]) & first.index.isin(second.index)]
    second.loc[was_public[[2, 11]], "ownership-status"] = OWNERS[2]
    second.loc[stated[70], "end-date"] = "2026-08-15"
    second.loc[stated[75], "site-address"] = "The Renamed Wharf, Specimen Hill"
    second.loc[rows.new[second.index], ["entry-date", "start-date"]] = "2026-07-01"
    return dict(zip(RUNTIME, (first, second)))
