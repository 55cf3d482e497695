"""A failed run in one sentence, from its events."""

import re
from collections.abc import Iterable

import dagster as dg

from pipelines.core.problem import Problem, ReportedProblem, by_cause

OUR_OWN = re.compile(r"(?:pipelines|geodata|assets_defs)\.[\w.]+: ")  # an exception of ours is a sentence by itself
INTERRUPTED = dg.DagsterExecutionInterruptedError.__name__


def first_failure(events: Iterable[dg.DagsterEvent]) -> Problem:
    """The first step that failed, in its own words where it had a Problem; else what ended the run itself, such as a DIR
    that someone else is writing, or a worker that was killed."""
    of_the_run = None
    for event in events:
        if event.is_step_failure:
            return _told(event)
        if event.is_failure:
            of_the_run = event
    error = of_the_run and of_the_run.job_failure_data.error
    if error:
        return _in_one_sentence("refresh", error)
    return by_cause("refresh", "RunFailure", (of_the_run and of_the_run.message) or "the run said no more")


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


def _told(event: dg.DagsterEvent) -> Problem:
    data = event.step_failure_data
    told = data.user_failure_data
    if told and told.description:
        usage = told.metadata.get("usage")
        return ReportedProblem(told.description, bool(usage and usage.value))
    return _in_one_sentence(event.step_key, data.error)


def _in_one_sentence(where: str, error) -> Problem:
    """An error as Dagster keeps it: what it wrapped, by class and first line."""
    while error.cause and error.cls_name.startswith("Dagster"):
        error = error.cause
    first = next((line.strip() for line in error.message.splitlines() if line.strip()), "")
    if ours := OUR_OWN.match(first):
        return ReportedProblem(first[ours.end() :], False)
    return by_cause(where, error.cls_name, first.partition(": ")[2])
