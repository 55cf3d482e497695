"""The tables and columns of a release as its dictionary tells them, and how those of two releases differ, in sentences.

Of a release from before there were schemas, everything stood in `main`.
"""

import duckdb

from pipelines.release.schemas import MAIN, named
from pipelines.release.wide import PROFILE

Columns = set[tuple[str, str, str, str]]  # schema, table, column, type


def columns_sql(connection: duckdb.DuckDBPyConnection) -> str:
    """The SQL of every column of a release: schema, table, column and type. Those of the profile follow what is known, table
    `change` is there where something changed: both are left out."""
    held = {name for name, *_ in connection.execute("describe column_dictionary").fetchall()}
    schema = "schema_name" if "schema_name" in held else f"'{MAIN}'"
    return f"select {schema} as schema_name, table_name, column_name, data_type from column_dictionary where table_name not in ('{PROFILE}', 'change')"


def differences(old: Columns, new: Columns) -> list[str]:
    """What tables are new, gone or in another schema, and what columns of the others are new, gone or of another type."""
    was, now = ({table: schema for schema, table, *_ in columns} for columns in (old, new))
    moved: dict[tuple[str, str], list[str]] = {}
    for table in sorted(was.keys() & now.keys()):
        if was[table] != now[table]:
            moved.setdefault((was[table], now[table]), []).append(table)
    found = [
        f"now in schema {to}, no longer in {of}: {', '.join(tables)}" for (of, to), tables in sorted(moved.items())
    ]
    found += [f"{named(was[table], table)}: gone" for table in sorted(was.keys() - now.keys())]
    found += [f"{named(now[table], table)}: new" for table in sorted(now.keys() - was.keys())]
    for table in sorted(was.keys() & now.keys()):
        before, after = ({column: kind for _, of, column, kind in columns if of == table} for columns in (old, new))
        told = {
            "new columns": after.keys() - before.keys(),
            "columns gone": before.keys() - after.keys(),
            "columns of another type": {c for c in before.keys() & after.keys() if before[c] != after[c]},
        }
        words = [f"{what} {', '.join(sorted(columns))}" for what, columns in told.items() if columns]
        found += [f"{named(now[table], table)}: {'; '.join(words)}"] if words else []
    return found
