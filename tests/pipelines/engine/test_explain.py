"""Contributions add up, Shapley values keep their axioms, and areas alike are the nearest."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from fixtures.indices import areas, landscape, leaning, make_tree
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipelines.scoring.composite import score
from pipelines.scoring.explain import DIFFERENCE, LOGS, SHAPLEY, explain, peers, shapley_values

NAN = np.nan
WAYS = ["arithmetic", "sum", "geometric", "mazziotta_pareto", "minimum"]


def shape(curve="exponential", **of_first):
    """Two plain domains, one with a sub-domain, one on a curve."""
    return {
        "one": {"weight": 0.5, "members": {"a": 0.6, "b": 0.4}, **of_first},
        "two": {"weight": 0.3, "members": {"c": 0.5}, "domains": {"under": {"weight": 0.5, "members": {"d": 0.3, "e": 0.7}}}},
        "three": {"weight": 0.2, "transform": curve, "members": {"f": 1, "g": 1}},
    }  # fmt: skip


def with_gaps(values: pd.DataFrame, share: float = 0.15) -> pd.DataFrame:
    gaps = np.random.default_rng(7).random(values.shape) < share
    return values.mask(gaps)


def check_sums(index, values):
    """Domains add up to the score, indicators to their domain, and nothing is said of what is not known."""
    land, rows = landscape(index, values)
    assert len(rows) > 5
    domains, indicators = explain(land, rows)
    score = land.scored.score.to_numpy()[rows]
    whole = np.log(score) if index.aggregate == "geometric" else score
    pushed = domains.groupby("row")["contribution"].sum().reindex(rows)
    start = domains.groupby("row")["starts_from"].first().reindex(rows)
    assert start.nunique() == 1
    np.testing.assert_allclose(start + pushed, whole, rtol=0, atol=1e-9)
    of_it = indicators.groupby(["row", "domain"])["contribution"].sum(min_count=1).sort_index()
    of_all = domains.set_index(["row", "domain"])["contribution"].sort_index()
    np.testing.assert_allclose(of_it, of_all, rtol=0, atol=1e-9)
    known = land.scored.domains.iloc[rows][list(index.parts)].notna().stack().sort_index()
    np.testing.assert_array_equal(of_all.notna().to_numpy(), known.to_numpy())
    return domains, indicators, start.iloc[0], whole


# ---- contributions


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("scale", ["percentile", "min_max"])
@pytest.mark.parametrize("gaps", [False, True])
def test_contributions_add_up_to_the_score(way, scale, gaps):
    values = leaning(40, "abcdefg")
    curve = "percentile" if way == "geometric" else "exponential"
    index = make_tree(shape(curve), normalise=scale, aggregate=way, minimum_weight=0.4)
    values = with_gaps(values) if gaps else values
    check_sums(index, values)


@pytest.mark.parametrize("way", ["arithmetic", "geometric", "mazziotta_pareto", "minimum", "sum"])
@pytest.mark.parametrize("transform", ["none", "percentile", "exponential", "min_max"])
def test_contributions_add_up_whatever_a_domain_does(way, transform):
    domain = {"aggregate": way, "transform": transform}
    check_sums(make_tree(shape(**domain), normalise="percentile", aggregate="arithmetic"), with_gaps(leaning(30, "abcdefg"), 0.05))  # fmt: skip
    check_sums(make_tree(shape(**domain), normalise="percentile", aggregate="mazziotta_pareto"), leaning(30, "abcdefg"))


@pytest.mark.parametrize("scale", ["inverse_normal", "z_score"])
def test_contributions_add_up_below_zero_too(scale):
    for way in ("arithmetic", "sum", "minimum"):
        check_sums(make_tree(shape(), normalise=scale, aggregate=way), with_gaps(leaning(30, "abcdefg"), 0.05))


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32), st.sampled_from(WAYS), st.sampled_from(["percentile", "exponential"]), st.floats(0, 0.3))
def test_contributions_always_add_up(seed, way, scale, share):
    values = leaning(24, "abcdefg", seed)
    gaps = np.random.default_rng(seed).random(values.shape) < share
    curve, inner = ("exponential", "minimum") if scale == "exponential" else ("percentile", "geometric")
    assume((scale, way) != ("exponential", "geometric"))
    index = make_tree(shape(curve, aggregate=inner), normalise=scale, aggregate=way, minimum_weight=0.3)
    if score(index, values.mask(gaps), {}).score.notna().sum() > 5:
        check_sums(index, values.mask(gaps))


def test_contributions_of_a_mean_by_hand():
    index = make_tree({"one": {"weight": 0.75, "members": {"a": 0.5, "b": 0.5}}, "two": {"weight": 0.25, "members": {"c": 1}}}, normalise="none")  # fmt: skip
    land, rows = landscape(index, areas({"a": [10, 20], "b": [30, 80], "c": [4, 8]}))
    domains, indicators = explain(land, rows)
    # one is 20 and 50 (mean 35), two 4 and 8 (mean 6); the mean score .75 x 35 + .25 x 6 = 27.75
    assert domains["starts_from"].unique().tolist() == pytest.approx([27.75])
    assert domains.set_index(["domain", "row"])["contribution"].tolist() == pytest.approx([-11.25, 11.25, -0.5, 0.5])
    told = indicators.set_index(["indicator", "row"])["contribution"]
    assert told.tolist() == pytest.approx([-1.875, 1.875, -9.375, 9.375, -0.5, 0.5])  # .75 x .5 x (10 - 15), ...
    assert set(domains["method"]) == set(indicators["method"]) == {DIFFERENCE}


def test_contributions_of_a_geometric_mean_are_differences_of_logs():
    index = make_tree({"one": {"members": {"a": 1}}, "two": {"members": {"b": 1}}}, normalise="none", aggregate="geometric")  # fmt: skip
    land, rows = landscape(index, areas({"a": [1, 4, 16], "b": [9, 9, 9]}))
    domains, _ = explain(land, rows)
    assert set(domains["method"]) == {LOGS}
    assert domains["starts_from"].iloc[0] == pytest.approx((np.log(3) + np.log(6) + np.log(12)) / 3)
    assert domains["contribution"].tolist() == pytest.approx([-np.log(2), 0, np.log(2), 0, 0, 0], abs=1e-12)


def test_a_score_of_zero_has_no_logs_and_does_no_harm_to_others():
    index = make_tree({"one": {"members": {"a": 1}}, "two": {"members": {"b": 1}}}, normalise="none", aggregate="geometric")  # fmt: skip
    land, rows = landscape(index, areas({"a": [0, 4, 16, 1], "b": [9, 9, 9, 1]}))
    domains, indicators = explain(land, rows)
    whole = np.log(land.scored.score.to_numpy()[1:])
    told = domains.pivot(index="row", columns="domain", values="contribution")
    np.testing.assert_allclose(domains["starts_from"].iloc[0] + told.iloc[1:].sum(axis=1), whole, rtol=0, atol=1e-9)
    assert told.iloc[0].isna().any()
    assert len(indicators) == 8


def test_the_minimum_is_told_by_shapley_values_by_hand():
    index = make_tree({"one": {"members": {"a": 1}}, "two": {"members": {"b": 1}}}, normalise="none", aggregate="minimum")  # fmt: skip
    land, rows = landscape(index, areas({"a": [10, 30], "b": [40, 20]}))  # means 20 and 30
    domains, _ = explain(land, rows)
    # first area: from min(20, 30) = 20 to min(10, 40) = 10. a first: -10, then b: 0; b first: 0, then a: -10
    # second: to min(30, 20) = 20. a first: min(30, 30) - 20 = 10, then b -10; b first: min(20, 20) - 20 = 0, then a: 0
    assert domains["starts_from"].unique().tolist() == [20]
    assert domains["contribution"].tolist() == pytest.approx([-10, 5, 0, -5])
    assert set(domains["method"]) == {SHAPLEY}


def test_an_area_like_the_mean_in_everything_is_pushed_nowhere():
    values = areas({name: [10, 20, 30] for name in "abcdefg"})
    land, rows = landscape(make_tree(shape(), normalise="min_max"), values)
    domains, _ = explain(land, rows)
    linear = domains[(domains["row"] == 1) & (domains["domain"] != "three")]
    assert linear["contribution"].tolist() == pytest.approx([0, 0], abs=1e-9)


def test_a_domain_beside_pushes_nothing():
    index = make_tree({"d": {"members": {"a": 1}}, "beside": {"beside": True, "members": {"b": 1}}})
    land, rows = landscape(index, leaning(8, "ab"))
    domains, indicators = explain(land, rows)
    assert set(domains["domain"]) == {"d"}
    assert set(indicators["indicator"]) == {"a"}


def test_only_the_areas_asked_set_the_start():
    index = make_tree({"d": {"members": {"a": 1}}}, normalise="none")
    land, _ = landscape(index, areas({"a": [1, 2, 300, 400]}))
    domains, _ = explain(land, np.array([2, 3]))
    assert domains["starts_from"].unique().tolist() == [350]
    assert domains["row"].tolist() == [2, 3]
    assert domains["contribution"].tolist() == pytest.approx([-50, 50])


def test_parts_that_pull_apart_are_told_of_a_domain_on_the_normal_curve():
    """Of two opposite indicators, one's own with the other's mean is more than any area has of both."""
    up = np.arange(12.0)
    index = make_tree({"d": {"transform": "inverse_normal", "members": {"a": 0.5, "b": 0.5}}, "e": {"members": {"c": 1}}}, normalise="percentile")  # fmt: skip
    check_sums(index, areas({"a": up, "b": up[::-1] + np.arange(12) % 3, "c": up}))


def test_a_domain_of_many_indicators_on_a_curve_can_be_explained():
    names = [f"m{number}" for number in range(13)]
    index = make_tree({"d": {"transform": "exponential", "members": dict.fromkeys(names, 1)}})
    check_sums(index, areas({name: leaning(20, "a", seed)["a"].to_numpy() for seed, name in enumerate(names)}))


# ---- Shapley values

GAMES = {
    "product": lambda parts: np.prod(parts, axis=0),
    "least": lambda parts: np.minimum.reduce(parts),
    "square of the sum": lambda parts: sum(parts) ** 2,
    "first and last": lambda parts: parts[0] * parts[-1] + parts[0],
}
small = st.integers(1, 4).flatmap(lambda n: st.tuples(*[st.lists(st.integers(-9, 9).map(float), min_size=n, max_size=n)] * 2))  # fmt: skip


def brute(parts, means, value):
    """The mean, over every order of joining, of what joining adds."""
    n, total = len(parts), np.zeros(len(parts))
    orders = list(permutations(range(n)))
    for order in orders:
        now = list(means)
        for k in order:
            before = value(now)
            now[k] = parts[k]
            total[k] += value(now) - before
    return total / len(orders)


@pytest.mark.parametrize("game", GAMES)
@settings(deadline=None, max_examples=40)
@given(small)
def test_shapley_values_are_the_mean_over_all_orders(game, told):
    parts, means = told
    found = shapley_values(parts, means, GAMES[game])
    np.testing.assert_allclose(found, brute(parts, means, GAMES[game]), rtol=0, atol=1e-7)
    assert sum(found) == pytest.approx(GAMES[game](parts) - GAMES[game](means), abs=1e-7)  # efficiency


@settings(deadline=None, max_examples=40)
@given(small, st.integers(-5, 5))
def test_a_part_that_changes_nothing_gets_nothing_and_equals_get_the_same(told, anything):
    parts, means = told
    found = shapley_values([*parts, anything], [*means, 7], lambda told: np.prod(told[:-1]))
    assert found[-1] == 0
    twins = shapley_values([*parts, *parts], [*means, *means], lambda told: sum(told) ** 2 - np.prod(told))
    np.testing.assert_allclose(twins[: len(parts)], twins[len(parts) :], rtol=1e-9, atol=1e-6)


@settings(deadline=None, max_examples=40)
@given(small)
def test_of_a_weighted_sum_the_values_are_weighted_differences(told):
    parts, means = told
    weights = np.arange(1, len(parts) + 1) / 10
    found = shapley_values(parts, means, lambda now: np.dot(weights, now))
    np.testing.assert_allclose(found, weights * (np.array(parts) - np.array(means)), rtol=0, atol=1e-9)


def test_shapley_values_work_column_by_column():
    parts, means = [np.array([1.0, 5.0]), np.array([2.0, 3.0])], [np.array([0.0, 1.0])] * 2
    found = shapley_values(parts, means, GAMES["product"])
    for at in (0, 1):
        alone = shapley_values([p[at] for p in parts], [m[at] for m in means], GAMES["product"])
        assert [column[at] for column in found] == pytest.approx(alone)


# ---- areas alike


def brute_peers(table: np.ndarray, n: int) -> dict[int, list[int]]:
    points = (table - table.mean(axis=0)) / table.std(axis=0)
    found = {}
    for row, point in enumerate(points):
        far = np.round(np.sqrt(((points - point) ** 2).sum(axis=1)), 9)
        found[row] = [other for _, other in sorted((f, o) for o, f in enumerate(far) if o != row)][:n]
    return found


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32), st.integers(2, 40), st.integers(1, 4), st.integers(1, 6))
def test_peers_are_the_nearest_and_never_oneself(seed, rows, columns, n):
    table = np.random.default_rng(seed).normal(size=(rows, columns))
    found = peers(pd.DataFrame(table), np.arange(rows), n)
    assert (found["row"] != found["peer"]).all()
    assert found.groupby("row")["peer"].apply(list).to_dict() == brute_peers(table, min(n, rows - 1))
    assert found.groupby("row")["position"].apply(list).map(lambda p: p == list(range(1, len(p) + 1))).all()


def test_distance_is_the_same_both_ways_and_in_standard_deviations():
    table = pd.DataFrame(np.random.default_rng(3).normal(size=(20, 3)) * [1, 10, 1000])
    found = peers(table, np.arange(20), 19).set_index(["row", "peer"])["distance"]
    assert len(found) == 20 * 19
    for row, peer in found.index:
        assert found[row, peer] == found[peer, row]
    points = (table - table.mean()) / table.std(ddof=0)
    assert found[2, 5] == pytest.approx(np.linalg.norm(points.iloc[2] - points.iloc[5]), abs=1e-8)


def test_peers_by_hand_with_a_gap_and_a_domain_that_says_nothing():
    table = pd.DataFrame({"x": [0, 1, 3, NAN, 7], "same": [5, 5, 5, 5, 5], "none": [NAN] * 5})
    found = peers(table, np.array([0, 3, 4]), 2)
    assert found["row"].tolist() == [0, 0, 4, 4]
    assert found["peer"].tolist() == [1, 2, 2, 1]


def test_peers_of_one_or_none():
    assert peers(pd.DataFrame({"x": [1.0]}), np.array([0])).empty
    assert peers(pd.DataFrame({"x": [NAN, NAN]}), np.array([0, 1])).empty
    assert peers(pd.DataFrame({"x": [1.0, 2.0], "y": [NAN, NAN]}), np.array([0]))["peer"].tolist() == [1]


def test_of_two_equally_far_the_first_in_order():
    found = peers(pd.DataFrame({"x": [2.0, 1.0, 3.0, 2.0, 9.0]}), np.array([0]), 2)
    assert found["peer"].tolist() == [3, 1]


def test_of_many_equally_far_the_first_in_order():
    found = peers(pd.DataFrame({"x": [1.0] * 40 + [5.0]}), np.array([0, 39]), 3)
    assert found["peer"].tolist() == [1, 2, 3, 0, 1, 2]


@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_domain_that_differs_only_where_another_has_a_gap_is_left_out():
    found = peers(pd.DataFrame({"x": [1, 1, 1, 2.0], "y": [1, 2, 4, NAN]}), np.arange(4), 1)
    assert found["peer"].tolist() == [1, 0, 1]
