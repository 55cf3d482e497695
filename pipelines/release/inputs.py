"""What the release SQL reads: the steps' Parquet files under short names, and the register as small tables."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from geodata.distance import measure_of
from pipelines.core import store
from pipelines.core.step import Given, Step
from pipelines.core.store import sha256_json
from pipelines.indicators.errors import read_accuracy
from pipelines.ownership.legal import legal_keys
from pipelines.ownership.regimes import read_regimes, regime_table
from pipelines.ownership.typology import read_typology
from pipelines.reach.reach import national_table
from pipelines.register.known_registers import known_registers
from pipelines.register.labels import label_table, read_labels
from pipelines.register.register import TENURE, Register
from pipelines.register.vintages import by_area, carried_sources
from pipelines.register.workspace import Workspace
from pipelines.release import legal, registers
from pipelines.release.contents import ReleaseTable, read_checks, read_release_tables
from pipelines.release.licences import label_of, licence_register, sentence, sources_present
from pipelines.release.schemas import named
from pipelines.release.start_here import START
from pipelines.release.who_to_ask import read_who_to_ask
from pipelines.release.wide import PROFILE
from pipelines.tables.snapshot import SnapshotRead

MADE = (named("audit", "column_dictionary"), PROFILE, START)  # by no SQL file
FALLACY = "Describes areas, not the people in them: residents live in areas ranked so; nothing is said of any person or household."
SPREAD_VIEWS = {
    "index_spreads": "",
    "index_sensitivities": ".sensitivity",
    "index_ranges": ".ranges",
    "index_options": ".options",
    "weight_sets": ".sets",
    "weight_set_weights": ".weights",
    "weight_set_ranks": ".set_ranks",
    "weight_set_shifts": ".set_shifts",
}
EXPLAINED_VIEWS = {
    "domain_contributions": "",
    "indicator_contributions": ".indicators",
    "area_peers": ".peers",
    "highest_tenth_changes": ".changes",
}


@dataclass(frozen=True)
class Inputs:
    """`files`: view name to Parquet files; `frames`: view name to small table; `outlines`: the simplified shapes;
    `areas_licence`: the licence of the look-ups that areas are told with."""

    files: dict[str, list[Path]]
    frames: dict[str, pd.DataFrame]
    tables: dict[str, ReleaseTable]
    facts: dict
    outlines: dict[str, Path]
    areas_licence: str


def release_step(workspace: Workspace) -> Step[Inputs]:
    """The step that assembles a release: what it rests on, all of it."""
    register, geography = workspace.register, workspace.geography
    indices = [
        f"{kind}/{name}" for kind in ("index", "spread", "explained", "cluster", "roll_up") for name in register.indices
    ]
    labelled = read_typology().index in register.indices
    here = {*register.sources, *register.taxonomy.kinds}
    here |= {"typology"} if labelled else set()
    here |= {TENURE} if register.taxonomy.tenure else set()
    known = known_registers(geography, register.sources)
    here |= {"known_registers"} if len(known) else set()
    here |= {"listings"} if legal_keys(register) else set()
    here |= {"candidates"} if register.taxonomy.stock() else set()
    here |= {"older_areas"} if carried_sources(register) else set()
    here |= {"postcodes"} if geography.postcodes else set()
    here |= {"grant_continuity"} if register.grant_sources else set()
    here |= {"listed_organisations"} if register.organisation_sources else set()
    here |= {"needs"}  # left out by `collect` where none is stated
    here |= {"last_release"}  # left out by `write_database` where there is none, or nothing changed
    here |= {"land_titles"} if register.title_sources else set()  # and where nobody put their file into the inbox
    tables = {name: t for name, t in read_release_tables().items() if set(t.inputs) <= here}
    return Step(
        "release",
        "release",
        "DuckDB file, GeoJSON, GeoParquet, CSV, data package, CHANGES and feed, swapped in whole once every check passes.",
        (
            *(f"geography/{name}" for name in ("areas", "scope", "outlines", "postcode")),
            *(f"places/{name}" for name in ("place", "place_record", "place_group", "place_event")),
            "places/community:community.registers",
            *("places/cover:cover.kinds", "places/cover:cover.lists"),
            *(["ownership/typology"] if labelled else []),
            "ownership/loss",
            *legal_keys(register),
            *(["ownership/opportunity"] if register.taxonomy.stock() else []),
            *(["ownership/grant_continuity"] if register.grant_sources else []),
            *(["ownership/listed_organisation"] if register.organisation_sources else []),
            *(["ownership/title_count"] if register.title_sources else []),
            "ownership/need",
            *(f"table/{stem}" for stem in register.sources),
            *(f"by_area/{stem}" for stem in carried_sources(register)),
            *(f"reach/{kind}" for kind in register.taxonomy.counted()),
            "reach/homes",
            *(["reach/tenure"] if register.taxonomy.tenure else []),
            *(f"indicator/{stem}" for stem in register.indicators),
            *indices,
            *(SnapshotRead(source, geography, with_state=True) for source in register.sources.values()),
        ),
        {
            "register": register,
            "asked": workspace.asked,
            "weight_sets": workspace.weight_sets,
            "accuracy": read_accuracy(),
            "labels": read_labels(),
            "known_registers": known,
            "regimes": read_regimes(),
            "who_to_ask": read_who_to_ask(),
            "typology": read_typology() if labelled else None,
            "tables": tables,
            "checks": read_checks(),
        },
        collect,
    )


def collect(given: Given) -> Inputs:
    """Everything one release is made of, as the steps left it."""
    register = _asked_for(given)
    tables: dict[str, ReleaseTable] = given.definition["tables"]
    absent = set() if given["ownership/need"].rows else {"needs"}  # a table is absent, never empty
    has_titles = bool(register.title_sources) and given["ownership/title_count"].rows > 0
    absent |= set() if has_titles else {"land_titles"}
    tables = {name: table for name, table in tables.items() if not absent & set(table.inputs)}
    place, groups = given["places/place"], given["places/place_group"]
    reach = [given[f"reach/{kind}"] for kind in register.taxonomy.counted()]
    by_index = lambda kind: [given[f"{kind}/{name}"] for name in register.indices]  # noqa: E731
    part = lambda outputs, end: [output.files[output.stem + end] for output in outputs]  # noqa: E731
    spreads, explained = by_index("spread"), by_index("explained")
    files = {
        name: [given.path(f"table/{name}")]
        for table in tables.values()
        for name in table.inputs
        if name in register.sources
    }
    files |= {
        "areas": [given.path("geography/areas")],
        "areas_asked": [given.path("geography/scope")],
        "shapes": [given.path("geography/outlines")],
        "postcodes": [given.path("geography/postcode")],
        "places": [place.path],
        "place_records": [given.path("places/place_record")],
        "place_evidence": [place.files["place.evidence"]],
        "community_registers": [given.path("places/community:community.registers")],
        "place_kinds": [place.files["place.kinds"]],
        "record_outcomes": [place.files["place.records"]],
        "needs": [given.path("ownership/need")],
        "corrections": [place.files["place.corrections"]],
        "place_events": [given.path("places/place_event")],
        "match_pairs": [groups.files["place_group.pairs"]],
        "reach": part(reach, ""),
        "national_reach": [output.files[national_table(output.stem)] for output in reach],
        "homes_in_reach": [given.path("reach/homes")],
        "tenure_in_reach": [given.path("reach/tenure")] if register.taxonomy.tenure else [],
        "list_covers": [given.path("places/cover:cover.lists")],
        "places_in_reach": part(reach, ".places"),
        "place_losses": [given.path("ownership/loss")],
        **legal.event_files(given, register),
        "listed_organisations": (
            [given.path("ownership/listed_organisation")] if "organisation_count" in tables else []
        ),
        "grant_continuity_by_authority": (
            [given.path("ownership/grant_continuity")] if "grant_continuity" in tables else []
        ),
        "title_counts": [given.path("ownership/title_count")] if has_titles else [],
        "area_labels": [given.path("ownership/typology")] if "typology" in tables else [],
        "candidates": [given.path("ownership/opportunity")] if "opportunity" in tables else [],
        "candidate_evidence": [given.path("ownership/opportunity", "opportunity.evidence")]
        if "opportunity" in tables
        else [],
        "indicator_values": [given.path(f"indicator/{name}") for name in register.indicators],
        "carried": [given.path(f"by_area/{s}", f"{by_area(s)}.how") for s in carried_sources(register)],
        "index_scores": part(by_index("index"), ""),
        "domain_scores": part(by_index("index"), ".domain_score"),
        "index_clusters": part(by_index("cluster"), ""),
        "roll_ups": part(by_index("roll_up"), ""),
        **{view: part(spreads, end) for view, end in SPREAD_VIEWS.items()},
        **{view: part(explained, end) for view, end in EXPLAINED_VIEWS.items()},
    }
    files = {name: paths for name, paths in files.items() if paths}
    snapshots = _snapshots(given, register)
    near = _places_in_reach(files)
    states = snapshots.set_index("source")["state"]
    present = sources_present(register, states, files, near)
    licences = licence_register(register, present)
    facts = _facts(given, register, snapshots, licences["licence"]) | {
        "tables": ", ".join(
            sorted([*(named(t.schema_name, t.name) for t in tables.values() if t.name != "change"), *MADE])
        ),
        "fields_left_out": "",  # told once the profile, the maps and the sheets are written
    }
    treated, unlike, left_out = (
        {name: given[f"index/{name}"].meta[told] for name in register.indices}
        for told in ("treated", "unlike", "left_out")
    )
    seen = {stem: given[f"snapshot/{stem}"].live_since for stem in register.sources}
    frames = {
        "source_register": registers.source_register(register, seen),
        "snapshot_register": snapshots,
        "indicator_register": registers.indicator_register(register, present),
        "index_register": registers.index_register(register, treated, unlike, left_out),
        "index_methods": registers.index_methods(
            register, present, left_out, {name: given[f"index/{name}"].meta for name in register.indices}
        ),
        "issues": _issues(given, register),
        "record_counts": _record_counts(given, register),
        "kind_register": registers.kind_register(register, present, given.frame("places/cover:cover.kinds")),
        "licence_register": licences,
        "known_registers": given.definition["known_registers"],
        "labels": label_table(register.licences),
        "places_shown": _places_shown(register, files, near),
        "legal_regimes": regime_table(given.definition["regimes"]),
    }
    frames |= legal.listing_frames(given, register, frames["places_shown"]["place_id"])
    frames |= legal.candidate_frames(given, register, frames.get("listings_shown"), frames["known_registers"])
    spine = {register.geography.boundaries.source, *register.geography.spine}
    areas_licence = label_of(register, spine, present)
    return Inputs(files, frames, tables, facts, given["geography/outlines"].files, areas_licence)


def _asked_for(given: Given) -> Register:
    """The register without the sources that nobody asks for until somebody puts their file there: a release tells of none."""
    register: Register = given.definition["register"]
    asked = {stem: s for stem, s in register.sources.items() if given[f"snapshot/{stem}"].is_asked_for}
    return replace(register, sources=asked)


def _facts(given: Given, register: Register, snapshots: pd.DataFrame, licences: pd.Series) -> dict:
    geography, asked = register.geography, ", ".join(given.definition["asked"]) or register.geography.nation_name
    by_state = lambda state: ", ".join(snapshots.loc[snapshots["state"] == state, "source"])  # noqa: E731
    withheld = [name for name in register.indices if given[f"index/{name}"].meta["withheld"]]
    parts = ("geography", "indices", "indicators", "taxonomy")
    definitions = {name: getattr(register, name) for name in parts}
    definitions |= {name: given.definition[name] for name in ("weight_sets", "accuracy", "typology")}
    return {
        "title": f"Common Ground: {asked}",
        "geography": geography.stem,
        "is_invented": geography.invented,
        "areas_asked": asked,
        "area_code_means": geography.area_code_means,
        "levels": ", ".join(f"{stem}: {level.name}" for stem, level in register.geography.levels.items()),
        "n_areas": given["geography/scope"].rows,
        "n_areas_nation": given["geography/areas"].rows,
        "indices": ", ".join(register.indices),
        "indices_left_out": "; ".join(
            f"{name} (rests on {', '.join(lacks)})" for name, lacks in register.left_out.items()
        ),
        "distance_measure": measure_of(geography).name,
        "ecological_fallacy": FALLACY,
        "indices_withheld": ", ".join(withheld),
        "members_left_out": "; ".join(members_left_out(register, lambda name: given[f"index/{name}"].meta)),
        "evidence_since": register.taxonomy.evidence_since,
        "legal_as_of": legal.as_of(given, register),
        "sources_not_available": by_state("unavailable"),
        "sources_stale": by_state("stale"),
        "licence": sentence({key: register.licences[key] for key in licences}),
        "definition_sha256": sha256_json(definitions),
        "needs_sha256": given["ownership/need"].meta["shown_sha256"] or "",
        "built_at": store.utc_now(),
    }


def members_left_out(register: Register, meta: Callable[[str], dict]) -> list[str]:
    """By index, what of it is left out for all areas alike, in words; `meta` gives what was counted of an index."""
    return [
        f"{name}: {member} ({registers.left_out(register, member, kinds)})"
        for name in register.indices
        for member, kinds in meta(name)["unlike"].items()
    ]


def _snapshots(given: Given, register: Register) -> pd.DataFrame:
    rows = []
    for stem in register.sources:
        snapshot = given[f"snapshot/{stem}"]
        state = snapshot.state if snapshot.state in ("stale", "unavailable") else "read"
        missing = ", ".join(sorted(snapshot.missing)) or None
        changed = "; ".join(snapshot.changed) or None
        rows.append(
            [
                stem,
                state,
                snapshot.sha or None,
                snapshot.rows,
                missing,
                snapshot.source_as_at,
                changed,
                snapshot.observed_at,
            ]
        )
    columns = ["source", "state", "sha256", "n_rows", "missing_parts", "source_as_at", "changed", "observed_at"]
    return pd.DataFrame(rows, columns=columns)


def _issues(given: Given, register: Register) -> pd.DataFrame:
    frames = [given.frame(f"table/{stem}", f"{stem}.issues") for stem in register.sources]
    frames += [given.frame(f"places/{name}", f"{name}.issues") for name in ("place_record", "place")]
    frames += [given.frame("ownership/title_count", "title_count.issues")] if register.title_sources else []
    return pd.concat([frame.astype({"row": "int64"}) for frame in frames], ignore_index=True)


def _places_in_reach(files: dict[str, list[Path]]) -> set[str]:
    near = {p for file in files["places_in_reach"] for p in pd.read_parquet(file, columns=["place_id"])["place_id"]}
    return near | {p for file in files["reach"] for p in pd.read_parquet(file)["nearest_place_id"].dropna()}


def _places_shown(register: Register, files: dict[str, list[Path]], near: set[str]) -> pd.DataFrame:
    """The places a release shows one by one: licence cleared for rows, still listed or confirmed closed, of a kind that
    is shown, no organisations (whose address may be a home), in the areas asked or within reach of them."""
    taxonomy = register.taxonomy
    kinds = [name for name, kind in taxonomy.kinds.items() if kind.shown and kind.group != "organisation"]
    places = pd.read_parquet(files["places"][0], columns=["place_id", "area_code", "status", "publish", "kind"])
    asked = set(pd.read_parquet(files["areas_asked"][0])["area_code"])
    shown = (places["publish"] == "rows") & (places["status"] != "no_longer_listed")
    shown &= places["kind"].isin(kinds)
    shown &= places["area_code"].isin(asked) | places["place_id"].isin(near)
    return places.loc[shown, ["place_id"]]


def _record_counts(given: Given, register: Register) -> pd.DataFrame:
    columns = ["source", "outcome", "rule", "n_rows"]
    frame = pd.DataFrame(given["places/place"].meta["counts"], columns=columns)
    # of the tables, not of the outcomes, so that a row without an outcome is found out
    rows = [
        (stem, "rows", "all rows of the source's table", given[f"table/{stem}"].rows) for stem in register.place_sources
    ]
    return pd.concat([pd.DataFrame(rows, columns=columns), frame], ignore_index=True)
