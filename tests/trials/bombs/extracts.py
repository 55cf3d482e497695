"""Extracts of OpenStreetMap: blocks of a PBF file that unpack to far more than they say, or to nothing."""

import struct
import zlib
from collections.abc import Callable

from fixtures.making import make_source
from trials.bombs.registry import BOMBS


def block(kind: bytes, packed: bytes, raw_size: int) -> bytes:
    """One block of a PBF file: `packed` is said to unpack to `raw_size` bytes."""

    def varint(n: int) -> bytes:
        out = b""
        while n > 127:
            out, n = out + bytes([n & 127 | 128]), n >> 7
        return out + bytes([n])

    blob = b"\x10" + varint(raw_size) + b"\x1a" + varint(len(packed)) + packed
    head = b"\x0a" + varint(len(kind)) + kind + b"\x18" + varint(len(blob))
    return struct.pack(">I", len(head)) + head + blob


def extract(name: str) -> Callable[[Callable[[], bytes]], None]:
    """Enter a function that makes an extract."""

    def entered(make: Callable[[], bytes]) -> None:
        def bomb():
            source = make_source(
                {"code": {"from": "@id", "type": "text"}},
                {"protocol": "extract", "format": "osm", "tags": {"amenity": ["library"]}, "max_mb": 100},
                stem="bomb_extract",
            )
            return source, {"extract.osm.pbf": make()}

        BOMBS[f"extract: {name}"] = bomb

    return entered


@extract("a block that unpacks to 2 GB")
def _():
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(2_000)) + packer.flush()
    return block(b"OSMHeader", data, 2_000_000_000)


@extract("a block that says it is small and unpacks to 1 GB")
def _():
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(1_000)) + packer.flush()
    return block(b"OSMHeader", data, 1_000)


@extract("a header of 4 GB")
def _():
    return struct.pack(">I", 0xFFFFFFFF) + b"\0" * 1_000


@extract("a thousand blocks of 30 MB of nothing")
def _():
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(30)) + packer.flush()
    return block(b"OSMHeader", zlib.compress(b""), 0) + block(b"OSMData", data, 30_000_000) * 1_000
