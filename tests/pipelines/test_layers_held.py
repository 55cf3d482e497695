"""Layers of areas held to what they are for: outlines with ground of their own, each origin in its own outline, groups whole, the CRS that is told."""

import re

import geopandas
import numpy as np
import orjson
import pandas as pd
import pytest
import shapely
from fixtures.making import make_source

from geodata.crs import same_crs
from geodata.geography import read_geographies
from geodata.reference import read_grouping, read_names
from pipelines.areas.held import hold_levels, unmatched_areas, unmatched_claims, whole_groups
from pipelines.core.problem import Problem
from pipelines.register.register import read_register
from pipelines.tables.layer import ground_m2, layer_breaches, mended, other_ground
from pipelines.tables.origins import hold_to_outlines
from pipelines.tables.reading import read_text_table
from pipelines.tables.tidy import tidy

TOWN = read_geographies()["sample_town"]
SOURCES = read_register(TOWN).sources
OUTLINES, CENTRES = SOURCES[TOWN.boundaries.source], SOURCES[TOWN.centroids.source]
SIDE, N = 500.0, 12
AT = [(630000 + SIDE * i, 550000 + SIDE * j) for i in range(N) for j in range(N)]
CODES = [f"S990{n:05}" for n in range(len(AT))]
SQUARES = np.array([shapely.box(x, y, x + SIDE, y + SIDE) for x, y in AT], dtype=object)


def layer(shapes) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame({"lsoa21_code": CODES}, geometry=shapes, crs=TOWN.crs)


def with_first(shape) -> np.ndarray:
    shapes = SQUARES.copy()
    shapes[9] = shape
    return shapes


def bow(x: float, y: float) -> shapely.Polygon:
    return shapely.Polygon([(x, y), (x + SIDE, y + SIDE), (x + SIDE, y), (x, y + SIDE * 0.9)])


SQUARE = SQUARES[9]
BAD = {
    "points": (shapely.centroid(SQUARES), "is no outline that holds any ground"),
    "one point": (with_first(SQUARE.centroid), "is no outline"),
    "one line": (with_first(SQUARE.boundary), "is no outline"),
    "no ground": (with_first(shapely.Polygon([AT[9], AT[10], AT[11]])), "is no outline"),
    "a collection": (with_first(shapely.GeometryCollection([SQUARE])), "is no outline"),
    "crossing itself": (with_first(bow(*AT[9])), "crosses itself"),
    "far away": (with_first(shapely.box(0, 0, 1, 1)), "lies outside the geography"),
    "1e30": (with_first(shapely.Polygon([(1e30, 0), (1e30, 1e30), AT[9]])), "lies outside the geography"),
    "all the same": (np.full(len(SQUARES), SQUARE), "covers ground that S99000143 covers too"),
    "one twice": (with_first(SQUARES[40]), "covers ground that S99000040 covers too"),
    "one within another": (with_first(SQUARES[40].buffer(-100)), "covers ground"),
    "half of another": (with_first(shapely.box(*AT[9], AT[9][0] + SIDE * 1.5, AT[9][1] + SIDE)), "covers ground"),
    "all wider": (shapely.buffer(SQUARES, SIDE / 8), "covers ground"),
    "all smaller": (np.array([s.buffer(-50) for s in SQUARES]), "meet no other outline"),
    "in degrees": (shapely.transform(SQUARES, lambda xy: xy / 10_000), "lie within the geography"),
    "axes swapped": (shapely.transform(SQUARES, lambda xy: xy[:, ::-1]), "lie within the geography"),
}


@pytest.mark.parametrize("case", BAD)
def test_an_outline_that_is_none_is_named(case):
    shapes, told = BAD[case]
    (breach,) = layer_breaches(OUTLINES, TOWN, layer(shapes))
    assert told in breach.what
    assert breach.column == "rows" or str(breach.value).startswith("S990000")


def test_a_good_layer_has_no_breach_whichever_way_its_rings_run():
    slivers = np.array([s.buffer(0.5, join_style="mitre") for s in SQUARES])
    for shapes in (SQUARES, shapely.reverse(SQUARES), slivers, shapely.force_3d(SQUARES, 7.0)):
        assert layer_breaches(OUTLINES, TOWN, layer(shapes)) == []
    assert layer_breaches(CENTRES, TOWN, layer(shapely.centroid(SQUARES))) == []
    (breach,) = layer_breaches(CENTRES, TOWN, layer(SQUARES))
    assert "is no point" in breach.what


