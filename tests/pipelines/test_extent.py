"""What lies outside the geography is no answer: swapped axes, degrees for metres, a list that could be placed last year."""

import geopandas
import pandas as pd
import pytest

from geodata.crs import transform_xy
from geodata.extent import within_extent
from geodata.geography import read_geographies
from pipelines.core.step import output
from pipelines.register.register import read_register
from pipelines.tables.extent import extent_breaches, share_placed

TOWN = read_geographies()["sample_town"]
SOURCES = read_register(TOWN).sources
PLACED = [stem for stem, s in SOURCES.items() if s.places and s.places.point.crs]
LAYERS = [stem for stem, s in SOURCES.items() if s.fetch.geometry]


def read(town, stem) -> pd.DataFrame:
    path = output(town.data, f"table/{stem}").path
    return geopandas.read_parquet(path) if SOURCES[stem].fetch.geometry else pd.read_parquet(path)


def swapped(frame, point) -> pd.DataFrame:
    if point.wkt:
        return frame.assign(
            **{point.wkt: frame[point.wkt].str.replace(r"\(([-\d.]+) ([-\d.]+)\)", r"(\2 \1)", regex=True)}
        )
    return frame.assign(**{point.x: frame[point.y], point.y: frame[point.x]})


@pytest.mark.parametrize("stem", PLACED)
def test_every_list_is_held_to_the_extent(town, stem):
    source, frame = SOURCES[stem], read(town, stem)
    assert extent_breaches(source, TOWN, frame) == []
    assert share_placed(source, TOWN, frame) > 0.9
    point = source.places.point
    without = (
        frame.assign(**{point.postcode: None}) if point.postcode else frame
    )  # a row with a postcode is placed by that
    (breach,) = extent_breaches(source, TOWN, swapped(without, point))
    assert f"lie within the geography, where {source.places.least_placed:.0%} are expected" in breach.what


@pytest.mark.parametrize("stem", [*LAYERS, TOWN.postcodes.source])
def test_every_layer_is_held_to_the_extent(town, stem):
    source, frame = SOURCES[stem], read(town, stem)
    assert extent_breaches(source, TOWN, frame) == []
    if stem in LAYERS:
        for other in (
            frame.to_crs("EPSG:4326").set_crs(frame.crs, allow_override=True),
            frame.set_crs("EPSG:3857", allow_override=True),
        ):
            (breach,) = extent_breaches(source, TOWN, other)
            assert "of its shapes lie within the geography" in breach.what
        return
    at = TOWN.postcodes
    (breach,) = extent_breaches(source, TOWN, frame.assign(**{at.x: frame[at.y], at.y: frame[at.x]}))
    assert "of its postcodes" in breach.what


@pytest.mark.parametrize("stem", [stem for stem in PLACED if SOURCES[stem].places.point.x])
def test_coordinates_that_cannot_be_read_place_nothing(town, stem):
    source, frame = SOURCES[stem], read(town, stem)
    lost = frame.assign(**{source.places.point.x: float("nan")})
    if source.places.point.postcode:
        assert share_placed(source, TOWN, lost) > 0.9  # each stands where its postcode is
    else:
        assert extent_breaches(source, TOWN, lost)


def test_the_nation_swapped_is_not_the_nation():
    """By way of cities in every part of England: what is known of them all must not depend on where a list is kept."""
    england = read_geographies()["england_lsoa21"]
    cities = {
        "London": (530, 180),
        "Bristol": (359, 173),
        "Norwich": (623, 308),
        "Newcastle": (425, 565),
        "Penzance": (147, 30),
        "Leeds": (430, 434),
    }
    x, y = (pd.Series([c[i] * 1000.0 for c in cities.values()]).to_numpy() for i in (0, 1))
    assert within_extent(england, x, y, england.crs).all()
    assert within_extent(england, *transform_xy(x, y, england.crs, "EPSG:4326"), "EPSG:4326").all()
    assert within_extent(england, y, x, england.crs).mean() < 0.8
    assert not within_extent(england, *transform_xy(x, y, england.crs, "EPSG:4326"), england.crs).any()
