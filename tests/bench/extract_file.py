"""A made-up OpenStreetMap extract of any size, in the proportions of England's: what the reading of one is measured on.

Untagged nodes that belong to ways (nine in ten), tagged ones between them, a way to every run of nodes, a relation to
every eighty ways; delta-coded dense nodes in compressed blocks, as the extract service writes them, with a version and
a time but no one's name. A few blocks are made and repeated, each time with other ids. The format is
https://wiki.openstreetmap.org/wiki/PBF_Format. Seeded: the same size gives the same file.

    python extract_file.py FILE [--megabytes N]     writes it; England's is about 1,400
    python extract_file.py FILE --measure           reduces one that is there, and prints what that takes
"""

import argparse
import resource
import struct
import time
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

from geodata.records import read_record
from pipelines.fetch.extract import reduce
from pipelines.register.register import SOURCES
from pipelines.register.source import Source

RUNS = 900  # runs of nodes in a block, and ways in one
KINDS_OF_BLOCK = 8  # that are made before they are repeated
NODE_IDS, WAY_IDS = (
    460_000,
    1_000,
)  # that a block leaves to itself: nodes lie far apart, as a country's among the world's
BYTES_OF_BLOCK = 48_500  # in the file, of nodes, ways and relations together: measured
WIDTH = 6  # bytes of a number that is written over
TEXTS = ["", "building", "yes", "highway", "residential", "surface", "asphalt", "natural", "tree", "name", "landuse"]
TEXTS += ["High Street", "amenity", "bench", "pub", "place_of_worship", "type", "multipolygon", "outer", "grass"]
TEXTS += ["addr:postcode", "AB1 2CD", "barrier", "fence"]
TEXT = {text: number for number, text in enumerate(TEXTS)}
PLAIN = [
    ["building", "yes"],
    ["highway", "residential", "name", "High Street", "surface", "asphalt"],
    ["barrier", "fence"],
]
PLACES = [["amenity", "pub", "name", "High Street", "addr:postcode", "AB1 2CD"], ["amenity", "place_of_worship"]]


@dataclass
class Block:
    """The bytes of one block, and where in them stand the numbers that grow with every repetition, and by how much."""

    body: np.ndarray
    places: np.ndarray
    values: np.ndarray
    steps: np.ndarray

    def again(self, turn: int) -> bytes:
        """The block with the ids of its n-th repetition."""
        values = (self.values + self.steps * turn).astype(np.uint64)
        groups = (values[:, None] >> np.arange(0, 7 * WIDTH, 7, dtype=np.uint64)) & np.uint64(127)
        groups[:, :-1] |= np.uint64(128)
        self.body[self.places[:, None] + np.arange(WIDTH)] = groups
        return self.body.tobytes()


class Making:
    """A block as it is made: parts, and what stands in them to be written over."""

    def __init__(self, kind: int):
        self.kind, self.parts, self.size = kind, [], 0
        self.later: list[tuple[int, int, int]] = []

    def add(self, field: int, body: bytes, *later: tuple[int, int, int]) -> None:
        """A field with bytes; `later`: where in them a number stands, what it is, and by how much it grows."""
        told = part(field, body)
        before = self.size + len(told) - len(body)
        self.later += [(before + place, value, step) for place, value, step in later]
        self.parts.append(told)
        self.size += len(told)

    def made(self) -> Block:
        """The block, with the texts it uses."""
        texts = part(1, b"".join(part(1, text.encode()) for text in TEXTS))
        body = texts + part(2, b"".join(self.parts))
        later = np.array(self.later, dtype=np.int64)
        return Block(
            np.frombuffer(body, np.uint8).copy(), later[:, 0] + len(body) - self.size, later[:, 1], later[:, 2]
        )


