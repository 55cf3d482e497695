"""Protocol `extract`: a country's OpenStreetMap file (.osm.pbf), streamed to disk and reduced to the objects asked for.

The file is too large for memory, and so are the places of all its nodes, so it is read several times: once for the
objects that carry a wanted tag, once for the ways that wanted relations are made of, and for the nodes of all these.
What is kept has the form of an Overpass answer, so that everything after it reads one form.
"""

import signal
import subprocess
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import osmium
from osmium.filter import KeyFilter, TagFilter
from osmium.osm import NODE, WAY, osm_entity_bits

from pipelines.core import store
from pipelines.core.problem import Problem
from pipelines.fetch.answer import believed_day
from pipelines.fetch.http import Client, refuse_html
from pipelines.fetch.reply import Reply
from pipelines.register.source import Source

KINDS = {"n": "node", "w": "way", "r": "relation"}
ORDER = {"node": 0, "way": 1, "relation": 2}
MOST = 20_000_000  # objects, nodes of ways and members of relations together: twenty times those of England
LARGEST_ID = 1 << 36  # five times the ids that OpenStreetMap has given out
# The reader keeps the ids it looks for as a bitmap, in pieces of 4 MB. Those of one country lie in every piece there is
# (1.6 GB), so they are looked for a stretch at a time.
PIECE = 25  # bits of an id that one piece holds
STRETCH, WIDEST = 1 << 27, 16  # ids that a stretch spans, and the most pieces it may take
READ_S = 3600  # for an extract: that of England takes two minutes
NOWHERE = 1 << 40  # beyond any coordinate in 1e-7 degrees


def fetch(client: Client, source: Source, today: date, last: dict, kept: Path | None = None) -> Reply | None:
    """The objects asked for as `data.json`, or None where the file is as it was at `last` and the same is asked of it.

    The file lies in a folder beside the source's snapshots while it is read; one left by a killed run is removed by the
    next. Raises Problem for what cannot be fetched, is not an extract, or is damaged.
    """
    rule = source.fetch
    asked = {"url": rule.urls[0], "asked": store.sha256_json([rule.tags, sorted(_kept_keys(source))])}
    validator = last.get("file", {}) if all(last.get(key) == value for key, value in asked.items()) else {}
    with store.staging(client.scratch / source.stem) as folder:
        path = folder / "extract.osm.pbf"
        answer = client.download(source.stem, rule.urls[0], path, rule.max_mb * 1_000_000, validator, refuse_html)
        if answer.body is None:
            return None
        body, as_at = reduce_apart(path, source)
    return Reply(
        {"data.json": body}, asked | {"file": answer.validator}, believed_day(as_at, today) or answer.day(today)
    )


def reduce_apart(path: Path, source: Source) -> tuple[bytes, str | None]:
    """What `reduce` gives, from a process of its own: damaged bytes may end the one that reads them, or hold it for ever."""
    command = [sys.executable, "-m", __name__, str(path)]
    asked = source.model_dump_json(by_alias=True).encode()
    try:
        done = subprocess.run(command, input=asked, capture_output=True, check=False, timeout=READ_S)  # noqa: S603 - our own module
    except subprocess.TimeoutExpired as error:
        raise Problem(source.stem, f"the extract was not read within {READ_S:,} s", "look at the file") from error
    if done.returncode == -signal.SIGKILL:
        what = "the system ended the program that reads the extract, to get memory back"
        raise Problem(source.stem, what, "give it more memory, or take the extract of a smaller region")
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        what = f"the extract is damaged: it ends the program that reads it ({last or f'signal {-done.returncode}'})"
        raise Problem(source.stem, what, "try later")
    told, _, body = done.stdout.partition(b"\n")
    found = orjson.loads(told)
    if found.get("what"):
        raise Problem(source.stem, found["what"], found["remedy"])
    return body, found["as_at"]


