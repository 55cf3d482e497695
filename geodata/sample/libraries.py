"""The national list of libraries in its editions of 2016, 2022 and 2023: the city map's libraries, and many that it lacks."""

import numpy as np
import pandas as pd

from geodata.sample import places, postcodes
from geodata.sample.town import COUNCILS, generator

CO_LOCATED = (
    "archives artscentre carehome_hostel catering_bars_pub civic community faithbuildings health hotel "
    "industrial_business library museum retail schools_colleges universities_highereducation other other_text"
).split()
DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
SURVEYS = {2022: [16, 19, 21, 22], 2023: [16, 19, 21, 22, 23]}
STATIC, LOCAL_HISTORY = "Static Library", "Static Local History Library"

# By their row in the city map's layer of libraries.
NOT_LISTED = {3, 10, 16, 18, 21, 25, 32, 33, 35, 38}
MOVED_WITHIN, SHUT_SINCE, GONE_FROM_OSM, RENAMED = 5, 31, 22, 26
NO_POSTCODE_2022 = 20
RUN_OTHERWISE = {6: "CR", 12: "CR", 19: "CR", 30: "CR", 14: "ICL", 29: "ICL", 7: "C", 23: "C", 28: "c", 0: "LAU"}
NAMES = {
    MOVED_WITHIN: "Tollgate Library and Learning Centre",
    SHUT_SINCE: "Fablegate Library",
    GONE_FROM_OSM: "Tryalmere Library",
    RENAMED: "Draffenholme Library",
}
# Not on the city map: name, council, type, how run, year closed, year opened.
OTHERS = (
    ("Farthing Library", 1, STATIC, "Closed", "2020", ""),
    ("Pennywhistle Library", 1, STATIC, "Closed", "", ""),
    ("Sundial Library", 1, STATIC, "LA", "", "2023"),
    ("Whelkstall Library", 2, STATIC, "Closed", "2018", ""),
    ("Turnstile Library", 2, STATIC, "Closed", "2022", ""),
    ("Muddle Dyke Library", 3, STATIC, "Closed", "2015", ""),
    ("Draffenmere Library", 3, STATIC, "LA", "", ""),
    ("Tryalstead Library", 3, STATIC, "LA", "", ""),
    ("Fablehaven Community Library", 3, STATIC, "CR", "", ""),
    ("Exemcroft Library", 3, STATIC, "C", "", ""),
    ("Mockenmere Library", 3, "Static library", "LA", "", ""),
    ("Samplebridge Mobile Library", 1, "Mobile Library", "LA", "", ""),
    ("Farmarsh Mobile Library", 3, "Mobile Library", "LA", "", ""),
    ("HMP Feignmoor", 3, "Prison Library", "LA", "", ""),
    ("Samplebridge City Archive", 1, "Archive", "LA", "", ""),
    ("Northbank Local Studies Library", 2, LOCAL_HISTORY, "LA", "", ""),
)
ON_ENDED_POSTCODE = "Pennywhistle Library"


def listed_name(rng: np.random.Generator, name: str) -> str:
    """The name that the list has for a library of the city map: often the same, often a little different."""
    if name.endswith(" Library"):
        choices = [name, name.removesuffix(" Library"), f"{name} & Information Point"]
    else:
        choices = [f"{name} Library", f"{name} Community Library", name]
    return rng.choice(choices, p=[0.65, 0.2, 0.15])


def listed_uprn(rng: np.random.Generator, of_map: str | None, row: int) -> str:
    """The property number, in every second case; whole where the city map's lost its last digits."""
    if row % 2 or not isinstance(of_map, str):
        return ""
    return str(int(of_map) + int(rng.integers(1, 10**6))) if of_map.endswith("000000") else of_map


def libraries(areas: pd.DataFrame, codes: pd.DataFrame, city_map: pd.DataFrame) -> pd.DataFrame:
    """Every library that either edition lists, with its point; `was` is its name in 2022, `lacks_2022` what it lacked."""
    rng = generator(11)
    mapped = places.standing(city_map)
    points = mapped[["x", "y"]].to_numpy()
    near = postcodes.nearest(codes, points, postcodes.councils_of(areas, points))
    rows = []
    for place, (number, library) in enumerate(mapped.iterrows()):
        rows.append(
            {
                "council": near.council[place],
                "name": NAMES.get(number) or listed_name(rng, library["name"]),
                "address1": library.address1,
                "postcode": near.postcode[place],
                "uprn": listed_uprn(rng, library.os_addressbase_uprn, number),
                "type": "Static library" if number % 6 == 2 else STATIC,
                "operation": RUN_OTHERWISE.get(number, "LA"),
                "map_row": number,
                "x": library.x,
                "y": library.y,
            }
        )
    rows = pd.DataFrame(rows)
    rows = rows[~rows.map_row.isin(NOT_LISTED)].set_index("map_row", drop=False)
    rows["was"], rows["closed"], rows["opened"], rows["lacks_2022"] = rows.name, "", "", ""
    rows.loc[SHUT_SINCE, ["operation", "closed"]] = ["Closed", "2024"]
    rows.loc[9, "operation"] = "Temporary Closure"
    rows.loc[RENAMED, "name"] = "Quillwright Library"
    rows.loc[NO_POSTCODE_2022, "lacks_2022"] = "postcode"
    before = rows.loc[[MOVED_WITHIN]].assign(name="Tollgate Branch Library", was="Tollgate Branch Library", uprn="")
    before = before.assign(operation="Closed", closed="2017", map_row=-1)
    return pd.concat([rows, before, others(rng, areas, codes, points)], ignore_index=True)


