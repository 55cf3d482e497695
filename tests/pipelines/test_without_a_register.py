"""A council's register that is not read: what rests on it is not known, with a reason, less is observed there and nowhere
else, nobody ranks higher for it, and all else is the same to the bit."""

import shutil
from dataclasses import replace

import pandas as pd
import pytest
from fixtures.making import Town
from fixtures.recording import NEW, Recording

from pipelines.commands.refresh import refresh
from pipelines.core.step import output
from pipelines.register.provenance import indicator_sources

STEM, KIND = "trafford_land_current", "council"
STOCK, COUNCIL = "council_property_offered_within_15_min", "S99600002"  # whose register may be shown row by row
OF_IT = ("tenure_security_score", STOCK)  # the indicators that rest on it


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
    """Of stock, which rests on the register too, see below."""
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


def both(town, without, key: str, table: str | None = None):
    found = [output(data, key) for data in (town.data, without.data)]
    return (pd.read_parquet(one.files[table] if table else one.path).set_index("area_code") for one in found)


def test_without_a_register_values_elsewhere_are_the_same_to_the_bit(town, without):
    register = town.workspace().register
    councils = pd.read_parquet(output(town.data, "geography/areas").path).set_index("area_code")["authority_code"]
    changed = []
    for name in register.indicators:
        before, after = both(town, without, f"indicator/{name}")
        same = (before["value"] == after["value"]) | (before["value"].isna() & after["value"].isna())
        changed += [(name, councils[code]) for code in same.index[~same]]
    resting = {name for name, one in register.indicators.items() if STEM in indicator_sources(register, one)}
    assert STOCK in {name for name, _ in changed} <= resting
    assert {council for name, council in changed if name == STOCK} == {
        COUNCIL
    }  # tenure is of what is in reach, over borders too
    _, after = both(town, without, f"indicator/{STOCK}")
    assert after["value"].isna().all()
    assert set(after["null_reason"]) <= {"source_unavailable", "not_covered"}


def test_without_a_register_less_is_observed_there_and_nowhere_more_and_nobody_ranks_higher(town, without):
    index = town.workspace().register.indices["ownership_opportunity"]
    before, after = both(town, without, f"index/{index.stem}")
    councils = pd.read_parquet(output(town.data, "geography/areas").path).set_index("area_code")["authority_code"]
    here = councils.reindex(before.index) == COUNCIL
    assert (after.loc[here, "weight_observed"] < before.loc[here, "weight_observed"]).all()
    assert (after.loc[~here, "weight_observed"] == before.loc[~here, "weight_observed"]).all()
    assert before.loc[here, "score"].notna().any()
    assert after["score"].isna().all()
    assert after["null_reason"].notna().all()
    for scope in ("nation", "region", "authority", "like_areas"):
        ranked = after[f"rank_{scope}"].notna()
        assert (after.loc[ranked, f"rank_{scope}"] >= before.loc[ranked, f"rank_{scope}"]).all()
    scores = [table.pivot_table(index="area_code", columns="domain", values="n_known") for table in both(town, without, f"index/{index.stem}", f"{index.stem}.domain_score")]  # fmt: skip
    assert (scores[0]["stock"] - scores[1]["stock"]).loc[here.index[here]].eq(1).all()
