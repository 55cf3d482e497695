"""What a release's tables are: one SQL file each under sql/release/<schema>, its YAML header the dictionary entry."""

from pathlib import Path

from pydantic import Field

from geodata.records import Record, parse_sql_header, validate
from pipelines.core.problem import Problem
from pipelines.release.schemas import SCHEMAS

ROOT = Path(__file__).parent.parent.parent / "sql"


class ReleaseColumn(Record):
    """What one column holds. `run_metadata` columns may differ between two identical runs. `term`: the term of
    docs/glossary.md that says more."""

    description: str
    unit: str | None = None
    term: str | None = None
    run_metadata: bool = False


class ReleaseTable(Record):
    """The header of one SQL file under sql/release, in the folder of its schema. A table whose `inputs` (sources, kinds of place, `postcodes`,
    `typology`, `tenure`, `known_registers`, `older_areas`, `grant_continuity`, `listed_organisations`) the geography does not have is left out, one of `needs` where none is stated,
    one of `land_titles` where nobody put their file into the inbox, and one of `last_release` where there is none or nothing changed.

    `row_licence`: where rows say their own licence, the columns it covers; any other column of such a table is worked
    out over all the records behind a row, and rests on whatever they do.

    `row` and `example` are what the view start_here says of a table of schema `main`: what one row is, and a query to begin with.
    """

    name: str
    schema_name: str
    sql: str
    title: str
    row: str = ""
    example: str = ""
    key: list[str] = Field(min_length=1)
    inputs: list[str] = []
    row_licence: list[str] = []
    columns: dict[str, ReleaseColumn]


def read_release_table(path: Path) -> ReleaseTable:
    """Read one table's SQL file. Raises DefinitionError naming file, line and key, Problem where no schema has its folder's name."""
    if path.parent.name not in SCHEMAS:
        raise Problem(path.name, "lies in no folder of a schema", f"move it into one of {', '.join(SCHEMAS)}")
    text = path.read_text("utf-8")
    value, lines = parse_sql_header(text, path.name)
    columns = {
        name: {"description": entry} if isinstance(entry, str) else entry
        for name, entry in (value.get("columns") or {}).items()
    }
    own = {"columns": columns, "name": path.stem, "schema_name": path.parent.name, "sql": text}
    return validate(ReleaseTable, {**value, **own}, lines, path.name)


def read_release_tables(folder: Path = ROOT / "release") -> dict[str, ReleaseTable]:
    """Every table of the release, by name."""
    return {path.stem: read_release_table(path) for path in sorted(folder.rglob("*.sql"), key=lambda p: p.stem)}


def read_checks(folder: Path = ROOT / "checks") -> dict[str, str]:
    """Every release check, by name: SQL that returns the offending rows."""
    return {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.sql"))}