def others(rng: np.random.Generator, areas: pd.DataFrame, codes: pd.DataFrame, mapped: np.ndarray) -> pd.DataFrame:
    """The libraries that the city map lacks, well away from those it has and from one another."""
    rows, taken = [], mapped
    deserts = places.in_desert(np.array(areas.point.tolist()))
    fit = codes[codes.placed & ~deserts[codes.area]]
    for name, council, kind, operation, closed, opened in OTHERS:
        free = fit[(fit.council == council) & ((fit.ended != "") == (name == ON_ENDED_POSTCODE))]
        quarter = name.split()[0]
        if (free.quarter == quarter).any():
            free = free[free.quarter == quarter]
        apart = np.hypot(*(free[["x", "y"]].to_numpy()[:, None] - taken[None]).transpose(2, 0, 1)).min(axis=1)
        far = free[apart >= min(700, apart.max())]
        at = far.iloc[rng.integers(len(far))]
        taken = np.vstack([taken, [at.x, at.y]])
        row = {"name": name, "was": name, "council": council, "type": kind, "operation": operation, "closed": closed}
        row |= {"opened": opened, "address1": places.address(rng), "postcode": at.postcode, "uprn": "", "map_row": -1}
        row |= {"lacks_2022": "row" if opened else "postcode" if name.startswith("Farmarsh Mobile") else ""}
        rows.append(row | {"x": at.x, "y": at.y})
    found = pd.DataFrame(rows)
    found.loc[found.name == "Samplebridge City Archive", "uprn"] = "B00017"  # a number of the council's own
    found.loc[found.name == "HMP Feignmoor", "address1"] = "Feignmoor"
    return found


def edition(libraries: pd.DataFrame, year: int) -> pd.DataFrame:
    """One edition of the list, with its own headings: a column of how it was run for every survey up to then."""
    rows = libraries.copy()
    if year == 2022:
        rows = rows[rows.lacks_2022 != "row"]
        rows["name"] = rows.was
        rows["postcode"] = rows.postcode.mask(rows.lacks_2022 == "postcode", "")
        shut_later = rows.closed == "2024"
        rows["operation"], rows["closed"] = rows.operation.mask(shut_later, "LA"), rows.closed.mask(shut_later, "")
    rows = rows.sort_values(["council", "name"], kind="stable", ignore_index=True)
    shut = rows.operation == "Closed"
    table = pd.DataFrame({"reporting": rows.council.map(lambda council: COUNCILS[council][1])})
    table["name"], table["address1"] = rows.name, rows.address1
    table["address2"], table["address3"], table["authority"] = table.reporting, "", table.reporting
    table["postcode"], table["uprn"], table["type"] = rows.postcode, rows.uprn, rows.type
    council_run = ~shut & ~rows.operation.isin(["CR", "ICL"])
    for survey in [10, *SURVEYS[year]]:
        table[f"statutory_{survey}"] = np.where(council_run | (survey == 10), "Yes", "No")
    for survey in SURVEYS[year]:
        before = (shut & (rows.closed > f"20{survey}")) if survey != SURVEYS[year][-1] else shut & False
        table[f"operation_{survey}"] = rows.operation.mask(before, "LA").mask(rows.opened > f"20{survey}", "")
    table["closed"], table["opened"] = rows.closed, rows.opened
    if year == 2023:
        table["operating_organisation"] = "-"
    table["department"] = np.where(shut, "", "Invented Services")
    table[f"new_build_{year % 100 - 1}"] = np.where(shut, "", "No")
    table["co_located"] = np.where(shut, "N/A", "No")
    table[[f"co_located_{what}" for what in CO_LOCATED]] = ""
    for day in DAYS:
        table[day] = np.where(shut, "N/A Closed", "Closed" if day == "sunday" else "AM & PM (continuous)")
    table["hours"], table["staffed_hours"] = np.where(shut, "N/A Closed", "40"), np.where(shut, "N/A Closed", "40")
    table["automated"] = np.where(shut, "", "No")
    return table


