"""Every way of putting a column on a scale, against values worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipelines.scoring import normalise

NAN = np.nan


def check(found, expected):
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9, equal_nan=True)


def test_ranks_give_the_greatest_rank_one_and_ties_the_lowest_rank():
    check(normalise.ranks(np.array([5.0, 3.0, NAN, 5.0, 1.0])), [1, 3, NAN, 1, 4])


def test_inverse_normal_is_the_normal_quantile_of_the_middle_of_the_rank():
    # (r - .5) / 3 = 1/6, 1/2, 5/6; the quantile of 5/6 is 0.967421566...
    check(normalise.inverse_normal(np.array([30.0, 10.0, NAN, 20.0])), [0.967421566101701, -0.967421566101701, NAN, 0])


def test_inverse_normal_gives_ties_their_mean_rank():
    # ranks 1.5, 1.5, 3: the quantiles of 1/3, 1/3, 5/6
    check(
        normalise.inverse_normal(np.array([1.0, 1.0, 2.0])), [-0.430727299295457, -0.430727299295457, 0.967421566101701]
    )


def test_percentile_is_the_middle_of_the_rank():
    check(normalise.percentile(np.array([40.0, 10.0, 30.0, 20.0])), [87.5, 12.5, 62.5, 37.5])
    check(normalise.percentile(np.array([1.0, 1.0, NAN, 2.0])), [100 / 3, 100 / 3, NAN, 250 / 3])


def test_exponential_of_four_areas():
    # R = 1, .75, .5, .25 in X = -23 ln(1 - R (1 - e^(-100/23)))
    check(
        normalise.exponential(np.array([4.0, 1.0, NAN, 2.0, 3.0])),
        [100, 6.517733263680, NAN, 15.646790072603, 31.009143532807],
    )


def test_exponential_gives_tied_areas_the_lowest_rank():
    # two areas share rank 1, so both have R = 1; the third has rank 3, R = 1/3
    third = -23 * np.log(1 - (1 / 3) * (1 - np.exp(-100 / 23)))
    check(normalise.exponential(np.array([2.0, 2.0, 1.0])), [100, 100, third])


def test_exponential_has_the_published_mean_and_spreads_the_top_tenth_over_its_upper_half():
    scores = np.sort(normalise.exponential(np.arange(33_755.0)))[::-1]
    assert scores.mean() == pytest.approx(21.69, abs=0.01)
    top, rest = scores[:3375], scores[3375:]
    assert top[0] == pytest.approx(100)
    assert 50 < top[-1] < 51
    assert (rest > 50).mean() < 0.003  # the curve passes 50 a little beyond the tenth: R = 0.8979
    assert scores[-1] > 0


def test_target_is_linear_between_its_ends_and_held_beyond_them():
    check(normalise.target(np.array([400, 1400, 2400, 100, 3120, NAN]), 400, 2400), [0, 50, 100, 0, 100, NAN])


def test_target_may_fall():
    check(normalise.target(np.array([5.0, 2.0, 0.0, 9.0]), 5, 0), [0, 60, 100, 0])


@pytest.mark.parametrize(
    "how", [normalise.ranks, normalise.inverse_normal, normalise.percentile, normalise.exponential]
)
def test_nothing_known_stays_unknown(how):
    assert np.isnan(how(np.array([NAN, NAN]))).all()
    assert how(np.array([])).size == 0


numbers = arrays(np.float64, st.integers(1, 30), elements=st.integers(-1000, 1000).map(float) | st.just(np.nan))
RANKED = [normalise.inverse_normal, normalise.percentile, normalise.exponential]


@given(numbers, st.integers(-8, 8))
def test_scales_that_rest_on_ranks_ignore_the_unit(values, power):
    for how in RANKED:
        np.testing.assert_array_equal(how(values), how(values * 2.0**power))


@given(numbers)
def test_scales_keep_the_order_and_the_unknown(values):
    known = np.isfinite(values)
    for how in RANKED:
        scaled = how(values)
        assert (np.isfinite(scaled) == known).all()
        more = values[known][:, None] > values[known][None, :]
        assert (np.sign(scaled[known][:, None] - scaled[known][None, :])[more] == 1).all()
        same = values[known][:, None] == values[known][None, :]
        assert (scaled[known][:, None] == scaled[known][None, :])[same].all()
