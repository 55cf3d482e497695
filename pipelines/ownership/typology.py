"""The typology of areas: one label each, by the decision table of typology.yml, with the row that decided."""

from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from geodata.records import Record, read_record
from pipelines.core.schema import schema
from pipelines.core.step import Given, Step, Tables
from pipelines.register.labels import CodeList, read_labels
from pipelines.register.workspace import Workspace
from pipelines.scoring.normalise import snapped
from pipelines.scoring.scopes import SCOPE_COVERAGE

LABEL = schema(
    "area_code str, label str, shown_as str, need str, stock str, signs str, capacity str, rule int64, rests_on str?,"
    "changes_if_cut_moves bool",
    key="area_code",
)
FILE = Path(__file__).parent.parent / "definitions" / "typology.yml"
SCOPES = ("nation", "region", "authority")  # widest first
State = Literal["high", "low", "unknown"]


class Rule(Record):
    """One row of the decision table; an axis that is not named may be anything."""

    need: State | None = None
    stock: State | None = None
    signs: State | None = None
    capacity: State | None = None
    label: str


class Typology(Record):
    """The decision table over codes of the list `typology` of labels.yml, and where the cut between high and low lies;
    `not_known` is the label that says that too little is known for another.

    `by_authority`: the axes told by one figure an authority; within one all areas are alike, which says neither high nor low.
    """

    high_share: float = Field(gt=0, lt=1)
    cut_moves: float = Field(gt=0, lt=0.3)
    not_known: str
    index: str
    axes: list[str] = Field(min_length=1)
    by_authority: list[str] = []
    rules: list[Rule] = Field(min_length=1)

    @model_validator(mode="after")
    def _labels_known(self):
        if odd := sorted({self.not_known, *(rule.label for rule in self.rules)} - set(read_labels()["typology"].codes)):
            raise ValueError(f"rules name labels that labels.yml does not have: {', '.join(odd)}")
        return self


@cache
def read_typology() -> Typology:
    """The typology as defined. Raises DefinitionError naming file, line and key."""
    return read_record(Typology, FILE)


def typology_step(workspace: Workspace) -> Step[Tables]:
    """The step that labels areas."""
    typology = read_typology()
    domains = workspace.register.indices[typology.index].domains
    return Step(
        "ownership/typology",
        "ownership",
        "One label per area from need, stock, signs of change and capacity, by the table of typology.yml.",
        (f"index/{typology.index}", "geography/areas", "geography/scope"),
        {
            "typology": typology,
            "labels": read_labels()["typology"],
            "geography": workspace.geography.stem,
            "least_known": {axis: domains[axis].least_members_read for axis in typology.axes},
        },
        make_typology,
        {"typology": LABEL},
    )


def make_typology(given: Given) -> Tables:
    """Table `typology`: per area asked, its `label`, how each axis stands, the `rule` (row of the table, from 1) that
    decided, the axes it `rests_on`, and whether the label would be another were the cut moved either way. Of an axis fewer
    of whose indicators are known than its domain needs nothing is taken as known: little looked at is not little there."""
    typology: Typology = given.definition["typology"]
    scores = given.frame(f"index/{typology.index}", f"{typology.index}.domain_score")
    every = given.frame("geography/areas").set_index("area_code")
    least = scores["domain"].map(given.definition["least_known"])
    scores = scores.assign(score=scores["score"].where(scores["n_known"] >= least))
    wide = scores.pivot(index="area_code", columns="domain", values="score")
    wide = wide.reindex(given.frame("geography/scope")["area_code"]).sort_index()
    table = label(typology, given.definition["labels"], wide, every)
    told = {
        "labels": table["label"].value_counts().sort_index().to_dict(),
        "n_moved": int(table["changes_if_cut_moves"].sum()),
    }
    return {"typology": table.reset_index()}, told


def label(typology: Typology, shown: CodeList, scores: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Labels for the areas of `scores` (index: area codes; a column per axis, NaN where unknown).

    `areas` has the scope codes (`nation_code` ...) of the whole nation, which decide what a covered scope is.
    """
    labels, rules, states = _decide(typology, scores, areas, typology.high_share)
    moved = np.zeros(len(scores), dtype=bool)
    for share in (typology.high_share - typology.cut_moves, typology.high_share + typology.cut_moves):
        moved |= _decide(typology, scores, areas, share)[0] != labels
    shown_as = [shown.codes[name].label for name in labels]
    table = pd.DataFrame({"label": labels, "shown_as": shown_as}, index=scores.index)
    rests_on = [_rests_on(typology, typology.rules[number - 1]) for number in rules]
    return table.assign(**states, rule=rules, rests_on=pd.Series(rests_on, index=scores.index, dtype="str"), changes_if_cut_moves=moved)  # fmt: skip


def _rests_on(typology: Typology, rule: Rule) -> str | None:
    """The axes by which a row of the table decides and that are known, with commas between; null where one that would
    decide is unknown, and the label says so."""
    if rule.label == typology.not_known:
        return None
    return ", ".join(axis for axis in typology.axes if getattr(rule, axis) in ("high", "low"))


def _decide(typology: Typology, scores: pd.DataFrame, areas: pd.DataFrame, share: float):
    states = {axis: _state(scores[axis], areas, share, axis in typology.by_authority) for axis in typology.axes}
    rules = np.zeros(len(scores), dtype=np.int64)
    for number, rule in reversed(list(enumerate(typology.rules, start=1))):
        fits = np.ones(len(scores), dtype=bool)
        for axis in typology.axes:
            if getattr(rule, axis) is not None:
                fits &= states[axis] == getattr(rule, axis)
        rules[fits] = number
    if (rules == 0).any():
        raise ValueError(f"typology.yml: no rule fits {scores.index[rules == 0][0]}")
    return np.array([typology.rules[n - 1].label for n in rules], dtype=object), rules, states


def _state(scores: pd.Series, areas: pd.DataFrame, share: float, by_authority: bool) -> np.ndarray:
    """high, low or unknown per area: high in the top `share` of the widest scope of which 99 % has a score, and above
    the lowest score there."""
    state = np.full(len(scores), "unknown", dtype=object)
    for scope in reversed(SCOPES[:-1] if by_authority else SCOPES):
        code = areas[f"{scope}_code"]
        mine = code.reindex(scores.index)
        known = scores.groupby(mine).transform("count")
        covered = (known >= SCOPE_COVERAGE * mine.map(code.value_counts())) & scores.notna()
        compared = snapped(scores)
        rank = compared.groupby(mine).rank(method="min", ascending=False)
        # what is lowest in its scope is never high, however many share that place: no stock is not much stock
        high = (rank <= (share * known).round()) & (compared > compared.groupby(mine).transform("min"))
        state = np.where(covered, np.where(high, "high", "low"), state)
    return state
