"""REPORT.md is written whatever is unknown: any table of a release empty, an index without scores or ranks, no weights."""

import shutil

import pytest

from pipelines.release.contents import read_release_tables
from pipelines.release.database import open_database
from pipelines.release.report import report_text

# one row per area, source, kind, index or indicator, whatever was read
NEVER_EMPTY = ("release", "neighbourhood", "source", "snapshot", "kind", "indicator", "index_member", "index_method")
EMPTIED = [
    name
    for name, table in read_release_tables().items()
    if name not in NEVER_EMPTY and table.inputs not in (["needs"], ["land_titles"], ["last_release"])
]
RANKS = "rank_nation = null, rank_region = null, rank_authority = null, decile_nation = null, rank_low = null, rank_high = null"
UNKNOWN = {
    "hardship without ranks": f"update index_score set {RANKS} where index_name = 'hardship'; update benchmark set hardship_rank = null, rank_difference = null",
    "hardship without scores": f"update index_score set score = null, {RANKS} where index_name = 'hardship'; delete from benchmark_correlation where index_name = 'hardship'",
    "no index scored": f"update index_score set score = null, {RANKS}, weight_observed = null, evidence_grade = null",
    "all areas tied": "update benchmark_correlation set spearman = null",
    "no indicator known": "update indicator_value set value = null, coverage = 'unknown', null_reason = 'source_unavailable'",
    "no kind known": "update neighbourhood_reach set gap = null, coverage = 'unknown', standard_minutes = null",
    "nothing available": "update snapshot set state = 'unavailable'; update release set sources_not_available = 'all'",
}
CASES = {f"{name} empty": f"delete from {name}" for name in EMPTIED} | UNKNOWN


@pytest.fixture(scope="module")
def release(town, tmp_path_factory):
    """A copy of the town's database that may be written to."""
    path = shutil.copy(town.release / "commonground.duckdb", tmp_path_factory.mktemp("report"))
    with open_database(path) as connection:
        yield connection


@pytest.mark.parametrize("case", CASES)
def test_the_report_is_written(release, case):
    release.begin()
    try:
        for statement in CASES[case].split("; "):
            release.execute(statement)
        text = report_text(release)
    finally:
        release.rollback()
    assert text.startswith("# Common Ground")
    assert "## Attribution" in text
    assert "None" not in text
    assert "nan" not in text.split()


def test_areas_that_cannot_be_compared_are_not_ranked_beside_the_imd(release):
    release.begin()
    try:
        release.execute(UNKNOWN["hardship without ranks"].split("; ")[1])
        text = report_text(release)
    finally:
        release.rollback()
    assert text.count("No area has a rank in the nation by both in this release.") == 2
