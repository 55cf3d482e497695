"""The view neighbourhood_profile: one wide row per area, made of what other tables hold of it.

Its numbers are rounded, here alone and after ranks were taken; columns that tell nothing in this release are left out of
the view, and its comment says which. `query` gives every column, as exact as the tables have it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from pipelines.core.query import holds, literal, quoted
from pipelines.release.schemas import MAIN

PROFILE = "neighbourhood_profile"
DIGITS = 6  # significant ones: more than any source measures, and far from where a binary fraction shows
SCORE_COLUMNS = [
    "score",
    "rank_nation",
    "rank_region",
    "rank_authority",
    "rank_like_areas",
    "decile_nation",
    "rank_median",
    "rank_low",
    "rank_high",
    "worst_decile_share",
    "weight_observed",
    "evidence_grade",
    "null_reason",
]
LABELS = {"label": "label", "label_shown_as": "shown_as"}  # of table typology, and what they are called there
ASKED_BY = {"area_code", "area_name", "authority_code", "authority_name", "region_code", "region_name", "population"}
ANSWERS = ("_score", "_rank_nation", "_decile_nation")  # of an index: there even where all areas have the same
AREA, LABEL, SCORE, DOMAIN, VALUE = "area", "label", "score", "domain", "value"
FROM = {
    AREA: "main.neighbourhood",
    LABEL: "why.typology",
    SCORE: "main.index_score",
    DOMAIN: "main.domain_score",
    VALUE: "main.indicator_value",
}
COMMENTS = """
    select table_name, column_name, comment from duckdb_columns()
    where not internal and database_name = current_database() order by table_oid, column_index"""
DOMAINS = """
    select distinct s.index_name, s.domain, coalesce(m.domain_title, s.domain) as title
    from domain_score as s left join index_member as m using (index_name, domain) order by all"""


@dataclass(frozen=True)
class Column:
    """One column of the profile: the part it is of, how it is had from the rows of one area there, what it holds, and the
    index or indicator it tells of."""

    name: str
    part: str
    sql: str
    comment: str
    of: str = ""


def profile_columns(connection: duckdb.DuckDBPyConnection) -> list[Column]:
    """Every column that the profile may have, in order, from the tables of a release and what they say of themselves."""
    ask = lambda sql: connection.execute(sql).fetchall()  # noqa: E731
    comments = {(table, column): comment or "" for table, column, comment in ask(COMMENTS)}
    (told,) = connection.execute("select indices from release").fetchone()
    domains = ask(DOMAINS)
    found = [Column(name, AREA, quoted(name), text) for (of, name), text in comments.items() if of == "neighbourhood"]
    if holds(connection, "typology"):
        found += [Column(name, LABEL, quoted(own), comments["typology", own]) for name, own in LABELS.items()]
    for index in told.split(", "):
        one = f"filter (where index_name = {literal(index)})"
        found += [
            Column(f"{index}_{name}", SCORE, f"max({name}) {one}", f"{index}: {comments['index_score', name]}", index)
            for name in SCORE_COLUMNS
        ]
        found += [
            Column(
                f"{index}_{domain}_score", DOMAIN, f"max(score) filter (where index_name = {literal(index)} and domain = {literal(domain)})",
                f"{index}: score of the domain {title}; greater is more need or opportunity", index,
            )
            for of, domain, title in domains
            if of == index
        ]  # fmt: skip
    found += [
        Column(name, VALUE, f"max(value) filter (where indicator = {literal(name)})", f"{title} [{unit}]", name)
        for name, title, unit in ask("select indicator, title, unit from indicator order by indicator")
    ]
    return found


def query(columns: Iterable[Column], shown: dict[str, str] | None = None) -> str:
    """The SQL of these columns, in order, one row per area, with the schema of every table it reads. `shown`: by name, what
    of a column is shown in place of it."""
    columns, shown = list(columns), shown or {}
    ctes, joins = [], []
    for part in (LABEL, SCORE, DOMAIN, VALUE):
        own = ", ".join(f"{c.sql} as {quoted(c.name)}" for c in columns if c.part == part)
        if own:
            group = " group by area_code" if part != LABEL else ""
            ctes.append(f"{part}_columns as (select area_code, {own} from {FROM[part]}{group})")
            joins.append(f"left join {part}_columns using (area_code)")
    listed = ", ".join(f"{shown[c.name]} as {quoted(c.name)}" if c.name in shown else quoted(c.name) for c in columns)
    return f"{'with ' if ctes else ''}{', '.join(ctes)} select {listed} from {FROM[AREA]} {' '.join(joins)} order by area_code"


def create_profile(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Make the view, with its comments. Returns the names of the columns that tell nothing and are left out of it."""
    columns = profile_columns(connection)
    connection.execute(f"create or replace temp table whole_profile as {query(columns)}")
    types = {row[0]: row[1] for row in connection.execute("describe whole_profile").fetchall()}
    unknown, same = _tell_nothing(connection, columns)
    connection.execute("drop table whole_profile")
    kept = [c for c in columns if c.name not in unknown and c.name not in same]
    rounded = {c.name: significant(c.name) for c in kept if types[c.name] == "DOUBLE" and c.part != AREA}
    connection.execute(f"create view {MAIN}.{PROFILE} as {query(kept, rounded)}")
    title = (
        "One wide row per area: look-ups, label, every index with its ranks, grade and domains, every indicator's value (null is unknown). "
        f"Scores and values have {DIGITS} significant digits; the tables have them whole."
    )
    if unknown:
        title += f" Left out, for no area of this release has one: {', '.join(unknown)}."
    if same:
        title += f" Left out, for all its areas have the same: {', '.join(f'{name} ({value})' for name, value in same.items())}."
    connection.execute(f"comment on view {MAIN}.{PROFILE} is {literal(title)}")
    for column in kept:
        connection.execute(f"comment on column {MAIN}.{PROFILE}.{quoted(column.name)} is {literal(column.comment)}")
    return [c.name for c in columns if c not in kept]


def significant(name: str) -> str:
    """The SQL of a column of floating-point numbers with as many significant digits as the profile has."""
    x = quoted(name)
    return f"case when {x} = 0 then 0 else round({x}, {DIGITS - 1} - floor(log10(abs({x})))::integer) end"


def _tell_nothing(connection: duckdb.DuckDBPyConnection, columns: list[Column]) -> tuple[list[str], dict[str, str]]:
    """The columns in which nothing is known, and those in which every area has the same, with what that is."""
    found = ", ".join(f"count({q}), min({q})::varchar, max({q})::varchar" for q in (quoted(c.name) for c in columns))
    n, *told = connection.execute(f"select count(*), {found} from whole_profile").fetchone()
    unknown, same = [], {}
    for column, known, least, most in zip(columns, told[::3], told[1::3], told[2::3], strict=True):
        asked_by = column.name in ASKED_BY or (column.part == SCORE and column.name.endswith(ANSWERS))
        if known == 0:
            unknown.append(column.name)
        elif 1 < known == n and least == most and not asked_by:
            same[column.name] = least
    return unknown, same
