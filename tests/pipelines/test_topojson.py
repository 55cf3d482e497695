"""Shared borders written once: arcs worked by hand, and shapes that come back as they were."""

import itertools
import json

import numpy as np
import pyogrio
import pytest
import shapely

from pipelines.release.maps.tiles import RENAMED
from pipelines.release.maps.topojson import _rings, topology

LEFT = shapely.box(0, 0, 10, 10)
RIGHT = shapely.box(10, 0, 20, 10)
ISLAND = shapely.box(2, 2, 4, 4)
WITH_ISLAND = LEFT.difference(ISLAND)
FAR = shapely.MultiPolygon([shapely.box(30, 0, 40, 10), shapely.box(50, 0, 60, 10)])
MEETING_AT_A_CORNER = shapely.box(20, 10, 30, 20)
CASES = {
    "side by side": ([LEFT, RIGHT], 3),  # the border between, and the rest of each
    "one within another": ([WITH_ISLAND, ISLAND], 2),
    "of two parts, alone": ([FAR], 2),
    "all": (
        [WITH_ISLAND, ISLAND, RIGHT, FAR, MEETING_AT_A_CORNER],
        9,
    ),  # it cuts the outlines of RIGHT and of itself in two
}


def built(arcs, rings) -> list:
    """The shapes that a program reading TopoJSON makes of arcs."""

    def line(number):
        corners = np.cumsum(arcs[number if number >= 0 else ~number], axis=0)
        return corners if number >= 0 else corners[::-1]

    def ring(numbers):
        lines = [line(number) for number in numbers]
        assert all((a[-1] == b[0]).all() for a, b in zip(lines, [*lines[1:], lines[0]], strict=True))
        return np.concatenate([lines[0], *(part[1:] for part in lines[1:])])

    return [
        shapely.MultiPolygon([(ring(p[0]), [ring(hole) for hole in p[1:]]) for p in polygons]) for polygons in rings
    ]


@pytest.mark.parametrize("name", CASES)
def test_shapes_come_back_whole_from_arcs_that_are_written_once(name):
    shapes, n_arcs = CASES[name]
    arcs, rings = topology(_rings(np.array(shapes), np.zeros(2), np.ones(2)))
    assert len(arcs) == n_arcs
    assert [len(polygons) for polygons in rings] == [len(shapely.get_parts(shape)) for shape in shapes]
    for made, shape in zip(built(arcs, rings), shapes, strict=True):
        assert made.is_valid
        assert made.equals(shape)
    lines = [np.cumsum(arc, axis=0).tolist() for arc in arcs]
    borders = [tuple(sorted(map(tuple, pair))) for line in lines for pair in itertools.pairwise(line)]
    assert len(set(borders)) == len(borders)


def test_corners_that_fall_together_on_the_grid_are_one_and_what_falls_to_a_line_goes():
    speck, thin = shapely.box(0.1, 0.1, 0.3, 0.3), shapely.Polygon([(0, 0), (10, 0), (10, 10), (9.9, 10), (0, 10), (0.1, 0)])  # fmt: skip
    arcs, rings = topology(_rings(np.array([speck, thin]), np.zeros(2), np.ones(2)))
    assert rings[0] == []
    assert [made.equals(LEFT) for made in built(arcs, rings[1:])] == [True]


def test_tenths_are_named_as_in_the_geopackages_and_code_and_name_as_in_the_tiles(town):
    whole = json.loads((town.release / "web" / "neighbourhoods.topojson").read_text("utf-8"))
    told = set(whole["objects"]["neighbourhoods"]["geometries"][0]["properties"])
    fields = set(pyogrio.read_info(town.release / "geopackage" / "odbl.gpkg", layer="neighbourhoods")["fields"])
    assert told - fields == {"code", "name"}
    assert told & fields == {"hardship_decile_nation", "infra_gap_decile_nation"}
    assert {"code", "name"} <= set(RENAMED["areas"].values())


def test_no_shapes_have_no_arcs():
    assert topology(_rings(np.array([shapely.box(0, 0, 0.1, 0.1)]), np.zeros(2), np.ones(2))) == ([], [[]])
