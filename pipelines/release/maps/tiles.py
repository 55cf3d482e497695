"""Vector tiles of the map layers: PMTiles archives, and what each says of itself.

An integer leaves as 32 bits: wider ones reach a map as text or objects, and its colours fail without an error.
"""

import gzip
import json
import struct
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
from freestiler import freestile, freestile_layer
from typing_extensions import Buffer

from pipelines.core import store
from pipelines.release.maps.layers import Layer

# Source layers by archive, with their zooms. Above its highest a map shows the highest, enlarged.
OUTLINES = {"areas": ("neighbourhoods", 5, 11), "msoas": ("msoas", 5, 10), "authorities": ("authorities", 3, 10)}
POINTS = {"places": ("places", 5, 12), "opportunities": ("opportunities", 5, 12)}
ALL_POINTS_FROM = 11  # from this zoom no point is left out; below it some are, the more the lower
THINNED_BY = 2.5  # per zoom below that
SCORE_DECIMALS = 1  # of scores in tiles, which then hold each value once; the other files have more
INDEX_FIELDS = {
    "areas": ["score", "rank_nation", "decile_nation"],
    "msoas": ["mean_score", "rank_by_average_score", "n_of_level", "share_in_highest_tenth", "extent"],
    "authorities": ["mean_score", "rank_by_average_score", "n_of_level", "share_in_highest_tenth", "extent"],
}
RENAMED = {
    "areas": {"area_code": "code", "area_name": "name"},
    "msoas": {"msoa_code": "code", "msoa_name": "name"},
    "authorities": {"authority_code": "code", "authority_name": "name"},
}
FIELDS = {
    "areas": ["row", "code", "name", "authority_code", "population", "label"],
    "msoas": ["row", "code", "name", "authority_code", "authority_name", "n_areas", "population"],
    "authorities": ["row", "code", "name", "region_name", "n_areas", "population"],
    "places": [
        "place_id",
        "name",
        "kind",
        "kinds",
        "status",
        "owner_kind",
        "in_community_hands",
        "area_code",
        "licence",
    ],
    "opportunities": ["opportunity_id", "place_id", "name", "kind", "what", "owner_kind", "area_code", "licence"],
}
HEADER = struct.Struct(
    "<7sB11Q"
)  # of PMTiles 3: magic, version, then offset and length of four parts, and three counts
HEADER_BYTES, MAGIC = 127, b"PMTiles"
METADATA, LEAVES, TILES = 4, 6, 8  # where in it the offset of each part stands


def write_tiles(layers: dict[str, Layer], indices: list[str], notes: dict[str, str], folder: Path) -> list[str]:
    """Write tiles/ of a release folder: areas, msoas and authorities, and places with opportunities as a second layer.

    `row` counts from 0 in order of code. `notes` is said in each archive's metadata. Returns the archives' names.
    """
    archives = {archive: {archive: told} for archive, told in OUTLINES.items()} | {"places": POINTS}
    written = []
    for archive, parts in archives.items():
        tiled = {
            name: freestile_layer(tile_frame(name, layers[layer], indices), min_zoom=lowest, max_zoom=highest)
            for name, (layer, lowest, highest) in parts.items()
            if layer in layers
        }
        if not tiled:
            continue
        path = folder / "tiles" / f"{archive}.pmtiles"
        store.make_folder(path.parent)
        freestile(
            tiled,
            path,
            min_zoom=min(layer.min_zoom for layer in tiled.values()),
            max_zoom=max(layer.max_zoom for layer in tiled.values()),
            base_zoom=ALL_POINTS_FROM if archive == "places" else None,
            drop_rate=THINNED_BY if archive == "places" else None,
            generate_ids=False,
            quiet=True,
        )
        store.write_bytes(path, told_of_itself(path.read_bytes(), {"name": archive, "type": "overlay", **notes}))
        written.append(archive)
    return written


def tile_frame(name: str, layer: Layer, indices: list[str]) -> geopandas.GeoDataFrame:
    """What the tiles of a layer hold: its fields of FIELDS, and per index those of INDEX_FIELDS; every whole number as
    int32. Raises OverflowError where one is too great for that."""
    frame = layer.frame.rename(columns=RENAMED.get(name, {}))
    frame = frame.assign(row=np.arange(len(frame), dtype="int32"))
    asked = [*FIELDS[name], *(f"{index}_{field}" for index in indices for field in INDEX_FIELDS.get(name, []))]
    frame = frame[[*(field for field in asked if field in frame), "geometry"]]
    scores = [field for field in frame.select_dtypes("float") if field.endswith("_score")]
    rounded = frame.assign(**{field: frame[field].round(SCORE_DECIMALS) for field in scores})
    return rounded.assign(**{field: _int32(frame[field]) for field in frame.select_dtypes("integer")})


def _int32(column: pd.Series) -> pd.Series:
    if column.abs().max() > np.iinfo("int32").max:
        raise OverflowError(f"{column.name} holds a number that 32 bits do not")
    return column.astype("Int32")


def parts_that_tell(archive: Buffer) -> list[tuple[int, int]]:
    """From where to where a PMTiles archive tells of itself: its header, and its metadata. Empty where it is none."""
    try:
        header = HEADER.unpack_from(archive)
    except struct.error:
        return []
    start, length = header[METADATA : METADATA + 2]
    return [(0, HEADER_BYTES), (start, start + length)] if header[0] == MAGIC else []


def told_of_itself(archive: bytes, told: dict[str, str]) -> bytes:
    """The same PMTiles archive with `told` in its metadata, beside what it said of its layers."""
    header = list(HEADER.unpack_from(archive))
    start, length = header[METADATA : METADATA + 2]
    said = json.loads(gzip.decompress(archive[start : start + length]))
    metadata = gzip.compress(json.dumps({**told, **said}, sort_keys=True).encode(), mtime=0)
    moved = len(metadata) - length
    header[METADATA + 1] = len(metadata)
    header[LEAVES] += moved  # they and the tiles stand behind it
    header[TILES] += moved
    return b"".join([HEADER.pack(*header), archive[HEADER.size : start], metadata, archive[start + length :]])
