"""Several columns to one, worked out by hand and against scipy; what is missing; what more of one part does to the whole."""

import numpy as np
import pytest
from fixtures.indices import areas, make_tree, scored
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import gmean

from pipelines.core.problem import Problem
from pipelines.scoring.aggregate import aggregate, weighted_mean
from pipelines.scoring.pairs import refusal, traits

NAN = np.nan
WAYS = ["sum", "arithmetic", "geometric", "mazziotta_pareto", "minimum"]


def one(how: str, row, weights, imbalance: str = "lowers") -> float:
    return float(aggregate(how, [np.array([x], dtype=float) for x in row], weights, imbalance)[0][0])


def close(value: float):
    return pytest.approx(value, abs=1e-9)


# ---- by hand


@pytest.mark.parametrize(
    ("how", "imbalance", "expected"),
    [
        ("arithmetic", "lowers", 0.2 * 10 + 0.3 * 20 + 0.5 * 40),  # 28
        ("sum", "lowers", 28),
        ("geometric", "lowers", 10**0.2 * 20**0.3 * 40**0.5),
        # variance .2 x 18^2 + .3 x 8^2 + .5 x 12^2 = 64.8 + 19.2 + 72 = 156
        ("mazziotta_pareto", "lowers", 28 - 156 / 28),
        ("mazziotta_pareto", "raises", 28 + 156 / 28),
        ("minimum", "lowers", 10),
    ],
)
def test_three_parts(how, imbalance, expected):
    assert one(how, [10, 20, 40], [0.2, 0.3, 0.5], imbalance) == close(expected)


def test_weights_count_by_their_share_except_in_a_sum():
    assert one("sum", [10, 20], [2, 3]) == close(80)
    for how in ("arithmetic", "geometric", "mazziotta_pareto", "minimum"):
        assert one(how, [10, 20], [2, 3]) == close(one(how, [10, 20], [0.4, 0.6]))


def test_mazziotta_pareto_is_the_mean_times_one_less_the_squared_coefficient_of_variation():
    row = np.array([30.0, 60.0, 90.0])
    squared = (row.std() / row.mean()) ** 2
    assert one("mazziotta_pareto", row, [1, 1, 1]) == close(row.mean() * (1 - squared))
    assert one("mazziotta_pareto", row, [1, 1, 1], "raises") == close(row.mean() * (1 + squared))


@pytest.mark.parametrize("how", ["arithmetic", "geometric", "mazziotta_pareto", "minimum"])
def test_parts_that_are_equal_give_themselves(how):
    assert one(how, [37, 37, 37], [0.2, 0.3, 0.5]) == close(37)
    assert one(how, [0, 0], [0.5, 0.5]) == close(0)
    assert one(how, [42], [3]) == close(42)


def test_one_zero_is_enough_for_a_geometric_mean():
    assert one("geometric", [0, 90, 90], [0.01, 0.5, 0.49]) == 0
    assert one("geometric", [1e-12, 90], [0.5, 0.5]) == close(np.sqrt(90e-12))


def test_there_is_no_geometric_mean_of_values_below_zero():
    with pytest.raises(ValueError, match="not below zero"):
        one("geometric", [-1, 5], [0.5, 0.5])
    index = make_tree({"d": {"members": {"a": 1}}, "e": {"members": {"b": 1}}}, normalise="none", aggregate="geometric")
    with pytest.raises(Problem, match=r"test\.yml.*below zero"):
        scored(index, {"a": [-1, 2], "b": [3, 4]})


# ---- what is missing


def test_the_arithmetic_mean_is_over_what_is_known():
    columns = [np.array([10, NAN, NAN]), np.array([20, 20, NAN])]
    found, observed = aggregate("arithmetic", columns, [0.75, 0.25])
    np.testing.assert_allclose(found, [12.5, 20, NAN], rtol=0, atol=1e-9, equal_nan=True)
    np.testing.assert_allclose(observed, [1, 0.25, 0], rtol=0, atol=1e-9)


