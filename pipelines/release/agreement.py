"""How well the indices of a release go with the published index they are compared with, held to what definitions say."""

from collections.abc import Mapping
from pathlib import Path

from pipelines.release.database import open_release
from pipelines.scoring.definition import Index


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
