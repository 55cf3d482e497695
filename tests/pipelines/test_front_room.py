"""The database of a release as a stranger opens it: few tables to begin with, in order, and every other in its cupboard."""

import re
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from pipelines.core.problem import Problem
from pipelines.core.query import connect
from pipelines.release.contents import ROOT, read_release_table, read_release_tables
from pipelines.release.database import STORAGE, open_database, open_release
from pipelines.release.registers import denominator
from pipelines.release.schemas import MAIN, SCHEMAS, in_sight
from pipelines.release.start_here import IN_ORDER
from pipelines.release.structure import columns_sql, differences
from pipelines.release.version import fingerprint, next_version
from pipelines.release.wide import DIGITS, PROFILE, profile_columns, query, significant

MADE = {"column_dictionary": "audit"}  # by no SQL file


@pytest.fixture(scope="module")
def plain(town, tmp_path_factory):
    """The database as anybody opens it: a copy, for one process opens a file in one way at a time."""
    copy = shutil.copy(town.release / "commonground.duckdb", tmp_path_factory.mktemp("plain"))
    with duckdb.connect(str(copy), read_only=True) as connection:
        yield connection


def rows(connection, sql: str) -> list[tuple]:
    return connection.execute(sql).fetchall()


# ---- where a table stands


def test_main_holds_at_most_sixteen_tables_and_two_views(plain):
    tables = {name for (name,) in rows(plain, f"select table_name from duckdb_tables() where schema_name = '{MAIN}'")}
    assert tables <= set(IN_ORDER)
    assert len(IN_ORDER) == 16
    assert rows(plain, "select schema_name, view_name from duckdb_views() where not internal order by all") == [
        (MAIN, "neighbourhood_profile"),
        (MAIN, "start_here"),
    ]


def test_every_table_is_in_one_schema_and_in_that_of_its_folder(plain):
    assert {path.name for path in (ROOT / "release").iterdir()} == set(SCHEMAS)
    files = [path.stem for path in (ROOT / "release").rglob("*.sql")]
    assert len(files) == len(set(files))
    declared = {table.name: table.schema_name for table in read_release_tables().values()} | MADE
    assert {name for name, schema in declared.items() if schema == MAIN} <= set(IN_ORDER)
    held = rows(plain, "select table_name, schema_name from duckdb_tables()")
    assert len(held) == len(dict(held)) > 50
    assert dict(held).items() <= declared.items()
    told = rows(plain, "select distinct table_name, schema_name from audit.column_dictionary")
    assert set(told) == {*held, *((view, MAIN) for view in (PROFILE, "start_here"))}


def test_a_table_in_no_folder_of_a_schema_is_refused(tmp_path):
    path = Path(shutil.copy(ROOT / "release" / "main" / "source.sql", tmp_path))
    with pytest.raises(Problem, match=r"source.sql: lies in no folder of a schema"):
        read_release_table(path)


def test_the_release_names_its_tables_as_a_stranger_has_to(plain):
    for name in rows(plain, "select tables from audit.release")[0][0].split(", "):
        assert rows(plain, f"select count(*) from {name}")


def test_no_comment_names_a_table_of_a_cupboard_without_its_schema(plain):
    schemas = dict(rows(plain, f"select table_name, schema_name from duckdb_tables() where schema_name != '{MAIN}'"))
    columns = set(rows(plain, "select table_name, column_name from duckdb_columns() where not internal"))
    comments = [text for (text,) in rows(plain, "select comment from duckdb_columns() where not internal union all select comment from duckdb_tables()")]  # fmt: skip
    bare = [
        text
        for text in comments
        for before, table, column in re.findall(r"(\btables? |(?<![\w.]))([a-z_]+)(?:\.([a-z_]+))?", text)
        if table in schemas and (before.strip() or (table, column) in columns)
    ]
    assert bare == []


def test_every_table_view_and_column_has_a_comment(plain):
    silent = """
        select table_name from duckdb_tables() where comment is null
        union all select view_name from duckdb_views() where not internal and comment is null
        union all select table_name || '.' || column_name from duckdb_columns() where not internal and comment is null"""
    assert rows(plain, silent) == []


# ---- start_here


