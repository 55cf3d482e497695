"""Two releases side by side: identical or not, and what changed in sources, indicators and ranks, with the reason."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pandas as pd

from pipelines.core.plain_text import markdown
from pipelines.core.problem import Problem
from pipelines.core.query import quoted
from pipelines.register.labels import label
from pipelines.release.alike import unlike_files
from pipelines.release.database import open_release
from pipelines.release.structure import columns_sql, differences
from pipelines.release.version import OF_A_RUN

MOVED_SHOWN = 10
MOST_ROWS = 20_000_000  # England has two million values of indicators
PATIENCE_S = 300
LINE = 1000  # characters of a line at most: a release from elsewhere may hold any text


@dataclass
class Difference:
    """What differs between two releases. `exact` lists every table or file that is not identical."""

    exact: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    corrections: list[str] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)
    indicators: list[str] = field(default_factory=list)
    indices: list[str] = field(default_factory=list)

    @property
    def identical(self) -> bool:
        """True where every table but for run metadata, and every byte of maps and sheets, is the same."""
        return not self.exact


def compare(old: Path, new: Path) -> Difference:
    """Compare two release folders. Raises Problem where one is none that can be compared; either may come from elsewhere."""
    difference = Difference()
    with open_release(old) as before, open_release(new) as after, _ended_in_time(before, after):
        try:
            _compare_tables(before, after, difference)
            columns = [set(_asked(c, columns_sql(c)).fetchall()) for c in (before, after)]
            difference.tables += differences(*columns)
            _compare_sources(before, after, difference)
            _compare_corrections(before, after, difference)
            _compare_definitions(before, after, difference)
            _compare_indicators(before, after, difference)
            _compare_indices(before, after, difference)
        except (duckdb.Error, ValueError, KeyError, TypeError, AttributeError) as error:
            first = (str(error).splitlines() or [""])[0]
            told = f"cannot be compared ({type(error).__name__}: {first})"
            raise Problem(f"{old.name} and {new.name}", told, "give two releases of Common Ground") from error
    difference.exact += unlike_files(old, new)
    return difference


@contextmanager
def _ended_in_time(*connections: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Interrupts what is asked of a database after some minutes: a view in it may have no end."""
    timers = [threading.Timer(PATIENCE_S, connection.interrupt) for connection in connections]
    for timer in timers:
        timer.daemon = True
        timer.start()
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()


