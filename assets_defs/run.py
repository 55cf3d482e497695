"""Run the graph in this process, and put a failed run into one sentence; for the command line and the alarm."""

import contextlib
import io
import logging
from collections.abc import Callable, Iterator

import dagster as dg

from assets_defs.automation import EVERYTHING
from assets_defs.definitions import build_definitions
from assets_defs.failure import first_failure, was_stopped
from assets_defs.history import TAGS, compact_history, tidy
from assets_defs.pace import begin
from assets_defs.release import KEY as RELEASE
from assets_defs.storage import open_instance
from pipelines.core.step import to_make
from pipelines.register.workspace import Workspace
from pipelines.release import health
from pipelines.release.publish import is_published
from pipelines.release.steps import all_steps

log = logging.getLogger("commonground.dagster")
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run(workspace: Workspace) -> None:
    """Run the snapshots, then what rests on anything that changed, in this process or on several (`settings.workers`).

    The caller holds DIR for writing. Raises the Problem of the step that failed first, and KeyboardInterrupt where a
    signal ended the run.
    """
    job = build_definitions(workspace, lock=False).resolve_job_def(EVERYTHING)
    pace = begin(workspace)
    snapshots = [key for key in job.asset_layer.executable_asset_keys if key.path[0] == "snapshot"]
    with open_instance(workspace.data) as instance:
        tidy(instance, workspace.data)

        def here(keys: list[dg.AssetKey]):
            return job.execute_in_process(
                instance=instance, asset_selection=keys, run_config=QUIET, raise_on_error=False, tags=TAGS
            )

        def elsewhere(keys: list[dg.AssetKey]):
            from assets_defs import workers  # here: who has one process need not wait for Dask

            result = workers.execute(workspace, instance, keys, QUIET, TAGS)
            for timing in _timings(result):
                workspace.timings.append(timing)
                pace.ended(*timing[1:3], is_made=False)  # of several at a time nothing tells how long one took
            return result

        # where nothing was ever made everything will be; else what rests on the sources is counted once they are asked
        later = [] if pace.known else [*(step.key for step in all_steps(workspace)), RELEASE]
        pace.expect(["/".join(key.path) for key in snapshots] + later)
        # those a run cannot do without come first: where one fails, no one else is asked or waited for
        needed = {stem for stem, source in workspace.register.sources.items() if source.required}
        for required in (True, False):
            if group := [key for key in snapshots if (key.path[1] in needed) == required]:
                _execute(here, group)
        due = to_make(all_steps(workspace), workspace.data)
        if due or not is_published(workspace):
            due = to_make(all_steps(workspace), workspace.data, hold=True)  # a release is made of whole files alone
            pace.expect([*due, RELEASE])
            keys = [dg.AssetKey(key.split("/")) for key in [*due, RELEASE]]
            _execute(here if workspace.settings.workers == 1 else elsewhere, keys)
        else:
            health.record_success(workspace)
    pace.keep()
    compact_history(workspace.data)


def _execute(how: Callable, keys: list[dg.AssetKey]) -> None:
    # What Dagster itself says on standard error (such as each event it could not write) would bury our one sentence.
    with contextlib.redirect_stderr(io.StringIO()) as said:
        result = how(keys)
    log.debug("%s", said.getvalue())
    if not result.success:
        if was_stopped(result.all_events):
            raise KeyboardInterrupt
        raise first_failure(result.all_events)


def _timings(result: dg.JobExecutionResult) -> Iterator[tuple[str, str, float, bool]]:
    """Layer, step, seconds and whether it was reused, of the steps that other processes ran."""
    reused = {}
    for event in result.all_events:
        if event.is_step_materialization:
            made = event.step_materialization_data.materialization
            reused[event.step_key] = ("/".join(made.asset_key.path), bool(made.metadata["reused"].value))
        elif event.is_step_success and event.step_key in reused:
            key, was_reused = reused[event.step_key]
            yield key.partition("/")[0], key, event.step_success_data.duration_ms / 1000, was_reused
