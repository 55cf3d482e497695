"""The last lines of a refresh about scores: how many areas each index scored, and of one that scored none, what it needs."""

import duckdb

from pipelines.register.labels import meaning
from pipelines.register.provenance import indicator_sources
from pipelines.register.register import Register
from pipelines.register.workspace import Workspace
from pipelines.release.database import open_release
from pipelines.scoring.definition import Index
from pipelines.tables.snapshot import current

SHOWN = 5  # sources named in a line


def score_lines(workspace: Workspace, version: str) -> list[str]:
    """How many areas each index scored in a release, then a line for each that scored none."""
    with open_release(workspace.data / "releases" / version) as release:
        found = release.execute("select index_name, count(score), count(*) from index_score group by index_name")
        scored = {name: (n, of) for name, n, of in found.fetchall()}
        counts = [f"{name} {scored[name][0]:,} of {scored[name][1]:,}" for name in workspace.register.indices]
        none = [index for name, index in workspace.register.indices.items() if scored[name][0] == 0]
        lacks = [f"{index.stem}: no area has a score: {_lacks(workspace, release, index)}" for index in none]
    return [f"areas scored: {', '.join(counts)}", *lacks]


def _lacks(workspace: Workspace, release: duckdb.DuckDBPyConnection, index: Index) -> str:
    """Which sources would give an index a score: the missing first, with what to do; then those that do not reach here."""
    (withheld,) = release.execute("select indices_withheld from release").fetchone()
    if index.stem in withheld.split(", "):
        return meaning("null_reason", "withheld")
    rows = release.execute(
        "select indicator, any_value(null_reason) from indicator_value group by 1 having count(value) = 0"
    )
    unknown = dict(rows.fetchall())
    register = workspace.register
    names = [name for name in _indicators(register, index) if name in unknown]
    sources = list(dict.fromkeys(s for name in names for s in indicator_sources(register, register.indicators[name])))
    missing, others = [], []
    for stem in sources:
        now = current(workspace.data, register.sources[stem], workspace.geography)
        if now.state == "unavailable":
            problem = (now.problem or "it was never read").removeprefix(f"{stem}: ").rstrip(".")
            missing.append(f"{stem} (unavailable: {problem})")
        elif covers := register.sources[stem].covers:
            others.append(f"{stem} (for {covers})")
    if missing:
        return f"it needs {_some(missing)}"
    reasons = list(dict.fromkeys(meaning("null_reason", unknown[name]) for name in names))
    resting = f"; its sources: {_some(others)}" if others else ""
    return f"{len(names)} of its indicators are known nowhere here ({'; '.join(reasons) or 'too few areas'}){resting}"


def _indicators(register: Register, index: Index) -> list[str]:
    """The indicators that make an index, by way of other indices too; those beside it are none."""
    found: list[str] = []
    for domain, name, member in index.members:
        if domain in index.parts:
            found += _indicators(register, register.indices[name]) if member.index else [name]
    return list(dict.fromkeys(found))


def _some(names: list[str]) -> str:
    more = f", and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
