"""The sample town's access: every place given out once, one council's the same alone as among all, kinds that lack named."""

import dataclasses
import shutil

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from geodata.distance import measure_of
from pipelines.areas.small_areas import scope_step
from pipelines.core.step import output, run
from pipelines.places.cover import cover_step
from pipelines.reach.reach import reach_step
from pipelines.register.decay import Decay
from pipelines.register.register import DEFINITIONS, read_record
from pipelines.register.taxonomy import Taxonomy
from pipelines.release.contents import read_release_tables

ACCESS = ["access_e2sfca_per_1000", "access_3sfca_per_1000"]
COUNCILS = ["S99600001", "S99600002", "S99600003"]


@pytest.fixture(scope="module")
def areas(town):
    return pd.read_parquet(output(town.data, "geography/areas").path)


@pytest.fixture(scope="module")
def reach(town):
    """Reach of every kind, by kind, as the step left it (unrounded)."""
    kinds = town.workspace().register.taxonomy.counted()
    return {kind: pd.read_parquet(output(town.data, f"reach/{kind}").path) for kind in kinds}


def counted_places(town, kind) -> pd.DataFrame:
    step = output(town.data, "places/place")
    kinds = pd.read_parquet(step.files["place.kinds"])
    kinds = kinds.loc[(kinds["kind"] == kind) & kinds["is_counted"], "place_id"]
    places = pd.read_parquet(step.path)
    return places[places["place_id"].isin(kinds)]


def test_where_all_is_known_every_place_reached_is_given_out_once(town, areas, reach):
    known = {kind: rows for kind, rows in reach.items() if (rows["coverage"] != "unknown").all()}
    assert {"school", "library"} <= set(known)
    for kind, rows in known.items():
        reached = pd.read_parquet(output(town.data, f"reach/{kind}").files[f"{kind}.places"])["place_id"].nunique()
        residents = rows[["area_code"]].merge(areas, on="area_code")["population"].to_numpy()
        for column in ACCESS:
            assert (residents * rows[column] / 1000).sum() == pytest.approx(reached, rel=1e-12), (kind, column)
        there = len(counted_places(town, kind))
        assert 0 < reached <= there or reached == there == 0  # of what is looked for there may be none


def test_elsewhere_no_more_is_given_out_than_there_is(town, areas, reach):
    for kind, rows in reach.items():
        residents = rows[["area_code"]].merge(areas, on="area_code")["population"].to_numpy()
        reached = pd.read_parquet(output(town.data, f"reach/{kind}").files[f"{kind}.places"])["place_id"].nunique()
        for column in ACCESS:
            assert (residents * rows[column].fillna(0) / 1000).sum() <= reached * (1 + 1e-12), (kind, column)


def test_unknown_is_null_and_nothing_in_reach_is_zero(reach):
    zeros = nulls = 0
    for rows in reach.values():
        unknown, none = rows["coverage"] == "unknown", rows["n_within_15_min"] == 0
        for column in ACCESS:
            assert (rows[column].isna() == unknown).all()
            assert (rows.loc[none, column] == 0).all()
            assert (rows.loc[~unknown & ~none, column] > 0).all()
        zeros, nulls = zeros + none.sum(), nulls + unknown.sum()
    assert zeros > 0
    assert nulls > 0


def test_people_where_nobody_looked_take_up_places_too(town, areas, reach):
    """A brute-force E2SFCA with all residents of the nation: pubs are looked for in one region only."""
    workspace = town.workspace()
    measure, decay = measure_of(workspace.geography), workspace.register.taxonomy.catchment
    rows = reach["pub"].merge(areas[["area_code", "population", "x", "y"]], on="area_code")
    pubs = counted_places(town, "pub")
    apart = np.hypot(*(rows[[c]].to_numpy() - pubs[c].to_numpy() for c in "xy"))
    weight = decay.weights(apart * measure.detour_factor * measure.minutes_per_metre)
    demand = rows["population"].to_numpy() @ weight
    expected = 1000 * weight @ np.divide(1, demand, out=np.zeros_like(demand), where=demand > 0)
    known = (rows["coverage"] != "unknown").to_numpy()
    assert rows.loc[known, ACCESS[0]].to_numpy() == pytest.approx(expected[known], rel=1e-12)
    only_known = rows["population"].where(known, 0).to_numpy() @ weight
    assert (only_known < demand).any(), "some pubs are shared with people where nobody looked"


def test_counts_and_the_nearest_are_what_brute_force_gives(town, areas, reach):
    geography = town.workspace().geography
    checked = 0
    for kind, rows in reach.items():
        rows = rows[rows["coverage"] != "unknown"].merge(areas[["area_code", "x", "y"]], on="area_code")
        places = counted_places(town, kind)
        apart = np.hypot(*(rows[[c]].to_numpy() - places[c].to_numpy() for c in "xy"))
        minutes = apart * geography.detour_factor * geography.minutes_per_metre
        for limit in (10, 15):
            assert rows[f"n_within_{limit}_min"].tolist() == (minutes <= limit).sum(axis=1).tolist()
        near = apart.min(axis=1, initial=np.inf)
        walk = np.where(near <= geography.nearest_cap_m, near * geography.detour_factor, np.nan)
        assert rows["nearest_m"].to_numpy() == pytest.approx(walk, abs=0.0501, nan_ok=True)
        checked += len(rows)
    assert checked > 1000


