"""Coordinates between systems, always x then y; and outlines fit to be published."""

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.crs import transform_shapes, transform_xy
from geodata.shapes import publishable, simplify_coverage

OSGB, WGS84 = "EPSG:27700", "EPSG:4326"
# Two of Ordnance Survey's test points for OSTN15 (London, and St Mary's in Scilly): National Grid and ETRS89
LONDON_EN, LONDON_LL = (530_624.974, 178_388.464), (-0.11992557180, 51.48936564950)
SCILLY_EN, SCILLY_LL = (91_492.146, 11_318.804), (-6.29977752014, 49.92226393730)


def one(x, y, source, target):
    new_x, new_y = transform_xy(np.array([x]), np.array([y]), source, target)
    return float(new_x[0]), float(new_y[0])


@pytest.mark.parametrize(("grid", "degrees"), [(LONDON_EN, LONDON_LL), (SCILLY_EN, SCILLY_LL)])
def test_ordnance_survey_test_points_go_both_ways_with_x_first(grid, degrees):
    longitude, latitude = one(*grid, OSGB, WGS84)
    # without OSTN15's grid file PROJ uses a Helmert transformation, good to about 5 m
    assert longitude == pytest.approx(degrees[0], abs=7e-5)
    assert latitude == pytest.approx(degrees[1], abs=5e-5)
    assert one(*degrees, WGS84, OSGB) == pytest.approx(grid, abs=5, rel=0)


def test_unknown_coordinates_stay_unknown_and_harm_no_others():
    x, y = np.array([LONDON_EN[0], np.nan, LONDON_EN[0]]), np.array([LONDON_EN[1], LONDON_EN[1], np.nan])
    longitude, latitude = transform_xy(x, y, OSGB, WGS84)
    assert np.isfinite([longitude[0], latitude[0]]).all()
    assert np.isnan(longitude[1:]).all()
    assert np.isnan(latitude[1:]).all()


def test_the_same_system_changes_nothing():
    x, y = transform_xy(np.array([1, 2]), np.array([3, 4]), "EPSG:27700", "epsg:27700")
    assert x.tolist() == [1, 2]
    assert y.tolist() == [3, 4]


@settings(deadline=None, max_examples=50)
@given(st.floats(100_000, 600_000), st.floats(10_000, 650_000))
def test_there_and_back_is_where_we_were(east, north):
    there = one(east, north, OSGB, WGS84)
    assert -9 < there[0] < 2
    assert 49 < there[1] < 56
    assert one(*there, WGS84, OSGB) == pytest.approx((east, north), abs=0.01)


def test_shapes_and_points_are_moved_alike():
    shape = shapely.Point(*LONDON_EN)
    moved = transform_shapes(np.array([shape]), OSGB, WGS84)[0]
    assert (moved.x, moved.y) == pytest.approx(one(*LONDON_EN, OSGB, WGS84))


def area(*corners):
    return shapely.Polygon([(530_000 + x, 180_000 + y) for x, y in corners])


SQUARE = [(0, 0), (0, 500), (500, 500), (500, 0)]  # clockwise
SHAPES = {
    "clockwise": area(*SQUARE),
    "anticlockwise": area(*SQUARE[::-1]),
    "with a hole": area(*SQUARE).difference(area((100, 100), (100, 200), (200, 200), (200, 100))),
    "two parts": shapely.MultiPolygon([area(*SQUARE), area((600, 0), (600, 50), (700, 50))]),
    # a spike a centimetre wide folds onto itself when rounded to six decimals
    "a thin spike": area((0, 0), (0, 500), (250, 500), (250, 900), (250.01, 500), (500, 500), (500, 0)),
    "a pinched waist": area((0, 0), (0, 500), (250, 250.02), (500, 500), (500, 0), (250, 249.98)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_published_outlines_are_as_rfc_7946_wants_them(name):
    (shape,) = publishable(np.array([SHAPES[name]]), OSGB)
    assert shape.is_valid
    assert not shape.is_empty
    assert shape.geom_type in ("Polygon", "MultiPolygon")
    for part in shapely.get_parts(shape):
        assert shapely.is_ccw(part.exterior)
        assert not any(shapely.is_ccw(ring) for ring in part.interiors)
    corners = shapely.get_coordinates(shape)
    np.testing.assert_array_equal(corners, np.round(corners, 6))
    assert (corners[:, 0] < 1).all()  # longitude first
    assert (corners[:, 1] > 50).all()
    back = transform_shapes(np.array([shape]), WGS84, OSGB)[0]
    assert back.area == pytest.approx(SHAPES[name].area, rel=0.001)


def wandering_coverage() -> np.ndarray:
    """Six areas in two rows whose shared edges wander by a few metres at every 20 m."""
    random = np.random.default_rng(3)
    steps = np.arange(0, 1001, 20.0)

    def border(x):
        return np.column_stack([x + random.uniform(-4, 4, len(steps)) * (x not in (0, 3000)), steps])

    borders = [border(x) for x in (0, 1000, 2000, 3000)]
    rows = []
    for lift in (0, 1000):
        edges = [b + np.array([0, lift]) for b in borders]
        for left, right in itertools.pairwise(edges):
            rows.append(shapely.Polygon(np.vstack([left, right[::-1]])))
    lines = shapely.node(shapely.MultiLineString([p.exterior for p in rows]))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.union_all(lines))))
    big = faces[shapely.area(faces) > 1000]
    return np.array(big)


def test_simplified_neighbours_still_meet():
    shapes = wandering_coverage()
    assert shapely.coverage_is_valid(shapes)
    simple = simplify_coverage(shapes, 20)
    assert shapely.coverage_is_valid(simple)
    assert shapely.get_num_coordinates(simple).sum() < 0.5 * shapely.get_num_coordinates(shapes).sum()
    assert shapely.is_valid(simple).all()
    union, whole = shapely.union_all(simple), shapely.union_all(shapes)
    assert union.area == pytest.approx(shapely.area(simple).sum())  # no overlaps
    assert union.symmetric_difference(whole).area < 0.01 * whole.area


def test_simplifying_outlines_that_do_not_quite_meet_adds_no_bad_edge():
    shapes = wandering_coverage()
    shapes[2] = shapely.transform(shapes[2], lambda xy: xy + np.array([3, 0]))  # as publishers' outlines may
    bad = [shapely.is_empty(shapely.coverage_invalid_edges(s)) for s in (shapes, simplify_coverage(shapes, 20))]
    assert not bad[0].all()
    assert (bad[1] >= bad[0]).all()
