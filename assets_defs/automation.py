"""When the graph runs by itself and who hears when it fails: jobs, schedules from the sources' cadence, the alarm."""

from dataclasses import dataclass

import dagster as dg

from assets_defs import snapshots
from assets_defs.failure import first_failure, was_stopped
from assets_defs.history import TOLD_BY
from pipelines.register.workspace import Workspace
from pipelines.release import health

EVERYTHING = "refresh"
OFTEN = {  # cadences that get a job of their own: when it runs, as cron and in words
    "daily": ("0 5 * * *", "every day at 5:00 UTC"),
    "weekly": ("0 5 * * 1", "every Monday at 5:00 UTC"),
}
MONTHLY = ("0 4 1 * *", "on the 1st of every month at 4:00 UTC")  # everything, so that slower sources are asked too
WATCHED_S = 600


@dataclass(frozen=True)
class Plan:
    """One job and when it is to run. `cadence`: of the sources it asks; None: every source."""

    name: str
    cadence: str | None
    cron: str
    when: str

    @property
    def what(self) -> str:
        """What it does, in words."""
        return (
            f"Sources renewed {self.cadence}, and all that rests on them."
            if self.cadence
            else "Everything, from snapshots to release."
        )


def plans(workspace: Workspace) -> list[Plan]:
    """Job `refresh` over the whole graph, monthly; job `refresh_<cadence>` for what changes more often, and all below."""
    cadences = {source.cadence for source in workspace.register.sources.values()}
    often = [Plan(f"{EVERYTHING}_{cadence}", cadence, *when) for cadence, when in OFTEN.items() if cadence in cadences]
    return [Plan(EVERYTHING, None, *MONTHLY), *often]


def build(workspace: Workspace) -> dg.Definitions:
    """A job and a schedule for each plan, which runs only where the operator said so: `--schedules`, or a click on the page."""
    status = dg.DefaultScheduleStatus.RUNNING if workspace.settings.schedules else dg.DefaultScheduleStatus.STOPPED
    jobs, schedules = [], []
    for plan in plans(workspace):
        selection: dg.AssetSelection = dg.AssetSelection.all()
        if plan.cadence:
            keys = [snapshots.key(s.stem) for s in workspace.register.sources.values() if s.cadence == plan.cadence]
            # all that rests on sources, whichever changed: what is unchanged is not made again
            rest = dg.AssetSelection.all() - dg.AssetSelection.groups("snapshots")
            selection = dg.AssetSelection.assets(*keys) | rest
        jobs.append(dg.define_asset_job(plan.name, selection, description=plan.what))
        schedules.append(
            dg.ScheduleDefinition(
                name=f"{plan.name}_schedule",
                job=jobs[-1],
                cron_schedule=plan.cron,
                description=f"{plan.what[:-1]}, {plan.when}.",
                default_status=status,
            )
        )
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
