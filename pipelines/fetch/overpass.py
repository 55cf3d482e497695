"""Protocol `overpass`: an OpenStreetMap query, as it is or as at past dates, one at a time, cut answers refused.

The service is run by volunteers. It is told who asks, asked one query at a time and read for as long as the query may run;
after an answer that was no good it is left alone for half a minute, or for as long as it says.
"""

from datetime import date
from pathlib import Path

import orjson

from pipelines.core import store
from pipelines.core.json_text import read_json
from pipelines.core.problem import Problem
from pipelines.fetch.answer import believed_day
from pipelines.fetch.http import Client, Manners, Passing, refuse_html
from pipelines.fetch.reply import Reply
from pipelines.register.source import Source

QUERY_S = 180  # how long the service may work on one query
MANNERS = Manners(tries=3, read_s=QUERY_S + 20, wait_s=30, longest_s=300, leaves=True)


def fetch(
    client: Client, source: Source, today: date, last: dict, kept: Path | None = None, partial: Path | None = None
) -> Reply | None:
    """The answer of the present as `data.json`; or, with `dates`, one file a date, of which those kept are not asked again.

    The service has no probe that tells a change, so the present is read again and dropped if nothing in it is new. A
    past date cannot change: each is kept in `partial` as it comes, by its hash, for the next try, should a later one fail. Raises
    Problem where the service ran out of time and told only a part (`remark`).
    """
    rule = source.fetch
    if not rule.dates:
        body = _ask(client, source, "")
        timestamp = read_json(body).get("osm3s", {}).get("timestamp_osm_base")
        return Reply({"data.json": body}, {}, believed_day(timestamp, today))
    files, same = {}, kept if kept and last.get("query") == rule.query else None
    came = partial / store.sha256_json([rule.urls[0], rule.query, client.through])[:12] if partial else None
    for day in rule.dates:
        name = f"{day}.json"
        held = [same / name] if same and (same / name).exists() else _came(came, str(day))
        files[name] = held[0].read_bytes() if held else _ask(client, source, f'[date:"{day}T00:00:00Z"]')
        if came and not held:
            store.write_bytes(came / f"{day}.{store.sha256(files[name])}.json", files[name])
    if same and sorted(p.name for p in same.iterdir()) == sorted(files):
        return None
    return Reply(files, {"query": rule.query}, str(max(rule.dates)))


def _came(folder: Path | None, day: str) -> list[Path]:
    """What came of a day at an earlier try, where it is still what came."""
    found = folder.glob(f"{day}.*.json") if folder else []
    return [path for path in found if store.holds(path, path.name.split(".")[1])]


def _ask(client: Client, source: Source, setting: str) -> bytes:
    rule = source.fetch
    query = f"[out:json][timeout:{QUERY_S}]{setting};{' '.join(rule.query.split())}"
    return client.get(
        source.stem,
        rule.urls[0],
        rule.max_mb * 1_000_000,
        params={"data": query},
        check=lambda *seen: _whole(source, *seen),
        manners=MANNERS,
    ).body


def _whole(source: Source, body: bytes, content_type: str) -> None:
    refuse_html(body, content_type)
    try:
        answer = read_json(body)
    except orjson.JSONDecodeError as error:
        raise Passing("the answer is cut short or damaged") from error
    if answer.get("remark"):
        raise Passing(f"the service told only a part ({str(answer['remark'])[:80]})")
    if not answer.get("elements"):
        raise Problem(source.stem, "the answer holds no element", "check the query in the source's file, or try later")
