"""The version of a release, computed from what changed since the last one, and the kept releases by version."""

import re
from pathlib import Path

import duckdb

VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")


def kept_versions(releases: Path) -> list[str]:
    """The versions of the releases kept, oldest first."""
    found = [path.name for path in releases.iterdir() if VERSION.fullmatch(path.name)] if releases.is_dir() else []
    return sorted(found, key=parts)


def parts(version: str) -> tuple[int, ...]:
    """A version as numbers, for sorting."""
    return tuple(int(part) for part in VERSION.fullmatch(version).groups())


def next_version(newest: str | None, old: dict | None, new: dict) -> str:
    """Major: a table, column, geography or definition changed. Minor: tables, columns, indicators or areas were added.
    Patch: values only. `old` and `new` are `fingerprint`s of the last release and this one."""
    if newest is None or old is None:
        return "1.0.0" if newest is None else f"{parts(newest)[0] + 1}.0.0"
    major, minor, patch = parts(newest)
    lost = any(set(old[what]) - set(new[what]) for what in ("columns", "indicators", "areas"))
    added = any(set(new[what]) - set(old[what]) for what in ("columns", "indicators", "areas"))
    if lost or old["geography"] != new["geography"] or old["definitions"] != new["definitions"]:
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if added else f"{major}.{minor}.{patch + 1}"


def fingerprint(connection: duckdb.DuckDBPyConnection) -> dict:
    """What decides a version: columns with types, indicators, areas, index members, geography."""
    query = lambda sql: [tuple(row) for row in connection.execute(sql).fetchall()]  # noqa: E731
    return {
        "columns": query(
            "select table_name, column_name, data_type from column_dictionary where table_name != 'neighbourhood_profile'"
        ),
        "indicators": query("select indicator, unit, direction from indicator"),
        "areas": query("select area_code from neighbourhood"),
        "definitions": sorted(query("select * exclude (domain_reason, reason, left_out) from index_member")),
        "geography": query("select geography, area_code_means from release"),
    }
