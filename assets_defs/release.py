"""Layer 5, release: the one writer that assembles, checks and publishes."""

import dagster as dg

from assets_defs.step_asset import OWNER, timed, told_plainly, warning
from pipelines.register.workspace import Workspace
from pipelines.release import health
from pipelines.release.agreement import agreement
from pipelines.release.inputs import release_step
from pipelines.release.publish import publish

KEY = "release"
AGREEMENT = "Each index goes with the published index it is compared with at least as much as its definition says."


def build(workspace: Workspace) -> list[dg.AssetsDefinition]:
    """The release asset, with every SQL check of sql/checks as an asset check."""
    step = release_step(workspace)
    checks = {name: sql.split("*/")[0].lstrip("/* \n").strip() for name, sql in step.definition["checks"].items()}

    @dg.asset(
        key=KEY,
        group_name="release",
        description=step.describes,
        deps=[dg.AssetKey(read.split("/")) for read in step.depends_on],
        tags={"publisher": "common-ground"},
        owners=[OWNER],
        check_specs=[
            *(dg.AssetCheckSpec(name, asset=dg.AssetKey(KEY), description=text) for name, text in checks.items()),
            dg.AssetCheckSpec("agreement", asset=dg.AssetKey(KEY), description=AGREEMENT),
        ],
        kinds={"duckdb", "geojson", "parquet"},
        required_resource_keys={"workspace"},
    )
    def release(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        workspace = context.resources.workspace
        with told_plainly(workspace, KEY):
            with timed(workspace, KEY) as watch:
                published = publish(workspace)
                watch.reused = not published.made
            health.record_success(workspace)
        # A release that breaks a check is never published, so the ones recorded here have passed.
        results = [
            dg.AssetCheckResult(
                passed=published.checks.get(name, 0) == 0,
                check_name=name,
                metadata={"offending_rows": published.checks.get(name, 0)},
            )
            for name in checks
        ]
        results.append(warning("agreement", *agreement(workspace.register.indices, published.folder)))
        return dg.MaterializeResult(
            data_version=dg.DataVersion(published.key),
            metadata={
                "version": published.version,
                "reused": not published.made,
                "folder": dg.MetadataValue.path(str(published.folder)),
            },
            check_results=results,
        )

    return [release]
