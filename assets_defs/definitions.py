"""The table of contents of the graph: snapshot -> table -> areas, places -> indicator -> index -> release."""

import dagster as dg

from assets_defs import automation, release, resources, snapshots
from assets_defs.step_asset import step_asset
from pipelines.core.settings import Settings
from pipelines.register.workspace import Workspace, open_workspace
from pipelines.release.steps import all_steps


def build_definitions(
    workspace: Workspace, lock: bool = True, executor: dg.ExecutorDefinition = dg.in_process_executor
) -> dg.Definitions:
    """The whole graph for one workspace. Nothing is fetched or written by building it."""
    assets = [*snapshots.build(workspace), *map(step_asset, all_steps(workspace)), *release.build(workspace)]
    graph = dg.Definitions(
        assets=assets,
        resources={"workspace": resources.workspace_resource(workspace, lock)},
        executor=executor,
    )
    return dg.Definitions.merge(graph, automation.build(workspace))


@dg.definitions
def defs() -> dg.Definitions:
    """The graph for the DIR named in the environment (COMMONGROUND_DATA, default ./data)."""
    return build_definitions(open_workspace(Settings.read()))
