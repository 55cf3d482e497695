"""Ask the latest release of DIR: open it, and get rows as plain dicts. No value is made here."""

from pathlib import Path

import duckdb

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


def release_facts(connection: duckdb.DuckDBPyConnection) -> dict:
    """What the answers say of the release they come from."""
    return rows(
        connection,
        "select version, title, is_invented, areas_asked, n_areas, n_areas_nation, ecological_fallacy, distance_measure, licence from release",
    )[0]
