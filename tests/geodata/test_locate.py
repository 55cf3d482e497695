"""Points into areas: one area each, by a stated rule."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.locate import distance_within, locate_points

NAN = np.nan
GRID = np.array(
    [shapely.box(x, y, x + 10, y + 10) for x in (0, 10, 20) for y in (0, 10, 20)]
)  # 3 x 3, column by column


def locate(points, shapes=GRID):
    x, y = np.array(points, dtype=float).reshape(-1, 2).T
    return locate_points(x, y, np.array(shapes)).tolist()


def test_a_point_inside_outside_or_nowhere():
    assert locate([(5, 5), (15, 25), (31, 5), (NAN, 5), (5, NAN), (np.inf, 5)]) == [0, 5, -1, -1, -1, -1]


def test_a_point_on_a_shared_border_belongs_to_the_first_area_in_order():
    assert locate([(10, 5), (5, 10), (10, 10), (20, 20)]) == [0, 0, 0, 4]
    assert locate([(10, 5), (10, 10)], GRID[::-1]) == [5, 4]  # the order given decides, whatever the tree returns


def test_the_outer_border_is_inside():
    assert locate([(0, 0), (30, 30), (0, 15)]) == [0, 8, 1]


def test_in_an_overlap_the_first_area_wins():
    assert locate([(5, 5)], [shapely.box(4, 4, 20, 20), shapely.box(0, 0, 10, 10)]) == [0]


def test_a_hole_is_outside_and_an_island_inside():
    ring = shapely.box(0, 0, 30, 30).difference(shapely.box(10, 10, 20, 20))
    pair = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 6, 6)])
    assert locate([(15, 15), (5, 5)], [ring]) == [-1, 0]
    assert locate([(0.5, 0.5), (5.5, 5.5), (3, 3)], [pair]) == [0, 0, -1]


def test_no_points_and_no_areas():
    assert locate([]) == []
    assert locate([(1, 1)], np.array([], dtype=object)) == [-1]


coordinate = st.integers(-2, 32).map(float) | st.floats(-2, 32)


@settings(deadline=None)
@given(st.lists(st.tuples(coordinate, coordinate), max_size=40), st.permutations(range(9)))
def test_every_point_has_the_first_area_that_covers_it(points, order):
    shapes = GRID[list(order)]
    expected = []
    for x, y in points:
        covering = [i for i, shape in enumerate(shapes) if shape.covers(shapely.Point(x, y))]
        expected.append(covering[0] if covering else -1)
    assert locate(points, shapes) == expected


def test_distance_is_measured_to_the_nearest_edge_and_not_beyond_the_limit():
    x, y = np.array([35.0, 40.0, 40.1, 5.0, NAN]), np.array([5.0, 5.0, 5.0, 5.0, 5.0])
    np.testing.assert_allclose(distance_within(x, y, GRID, 10), [5, 10, NAN, 0, NAN])


@pytest.mark.parametrize("distance", [1.0, 1e6])
def test_nothing_is_near_no_shape(distance):
    assert np.isnan(distance_within(np.array([1.0]), np.array([1.0]), np.array([], dtype=object), distance)).all()
