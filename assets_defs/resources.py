"""The one resource: the workspace, held for writing while a run lasts."""

import dagster as dg

from assets_defs.history import tidy
from pipelines.core.problem import Problem
from pipelines.core.store import writer_lock
from pipelines.register.workspace import Workspace
from pipelines.release.mend import mend


def workspace_resource(workspace: Workspace, lock: bool, refusal: Problem | None = None) -> dg.ResourceDefinition:
    """The workspace for every asset of a run. `lock` is False where the caller holds DIR already; `refusal` is raised
    where no run may start."""

    @dg.resource(description="Settings, geography, register and DIR of this run.")
    def resource(context: dg.InitResourceContext):
        if refusal:
            raise refusal
        if not lock:
            yield workspace
            return
        with writer_lock(workspace.data):
            mend(workspace)
            tidy(context.instance, workspace.data, context.run_id)
            yield workspace

    return resource
