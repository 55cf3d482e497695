"""The DuckDB file of a release, written and opened: tables from sql/release in their schemas, comments, the dictionary."""

from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from pipelines.core.problem import Problem
from pipelines.core.query import connect, connect_read_only, literal, quoted
from pipelines.core.store import copied
from pipelines.register.labels import coded_columns
from pipelines.release.change import changes, not_compared
from pipelines.release.contents import ReleaseColumn, ReleaseTable
from pipelines.release.inputs import Inputs
from pipelines.release.licences import ROW, read_licences, whole
from pipelines.release.schemas import SCHEMAS, in_sight
from pipelines.release.start_here import create_start_here
from pipelines.release.wide import AREA, PROFILE, Column, create_profile, profile_columns

DATABASE = "commonground.duckdb"
LEFT = "commonground.duckdb.wal"  # what another program changed in it and has not folded in
DICTIONARY = "column_dictionary"
CHANGE = "change"  # told last, of the release before and of all else in this one
STORAGE = "v1.0.0"  # of the file: DuckDB 1.0 and every later one can open it
BUILTIN = {
    DICTIONARY: {
        "schema_name": "schema it stands in: main, or one to be named before it, as in audit.column_dictionary",
        "table_name": "name of the table or view",
        "column_name": "name of the column",
        "data_type": "DuckDB type",
        "unit": "unit of the column, where it has one",
        "description": "what the column holds",
        "label_list": "the list of table method.label that holds its codes; null where it holds none",
        "term": "the term of the glossary (docs/glossary.md) that says more; null where none does",
        "licence": "licence the column leaves under (see table audit.licence); row where each row says it; null where it is that of what the row names (its source, kind, indicator or index)",
        "is_key": "true where the column is part of the table's key",
        "is_run_metadata": "true where two identical runs may differ",
    }
}


def write_database(path: Path, inputs: Inputs, version: str, last: Path | None = None) -> pa.Table | None:
    """Write the whole database at `path` and close it. Gives what changed since the release `last`, which table `change`
    holds; None where there is none. Raises Problem where a table does not fit its header."""
    with connect(str(path), storage_compatibility_version=STORAGE) as connection:
        connection.execute("set preserve_insertion_order = true")
        for schema in SCHEMAS:
            connection.execute(f"create schema if not exists {schema}")
        in_sight(connection)
        for name, files in inputs.files.items():
            listed = ", ".join(literal(str(file)) for file in files)
            connection.execute(f"create temp view {name} as select * from read_parquet([{listed}])")
        facts = pd.DataFrame([{"version": version, "storage_version": STORAGE, **inputs.facts}])
        for name, frame in {**inputs.frames, "release_facts": facts}.items():
            connection.register(name, frame)
        for table in inputs.tables.values():
            if table.name != CHANGE:
                _create(connection, table)
        found = _create_change(connection, inputs.tables[CHANGE], last) if last else None
        left_out = ", ".join(create_profile(connection))
        connection.execute("update release set fields_left_out = ?", [left_out and f"{PROFILE}: {left_out}"])
        create_start_here(connection, inputs.tables)
        _create_dictionary(connection, inputs)
        connection.execute("checkpoint")
    return found


def _create(connection: duckdb.DuckDBPyConnection, table: ReleaseTable) -> None:
    # The release's own tables may bear the names of the steps they are made from, which are views and found first.
    full = f"{table.schema_name}.{quoted(table.name)}"
    try:
        connection.execute(f"create table {full} as {table.sql}")
    except duckdb.Error as error:
        raise Problem(
            f"{table.name}.sql", f"the query failed ({str(error).splitlines()[0]})", "mend the SQL file"
        ) from error
    found = [row[0] for row in connection.execute(f"describe {full}").fetchall()]
    if found != list(table.columns):
        odd = sorted(set(found) ^ set(table.columns)) or found
        raise Problem(
            f"{table.name}.sql",
            f"its columns are not those of its header ({', '.join(odd)})",
            "describe every column, in order",
        )
    keys = ", ".join(f'"{column}"' for column in table.key)
    twice = connection.execute(f"select {keys} from {full} group by all having count(*) > 1 limit 1").fetchone()
    if twice:
        raise Problem(
            f"{table.name}.sql",
            f"its key ({', '.join(table.key)}) is given twice for {twice}",
            "mend the SQL file or its key",
        )
    connection.execute(f"comment on table {full} is {literal(table.title)}")
    for name, column in table.columns.items():
        _comment(connection, full, name, _comment_of(table.name, name, column))


def _create_change(connection: duckdb.DuckDBPyConnection, table: ReleaseTable, last: Path) -> pa.Table:
    """Table `change`, where anything did: it is absent and not empty where nothing did. Gives its rows."""
    with open_release(last) as before:
        try:
            found = changes(before, connection)
        except (duckdb.Error, ValueError) as error:
            raise not_compared(last.name, "the new one", error) from error
    if found.num_rows:
        connection.register("changes", found)
        _create(connection, table)
        connection.execute("update release set tables = array_to_string(list_sort(list_append(string_split(tables, ', '), ?)), ', ')", [table.name])  # fmt: skip
    return found


