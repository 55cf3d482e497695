"""The maps of a release as GDAL reads them back: each file once, however many checks look at it."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import geopandas
import pandas as pd
import pyogrio
import shapely

HEAD = 1 << 20  # bytes of a map within which it says its licence, before its features
KEYS = ("area_code", "place_id", "opportunity_id", "msoa_code", "authority_code")
MEAN = "_mean_score"
THREADS = 2


@dataclass(frozen=True)
class Layer:
    """One map: the names of its fields, its CRS as GDAL tells it, and its features: shapes, and the columns that checks ask."""

    fields: list[str]
    crs: str | None
    features: geopandas.GeoDataFrame

    def columns(self, *names: str) -> geopandas.GeoDataFrame:
        """The features with these columns, each once, null where the map has none of the name."""
        return self.features.reindex(columns=[*dict.fromkeys(names), "geometry"])


class Maps:
    """The maps of a release, by path, read by two threads. What GDAL cannot read has a reason in its stead.

    `paths` are those of all areas; there is one of each authority besides.
    """

    def __init__(self, folder: Path):
        self.paths = sorted((folder / "geojson").glob("*.geojson"))
        every = sorted((folder / "geojson").rglob("*.geojson"), key=lambda path: -path.stat().st_size)
        with ThreadPoolExecutor(THREADS) as pool:
            self._read = dict(zip(every, pool.map(read_layer, every), strict=True))

    def layer(self, path: Path) -> Layer | str:
        """The map; else the reason why GDAL cannot read it."""
        return self._read.get(path, "FileNotFoundError")

    def columns(self, path: Path, *names: str) -> geopandas.GeoDataFrame:
        """As `Layer.columns`; without a row where it cannot be read, which the check of the map itself tells."""
        layer = self.layer(path)
        if isinstance(layer, str):
            return geopandas.GeoDataFrame({name: [] for name in names}, geometry=[])
        return layer.columns(*names)


def read_layer(path: Path) -> Layer | str:
    """The map in a GeoJSON file, or the name of the error that GDAL met."""
    try:
        meta, table = pyogrio.read_arrow(path)
        shapes = shapely.from_wkb(table[meta["geometry_name"] or "wkb_geometry"].to_numpy(zero_copy_only=False))
    except (
        pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, shapely.errors.GEOSException, OSError, ValueError, KeyError,
    ) as error:  # fmt: skip
        return type(error).__name__
    fields = [str(name) for name in meta["fields"]]
    asked = [name for name in fields if name in KEYS or name.endswith(MEAN)]
    columns = pd.DataFrame({name: table[name].to_pandas() for name in asked}, index=range(table.num_rows))
    return Layer(fields, meta["crs"], geopandas.GeoDataFrame(columns, geometry=shapes))


def licence_told(path: Path) -> str | None:
    """The licence that a map says it is under, read from its first lines; None where they are no JSON."""
    with path.open("rb") as file:
        head = file.read(HEAD).split(b',"features":')[0]
    try:
        return str(json.loads(head + b"}").get("licence", ""))
    except ValueError:
        return None


@dataclass(frozen=True)
class Held:
    """What a layer in a GeoPackage holds: how many features, its fields by their names in the database, the places in it,
    and the licence that the file says it is under."""

    layer: str
    n: int
    fields: list[str]
    places: list[str]
    licence: str


def read_geopackage(path: Path) -> list[Held] | str:
    """What every layer of a GeoPackage holds; else the name of the error by which it cannot be read."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as file:
            layers = file.execute("select table_name from gpkg_contents where data_type = 'features'").fetchall()
            says = (pyogrio.read_info(path, layer=layers[0][0])["dataset_metadata"] or {}).get("licence", "")
            return [_held(file, layer, says) for (layer,) in layers]
    except (
        sqlite3.Error, IndexError, ValueError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError,
    ) as error:  # fmt: skip
        return type(error).__name__


def _held(file: sqlite3.Connection, layer: str, says: str) -> Held:
    columns = [name for name, *_ in file.execute("select name from pragma_table_info(?)", [layer])]
    said = dict(file.execute("select column_name, description from gpkg_data_columns where table_name = ?", [layer]))
    fields = [(said.get(name) or name).partition(": ")[0] for name in columns if name not in ("fid", "geom")]
    named = '"' + layer.replace('"', '""') + '"'
    places = [row[0] for row in file.execute(f"select place_id from {named}")] if "place_id" in columns else []
    (n,) = file.execute(f"select count(*) from {named}").fetchone()
    return Held(layer, n, fields, places, says)
