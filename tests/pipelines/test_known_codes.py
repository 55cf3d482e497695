"""A list by other areas than those of the look-ups is refused when it comes, and a part of a group is never published for it."""

import pandas as pd
import pytest
from fixtures.making import plant
from fixtures.recording import OLD, Recording
from trials.kinds.geography import CARRIED, CENTRES, MIDDLE, OUTLINES, RESIDENTS, attributes, moved, shapes

from pipelines.areas.small_areas import AREA, scope_step
from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.core.step import run
from pipelines.register.workspace import Workspace, open_workspace
from pipelines.tables.snapshot import take


def town(folder, spoil=lambda recording: None) -> Workspace:
    recording = Recording(folder / "recording")
    spoil(recording)
    return open_workspace(Settings(data=folder / "data", recording=recording.folder, sample_date=OLD))


@pytest.mark.parametrize(
    ("source", "change", "told"),
    [
        (
            MIDDLE,
            lambda row, n: row.update(LSOA21CD="S9908" + row["LSOA21CD"][5:]),
            "150 of 150 areas are in no look-up",
        ),
        (MIDDLE, lambda row, n: None, None),
        (CARRIED, lambda row, n: row.update(CHGIND="S") if n == 3 else None, "said to be split and are not: S99300004"),
        (CARRIED, lambda row, n: row.update(LSOA21CD="S99080001") if n == 3 else None, "without residents"),
    ],
)
def test_codes_of_an_optional_source_are_held_to_those_of_residents(tmp_path, source, change, told):
    workspace = town(tmp_path, attributes(source, change))
    take(workspace, workspace.register.sources[RESIDENTS])
    taken = take(workspace, workspace.register.sources[source])
    assert (taken.state == "unavailable") == bool(told)
    assert told is None or told in taken.problem


def test_a_layer_that_is_shifted_against_the_other_is_refused_and_the_other_stays(tmp_path):
    workspace = town(tmp_path, shapes(OUTLINES, moved(90, -60)))
    assert take(workspace, workspace.register.sources[CENTRES]).state == "new"
    with pytest.raises(Problem, match=f"^{OUTLINES}: {CENTRES} does not fit it: its points lie"):
        take(workspace, workspace.register.sources[OUTLINES])
    assert not list((tmp_path / "data" / "snapshots" / OUTLINES).glob("*/"))


def test_a_group_that_is_left_out_cannot_be_asked_for(tmp_path):
    sentence = (
        "South Yorkshire (E47000002) is left out: 2 of its 4 authorities are in no look-up, the first is E08000016"
    )
    areas = pd.DataFrame({name: ["E01000001"] if name == "area_code" else [None] for name in AREA.types})
    settings = Settings(data=tmp_path, areas=("South  yorkshire",))
    plant(tmp_path, "geography/areas", {"main": areas}, meta={"left_out": {"South Yorkshire": sentence}})
    with pytest.raises(Problem, match="2 of its 4 authorities"):
        run(scope_step(open_workspace(settings)), tmp_path)
