"""The view start_here: what a stranger reads first, a row for each table of the front room, in reading order, and for each
cupboard."""

import duckdb

from pipelines.core.query import holds, literal
from pipelines.release.contents import ReleaseTable
from pipelines.release.schemas import MAIN, SCHEMAS
from pipelines.release.wide import PROFILE

START = "start_here"
TITLE = "Read this first: what stands in this schema, in reading order, and in the three others"
COLUMNS = {
    "position": "place in reading order",
    "name": "name of the table or view, or of a schema with all its tables (`why.*`), to be named before each of them",
    "what": "what it holds",
    "one_row_per": "what one row of it is",
    "n_rows": "number of its rows; null for a schema",
    "key": "the columns by which its rows are told apart; null for a schema",
    "example": "a query to begin with",
}
IN_ORDER = (  # of reading; schema main holds no other table
    "neighbourhood", "index_score", "domain_score", "indicator", "indicator_value", "area_roll_up", "neighbourhood_reach",
    "neighbourhood_place", "kind", "place", "place_kind", "place_event", "place_loss", "opportunity", "change", "source",
)  # fmt: skip
WIDE = (
    "All of one area in one row, to begin with or to put on a map; what is unknown, or the same, in every area is left out, as its comment says",
    "small area",
    f"select * from {PROFILE} limit 5",
)


def create_start_here(connection: duckdb.DuckDBPyConnection, tables: dict[str, ReleaseTable]) -> None:
    """Make the view, with its comments, once all else is made."""
    front = [tables[name] for name in IN_ORDER if name in tables and holds(connection, name)]
    what, row, example = WIDE
    rows = [_row(PROFILE, what, row, "area_code", example)]
    rows += [_row(t.name, t.title, t.row, ", ".join(t.key), t.example or f"from {t.name} limit 5") for t in front]
    rows += [_cupboard(schema, what) for schema, what in SCHEMAS.items() if schema != MAIN]
    union = " union all ".join(f"select {position}::integer as position, {row}" for position, row in enumerate(rows, 1))
    connection.execute(f"create view {MAIN}.{START} as select * from ({union}) order by position")
    connection.execute(f"comment on view {MAIN}.{START} is {literal(TITLE)}")
    for name, text in COLUMNS.items():
        connection.execute(f"comment on column {MAIN}.{START}.{name} is {literal(text)}")


def _row(name: str, what: str, row: str, key: str, example: str) -> str:
    count = f"(select count(*) from {MAIN}.{name})"
    return (
        f"{literal(name)} as name, {literal(what)} as what, {literal(row)} as one_row_per, {count} as n_rows, "
        f"{literal(key)} as key, {literal(example)} as example"
    )


def _cupboard(schema: str, what: str) -> str:
    example = f"select table_name, comment from duckdb_tables() where schema_name = '{schema}'"
    return (
        f"{literal(schema + '.*')} as name, {literal(what.capitalize())} as what, 'as each table says' as one_row_per, null as n_rows, "
        f"null as key, {literal(example)} as example"
    )
