"""Writes the recorded answers of Samplebridge: `python -m geodata.sample.generate`. The same bytes every time."""

import hashlib
import json
from pathlib import Path
from urllib.parse import quote

import pandas as pd

from geodata.sample import (
    charities,
    clubs,
    companies,
    cooperatives,
    extract,
    food,
    health,
    heritage,
    holders,
    land,
    libraries,
    listings,
    local,
    openstreetmap,
    places,
    postcodes,
    registered,
    societies,
    tables,
    town,
    vintages,
    wire,
)
from geodata.sample import schools as registers

HERE = Path(__file__).parent
DATES = list(places.RUNTIME)
DATASTORE = "https://data.london.gov.uk"
MAP = "cultural-infrastructure-map"
PTAL = "public-transport-accessibility-levels"
NAMED_ANEW = {
    "Community_centres": "2019 publication - Community_centres (Nov 2023)"
}  # as the store does with some files
IOD_PAGE = "https://www.gov.uk/api/content/government/statistics/english-indices-of-deprivation-2025"
IOD_FILES = {
    "File 7: all ranks, scores, deciles and population denominators": (
        "File_7_IoD2025_All_Ranks_Scores_Deciles_Population_Denominators.csv"
    ),
    "File 8: underlying indicators": "File_8_IoD2025_Underlying_Indicators.csv",
}
CENSUS = "https://www.nomisweb.co.uk/output/census/2021/census2021-{}.zip"
# The tables known from documentation carry the older headings, with the measure after each.
MEASURED = {"ts003", "ts045"}
SCHOOLS = "https://ea-edubase-api-prod.azurewebsites.net/edubase/downloads/public/edubasealldata{}.csv"
BROWNFIELD = "https://files.planning.data.gov.uk/dataset/brownfield-land.csv"
COMPANIES = "https://download.companieshouse.gov.uk/BasicCompanyDataAsOneFile-{}-01.zip"
CONTENT_TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "zip": "application/zip",
    "pbf": "application/octet-stream",
    "parquet": "application/octet-stream",
}
MSOA_NAMES = "https://houseofcommonslibrary.github.io/msoanames/MSOA-Names-Latest2.csv"


def page(content: dict) -> bytes:
    """A download page as indented JSON."""
    return (json.dumps(content, indent=1) + "\n").encode()


def invented_id(text: str, length: int) -> str:
    """A made-up hexadecimal id of the given length."""
    return hashlib.sha256(f"Samplebridge {text}".encode()).hexdigest()[:length]


def add_indices(recording: wire.Recording, date: str, files: list[pd.DataFrame]) -> None:
    """Record the indices of deprivation: the page that names the files, and the files."""
    attachments = []
    for (title, name), frame in zip(IOD_FILES.items(), files):
        url = f"https://assets.publishing.service.gov.uk/media/{invented_id(name, 24)}/{name}"
        attachments.append({"title": title, "filename": name, "url": url, "content_type": "text/csv"})
        recording.add(date, url, wire.csv_bytes(frame), "text/csv", "csv")
    content = {
        "base_path": "/government/statistics/english-indices-of-deprivation-2025",
        "title": "English indices of deprivation 2025",
        "document_type": "official_statistics",
        "first_published_at": "2025-10-30T09:30:00+00:00",
        "details": {"attachments": attachments},
    }
    recording.add(date, IOD_PAGE, page(content), "application/json; charset=utf-8", "json")


def add_city_map(recording: wire.Recording, date: str, layers: dict[str, pd.DataFrame]) -> None:
    """Record the cultural infrastructure map: the data-set page that names the files, and the files."""
    named = {NAMED_ANEW.get(layer, layer): frame for layer, frame in layers.items()}
    add_dataset(recording, date, MAP, "Cultural Infrastructure Map", named)


def add_dataset(recording: wire.Recording, date: str, slug: str, title: str, layers: dict[str, pd.DataFrame]) -> None:
    """Record one data set of the city's store: the page that names its files, and the files."""
    resources = {}
    for order, (layer, frame) in enumerate(layers.items()):
        key = invented_id(layer, 32)
        key = "-".join([key[:8], key[8:12], key[12:16], key[16:20], key[20:]])
        body = wire.csv_bytes(frame)
        url = f"{DATASTORE}/download/{slug}/{key}/{quote(layer)}.csv"
        resources[key] = {
            "title": layer.replace("_", " "),
            "format": "csv",
            "url": url,
            "order": order,
            "check_timestamp": f"{date}T00:00:00.000Z",
            "check_size": len(body),
            "check_mimetype": "text/csv",
        }
        recording.add(date, url, body, "text/csv", "csv")
    content = {
        "id": slug,
        "slug": slug,
        "title": title,
        "maintainer": "Greater London Authority",
        "licence": "UK Open Government Licence (OGL v3)",
        "updatedAt": f"{date}T00:00:00.000Z",
        "resources": resources,
    }
    url = f"{DATASTORE}/api/dataset/{slug}"
    recording.add(date, url, page(content), "application/json; charset=utf-8", "json")


