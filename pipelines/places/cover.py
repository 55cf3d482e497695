"""Where each kind of place was looked for: observed, partial near the edge of a source's cover, or unknown."""

import geopandas
import numpy as np
import pandas as pd

from geodata.distance import measure_of
from geodata.locate import distance_within
from pipelines.areas.claimed import claimed
from pipelines.core.once import Made, made, once
from pipelines.places.placed import kinds_nowhere, little_placed
from pipelines.register.source import Source
from pipelines.register.workspace import Workspace
from pipelines.tables.snapshot import current
from pipelines.tables.table import table


def make_cover(workspace: Workspace) -> Made:
    """Per area asked and kind: `coverage`, `null_reason` (set where unknown), `as_at`, the date of the evidence, and
    `edge_m`, how far in a straight line the nearest area is that is not covered (null beyond the margin).

    An area is covered where the kind's primary source claims its authority, region or nation. `stated_owner` further
    asks that the authority's own records say who owns something, in evidence that has not expired; `fetched`, that the
    authority's part of the source came. Where a source is placed by postcode alone, only areas that the postcode
    directory reaches are covered. Coverage is partial within the margin of an area that is not covered (a place just
    beyond may have been missed), and wherever a source does not claim to be complete. The margin is what any number about reach looks to: the nearest-place cap, or three
    catchments (whom a resident's places are shared with, and what else these may choose), whichever is more. A list too little of which lies in any area is taken as not read, and a kind of which
    its list has no place in any area as not looked for.
    """
    tables, taxonomy = workspace.data / "tables", workspace.register.taxonomy
    kinds = taxonomy.kinds
    wanted = {kind: (entry.primary_source, taxonomy.expires_before(entry)) for kind, entry in kinds.items()}
    names = sorted({source for source, _ in wanted.values()})
    inputs = {stem: table(workspace, stem).data_version for stem in names}
    inputs |= {name: made(tables, name).data_version for name in ("areas", "scope", "postcode")}
    inputs["place_record"] = made(workspace.data / "places", "place_record").data_version

    def make():
        areas = pd.read_parquet(made(tables, "areas").path)
        records = pd.read_parquet(made(workspace.data / "places", "place_record").path)
        lost, nowhere = little_placed(sources, records), kinds_nowhere(taxonomy, records)
        records = records[records["is_current"]].merge(
            areas[["area_code", "authority_code"]], how="left", on="area_code"
        )
        asked = set(pd.read_parquet(made(tables, "scope").path)["area_code"])
        edges = _Edges(workspace, areas, areas["area_code"].isin(asked).to_numpy())
        covers = {
            key: _source_cover(workspace, sources[key[0]], key[1], areas, records, edges, key[0] not in lost)
            for key in dict.fromkeys(wanted.values())
        }
        frames = [
            _unknown(covers[key]).assign(kind=kind) if kind in nowhere else covers[key].assign(kind=kind)
            for kind, key in wanted.items()
        ]
        cover = pd.concat(frames, ignore_index=True).sort_values(["kind", "area_code"]).reset_index(drop=True)
        return {"cover": cover[["area_code", "kind", "coverage", "edge_m", "null_reason", "as_at"]]}, {}

    sources = workspace.register.sources
    definition = {
        "kinds": {kind: [source, str(expires)] for kind, (source, expires) in wanted.items()},
        "covers": {stem: [sources[stem].covers, sources[stem].covers_by, sources[stem].complete] for stem in names},
        "fetched": {stem: fetched_parts(workspace, sources[stem]) for stem in names if sources[stem].fetch.parts},
        "geography": workspace.geography.model_dump(mode="json"),
        "margin_m": margin_m(workspace),
        "least_placed": {stem: sources[stem].places.least_placed for stem in names},
        "subsets": {kind: entry.subset_of for kind, entry in kinds.items()},
    }
    return once(workspace.data / "places", "cover", definition, inputs, make)


