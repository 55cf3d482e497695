"""The files for GIS: GeoJSON held to RFC 7946 without a library and by GDAL, GeoPackage with its styles and titles, the
web layer, Parquet; types that never change with content, neighbours that meet, licences that hold."""

import itertools
import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import geopandas
import numpy as np
import pandas as pd
import pyarrow.parquet
import pyogrio
import pytest
import shapely
from PIL import Image

from pipelines.release.alike import content_hash
from pipelines.release.maps.fields import LONGEST_NAME, Field, gis_names
from pipelines.release.maps.geopackage import _styles
from pipelines.release.maps.layers import _outlined
from pipelines.release.maps.qgis import _rgb, points
from pipelines.release.maps.styles import DECILES

IN_QGIS = Path(__file__).parents[1] / "fixtures" / "in_qgis.py"
LAYERS = ("neighbourhoods", "msoas", "authorities", "places", "places_ogl", "places_odbl", "opportunities")
JSON_TYPES = {"string": str, "date": str, "integer": int, "number": float, "boolean": bool}


def collection(town, name: str) -> dict:
    return json.loads((town.release / "geojson" / f"{name}.geojson").read_text("utf-8"))


def rings_of(geometry: dict) -> list[tuple[bool, list]]:
    """Every ring, and whether it is the outer one of its polygon."""
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    return [(not position, ring) for polygon in polygons for position, ring in enumerate(polygon)]


def turns_left(ring: list) -> bool:
    return sum((x1 - x0) * (y1 + y0) for (x0, y0), (x1, y1) in itertools.pairwise(ring)) < 0


# ---- GeoJSON


@pytest.mark.parametrize("name", LAYERS)
def test_geojson_is_as_rfc_7946_has_it(town, name):
    whole = collection(town, name)
    assert whole["type"] == "FeatureCollection"
    assert not {"crs", "coordinates", "geometry", "properties"} & set(whole)
    for feature in whole["features"]:
        assert set(feature) == {"type", "id", "geometry", "properties"}
        assert feature["type"] == "Feature"
        geometry = feature["geometry"]
        if geometry["type"] == "Point":
            corners = [geometry["coordinates"]]
        else:
            assert geometry["type"] in ("Polygon", "MultiPolygon")
            for is_outer, ring in rings_of(geometry):
                assert len(ring) >= 4
                assert ring[0] == ring[-1]
                assert turns_left(ring) is is_outer
            corners = [corner for _, ring in rings_of(geometry) for corner in ring]
        for corner in corners:
            assert len(corner) == 2
            assert -180 <= corner[0] <= 180
            assert -90 <= corner[1] <= 90
            assert corner == [round(value, 6) for value in corner]


@pytest.mark.parametrize("name", LAYERS)
def test_a_value_has_the_type_that_its_file_tells_or_is_null(town, name):
    whole = collection(town, name)
    for feature in whole["features"]:
        assert list(feature["properties"]) == list(whole["types"])
        for field, value in feature["properties"].items():
            assert value is None or type(value) is JSON_TYPES[whole["types"][field]], (field, value)
            if value is not None and whole["types"][field] == "date":
                assert len(value) == 10
                assert pd.Timestamp(value)


@pytest.mark.parametrize("name", LAYERS)
def test_gdal_reads_what_the_file_tells(town, name):
    told = collection(town, name)["types"]
    info = pyogrio.read_info(town.release / "geojson" / f"{name}.geojson")
    kinds = {"integer": "OFTInteger", "number": "OFTReal", "date": "OFTDate", "string": "OFTString"}
    values = pyogrio.read_dataframe(town.release / "geojson" / f"{name}.geojson")
    for field, kind in zip(info["fields"], info["ogr_types"], strict=True):
        if field != "id" and told[field] != "boolean" and values[field].notna().any():
            assert kind == kinds[told[field]], field