def add_old_areas(recording: wire.Recording, date: str, areas: pd.DataFrame, neighbours: pd.DataFrame) -> None:
    """Record what is by the older vintage of areas: its look-up, public transport, the indices of 2019."""
    pairs = vintages.lookup(areas, neighbours)
    old = vintages.old_areas(areas, pairs)
    wire.add_layer(recording, date, "LSOA11_LSOA21_LAD22_EW_LU_v5", pairs)
    files = {"LSOA2011 AvPTAI2015": vintages.transport(areas, old)}
    add_dataset(recording, date, PTAL, "Public Transport Accessibility Levels", files)
    earlier = wire.csv_bytes(vintages.indices_2019(old))
    recording.add(date, registered.address("mhclg_iod_2019"), earlier, "text/csv", "csv")


def quarters(areas: pd.DataFrame) -> pd.DataFrame:
    """The list of middle-area names, with the publisher's headings."""
    names = areas[["msoa_code", "msoa_name", "quarter", "lad_name"]].drop_duplicates()
    names = names.set_axis(["msoa21cd", "msoa21nm", "msoa21hclnm", "localauthorityname"], axis=1)
    names.insert(3, "msoa21hclnmw", "")
    return names


def real_places(areas: pd.DataFrame, codes: pd.DataFrame, layers: dict[str, dict[str, pd.DataFrame]]):
    """What stands in the town behind the lists: its libraries, its premises of the food files, what OpenStreetMap drew."""
    first = {layer: by_date[DATES[0]] for layer, by_date in layers.items()}
    branches = libraries.libraries(areas, codes, first["Libraries"])
    premises = food.premises(areas, codes, layers["Pubs"])
    return branches, premises, openstreetmap.elements(areas, codes, first, branches, premises)


def lists(areas: pd.DataFrame, layers: dict[str, dict[str, pd.DataFrame]]) -> list[tuple[int | None, str, bytes, str]]:
    """Answers about places beside the map and the registers: which date (None: both), address, body and extension."""
    first = {layer: by_date[DATES[0]] for layer, by_date in layers.items()}
    codes = postcodes.postcodes(areas)
    branches, premises, mapped = real_places(areas, codes, layers)

    told: list[tuple[int | None, str, bytes, str]]
    told = [(None, registered.address("ons_nspl_2025"), postcodes.lookup_zip(codes), "zip")]
    for year in libraries.SURVEYS:
        edition = wire.csv_bytes(libraries.edition(branches, year), encoding="utf-8-sig")
        told.append((None, registered.address(f"ace_libraries_{year}"), edition, "csv"))
    located = wire.csv_bytes(libraries.located(branches, codes))
    told.append((None, registered.address("librarydata_libraries_2023"), located, "csv"))
    first_edition = wire.csv_bytes(libraries.of_2016(branches, codes))
    told.append((None, registered.address("dcms_libraries_2016"), first_edition, "csv"))
    coops = pd.concat([cooperatives.cooperatives(codes), holders.cooperatives(premises)], ignore_index=True).fillna("")
    mutuals = pd.concat([societies.societies(codes), holders.societies(premises)], ignore_index=True)
    for stem, table in (
        ("coops_uk_2023", coops),
        ("fca_mutuals_current", mutuals),
        ("mhclg_ownership_fund_awards_part", holders.awards(premises)),
    ):
        told.append((None, registered.address(stem), wire.csv_bytes(table), "csv"))
    for day, url in registered.overpass_addresses("osm_culture_history_london").items():
        body = openstreetmap.answer(openstreetmap.of_year(mapped, int(day[:4])), day)
        told.append((None, url, body, "json"))
    told += community(areas, codes)
    told.append(
        (None, registered.address("trafford_land_current"), wire.csv_bytes(land.of_owner(codes, branches)), "csv")
    )
    second = wire.csv_bytes(land.of_other(codes), encoding="cp1252")
    told.append((None, registered.address("cheltenham_land_2021"), second, "csv"))
    for stem, member, rows in (
        ("ccew_charities_current", "publicextract.charity.json", charities.charities(codes)),
        ("ccew_charity_areas_current", "publicextract.charity_area_of_operation.json", charities.areas_of_operation()),
    ):
        told.append((None, registered.address(stem), charities.extract(member, rows), "zip"))
    for stem, body, extension in (
        ("gm_libraries_current", wire.csv_bytes(local.branches_of_council(branches)), "csv"),
        ("gm_places_of_worship_current", local.worship_layer(areas, openstreetmap.of_today(mapped, 0)), "json"),
        ("gm_post_offices_current", local.post_office_layer(areas), "json"),
    ):
        told.append((None, registered.address(stem), body, extension))
    told.append((None, registered.fetch_rule("fsa_hygiene_current")["parts_list"]["url"], food.authorities(), "json"))
    told.append((None, registered.address("acv_part_current"), listings.part(premises), "csv"))
    for order, date in enumerate(DATES):
        entries = listings.register(premises, places.standing(first["Community_centres"]), date)
        told.append((order, registered.address("mhclg_acv_current"), wire.csv_bytes(entries), "csv"))
        for part in food.COUNCIL_OF_PART:
            url = registered.address("fsa_hygiene_current", part)
            told.append((order, url, food.part(premises, part, order, date), "json"))
        standing = openstreetmap.of_today(mapped, order)
        for url in registered.overpass_addresses("osm_places_london").values():
            told.append((order, url, openstreetmap.answer(standing, date), "json"))
        whole = standing + openstreetmap.beyond_the_city(areas, codes)
        told.append((order, registered.address("osm_places_england"), extract.extract(whole, date), "pbf"))
    return told


