"""Every source of which publishers and copies give more than one form: each form gives the same table.

The recorded answers of the sample town are in the form that publishers give today; here they are put into the others.
"""

import re

import orjson
import pandas as pd
import pytest

from geodata.geography import read_geographies
from pipelines.register.register import read_register
from pipelines.tables.tidy import tidy

OTHER_FORMS = {}


def other_form(stem: str):
    """Marks a function that puts the files of a source, as they were fetched, into another form that is known of it."""
    return lambda change: OTHER_FORMS.setdefault(stem, change)


@other_form("ons_lsoa_rural_urban_2021")
def _heading_cut_short(files):
    return {name: body.replace(b"Urban_rural_flag", b"Urban_rura") for name, body in files.items()}


@other_form("ons_lsoa_msoa_2021")
def _one_row_an_area(files):
    changed = {}
    for name, body in files.items():
        page = orjson.loads(body)
        rows = [{k: v for k, v in f["attributes"].items() if k != "OA21CD"} for f in page["features"][::2]]
        changed[name] = orjson.dumps({**page, "features": [{"attributes": row} for row in rows]})
    return changed


@other_form("fsa_hygiene_current")
def _one_key_deeper(files):
    def deeper(body: bytes) -> bytes:
        mark = b"\xef\xbb\xbf" if body.startswith(b"\xef\xbb\xbf") else b""
        whole = orjson.loads(body.removeprefix(mark))
        inner = whole["FHRSEstablishment"]
        inner["EstablishmentCollection"] = {"EstablishmentDetail": inner["EstablishmentCollection"]}
        return mark + orjson.dumps(whole)

    return {name: deeper(body) for name, body in files.items()}


@other_form("tfl_ptal_2015")
def _old_heading(files):
    return {name: re.sub(rb"^(\xef\xbb\xbf)?LSOA2011,", rb"\1geography code,", body) for name, body in files.items()}


@other_form("mhclg_brownfield_current")
def _hyphens(files):
    owners = (b"not owned by a public authority", b"owned by a public authority", b"mixed ownership")
    changed = {}
    for name, body in files.items():
        for owner in owners:
            body = body.replace(owner, owner.replace(b" ", b"-"))
        changed[name] = body
    return changed


@other_form("mhclg_iod_indicators_2025")
def _headings_of_the_workbook(files):
    headings = {
        b"connectivity_score": b"Connectivity Score",
        b"patient_to_gp_ratio": b"Patient-to-GP Ratio",
        b"core_homelessness_rate_percent_of_households": b"Core homelessness rate (% of households)",
        b"mental_health_indicator": b"Mental health indicator",
        b"violence_with_injury_rate_per_1_000_at_risk_population": b"\"Violence with injury, rate per 1,000 'at-risk population'\"",
    }
    changed = {}
    for name, body in files.items():
        for old, new in headings.items():
            assert old in body
            body = body.replace(old, new, 1)
        changed[name] = body
    return changed


@other_form("cheltenham_land_2021")
def _headings_of_2021(files):
    headings = {
        b"Organisation,Organisation Code,Organisation,Organisation Code": b"Organisation,OrganisationLabel,Organisation,OrganisationLabel",
        b"Unique Property Reference Number": b"UPRN",
        b"Asset Reference": b"AssetCode",
        b"Name of Building or Land": b"PropertyName",
        b"Street Number and Name": b"StreetName",
        b"Postal Code": b"PostCode",
        b"Easting,Northing": b"GeoX,GeoY",
        b"Tenure,Tenure Category": b"TenureType,TenureDetail",
        b"Holding Type": b"HoldingType",
    }
    changed = {}
    for name, body in files.items():
        for old, new in headings.items():
            assert old in body
            body = body.replace(old, new, 1)
        changed[name] = body
    return changed


def sources_with_several_forms() -> list[str]:
    """Those whose record names more than one heading, record path or address, each of which was seen somewhere."""
    register = read_register(read_geographies()["sample_town"])
    several = lambda value: isinstance(value, list) and len(value) > 1  # noqa: E731
    found = []
    for stem, source in register.sources.items():
        rule = source.fetch
        columns = any(several(column.source_name) and not column.optional for column in source.columns.values())
        if source.verified.how != "documented" and (columns or several(rule.records) or several(rule.url)):
            found.append(stem)
    return found


@pytest.mark.parametrize("stem", sorted(OTHER_FORMS))
def test_both_forms_of_a_source_give_one_table(town, stem):
    workspace = town.workspace()
    source = workspace.register.sources[stem]
    files = _snapshot_files(town, stem)
    table, _ = tidy(source, workspace.geography, files)
    other, _ = tidy(source, workspace.geography, OTHER_FORMS[stem](files))
    if stem == "mhclg_brownfield_current":
        meant = source.places.owner_kind.values
        for frame in (table, other):
            frame["ownership_status"] = frame["ownership_status"].str.casefold().map(meant)
    pd.testing.assert_frame_equal(table, other)


def test_no_source_that_is_known_in_several_forms_is_left_out():
    assert set(sources_with_several_forms()) <= set(OTHER_FORMS)


def _snapshot_files(town, stem: str) -> dict[str, bytes]:
    folder = town.data / "snapshots" / stem
    (content,) = [path for path in folder.iterdir() if path.is_dir()]
    return {path.name: path.read_bytes() for path in content.iterdir()}