def test_the_places_of_every_licence_have_the_same_fields_of_the_same_types(town):
    every, ogl, odbl = (collection(town, name) for name in ("places", "places_ogl", "places_odbl"))
    assert odbl["types"] == every["types"]
    assert ogl["types"] == {name: kind for name, kind in every["types"].items() if name in ogl["types"]}
    rests_on_odbl = {row[0] for row in town.query("select column_name from column_dictionary where table_name = 'place' and licence = 'odbl'")}  # fmt: skip
    assert set(every["types"]) - set(ogl["types"]) == rests_on_odbl & set(every["types"])
    assert any(all(f["properties"][name] is None for f in odbl["features"]) for name in odbl["types"])  # and is there
    told = town.query("select fields_left_out from release")[0][0]
    assert "places_odbl" not in told


def test_layers_tell_domains_label_and_chief_indicators_and_authorities_their_rank_and_extent(town):
    areas = {f["id"]: f["properties"] for f in collection(town, "neighbourhoods")["features"]}
    for area, index, domain, score in town.query("select area_code, index_name, domain, score from domain_score"):
        shown = areas[area].get(f"{index}_{domain}_score")
        assert (shown is None) is (score is None)
        assert score is None or shown == pytest.approx(score, abs=0.00051)
    for area, label, words in town.query("select area_code, label, shown_as from typology"):
        assert (areas[area]["label"], areas[area]["label_shown_as"]) == (label, words)
    chief = town.query("""
        select distinct first(member order by effective_weight desc, member) from index_member
        join indicator on indicator = member where is_in_index group by index_name, domain""")
    assert {name for (name,) in chief} <= set(areas["S99000001"])
    for level, layer in (("msoa", "msoas"), ("authority", "authorities")):
        rolled = {f["id"]: f["properties"] for f in collection(town, layer)["features"]}
        rows = town.query(f"select code, index_name, average_score, rank_by_average_score, n_of_level, ranked_in, extent, rank_by_extent from area_roll_up where level = '{level}'")  # fmt: skip
        assert rows
        for code, index, mean, rank, n, scope, extent, by_extent in rows:
            shown = {name: rolled[code][f"{index}_{name}"] for name in ("mean_score", "extent", "rank_by_average_score", "n_of_level", "ranked_in", "rank_by_extent")}  # fmt: skip
            assert (shown["mean_score"], shown["extent"]) == (pytest.approx(mean, abs=0.00051), pytest.approx(extent, abs=0.00051))  # fmt: skip
            assert (shown["rank_by_average_score"], shown["n_of_level"], shown["ranked_in"], shown["rank_by_extent"]) == (rank, n, scope, by_extent)  # fmt: skip


# ---- outlines


def test_neighbours_on_the_maps_meet_and_larger_areas_are_made_of_them(town):
    read = {name: geopandas.read_file(town.release / "geojson" / f"{name}.geojson") for name in LAYERS[:3]}
    areas = read["neighbourhoods"]
    shapes = areas.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    rows = town.query("select st_aswkb(geometry) from neighbourhood_shape order by area_code")
    published = shapely.from_wkb([bytes(wkb) for (wkb,) in rows])
    assert shapely.get_num_coordinates(shapes).sum() < shapely.get_num_coordinates(published).sum()
    for layer, key in (("msoas", "msoa_code"), ("authorities", "authority_code")):
        larger = read[layer].set_index(key).geometry
        assert shapely.coverage_is_valid(larger.to_numpy())
        for code, rows in areas.groupby(key):
            union = shapely.union_all(rows.geometry.to_numpy())
            assert union.symmetric_difference(larger[code]).area < 1e-6 * union.area
            assert set(map(tuple, shapely.get_coordinates(larger[code]))) <= set(map(tuple, shapely.get_coordinates(rows.geometry.to_numpy())))  # fmt: skip


