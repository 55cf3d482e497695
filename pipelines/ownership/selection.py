"""Choosing a short list: pure functions on columns. What a list is chosen from stands in the order that decides ties; a score
that is not known (NaN) is never chosen."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from pydantic import Field

from geodata.records import Record, read_record
from pipelines.scoring.normalise import percentile, snapped
from pipelines.scoring.scopes import Groups

SAME = 1e-9  # values no farther apart are equal
FILE = Path(__file__).parent.parent / "definitions" / "selection.yml"


class Choosing(Record):
    """What a short list is told by; see selection.yml."""

    firm_from: float = Field(gt=0, le=1)
    likely_from: float = Field(gt=0, le=1)
    told_apart_from: float = Field(gt=0.5, le=1)
    runners_up: int = Field(ge=1)
    least_share_known: float = Field(gt=0, le=1)
    never_chosen_by: dict[str, str] = {}
    who_lives_there: dict[str, list[str]]

    def firmness(self, share: float | None) -> str | None:
        """How firm a place on the list is, by the share of versions that choose it; None where none were drawn."""
        if share is None:
            return None
        return "firm" if share >= self.firm_from else "likely" if share >= self.likely_from else "at the edge"


@cache
def read_choosing() -> Choosing:
    """As defined. Raises DefinitionError naming file, line and key."""
    return read_record(Choosing, FILE)


@dataclass(frozen=True)
class Cap:
    """At most so many of one group (a ward, an authority): `group` is a whole number per candidate, below zero for one that
    lies in none and is not held back."""

    name: str
    group: np.ndarray
    most: int

    def is_full(self, at: int, taken: dict[int, int]) -> bool:
        """Whether the group of a candidate has all it may have; `taken`: how many each group has."""
        group = self.group[at]
        return bool(group >= 0 and taken.get(group, 0) >= self.most)


@dataclass(frozen=True)
class List:
    """Positions of candidates: those `chosen`, first first, those `next` in line under the same caps, and those that a cap
    `passed_over` though they stand before the last one chosen, with its name."""

    chosen: np.ndarray
    next: np.ndarray
    passed_over: list[tuple[int, str]]


def in_line(value: np.ndarray) -> np.ndarray:
    """Positions of the candidates with a value, the greatest first; equal ones (a rounding error apart) as they stand."""
    known = np.flatnonzero(~np.isnan(value))
    return known[np.argsort(-snapped(value)[known], kind="stable")]


def choose(value: np.ndarray, n: int, caps: list[Cap], more: int = 0) -> List:
    """The first `n` candidates in line that no cap holds back, and `more` who would be next."""
    taken = [dict[int, int]() for _ in caps]
    found: list[int] = []
    held_back: list[tuple[int, str]] = []
    for at in in_line(value).tolist():
        if len(found) == n + more:
            break
        full = [cap.name for cap, of in zip(caps, taken, strict=True) if cap.is_full(at, of)]
        if full:
            held_back += [(at, full[0])] if len(found) < n else []
            continue
        found.append(at)
        for cap, of in zip(caps, taken, strict=True):
            of[cap.group[at]] = of.get(cap.group[at], 0) + 1
    return List(np.array(found[:n], dtype=int), np.array(found[n:], dtype=int), held_back)


def chosen_in_each(values: np.ndarray, n: int, caps: list[Cap]) -> np.ndarray:
    """Whether each candidate (columns) is chosen in each version (rows of `values`), the caps held in each."""
    found = np.zeros(values.shape, dtype=bool)
    for number, value in enumerate(values):
        found[number, choose(value, n, caps).chosen] = True
    return found


def share_ahead(values: np.ndarray, one: int, other: int) -> float:
    """The share (0-1) of versions (rows of `values`) in which candidate `one` is chosen before `other`: has a greater value,
    or `other` has none. A tie counts half."""
    a, b = (np.nan_to_num(values[:, at], nan=-np.inf) for at in (one, other))
    tie = (a == b) | (np.abs(np.subtract(a, b, where=np.isfinite(a) & np.isfinite(b), out=np.ones(len(a)))) <= SAME)
    return float(np.where(tie, 0.5, a > b).mean())


@dataclass(frozen=True)
class Units:
    """What is chosen: small areas themselves, or larger ones made of them. `of`: for every small area the position of its
    unit, -1 for none; `weight`: its residents."""

    of: np.ndarray
    weight: np.ndarray
    n: int
    least_share_known: float
    are_areas: bool

    def mean(self, score: np.ndarray) -> np.ndarray:
        """The score of every unit: of a larger one the mean of its small areas weighted by residents, NaN where too few of
        them have one."""
        if self.are_areas:
            return score
        known = (self.of >= 0) & ~np.isnan(score)
        of, weight = self.of[known], self.weight[known]
        n_known, n_all = np.bincount(of, minlength=self.n), np.bincount(self.of[self.of >= 0], minlength=self.n)
        people = np.bincount(of, weight, self.n)
        enough = (n_known >= self.least_share_known * n_all) & (people > 0)
        total = np.bincount(of, weight * score[known], self.n)
        return np.where(enough, total / np.where(people > 0, people, 1), np.nan)


@dataclass(frozen=True)
class Worst:
    """Only units among the highest `percent` of their scope by a measure. `group`: the scope of every unit, as a number."""

    measure: str
    percent: float
    group: np.ndarray

    def holds(self, unit_score: np.ndarray) -> np.ndarray:
        """Per unit, whether it is among them: 100 rank <= percent N, N those of the scope that have a score; ties share the
        lowest rank."""
        rank = Groups(self.group).ranks(unit_score)
        size = np.bincount(self.group[rank > 0], minlength=self.group.max(initial=0) + 1)[self.group]
        return (rank > 0) & (100 * rank <= self.percent * size)


@dataclass(frozen=True)
class Frame:
    """What candidates are compared in. `among`: positions of the units that percentiles are taken among; `candidates`:
    positions in `among`, in the order that decides ties."""

    units: Units
    among: np.ndarray
    candidates: np.ndarray
    worst: tuple[Worst, ...] = ()

    def percentiles(self, unit_score: np.ndarray) -> np.ndarray:
        """The percentile (100 the greatest) of every candidate by one measure: `100 (r - 0.5) / N`, ties averaged."""
        return percentile(unit_score[self.among])[self.candidates]

    def may(self, measure: str, unit_score: np.ndarray) -> np.ndarray:
        """Per candidate, whether what is asked of this measure lets it be chosen."""
        allowed = np.ones(len(self.candidates), dtype=bool)
        for worst in (worst for worst in self.worst if worst.measure == measure):
            allowed &= worst.holds(unit_score)[self.among[self.candidates]]
        return allowed


def added(total: np.ndarray, frame: Frame, measure: str, weight: float, score: np.ndarray) -> None:
    """Adds one measure to the values of candidates: its percentile times its weight (a share); NaN where it is not known,
    or is not among the worst that are asked for. A measure of no weight only holds to that."""
    unit_score = frame.units.mean(score)
    if weight:
        total += weight * frame.percentiles(unit_score)
    total[~frame.may(measure, unit_score)] = np.nan
