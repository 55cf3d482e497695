"""Layers 2 to 4: table/<source>, the areas, places within reach, indicator/<name>, and the indices (indices.py)."""

import dagster as dg

from assets_defs import indices, snapshots
from assets_defs.keys import (
    AREAS,
    COVER,
    EVENTS,
    GROUPS,
    IDENTITY,
    OUTLINES,
    PLACES,
    POSTCODES,
    RECORDS,
    SCOPE,
    TYPOLOGY,
    by_area_key,
    index_key,
    indicator_key,
    reach_key,
    table_key,
)
from assets_defs.step_asset import step_asset
from pipelines.areas.carried import make_by_area, reading_by_area
from pipelines.areas.outlines import make_outlines
from pipelines.areas.postcodes import make_postcodes
from pipelines.areas.small_areas import make_areas, make_scope
from pipelines.core.once import Made
from pipelines.indicators.indicator import make_indicator
from pipelines.ownership.typology import make_typology, read_typology
from pipelines.places.conflate import make_groups
from pipelines.places.cover import make_cover
from pipelines.places.events import make_place_events
from pipelines.places.gather import make_place_records
from pipelines.places.identity import make_identity
from pipelines.places.places import make_places
from pipelines.reach.reach import make_reach
from pipelines.register.provenance import indicator_sources
from pipelines.register.register import Indicator, Register
from pipelines.register.source import Source
from pipelines.register.vintages import carried_sources
from pipelines.register.workspace import Workspace
from pipelines.tables.table import make_table

PLACE_KEYS = {"areas": [AREAS], "organisation": [PLACES]}


def build(workspace: Workspace) -> list[dg.AssetsDefinition]:
    """Every asset between the snapshots and the release."""
    register = workspace.register
    return [
        *(_table(source) for source in register.sources.values()),
        *_geography(workspace),
        *(_by_area(register.sources[stem], vintage.source) for stem, vintage in carried_sources(register).items()),
        *_places(workspace),
        *(_reach(workspace, kind) for kind in register.taxonomy.counted()),
        *(_indicator(indicator, register) for indicator in register.indicators.values()),
        *indices.build(workspace),
        _typology(),
    ]


def _table(source: Source) -> dg.AssetsDefinition:
    def contract(made: Made) -> tuple[bool, str]:
        held = bool(made.meta["available"])
        return (
            held,
            f"{made.rows:,} rows hold to the contract" if held else "no snapshot: an empty table of the declared types",
        )

    return step_asset(
        table_key(source.stem),
        "tables",
        f"{source.title}, typed and held to its contract: columns, keys, ranges, row count.",
        lambda workspace: make_table(workspace, source),
        [snapshots.key(source.stem)],
        {"publisher": source.stem.split("_")[0]},
        ("contract", "Declared columns, keys, ranges and counts hold.", contract),
    )


def _by_area(source: Source, lookup: str) -> dg.AssetsDefinition:
    def whole(made: Made) -> tuple[bool, str]:
        known = made.rows - made.meta["n_null"]
        return known > 0, f"{known:,} of {made.rows:,} areas have every part in the source, the others a reason"

    return step_asset(
        by_area_key(source.stem),
        "tables",
        f"{source.title}: carried to the present areas by the official look-up, saying how.",
        lambda workspace: make_by_area(workspace, source),
        [table_key(source.stem), table_key(lookup), AREAS],
        {"publisher": source.stem.split("_")[0]},
        ("carried_somewhere", "Some area could be carried.", whole),
    )


