"""feed.atom of a release: an entry per release kept, the newest first, with its chief changes (Atom, RFC 4287).

Ids are made of what a release is and rests on, so that they need no address and are the same wherever it is read.
"""

import logging
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from pathlib import Path

import duckdb

from pipelines.core import store
from pipelines.core.plain_text import plain
from pipelines.core.problem import Problem
from pipelines.core.query import holds, records
from pipelines.register.labels import label
from pipelines.release import change_text
from pipelines.release.database import CHANGE, open_release
from pipelines.release.version import package

FEED = "feed.atom"
ATOM = "http://www.w3.org/2005/Atom"
OURS = uuid.UUID("3f0c5a56-6f0e-5d2b-9a53-6d0f6e1b7c11")  # the space of names that ids are made in; never to change
PLACES = ("opened", "closed", "first_listed")  # told by name, the first few: what people ask for first
AREAS = ("entered_highest_tenth", "left_highest_tenth")
FEW = 5
UNTOLD = "It has no table of changes: it is the first release of its folder, nothing changed, or it was made before changes were told."  # fmt: skip
LONGEST = 20_000  # characters of an entry
log = logging.getLogger("commonground.release")


def write_feed(folder: Path, key: str, earlier: Iterable[Path]) -> None:
    """Write feed.atom into a release folder whose database stands: its own entry, under its release `key`, and one for each
    of the `earlier` releases (folders, oldest first) that can be opened."""
    release, content = _told(folder, PLACES + AREAS)
    entries = [(release, key, content)]
    for path in reversed(list(earlier)):
        try:
            told, words = _told(path, AREAS)  # a place it named may have to go unnamed by now
        except (Problem, duckdb.Error) as error:
            log.warning("%s has no entry in %s: %s", path.name, FEED, error)
            continue
        entries.append((told, (package(path) or {}).get("release_key", ""), words))
    ET.register_namespace("", ATOM)
    feed = ET.Element(_name("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": "en"})
    _add(feed, "id", _id("feed", release["geography"], release["areas_asked"]))
    _add(feed, "title", f"{release['title']}: releases and what changed")
    _add(feed, "updated", max(told["built_at"] for told, _, _ in entries))
    ET.SubElement(ET.SubElement(feed, _name("author")), _name("name")).text = "Common Ground"
    _link(feed, "self", FEED, "application/atom+xml")
    _link(feed, "alternate", "index.html", "text/html")
    for told, its_key, words in entries:
        entry = ET.SubElement(feed, _name("entry"))
        _add(entry, "id", _id("release", told["geography"], told["areas_asked"], told["version"], its_key))
        _add(entry, "title", f"Release {told['version']}: {told['title']}")
        _add(entry, "updated", told["built_at"])
        if told is release:  # where the others are served, if they are, this one does not know
            _link(entry, "alternate", "CHANGES.md", "text/markdown")
        ET.SubElement(entry, _name("content"), {"type": "text"}).text = "\n".join(_text(line) for line in words)
    store.write_bytes(folder / FEED, ET.tostring(feed, encoding="utf-8", xml_declaration=True))


def _told(folder: Path, named: tuple[str, ...]) -> tuple[dict, list[str]]:
    """What a release is, and its chief changes, a line each: how many of each, and those `named` by name."""
    with open_release(folder) as connection:
        (release,) = records(connection, "select version, title, geography, areas_asked, is_invented, built_at::varchar as built_at from release")  # fmt: skip
        invented = ["Everything here is invented."] if release["is_invented"] else []
        if not holds(connection, CHANGE):
            return release, [*invented, UNTOLD]
        return release, [*invented, *change_text.in_short(connection), *_chief(connection, named)]


def _chief(connection: duckdb.DuckDBPyConnection, named: tuple[str, ...]) -> list[str]:
    """By name, the first few of these changes."""
    sql = """
        select change, name, area_name, msoa_name, authority_name, index_name, count(*) over (partition by change, index_name) as n
        from change where change = ? and level in ('area', 'place')
        qualify row_number() over (partition by change, index_name order by row) <= ? order by index_name, row"""
    lines = []
    for change in named:
        by_index: dict[str | None, list[dict]] = {}
        for row in records(connection, sql, [change, FEW]):
            by_index.setdefault(row["index_name"], []).append(row)
        for index, rows in by_index.items():
            more = rows[0]["n"] - len(rows)
            shown = [", ".join(dict.fromkeys(filter(None, (row["name"], row["area_name"], row["msoa_name"], row["authority_name"])))) for row in rows]  # fmt: skip
            of = f"{change_text.titles(connection).get(index, index)}: " if index else ""
            cut = [f"and {more:,} more: table change"] if more else []
            lines.append(f"{of}{label('change', change)}: {'; '.join([*shown, *cut])}")
    return lines


def _id(*names: str) -> str:
    return uuid.uuid5(OURS, "|".join(map(str, names))).urn


def _name(tag: str) -> str:
    return f"{{{ATOM}}}{tag}"


def _add(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, _name(tag)).text = _text(str(text))


def _text(text: str) -> str:
    """Plain text of characters that XML has (production 2 of XML 1.0): of the others `plain` leaves these two."""
    return plain(text.translate({0xFFFE: " ", 0xFFFF: " "}), LONGEST)


def _link(parent: ET.Element, rel: str, href: str, kind: str) -> None:
    ET.SubElement(parent, _name("link"), {"rel": rel, "href": href, "type": kind})
