"""Snapshot to table: `tables/<stem>.parquet`, typed and held to contract, and the issues found on the way."""

import pandas as pd

from pipelines.core.once import Made, made, once
from pipelines.register.source import Source
from pipelines.register.workspace import Workspace
from pipelines.tables.snapshot import current, read_files
from pipelines.tables.tidy import ISSUE_COLUMNS, empty_table, tidy


def make_table(workspace: Workspace, source: Source) -> Made:
    """The source's table; empty but typed where the source is unavailable. Raises Problem on a breach."""
    snapshot = current(workspace, source)

    def make():
        if snapshot.state == "unavailable":
            table, issues = empty_table(source), pd.DataFrame(columns=ISSUE_COLUMNS).astype(str)
        else:
            table, issues = tidy(source, workspace.geography, read_files(workspace, snapshot))
        meta = {
            "available": snapshot.state != "unavailable",
            "source_as_at": snapshot.source_as_at,
            "n_issues": len(issues),
        }
        return {source.stem: table, f"{source.stem}.issues": issues}, meta

    definition = {"source": source.model_dump(mode="json"), "geography": workspace.geography.model_dump(mode="json")}
    return once(workspace.data / "tables", source.stem, definition, {"snapshot": snapshot.data_version}, make)


def table(workspace: Workspace, stem: str) -> Made:
    """The table that source `stem` has now."""
    return made(workspace.data / "tables", stem)
