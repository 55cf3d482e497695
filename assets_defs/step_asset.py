"""One step of the pipeline as one Dagster asset: its metadata, data version and checks are told the same way everywhere."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pyarrow.parquet

from assets_defs.pace import pace_of
from pipelines.core.plain_text import markdown
from pipelines.core.problem import as_problem
from pipelines.core.step import Output, Step, location, run
from pipelines.core.store import disk_problems
from pipelines.register.workspace import Workspace

log = logging.getLogger("commonground.steps")
OWNER = "team:common-ground"
PREVIEW_ROWS = 5


KINDS = {"table": {"pandas"}, "indicator": {"duckdb"}, "indicator_errors": {"duckdb"}, "geography": {"geopandas"}, "places": {"geopandas"}}  # fmt: skip


def step_asset(step: Step) -> dg.AssetsDefinition:
    """An asset that runs a step and tells rows, columns, reuse, what was counted and a preview.

    A Problem becomes a Failure in its own words, never retried: only fetches retry, and they did already.
    """
    key = dg.AssetKey(step.key.split("/"))

    @dg.asset(
        key=key,
        group_name=step.group,
        description=step.describes,
        deps=[dg.AssetKey(read.split("/")) for read in step.depends_on],
        tags={"publisher": step.publisher},
        metadata={"dagster/column_schema": column_schema(step)},
        owners=[OWNER],
        kinds={"parquet"} | KINDS.get(step.key.partition("/")[0], {"numpy"}),
        code_version=step.code_version[:12],
        check_specs=[dg.AssetCheckSpec(check.name, asset=key, description=check.describes) for check in step.checks],
        required_resource_keys={"workspace"},
    )
    def asset(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        workspace = context.resources.workspace
        with told_plainly(workspace, step.key):
            with timed(workspace, step.key) as watch:
                output = run(step, workspace.data)
                watch.reused = output.reused
            return dg.MaterializeResult(
                data_version=dg.DataVersion(output.data_version),
                metadata=metadata(output),
                check_results=[warning(check.name, *check.finds(output)) for check in step.checks],
            )

    return asset


def warning(name: str, passed: bool, found: str) -> dg.AssetCheckResult:
    """The result of a check that warns where it fails, and ends nothing."""
    severity = dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(passed=passed, check_name=name, description=markdown(found), severity=severity)


def metadata(output: Output) -> dict:
    """What the UI shows of a step's output."""
    counted = {n: v for n, v in output.meta.items() if isinstance(v, (int, float, str, bool, dict, list))}
    return {
        "dagster/row_count": output.rows,
        "reused": output.reused,
        "file": dg.MetadataValue.path(str(output.path)),
        "preview": dg.MetadataValue.md(preview(output.path)),
        **{n: dg.MetadataValue.json(v) if isinstance(v, (dict, list)) else v for n, v in counted.items()},
    }


def column_schema(step: Step) -> dg.TableSchema:
    """The columns of a step's main table as they are declared."""
    declared = step.schemas[location(step.key)[1]]
    return dg.TableSchema(
        [
            dg.TableColumn(name, kind, constraints=dg.TableColumnConstraints(nullable=name in declared.nullable))
            for name, kind in declared.types.items()
        ],
        dg.TableConstraints([f"no two rows share {', '.join(declared.key)}"] if declared.key else []),
    )


def preview(path: Path) -> str:
    """The first rows of a Parquet file as a Markdown table, without geometry."""
    file = pyarrow.parquet.ParquetFile(path)
    names = [field.name for field in file.schema_arrow if field.name not in ("geometry", "wkb")][:12]
    batch = next(file.iter_batches(batch_size=PREVIEW_ROWS, columns=names), None)
    rows = batch.to_pylist() if batch is not None else []
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    return "\n".join([*lines, *("| " + " | ".join(_cell(row[name]) for name in names) + " |" for row in rows)])


def _cell(value) -> str:
    return markdown(f"{value:.6g}" if isinstance(value, float) else str(value), 40)


@contextmanager
def timed(workspace: Workspace, key: str) -> Iterator[SimpleNamespace]:
    """Adds a step's time to the workspace's timings and tells it in the log; set `reused` on what it gives, and
    `outcome` where neither "made" nor "unchanged" says how it went."""
    watch, start = SimpleNamespace(reused=False, outcome=None), time.perf_counter()
    log.info("%s", _so_far(workspace, key), extra={"passes": True, "only_on_a_terminal": True})
    try:
        yield watch
    finally:
        seconds = time.perf_counter() - start
        workspace.timings.append((key.split("/")[0], key, seconds, watch.reused))
        if pace := pace_of(workspace):
            pace.ended(key, seconds, not watch.reused)
    outcome = watch.outcome or ("unchanged" if watch.reused else "made")
    log.info("%s %s (%.1f s)", _so_far(workspace, key), outcome, seconds, extra={"passes": True})


def _so_far(workspace: Workspace, key: str) -> str:
    pace = pace_of(workspace)
    return f"{pace}: {key}" if pace else key


@contextmanager
def told_plainly(workspace: Workspace, key: str) -> Iterator[None]:
    """Turns whatever a step raises into a Dagster Failure in one sentence, not to be retried: a Problem in its own words, a
    full disk, and what nobody foresaw by its cause."""
    try:
        with disk_problems(workspace.data):
            yield
    except Exception as error:
        problem = as_problem(key, error)
        raise dg.Failure(str(problem), metadata={"usage": problem.usage}, allow_retries=False) from error
