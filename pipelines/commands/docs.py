"""The generated parts of README.md, from the definitions and the commands themselves, so that they cannot drift.

`python -m pipelines.commands.docs` writes them; with `--check` it names the stale ones and exits 1. A part stands
between `<!-- generated: NAME -->` and `<!-- end -->`.
"""

import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

import click

from geodata.geography import read_geographies
from pipelines.commands.cli import main as commands
from pipelines.core.problem import Problem
from pipelines.register.known_registers import REGISTERS, known_registers
from pipelines.register.labels import label, read_labels
from pipelines.register.provenance import indicator_sources
from pipelines.register.register import Register, read_register
from pipelines.release.contents import read_release_tables
from pipelines.release.inputs import FALLACY
from pipelines.release.pages.listing import FILES
from pipelines.release.schemas import MAIN, SCHEMAS, named
from pipelines.release.start_here import IN_ORDER
from pipelines.scoring.definition import Index

ROOT = Path(__file__).parent.parent.parent
README = ROOT / "README.md"
GEOGRAPHY = "england_lsoa21"
PART = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.S)

MADE_TABLES = {  # those that no SQL file makes
    "start_here": ("View: what stands in `main`, in reading order, and in the three other schemas", "position"),
    "neighbourhood_profile": ("View: one wide row per area, with every index and indicator", "area_code"),
    "audit.column_dictionary": ("What every column of every table and view holds", "table_name, column_name"),
}
WHY = {  # every direct dependency, and why it is here
    "click": "the `commonground` command and its help",
    "dagster": "the graph of assets, its schedules, checks and history",
    "dagster-dask": "the same assets on several processes (`--workers`)",
    "dask": "what dagster-dask runs on",
    "distributed": "the worker processes of dask",
    "dagster-webserver": "the page behind `commonground dev`",
    "duckdb": "SQL over Parquet, and the database of a release",
    "esda": "local clusters of an index, from PySAL",
    "filelock": "one writer per data folder",
    "freestiler": "vector tiles of the map layers, one PMTiles archive each",
    "geopandas": "tables with shapes: read, join, reproject, GeoParquet",
    "jinja2": "the pages of a release, from templates that escape every word",
    "libpysal": "which areas are neighbours, from PySAL",
    "maplibre": "carries MapLibre GL JS, the map library of the atlas, as package files",
    "matplotlib": "the plots of a method report",
    "numpy": "arithmetic on columns",
    "orjson": "GeoJSON and JSON, fast and always the same bytes",
    "osmium": "OpenStreetMap extracts (`.osm.pbf`) read as a stream",
    "pandas": "tables between steps",
    "pandera": "holding a table to its declared columns",
    "pyarrow": "Parquet files",
    "pydantic": "checking definition files, and naming the line that is wrong",
    "pyogrio": "reading and writing map formats",
    "pyproj": "from one coordinate system to another",
    "python-calamine": "reading Excel files",
    "pyyaml": "definition files, with line numbers",
    "rapidfuzz": "how like two names are, when records are conflated",
    "psutil": "whether the process of a run is still there",
    "requests": "fetching sources",
    "salib": "Sobol indices: which choice of method moves ranks most",
    "scipy": "nearest places, the normal curve, rank correlation",
    "shapely": "shapes: validity, simplification, GeoJSON",
    "starlette": "the file server behind `commonground serve`",
    "tenacity": "trying again where that can help, and only there",
    "typing-extensions": "records of the answers that pydantic can read on Python 3.11 too",
    "uvicorn": "runs that server",
    "axe-playwright-python": "tests: axe, which finds what keeps people out of a page",
    "frictionless": "tests: datapackage.json holds to its standard",
    "hypothesis": "tests: properties of scoring, over made-up cases",
    "import-linter": "tests: imports between the folders run one way",
    "mypy": "types that do not fit",
    "playwright": "tests: pages and maps in a real browser",
    "pmtiles": "tests: map tiles read back by the format's own library",
    "pre-commit": "the checks before a commit",
    "pytest": "runs the tests",
    "pytest-xdist": "runs the tests on two cores",
    "pytest-timeout": "stops a test that hangs",
    "ruff": "style and common mistakes",
    "setuptools": "installs this project from its folder",
}


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; name what is stale and exit 1.")
def main(check: bool) -> None:
    """Write the generated parts of README.md."""
    text = README.read_text("utf-8")
    fresh, stale = refreshed(text, parts())
    if check and stale:
        click.echo(f"README.md: stale: {', '.join(stale)}. Run `make docs`.", err=True)
        sys.exit(1)
    if stale:
        README.write_text(fresh, "utf-8")
    click.echo(f"README.md: {'wrote ' + ', '.join(stale) if stale else 'every generated part is fresh'}")


def refreshed(text: str, made: dict[str, str]) -> tuple[str, list[str]]:
    """`text` with every part as `made`, and the names of the parts that differed. Raises Problem for other names."""
    there = {name: whole for whole, name in ((match[0], match[2]) for match in PART.finditer(text))}
    if odd := sorted(set(there) ^ set(made)):
        raise Problem(
            "README.md",
            f"does not hold the same generated parts as the code ({', '.join(odd)})",
            "add or remove them in pipelines/commands/docs.py or README.md",
        )
    fresh = PART.sub(lambda match: f"{match[1]}{made[match[2]]}\n{match[3]}", text)
    after = {match[2]: match[0] for match in PART.finditer(fresh)}
    return fresh, [name for name in there if there[name] != after[name]]


