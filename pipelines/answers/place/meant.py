"""Which place of a release is meant by an id, a record or a name, and in what order those that may be meant are told."""

import duckdb

from pipelines.answers.latest import rows, rows_as
from pipelines.answers.place import facts
from pipelines.core.near import is_code, near
from pipelines.core.plain_text import plain
from pipelines.core.problem import Problem

HITS = 20
SHOWN = 60
LOOKED_AT = 200  # names, of all those of the release, that are held against one that is misspelled
BARE = "strip_accents(lower({}))"
WHOLE = f"regexp_replace({BARE}, '^the ', '')"  # "Ivy House" finds "The Ivy House"
# somewhere that people go comes before what is only looked after, and both before a plot of land or an entry in a register
EVERYDAY = "case when k.for_whom = 'nobody' or k.is_public is false then 2 when k.counts_for_reach then 0 else 1 end"


def find(connection: duckdb.DuckDBPyConnection, asked: str) -> list[str]:
    """The ids of the places meant, the likeliest first: by place id, by record, by the whole of a name, else by part of one.

    A name is any that a record behind the place gives. Plots and entries of a register that bear a name whole do not hide
    the places that bear it in part: Nunhead is a plot, and more people ask for its library. Raises Problem (usage) where
    there is none.
    """
    wanted = plain(asked)
    ways = (_by_id, _by_record, _by_whole_name, _by_part_of_name)
    found = next((ids for way in ways if wanted and (ids := way(connection, wanted))), [])
    if not found:
        what = "is no place id of this release" if is_code(wanted) else "is no place of this release"
        raise Problem(wanted[:SHOWN] or "ID_OR_NAME", what, _remedy(connection, wanted), usage=True)
    return found


def _by_id(connection, wanted: str) -> list[str]:
    return _ids(connection, "select place_id from place where place_id = lower($wanted)", wanted)


def _by_record(connection, wanted: str) -> list[str]:
    sql = "select place_id from place_record where $wanted in (source || ':' || source_id, source || '|' || source_id)"
    return _ids(connection, sql, wanted)


def _by_whole_name(connection, wanted: str) -> list[str]:
    whole = _named(connection, wanted, f"{WHOLE.format('name')} = {WHOLE.format('$wanted')}")
    everyday = "select p.place_id from place as p join kind as k using (kind) where list_contains($ids, place_id) and"
    if whole and not rows(connection, f"{everyday} {EVERYDAY} < 2", ids=whole):
        return _by_part_of_name(connection, wanted)
    return whole


def _by_part_of_name(connection, wanted: str) -> list[str]:
    return _named(connection, wanted, f"contains({BARE.format('name')}, {BARE.format('$wanted')})")


def _named(connection, wanted: str, where: str) -> list[str]:
    """In order: within the areas of the release, in use, an everyday kind, the word whole, then by name."""
    sql = f"""
        with named as (select place_id, name from place union select place_id, name from place_record),
        matched as (
            select place_id, bool_or(list_contains(string_split_regex({BARE.format("name")}, '\\W+'), {BARE.format("$wanted")})
                or {WHOLE.format("name")} = {WHOLE.format("$wanted")}) as is_word
            from named where {where} group by place_id)
        select place_id from matched join place as p using (place_id) left join kind as k on k.kind = p.kind
        order by p.is_in_areas_asked desc, {EVERYDAY}, p.status != 'open', not is_word, lower(p.name), place_id"""
    return _ids(connection, sql, wanted)


def _ids(connection, sql: str, wanted: str) -> list[str]:
    return [row["place_id"] for row in rows(connection, sql, wanted=wanted)]


def n_others_named(connection: duckdb.DuckDBPyConnection, asked: str, place_id: str) -> int:
    """How many other places have what was asked in their name."""
    return len(set(_by_part_of_name(connection, plain(asked))) - {place_id})


def _remedy(connection, wanted: str) -> str:
    """What to ask instead: names like the one asked for, of those with its longest word or a likely beginning."""
    if is_code(wanted):
        return "ask by the name or part of it: the answer tells ids"
    short = wanted.lower()[:SHOWN]
    picked = rows(
        connection,
        f"""select name, any_value(place_id) as place_id from place where name is not null group by name
        order by contains({BARE.format("name")}, {BARE.format("$longest")}) desc, jaro_winkler_similarity(lower(name), $wanted) desc, name
        limit {LOOKED_AT}""",
        wanted=short,
        longest=max(short.split(), key=len, default=short),
    )
    ids = {row["name"]: row["place_id"] for row in picked}
    if found := near(short, ids):
        return f"do you mean {', '.join(f'{name} ({ids[name]})' for name in found)}?"
    return "ask by part of its name, or by an id from table place"


def hits_of(connection: duckdb.DuckDBPyConnection, ids: list[str], wanted: str) -> list[facts.Hit]:
    """The first places meant, in their order; `also_named`: the name a record gives, where it is that which was asked for."""
    matched = f"contains({BARE}, {BARE.format('$wanted')})"
    return rows_as(
        connection,
        facts.Hit,
        f"""
        select p.place_id, p.name, p.kind, p.status, n.area_code, n.area_name, n.ward_name, n.authority_name,
            (select min(r.name) from place_record as r where r.place_id = p.place_id and {matched.format("r.name")}
                and not coalesce({matched.format("p.name")}, false)) as also_named
        from place as p left join neighbourhood as n using (area_code) where list_contains($ids, p.place_id)
        order by list_position($ids, p.place_id)""",
        ids=ids[:HITS],
        wanted=wanted,
    )
