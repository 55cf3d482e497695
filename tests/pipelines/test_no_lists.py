"""Where no list of places could be read, places are tables without rows, and every kind is unknown everywhere."""

import shutil
from dataclasses import replace

import pandas as pd
import pytest

from pipelines.places.conflate import make_groups
from pipelines.places.cover import make_cover
from pipelines.places.events import make_place_events
from pipelines.places.gather import make_place_records
from pipelines.places.identity import make_identity
from pipelines.places.places import make_places
from pipelines.reach.reach import make_reach
from pipelines.tables.table import make_table

STEPS = (make_place_records, make_groups, make_identity, make_place_events, make_places)


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
        make_table(workspace, source)
    return workspace


def test_every_step_makes_a_table_without_rows(work):
    assert {step.__name__: step(work).rows for step in STEPS} == {step.__name__: 0 for step in STEPS}
    cover = pd.read_parquet(make_cover(work).path)
    assert set(cover["coverage"]) == {"unknown"}
    assert set(cover["null_reason"]) == {"source_unavailable"}
    for kind in work.register.taxonomy.counted():
        reach = pd.read_parquet(make_reach(work, kind).path)
        assert reach["n_within_15_min"].isna().all()
        assert reach["gap"].isna().all()
