"""Ask a publisher for a little, and hold what comes to the source's address, pattern, headings and form.

Nothing is stored, and what is told of an answer holds no body and no cell.
"""

import re
import time
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from urllib.parse import unquote

import orjson

from pipelines.core.plain_text import folded, plain
from pipelines.core.problem import Problem
from pipelines.fetch import arcgis, file, nomis, overpass
from pipelines.fetch.http import Client, Manners, NotThere, Seen, refuse_html
from pipelines.fetch.redacted import plain_headings, without_secrets
from pipelines.fetch.shape import BRIEF, Shape, shape_of
from pipelines.register.source import Source

ANSWER_BYTES = 5_000_000
TINY = '[out:json][timeout:25];node["amenity"="library"](51.5,-0.13,51.501,-0.129);out count;'  # costs next to nothing
LINK = re.compile(r"https?://[^\"'\s<>]{1,500}", re.I)
DATA_FILE = re.compile(r".*\.(?:csv|xlsx?|ods|zip|json|geojson|parquet|gpkg|pbf)\b", re.I)
MANY = 50  # files of a page that are told


@dataclass(frozen=True)
class Found:
    """What an answer showed: its form, the rows that the service `announced`, and what is wrong with it."""

    shape: Shape
    announced: int | None = None
    wrong: str | None = None


@dataclass(frozen=True)
class Contact:
    """How asking for a little went. `status`: ok, FAILED, or not asked; `problem`: why, and what to do.

    `http_status`, `address` (after redirects, without secrets), `content_type` and `size_bytes` are of the last answer.
    `headings`: the headings, fields or keys seen; `holds`: the members of a zip, sheets of a workbook, or files that a page names where none is the one; `chosen`: by
    column, which of several headings that are known stands there; `n_parts`: of a source in parts, of which one was asked. Of one
    that a refresh has read live: since when, and the rows of its last good answer.
    """

    source: str
    status: Literal["ok", "FAILED", "not asked"]
    required: bool
    through: str
    problem: str | None = None
    http_status: int | None = None
    address: str | None = None
    content_type: str | None = None
    size_bytes: int | None = None
    form: str | None = None
    headings: list[str] = field(default_factory=list)
    holds: list[str] = field(default_factory=list)
    records_at: str | None = None
    chosen: dict[str, str] = field(default_factory=dict)
    announced_rows: int | None = None
    n_parts: int | None = None
    seconds: float = 0.0
    live_since: str | None = None
    last_rows: int | None = None

    @property
    def line(self) -> str:
        """The same in one line."""
        if self.status != "ok":
            return f"{self.status:9} {self.source}  {self.problem}"
        told = [self.form, f"{self.announced_rows:,} rows announced" if self.announced_rows is not None else None]
        told += [f"{self.size_bytes / 1000:,.0f} kB" if self.size_bytes and self.announced_rows is None else None]
        told += [f"{len(self.headings)} headings" if self.headings else None]
        told += [f"one of {self.n_parts} parts" if self.n_parts else None, f"{self.seconds:.1f} s"]
        return f"{self.status:9} {self.source}  {', '.join(filter(None, told))}"


def contact(client: Client, source: Source, parts: list[str], today: date) -> Contact:
    """Ask one publisher. `parts`: those of a source in parts, of which the first is asked. Never raises Problem."""
    n_parts = len(parts) if source.fetch.parts else None
    if source.fetch.by_hand or (source.fetch.alternate_url and not client.stands_in):
        why = file.LICENSED if source.fetch.by_hand else "the publisher gives no lasting address"
        told = str(file.by_hand(source, why)).removeprefix(f"{source.stem}: ")
        return Contact(source.stem, "not asked", source.required, client.through, told, n_parts=n_parts)
    client.begin()
    client.seen, start = None, time.monotonic()
    found, problem = None, None
    try:
        found = PROTOCOLS.get(source.fetch.protocol, _file)(client, source, parts, today)
        problem = found.wrong or _lacks(source, found.shape)
    except NotThere as error:
        problem = str(file.by_hand(source, error.what) if source.fetch.alternate_url else error)
    except Problem as error:
        problem = str(error)
    except Exception as error:  # whatever one publisher's answer makes a library throw
        problem = (
            f"the answer has an unexpected form ({type(error).__name__}). The publisher may have changed its service."
        )
    seen = client.seen or Seen(0, "")
    shape = found.shape if found else Shape("")
    headings = _headings(source)
    known = {heading for several in headings.values() for heading in several}
    chosen = {name: several for name, several in headings.items() if len(several) > 1 and shape.names}
    return Contact(
        source.stem,
        "FAILED" if problem else "ok",
        source.required,
        client.through,
        without_secrets(problem.removeprefix(f"{source.stem}: "), client) if problem else None,
        seen.status or None,
        without_secrets(seen.url, client) or None,
        seen.content_type or None,
        seen.size,
        shape.kind or None,
        plain_headings(shape.names or [], known),
        list(shape.holds),
        shape.records,
        {name: there for name, several in chosen.items() if (there := _there(several, shape))},
        found.announced if found else None,
        n_parts,
        round(time.monotonic() - start, 1),
    )


def _headings(source: Source) -> dict[str, list[str]]:
    """By column, the headings it may be read from; without those that our reader makes (`@lat`)."""
    found = {name: column.headings(name) for name, column in source.columns.items()}
    return {name: several for name, several in found.items() if not several[0].startswith("@")}


