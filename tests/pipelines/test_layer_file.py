"""A map layer in a zipped GeoPackage or a GeoJSON file: its columns and a point within each shape; what is no such file is refused."""

import io
import zipfile

import geopandas
import pytest
import shapely
from fixtures.making import make_source

from pipelines.core.problem import Problem
from pipelines.tables.reading import read_text_table

COLUMNS = {
    "site": {"type": "text", "from": "id"},
    "lon": {"type": "number", "from": "@lon"},
    "lat": {"type": "number", "from": "@lat"},
}


def source(sheet: str = "sites"):
    return make_source(COLUMNS, fetch={"format": "zip", "member": "*.gpkg", "sheet": sheet})


def layer(crs: str | None = "EPSG:27700") -> bytes:
    shapes = [shapely.box(530000, 180000, 530100, 180100), shapely.Point(530000, 180000)]
    frame = geopandas.GeoDataFrame({"id": ["a", None], "secret": ["x", "y"]}, geometry=shapes, crs=crs)
    buffer = io.BytesIO()
    frame.to_file(buffer, driver="GPKG", layer="sites", engine="pyogrio")
    return buffer.getvalue()


def zipped(body: bytes) -> dict[str, bytes]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("Data/sites.gpkg", body)
    return {"data.zip": buffer.getvalue()}


def test_columns_are_text_and_each_shape_has_a_point_in_degrees():
    table = read_text_table(source(), zipped(layer()))
    assert table["id"][0] == "a"
    assert table["id"].isna()[1]
    assert "secret" not in table  # what is not declared is not read
    assert float(table["@lon"][0]) == pytest.approx(-0.1269, abs=0.001)
    assert float(table["@lat"][0]) == pytest.approx(51.5037, abs=0.001)


@pytest.mark.parametrize(
    ("sheet", "body", "what"),
    [
        ("parks", layer(), r"no layer 'parks' \(it has 'sites'\)"),
        ("sites", layer(crs=None), "in which CRS"),
        ("sites", layer()[:5000], "cannot be read"),
        ("sites", b"SQLite format 3\x00" + b"\x00" * 200, "cannot be read|no layer"),
    ],
)
def test_what_is_no_such_layer_is_refused(sheet, body, what):
    with pytest.raises(Problem, match=what):
        read_text_table(source(sheet), zipped(body))


def test_a_geojson_is_its_only_layer():
    shapes = [shapely.box(-0.1271, 51.5030, -0.1269, 51.5032), shapely.Point(-0.127, 51.5)]
    frame = geopandas.GeoDataFrame({"id": ["a", "b"], "secret": ["x", "y"]}, geometry=shapes, crs="EPSG:4326")
    geojson = make_source(COLUMNS, fetch={"format": "geojson"})
    table = read_text_table(geojson, {"data.json": frame.to_json().encode()})
    assert list(table["id"]) == ["a", "b"]
    assert "secret" not in table
    assert [float(lat) for lat in table["@lat"]] == pytest.approx([51.5031, 51.5], abs=1e-4)
    for body in (b'{"features": []}', b'{"type": "FeatureCollection", "features"'):
        with pytest.raises(Problem, match=r"cannot be read|no layer"):
            read_text_table(geojson, {"data.json": body})
