"""What the front page of a release tells, from its finished database: indices, the areas of highest need, sources, how sure."""

import datetime
from pathlib import Path

import duckdb

from pipelines.core.query import records
from pipelines.release.atlas.catalogue import definition_of, members
from pipelines.release.licences import attributions, read_licences, whole
from pipelines.release.pages.listing import by_authority, listed

LEFT_OUT = """
    select m.title as index, coalesce(i.title, o.title, member) as member, left_out
    from index_member join index_method as m using (index_name)
    left join indicator as i on i.indicator = member left join index_method as o on o.index_name = member
    where left_out is not null order by m.title, member"""
HIGHEST = 10  # areas listed on the front page
SCOPES = ("nation", "region", "authority")  # the widest that the headline index is ranked in is told


def front_facts(folder: Path, connection: duckdb.DuckDBPyConnection, labels: dict[str, str]) -> dict:
    """What `index.html.j2` is filled with. `labels`: the licence of each file, by its path in the folder."""
    release = records(connection, "select * from release")[0]
    licences = read_licences(connection)
    indices = _indices(connection)
    names = connection.execute("select distinct authority_code, authority_name from neighbourhood").fetchall()
    made = datetime.date.fromisoformat(str(release["built_at"])[:10])
    return {
        "release": release,
        "made": f"{made.day} {made:%B %Y}",
        "indices": indices,
        "highest": _highest(connection, indices[0]["index_name"], release) if indices else None,
        "files": listed(folder, licences, labels),
        "authorities": by_authority(folder, dict(names)),
        "sources": _sources(connection),
        "unavailable": records(
            connection,
            "select title, publisher from source join snapshot using (source) where state = 'unavailable' order by title",
        ),
        "grades": records(connection, "select code, meaning from label where list = 'evidence_grade' order by code"),
        "members_left_out": records(connection, LEFT_OUT),
        "licences": [
            {"key": key, **licence.model_dump(include={"title", "url", "share_alike"})}
            for key, licence in licences.items()
        ],
        "attribution": attributions(connection, licences, whole(licences)),
    }


def _indices(connection: duckdb.DuckDBPyConnection) -> list[dict]:
    """Every index, the headline first: its question, how it is read, how many areas are scored, why the others are not, and
    how sure."""
    found = records(connection, """
        select index_name, m.title, m.question, count(score)::integer as n_scored, count(*)::integer as n_areas,
            count(rank_nation)::integer as n_ranked_nation,
            median(rank_high - rank_low) as width, any_value(spread_scope) as spread_scope
        from index_method as m join index_score as s using (index_name)
        group by index_name, m.title, m.question, is_headline order by not is_headline, index_name""")  # fmt: skip
    said = {member["id"]: member["must_say"] for member in members(connection) if member["kind"] == "index"}
    grades = "select evidence_grade as grade, count(*)::integer as n from index_score where index_name = ? and score is not null group by 1 order by 1"
    reasons = """
        select coalesce(meaning, label) as why, count(*)::integer as n from index_score join label on list = 'null_reason' and code = null_reason
        where index_name = ? and score is null group by 1 order by 2 desc, 1"""
    for index in found:
        definition = definition_of(index["index_name"])
        index["reads"] = definition.reads if definition else None
        index["must_say"] = said[index["index_name"]]
        index["grades"] = records(connection, grades, [index["index_name"]])
        index["unscored"] = records(connection, reasons, [index["index_name"]])
    return found


def _highest(connection: duckdb.DuckDBPyConnection, index: str, release: dict) -> dict | None:
    """The areas of highest need by the headline index, in the widest scope it is ranked in; None where it is ranked in none.
    Those that share the last rank are all listed."""
    for scope in SCOPES:
        rank = f"rank_{scope}"
        rows = records(connection, f"""
            select {rank} as rank, area_code, area_name, msoa_name, authority_name, population, rank_low, rank_high, evidence_grade
            from index_score join neighbourhood using (area_code)
            where index_name = ? and {rank} is not null
            qualify {rank} <= nth_value({rank}, {HIGHEST}) over (order by {rank} rows between unbounded preceding and unbounded following)
                or count(*) over () < {HIGHEST}
            order by {rank}, area_code""", [index])  # fmt: skip
        if rows:
            (n, named) = connection.execute(f"select count(*), any_value({scope}_name) from neighbourhood").fetchone()
            whole_nation = scope == "nation"
            return {
                "scope": scope,
                "where": named,
                "n": release["n_areas_nation"] if whole_nation else n,
                "rows": rows,
                "is_part": whole_nation and release["n_areas"] != release["n_areas_nation"],
            }
    return None


def _sources(connection: duckdb.DuckDBPyConnection) -> list[dict]:
    return records(connection, """
        select s.title, s.publisher, s.page, coalesce(n.source_as_at, strftime(s.vintage, '%Y-%m-%d')) as as_at, s.licence, s.licence_url, n.state
        from source as s join snapshot as n using (source) where n.state != 'unavailable' order by s.publisher, s.title""")  # fmt: skip