def test_two_of_many_outlines_that_overlap_in_part_are_let_pass_and_told():
    n = 15
    shapes = [
        shapely.box(x, y, x + SIDE, y + SIDE)
        for x in 630000 + SIDE * np.arange(n)
        for y in 550000 + SIDE * np.arange(n)
    ]
    shapes[9] = shapely.box(*shapes[9].bounds[:2], shapes[9].bounds[2] + SIDE / 5, shapes[9].bounds[3])
    codes = [f"S990{i:05}" for i in range(len(shapes))]
    frame = geopandas.GeoDataFrame({"lsoa21_code": codes}, geometry=shapes, crs=TOWN.crs)
    (breach,) = layer_breaches(OUTLINES, TOWN, frame)
    assert (breach.is_doubt, breach.value, breach.n) == (True, "S99000009", 2)
    assert "covers ground that S99000024 covers too" in breach.what


def test_a_spike_is_left_out_and_told():
    x, y = AT[9]
    spiked = shapely.Polygon(
        [
            (x, y),
            (x + SIDE, y),
            (x + SIDE, y + SIDE),
            (x + SIDE + 90, y + SIDE + 90),
            (x + SIDE, y + SIDE),
            (x, y + SIDE),
        ]
    )
    shapes, changed = mended(with_first(spiked))
    assert changed.tolist() == [9]
    assert shapes[9].equals(SQUARE)
    assert layer_breaches(OUTLINES, TOWN, layer(shapes)) == []


def test_a_tangle_of_thousands_of_corners_is_refused_at_once():
    corners = np.random.default_rng(1).random((20_000, 2)) * SIDE + AT[9]
    shapes, changed = mended(with_first(shapely.Polygon(corners)))
    assert not changed.size
    (breach,) = layer_breaches(OUTLINES, TOWN, layer(shapes))
    assert "crosses itself" in breach.what


def test_the_ground_of_all_areas_is_held_to_that_of_the_last_good_layer():
    ground = ground_m2(OUTLINES, TOWN, layer(SQUARES))
    assert ground == len(SQUARES) * SIDE**2
    assert ground_m2(CENTRES, TOWN, layer(SQUARES)) is None
    assert other_ground(ground, ground * 1.01) == []
    assert "cover 36.0 square kilometres, where the last good ones cover 18.0" in other_ground(ground, ground / 2)[0]


def page(crs=None, shape=SQUARES[0], **more) -> dict[str, bytes]:
    feature = {
        "type": "Feature",
        "properties": {"LSOA21CD": CODES[0]},
        "geometry": orjson.loads(shapely.to_geojson(shape)),
    }
    told = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    return {"page-0001.json": orjson.dumps({"features": [feature], **told, **more})}


@pytest.mark.parametrize(
    "crs", ["EPSG:127700", "EPSG:2770", "ESRI:102100", "urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "x" * 999]
)
def test_another_crs_told_is_refused(crs):
    with pytest.raises(Problem, match="the layer came in") as told:
        read_text_table(OUTLINES, page(crs))
    assert len(str(told.value)) < 200
    with pytest.raises(Problem, match="the layer came in 3857"):
        read_text_table(OUTLINES, page(spatialReference={"wkid": 102100, "latestWkid": 3857}))


def test_the_crs_asked_for_is_known_by_all_its_names():
    for crs in (
        None,
        "EPSG:27700",
        "epsg:27700",
        "urn:ogc:def:crs:EPSG::27700",
        "http://www.opengis.net/def/crs/EPSG/0/27700",
    ):
        assert len(read_text_table(OUTLINES, page(crs))) == 1
    assert len(read_text_table(OUTLINES, page(spatialReference={"wkid": 27700}))) == 1
    assert len(read_text_table(OUTLINES, page(**{"crs": None}))) == 1
    assert same_crs("102100", "EPSG:3857")
    assert same_crs("OGC:CRS84", "EPSG:4326")


def test_a_height_is_left_out():
    (shape,) = read_text_table(OUTLINES, page(shape=shapely.force_3d(SQUARES[0], 9.0))).geometry
    assert not shape.has_z


@pytest.mark.parametrize("geometry", [None, {"rings": [[[1, 2], [2, 3], [3, 1], [1, 2]]]}, {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0]]]}, {"type": "Polygon", "coordinates": [[[None, 0], [1, 1], [1, 0], [None, 0]]]}])  # fmt: skip
def test_a_shape_that_cannot_be_read_is_named_by_its_code(geometry):
    feature = {"properties": {"LSOA21CD": CODES[3]}, "geometry": geometry}
    with pytest.raises(Problem, match=f"{CODES[3]}.* has no geometry that can be read"):
        read_text_table(OUTLINES, {"page-0001.json": orjson.dumps({"features": [feature]})})


# ---- layers to one another


def points(shift=(0.0, 0.0)) -> pd.DataFrame:
    spread = np.random.default_rng(3).normal(0, 60, (len(AT), 2)).clip(-200, 200)
    x, y = (np.array(AT) + SIDE / 2 + spread + shift).T
    return pd.DataFrame({"area_code": CODES, "x": x, "y": y})


def hold(frame: pd.DataFrame, shapes=SQUARES) -> None:
    hold_to_outlines(frame, geopandas.GeoSeries(shapes, index=CODES), "points_2021", "outlines_2021")


