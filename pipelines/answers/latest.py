"""Ask the latest release of DIR: open it, and get rows as plain dicts. No value is made here."""

from pathlib import Path

import duckdb

from geodata.geography import Geography, read_geographies
from pipelines.core.problem import Problem
from pipelines.release.database import open_release


def open_latest(data: Path) -> duckdb.DuckDBPyConnection:
    """The database of `releases/latest` of DIR, read-only. Raises Problem where there is none."""
    return open_release(data / "releases" / "latest")


def rows(connection: duckdb.DuckDBPyConnection, sql: str, **values) -> list[dict]:
    """The rows of a query, each a dict; values are bound. Raises Problem where the release lacks a table it asks for."""
    try:
        cursor = connection.execute(sql, values) if values else connection.execute(sql)
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        message = f"lacks what is asked of it ({str(error).splitlines()[0]})"
        raise Problem("releases/latest", message, "it was made by another version of Common Ground; refresh") from error
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


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


def release_facts(connection: duckdb.DuckDBPyConnection) -> dict:
    """What the answers say of the release they come from."""
    return rows(
        connection,
        "select version, title, is_invented, areas_asked, n_areas, n_areas_nation, ecological_fallacy, distance_measure, licence from release",
    )[0]
