"""Every scale against values worked out by hand and against scipy, with ties, gaps, constant columns and odd sizes."""

import numpy as np
import pytest
from fixtures.indices import make_tree, scored
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm, rankdata, zscore

from pipelines.scoring import normalise
from pipelines.scoring.composite import on_scale

NAN = np.nan
SCALES = ["min_max", "z_score", "percentile", "inverse_normal", "exponential"]


def check(found, expected):
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9, equal_nan=True)


def column(*values) -> np.ndarray:
    return np.array(values, dtype=float)


def one(how: str, **member):
    """An index of one member on one scale."""
    return make_tree({"d": {"members": {"a": {"weight": 1, "normalise": how, **member}}}})


# ---- by hand


def test_min_max_runs_from_0_to_100():
    check(normalise.min_max(column(10, 20, NAN, 50, 20)), [0, 25, NAN, 100, 25])


def test_min_max_between_other_ends():
    check(normalise.min_max(column(10, 20, 50), 1, 10), [1, 3.25, 10])
    check(normalise.min_max(column(10, 20, 50), -1, 1), [-1, -0.5, 1])


def test_z_score_is_over_all_areas_not_a_sample():
    # mean 5, squares 9 1 1 1 0 0 4 16 = 32, over 8 is 4: sd 2
    check(normalise.z_score(column(2, 4, 4, 4, 5, 5, 7, 9)), [-1.5, -0.5, -0.5, -0.5, 0, 0, 1, 2])
    check(normalise.z_score(column(2, 4, NAN, 4, 4, 5, 5, 7, 9), 100, 10), [85, 95, NAN, 95, 95, 100, 100, 110, 120])


def test_percentile_by_hand_with_ties_and_gaps():
    # ascending ranks 1, 3, 3, 3, 5 of five
    check(normalise.percentile(column(1, 2, 2, NAN, 2, 9)), [10, 50, 50, NAN, 50, 90])


def test_inverse_normal_by_hand_with_ties():
    # (r - .5) / 4 = 1/8, 1/2, 1/2, 7/8; the quantile of 7/8 is 1.1503493803760079
    check(normalise.inverse_normal(column(1, 2, 2, 3)), [-1.150349380376008, 0, 0, 1.150349380376008])


def test_exponential_by_hand_with_ties_and_gaps():
    # of four areas rank 1 has R = 1; both of rank 2 have R = 3/4; rank 4 has R = 1/4
    check(normalise.exponential(column(9, 5, NAN, 5, 1)), [100, 31.009143532807, NAN, 31.009143532807, 6.517733263680])


def test_target_may_rise_or_fall_and_has_no_say_beyond_its_ends():
    check(normalise.target(column(0, 1, 5, 9, NAN), 1, 5), [0, 0, 100, 100, NAN])
    check(normalise.target(column(-10, 0, 10, 20), 10, -10), [100, 50, 0, 0])


def test_none_takes_the_numbers_as_they_are_turned_where_less_is_more():
    check(scored(one("none"), {"a": [3, NAN, -2]}).score, [3, NAN, -2])
    check(scored(one("none", direction="higher_is_less_need"), {"a": [3, NAN, -2]}).score, [-3, NAN, 2])


def test_direction_turns_every_scale_but_target_which_says_its_own():
    less = {"direction": "higher_is_less_need"}
    check(scored(one("min_max", **less), {"a": [1, 2, 5]}).score, [100, 75, 0])
    check(scored(one("z_score", **less), {"a": [1, 3]}).score, [1, -1])
    check(scored(one("exponential", **less), {"a": [9, 5, 5, 1]}).score, [6.517733263680, 31.009143532807, 31.009143532807, 100])  # fmt: skip
    check(scored(one("target", target=[0, 10], **less), {"a": [1, 10]}).score, [10, 100])


@pytest.mark.parametrize(("how", "middle"), [("min_max", 50), ("z_score", 0), ("percentile", 50), ("inverse_normal", 0), ("exponential", 100)])  # fmt: skip
def test_a_column_that_is_the_same_everywhere_tells_nobody_apart(how, middle):
    check(getattr(normalise, how)(column(7, 7, NAN, 7)), [middle, middle, NAN, middle])
    check(getattr(normalise, how)(column(7)), [middle])


