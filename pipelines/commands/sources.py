"""The register as lines or records: what each source is and how fresh; and, asked for a little, whether it still answers."""

import datetime
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from geodata.geography import read_geographies
from pipelines.commands.contact_report import check_name, write_report
from pipelines.commands.say import say
from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.core.store import json_bytes
from pipelines.fetch import file
from pipelines.fetch.http import Client
from pipelines.fetch.probe import Contact, contact
from pipelines.register.source import Source
from pipelines.register.workspace import Workspace, open_workspace
from pipelines.tables.snapshot import current


@dataclass(frozen=True)
class SourceLine:
    """One registered source and what DIR has of it. `verified`: live since a day, or as its record says; dates are ISO."""

    source: str
    licence: str
    publish: str
    vintage: str | None
    cadence: str
    next_expected: str | None
    last_snapshot: str | None
    rows: int | None
    state: str
    verified: str
    required: bool
    title: str
    publisher: str
    page: str
    licence_settled_on: str | None
    by_hand: str | None  # in a sentence, which file to put where, of one that nobody is asked for


SHOWN = {name: name.replace("_", " ") for name in list(SourceLine.__dataclass_fields__)[:10]}  # in lines of text


def records(workspace: Workspace) -> list[SourceLine]:
    """One per source of the register."""
    return [_line(workspace, source) for source in workspace.register.sources.values()]


def lines(workspace: Workspace) -> list[str]:
    """The same in columns, then which file to put where, of those that nobody is asked for."""
    rows, found = [list(SHOWN.values())], records(workspace)
    for record in found:
        cells = [getattr(record, name) for name in SHOWN]
        rows.append([f"{cell:,}" if isinstance(cell, int) else str(cell or "-") for cell in cells])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    told = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return told + [record.by_hand for record in found if record.by_hand]


def probed(workspace: Workspace) -> Iterator[Contact]:
    """Ask every publisher of the register for a little, one after the other: the mirror where there is one, else the live
    web; never a recording. A source whose publisher is invented is not asked."""
    settings, geography = workspace.settings, read_geographies()[workspace.geography.sources_of]
    client = Client(settings.mirror, contact=settings.contact)
    for source in workspace.register.sources.values():
        if geography.invented:
            problem = "its publisher is invented: there is nobody to ask"
            yield Contact(source.stem, "not asked", source.required, client.through, problem)
        else:
            parts = list(geography.parts.get(source.fetch.parts or "", {}))
            now = current(workspace.data, source, workspace.geography)
            asked = contact(client, source, parts, datetime.date.today())
            yield replace(asked, last_rows=now.rows if now.live_since else None, live_since=now.live_since)


def tell(settings: Settings, probe: bool, report: Path | None, wants_json: bool) -> None:
    """Print the register, or what probing it shows as it comes. Raises Problem where a required source failed."""
    if report and not probe:
        raise Problem("--report", "is of what --probe sees", "give --probe too", usage=True)
    if report:
        check_name(report)
    workspace = open_workspace(settings)
    if not probe:
        if wants_json:
            say(json_bytes([asdict(record) for record in records(workspace)]).decode().rstrip())
        else:
            say("\n".join(lines(workspace)))
        return
    contacts = []
    for one in probed(workspace):
        contacts.append(one)
        n = f"{len(contacts)} of {len(workspace.register.sources)}"
        say(f"{n}  {one.line}", err=wants_json)
    if wants_json:
        say(json_bytes([asdict(one) for one in contacts]).decode().rstrip())
    say(summary(contacts), err=wants_json)
    if report:
        write_report(report, workspace.geography.sources_of, contacts, summary(contacts))
        say(f"report: {report}", err=wants_json)
    if problem := failed(contacts):
        raise problem


def failed(contacts: list[Contact]) -> Problem | None:
    """What to end with where a required source failed."""
    broken = [one.source for one in contacts if one.required and one.status == "FAILED"]
    if not broken:
        return None
    what = f"{len(broken)} that no refresh can do without failed ({', '.join(broken)})"
    return Problem("sources", what, "read what is said of each above")


def summary(contacts: list[Contact]) -> str:
    """How many sources answered well."""
    n = {status: sum(one.status == status for one in contacts) for status in ("ok", "FAILED", "not asked")}
    return f"{n['ok']} ok, {n['FAILED']} failed, {n['not asked']} not asked"


def _line(workspace: Workspace, source: Source) -> SourceLine:
    snapshot = current(workspace.data, source, workspace.geography)
    decision = workspace.register.decisions.get(source.stem)
    never_read = snapshot.is_asked_for and snapshot.observed_at is None and not snapshot.problem
    return SourceLine(
        source=source.stem,
        licence=source.licence,
        publish=source.publish,
        vintage=str(source.vintage or snapshot.source_as_at or "") or None,
        cadence=source.cadence,
        next_expected=str(source.next_expected) if source.next_expected else None,
        last_snapshot=(snapshot.observed_at or "")[:10] or None,
        rows=snapshot.rows if snapshot.sha else None,
        state="never read" if never_read else snapshot.state,
        verified=f"live since {snapshot.live_since}" if snapshot.live_since else source.verified.how,
        required=source.required,
        title=source.title,
        publisher=source.publisher,
        page=source.page,
        licence_settled_on=str(decision.date) if decision else None,
        by_hand=str(file.by_hand(source, file.LICENSED)) if source.fetch.by_hand else None,
    )