def write(path: Path, megabytes: float) -> None:
    """Write an extract of about that size."""
    count = max(1, round(megabytes * 1e6 / BYTES_OF_BLOCK))
    made = [of_kind(number) for number in range(min(KINDS_OF_BLOCK, count))]
    with path.open("wb") as file:
        file.write(blob(b"OSMHeader", header()))
        for sort in range(3):  # nodes, ways, relations
            for number in range(count):
                if sort < 2 or number % 20 == 0:
                    file.write(blob(b"OSMData", made[number % len(made)][sort].again(number)))


def of_kind(number: int) -> tuple[Block, Block, Block]:
    """A block of nodes, one of the ways they make, and one of relations of these."""
    rng = np.random.default_rng(number)
    lengths = rng.integers(5, 13, RUNS)
    # after each run a node that stands alone, tagged, and a leap over the ids of the rest of the world
    steps = np.ones(lengths.sum() + RUNS, dtype=np.int64)
    steps[np.cumsum(lengths + 1) - 1] = rng.integers(1, 900, RUNS)
    ids = np.cumsum(steps)
    return nodes(rng, ids, lengths), ways(rng, ids, lengths), relations(rng)


def nodes(rng: np.random.Generator, ids: np.ndarray, lengths: np.ndarray) -> Block:
    """Dense nodes; of those that stand alone a few are places."""
    first = np.repeat(np.arange(RUNS), lengths + 1)
    lat, lon = (np.cumsum(rng.integers(-400, 400, len(ids))) for _ in range(2))
    lat, lon = lat + rng.integers(50, 55, RUNS)[first] * 10_000_000, lon - rng.integers(0, 3, RUNS)[first] * 10_000_000
    tags = np.full(len(ids), b"\0", dtype=object)
    chosen = rng.random(RUNS)
    for share, pairs in ((1, ["natural", "tree"]), (0.5, ["amenity", "bench"]), (0.004, PLACES[0]), (0.001, PLACES[1])):
        tags[(np.cumsum(lengths + 1) - 1)[chosen < share]] = varints([TEXT[text] for text in pairs]) + b"\0"
    times = rng.integers(1_200_000_000, 1_780_000_000, RUNS)[first]
    making = Making(2)
    told = fixed() + varints(zigzag(deltas(ids))[1:])
    dense = part(1, told)
    later = (len(dense) - len(told), 2 * int(ids[0]), 2 * NODE_IDS)
    dense += part(5, packed(1, rng.integers(1, 6, len(ids))) + packed(2, zigzag(deltas(times))))
    dense += packed(8, zigzag(deltas(lat))) + packed(9, zigzag(deltas(lon))) + part(10, b"".join(tags))
    making.add(2, dense, later)
    return making.made()


def ways(rng: np.random.Generator, ids: np.ndarray, lengths: np.ndarray) -> Block:
    """A way of every run of nodes, closed on the one it begins with; one in 300 is a place."""
    making = Making(3)
    starts = np.cumsum(lengths + 1) - lengths - 1
    for turn, (start, length) in enumerate(zip(starts, lengths, strict=True)):
        pairs = PLACES[turn % 2] if rng.random() < 1 / 300 else PLAIN[rng.integers(0, len(PLAIN))]
        refs = np.append(ids[start : start + length], ids[start])
        told = fixed() + varints(zigzag(deltas(refs))[1:])
        before = part(8, told).removesuffix(told)
        body, place = tagged(pairs)
        later = (len(body) + len(before), 2 * int(refs[0]), 2 * NODE_IDS)
        making.add(3, body + before + told, (place, turn + 1, WAY_IDS), later)
    return making.made()


