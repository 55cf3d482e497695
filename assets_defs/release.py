"""Layer 5, release: the one writer that assembles, checks and publishes."""

import dagster as dg

from assets_defs.keys import (
    EVENTS,
    GROUPS,
    OUTLINES,
    PLACES,
    POSTCODES,
    RECORDS,
    TYPOLOGY,
    by_area_key,
    cluster_key,
    explained_key,
    index_key,
    indicator_key,
    reach_key,
    spread_key,
    table_key,
)
from assets_defs.step_asset import OWNER, timed, told_plainly
from pipelines.register.vintages import carried_sources
from pipelines.register.workspace import Workspace
from pipelines.release import health
from pipelines.release.contents import read_checks
from pipelines.release.publish import publish

KEY = ["release"]


def build(workspace: Workspace) -> list[dg.AssetsDefinition]:
    """The release asset, with every SQL check of sql/checks as an asset check."""
    register = workspace.register
    deps = [
        OUTLINES,
        POSTCODES,
        RECORDS,
        GROUPS,
        EVENTS,
        PLACES,
        TYPOLOGY,
        *map(reach_key, register.taxonomy.counted()),
        *map(table_key, register.sources),
        *map(indicator_key, register.indicators),
        *map(by_area_key, carried_sources(register)),
        *map(index_key, register.indices),
        *map(cluster_key, register.indices),
        *map(spread_key, register.indices),
        *map(explained_key, register.indices),
    ]
    checks = {name: sql.split("*/")[0].lstrip("/* \n").strip() for name, sql in read_checks().items()}

    @dg.asset(
        key=KEY,
        group_name="release",
        description="DuckDB file, GeoJSON, GeoParquet, CSV, data package and CHANGES, swapped in whole once every check passes.",
        deps=[dg.AssetKey(dep) for dep in deps],
        tags={"publisher": "common-ground"},
        owners=[OWNER],
        check_specs=[
            dg.AssetCheckSpec(name, asset=dg.AssetKey(KEY), description=told) for name, told in checks.items()
        ],
        required_resource_keys={"workspace"},
    )
    def release(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        workspace = context.resources.workspace
        with timed(workspace, KEY) as watch, told_plainly(workspace):
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
