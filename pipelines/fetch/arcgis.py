"""Protocol `arcgis`: a FeatureServer layer in pages, held to its own count, with errors hidden in HTTP 200 brought out."""

from datetime import UTC, date, datetime
from pathlib import Path

import orjson

from geodata.crs import PUBLISHED
from pipelines.core.json_text import read_json
from pipelines.core.problem import Problem
from pipelines.core.store import sha256_json
from pipelines.fetch.answer import believed
from pipelines.fetch.http import Client, NotThere, Passing, refuse_html
from pipelines.fetch.manners import USUAL, Manners
from pipelines.fetch.reply import Reply, refuse_many
from pipelines.register.source import Source

PAGE = 2000
PAGE_MB = 60
PASSING_CODES = {"429", "500", "502", "503", "504"}  # of errors inside HTTP 200


def fetch(client: Client, source: Source, today: date, last: dict, kept: Path | None = None) -> Reply | None:
    """All features of the first layer that is there, as page files, or None where its description and count are as in `last`.

    The service stops at its maxRecordCount without a word, so the pages are held to `returnCountOnly` and their object
    ids to being distinct. Raises Problem when the layer stops short, repeats a page or answers with an error.
    """
    rule = source.fetch
    url, layer = _layer(client, source)
    count_query = {"where": rule.where, "returnCountOnly": "true", "f": "json"}
    count = _get(client, source, f"{url}/query", count_query).get("count")
    if not isinstance(count, int):
        raise Problem(source.stem, "the layer does not say how many features it has", "try later")
    probe = {"layer": sha256_json(layer), "count": count}
    if last == probe:
        return None
    id_field = layer.get("objectIdField") or "OBJECTID"
    size = _size(layer)
    query = {"where": rule.where, "outFields": "*", "orderByFields": id_field, "resultRecordCount": size}
    if rule.geometry or rule.points:
        crs = rule.out_crs or PUBLISHED
        query |= {"outSR": crs.removeprefix("EPSG:"), "f": "geojson"}
    else:
        query |= {"returnGeometry": "false", "f": "json"}
    files: dict[str, bytes] = {}
    seen: set = set()
    while len(seen) < count:
        body, ids = _page(client, source, url, {**query, "resultOffset": len(seen)}, id_field)
        if not ids:
            raise Problem(
                source.stem,
                f"the layer stops after {len(seen):,} of {count:,} features",
                "try later; the publisher's service is cutting answers short",
            )
        if seen & ids:
            raise Problem(
                source.stem,
                f"the layer repeats a page after {len(seen):,} of {count:,} features",
                "try later; the publisher's service is paging wrongly",
            )
        seen |= ids
        files[f"page-{len(files) + 1:04d}.json"] = body
        refuse_many(source.stem, files, source.fetch.max_mb)
    if len(seen) != count:
        raise Problem(source.stem, f"{len(seen):,} features came where the layer announced {count:,}", "try later")
    return Reply(files, probe, _edited(layer, today))


def _size(layer: dict) -> int:
    """How many features are asked for at once: as many as the layer says that it gives, where it says so."""
    most = layer.get("maxRecordCount")
    return min(PAGE, most) if isinstance(most, int) and most > 0 else PAGE


def _edited(layer: dict, today: date) -> str | None:
    """The day that the layer says it was last edited; None where it says none, or none that can be one."""
    told = layer.get("editingInfo")
    told = told if isinstance(told, dict) else {}
    try:
        day = datetime.fromtimestamp((told.get("dataLastEditDate") or told.get("lastEditDate")) / 1000, UTC).date()
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return believed(day, today)


def _layer(client: Client, source: Source) -> tuple[str, dict]:
    """The first of the source's addresses at which there is a layer, and its description. Raises NotThere where none is."""
    for url in source.fetch.urls:
        try:
            return url, _get(client, source, url, {"f": "json"})
        except NotThere as problem:
            if url == source.fetch.urls[-1]:
                raise problem
    raise AssertionError("a source has an address")


def _get(client: Client, source: Source, url: str, params: dict) -> dict:
    return ask(client, source, url, source.fetch.max_mb * 1_000_000, params)[1]


def ask(
    client: Client, source: Source, url: str, limit: int, params: dict, manners: Manners = USUAL
) -> tuple[bytes, dict]:
    """An answer's bytes and its value, read once. Raises Problem where it is a refusal."""
    read: list[dict] = []  # of each try, the last of which was good
    check = lambda body, content_type: read.append(_no_error(body, content_type))  # noqa: E731
    body = client.get(source.stem, url, limit, params=params, check=check, manners=manners).body
    return body, _accepted(source, read[-1])


def _accepted(source: Source, value: dict) -> dict:
    if error := value.get("error"):
        raise (NotThere if "Invalid URL" in str(error.get("message")) else Problem)(
            source.stem,
            f"the service refused the question: {error.get('message')} {'; '.join(error.get('details') or [])}".strip(),
            "check the layer's address and query in the source's file",
        )
    return value


def _page(client: Client, source: Source, url: str, params: dict, id_field: str) -> tuple[bytes, set]:
    limit = min(source.fetch.max_mb, PAGE_MB) * 1_000_000
    body, value = ask(client, source, f"{url}/query", limit, params)
    features = value["features"]
    ids = {f["id"] if "id" in f else f["attributes"][id_field] for f in features}
    if len(ids) != len(features):
        raise Problem(source.stem, "a page of the layer holds the same feature twice", "try later")
    return body, ids


def _no_error(body: bytes, content_type: str) -> dict:
    refuse_html(body, content_type)
    try:
        value = read_json(body)
    except orjson.JSONDecodeError as error:
        raise Passing("the JSON is cut short or damaged") from error
    refusal = value.get("error") if isinstance(value, dict) else {"code": 500, "message": "not an object"}
    if refusal and str(refusal.get("code")) in PASSING_CODES:
        raise Passing(f"the service answered with error {refusal.get('code')}: {refusal.get('message')}")
    return value
