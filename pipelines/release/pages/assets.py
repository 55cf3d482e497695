"""The style sheet, the scripts and the map library as a release carries them: ours joined into one file each, MapLibre as
its pinned package holds it."""

from importlib.util import find_spec
from pathlib import Path

from pipelines.core import store
from pipelines.core.problem import Problem

FOLDER = Path(__file__).parent
STYLES = ("base", "map", "reading", "sheet")
SCRIPTS = (
    "data", "postcodes", "near", "words", "dom", "areas",
    "state", "shown", "palette", "classes", "marks", "pmtiles", "legend", "controls", "labels", "tiles", "camera", "chosen", "places", "map",
    "finding", "search", "panel", "here", "why", "profile", "group", "place", "compare", "rows", "table", "download", "offline",
)  # fmt: skip
SHEET_SCRIPTS = (
    "data", "postcodes", "near", "words", "dom", "areas", "finding", "search", "here", "why", "group",
    "sheet_area", "sheet_authority", "sheet_place", "sheet",
)  # fmt: skip
LIBRARY = "maplibre"  # the package whose files MapLibre's are; finding it does not import it
VENDOR = "atlas/vendor"
_OWN = [{"name": "MIT", "path": "https://opensource.org/license/mit", "title": "MIT License"}]
_LIBRARY = [{"name": "BSD-3-Clause", "path": "https://github.com/maplibre/maplibre-gl-js/blob/v5.3.0/LICENSE.txt", "title": "3-Clause BSD License"}]  # fmt: skip
CODE = {  # files that hold no data, with the `licenses` they are packaged under
    "style.css": _OWN,
    "atlas/js/atlas.js": _OWN,
    "sheets/js/sheet.js": _OWN,
    f"{VENDOR}/maplibre-gl.js": _LIBRARY,
    f"{VENDOR}/maplibre-gl.css": _LIBRARY,
}


def style_sheet() -> bytes:
    """The one style sheet of all pages."""
    return b"\n".join((FOLDER / "css" / f"{name}.css").read_bytes() for name in STYLES)


def scripts(names: tuple[str, ...] = SCRIPTS) -> bytes:
    """The scripts of the atlas, or of another page, in the order they rest on each other: each a function of its own, so that
    one file holds all."""
    return b"\n".join((FOLDER / "js" / f"{name}.js").read_bytes() for name in names)


def version() -> str:
    """The hash of all that pages are made of besides Python: templates, style sheets and scripts."""
    files = sorted(path for path in FOLDER.rglob("*") if path.is_file() and path.suffix in (".j2", ".css", ".js"))
    return store.sha256_json({path.relative_to(FOLDER).as_posix(): store.sha256_file(path) for path in files})


def write_assets(folder: Path) -> None:
    """Write the files of `CODE` into a release folder: the style sheet, the scripts and the map library."""
    store.write_bytes(folder / "style.css", style_sheet())
    store.write_bytes(folder / "atlas" / "js" / "atlas.js", scripts())
    store.write_bytes(folder / "sheets" / "js" / "sheet.js", scripts(SHEET_SCRIPTS))
    for name in ("maplibre-gl.js", "maplibre-gl.css"):
        store.write_bytes(folder / VENDOR / name, (_library() / name).read_bytes())


def _library() -> Path:
    spec = find_spec(LIBRARY)
    found = Path(spec.submodule_search_locations[0]) / "srcjs" if spec else None
    if not found or not (found / "maplibre-gl.js").is_file():
        raise Problem(LIBRARY, "the package that carries the map library is not installed", "install requirements.lock")
    return found
