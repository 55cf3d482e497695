"""Areas to a GeoJSON file with GeoDataFrame.to_file, as RFC 7946 wants it."""

import tempfile
from pathlib import Path

import geopandas


def load(folder, areas):
    frame = geopandas.read_parquet(folder / f"{areas}.parquet").to_crs("EPSG:4326")
    return frame, Path(tempfile.mkdtemp(prefix="commonground-bench-")) / "areas.geojson"


def run(inputs):
    frame, path = inputs
    frame.to_file(path, driver="GeoJSON", RFC7946="YES", COORDINATE_PRECISION=6, ID_FIELD="area_code")


def answer(inputs, result):
    return {"path": str(inputs[1])}