def relations(rng: np.random.Generator) -> Block:
    """Relations of three ways each; one in a hundred is a place."""
    making = Making(4)
    for turn in range(RUNS // 4):
        pairs = ["type", "multipolygon", *(PLACES[turn // 100 % 2] if turn % 100 == 0 else ["landuse", "grass"])]
        members = np.sort(rng.integers(1, RUNS, 3))
        told = fixed() + varints(zigzag(deltas(members))[1:])
        body, place = tagged(pairs)
        before = packed(8, [TEXT["outer"]] * 3) + part(9, told).removesuffix(told)
        later = (len(body) + len(before), 2 * int(members[0]), 2 * WAY_IDS)
        making.add(4, body + before + told + packed(10, [1, 1, 1]), (place, turn + 1, WAY_IDS), later)
    return making.made()


# ---- the wire format


def varints(values) -> bytes:
    """Whole numbers from 0 in seven-bit groups, the lowest first."""
    values = np.asarray(values, dtype=np.uint64)
    groups = (values[:, None] >> np.arange(0, 63, 7, dtype=np.uint64)) & np.uint64(127)
    sizes = 1 + (values[:, None] >= (np.uint64(1) << np.arange(7, 63, 7, dtype=np.uint64))).sum(axis=1)
    place = np.arange(groups.shape[1])
    told = groups.astype(np.uint8) | np.where(place < sizes[:, None] - 1, 128, 0).astype(np.uint8)
    return told[place < sizes[:, None]].tobytes()


def fixed() -> bytes:
    """Room for a number that is written over."""
    return bytes([128] * (WIDTH - 1) + [0])


def zigzag(values: np.ndarray) -> np.ndarray:
    """Signed numbers as numbers from 0."""
    return ((values << 1) ^ (values >> 63)).astype(np.uint64)


def deltas(values: np.ndarray) -> np.ndarray:
    """Each number less the one before it."""
    return np.diff(values, prepend=0)


def part(field: int, body: bytes) -> bytes:
    """A field that holds bytes."""
    return varints([field << 3 | 2]) + varints([len(body)]) + body


def packed(field: int, values) -> bytes:
    """A field that holds many numbers."""
    return part(field, varints(values))


def number(field: int, value: int) -> bytes:
    """A field that holds one number."""
    return varints([field << 3]) + varints([value])


def tagged(pairs: list[str]) -> tuple[bytes, int]:
    """Id, tags, version and time of a way or a relation, and where in it the id stands."""
    keys, values = (packed(2 + turn, [TEXT[text] for text in pairs[turn::2]]) for turn in (0, 1))
    info = part(4, number(1, 2) + number(2, 1_600_000_000))
    return varints([1 << 3]) + fixed() + keys + values + info, 1


def header() -> bytes:
    """What the file is, and the day its data are of."""
    features = part(4, b"OsmSchema-V0.6") + part(4, b"DenseNodes") + part(5, b"Sort.Type_then_ID")
    return features + part(16, b"made up") + number(32, 1_780_000_000)


def blob(kind: bytes, body: bytes) -> bytes:
    """One compressed block with its frame."""
    held = number(2, len(body)) + part(3, zlib.compress(body, 6))
    frame = part(1, kind) + number(3, len(held))
    return struct.pack(">I", len(frame)) + frame + held


def measure(path: Path) -> None:
    """Reduce a file as a refresh does, and print what that takes."""
    source = read_record(Source, SOURCES / "osm_places_england.yml", stem="osm_places_england")
    began = time.monotonic()
    body, as_at = reduce(path, source)
    took, used = time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF)
    found = orjson.loads(body)["elements"]
    placed = sum("lat" in (element.get("center") or element) for element in found)
    print(f"{path.stat().st_size / 1e6:,.0f} MB, as at {as_at}: {len(found):,} elements, {placed:,} of them placed")
    cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    print(f"{took:.0f} s ({cpu:.0f} s of processor), peak memory {peak:,.0f} MB, answer {len(body) / 1e6:,.1f} MB")


def main() -> None:
    """Write a file, or measure one."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--megabytes", type=float, default=1400)
    parser.add_argument("--measure", action="store_true", help="reduce a file that is there")
    asked = parser.parse_args()
    if asked.measure:
        measure(asked.file)
    else:
        write(asked.file, asked.megabytes)


if __name__ == "__main__":
    main()
