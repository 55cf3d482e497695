"""A layer of a GeoPackage or of a GeoJSON file as a table of text: its columns as published, and a point within each shape."""

import sqlite3
import warnings
from contextlib import closing

import geopandas
import numpy as np
import orjson
import pandas as pd
import pyogrio
import shapely
from pyproj.exceptions import ProjError

from geodata.crs import PUBLISHED, is_crs, transform_xy
from pipelines.core.json_text import read_json
from pipelines.core.plain_text import plain
from pipelines.core.problem import Problem
from pipelines.register.source import Source
from pipelines.tables.headings import Used
from pipelines.tables.odd import Odd

GEOPACKAGE = b"SQLite format 3\0"
REMEDY = "look at the file; the publisher may have changed its form"


def read_layer_file(source: Source, body: bytes, odd: Odd) -> pd.DataFrame:
    """The declared columns of the layer that `fetch.sheet` names, else of the only one, as text, with `@lon` and `@lat` (WGS 84) of a point that
    lies within each shape; null where a row has no shape. Raises Problem for what is not such a file."""
    if body.startswith(GEOPACKAGE):
        _refuse_computed(source, body)
    else:
        body = _declared_alone(source, body, odd)
    with warnings.catch_warnings():  # a file in memory has no name by which its form could be told
        warnings.simplefilter("ignore", RuntimeWarning)
        layer = _layer(source, body)
    if not isinstance(layer, geopandas.GeoDataFrame):
        raise Problem(source.stem, "the layer has no shapes", REMEDY)
    if layer.crs is None:
        raise Problem(source.stem, "the layer does not say in which CRS it is", REMEDY)
    shapes = layer.geometry.to_numpy()
    shapes = np.where(np.isfinite(shapely.bounds(shapes)).all(axis=1), shapes, None)  # nor of what is empty
    try:
        points = shapely.point_on_surface(shapes)
        x, y = shapely.get_x(points), shapely.get_y(points)
        longitude, latitude = transform_xy(x, y, layer.crs.to_string(), PUBLISHED)
    except (ProjError, shapely.errors.GEOSException) as error:
        message = f"its shapes have no place on Earth ({plain(str(error))[:80]})"
        raise Problem(source.stem, message, REMEDY) from error
    texts = layer.drop(columns="geometry")
    frame = pd.DataFrame(
        {name: texts[name].astype("str").where(texts[name].notna(), None) for name in texts}, dtype=object
    )
    for name, values in (("@lon", longitude), ("@lat", latitude)):
        numbers = pd.Series(values, index=frame.index)
        frame[name] = numbers.map("{:.6f}".format).where(numbers.notna(), None)
    return frame


def _declared_alone(source: Source, body: bytes, odd: Odd) -> bytes:
    """A GeoJSON with no more properties than are declared: its reader takes every name that any feature has for a column.
    What is no feature is entered in `odd`."""
    page = read_json(body)
    if not isinstance(page, dict) or not isinstance(page.get("features"), list):
        raise Problem(source.stem, "the map layer cannot be read (it has no list of features)", REMEDY)
    _hold_told_crs(source, page)
    used, kept = Used(source), []
    for number, feature in odd.numbered(page["features"]):
        properties, geometry = feature.get("properties") or {}, feature.get("geometry")
        if isinstance(properties, dict) and (geometry is None or isinstance(geometry, dict)):
            kept.append({**feature, "properties": {name: value for name, value in properties.items() if name in used}})
        else:
            odd.add(number, "feature", feature, "is no feature")
    return orjson.dumps({**page, "features": kept})


def _refuse_computed(source: Source, body: bytes) -> None:
    """Raises Problem where the layer of a GeoPackage is computed as it is read, by a view or in a column: there is no saying
    how long that takes."""
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(body)
            names = dict(database.execute("select name, type from sqlite_master"))
            wanted = [source.fetch.sheet] if source.fetch.sheet in names else list(names)
            computed = "select 1 from pragma_table_xinfo(?) where hidden in (2, 3)"
            for (name,) in database.execute("select table_name from gpkg_contents"):
                if name in wanted and (names.get(name) != "table" or database.execute(computed, [name]).fetchone()):
                    raise Problem(source.stem, f"the layer {plain(name)[:60]!r} is no table of rows", REMEDY)
    except sqlite3.Error as error:
        raise Problem(source.stem, f"the map layer cannot be read ({str(error)[:120]})", REMEDY) from error


def _layer(source: Source, body: bytes) -> geopandas.GeoDataFrame:
    try:
        there = [str(name) for name in pyogrio.list_layers(body)[:, 0]]
        wanted = source.fetch.sheet or 0  # the only layer of a file in memory is named as nobody knows
        if source.fetch.sheet not in there if wanted else len(there) != 1:
            message = f"the file has no layer {wanted or 'of its own'!r} (it has {', '.join(map(repr, there[:6]))})"
            raise Problem(source.stem, message, "if the publisher renamed it, mend `sheet` in the source's YAML")
        fields, used = pyogrio.read_info(body, layer=wanted)["fields"], Used(source)
        columns = [name for name in fields if name in used]
        return pyogrio.read_dataframe(body, layer=wanted, columns=columns)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, shapely.GEOSException, ValueError) as error:
        message = f"the map layer cannot be read ({str(error).splitlines()[0][:120]})"
        raise Problem(source.stem, message, REMEDY) from error


def _hold_told_crs(source: Source, page: dict) -> None:
    """Raises Problem for a GeoJSON whose CRS nobody knows: GDAL would take its numbers for degrees without a word."""
    crs = page.get("crs")
    told = crs.get("properties") if isinstance(crs, dict) else None
    name = (told.get("name") or told.get("code")) if isinstance(told, dict) else None
    if name and not is_crs(str(name)):
        raise Problem(source.stem, f"the layer came in {plain(str(name))[:60]!r}, which is no CRS", REMEDY)
