"""The DuckDB file of a release: tables from sql/release, comments, the dictionary, the wide profile view."""

from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from pipelines.core.problem import Problem
from pipelines.core.query import connect, connect_read_only
from pipelines.core.store import copied
from pipelines.register.labels import coded_columns
from pipelines.release.change import changes, not_compared
from pipelines.release.contents import ReleaseColumn, ReleaseTable
from pipelines.release.inputs import Inputs
from pipelines.release.licences import ROW, read_licences, whole

DATABASE = "commonground.duckdb"
LEFT = "commonground.duckdb.wal"  # what another program changed in it and has not folded in
DICTIONARY = "column_dictionary"
PROFILE = "neighbourhood_profile"
CHANGE = "change"  # told last, of the release before and of all else in this one
SCORE_COLUMNS = [
    "score",
    "rank_nation",
    "rank_region",
    "rank_authority",
    "rank_like_areas",
    "decile_nation",
    "rank_low",
    "rank_high",
    "worst_decile_share",
    "weight_observed",
    "evidence_grade",
    "null_reason",
]
BUILTIN = {
    DICTIONARY: {
        "table_name": "name of the table or view",
        "column_name": "name of the column",
        "data_type": "DuckDB type",
        "unit": "unit of the column, where it has one",
        "description": "what the column holds",
        "label_list": "the list of table label that holds its codes; null where it holds none",
        "term": "the term of the glossary (docs/glossary.md) that says more; null where none does",
        "licence": "licence the column leaves under (see table licence); row where each row says it; null where it is that of what the row names (its source, kind, indicator or index)",
        "is_key": "true where the column is part of the table's key",
        "is_run_metadata": "true where two identical runs may differ",
    }
}


def write_database(path: Path, inputs: Inputs, version: str, last: Path | None = None) -> pa.Table | None:
    """Write the whole database at `path` and close it. Gives what changed since the release `last`, which table `change`
    holds; None where there is none. Raises Problem where a table does not fit its header."""
    with connect(str(path)) as connection:
        connection.execute("set preserve_insertion_order = true")
        for name, files in inputs.files.items():
            listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
            connection.execute(f"create temp view {name} as select * from read_parquet([{listed}])")
        facts = pd.DataFrame([{"version": version, **inputs.facts}])
        for name, frame in {**inputs.frames, "release_facts": facts}.items():
            connection.register(name, frame)
        for table in inputs.tables.values():
            if table.name != CHANGE:
                _create(connection, table)
        found = _create_change(connection, inputs.tables[CHANGE], last) if last else None
        _create_profile(connection, inputs)
        _create_dictionary(connection, inputs)
        connection.execute("checkpoint")
    return found


def _create(connection: duckdb.DuckDBPyConnection, table: ReleaseTable) -> None:
    # The release's own tables may bear the names of the steps they are made from: built aside, then moved into place.
    try:
        connection.execute(f'create table main."{table.name}" as {table.sql}')
    except duckdb.Error as error:
        raise Problem(
            f"{table.name}.sql", f"the query failed ({str(error).splitlines()[0]})", "mend the SQL file"
        ) from error
    found = [row[0] for row in connection.execute(f'describe main."{table.name}"').fetchall()]
    if found != list(table.columns):
        odd = sorted(set(found) ^ set(table.columns)) or found
        raise Problem(
            f"{table.name}.sql",
            f"its columns are not those of its header ({', '.join(odd)})",
            "describe every column, in order",
        )
    keys = ", ".join(f'"{column}"' for column in table.key)
    twice = connection.execute(
        f'select {keys} from main."{table.name}" group by all having count(*) > 1 limit 1'
    ).fetchone()
    if twice:
        raise Problem(
            f"{table.name}.sql",
            f"its key ({', '.join(table.key)}) is given twice for {twice}",
            "mend the SQL file or its key",
        )
    connection.execute(f'comment on table main."{table.name}" is {_quoted(table.title)}')
    for name, column in table.columns.items():
        _comment(connection, table.name, name, _comment_of(table.name, name, column))


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


def _create_profile(connection: duckdb.DuckDBPyConnection, inputs: Inputs) -> None:
    indices = [name.strip() for name in inputs.facts["indices"].split(",")]
    indicators = list(inputs.frames["indicator_register"]["indicator"])
    scores = [f"max(s.{c}) filter (where s.index_name = '{i}') as {i}_{c}" for i in indices for c in SCORE_COLUMNS]
    values = [f"max(v.value) filter (where v.indicator = '{i}') as {i}" for i in indicators]
    connection.execute(f"""
        create view main.{PROFILE} as
        with score as (select s.area_code, {", ".join(scores)} from main.index_score as s group by s.area_code),
        value as (select v.area_code, {", ".join(values)} from main.indicator_value as v group by v.area_code)
        select * from main.neighbourhood
        left join score using (area_code)
        left join value using (area_code)
        order by area_code""")
    title = (
        "One wide row per area: look-ups, every index with ranks and grade, every indicator's value (null is unknown)"
    )
    connection.execute(f"comment on view main.{PROFILE} is {_quoted(title)}")
    for name, comment in profile_columns(inputs).items():
        _comment(connection, PROFILE, name, comment)


