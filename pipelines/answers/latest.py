"""Ask the latest release of DIR: open it, and get rows as dicts or declared records. No value is made here."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

import duckdb
from typing_extensions import TypedDict

from geodata.geography import Geography, read_geographies
from pipelines.core.problem import Problem
from pipelines.core.query import records
from pipelines.release.database import open_release
from pipelines.release.version import latest_release

R = TypeVar("R")


class Release(TypedDict):
    """What the answers say of the release they come from."""

    version: str
    title: str
    is_invented: bool  # a made-up town, whose numbers mean nothing
    areas_asked: str  # with commas between
    n_areas: int
    n_areas_nation: int
    ecological_fallacy: str  # how the numbers may and may not be read
    distance_measure: str
    licence: str


def open_latest(data: Path) -> duckdb.DuckDBPyConnection:
    """The database of `releases/latest` of DIR, read-only. Raises Problem where there is none."""
    return open_release(latest_release(data))


def rows(connection: duckdb.DuckDBPyConnection, sql: str, **values) -> list[dict]:
    """The rows of a query, each a dict; values are bound. Raises Problem where the release lacks a table it asks for."""
    try:
        return records(connection, sql, values)
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        message = f"lacks what is asked of it ({str(error).splitlines()[0]})"
        raise Problem("releases/latest", message, "it was made by another version of Common Ground; refresh") from error


def rows_as(connection: duckdb.DuckDBPyConnection, record: type[R], sql: str, **values) -> list[R]:
    """The rows of a query whose columns are those of a declared record."""
    return cast(list[R], rows(connection, sql, **values))


def picked(record: type[R], row: Mapping[str, Any]) -> R:
    """A declared record, picked from a row that holds its columns among others."""
    return cast(R, {name: row[name] for name in record.__annotations__})


def grouped(connection: duckdb.DuckDBPyConnection, record: type[R], by: str, sql: str) -> dict[str, list[R]]:
    """The rows of a query as records, by the value of column `by`."""
    groups: dict[str, list[R]] = {}
    for row in rows(connection, sql):
        groups.setdefault(row[by], []).append(picked(record, row))
    return groups


def columns_of(record: type) -> str:
    """The columns of a declared record, to select."""
    return ", ".join(record.__annotations__)


def geography_of(connection: duckdb.DuckDBPyConnection) -> Geography:
    """The geography of the release. Raises Problem where this version does not know it."""
    stem = rows(connection, "select geography from release")[0]["geography"]
    if stem not in (known := read_geographies()):
        raise Problem("releases/latest", f"is of {stem}, which is no geography of this version", "refresh")
    return known[stem]


def indices_of(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The indices of the release, by name."""
    return [row["index_name"] for row in rows(connection, "select index_name from index_method order by index_name")]


def headline(connection: duckdb.DuckDBPyConnection) -> str:
    """The index of the release that areas are put in order by: the headline, the first by name where there is none."""
    sql = "select index_name from index_method order by is_headline desc, index_name limit 1"
    return rows(connection, sql)[0]["index_name"]


def release_facts(connection: duckdb.DuckDBPyConnection) -> Release:
    """The facts of the release."""
    return rows_as(connection, Release, f"select {columns_of(Release)} from release")[0]
