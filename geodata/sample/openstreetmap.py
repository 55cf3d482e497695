"""What OpenStreetMap would show of the town, now and at the end of past years. Its elements carry ids no real one has."""

import numpy as np
import pandas as pd

from geodata.crs import transform_xy
from geodata.sample import food, libraries, places, postcodes, wire
from geodata.sample.town import generator

# the first ids; OpenStreetMap is nowhere near
NODE, WAY, RELATION = 8_000_000_000_000_001, 8_100_000_000_000_001, 8_200_000_000_000_001
PAST = {"library", "community_centre", "arts_centre", "theatre", "cinema", "nightclub"}
# City-map layer: tag, share of its buildings that are mapped.
LAYERS = {
    "Libraries": ("amenity=library", 0.9),
    "Community_centres": ("amenity=community_centre", 0.5),
    "Arts_centres": ("amenity=arts_centre", 0.7),
    "Theatres": ("amenity=theatre", 0.75),
    "Cinemas": ("amenity=cinema", 0.75),
    "Museums_and_public_galleries": ("tourism=museum", 0.6),
}
# Tag: how many more there are that the city map lacks, and patterns of their names.
OWN = {
    "amenity=community_centre": (12, "{first} {second} Hall|{street} Community Centre"),
    "amenity=social_centre": (2, "{first} Social Centre"),
    "amenity=nightclub": (2, "Club {first}"),
    "amenity=pub": (3, "The {first} {second}"),
    "amenity=cafe": (42, "{second} Cafe|Cafe {first}|{first} Coffee|{street} Tea Rooms"),
    "amenity=place_of_worship": (
        40,
        "{quarter} Parish Church|{street} Chapel|{first} Meeting House|{street} Temple|{quarter} Mosque",
    ),
}
CAFES, PUBS, PUBS_OF_MAP, NIGHTCLUBS = 40, 24, 4, 10
# What the extract shows of the region that the city's map leaves out: as much, for its residents, as elsewhere.
BEYOND_THE_CITY = {
    "amenity=community_centre": (50, "{quarter} Village Hall|{street} Memorial Hall|{first} Institute"),
    "amenity=cafe": (34, "{second} Tea Room|Cafe {first}"),
    "amenity=pub": (12, "The {first} {second}"),
    "amenity=place_of_worship": (20, "{quarter} Parish Church|{street} Chapel"),
    "tourism=museum": (9, "{quarter} Museum"),
    "amenity=theatre": (8, "{quarter} Playhouse"),
    "amenity=cinema": (5, "{first} Picture House"),
    "amenity=arts_centre": (8, "{quarter} Arts"),
    "amenity=nightclub": (3, "Club {first}"),
}
# Rows of the city map whose story is told below: they are never drawn by chance.
REDRAWN, READDED, SHUT_CENTRE = 19, 2, 20  # community centres
ABSENT_A_YEAR = 11  # a cinema
NOT_MAPPED = {
    "Libraries": {libraries.SHUT_SINCE, libraries.GONE_FROM_OSM},
    "Community_centres": {REDRAWN, READDED, SHUT_CENTRE},
    "Cinemas": {ABSENT_A_YEAR},
}


class Elements:
    """Elements as they are added: each gets the next id of its type."""

    def __init__(self, areas: pd.DataFrame, codes: pd.DataFrame):
        self.rng, self.areas, self.codes = generator(13), areas, codes
        self.found: list[dict] = []
        self.count = {"node": 0, "way": 0}

    def add(self, tag: str, name: str | None, x: float, y: float, **more) -> None:
        """Add one element near (x, y) (EPSG:27700 metres). `more`: `since`, `until`, `absent` (years), `type`, `tags`.

        `exact`: not near but there, so that no one's find slips over the edge of an estate without venues.
        """
        rng = self.rng
        drawn_as_building = rng.random() < (0.3 if tag.split("=")[1] in PAST else 0.08)
        kind = more.get("type") or ("way" if drawn_as_building else "node")
        first_year = int(rng.choice([2017, *range(2018, 2024), 2025], p=[0.5, *[0.06] * 6, 0.14]))
        at = np.array([x, y]) + rng.uniform(-5, 5, 2) * (0 if more.get("exact") else 1)
        key, value = tag.split("=")
        tags = {key: value} | ({"name": name} if name else {}) | self._address(at, more.get("address"))
        self.found.append(
            {
                "type": kind,
                "id": (NODE if kind == "node" else WAY) + self.count[kind],
                "x": at[0],
                "y": at[1],
                "tags": tags | more.get("tags", {}),
                "since": more.get("since", first_year),
                "until": more.get("until", 9999),
                "absent": more.get("absent"),
            }
        )
        self.count[kind] += 1

    def _address(self, at: np.ndarray, address: str | None) -> dict[str, str]:
        if self.rng.random() < 0.55 or not isinstance(address, str):
            return {}
        point = at[None]
        near = postcodes.nearest(self.codes, point, postcodes.councils_of(self.areas, point))
        number, street = address.split(" ", 1)
        return {"addr:housenumber": number, "addr:street": street, "addr:postcode": near.postcode[0]}


