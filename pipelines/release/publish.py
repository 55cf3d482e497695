"""Make a release aside, verify it, swap it in; roll back; keep the last twelve and every snapshot they cite."""

from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.core import store
from pipelines.core.code import code_version
from pipelines.core.problem import Problem
from pipelines.core.step import Given, to_make, work_key
from pipelines.register.workspace import Workspace
from pipelines.release import compare, version
from pipelines.release.atlas.build import write_data
from pipelines.release.database import DATABASE, open_database, open_release, write_database
from pipelines.release.feed import write_feed
from pipelines.release.inputs import release_step
from pipelines.release.legal import write_calendar
from pipelines.release.maps.write import write_maps
from pipelines.release.methods import write_methods
from pipelines.release.package import write_package
from pipelines.release.pages import assets
from pipelines.release.pages.write import write_pages
from pipelines.release.report import report_text
from pipelines.release.steps import all_steps
from pipelines.release.verify import Finding, as_published, verify
from pipelines.release.version import latest_version
from pipelines.tables.kept import last_good

KEEP = 12
ROLLBACK = "rollback.json"  # which newer release an operator has stepped back from


@dataclass(frozen=True)
class Published:
    """The release DIR has now, and whether this run made it."""

    version: str
    folder: Path
    made: bool
    key: str
    checks: dict[str, int] = field(default_factory=dict)


def publish(workspace: Workspace, again: str | None = None) -> Published:
    """Publish what the steps made, unless a kept release already holds it; under the version `again` where that held the
    same and is lost.

    Everything is written to a folder aside, reopened and checked, and only then renamed and pointed at. Raises Problem
    naming the check and its first rows where the release breaks a promise; the last good release is then untouched.
    """
    releases = workspace.data / "releases"
    _refuse_due(workspace, hold=False)
    step, key = release_step(workspace), release_key(workspace)
    kept = version.kept_versions(releases)
    latest = latest_version(releases)
    if latest and key == _key(releases / latest):
        return Published(latest, releases / latest, False, key)
    if kept and kept[-1] != latest and key == _key(releases / kept[-1]):
        return _already_made(workspace, kept[-1], latest, key)
    _refuse_due(workspace, hold=True)
    # The version stands inside the database and follows from comparing it with the last: tables first, then the version.
    inputs = step.make(Given(workspace.data, step.inputs, step.definition))
    with store.staging(releases) as beside:
        last = releases / latest if latest else None
        found = write_database(beside / DATABASE, inputs, "0.0.0", last)
        name = again or _name(workspace.data, beside, latest)
        _tell_version(beside, name)
        labels = write_maps(inputs.outlines, beside)
        difference = compare.compare(last, beside, found) if last else None
        store.write_bytes(beside / "CHANGES.md", compare.changes_text(name, latest, difference).encode())
        write_feed(beside, key, [releases / one for one in kept[1 - KEEP :]])
        with open_release(beside) as connection, open_release(last) if last else nullcontext() as previous:
            store.write_bytes(beside / "REPORT.md", report_text(connection).encode())
            write_methods(beside, connection, previous)
            write_calendar(beside, connection)
            labels |= write_data(beside, connection)
            write_pages(beside, connection, labels)
        write_package(beside, name, key, labels)
        findings = verify(beside)
        _refuse_broken(findings)
        store.move_folder(beside, releases / name)
    store.point_link(releases / "latest", name)
    (workspace.data / ROLLBACK).unlink(missing_ok=True)
    prune(workspace)
    return Published(name, releases / name, True, key, {f.check: f.n for f in findings})


def release_key(workspace: Workspace) -> str:
    """The key of the release that the steps' present outputs make. Outputs are known by content: code that remakes them
    the same makes no new release, unless it writes releases."""
    code = code_version(publish.__module__, within="pipelines.release")
    return work_key(release_step(workspace), workspace.data, f"{code} {assets.version()}")


def is_published(workspace: Workspace) -> bool:
    """True where the release that the present outputs make stands, or an operator stepped back from it."""
    releases, key = workspace.data / "releases", release_key(workspace)
    latest, kept = latest_version(releases), version.kept_versions(releases)
    if latest is None:
        return False
    newer = kept[-1:] if kept[-1] != latest and kept[-1] == stepped_back(workspace.data).get("from") else []
    return any(_key(releases / name) == key for name in (latest, *newer))