@pytest.mark.parametrize("how", ["sum", "geometric", "mazziotta_pareto", "minimum"])
def test_every_other_way_needs_all_parts(how):
    columns = [np.array([10, NAN, NAN, 0]), np.array([20, 20, NAN, NAN])]
    found, observed = aggregate(how, columns, [0.999, 0.001])
    assert np.isnan(found).tolist() == [False, True, True, True]
    np.testing.assert_allclose(observed, [1, 0.001, 0, 0.999], rtol=0, atol=1e-9)


@pytest.mark.parametrize("how", WAYS)
def test_a_row_does_not_depend_on_the_gaps_of_others(how):
    random = np.random.default_rng(3)
    whole = random.uniform(1, 100, size=(6, 40))
    gappy = np.hstack([whole, np.where(random.random((6, 40)) < 0.5, NAN, whole)])
    weights = list(random.uniform(size=6))
    for columns in (whole, gappy):
        found = aggregate(how, list(columns), weights)[0]
        alone = [aggregate(how, [c[n : n + 1] for c in columns], weights)[0][0] for n in range(columns.shape[1])]
        np.testing.assert_array_equal(found, alone)
    np.testing.assert_array_equal(aggregate(how, list(gappy), weights)[0][:40], aggregate(how, list(whole), weights)[0])


def test_nothing_that_is_given_is_changed():
    columns = [np.array([1.0, NAN, 3.0]), np.array([4.0, 5.0, 6.0])]
    kept = [column.copy() for column in columns]
    for how in WAYS:
        aggregate(how, columns, [0.5, 0.5])
    np.testing.assert_array_equal(columns, kept)


# ---- against scipy and numpy, and what must always hold

cells = st.integers(1, 10_000).map(lambda n: n / 100)
rows = st.integers(1, 6).flatmap(lambda n: st.tuples(st.lists(cells, min_size=n, max_size=n), st.lists(st.floats(0.01, 10), min_size=n, max_size=n)))  # fmt: skip


@settings(deadline=None)
@given(rows)
def test_means_are_those_of_scipy_and_numpy(told):
    row, weights = told
    mean = np.average(row, weights=weights)
    variance = np.average((np.array(row) - mean) ** 2, weights=weights)
    assert one("geometric", row, weights) == pytest.approx(gmean(row, weights=weights), rel=1e-12, abs=1e-9)
    assert one("arithmetic", row, weights) == close(mean)
    assert one("sum", row, weights) == pytest.approx(np.dot(row, weights), rel=1e-12)
    assert one("mazziotta_pareto", row, weights) == pytest.approx(mean - variance / mean, rel=1e-9, abs=1e-9)
    assert one("mazziotta_pareto", row, weights, "raises") == pytest.approx(mean + variance / mean, rel=1e-9, abs=1e-9)


@settings(deadline=None)
@given(rows)
def test_the_ways_stand_in_their_order(told):
    row, weights = told
    least, geometric, mean = (one(how, row, weights) for how in ("minimum", "geometric", "arithmetic"))
    assert least <= geometric + 1e-9
    assert geometric <= mean + 1e-9
    assert one("mazziotta_pareto", row, weights) <= mean + 1e-9 <= one("mazziotta_pareto", row, weights, "raises") + 2e-9  # fmt: skip


@settings(deadline=None)
@given(rows, st.sampled_from(["sum", "arithmetic", "geometric", "minimum"]), st.data())
def test_more_of_one_part_never_lowers_the_whole(told, how, data):
    """Not so of Mazziotta-Pareto, where more of the greatest part makes the row more uneven."""
    row, weights = told
    at = data.draw(st.integers(0, len(row) - 1))
    more = [*row[:at], row[at] + data.draw(cells), *row[at + 1 :]]
    assert one(how, more, weights) >= one(how, row, weights) - 1e-9


def test_more_of_the_greatest_part_may_lower_a_mazziotta_pareto_mean():
    assert one("mazziotta_pareto", [100, 10, 10], [1, 1, 1]) < one("mazziotta_pareto", [60, 10, 10], [1, 1, 1])


