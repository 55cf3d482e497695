"""Whether the files of two releases hold the same: byte for byte, but for what tells which release they are of."""

import hashlib
import mmap
import re
from pathlib import Path

from pipelines.release.atlas.script import DATA
from pipelines.release.maps.tiles import parts_that_tell

FOLDERS = ("geojson", "csv", "geopackage", "tiles", "web", DATA)
TELLS_RUN = f"{DATA}/atlas.js"  # of the release and its run; all else in it stands in tables, which are compared
HEAD = 1 << 20
TELLS_VERSION = re.compile(rb'"release":"[^"]*",')  # in the head of a map
OF_A_PACKAGE = re.compile(rb'<MDI key="release">[^<]*</MDI> *')  # with the blanks that make up for a short version
TEXT = (".geojson", ".topojson", ".json")


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
    GeoPackage. A file that is damaged there is hashed whole."""
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


def _told(suffix: str, whole: mmap.mmap) -> list[tuple[int, int]]:
    """Where the bytes stand that tell the release, in order."""
    if suffix == ".pmtiles":
        return parts_that_tell(whole)
    return [match.span() for match in OF_A_PACKAGE.finditer(whole)][:1]
