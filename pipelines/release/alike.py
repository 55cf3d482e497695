"""Whether the files of two releases hold the same: byte for byte, but for what tells which release they are of."""

import hashlib
import mmap
import re
import zipfile
import zlib
from pathlib import Path

from pipelines.release.atlas.script import DATA
from pipelines.release.maps.tiles import parts_that_tell

FOLDERS = ("geojson", "csv", "xlsx", "geopackage", "tiles", "web", DATA)
TELLS_RUN = f"{DATA}/atlas.js"  # of the release and its run; all else in it stands in tables, which are compared
HEAD = 1 << 20
TELLS_VERSION = re.compile(rb'"release":"[^"]*",')  # in the head of a map
OF_A_PACKAGE = re.compile(rb'<MDI key="release">[^<]*</MDI> *')  # with the blanks that make up for a short version
TEXT = (".geojson", ".topojson", ".json")
TEXTS = "xl/sharedStrings.xml"  # of a workbook, in which its release is the first
OF_A_WORKBOOK = re.compile(rb"(<sst [^>]*>)<si><t>Release [^<]*</t></si>")
MOST_BYTES = 1 << 28  # of a workbook that may be unpacked: one of ours has a thousandth; another is hashed as it is


def unlike_files(old: Path, new: Path) -> list[str]:
    """Every map and sheet that one of two release folders lacks, or that is not the same in both, in a sentence each."""
    files = [
        {
            str(path.relative_to(folder)): path
            for kind in FOLDERS
            for path in (folder / kind).rglob("*")
            if path.is_file() and not path.is_symlink() and path.relative_to(folder).as_posix() != TELLS_RUN
        }
        for folder in (old, new)
    ]
    one = [f"file {name} is in one release only" for name in sorted(files[0].keys() ^ files[1].keys())]
    both = sorted(files[0].keys() & files[1].keys())
    return one + [f"file {name} differs" for name in both if len({content_hash(found[name]) for found in files}) > 1]


def content_hash(path: Path) -> str:
    """The hash of a file without what tells the release it is of: a member of JSON, the metadata of tiles and of a
    GeoPackage, the first text of a workbook. A file that is damaged there is hashed whole."""
    if path.suffix == ".xlsx" and (told := _of_workbook(path)):
        return told
    digest = hashlib.sha256()
    with path.open("rb") as file:
        if path.suffix in TEXT:
            digest.update(TELLS_VERSION.sub(b"", file.read(HEAD), count=1))
        elif path.suffix in (".gpkg", ".pmtiles") and path.stat().st_size:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
                for start, end in _told(path.suffix, whole):
                    digest.update(whole[file.tell() : start])
                    file.seek(end)
        while block := file.read(HEAD):
            digest.update(block)
    return digest.hexdigest()


def _of_workbook(path: Path) -> str | None:
    """The hash of what a workbook is made of, part by part; None where it is none, or unpacks to more than one may."""
    digest = hashlib.sha256()
    try:
        with zipfile.ZipFile(path) as book:
            if sum(part.file_size for part in book.infolist()) > MOST_BYTES:
                return None
            for part in book.infolist():
                body = book.read(part)
                if part.filename == TEXTS:
                    body = OF_A_WORKBOOK.sub(rb"\1", body, count=1)
                digest.update(f"{part.filename} {len(body)} ".encode() + body)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
        return None
    return digest.hexdigest()


def _told(suffix: str, whole: mmap.mmap) -> list[tuple[int, int]]:
    """Where the bytes stand that tell the release, in order."""
    if suffix == ".pmtiles":
        return parts_that_tell(whole)
    return [match.span() for match in OF_A_PACKAGE.finditer(whole)][:1]