# The edition of 2023 as it is cleaned and located by others: some headings of its own, blank where nothing is said.
SHARED = (
    "archives",
    "arts centre",
    "care home or hostel",
    "catering, bars or pub",
    "civic",
    "community",
    "faith buildings",
    "health",
    "hotel",
    "industrial or business",
    "library",
    "museum",
    "retail",
    "schools or colleges",
    "universities or higher education",
    "other",
)
FOUND_YEAR = "2021"
UNDER_BOTH_COUNCILS = "Quillwright Library"  # stands a second time, under the council of before a reorganisation
AGAIN_AS_ARCHIVE = "Samplebridge City Archive"  # a static library of the same name shares its building
SHARES = {
    "Tollgate Library and Learning Centre": ("community", "schools or colleges"),
    "Tryalmere Library": ("health",),
}


def located(libraries: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """The edition of 2023 with the coordinates of each library's postcode, where that has some."""
    rows = libraries.sort_values(["council", "name"], kind="stable", ignore_index=True)
    at = codes[codes.placed].set_index("postcode")
    operation = rows.operation.str.upper().mask(rows.operation.isin(["Closed", "Temporary Closure"]), "")
    names = rows.council.map(lambda council: COUNCILS[council][1])
    table = pd.DataFrame({"Reporting service": names + " Council", "Reporting service code": "S99"})
    table["Name"], table["Type"] = rows.name, rows.type.str.title()
    table["Address 1"], table["Address 2"], table["Address 3"] = rows.address1, names, ""
    table["Postcode"], table["Unique property reference number"] = rows.postcode, rows.uprn
    for heading, column in {"Longitude": "longitude", "Latitude": "latitude"}.items():
        numbers = at[column].reindex(rows.postcode).to_numpy()
        table[heading] = ["" if np.isnan(number) else f"{number:.6f}" for number in numbers]
    table["Upper tier local authority"] = names
    table["Operation in 2022"], table["Operation in 2023"] = operation, operation
    undated = (rows.operation == "Closed") & (rows.closed == "")  # the one list gives no year, the other found it
    table["Year opened"], table["Year closed"] = rows.opened, rows.closed.mask(undated, FOUND_YEAR)
    shares = rows.name.map(SHARES).map(lambda held: held if isinstance(held, tuple) else ())
    table["Co-located"] = np.where(shares.map(len) > 0, "Yes", "No")
    for what in SHARED:
        table[f"Co-located {what}"] = np.where(shares.map(lambda held, what=what: what in held), "X", "")
    shut = operation == ""
    for day in DAYS:
        told = "Closed" if day == "sunday" else "AM & PM (continuous)"
        table[f"{day.title()} opening times"] = np.where(shut, "", told)
    table["Hours open per week"], table["Staffed hours per week"] = np.where(shut, "", "40"), np.where(shut, "", "40")
    table.loc[table["Name"] == "Draffenmere Library", "Monday opening times"] = "[Unknown]"
    table["Automated"], table["Email or website"] = "", ""
    twice = table[table["Name"] == UNDER_BOTH_COUNCILS].replace(
        {"Reporting service": r" Council$"}, " District Council", regex=True
    )
    archive = table[table["Name"] == AGAIN_AS_ARCHIVE].assign(Type=STATIC)
    return pd.concat([table, twice, archive], ignore_index=True)


def of_2016(libraries: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """The edition of 1 July 2016, with headings and codes of its own: static libraries, some closed since 2010."""
    rows = libraries[libraries.type.isin([STATIC, "Static library"]) & (libraries.opened == "")]
    rows = rows.sort_values(["council", "name"], kind="stable", ignore_index=True)
    at = codes[codes.placed].set_index("postcode")
    shut = rows.closed.between("2010", "2016")
    table = pd.DataFrame({"name": rows.was.str.removesuffix(" Library"), "id": np.arange(1, len(rows) + 1)})
    table["authority_id"], table["address"] = rows.council, rows.address1
    table["postcode"] = rows.postcode.str.replace(" ", "")
    for heading, column in {"lat": "latitude", "lng": "longitude"}.items():
        numbers = at[column].reindex(rows.postcode).to_numpy()
        table[heading] = ["" if np.isnan(number) else f"{number:.6f}" for number in numbers]
    codes_2016 = {"CR": "CRL", "ICL": "ICL", "C": "CL"}
    table["type"] = rows.operation.str.upper().map(codes_2016).fillna("LAL").mask(shut, "")
    table["closed"], table["closed_year"] = np.where(shut, "XL", ""), rows.closed.where(shut, "")
    table["replacement"], table["notes"] = "f", ""
    table["hours"] = np.where(shut, "", "42")
    return table
