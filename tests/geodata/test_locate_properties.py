"""Points into areas, held to a loop over `covers` on shapes made up to be awkward."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate, scale, translate

from geodata.locate import locate_points

whole = st.integers(0, 12).map(float)
anywhere = whole | st.floats(0, 12, allow_subnormal=False)
corner = st.tuples(anywhere, anywhere)


def loop(x, y, shapes) -> list[int]:
    """What is asked for, in the plainest way: the first shape in order that covers the point."""
    found = []
    for point in shapely.points(x, y):
        covering = [i for i, shape in enumerate(shapes) if shape is not None and shapely.covers(shape, point)]
        found.append(covering[0] if covering else -1)
    return found


@st.composite
def boxes(draw):
    x, y = draw(corner)
    return shapely.box(x, y, x + draw(st.integers(1, 6)), y + draw(st.integers(1, 6)))


@st.composite
def slivers(draw):
    """A triangle up to twelve long and no wider than a hair."""
    (x, y), length = draw(corner), draw(st.floats(1, 12))
    hair = draw(st.sampled_from([1e-3, 1e-7, 1e-12]))
    return rotate(shapely.Polygon([(x, y), (x + length, y), (x + length, y + hair)]), draw(st.integers(0, 359)), (x, y))


@st.composite
def crooked(draw):
    """A polygon with corners in any direction from its middle."""
    n = draw(st.integers(3, 12))
    radius = np.array(draw(st.lists(st.floats(0.2, 6), min_size=n, max_size=n)))
    turn = np.linspace(0, 2 * np.pi, n, endpoint=False)
    x, y = draw(corner)
    return shapely.Polygon(np.column_stack([x + radius * np.cos(turn), y + radius * np.sin(turn)]))


@st.composite
def holed(draw):
    """An outline with a hole that may touch it in a corner, and sometimes an island within the hole."""
    outer = draw(boxes() | crooked())
    hole = scale(outer, 0.6, 0.6)
    if draw(st.booleans()):
        x, y = shapely.get_coordinates(outer)[0] - shapely.get_coordinates(hole)[0]
        hole = translate(hole, x, y)
    ring = shapely.difference(outer, hole)
    return ring.union(scale(hole, 0.3, 0.3)) if draw(st.booleans()) else ring


@st.composite
def islands(draw):
    return shapely.union_all(draw(st.lists(boxes() | crooked() | slivers(), min_size=2, max_size=4)))


EMPTY = [None, shapely.Polygon(), shapely.MultiPolygon(), shapely.GeometryCollection()]
shape = boxes() | slivers() | crooked() | holed() | islands()


@st.composite
def cells(draw):
    """Neighbours that meet exactly."""
    quarter = st.integers(0, 48).map(lambda n: n / 4)  # homes a hair apart are more than GEOS can divide
    homes = draw(st.lists(st.tuples(quarter, quarter), min_size=2, max_size=12, unique=True))
    made = shapely.voronoi_polygons(shapely.multipoints(homes), extend_to=shapely.box(-1, -1, 13, 13))
    return list(made.geoms)


@st.composite
def scenes(draw):
    """Shapes in any order, and points beside, inside, on corners and on edges of them."""
    shapes = draw(st.lists(shape | st.sampled_from(EMPTY), max_size=8) | cells())
    shapes = draw(st.permutations(shapes))
    # a union with a sliver may leave a line behind, or more than GEOS calls valid
    assume(all(made is None or (made.is_valid and (made.is_empty or made.boundary is not None)) for made in shapes))
    points = draw(st.lists(st.tuples(anywhere, anywhere), max_size=20))
    filled = [made for made in shapes if made is not None and not made.is_empty]
    if filled:
        for made, place in draw(st.lists(st.tuples(st.sampled_from(filled), st.floats(0, 1)), max_size=20)):
            corners = shapely.get_coordinates(made)
            points.append(tuple(corners[int(place * (len(corners) - 1))]))
            points.append(shapely.line_interpolate_point(made.boundary, place, normalized=True).coords[0])
    x, y = np.array(points, dtype=float).reshape(-1, 2).T
    return x, y, np.array(shapes, dtype=object)


@settings(deadline=None, max_examples=300)
@given(scenes())
def test_the_first_shape_in_order_that_covers_a_point_owns_it(scene):
    x, y, shapes = scene
    found = locate_points(x, y, shapes)
    assert found.shape == x.shape
    assert found.dtype == np.int64
    assert found.tolist() == loop(x, y, shapes)
    event("on a border" if len(x) and shapely.touches(shapes[:, None], shapely.points(x, y)).any() else "no border")


@settings(deadline=None, max_examples=100)
@given(scenes(), st.integers(1, 5), st.integers(1, 100))
def test_neither_threads_nor_the_size_of_a_part_change_the_answer(scene, threads, at_once):
    usual = locate_points(*scene)
    assert locate_points(*scene, threads=threads, at_once=at_once).tolist() == usual.tolist()


@settings(deadline=None, max_examples=100)
@given(scenes(), st.data())
def test_the_answer_for_a_point_does_not_depend_on_the_others(scene, data):
    x, y, shapes = scene
    kept = np.array(data.draw(st.permutations(range(len(x)))), dtype=int)[: len(x) // 2 + 1]
    assert locate_points(x[kept], y[kept], shapes).tolist() == locate_points(x, y, shapes)[kept].tolist()


@settings(deadline=None)
@given(scenes(), st.sampled_from([1e-6, 1e3, 1e6]), st.sampled_from([0.0, 1e5, -7e6]))
def test_far_from_the_origin_and_at_any_size(scene, factor, shift):
    x, y, shapes = scene
    shapes = shapely.transform(shapes, lambda xy: xy * factor + shift)
    assume(shapely.is_valid(shapes[~shapely.is_missing(shapes)]).all())
    x, y = x * factor + shift, y * factor + shift
    assert locate_points(x, y, shapes).tolist() == loop(x, y, shapes)


@settings(deadline=None)
@given(st.lists(st.lists(st.tuples(whole, whole), min_size=3, max_size=8), min_size=1, max_size=4), st.data())
def test_an_invalid_outline_owns_what_it_winds_around_an_odd_number_of_times(rings, data):
    shapes = np.array([shapely.Polygon(ring) for ring in rings], dtype=object)
    # half a unit, and a bit that no line between whole numbers meets, off the corners: never on an outline
    x = np.array(data.draw(st.lists(whole, min_size=1, max_size=10))) + 0.4731
    y = np.array(data.draw(st.lists(whole, min_size=len(x), max_size=len(x)))) + 0.29117
    expected = np.full(len(x), -1)
    for i in reversed(range(len(rings))):
        expected[_odd(shapely.get_coordinates(shapes[i]), x, y)] = i
    assert locate_points(x, y, shapes).tolist() == expected.tolist()


def _odd(ring, x, y):
    """Whether a line eastwards from each point crosses the ring an odd number of times."""
    odd = np.zeros(len(x), dtype=bool)
    for (ax, ay), (bx, by) in pairwise(ring):
        if ay != by:
            odd ^= ((ay > y) != (by > y)) & (x < ax + (y - ay) * (bx - ax) / (by - ay))
    return odd


def test_parts_that_overlap_are_invalid_and_leave_their_overlap_to_others():
    pair = shapely.MultiPolygon([shapely.box(0, 0, 2, 2), shapely.box(1, 0, 3, 2)])
    assert not pair.is_valid
    shapes = np.array([pair, shapely.box(0, 0, 3, 2)], dtype=object)
    assert locate_points(np.array([0.5, 1.5, 2.5]), np.full(3, 1.0), shapes).tolist() == [0, 1, 0]


@pytest.mark.parametrize("empty", EMPTY, ids=str)
def test_an_empty_shape_owns_nothing_and_keeps_its_position(empty):
    shapes = np.array([empty, shapely.box(0, 0, 1, 1), empty], dtype=object)
    assert locate_points(np.array([0.5, 2]), np.array([0.5, 2]), shapes).tolist() == [1, -1]
    assert locate_points(np.array([0.5]), np.array([0.5]), shapes[:1]).tolist() == [-1]


def test_a_single_height_and_a_single_point_are_areas_too():
    flat = np.array([shapely.LineString([(0, 1), (4, 1)]), shapely.Point(2, 1), shapely.Point(5, 1)], dtype=object)
    assert locate_points(np.array([2.0, 5, 6]), np.ones(3), flat).tolist() == [0, 2, -1]
    assert locate_points(np.array([5.0, 2]), np.ones(2), flat[1:]).tolist() == [1, 0]


def many(n=2000):
    rng = np.random.default_rng(7)
    tiles = shapely.voronoi_polygons(shapely.multipoints(rng.uniform(0, 1000, (300, 2)))).geoms
    return *rng.uniform(0, 1000, (2, n)), np.array(list(tiles), dtype=object)


def test_the_shapes_given_are_left_as_they_were_and_may_be_shared_between_threads():
    x, y, shapes = many()
    expected = locate_points(x, y, shapes, threads=1).tolist()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: locate_points(x, y, shapes, 3, 50).tolist(), range(8)))
    assert all(answer == expected for answer in answers)
    assert not shapely.is_prepared(shapes).any()


def test_heights_and_coordinates_other_than_numbers_are_passed_over():
    x, y, shapes = many(50)
    tall = shapely.force_3d(shapes, 5.0)
    x[:3], y[3:5] = [np.nan, np.inf, -np.inf], [np.nan, 1e300]
    assert locate_points(x, y, tall).tolist() == [-1] * 5 + loop(x[5:], y[5:], shapes)
    assert locate_points(x[:1], y[:1], shapes).tolist() == [-1]
