"""The maps of a release as GDAL reads them back: each file once, however many checks look at it."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import geopandas
import pandas as pd
import pyogrio
import shapely

HEAD = 1 << 20  # bytes of a map within which it says its licence, before its features
KEYS = ("area_code", "place_id", "opportunity_id", "authority_code")
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
