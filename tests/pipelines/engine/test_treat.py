"""What is done about outliers and about rates of few people, worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from fixtures.indices import make_tree, scored
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kurtosis, skew

from pipelines.scoring.definition import Treatment
from pipelines.scoring.treat import shrunk, treat

NAN = np.nan
OUTLIERS = Treatment(rule="outliers")


def column(*values) -> np.ndarray:
    return np.array(values, dtype=float)


def passes(values, rule=OUTLIERS) -> bool:
    known = values[~np.isnan(values)]
    return abs(skew(known, bias=False)) <= rule.skewness or kurtosis(known, bias=False) <= rule.kurtosis


# ---- outliers


def test_the_shape_is_that_of_scipy_corrected_for_bias():
    values = np.append(np.random.default_rng(1).exponential(size=50), NAN)
    told = treat(values, OUTLIERS)
    assert told.skewness == pytest.approx(skew(values[:-1], bias=False))
    assert told.kurtosis == pytest.approx(kurtosis(values[:-1], bias=False))


def test_a_column_that_passes_is_left_alone():
    values = np.append(np.random.default_rng(1).normal(size=50), NAN)
    told = treat(values, OUTLIERS)
    assert (told.done, told.n_winsorised) == ("none", 0)
    np.testing.assert_array_equal(told.values, values)


@pytest.mark.parametrize("side", [1, -1])
def test_one_far_value_takes_the_place_of_the_next(side):
    values = side * column(*range(1, 21), 1000, NAN)
    told = treat(values, OUTLIERS)
    assert (told.done, told.n_winsorised) == ("winsorised", 1)
    np.testing.assert_array_equal(told.values, side * column(*range(1, 21), 20, NAN))


def test_points_move_one_after_another_until_it_passes():
    values = column(*range(1, 41), 900, 1000)  # first 1000 to 900, then both to 40
    told = treat(values, OUTLIERS)
    assert (told.done, told.n_winsorised) == ("winsorised", 2)
    np.testing.assert_array_equal(told.values, column(*range(1, 41), 40, 40))
    assert not passes(column(*range(1, 41), 900, 900))


def test_winsorising_stops_as_soon_as_it_passes():
    values = np.append(np.arange(1.0, 61.0), [90, 600])
    told = treat(values, OUTLIERS)
    assert told.n_winsorised == 1
    assert told.values[-2:].tolist() == [90, 90]


def test_more_far_values_than_points_take_the_logarithm_of_the_column_as_it_was():
    values = column(*range(1, 101), *[10_000.0 * n for n in range(1, 8)], NAN)
    told = treat(values, OUTLIERS)
    assert (told.done, told.n_winsorised) == ("log", 0)
    np.testing.assert_allclose(told.values, np.log(values - 1 + (70_000 - 1) / 100), rtol=0, atol=1e-12)


def test_a_skew_to_the_left_is_turned_round_and_keeps_its_order():
    values = -column(*range(1, 101), *[10_000.0 * n for n in range(1, 8)])
    told = treat(values, OUTLIERS)
    assert told.done == "log"
    np.testing.assert_allclose(told.values, -np.log(-1 - values + (70_000 - 1) / 100), rtol=0, atol=1e-12)
    assert (np.argsort(told.values) == np.argsort(values)).all()


def test_equal_far_values_move_together_or_not_at_all():
    values = column(*range(1, 101), *[5_000.0] * 4)
    assert treat(values, Treatment(rule="winsorise", points=4)).n_winsorised == 4
    told = treat(values, Treatment(rule="winsorise", points=3))
    assert (told.done, told.n_winsorised) == ("winsorised", 0)
    np.testing.assert_array_equal(told.values, values)


def test_winsorise_never_takes_the_logarithm_and_log_always_does():
    far = column(*range(1, 101), *[10_000.0 * n for n in range(1, 8)])
    assert treat(far, Treatment(rule="winsorise")).done == "winsorised"
    even = column(0, 1, 2, 3, 4)
    np.testing.assert_allclose(treat(even, Treatment(rule="log")).values, np.log(even + 0.04), rtol=0, atol=1e-12)
    assert treat(far, Treatment(rule="none")).done == "none"


def test_the_limits_can_be_told():
    values = column(*range(1, 21), 1000)
    shape = treat(values, OUTLIERS)
    assert treat(values, Treatment(rule="outliers", skewness=shape.skewness + 0.01)).done == "none"
    assert treat(values, Treatment(rule="outliers", kurtosis=shape.kurtosis + 0.01)).done == "none"


@pytest.mark.parametrize("values", [[], [NAN, NAN], [1, 2, 900], [5, 5, 5, 5, 5], [NAN, 1, 1000]])
@pytest.mark.parametrize("rule", ["none", "outliers", "winsorise"])
def test_too_few_or_equal_values_are_left_alone(values, rule):
    told = treat(column(*values), Treatment(rule=rule))
    assert told.done == "none"
    np.testing.assert_array_equal(told.values, column(*values))


def test_the_logarithm_of_equal_values_is_nothing():
    np.testing.assert_array_equal(treat(column(5, 5, NAN), Treatment(rule="log")).values, column(5, 5, NAN))


@pytest.mark.filterwarnings("ignore:All-NaN")
@pytest.mark.parametrize("values", [[NAN, NAN], []])  # fmt: skip
def test_the_logarithm_of_nothing_is_nothing(values):
    assert np.isnan(treat(column(*values), Treatment(rule="log")).values).all()


@pytest.mark.filterwarnings("ignore:All-NaN")
@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(-20, 20) | st.integers(-100_000, 100_000) | st.none(), max_size=40), st.sampled_from(["outliers", "winsorise", "log"]))  # fmt: skip
def test_treatment_keeps_gaps_order_and_at_most_five_points_moved(rows, rule):
    values = np.array(rows, dtype=float)
    if rule == "log" and not len(values):
        return
    told = treat(values, Treatment(rule=rule))
    np.testing.assert_array_equal(np.isnan(told.values), np.isnan(values))
    known = ~np.isnan(values)
    apart = values[known][:, None] >= values[known][None, :]
    assert (told.values[known][:, None] >= told.values[known][None, :])[apart].all()
    assert told.n_winsorised <= 5
    if told.done == "winsorised":
        assert (told.values != values)[known].sum() <= told.n_winsorised
        assert rule == "winsorise" or passes(told.values) or told.values[known].min() == told.values[known].max()


def test_the_unit_of_a_column_does_not_decide_its_treatment():
    assert treat(np.arange(8) * 1e-200, OUTLIERS).done == treat(np.arange(8.0), OUTLIERS).done == "none"


def test_a_member_s_treatment_wins_over_the_index_s():
    columns = {name: [*range(1, 21), 1000] for name in "ab"}
    index = make_tree(
        {"d": {"members": {"a": 0.5, "b": {"weight": 0.5, "treatment": "none"}}}}, treatment="outliers", normalise="min_max"
    )  # fmt: skip
    found = scored(index, columns)
    assert {name: told.done for name, told in found.treated.items()} == {"a": "winsorised", "b": "none"}
    # a: 19 of 19 steps; b: 19 of 999
    assert found.score.iloc[19] == pytest.approx((100 + 100 * 19 / 999) / 2)


# ---- rates of few people


def shrink(rates, people, within=None, per=100.0) -> list[float]:
    within = within or ["x"] * len(rates)
    return shrunk(pd.Series(rates, dtype=float), pd.Series(people, dtype=float), pd.Series(within), per).tolist()


def by_hand(rates, people, per=100.0):
    """The formula for the areas of one authority, area by area, in plain Python."""
    rows = [(rate * n / per, n) for rate, n in zip(rates, people, strict=True)]
    logit = lambda r, n: np.log((r + 0.5) / (n - r + 0.5))  # noqa: E731
    middle = logit(sum(r for r, _ in rows), sum(n for _, n in rows))
    t2 = sum((logit(r, n) - middle) ** 2 for r, n in rows) / (len(rows) - 1)
    found = []
    for r, n in rows:
        s2 = (n + 1) * (n + 2) / (n * (r + 1) * (n - r + 1))
        w = (1 / s2) / (1 / s2 + 1 / t2)
        z = w * logit(r, n) + (1 - w) * middle
        found.append(per * np.exp(z) / (1 + np.exp(z)))
    return found


def test_shrinkage_by_hand():
    # 1 of 10 and 30 of 100. Logits ln(1.5/9.5), ln(30.5/70.5); of both ln(31.5/79.5).
    logits, middle = np.log([1.5 / 9.5, 30.5 / 70.5]), np.log(31.5 / 79.5)
    t2 = ((logits - middle) ** 2).sum()
    s2 = np.array([11 * 12 / (10 * 2 * 10), 101 * 102 / (100 * 31 * 71)])
    w = t2 / (t2 + s2)
    z = w * logits + (1 - w) * middle
    assert shrink([10, 30], [10, 100]) == pytest.approx((100 / (1 + np.exp(-z))).tolist(), abs=1e-9)
    assert shrink([10, 30], [10, 100]) == pytest.approx(by_hand([10, 30], [10, 100]), abs=1e-9)


def test_each_larger_area_has_its_own_rate_and_its_own_spread():
    rates, people, within = [0, 40, 5, 90, 12], [5, 50, 500, 30, 8], ["x", "y", "x", "y", "x"]
    found = shrink(rates, people, within)
    assert [found[n] for n in (0, 2, 4)] == pytest.approx(by_hand([0, 5, 12], [5, 500, 8]), abs=1e-9)
    assert [found[n] for n in (1, 3)] == pytest.approx(by_hand([40, 90], [50, 30]), abs=1e-9)


def test_a_rate_of_very_many_people_stays_as_it_is():
    assert shrink([10, 30, 50], [1e9, 1e9, 1e9]) == pytest.approx([10, 30, 50], abs=1e-5)


def test_a_rate_of_few_people_is_drawn_to_that_of_the_larger_area():
    few = shrink([100, 10, 12, 9], [2, 10_000, 10_000, 10_000])[0]
    many = shrink([100, 10, 12, 9], [2_000, 10_000, 10_000, 10_000])[0]
    assert 10 < few < 75
    assert 99 < many < 100
    tiny = shrink([100, 10, 11], [1, 100_000, 100_000])[0]
    assert 10 < tiny < few


def test_none_and_all_stay_inside_the_range():
    found = shrink([0, 100, 50], [3, 3, 1000])
    assert 0 < found[0] < 50 < found[1] < 100
    assert shrink([0, 0], [10, 20])[0] > 0


def test_so_many_per_thousand():
    assert shrink([100, 300], [10, 100], per=1000) == pytest.approx([10 * p for p in shrink([10, 30], [10, 100])], abs=1e-9)  # fmt: skip


def test_unknown_rates_people_and_larger_areas():
    found = shrink([10, NAN, 30, 20], [10, 10, NAN, 0])
    assert np.isnan(found[1:]).all()
    with_gap = shrink([10, NAN, 30], [10, 99, 100])
    assert [with_gap[0], with_gap[2]] == pytest.approx(by_hand([10, 30], [10, 100]), abs=1e-9)


def test_an_area_alone_in_its_larger_area_is_unchanged():
    assert shrink([10, 0, 100], [10, 10, 10], ["x", "y", "z"]) == pytest.approx([10, 0, 100], abs=1e-9)


def test_an_area_without_people_changes_no_other():
    assert shrink([10, 20, 30, 0], [100, 100, 100, 0])[:3] == pytest.approx(shrink([10, 20, 30], [100] * 3), abs=1e-9)


shares = st.lists(st.tuples(st.floats(0, 1), st.integers(1, 10_000), st.sampled_from("xyz")), min_size=1, max_size=25)


@settings(deadline=None)
@given(shares, st.sampled_from([1.0, 100.0, 1000.0]))
def test_a_shrunk_rate_is_a_rate_between_its_own_and_the_larger_area_s(rows, per):
    rates, people, within = (list(column) for column in zip(*rows, strict=True))
    found = shrink([per * rate for rate in rates], people, within, per)
    for rate, n, group, value in zip(rates, people, within, found, strict=True):
        same = [(r, m) for r, m, g in rows if g == group]
        own = (rate * n + 0.5) / (n + 1)
        middle = (sum(r * m for r, m in same) + 0.5) / (sum(m for _, m in same) + 1)
        assert 0 <= value <= per
        assert min(own, middle, rate) - 1e-9 <= value / per <= max(own, middle, rate) + 1e-9
