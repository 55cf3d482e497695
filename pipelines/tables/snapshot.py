"""Accept a fetch as a snapshot: held to the contract first, stored once by content, every observation written down."""

import logging
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd

from geodata.geography import Geography
from pipelines.core import store
from pipelines.core.problem import Problem
from pipelines.core.step import output
from pipelines.core.unforeseen import unforeseen
from pipelines.fetch import arcgis, extract, file, inbox, nomis, overpass, part_list, parts
from pipelines.fetch.http import client_of
from pipelines.fetch.reply import Reply, unchanged_since_nothing
from pipelines.register.source import Source
from pipelines.register.workspace import Workspace
from pipelines.tables import handed
from pipelines.tables.canonical import canonical_hash
from pipelines.tables.changed import what_changed
from pipelines.tables.figures import figures, held_by, lost_kinds, of_the_last_year, worse
from pipelines.tables.kept import (
    history,
    is_undamaged,
    last_good,
    last_undamaged,
    mend_observations,
    move_aside,
    observations,
    read_snapshot,
    with_bytes,
    write_down,
)
from pipelines.tables.known_codes import hold_to_known
from pipelines.tables.moved import moved
from pipelines.tables.parted import without_unreadable
from pipelines.tables.refused import Refused, judged_by, refused_before, remembered_if_refused
from pipelines.tables.seen import live_since, told_day
from pipelines.tables.tidy import tidy

log = logging.getLogger("commonground.fetch")
NOT_ASKED = "not asked for"
PROTOCOLS = {
    "file": file.fetch,
    "arcgis": arcgis.fetch,
    "nomis": nomis.fetch,
    "overpass": overpass.fetch,
    "extract": extract.fetch,
}


@dataclass(frozen=True)
class Snapshot:
    """The snapshot a source has now. `state`: new, unchanged, kept (offline), stale (the last fetch failed) or
    unavailable (there is none; `sha` is then empty) or, of one whose file somebody has to put into the inbox and nobody did,
    not asked for. `missing`: the parts of it that the last fetch did not get;
    `parts_of`: whose each part is, by authority code, where the publisher's list said so. `changed`: what it says otherwise
    than the one before; `lost`: kinds of place that it held within a year and holds no more. `live_since`: the day an answer from the publisher's own address first held to the contract.
    `folder` holds all snapshots of the source."""

    stem: str
    folder: Path
    state: str
    sha: str = ""
    rows: int = 0
    source_as_at: str | None = None
    observed_at: str | None = None
    problem: str | None = None
    downloaded: int = 0
    missing: dict[str, str] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    parts_of: dict[str, str] = field(default_factory=dict)
    live_since: str | None = None

    @property
    def data_version(self) -> str:
        """The hash of the canonical content; a fixed word where there is none."""
        return self.sha or "unavailable"

    @property
    def is_asked_for(self) -> bool:
        """False for one that nobody put there: nothing is wrong, and nothing is known of it."""
        return self.state != NOT_ASKED

    def read(self) -> dict[str, bytes]:
        """Its files, by name."""
        return read_snapshot(self.folder, self.sha)

    def parts(self) -> list[str]:
        """The parts it holds, of a source that comes in parts."""
        return sorted(path.stem for path in (self.folder / self.sha).iterdir()) if self.sha else []


@dataclass(frozen=True)
class SnapshotRead:
    """The present snapshot of a source, as a step reads it; `with_state` where it matters whether it is stale, and seen live."""

    source: Source
    geography: Geography
    with_state: bool = False
    is_asset: bool = True

    @property
    def key(self) -> str:
        """Its asset key."""
        return f"snapshot/{self.source.stem}"

    def version(self, data: Path) -> str:
        """The hash of its content, of whose its parts are, and of which are missing."""
        now = self.value(data)
        state = now.state if self.with_state and now.state in ("stale", "unavailable") else "read"
        seen = [bool(now.live_since)] if self.with_state else []
        return store.sha256_json([now.data_version, sorted(now.missing), now.parts_of, state, *seen])

    def value(self, data: Path) -> Snapshot:
        """The snapshot."""
        return current(data, self.source, self.geography)


@dataclass(frozen=True)
class HistoryRead:
    """What a source was seen to hold, oldest first (see `history`), as a step reads it."""

    source: Source
    geography: Geography
    is_asset: bool = False

    @property
    def key(self) -> str:
        """Its name."""
        return f"history/{self.source.stem}"

    def version(self, data: Path) -> str:
        """The hash of which content was seen when."""
        return store.sha256_json([[line["sha"], line["day"]] for line in self.value(data)])

    def value(self, data: Path) -> list[dict]:
        """The observations, each with the `folder` its snapshot lies in."""
        return history(data, self.source, self.geography)