@settings(deadline=None)
@given(rows, st.data())
def test_the_weighted_mean_of_what_is_known_is_that_of_numpy(told, data):
    row, weights = told
    known = np.array(data.draw(st.lists(st.booleans(), min_size=len(row), max_size=len(row))))
    assume(known.any())
    columns = [np.array([x if k else NAN]) for x, k in zip(row, known, strict=True)]
    mean, observed = weighted_mean(columns, weights)
    weights = np.array(weights)
    assert mean[0] == close(np.average(np.array(row)[known], weights=weights[known]))
    assert np.ravel(observed)[0] == close(weights[known].sum() / weights.sum())


# ---- every scale with every way

SCALED = ["min_max", "z_score", "percentile", "inverse_normal", "exponential", "none"]
tables = st.integers(2, 9).flatmap(lambda n: st.lists(st.tuples(*[st.integers(0, 12)] * 3), min_size=n, max_size=n))
MONOTONE = [(scale, way) for scale in SCALED for way in ("sum", "arithmetic", "geometric", "minimum") if not refusal(way, traits(scale))]  # fmt: skip


def index_of(scale: str, way: str):
    return make_tree(
        {"one": {"weight": 0.6, "members": {"a": 0.3, "b": 0.7}}, "two": {"weight": 0.4, "members": {"c": 1}}},
        normalise=scale,
        aggregate=way,
    )


@pytest.mark.parametrize(("scale", "way"), MONOTONE)
@settings(deadline=None, max_examples=12)
@given(tables, st.data())
def test_more_need_in_one_area_never_lowers_its_score_or_rank(scale, way, rows, data):
    index, values = index_of(scale, way), areas(dict(zip("abc", zip(*rows, strict=True), strict=True)))  # fmt: skip
    row, column = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.sampled_from("abc"))
    raised = values.copy()
    raised.loc[values.index[row], column] += data.draw(st.integers(1, 9))
    before, after = scored(index, values).score, scored(index, raised).score
    if scale == "z_score":  # a value further out moves the mean and widens the scale, for itself too
        return
    assert after.iloc[row] >= before.iloc[row] - 1e-9
    above = [(score > score.iloc[row] + 1e-9).sum() for score in (before, after)]
    assert above[1] <= above[0]


@pytest.mark.parametrize("scale", ["min_max", "z_score", "percentile", "inverse_normal", "exponential"])
@settings(deadline=None, max_examples=12)
@given(tables, st.sampled_from("abc"), st.integers(-20, 20))
def test_the_unit_of_an_indicator_changes_no_score(scale, rows, column, power):
    values = areas(dict(zip("abc", zip(*rows, strict=True), strict=True)))
    rescaled = values.assign(**{column: values[column] * 2.0**power})
    np.testing.assert_array_equal(
        scored(index_of(scale, "arithmetic"), values).score, scored(index_of(scale, "arithmetic"), rescaled).score
    )


@pytest.mark.parametrize(("scale", "way"), MONOTONE)
@settings(deadline=None, max_examples=8)
@given(tables, st.integers(0, 8), st.sampled_from("abc"))
def test_what_is_not_known_is_never_read_as_zero(scale, way, rows, row, column):
    values = areas(dict(zip("abc", zip(*rows, strict=True), strict=True)))
    row = row % len(rows)
    values.loc[values.index[row], column] = NAN
    found = scored(index_of(scale, way), values)
    assert found.weight_observed.iloc[row] < 1
    assert found.weight_observed.drop(values.index[row]).min() == pytest.approx(1)
    zero = scored(index_of(scale, way), values.fillna(0))
    assert zero.weight_observed.min() == pytest.approx(1)
    if way != "arithmetic":
        part = {"a": "one", "b": "one", "c": "two"}[column]
        assert np.isnan(found.score.iloc[row]) == np.isnan(found.domains[part].iloc[row])
    assert found.score.drop(values.index[row]).notna().all()
