"""What operators and users hand over, and what damage on disk leaves, spoiled: definitions, decisions, corrections, tables, logs."""

import random
import tempfile
from pathlib import Path

from fixtures.making import ScriptedWeb, make_source
from trials.fuzz.corpus import SAMPLE, answer, examples, table_as, workspace
from trials.fuzz.spoil import ODD, spoiled
from trials.fuzz.tally import Tally, tried

from geodata.names import name_key
from geodata.records import load_yaml, parse_yaml
from pipelines.core.csv_text import read_list
from pipelines.core.plain_text import folded, plain
from pipelines.core.settings import Settings
from pipelines.core.unforeseen import unforeseen
from pipelines.fetch import file, part_list, shape
from pipelines.indices.any_table import score_table
from pipelines.indices.table_file import read_table
from pipelines.ownership import needs
from pipelines.places import corrections, matching
from pipelines.register.decisions import read_decisions, settled
from pipelines.release import health
from pipelines.scoring.definition import read_index
from pipelines.tables import kept

PARSERS = (
    "part_list",
    "page",
    "shape",
    "yaml",
    "licences",
    "definition",
    "corrections",
    "needs",
    "score_csv",
    "score_parquet",
    "list",
    "log",
    "words",
)
DEFINITION = Path(__file__).parents[3] / "pipelines" / "definitions" / "indices"
LICENCES = b"""gla_museums_2022: {publish: rows, licence: ogl3, by: "A. Person", on: 2026-01-01, why: "letter"}
fsa_hygiene_current:
  publish: aggregates
  by: A. Person
"""
NEEDS = b"""area,kind,words,kind_of_body,consent,date
S99000001,library,We need one near the park.,charity,words,2026-03-01
"""
CORRECTIONS = b"""place_or_record,field_or_event,value,reason,evidence,date
p0123456789abcd,name,The Hall,renamed,https://a.example/1,2026-01-01
gla_museums_2022|7,closed,2025-03,shut,"minutes, page 3",2026-01-01
gla_museums_2022|8,point,51.5 -0.1,moved,seen,2026-01-02
"""
INDEX = b"""title: T
shown_as: T
question: Q?
reference_year: 2026
area_column: area
domains:
  one: {title: One, weight: 1, reason: r, members: {poor: {weight: 1, reason: r}, old: {weight: 1, reason: r}}}
"""
LINE = b'{"observed_at": "2026-01-01T00:00:00Z", "geography": "england_lsoa21", "through": "live", "status": "new", "sha": "ab", "rows": 3, "source_as_at": null}\n'


def run(parser: str, seed: int, seconds: float, first: int = 0) -> Tally:
    """Try one of PARSERS."""
    with tempfile.TemporaryDirectory() as folder:
        return tried(lambda draw: TRIES[parser](draw, Path(folder)), seed, seconds, first)


def _put(folder: Path, name: str, draw: random.Random, *bodies: bytes) -> Path:
    path = folder / name
    path.write_bytes(spoiled(draw, draw.choice(bodies), bodies))
    return path


def _part_list(draw: random.Random, folder: Path) -> None:
    source = workspace().register.sources["fsa_hygiene_current"]
    web = ScriptedWeb([spoiled(draw, answer("api.ratings.food.gov.uk/Authorities"), ODD)])
    with unforeseen(source.stem):
        part_list.parts_of(web.client(), source, workspace().geography, None)


def _page(draw: random.Random, folder: Path) -> None:
    source = workspace().register.sources["gla_museums_2022"]
    file.matching(source, spoiled(draw, answer("data.london.gov.uk/api/dataset/cultural"), ODD))


def _shape(draw: random.Random, folder: Path) -> None:
    parser = draw.choice(("csv", "zip", "json", "xlsx", "parquet", "geojson"))
    source, body = draw.choice(examples(parser))
    web = ScriptedWeb([spoiled(draw, body, [body, *ODD])])
    with unforeseen(source.stem):
        shape.shape_of(web.client(), source, "https://data.example/file")


def _yaml(draw: random.Random, folder: Path) -> None:
    texts = [path.read_bytes() for path in sorted((SAMPLE.parents[1] / "pipelines" / "sources").glob("f*.yml"))]
    text = spoiled(draw, draw.choice(texts), [*texts, *ODD]).decode("utf-8", "replace")
    load_yaml(text, "a.yml")
    parse_yaml(text, "a.yml")


def _licences(draw: random.Random, folder: Path) -> None:
    _put(folder, "licences.yml", draw, LICENCES)
    settled(workspace().register, read_decisions(folder))


def _definition(draw: random.Random, folder: Path) -> None:
    bodies = [path.read_bytes() for path in sorted(DEFINITION.glob("*.yml"))]
    read_index(_put(folder, "def.yml", draw, *bodies, INDEX))


def _corrections(draw: random.Random, folder: Path) -> None:
    _put(folder, "corrections.csv", draw, CORRECTIONS)
    corrections.read(folder, workspace().geography, workspace().register.taxonomy)


def _needs(draw: random.Random, folder: Path) -> None:
    _put(folder, needs.FILE, draw, NEEDS)
    needs.read(folder, workspace().geography, workspace().register.taxonomy)


def _score(form: str, draw: random.Random, folder: Path) -> None:
    index = folder / "index.yml"
    index.write_bytes(INDEX)
    table = _put(folder, f"table.{form}", draw, table_as(form))
    score_table(read_index(index), read_table(table, "area"))


def _list(draw: random.Random, folder: Path) -> None:
    read_list(_put(folder, "list.csv", draw, b"area,name\nE01000001,A\nE01000002,B\n"), ("area",), lambda value: False)


def _log(draw: random.Random, folder: Path) -> None:
    """What damage leaves of observations.jsonl and health.json."""
    source = make_source()
    lines = folder / "snapshots" / source.stem
    (lines / "ab").mkdir(parents=True, exist_ok=True)
    _put(lines, "observations.jsonl", draw, LINE * 4)
    _put(folder, "health.json", draw, b'{"state": "green", "release": "1.0.0", "warnings": [], "failure": null}')
    kept.last_good(lines, "england_lsoa21")
    kept.history(folder, source, workspace().geography)
    health.read(Settings(data=folder))


def _words(draw: random.Random, folder: Path) -> None:
    """What a user asks, and what stands in cells: text of any length."""
    text = spoiled(draw, b"Hackney, E01000001, SW1A 1AA, St John's <b>Hall</b>", ODD).decode("utf-8", "replace")
    text *= draw.choice((1, 1, 1, 1_000 if len(text) < 50_000 else 1))  # 50 MB: no argument or cell is longer
    for read in (plain, folded, name_key, matching.plain_name):
        read(text)


TRIES = {
    "part_list": _part_list,
    "page": _page,
    "shape": _shape,
    "yaml": _yaml,
    "licences": _licences,
    "definition": _definition,
    "corrections": _corrections,
    "needs": _needs,
    "score_csv": lambda draw, folder: _score("csv", draw, folder),
    "score_parquet": lambda draw, folder: _score("parquet", draw, folder),
    "list": _list,
    "log": _log,
    "words": _words,
}
