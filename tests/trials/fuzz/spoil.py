"""Bytes spoiled at random, always the same ones for one seed: flipped, cut, spliced, repeated, their lengths and words changed."""

import random
import struct
from collections.abc import Sequence

ODD = [
    b"",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b'"',
    b",",
    b"\n",
    b"\r",
    b"{",
    b"[" * 60,
    b"]",
    b"null",
    b"NaN",
    b"1e999",
    b"-0",
    b"9" * 400,
    b"true",
    b'""',
    b"{}",
    b"[]",
    b"\\ud800",
    b"=cmd|' /C calc'!A0",
    b"<script>",
    b"\xe2\x80\xae",
    "１２３".encode(),
    b"2020-13-45",
    b"&a [*a]",
    b"!!python/object:os.system x",
    b"A" * 3_000,
    b" " * 3_000,
    b"<a " * 1_000,
]
SIZES = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)


def spoiled(draw: random.Random, body: bytes, others: Sequence[bytes]) -> bytes:
    """`body` after one to six changes, some of which bring in a piece of the `others`."""
    data = bytearray(body)
    for _ in range(draw.choice((1, 1, 1, 2, 3, 6))):
        draw.choice((_flip, _cut, _insert, _repeat, _splice, _size, _swap, _odd))(draw, data, others)
    return bytes(data[:4_000_000])


def _at(draw: random.Random, data: bytearray) -> int:
    """A place, oftener near an end, where formats keep what they are read by."""
    n = len(data)
    return draw.choice((draw.randint(0, n), draw.randint(0, min(n, 200)), n - draw.randint(0, min(n, 200))))


def _flip(draw: random.Random, data: bytearray, others: Sequence[bytes]) -> None:
    for _ in range(draw.choice((1, 1, 8, 64))):
        if data:
            data[min(_at(draw, data), len(data) - 1)] ^= 1 << draw.randint(0, 7)


def _cut(draw: random.Random, data: bytearray, others: Sequence[bytes]) -> None:
    at = _at(draw, data)
    del data[at : at + draw.choice((1, 4, 100, 10_000, len(data)))]


def _insert(draw: random.Random, data: bytearray, others: Sequence[bytes]) -> None:
    at = _at(draw, data)
    data[at:at] = draw.randbytes(draw.choice((1, 2, 8, 100)))


def _repeat(draw: random.Random, data: bytearray, others: Sequence[bytes]) -> None:
    at = _at(draw, data)
    piece = bytes(data[at : at + draw.choice((1, 10, 300))])
    data[at:at] = piece * draw.choice((2, 50, 2_000))


def _splice(draw: random.Random, data: bytearray, others: Sequence[bytes]) -> None:
    other = draw.choice(others)
    start, at = draw.randint(0, len(other)), _at(draw, data)
    data[at : at + draw.choice((0, 100))] = other[start : start + draw.choice((10, 500, 20_000))]


def _size(draw: random.Random, data: bytearray, others: Sequence[bytes]) -> None:
    """A number as formats write lengths and counts, of two, four or eight bytes."""
    form = draw.choice(("<H", "<I", ">I", "<Q"))
    at = min(_at(draw, data), max(0, len(data) - 8))
    data[at : at + struct.calcsize(form)] = struct.pack(form, draw.choice(SIZES) % (1 << 8 * struct.calcsize(form)))


def _swap(draw: random.Random, data: bytearray, others: Sequence[bytes]) -> None:
    one, other, n = _at(draw, data), _at(draw, data), draw.choice((1, 8, 200))
    data[one : one + n], data[other : other + n] = data[other : other + n], data[one : one + n]


def _odd(draw: random.Random, data: bytearray, others: Sequence[bytes]) -> None:
    at = _at(draw, data)
    data[at : at + draw.choice((0, 0, 5, 50))] = draw.choice(ODD)
