"""Before a refresh, DIR is brought back to what was published: whoever holds DIR for writing does it first, and says so.

What in `releases/` is no release is moved to DIR/damaged, `latest` points at a whole one, and a latest release that is no
longer the one published is made again, of what its steps left.
"""

import logging
import os
import time
from pathlib import Path

from pipelines.core import store
from pipelines.core.step import to_make
from pipelines.register.workspace import Workspace
from pipelines.release import version
from pipelines.release.publish import publish, release_key, stepped_back
from pipelines.release.steps import all_steps
from pipelines.release.verify import as_published

ASIDE_KEPT, ASIDE_DAYS = 20, 90  # of what was damaged: the newest, and none older
PARTIAL_DAYS = 60  # of what was fetched in part, and not asked for again since
log = logging.getLogger("commonground.release")


def mend(workspace: Workspace) -> None:
    """Mend `releases/` of DIR. The caller holds DIR for writing."""
    data, releases = workspace.data, workspace.data / "releases"
    bound(data)
    if (data / "health.json").is_dir():
        _aside(data, data / "health.json", "is a folder where a file belongs", "")
    if not releases.is_dir():
        if releases.exists():
            _aside(data, releases, "is no folder")
        return
    latest = releases / "latest"
    for path in version.named(releases):
        if not version.is_release(path):
            _aside(data, path, "is no release")
    if os.path.lexists(latest) and not latest.is_symlink():
        _aside(data, latest, "is no link to a release")
    now = version.latest_version(releases)
    found = as_published(releases / now) if now else None
    if found and found.passed:
        return
    key = version.package(releases / now)["release_key"] if now else None
    if found:
        _aside(data, releases / now, f"is no longer what was published ({found.first[0]})")
    _point_at_a_whole_one(data, releases)
    steps = all_steps(workspace)
    if key and not to_make(steps, data, hold=True) and key == release_key(workspace):
        publish(workspace, again=now)
        log.warning("release %s was made again, as it was published", now)


def bound(data: Path) -> None:
    """Remove what was moved aside, or half fetched, long ago: DIR/damaged and DIR/partial do not grow for ever."""
    aside = list((data / store.DAMAGED).glob("*/*"))
    aside += [path for path in (data / store.DAMAGED).glob("*") if path.is_file()]
    aside.sort(key=lambda path: path.lstat().st_ctime, reverse=True)
    old = [path for n, path in enumerate(aside) if n >= ASIDE_KEPT or _days(path) > ASIDE_DAYS]
    for path in [*old, *(path for path in (data / "partial").glob("*") if _days(path) > PARTIAL_DAYS)]:
        store.remove(path)


def _days(path: Path) -> float:
    return (time.time() - path.lstat().st_ctime) / 86400


def _point_at_a_whole_one(data: Path, releases: Path) -> None:
    """Point `latest` at the newest release that is what was published, or the one an operator stepped back to."""
    latest, told = releases / "latest", stepped_back(data)
    newest = reversed(version.kept_versions(releases))
    for name in sorted(newest, key=lambda name: (name != told.get("to"), name == told.get("from"))):
        if as_published(releases / name).passed:
            store.point_link(latest, name)
            log.warning("releases/latest pointed at no whole release; it points at %s now", name)
            return
    latest.unlink(missing_ok=True)


def _aside(data: Path, path: Path, what: str, under: str = "releases") -> None:
    log.warning("%s %s; it was moved to %s", path, what, store.move_aside(data, path, under))