def stepped_back(data: Path) -> dict:
    """The release that an operator stepped back `from`, and the one `to` which; empty where nobody did. Raises Problem
    where the file that says so is damaged."""
    try:
        told = store.read_json(data / ROLLBACK)
    except Problem:
        told = "damaged"
    if told and not (isinstance(told, dict) and {"from", "to"} <= told.keys()):
        remedy = "remove it, and the next refresh points at the newest release, or roll back again"
        raise Problem(str(data / ROLLBACK), "is damaged", remedy)
    return told or {}


def _already_made(workspace: Workspace, newest: str, latest: str | None, key: str) -> Published:
    """The newest kept release holds all this already: left alone after a rollback, pointed at after a killed run."""
    releases = workspace.data / "releases"
    if latest and stepped_back(workspace.data).get("from") == newest:
        return Published(latest, releases / latest, False, key)
    store.point_link(releases / "latest", newest)
    return Published(newest, releases / newest, True, key)


def _refuse_due(workspace: Workspace, hold: bool) -> None:
    if due := to_make(all_steps(workspace), workspace.data, hold):
        what = f"{len(due)} steps are not what they should be made of now, the first {due[0]}"
        raise Problem("release", what, "run a whole refresh; the last good release is untouched")


def _refuse_broken(findings: list[Finding]) -> None:
    broken = [finding for finding in findings if not finding.passed]
    if broken:
        more = f"; {len(broken) - 1} more checks fail" if len(broken) > 1 else ""
        raise Problem(
            f"release check {broken[0].check}",
            f"{broken[0].n:,} rows break it, the first {', '.join(map(str, broken[0].first[:1]))}{more}",
            "the release was not published; the last good one is untouched",
        )


def _name(data: Path, beside: Path, latest: str | None) -> str:
    releases = data / "releases"
    given = [*version.kept_versions(releases), *version.moved_aside(data)]  # none is ever given twice
    with open_release(beside) as connection:
        new = version.fingerprint(connection)
    old = None
    if latest:
        with open_release(releases / latest) as connection:
            old = version.fingerprint(connection)
    return version.next_version(max(given, key=version.parts, default=None), old, new)


def _tell_version(beside: Path, name: str) -> None:
    with open_database(beside / DATABASE) as connection:
        connection.execute("update release set version = ?", [name])
        connection.execute("checkpoint")


def _key(folder: Path) -> str | None:
    package = version.package(folder)
    return package["release_key"] if package else None


def rollback(data: Path, wanted: str) -> str:
    """Point `releases/latest` at a kept release. Raises Problem (usage) where that version is not kept, and Problem
    where it is no longer what was published.

    Every check was held when it was published. Checks that came later are not held against it: who steps back from a
    release of new code must be able to reach one of the code before; `commonground check` says which it would break.
    """
    releases = data / "releases"
    kept = version.kept_versions(releases)
    if wanted not in kept:
        raise Problem(
            "rollback", f"release {wanted} is not kept", f"choose one of {', '.join(kept) or '(none)'}", usage=True
        )
    broken = as_published(releases / wanted)
    if not broken.passed:
        raise Problem(f"release {wanted}", f"breaks {broken.check} ({broken.first[:1]})", "choose another version")
    with open_release(releases / wanted):
        pass  # that it can be
    if kept[-1] != wanted:
        store.write_json(data / ROLLBACK, {"from": kept[-1], "to": wanted, "at": store.utc_now()})
    store.point_link(releases / "latest", wanted)
    return wanted


def prune(workspace: Workspace) -> None:
    """Keep the last twelve releases, the one in use, and the snapshots they cite or that are newest.

    Every snapshot of a list of places is kept: events follow from them, and place ids where they are lost.
    """
    releases = workspace.data / "releases"
    kept, latest = version.kept_versions(releases), latest_version(releases)
    for name in kept[:-KEEP]:
        if name != latest:
            store.remove_folder(releases / name)
    cited = {
        (stem, sha)
        for name in version.kept_versions(releases)
        for stem, sha in (version.package(releases / name) or {"snapshots": {}})["snapshots"].items()
    }
    lists = workspace.register.place_sources
    for folder in (p for p in (workspace.data / "snapshots").iterdir() if p.is_dir() and p.name not in lists):
        newest = last_good(folder, workspace.geography.stem)
        for sha in (p for p in folder.iterdir() if p.is_dir()):
            if (folder.name, sha.name) not in cited and sha.name != (newest or {}).get("sha"):
                store.remove_folder(sha)
                (folder / f"{sha.name}.jsonl").unlink(missing_ok=True)