def test_origins_in_their_own_outlines_are_no_matter():
    hold(points())


@pytest.mark.parametrize("shift", [(100, 0), (0, -120), (70, 70), (1000, 0), (5000, 5000)])
def test_a_shift_is_found(shift):
    with pytest.raises(Problem, match=r"points_2021: .* outlines_2021"):
        hold(points(shift))


def test_two_areas_exchanged_are_found():
    frame = points()
    frame.loc[[3, 60], ["x", "y"]] = frame.loc[[60, 3], ["x", "y"]].to_numpy()
    with pytest.raises(
        Problem,
        match="2 of its points lie far from the outline of their area in outlines_2021, the first is that of S99000003",
    ):
        hold(frame)


@pytest.mark.parametrize("side", [12, 40])
def test_one_point_far_off_is_refused_among_few_and_told_among_many(side):
    at = [(SIDE * i, SIDE * j) for i in range(side) for j in range(side)]
    codes = [f"S990{i:05}" for i in range(len(at))]
    outlines = geopandas.GeoSeries([shapely.box(x, y, x + SIDE, y + SIDE) for x, y in at], index=codes)
    points = pd.DataFrame({"area_code": codes, "x": [x + 250 for x, _ in at], "y": [y + 250 for _, y in at]})
    points.loc[7, "x"] += 400_000
    words = "1 of its points lie far from the outline of their area in outlines_2021, the first is that of S99000007"
    if side == 40:
        assert hold_to_outlines(points, outlines, "points_2021", "outlines_2021") == [f"points_2021: {words}"]
        return
    with pytest.raises(Problem, match=words):
        hold_to_outlines(points, outlines, "points_2021", "outlines_2021")


def test_an_area_without_an_outline_is_named():
    frame = points()
    frame.loc[5, "area_code"] = "S99099999"
    with pytest.raises(Problem, match="1 areas of points_2021 have no outline in it, the first is S99099999"):
        hold(frame)


def test_a_group_one_of_whose_authorities_is_in_no_look_up_is_left_out_whole():
    grouping = read_grouping("combined_authorities_2025")
    areas = pd.DataFrame({"authority_code": grouping["authority_code"].unique()})
    kept, told = whole_groups(grouping, areas)
    assert len(kept) == len(grouping)
    assert not told
    areas["authority_code"] = areas["authority_code"].replace({"E08000016": "E08000038", "E08000019": "E08000039"})
    kept, told = whole_groups(grouping, areas)
    assert len(grouping) - len(kept) == 4
    assert told["South Yorkshire"] == next(told[key] for key in told if key.startswith("E47"))
    assert "2 of its 4 authorities are in no look-up, the first is E08000016" in told["South Yorkshire"]


def test_every_group_and_claim_of_england_is_of_authorities_that_have_a_name():
    england, names = read_geographies()["england_lsoa21"], read_names("england_lsoa21")
    known = names.loc[names["level"] == "authority", "code"]
    for stem in england.groupings:
        assert set(read_grouping(stem)["authority_code"]) <= set(known)
    areas = pd.DataFrame({"authority_code": known, "region_code": "E12000007"})
    assert unmatched_claims(england, areas) == []
    told = unmatched_claims(england, areas[areas["authority_code"] != "E08000009"])
    assert "the claim 'trafford' names 1 of 1 codes that no look-up has, the first is E08000009" in told


def test_a_look_up_that_says_two_things_is_refused():
    areas = pd.DataFrame(
        {"ward_code": ["W1", "W1", "W2"], "ward_name": ["A", "A", "B"], "authority_code": ["X", "X", "Y"]}
    )
    hold_levels(["ward"], areas, {})
    for changed, what in (
        ({"authority_code": ["X", "Y", "Y"]}, "authorities"),
        ({"ward_name": ["A", "C", "B"]}, "names"),
    ):
        with pytest.raises(Problem, match=f"look_up: 1 ward codes stand with two {what}, the first is W1"):
            hold_levels(["ward"], areas.assign(**changed), {"ward_code": "look_up"})
    assert unmatched_areas("s", "ward_name", areas.assign(ward_name=["A", None, None]), "ward_code") == [
        "s has nothing for 2 of 3 areas, the first is W1"
    ]


@pytest.mark.parametrize("code", ["e01000001", "E010000011", "E0100000"])
def test_a_code_of_another_form_is_no_code(code):
    source = make_source({"area": {"type": "code", "level": "area"}}, key=["area"])
    england = read_geographies()["england_lsoa21"]
    assert not re.fullmatch(england.pattern("area"), "E0\uff11000001")
    with pytest.raises(Problem, match="is not the code of any LSOA 2021"):
        tidy(source, england, {"data.csv": f"area\n{code}\n".encode()})
    assert list(tidy(source, england, {"data.csv": b"area\n E01000001 \n"})[0]["area"]) == ["E01000001"]
