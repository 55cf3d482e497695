"""Equals are equal: what differs by rounding alone shares a rank, a tenth and a spread, on the grid that scoring states."""

import numpy as np
import pandas as pd
import pytest
from fixtures.indices import areas, landscape, make_tree, scorer
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipelines.indices.any_table import Asked, score_table
from pipelines.scoring import normalise
from pipelines.scoring.aggregate import aggregate
from pipelines.scoring.change import leaving_highest_tenth
from pipelines.scoring.grade import evidence_grade, evidence_strength
from pipelines.scoring.robustness import draw_versions, rank_spread
from pipelines.scoring.scopes import Groups, decile, rank_in_scope
from pipelines.scoring.summaries import summarise
from pipelines.scoring.treat import Treatment, treat
from pipelines.scoring.weight_sets import compare_sets, pca_weights, set_versions

RATINGS = pd.DataFrame(
    {
        "code": [f"N{n}" for n in range(1, 10)],
        "damp": [1, 3, 2, 2, 5, 1, 1, 4, 1],
        "noise": [2, 2, 2, 3, 5, 1, 3, 1, 1],
        "litter": [3, 1, 2, 1, 5, 1, 2, 1, 4],
        "part": list("aabbaabba"),
    }
)
MEMBERS = {"damp": 1, "noise": 1, "litter": 1}
SIX = [0, 1, 2, 3, 6, 7, 8]  # seven wards whose ratings add up to 6


def ratings(how: str, **more):
    told = {"uncertainty": {"draws": 20, "weights": 0, "leave_out": False}, "publish": False, **more}
    return make_tree({"a": {"members": MEMBERS}}, normalise=how, **told)


@pytest.mark.parametrize("how", ["none", "min_max"])
def test_seven_wards_of_one_sum_share_every_rank(how):
    found = score_table(ratings(how), RATINGS, asked=Asked(("part",), spread=True))
    assert found["rank"].tolist() == [2, 2, 2, 2, 1, 9, 2, 2, 2]
    assert found["decile"].tolist() == [3, 3, 3, 3, 2, 10, 3, 3, 3]
    assert found["rank_part"].tolist() == [2, 2, 1, 1, 1, 5, 1, 1, 2]
    for column in ("rank_low", "rank_median", "rank_high"):
        assert found[column].tolist() == [2, 2, 2, 2, 1, 9, 2, 2, 2], column


@pytest.mark.parametrize("ties", ["lowest", "average", "highest"])
def test_which_rank_is_shared_is_as_the_index_says(ties):
    found = score_table(ratings("none", ties=ties), RATINGS)
    assert set(found["rank"][SIX]) == {{"lowest": 2, "average": 5, "highest": 8}[ties]}


def test_weight_sets_give_equals_one_rank():
    index = make_tree({name: {"members": {name: 1}} for name in MEMBERS}, normalise="none")
    told = scorer(index, RATINGS[list(MEMBERS)])
    ranks, shifts = compare_sets(told, set_versions(index, RATINGS[list(MEMBERS)], []))
    assert ranks["equal"].tolist() == [2, 2, 2, 2, 1, 9, 2, 2, 2]
    assert shifts.set_index(["weight_set_a", "weight_set_b"]).loc[("expert", "equal"), "rank_shift_mean"] == 0


ints = arrays(np.float64, st.tuples(st.integers(2, 30), st.just(3)), elements=st.integers(1, 5).map(float))


@settings(deadline=None)
@given(ints, st.sampled_from(["none", "min_max", "z_score"]), st.sampled_from([1, 3, 0.1]))
def test_ranks_are_those_of_the_whole_numbers(table, how, unit):
    scaled = table * unit
    if how != "none":  # ends and spread alike in all three, so that only rounding may tell equals apart
        table = np.vstack([table, [[1] * 3, [5] * 3]] + [np.roll(table, shift, axis=1) for shift in (1, 2)])
        scaled = table * unit
    columns = areas(dict(zip(MEMBERS, scaled.T, strict=True)))
    index = ratings(how)
    sums = pd.Series(table.sum(axis=1))
    found = score_table(index, columns.reset_index())
    expected = sums.rank(method="min", ascending=False)
    assert found["rank"].astype(float).tolist() == expected.tolist()
    # and so for a domain on a curve, by the rank of what it was before
    curved = make_tree({"a": {"transform": "exponential", "members": MEMBERS}}, normalise=how)
    before = score_table(curved, columns.reset_index())
    np.testing.assert_array_equal(
        before["domain_a"], normalise.exponential_of_rank(len(sums))[expected.astype(int) - 1]
    )


def noisy(*values: float) -> np.ndarray:
    """Each value as it is, and a last bit more and less of it."""
    values = np.array(values)
    return np.concatenate([values, np.nextafter(values, np.inf), np.nextafter(values, 0)])


@pytest.mark.parametrize("how", ["percentile", "inverse_normal", "exponential"])
def test_scales_by_rank_give_equals_one_value(how):
    scaled = getattr(normalise, how)(noisy(0.3, 0.7, 1.1, 6.0)).reshape(3, 4)
    assert (scaled == scaled[0]).all()
    among = noisy(0.3, 0.7, 1.1, 6.0)
    np.testing.assert_array_equal(normalise.scaled_among(how, among, among, among), scaled.ravel())


