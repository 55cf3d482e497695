"""Method reports: one page per index inside a release, from the release's own tables, the same bytes for the same tables.

A page needs nothing from outside: charts are inline, there is no script, and the only times are the dates of evidence.
"""

from pathlib import Path

import duckdb

from pipelines.core import store
from pipelines.release.agreement import by_construction
from pipelines.release.method_facts import Before, Facts, read_before, read_facts
from pipelines.release.method_page import Html, bullets, joined, page, paragraph, text
from pipelines.release.method_sections import correlations, definition, distributions, importance, not_known
from pipelines.release.method_spread import robustness, sensitivity, stability, weight_sets
from pipelines.release.plots import Charts, styled

FOLDER = "methods"


def write_methods(
    folder: Path, connection: duckdb.DuckDBPyConnection, previous: duckdb.DuckDBPyConnection | None
) -> None:
    """Write `methods/<index>.html` into `folder` for every index of the release; `previous` is the release before."""
    with styled():
        for name in index_names(connection):
            before = read_before(previous, name) if previous else None
            store.write_bytes(
                folder / FOLDER / f"{name}.html", method_page(read_facts(connection, name), before).encode()
            )


def index_names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The indices of a release, in order of name."""
    return [name for (name,) in connection.execute("select index_name from index_method order by 1").fetchall()]


def method_page(facts: Facts, before: Before | None) -> str:
    """The page of one index, beside the same index `before`. Charts are in the style of `plots.styled`."""
    charts = Charts()
    sections = [
        definition(facts),
        distributions(facts, charts),
        correlations(facts, charts),
        importance(facts, charts),
        robustness(facts, charts),
        sensitivity(facts, charts),
        weight_sets(facts),
        stability(facts, before),
        not_known(facts),
    ]
    return page(
        f"{facts.method['title']}: method report", _top(facts), sections, paragraph(facts.release["licence"], ".")
    )


def _top(facts: Facts) -> Html:
    """What the index asks, of which release this tells, and what must be borne in mind."""
    release, method = facts.release, facts.method
    invented = (
        "<p><strong>Everything here is invented.</strong> The town does not exist and its numbers mean nothing.</p>"
    )
    warned = f'<div class="box warn">{invented}</div>' if release["is_invented"] else ""
    cautions = [line for line in str(method.get("cautions") or "").splitlines() if line]
    cautions = [line for line in [by_construction(method["share_of_weight_shared_with_imd"]), *cautions] if line]
    where = f"{len(facts.scores):,} areas, of {release['n_areas_nation']:,} in the nation"
    return joined(
        Html('<p class="kicker">Method report · '), release["title"], Html(f", release {text(release['version'])}</p>"),
        Html(f"<h1>{text(method['title'])}</h1>"),
        Html(f'<p class="question">{text(method["question"])}</p>'),
        Html(warned),
        Html(f'<div class="box">{paragraph(release["ecological_fallacy"])}{bullets(cautions) if cautions else ""}</div>'),
        paragraph("Everything on this page is worked out from the tables of this release, over its ", where, ". Rank 1 is the greatest need or opportunity."),
    )  # fmt: skip
