"""The table of contents of the graph: snapshot -> table -> areas, places -> indicator -> index -> release.

The graph is served to `commonground dev` alone, whose UI has a guard (console.py); it says so in the environment of all
it starts. A plain `dagster dev -w workspace.yaml` is refused when it loads this file; a plain `dagster-webserver` or
daemon, which nothing tells from a tool that only looks (`dagster definitions validate`), when it starts a run.
"""

import dagster as dg

from assets_defs import automation, release, resources, snapshots
from assets_defs.step_asset import step_asset
from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.register.workspace import Workspace, open_workspace
from pipelines.release import health
from pipelines.release.steps import all_steps

PLAIN = (
    "any web page could steer this UI",
    "start it with `commonground dev`, on the same DIR and with the same schedules",
)


def build_definitions(
    workspace: Workspace,
    lock: bool = True,
    executor: dg.ExecutorDefinition = dg.in_process_executor,
    guarded_only: bool = False,
) -> dg.Definitions:
    """The whole graph for one workspace. Nothing is fetched or written by building it.

    With `guarded_only`, a run that nobody started through `commonground dev` fails before its first step.
    """
    refusal = Problem("dagster", *PLAIN, usage=True) if guarded_only and workspace.settings.console is None else None
    assets = [*snapshots.build(workspace), *map(step_asset, all_steps(workspace)), *release.build(workspace)]
    graph = dg.Definitions(
        assets=assets,
        resources={"workspace": resources.workspace_resource(workspace, lock, refusal)},
        executor=executor,
    )
    return dg.Definitions.merge(graph, automation.build(workspace))


@dg.definitions
def defs() -> dg.Definitions:
    """The graph for the DIR named in the environment (COMMONGROUND_DATA, default ./data)."""
    settings = Settings.read()
    if settings.console == "plain":
        raise Problem("dagster dev", *PLAIN, usage=True)
    if settings.console is None:  # a tool that only looks
        return build_definitions(open_workspace(settings), guarded_only=True)
    with health.any_end_told(settings, again=False):  # no run can begin, and no sensor would tell of it
        return build_definitions(open_workspace(settings), guarded_only=True)