def test_a_constant_column_on_a_stated_scale_is_its_middle():
    check(normalise.min_max(column(7, 7, NAN), 20, 40), [30, 30, NAN])
    check(normalise.z_score(column(7, 7, NAN), 100, 10), [100, 100, NAN])


@pytest.mark.parametrize("how", SCALES)
def test_nothing_known_and_nothing_at_all(how):
    assert np.isnan(getattr(normalise, how)(column(NAN, NAN))).all()
    assert getattr(normalise, how)(column()).size == 0


def test_scale_is_taken_from_the_member_or_else_from_the_index():
    domains = {"d": {"members": {"a": {"weight": 1, "scale": [50, 10]}}}, "e": {"members": {"b": 1}}}
    index = make_tree(domains, normalise="z_score", scale=[100, 5])
    found = scored(index, {"a": [1, 3], "b": [1, 3]})
    check(found.domains["d"], [40, 60])
    check(found.domains["e"], [95, 105])


# ---- against scipy

# whole numbers and halves, so that equal values are equal however they were come by
numbers = arrays(np.float64, st.integers(2, 40), elements=st.integers(-200, 200).map(lambda n: n / 2))
gappy = arrays(np.float64, st.integers(2, 40), elements=st.integers(-200, 200).map(float) | st.just(NAN))


@settings(deadline=None)
@given(gappy)
def test_ranks_are_those_of_scipy(values):
    for ties, theirs in (("lowest", "min"), ("average", "average"), ("highest", "max")):
        check(normalise.ranks(values, ties), rankdata(-values, method=theirs, nan_policy="omit"))


@settings(deadline=None)
@given(numbers)
def test_z_scores_are_those_of_scipy(values):
    if values.min() < values.max():
        check(normalise.z_score(values), zscore(values))
        check(normalise.z_score(np.append(values, NAN))[:-1], zscore(values))


@settings(deadline=None)
@given(gappy)
def test_percentile_and_inverse_normal_are_those_of_scipy(values):
    known = values[~np.isnan(values)]
    share = (rankdata(known) - 0.5) / max(len(known), 1)
    check(normalise.percentile(values)[~np.isnan(values)], 100 * share)
    check(normalise.inverse_normal(values)[~np.isnan(values)], norm.ppf(share))


@settings(deadline=None)
@given(gappy)
def test_exponential_is_the_formula_on_scipy_s_ranks(values):
    known = values[~np.isnan(values)]
    share = (len(known) - rankdata(-known, method="min") + 1) / max(len(known), 1)
    check(normalise.exponential(values)[~np.isnan(values)], -23 * np.log(1 - share * (1 - np.exp(-100 / 23))))


# ---- properties


@settings(deadline=None)
@given(gappy, st.sampled_from(SCALES), st.integers(-40, 40))
def test_the_unit_changes_nothing(values, how, power):
    scale = getattr(normalise, how)
    np.testing.assert_array_equal(scale(values), scale(values * 2.0**power))


@settings(deadline=None)
@given(gappy, st.sampled_from(SCALES), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(values, how, random):
    order = random.sample(range(len(values)), len(values))
    scale = getattr(normalise, how)
    np.testing.assert_allclose(scale(values)[order], scale(values[order]), rtol=0, atol=1e-12)


@settings(deadline=None)
@given(gappy, st.sampled_from(SCALES))
def test_more_is_more_and_what_is_not_known_stays_so(values, how):
    found = getattr(normalise, how)(values)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(values))
    known = ~np.isnan(values)
    apart = values[known][:, None] > values[known][None, :]
    assert (found[known][:, None] > found[known][None, :])[apart].all()


@settings(deadline=None)
@given(arrays(np.float64, st.integers(1, 60), elements=st.floats(allow_nan=False, allow_infinity=False)))
def test_ranks_hold_for_numbers_of_any_size(values):
    """Of what counts in a comparison, however great or small the numbers are."""
    with np.errstate(all="ignore"):
        check(normalise.ranks(values), rankdata(-normalise.snapped(values), method="min"))


