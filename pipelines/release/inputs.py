"""What the release SQL reads: the steps' Parquet files under short names, and the register as small tables."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geodata.distance import measure_of
from pipelines.core import store
from pipelines.core.once import Made, made
from pipelines.core.store import sha256_json
from pipelines.indicators.errors import read_accuracy
from pipelines.register.labels import label_table
from pipelines.register.vintages import by_area, carried_sources
from pipelines.register.workspace import Workspace
from pipelines.release import registers
from pipelines.release.contents import ReleaseTable, read_release_tables
from pipelines.tables.snapshot import current
from pipelines.tables.table import table

FALLACY = "Describes areas, not the people in them: residents live in areas ranked so; nothing is said of any person or household."
SPREAD_VIEWS = {
    "index_spreads": "",
    "index_sensitivities": ".sensitivity",
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
    "frame_summaries": ".summaries",
}
LICENCE = (
    "Open Government Licence v3.0, unless a table, row or file says otherwise; rows with licence odbl, and tables and files "
    "that hold such rows, under the Open Database Licence 1.0"
)


@dataclass(frozen=True)
class Inputs:
    """`files`: view name to Parquet files; `frames`: view name to small table; `versions`: what the release rests on."""

    files: dict[str, list[Path]]
    frames: dict[str, pd.DataFrame]
    versions: dict[str, str]
    tables: dict[str, ReleaseTable]
    facts: dict


def gather(workspace: Workspace) -> Inputs:
    """Everything one release is made of, as the steps left it."""
    register, data = workspace.register, workspace.data
    tables = {name: t for name, t in read_release_tables().items() if set(t.inputs) <= set(register.sources)}
    steps = {name: made(data / "tables", name) for name in ("areas", "scope", "outlines")}
    steps |= {name: made(data / "places", name) for name in ("place", "place_record", "place_group", "place_event")}
    steps |= {"postcode": made(data / "tables", "postcode"), "typology": made(data / "ownership", "typology")}
    reach = {f"reach.{kind}": made(data / "reach", kind) for kind in register.taxonomy.counted()}
    indicators = {name: made(data / "indicators", name) for name in register.indicators}
    indices = {name: made(data / "indices", name) for name in register.indices}
    clusters = {f"{name}.cluster": made(data / "indices", f"{name}.cluster") for name in register.indices}
    spreads = {f"{name}.spread": made(data / "indices", f"{name}.spread") for name in register.indices}
    explained = {f"{name}.explained": made(data / "indices", f"{name}.explained") for name in register.indices}
    carried = {by_area(name): table(workspace, by_area(name)) for name in carried_sources(register)}
    extra = {name: table(workspace, name) for t in tables.values() for name in t.inputs}
    sources = {name: table(workspace, name) for name in register.sources}
    files = {name: [step.path] for name, step in {"areas": steps["areas"], "scope": steps["scope"], **extra}.items()}
    files |= {
        "shapes": [steps["outlines"].path],
        "places": [steps["place"].path],
        "place_records": [steps["place_record"].path],
        "place_kinds": [steps["place"].files["place.kinds"]],
        "record_outcomes": [steps["place"].files["place.records"]],
        "corrections": [steps["place"].files["place.corrections"]],
        "place_events": [steps["place_event"].path],
        "match_pairs": [steps["place_group"].files["place_group.pairs"]],
        "reach": [step.path for step in reach.values()],
        "places_in_reach": [step.files[f"{step.stem}.places"] for step in reach.values()],
        "postcodes": [steps["postcode"].path],
        "area_labels": [steps["typology"].path],
        "indicator_values": [step.path for step in indicators.values()],
        "carried": [step.files[f"{name}.how"] for name, step in carried.items()],
        "index_scores": [step.path for step in indices.values()],
        **{view: [step.files[stem + end] for stem, step in spreads.items()] for view, end in SPREAD_VIEWS.items()},
        **{view: [step.files[stem + end] for stem, step in explained.items()] for view, end in EXPLAINED_VIEWS.items()},
        "index_clusters": [step.path for step in clusters.values()],
        "domain_scores": [step.files[f"{name}.domain_score"] for name, step in indices.items()],
    }
    snapshots = _snapshots(workspace)
    facts = _facts(workspace, steps, indices, snapshots) | {
        "tables": ", ".join(sorted([*tables, "column_dictionary", "neighbourhood_profile"]))
    }
    frames = {
        "source_register": registers.source_register(workspace),
        "snapshot_register": snapshots,
        "indicator_register": registers.indicator_register(workspace),
        "index_register": registers.index_register(workspace),
        "index_methods": registers.index_methods(workspace),
        "issues": _issues(sources, steps),
        "record_counts": _record_counts(workspace, steps["place"]),
        "kind_register": registers.kind_register(workspace),
        "labels": label_table(register.licences),
        "places_shown": _places_shown(workspace, files, steps["scope"]),
    }
    versions = {
        name: step.data_version
        for name, step in (
            steps | reach | indicators | indices | spreads | explained | clusters | carried | extra
        ).items()
    }
    versions["registers"] = sha256_json(
        {
            n: f.drop(columns="observed_at", errors="ignore").to_csv(index=False)
            for n, f in frames.items()
            if n != "places_shown"
        }
    )
    versions["facts"] = sha256_json({name: value for name, value in facts.items() if name != "built_at"})
    versions["tables"] = sha256_json({name: t.sql for name, t in tables.items()})
    return Inputs(files, frames, versions, tables, facts)


def _facts(workspace: Workspace, steps: dict[str, Made], indices: dict[str, Made], snapshots: pd.DataFrame) -> dict:
    geography, register = workspace.geography, workspace.register
    by_state = lambda state: ", ".join(snapshots.loc[snapshots["state"] == state, "source"])  # noqa: E731
    definitions = {
        "geography": geography.model_dump(mode="json"),
        "indices": {name: index.model_dump(mode="json") for name, index in register.indices.items()},
        "indicators": {name: indicator.model_dump(mode="json") for name, indicator in register.indicators.items()},
        "taxonomy": register.taxonomy.model_dump(mode="json"),
        "weight_sets": [told.model_dump(mode="json") for told in workspace.weight_sets],
        "accuracy": read_accuracy().model_dump(mode="json"),
    }
    return {
        "title": f"Common Ground: {', '.join(workspace.asked) or geography.nation_name}",
        "geography": geography.stem,
        "is_invented": geography.invented,
        "areas_asked": ", ".join(workspace.asked) or geography.nation_name,
        "area_code_means": geography.area_code_means,
        "n_areas": steps["scope"].rows,
        "n_areas_nation": steps["areas"].rows,
        "indices": ", ".join(register.indices),
        "distance_measure": measure_of(geography).name,
        "ecological_fallacy": FALLACY,
        "indices_withheld": ", ".join(name for name, step in indices.items() if step.meta["withheld"]),
        "evidence_since": _evidence_since(workspace),
        "sources_not_available": by_state("unavailable"),
        "sources_stale": by_state("stale"),
        "licence": LICENCE,
        "definition_sha256": sha256_json(definitions),
        "built_at": store.utc_now(),
    }


def _snapshots(workspace: Workspace) -> pd.DataFrame:
    rows = []
    for source in workspace.register.sources.values():
        snapshot = current(workspace, source)
        state = snapshot.state if snapshot.state in ("stale", "unavailable") else "read"
        rows.append(
            [
                source.stem,
                state,
                snapshot.sha or None,
                snapshot.rows,
                ", ".join(sorted(snapshot.missing)) or None,
                snapshot.source_as_at,
                snapshot.observed_at,
            ]
        )
    return pd.DataFrame(
        rows, columns=["source", "state", "sha256", "n_rows", "missing_parts", "source_as_at", "observed_at"]
    )


def _issues(sources: dict[str, Made], steps: dict[str, Made]) -> pd.DataFrame:
    frames = [pd.read_parquet(step.files[f"{name}.issues"]) for name, step in sources.items()]
    frames += [pd.read_parquet(steps[name].files[f"{name}.issues"]) for name in ("place_record", "place")]
    return pd.concat([frame.astype({"row": "int64"}) for frame in frames], ignore_index=True)


def _evidence_since(workspace: Workspace):
    """The day before which dated evidence of sites and closings enters no score."""
    taxonomy = workspace.register.taxonomy
    return max(filter(None, map(taxonomy.expires_before, taxonomy.kinds.values())), default=None)


def _places_shown(workspace: Workspace, files: dict[str, list[Path]], scope: Made) -> pd.DataFrame:
    """The places a release shows one by one: licence cleared for rows, still listed or confirmed closed, of a kind that
    is shown, no organisations (whose address may be a home), in the areas asked or within reach of them."""
    kinds = workspace.register.taxonomy.kinds
    kinds = [name for name, kind in kinds.items() if kind.shown and kind.group != "organisation"]
    places = pd.read_parquet(files["places"][0], columns=["place_id", "area_code", "status", "publish", "kind"])
    near = {p for file in files["places_in_reach"] for p in pd.read_parquet(file, columns=["place_id"])["place_id"]}
    near |= {p for file in files["reach"] for p in pd.read_parquet(file)["nearest_place_id"].dropna()}
    asked = set(pd.read_parquet(scope.path)["area_code"])
    shown = (places["publish"] == "rows") & (places["status"] != "no_longer_listed")
    shown &= places["kind"].isin(kinds)
    shown &= places["area_code"].isin(asked) | places["place_id"].isin(near)
    return places.loc[shown, ["place_id"]]


def _record_counts(workspace: Workspace, places: Made) -> pd.DataFrame:
    frame = pd.DataFrame(places.meta["counts"], columns=["source", "outcome", "rule", "n_rows"])
    # of the tables, not of the outcomes, so that a row without an outcome is found out
    rows = pd.DataFrame(
        [(stem, table(workspace, stem).rows) for stem in workspace.register.place_sources], columns=["source", "n_rows"]
    )
    rows = rows.assign(outcome="rows", rule="all rows of the source's table")
    return pd.concat([rows, frame], ignore_index=True)[["source", "outcome", "rule", "n_rows"]]
