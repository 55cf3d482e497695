"""Write the pages of a release: the front page, the page of the atlas, that of sheets to print, and what they are drawn with."""

from pathlib import Path

import duckdb

from pipelines.core import store
from pipelines.release.pages.assets import write_assets
from pipelines.release.pages.front import front_facts
from pipelines.release.pages.page import page


def write_pages(folder: Path, connection: duckdb.DuckDBPyConnection, labels: dict[str, str]) -> None:
    """Write index.html, atlas/index.html, sheets/index.html, the style sheet, the scripts and the map library into a release
    folder in which all else but datapackage.json stands, for the front page lists it. `labels`: the licence of each file, by its path."""
    facts = front_facts(folder, connection, labels)
    store.write_bytes(folder / "atlas" / "index.html", page("atlas.html.j2", root="../", **facts))
    store.write_bytes(folder / "sheets" / "index.html", page("sheet.html.j2", root="../", **facts))
    store.write_bytes(folder / "index.html", page("index.html.j2", root="", **facts))
    write_assets(folder)
