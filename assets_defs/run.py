"""Run the graph in this process, and put a failed run into one sentence; for the command line and the alarm."""

import contextlib
import io
import logging
from collections.abc import Iterable

import dagster as dg

from assets_defs.automation import EVERYTHING
from assets_defs.definitions import build_definitions
from assets_defs.failure import first_failure
from assets_defs.storage import open_instance
from pipelines.core.step import to_make
from pipelines.register.workspace import Workspace
from pipelines.release import health
from pipelines.release.publish import is_published
from pipelines.release.steps import all_steps

log = logging.getLogger("commonground.dagster")
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
TAGS = {"commonground/told_by": "command line"}  # the alarm of the UI leaves these runs to the command


def run(workspace: Workspace) -> None:
    """Run the snapshots, then what rests on anything that changed.

    The caller holds DIR for writing. Raises the Problem of the step that failed first.
    """
    job = build_definitions(workspace, lock=False).resolve_job_def(EVERYTHING)
    snapshots = [key for key in job.asset_layer.executable_asset_keys if key.path[0] == "snapshot"]
    with open_instance(workspace.data) as instance:
        _execute(job, instance, snapshots)
        due = to_make(all_steps(workspace), workspace.data)
        if due or not is_published(workspace):
            _execute(job, instance, [dg.AssetKey(key.split("/")) for key in [*due, "release"]])
        else:
            health.record_success(workspace)


def _execute(job: dg.JobDefinition, instance: dg.DagsterInstance, keys: Iterable[dg.AssetKey]) -> None:
    # What Dagster itself says on standard error (such as each event it could not write) would bury our one sentence.
    with contextlib.redirect_stderr(io.StringIO()) as said:
        result = job.execute_in_process(
            instance=instance, run_config=QUIET, raise_on_error=False, asset_selection=list(keys), tags=TAGS
        )
    log.debug("%s", said.getvalue())
    if not result.success:
        raise first_failure(result.all_events)