@pytest.mark.parametrize("size", [5e-324, 1e-300, 1e-160, 1.0, 1e150, 1e300])
def test_min_max_holds_for_numbers_of_any_size(size):
    check(normalise.min_max(column(0, 1, 2) * size), [0, 50, 100])


@pytest.mark.parametrize(
    "size",
    [
        1e-200,
        1e-100,
        1.0,
        1e100,
        1e200,
    ],
)
def test_z_score_holds_for_numbers_of_any_size(size):
    with np.errstate(all="ignore"):
        check(normalise.z_score(column(0, 1, 2) * size), np.array([-1, 0, 1]) * np.sqrt(1.5))


def test_two_nearly_equal_numbers_among_many_are_told_apart():
    values = np.append(np.linspace(0, 1e6, 5_000), [1e6 - 1e-3, 0.5, 0.5001])
    check(normalise.ranks(values), rankdata(-values, method="min"))


# ---- one value among all others


@settings(deadline=None)
@given(gappy, st.sampled_from(SCALES))
def test_a_value_placed_among_others_is_what_the_scale_gives_it_there(values, how):
    if np.isnan(values).all():
        return
    np.testing.assert_allclose(
        normalise.scaled_among(how, values, values), getattr(normalise, how)(values), rtol=0, atol=1e-9
    )


@pytest.mark.parametrize("how", ["percentile", "inverse_normal", "exponential"])  # fmt: skip
def test_a_value_between_two_or_beyond_all_is_placed_between_or_beyond(how):
    among = column(10, 20, 20, 30, NAN, 40)
    at = np.linspace(0, 50, 101)
    found = normalise.scaled_among(how, at, among)
    assert (np.diff(found) >= 0).all()
    least, greatest = np.nanmin(getattr(normalise, how)(among)), np.nanmax(getattr(normalise, how)(among))
    assert found.min() >= least - 1e-9
    assert found.max() <= greatest + 1e-9


# ---- a scale that is told and does not fit


@pytest.mark.parametrize("scale", [[100, 0], [5, 5]])
def test_a_min_max_scale_that_does_not_rise_is_refused(scale):
    with pytest.raises(ValueError, match="least, greatest"):
        one("min_max", scale=scale)


def test_a_standard_deviation_is_above_zero():
    with pytest.raises(ValueError, match="mean, standard deviation"):
        one("z_score", scale=[100, 0])


@pytest.mark.parametrize("how", ["percentile", "inverse_normal", "exponential", "none"])
def test_a_scale_where_there_is_none_to_set_is_refused(how):
    with pytest.raises(ValueError, match="scale is for min_max and z_score"):
        one(how, scale=[0, 1])


def test_a_scale_of_one_kind_is_not_read_as_another():
    """Mean 100 and standard deviation 10 are no least and greatest: the greatest need must not come out least."""
    try:
        index = make_tree({"d": {"members": {"a": {"weight": 1, "normalise": "min_max"}}}}, normalise="z_score", scale=[100, 10])  # fmt: skip
    except ValueError:
        return  # to refuse it is as good
    check(scored(index, {"a": [1, 2, 3]}).score, [0, 50, 100])


@pytest.mark.parametrize(("how", "scale"), [("min_max", [50, 10]), ("percentile", [50, 10]), ("z_score", [50, -1])])
def test_a_member_s_scale_is_held_to_the_way_of_the_index(how, scale):
    with pytest.raises(ValueError, match="scale"):
        make_tree({"d": {"members": {"a": {"weight": 1, "scale": scale}}}}, normalise=how)


def test_a_target_needs_two_different_ends_and_target_to_go_with_it():
    for member in ({"normalise": "target"}, {"target": [0, 1]}, {"normalise": "target", "target": [3, 3]}):
        with pytest.raises(ValueError, match="target"):
            make_tree({"d": {"members": {"a": {"weight": 1, **member}}}})


def test_a_member_without_ends_has_no_place_in_an_index_of_targets():
    with pytest.raises(ValueError, match="target"):
        make_tree({"d": {"members": {"a": 1}}}, normalise="target")


def test_another_scale_stands_in_for_the_one_defined():
    index = one("percentile")
    _, _, member = index.members[0]
    check(on_scale(index, member, column(1, 2, 5), "higher_is_more_need", "min_max"), [0, 25, 100])
