"""GeoJSON of the map layers, as RFC 7946 has it: WGS 84, ids set and kept as a property.

A field's type never depends on what is in it: whole numbers have no point, other numbers have one, dates are text, and
member `types` says which is which where every value of a file is null.
"""

from collections.abc import Iterator

import orjson
import pandas as pd
import shapely

from pipelines.release.inputs import FALLACY
from pipelines.release.maps.layers import DATE, Layer

RELEASE = "release"  # the member that tells the version


def collection(name: str, layer: Layer, version: str, of: list[bytes]) -> Iterator[bytes]:
    """The FeatureCollection of some features of a layer, in parts to be written one after the other: release, licence,
    attribution and caution inside, before the features."""
    head = {
        "type": "FeatureCollection",
        "name": name,
        RELEASE: version,
        **layer.terms.notes,
        "caution": FALLACY,
        "types": types(layer),
    }
    yield orjson.dumps(head)[:-1] + b',"features":['
    for position, feature in enumerate(of):
        yield (b"," if position else b"") + feature
    yield b"]}\n"


def features(layer: Layer) -> list[bytes]:
    """Every feature of a layer as JSON, in its order."""
    shapes = shapely.to_geojson(layer.frame.geometry.to_numpy())
    records = plain(pd.DataFrame(layer.frame.drop(columns="geometry")))
    return [
        orjson.dumps(
            {
                "type": "Feature",
                "id": properties[layer.id],
                "geometry": orjson.Fragment(shape),
                "properties": properties,
            }
        )
        for shape, properties in zip(shapes, records, strict=True)
    ]


def types(layer: Layer) -> dict[str, str]:
    """What each property is where it has a value: string, integer, number, boolean or date."""
    return {name: _type(column) for name, column in layer.frame.drop(columns="geometry").items()}


def _type(column: pd.Series) -> str:
    kinds = {
        "boolean": pd.api.types.is_bool_dtype,
        "integer": pd.api.types.is_integer_dtype,
        "number": pd.api.types.is_float_dtype,
        "date": lambda values: values.dtype == DATE,
    }
    return next((name for name, holds in kinds.items() if holds(column)), "string")


def plain(frame: pd.DataFrame) -> Iterator[dict]:
    """The rows as JSON has them, one after the other: null where a value is not known, dates as text."""
    columns = {}
    for name in frame:
        values = frame[name]
        columns[name] = values.astype(object).where(values.notna(), None).tolist()
    return (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