def _geography(workspace: Workspace) -> list[dg.AssetsDefinition]:
    geography = workspace.geography
    boundaries = table_key(geography.boundaries.source)
    return [
        step_asset(
            AREAS,
            "geography",
            "Every small area of the nation with its look-ups, residents and origin.",
            make_areas,
            [*(table_key(s) for s in geography.spine), POSTCODES],
        ),
        step_asset(
            POSTCODES,
            "geography",
            "Where every postcode is, and the area it lies in.",
            make_postcodes,
            [table_key(geography.postcodes.source), boundaries],
        ),
        step_asset(
            SCOPE, "geography", "The areas the release holds, resolved from the names asked.", make_scope, [AREAS]
        ),
        step_asset(
            OUTLINES,
            "geography",
            "Outlines as published: full resolution for joins, simplified for maps.",
            make_outlines,
            [AREAS, SCOPE, boundaries],
        ),
    ]


def _places(workspace: Workspace) -> list[dg.AssetsDefinition]:
    sources = [table_key(stem) for stem in workspace.register.place_sources]
    boundaries = table_key(workspace.geography.boundaries.source)

    def in_line(made: Made) -> tuple[bool, str]:
        off = made.meta["standing_off"]
        told = (
            f"the points of {', '.join(off)} stand off those of other lists" if off else "no list stands off the others"
        )
        return not off, told

    return [
        step_asset(
            RECORDS,
            "places",
            "Every row of every list of places, now and before: located, or told why not.",
            make_place_records,
            [*sources, boundaries, POSTCODES],
        ),
        step_asset(
            GROUPS,
            "places",
            "Which records are one place, by identifier, name and distance.",
            make_groups,
            [RECORDS],
            check=("points_agree", "No list's points stand off those of the same places in other lists.", in_line),
        ),
        step_asset(IDENTITY, "places", "Place ids, given once and kept.", make_identity, [RECORDS, GROUPS]),
        step_asset(
            EVENTS,
            "places",
            "First listed, no longer listed, confirmed closed.",
            make_place_events,
            [RECORDS, IDENTITY],
        ),
        step_asset(
            PLACES,
            "places",
            "Places, what each is and by whose word, and what became of every record.",
            make_places,
            [RECORDS, IDENTITY, EVENTS, boundaries],
        ),
        step_asset(
            COVER,
            "places",
            "Where each kind of place was looked for.",
            make_cover,
            [RECORDS, AREAS, SCOPE, POSTCODES, boundaries, *sources],
        ),
    ]


def _reach(workspace: Workspace, kind: str) -> dg.AssetsDefinition:
    entry = workspace.register.taxonomy.kinds[kind]
    return step_asset(
        reach_key(kind),
        "reach",
        f"Nearest of the {entry.plural}, and those within 10 and 15 minutes of each area.",
        lambda workspace: make_reach(workspace, kind),
        [PLACES, COVER, AREAS, SCOPE],
    )


def _typology() -> dg.AssetsDefinition:
    return step_asset(
        TYPOLOGY,
        "ownership",
        "One label per area from need, stock, signs of change and capacity, by the table of typology.yml.",
        make_typology,
        [index_key(read_typology().index), AREAS, SCOPE],
    )


def _indicator(indicator: Indicator, register: Register) -> dg.AssetsDefinition:
    sources = indicator_sources(register, indicator)
    places = PLACE_KEYS | {"reach": [reach_key(kind) for kind in indicator.kinds]}
    inputs = [key for name in indicator.inputs for key in places.get(name) or [table_key(name)]]
    inputs += [by_area_key(name) for name in indicator.inputs if name in carried_sources(register)]
    deps = {tuple(key): key for key in [*inputs, *(table_key(s) for s in sources), AREAS, SCOPE]}

    def whole(made: Made) -> tuple[bool, str]:
        known = made.rows - made.meta["n_null"]
        return known > 0, f"{known:,} of {made.rows:,} areas have a value, the others a reason"

    return step_asset(
        indicator_key(indicator.stem),
        "indicators",
        f"{indicator.title} [{indicator.unit}], {indicator.direction.replace('_', ' ')}. {indicator.note}",
        lambda workspace: make_indicator(workspace, reading_by_area(workspace.register, indicator)),
        deps.values(),
        {"publisher": sources[0].split("_")[0]},
        ("known_somewhere", "Some area has a value.", whole),
    )