def test_start_here_tells_of_all_that_main_holds_in_reading_order_and_of_the_cupboards(plain):
    told = plain.execute("from start_here").df()
    assert told["position"].tolist() == list(range(1, len(told) + 1))
    front = told[told["n_rows"].notna()]
    held = {name for (name,) in rows(plain, f"select table_name from duckdb_tables() where schema_name = '{MAIN}'")}
    assert front["name"].tolist() == [PROFILE, *(name for name in IN_ORDER if name in held)]
    assert told["name"].tolist()[len(front) :] == [f"{schema}.*" for schema in SCHEMAS if schema != MAIN]
    assert (told["one_row_per"].str.len() > 3).all()
    for row in front.itertuples():
        assert rows(plain, f"select count(*), count(distinct ({row.key})) from {row.name}") == [
            (row.n_rows, row.n_rows)
        ]


def test_every_example_of_start_here_finds_rows(plain):
    for name, example in rows(plain, "select name, example from start_here"):
        assert rows(plain, example), name


# ---- the wide view


def test_the_profile_holds_label_domains_and_the_median_rank(plain):
    profile = plain.execute(f"from {PROFILE}").df().set_index("area_code")
    scores = plain.execute("from index_score where index_name = 'hardship'").df().set_index("area_code")
    assert (profile["hardship_rank_median"] == scores["rank_median"]).all()
    assert (profile["hardship_rank_nation"] == scores["rank_nation"]).all()
    labels = plain.execute("select area_code, label, shown_as from why.typology").df().set_index("area_code")
    assert (profile["label"] == labels["label"]).all()
    assert (profile["label_shown_as"] == labels["shown_as"]).all()
    for domain, rows_ in plain.execute("from domain_score where index_name = 'hardship'").df().groupby("domain"):
        found, exact = profile[f"hardship_{domain}_score"], rows_.set_index("area_code")["score"]
        np.testing.assert_allclose(found, exact.reindex(found.index), rtol=10 ** (1 - DIGITS))


def test_no_number_of_the_profile_has_more_digits_than_it_says(plain):
    profile = plain.execute(f"from {PROFILE}").df()
    floats = profile.select_dtypes("float").drop(columns=["longitude", "latitude"])
    assert floats.shape[1] > 50
    texts = {repr(float(value)) for value in floats.to_numpy().ravel() if not np.isnan(value)}
    digits = [len(re.sub(r"e.*|[-.]", "", text).strip("0")) for text in texts]
    assert max(digits) == DIGITS
    exact = plain.execute("select value from indicator_value where value is not null").df()["value"]
    assert (exact != exact.map(lambda value: float(f"{value:.{DIGITS}g}"))).any()  # the tables have them whole


def test_a_number_is_rounded_to_the_nearest_of_so_many_digits():
    values = [29.299999999999997, 0.1 + 0.2, -2.2669999999999999, 1234567.8, 9.9999999, 1e-9, 0.0, None, 100.0, -0.5]
    with connect() as connection:
        connection.register("given", pd.DataFrame({"x": values}))
        found = connection.execute(f"select {significant('x')} from given").fetchall()
    assert [x for (x,) in found] == [29.3, 0.3, -2.267, 1234570.0, 10.0, 1e-9, 0.0, None, 100.0, -0.5]


def test_what_tells_nothing_is_left_out_of_the_profile_and_told(town, plain):
    with open_release(town.release) as connection:
        columns = profile_columns(connection)
        whole = connection.execute(query(columns)).df()
    shown = plain.execute(f"from {PROFILE}").df()
    left_out = [name for name in whole if name not in shown]
    assert left_out
    assert shown.columns.tolist() == [name for name in whole if name not in left_out]
    assert all(whole[name].nunique(dropna=False) == 1 for name in left_out)
    same = [name for name in shown if shown[name].nunique(dropna=False) == 1]
    assert not shown[same].isna().any(axis=None)
    assert {name for name in same if not name.endswith(("_score", "_rank_nation", "_decile_nation"))} <= {
        "area_code", "area_name", "authority_code", "authority_name", "region_code", "region_name", "population",
    }  # fmt: skip
    (comment,) = rows(plain, f"select comment from duckdb_views() where view_name = '{PROFILE}'")[0]
    assert set(left_out) <= set(re.findall(r"\w+", comment))
    (told,) = rows(plain, "select fields_left_out from audit.release")[0]
    assert f"{PROFILE}: {', '.join(left_out)};" in told


