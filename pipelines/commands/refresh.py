"""One refresh from the command line: the same Dagster assets as the UI, run in this process, told in plain words.

The one place where plain Python reaches up to the graph: the command must run what the UI runs.
"""

import importlib
import sys
from collections import defaultdict
from dataclasses import dataclass

from pipelines import store
from pipelines.commands import health
from pipelines.problem import Problem
from pipelines.release.publish import latest_version
from pipelines.settings import Settings
from pipelines.workspace import Workspace, open_workspace

DAGSTER_YAML = b"telemetry:\n  enabled: false\n"


@dataclass(frozen=True)
class Outcome:
    """How a refresh ended: what to print and the exit code."""

    lines: list[str]
    exit_code: int


def refresh(settings: Settings) -> Outcome:
    """Run every asset of DIR's graph. Raises Problem where it fails; the last good release is then untouched."""
    return refresh_workspace(open_workspace(settings))


def refresh_workspace(workspace: Workspace) -> Outcome:
    """`refresh`, of a workspace that is open already."""
    settings = workspace.settings
    _ = workspace.register, workspace.client  # wrong definitions and wrong dates are told before anything is written
    with store.writer_lock(settings.data):
        prepare_home(settings)
        before = latest_version(settings.data / "releases")
        failure = _run(workspace)
        if failure:
            if not failure.usage:
                health.record_failure(settings, str(failure))
            raise failure
        return _told(workspace, before)


def prepare_home(settings: Settings) -> None:
    """DIR is the Dagster home too: its instance file must be there before Dagster looks."""
    target = settings.data / "dagster.yaml"
    if not target.exists():
        store.write_bytes(target, DAGSTER_YAML)


def _run(workspace: Workspace) -> Problem | None:
    """Run the snapshots, and the rest of the graph only if anything it rests on changed."""
    import dagster as dg

    definitions = importlib.import_module("assets_defs.definitions").build_definitions(workspace, lock=False)
    job = definitions.resolve_job_def("refresh")
    keys = job.asset_layer.executable_asset_keys
    snapshots = [key for key in keys if key.path[0] == "snapshot"]
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with dg.DagsterInstance.from_config(str(workspace.data)) as instance:
        for selection in (snapshots, [key for key in keys if key not in snapshots]):
            if selection is not snapshots and health.is_unchanged(workspace):
                health.record_success(workspace, latest_version(workspace.data / "releases"))
                return None
            result = job.execute_in_process(
                instance=instance, run_config=quiet, raise_on_error=False, asset_selection=selection
            )
            if not result.success:
                return next((_failure(event) for event in result.all_events if event.is_step_failure), STILLBORN)
    return None


STILLBORN = Problem(
    "refresh", "the run failed before any step", "look at the run in the Dagster UI (`commonground dev`)"
)


def _failure(event) -> Problem:
    data = event.step_failure_data
    told = data.user_failure_data
    if told and told.description:
        usage = told.metadata.get("usage")
        return Told(told.description, bool(usage and usage.value))
    error = data.error.cause or data.error
    return Problem(
        event.step_key,
        error.message.strip().splitlines()[-1],
        "this is a fault of ours; the run in the Dagster UI (`commonground dev`) holds the traceback",
    )


class Told(Problem):
    """A Problem whose sentence was already made, in another step."""

    def __init__(self, sentence: str, usage: bool):
        Exception.__init__(self, sentence)
        self.usage = usage


def _told(workspace: Workspace, before: str | None) -> Outcome:
    releases = workspace.data / "releases"
    now = latest_version(releases)
    made = [step for _, step, _, reused in workspace.timings if not reused and not step.startswith("snapshot")]
    stages: dict[str, float] = defaultdict(float)
    for layer, _, seconds, _ in workspace.timings:
        stages[layer] += seconds
    lines = ["stages: " + ", ".join(f"{layer} {seconds:.1f} s" for layer, seconds in stages.items())]
    lines.append(f"downloaded: {workspace.client.downloaded / 1e6:.1f} MB")
    for warning in workspace.warnings:
        lines.append(f"warning, {warning}")
    folder = releases / now
    if now == before:
        lines.append(
            f"nothing new: no table, indicator, index or release was made; release {now} stands ({folder})"
            if not made
            else f"nothing new to publish; release {now} stands ({folder})"
        )
    else:
        lines.append(f"published release {now}: {folder}")
    if workspace.geography.invented:
        lines.append("this is the invented sample town: every number in it means nothing")
    latest = releases / "latest"
    lines += [
        f"query it:   {sys.executable} -c \"import duckdb; print(duckdb.connect('{latest}/commonground.duckdb', "
        "read_only=True).sql('from neighbourhood_profile limit 5'))\"",
        f"map it:     open {latest}/geojson/neighbourhoods.geojson in QGIS or on geojson.io",
        f"read it:    {latest}/REPORT.md",
    ]
    return Outcome(lines, 1 if workspace.settings.strict and workspace.warnings else 0)
