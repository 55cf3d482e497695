"""datapackage.json (Frictionless): every file with hash, size, licence, attribution and schema."""

import csv
import mimetypes
from pathlib import Path

from pipelines.core import store
from pipelines.release.database import DATABASE, open_database
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
    ".md": "text/markdown",
    ".atom": "application/atom+xml",
    ".ics": "text/calendar",
}


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
    described = {name: {"name": name, "type": TYPES.get(t, "string"), "description": d} for name, t, d in profile}
    # the file itself stays with the operator: not every body allows that its words are shown
    needs = facts["needs_sha256"]
    resources = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        resource = {
            "name": name.lower().replace("/", "-"),
            "path": name,
            "format": path.suffix.lstrip("."),
            "mediatype": MEDIA.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream",
            "bytes": path.stat().st_size,
            "hash": f"sha256:{store.sha256_file(path)}",
            "licenses": CODE.get(name) or packaged(licences, labels.get(name, whole(licences))),
        }
        if path.suffix == ".csv":
            with path.open(encoding="utf-8", newline="") as file:
                fields = [described[name] for name in next(csv.reader(file))]
            schema = {"fields": fields, "primaryKey": ["area_code"]}
            resource |= {"profile": "tabular-data-resource", "encoding": "utf-8", "schema": schema}
        resources.append(resource)
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
                "licenses": packaged(licences, whole(licences)),
                "sources": [{"title": title, "path": page, "attribution": text} for title, page, text in sources],
                "release_key": key,
                "snapshots": snapshots,
                **({"stated_needs": {"path": "needs.csv", "sha256": needs}} if needs else {}),
                "resources": resources,
            }
        ),
    )
