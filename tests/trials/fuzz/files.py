"""Files of publishers, of every form, spoiled and read as a refresh reads them: until a table is made or a sentence told."""

import random
import tempfile
from pathlib import Path

import orjson
from trials.fuzz.corpus import examples, rezipped, workspace
from trials.fuzz.spoil import spoiled
from trials.fuzz.tally import Tally, tried

from pipelines.core.problem import Problem
from pipelines.core.unforeseen import unforeseen
from pipelines.fetch import extract
from pipelines.fetch.forms import form_of, refuse_unlike
from pipelines.fetch.http import Passing
from pipelines.register.source import Source
from pipelines.tables.canonical import canonical_hash
from pipelines.tables.tidy import tidy

PARSERS = ("csv", "zip", "xlsx", "json", "json_array", "geojson", "gpkg", "arcgis", "osm", "extract", "parquet")
IN_JSON = (None, 0, -1, 1e30, True, "", "x" * 3_000, "１２", [], {}, [[]], {"a": {}}, 10**18)
AS_JSON = ("json", "geojson", "arcgis", "osm")


def run(parser: str, seed: int, seconds: float, first: int = 0) -> Tally:
    """Try one of PARSERS."""
    bodies = [body for _, body in examples(parser)]

    def attempt(draw: random.Random) -> None:
        source, body = draw.choice(examples(parser))
        change = lambda data: spoiled(draw, data, bodies)  # noqa: E731
        if parser in AS_JSON and draw.random() < 0.6:
            body = _json(draw, body)
        elif body.startswith(b"PK") and draw.random() < (1 if parser == "gpkg" else 0.6):
            body = rezipped(body, _changed_once(draw, change))
        else:
            body = change(body)
        read(source, body)

    return tried(attempt, seed, seconds, first)


def read(source: Source, body: bytes) -> None:
    """Make a table of a file. Raises Problem."""
    with unforeseen(source.stem):
        try:
            if source.fetch.protocol == "extract":
                with tempfile.TemporaryDirectory() as folder:
                    path = Path(folder) / "extract.osm.pbf"
                    path.write_bytes(body)
                    files = {"data.json": extract.reduce_apart(path, source)[0]}
            elif source.fetch.protocol == "file":
                refuse_unlike(source.fetch, body)
                files = {f"data.{form_of(body)}": body}
            else:
                files = {"page-0001.csv" if source.fetch.protocol == "nomis" else "page-0001.json": body}
        except Passing as wrong:
            raise Problem(source.stem, str(wrong), "try later") from wrong
        canonical_hash(source, files)
        tidy(source, workspace().geography, files)


def _changed_once(draw: random.Random, change):
    """`change` for one or other of the members, the rest as they are."""
    return lambda data: change(data) if data and draw.random() < 0.5 else data


def _json(draw: random.Random, body: bytes) -> bytes:
    """A JSON text with some values, keys or rows of it taken out, made twice or put in place of others."""
    whole = orjson.loads(body.removeprefix(b"\xef\xbb\xbf"))
    for _ in range(draw.choice((1, 1, 3, 40))):
        at = whole
        for _ in range(draw.randint(0, 12)):
            below = [v for v in (at.values() if isinstance(at, dict) else at) if isinstance(v, (dict, list)) and v]
            if not below:
                break
            at = draw.choice(below)
        if not isinstance(at, (dict, list)) or not at:
            continue
        key = draw.choice(list(at)) if isinstance(at, dict) else draw.randrange(len(at))
        if draw.random() < 0.3:
            del at[key]
        elif isinstance(at, list) and draw.random() < 0.3:
            at.append(at[key])
        else:
            at[key] = draw.choice(IN_JSON)
    try:
        return orjson.dumps(whole)
    except TypeError:  # deeper than it is written
        return body
