"""GeoPackages: one file per licence with all layers, styles for QGIS, titles of fields, and what the file rests on.

Two releases of the same content have the same bytes but for the version: no time of writing is in them, and the version
is followed by as many blanks as it lacks of VERSION_WIDTH.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely

from geodata.crs import PUBLISHED
from pipelines.core import store
from pipelines.release.atlas.catalogue import ends_of
from pipelines.release.inputs import FALLACY
from pipelines.release.maps import qgis
from pipelines.release.maps.fields import Field, described
from pipelines.release.maps.layers import Connection, Layer

NO_TIME = "2000-01-01T00:00:00.000Z"  # the format asks when a table was changed
VERSION_WIDTH = 24
TENTH = "_decile_nation"  # how the fields that areas are coloured by end
TITLES = {
    "neighbourhoods": "Small areas",
    "msoas": "Middle layer areas",
    "authorities": "Authorities",
    "places": "Places",
    "opportunities": "Candidate buildings and sites",
}
COLUMNS_SQL = """
create table gpkg_data_columns (table_name text not null, column_name text not null, name text, title text,
    description text, mime_type text, constraint_name text, constraint pk_gdc primary key (table_name, column_name),
    constraint gdc_tn unique (table_name, name));
insert into gpkg_extensions values ('gpkg_data_columns', null, 'gpkg_schema', 'http://www.geopackage.org/spec121/#extension_schema', 'read-write');
"""
STYLES_SQL = """
create table layer_styles (id integer primary key autoincrement not null, f_table_catalog text(256), f_table_schema
    text(256), f_table_name text(256), f_geometry_column text(256), styleName text(30), styleQML text, styleSLD text,
    useAsDefault boolean, description text, owner text(30), ui text(30), update_time datetime);
"""


def write_geopackage(
    path: Path, layers: list[Layer], connection: Connection, version: str, terms: dict[str, str]
) -> None:
    """Write layers of one licence into a GeoPackage, whole or not at all: titles and meaning of every field, a QGIS style
    per national tenth there is, and release, caution and `terms`: licence and attribution of the file, which may be more
    than any one layer rests on."""
    store.make_folder(path.parent)
    beside = path.with_name(f".{path.stem}{store.WRITING}gpkg")
    beside.unlink(missing_ok=True)
    notes = {"release": version, **terms, "caution": FALLACY}
    fields = {layer.name: described(connection, layer.name, layer.frame.drop(columns="geometry")) for layer in layers}
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": NO_TIME})
    try:
        for position, layer in enumerate(layers):
            _write_layer(beside, layer, fields[layer.name], {} if position else notes)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    with closing(sqlite3.connect(beside)) as file:
        file.executescript(COLUMNS_SQL + STYLES_SQL)
        for layer in layers:
            _describe(file, layer.name, fields[layer.name])
        file.execute("insert into gpkg_contents (table_name, data_type, identifier, description, last_change) values ('layer_styles', 'attributes', 'layer_styles', 'Styles for QGIS', ?)", [NO_TIME])  # fmt: skip
        _tell_release(file, version)
        file.commit()
        file.execute("vacuum")
    beside.replace(path)


def _tell_release(file: sqlite3.Connection, version: str) -> None:
    """Move the release to the head of the file's metadata, where it stands in one piece, and fill it up with blanks."""
    where = "where id = (select min(id) from gpkg_metadata)"
    (said,) = file.execute(f"select metadata from gpkg_metadata {where}").fetchone()
    told = f'<MDI key="release">{version}</MDI>'
    first = "<Metadata>" + told + " " * (VERSION_WIDTH - len(version))
    said = said.replace(told, "", 1).replace("<Metadata>", first, 1)
    file.execute(f"update gpkg_metadata set metadata = ? {where}", [said])


def _write_layer(path: Path, layer: Layer, fields: dict[str, Field], notes: dict[str, str]) -> None:
    columns = pd.DataFrame(layer.frame.drop(columns="geometry"))
    columns = columns.rename(columns={name: field.name for name, field in fields.items()})
    table = pa.Table.from_pandas(columns, preserve_index=False)
    shapes, kind = _of_one_kind(layer.frame.geometry.to_numpy())
    table = table.append_column("geom", pa.array(shapely.to_wkb(shapes), pa.binary()))
    own = {name: layer.terms.notes[name] for name in ("licence_of_columns",) if name in layer.terms.notes}
    pyogrio.write_arrow(
        table.replace_schema_metadata(None),
        path,
        layer=layer.name,
        driver="GPKG",
        geometry_name="geom",
        geometry_type=kind,
        crs=PUBLISHED,
        append=path.exists(),
        dataset_metadata=notes or None,
        layer_metadata=own or None,
        layer_options={"IDENTIFIER": TITLES.get(layer.name, layer.name), "DESCRIPTION": layer.terms.notes["licence"], "GEOMETRY_NAME": "geom"},
    )  # fmt: skip


def _of_one_kind(shapes: np.ndarray) -> tuple[np.ndarray, str]:
    """The shapes as points, or all as polygons of one or several parts."""
    if (shapely.get_type_id(shapes) == shapely.GeometryType.POINT).all():
        return shapes, "Point"
    single = shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON
    several = shapes.copy()
    several[single] = shapely.multipolygons(shapes[single], indices=np.arange(single.sum()))
    return several, "MultiPolygon"


def _describe(file: sqlite3.Connection, layer: str, fields: dict[str, Field]) -> None:
    """Enter titles, meanings, which begin with a field's name in the database, and styles."""
    file.executemany(
        "insert into gpkg_data_columns (table_name, column_name, name, title, description) values (?, ?, ?, ?, ?)",
        [(layer, f.name, f.title, f.title, f"{name}: {f.description}") for name, f in fields.items()],
    )
    for position, (title, qml) in enumerate(_styles(layer, fields)):
        file.execute(
            "insert into layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
            " styleQML, useAsDefault, description, owner, update_time) values ('', '', ?, 'geom', ?, ?, ?, ?, '', ?)",
            [layer, f"{layer}_{position + 1}", qml, int(position == 0), title, NO_TIME],
        )


def _styles(layer: str, fields: dict[str, Field]) -> list[tuple[str, str]]:
    """The styles of a layer with their titles, the one it opens in first."""
    aliases = {field.name: field.title for field in fields.values()}
    if layer in ("places", "opportunities"):
        return [(TITLES[layer], qgis.points(layer, aliases))]
    by_tenth = {name.removesuffix(TENTH): field for name, field in fields.items() if name.endswith(TENTH)}
    styles = [(field.title, qgis.tenths(field.name, aliases, *ends_of(index))) for index, field in by_tenth.items()]
    return styles or [(TITLES.get(layer, layer), qgis.outlines(aliases))]
