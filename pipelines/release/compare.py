"""Two releases side by side: identical or not, and CHANGES.md, which tells what changed and why."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.core.plain_text import markdown, told
from pipelines.core.query import connect, quoted
from pipelines.register.labels import label
from pipelines.release import change_text
from pipelines.release.alike import unlike_files
from pipelines.release.change import asked, changes, not_compared
from pipelines.release.database import open_release
from pipelines.release.structure import columns_sql, differences

PATIENCE_S = 300
LINE = 3000  # characters of a line at most, and dots: a release from elsewhere may hold any text


@dataclass
class Difference:
    """What differs between two releases, in sentences; table `change` of a release holds it whole. `exact` lists every table
    or file that is not identical."""

    exact: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    corrections: list[str] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)
    not_compared: list[str] = field(default_factory=list)
    in_short: list[str] = field(default_factory=list)
    by_authority: change_text.ByAuthority = field(default_factory=dict)

    @property
    def identical(self) -> bool:
        """True where every table but for run metadata, and every byte of maps and sheets, is the same."""
        return not self.exact


def compare(old: Path, new: Path, found: pa.Table | None = None) -> Difference:
    """Compare two release folders; `found` are the changes between them where they were worked out already. Raises Problem
    where one is none that can be compared; either may come from elsewhere."""
    difference = Difference()
    with open_release(old) as before, open_release(new) as after, _ended_in_time(before, after):
        try:
            _compare_tables(before, after, difference)
            columns = [set(asked(c, columns_sql(c)).fetchall()) for c in (before, after)]
            difference.tables += differences(*columns)
            _compare_sources(before, after, difference)
            _compare_corrections(before, after, difference)
            _tell_changes(before, after, found, difference)
        except (duckdb.Error, ValueError, KeyError, TypeError, AttributeError) as error:
            raise not_compared(old.name, new.name, error) from error
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


def _compare_tables(before, after, difference: Difference) -> None:
    tables = [
        {row[0] for row in asked(c, "select distinct table_name from column_dictionary").fetchall()}
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
    old, new = (asked(c, sql).df().set_index("source") for c in (before, after))
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
    old, new = (set(asked(c, sql).fetchall()) if c.execute(has).fetchone()[0] else set() for c in (before, after))
    sentence = lambda row: f"{row[0]}: {row[1]} is {row[2]} (the source says {row[3]}): {row[5]}"  # noqa: E731
    stays = {"same_place_as": "line gone, but what it joined stays joined"}
    difference.corrections += [
        f"{stays.get(row[1], 'no longer applied')}: {sentence(row)}" for row in sorted(old - new)
    ]
    difference.corrections += [f"{label('correction_state', row[4])}: {sentence(row)}" for row in sorted(new - old)]


def _tell_changes(before, after, found: pa.Table | None, difference: Difference) -> None:
    names = change_text.titles(before, after)
    with connect() as connection:
        connection.register("change", changes(before, after, _ended_in_time) if found is None else found)
        difference.definitions = change_text.definitions(connection, names)
        difference.not_compared = change_text.not_compared(connection, names)
        difference.in_short = change_text.in_short(connection)
        difference.by_authority = change_text.by_authority(connection, names)


def changes_text(version: str, old_version: str | None, difference: Difference | None) -> str:
    """CHANGES.md of a release."""
    lines = [f"# Changes in {markdown(version)}", ""]
    if difference is None:
        return "\n".join([*lines, "The first release kept in this folder: there is nothing to compare it with.", ""])
    lines += [
        f"Since {markdown(old_version or '')}. Scores are never compared across releases. Ranks are, each with the reason it moved; values of an indicator only where its sources and definition, the geography and the coverage of the area are the same. Table `change` of the database holds every change, one a row.",
        "",
    ]
    nothing = ["no change"]
    for title, items in [
        ("In short", difference.in_short or nothing),
        ("Not compared", difference.not_compared or ["everything that both releases hold is compared"]),
        ("Tables of the database", difference.tables or nothing),
        ("Sources", difference.sources or nothing),
        ("Corrections", difference.corrections or nothing),
        ("Definitions", difference.definitions or nothing),
    ]:
        lines += [f"## {title}", "", *_items(items), ""]
    lines += ["## By authority", "", *([] if difference.by_authority else [*_items(nothing), ""])]
    for authority, sections in difference.by_authority.items():
        lines += [f"### {markdown(authority)}", ""]
        for section, items in sections.items():
            lines += [f"#### {section}", "", *_items(items), ""]
    return "\n".join(lines)


def _items(sentences: list[str]) -> list[str]:
    return [f"- {markdown(told(sentence, LINE), LINE)}" for sentence in sentences]
