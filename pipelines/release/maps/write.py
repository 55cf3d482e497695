"""All map files and sheets of a release, written from its finished database: which there are, and under which licence."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pyarrow.csv

from pipelines.core import store
from pipelines.register.licensing import file_name
from pipelines.release.database import DATABASE, open_database
from pipelines.release.licences import Terms, attribution, read_licences, title, whole
from pipelines.release.maps.geojson import RELEASE, collection, features
from pipelines.release.maps.geopackage import write_geopackage
from pipelines.release.maps.layers import Connection, Layer, indices, of_licence, read_layers
from pipelines.release.maps.styles import maplibre_style
from pipelines.release.maps.tiles import write_tiles
from pipelines.release.maps.topojson import to_topojson
from pipelines.release.schemas import in_sight
from pipelines.release.wide import PROFILE

SHEETS = "csv"
Labels = dict[str, str]


def write_maps(outlines: dict[str, Path], folder: Path) -> Labels:
    """Write geojson/, parquet/, geopackage/, tiles/, web/ and csv/ into a release folder whose database is finished, and
    into that which fields are left out of them. `outlines`: the simplified shapes as Parquet files, by level.

    Returns the label of the licence each file is under, by its path in the folder.
    """
    left_out: dict[str, list[str]] = {}
    with open_database(folder / DATABASE, read_only=True) as connection:
        layers = read_layers(connection, outlines, left_out)
        layers |= _places_by_licence(connection, layers)
        labels = _sheets(connection, folder)
        with ThreadPoolExecutor(2) as pool:  # GDAL and the tiler work beside the interpreter
            beside = pool.submit(_packages_and_tiles, in_sight(connection.cursor()), layers, folder)
            (version,) = connection.execute("select version from release").fetchone()
            labels |= _geojson_and_parquet(layers, version, indices(connection), folder)
            labels |= beside.result()
    _tell_left_out(folder, left_out)
    return labels


def _tell_left_out(folder: Path, left_out: dict[str, list[str]]) -> None:
    told = "; ".join(f"{name}: {', '.join(fields)}" for name, fields in sorted(left_out.items()) if fields)
    with open_database(folder / DATABASE) as connection:
        # after what the view of areas leaves out, which is told already
        sql = "update release set fields_left_out = nullif(concat_ws('; ', nullif(fields_left_out, ''), ?), '')"
        connection.execute(sql, [told or None])
        connection.execute("checkpoint")


def _places_by_licence(connection: Connection, layers: dict[str, Layer]) -> dict[str, Layer]:
    """The places of each licence as a layer of their own, with the fields of all places but for those whose content
    rests on another licence."""
    if "places" not in layers:
        return {}
    licences, places = read_licences(connection), layers["places"]
    found = {label: of_licence(connection, places, label) for label in sorted(places.frame["licence"].unique())}
    names = {label: f"places_{file_name(licences, label)}" for label in found}
    return {names[label]: Layer(names[label], own.frame, own.id, own.terms) for label, own in found.items() if own}


def _geojson_and_parquet(layers: dict[str, Layer], version: str, of: list[str], folder: Path) -> Labels:
    labels = {}
    for name, layer in layers.items():
        labels[f"geojson/{name}.geojson"] = labels[f"parquet/{name}.parquet"] = layer.terms.label
        written = features(layer)
        store.write_stream(folder / "geojson" / f"{name}.geojson", collection(name, layer, version, written))
        notes = {**layer.terms.notes, RELEASE: version}
        store.write_parquet(folder / "parquet" / f"{name}.parquet", layer.frame, notes)
        if name == "neighbourhoods":
            groups = layer.frame.groupby("authority_code", sort=True)
            for code, rows in groups.indices.items():
                labels[f"geojson/by_authority/{code}.geojson"] = layer.terms.label
                part = collection(str(code), layer, version, [written[row] for row in rows])
                store.write_stream(folder / "geojson" / "by_authority" / f"{code}.geojson", part)
            labels[f"web/{name}.topojson"] = layer.terms.label
            store.write_bytes(folder / "web" / f"{name}.topojson", to_topojson(layer, of, version))
    return labels


def _packages_and_tiles(connection: Connection, layers: dict[str, Layer], folder: Path) -> Labels:
    """geopackage/ and tiles/. A GeoPackage of one licence has what may be under it; that of all the licences together has
    everything."""
    licences = read_licences(connection)
    title_, version = connection.execute("select title, version from release").fetchone()
    everything = whole(licences)
    by_licence = {name for name in layers if name.startswith("places_")}
    main = {name: layer for name, layer in layers.items() if name not in by_licence}
    labels = {}
    for label in dict.fromkeys([*(layers[name].terms.label for name in sorted(by_licence)), everything]):
        held = [layer if label == everything else of_licence(connection, layer, label) for layer in main.values()]
        path = f"geopackage/{file_name(licences, label)}.gpkg"
        terms = {"licence": title(licences, label), "attribution": attribution(connection, licences, label)}
        write_geopackage(folder / path, [layer for layer in held if layer], connection, version, terms)
        labels[path] = label
    notes = {"title": title_, "licence": title(licences, everything), "attribution": attribution(connection, licences, everything)}  # fmt: skip
    of = indices(connection)
    archives = write_tiles(main, of, {"version": version, **notes}, folder)
    style = {RELEASE: version, **maplibre_style(archives, main, of, notes)}
    store.write_bytes(folder / "tiles" / "style.json", orjson.dumps(style, option=orjson.OPT_APPEND_NEWLINE))
    return labels | {
        f"tiles/{name}": everything for name in (*(f"{archive}.pmtiles" for archive in archives), "style.json")
    }


def _sheets(connection: Connection, folder: Path) -> Labels:
    """csv/: one sheet per authority. Its fields are those of the view neighbourhood_profile, for all authorities."""
    profile = connection.execute(f"select * from {PROFILE} order by area_code").to_arrow_table()
    frame = profile.to_pandas()
    label, labels = Terms.of(connection, PROFILE, frame).label, {}
    for code, rows in frame.groupby("authority_code", sort=True).indices.items():
        text = io.BytesIO()
        pyarrow.csv.write_csv(profile.take(rows), text, pyarrow.csv.WriteOptions(quoting_style="needed"))
        labels[f"{SHEETS}/by_authority/{code}.csv"] = label
        store.write_bytes(folder / SHEETS / "by_authority" / f"{code}.csv", text.getvalue())
    return labels
