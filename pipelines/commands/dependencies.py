"""Every package that pyproject.toml asks for, run time first, and why it is here."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
WHY = {
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
    "rapidfuzz": "how like two names are, when records are conflated or a name is mistyped",
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


def dependencies() -> list[str]:
    """Every direct dependency of pyproject.toml, run time first."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = [*project["dependencies"], *(name for extra in project["optional-dependencies"].values() for name in extra)]
    return list(dict.fromkeys(re.match(r"[\w.-]+", requirement)[0].lower() for requirement in named))
