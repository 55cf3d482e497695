"""Run one named SQL text over named Parquet files in a DuckDB of its own: no shared file, nothing written."""

from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from pipelines.core.problem import Problem


def connect(path: str = ":memory:", **config: str) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection that never reaches for extensions over the network."""
    offline = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    return duckdb.connect(path, config={**offline, **config})


# A database may come from elsewhere: no view in it opens a file, fetches, loads code or takes all memory.
AS_IT_IS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_access": False,
    "lock_configuration": True,
    "memory_limit": "2GB",
}


def connect_read_only(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection to a database file that reads that file and nothing else, whatever stands in it."""
    return duckdb.connect(str(path), read_only=True, config=AS_IT_IS)


def quoted(name: str) -> str:
    """A name of a table or column as SQL has it, whatever characters it is made of."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL has it, whatever characters it is made of."""
    return "'" + text.replace("'", "''") + "'"


def holds(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """True where the database has a table of that name: what a geography lacks, its releases leave out."""
    found = connection.execute("select 1 from duckdb_tables() where table_name = ?", [name])
    return found.fetchone() is not None


def records(connection: duckdb.DuckDBPyConnection, sql: str, values: dict | list | None = None) -> list[dict]:
    """The rows of a query, each a dict by column; `values` are bound."""
    cursor = connection.execute(sql, values) if values else connection.execute(sql)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def run_sql(sql: str, inputs: dict[str, list[Path]], name: str) -> pd.DataFrame:
    """The rows of `sql`, in which each name of `inputs` is a view of its Parquet files. Errors name `name`."""
    with connect() as connection:
        for view, paths in inputs.items():
            listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
            connection.execute(f"create view {view} as select * from read_parquet([{listed}])")
        try:
            return connection.execute(sql).df()
        except duckdb.Error as error:
            raise Problem(
                f"{name}.sql", f"the query failed ({str(error).splitlines()[0]})", "mend the SQL file"
            ) from error


def listed(frame: pd.DataFrame, keys: list[str], column: str, by: str) -> pd.Series:
    """The distinct values of `column` per group as one text, separated by commas, in order of `by` (index: `keys`).

    In DuckDB, because joining texts group by group in pandas is most of the time of a step.
    """
    names = ", ".join(f'"{key}"' for key in keys)
    rows = frame[list(dict.fromkeys([*keys, column, by]))].drop_duplicates([*keys, column])
    with connect() as connection:
        connection.register("rows", pa.Table.from_pandas(rows, preserve_index=False))
        sql = f'select {names}, string_agg("{column}", \', \' order by "{by}", "{column}") as listed from rows group by {names}'
        return connection.execute(sql).df().set_index(keys)["listed"]