def parts(register: Register | None = None) -> dict[str, str]:
    """Every generated part, by name."""
    register = register or read_register(read_geographies()[GEOGRAPHY])
    return {
        "caution": f"> {FALLACY}",
        "files": table(["File", "What it is"], ((f"`{name}`", text) for name, text in FILES.items())),
        "tables": _tables(),
        "commands": _commands(),
        "indices": "\n\n".join(_index(index) for index in register.indices.values()),
        "indicators": _indicators(register),
        "sources": _sources(register),
        "licences": "\n".join(
            f"- `{key}`: [{licence.title}]({licence.url})" for key, licence in register.licences.items()
        ),
        "dependencies": table(["Package", "Why"], ((f"`{name}`", WHY.get(name, "")) for name in dependencies())),
    }


def table(headings: list[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines
    )


def dependencies() -> list[str]:
    """Every direct dependency of pyproject.toml, run time first."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = [*project["dependencies"], *(name for extra in project["optional-dependencies"].values() for name in extra)]
    return list(dict.fromkeys(re.match(r"[\w.-]+", requirement)[0].lower() for requirement in named))


def _tables() -> str:
    """The tables of a release: the front room in reading order, then each cupboard."""
    tables = sorted(read_release_tables().values(), key=lambda t: (list(SCHEMAS).index(t.schema_name), t.schema_name == MAIN and IN_ORDER.index(t.name)))  # fmt: skip
    entries = MADE_TABLES | {named(t.schema_name, t.name): (t.title, ", ".join(t.key)) for t in tables}
    return table(["Table", "What a row is", "Key"], ((f"`{name}`", *entry) for name, entry in entries.items()))


def _commands() -> str:
    shown, parent = [], click.Context(commands, info_name="commonground", **commands.context_settings)
    for name, command in commands.commands.items():
        context = click.Context(command, parent, info_name=name, terminal_width=100, max_content_width=100)
        shown.append(command.get_help(context))
    return "```text\n" + "\n\n".join(shown) + "\n```"


def _index(index: Index) -> str:
    rows = []
    total, entering = sum(domain.weight for domain in index.parts.values()), index.entering_weights
    as_read = dict(zip(index.parts, entering, strict=True))
    for name, domain in index.domains.items():
        inner = sum(domain.weights.values()) + sum(domain.not_read.values())
        members = [f"`{stem}` {member.weight / inner:.0%}" for stem, member in domain.members.items()]
        members += [f"{below.title} {below.weight / inner:.0%}" for below in domain.domains.values()]
        members += [f"*not read yet:* {what} {weight / inner:.0%}" for what, weight in domain.not_read.items()]
        weight = "beside it" if domain.beside else f"{domain.weight / total:.0%}"
        if not domain.beside and abs(as_read[name] / sum(entering) - domain.weight / total) > 1e-9:
            weight += f", as read {as_read[name] / sum(entering):.0%}"
        rows.append((domain.title, weight, ", ".join(members)))
    cautions = "\n".join(f"- {caution}" for caution in index.cautions)
    how = label("aggregate", index.aggregate)
    return (
        f"**{index.shown_as}** (`{index.stem}`): {index.question} The {how} of its domains; no score where less than {index.minimum_weight:.0%} of its weight is known.\n\n"
        f"{table(['Domain', 'Weight', 'Made of (weight in the domain)'], rows)}\n\n{cautions}"
    )


def _indicators(register: Register) -> str:
    used = {name for index in register.indices.values() for _, name, _ in index.members}
    rows = (
        (
            f"`{stem}`",
            indicator.title,
            indicator.unit,
            label("direction", indicator.direction),
            ", ".join(f"`{s}`" for s in indicator_sources(register, indicator)),
            "yes" if stem in used else "no",
        )
        for stem, indicator in register.indicators.items()
    )
    return table(["Indicator", "What it is", "Unit", "Direction", "Sources", "In an index"], rows)


def _sources(register: Register) -> str:
    rows = (
        (
            f"`{stem}`",
            f"[{s.title}]({s.page})",
            s.publisher,
            f"`{s.licence}`",
            s.publish,
            s.vintage or "as fetched",
            s.cadence,
            s.covers or "-",
            f"{s.verified.how} {s.verified.date}",
        )
        for stem, s in register.sources.items()
    )
    every = table(
        ["Source", "Title", "Publisher", "Licence", "Published as", "Vintage", "Renewed", "Places for", "Verified"],
        rows,
    )
    return f"{every}\n\n{_known_registers(register)}"


def _known_registers(register: Register) -> str:
    """How many councils' registers are read or known of, and of how many nobody looked."""
    known = known_registers(register.geography, register.sources)
    known["state"] = known["state"].mask(known["source"].notna(), "read")
    states = list(read_labels()["register_state"].codes)
    counts = known.groupby(["register", "state"]).size().unstack(fill_value=0).reindex(columns=states, fill_value=0)
    rows = ((label("council_register", kind), *(str(n) for n in counts.loc[kind])) for kind in REGISTERS)
    head = ["Registers of councils", *(label("register_state", state) for state in states)]
    told = f"Of {known['authority_code'].nunique()} councils (London, Greater Manchester, Cheltenham), page by page in table `audit.register_known`:"
    return f"{told}\n\n{table(head, rows)}"


if __name__ == "__main__":
    main()
