"""A publisher's answer that is wrong, cut short or empty: refused in one sentence, and the last release kept."""

import io
import json
import zipfile

import pytest

from pipelines.release.database import open_database

HTML = b"<!DOCTYPE html><html><head><title>Sorry</title></head><body>Down for maintenance</body></html>"
BOUNDARIES = "Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_BGC_V5"
WARDS, MIDDLE, RURAL = "LSOA21_WD24_LAD24_EW_LU", "OA_LSOA_MSOA_EW_DEC_2021_LU_v3", "LSOA21_RUC21_EW_LU"


def first_lines(n: int):
    return lambda body: b"".join(body.splitlines(keepends=True)[:n])


def without_last_line(body: bytes) -> bytes:
    return b"".join(body.splitlines(keepends=True)[:-1])


def heading(old: bytes, new: bytes):
    def change(body: bytes) -> bytes:
        assert old in body.split(b"\n")[0]
        return body.replace(old, new, 1)

    return change


def member(name: str, change):
    """A change of one member of a zip."""

    def changed(body: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w") as new:
            for info in old.infolist():
                new.writestr(info.filename, change(old.read(info)) if info.filename == name else old.read(info))
        return out.getvalue()

    return changed


def two_thirds(body: bytes) -> bytes:
    return body[: len(body) * 2 // 3]


def one_row_less(town, layer: str) -> None:
    page = town.page(layer)
    n = len(page["features"]) - 1
    town.spoil(
        f"/{layer}/FeatureServer/0/query?where=1=1&outFields",
        json.dumps({**page, "features": page["features"][:n]}).encode(),
    )
    town.spoil(f"/{layer}/FeatureServer/0/query?where=1=1&returnCountOnly", json.dumps({"count": n}).encode())


REQUIRED = {
    "html": (lambda t: t.spoil("NM_2021_1", HTML), "ons_census_residents_2021", "web page"),
    "missing column": (
        lambda t: t.spoil("NM_2021_1", heading(b"OBS_VALUE", b"VALUE")),
        "ons_census_residents_2021",
        "no column 'OBS_VALUE'",
    ),
    "no body": (lambda t: t.spoil("NM_2021_1", b""), "ons_census_residents_2021", "empty"),
    "no rows": (lambda t: t.spoil("NM_2021_1", first_lines(1)), "ons_census_residents_2021", "stops after 0"),
    "fewer rows than announced": (
        lambda t: t.spoil("NM_2021_1", without_last_line),
        "ons_census_residents_2021",
        "149",
    ),
    "stops short": (lambda t: t.cut_layer(BOUNDARIES, "empty"), "ons_lsoa_boundaries_2021", "stops after 78 of 156"),
    "repeats a page": (lambda t: t.cut_layer(BOUNDARIES, "repeated"), "ons_lsoa_boundaries_2021", "repeats a page"),
    "row count": (lambda t: one_row_less(t, WARDS), "ons_lsoa_ward_authority_2024", "149 rows, where exactly 150"),
    "no such address": (lambda t: t.spoil("NM_2021_1", b"gone", status=404), "ons_census_residents_2021", "404"),
}


@pytest.mark.parametrize("case", REQUIRED)
def test_required_source(case, town, data, command, fingerprint, untouched):
    spoil, source, told = REQUIRED[case]
    before = fingerprint(data)
    spoil(town)
    ran = command("refresh", "--data", data, "--sample-date", "2026-03-31", "--quiet")
    assert ran.code == 1
    assert source in ran.sentence
    assert told in ran.sentence
    untouched(data, before)
    health = json.loads((data / "health.json").read_bytes())
    assert health["state"] == "red"
    assert source in health["failure"]["what"]


def test_where_a_required_source_fails_no_other_is_asked(town, data, command):
    seen = data / "snapshots" / "gla_pubs_2022" / "observations.jsonl"
    before = seen.read_bytes()
    town.spoil("NM_2021_1", b"gone", status=404)
    assert command("refresh", "--data", data, "--sample-date", "2026-03-31", "--quiet").code == 1
    assert seen.read_bytes() == before


def swapped(body: bytes) -> bytes:
    """A CSV whose eastings stand under northing, and the other way round."""
    heading, rest = body.split(b"\n", 1)
    names = {b"Easting": b"Northing", b"Northing": b"Easting"}
    return b",".join(names.get(name, name) for name in heading.split(b",")) + b"\n" + rest


def with_trailing_commas(body: bytes) -> bytes:
    heading, *rows = body.splitlines()
    return b"\n".join([heading, *(row + b"," for row in rows), b""])


def spoil_all(town) -> dict[str, str]:
    """Spoil a source that is not required in every way; what is told of each."""
    town.spoil("Pubs.csv", HTML)
    town.spoil("Libraries.csv", heading(b"name", b"title"))
    town.spoil("libraries_england_2023", heading(b"name", b"title"))
    town.spoil("basic-dataset-for-libraries-2023", HTML)
    town.spoil("england-latest.osm.pbf", HTML)
    town.spoil("/FHRS50", HTML)
    town.spoil("Cinemas.csv", first_lines(1))
    town.spoil("edubasealldata", swapped)
    town.spoil("Community_centres%20", with_trailing_commas)
    town.spoil("census2021-ts054", two_thirds)
    town.spoil("census2021-ts045", member("census2021-ts045-lsoa.csv", without_last_line))
    town.cut_layer(MIDDLE, "empty")
    town.cut_layer(RURAL, "repeated")
    return {
        "gla_pubs_2022": "web page",
        "gla_libraries_2022": "no column 'name'",
        "ace_libraries_2023": "no column 'name'",
        "librarydata_libraries_2023": "web page",
        "osm_places_england": "web page",
        "fsa_hygiene_current": "web page",
        "gla_cinemas_2022": "empty where rows are expected",
        "dfe_gias_current": "only 0.0% of its places lie within the geography",
        "gla_community_centres_2022": "line 2 has 17 cells where the heading has 16",
        "ons_census_tenure_2021": "cut short",
        "ons_census_cars_2021": "149 rows, where exactly 150",
        "ons_lsoa_msoa_2021": "stops after 150 of 300",
        "ons_lsoa_rural_urban_2021": "repeats a page",
    }


def warnings(ran) -> dict[str, str]:
    """What the last lines say of each source."""
    found = [line.removeprefix("warning, ") for line in ran.out.splitlines() if line.startswith("warning, ")]
    return {line.split(": ")[1]: line for line in found}


def values(data):
    """Indicator, values known and reasons of the others, in the latest release."""
    with open_database(data / "releases/latest/commonground.duckdb", read_only=True) as connection:
        rows = connection.execute(
            "select indicator, count(value), list(distinct null_reason) from indicator_value group by indicator"
        ).fetchall()
    return {name: (known, sorted(r for r in reasons or [] if r)) for name, known, reasons in rows}


RESTING = [
    "nearest_library_m",
    "nearest_school_m",
    "nearest_community_centre_m",
    "pubs_within_15_min",
    "social_renting_pct",
    "no_car_households_pct",
]


def test_sources_not_required_at_first(town, room, command):
    told = spoil_all(town)
    data = room / "data"
    ran = command("refresh", "--data", data, "--sample-date", "2026-03-31", "--quiet", "--strict")
    assert ran.code == 1, "strict"
    assert "Traceback" not in ran.err
    found = warnings(ran)
    assert set(found) == set(told), ran.err
    for source, what in told.items():
        assert found[source].startswith(f"unavailable: {source}: ")
        assert what in found[source]
    release = values(data)
    for name in RESTING:
        known, reasons = release[name]
        assert known == 0, name
        assert "source_unavailable" in reasons, (name, reasons)
    assert release["bad_health_pct"][0] == 150
    assert json.loads((data / "health.json").read_bytes())["state"] == "amber"
    assert command("check", "--data", data).code == 0
    again = command("refresh", "--data", data, "--sample-date", "2026-03-31", "--quiet")
    assert again.code == 0
    assert set(warnings(again)) == set(told)
    assert "nothing new" in again.out


def test_sources_not_required_later(town, data, command):
    before = values(data)
    half = b"".join(town.body("edubasealldata").splitlines(keepends=True)[::2])
    told = spoil_all(town)
    town.spoil("edubasealldata", half)
    told["dfe_gias_current"] = "fewer than 90% of the best of the last year"
    ran = command("refresh", "--data", data, "--sample-date", "2026-03-31", "--quiet")
    assert ran.code == 0, ran.err
    found = warnings(ran)
    assert set(found) == set(told)
    for source, what in told.items():
        assert found[source].startswith(f"stale: {source}: ")
        assert what in found[source]
    assert values(data) == before
    with open_database(data / "releases/latest/commonground.duckdb", read_only=True) as connection:
        stale = connection.execute("select source from snapshot where state = 'stale' order by 1").fetchall()
    assert [row[0] for row in stale] == sorted(told)
    assert command("check", "--data", data).code == 0
    strict = command("refresh", "--data", data, "--sample-date", "2026-03-31", "--quiet", "--strict")
    assert strict.code == 1
    assert set(warnings(strict)) == set(told)
    assert "Traceback" not in strict.err


ODD = {
    "page without features": (f"/{MIDDLE}/FeatureServer/0/query?where=1=1&outFields", b'{"fields": []}'),
    "count without a count": (f"/{MIDDLE}/FeatureServer/0/query?where=1=1&returnCountOnly", b'{"n": 300}'),
    "not text": ("Libraries.csv", b"name,address1,borough_name,easting,northing\n\xff\xfe\x80,,,1,2\n"),
    "feature of null": (
        f"/{MIDDLE}/FeatureServer/0/query?where=1=1&outFields",
        json.dumps({"features": [{"attributes": {"ObjectId": i}} if i else None for i in range(300)]}).encode(),
    ),
}


@pytest.mark.parametrize("case", ODD)
def test_odd_answer_of_a_source_not_required(case, town, data, command):
    part, body = ODD[case]
    town.spoil(part, body)
    if "FeatureServer" in part:
        town.edit_layer(MIDDLE)
    ran = command("refresh", "--data", data, "--sample-date", "2026-03-31", "--quiet")
    assert ran.code == 0, ran.err
    assert list(warnings(ran)) == ["gla_libraries_2022" if part == "Libraries.csv" else "ons_lsoa_msoa_2021"]


def test_odd_answer_of_a_required_source(town, data, command, fingerprint, untouched):
    before = fingerprint(data)
    town.spoil("NM_2021_1", b'"GEOGRAPHY_CODE","OBS_VALUE","RECORD_COUNT"\r\n"S99000001",100,many\r\n')
    ran = command("refresh", "--data", data, "--sample-date", "2026-03-31", "--quiet")
    assert ran.code == 1
    assert "ons_census_residents_2021" in ran.sentence
    untouched(data, before)