def _there(several: list[str], shape: Shape) -> str | None:
    seen = {folded(name): name for name in shape.names or []}
    return next((seen[folded(heading)] for heading in several if folded(heading) in seen), None)


def _lacks(source: Source, shape: Shape) -> str | None:
    """Which declared columns an answer does not have, in a sentence."""
    if shape.names is None:
        return None
    if shape.kind == "json" and not shape.names:
        wanted = " or ".join(map(".".join, source.fetch.record_paths)) or "its top"
        return f"the JSON has no list of records at {wanted}. Mend `records` in the source's file."
    passed_over = {name for name, column in source.columns.items() if column.optional}
    if shape.kind == "json":  # where a key without a value may be left out
        passed_over |= {name for name, column in source.columns.items() if column.nullable}
    missing = [
        several for name, several in _headings(source).items() if name not in passed_over and not _there(several, shape)
    ]
    if not missing:
        return None
    more = f", nor {len(missing) - 1} more that are declared" if len(missing) > 1 else ""
    return f"it has no {' or '.join(map(repr, missing[0]))}{more}. If the publisher renamed it, mend `from` in the source's file."


def _file(client: Client, source: Source, parts: list[str], today: date) -> Found:
    urls = _addresses(source, parts, today)
    if source.fetch.discover:
        page, found = _on_page(client, source)
        if len(found) != 1:
            what = f"{source.fetch.discover.page} names {len(found)} files that match {source.fetch.discover.pattern}, where one was expected."
            return Found(
                Shape("page", None, page),
                None,
                f"{what} Look at the page and mend discover.pattern in the source's file.",
            )
        urls = found
    for url in urls[:-1]:
        try:
            return Found(shape_of(client, source, url))
        except Problem:
            if client.seen and client.seen.status < 400:
                raise  # it is there, and is not what it should be
    return Found(shape_of(client, source, urls[-1]))


def _on_page(client: Client, source: Source) -> tuple[tuple[str, ...], list[str]]:
    """The names of the data files that a page names, and the addresses on it that match the source's pattern."""
    rule = source.fetch.discover
    answer = client.get(source.stem, rule.page, ANSWER_BYTES, check=refuse_html, manners=BRIEF)
    text = answer.body.decode("utf-8", "replace")
    files = filter(None, map(DATA_FILE.match, LINK.findall(text)))
    names = sorted({unquote(one[0].rpartition("/")[2]) for one in files})
    found = [client.own_address(url) for url in file.matching(source, answer.body)]
    return tuple(plain(name) for name in names[:MANY]), found


def _addresses(source: Source, parts: list[str], today: date) -> list[str]:
    """Where a file without a page may stand, the likeliest first."""
    part = {"url": source.fetch.urls[0].replace("{part}", parts[0])} if source.fetch.parts else {}
    one = source.model_copy(update={"fetch": source.fetch.model_copy(update=part)})
    return [url for _, url in file.addresses(one, today)]


def _layer(client: Client, source: Source, parts: list[str], today: date) -> Found:
    rule = source.fetch

    def ask(url: str, params: dict) -> dict:
        return arcgis.ask(client, source, url, ANSWER_BYTES, params, BRIEF)[1]

    for url in rule.urls:
        try:
            layer = ask(url, {"f": "json"})
            break
        except NotThere:
            if url == rule.urls[-1]:
                raise
    count = ask(f"{url}/query", {"where": rule.where, "returnCountOnly": "true", "f": "json"}).get("count")
    shape = Shape("arcgis", [one["name"] for one in layer["fields"]])
    if not isinstance(count, int) or count < 1:
        return Found(shape, None, "the layer does not say how many features it has. Try later.")
    if (rule.geometry or rule.points) and not layer.get("geometryType"):
        return Found(shape, count, "the layer has no shapes. Check the address in the source's file.")
    return Found(shape, count)


def _nomis(client: Client, source: Source, parts: list[str], today: date) -> Found:
    names = [several[0].lower() for several in _headings(source).values()]
    params = {"select": ",".join([*names, "record_count"]), "RecordLimit": 1}
    url = source.fetch.urls[0]
    answer = client.get(source.stem, url, ANSWER_BYTES, params, check=nomis._is_table, manners=BRIEF)
    heading, row = (line.replace('"', "").split(",") for line in answer.body.decode("utf-8-sig").splitlines()[:2])
    return Found(Shape("csv", heading), int(row[heading.index("RECORD_COUNT")]))


def _overpass(client: Client, source: Source, parts: list[str], today: date) -> Found:
    manners = Manners(tries=2, read_s=60, wait_s=overpass.MANNERS.wait_s, longest_s=120, leaves=True)
    check = lambda *seen: overpass._whole(source, *seen)  # noqa: E731
    answer = client.get(source.stem, source.fetch.urls[0], ANSWER_BYTES, {"data": TINY}, check=check, manners=manners)
    told = orjson.loads(answer.body)
    if told["elements"][0].get("type") != "count":
        return Found(Shape("osm"), None, "the service did not count what it was asked to. Try later.")
    return Found(Shape("osm"))


PROTOCOLS = {"file": _file, "arcgis": _layer, "nomis": _nomis, "overpass": _overpass}
