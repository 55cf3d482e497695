"""Layer 4, the indices: index/<name>, how its ranks spread, what explains them, and where high and low scores cluster."""

import dagster as dg

from assets_defs.keys import (
    AREAS,
    ERRORS,
    PLACES,
    SCOPE,
    cluster_key,
    explained_key,
    index_key,
    indicator_key,
    reach_key,
    spread_key,
    table_key,
)
from assets_defs.step_asset import step_asset
from pipelines.core.once import Made
from pipelines.indicators.errors import DRAWS, drawn, make_errors
from pipelines.indices.clusters import make_clusters
from pipelines.indices.explained import make_explained
from pipelines.indices.score import make_index
from pipelines.indices.spread import make_spread
from pipelines.register.register import Register, drawn_indicators
from pipelines.register.workspace import Workspace
from pipelines.scoring.definition import Index


def build(workspace: Workspace) -> list[dg.AssetsDefinition]:
    """Every asset of every index."""
    register, sets = workspace.register, workspace.weight_sets
    return [
        _errors(register),
        *(_index(index) for index in register.indices.values()),
        *(
            _spread(register, index, [s.stem for s in sets if s.index == index.stem])
            for index in register.indices.values()
        ),
        *(_explained(index) for index in register.indices.values()),
        *(_cluster(workspace, index) for index in register.indices.values()),
    ]


def _errors(register: Register) -> dg.AssetsDefinition:
    kinds, indicators = drawn(register)
    return step_asset(
        ERRORS,
        "indicators",
        f"What rests on places, worked out anew with {DRAWS} draws of errors in places, as often as measured, and within three walks.",
        make_errors,
        [PLACES, *map(reach_key, kinds), *map(indicator_key, indicators), AREAS, SCOPE],
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
    errors = [ERRORS] if drawn_indicators(register, index) else []
    more = f" Weight sets beside expert, equal and pca: {', '.join(sets)}." if sets else ""

    def ranked(made: Made) -> tuple[bool, str]:
        n_ranked = made.meta["n_ranked"]
        return n_ranked > 0, f"{n_ranked:,} areas are ranked in some frame, by {made.meta['n_draws']:,} versions"

    return step_asset(
        spread_key(index.stem),
        "indices",
        f"{index.title}: how far ranks spread over versions of the method, and which choice moves them most.{more}",
        lambda workspace: make_spread(workspace, index),
        [index_key(index.stem), *_members(index), *errors, AREAS, SCOPE],
        check=("ranked_somewhere", "Some area has a rank whose spread can be told.", ranked),
    )


def _explained(index: Index) -> dg.AssetsDefinition:
    return step_asset(
        explained_key(index.stem),
        "indices",
        f"{index.title}: what pushed each score up or down, the areas most alike, what would have to change, and how authorities and regions stand.",
        lambda workspace: make_explained(workspace, index),
        [index_key(index.stem), *_members(index), AREAS, SCOPE],
    )
