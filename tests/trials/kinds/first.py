"""The altered answers that first showed each kind of fault."""

import csv
import io
import json

import numpy as np
from fixtures.recording import Recording
from trials.altering import BOM, jsons, lines, rows
from trials.case import Case

from geodata.crs import transform_xy

CENTROIDS, OUTLINES = "PopCentroids|outFields", "BGC_V5|outFields"
FOOD_FILE, FOOD_LIST = "FHRSEstablishment", "EstablishmentCollection"


def trailing_comma(town: Recording) -> None:
    town.spoil("Community_centres", lines(lambda told: [told[0], *(line + "," for line in told[1:])]))


def heading_twice(town: Recording) -> None:
    def changed(body: bytes) -> bytes:
        table = list(csv.reader(body.decode("utf-8-sig").splitlines()))
        at, out = table[0].index("easting"), io.StringIO()
        more = [[f"{float(row[at]) - 1000:.4f}", *row] for row in table[1:]]
        csv.writer(out, lineterminator="\n").writerows([["easting", *table[0]], *more])
        return out.getvalue().encode()

    town.spoil("Museums_and", changed)


def relation_without_centre(town: Recording) -> None:
    tags = {"amenity": "community_centre", "name": "Relation Without A Centre"}
    odd = {"type": "relation", "id": 8200000000000001, "tags": tags}
    town.spoil("overpass-api|tourism", jsons(lambda whole: whole["elements"].append(odd)))


def object_for_list(town: Recording) -> None:
    def change(whole: dict) -> None:
        whole[FOOD_FILE][FOOD_LIST] = {"EstablishmentDetail": whole[FOOD_FILE][FOOD_LIST][0]}

    town.spoil("FHRS502", jsons(change))


def told_in_two_parts(town: Recording) -> None:
    other = json.loads(town.body("FHRS501").removeprefix(BOM))[FOOD_FILE][FOOD_LIST][0]
    town.spoil("FHRS502", jsons(lambda whole: whole[FOOD_FILE][FOOD_LIST].append(other)))


def no_file_today(town: Recording) -> None:
    town.spoil("edubasealldata", b"not found", status=404, content_type="text/plain")


def british_end_dates(town: Recording) -> None:
    town.spoil("brownfield-land.csv", rows(lambda n, row: row.update({"end-date": "31/01/2025"} if n % 2 == 0 else {})))


def thousands(town: Recording) -> None:
    def change(_: int, row: dict) -> None:
        row.update({c: f"{float(row[c]):,.1f}" for c in ("easting", "northing") if row[c] not in ("", "NA")})

    town.spoil("Community_centres", rows(change))


def layer_in_degrees(town: Recording) -> None:
    def change(layer: dict) -> None:
        layer.pop("crs", None)
        for feature in layer["features"]:
            x, y = feature["geometry"]["coordinates"][:2]
            lon, lat = transform_xy(np.array([x]), np.array([y]), "EPSG:27700", "EPSG:4326")
            feature["geometry"]["coordinates"] = [round(float(lon[0]), 7), round(float(lat[0]), 7)]
            feature["properties"].pop("centroid_kind", None)

    town.spoil(CENTROIDS, jsons(change))


def spiked_outline(town: Recording) -> None:
    def change(layer: dict) -> None:
        ring = layer["features"][3]["geometry"]["coordinates"][0]
        ring = ring[0] if isinstance(ring[0][0], list) else ring
        x, y = ring[5]
        ring[6:6] = [[x + 50, y + 50], [x, y]]

    town.spoil(OUTLINES, jsons(change))


FOOD = "fsa_hygiene_current"
CASES = [
    Case("a CSV reader's conveniences", "a comma at the end of each row", "gla_community_centres_2022", trailing_comma),
    Case("a heading twice", "easting before easting", "gla_museums_2022", heading_twice),
    Case("one odd element", "a relation without a centre", "osm_places_london", relation_without_centre),
    Case("one odd element", "an object where a list stands", FOOD, object_for_list),
    Case("one odd element", "an establishment told in two parts", FOOD, told_in_two_parts),
    Case("no file today", "the register of schools, at first", "dfe_gias_current", no_file_today, first=True),
    Case(
        "dates in another form", "British end dates in every other row", "mhclg_brownfield_current", british_end_dates
    ),
    Case("numbers in another form", "thousands separators in coordinates", "gla_community_centres_2022", thousands),
    Case("a layer of another system", "centroids in degrees", "ons_lsoa_centroids_2021", layer_in_degrees, first=True),
    Case("odd outlines", "a spike", "ons_lsoa_boundaries_2021", spiked_outline, first=True),
]