def respelled(rng: np.random.Generator, name: str) -> str | None:
    """A name as a passer-by would map it: mostly the same, sometimes otherwise, now and then none."""
    name = name.strip()
    other = name.replace("Tenants Hall", "TRA Hall").replace("Community Centre", "Community Hall").replace("&", "and")
    bare = name.removeprefix("The ")
    return rng.choice([name, other, bare, None], p=[0.66, 0.2, 0.08, 0.06])


def elements(
    areas: pd.DataFrame,
    codes: pd.DataFrame,
    layers: dict[str, pd.DataFrame],
    branches: pd.DataFrame,
    premises: pd.DataFrame,
) -> list[dict]:
    """Every element of any year, from the city map, the list of libraries, the food premises, and its own finds."""
    made = Elements(areas, codes)
    for layer, (tag, share) in LAYERS.items():
        mapped = places.standing(layers[layer])
        for _, place in mapped[~mapped.index.isin(NOT_MAPPED.get(layer, ()))].iterrows():
            if made.rng.random() < share:
                name = place["name"]
                if layer == "Libraries" and not name.endswith("Library"):
                    name += " Library"
                made.add(tag, respelled(made.rng, name), place.x, place.y, address=place.address1)
    clubs = places.standing(layers["Music_venues_all"])
    for _, club in clubs[clubs.name.str.startswith("Club ")].iloc[:NIGHTCLUBS].iterrows():
        made.add("amenity=nightclub", club["name"], club.x, club.y, address=club.address1)
    add_food(made, premises, places.standing(layers["Pubs"]))
    add_own(made)
    add_stories(made, layers, branches)
    # one building has a courtyard, and is drawn as a relation
    chapel = next(e for e in made.found if e["type"] == "way" and e["tags"].get("amenity") == "place_of_worship")
    chapel.update(type="relation", id=RELATION)
    return made.found


def add_food(made: Elements, premises: pd.DataFrame, pubs: pd.DataFrame) -> None:
    """Cafes and pubs that the food files know: every second one names its record there, some under another name."""
    rng = made.rng
    known = premises[(premises.until == 1) & (premises.since == 0) & premises.longitude.notna()]
    for kind, tag, count in (("Restaurant", "amenity=cafe", CAFES), ("Pub", "amenity=pub", PUBS)):
        fit = known[known.type.str.startswith(kind)]
        for turn, row in enumerate(fit.iloc[np.sort(rng.choice(len(fit), count, False))].itertuples()):
            name = row.name.removesuffix(" PH").removesuffix(" P.H.").removesuffix(" Public House")
            if turn % 6 == 0:  # renamed since, the number kept
                name = f"The {rng.choice(places.FIRST)} {rng.choice(['Spoon', 'Kettle', 'Ladle', 'Tankard'])}"
            number = f"{row.fhrs_id};99009999" if turn == 14 else str(row.fhrs_id)  # two numbers, one of no record
            numbered = {"fhrs:id": number} if turn % 2 == 0 else {}
            made.add(tag, name, row.x, row.y, address=row.address1, tags=numbered)
    left = premises[premises.until == 0].iloc[0]  # a number that the files of the second date have no more
    made.add("amenity=pub", left["name"], left.x, left.y, tags={"fhrs:id": str(left.fhrs_id)})
    unlisted = pubs[~pubs.index.isin(premises.map_row) & (pubs.index > 30)].iloc[:PUBS_OF_MAP]
    for _, pub in unlisted.iterrows():
        made.add("amenity=pub", pub["name"], pub.x, pub.y, address=pub.address1)


def add_own(made: Elements) -> None:
    """What only the map's volunteers know; a few of it beyond the city region, as a query by a box of degrees gives."""
    rng = made.rng
    city = made.areas[made.areas.council != 3].reset_index(drop=True)
    beyond = made.areas[made.areas.council == 3].reset_index(drop=True)
    for tag, (count, patterns) in OWN.items():
        chosen, points = places.drawn(rng, city, places.custom(city, 0.3, 0.4), count)
        for quarter, (x, y) in zip(chosen.quarter, points):
            name = places.named(rng, rng.choice(patterns.split("|")), quarter)
            made.add(tag, respelled(rng, name), x, y, address=places.address(rng), exact=True)
    chosen, points = places.drawn(rng, beyond, places.custom(beyond, 0, 0), 3)
    for tag, name, (x, y) in zip(("library", "pub", "cafe"), ("Library", "Arms", "Cafe"), points):
        made.add(f"amenity={tag}", f"{chosen.quarter[0]} {name}", x, y)


