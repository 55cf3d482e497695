"""From indicator values to scores: weights, aggregation, and what becomes of what is not known."""

import numpy as np
import pandas as pd
import pytest
from fixtures.making import make_index
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.scoring.composite import score

NAN = np.nan


def scored(index, columns: dict, directions: dict | None = None):
    values = pd.DataFrame(columns, dtype=float)
    values.index = [f"a{i}" for i in range(len(values))]
    return score(index, values, directions or {})


def plain(domains, **more):
    """An index that takes its numbers as they are."""
    return make_index(domains, normalise="none", **more)


def test_arithmetic_mean_of_weighted_members_and_domains():
    index = plain(
        {
            "one": {"weight": 0.75, "members": {"a": 0.2, "b": 0.8}},
            "two": {"weight": 0.25, "members": {"c": 1}},
        }
    )
    found = scored(index, {"a": [10, 0], "b": [20, 50], "c": [40, 0]})
    assert found.domains["one"].tolist() == pytest.approx([18, 40])  # .2*10 + .8*20, .8*50
    assert found.score.tolist() == pytest.approx([23.5, 30])  # .75*18 + .25*40, .75*40
    assert found.weight_observed.tolist() == [1, 1]


def test_geometric_mean_is_brought_to_zero_by_one_zero_and_to_null_by_one_unknown():
    index = plain(
        {"s": {"members": {"a": 1}}, "t": {"members": {"b": 1}}, "u": {"members": {"c": 1}}},
        aggregate="geometric",
        minimum_weight=0,
    )
    found = scored(index, {"a": [8, 0, NAN], "b": [27, 90, 90], "c": [1, 90, 90]})
    assert found.score.tolist()[:2] == pytest.approx([6, 0])  # cube root of 216
    assert np.isnan(found.score.iloc[2])


def test_sum_uses_the_weights_as_they_stand_and_needs_every_domain():
    index = plain(
        {"one": {"weight": 0.5, "members": {"a": 1}}, "two": {"weight": 0.4, "members": {"b": 1}}},
        aggregate="sum",
        minimum_weight=0,
    )
    found = scored(index, {"a": [10, 10], "b": [20, NAN]})
    assert found.score.iloc[0] == pytest.approx(13)  # not divided by .9
    assert np.isnan(found.score.iloc[1])


def test_a_member_that_means_less_need_is_turned_round():
    index = make_index({"d": {"members": {"a": 1}}}, normalise="percentile")
    more = scored(index, {"a": [1, 2, 3]}, {"a": "higher_is_more_need"}).score
    less = scored(index, {"a": [1, 2, 3]}, {"a": "higher_is_less_need"}).score
    assert more.tolist() == pytest.approx([100 / 6, 50, 500 / 6])
    assert less.tolist() == pytest.approx([500 / 6, 50, 100 / 6])


def test_a_direction_stated_by_the_index_wins_over_the_indicator():
    index = make_index(
        {"d": {"members": {"a": {"weight": 1, "direction": "higher_is_less_need"}}}}, normalise="percentile"
    )
    assert scored(index, {"a": [1, 2]}, {"a": "higher_is_more_need"}).score.tolist() == pytest.approx([75, 25])


def test_a_domain_may_be_put_on_the_exponential_scale_by_rank():
    index = make_index({"d": {"transform": "exponential", "members": {"a": 0.5, "b": 0.5}}}, normalise="none")
    found = scored(index, {"a": [1, 4, 2, 3], "b": [1, 4, 2, 3]})
    assert found.score.tolist() == pytest.approx([6.517733263680, 100, 15.646790072603, 31.009143532807])


def test_what_is_not_known_leaves_the_mean_of_the_rest_and_lowers_the_weight():
    index = plain({"d": {"members": {"a": 0.75, "b": 0.25}}}, minimum_weight=0.6)
    found = scored(index, {"a": [40, 40, 40], "b": [80, NAN, 0]})
    assert found.score.tolist() == pytest.approx([50, 40, 30])
    assert found.weight_observed.tolist() == pytest.approx([1, 0.75, 1])


def test_below_the_minimum_weight_of_the_index_there_is_no_score():
    index = plain(
        {"x": {"weight": 0.6, "members": {"a": 1}}, "y": {"weight": 0.4, "members": {"b": 1}}}, minimum_weight=0.6
    )
    found = scored(index, {"a": [10, NAN, NAN], "b": [NAN, 10, NAN]})
    assert found.score.iloc[0] == 10  # exactly the minimum is enough
    assert found.score.iloc[1:].isna().all()
    assert found.weight_observed.tolist() == pytest.approx([0.6, 0.4, 0])


def test_below_the_minimum_weight_of_a_domain_the_domain_has_no_score():
    index = plain(
        {"d": {"minimum_weight": 0.5, "members": {"a": 0.5, "b": 0.3, "c": 0.2}}, "e": {"members": {"f": 1}}},
        minimum_weight=0,
    )
    found = scored(index, {"a": [10, NAN], "b": [NAN, 20], "c": [NAN, NAN], "f": [1, 1]})
    assert found.domains["d"].iloc[0] == 10
    assert np.isnan(found.domains["d"].iloc[1])
    assert found.score.iloc[1] == 1