@pytest.fixture(scope="module")
def alone(town, tmp_path_factory):
    """Per council, reach of every kind in a run that asks for that council alone."""
    found = {}
    for council in COUNCILS:
        data = tmp_path_factory.mktemp(council) / "data"
        shutil.copytree(town.data, data, ignore=shutil.ignore_patterns("releases", "reach", "storage", "history"))
        settings = dataclasses.replace(town.settings, data=data)
        workspace = dataclasses.replace(town.workspace(), settings=settings, asked=(council,))
        run(scope_step(workspace), data)
        run(cover_step(workspace), data)
        kinds = workspace.register.taxonomy.counted()
        found[council] = {kind: run(reach_step(workspace, kind), data) for kind in kinds}
    return found


@pytest.mark.parametrize("council", COUNCILS)
def test_a_council_alone_is_what_it_is_among_all(town, areas, reach, alone, council):
    codes = areas.loc[areas["authority_code"] == council, "area_code"]
    for kind, step in alone[council].items():
        whole = reach[kind][reach[kind]["area_code"].isin(codes)].reset_index(drop=True)
        assert_frame_equal(pd.read_parquet(step.path), whole, check_exact=True)
        national = pd.read_parquet(output(town.data, f"reach/{kind}").files[f"{kind}.national"])
        national = national[national["area_code"].isin(codes)].reset_index(drop=True)
        assert_frame_equal(pd.read_parquet(step.files[f"{kind}.national"]), national, check_exact=True)
        pairs = pd.read_parquet(output(town.data, f"reach/{kind}").files[f"{kind}.places"])
        pairs = pairs[pairs["area_code"].isin(codes)].reset_index(drop=True)
        assert_frame_equal(pd.read_parquet(step.files[f"{kind}.places"]), pairs, check_exact=True)


def test_councils_do_share_places(town, areas, alone):
    """The test above would hold for nothing were the councils islands."""
    reached = [set(pd.read_parquet(alone[c]["school"].files["school.places"])["place_id"]) for c in COUNCILS]
    assert any(a & b for n, a in enumerate(reached) for b in reached[n + 1 :])


def test_the_release_says_what_the_step_found(town, reach):
    shown = town.frame(f"select area_code, kind, {', '.join(ACCESS)} from neighbourhood_reach")
    whole = pd.concat(reach.values()).merge(shown, on=["area_code", "kind"], suffixes=("", "_shown"), validate="1:1")
    for column in ACCESS:
        assert whole[f"{column}_shown"].to_numpy() == pytest.approx(whole[column].to_numpy(), abs=5.1e-7, nan_ok=True)


def test_the_dictionary_tells_the_decay_that_holds(town):
    told = read_release_tables()["neighbourhood_reach"].columns["access_e2sfca_per_1000"].description
    assert town.workspace().register.taxonomy.catchment.description in told


def test_a_decay_ends_where_reach_does():
    taxonomy = read_record(Taxonomy, DEFINITIONS / "taxonomy.yml").model_dump(by_alias=True)
    bare = Taxonomy.model_validate(taxonomy | {"decay": None})
    assert bare.catchment == Decay(name="uniform", minutes=15)
    with pytest.raises(ValueError, match="decay ends with the longer"):
        Taxonomy.model_validate(taxonomy | {"decay": {"name": "uniform", "minutes": 20}})


def test_kinds_in_reach_missing_and_unknown_are_all_the_kinds_listed(town, reach):
    taxonomy = town.workspace().register.taxonomy
    listed = taxonomy.listed()
    assert "library" in listed
    assert not {"public_brownfield_site", "community_run_library"} & set(listed)
    rows = town.frame("select * from neighbourhood_kinds").set_index("area_code")
    assert len(rows) == 150
    counted = rows["n_kinds_within_15_min"] + rows["n_kinds_missing"] + rows["n_kinds_unknown"]
    assert (counted == len(listed)).all()
    by_area = pd.concat([reach[kind] for kind in listed]).groupby("area_code")
    for area, kinds in by_area:
        kinds = kinds.set_index("kind").loc[list(listed)]  # the taxonomy's order
        unknown, n = kinds["coverage"] == "unknown", kinds["n_within_15_min"]
        row = rows.loc[area]
        assert row["kinds_unknown"] == ", ".join(taxonomy.kinds[kind].plural for kind in kinds.index[unknown])
        missing = kinds.index[~unknown & (n == 0).fillna(False)]
        assert row["kinds_missing"] == ", ".join(taxonomy.kinds[kind].plural for kind in missing)
        assert row["n_kinds_within_15_min"] == (n > 0).sum()
    assert (rows["n_kinds_unknown"] > 0).any()
    assert (rows["kinds_missing"] != "").any()