def _asked(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.DuckDBPyConnection:
    """The result of a query, to be fetched. Raises ValueError where it has more rows than any release."""
    if connection.execute(f"select count(*) from (from ({sql}) limit {MOST_ROWS + 1})").fetchone()[0] > MOST_ROWS:
        raise ValueError(f"more than {MOST_ROWS:,} rows")
    return connection.execute(sql)


def _compare_tables(before, after, difference: Difference) -> None:
    tables = [
        {row[0] for row in _asked(c, "select distinct table_name from column_dictionary").fetchall()}
        for c in (before, after)
    ]
    for name in sorted(tables[0] ^ tables[1]):
        difference.exact.append(f"table {name} is in one release only")
    for name in sorted(tables[0] & tables[1]):
        texts = [_table_hash(c, name) for c in (before, after)]
        if texts[0] != texts[1]:
            difference.exact.append(f"table {name} differs")


def _table_hash(connection, table: str) -> tuple:
    columns = connection.execute(
        "select column_name, data_type from column_dictionary where table_name = ? and not is_run_metadata order by column_name",
        [table],
    ).fetchall()
    listed = ", ".join(f"{quoted(name)}::varchar" for name, _ in columns)
    # order-free and exact: the rows as text, hashed one by one and summed, with their number
    row = (
        connection.execute(f"select count(*), sum(hash({listed})::hugeint) from {quoted(table)}").fetchone()
        if columns
        else ()
    )
    return (tuple(columns), row)


def _compare_sources(before, after, difference: Difference) -> None:
    sql = "select * replace (coalesce(sha256, '') as sha256) from snapshot"
    old, new = (_asked(c, sql).df().set_index("source") for c in (before, after))
    for name in new.index.difference(old.index):
        difference.sources.append(f"{name}: new source")
    for name in old.index.difference(new.index):
        difference.sources.append(f"{name}: no longer a source")
    for name in new.index.intersection(old.index):
        was, now = old.loc[name], new.loc[name]
        if was["state"] != now["state"]:
            difference.sources.append(f"{name}: was {was['state']}, is {now['state']}")
        elif was["sha256"] != now["sha256"]:
            told = now.get("changed")  # a release from before this was told has no such column
            what = f": {told}" if isinstance(told, str) else ""
            difference.sources.append(
                f"{name}: new content, {was['n_rows']:,} rows before, {now['n_rows']:,} now{what}"
            )


def _compare_corrections(before, after, difference: Difference) -> None:
    sql = """
        select place_id, field, coalesce(value, '(not shown)'), coalesce(source_value, 'not given, or not shown'), state, reason
        from correction"""
    has = "select count(*) from column_dictionary where table_name = 'correction'"
    old, new = (set(_asked(c, sql).fetchall()) if c.execute(has).fetchone()[0] else set() for c in (before, after))
    sentence = lambda row: f"{row[0]}: {row[1]} is {row[2]} (the source says {row[3]}): {row[5]}"  # noqa: E731
    stays = {"same_place_as": "line gone, but what it joined stays joined"}
    difference.corrections += [
        f"{stays.get(row[1], 'no longer applied')}: {sentence(row)}" for row in sorted(old - new)
    ]
    difference.corrections += [f"{label('correction_state', row[4])}: {sentence(row)}" for row in sorted(new - old)]


def _compare_definitions(before, after, difference: Difference) -> None:
    """By the columns that both have: a column that is new in the release is no new definition."""
    named = [[row[0] for row in c.execute("describe index_member").fetchall()] for c in (before, after)]
    columns = [name for name in named[1] if name in named[0] and name not in OF_A_RUN]
    sql = f"select {', '.join(map(quoted, columns))} from index_member"
    old, new = ({tuple(str(v) for v in row) for row in _asked(c, sql).fetchall()} for c in (before, after))
    difference.definitions += [f"no longer: {' / '.join(row)}" for row in sorted(old - new)]
    difference.definitions += [f"now: {' / '.join(row)}" for row in sorted(new - old)]


def _compare_indicators(before, after, difference: Difference) -> None:
    areas = [{row[0] for row in _asked(c, "select area_code from neighbourhood").fetchall()} for c in (before, after)]
    if areas[0] != areas[1]:
        difference.indicators.append(f"areas: {len(areas[1] - areas[0]):,} added, {len(areas[0] - areas[1]):,} removed")
    names = [{row[0] for row in _asked(c, "select indicator from indicator").fetchall()} for c in (before, after)]
    difference.indicators += [f"{name}: removed" for name in sorted(names[0] - names[1])]
    difference.indicators += [f"{name}: added" for name in sorted(names[1] - names[0])]
    sql = "select area_code, indicator, value, coverage from indicator_value"
    both = (
        _asked(before, sql)
        .df()
        .merge(_asked(after, sql).df(), on=["area_code", "indicator"], suffixes=("_old", "_new"))
    )
    same = (both["value_old"] == both["value_new"]) | (both["value_old"].isna() & both["value_new"].isna())
    for name, rows in both[~same].groupby("indicator", sort=True):
        difference.indicators.append(f"{name}: {len(rows):,} areas have another value")
    for name, rows in both[same & (both["coverage_old"] != both["coverage_new"])].groupby("indicator", sort=True):
        difference.indicators.append(f"{name}: {len(rows):,} areas have another coverage")


def _compare_indices(before, after, difference: Difference) -> None:
    own, members = _changed_values(before, after), _members(after)
    sql = "select area_code, index_name, rank_nation, rank_region, rank_authority, weight_observed from index_score"
    both = (
        _asked(before, sql)
        .df()
        .merge(_asked(after, sql).df(), on=["area_code", "index_name"], suffixes=("_old", "_new"))
    )
    definition = bool(difference.definitions)
    for name, rows in both.groupby("index_name", sort=True):
        scope = next(
            (
                f
                for f in ("nation", "region", "authority")
                if rows[[f"rank_{f}_old", f"rank_{f}_new"]].notna().any(axis=None)
            ),
            None,
        )
        if scope is None:
            continue
        moved = rows[rows[f"rank_{scope}_old"].fillna(0) != rows[f"rank_{scope}_new"].fillna(0)]
        if moved.empty:
            continue
        reason = _reasons(moved, _areas_of(name, own, members), definition)
        reasons = ", ".join(f"{n:,} by {label('rank_change', why)}" for why, n in reason.value_counts().items())
        difference.indices.append(f"{name}: {len(moved):,} areas have another rank in the {scope} ({reasons})")
        shift = (moved[f"rank_{scope}_new"].astype(float) - moved[f"rank_{scope}_old"].astype(float)).abs()
        for i in shift.sort_values(ascending=False, kind="stable").head(MOVED_SHOWN).dropna().index:
            row = moved.loc[i]
            difference.indices.append(
                f"{name}: {row['area_code']} from rank {row[f'rank_{scope}_old']:,.0f} to {row[f'rank_{scope}_new']:,.0f}, by {label('rank_change', reason[i])}"
            )


def _changed_values(before, after) -> pd.DataFrame:
    sql = "select area_code, indicator, value from indicator_value where value is not null"
    old, new = (_asked(c, sql).df().set_index(["area_code", "indicator"])["value"] for c in (before, after))
    joined = pd.concat([old, new], axis=1, keys=["old", "new"])
    changed = joined[(joined["old"] != joined["new"]) & ~(joined["old"].isna() & joined["new"].isna())]
    return changed.index.to_frame(index=False)


def _members(connection) -> dict[str, set[str]]:
    """Every indicator behind each index, through the indices it reads."""
    rows = _asked(connection, "select index_name, member from index_member where is_in_index").fetchall()
    direct = {name: {member for index, member in rows if index == name} for name, _ in rows}

    def behind(name: str) -> set[str]:
        return set().union(*({m} if m not in direct else behind(m) for m in direct[name]))

    return {name: behind(name) for name in direct}


def _areas_of(index: str, changed: pd.DataFrame, members: dict[str, set[str]]) -> set[str]:
    return set(changed.loc[changed["indicator"].isin(members[index]), "area_code"])


def _reasons(moved: pd.DataFrame, own: set[str], definition: bool) -> pd.Series:
    """One reason per moved rank, a code of list `rank_change`."""
    reason = pd.Series("other_areas", index=moved.index)
    reason[moved["area_code"].isin(own)] = "this_area"
    reason[(moved["weight_observed_old"] - moved["weight_observed_new"]).abs() > 1e-9] = "coverage"
    if definition:
        reason[:] = "definition"
    return reason


def changes_text(version: str, old_version: str | None, difference: Difference | None) -> str:
    """CHANGES.md of a release."""
    lines = [f"# Changes in {markdown(version)}", ""]
    if difference is None:
        return "\n".join([*lines, "The first release kept in this folder: there is nothing to compare it with.", ""])
    lines += [
        f"Since {markdown(old_version or '')}. Scores are never compared across releases; values and ranks are, where source and geography are the same.",
        "",
    ]
    for title, items in [
        ("Tables of the database", difference.tables),
        ("Sources", difference.sources),
        ("Corrections", difference.corrections),
        ("Definitions", difference.definitions),
        ("Areas and indicators", difference.indicators),
        ("Ranks", difference.indices),
    ]:
        lines += [f"## {title}", "", *([f"- {markdown(line, LINE)}" for line in items] or ["- no change"]), ""]
    return "\n".join(lines)