@dataclass
class Found:
    """What carries a wanted tag, and what it is made of: the nodes of ways, the nodes and ways of relations."""

    elements: list[dict] = field(default_factory=list)
    ways: dict[int, array] = field(default_factory=dict)
    relations: dict[int, tuple[array, array]] = field(default_factory=dict)


def reduce(path: Path, source: Source) -> tuple[bytes, str | None]:
    """The objects of an extract that carry a tag of the source's `fetch.tags`, as an Overpass answer to `out center`, in
    order of type and id, and the date of the data (None where the file does not say).

    A way stands at the centre of the box (WGS 84, degrees) around those of its nodes that the extract holds, a relation
    at that around its nodes and ways; one of which it holds none has no place. Of their tags those are kept that the
    source's columns and kinds read. Raises Problem for a damaged file, and for one that holds nothing of the kind.
    """
    file = osmium.io.File(str(path), "pbf")
    try:
        header = osmium.FileProcessor(file).header
        found = _tagged(file, source)
        _place(file, found, header.get("sorting") == "Type_then_ID")
    except (RuntimeError, UnicodeDecodeError, MemoryError) as error:
        message = f"the extract is cut short or damaged ({error})"
        raise Problem(source.stem, message, "try later; what was read before stays") from error
    if not found.elements:
        raise Problem(source.stem, "the extract holds no object that is asked for", "check fetch.tags, or try later")
    found.elements.sort(key=lambda element: (ORDER[element["type"]], element["id"]))
    timestamp = header.get("osmosis_replication_timestamp")
    data = {"timestamp_osm_base": timestamp} if timestamp else {}
    body = orjson.dumps({"version": 0.6, "osm3s": data, "elements": found.elements})
    return body, timestamp[:10] or None


def _kept_keys(source: Source) -> set[str]:
    """The tags that the source's columns and kinds read; no one's address or number is among them."""
    named = {heading for name, column in source.columns.items() for heading in column.headings(name)}
    return {*source.fetch.tags, *(name for name in named if not name.startswith("@"))}


def _tagged(file: osmium.io.File, source: Source) -> Found:
    """Every object with a wanted tag; nodes have their place."""
    wanted, keys = source.fetch.tags, _kept_keys(source)
    pairs = [(key, value) for key, values in wanted.items() for value in values]
    found, n_parts = Found(), 0
    items: Iterable[Any] = osmium.FileProcessor(file).with_filter(KeyFilter(*wanted)).with_filter(TagFilter(*pairs))
    for item in items:
        element = {"type": KINDS[item.type_str()], "id": item.id}
        if item.is_node():
            if item.location.valid():
                element |= _at(item.location.y, item.location.x)
        elif item.is_way():
            found.ways[item.id] = _nodes(item)
            n_parts += len(item.nodes)
        else:
            members = [(member.type, member.ref) for member in item.members]
            # relations within a relation have no part in its centre, as in Overpass
            nodes, ways = (array("q", [ref for t, ref in members if t == kind]) for kind in "nw")
            found.relations[item.id] = nodes, ways
            n_parts += len(members)
        tags = orjson.dumps({tag.k: tag.v for tag in item.tags if tag.k in keys})
        # half of what a dictionary takes; copied, for what is dumped holds on to room for more
        found.elements.append(element | {"tags": orjson.Fragment(bytes(bytearray(tags)))})
        if len(found.elements) + n_parts > MOST:
            raise Problem(source.stem, "far more objects carry the tags asked for than a country has", "check the file")
    return found


def _nodes(way: Any) -> array:
    return array("q", [node.ref for node in way.nodes])


def _at(y: float, x: float) -> dict[str, float]:
    """A place given in 1e-7 degrees, as OpenStreetMap tells it."""
    return {"lat": round(y / 1e7, 7), "lon": round(x / 1e7, 7)}


