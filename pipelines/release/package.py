"""datapackage.json (Frictionless): every file with hash, size, licence, attribution and schema; beside it dcat.jsonld."""

import csv
import mimetypes
from pathlib import Path, PurePosixPath

from pipelines.core import store
from pipelines.release.database import DATABASE, open_database
from pipelines.release.dcat import catalogue
from pipelines.release.licences import packaged, read_licences, whole
from pipelines.release.pages.assets import CODE

TYPES = {"INTEGER": "integer", "BIGINT": "integer", "DOUBLE": "number", "BOOLEAN": "boolean", "DATE": "date"}
MEDIA = {
    ".duckdb": "application/vnd.duckdb",
    ".geojson": "application/geo+json",
    ".parquet": "application/vnd.apache.parquet",
    ".gpkg": "application/geopackage+sqlite3",
    ".pmtiles": "application/vnd.pmtiles",
    ".topojson": "application/json",
    ".jsonld": "application/ld+json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".md": "text/markdown",
    ".atom": "application/atom+xml",
    ".ics": "text/calendar",
}
DCAT = "dcat.jsonld"
OF_EACH = "by_"  # so begins a folder that has a file for each authority or region, alike but for its rows
OF_A_PART = ("path", "bytes", "hash")


def write_package(folder: Path, version: str, key: str, labels: dict[str, str]) -> None:
    """Describe every file of a finished release folder. `key` is the hash of all the release rests on, `labels` the
    licence each file is under; a file without one (the database, the pages) rests on all there is, but for code."""
    with open_database(folder / DATABASE, read_only=True) as connection:
        facts = connection.execute("select * from release").df().iloc[0]
        sources = connection.execute(
            "select title, page, attribution from source join snapshot using (source) where state != 'unavailable' order by source"
        ).fetchall()
        licences = read_licences(connection)
        snapshots = dict(
            connection.execute(
                "select source, sha256 from snapshot where sha256 is not null order by source"
            ).fetchall()
        )
        profile = connection.execute(
            "select column_name, data_type, description from column_dictionary where table_name = 'neighbourhood_profile'"
        ).fetchall()
        everything = packaged(licences, whole(licences))
        terms = {name: packaged(licences, label) for name, label in labels.items()} | CODE
        files = [_file(folder, path, terms, everything) for path in folder.rglob("*") if path.is_file()]
        files.sort(key=lambda file: file["path"])
        store.write_json(folder / DCAT, catalogue(connection, files, everything))
    files.append(_file(folder, folder / DCAT, terms, everything))
    described = {name: {"name": name, "type": TYPES.get(t, "string"), "description": d} for name, t, d in profile}
    # the file itself stays with the operator: not every body allows that its words are shown
    needs = facts["needs_sha256"]
    store.write_json(
        folder / "datapackage.json",
        store.sealed(
            {
                "profile": "data-package",
                "name": "common-ground",
                "title": facts["title"],
                "version": version,
                "created": facts["built_at"],
                "description": facts["ecological_fallacy"],
                "licenses": everything,
                "sources": [{"title": title, "path": page, "attribution": text} for title, page, text in sources],
                "release_key": key,
                "snapshots": snapshots,
                **({"stated_needs": {"path": "needs.csv", "sha256": needs}} if needs else {}),
                "resources": [_resource(folder, name, held, described) for name, held in _grouped(files).items()],
            }
        ),
    )


def files_of(package: dict) -> list[dict]:
    """Every file that a data package describes: its `path`, `bytes`, `hash` and `licenses`, be it a resource or a part of
    one. Raises KeyError or TypeError where the package is not one of ours."""
    return [
        {"licenses": resource["licenses"], **{name: part[name] for name in OF_A_PART}}
        for resource in package["resources"]
        for part in resource.get("parts", [resource])
    ]


def _file(folder: Path, path: Path, terms: dict[str, list[dict]], otherwise: list[dict]) -> dict:
    name = path.relative_to(folder).as_posix()
    return {
        "path": name,
        "format": path.suffix.lstrip("."),
        "mediatype": MEDIA.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{store.sha256_file(path)}",
        "licenses": terms.get(name, otherwise),
    }


def _grouped(files: list[dict]) -> dict[str, list[dict]]:
    """The files of each resource, by its name: a file has one of its own, the files of a folder `OF_EACH` one together."""
    held: dict[str, list[dict]] = {}
    for file in files:
        folder = PurePosixPath(file["path"]).parent
        of = folder if folder.name.startswith(OF_EACH) else file["path"]
        held.setdefault(str(of).lower().replace("/", "-"), []).append(file)
    return held


def _resource(folder: Path, name: str, files: list[dict], described: dict[str, dict]) -> dict:
    """A resource of the package. That of several files has one licence and one schema for all, and tells in `parts` what
    differs: the Frictionless reading of several paths is one table in several files."""
    resource = {"name": name, **files[0]}
    if PurePosixPath(files[0]["path"]).parent.name.startswith(OF_EACH):
        same = {key: value for key, value in resource.items() if key not in OF_A_PART}
        parts = [{key: file[key] for key in OF_A_PART} for file in files]
        resource = {**same, "path": [file["path"] for file in files], "parts": parts}
    if resource["format"] == "csv":
        with (folder / files[0]["path"]).open(encoding="utf-8", newline="") as file:
            fields = [described[column] for column in next(csv.reader(file))]
        schema = {"fields": fields, "primaryKey": ["area_code"]}
        resource |= {"profile": "tabular-data-resource", "encoding": "utf-8", "schema": schema}
    return resource
