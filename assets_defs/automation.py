"""When the graph runs by itself and what happens when it fails: jobs, schedules from the sources' cadence, the hook."""

import dagster as dg

from assets_defs import snapshots
from pipelines.commands import health
from pipelines.workspace import Workspace

EVERYTHING = "refresh"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
OFTEN = {"daily": "0 5 * * *", "weekly": "0 5 * * 1"}  # cadences that get a job of their own
MONTHLY = "0 4 1 * *"  # everything, so that slower sources are asked too


def build(workspace: Workspace) -> dg.Definitions:
    """Job `refresh` over the whole graph, monthly; job `refresh_<cadence>` for what changes more often, and all below."""
    hooks = {_tell_failure(workspace)}
    jobs = [
        dg.define_asset_job(
            EVERYTHING, dg.AssetSelection.all(), hooks=hooks, description="Everything, from snapshots to release."
        )
    ]
    crons = {EVERYTHING: MONTHLY}
    for cadence, cron in OFTEN.items():
        keys = [dg.AssetKey(snapshots.key(s.stem)) for s in workspace.register.sources.values() if s.cadence == cadence]
        if keys:
            name = f"{EVERYTHING}_{cadence}"
            jobs.append(
                dg.define_asset_job(
                    name,
                    dg.AssetSelection.assets(*keys).downstream(),
                    hooks=hooks,
                    description=f"Sources renewed {cadence}, and all that rests on them.",
                )
            )
            crons[name] = cron
    schedules = [
        dg.ScheduleDefinition(
            name=f"{job.name}_schedule",
            job=job,
            cron_schedule=crons[job.name],
            default_status=dg.DefaultScheduleStatus.RUNNING,
        )
        for job in jobs
    ]
    return dg.Definitions(jobs=jobs, schedules=schedules)


def _tell_failure(workspace: Workspace) -> dg.HookDefinition:
    @dg.failure_hook(name="tell_failure")
    def tell_failure(context: dg.HookContext) -> None:
        error = context.op_exception
        if isinstance(error, dg.Failure) and error.metadata.get("usage", dg.MetadataValue.bool(False)).value:
            return  # a wrong question is the asker's to mend, not an alarm
        sentence = getattr(error, "description", None) or str(error)
        health.record_failure(workspace.settings, sentence)
        if trouble := health.post_alert(workspace.settings, sentence):
            context.log.warning(trouble)

    return tell_failure