def test_the_web_layer_is_small_whole_and_coloured_and_its_neighbours_share_their_borders(town):
    path = town.release / "web" / "neighbourhoods.topojson"
    whole = json.loads(path.read_text("utf-8"))
    assert path.stat().st_size < 0.2 * (town.release / "geojson" / "neighbourhoods.geojson").stat().st_size
    assert whole["licence"]
    assert whole["attribution"]
    assert whole["release"] == town.query("select version from release")[0][0]
    frame = geopandas.read_file(path).set_index("code")
    assert frame.crs.to_epsg() == 4326
    tenths = dict(town.query("select area_code, decile_nation from index_score where index_name = 'hardship'"))
    assert frame["hardship_decile_nation"].to_dict() == tenths
    shapes = frame.geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    areas = geopandas.read_file(town.release / "geojson" / "neighbourhoods.geojson").set_index("area_code")
    ratio = frame.geometry.to_crs(27700).area / areas.loc[frame.index].geometry.to_crs(27700).area
    assert ratio.between(0.9, 1.1).all()
    ways = [arc for g in whole["objects"]["neighbourhoods"]["geometries"] for ring in np.ravel(np.array(_flat(g["arcs"]), dtype=object)) for arc in [ring]]  # fmt: skip
    used = pd.Series(ways)
    each = used.where(used >= 0, ~used).value_counts()
    assert each.max() == 2
    assert set(each.index) == set(range(len(whole["arcs"])))
    assert {(used == arc).sum() for arc in each.index[each == 2]} == {1}  # once each way


def _flat(arcs) -> list[int]:
    return [arcs] if isinstance(arcs, int) else [number for part in arcs for number in _flat(part)]


def test_an_area_without_an_outline_is_not_left_off_its_map(tmp_path):
    shapes = geopandas.GeoDataFrame({"area_code": ["S1", "S3"]}, geometry=[shapely.box(0, 0, 1, 1)] * 2, crs=4326)
    shapes.to_parquet(tmp_path / "outlines.parquet")
    rows = pd.DataFrame({"area_code": ["S1", "S2", "S3"], "score": [0.12345, 1.0, 2.0]})
    with pytest.raises(ValueError, match="no outline of 1 areas, S2 among them"):
        _outlined(rows, "area_code", tmp_path / "outlines.parquet")
    held = _outlined(rows[rows["area_code"] != "S2"], "area_code", tmp_path / "outlines.parquet")
    assert held[["area_code", "score"]].to_numpy().tolist() == [["S1", 0.123], ["S3", 2.0]]


# ---- GeoPackage


@pytest.mark.parametrize("name", ["ogl", "odbl"])
def test_a_geopackage_holds_the_layers_of_one_licence_with_titles_and_what_it_rests_on(town, name):
    path = town.release / "geopackage" / f"{name}.gpkg"
    told = pyogrio.read_info(path, layer="neighbourhoods")["dataset_metadata"]
    assert told["release"] == town.query("select version from release")[0][0]
    assert told["licence"] == {"ogl": "Open Government Licence v3.0", "odbl": "Open Database Licence 1.0"}[name]
    assert ("OpenStreetMap" in told["attribution"]) is (name == "odbl")
    assert "areas, not the people" in told["caution"]
    with closing(sqlite3.connect(path)) as file:
        layers = {row[0] for row in file.execute("select table_name from gpkg_contents where data_type = 'features'")}
        assert layers == {"neighbourhoods", "msoas", "authorities", "places", "opportunities"}
        for layer in layers:
            described = file.execute("select column_name, name, title, description from gpkg_data_columns where table_name = ?", [layer]).fetchall()  # fmt: skip
            columns = [row[1] for row in file.execute(f"select * from pragma_table_info('{layer}')")]
            assert sorted(row[0] for row in described) == sorted({*columns} - {"fid", "geom"})
            assert all(len(column) <= LONGEST_NAME and column.isidentifier() for column in columns)
            assert all(title and title == alias and ": " in text for _, alias, title, text in described)
        assert file.execute("pragma integrity_check").fetchone() == ("ok",)
        assert file.execute("select distinct last_change from gpkg_contents").fetchall() == [("2000-01-01T00:00:00.000Z",)]  # fmt: skip
    places = geopandas.read_file(path, layer="places")
    asked = "and licence = 'ogl3'" if name == "ogl" else ""
    assert set(places["place_id"]) == {p for (p,) in town.query(f"select place_id from place where is_in_areas_asked {asked}")}  # fmt: skip
    fields = set(geopandas.read_file(path, layer="neighbourhoods", rows=1).columns)
    assert "hardship_score" in fields
    assert ("infra_gap_score" in fields) is (name == "odbl")
    assert ("label" in fields) is (name == "odbl")


