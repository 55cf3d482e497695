"""Layer 4, the indices: index/<name>, how its ranks spread, what explains them, and where high and low scores cluster."""

import dagster as dg

from assets_defs.keys import (
    AREAS,
    PLACES,
    SCOPE,
    cluster_key,
    explained_key,
    index_key,
    indicator_errors_key,
    indicator_key,
    reach_errors_key,
    reach_key,
    spread_key,
    table_key,
)
from assets_defs.step_asset import step_asset
from pipelines.once import Made
from pipelines.reach.errors import DRAWS, make_indicator_errors, make_reach_errors
from pipelines.register import Indicator, Register, drawn_indicators
from pipelines.scoring.clusters import make_clusters
from pipelines.scoring.definition import Index
from pipelines.scoring.make import make_index
from pipelines.scoring.make_explained import make_explained
from pipelines.scoring.make_spread import make_spread
from pipelines.workspace import Workspace


def build(workspace: Workspace) -> list[dg.AssetsDefinition]:
    """Every asset of every index."""
    register, sets = workspace.register, workspace.weight_sets
    drawn = sorted({name for index in register.indices.values() for name in drawn_indicators(register, index)})
    kinds = sorted({kind for name in drawn for kind in register.indicators[name].kinds})
    return [
        *(_reach_errors(workspace, kind) for kind in kinds),
        *(_indicator_errors(register.indicators[name]) for name in drawn),
        *(_index(index) for index in register.indices.values()),
        *(
            _spread(register, index, [s.stem for s in sets if s.index == index.stem])
            for index in register.indices.values()
        ),
        *(_explained(index) for index in register.indices.values()),
        *(_cluster(workspace, index) for index in register.indices.values()),
    ]


def _reach_errors(workspace: Workspace, kind: str) -> dg.AssetsDefinition:
    entry = workspace.register.taxonomy.kinds[kind]
    return step_asset(
        reach_errors_key(kind),
        "reach",
        f"The {entry.plural} counted {DRAWS} times over, some dropped and some counted twice, as often as measured; within three walks.",
        lambda workspace: make_reach_errors(workspace, kind),
        [PLACES, reach_key(kind), AREAS, SCOPE],
    )


def _indicator_errors(indicator: Indicator) -> dg.AssetsDefinition:
    return step_asset(
        indicator_errors_key(indicator.stem),
        "indicators",
        f"{indicator.title}: by each of {DRAWS} draws of errors in places.",
        lambda workspace: make_indicator_errors(workspace, indicator),
        [*map(reach_errors_key, indicator.kinds), *map(reach_key, indicator.kinds)],
        {"publisher": indicator.sources[0].split("_")[0]},
    )


def _members(index: Index) -> list[list[str]]:
    return [index_key(name) if member.index else indicator_key(name) for _, name, member in index.members]


def _index(index: Index) -> dg.AssetsDefinition:
    def scored(made: Made) -> tuple[bool, str]:
        return made.meta["n_scored"] > 0, f"{made.meta['n_scored']:,} of {made.meta['n_areas']:,} areas are scored"

    return step_asset(
        index_key(index.stem),
        "indices",
        f"{index.title}: {index.question}" + "".join(f"\n- {caution}" for caution in index.cautions),
        lambda workspace: make_index(workspace, index),
        [*_members(index), AREAS, SCOPE],
        check=("scored_somewhere", "Some area has a score.", scored),
    )


def _cluster(workspace: Workspace, index: Index) -> dg.AssetsDefinition:
    return step_asset(
        cluster_key(index.stem),
        "indices",
        f"{index.title}: where high or low scores lie together among the areas asked (local Moran's I).",
        lambda workspace: make_clusters(workspace, index),
        [index_key(index.stem), SCOPE, table_key(workspace.geography.boundaries.source)],
    )


def _spread(register: Register, index: Index, sets: list[str]) -> dg.AssetsDefinition:
    drawn = map(indicator_errors_key, drawn_indicators(register, index))
    more = f" Weight sets beside expert, equal and pca: {', '.join(sets)}." if sets else ""

    def ranked(made: Made) -> tuple[bool, str]:
        return True, f"{made.meta['n_ranked']:,} areas are ranked in some frame, by {made.meta['n_draws']:,} versions"

    return step_asset(
        spread_key(index.stem),
        "indices",
        f"{index.title}: how far ranks spread over versions of the method, and which choice moves them most.{more}",
        lambda workspace: make_spread(workspace, index),
        [index_key(index.stem), *_members(index), *drawn, AREAS, SCOPE],
        check=("ranks_spread", "How many areas are ranked by how many versions.", ranked),
    )


def _explained(index: Index) -> dg.AssetsDefinition:
    return step_asset(
        explained_key(index.stem),
        "indices",
        f"{index.title}: what pushed each score up or down, the areas most alike, what would have to change, and how authorities and regions stand.",
        lambda workspace: make_explained(workspace, index),
        [index_key(index.stem), *_members(index), AREAS, SCOPE],
    )
