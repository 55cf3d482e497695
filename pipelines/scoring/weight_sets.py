"""Several opinions of how much each domain counts, side by side: expert (as published), equal, from the data (principal
component), taken from other indices, contributed; and how far ranks move between them."""

from collections.abc import Collection
from itertools import combinations
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from geodata.records import DefinitionError, Record, read_record
from pipelines.scoring.definition import Index
from pipelines.scoring.normalise import all_the_same
from pipelines.scoring.versions import Scorer, Version, as_defined

EXPERT, EQUAL, PCA = "expert", "equal", "pca"
SETS = Path(__file__).parent.parent / "definitions" / "weight_sets"
BUILT_IN = {
    EXPERT: ("Expert", "The weights of the definition, each with its reason in table method.index_member; what is published"),
    EQUAL: ("Equal", "Every domain counts the same, and within a domain every indicator"),
    PCA: ("From the data", "Squared loadings of the first principal component of the domain scores: a domain counts the more, the more it goes with the others (OECD/JRC Handbook, 2008)"),
}  # fmt: skip


class WeightSet(Record):
    """Another opinion of how much each domain of an index should count: who holds it, why, and the weights.

    `origin`: published (taken from another index) or contributed (by `contributed_by`, an organisation).
    """

    stem: str
    index: str
    title: str
    origin: Literal["published", "contributed"]
    contributed_by: str | None = None
    reason: str
    citation: str | None = None
    domains: dict[str, float] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_whole(self):
        if (self.origin == "contributed") != (self.contributed_by is not None):
            raise ValueError("origin: contributed and contributed_by go together")
        if self.stem in (EXPERT, EQUAL, PCA):
            raise ValueError(f"{self.stem} is the name of a set that is always there")
        if min(self.domains.values()) < 0 or sum(self.domains.values()) <= 0:
            raise ValueError("domains: weights are zero or more, and not all zero")
        return self


def read_weight_sets(
    folders: list[Path], indices: dict[str, Index], passed_over: Collection[str] = ()
) -> list[WeightSet]:
    """The sets in the YAML files of some folders, by name. Raises DefinitionError naming file, line and key where a set is
    of no index that is published (nor `passed_over`), names a domain the index does not have, or leaves one out."""
    found: dict[str, WeightSet] = {}
    for path in sorted(
        (p for folder in folders if folder.is_dir() for p in folder.glob("*.yml")), key=lambda p: p.stem
    ):
        weight_set = read_record(WeightSet, path, stem=path.stem)
        if weight_set.index in passed_over:
            continue
        if weight_set.index not in indices:
            raise DefinitionError(f"{weight_set.at('index')}: there is no index {weight_set.index}")
        parts = set(indices[weight_set.index].parts)
        if odd := sorted(set(weight_set.domains) ^ parts):
            raise DefinitionError(f"{weight_set.at('domains')}: each of {', '.join(sorted(parts))} has a weight, and nothing else ({', '.join(odd)})")  # fmt: skip
        if weight_set.stem in found:
            raise DefinitionError(f"{weight_set.at('index')}: there are two sets named {weight_set.stem}")
        found[weight_set.stem] = weight_set
    return list(found.values())


def pca_weights(domains: pd.DataFrame) -> dict[str, float]:
    """Squared loadings of the first principal component of standardised columns (areas in rows), adding up to 1.

    Rows with a gap are passed over; a column that is nowhere known, or the same everywhere, gets no weight. Equal weights
    where fewer than two columns or three rows are left.
    """
    vary = lambda frame: [not all_the_same(frame[name]) for name in frame]  # noqa: E731
    known = domains.loc[:, vary(domains)].dropna()
    known = known.loc[:, vary(known)]
    if known.shape[1] < 2 or len(known) < 3:
        return dict.fromkeys(domains.columns, 1 / len(domains.columns))
    values, vectors = np.linalg.eigh(np.corrcoef(known.to_numpy().T))
    first = values > values[-1] - 1e-9  # more than one where columns do not go together: then no one direction is first
    squared = dict(zip(known.columns, (vectors[:, first] ** 2).mean(axis=1), strict=True))
    return {name: round(float(squared.get(name, 0.0)), 9) for name in domains.columns}


def set_versions(index: Index, domains: pd.DataFrame, others: list[WeightSet]) -> dict[str, Version]:
    """Every weight set of an index as a version, the published one first. `domains`: the published scores of its parts,
    areas in rows."""
    base = as_defined(index)
    versions = {
        EXPERT: base,
        EQUAL: Version(dict.fromkeys(base.domains, 1.0), dict.fromkeys(base.members, 1.0)),
        PCA: Version(pca_weights(domains[list(base.domains)]), base.members),
    }
    return versions | {s.stem: Version(s.domains, base.members) for s in others if s.index == index.stem}


def compare_sets(scorer: Scorer, versions: dict[str, Version]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ranks by set (a column each, nullable, a row per area kept), and how far they move: a row per pair of sets with the
    mean and 95 % point of the absolute rank shift, Spearman's correlation, and how many areas leave the highest-need
    tenth of the first."""
    ranks = pd.DataFrame({name: scorer.ranks(version) for name, version in versions.items()})
    size = scorer.size
    rows = []
    for one, other in combinations(versions, 2):
        both = (ranks[one] > 0) & (ranks[other] > 0)
        a, b = ranks.loc[both, one].to_numpy(float), ranks.loc[both, other].to_numpy(float)
        n = size[both.to_numpy()]
        shift = np.abs(a - b)
        tenth = 10 * a <= n
        rows.append({
            "weight_set_a": one,
            "weight_set_b": other,
            "n_areas": int(both.sum()),
            "rank_shift_mean": float(shift.mean()) if len(shift) else None,
            "rank_shift_p95": float(np.quantile(shift, 0.95, method="inverted_cdf")) if len(shift) else None,
            "spearman": _correlation(a, b),
            "n_leaving_highest_tenth": int((tenth & (10 * b > n)).sum()),
            "n_in_highest_tenth": int(tenth.sum()),
        })  # fmt: skip
    return ranks.astype("Int64").mask(ranks == 0), pd.DataFrame(rows)


def _correlation(a: np.ndarray, b: np.ndarray) -> float | None:
    if len(a) < 3 or a.min() == a.max() or b.min() == b.max():
        return None
    return round(float(np.corrcoef(a, b)[0, 1]), 6)