def test_types_in_a_geopackage_are_those_of_the_database(town):
    path = town.release / "geopackage" / "ogl.gpkg"
    for layer in ("places", "neighbourhoods"):
        info = pyogrio.read_info(path, layer=layer)
        kinds = dict(zip(info["fields"], zip(info["ogr_types"], info["ogr_subtypes"], strict=True), strict=True))
        expected = {
            "places": {"lease_ends": ("OFTDate", "OFSTNone"), "unexpired_years": ("OFTInteger", "OFSTNone"), "size_ha": ("OFTReal", "OFSTNone"), "in_community_hands": ("OFTInteger", "OFSTBoolean"), "name": ("OFTString", "OFSTNone")},
            "neighbourhoods": {"hardship_decile_nation": ("OFTInteger", "OFSTNone"), "hardship_score": ("OFTReal", "OFSTNone")},
        }[layer]  # fmt: skip
        assert {name: kinds[name] for name in expected} == expected


def test_duckdb_reads_the_geoparquet_and_what_it_rests_on(town):
    for name in LAYERS:
        path = town.release / "parquet" / f"{name}.parquet"
        with duckdb.connect() as connection:
            (rows,) = connection.execute("select count(*) from read_parquet(?)", [str(path)]).fetchone()
        assert rows == len(collection(town, name)["features"])
        told = pyarrow.parquet.read_schema(path).metadata
        assert told[b"release"].decode() == town.query("select version from release")[0][0]
        assert told[b"licence"]
        assert told[b"attribution"]
        assert len(geopandas.read_parquet(path)) == rows


def test_the_geopackage_opens_styled_and_hatches_what_is_not_known(town):
    with closing(sqlite3.connect(town.release / "geopackage" / "odbl.gpkg")) as file:
        rows = file.execute("select f_table_name, styleQML, useAsDefault, description from layer_styles where f_geometry_column = 'geom'").fetchall()  # fmt: skip
    assert sorted(layer for layer, _, is_default, _ in rows if is_default) == ["authorities", "msoas", "neighbourhoods", "opportunities", "places"]  # fmt: skip
    qml = next(ElementTree.fromstring(text) for layer, text, first, _ in rows if layer == "neighbourhoods" and first)
    rules = {rule.get("filter"): rule.get("symbol") for rule in qml.iter("rule")}
    symbols = {symbol.get("name"): symbol for symbol in qml.iter("symbol")}
    for tenth, colour in enumerate(DECILES, 1):
        symbol = symbols[rules[f'"hardship_decile_nation" = {tenth}']]
        assert {prop.get("v") for prop in symbol.iter("prop") if prop.get("k") == "color"} == {_rgb(colour)}
    hatched = symbols[rules['"hardship_decile_nation" IS NULL']]
    assert [layer.get("class") for layer in hatched.iter("layer")] == ["SimpleFill", "LinePatternFill"]
    aliases = {alias.get("field"): alias.get("name") for alias in qml.iter("alias")}
    assert aliases["hardship_decile_nation"] == "Area hardship (need): tenth nation"


QGIS_PYTHON = "/usr/bin/python3"  # that of the system, which a package of QGIS comes with


