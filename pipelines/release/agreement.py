"""How well the indices of a release go with the published index they are compared with, held to what definitions say."""

from collections.abc import Mapping
from pathlib import Path

from pipelines.release.database import open_release
from pipelines.scoring.definition import Index

MOST = 0.5  # the share of its weight beyond which an index is the published one in other weights


def by_construction(share: float) -> str:
    """In words, what of an index is the Index of Multiple Deprivation 2025 too, from the share (0-1) of its weight that is:
    said wherever the index is shown, and where the two are compared. Empty where nothing is."""
    if not share > 0:
        return ""
    if share > MOST:
        return f"Most of it ({100 * share:.0f} % of its weight) is the Indices of Deprivation 2025 in other weights: as far as that goes the two agree by construction."
    return f"{100 * share:.0f} % of its weight is on indicators that the Index of Multiple Deprivation 2025 counts too."


def agreement(indices: Mapping[str, Index], folder: Path) -> tuple[bool, str]:
    """Whether every index with a `least_agreement` reaches it (Spearman, over the widest scope), and what was found.

    Passes for a geography without the published index; an index that should be compared and is not does not pass.
    """
    with open_release(folder) as connection:
        tables = {row[0] for row in connection.execute("show tables").fetchall()}
        if "benchmark_correlation" not in tables:
            return True, "no published index is held"
        rows = connection.execute("""
            select index_name, arg_max(spearman, n_areas) from benchmark_correlation
            where compared_with = 'imd' group by index_name order by index_name
        """).fetchall()
    least = {name: index.least_agreement for name, index in indices.items() if index.least_agreement is not None}
    found = dict(rows)
    low = [name for name in least if name not in found or not found[name] >= least[name]]
    words = [
        f"{name} {found[name]:.3f}" if name in found else f"{name} could not be compared" for name in {**found, **least}
    ]
    return not low, ", ".join(words)
