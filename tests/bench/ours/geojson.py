"""Areas to a GeoJSON file, by geodata.shapes and pipelines.release.maps.geojson: rounded, valid, right-hand rule."""

import tempfile
from pathlib import Path

import geopandas

from geodata.crs import PUBLISHED
from geodata.shapes import publishable
from pipelines.core import store
from pipelines.release.licences import Terms
from pipelines.release.maps.geojson import collection, features
from pipelines.release.maps.layers import Layer


def load(folder, areas):
    frame = geopandas.read_parquet(folder / f"{areas}.parquet").to_crs(PUBLISHED)
    return frame, Path(tempfile.mkdtemp(prefix="commonground-bench-")) / "areas.geojson"


def run(inputs):
    frame, path = inputs
    rounded = frame.set_geometry(publishable(frame.geometry.to_numpy(), PUBLISHED))
    layer = Layer("areas", rounded, "area_code", Terms("made up", {}))
    store.write_stream(path, collection(layer.name, layer, "1.0.0", features(layer)))


def answer(inputs, result):
    return {"path": str(inputs[1])}
