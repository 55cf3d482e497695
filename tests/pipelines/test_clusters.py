"""Clusters of an index: a planted hot spot is found, noise is not, islands and unscored areas are told apart."""

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from pipelines.areas.neighbours import neighbours
from pipelines.indices.clusters import clusters

SIDE = 20
CODES = [f"A{number:03d}" for number in range(SIDE * SIDE)]
X, Y = np.arange(SIDE * SIDE) % SIDE, np.arange(SIDE * SIDE) // SIDE
GRID = geopandas.GeoSeries(shapely.box(X, Y, X + 1, Y + 1), index=CODES, crs="EPSG:27700")
MEETING = neighbours(GRID)
HOT = (X < 6) & (Y < 6)


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(50, 10, len(CODES))


def planted() -> pd.Series:
    return pd.Series(noise(3) + 30 * HOT, index=CODES)


def test_a_planted_hot_spot_is_found_where_it_is():
    found, n_islands = clusters(planted(), MEETING, 1)
    hot = found["class"] == "high-high"
    assert hot[HOT].mean() > 0.7
    assert hot[~HOT].mean() < 0.05
    assert n_islands == 0
    assert list(found.columns) == ["class", "p_value", "is_significant_fdr"]
    assert found["is_significant_fdr"].equals((found["class"] != "not_significant").astype("boolean"))
    assert found["p_value"].between(0.0002, 1).all()


def test_a_cold_spot_and_what_stands_out_are_told_apart():
    score = planted()
    score[HOT] = 100 - score[HOT]
    odd = "A042"  # in the middle of the spot
    score[odd] = 95
    found, _ = clusters(score, MEETING, 1)
    assert (found.loc[HOT, "class"] == "low-low").mean() > 0.5
    assert found.loc[odd, "class"] == "high-low"


def test_noise_makes_hardly_any_cluster():
    shares = [
        clusters(pd.Series(noise(seed), index=CODES), MEETING, seed)[0]["is_significant_fdr"].mean()
        for seed in range(20)
    ]
    assert np.mean(shares) < 0.005
    assert np.mean([share > 0 for share in shares]) <= 0.15


def test_p_values_of_noise_are_not_too_small():
    """One-sided ones would be: about 10 % of them below 5 %."""
    below = [
        (clusters(pd.Series(noise(seed), index=CODES), MEETING, seed)[0]["p_value"] <= 0.05).mean()
        for seed in range(20)
    ]
    assert 0.03 < np.mean(below) < 0.07


def test_the_same_areas_give_the_same_clusters_whatever_their_order():
    first, _ = clusters(planted(), MEETING, 7)
    again, _ = clusters(planted(), MEETING, 7)
    pd.testing.assert_frame_equal(first, again)
    order = np.random.default_rng(1).permutation(CODES)
    shuffled, _ = clusters(planted().reindex(order), neighbours(GRID.reindex(order[::-1])), 7)
    pd.testing.assert_frame_equal(first, shuffled)
    other, _ = clusters(planted(), MEETING, 8)
    assert not first["p_value"].equals(other["p_value"]), "the seed is used"


def test_the_shared_random_state_is_left_as_it_was():
    np.random.seed(5)
    clusters(planted(), MEETING, 7)
    drawn = np.random.random()
    np.random.seed(5)
    assert drawn == np.random.random()


def test_areas_without_a_score_or_a_neighbour_have_no_p_value():
    score, grid = planted(), GRID.copy()
    score["A399"] = np.nan
    grid["A200"] = shapely.box(1000, 1000, 1001, 1001)
    alone = ["A019", "A018", "A038", "A039"]  # a corner whose neighbours have no score
    score[alone[1:]] = np.nan
    found, n_islands = clusters(score, neighbours(grid), 1)
    assert n_islands == 2
    for code in ("A399", "A200", *alone):
        assert found.loc[code, "class"] == "not_scored"
    assert found["p_value"].isna().equals(found["class"] == "not_scored")
    assert found["is_significant_fdr"].isna().equals(found["class"] == "not_scored")
    assert len(found) == len(CODES)


@pytest.mark.parametrize("score", [np.full(400, 5.0), np.full(400, np.nan), np.where(np.arange(400) < 15, X, np.nan)])
def test_nothing_is_said_where_nothing_can_be_compared(score):
    found, _ = clusters(pd.Series(score, index=CODES), MEETING, 1)
    assert (found["class"] == "not_scored").all()
    assert found["p_value"].isna().all()


def test_corners_count_as_neighbours():
    squares = geopandas.GeoSeries(
        [shapely.box(i, i, i + 1, i + 1) for i in range(30)], index=CODES[:30], crs="EPSG:27700"
    )
    _, n_islands = clusters(pd.Series(np.arange(30.0), index=CODES[:30]), neighbours(squares), 1)
    assert n_islands == 0


def test_the_town_has_a_row_for_every_area_and_index(town):
    rows = town.frame("from index_cluster left join index_score using (area_code, index_name)")
    assert len(rows) == 150 * rows["index_name"].nunique()
    assert set(rows["index_name"]) == {name for (name,) in town.query("select distinct index_name from index_score")}
    assert rows.loc[rows["score"].isna(), "class"].eq("not_scored").all()
    assert rows["p_value"].isna().equals(rows["class"] == "not_scored")
    hot = rows[(rows["index_name"] == "hardship") & (rows["class"] == "high-high")]
    assert len(hot) > 5
    assert hot["score"].min() > rows.loc[rows["index_name"] == "hardship", "score"].mean()
