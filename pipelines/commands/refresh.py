"""One refresh from the command line: the same Dagster assets as the UI, run in this process, reported in plain words."""

import logging
import shlex
import sys
from collections import defaultdict
from dataclasses import dataclass

from pipelines.areas.names import check_names
from pipelines.core import store
from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.core.step import output
from pipelines.fetch.http import client_of
from pipelines.ownership import needs
from pipelines.places import corrections
from pipelines.register.acknowledged import FILE, read_acknowledged
from pipelines.register.workspace import Workspace, open_workspace
from pipelines.release import health
from pipelines.release.inputs import members_left_out
from pipelines.release.mend import mend
from pipelines.release.publish import latest_version
from pipelines.release.troubles import troubles
from pipelines.release.unscored import score_lines

log = logging.getLogger("commonground.refresh")

# One run at a time: DIR has one writer, and a run that waits is better than one that fails.
DAGSTER_YAML = b"""telemetry: {enabled: false}
nux: {enabled: false}
concurrency: {runs: {max_concurrent_runs: 1}}
"""


@dataclass(frozen=True)
class Outcome:
    """How a refresh ended: what to print and the exit code."""

    lines: list[str]
    exit_code: int


def refresh(settings: Settings) -> Outcome:
    """Run every asset of DIR's graph. Raises Problem where it fails; the last good release is then untouched."""
    with health.any_end_told(settings):
        return _refresh(open_workspace(settings))


def refresh_workspace(workspace: Workspace) -> Outcome:
    """`refresh`, of a workspace that is open already."""
    with health.any_end_told(workspace.settings):
        return _refresh(workspace)


def _refresh(workspace: Workspace) -> Outcome:
    settings = workspace.settings
    # wrong names, definitions, dates, corrections and needs are found before anything is asked or written
    check_names(workspace.geography, workspace.asked)
    if unknown := [stem for stem in settings.again if stem not in workspace.register.sources]:
        remedy = "take a name from `commonground sources`"
        raise Problem(f"--again {unknown[0]}", "is no source of this register", remedy, usage=True)
    _ = (
        read_acknowledged(settings.data, workspace.register),
        client_of(workspace),
        corrections.read(settings.data, workspace.geography, workspace.register.taxonomy),
        needs.read(settings.data, workspace.geography, workspace.register.taxonomy),
    )
    killed = store.killed_writer(settings.data)
    with store.writer_lock(settings.data):
        if killed:
            log.warning("the refresh before this one, at work since %s, was killed", killed.get("since"))
        before = latest_version(settings.data / "releases")
        prepare_home(settings)
        mend(workspace)
        from assets_defs.run import run  # here: Dagster is slow to import, and other commands do without

        run(workspace)
        return _outcome(workspace, before)


def prepare_home(settings: Settings) -> None:
    """DIR is the Dagster home too: its instance file must be there before Dagster looks."""
    target = settings.data / "dagster.yaml"
    if not target.exists() or (target.is_file() and target.stat().st_size == 0):
        store.write_bytes(target, DAGSTER_YAML)


def _outcome(workspace: Workspace, before: str | None) -> Outcome:
    releases = workspace.data / "releases"
    now = latest_version(releases)
    made = [step for _, step, _, reused in workspace.timings if not reused and not step.startswith("snapshot")]
    stages: dict[str, float] = defaultdict(float)
    for layer, _, seconds, _ in workspace.timings:
        stages[layer] += seconds
    lines = ["stages: " + ", ".join(f"{layer} {seconds:.1f} s" for layer, seconds in stages.items())]
    lines.append(f"downloaded: {client_of(workspace).downloaded / 1e6:.1f} MB")
    found = troubles(workspace)
    lines += [f"warning, {warning}" for warning in found.news]
    lines += [f"acknowledged until {one['until']}, {one['what']}" for one in found.acknowledged]
    lines += [f"{FILE}: {told}" for told in found.over]
    retired = output(workspace.data, "places/place").meta["retired"]
    lines += [f"{corrections.FILE} line {line} is no longer needed: the source now says the same" for line in retired]
    folder = releases / now
    if now == before:
        lines.append(
            f"nothing new: no table, indicator, index or release was made; release {now} stands ({folder})"
            if not made
            else f"nothing new to publish; release {now} stands ({folder})"
        )
    else:
        lines.append(f"published release {now}: {folder}")
    lines += [
        f"left out for all areas alike: {what}"
        for what in members_left_out(workspace.register, lambda name: output(workspace.data, f"index/{name}").meta)
    ]
    lines += score_lines(workspace, now)
    if workspace.geography.invented:
        lines.append(f"{workspace.geography.title}: every number in it means nothing")
    latest = releases / "latest"
    lines += [
        f"query it:   {sys.executable} -c \"import duckdb; print(duckdb.connect('{latest}/commonground.duckdb', "
        "read_only=True).sql('from start_here'))\"",
        f"look at it: {shlex.join(['commonground', 'serve', '--open', '--data', str(workspace.data)])}",
        f"            or open {latest}/index.html (search, table and sheets; the map itself needs a server)",
        f"map it:     open {latest}/geojson/neighbourhoods.geojson in QGIS or on geojson.io",
        f"read it:    {latest}/REPORT.md",
    ]
    return Outcome(lines, 1 if workspace.settings.strict and found.news else 0)
