"""The versions of one index's method once more, from what DIR holds: for answers that ask of every version what no release
keeps. They are the versions that the release's ranges tell of, for they follow from the definition alone."""

from collections.abc import Callable
from functools import cached_property

import numpy as np
import pandas as pd

from pipelines.core.step import Given
from pipelines.indices.inputs import IndexInputs, standing
from pipelines.indices.spread import drawn_of, errors_of, sets_of, spread_step
from pipelines.register.workspace import Workspace
from pipelines.scoring.definition import Index
from pipelines.scoring.versions import Scorer, Version


class Redrawn:
    """One index of a DIR: its areas and published scores, its versions, and what each of them gives.

    Raises FileNotFoundError where DIR lacks what a step left. Whether that is what a release was made of is for the caller
    to hold: DIR may have gone on, and a release may have been rolled back.
    """

    def __init__(self, workspace: Workspace, index: Index):
        step = spread_step(workspace, index)
        self.index, self.register = index, workspace.register
        self._given = Given(workspace.data, step.inputs, step.definition)
        self._inputs = IndexInputs(self._given)
        self._errors = errors_of(self._inputs)
        self._scorers: dict[str | None, Scorer] = {}

    @property
    def areas(self) -> pd.DataFrame:
        """Every area of the nation with its look-ups and residents, by code."""
        return self._inputs.areas

    def published(self, domain: str | None) -> pd.Series:
        """The score of the index, or of one of its domains, in every area of the nation; NaN where it has none."""
        key, stem = f"index/{self.index.stem}", self.index.stem
        if domain is None:
            return self._given.frame(key).set_index("area_code")["score"].reindex(self.areas.index).astype(float)
        table = self._given.frame(key, f"{stem}.domain_score", ["area_code", "domain", "score"])
        return table[table["domain"] == domain].set_index("area_code")["score"].reindex(self.areas.index).astype(float)

    @cached_property
    def versions(self) -> list[Version]:
        """The versions that the ranges of ranks are made of."""
        return drawn_of(self._given.definition, self._inputs.index)

    @cached_property
    def sets(self) -> dict[str, Version]:
        """The weight sets, the published one first."""
        index = self._inputs.index
        stand = standing(index, self._given.frame(f"index/{self.index.stem}"), self.areas)
        return sets_of(self._given, index, stand)

    def varies(self, domain: str | None) -> bool:
        """False of a domain that stands beside its index: versions of the method are of the index."""
        return domain is None or domain in self.index.parts

    def each(self, domain: str | None, versions: list[Version], take: Callable[[int, np.ndarray], None]) -> None:
        """Hands `take` the number of every version and what it gives every area of the nation (NaN: no score); on two
        threads. What is beside its index is as published in every version."""
        if not self.varies(domain):
            as_published = self.published(domain).to_numpy()
            for number in range(len(versions)):
                take(number, as_published)
            return
        scorer = self._scorer(domain)

        def over_all(number: int, scores: np.ndarray) -> None:
            whole = np.full(len(self.areas), np.nan)
            whole[scorer.keep] = scores
            take(number, whole)

        scorer.all_scores(versions, domain, over_all)

    def _scorer(self, domain: str | None) -> Scorer:
        """A scorer of the areas that have the score; the same one for all that is known in the same areas."""
        keep = np.flatnonzero(self.published(domain).notna())
        for known in self._scorers.values():
            if np.array_equal(known.keep, keep):
                return known
        one_group = np.zeros(len(keep), dtype=int)
        inputs = self._inputs
        scorer = Scorer(inputs.index, inputs.values, inputs.directions, keep, one_group, self._errors)
        self._scorers[domain] = scorer
        return scorer
