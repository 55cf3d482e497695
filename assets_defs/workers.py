"""The same assets on several processes that share DIR, by Dagster's Dask executor; chosen with `--workers`.

Publishers are asked by the coordinator alone, one at a time; the steps then run in the workers, and the release is
assembled by one of them. Dask lets a step begin though one it reads failed: what it makes of old inputs is known by
its key as old, and the release is refused while any step is due.
"""

import functools
import logging

import dagster as dg
import dask
from dagster_dask import dask_executor
from distributed import LocalCluster

from assets_defs.automation import EVERYTHING
from assets_defs.definitions import build_definitions
from pipelines.core.settings import Settings
from pipelines.register.workspace import Workspace, open_workspace


@functools.cache  # it is asked for again for every step
def refresh_job(data: str, areas: str) -> dg.JobDefinition:
    """The job of a refresh of DIR for the areas asked (semicolons between them), as the coordinator and every worker
    build it: all other settings are in a worker's environment. The coordinator holds DIR for writing."""
    workspace = open_workspace(Settings.read(data=data, areas=areas))
    return build_definitions(workspace, lock=False, executor=dask_executor).resolve_job_def(EVERYTHING)


def execute(workspace: Workspace, instance: dg.DagsterInstance, keys: list[dg.AssetKey], config: dict, tags: dict):
    """Execute the assets `keys` on `settings.workers` processes of this machine; gives Dagster's result."""
    settings = workspace.settings
    words = {"data": str(settings.data), "areas": ";".join(settings.areas)}
    logging.getLogger("distributed").setLevel(logging.ERROR)  # it warns of every size that it cannot tell
    quiet = {"distributed.nanny.pre-spawn-environ.DASK_LOGGING__DISTRIBUTED": "error"}  # set before a worker loads Dask
    with (
        dask.config.set(quiet),
        LocalCluster(
            n_workers=settings.workers,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            env=settings.environment(),
        ) as cluster,
    ):
        execution = {"config": {"cluster": {"existing": {"address": cluster.scheduler_address}}}}
        return dg.execute_job(
            dg.build_reconstructable_job(__name__, refresh_job.__name__, reconstructable_kwargs=words),
            instance=instance,
            run_config={**config, "execution": execution},
            asset_selection=keys,
            tags=tags,
            raise_on_error=False,
        )
