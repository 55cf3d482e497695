"""The last lines of a refresh: how many areas each index scored, and what one that scored none would need."""

import pytest

from pipelines.core.settings import Settings
from pipelines.core.store import append_line
from pipelines.register.workspace import Workspace, open_workspace
from pipelines.release.database import open_database
from pipelines.release.unscored import score_lines

FILE_8 = "mhclg_iod_indicators_2025"


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return open_workspace(Settings(data=tmp_path, areas=("Trafford",)))


def release(workspace: Workspace, scored: dict[str, int], known: set[str] = frozenset(), withheld: str = "") -> None:
    """A release of 10 areas: how many have a score in each index (10 where not told), which indicators are known."""
    folder = workspace.data / "releases" / "1.0.0"
    folder.mkdir(parents=True)
    register = workspace.register
    with open_database(folder / "commonground.duckdb") as connection:
        connection.execute("create table release as select ? as indices_withheld", [withheld])
        connection.execute("create table index_score (index_name text, score double)")
        for name in register.indices:
            n = scored.get(name, 10)
            connection.execute(
                "insert into index_score select ?, case when i < ? then i end from range(10) t(i)", [name, n]
            )
        connection.execute("create table indicator_value (indicator text, value double, null_reason text)")
        for name in register.indicators:
            value, reason = (1.0, None) if name in known else (None, "not_covered")
            connection.execute("insert into indicator_value values (?, ?, ?)", [name, value, reason])


def read(workspace: Workspace, *stems: str) -> None:
    """Leave a good snapshot of some sources."""
    for stem in stems:
        folder = workspace.data / "snapshots" / stem
        (folder / "abc").mkdir(parents=True)
        line = {"geography": workspace.geography.stem, "status": "new", "sha": "abc", "rows": 1, "source_as_at": None}
        append_line(folder / "observations.jsonl", {**line, "observed_at": "2026-11-26T00:00:00Z"})


def test_every_index_says_how_many_areas_it_scored(workspace):
    release(workspace, {"hardship": 7}, set(workspace.register.indicators))
    (line,) = score_lines(workspace, "1.0.0")
    assert line.startswith("areas scored: ")
    assert "hardship 7 of 10" in line
    assert "infrastructure_gap 10 of 10" in line


def test_a_missing_source_comes_first_with_what_to_do(workspace):
    read(workspace, *(stem for stem in workspace.register.sources if stem != FILE_8))
    told = f"{FILE_8}: the file is behind a form. Put it into DIR/inbox/{FILE_8}.xlsx."
    folder = workspace.data / "snapshots" / FILE_8
    line = {"geography": workspace.geography.stem, "status": "failed", "sha": None, "rows": 0, "problem": told}
    append_line(folder / "observations.jsonl", {**line, "observed_at": "2026-11-26T00:00:00Z"})
    release(workspace, {"hardship": 0})
    lines = score_lines(workspace, "1.0.0")
    assert lines[1] == (
        f"hardship: no area has a score: it needs {FILE_8} "
        f"(unavailable: the file is behind a form. Put it into DIR/inbox/{FILE_8}.xlsx)"
    )


def test_where_every_source_was_read_the_reason_is_told_and_what_they_are_for(workspace):
    read(workspace, *workspace.register.sources)
    release(workspace, {"infrastructure_gap": 0})
    told = score_lines(workspace, "1.0.0")[1]
    assert "infrastructure_gap: no area has a score" in told
    assert "no list that was read covers it" in told
    assert "(for nation)" in told


def test_a_known_indicator_needs_nothing(workspace):
    known = set(workspace.register.indicators) - {"bad_health_pct"}
    release(workspace, {"hardship": 0}, known)
    told = score_lines(workspace, "1.0.0")[1]
    assert "it needs ons_census_health_2021 (unavailable: it was never read)" in told
    assert "mhclg" not in told


def test_many_sources_are_counted(workspace):
    release(workspace, {"infrastructure_gap": 0})
    assert " more" in score_lines(workspace, "1.0.0")[1]


def test_a_withheld_index_says_so(workspace):
    release(workspace, {"ownership_opportunity": 0}, withheld="ownership_opportunity")
    assert "withheld, because" in score_lines(workspace, "1.0.0")[1]


def test_an_index_of_another_geography_is_no_news(workspace):
    release(workspace, {})
    assert workspace.register.left_out
    assert not any(name in line for name in workspace.register.left_out for line in score_lines(workspace, "1.0.0"))
