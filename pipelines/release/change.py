"""Table `change` of a release: every change since the last one, a row each, worked out from the two databases alone.

Scores are never compared. Ranks are, each with the reason it moved; values of an indicator only where its sources and
definition, the geography and the coverage of the area are the same; an index or indicator that is not compared has a row that
says so. A table or column that one of the releases lacks tells nothing.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import duckdb
import pyarrow as pa

from pipelines.core.problem import Problem
from pipelines.core.query import connect, quoted
from pipelines.release import change_areas, change_definitions, change_places

MOST_ROWS = 20_000_000  # England has two million values of indicators
BOTH = {  # what is read of both releases: column and type
    "release": "version varchar, geography varchar, area_code_means varchar, definition_sha256 varchar",
    "neighbourhood": "area_code varchar, area_name varchar, msoa_name varchar, ward_name varchar, authority_code varchar, authority_name varchar",
    "source": "source varchar, title varchar, publish varchar",
    "snapshot": "source varchar, state varchar, sha256 varchar, n_rows bigint",
    "indicator": "indicator varchar, title varchar, unit varchar, direction varchar, sources varchar, definition_sha256 varchar",
    "indicator_value": "area_code varchar, indicator varchar, value double, coverage varchar, null_reason varchar",
    "index_method": "index_name varchar, title varchar, normalise varchar, treatment varchar, aggregate varchar, minimum_weight double, least_known varchar, withhold_above double, ties varchar",
    "index_member": "index_name varchar, domain varchar, member varchar, domain_weight double, member_weight double, is_in_index boolean, normalise varchar, target_0 double, target_100 double",
    "index_score": "area_code varchar, index_name varchar, rank_nation bigint, rank_region bigint, rank_authority bigint, spread_scope varchar, weight_observed double",
    "highest_tenth_change": "area_code varchar, index_name varchar",
    "area_roll_up": "level varchar, code varchar, name varchar, index_name varchar, ranked_in varchar, rank_by_average_score bigint",
    "typology": "area_code varchar, label varchar, need varchar, stock varchar, signs varchar, capacity varchar",
    "place": "place_id varchar, kind varchar, kinds varchar, name varchar, name_source varchar, area_code varchar, is_in_areas_asked boolean, status varchar",
    "kind": "kind varchar, is_shown boolean",
    "place_record": "place_id varchar, source varchar, source_id varchar, as_at date",
    "place_event": "event_id varchar, place_id varchar, event varchar, since date, not_before date, evidence varchar",
}  # fmt: skip
FOUND = "change varchar, level varchar, code varchar, name varchar, area_code varchar, authority_code varchar, kind varchar, index_name varchar, indicator varchar, scope varchar, before varchar, after varchar, value_before double, value_after double, why varchar, evidence varchar"
NAMED = """
    with named as (
        select f.* exclude (authority_code), coalesce(n.area_name, o.area_name) as area_name, coalesce(n.msoa_name, o.msoa_name) as msoa_name,
            coalesce(n.ward_name, o.ward_name) as ward_name,
            coalesce(f.authority_code, n.authority_code, o.authority_code) as authority_code
        from found as f
        left join new_neighbourhood as n on n.area_code = f.area_code
        left join old_neighbourhood as o on o.area_code = f.area_code
    ),
    authority as (
        select authority_code, arg_max(authority_name, release) as authority_name
        from (select 1 as release, * from new_neighbourhood union all select 0, * from old_neighbourhood) group by authority_code
    )
    select row_number() over (order by level, authority_name, authority_code, change, index_name, indicator, kind, area_name, area_code, named.name, code,
            scope, before, after, evidence)::integer as row,
        change, level, code, coalesce(named.name, if(level = 'area', area_name, null)) as name, area_code, area_name, msoa_name, ward_name,
        authority_code, authority_name, kind, index_name, indicator, scope, before, after, value_before, value_after, why, evidence,
        (select any_value(version) from old_release) as since_version
    from named left join authority using (authority_code)
    order by row"""


def asked(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.DuckDBPyConnection:
    """The result of a query, to be fetched. Raises ValueError where it has more rows than any release."""
    if connection.execute(f"select count(*) from (from ({sql}) limit {MOST_ROWS + 1})").fetchone()[0] > MOST_ROWS:
        raise ValueError(f"more than {MOST_ROWS:,} rows")
    return connection.execute(sql)


def changes(
    before: duckdb.DuckDBPyConnection,
    after: duckdb.DuckDBPyConnection,
    watched: Callable[[duckdb.DuckDBPyConnection], AbstractContextManager] = nullcontext,
) -> pa.Table:
    """Every change from one release to the next, by the columns of sql/release/change.sql; no row where nothing changed.
    `watched` holds the connection it is worked out on, so that it can be ended. Raises duckdb.Error or ValueError where one
    is no release."""
    common = _columns(before) & _columns(after)
    with connect() as scratch, watched(scratch):
        for side, connection in (("old", before), ("new", after)):
            for table, columns in BOTH.items():
                scratch.register(f"{side}_{table}", _read(connection, table, columns, common))
        scratch.execute(f"create table found ({FOUND})")
        same_geography = change_definitions.find(scratch)
        if same_geography:
            change_areas.find(scratch)
            change_places.find(scratch)
        return scratch.execute(NAMED).to_arrow_table()


def not_compared(old: str, new: str, error: Exception) -> Problem:
    """What is told of two releases that cannot be compared."""
    first = (str(error).splitlines() or [""])[0]
    told = f"cannot be compared ({type(error).__name__}: {first})"
    return Problem(f"{old} and {new}", told, "give two releases of Common Ground")


def _columns(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    """Every column of a release with its table."""
    listed = (
        "select table_name, column_name from duckdb_columns() where not internal and database_name = current_database()"
    )
    return set(asked(connection, listed).fetchall())


def _read(connection: duckdb.DuckDBPyConnection, table: str, columns: str, common: set[tuple[str, str]]) -> pa.Table:
    """These columns of a table, null where one of the releases has no such column, so that a column that is new is no
    change; without a row where one has no such table."""
    wanted = [column.split() for column in columns.split(", ")]
    typed = ", ".join(f"try_cast({quoted(c) if (table, c) in common else 'null'} as {kind}) as {quoted(c)}" for c, kind in wanted)  # fmt: skip
    there = table in {name for name, _ in common}
    return asked(connection, f"select {typed} from {quoted(table)}" if there else f"select {typed} where false").to_arrow_table()  # fmt: skip