@pytest.mark.skipif(shutil.which("qgis_process") is None, reason="QGIS is not installed")
def test_qgis_opens_it_styled_titled_and_in_the_colours_of_its_legend(town, tmp_path):
    file = shutil.copy(town.release / "geopackage" / "odbl.gpkg", tmp_path)  # opened, it is written to
    environment = {"PATH": os.environ["PATH"], "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)}
    command = [QGIS_PYTHON, str(IN_QGIS), file, str(tmp_path / "seen.png")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    if "No module named 'qgis'" in ran.stderr:
        pytest.skip("QGIS is installed without its Python")
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert set(told) == {"neighbourhoods", "msoas", "authorities", "places", "opportunities"}
    for name, layer in told.items():
        assert layer["readable"]
        assert layer["crs"] == "EPSG:4326"
        assert layer["n"] == len(collection(town, name)["features"])
        assert all(title for field, title in layer["titles"].items() if field != "fid")
    legend = told["neighbourhoods"]["legend"]
    assert legend[0] == "1 (the greatest need)"
    assert legend[-1] == "not known"
    assert len(legend) == 11
    seen = np.asarray(Image.open(tmp_path / "seen.png").convert("RGB")).reshape(-1, 3)
    shown = {f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in np.unique(seen, axis=0)}
    assert {colour.lower() for colour in DECILES} <= shown


def test_a_style_escapes_what_a_title_may_hold():
    qml = points("opportunities", {"a": '"><script>&'})
    assert ElementTree.fromstring(qml).find(".//alias").get("name") == '"><script>&'
    assert "<script>" not in qml


def test_names_are_cut_for_gis_alike_within_an_index_and_never_made_equal():
    names = ["code", "rather_lengthy_index_score", "rather_lengthy_index_share_of_versions", "short_score", "a" * 40]
    assert gis_names(names, ["rather_lengthy_index", "short"]) == {
        "code": "code",
        "rather_lengthy_index_score": "rathe_lengt_index_score",
        "rather_lengthy_index_share_of_versions": "rathe_lengt_index_share_of_vers",
        "short_score": "short_score",
        "a" * 40: "a" * LONGEST_NAME,
    }


def test_a_name_is_the_same_whichever_fields_stand_beside_it():
    every = ["rather_lengthy_index_score", "rather_lengthy_index_share_of_versions", "code"]
    for names in (every, every[:1], every[::2]):
        assert gis_names(names, ["rather_lengthy_index"])[every[0]] == "rathe_lengt_index_score"
    assert gis_names(["hardship_score"], ["hardship"]) == {"hardship_score": "hardship_score"}
    assert gis_names(["hardship_of_old_score"], ["hardship", "hardship_of_old"]) == {
        "hardship_of_old_score": "hards_of_old_score"
    }


def test_fields_that_come_to_one_name_are_numbered():
    names = ["a" * 40, "a" * 41, "a" * 42, "first_index_two_score", "firstly_indexed_two_score"]
    found = gis_names(names, ["first_index_two", "firstly_indexed_two"])
    assert list(found.values()) == ["a" * 31, "a" * 29 + "_2", "a" * 29 + "_3", "first_index_two_score", "first_index_two_score_2"]  # fmt: skip
    assert gis_names(["b" * 29 + "_2", "b" * 40, "b" * 41], []) == {
        "b" * 29 + "_2": "b" * 29 + "_2", "b" * 40: "b" * 31, "b" * 41: "b" * 29 + "_3",
    }  # fmt: skip


def test_the_tenths_of_an_index_are_in_its_own_words():
    words = {
        "hardship": ("1 (the greatest need)", "10 (the least need)"),
        "infrastructure_gap": ("1 (the widest gap)", "10 (the narrowest gap)"),
        "ownership_opportunity": ("1 (the greatest potential)", "10 (the least potential)"),
    }
    fields = {f"{index}_decile_nation": Field(index, index, index) for index in words}
    for (_, qml), ends in zip(_styles("neighbourhoods", fields), words.values(), strict=True):
        labels = [rule.get("label") for rule in ElementTree.fromstring(qml).iter("rule")]
        assert (labels[0], labels[9]) == ends


def test_the_same_geopackage_of_another_release_is_alike_and_another_is_not(town, tmp_path):
    path = town.release / "geopackage" / "ogl.gpkg"
    version = town.query("select version from release")[0][0]
    data = path.read_bytes()
    old = f'<MDI key="release">{version}</MDI>'.encode()
    assert data.count(old + b" " * (24 - len(version))) == 1
    other, spoilt = tmp_path / "other.gpkg", tmp_path / "spoilt.gpkg"
    other.write_bytes(data.replace(old + b" " * 7, b'<MDI key="release">' + version.encode() + b"0.10.12</MDI>"))
    assert len(other.read_bytes()) == len(data)
    assert content_hash(other) == content_hash(path)
    spoilt.write_bytes(data.replace(b"Samplebridge", b"Samplebridgx", 1))
    assert content_hash(spoilt) != content_hash(path)
