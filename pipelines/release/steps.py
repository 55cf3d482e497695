"""Every step of a workspace, in the order data flows: what the graph is made of, and what a refresh looks through."""

from pipelines.areas.carried import by_area_step
from pipelines.areas.neighbours import neighbours_step
from pipelines.areas.outlines import outlines_step
from pipelines.areas.postcodes import postcode_step
from pipelines.areas.small_areas import areas_step, scope_step
from pipelines.core.step import Step, Tables
from pipelines.indicators.errors import error_steps
from pipelines.indicators.indicator import indicator_step
from pipelines.indices.clusters import cluster_step
from pipelines.indices.explained import explained_step
from pipelines.indices.roll_up import roll_up_step
from pipelines.indices.score import index_step
from pipelines.indices.spread import spread_step
from pipelines.ownership.candidates import candidates_step
from pipelines.ownership.grants import grants_step
from pipelines.ownership.land_titles import land_titles_step
from pipelines.ownership.legal import legal_steps
from pipelines.ownership.listed import listed_step
from pipelines.ownership.loss import loss_step
from pipelines.ownership.needs import needs_step
from pipelines.ownership.typology import read_typology, typology_step
from pipelines.places.collect import place_record_step
from pipelines.places.community import community_step
from pipelines.places.conflate import place_group_step
from pipelines.places.corrections import corrections_step
from pipelines.places.cover import cover_step
from pipelines.places.events import place_event_step
from pipelines.places.identity import place_identity_step
from pipelines.places.places import place_step
from pipelines.reach.homes import homes_step
from pipelines.reach.reach import reach_step
from pipelines.reach.tenure import tenure_step
from pipelines.register.vintages import carried_sources
from pipelines.register.workspace import Workspace
from pipelines.tables.table import table_step

GEOGRAPHY = (postcode_step, areas_step, scope_step, outlines_step, neighbours_step)
PLACES = (
    place_record_step,
    corrections_step,
    place_group_step,
    place_identity_step,
    place_event_step,
    community_step,
    place_step,
    cover_step,
)


def all_steps(workspace: Workspace) -> list[Step[Tables]]:
    """Every step between the snapshots and the release, each after those it reads."""
    register = workspace.register
    indices = [register.indices[name] for name in register.index_order]
    candidates = [candidates_step(workspace)] if register.taxonomy.stock() else []
    return [
        *(table_step(workspace, source) for source in register.sources.values()),
        *(make(workspace) for make in GEOGRAPHY),
        *(by_area_step(workspace, register.sources[stem]) for stem in carried_sources(register)),
        *(make(workspace) for make in PLACES),
        *legal_steps(workspace),
        *candidates,
        *(reach_step(workspace, kind) for kind in register.taxonomy.counted()),
        homes_step(workspace),
        *([tenure_step(workspace)] if register.taxonomy.tenure else []),
        *([listed_step(workspace)] if register.organisation_sources else []),
        *([land_titles_step(workspace)] if register.title_sources else []),
        needs_step(workspace),
        *([grants_step(workspace)] if register.grant_sources else []),
        *(indicator_step(workspace, indicator) for indicator in register.indicators.values()),
        *error_steps(workspace),
        *(index_step(workspace, index) for index in indices),
        *(
            make(workspace, index)
            for index in indices
            for make in (spread_step, explained_step, cluster_step, roll_up_step)
        ),
        loss_step(workspace),
        *([typology_step(workspace)] if read_typology().index in register.indices else []),
    ]
