"""What files say, whatever their bytes: the hash by which a snapshot is known, without dates of archives and volatile fields."""

import csv
import io
import zipfile

import orjson

from pipelines.core import store
from pipelines.core.json_text import read_json
from pipelines.register.source import Source


def canonical_hash(source: Source, files: dict[str, bytes]) -> str:
    """The hash of what the files say: zip members rather than zip dates, and without the volatile fields named."""
    parts = {name: store.sha256(_canonical(source, name, body)) for name, body in files.items()}
    return store.sha256_json(parts)


def _canonical(source: Source, name: str, body: bytes) -> bytes:
    if name.endswith(".zip"):
        archive = zipfile.ZipFile(io.BytesIO(body))
        return orjson.dumps(sorted((i.filename, i.file_size, i.CRC) for i in archive.infolist()))
    volatile = set(source.fetch.volatile)
    if volatile and name.endswith(".csv"):
        rows = csv.reader(io.StringIO(body.decode(source.fetch.encoding)))
        heading = next(rows)
        kept = [i for i, column in enumerate(heading) if column not in volatile]
        # cells beyond the heading are content too, by which a row that does not fit it is found
        return orjson.dumps([[row[i] for i in kept if i < len(row)] + row[len(heading) :] for row in [heading, *rows]])
    if volatile and name.endswith(".json"):
        try:
            return orjson.dumps(_without(read_json(body), volatile), option=orjson.OPT_SORT_KEYS)
        except (RecursionError, TypeError):  # nested deeper than is followed: it stands for itself, dates and all
            return body
    return body


def _without(value, volatile: set[str]):
    if isinstance(value, dict):
        return {k: _without(v, volatile) for k, v in value.items() if k not in volatile}
    if isinstance(value, list):
        return [_without(v, volatile) for v in value]
    return value
