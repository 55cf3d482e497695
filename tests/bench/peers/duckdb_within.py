"""Points into areas with DuckDB's spatial join, on all its threads. Both tables are in memory beforehand."""

import importlib.util
from pathlib import Path

import duckdb
import numpy as np


def load(folder, areas, points=None):
    package = Path(importlib.util.find_spec("duckdb_extension_spatial").origin).parent
    extension = package / "extensions" / f"v{duckdb.__version__}" / "spatial.duckdb_extension"
    connection = duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    connection.load_extension(str(extension))
    read = "select file_row_number as id, {} from read_parquet('{}', file_row_number = true)"
    connection.execute("create table area as " + read.format("geometry", folder / f"{areas}.parquet"))
    limit = f" where file_row_number < {points}" if points else ""
    connection.execute("create table point as " + read.format("x, y", folder / "points.parquet") + limit)
    return connection


def run(connection):
    return connection.execute(
        "select point.id as point, area.id as area from point join area "
        "on st_within(st_point(point.x, point.y)::geometry('EPSG:27700'), area.geometry)"
    ).fetchnumpy()


def answer(connection, result):
    area = np.full(connection.execute("select count(*) from point").fetchone()[0], -1)
    last_first = np.argsort(result["area"])[::-1]  # where outlines overlap, the first area has the last word
    area[result["point"][last_first]] = result["area"][last_first]
    return {"area": area}
