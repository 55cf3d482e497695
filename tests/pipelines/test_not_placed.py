"""A list that no area can be given for, or a kind of which no place is anywhere: unknown with a reason, never none."""

import pandas as pd
import pytest

from pipelines.core.step import output
from pipelines.places.placed import findings, kinds_nowhere, little_placed


@pytest.fixture(scope="module")
def register(town):
    return town.workspace().register


@pytest.fixture
def records(town):
    return pd.read_parquet(output(town.data, "places/place_record").path)


def without_areas(records, rows) -> pd.DataFrame:
    """The records as they are where these rows lie outside every area."""
    lost = rows & records["reason"].isna()
    return records.assign(
        area_code=records["area_code"].mask(lost),
        reason=records["reason"].mask(lost, "outside"),
        is_current=records["is_current"] & ~lost,
    )


def test_the_town_s_lists_lie_in_its_areas(register, records):
    assert findings(register.taxonomy, register.place_sources, records).empty


def test_a_list_that_lies_outside_is_named_with_its_share(register, records):
    lost = without_areas(records, (records["source"] == "dfe_gias_current") & (records.index % 10 > 0))
    (stem, share), *others = little_placed(register.place_sources, lost).items()
    assert (stem, others) == ("dfe_gias_current", [])
    assert share < 0.2
    assert ("dfe_gias_current", "school") not in kinds_nowhere(register.taxonomy, lost)


@pytest.mark.parametrize("kind", ["school", "museum", "cafe", "brownfield_site"])
def test_a_kind_that_lies_nowhere_is_named(register, records, kind):
    lost = without_areas(records, records["kind"] == kind)
    found = kinds_nowhere(register.taxonomy, lost)
    subsets = {name for name, entry in register.taxonomy.kinds.items() if entry.subset_of == kind}
    assert {name for _, name in found} == {kind} | subsets
    stood_for = {"osm_places_london"}  # the nation's list stands in its place
    assert {source for source, _ in found} == set(register.taxonomy.kinds[kind].counted_from) - stood_for
    words = findings(register.taxonomy, register.place_sources, lost)
    assert (words["row"] == 0).all()
    assert words.loc[words["value"] == kind, "issue"].str.endswith("taken as not looked for").all()


def test_a_list_that_could_not_be_read_is_no_finding(register, records):
    gone = records[records["source"] != "osm_places_england"]
    assert findings(register.taxonomy, register.place_sources, gone).empty
