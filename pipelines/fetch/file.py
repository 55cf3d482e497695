"""Protocol `file`: one file at one address, found on a page where its address changes, in whatever form it comes."""

import logging
import re
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipelines.core.plain_text import plain
from pipelines.core.problem import Problem
from pipelines.fetch.forms import form_of, refuse_unlike
from pipelines.fetch.http import Client, NotThere, refuse_html
from pipelines.fetch.reply import Reply
from pipelines.register.source import Source

LINK = r"""["'](https?://[^"'<>\\]{1,500})["']"""  # so that a pattern has little to try, however long a page
LICENSED = "its publisher hands it to those alone who agree to its licence, and without it nothing is asked for"
log = logging.getLogger("commonground.fetch")


def fetch(client: Client, source: Source, today: date, last: dict, kept: Path | None = None) -> Reply | None:
    """The file's bytes, or None where the publisher says nothing changed since `last` (its validators).

    Raises NotThere where none of the addresses has a file, and Problem for what else cannot be fetched or is not what its
    format says.
    """
    rule = source.fetch
    if rule.alternate_url and not client.stands_in:
        raise by_hand(source, "the publisher gives no lasting address for this file")
    page: dict = {}
    if rule.discover:
        url, page = _discover(client, source, last.get("page", {}))
        places = [(url, url)]
    else:
        places = addresses(source, today)
    for i, (template, url) in enumerate(places):
        validator = last.get("file", {}) if last.get("template") == template else {}
        client.seen = None
        try:
            answer = client.get(
                source.stem,
                url,
                rule.max_mb * 1_000_000,
                validator=validator,
                check=lambda *seen: refuse_unlike(rule, *seen),
            )
        except Problem as problem:
            lacks = isinstance(problem, NotThere)
            if i < len(places) - 1 and (lacks or (client.seen and places[i + 1][0] == template)):
                if not lacks:  # the file of a day may be there, and not be whole yet
                    log.warning("%s; the day before is asked for", problem)
                continue
            if lacks and rule.alternate_url:
                raise by_hand(source, problem.what) from problem
            raise
        if answer.body is None:
            return None
        state = {"template": template, "file": answer.validator, "page": page}
        return Reply({f"data.{form_of(answer.body)}": answer.body}, state, answer.day(today))
    raise AssertionError("a source has an address")


def by_hand(source: Source, what: str) -> Problem:
    """The failure of a source whose file somebody has to fetch: from which page, and where it goes."""
    form = next((f for f in source.fetch.forms if f not in ("arcgis", "osm")), "json")
    remedy = f"get it from {source.page}, and put it into the data folder as inbox/{source.stem}.{form}"
    return NotThere(source.stem, what, remedy)


def addresses(source: Source, today: date) -> list[tuple[str, str]]:
    """Each address that may have the file, with the template it is made from: today's, then those of the days before."""
    rule, found = source.fetch, []
    for template in rule.urls:
        days = range(rule.back_days + 1 if "{today" in template else 1)
        found += [(template, template.format(today=today - timedelta(days=n))) for n in days]
    return list(dict.fromkeys(found))


def _discover(client: Client, source: Source, last: dict) -> tuple[str, dict]:
    """The file's present address, as its page names it: exactly one match, or failure."""
    rule = source.fetch.discover
    answer = client.get(source.stem, rule.page, 5_000_000, validator=last.get("validator"), check=refuse_html)
    if answer.body is None:
        return last["url"], last
    found = matching(source, answer.body)
    if len(found) != 1:
        some = f" ({', '.join(unquote(url).rpartition('/')[2] for url in found[:3])})" if found else ""
        raise Problem(
            source.stem,
            f"{rule.page} names {len(found)} files{some} that match {rule.pattern}, where one was expected",
            f"look at the page and mend discover.pattern in the source's file, or put the file into the data folder as inbox/{source.stem}.{source.fetch.forms[0]}",
        )
    url = client.own_address(found[0])
    if urlsplit(rule.page).scheme == "https" != urlsplit(url).scheme:
        what = f"{rule.page} names {plain(url)}, which is no https address and may be altered by anyone on its way"
        raise Problem(source.stem, what, "put the file into the inbox, or mend the source's file")
    return url, {"url": url, "validator": answer.validator}


def matching(source: Source, page: bytes) -> list[str]:
    """The addresses on a page that match the source's pattern; of one file in several forms, the usual one alone."""
    named = re.findall(LINK, page.decode("utf-8", "replace").replace("\\/", "/"))
    return _usual_form(
        source, sorted({url for url in named if re.fullmatch(source.fetch.discover.pattern, unquote(url))})
    )


def _usual_form(source: Source, found: list[str]) -> list[str]:
    """Of a file that a page offers in several forms, the one that comes first among those of the source."""
    if len({url.rpartition(".")[0] for url in found}) == 1 and len(found) > 1:
        endings = [url.rpartition(".")[2].lower() for url in found]
        return [found[endings.index(form)] for form in source.fetch.forms if form in endings][:1] or found
    return found
