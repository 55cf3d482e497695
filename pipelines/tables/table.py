"""Snapshot to table: `tables/<stem>.parquet`, typed and held to contract, and the issues found on the way."""

import logging

from geodata.geography import Geography
from pipelines.core.problem import Problem
from pipelines.core.step import Check, Given, Output, Step, Tables
from pipelines.core.unforeseen import unforeseen
from pipelines.register.source import Source
from pipelines.register.workspace import Workspace
from pipelines.tables import handed
from pipelines.tables.kept import Damaged
from pipelines.tables.snapshot import SnapshotRead
from pipelines.tables.tidy import ISSUES, authority_codes, empty_table, issue_table, schema_of, script_of, tidy

log = logging.getLogger("commonground.tables")


def table_step(workspace: Workspace, source: Source) -> Step[Tables]:
    """The step that makes a source's table."""
    return Step(
        f"table/{source.stem}",
        "tables",
        f"{source.title}, typed and held to its contract: columns, keys, ranges, row count.",
        (SnapshotRead(source, workspace.geography),),
        {
            "source": source,
            "geography": workspace.geography,
            "script": script_of(source),
            "codes": authority_codes(source, workspace.geography),
        },
        make_table,
        {source.stem: schema_of(source), f"{source.stem}.issues": ISSUES},
        publisher=source.stem.split("_")[0],
        checks=(Check("contract", "Declared columns, keys, ranges and counts hold.", _contract),),
    )


def make_table(given: Given) -> Tables:
    """The source's table; empty but typed where the source is unavailable, or its snapshot, accepted by other rules, cannot
    be read by these. Raises Problem where that is a source that no refresh can do without."""
    source: Source = given.definition["source"]
    geography: Geography = given.definition["geography"]
    snapshot = given[f"snapshot/{source.stem}"]
    available, problem = bool(snapshot.sha), None
    table, issues = empty_table(source), issue_table([])
    if available:
        told = handed.taken(snapshot.folder / snapshot.sha, source, geography)
        try:
            with unforeseen(source.stem):
                table, issues = told or tidy(source, geography, snapshot.read(), codes=given.definition["codes"])
        except Problem as unread:
            if source.required or isinstance(unread, Damaged):
                raise
            available, problem = False, str(unread)
            log.warning("the snapshot that was accepted can no longer be read: %s", unread)
    meta = {"available": available, "source_as_at": snapshot.source_as_at, "n_issues": len(issues)}
    meta |= {"problem": problem} if problem else {}
    meta |= {} if snapshot.is_asked_for else {"asked_for": False}
    return {source.stem: table, f"{source.stem}.issues": issues}, meta


def _contract(output: Output) -> tuple[bool, str]:
    if output.meta["available"]:
        return True, f"{output.rows:,} rows hold to the contract"
    if output.meta.get("problem"):
        return False, output.meta["problem"]
    if not output.meta.get("asked_for", True):
        return True, "not asked for: an empty table of the declared types"
    return False, "no snapshot: an empty table of the declared types"
