"""How much choice there is within a walk, and the share of an area's homes with a place in reach, against brute force."""

import numpy as np
import pandas as pd
import pytest

from geodata.distance import StraightLine, measure_of
from pipelines.core.step import output
from pipelines.places.cover import margin_m
from pipelines.reach.choice import choice_within
from pipelines.register.decay import Decay

MEASURE = StraightLine(1.3, 0.0125, 2400)
DECAY = Decay(name="gaussian", minutes=30, sigma_minutes=15)


def at(*minutes: float) -> np.ndarray:
    """Points so many minutes' walk from the origin."""
    return np.array([[m / 0.0125 / 1.3, 0.0] for m in minutes])


def choice(places: np.ndarray, share=1.0, times=None) -> dict[str, float]:
    times = np.ones(len(places), dtype=int) if times is None else np.array(times)
    walks = MEASURE.walks(np.zeros((1, 2)), places, 60)
    return {name: found.item() for name, found in choice_within(DECAY, share, walks, times, 1).items()}


def test_a_nearer_place_counts_more_and_one_beyond_the_walk_nothing():
    found = choice(at(0, 15, 29.99, 30.01))
    assert found["n_within_choice"] == 3
    assert found["choice"] == pytest.approx(1 + np.exp(-0.5) + np.exp(-(29.99**2) / 450))


def test_a_place_counted_twice_or_dropped_counts_so():
    assert choice(at(0, 15), times=[2, 0]) == pytest.approx({"n_within_choice": 2, "choice": 2})


def test_a_shorter_walk_draws_the_whole_decay_in():
    found = choice(at(12, 25), share=0.8)
    assert found == pytest.approx({"n_within_choice": 1, "choice": np.exp(-0.5)})


def test_nothing_in_reach_is_zero():
    assert choice(at(40)) == {"n_within_choice": 0, "choice": 0}


def test_the_town_has_what_brute_force_gives(town):
    workspace = town.workspace()
    measure, decay = measure_of(workspace.geography), workspace.register.taxonomy.choice_decay
    assert margin_m(workspace.geography, workspace.register.taxonomy) >= measure.furthest_m(decay.minutes)
    areas = pd.read_parquet(output(town.data, "geography/areas").path).sort_values("area_code")
    for kind in ("library", "school"):
        places = pd.read_parquet(output(town.data, "places/place").files[f"place.counted.{kind}"]).query("is_national")
        apart = np.hypot(*(areas[[c]].to_numpy() - places[c].to_numpy() for c in "xy"))
        minutes = measure.least(apart)[1]
        found = pd.read_parquet(output(town.data, f"reach/{kind}").files[f"{kind}.national"])
        known = (found["coverage"] != "unknown").to_numpy()
        assert known.any()
        expected = decay.weights(minutes).sum(axis=1)
        np.testing.assert_allclose(found.loc[known, "choice"].astype(float), expected[known], rtol=1e-9)
        assert found.loc[known, "n_within_choice"].tolist() == (minutes <= decay.minutes).sum(axis=1)[known].tolist()
        assert found.loc[~known, ["choice", "n_within_choice"]].isna().all(axis=None)


def test_the_share_of_homes_is_what_brute_force_gives(town):
    measure = measure_of(town.workspace().geography)
    homes = pd.read_parquet(output(town.data, "geography/postcode").path).query("is_live").dropna(subset=["area_code"])
    shares = pd.read_parquet(output(town.data, "reach/homes").path)
    places = pd.read_parquet(output(town.data, "places/place").files["place.counted.library"])
    apart = np.hypot(*(homes[[c]].to_numpy() - places[c].to_numpy() for c in "xy"))
    within = (measure.least(apart)[1] <= 15).any(axis=1)
    expected = pd.Series(within, index=homes["area_code"]).groupby(level=0).mean()
    found = shares[shares["kind"] == "library"].set_index("area_code")["share_within_15_min"]
    pd.testing.assert_series_equal(found.dropna(), expected.reindex(found.dropna().index), check_names=False)
    assert found.notna().any()
    assert ((found > 0) & (found < 1)).any(), "more than a yes or no"
    rows = town.frame("select coverage, share_within_15_min from neighbourhood_reach")
    assert rows.loc[rows["coverage"] == "unknown", "share_within_15_min"].isna().all()
    assert rows["share_within_15_min"].dropna().between(0, 1).all()
