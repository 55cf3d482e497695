"""What is wrong without ending a refresh: sources that are stale, unavailable or odd, news or acknowledged."""

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipelines.core import store
from pipelines.core.plain_text import plain
from pipelines.core.step import output
from pipelines.fetch import inbox
from pipelines.places.collect import LOOK
from pipelines.places.records import MEANS_NOTHING
from pipelines.register.acknowledged import Acknowledgement, Kind, read_acknowledged
from pipelines.register.vintages import carried_sources
from pipelines.register.workspace import Workspace
from pipelines.release.publish import ROLLBACK, latest_version
from pipelines.release.version import kept_versions
from pipelines.tables.kept import observations
from pipelines.tables.snapshot import current

ASIDE = re.compile(r"\.\d{4}-\d\d-\d\dT\d{6}Za*$")  # the end of the name of what was moved aside
TOLD_FOR_S = 86_400


@dataclass(frozen=True)
class Trouble:
    """One sentence on what is wrong, with its source and kind where it is of a source."""

    sentence: str
    source: str = ""
    kind: Kind | None = None


@dataclass(frozen=True)
class Troubles:
    """`news`: sentences nobody acknowledged. `acknowledged`: each with the source, who said so, why and until when.
    `over`: what to say of acknowledgements that nothing needs any more."""

    news: list[str]
    acknowledged: list[dict[str, str]]
    over: list[str]


def troubles(workspace: Workspace) -> Troubles:
    """What is wrong now, whoever asked the sources last. Raises DefinitionError where DIR/acknowledged.yml is wrong."""
    known = read_acknowledged(workspace.data, workspace.register)
    news, acknowledged, over = [], [], dict(known)
    for trouble in _all(workspace):
        one = known.get(trouble.source)
        if one and one.trouble == trouble.kind and workspace.today <= one.until:
            acknowledged.append(_told(trouble, one))
            over.pop(trouble.source, None)
            continue
        if one and one.trouble == trouble.kind:
            over.pop(trouble.source, None)
            news.append(f"{trouble.sentence} (acknowledged until {one.until}, which is past)")
        else:
            news.append(trouble.sentence)
    if back := held(workspace.data):
        news.append(back)
    return Troubles(
        news, acknowledged, [f"{stem}: what was acknowledged ({one.trouble}) is over" for stem, one in over.items()]
    )


def held(data: Path) -> str | None:
    """What is to be said where an operator stepped back from the newest release, which is then held."""
    newest, latest = kept_versions(data / "releases")[-1:], latest_version(data / "releases")
    stepped_from = (store.read_json(data / ROLLBACK) or {}).get("from")
    if not newest or latest == newest[0] or stepped_from != newest[0]:
        return None
    return f"held: releases/latest is {latest} since `commonground rollback`, until something newer than {newest[0]} is there"


def _told(trouble: Trouble, one: Acknowledgement) -> dict[str, str]:
    told = {"source": trouble.source, "what": trouble.sentence, "reason": one.reason, "who": one.who}
    return {**told, "until": str(one.until)}


def _all(workspace: Workspace) -> Iterator[Trouble]:
    # a source that is not read, for nothing of it may be published, is no news
    read = [source for source in workspace.register.sources.values() if source.publish != "nothing"]
    now = [current(workspace.data, source, workspace.geography) for source in read]
    for s in now:
        if s.state in ("stale", "unavailable"):
            lines = observations(s.folder)
            kind: Kind = "refused" if lines and lines[-1].get("refused") else "unavailable"
            yield Trouble(plain(f"{s.state}: {s.problem or s.stem}", 1000), s.stem, kind)
    for name in inbox.strangers(workspace.data, workspace.register.sources.keys()):
        remedy = "name it after one (see the first column of `commonground sources`)"
        yield Trouble(f"in the inbox, {plain(name)} stands for no source: {remedy}")
    for s in now:
        for what in s.lost:
            yield Trouble(f"lost: {s.stem}: {plain(what)}", s.stem)
    for s in now:
        with suppress(FileNotFoundError):  # accepted by other rules, and not to be read by those of today
            if problem := output(workspace.data, f"table/{s.stem}").meta.get("problem"):
                yield Trouble(plain(f"not read: {problem}", 1000), s.stem)
    yield from _of_lists(workspace)
    yield from _unmatched(workspace)
    yield from _damaged(workspace.data)
    for s in now:
        for part, why in list(s.missing.items())[:1]:
            told = f"{len(s.missing)} parts were not got, the first {plain(part)} ({plain(why)})"
            yield Trouble(f"incomplete: {s.stem}: {told}", s.stem, "incomplete")


def _of_lists(workspace: Workspace) -> Iterator[Trouble]:
    """Lists, and kinds of them, that no place of lies where areas are, looks of them that cannot be read any more, and words
    of theirs that nobody gave a meaning; nothing before records were made."""
    try:
        issues = pd.read_parquet(output(workspace.data, "places/place_record").files["place_record.issues"])
    except FileNotFoundError:
        return
    whole = issues[(issues["row"] == 0) & issues["column"].isin(["placed", "kind"])]
    for source, issue in zip(whole["source"], whole["issue"], strict=True):
        yield Trouble(f"not placed: {source}: {plain(issue)}", source, "not placed")
    for row in issues[(issues["row"] == 0) & (issues["column"] == LOOK)].itertuples():
        yield Trouble(f"not read: {row.source}: {plain(row.issue)}", row.source)
    for row in issues[issues["issue"].str.startswith(MEANS_NOTHING)].itertuples():
        yield Trouble(
            f"not understood: {row.source}: {row.column} {plain(row.value)!r} is {plain(row.issue)}", row.source
        )


def _unmatched(workspace: Workspace) -> Iterator[Trouble]:
    """Look-ups, groups and older areas whose codes do not meet, as far as their tables were made."""
    carried = (f"by_area/{stem}" for stem in carried_sources(workspace.register))
    for key in ("geography/areas", "geography/postcode", *carried):
        with suppress(FileNotFoundError):
            for told in output(workspace.data, key).meta.get("told", []):
                first = told.split()[0].rstrip(":")
                source = first if first in workspace.register.sources else ""
                yield Trouble(f"not matched: {plain(told)}", source, "not matched")


def _damaged(data: Path) -> Iterator[Trouble]:
    """What was found damaged in DIR within a day: mended, and a word on the disk it lies on."""
    aside = [path for path in (data / store.DAMAGED).rglob("*") if ASIDE.search(path.name)]
    new = sorted(path for path in aside if time.time() - path.lstat().st_ctime < TOLD_FOR_S)
    if new:
        more = f" and {len(new) - 1} more were" if len(new) > 1 else " was"
        name = new[0].name.partition(".20")[0]
        kept = f"made anew, and kept in {data / store.DAMAGED}; look at the disk"
        yield Trouble(f"damaged: {name}{more} not what was written: {kept}")
