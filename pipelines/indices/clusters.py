"""Where high or low scores of an index lie together: local Moran's I, a product of an index and never an indicator.

Each scored area is compared with its queen neighbours (a shared edge or corner) among the scored areas asked, and with
9,999 draws of other areas in their place. Three choices differ from the library's habits. Its p-value takes the nearer
tail only, which its own documentation calls uniformly too small, so it is doubled. The false discovery rate (5 %,
Benjamini and Hochberg) is SciPy's adjustment: the library's `fdr` asks for strictly less than the limit, which matters
where p-values come in steps of 0.0002, and gives Bonferroni's limit where nothing passes. Areas are put in order of
their codes first, so that the draws do not depend on the order of rows.
"""

import warnings

import numpy as np
import pandas as pd

from pipelines.core.lookup import among
from pipelines.core.schema import schema
from pipelines.core.step import Given, Step, Tables
from pipelines.register.workspace import Workspace
from pipelines.scoring.definition import Index
from pipelines.scoring.normalise import all_the_same
from pipelines.scoring.robustness import seed_of

CLUSTER = schema(
    "area_code str, index_name str, class str, p_value float64?, is_significant_fdr boolean?", key="area_code"
)
PERMUTATIONS = 9_999
MANY, JOBS = 10_000, 2  # areas from which on it is done by two processes, which give the very same
FALSE_DISCOVERY_RATE = 0.05
FEWEST = 20  # scored areas with a neighbour; among fewer, a draw is hardly one of many
QUADRANTS = {1: "high-high", 2: "low-high", 3: "low-low", 4: "high-low"}
NOT_SIGNIFICANT, NOT_SCORED = "not_significant", "not_scored"


def cluster_step(_: Workspace, index: Index) -> Step[Tables]:
    """The step that finds the clusters of an index."""
    return Step(
        f"cluster/{index.stem}",
        "indices",
        f"{index.title}: where high or low scores lie together among the areas asked (local Moran's I).",
        (f"index/{index.stem}", "geography/scope", "geography/neighbours"),
        {"index": index.stem, "seed": seed_of(index, "clusters") % 2**32},
        make_clusters,
        {f"{index.stem}.cluster": CLUSTER},
    )


def make_clusters(given: Given) -> Tables:
    """Table `<index>.cluster`: a row per area asked, as `clusters` finds. Its meta tells how many are of each class."""
    index = given.definition["index"]
    asked = given.frame("geography/scope")["area_code"]
    score = given.frame(f"index/{index}", columns=["area_code", "score"]).set_index("area_code")["score"]
    found, n_islands = clusters(score.reindex(asked), given.frame("geography/neighbours"), given.definition["seed"])
    found = found.rename_axis("area_code").reset_index()
    found.insert(1, "index_name", index)
    n_by_class = found["class"].value_counts().sort_index().to_dict()
    return {f"{index}.cluster": found}, {"n_by_class": n_by_class, "n_islands": n_islands}


def clusters(score: pd.Series, neighbours: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, int]:
    """By area in order of code: `class`, `p_value` and `is_significant_fdr`; and how many scored areas have no neighbour.

    `score` by area; `neighbours`: pairs of areas (`area_code`, `neighbour_code`), both ways round. Null scores are left
    out, and so is the neighbour they would be.
    high-high and low-low are clusters, high-low and low-high stand out from their neighbours. An area without a score
    or a scored neighbour is `not_scored`, its p-value and significance null; so is every area where fewer than 20 can
    be compared or all scores are the same.
    """
    areas = pd.Index(sorted(score.index), name=score.index.name)
    found = pd.DataFrame({"class": NOT_SCORED, "p_value": np.nan}, index=areas)
    scored = score.reindex(areas).dropna().astype("float64")
    both = np.logical_and(*(among(neighbours[name], scored.index.to_series()) for name in neighbours))
    pairs = neighbours[both]
    known = scored[among(scored.index.to_series(), pairs["area_code"])]
    if len(known) >= FEWEST and not all_the_same(known):
        from scipy.stats import false_discovery_control  # here, for it takes half a second

        quadrant, p_value = _local_moran(known, _graph(pairs), seed)
        significant = false_discovery_control(p_value) <= FALSE_DISCOVERY_RATE
        classes = pd.Series(quadrant, index=known.index).map(QUADRANTS).where(significant, NOT_SIGNIFICANT)
        found.loc[known.index, "class"] = classes
        found.loc[known.index, "p_value"] = p_value
    in_a_class = found["class"].isin(QUADRANTS.values())
    found["is_significant_fdr"] = in_a_class.astype("boolean").where(found["p_value"].notna())
    return found.astype({"class": "str"}), len(scored) - len(known)


def _graph(pairs: pd.DataFrame):
    from libpysal.graph import Graph  # here, for it takes a second or two

    return Graph.from_arrays(
        pairs["area_code"].to_numpy(object), pairs["neighbour_code"].to_numpy(object), np.ones(len(pairs))
    )


def _local_moran(score: pd.Series, graph, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Each area's quadrant and two-sided p-value; `graph` in the order of `score`, without islands."""
    from esda.moran import Moran_Local

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the tail its p-value takes, which is dealt with here
        before = np.random.get_state()  # the library seeds NumPy's shared generator
        jobs = 1 if len(score) < MANY else JOBS
        moran = Moran_Local(
            score.to_numpy(), graph, permutations=PERMUTATIONS, keep_simulations=False, n_jobs=jobs, seed=seed
        )
        np.random.set_state(before)
    as_extreme = np.round(moran.p_sim.astype(float) * (PERMUTATIONS + 1))  # it counts in single precision
    return moran.q, np.minimum(1.0, 2 * as_extreme / (PERMUTATIONS + 1))