def _place(file: osmium.io.File, found: Found, is_sorted: bool) -> None:
    """Give ways and relations their centres."""
    others = {way for _, ways in found.relations.values() for way in ways} - found.ways.keys()
    for way in _sought(file, WAY, _ascending(others), _ascending(found.ways if is_sorted else ())):
        found.ways[way.id] = _nodes(way)
    outlined = [element for element in found.elements if element["type"] != "node"]
    if not outlined:
        return
    refs, starts = array("q"), []
    for element in outlined:
        starts.append(len(refs))
        refs.append(0)  # no node has this id: what is made of nothing is nowhere
        nodes, ways = found.relations[element["id"]] if element["type"] == "relation" else ((), (element["id"],))
        refs.extend(nodes)
        for way in ways:
            refs.extend(found.ways.get(way, ()))
    ids, where = np.unique(np.asarray(refs), return_inverse=True)
    landmarks = [element["id"] for element in found.elements if is_sorted and element["type"] == "node"]
    boxes = [
        edge.reduceat(np.where(at == NOWHERE, none, at)[where], starts)
        for at in _locations(file, ids, _ascending(landmarks))
        for edge, none in ((np.minimum, NOWHERE), (np.maximum, -NOWHERE))
    ]
    for element, south, north, west, east in zip(outlined, *(box.tolist() for box in boxes), strict=True):
        if south != NOWHERE:
            element["center"] = _at((south + north) / 2, (west + east) / 2)


def _ascending(ids: Iterable[int]) -> np.ndarray:
    return np.unique(np.fromiter(ids, dtype=np.int64))


def _locations(file: osmium.io.File, ids: np.ndarray, landmarks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """y and x (1e-7 degrees) of nodes by `ids` (ascending); NOWHERE where the extract does not hold them."""
    y, x = np.full(len(ids), NOWHERE), np.full(len(ids), NOWHERE)
    for node in _sought(file, NODE, ids, landmarks):
        at = bisect_left(ids, node.id)
        if at < len(ids) and ids[at] == node.id and node.location.valid():
            y[at], x[at] = node.location.y, node.location.x
    return y, x


def _sought(file: osmium.io.File, kind: osm_entity_bits, ids: np.ndarray, landmarks: np.ndarray) -> Iterator[Any]:
    """The objects of a kind whose id is among `ids`, and some of `landmarks`: ids that the extract is known to hold, and
    to hold in order. Both ascend. Without landmarks the file is read once a stretch."""
    stretches = list(_stretches(ids[(ids > 0) & (ids < LARGEST_ID)], landmarks))
    while stretches:
        tracker = osmium.IdTracker()
        held = tracker.node_ids() if kind == NODE else tracker.way_ids()
        last = _look_for(held, *stretches.pop(0))
        for item in osmium.FileProcessor(file, kind).with_filter(tracker.id_filter()):
            yield item
            if item.id == last and stretches:  # from here on the next stretch is looked for
                last = _look_for(held, *stretches.pop(0))


def _stretches(ids: np.ndarray, landmarks: np.ndarray) -> Iterator[tuple[np.ndarray, int | None]]:
    """`ids` in parts of which the bitmap is small; with the landmark that a part ends at, where there is one."""
    while len(ids):
        furthest = ((int(ids[0]) >> PIECE) + WIDEST) << PIECE
        later = landmarks[np.searchsorted(landmarks, ids[0] + STRETCH) :]
        landmark = int(later[0]) if len(later) and later[0] < furthest else None
        stop = np.searchsorted(ids, furthest if landmark is None else landmark + 1)
        yield ids[:stop], landmark
        ids = ids[stop:]


def _look_for(held: osmium.index.IdSet, ids: np.ndarray, landmark: int | None) -> int | None:
    held.clear()
    for one in ids.tolist():
        held.set(one)
    if landmark is not None:
        held.set(landmark)
    return landmark


if __name__ == "__main__":
    try:
        reduced, day = reduce(Path(sys.argv[1]), Source.model_validate_json(sys.stdin.buffer.read()))
        sys.stdout.buffer.write(orjson.dumps({"as_at": day}) + b"\n" + reduced)
    except Problem as problem:
        sys.stdout.buffer.write(orjson.dumps({"what": problem.what, "remedy": problem.remedy}) + b"\n")
