"""Map tiles as a map reads them: layers, the types of what they hold, no place left out where it counts; the style."""

import json
import sqlite3
from collections import Counter, defaultdict
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pyogrio
import pytest
from fixtures.vector_tiles import features, metadata

from pipelines.release.alike import content_hash
from pipelines.release.maps.qgis import points
from pipelines.release.maps.styles import CLOSED, DECILES, NOT_KNOWN, PLACE
from pipelines.release.maps.tiles import ALL_POINTS_FROM, _int32, told_of_itself

LAYERS = {"areas": ["areas"], "msoas": ["msoas"], "authorities": ["authorities"], "places": ["opportunities", "places"]}
INTEGERS = {"row", "population", "n_areas"}
BOOLEANS = {"in_community_hands"}


@pytest.fixture(scope="module")
def tiles(town) -> dict[str, list]:
    return {name: list(features(town.release / "tiles" / f"{name}.pmtiles")) for name in LAYERS}


def kind_of(name: str) -> str:
    if name in INTEGERS or name.endswith(("_rank_nation", "_decile_nation", "_rank_by_average_score", "_n_of_level")):
        return "int"
    if name in BOOLEANS:
        return "bool"
    return "double" if name.endswith(("_score", "_extent", "_share_in_highest_tenth")) else "string"


@pytest.mark.parametrize("archive", LAYERS)
def test_every_value_has_the_type_that_a_map_can_count_with(tiles, archive):
    found = defaultdict(set)
    for _, layer, properties in tiles[archive]:
        for name, (kind, value) in properties.items():
            found[layer, name].add("int" if kind in ("int", "uint", "sint") else kind)
            assert kind not in ("int", "uint", "sint") or abs(value) < 2**31
    assert {layer for layer, _ in found} == set(LAYERS[archive])
    assert found == {(layer, name): {kind_of(name)} for layer, name in found}


def test_rows_count_areas_in_order_of_code_and_hold_what_the_database_does(town, tiles):
    codes = [code for (code,) in town.query("select area_code from neighbourhood order by area_code")]
    rows = town.query("select area_code, decile_nation, score from index_score where index_name = 'hardship'")
    known = {code: (decile, score) for code, decile, score in rows}
    for zoom in range(5, 12):
        here = [p for z, _, p in tiles["areas"] if z == zoom]
        assert {p["row"][1]: p["code"][1] for p in here} == dict(enumerate(codes)), zoom
    for _, _, properties in tiles["areas"]:
        decile, score = known[properties["code"][1]]
        assert properties["hardship_decile_nation"][1] == decile
        assert properties["hardship_score"][1] == pytest.approx(score, abs=0.0501)


def test_what_is_not_known_is_no_property(town, tiles):
    unknown = {area for (area,) in town.query("select area_code from index_score where index_name = 'ownership_opportunity' and score is null")}  # fmt: skip
    assert {p["code"][1] for _, _, p in tiles["areas"] if "ownership_opportunity_score" not in p} == unknown


def test_all_places_are_there_where_one_looks_for_them_and_fewer_further_out(town, tiles):
    every = {place for (place,) in town.query("select place_id from place where is_in_areas_asked")}
    by_zoom = defaultdict(set)
    for zoom, layer, properties in tiles["places"]:
        if layer == "places":
            by_zoom[zoom].add(properties["place_id"][1])
    assert max(by_zoom) == 12
    assert all(by_zoom[zoom] == every for zoom in by_zoom if zoom >= ALL_POINTS_FROM)
    counts = [len(by_zoom[zoom]) for zoom in sorted(by_zoom)]
    assert counts == sorted(counts)
    assert 0 < counts[0] < len(every)
    candidates = {p["opportunity_id"][1] for zoom, layer, p in tiles["places"] if layer == "opportunities" and zoom == 12}  # fmt: skip
    assert candidates == {
        i for (i,) in town.query("select opportunity_id from opportunity where longitude is not null")
    }


@pytest.mark.parametrize("archive", LAYERS)
def test_each_archive_says_what_it_is_and_gdal_reads_it(town, archive):
    path = town.release / "tiles" / f"{archive}.pmtiles"
    told = metadata(path)
    assert told["version"] == town.query("select version from release")[0][0]
    assert "Open Database Licence" in told["licence"]
    assert "OpenStreetMap" in told["attribution"]
    assert sorted(layer["id"] for layer in told["vector_layers"]) == LAYERS[archive]
    for layer in LAYERS[archive]:
        frame = pyogrio.read_dataframe(path, layer=layer)
        assert len(frame) > 0
        assert not frame.geometry.is_empty.any()


