"""Zips: members that unpack to far more than they say or than anyone reads, odd methods, and zips made piece by piece."""

import io
import struct
import zipfile
import zlib

from trials.bombs.registry import of


def zipped(members: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, body in members:
            archive.writestr(name, body)
    return buffer.getvalue()


def endless(name: str, piece: bytes, times: int, head: bytes = b"", tail: bytes = b"") -> bytes:
    """A zip whose one member repeats a piece, made without holding it."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w", force_zip64=True) as file,
    ):
        file.write(head)
        for _ in range(times):
            file.write(piece)
        file.write(tail)
    return buffer.getvalue()


@of("zip", "680 MB of commas")
def _():
    return endless("a.csv", b"," * 1_000_000, 680)


@of("zip", "680 MB of commas in lines of a thousand")
def _():
    return endless("a.csv", (b"," * 999 + b"\n") * 1_000, 680)


@of("zip", "1 GB of empty lines")
def _():
    return endless("a.csv", b"\n" * 1_000_000, 1_000, b"code,n\nA,1\n")


@of("zip", "1 GB of empty lines, few columns read", only_columns=True)
def _():
    return endless("a.csv", b"\n" * 1_000_000, 1_000, b"code,n\nA,1\n")


@of("zip", "1 GB of rows of two cells, few columns read", only_columns=True)
def _():
    return endless("a.csv", b"A,1\n" * 250_000, 1_000, b"code,n\n")


@of("zip", "1 GB of rows of two cells")
def _():
    return endless("a.csv", b"A,1\n" * 250_000, 1_000, b"code,n\n")


@of("zip", "1 GB in one line, few columns read", only_columns=True)
def _():
    return endless("a.csv", b"A" * 1_000_000, 1_000, b"code,n\n")


@of("zip", "300 MB in one object of JSON", member="*.json", only_columns=True)
def _():
    return endless("a.json", b"A" * 1_000_000, 300, b'[{"code": "', b'"}]')


@of("zip", "300 MB of blanks in a JSON list", member="*.json", only_columns=True)
def _():
    return endless("a.json", b" " * 1_000_000, 300, b'[{"code": "A"}', b"]")


@of("zip", "a JSON object with a million keys", member="*.json", only_columns=True)
def _():
    return zipped([("a.json", b"[{" + b",".join(b'"k%d":1' % i for i in range(1_000_000)) + b"}]")])


@of("zip", "ten million objects of one key in JSON", member="*.json", only_columns=True)
def _():
    return endless("a.json", b'{"code":1},' * 100_000, 100, b"[", b"{}]")


@of("zip", "a million objects of each another key", member="*.json", only_columns=True)
def _():
    return zipped([("a.json", b"[" + b",".join(b'{"k%d":1}' % i for i in range(1_000_000)) + b"]")])


@of("zip", "numbers of 900,000 digits in a JSON list", member="*.json", only_columns=True)
def _():
    return endless("a.json", b'{"code":' + b"9" * 900_000 + b"},", 50, b"[", b'{"code":1}]')


@of("zip", "50,000 deep in a JSON list", member="*.json", only_columns=True)
def _():
    return zipped([("a.json", b'[{"code":' + b"[" * 50_000 + b"]" * 50_000 + b"}]")])


@of("zip", "300 MB of JSON read whole", member="*.json")
def _():
    return endless("a.json", b"[" * 1_000_000, 300)


@of("zip", "300 MB of empty objects read whole", member="*.json")
def _():
    return endless("a.json", b"{}," * 300_000, 300, b"[", b"{}]")


@of("zip", "65,000 members")
def _():
    return zipped([(f"{i}.txt", b"") for i in range(65_000)] + [("a.csv", b"code,n\nA,1\n")])


@of("zip", "1,000 members that nobody reads, of 100 MB each")
def _():
    piece = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = b"".join(piece.compress(b"0" * 1_000_000) for _ in range(100)) + piece.flush()
    crc = 0
    for _ in range(100):
        crc = zlib.crc32(b"0" * 1_000_000, crc)
    return overlapping([f"{i}.txt" for i in range(1_000)] + ["a.csv"], data, crc, 100_000_000)


def overlapping(names: list[str], data: bytes, crc: int, size: int) -> bytes:
    """A zip whose members all are the same bytes."""
    head = (
        struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 0, crc, len(data), size, len(names[-1]), 0)
        + names[-1].encode()
    )
    central = b""
    for name in names:
        entry = struct.pack(
            "<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 8, 0, 0, crc, len(data), size, len(name), 0, 0, 0, 0, 0, 0
        )
        central += entry + name.encode()
    n = len(names)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, n, n, len(central), len(head) + len(data), 0)
    return head + data + central + end


@of("zip", "a member that says it is small and is not")
def _():
    body = bytearray(endless("a.csv", b"0" * 1_000_000, 2_000, b"code,n\n"))
    at = body.rindex(b"PK\1\2")
    struct.pack_into("<I", body, at + 24, 100)
    at = body.index(b"PK\3\4")
    return bytes(body)


@of("zip", "encrypted")
def _():
    body = bytearray(zipped([("a.csv", b"code,n\nA,1\n")]))
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        body[body.index(mark) + offset] |= 1
    return bytes(body)


@of("zip", "an odd method of compression")
def _():
    body = bytearray(zipped([("a.csv", b"code,n\nA,1\n")]))
    for mark, offset in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        struct.pack_into("<H", body, body.index(mark) + offset, 97)
    return bytes(body)


@of("zip", "bzip2 of 1 GB")
def _():
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_BZIP2) as archive,
        archive.open("a.csv", "w", force_zip64=True) as file,
    ):
        for _ in range(300):
            file.write(b"\0" * 1_000_000)
    return buffer.getvalue()


@of("zip", "lzma with a dictionary of 4 GB")
def _():
    body = bytearray(zipped([("a.csv", b"code,n\nA,1\n")], zipfile.ZIP_LZMA))
    at = body.index(b"a.csv") + 5
    struct.pack_into("<I", body, at + 5, 0xFFFFFFFF)
    return bytes(body)


@of("zip", "a zip in a zip")
def _():
    return zipped([("a.csv", zipped([("a.csv", b"code,n\nA,1\n")]))])


@of("zip", "a gpkg in the zip that is a zip bomb's size", member="*.gpkg")
def _():
    return endless("a.gpkg", b"\0" * 1_000_000, 1_000, b"SQLite format 3\0")