def take(workspace: Workspace, source: Source, run: str = "") -> Snapshot:
    """Fetch the source if it changed, and return its snapshot. `run` is written down with what was observed.

    Raises Problem where a required source has no answer; any other keeps its last good snapshot (stale) or is
    unavailable.
    """
    folder = workspace.data / "snapshots" / source.stem
    if source.publish == "nothing":
        return current(workspace.data, source, workspace.geography)
    mend_observations(folder)
    last = last_undamaged(source, folder, workspace.geography.stem)
    by_hand = bool(inbox.offered(workspace.data, source))  # a file in the inbox goes before the source's address
    if source.fetch.by_hand and not by_hand:
        return current(workspace.data, source, workspace.geography)
    if workspace.settings.offline and not client_of(workspace).recorded and last and not by_hand:
        return _snapshot(source, folder, last, "kept")
    before = client_of(workspace).downloaded
    client_of(workspace).begin()
    run_at = workspace.run_starts.setdefault(run, store.utc_now())
    asked = {"run": run, "run_at": run_at, "asked_on": str(workspace.today)}
    try:
        with unforeseen(source.stem), store.disk_problems(workspace.data):
            observation = _observe(workspace, source, folder, last, by_hand)
        write_down(folder, {**observation, **asked})
        store.remove_folder(_partial(workspace, source))
        downloaded = client_of(workspace).downloaded - before
        return _snapshot(source, folder, observation, observation["status"], downloaded=downloaded)
    except Problem as failure:
        problem = client_of(workspace).discreet(failure)
        refused = problem.line if isinstance(problem, Refused) else {}
        if folder.exists() or not source.required or refused:
            failed = {
                "observed_at": store.utc_now(),
                "geography": workspace.geography.stem,
                "through": client_of(workspace).through,
                "source_as_at": None,
                "sha": None,
                "rows": 0,
                "status": "failed",
                "problem": str(problem),
                **refused,
            }
            write_down(folder, failed)
        if source.required:
            raise problem from None
        log.warning("%s", problem)
        if last:
            return _snapshot(source, folder, last, "stale", str(problem))
        return Snapshot(source.stem, folder, "unavailable", problem=str(problem))


def current(data: Path, source: Source, geography: Geography) -> Snapshot:
    """The snapshot a source has in `data`, without asking anyone; none of one of which nothing may be published."""
    folder = data / "snapshots" / source.stem
    if source.publish == "nothing":
        told = f"{source.stem}: nothing of it may be published, so it is not read. To change that, settle its licence in DIR/licences.yml."
        return Snapshot(source.stem, folder, "unavailable", problem=told)
    last, lines = last_good(folder, geography.stem), observations(folder)
    failed = lines[-1].get("problem") if lines and lines[-1]["status"] == "failed" else None
    if source.fetch.by_hand and not inbox.offered(data, source):  # what was wrong with a file that is gone is over
        failed = None
        if not last:
            return Snapshot(source.stem, folder, NOT_ASKED)
    if not last:
        return Snapshot(source.stem, folder, "unavailable", problem=failed)
    now = _snapshot(source, folder, last, "stale" if failed else last["status"], failed)
    return replace(now, live_since=live_since(lines, geography.stem))