def profile_columns(inputs: Inputs) -> dict[str, str]:
    """What each column of the profile holds, from the dictionaries of the tables it is made of."""
    comments = {
        name: _comment_of("neighbourhood", name, c) for name, c in inputs.tables["neighbourhood"].columns.items()
    }
    score = inputs.tables["index_score"].columns
    for index in (name.strip() for name in inputs.facts["indices"].split(",")):
        comments |= {
            f"{index}_{column}": f"{index}: {_comment_of('index_score', column, score[column])}"
            for column in SCORE_COLUMNS
        }
    for row in inputs.frames["indicator_register"].itertuples():
        comments[row.indicator] = f"{row.title} [{row.unit}]"
    return comments


def _create_dictionary(connection: duckdb.DuckDBPyConnection, inputs: Inputs) -> None:
    connection.execute(f"""create table main.{DICTIONARY} (table_name varchar, column_name varchar, data_type varchar, unit varchar,
        description varchar, label_list varchar, term varchar, licence varchar, is_key boolean, is_run_metadata boolean)""")
    connection.execute(f"comment on table main.{DICTIONARY} is 'What every column of every table and view holds'")
    for name, comment_text in BUILTIN[DICTIONARY].items():
        _comment(connection, DICTIONARY, name, comment_text)
    declared = {(t.name, name): (t, column) for t in inputs.tables.values() for name, column in t.columns.items()}
    rows = connection.execute(
        "select table_name, column_name, data_type, comment from duckdb_columns() where schema_name = 'main' and not internal and database_name = current_database() order by table_name, column_index"
    ).fetchall()
    entries, coded = [], coded_columns()
    licences = _column_licences(inputs, whole(read_licences(connection)))
    for table_name, column_name, data_type, comment in rows:
        table, column = declared.get((table_name, column_name), (None, None))
        if comment is None:
            raise Problem(
                f"{table_name}.{column_name}",
                "a column of the release is not described",
                "describe it in the table's SQL header",
            )
        entries.append((table_name, column_name, data_type, column.unit if column else None, column.description if column else comment,
                        coded.get((table_name, column_name)), column.term if column else None, licences.get((table_name, column_name)),
                        bool(table and column_name in table.key), bool(column and column.run_metadata)))  # fmt: skip
    connection.register("entries", pd.DataFrame(entries, dtype=object))  # in one go: row by row takes half a second
    connection.execute(f"insert into main.{DICTIONARY} from entries")


def _column_licences(inputs: Inputs, everything: str) -> dict[tuple[str, str], str]:
    """The licence of each column that has one of its own, by table and column. `everything`: that of all there is."""
    frames = inputs.frames
    told: dict[tuple[str, str], str] = {}
    for table in inputs.tables.values():
        if table.row_licence:
            covered = {name: ROW if name in table.row_licence else everything for name in table.columns}
            told |= {(table.name, name): label for name, label in covered.items()}
    told |= {(PROFILE, name): inputs.areas_licence for name in inputs.tables["neighbourhood"].columns}
    for row in frames["index_methods"].itertuples():
        told |= {(PROFILE, f"{row.index_name}_{column}"): row.licence for column in SCORE_COLUMNS}
    return told | {(PROFILE, row.indicator): row.licence for row in frames["indicator_register"].itertuples()}


def _comment(connection: duckdb.DuckDBPyConnection, table: str, column: str, text: str) -> None:
    connection.execute(f'comment on column main."{table}"."{column}" is {_quoted(text)}')


def _comment_of(table: str, name: str, column: ReleaseColumn) -> str:
    codes = coded_columns().get((table, name))
    return (
        column.description
        + (f" [{column.unit}]" if column.unit else "")
        + (f" (labels of its codes: table label, list {codes})" if codes else "")
        + (f" (glossary: {column.term})" if column.term else "")
        + (" (run metadata)" if column.run_metadata else "")
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def weight_of(connection: duckdb.DuckDBPyConnection) -> str:
    """How much a small area weighs in a mean over several, as SQL over `neighbourhood`: its residents by the mid-year
    estimate, or by the census where the release holds no estimate."""
    found = connection.execute(
        "select 1 from duckdb_columns() where table_name = 'neighbourhood' and column_name = 'population_mid_year'"
    )
    return "coalesce(population_mid_year, population)" if found.fetchone() else "population"


def open_release(folder: Path) -> duckdb.DuckDBPyConnection:
    """The database of a release folder, read-only. Raises Problem where there is none or it cannot be opened.

    Where another program holds it for writing, or left changes beside it that are not ours, a copy of it as it was
    published is read.
    """
    path = folder / DATABASE
    if not path.is_file():
        raise Problem(str(folder), "there is no release here", "run `commonground refresh` first")
    try:
        if (folder / LEFT).exists():
            return _open_copy(path)
        return connect_read_only(path)
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
            return connect_read_only(copy)
        except duckdb.Error as error:
            raise _cannot_be_opened(path, error) from error


def _cannot_be_opened(path: Path, error: Exception) -> Problem:
    message = f"cannot be opened ({str(error).splitlines()[0]})"
    return Problem(str(path), message, "refresh, which makes it again, or roll back to a kept release")
