"""A council's register that is not read: its own indicator is not known, with a reason, and all else is the same to the bit."""

import shutil
from dataclasses import replace

import pandas as pd
import pytest
from fixtures.making import Town
from fixtures.recording import NEW, Recording

from pipelines.commands.refresh import refresh

STEM, KIND = "trafford_land_current", "council"
OF_IT = ("tenure_security_score", "council_property_offered_within_15_min")  # the indicators that rest on it


@pytest.fixture(scope="module")
def without(town, tmp_path_factory) -> Town:
    """The town, had the register of its second council never been read."""
    folder = tmp_path_factory.mktemp("without")
    recording = Recording(folder / "recording")
    recording.spoil("trafford_land_and_building_assets", b"not found", NEW, status=404)
    shutil.copytree(town.data, folder / "data", symlinks=True, ignore=shutil.ignore_patterns(STEM, "identity.parquet"))
    settings = replace(town.settings, data=folder / "data", recording=recording.folder, sample_date=NEW)
    return Town(settings.data, refresh(settings), settings)


def test_its_own_indicator_is_not_known_and_says_why(town, without):
    wanted = (
        "select area_code, value, null_reason from indicator_value where indicator = 'tenure_security_score' order by 1"
    )
    before, after = town.frame(wanted).set_index("area_code"), without.frame(wanted).set_index("area_code")
    assert before["value"].notna().sum() > 20
    lost = before.index[before["value"].notna() & after["value"].isna()]
    assert len(lost) > 20
    assert set(after.loc[lost, "null_reason"]) <= {"source_unavailable", "suppressed"}
    (state,) = without.query("select state from register_known where source = $1", STEM)
    assert state == ("known",)


def test_every_other_number_is_the_same_to_the_bit(town, without):
    """Of stock, which rests on the register too, see test_candidates.py."""
    for sql in (
        f"select * exclude (as_at) from indicator_value where indicator not in {OF_IT} order by area_code, indicator",
        f"select * exclude (nearest_place_id) from neighbourhood_reach where kind not like '%{KIND}%' order by area_code, kind",
        "select * from index_score where index_name != 'ownership_opportunity' order by index_name, area_code",
        "select area_code, domain, score, weight_observed from domain_score where domain not in ('tenure', 'stock') order by all",
    ):
        pd.testing.assert_frame_equal(town.frame(sql), without.frame(sql), check_exact=True)


def test_places_keep_their_names_and_points(town, without):
    sql = f"select name, longitude, latitude, status, kind from place where kind not like '{KIND}%' order by all"
    pd.testing.assert_frame_equal(town.frame(sql), without.frame(sql), check_exact=True)
