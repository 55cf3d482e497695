"""A failed run in one sentence, from its events."""

from collections.abc import Iterable

import dagster as dg

from pipelines.core.problem import Problem, ReportedProblem

REMEDY = "this is a fault of ours; the run in the Dagster UI (`commonground dev`) holds the traceback"

INTERRUPTED = dg.DagsterExecutionInterruptedError.__name__


def first_failure(events: Iterable[dg.DagsterEvent], otherwise: str = "the run failed before any step") -> Problem:
    """The first step that failed, in its own words where it had a Problem; `otherwise` where no step did."""
    for event in events:
        if event.is_step_failure:
            return _told(event)
    return Problem("refresh", otherwise, "look at the run in the Dagster UI (`commonground dev`)")


def was_stopped(events: Iterable[dg.DagsterEvent]) -> bool:
    """True where a signal ended the run: somebody's decision, not a fault."""
    for event in events:
        data = (
            event.step_failure_data if event.is_step_failure else event.job_failure_data if event.is_failure else None
        )
        error = data and data.error
        if error and INTERRUPTED in (error.cls_name, error.cause and error.cause.cls_name):
            return True
    return False


def before_any_step(event: dg.DagsterEvent) -> str:
    """What ended a run that never came to a step, such as a DIR that someone else is writing."""
    error = event.job_failure_data.error
    if not error:
        return event.message or "the run failed before any step"
    message = (error.cause or error).message.strip().splitlines()[-1]
    return message.removeprefix("pipelines.core.problem.Problem: ")


def _told(event: dg.DagsterEvent) -> Problem:
    data = event.step_failure_data
    told = data.user_failure_data
    if told and told.description:
        usage = told.metadata.get("usage")
        return ReportedProblem(told.description, bool(usage and usage.value))
    error = data.error.cause or data.error
    return Problem(event.step_key, error.message.strip().splitlines()[-1], REMEDY)
