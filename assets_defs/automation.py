"""When the graph runs by itself and who hears when it fails: jobs, schedules from the sources' cadence, the alarm."""

import dagster as dg

from assets_defs import snapshots
from assets_defs.failure import first_failure, was_stopped
from assets_defs.history import TOLD_BY
from pipelines.register.workspace import Workspace
from pipelines.release import health

EVERYTHING = "refresh"
OFTEN = {"daily": "0 5 * * *", "weekly": "0 5 * * 1"}  # cadences that get a job of their own
MONTHLY = "0 4 1 * *"  # everything, so that slower sources are asked too
WATCHED_S = 600


def build(workspace: Workspace) -> dg.Definitions:
    """Job `refresh` over the whole graph, monthly; job `refresh_<cadence>` for what changes more often, and all below."""
    told = "Everything, from snapshots to release."
    jobs = [dg.define_asset_job(EVERYTHING, dg.AssetSelection.all(), description=told)]
    crons = {EVERYTHING: MONTHLY}
    for cadence, cron in OFTEN.items():
        keys = [snapshots.key(s.stem) for s in workspace.register.sources.values() if s.cadence == cadence]
        if keys:
            name, told = f"{EVERYTHING}_{cadence}", f"Sources renewed {cadence}, and all that rests on them."
            # all that rests on sources, whichever changed: what is unchanged is not made again
            selection = dg.AssetSelection.assets(*keys) | (
                dg.AssetSelection.all() - dg.AssetSelection.groups("snapshots")
            )
            jobs.append(dg.define_asset_job(name, selection, description=told))
            crons[name] = cron
    running = dg.DefaultScheduleStatus.RUNNING
    schedules = [
        dg.ScheduleDefinition(
            name=f"{job.name}_schedule", job=job, cron_schedule=crons[job.name], default_status=running
        )
        for job in jobs
    ]
    return dg.Definitions(jobs=jobs, schedules=schedules, sensors=[_alarm(workspace), _watch(workspace)])


def _alarm(workspace: Workspace) -> dg.SensorDefinition:
    # Of the run, not of a step: a run that fails before its first step, or was started from an asset's page, counts too.
    @dg.run_failure_sensor(
        name="tell_failure",
        description="Marks health.json red and posts one sentence to the configured address.",
        default_status=dg.DefaultSensorStatus.RUNNING,
        monitor_all_code_locations=False,
    )
    def tell_failure(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
        if TOLD_BY in context.dagster_run.tags:
            return dg.SkipReason("the command line told of this run itself")
        events = [*context.get_step_failure_events(), context.failure_event]
        if was_stopped(events):
            return dg.SkipReason("the run was stopped by a signal, such as that of `commonground dev` being ended")
        for untold in health.tell_failure(workspace.settings, first_failure(events)):
            context.log.warning(untold)
        return None

    return tell_failure


def _watch(workspace: Workspace) -> dg.SensorDefinition:
    # what nobody could write when it happened: a refresh that was killed, one that is overdue
    @dg.sensor(
        name="watch_health",
        description="Marks health.json red where the last refresh was killed or the next is overdue.",
        minimum_interval_seconds=WATCHED_S,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def watch_health(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        found = health.look(workspace.settings)
        return dg.SkipReason(str(found) if found else "nothing makes the light red")

    return watch_health
