"""The map layers of a release: what each holds, out of the finished database and the outlines that the steps made.

A field that is null in every row of a layer tells nothing there and is left out of it; the release says which, and they
stand in the database all the same. A file of some rows of a layer has the layer's fields, also one that is null in them
all; tiles, and files of one licence, have fewer.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import geopandas
import pandas as pd
import pyarrow as pa
import shapely

from geodata.crs import PUBLISHED
from pipelines.core.query import holds, quoted
from pipelines.register.licensing import shared
from pipelines.release.database import weight_of
from pipelines.release.licences import ROLLED_UP, ROW, Terms, map_labels, read_licences, table_of_layer
from pipelines.release.wide import DOMAIN, LABELS, SCORE_COLUMNS, profile_columns, query

SCORE_DECIMALS = 3  # of scores and shares in map files; ranks were taken before
MAP_SCORES = [column for column in SCORE_COLUMNS if column not in ("null_reason", "rank_median")]
NAMES = [
    "area_code", "area_name", "msoa_code", "msoa_name", "ward_name", "authority_code", "authority_name", "region_name",
    "like_areas_name", "population",
]  # fmt: skip
ROLLED = [name for name in ROLLED_UP if name not in ("mean_score", "areas_scored_share")]  # as `area_roll_up` has them
IDS = {
    "neighbourhoods": "area_code",
    "msoas": "msoa_code",
    "authorities": "authority_code",
    "places": "place_id",
    "opportunities": "opportunity_id",
}
DATE = pd.ArrowDtype(pa.date32())
TYPES = {pa.int32(): pd.Int32Dtype(), pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype(), pa.date32(): DATE}
PROFILE = (
    "profile_once"  # every column of the profile as a table for as long as the connection lasts: made once, read often
)
Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Layer:
    """One map layer: features in id order (WGS 84), the column of their ids, and the licence they leave under."""

    name: str
    frame: geopandas.GeoDataFrame
    id: str
    terms: Terms


def read_layers(connection: Connection, outlines: dict[str, Path], left_out: dict[str, list[str]]) -> dict[str, Layer]:
    """Every map layer that the release has rows for, by name. `outlines`: the simplified shapes as Parquet files, by
    level; what is null all over a layer is entered in `left_out`."""
    connection.execute(f"create or replace temp table {PROFILE} as {query(profile_columns(connection))}")
    made = {
        "neighbourhoods": (areas(connection), outlines["outlines.areas"]),
        "msoas": (grouped(connection, "msoa"), outlines.get("outlines.msoas")),
        "authorities": (grouped(connection, "authority"), outlines["outlines.authorities"]),
        "places": (frame_of(connection, "select * from place where is_in_areas_asked order by place_id"), None),
        "opportunities": (_opportunities(connection), None),
    }
    layers = {}
    for name, (rows, shapes) in made.items():
        if rows is None or rows.empty:  # a layer is absent, never empty
            continue
        known = somewhere_known(name, rows, left_out)
        placed = _points(known) if "longitude" in known else _outlined(known, IDS[name], shapes)
        layers[name] = Layer(name, placed, IDS[name], Terms.of(connection, table_of_layer(name), known))
    return layers


def of_licence(connection: Connection, layer: Layer, label: str) -> Layer | None:
    """What of a layer one licence holds: the columns that rest on no other share-alike one, and, where rows say their
    own licence, the rows of this one alone; None where that is nothing."""
    licences, table = read_licences(connection), table_of_layer(layer.name)
    may, labels = shared(licences, label), map_labels(connection)[table]
    frame = layer.frame
    if ROW in labels.values():
        frame = frame[frame["licence"] == label]
    kept = [
        name for name in frame if name == "geometry" or labels.get(name) == ROW or shared(licences, _own(labels, name, licences)) <= may
    ]  # fmt: skip
    if layer.id not in kept or frame.empty:
        return None
    frame = frame[kept].reset_index(drop=True)
    return replace(layer, frame=frame, terms=Terms.of(connection, table, frame.drop(columns="geometry")))


def _own(labels: dict[str, str], name: str, licences: dict) -> str:
    return labels.get(name) or "+".join(licences)


def areas(connection: Connection) -> pd.DataFrame:
    """One row per small area: its names, every index with ranks, tenth and grade, every domain's score, the label, and
    the chief indicators, one of each domain."""
    scores = [f"{index}_{column}" for index in indices(connection) for column in MAP_SCORES]
    held = profile_columns(connection)
    domains = sorted(column.name for column in held if column.part == DOMAIN)
    labels = [name for name in LABELS if name in {column.name for column in held}]
    asked = [*NAMES, *labels, *scores, *domains, *chief_indicators(connection)]
    return frame_of(connection, f"select {', '.join(map(quoted, asked))} from {PROFILE} order by area_code")


def indices(connection: Connection) -> list[str]:
    """The indices of a release, in its order."""
    return connection.execute("select indices from release").fetchone()[0].split(", ")


def chief_indicators(connection: Connection) -> list[str]:
    """The indicator that weighs most in each domain of each index, each once."""
    rows = connection.execute("""
        select member from index_member join indicator on indicator = member where is_in_index
        qualify row_number() over (partition by index_name, domain order by effective_weight desc, member) = 1
        order by index_name, domain""").fetchall()
    return list(dict.fromkeys(member for (member,) in rows))


def grouped(connection: Connection, level: str) -> pd.DataFrame | None:
    """One row per authority or MSOA: what it is called, its residents, and per index the mean score of its residents,
    the share of areas scored, and the rank, extent and share in the highest tenth of table `area_roll_up`."""
    above = {"msoa": ", min(authority_code) as authority_code, min(authority_name) as authority_name"}.get(level, "")
    weight = weight_of(connection)
    means = ", ".join(_mean(index, weight) for index in indices(connection))
    rows = frame_of(
        connection,
        f"""select {level}_code, min({level}_name) as {level}_name{above}, min(region_name) as region_name,
            count(*)::integer as n_areas, sum(population)::integer as population, {means}
            from {PROFILE} where {level}_code is not null group by all order by {level}_code""",
    )
    if not holds(connection, "area_roll_up"):
        return rows
    picked = ", ".join(
        f"first({column}) filter (where index_name = '{index}') as {index}_{column}"
        for index in indices(connection)
        for column in ROLLED
    )
    rolled = frame_of(
        connection, f"select code as {level}_code, {picked} from area_roll_up where level = '{level}' group by code"
    )
    return rows.merge(rolled, how="left", on=f"{level}_code")


def _mean(index: str, weight: str) -> str:
    # a roll-up is a population-weighted mean of scores, never of ranks
    known = f"filter (where {index}_score is not null)"
    return (
        f"sum({index}_score * {weight}) {known} / sum({weight}) {known} as {index}_mean_score, "
        f"(count({index}_score) / count(*))::double as {index}_areas_scored_share"
    )


def _opportunities(connection: Connection) -> pd.DataFrame | None:
    if not holds(connection, "opportunity"):
        return None
    return frame_of(connection, "select * from opportunity where longitude is not null order by opportunity_id")


def somewhere_known(name: str, frame: pd.DataFrame, left_out: dict[str, list[str]]) -> pd.DataFrame:
    """The frame without the columns that hold no value in any row, which are entered in `left_out` by its `name`."""
    left_out[name] = [column for column in frame if frame[column].isna().all()]
    return frame.drop(columns=left_out[name])


def _outlined(rows: pd.DataFrame, key: str, shapes: Path) -> geopandas.GeoDataFrame:
    """The rows with their outlines. Raises ValueError where one has none, or several."""
    floats = rows.select_dtypes("float").columns
    rounded = rows.assign(**{name: rows[name].round(SCORE_DECIMALS) for name in floats})
    outlines = geopandas.read_parquet(shapes, columns=[key, "geometry"])
    lost = rounded.loc[~rounded[key].isin(outlines[key]), key]
    if len(lost):  # a map without them would number its rows, by which pages and tiles join, otherwise than the release
        raise ValueError(f"no outline of {len(lost):,} areas, {lost.iloc[0]} among them")
    return geopandas.GeoDataFrame(rounded.merge(outlines, on=key, validate="1:1"), crs=PUBLISHED)


def _points(frame: pd.DataFrame) -> geopandas.GeoDataFrame:
    points = shapely.points(frame["longitude"], frame["latitude"])
    return geopandas.GeoDataFrame(frame.drop(columns=["longitude", "latitude"]), geometry=points, crs=PUBLISHED)


def frame_of(connection: Connection, sql: str) -> pd.DataFrame:
    """The rows of a query; whole numbers and dates stay what they are where some or all are missing."""
    return connection.execute(sql).to_arrow_table().to_pandas(types_mapper=TYPES.get)
