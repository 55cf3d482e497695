"""Layers: outlines of crossing vertices and collections in collections, as pages, GeoJSON and GeoPackages that run SQL."""

import json
import random
import sqlite3
import tempfile
from pathlib import Path

import numpy as np
from trials.bombs.registry import of


def spun(n: int, seed: int = 1) -> list:
    """A ring of n random vertices, which crosses itself about n * n / 6 times."""
    random_ = random.Random(seed)
    ring = [[random_.randint(0, 10_000), random_.randint(0, 10_000)] for _ in range(n)]
    return [*ring, ring[0]]


def layer(geometries: list) -> bytes:
    """A page of a layer of these geometries."""
    features = [
        {"type": "Feature", "id": i, "properties": {"code": f"A{i}", "n": 1}, "geometry": g}
        for i, g in enumerate(geometries)
    ]
    crs = {"type": "name", "properties": {"name": "EPSG:27700"}}
    return json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}).encode()


LAYER = {"protocol": "arcgis", "geometry": True, "out_crs": "EPSG:27700"}


@of("arcgis", "an outline of 50,000 crossing vertices", **LAYER)
def _():
    return layer([{"type": "Polygon", "coordinates": [spun(50_000)]}])


@of("arcgis", "2,000 outlines of 1,500 crossing vertices", **LAYER)
def _():
    return layer([{"type": "Polygon", "coordinates": [spun(1_500, i)]} for i in range(2_000)])


@of("arcgis", "two million vertices", **LAYER)
def _():
    turns = np.linspace(0, 2 * np.pi, 2_000_000)
    ring = np.round(np.column_stack([np.cos(turns), np.sin(turns)]) * 1e4 + 1e5, 3).tolist()
    return layer([{"type": "Polygon", "coordinates": [[*ring[:-1], ring[0]]]}])


@of("arcgis", "20,000 crossing rings in one outline", **LAYER)
def _():
    square = lambda i: [[i, 0], [i + 20_000, 0], [i + 20_000, 20_000 + i], [i, 20_000], [i, 0]]  # noqa: E731
    return layer([{"type": "MultiPolygon", "coordinates": [[square(i)] for i in range(20_000)]}])


@of("arcgis", "collections 900 deep", **LAYER)
def _():
    deep = '{"type":"GeometryCollection","geometries":[' * 900 + "]}" * 900
    return layer([]).replace(
        b'"features": []', b'"features": [{"properties": {"code": "A"}, "geometry": ' + deep.encode() + b"}]"
    )


@of("arcgis", "infinite coordinates", **LAYER)
def _():
    return layer([{"type": "Polygon", "coordinates": [[[1e308, 1e308], [-1e308, 1e308], [0, 1e-308], [1e308, 1e308]]]}])


@of("arcgis", "a feature without properties or geometry", **LAYER)
def _():
    return layer([{"type": "Point", "coordinates": [1, 1]}] * 50).replace(b'"features": [', b'"features": [null, {}, ')


@of("geojson", "an outline of 50,000 crossing vertices")
def _():
    return layer([{"type": "Polygon", "coordinates": [spun(50_000)]}])


@of("geojson", "collections 20,000 deep")
def _():
    deep = '{"type":"GeometryCollection","geometries":[' * 20_000 + "]}" * 20_000
    return layer([]).replace(
        b'"features": []',
        b'"features": [{"type": "Feature", "properties": {"code": "A"}, "geometry": ' + deep.encode() + b"}]",
    )


@of("geojson", "a property 20,000 deep")
def _():
    return layer([{"type": "Point", "coordinates": [1, 1]}]).replace(
        b'"n": 1', b'"n": ' + b"[" * 20_000 + b"]" * 20_000
    )


@of("geojson", "90 MB of one text")
def _():
    return layer([{"type": "Point", "coordinates": [1, 1]}]).replace(b'"A0"', b'"' + b"x" * 90_000_000 + b'"')


@of("geojson", "100,000 features of each another property")
def _():
    features = [{"type": "Feature", "properties": {f"k{i}": 1}, "geometry": None} for i in range(100_000)]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def gpkg(*sql: str) -> bytes:
    """A GeoPackage with one layer of a few points, and what these statements add to it."""
    import geopandas

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        frame = geopandas.GeoDataFrame(
            {"code": ["A", "B"], "n": [1, 2]}, geometry=geopandas.points_from_xy([1, 2], [1, 2]), crs=27700
        )
        frame.to_file(path, layer="a", engine="pyogrio", SPATIAL_INDEX="NO")
        with sqlite3.connect(path) as database:
            database.execute("pragma writable_schema=on")
            for statement in sql:
                database.execute(statement)
        database.close()
        return path.read_bytes()


ENDLESS = "with recursive t(x) as (select 1 union all select x + 1 from t)"


@of("gpkg", "a view that never ends in place of the layer", sheet="a")
def _():
    return gpkg(
        "alter table a rename to b",
        f"create view a as {ENDLESS} select x as fid, null as geom, 'A' as code, 1 as n from t",
    )


@of("gpkg", "a view of 30 million rows in place of the layer", sheet="a")
def _():
    return gpkg(
        "alter table a rename to b",
        f"create view a as {ENDLESS} select x as fid, null as geom, printf('%0100d', x) as code, 1 as n from t limit 30000000",
    )


@of("gpkg", "a blob of 80 MB")
def _():
    return gpkg("update a set geom = randomblob(80000000) where fid = 1")


@of("gpkg", "a layer that is a virtual table")
def _():
    return gpkg("update gpkg_contents set table_name = 'sqlite_master'")


@of("gpkg", "a generated column that calls an extension", sheet="a")
def _():
    return gpkg(
        "alter table a rename to b", "create view a as select fid, geom, load_extension('/tmp/x.so') as code, n from b"
    )


@of("gpkg", "cut in the middle")
def _():
    body = gpkg()
    return body[: len(body) // 2]
