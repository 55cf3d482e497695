"""Protocol `file`: one file at one address (CSV, zip, JSON, XLSX), found on a page where its address changes."""

import io
import re
import zipfile
import zlib
from datetime import date
from email.utils import parsedate_to_datetime
from pathlib import Path

import orjson

from pipelines.core.problem import Problem
from pipelines.fetch.http import Client, Passing, refuse_html
from pipelines.fetch.reply import Reply
from pipelines.register.source import Source


def fetch(client: Client, source: Source, today: date, last: dict, kept: Path | None = None) -> Reply | None:
    """The file's bytes, or None where the publisher says nothing changed since `last` (its validators).

    Raises Problem for what cannot be fetched or is not what its format says.
    """
    rule = source.fetch
    limit = rule.max_mb * 1_000_000
    url = rule.url or rule.alternate_url
    page: dict = {}
    if rule.discover:
        url, page = _discover(client, source, last.get("page", {}))
    elif rule.alternate_url and not client.stands_in:
        raise Problem(
            source.stem,
            "the publisher gives no lasting address for this file",
            f"get it from {source.page}, and offer it through a mirror (--mirror) as {rule.alternate_url}",
        )
    elif "{" in url:
        url = url.format(today=today)
    template = rule.url or url
    validator = last.get("file", {}) if last.get("template") == template else {}
    answer = client.get(source.stem, url, limit, validator=validator, check=CHECKS[rule.format])
    if answer.body is None:
        return None
    state = {"template": template, "file": answer.validator, "page": page}
    modified = answer.headers.get("Last-Modified")
    as_at = parsedate_to_datetime(modified).date().isoformat() if modified else None
    return Reply({f"data.{rule.format}": answer.body}, state, as_at)


def _discover(client: Client, source: Source, last: dict) -> tuple[str, dict]:
    """The file's present address, as its page names it: exactly one match, or failure."""
    rule = source.fetch.discover
    answer = client.get(source.stem, rule.page, 5_000_000, validator=last.get("validator"), check=refuse_html)
    if answer.body is None:
        return last["url"], last
    found = sorted(set(re.findall(rule.pattern, answer.body.decode("utf-8", "replace"))))
    if len(found) != 1:
        raise Problem(
            source.stem,
            f"{rule.page} names {len(found)} files that match {rule.pattern}, where one was expected",
            "look at the page and mend discover.pattern in the source's file",
        )
    url = found[0]
    if client.mirror and url.startswith(client.mirror):
        url = "https:/" + url.removeprefix(client.mirror)
    return url, {"url": url, "validator": answer.validator}


def _is_zip(body: bytes, content_type: str) -> None:
    refuse_html(body, content_type)
    try:
        damaged = zipfile.ZipFile(io.BytesIO(body)).testzip()
    except (zipfile.BadZipFile, zlib.error) as error:
        raise Passing("the zip file is cut short or damaged") from error
    if damaged:
        raise Passing(f"the zip file is damaged ({damaged})")


def _is_json(body: bytes, content_type: str) -> None:
    refuse_html(body, content_type)
    try:
        orjson.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise Passing("the JSON is cut short or damaged") from error


CHECKS = {"csv": refuse_html, "zip": _is_zip, "xlsx": _is_zip, "json": _is_json}
