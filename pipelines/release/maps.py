"""The map files of a release: RFC 7946 GeoJSON, the same as GeoParquet, and one CSV per authority.

A field that is null in every row of a layer or sheet tells nothing there and is left out, and the release says which; it
stands in the database all the same. The fields of the sheets are the same for all authorities.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import geopandas
import orjson
import pandas as pd
import pyarrow as pa
import shapely

from geodata.crs import PUBLISHED
from pipelines.core import store
from pipelines.core.query import holds
from pipelines.register.licensing import file_name, shared
from pipelines.release.database import SCORE_COLUMNS, weight_of
from pipelines.release.inputs import FALLACY, Inputs
from pipelines.release.licences import ROW, Terms, column_labels, read_licences

RELEASE = "release"  # the member, and the note of a Parquet file, that tells the version
SHEETS = "csv"
SCORE_DECIMALS = 3  # of scores in map files; ranks were taken before
MAP_SCORES = [column for column in SCORE_COLUMNS if column != "null_reason"]


@dataclass(frozen=True)
class Layer:
    """One map layer: features in id order, the column of their ids, and the licence they leave under."""

    name: str
    frame: geopandas.GeoDataFrame
    id: str
    terms: Terms


def _somewhere_known(name: str, frame: pd.DataFrame, left_out: dict[str, list[str]]) -> pd.DataFrame:
    """The frame without the columns that hold no value in any row, which are entered in `left_out` by its `name`."""
    left_out[name] = [column for column in frame if frame[column].isna().all()]
    return frame.drop(columns=left_out[name])


def _tell_left_out(folder: Path, left_out: dict[str, list[str]]) -> None:
    told = "; ".join(f"{name}: {', '.join(fields)}" for name, fields in sorted(left_out.items()) if fields)
    with duckdb.connect(str(folder / "commonground.duckdb")) as connection:
        connection.execute("update release set fields_left_out = ?", [told or None])
        connection.execute("checkpoint")


def write_maps(inputs: Inputs, folder: Path) -> dict[str, str]:
    """Write geojson/, parquet/ and csv/ into a release folder whose database is finished, and into that which fields are
    left out of them.

    Returns the label of the licence each file is under, by its path in the folder.
    """
    with duckdb.connect(str(folder / "commonground.duckdb"), read_only=True) as connection:
        (version,) = connection.execute("select version from release").fetchone()
        left_out: dict[str, list[str]] = {}
        layers = list(_layers(inputs, connection, left_out))
        profile = _frame(connection, "select * from neighbourhood_profile order by area_code")
        profile = _somewhere_known(SHEETS, profile, left_out)
        sheet = Terms.of(connection, "neighbourhood_profile", profile)
    _tell_left_out(folder, left_out)
    labels = {}
    for layer in layers:
        labels[f"geojson/{layer.name}.geojson"] = labels[f"parquet/{layer.name}.parquet"] = layer.terms.label
        store.write_bytes(folder / "geojson" / f"{layer.name}.geojson", to_geojson(layer, version))
        notes = {**layer.terms.notes, RELEASE: version}
        store.write_parquet(folder / "parquet" / f"{layer.name}.parquet", layer.frame, notes)
    neighbourhoods = next(layer for layer in layers if layer.name == "neighbourhoods")
    groups = neighbourhoods.frame.groupby("authority_code", sort=True)
    features = _features(neighbourhoods)
    for code, rows in groups.indices.items():
        labels[f"geojson/by_authority/{code}.geojson"] = neighbourhoods.terms.label
        part = _collection(str(code), version, neighbourhoods.terms, [features[row] for row in rows])
        store.write_bytes(folder / "geojson" / "by_authority" / f"{code}.geojson", part)
    for code, rows in profile.groupby("authority_code", sort=True).indices.items():
        text = profile.iloc[rows].to_csv(index=False, lineterminator="\n")
        labels[f"csv/by_authority/{code}.csv"] = sheet.label
        store.write_bytes(folder / "csv" / "by_authority" / f"{code}.csv", text.encode())
    return labels


def _layers(inputs: Inputs, connection: duckdb.DuckDBPyConnection, left_out: dict[str, list[str]]) -> Iterator[Layer]:
    """Every map layer, without what is null all over it, which is entered in `left_out`."""
    outlines, indices = inputs.outlines, inputs.facts["indices"].split(", ")
    names = [
        "area_code",
        "area_name",
        "msoa_name",
        "ward_name",
        "authority_code",
        "authority_name",
        "region_name",
        "like_areas_name",
        "population",
    ]
    columns = names + [f"{index}_{column}" for index in indices for column in MAP_SCORES]
    areas = _frame(connection, f"select {', '.join(columns)} from neighbourhood_profile order by area_code")
    areas = _somewhere_known("neighbourhoods", areas, left_out)
    shapes = geopandas.read_parquet(outlines["outlines.areas"])
    yield Layer(
        "neighbourhoods",
        geopandas.GeoDataFrame(_rounded(areas).merge(shapes, on="area_code"), crs=PUBLISHED),
        "area_code",
        Terms.of(connection, "neighbourhood_profile", areas),
    )
    authorities = geopandas.read_parquet(outlines["outlines.authorities"])
    means = _frame(
        connection,
        _AUTHORITY_SQL.format(columns=", ".join(_authority_column(i, weight_of(connection)) for i in indices)),
    )
    means = _somewhere_known("authorities", means, left_out)
    yield Layer(
        "authorities",
        geopandas.GeoDataFrame(_rounded(means).merge(authorities, on="authority_code"), crs=PUBLISHED),
        "authority_code",
        Terms.of(connection, None, means),
    )
    yield from _place_layers(connection, left_out)
    if not holds(connection, "opportunity"):
        return
    opportunities = _frame(connection, "select * from opportunity where longitude is not null order by opportunity_id")
    if len(opportunities):
        opportunities = _somewhere_known("opportunities", opportunities, left_out)
        terms = Terms.of(connection, "opportunity", opportunities)
        yield Layer("opportunities", _points(opportunities), "opportunity_id", terms)


def _place_layers(connection: duckdb.DuckDBPyConnection, left_out: dict[str, list[str]]) -> Iterator[Layer]:
    """All places in one file, and those of each licence in a file of its own that holds no column resting on another."""
    places = _frame(connection, "select * from place where is_in_areas_asked order by place_id")
    if places.empty:  # no list of places could be read: a file is absent, never empty
        return
    every = _somewhere_known("places", places, left_out)
    yield Layer("places", _points(every), "place_id", Terms.of(connection, "place", every))
    licences, labels = read_licences(connection), column_labels(connection, "place")
    for label, rows in places.groupby("licence", sort=True):
        may = shared(licences, label)
        kept = [name for name in rows if labels[name] == ROW or shared(licences, labels[name]) <= may]
        name = f"places_{file_name(licences, label)}"
        own = _somewhere_known(name, rows[kept], left_out)
        yield Layer(name, _points(own), "place_id", Terms.of(connection, "place", own))


_AUTHORITY_SQL = """
    select authority_code, count(*)::integer as n_areas, sum(population)::integer as population, {columns}
    from neighbourhood_profile group by authority_code order by authority_code"""


def _authority_column(index: str, weight: str) -> str:
    # a roll-up is a population-weighted mean of scores, never of ranks
    known = f"filter (where {index}_score is not null)"
    return (
        f"sum({index}_score * {weight}) {known} / sum({weight}) {known} as {index}_mean_score, "
        f"(count({index}_score) / count(*))::double as {index}_areas_scored_share"
    )


def _rounded(frame: pd.DataFrame) -> pd.DataFrame:
    floats = frame.select_dtypes("float").columns
    return frame.assign(**{name: frame[name].round(SCORE_DECIMALS) for name in floats})


def _points(frame: pd.DataFrame) -> geopandas.GeoDataFrame:
    points = shapely.points(frame["longitude"], frame["latitude"])
    return geopandas.GeoDataFrame(frame.drop(columns=["longitude", "latitude"]), geometry=points, crs=PUBLISHED)


def to_geojson(layer: Layer, version: str) -> bytes:
    """An RFC 7946 FeatureCollection: WGS 84, ids set and kept as a property; release, licence, attribution and caution
    inside."""
    return _collection(layer.name, version, layer.terms, _features(layer))


def _features(layer: Layer) -> list[dict]:
    frame = layer.frame
    shapes = shapely.to_geojson(frame.geometry.to_numpy())
    records = _plain(pd.DataFrame(frame.drop(columns="geometry")))
    return [
        {"type": "Feature", "id": properties[layer.id], "geometry": orjson.Fragment(shape), "properties": properties}
        for shape, properties in zip(shapes, records, strict=True)
    ]


def _collection(name: str, version: str, terms: Terms, features: list[dict]) -> bytes:
    whole = {
        "type": "FeatureCollection",
        "name": name,
        RELEASE: version,
        **terms.notes,
        "caution": FALLACY,
        "features": features,
    }
    return orjson.dumps(whole, option=orjson.OPT_APPEND_NEWLINE)


def _plain(frame: pd.DataFrame) -> list[dict]:
    columns = {}
    for name in frame:
        values = frame[name]
        if pd.api.types.is_datetime64_any_dtype(values):
            values = values.dt.strftime("%Y-%m-%d")
        columns[name] = [None if v is pd.NA or v != v else v for v in values.astype(object)]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


WHOLE = {pa.int32(): pd.Int32Dtype(), pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


def _frame(connection: duckdb.DuckDBPyConnection, sql: str) -> pd.DataFrame:
    """The rows of a query; whole numbers stay whole where some are missing."""
    return connection.execute(sql).to_arrow_table().to_pandas(types_mapper=WHOLE.get)
