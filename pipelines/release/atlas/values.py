"""What areas are coloured by: scores and ranks of indices and domains, values of indicators, the label, and roll-ups."""

from collections.abc import Iterator

import duckdb
import numpy as np

from pipelines.core.query import holds
from pipelines.release.atlas.reading import Indicators
from pipelines.release.atlas.script import letters, numbers, rounded
from pipelines.release.atlas.tables import columns, of, spread_out

RANKS = ("rank_nation", "rank_region", "rank_authority", "rank_like_areas", "decile_nation")
SURE = ("rank_low", "rank_high", "rank_median", "worst_decile_share", "weight_observed")
ROLLED = ("average_score", "rank_by_average_score", "n_of_level", "share_in_highest_tenth", "extent", "n_areas",
          "n_areas_scored", "residents")  # fmt: skip
LEVELS = ("authority", "msoa")  # that have outlines of their own in the tiles
COVERAGE = {"observed": "o", "partial": "p", "unknown": "u", None: "-"}
GRADE = {"A": "A", "B": "B", "C": "C", "D": "D", None: "-"}
AXES = ("need", "stock", "signs", "capacity")


def value_files(connection: duckdb.DuckDBPyConnection, n: int, indicators: Indicators) -> Iterator[tuple[str, dict]]:
    """Key and value of every file of values, each column of length n in row order."""
    yield from _indices(connection)
    yield from _domains(connection, n)
    yield from _indicators(indicators)
    if holds(connection, "typology"):
        yield "values/typology", _labels(connection)
    for level in LEVELS:
        if rolled := _rolled(connection, level):
            yield f"rolled/{level}", rolled


def _indices(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, dict]]:
    for (name,) in connection.execute("select distinct index_name from index_score order by 1").fetchall():
        sql = "select s.* from area_row as r left join index_score as s on s.area_code = r.area_code and s.index_name = ? order by r.row"
        found = columns(connection, sql, [name])
        reasons = found["null_reason"].used()
        yield (
            f"values/{name}",
            {
                "score": numbers(rounded(found["score"])),
                **{rank: numbers(found[rank]) for rank in RANKS},
                "null_reason": numbers(reasons.positions()),
                "reasons": reasons.words,
            },
        )
        yield (
            f"sure/{name}",
            {
                **{column: numbers(rounded(found[column])) for column in SURE},
                "evidence_grade": letters(found["evidence_grade"], GRADE),
                "spread_scope": found["spread_scope"].first(),
            },
        )


def _domains(connection: duckdb.DuckDBPyConnection, n: int) -> Iterator[tuple[str, dict]]:
    sql = "select row, index_name || '.' || domain as domain, score, rank_nation, weight_observed from domain_score join area_row using (area_code)"
    found = columns(connection, sql)
    names = found["domain"].words
    spread = {c: spread_out(n, names, found, "domain", c) for c in ("score", "rank_nation", "weight_observed")}
    for i, name in enumerate(names):
        yield f"values/{name}", {column: numbers(rounded(matrix[i])) for column, matrix in spread.items()}


def _indicators(indicators: Indicators) -> Iterator[tuple[str, dict]]:
    for i, name in enumerate(indicators.names):
        reasons, counted = indicators.null_reason[i].used(), indicators.n_counted[i]
        yield (
            f"values/{name}",
            {
                "value": numbers(rounded(indicators.value[i])),
                **({} if np.isnan(counted).all() else {"n_counted": numbers(counted)}),
                "coverage": letters(indicators.coverage[i], COVERAGE),
                "null_reason": numbers(reasons.positions()),
                "reasons": reasons.words,
            },
        )


def _labels(connection: duckdb.DuckDBPyConnection) -> dict:
    found = columns(connection, "select t.* from area_row left join typology as t using (area_code) order by row")
    told = {name: found[name] for name in ("label", *AXES)}
    return {
        **{name: numbers(column.positions()) for name, column in told.items()},
        "words": {name: column.words for name, column in told.items()},
        "rule": numbers(found["rule"]),
        "changes_if_cut_moves": numbers(found["changes_if_cut_moves"]),
    }  # fmt: skip


def _rolled(connection: duckdb.DuckDBPyConnection, level: str) -> dict:
    """Each index of a level: its measures in the order of the level's file of groups, and in which scope it is ranked."""
    code = f"{level}_code"
    codes = [c for (c,) in connection.execute(f"select distinct {code} from neighbourhood where {code} is not null order by 1").fetchall()]  # fmt: skip
    if not codes or not holds(connection, "area_roll_up"):
        return {}
    sql = f"""
        select code, index_name, ranked_in, ranked_in_code, residents_as, {", ".join(ROLLED)}
        from area_roll_up where level = ? order by index_name, code"""
    found = columns(connection, sql, [level])
    rows = {code: i for i, code in enumerate(codes)}
    told: dict = {"code": codes}
    for name in found["index_name"].words:
        mine = of(found, "index_name", name)
        at = np.array([rows[c] for c in mine["code"].tolist()])
        entry: dict = {}
        for column in ROLLED:
            values = np.full(len(codes), np.nan)
            values[at] = mine[column]
            entry[column] = numbers(rounded(values))
        entry |= {c: mine[c].first() for c in ("ranked_in", "residents_as")}
        told[name] = entry
    return told