def fetched_parts(workspace: Workspace, source: Source) -> list[str]:
    """The parts that the source's present snapshot holds."""
    snapshot = current(workspace, source)
    folder = workspace.data / "snapshots" / source.stem / snapshot.sha
    return sorted(path.stem for path in folder.iterdir()) if snapshot.sha else []


def _source_cover(
    workspace: Workspace,
    source: Source,
    expires,
    areas: pd.DataFrame,
    records: pd.DataFrame,
    edges: "_Edges",
    usable: bool,
) -> pd.DataFrame:
    own = records[records["source"] == source.stem]
    covered = claimed(workspace, source, areas)
    if source.covers_by == "stated_owner":
        stated = own["owner_kind"].notna()
        if expires:
            stated &= own["as_at"] >= pd.Timestamp(expires)
        covered &= areas["authority_code"].isin(own.loc[stated, "authority_code"]).to_numpy()
    if source.covers_by == "fetched":
        parts = workspace.geography.parts[source.fetch.parts]
        came = [parts[part] for part in fetched_parts(workspace, source) if part in parts]
        covered &= areas["authority_code"].isin(came).to_numpy()
    if source.places.point.postcode and not source.places.point.crs:
        reached = pd.read_parquet(made(workspace.data / "tables", "postcode").path, columns=["area_code"])
        covered &= areas["area_code"].isin(reached["area_code"]).to_numpy()
    available = table(workspace, source.stem).meta["available"] and usable
    covered &= available
    edge_m = edges.distance_to_uncovered(covered)
    partial = np.isfinite(edge_m) | (not source.complete)
    coverage = np.where(~covered, "unknown", np.where(partial, "partial", "observed"))
    cover = pd.DataFrame({"area_code": areas["area_code"], "coverage": coverage, "edge_m": edge_m})
    reason = np.where(covered, None, "not_covered" if available else "source_unavailable")
    if source.covers_by == "fetched":  # it was asked for and did not come
        reason = np.where(~covered & claimed(workspace, source, areas), "source_unavailable", reason)
    cover["null_reason"] = pd.Series(reason, dtype="str")
    newest = own.groupby("authority_code")["as_at"].max()
    as_at = newest.reindex(areas["authority_code"]).fillna(own["as_at"].max())
    cover["as_at"] = as_at.astype("datetime64[ms]").to_numpy()
    return cover[edges.in_scope]


def _unknown(cover: pd.DataFrame) -> pd.DataFrame:
    """The cover of a kind of which the list holds no place anywhere: its silence says nothing of any area."""
    reason = cover["null_reason"].fillna("source_unavailable")
    return cover.assign(coverage="unknown", edge_m=np.nan, null_reason=reason)


def margin_m(workspace: Workspace) -> float:
    """How far from an area, in a straight line, the places lie that any of its numbers may depend on."""
    catchment = workspace.register.taxonomy.catchment.minutes
    return max(workspace.geography.nearest_cap_m, measure_of(workspace.geography).furthest_m(3 * catchment))


class _Edges:
    """Which of the areas asked lie near an area that is not covered; sources with one cover share the answer."""

    def __init__(self, workspace: Workspace, areas: pd.DataFrame, in_scope: np.ndarray):
        layer = workspace.geography.boundaries
        outlines = geopandas.read_parquet(table(workspace, layer.source).path)
        self.codes, self.shapes = outlines[layer.by], outlines.geometry.to_numpy()
        self.areas, self.in_scope, self.margin_m = areas, in_scope, margin_m(workspace)
        self.known: dict[bytes, np.ndarray] = {}

    def distance_to_uncovered(self, covered: np.ndarray) -> np.ndarray:
        key = covered.tobytes()
        if key not in self.known:
            beyond = self.shapes[~self.codes.isin(self.areas.loc[covered, "area_code"]).to_numpy()]
            x = np.where(covered & self.in_scope, self.areas["x"], np.nan)
            self.known[key] = distance_within(x, self.areas["y"].to_numpy(), beyond, self.margin_m)
        return self.known[key]