def test_frames_tenths_and_groups_rank_equals_alike():
    scores = pd.Series(noisy(0.3, 0.7, 1.1, 6.0))
    frame = pd.Series("here", scores.index)
    rank = rank_in_scope(scores, frame, frame.value_counts())
    assert rank.tolist() == [10, 7, 4, 1] * 3
    assert decile(rank, 12).tolist() == [9, 6, 4, 1] * 3
    for group in (np.zeros(12, dtype=int), np.repeat([0, 1], [6, 6])):
        found = Groups(group).ranks(scores.to_numpy())
        assert all(
            len(set(found[(group == g) & np.isclose(scores, value)])) == 1 for g in set(group) for value in scores
        )


def test_what_is_left_of_zero_by_rounding_is_zero():
    tiny = 0.1 + 0.2 - 0.3
    assert tiny > 0
    scores = pd.Series([tiny, 0.0, 5.0, -tiny])
    frame = pd.Series("here", scores.index)
    assert rank_in_scope(scores, frame, frame.value_counts(), zero_is_last=True).tolist() == [4, 4, 1, 4]
    assert Groups(np.zeros(4, dtype=int)).ranks(scores.to_numpy(), zero_is_last=True).tolist() == [4, 4, 1, 4]
    columns = [np.array([tiny, 0.0, 8.0]), np.array([2.0, 2.0, 2.0])]
    assert aggregate("geometric", columns, [1, 1])[0].tolist() == [0, 0, pytest.approx(4)]


def test_a_column_that_differs_by_rounding_alone_tells_nothing():
    same = noisy(0.3)
    assert normalise.min_max(same).tolist() == [50] * 3
    assert normalise.z_score(same).tolist() == [0] * 3
    assert treat(np.append(same, same), Treatment(rule="outliers")).done == "none"
    weights = pca_weights(pd.DataFrame({"a": np.tile(same, 3), "b": np.arange(9.0), "c": np.arange(9.0) ** 2}))
    assert weights["a"] == 0


def test_points_of_one_value_are_winsorised_together():
    values = np.concatenate([np.random.default_rng(1).normal(size=60), noisy(30.0), [29.0, 28.0]])
    told = treat(values, Treatment(rule="winsorise", points=3))
    assert told.n_winsorised == 3
    assert np.ptp(told.values[60:63]) == 0


def test_all_who_share_the_last_rank_of_the_highest_tenth_are_told_how_to_leave_it():
    table = pd.concat([RATINGS[list(MEMBERS)]] + [pd.DataFrame({name: [1] for name in MEMBERS})] * 11)
    values = table.astype(float).set_axis([f"a{n:02d}" for n in range(len(table))])
    land, rows = landscape(ratings("none"), values)
    found = leaving_highest_tenth(land, rows, values)  # two of twenty: the first, and one of seven equal to the second
    whole = found[found["level"] == "domain"]
    assert sorted(whole["row"]) == sorted([4, *SIX])
    one = found[found["level"] == "indicator"]
    below = [row for row in one.itertuples() if not np.isnan(row.value_needed)]
    assert below
    assert all(row.value_needed < row.value for row in below)


def test_authorities_of_one_mean_share_a_rank():
    table = pd.DataFrame({"scope": "all", "code": np.repeat(list("abc"), 3), "rank": 1, "size": 9, "population": 10.0})
    table["score"] = [0.1, 0.2, 0.3, 0.3, 0.2, 0.1, 0.2, 0.2, 0.2]
    assert summarise(table)["rank_by_average_score"].tolist() == [1, 1, 1]


def test_a_grade_is_not_lost_to_the_last_bit():
    one = lambda value: pd.Series([value])  # noqa: E731
    nearly = 0.8 - 2e-16
    assert nearly < 0.8
    assert evidence_grade(one(nearly)).tolist() == ["A"]
    assert evidence_grade(one(0.8 - 1e-6)).tolist() == ["B"]
    full, none = one(1.0), one(0.0)
    assert evidence_grade(evidence_strength(full, full, one(4.0), none, none)).tolist() == ["A"]  # 1 - 4 * 0.05


def test_a_billionth_of_a_point_is_the_grid_on_a_scale_of_a_hundred():
    values = np.array([100.0, 50, 50 + 1e-12, 50 + 1e-6])
    assert normalise.ranks(values).tolist() == [1, 3, 3, 2]
    for unit in (1e-200, 2.0**-7, 1, 1e6, 1e250):
        assert normalise.ranks(values * unit).tolist() == [1, 3, 3, 2]


@settings(deadline=None)
@given(arrays(np.float64, st.integers(0, 40), elements=st.floats(-1e6, 1e6) | st.sampled_from([np.nan, 0.0])))
def test_snapping_keeps_order_and_moves_nothing_by_more_than_the_grid(values):
    found = normalise.snapped(values)
    known = ~np.isnan(values)
    np.testing.assert_array_equal(np.isnan(found), ~known)
    order = np.argsort(values[known])
    assert (np.diff(found[known][order]) >= 0).all()
    if known.any():
        assert np.abs(found - values)[known].max() <= np.abs(values[known]).max() * 2.0**-36


def test_a_spread_tells_equals_alike_whatever_the_number_of_areas():
    random = np.random.default_rng(3)
    table = areas(dict(zip(MEMBERS, random.integers(1, 6, size=(3, 500)).astype(float), strict=True)))
    index = ratings("none", uncertainty={"draws": 20, "weights": 0, "leave_out": False})
    told = scorer(index, table)
    rank = told.groups.ranks(table.sum(axis=1).to_numpy())
    spread = rank_spread(told, draw_versions(index), rank)
    assert (spread["rank_shift_mean"] == 0).all()
    assert (spread["rank_low"] == rank).all()
    assert (spread["rank_high"] == rank).all()
