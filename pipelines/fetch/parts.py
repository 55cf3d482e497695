"""A file that comes in parts, one an authority: each is fetched by itself, and what fails is reported."""

import logging
import time
from datetime import date
from pathlib import Path

from pipelines.core.problem import Problem
from pipelines.fetch import file
from pipelines.fetch.http import Client
from pipelines.fetch.reply import Reply, unchanged_since_nothing
from pipelines.register.source import Source

log = logging.getLogger("commonground.fetch")
PAUSE_S = 0.5  # between two files of one publisher, where it is asked itself
TOLD_EVERY = 25


def fetch(
    client: Client, source: Source, today: date, last: dict, kept: Path | None = None, parts: tuple[str, ...] = ()
) -> Reply | None:
    """Every part as a file of its own, or None where none changed since `last`.

    A part that fails keeps the bytes it had in `kept`, the folder of the last snapshot; one that never came is left
    out, and its authority is then not covered. Both are named in the reply's `missing`. Raises the first Problem where
    no part answers. Where there is a `last` and nothing is `kept`, that answer was refused: it is None where none changed
    since, and else every part is fetched.
    """
    if last and not kept:
        if all(_is_unchanged(client, source, today, part, last.get(part)) for part in parts):
            return None
        last = {}
    files, validators, missing, changed, problems = {}, {}, {}, False, []
    for n, part in enumerate(parts):
        if n:
            _between(client, source, n, len(parts))
        name = f"{part}.{source.fetch.forms[0]}"
        old = kept / name if kept and (kept / name).exists() else None
        try:
            reply = _part(client, source, today, part, last.get(part, {}) if old else None)
        except Problem as problem:
            problems.append(problem)
            missing[part] = problem.what
            if old:
                files[name], validators[part] = old.read_bytes(), last.get(part, {})
            continue
        if reply is None:
            files[name], validators[part] = old.read_bytes(), last[part]
        else:
            changed = True
            files[name] = next(iter(reply.files.values()))
            validators[part] = reply.validator | {"as_at": reply.source_as_at}
    if not files or len(problems) == len(parts):
        raise problems[0]
    if not changed and not missing and kept and set(files) == {path.name for path in kept.iterdir()}:
        return None
    oldest = min((v["as_at"] for v in validators.values() if v.get("as_at")), default=None)
    return Reply(files, validators, oldest, missing)


def _part(client: Client, source: Source, today: date, part: str, last: dict | None) -> Reply | None:
    """One part, or None where it did not change since `last`; without a last there is nothing that it can be as."""
    reply = file.fetch(client, _one(source, part), today, last or {})
    if reply is None and last is None:
        raise unchanged_since_nothing(source.stem)
    return reply


def _between(client: Client, source: Source, n: int, total: int) -> None:
    """After each file a pause that the publisher's own service is due, and now and then how far we are."""
    if n % TOLD_EVERY == 0:
        log.info("%s: %s of %s files", source.stem, n, total, extra={"passes": True})
    if not client.stands_in:
        time.sleep(PAUSE_S)


def _is_unchanged(client: Client, source: Source, today: date, part: str, last: dict | None) -> bool:
    try:
        return bool(last) and file.fetch(client, _one(source, part), today, last) is None
    except Problem:
        return False


def _one(source: Source, part: str) -> Source:
    """The part as a source of its own."""
    url = source.fetch.urls[0].replace("{part}", part)
    return source.model_copy(update={"fetch": source.fetch.model_copy(update={"url": url})})
