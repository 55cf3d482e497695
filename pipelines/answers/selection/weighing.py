"""The values by which candidates are chosen, as published, in every version of the method and by every weight set; and the
list that each of them gives, rules and caps held anew in each."""

from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from pipelines.answers.latest import rows
from pipelines.answers.lookup import look_up
from pipelines.answers.selection.choice import Choice
from pipelines.answers.selection.ground import Field, Ground, parted
from pipelines.core.problem import Problem
from pipelines.core.query import holds
from pipelines.ownership.selection import Cap, List, added, choose, chosen_in_each, read_choosing
from pipelines.scoring.normalise import ranks
from pipelines.scoring.weight_sets import EXPERT

SAME = 1e-6  # percentiles of the published version made again are no farther from those of what is published


@dataclass(frozen=True)
class Standing:
    """How every candidate stands by one index or domain: NaN where it is not known."""

    score: np.ndarray
    percentile: np.ndarray
    rank: np.ndarray
    rank_in_area: np.ndarray


@dataclass(frozen=True)
class Drawn:
    """What versions choose: `values` (versions in rows, candidates in columns), the `share` (0-1) of versions in which each
    candidate is chosen, and `shared`, how many of the published list a version has too, on average."""

    values: np.ndarray
    share: np.ndarray
    shared: float


class Weighing:
    """One choice weighed. `excluded`, `too_small`, `barred` (by any rule that is no score): of candidates; `known`: those with every score chosen by; `value`: NaN
    where a candidate may not be chosen."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, ground: Ground, field: Field, choice: Choice):
        self.ground, self.field, self.choice = ground, field, choice
        self.caps = [
            Cap(name, pd.factorize(field.of(f"{name}_code"))[0], most)
            for name, most in (("ward", choice.max_per_ward), ("authority", choice.max_per_authority))
            if most
        ]
        self.excluded = self._excluded(connection)
        self.too_small = field.of("residents") < (choice.min_residents or 0)
        self.barred = self.excluded | self.too_small | self._otherwise_labelled(connection)
        self.by = {name: self._standing(score) for name, score in ground.scores.items()}
        self.known = np.logical_and.reduce([~np.isnan(self.by[name].score) for name in choice.indices])
        self.value = self._values_of(ground.scores)
        self.list: List = choose(self.value, choice.n, self.caps, read_choosing().runners_up)

    def _standing(self, score: np.ndarray) -> Standing:
        frame = self.field.frame
        unit_score = self.field.units.mean(score)
        among = unit_score[frame.among]
        own = among[frame.candidates]
        return Standing(own, frame.percentiles(unit_score), ranks(among)[frame.candidates], ranks(own))

    def _excluded(self, connection) -> np.ndarray:
        """Candidates all of whose small areas are excluded. Raises Problem (usage) where a part of one would be."""
        codes = {code for text in self.choice.exclude for code in look_up(connection, text).codes}
        of, n_units = self.field.units.of, len(self.field.table)
        gone = self.ground.areas.index.isin(codes) & (of >= 0)
        part = np.bincount(of[gone], minlength=n_units) / np.maximum(np.bincount(of[of >= 0], minlength=n_units), 1)
        mine = part[self.field.candidates]
        if (partly := np.flatnonzero((mine > 0) & (mine < 1))).size:
            name = self.field.of("name")[partly[0]]
            raise Problem("--exclude", f"would exclude a part of {name}, which is chosen whole or not at all", "exclude what is chosen by its own code", usage=True)  # fmt: skip
        return mine == 1

    def _otherwise_labelled(self, connection) -> np.ndarray:
        """Candidates that have none of the labels asked for."""
        if not self.choice.labels:
            return np.zeros(len(self.field.candidates), dtype=bool)
        if not holds(connection, "typology"):
            raise Problem("--label", "this geography has no labels", "leave --label out", usage=True)
        sql = "select area_code from typology where list_contains($labels, label)"
        codes = [row["area_code"] for row in rows(connection, sql, labels=self.choice.labels)]
        return ~np.isin(self.field.of("code").astype(str), codes)

    def _values_of(self, scores: dict[str, np.ndarray]) -> np.ndarray:
        value = np.zeros(len(self.field.candidates))
        for name, share in self.choice.shares.items():
            added(value, self.field.frame, name, share, scores[name])
        value[self.barred] = np.nan
        return value

    def sets(self) -> dict[str, np.ndarray]:
        """The positions chosen by every weight set of an index chosen by, the published one first; empty where they cannot
        be made, or the published one is no longer what was published."""
        if self.ground.why_not:
            return {}
        known = {name: self.ground.redrawn[parted(name)[0]].sets for name in self.choice.names}
        names = list(dict.fromkeys(set_name for of in known.values() for set_name in of))
        by_name = {name: [of.get(set_name, of[EXPERT]) for set_name in names] for name, of in known.items()}
        values = self._values(by_name, len(names))
        if not np.allclose(values[names.index(EXPERT)], self.value, rtol=0, atol=SAME, equal_nan=True):
            return {}
        return {name: choose(value, self.choice.n, self.caps).chosen for name, value in zip(names, values, strict=True)}

    def versions(self) -> Drawn:
        """What every version of the method chooses: the n-th of one index goes with the n-th of another."""
        by_name = {name: self.ground.redrawn[parted(name)[0]].versions for name in self.choice.names}
        n = min(len(versions) for versions in by_name.values())
        values = self._values({name: versions[:n] for name, versions in by_name.items()}, n)
        chosen = chosen_in_each(values, self.choice.n, self.caps)
        return Drawn(values, chosen.mean(axis=0), float(chosen[:, self.list.chosen].sum() / n))

    def _values(self, by_name: dict[str, list], n: int) -> np.ndarray:
        values = np.zeros((n, len(self.field.candidates)))
        for name, share in self.choice.shares.items():
            index, domain = parted(name)

            def take(number: int, score: np.ndarray, name=name, share=share) -> None:
                added(values[number], self.field.frame, name, share, score)

            self.ground.redrawn[index].each(domain, by_name[name], take)
        values[:, self.barred] = np.nan
        return values
