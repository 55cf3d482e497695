"""The version of a release, computed from what changed since the last one, and the kept releases by version."""

import os
import re
from pathlib import Path

import duckdb

from pipelines.core.problem import Problem
from pipelines.core.store import DAMAGED, read_json, unsealed
from pipelines.release.structure import columns_sql

VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")


def kept_versions(releases: Path) -> list[str]:
    """The versions of the releases kept, oldest first. What only bears a version's name is none."""
    return sorted((path.name for path in named(releases) if is_release(path)), key=parts)


def named(releases: Path) -> list[Path]:
    """What in `releases` bears a version's name, a release or not."""
    return [path for path in releases.iterdir() if VERSION.fullmatch(path.name)] if releases.is_dir() else []


def is_release(folder: Path) -> bool:
    """True where a folder holds a database, and the package that says what else it holds."""
    return (folder / "commonground.duckdb").is_file() and package(folder) is not None


def moved_aside(data: Path) -> list[str]:
    """The versions of releases that were no longer what was published, and were moved aside."""
    aside = [path for path in (data / DAMAGED / "releases").glob("*") if (path / "commonground.duckdb").exists()]
    found = (VERSION.match(path.name) for path in aside)
    return [match[0] for match in found if match]


def package(folder: Path) -> dict | None:
    """The datapackage.json of a release; None where it cannot be read, or is not what was written."""
    try:
        told = unsealed(read_json(folder / "datapackage.json"))
    except Problem:
        return None
    return told if told and {"release_key", "snapshots", "resources"} <= told.keys() else None


def latest_version(releases: Path) -> str | None:
    """The version `releases/latest` points at, None where that is no release kept here."""
    link = releases / "latest"
    if not link.is_symlink():
        return None
    target = releases / os.readlink(link)
    here = VERSION.fullmatch(target.name) and target.parent.resolve() == releases.resolve()
    return target.name if here and is_release(target) else None


def parts(version: str) -> tuple[int, ...]:
    """A version as numbers, for sorting."""
    return tuple(int(part) for part in VERSION.fullmatch(version).groups())


def latest_release(data: Path) -> Path:
    """The folder `releases/latest` of DIR points at. Raises Problem where it points at no release."""
    releases = data / "releases"
    if name := latest_version(releases):
        return releases / name
    if named(releases):
        back = [f"roll back to {name}" for name in kept_versions(releases)[-2:]]
        remedy = " or ".join(["refresh, which mends it", *back])
        raise Problem(str(releases / "latest"), "points at no release that is whole", remedy)
    raise Problem(str(data), "holds no release", "run `commonground refresh`")


OF_A_RUN = (
    "domain_reason",
    "reason",
    "left_out",
    "effective_weight",
    "outliers",
    "n_winsorised",
)  # words, and what follows from what was read


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
    """What decides a version: columns with types and the schema they stand in, indicators, areas, index members,
    geography. Table `change` does not: it is there where something changed."""
    query = lambda sql: [tuple(row) for row in connection.execute(sql).fetchall()]  # noqa: E731
    return {
        "columns": query(columns_sql(connection)),
        "indicators": query("select indicator, unit, direction from indicator"),
        "areas": query("select area_code from neighbourhood"),
        "definitions": sorted(query(f"select columns(c -> c not in {OF_A_RUN}) from index_member")),
        "geography": query("select geography, area_code_means from release"),
    }
