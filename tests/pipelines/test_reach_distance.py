"""Walks by the straight line: what a double loop gives, the same both ways, whoever else is asked about."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.distance import StraightLine, measure_of
from geodata.geography import read_geographies
from pipelines.core.store import sha256_json

MEASURE = StraightLine(1.3, 0.0125, 2400)
POINTS = st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 4000)), max_size=15)


def points(listed) -> np.ndarray:
    return np.array(listed, dtype=float).reshape(-1, 2)


def minutes(a, b) -> float:
    return math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) * 1.3 * 0.0125


def told(walks) -> dict:
    return {(int(i), int(j)): t for i, j, t in zip(walks.i, walks.j, walks.minutes, strict=True)}


@pytest.mark.parametrize("stem", sorted(read_geographies()))
def test_every_geography_names_its_measure(stem):
    geography = read_geographies()[stem]
    measure = measure_of(geography)
    pace = 1 / geography.minutes_per_metre
    assert measure.name == f"straight line x {geography.detour_factor:g}, {pace:.0f} m a minute"
    assert measure.cap_m == pytest.approx(geography.nearest_cap_m * geography.detour_factor)
    with pytest.raises(dataclasses.FrozenInstanceError):
        measure.detour_factor = 1
    changed = dataclasses.replace(measure, detour_factor=1.5)
    assert sha256_json(changed) != sha256_json(measure)  # what a step that uses it is known by
    assert changed.name == f"straight line x 1.5, {pace:.0f} m a minute"


@given(POINTS, POINTS, st.sampled_from([10, 15, 40]))
@settings(deadline=None)
def test_walks_are_those_of_a_double_loop(homes, places, limit):
    walks = MEASURE.walks(points(homes), points(places), limit)
    every = {(i, j): minutes(a, b) for i, a in enumerate(homes) for j, b in enumerate(places)}
    assert told(walks) == {pair: t for pair, t in every.items() if t <= limit}
    assert list(told(walks)) == sorted(told(walks))
    assert walks.metres * 0.0125 == pytest.approx(walks.minutes)


@given(POINTS, POINTS)
@settings(deadline=None)
def test_a_walk_is_as_long_both_ways(homes, places):
    there, back = MEASURE.walks(points(homes), points(places), 15), MEASURE.walks(points(places), points(homes), 15)
    assert told(there) == {(i, j): t for (j, i), t in told(back).items()}


@given(POINTS, POINTS)
@settings(deadline=None)
def test_a_walk_does_not_depend_on_who_else_is_asked_about(homes, places):
    whole = told(MEASURE.walks(points(homes), points(places), 15))
    for i, home in enumerate(homes):
        alone = told(MEASURE.walks(points([home]), points(places), 15))
        assert {(i, j): t for (_, j), t in alone.items()} == {pair: t for pair, t in whole.items() if pair[0] == i}


@given(POINTS, POINTS)
@settings(deadline=None)
def test_the_nearest_is_the_shortest_walk_within_the_cap(homes, places):
    found = MEASURE.nearest(points(homes), points(places))
    assert len(set(found.i.tolist())) == len(found.i)
    to = dict(zip(found.i.tolist(), found.j.tolist(), strict=True))
    for i, home in enumerate(homes):
        shortest = min((minutes(home, place) for place in places), default=np.inf)
        if shortest <= MEASURE.cap_m * 0.0125 * (1 - 1e-9):
            assert minutes(home, places[to[i]]) == shortest
            assert places.index(places[to[i]]) == to[i], "of places in one spot, the first"
        elif shortest > MEASURE.cap_m * 0.0125 * (1 + 1e-9):
            assert i not in to


@given(POINTS, POINTS.filter(bool), st.integers(0, 14))
@settings(deadline=None)
def test_the_nearest_but_one_is_the_nearest_of_the_others(homes, places, which):
    but = which % len(places)
    found = MEASURE.nearest_but(points(homes), points(places), np.full(len(homes), but))
    # where the one left out is not among the nearest two, the nearest is the answer all the same
    alone = MEASURE.nearest(points(homes), points([place for n, place in enumerate(places) if n != but]))
    assert found.i.tolist() == alone.i.tolist()
    assert found.metres.tolist() == alone.metres.tolist()
    assert but not in found.j
