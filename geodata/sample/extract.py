"""The town's OpenStreetMap file, as the extract service would offer it: the elements of the map with all they are made of.

Buildings are drawn as squares around the point that the Overpass answer gives, so both tell the same places. Benches
and a street stand for the many things that no one asks for. Blocks are not compressed, so that the bytes do not depend
on a compression library.
"""

import tempfile
from pathlib import Path

import numpy as np
import osmium
from osmium.osm.mutable import Node, Relation, Way

from geodata.crs import transform_xy

# Ids of corners and of the outlines that relations are made of: OpenStreetMap's own are a fifth of it.
FIRST = 60_000_000_001
CORNERS = [(-450, -450), (450, -450), (450, 450), (-450, 450)]  # from the middle of a building, in 1e-7 degrees


def extract(found: list[dict], base: str) -> bytes:
    """The file with these elements, as its data of the day `base` were."""
    points = np.array([[element["x"], element["y"]] for element in found])
    x, y = transform_xy(points[:, 0], points[:, 1], "EPSG:27700", "EPSG:4326")
    nodes, ways, relations = [], [], []
    for element, at in zip(found, zip(np.round(x * 1e7), np.round(y * 1e7), strict=True), strict=True):
        told = {"id": element["id"], "tags": element["tags"]}
        if element["type"] == "node":
            nodes.append(Node(location=_location(at), **told))
            continue
        corners = [Node(id=FIRST + len(nodes) + turn, location=_location(at, by)) for turn, by in enumerate(CORNERS)]
        nodes += corners
        ring = [corner.id for corner in [*corners, corners[0]]]
        if element["type"] == "way":
            ways.append(Way(nodes=ring, **told))
        else:
            ways.append(Way(id=FIRST + len(ways), nodes=ring))
            relations.append(Relation(members=[("w", ways[-1].id, "outer")], **told))
    benches = [
        Node(id=FIRST + len(nodes) + turn, location=_location(point), tags={"amenity": "bench"})
        for turn, point in enumerate(zip(x[:9] * 1e7, y[:9] * 1e7, strict=True))
    ]
    nodes += benches
    ways.append(Way(id=FIRST + len(ways), nodes=[bench.id for bench in benches], tags={"highway": "residential"}))
    return _file([nodes, ways, relations], base)


def _location(at: tuple[float, float], by: tuple[int, int] = (0, 0)) -> osmium.osm.Location:
    return osmium.osm.Location((at[0] + by[0]) / 1e7, (at[1] + by[1]) / 1e7)


def _file(sorts: list[list], base: str) -> bytes:
    header = osmium.io.Header()
    header.set("generator", "Invented for Samplebridge; only the form is that of OpenStreetMap")
    header.set("sorting", "Type_then_ID")
    header.set("osmosis_replication_timestamp", f"{base}T00:00:00Z")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "extract.osm.pbf"
        form = osmium.io.File(str(path), "pbf,pbf_compression=none,add_metadata=false")
        with osmium.SimpleWriter(form, header=header) as writer:
            for sort in sorts:
                for one in sorted(sort, key=lambda one: one.id):
                    writer.add(one)
        return path.read_bytes()