def test_the_style_colours_by_tenths_and_has_a_look_of_its_own_for_what_is_not_known(town):
    style = json.loads((town.release / "tiles" / "style.json").read_text("utf-8"))
    assert style["version"] == 8
    assert {source["url"] for source in style["sources"].values()} == {f"pmtiles://{name}.pmtiles" for name in LAYERS}
    layers = {layer["id"]: layer for layer in style["layers"]}
    assert layers["areas-tenth"]["paint"]["fill-color"] == [
        "match", ["get", "hardship_decile_nation"], *(v for pair in enumerate(DECILES, 1) for v in pair), NOT_KNOWN,
    ]  # fmt: skip
    assert layers["areas-not-known"]["filter"] == ["!", ["has", "hardship_decile_nation"]]
    assert style["metadata"]["attribution"]
    assert {layer["source-layer"] for layer in style["layers"][1:]} == {
        name for names in LAYERS.values() for name in names
    }


def test_only_places_known_to_be_open_look_open(town):
    style = json.loads((town.release / "tiles" / "style.json").read_text("utf-8"))
    layers = {layer["id"]: layer for layer in style["layers"]}
    rule, asked, *pairs, otherwise = layers["places"]["paint"]["circle-color"]
    assert (rule, asked) == ("match", ["get", "status"])
    told = {}
    for codes, colour in zip(pairs[::2], pairs[1::2], strict=True):
        told |= dict.fromkeys([codes] if isinstance(codes, str) else codes, colour)
    statuses = {code for (code,) in town.query("select code from label where list = 'status'")}
    assert {code: told.get(code, otherwise) for code in statuses} == {
        "open": PLACE, "closed": CLOSED, "replaced": CLOSED, "temporarily_closed": CLOSED, "no_longer_listed": NOT_KNOWN,
    }  # fmt: skip
    assert otherwise == NOT_KNOWN
    rules = [rule.get("filter") for rule in ElementTree.fromstring(points("places", {})).iter("rule")]
    with sqlite3.connect(":memory:") as file:
        for code in (*statuses, None):
            here = [file.execute(f'select ({asked}) is true from (select ? as "status")', [code]).fetchone()[0] for asked in rules]  # fmt: skip
            assert here == [told.get(code, NOT_KNOWN) == colour for colour in (PLACE, CLOSED, NOT_KNOWN)], code


def test_tenths_grow_lighter_step_by_step_for_all_eyes():
    def lightness(colour, seen):
        light = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
        linear = np.where(light <= 0.04045, light / 12.92, ((light + 0.055) / 1.055) ** 2.4)
        y = np.array([0.2126, 0.7152, 0.0722]) @ np.clip(seen @ linear, 0, 1)
        return 116 * np.cbrt(max(y, 0.008856)) - 16

    # how linear RGB looks without red, green or blue cones (Machado and others 2009, severity 1)
    eyes = {
        "all": np.eye(3),
        "no red": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
        "no green": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
        "no blue": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
    }  # fmt: skip
    for name, seen in eyes.items():
        steps = np.diff([lightness(colour, seen) for colour in DECILES])
        assert (steps > 2.5).all(), (name, steps.round(1))


def test_the_same_tiles_of_another_release_are_alike_and_others_are_not(town, tmp_path):
    path = town.release / "tiles" / "authorities.pmtiles"
    other, spoilt = tmp_path / "other.pmtiles", tmp_path / "spoilt.pmtiles"
    data = path.read_bytes()
    other.write_bytes(told_of_itself(data, {"note": "of another release"}))
    assert other.read_bytes() != data
    assert content_hash(other) == content_hash(path)
    assert list(features(other)) == list(features(path))
    spoilt.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert content_hash(spoilt) != content_hash(path)


def test_a_number_wider_than_a_map_can_count_with_is_refused():
    assert _int32(pd.Series([1, None], dtype="Int64", name="n")).dtype == "Int32"
    with pytest.raises(OverflowError, match="n holds a number"):
        _int32(pd.Series([2**31], dtype="int64", name="n"))


def test_no_zoom_of_the_areas_leaves_one_out(tiles):
    seen = Counter((zoom, p["row"][1]) for zoom, _, p in tiles["areas"])
    assert {zoom for zoom, _ in seen} == set(range(5, 12))
    assert all(len([1 for z, _ in seen if z == zoom]) == 150 for zoom in range(5, 12))