def beyond_the_city(areas: pd.DataFrame, codes: pd.DataFrame) -> list[dict]:
    """Elements of the third council that the extract of the whole nation holds, and no query for the city."""
    made = Elements(areas, codes)
    made.rng, made.count = generator(17), {"node": 500_000, "way": 500_000}
    beyond = areas[areas.council == 3].reset_index(drop=True)
    for tag, (count, patterns) in BEYOND_THE_CITY.items():
        chosen, points = places.drawn(made.rng, beyond, places.custom(beyond, 0, 0.2), count)
        for quarter, (x, y) in zip(chosen.quarter, points):
            name = places.named(made.rng, made.rng.choice(patterns.split("|")), quarter)
            made.add(tag, name, x, y, address=places.address(made.rng), exact=True)
    return made.found


def add_stories(made: Elements, layers: dict[str, pd.DataFrame], branches: pd.DataFrame) -> None:
    """What went, what was only drawn anew, and what is said to stand empty."""
    # The first is closed in the list of libraries; the second is open in it, and stands on the city map.
    for name in ("Farthing Library", libraries.NAMES[libraries.GONE_FROM_OSM]):
        row = branches[(branches.name == name) & branches.map_row.isin([-1, libraries.GONE_FROM_OSM])].iloc[0]
        made.add("amenity=library", name, row.x, row.y, type="node", since=2017, until=2019)
    centres, cinemas = layers["Community_centres"], layers["Cinemas"]
    drawn_anew, again, shut = (places.standing(centres).loc[row] for row in (REDRAWN, READDED, SHUT_CENTRE))
    tag = "amenity=community_centre"
    made.add(tag, drawn_anew["name"], drawn_anew.x, drawn_anew.y, type="node", since=2017, until=2020)
    made.add(tag, drawn_anew["name"], drawn_anew.x, drawn_anew.y, type="way", since=2021)
    made.add(tag, again["name"], again.x, again.y, type="node", since=2017, until=2018)
    made.add(tag, again["name"], again.x + 12, again.y - 9, type="node", since=2019)
    cinema = places.standing(cinemas).loc[ABSENT_A_YEAR]
    made.add("amenity=cinema", cinema["name"], cinema.x, cinema.y, type="node", since=2017, absent=2020)
    pub = places.standing(layers["Pubs"]).loc[food.SHUT_ON_OSM]
    library = branches[branches.name == "Whelkstall Library"].iloc[0]
    made.add("disused:amenity=pub", pub["name"], pub.x, pub.y, type="node")
    made.add("disused:amenity=community_centre", shut["name"], shut.x, shut.y, type="way")
    made.add("abandoned:amenity=library", library["name"], library.x, library.y, type="way")


def answer(found: list[dict], base: str) -> bytes:
    """The service's answer with these elements, as its data of the day `base` were."""
    found = sorted(found, key=lambda e: (e["type"], e["id"]))
    points = np.array([[e["x"], e["y"]] for e in found])
    told = []
    for element, x, y in zip(found, *transform_xy(points[:, 0], points[:, 1], "EPSG:27700", "EPSG:4326")):
        at = {"lat": round(float(y), 7), "lon": round(float(x), 7)}
        where = at if element["type"] == "node" else {"center": at}
        told.append({"type": element["type"], "id": element["id"], **where, "tags": element["tags"]})
    credit = "Invented for Samplebridge; only the form is that of OpenStreetMap and its Overpass API."
    data = {"timestamp_osm_base": f"{base}T00:00:00Z", "copyright": credit}
    head = {"version": 0.6, "generator": "Overpass API 0.7.62", "osm3s": data}
    return wire.json_bytes(head | {"elements": told})


def of_year(found: list[dict], year: int) -> list[dict]:
    """The elements of the kinds whose past is asked that stood on the map at the end of a year."""
    return [
        e
        for e in found
        if e["tags"].get("amenity") in PAST and e["since"] <= year <= e["until"] and e["absent"] != year
    ]


def of_today(found: list[dict], order: int) -> list[dict]:
    """The elements of the first (`order` 0) or second date: between them two go, two come, one moves, one is renamed."""
    standing = [e for e in found if e["until"] == 9999]
    cafes = [e for e in standing if e["tags"].get("amenity") == "cafe" and "fhrs:id" not in e["tags"]]
    worship = [e for e in standing if e["tags"].get("amenity") == "place_of_worship"]
    going, coming = [cafes[3], worship[5]], [cafes[-1], worship[-1]]
    if order == 0:
        return [e for e in standing if e not in coming]
    changed = {cafes[8]["id"]: {"x": cafes[8]["x"] + 40}}
    changed[cafes[12]["id"]] = {"tags": cafes[12]["tags"] | {"name": "The Renamed Teapot"}}
    return [e | changed.get(e["id"], {}) for e in standing if e not in going]
