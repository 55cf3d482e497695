"""The register as lines of text: what each source is, how fresh, and whether it still answers."""

from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.fetch.http import client_of
from pipelines.register.source import Source
from pipelines.register.workspace import Workspace, open_workspace
from pipelines.tables.snapshot import current

# a question to Overpass that costs it next to nothing
TINY = '[out:json];node["amenity"="library"](51.5,-0.13,51.501,-0.129);out count;'
HEADING = (
    "source",
    "licence",
    "publish",
    "vintage",
    "cadence",
    "next expected",
    "last snapshot",
    "rows",
    "state",
    "verified",
)


def lines(settings: Settings, probe: bool) -> list[str]:
    """A line per source, in columns; with `probe`, whether each address answers now."""
    workspace = open_workspace(settings)
    rows = [HEADING + (("probe",) if probe else ())]
    for source in workspace.register.sources.values():
        rows.append(_row(workspace, source) + ((_probe(workspace, source),) if probe else ()))
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _row(workspace: Workspace, source: Source) -> tuple[str, ...]:
    snapshot = current(workspace.data, source, workspace.geography)
    return (
        source.stem,
        source.licence,
        source.publish,
        str(source.vintage or snapshot.source_as_at or "-"),
        source.cadence,
        str(source.next_expected or "-"),
        (snapshot.observed_at or "never")[:10],
        f"{snapshot.rows:,}" if snapshot.sha else "-",
        "never read" if snapshot.observed_at is None and not snapshot.problem else snapshot.state,
        f"live since {snapshot.live_since}" if snapshot.live_since else source.verified.how,
    )


def _probe(workspace: Workspace, source: Source) -> str:
    rule = source.fetch
    url = (
        rule.discover.page
        if rule.discover
        else (rule.url or rule.alternate_url).format(
            today=workspace.today, part=next(iter(workspace.geography.parts.get(rule.parts, [""])))
        )
    )
    params = {"arcgis": {"f": "json"}, "overpass": {"data": TINY}}.get(rule.protocol)
    if rule.alternate_url and not client_of(workspace).stands_in:
        return "not asked: the publisher gives no lasting address"
    try:
        return client_of(workspace).head(source.stem, url, params)
    except Problem as problem:
        return f"FAILED: {problem.what}"
