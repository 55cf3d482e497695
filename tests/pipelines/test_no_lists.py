"""Where no list of places could be read, places are tables without rows, and every kind is unknown everywhere."""

import shutil
from dataclasses import replace

import pandas as pd
import pytest

from pipelines.core.step import run
from pipelines.places.collect import place_record_step
from pipelines.places.community import community_step
from pipelines.places.conflate import place_group_step
from pipelines.places.cover import cover_step
from pipelines.places.events import place_event_step
from pipelines.places.identity import place_identity_step
from pipelines.places.places import place_step
from pipelines.reach.reach import reach_step
from pipelines.tables.table import table_step

STEPS = (place_record_step, place_group_step, place_identity_step, place_event_step, community_step, place_step)


@pytest.fixture(scope="module")
def work(town, tmp_path_factory):
    """The town without any list of places, its steps made anew up to the places."""
    data = tmp_path_factory.mktemp("no_lists") / "data"
    for name in ("tables", "snapshots"):
        shutil.copytree(town.data / name, data / name)
    shutil.copy(town.data / "scope.json", data)
    workspace = replace(town, data=data, settings=replace(town.settings, data=data)).workspace()
    for stem, source in workspace.register.place_sources.items():
        shutil.rmtree(data / "snapshots" / stem)
        run(table_step(workspace, source), data)
    return workspace


def test_every_step_makes_a_table_without_rows(work):
    rows = {step.__name__: run(step(work), work.data).rows for step in STEPS}
    assert rows == {step.__name__: 0 for step in STEPS}
    cover = pd.read_parquet(run(cover_step(work), work.data).path)
    assert set(cover["coverage"]) == {"unknown"}
    claimed = cover["kind"].isin(
        [k for k, e in work.register.taxonomy.kinds.items() if work.register.national_lists(k)]
    )
    assert set(cover.loc[claimed, "null_reason"]) == {"source_unavailable"}
    assert set(cover.loc[~claimed, "null_reason"]) == {"source_unavailable", "not_covered"}, "by which region it claims"
    for kind in work.register.taxonomy.counted():
        reach = pd.read_parquet(run(reach_step(work, kind), work.data).path)
        assert reach["n_within_15_min"].isna().all()
        assert reach["gap"].isna().all()
