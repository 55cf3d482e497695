"""An authority in short: its areas in order of the headline index, a line each, and how to ask on."""

import shlex

import duckdb

from pipelines.answers import titles
from pipelines.answers.latest import geography_of, headline, release_facts, rows
from pipelines.answers.lookup import Asked, level_words
from pipelines.answers.sheet import areas, number, para


def list_of(connection: duckdb.DuckDBPyConnection, asked: Asked) -> str:
    """The areas of the authority asked, every one, those that the headline index puts first before others."""
    first, found = headline(connection), _areas(connection, asked)
    residents = (
        f"{sum(row['population'] for row in found):,} residents {geography_of(connection).residents_as}".rstrip()
    )
    level, index = level_words(connection)["authority"]["one"], titles.index_of(first)
    highest = f", 1 {index.first_rank}" if index else ""
    lines = []
    if release_facts(connection)["is_invented"]:
        lines += [*para("INVENTED: this town does not exist and every number below means nothing."), ""]
    lines += para(f"{asked.name} ({asked.code}), {level}: {areas(len(found))}, {residents}")
    lines += para(
        f"In order of {titles.index_title(first)}: rank in the {level}{highest}; score; tenth in the nation, 1 the highest."
    )
    lines += [line for note in asked.notes for line in para(f"Note: {note}.")]
    wide = max(4, *(len(row["area_code"]) for row in found))
    lines += [
        "",
        f"  {'Rank':>5}  {'Code':<{wide}}  {'Area':<20}  {'Near':<22}  {'Ward':<22}  {'Score':>6}  {'Tenth':>5}",
    ]
    for row in found:
        rank = "-" if row["rank_authority"] is None else f"{row['rank_authority']:,}"
        score = "-" if row["score"] is None else number(row["score"])
        names = f"{_cut(row['area_name'], 20)}  {_cut(row['msoa_name'], 22)}  {_cut(row['ward_name'], 22)}"
        tenth = "-" if row["decile_nation"] is None else str(row["decile_nation"])
        lines.append(f"  {rank:>5}  {row['area_code']:<{wide}}  {names}  {score:>6}  {tenth:>5}")
    name = shlex.quote(asked.name or str(asked.code))
    return "\n".join(
        [
            *lines,
            "",
            f"one of them:        commonground profile {found[0]['area_code']}",
            f"all together:       commonground profile {name} --whole",
            f"a defended choice:  commonground select --area {name}",
        ]
    )


def _areas(connection, asked: Asked) -> list[dict]:
    return rows(
        connection,
        """
        select n.area_code, n.area_name, n.msoa_name, n.ward_name, n.population, s.score, s.rank_authority, s.decile_nation
        from neighbourhood as n left join index_score as s on s.area_code = n.area_code and s.index_name = $first
        where list_contains($codes, n.area_code) order by s.score desc nulls last, n.area_code""",
        first=headline(connection),
        codes=asked.codes,
    )


def _cut(name: str | None, width: int) -> str:
    text = name or "-"
    return f"{text if len(text) <= width else text[: width - 3] + '...':<{width}}"