def _create_dictionary(connection: duckdb.DuckDBPyConnection, inputs: Inputs) -> None:
    full = f"audit.{DICTIONARY}"
    connection.execute(f"""create table {full} (schema_name varchar, table_name varchar, column_name varchar, data_type varchar, unit varchar,
        description varchar, label_list varchar, term varchar, licence varchar, is_key boolean, is_run_metadata boolean)""")
    connection.execute(f"comment on table {full} is 'What every column of every table and view holds'")
    for name, comment_text in BUILTIN[DICTIONARY].items():
        _comment(connection, full, name, comment_text)
    declared = {(t.name, name): (t, column) for t in inputs.tables.values() for name, column in t.columns.items()}
    rows = connection.execute(
        "select schema_name, table_name, column_name, data_type, comment from duckdb_columns() where not internal and database_name = current_database() order by list_position(?, schema_name), table_name, column_index",
        [list(SCHEMAS)],
    ).fetchall()
    entries, coded = [], coded_columns()
    licences = _column_licences(inputs, profile_columns(connection), whole(read_licences(connection)))
    for schema, table_name, column_name, data_type, comment in rows:
        table, column = declared.get((table_name, column_name), (None, None))
        if comment is None:
            raise Problem(
                f"{table_name}.{column_name}",
                "a column of the release is not described",
                "describe it in the table's SQL header",
            )
        entries.append((schema, table_name, column_name, data_type, column.unit if column else None, column.description if column else comment,
                        coded.get((table_name, column_name)), column.term if column else None, licences.get((table_name, column_name)),
                        bool(table and column_name in table.key), bool(column and column.run_metadata)))  # fmt: skip
    connection.register("entries", pd.DataFrame(entries, dtype=object))  # in one go: row by row takes half a second
    connection.execute(f"insert into {full} from entries")


def _column_licences(inputs: Inputs, columns: list[Column], everything: str) -> dict[tuple[str, str], str]:
    """The licence of each column that has one of its own, by table and column. `columns`: those of the profile;
    `everything`: the licence of all there is."""
    frames = inputs.frames
    told: dict[tuple[str, str], str] = {}
    for table in inputs.tables.values():
        if table.row_licence:
            covered = {name: ROW if name in table.row_licence else everything for name in table.columns}
            told |= {(table.name, name): label for name, label in covered.items()}
    look_ups = dict.fromkeys(inputs.tables["neighbourhood"].columns, inputs.areas_licence)
    told |= {(table, name): label for table in ("neighbourhood", PROFILE) for name, label in look_ups.items()}
    own = dict(zip(frames["index_methods"]["index_name"], frames["index_methods"]["licence"], strict=True))
    own |= dict(zip(frames["indicator_register"]["indicator"], frames["indicator_register"]["licence"], strict=True))
    return told | {(PROFILE, c.name): own.get(c.of, everything) for c in columns if c.part != AREA}


def _comment(connection: duckdb.DuckDBPyConnection, full: str, column: str, text: str) -> None:
    connection.execute(f"comment on column {full}.{quoted(column)} is {literal(text)}")


def _comment_of(table: str, name: str, column: ReleaseColumn) -> str:
    codes = coded_columns().get((table, name))
    return (
        column.description
        + (f" [{column.unit}]" if column.unit else "")
        + (f" (labels of its codes: table method.label, list {codes})" if codes else "")
        + (f" (glossary: {column.term})" if column.term else "")
        + (" (run metadata)" if column.run_metadata else "")
    )


def weight_of(connection: duckdb.DuckDBPyConnection) -> str:
    """How much a small area weighs in a mean over several, as SQL over `neighbourhood`: its residents by the mid-year
    estimate, or by the census where the release holds no estimate."""
    found = connection.execute(
        "select 1 from duckdb_columns() where table_name = 'neighbourhood' and column_name = 'population_mid_year'"
    )
    return "coalesce(population_mid_year, population)" if found.fetchone() else "population"


def open_database(path: Path, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """The database file of a release that this project made and nobody else holds, every table found without its schema."""
    return in_sight(duckdb.connect(str(path), read_only=read_only))


def open_release(folder: Path) -> duckdb.DuckDBPyConnection:
    """The database of a release folder, read-only, every table found without its schema. Raises Problem where there is none or it cannot be opened.

    Where another program holds it for writing, or left changes beside it that are not ours, a copy of it as it was
    published is read.
    """
    path = folder / DATABASE
    if not path.is_file():
        raise Problem(str(folder), "there is no release here", "run `commonground refresh` first")
    try:
        if (folder / LEFT).exists():
            return _open_copy(path)
        return in_sight(connect_read_only(path))
    except duckdb.IOException as error:
        if "lock" not in str(error):
            raise _cannot_be_opened(path, error) from error
        return _open_copy(path)
    except duckdb.Error as error:
        raise _cannot_be_opened(path, error) from error


def _open_copy(path: Path) -> duckdb.DuckDBPyConnection:
    """The same of a copy that is gone when it is closed."""
    with copied(path) as copy:
        try:
            return in_sight(connect_read_only(copy))
        except duckdb.Error as error:
            raise _cannot_be_opened(path, error) from error


def _cannot_be_opened(path: Path, error: Exception) -> Problem:
    message = f"cannot be opened ({str(error).splitlines()[0]})"
    return Problem(str(path), message, "refresh, which makes it again, or roll back to a kept release")