def _observe(workspace: Workspace, source: Source, folder: Path, last: dict | None, by_hand: bool) -> dict:
    client, again = client_of(workspace), source.stem in workspace.settings.again
    through = "inbox" if by_hand else client.through
    lines = observations(folder)
    held = held_by(source, workspace.geography)
    past = of_the_last_year(lines, workspace.geography, held, workspace.today)
    judged = judged_by(source, workspace.geography, last, past)
    refused = refused_before(lines, workspace.geography, through, judged)
    accepted, refused = (refused, None) if again else (None, refused)
    # what a mirror calls unchanged says nothing of the publisher's own answer
    before = last if last and last.get("through") == through and not again else None
    listed = part_list.Parts({})
    if source.fetch.parts and not by_hand:
        listed = part_list.parts_of(client, source, workspace.geography, last)
    known, kept = (before or {}).get("validator", {}), folder / before["sha"] if before else None
    if refused:  # what a query service calls unchanged is what it says of a layer, and not its rows: a glitch may pass
        known, kept = refused.validator if source.fetch.protocol in ("file", "extract") else {}, None
    ask = _look_in if by_hand else _ask
    reply = without_unreadable(source, ask(workspace, source, listed.of, known, kept), known, kept)
    if refused and (reply is None or canonical_hash(source, reply.files) == refused.sha):
        raise Refused(source.stem, refused)
    line: dict[str, Any] = {
        "observed_at": store.utc_now(),
        "geography": workspace.geography.stem,
        "through": through,
    }
    line |= {"parts_of": listed.of} if listed.of else {}
    if reply is None and not last:
        raise unchanged_since_nothing(source.stem)
    if reply is None:
        return with_bytes(folder, {**last, **line, "missing": listed.missing, "status": "unchanged"})
    sha = canonical_hash(source, reply.files)
    line |= {"source_as_at": reply.source_as_at, "sha": sha, "validator": reply.validator}
    line |= {"missing": reply.missing | listed.missing, "by_hand": reply.by_hand}
    if last and last["sha"] == sha:
        return with_bytes(folder, {**last, **line, "status": "unchanged"})
    with remembered_if_refused(sha, reply.validator, through, judged), unforeseen(source.stem):
        taken = accepted is not None and accepted.sha == sha
        table, issues, found = _held_to_the_past(workspace, source, reply, (last, past), taken)
    hold_to_known(workspace, source, table)
    line |= {"held_by": held, **found}
    if (folder / sha).is_dir() and not is_undamaged(source, folder, line):
        move_aside(folder, workspace.geography.stem, sha)
    if not (folder / sha).is_dir():
        with store.staging(folder) as beside:
            for name, body in reply.files.items():
                store.write_bytes(beside / name, body)
            store.move_folder(beside, folder / sha)
    handed.keep(folder / sha, source, workspace.geography, (table, issues))
    return with_bytes(folder, {**line, "rows": len(table), "status": "new"})


def _look_in(workspace: Workspace, source: Source, listed: dict, known: dict, kept: Path | None) -> Reply | None:
    """What lies in the inbox for the source; None where nothing changed since `known`."""
    return inbox.fetch(workspace.data, source, known)


def _ask(workspace: Workspace, source: Source, listed: dict, known: dict, kept: Path | None) -> Reply | None:
    """What the source's protocol brings, of the parts `listed`; None where it says that nothing changed since `known`."""
    client = client_of(workspace)
    if source.fetch.parts:
        return parts.fetch(client, source, workspace.today, known, kept, tuple(listed))
    if source.fetch.dates:
        if source.stem in workspace.settings.again:
            store.remove_folder(_partial(workspace, source))
        return overpass.fetch(client, source, workspace.today, known, kept, _partial(workspace, source))
    return PROTOCOLS[source.fetch.protocol](client, source, workspace.today, known, kept)


def _partial(workspace: Workspace, source: Source) -> Path:
    """Where what came of a source is kept until all of it is there."""
    return workspace.data / "partial" / source.stem


def _held_to_the_past(
    workspace: Workspace, source: Source, reply: Reply, earlier: tuple[dict | None, list[dict]], taken: bool
) -> tuple[pd.DataFrame, pd.DataFrame, dict]:
    """The table of an answer, its issues and what its observation tells of it. `earlier`: the last good observation, and
    the figures of the last year. Raises Problem where it is far from them, unless it is `taken` all the same: an operator
    who was told so asked for it again, and the comparison starts anew.
    """
    last, past = earlier
    table, issues = tidy(source, workspace.geography, reply.files)
    now = figures(source, workspace.geography, table, issues)
    before = _table_before(workspace, source, last)
    wrong = worse(source, now, past)
    wrong += moved(source, workspace.geography, before, table) if past and before is not None else []
    if wrong and not taken:
        remedy = f"look at the answer; where it is right, `commonground refresh --again {source.stem}` takes it"
        raise Problem(source.stem, "; ".join(wrong), remedy)
    changed = [] if before is None else what_changed(source, before, table)
    return table, issues, {"figures": now, "lost": lost_kinds(now, past), "accepted": wrong, "changed": changed}


def _table_before(workspace: Workspace, source: Source, last: dict | None) -> pd.DataFrame | None:
    """The table that was made of the last answer; None where there is none of it."""
    try:
        before = output(workspace.data, f"table/{source.stem}")
    except FileNotFoundError:
        return None
    if not last or before.rows != last["rows"]:
        return None
    return (geopandas.read_parquet if source.fetch.geometry else pd.read_parquet)(before.path)


def _snapshot(
    source: Source, folder: Path, line: dict, state: str, problem: str | None = None, downloaded: int = 0
) -> Snapshot:
    as_at = told_day(line) or (source.vintage.isoformat() if source.vintage else None)
    return Snapshot(
        source.stem,
        folder,
        state,
        line["sha"],
        line["rows"],
        as_at,
        line["observed_at"],
        problem,
        downloaded,
        **{name: line[name] for name in ("missing", "changed", "lost", "parts_of") if name in line},
    )
