"""Layer 1, snapshot/<source>: what a publisher's answer was, fetched only if it changed."""

import datetime

import dagster as dg

from assets_defs.step_asset import OWNER, timed, told_plainly, warning
from pipelines.register.source import Source
from pipelines.register.workspace import Workspace
from pipelines.release.health import OVERDUE_DAYS
from pipelines.tables.snapshot import take


def build(workspace: Workspace) -> list[dg.AssetsDefinition]:
    """One asset per registered source."""
    return [_snapshot(source) for source in workspace.register.sources.values()]


def key(stem: str) -> dg.AssetKey:
    """The asset key of a source's snapshot."""
    return dg.AssetKey(["snapshot", stem])


def _freshness(source: Source) -> dg.FreshnessPolicy | None:
    """A source that is renewed is late when it was not asked for longer than its cadence allows."""
    if source.cadence == "once":
        return None
    return dg.FreshnessPolicy.time_window(fail_window=datetime.timedelta(days=OVERDUE_DAYS[source.cadence]))


def _snapshot(source: Source) -> dg.AssetsDefinition:
    asset_key = key(source.stem)
    notes = "".join(f"\n- {note}" for note in source.notes)

    @dg.asset(
        key=asset_key,
        group_name="snapshots",
        description=f"{source.title}. {source.publisher}, {source.page}{notes}",
        tags={"publisher": source.stem.split("_")[0], "cadence": source.cadence},
        owners=[OWNER],
        kinds={"file"},
        freshness_policy=_freshness(source),
        check_specs=[
            dg.AssetCheckSpec(
                "answered",
                asset=asset_key,
                description="The source answered, and its answer held to its contract.",
            )
        ],
        required_resource_keys={"workspace"},
    )
    def snapshot(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        workspace = context.resources.workspace
        with timed(workspace, f"snapshot/{source.stem}") as watch, told_plainly(workspace, source.stem):
            taken = take(workspace, source, context.run.run_id)
            watch.reused = taken.state not in ("new", "unavailable")
            watch.outcome = None if taken.state == "new" else taken.state
        answered = taken.state not in ("stale", "unavailable")
        check = warning("answered", answered, taken.problem or taken.state)
        return dg.MaterializeResult(
            data_version=dg.DataVersion(taken.data_version),
            metadata={
                "dagster/row_count": taken.rows,
                "reused": watch.reused,
                "state": taken.state,
                "source_as_at": taken.source_as_at or "not stated",
                "downloaded_bytes": taken.downloaded,
                "licence": source.licence,
            },
            check_results=[check],
        )

    return snapshot
