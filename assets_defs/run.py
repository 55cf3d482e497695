"""Run the graph in this process, and put a failed run into one sentence; for the command line and the alarm."""

import contextlib
import io
import logging
from collections.abc import Iterable

import dagster as dg

from assets_defs.automation import EVERYTHING
from assets_defs.definitions import build_definitions
from assets_defs.failure import first_failure
from pipelines.register.workspace import Workspace
from pipelines.release import health

log = logging.getLogger("commonground.dagster")
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
TAGS = {"commonground/told_by": "command line"}  # the alarm of the UI leaves these runs to the command


def run(workspace: Workspace) -> None:
    """Run the snapshots, then the rest of the graph if anything it rests on changed.

    The caller holds DIR for writing. Raises the Problem of the step that failed first.
    """
    job = build_definitions(workspace, lock=False).resolve_job_def(EVERYTHING)
    keys = job.asset_layer.executable_asset_keys
    snapshots = [key for key in keys if key.path[0] == "snapshot"]
    with dg.DagsterInstance.from_config(str(workspace.data)) as instance:
        _execute(job, instance, snapshots)
        if health.is_unchanged(workspace):
            health.record_success(workspace)
        else:
            _execute(job, instance, [key for key in keys if key not in snapshots])


def _execute(job: dg.JobDefinition, instance: dg.DagsterInstance, keys: Iterable[dg.AssetKey]) -> None:
    # What Dagster itself says on standard error (such as each event it could not write) would bury our one sentence.
    with contextlib.redirect_stderr(io.StringIO()) as said:
        result = job.execute_in_process(
            instance=instance, run_config=QUIET, raise_on_error=False, asset_selection=list(keys), tags=TAGS
        )
    log.debug("%s", said.getvalue())
    if not result.success:
        raise first_failure(result.all_events)