def community(areas: pd.DataFrame, codes: pd.DataFrame) -> list[tuple[int | None, str, bytes, str]]:
    """Answers of the lists of health, sport and green space, the same on both dates, as `lists` gives them."""
    told: list[tuple[int | None, str, bytes, str]] = []
    for stem, table in (
        ("nhs_gp_practices_2024", health.practices(codes)),
        ("nhs_pharmacies_2024", health.pharmacies(codes)),
    ):
        told.append((None, registered.address(stem), health.parquet_bytes(table), "parquet"))
    for stem, table in (
        ("trafford_leisure_centres_current", local.leisure_centres(codes)),
        ("trafford_sports_facilities_current", local.sports_facilities(codes)),
        ("trafford_community_hubs_current", local.hubs(codes)),
        ("trafford_grants_current", local.grants()),
        ("trafford_charities_2022", charities.on_council_list(local.COUNCIL, codes)),
        ("defra_green_space_2026", local.green_space(areas)),
    ):
        told.append((None, registered.address(stem), wire.csv_bytes(table), "csv"))
    told.append((None, registered.address("os_open_greenspace_current"), local.greenspace_zip(areas), "zip"))
    every = clubs.clubs(codes)
    for year in [*clubs.YEARS, clubs.NOW]:
        stem = "hmrc_cascs_current" if year == clubs.NOW else f"hmrc_cascs_{year}"
        told.append((None, registered.address(stem), wire.csv_bytes(clubs.edition(every, year)), "csv"))
    return told


def main(folder: Path = HERE) -> None:
    """Invent the town and record in `folder` what each source would have answered on each date."""
    areas, neighbours = town.build()
    census = tables.census(areas)
    scores = tables.indices(areas)
    iod = [tables.file_7(areas, scores), tables.file_8(areas, scores, census["ts007a"])]
    codes = postcodes.postcodes(areas)
    schools, sites = places.schools(areas, neighbours), places.brownfield(areas)
    layers = {layer: places.venues(areas, layer, part) for part, layer in enumerate(places.VENUES)}
    _, premises, mapped = real_places(areas, codes, layers)
    recording = wire.Recording()
    for order, url, body, extension in lists(areas, layers):
        for date in DATES if order is None else [DATES[order]]:
            recording.add(date, url, body, CONTENT_TYPES[extension], extension)
    for date in DATES:
        wire.add_areas(recording, date, areas, neighbours)
        wire.add_nomis(recording, date, areas)
        heritage.add_register(recording, date, areas, codes, premises, openstreetmap.of_today(mapped, 1))
        add_old_areas(recording, date, areas, neighbours)
        for number, table in census.items():
            body = wire.census_zip(number, areas, table, number in MEASURED)
            recording.add(date, CENSUS.format(number), body, "application/zip", "zip")
        add_indices(recording, date, iod)
        recording.add(date, MSOA_NAMES, wire.csv_bytes(quarters(areas)), "text/csv", "csv")
        register = wire.csv_bytes(registers.register(schools[date], areas, codes), encoding="cp1252")
        recording.add(date, SCHOOLS.format(date.replace("-", "")), register, "text/csv", "csv")
        recording.add(date, COMPANIES.format(date[:7]), companies.month_zip(codes, date), "application/zip", "zip")
        recording.add(date, BROWNFIELD, wire.csv_bytes(sites[date]), "text/csv", "csv")
        add_city_map(recording, date, {layer: by_date[date] for layer, by_date in layers.items()})
    recording.write(folder)


if __name__ == "__main__":
    main()
