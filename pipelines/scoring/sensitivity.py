"""Which choice moves ranks most: Sobol indices of the mean absolute rank shift, by SALib, each choice uniform over its
listed options (other options, other shares), and what each option alone does to the ranks."""

import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from pipelines.scoring.robustness import seed_of
from pipelines.scoring.versions import WORKERS, Scorer, Version, as_defined, can_be_left_out

BASE_SAMPLES = (
    1_024  # a power of two, as the sequence wants; times (choices + 2) versions, each different one scored once
)
RESAMPLES = 500
AS_COUNTED = "as counted"
COLUMNS = ["choice", "n_options", "options", "first_order", "first_order_interval", "total", "total_interval"]


@dataclass(frozen=True)
class Choices:
    """The listed options of every choice that has more than one, and the version that a combination of them is.

    `catchments` names the scorer's, the published one first.
    """

    scorer: Scorer
    weight_sets: dict[str, Version]
    catchments: tuple[str, ...] = ("as published",)

    @cached_property
    def options(self) -> dict[str, list]:
        """By choice, its options in order; the first is what is published."""
        index, varied = self.scorer.index, self.scorer.index.uncertainty
        listed: dict[str, list] = {
            "weights": list(self.weight_sets),
            "normalise": list(varied.normalise),
            "transform": list(varied.transform),
            "aggregate": list(varied.aggregate),
            "left_out": ["none", *(can_be_left_out(index, self.scorer.read) if varied.leave_out else [])],
            "places": [AS_COUNTED, *(f"errors {n + 1}" for n in range(self.scorer.n_errors))],
            "catchment": list(self.catchments[: self.scorer.n_catchments]),
        }
        return {name: options for name, options in listed.items() if len(options) > 1}

    def version(self, taken: dict[str, int]) -> Version:
        """The version where each choice takes the option of this number; choices not named are as published."""
        base, varied = as_defined(self.scorer.index), self.scorer.index.uncertainty
        weights = list(self.weight_sets.values())[taken["weights"]] if "weights" in taken else base
        members = dict(weights.members)
        if taken.get("left_out"):
            members.pop(self.options["left_out"][taken["left_out"]], None)
        return Version(
            weights.domains,
            members,
            varied.normalise[taken.get("normalise", 0)],
            varied.aggregate[taken.get("aggregate", 0)],
            taken.get("places", 0),
            taken.get("catchment", 0),
            varied.transform[taken.get("transform", 0)],
        )

    def mean_shifts(self, rows: np.ndarray, rank: np.ndarray) -> np.ndarray:
        """The mean absolute shift from the published `rank`, over areas, of each row of option numbers."""
        distinct, which = np.unique(rows, axis=0, return_inverse=True)
        names = list(self.options)
        versions = [self.version(dict(zip(names, map(int, row), strict=True))) for row in distinct]
        shifts = np.empty(len(versions))
        for start in range(0, len(versions), 500):  # a block at a time, so that memory does not grow with the list
            drawn = self.scorer.all_ranks(versions[start : start + 500])
            with ThreadPoolExecutor(WORKERS) as pool:
                shifts[start : start + 500] = list(pool.map(lambda ranks: _mean_shift(ranks, rank), drawn))
        return shifts[which.ravel()]


def _mean_shift(ranks: np.ndarray, rank: np.ndarray) -> float:
    """How far the ranks of one version (0: none) lie from `rank`, on average over the areas to which it gives one."""
    given = ranks > 0
    return np.abs(ranks.astype(np.int32) - rank.astype(np.int32)).sum(where=given) / max(np.count_nonzero(given), 1)


def option_shifts(choices: Choices, rank: np.ndarray, within: np.ndarray) -> pd.DataFrame:
    """A row per choice, option but the published one, and code of `within` (a column of text; every area stands in one):
    `n_areas` that the option gives a rank, `rank_shift_mean`, how far it alone moves them from the published `rank` on
    average, and `rank_change_mean`, which way: above zero is further from the first."""
    options = choices.options
    taken = [(name, number) for name, listed in options.items() for number in range(1, len(listed))]
    drawn = choices.scorer.all_ranks([choices.version({name: number}) for name, number in taken])
    rows = []
    for (name, number), ranks in zip(taken, drawn, strict=True):
        change = np.where(ranks > 0, ranks.astype(np.float64) - rank, np.nan)
        by = pd.DataFrame({"change": change, "shift": np.abs(change)}).groupby(within)
        found = by.agg(
            n_areas=("change", "count"), rank_shift_mean=("shift", "mean"), rank_change_mean=("change", "mean")
        )
        rows.append(found.rename_axis("within").reset_index().assign(choice=name, option=str(options[name][number])))
    columns = ["choice", "option", "within", "n_areas", "rank_shift_mean", "rank_change_mean"]
    return pd.concat(rows, ignore_index=True)[columns] if rows and len(rank) else pd.DataFrame(columns=columns)


def sobol_indices(choices: Choices, rank: np.ndarray) -> pd.DataFrame:
    """A row per choice: `first_order` is `V(E[Y|x]) / V(Y)`, `total` is `1 - V(E[Y|all but x]) / V(Y)`, each with the
    half-width of its 95 % interval (bootstrap over the sample).

    Y is the mean absolute shift of ranks from those published. No rows where nothing can be chosen or no area is ranked; null where every
    version gives the same ranks.
    """
    from SALib.analyze import sobol as analysis  # here, for it takes a second or two
    from SALib.sample import sobol as sample

    options = choices.options
    if not options or not len(rank):
        return pd.DataFrame(columns=COLUMNS)
    problem = {"num_vars": len(options), "names": list(options), "bounds": [[0, 1]] * len(options)}
    seed = seed_of(choices.scorer.index, "sensitivity") % 2**32
    points = sample.sample(problem, BASE_SAMPLES, calc_second_order=False, seed=seed)
    sizes = np.array([len(listed) for listed in options.values()])
    taken = np.minimum((points * sizes).astype(int), sizes - 1)
    shifts = choices.mean_shifts(taken, rank)
    table = pd.DataFrame({"choice": list(options), "n_options": sizes})
    table["options"] = [", ".join(map(str, listed)) for listed in options.values()]
    if shifts.std() == 0:
        return table.reindex(columns=COLUMNS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = analysis.analyze(problem, shifts, calc_second_order=False, num_resamples=RESAMPLES, seed=seed)
    for column, name in (("first_order", "S1"), ("total", "ST")):
        table[column], table[f"{column}_interval"] = found[name], found[f"{name}_conf"]
    return table[COLUMNS]
