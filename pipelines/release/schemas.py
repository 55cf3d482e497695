"""The schemas of a release's database: a front room that a stranger reads first, and three cupboards behind it.

Whoever opens the file plainly sees `main` and names the others; the project's own queries find a table wherever it stands.
"""

import duckdb

MAIN = "main"
SCHEMAS = {
    MAIN: "what is asked first: areas, their scores and values, what is in reach, places, opportunities, sources",
    "why": "what explains a score, a label, a place or a candidate, and what stands beside it",
    "method": "how the indices are made, and how far they move when they are made otherwise",
    "audit": "what it all rests on: records, matches, snapshots, issues, corrections, shapes, and what every column holds",
}


def named(schema: str, table: str) -> str:
    """What a table is called by who opens the file plainly."""
    return table if schema == MAIN else f"{schema}.{table}"


def in_sight(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The same connection, on which every table of a release is found without its schema, as far as the release has these
    schemas: before there were cupboards all stood in `main`."""
    held = {name for (name,) in connection.execute("select schema_name from duckdb_schemas() where database_name = current_database()").fetchall()}  # fmt: skip
    connection.execute(f"set search_path = '{','.join(name for name in SCHEMAS if name in held)}'")
    return connection
