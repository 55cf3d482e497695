"""Floating catchments: sums done by hand, what must hold for any town, and a double loop that gives the same."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from geodata.distance import StraightLine, Walks
from pipelines.reach.fca import e2sfca, three_step, two_step
from pipelines.register.decay import Decay

UNIFORM = Decay(name="uniform", minutes=15)
STEP = Decay(name="step", minutes=15, bands={5: 1, 10: 0.5, 15: 0.25})
GAUSSIAN = Decay(name="gaussian", minutes=15, sigma_minutes=7.5)
DECAYS = [UNIFORM, STEP, GAUSSIAN]
METHODS = [e2sfca, three_step]


def walks(minutes: list[list[float | None]]) -> Walks:
    """Walks from a table of minutes, a row per people, a column per place; None is no walk at all."""
    pairs = [(i, j, t) for i, row in enumerate(minutes) for j, t in enumerate(row) if t is not None]
    i, j, t = (np.array([pair[n] for pair in pairs], dtype=kind) for n, kind in enumerate((int, int, float)))
    return Walks(i, j, t * 80, t)


# Two lots of people and two places: the first reach both, the second reach the second place only.
BY_HAND = walks([[4, 9], [20, 12]])
PEOPLE, PLACES = np.array([100.0, 300.0]), np.array([1.0, 2.0])


def test_two_step_by_hand():
    # R = 1/100, 2/(100+300): the walk of 20 minutes is beyond the catchment
    assert two_step(BY_HAND, PEOPLE, PLACES, 15) == pytest.approx([1 / 100 + 2 / 400, 2 / 400], rel=1e-15)
    # within 10 minutes the second people reach nothing, and share nothing
    assert two_step(BY_HAND, PEOPLE, PLACES, 10) == pytest.approx([1 / 100 + 2 / 100, 0], rel=1e-15)


def test_e2sfca_with_steps_by_hand():
    # W = [[1, .5], [0, .25]]; R = 1/100, 2/(50+75)
    expected = [1 * 0.01 + 0.5 * 2 / 125, 0.25 * 2 / 125]
    assert e2sfca(BY_HAND, PEOPLE, PLACES, STEP) == pytest.approx(expected, rel=1e-15)


def test_e2sfca_with_a_gaussian_by_hand():
    w = {t: math.exp(-(t**2) / (2 * 7.5**2)) for t in (4, 9, 12)}
    second = 2 / (w[9] * 100 + w[12] * 300)
    expected = [w[4] * 1 / (w[4] * 100) + w[9] * second, w[12] * second]
    assert e2sfca(BY_HAND, PEOPLE, PLACES, GAUSSIAN) == pytest.approx(expected, rel=1e-14)


def test_three_step_by_hand():
    # uniform: the first people divide in half; R = 1/50, 2/(50+300)
    expected = [0.5 / 50 + 0.5 * 2 / 350, 2 / 350]
    assert three_step(BY_HAND, PEOPLE, PLACES, UNIFORM) == pytest.approx(expected, rel=1e-14)
    # steps: G = 2/3, 1/3 and 1; G W = 2/3, 1/6 and 1/4; R = 1/(200/3), 2/(100/6 + 75)
    second = 2 / (100 / 6 + 75)
    expected = [2 / 3 / (200 / 3) + second / 6, second / 4]
    assert three_step(BY_HAND, PEOPLE, PLACES, STEP) == pytest.approx(expected, rel=1e-14)


def test_three_step_with_a_gaussian_by_hand():
    w = {t: math.exp(-(t**2) / (2 * 7.5**2)) for t in (4, 9, 12)}
    g = {t: w[t] / (w[4] + w[9]) for t in (4, 9)}
    second = 2 / (g[9] * w[9] * 100 + w[12] * 300)
    expected = [1 / 100 + g[9] * w[9] * second, w[12] * second]
    assert three_step(BY_HAND, PEOPLE, PLACES, GAUSSIAN) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    ("decay", "weights"),
    [
        (UNIFORM, [1, 1, 1, 1, 1, 1, 0]),
        (STEP, [1, 1, 0.5, 0.5, 0.25, 0.25, 0]),
        (GAUSSIAN, [1, *(math.exp(-(t**2) / 112.5) for t in (5, 5.1, 10, 10.1, 15)), 0]),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_weights_at_the_ends_of_the_bands(decay, weights):
    assert decay.weights(np.array([0, 5, 5.1, 10, 10.1, 15, 15.1])) == pytest.approx(weights, rel=1e-15)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "gaussian"},
        {"name": "uniform", "sigma_minutes": 5},
        {"name": "gaussian", "sigma_minutes": 1},
        {"name": "step"},
        {"name": "step", "bands": {5: 1, 10: 0.5}},
        {"name": "step", "bands": {5: 0.5, 15: 1}},
        {"name": "step", "bands": {5: 1, 15: 0}},
        {"name": "gravity"},
        {"name": "uniform", "minutes": 0},
    ],
    ids=str,
)
def test_a_decay_that_cannot_be_meant_is_refused(wrong):
    with pytest.raises(ValidationError):
        Decay.model_validate({"minutes": 15} | wrong)


@pytest.mark.parametrize("method", METHODS)
def test_a_place_nobody_reaches_gives_nothing_and_divides_by_nothing(method):
    with np.errstate(all="raise"):
        lonely = walks([[1, None, 16], [None, 2, None]])
        access = method(lonely, np.array([10.0, 0.0]), np.array([1.0, 1.0, 1.0]), GAUSSIAN)
    assert access == pytest.approx([0.1, 0])  # the second place is reached by an area where no one lives


@pytest.mark.parametrize("method", METHODS)
def test_an_area_without_residents_has_access_like_any_other(method):
    access = method(walks([[3], [3]]), np.array([200.0, 0.0]), np.ones(1), GAUSSIAN)
    assert access == pytest.approx([1 / 200, 1 / 200])


@pytest.mark.parametrize("method", METHODS)
def test_no_walks_is_no_access(method):
    assert method(walks([[None], [None]]), np.ones(2), np.ones(1), STEP).tolist() == [0, 0]
    assert method(walks([]), np.ones(2), np.ones(0), STEP).tolist() == [0, 0]
    assert method(walks([]), np.ones(0), np.ones(0), STEP).tolist() == []


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("people", "places", "told"),
    [
        ([np.nan, 1], [1, 1], "population"),
        ([1, 1], [1, np.nan], "supply"),
        ([-1, 1], [1, 1], "population"),
        ([1, 1], [1, np.inf], "supply"),
        ([1], [1, 1], "walks.i"),
        ([1, 1], [1], "walks.j"),
    ],
)
def test_nothing_is_filled_in(method, people, places, told):
    with pytest.raises(ValueError, match=told):
        method(BY_HAND, np.array(people, float), np.array(places, float), GAUSSIAN)


@pytest.mark.parametrize("method", METHODS)
def test_a_pair_given_twice_is_refused(method):
    twice = Walks(*(np.array(column) for column in ([0, 0], [0, 0], [80.0, 80.0], [1.0, 1.0])))
    with pytest.raises(ValueError, match="twice"):
        method(twice, np.ones(1), np.ones(1), UNIFORM)


# Any town: people and places at whole metres, some areas empty, some places without supply.
MEASURE = StraightLine(1.3, 0.0125, 2400)
POINTS = st.tuples(st.integers(0, 3000), st.integers(0, 3000))
TOWNS = st.tuples(
    st.lists(st.tuples(POINTS, st.integers(0, 5000)), min_size=1, max_size=12),
    st.lists(st.tuples(POINTS, st.integers(0, 9)), min_size=1, max_size=12),
)


def lay_out(town) -> tuple[Walks, np.ndarray, np.ndarray]:
    homes, places = ([point for point, _ in half] for half in town)
    people, supply = (np.array([n for _, n in half], dtype=float) for half in town)
    return MEASURE.walks(np.array(homes, float), np.array(places, float), 15), people, supply


@given(TOWNS, st.sampled_from(DECAYS), st.sampled_from(METHODS))
@settings(deadline=None)
def test_what_is_given_out_is_what_there_is(town, decay, method):
    found, people, supply = lay_out(town)
    reached = np.unique(found.j[people[found.i] > 0])
    given_out = (people * method(found, people, supply, decay)).sum()
    assert given_out == pytest.approx(supply[reached].sum(), rel=1e-12, abs=1e-12)


@given(TOWNS, st.sampled_from(DECAYS))
@settings(deadline=None)
def test_a_double_loop_gives_the_same(town, decay):
    found, people, supply = lay_out(town)
    n, m = len(people), len(supply)
    w = [[0.0] * m for _ in range(n)]
    for i, j, t in zip(found.i, found.j, found.minutes, strict=True):
        w[i][j] = float(decay.weights(t))
    g = [[w[i][j] / sum(w[i]) if sum(w[i]) else 0.0 for j in range(m)] for i in range(n)]
    for method, part in ((e2sfca, w), (three_step, [[g[i][j] * w[i][j] for j in range(m)] for i in range(n)])):
        expected = [0.0] * n
        for j in range(m):
            demand = sum(part[k][j] * people[k] for k in range(n))
            for i in range(n):
                expected[i] += part[i][j] * supply[j] / demand if demand else 0.0
        assert method(found, people, supply, decay) == pytest.approx(expected, rel=1e-12)


@given(TOWNS, st.sampled_from(DECAYS), st.sampled_from(METHODS), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_rows_makes_no_difference(town, decay, method, random):
    found, people, supply = lay_out(town)
    access = method(found, people, supply, decay)
    order = list(range(len(found.i)))
    random.shuffle(order)
    mixed = Walks(*(column[order] for column in (found.i, found.j, found.metres, found.minutes)))
    assert (method(mixed, people, supply, decay) == access).all()  # the order of walks: not in the last bit
    homes, places = (sorted(half, key=lambda _: random.random()) for half in town)
    by_row = dict(zip(map(str, town[0]), access, strict=True))  # homes that are alike have the same access
    again = method(*lay_out((homes, places)), decay)
    assert again == pytest.approx([by_row[str(home)] for home in homes], rel=1e-12)


@given(TOWNS, st.tuples(POINTS, st.integers(0, 9)), st.sampled_from(DECAYS))
@settings(deadline=None)
def test_one_more_place_never_lowers_two_step_access(town, place, decay):
    homes, places = town
    before, after = e2sfca(*lay_out(town), decay), e2sfca(*lay_out((homes, [*places, place])), decay)
    assert (after >= before).all()


def test_one_more_place_may_lower_three_step_access():
    """Two share one place; another opens that the first reach too, beside a thousand who have no other."""
    people = np.array([1.0, 1.0, 1000.0])
    before = three_step(walks([[1], [1], [None]]), people, np.ones(1), UNIFORM)
    after = three_step(walks([[1, 1], [1, None], [None, 1]]), people, np.ones(2), UNIFORM)
    assert before == pytest.approx([1 / 2, 1 / 2, 0])
    assert after == pytest.approx([1 / 3 + 0.5 / 1000.5, 2 / 3, 1 / 1000.5])
    assert after[0] < before[0]


@given(TOWNS, st.sampled_from(DECAYS), st.sampled_from(METHODS), st.integers(0, 11))
@settings(deadline=None)
def test_who_lives_beyond_all_that_is_shared_makes_no_difference(town, decay, method, which):
    """One home's access, from its places, those who share them and all their places: the same to the last bit."""
    found, people, supply = lay_out(town)
    home = which % len(people)
    shared = found.j[found.i == home]
    sharers = np.unique([home, *found.i[np.isin(found.j, shared)]])
    part = found.where(np.isin(found.i, sharers))
    part = Walks(np.searchsorted(sharers, part.i), part.j, part.metres, part.minutes)
    access = method(part, people[sharers], supply, decay)
    assert access[np.searchsorted(sharers, home)] == method(found, people, supply, decay)[home]