def test_observed_weight_never_passes_one():
    found = scored(plain({f"d{i}": {"members": {f"m{i}": 1}} for i in range(7)}), {f"m{i}": [1.0] for i in range(7)})
    assert found.weight_observed.item() <= 1
    assert found.weight_observed.item() == pytest.approx(1)


cell = st.none() | st.integers(-50, 50).map(float)
tables = st.integers(2, 12).flatmap(lambda n: st.lists(st.tuples(cell, cell, cell, cell), min_size=n, max_size=n))
INDEX = make_index(
    {
        "one": {"weight": 0.7, "transform": "exponential", "members": {"a": 0.5, "b": 0.5}},
        "two": {"weight": 0.3, "members": {"c": 0.4, "d": {"weight": 0.6, "normalise": "percentile"}}},
    }
)


def frame(rows) -> pd.DataFrame:
    values = pd.DataFrame(rows, columns=list("abcd"), dtype=float)
    return values.set_axis([f"a{i:02d}" for i in range(len(values))])


@settings(deadline=None)
@given(tables, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(rows, random):
    values = frame(rows)
    shuffled = values.loc[random.sample(list(values.index), len(values))]
    one, other = score(INDEX, values, {}), score(INDEX, shuffled, {})
    pd.testing.assert_series_equal(one.score, other.score.reindex(values.index))
    pd.testing.assert_series_equal(one.weight_observed, other.weight_observed.reindex(values.index))


@settings(deadline=None)
@given(tables, st.sampled_from("abcd"), st.integers(-6, 6))
def test_the_unit_of_an_indicator_changes_nothing(rows, column, power):
    values = frame(rows)
    rescaled = values.assign(**{column: values[column] * 2.0**power})
    pd.testing.assert_series_equal(score(INDEX, values, {}).score, score(INDEX, rescaled, {}).score)


@settings(deadline=None)
@given(tables, st.data())
def test_more_need_in_one_area_never_lowers_its_own_score(rows, data):
    values = frame(rows)
    row = data.draw(st.integers(0, len(values) - 1))
    column = data.draw(st.integers(0, 3))
    if np.isnan(values.iat[row, column]):
        return
    raised = values.copy()
    raised.iat[row, column] += data.draw(st.integers(1, 100))
    before, after = score(INDEX, values, {}).score.iloc[row], score(INDEX, raised, {}).score.iloc[row]
    assert np.isnan(before) == np.isnan(after)
    assert np.isnan(before) or after >= before - 1e-9


@settings(deadline=None)
@given(tables, st.data())
def test_unknown_is_never_read_as_zero(rows, data):
    values = frame(rows)
    row = data.draw(st.integers(0, len(values) - 1))
    column = data.draw(st.integers(0, 3))
    values.iloc[row] = values.iloc[row].fillna(1)  # so that every domain of the area has a score either way
    unknown, zero = values.copy(), values.copy()
    unknown.iat[row, column], zero.iat[row, column] = NAN, 0
    weights = [score(INDEX, v, {}).weight_observed.iloc[row] for v in (unknown, zero)]
    member = {"a": 0.35, "b": 0.35, "c": 0.12, "d": 0.18}[values.columns[column]]
    # at least the member's own weight: a domain that falls below its minimum takes the rest of its weight with it
    assert weights[1] - weights[0] >= member - 1e-9
    others = [score(INDEX, v, {}).weight_observed.drop(values.index[row]) for v in (unknown, zero)]
    pd.testing.assert_series_equal(*others)


def test_unknown_stock_gives_no_potential_where_zero_stock_gives_none():
    domains = {
        "stock": {"members": {"sites": {"weight": 1, "normalise": "target", "target": [0, 5]}}},
        "need": {"members": {"need": {"weight": 1, "normalise": "none"}}},
    }
    index = make_index(domains, aggregate="geometric", minimum_weight=1)
    found = scored(index, {"sites": [0, NAN, 5], "need": [80, 80, 80]}).score
    assert found.iloc[0] == 0
    assert np.isnan(found.iloc[1])
    assert found.iloc[2] == pytest.approx(np.sqrt(100 * 80))


@pytest.mark.parametrize("n_members", [7, 8, 9, 12])
@pytest.mark.parametrize("seed", range(4))
def test_areas_that_are_alike_score_alike(n_members, seed):
    """A matrix product rounds equal rows differently by their place, and a rank then tells them apart."""
    members = {f"m{i}": {"weight": 1, "reason": "for the test"} for i in range(n_members)}
    domain = {"title": "One", "weight": 1, "reason": "for the test", "transform": "exponential", "members": members}
    index = make_index({"one": domain}, normalise="none")
    row = np.random.default_rng(seed).normal(size=n_members)
    values = pd.DataFrame(np.tile(row, (151, 1)), columns=list(members))
    assert score(index, values, {}).score.nunique() == 1
