"""How well the indices of a release go with the published index they are compared with, held to what definitions say."""

from collections.abc import Mapping
from pathlib import Path

from pipelines.release.database import open_release
from pipelines.scoring.definition import Index


def agreement(indices: Mapping[str, Index], folder: Path) -> tuple[bool, str]:
    """Whether every index with a `least_agreement` reaches it (Spearman, over the widest scope), and what was found.

    Passes where nothing is compared: a geography without the published index, or an index without scores.
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
    low = [name for name, found in rows if name in least and not found >= least[name]]
    return not low, ", ".join(f"{name} {found:.3f}" for name, found in rows) or "no index has scores to compare"
