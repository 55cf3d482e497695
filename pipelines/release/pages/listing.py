"""The files of a release as the front page lists them: what each is for, how large it is, and under which licence."""

from fnmatch import fnmatch
from pathlib import Path

from pipelines.register.licensing import Licences, title
from pipelines.release.licences import whole

# Every file of a release, as a pattern. A test holds these to what a release has.
FILES = {
    "index.html": "the front page: what this is, the areas of highest need, every file, sources, how sure",
    "atlas/*": "the map in a browser, with its data as scripts: open it by `commonground serve`, or from any file server",
    "sheets/*": "a sheet to print of an area, a postcode's area, a place or an authority: one page, fed by the data of the map, from a folder too",
    "style.css": "the one style sheet of the pages",
    "commonground.duckdb": "everything below and more, as one self-describing database: begin with its view start_here",
    "geopackage/*.gpkg": "every layer that one licence allows, in one file that opens styled in QGIS; fields have titles, and names of 31 characters at most",
    "geojson/neighbourhoods.geojson": "one outline per small area: every index score, rank and grade, the score of every domain, the label, and the indicator that weighs most in each domain",
    "geojson/msoas.geojson": "one outline per middle layer area: mean scores by residents, ranks and extent",
    "geojson/authorities.geojson": "the same per authority",
    "geojson/places.geojson": "places that may be shown one by one, all of them, under the strictest licence of any",
    "geojson/places_*.geojson": "of these, the ones of one licence each, with the same fields but for those that rest on a share-alike licence the file is not under",
    "geojson/opportunities.geojson": "candidate buildings and sites",
    "geojson/by_authority/*.geojson": "the small areas of one authority, by its code",
    "parquet/*.parquet": "the same layers as GeoParquet",
    "web/neighbourhoods.topojson": "the small areas with code, name and national tenths, small enough for a web page",
    "tiles/areas.pmtiles": "vector tiles of small areas",
    "tiles/msoas.pmtiles": "vector tiles of middle layer areas",
    "tiles/authorities.pmtiles": "vector tiles of authorities",
    "tiles/places.pmtiles": "vector tiles of places, with candidates; below zoom 11 not every place is in them",
    "tiles/style.json": "a MapLibre style of these tiles",
    "xlsx/by_authority/*.xlsx": "the small areas of one authority ranked, for offices: what each column is, the sources with dates, the licence and the caution are sheets of it",
    "csv/by_region/*.csv": "the small areas of one region with every index and indicator, by its code",
    "dates.ics": "dates ahead of listed assets of community value, new nominations first, for any calendar; absent where none is known",
    "REPORT.md": "what this release covers, what is not known, attribution",
    "methods/*.html": "how each index is made, how firm it is, and what is not known: one page per index",
    "CHANGES.md": "what changed since the last release, and why, by authority",
    "feed.atom": "an Atom feed of the releases kept, each with its chief changes, for any reader of feeds",
    "datapackage.json": "every file with its hash, licence, attribution and columns (Frictionless)",
    "dcat.jsonld": "the release and its chief files for catalogues of data (DCAT)",
}
OURS = ("index.html", "atlas/*", "sheets/*", "style.css")  # of these, what the pages themselves are made of
PER_AUTHORITY = "by_authority"


def listed(folder: Path, licences: Licences, labels: dict[str, str]) -> list[dict]:
    """Every file but those for one authority and the pages' own: `path`, `purpose`, `size` in words, `licence`."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        if PER_AUTHORITY in path.parts or any(fnmatch(name, ours) for ours in OURS):
            continue
        found.append(
            {
                "path": name,
                "purpose": purpose(name),
                "size": size(path.stat().st_size),
                "licence": title(licences, labels.get(name, whole(licences))),
            }
        )
    order = [*FILES.values(), None]
    return sorted(found, key=lambda one: order.index(one["purpose"]) if one["purpose"] in order else len(order))


def purpose(path: str) -> str | None:
    """What a file is for; None where nothing is said of it."""
    return next((words for pattern, words in FILES.items() if fnmatch(path, pattern)), None)


def by_authority(folder: Path, names: dict[str, str]) -> list[dict]:
    """The authorities that have files of their own: `code`, `name`, and `files` with `path` and `form`. `names`: by code."""
    found: dict[str, list[dict]] = {}
    for path in sorted(folder.glob(f"*/{PER_AUTHORITY}/*")):
        form = {".xlsx": "XLSX", ".geojson": "GeoJSON"}.get(path.suffix, path.suffix.lstrip("."))
        found.setdefault(path.stem, []).append({"path": path.relative_to(folder).as_posix(), "form": form})
    told = [{"code": code, "name": names.get(code, code), "files": files} for code, files in found.items()]
    return sorted(told, key=lambda one: one["name"])


def size(n: int) -> str:
    """A number of bytes for people."""
    if n < 1000:
        return f"{n} bytes"
    return f"{n / 1000:.0f} kB" if n < 1_000_000 else f"{n / 1_000_000:,.1f} MB"