# ---- an indicator says what it is


def test_an_indicator_says_what_it_is_a_share_of_and_what_period_it_describes(plain):
    told = plain.execute("from indicator").df().set_index("indicator")
    assert told.loc["overcrowded_households_pct", "denominator"] == "households"
    assert told.loc["cooperatives_rate_per_1000", "denominator"] == "residents of the authority"
    assert pd.isna(told.loc["nearest_library_m", "denominator"])
    shares = told[told["unit"].str.startswith("%") & ~told["unit"].str.contains(" x ")]
    assert shares["denominator"].notna().all()
    assert told[["period", "sources", "unit", "direction"]].notna().all(axis=None)


@pytest.mark.parametrize(
    ("unit", "of"),
    [
        ("% of people aged 16 and over not in employment", "people aged 16 and over not in employment"),
        ("per 1,000 people at risk", "people at risk"),
        ("£ per resident of the authority, nominal", "resident of the authority"),
        ("patients per GP", "GP"),
        ("standardised years per 1,000", None),
        ("% of households renting privately x % of people in income-deprived families / 100", None),
        ("log of 1 + places", None),
    ],
)
def test_a_denominator_is_told_in_the_words_of_the_unit(unit, of):
    assert denominator(unit) == of


# ---- opened by the project, of this release and of one before there were schemas


@pytest.fixture
def old(town, tmp_path) -> Path:
    """The release as it was before there were cupboards: every table in main, under its own name."""
    folder = tmp_path / "old"
    folder.mkdir()
    with connect(str(folder / "commonground.duckdb")) as connection:
        connection.execute(f"attach '{town.release / 'commonground.duckdb'}' as now (read_only)")
        tables = rows(connection, "select schema_name, table_name from duckdb_tables() where database_name = 'now'")
        for schema, table in tables:
            connection.execute(f"create table {table} as from now.{schema}.{table}")
        connection.execute(
            "delete from column_dictionary where table_name = 'start_here' or column_name = 'schema_name'"
        )
        connection.execute("alter table column_dictionary drop column schema_name")
    return folder


def test_every_table_is_found_without_its_schema_by_who_opens_it_so(town, old):
    for folder in (town.release, old):
        with open_release(folder) as connection:
            assert rows(connection, "select count(*) from index_method join neighbourhood on true")
    with open_database(town.release / "commonground.duckdb", read_only=True) as connection:
        assert rows(in_sight(connection.cursor()), "select count(*) from index_method")


def test_tables_that_moved_are_a_major_version_and_told(town, old):
    with open_release(old) as before, open_release(town.release) as after:
        assert next_version("1.4.2", fingerprint(before), fingerprint(after)) == "2.0.0"
        assert next_version("1.4.2", fingerprint(after), fingerprint(after)) == "1.4.3"
        was, now = ({*rows(c, columns_sql(c))} for c in (before, after))
    told = differences(was, now)
    assert any(line.startswith("now in schema audit, no longer in main: column_dictionary, ") for line in told)
    assert "start_here: new" in told
    assert "audit.column_dictionary: new columns schema_name" in told
    assert differences(now, now) == []


def test_new_and_lost_columns_are_told_by_table():
    was = {("main", "a", "x", "DOUBLE"), ("main", "a", "y", "DOUBLE"), ("why", "b", "z", "DATE")}
    now = {("main", "a", "x", "INTEGER"), ("main", "a", "w", "DOUBLE"), ("method", "c", "z", "DATE")}
    assert differences(was, now) == [
        "why.b: gone",
        "method.c: new",
        "a: new columns w; columns gone y; columns of another type x",
    ]


def test_the_file_is_of_the_format_it_says(plain):
    assert rows(plain, "select storage_version from audit.release") == [(STORAGE,)]
    (tags,) = rows(plain, "select tags from duckdb_databases() where database_name = current_database()")[0]
    assert tags["storage_version"].startswith(STORAGE)
