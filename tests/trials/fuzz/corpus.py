"""What is spoiled: the sample town's recorded answers, each with the source it is of, and small files of forms it has none of."""

import functools
import io
import json
import tempfile
import zipfile
from pathlib import Path

import pandas as pd
from fixtures.making import make_source

from pipelines.core.settings import Settings
from pipelines.register.source import Source
from pipelines.register.workspace import Workspace, open_workspace

SAMPLE = Path(__file__).parents[3] / "geodata" / "sample"
ANSWERS = {  # by parser, sources and a part of the address of each
    "csv": [
        ("gla_museums_2022", "Museums_and"),
        ("fca_mutuals_current", "SocietyList"),
        ("mhclg_brownfield_current", "brownfield-land"),
        ("dfe_gias_current", "edubasealldata"),
        ("ons_census_residents_2021", "NM_2021_1"),
    ],
    "zip": [
        ("ons_census_tenure_2021", "ts054"),
        ("ons_nspl_2025", "077631e063"),
        ("os_open_greenspace_current", "OpenGreenspace"),
    ],
    "json_array": [
        ("ccew_charities_current", "publicextract.charity.zip"),
        ("ccew_charity_areas_current", "area_of_operation.zip"),
    ],
    "json": [("fsa_hygiene_current", "FHRS501")],
    "osm": [("osm_places_london", "disused")],
    "arcgis": [
        ("ons_lsoa_boundaries_2021", "Lower_layer_Super|outFields"),
        ("ons_lsoa_msoa_2021", "OA_LSOA_MSOA|outFields"),
    ],
    "geojson": [
        ("gm_post_offices_current", "gm_post_offices"),
        ("gm_places_of_worship_current", "gm_places_of_worship"),
    ],
    "gpkg": [("os_open_greenspace_current", "OpenGreenspace")],
    "parquet": [("nhs_gp_practices_2024", "GP.parquet"), ("nhs_pharmacies_2024", "pharmacy.parquet")],
    "extract": [("osm_places_england", "england-latest")],
}


@functools.cache
def workspace() -> Workspace:
    """The workspace of the sample town, in a folder that is thrown away."""
    return open_workspace(Settings(data=Path(tempfile.mkdtemp(prefix="fuzz-"))))


@functools.cache
def answer(parts: str) -> bytes:
    """The recorded body whose address holds all of these parts."""
    index = json.loads((SAMPLE / "2026-09-30.json").read_bytes())
    found = [each for each in index if all(part in each["url"] for part in parts.split("|"))]
    return max(((SAMPLE / each["file"]).read_bytes() for each in found), key=len)


@functools.cache
def examples(parser: str) -> list[tuple[Source, bytes]]:
    """The sources of a parser, each with a good file of it."""
    if parser == "xlsx":
        return [
            (
                make_source({"code": {"type": "text"}, "n": {"type": "number", "nullable": True}}, {"format": "xlsx"}),
                _workbook(),
            )
        ]
    return [(workspace().register.sources[stem], answer(part)) for stem, part in ANSWERS[parser]]


def _workbook() -> bytes:
    from trials.bombs.workbooks import FIRST, HEAD, workbook

    return workbook(lambda file: file.write(HEAD + FIRST + b"</sheetData></worksheet>"))


def rezipped(body: bytes, change) -> bytes:
    """A zip with `change` made to the bytes of its members, whole and with their check sums right."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, change(old.read(info)))
    return buffer.getvalue()


def table_as(form: str) -> bytes:
    """A small table of areas as a user has it."""
    frame = pd.DataFrame(
        {"area": [f"E0100000{i}" for i in range(9)], "poor": range(9), "old": [0.5 * i for i in range(9)]}
    )
    if form == "csv":
        return frame.to_csv(index=False).encode()
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()
