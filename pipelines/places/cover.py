"""Where each kind of place was looked for: observed, partial near the edge of a source's cover, or unknown."""

import geopandas
import numpy as np
import pandas as pd

from geodata.distance import measure_of
from geodata.geography import Geography
from geodata.locate import distance_within
from pipelines.areas.claimed import claimed
from pipelines.core.schema import schema
from pipelines.core.step import Given, Step, Tables
from pipelines.places.placed import kinds_nowhere, little_placed
from pipelines.register.register import Taxonomy
from pipelines.register.source import Source
from pipelines.register.workspace import Workspace
from pipelines.tables.snapshot import Snapshot, SnapshotRead

COVERED = "coverage str, edge_m float64?, null_reason str?, as_at datetime64[ms]?"
COVER = schema(f"area_code str, kind str, {COVERED}", key="area_code kind")
COVER_OF_KIND = schema(f"area_code str, {COVERED}", key="area_code")


def cover_step(workspace: Workspace) -> Step[Tables]:
    """The step that says where each kind was looked for."""
    taxonomy, geography, sources = workspace.register.taxonomy, workspace.geography, workspace.register.sources
    wanted = {kind: (entry.primary_source, taxonomy.expires_before(entry)) for kind, entry in taxonomy.kinds.items()}
    named = {stem: sources[stem] for stem in sorted({source for source, _ in wanted.values()})}
    return Step(
        "places/cover",
        "places",
        "Where each kind of place was looked for.",
        (
            *(f"table/{stem}" for stem in named),
            *(SnapshotRead(source, geography) for source in named.values() if source.fetch.parts),
            *("geography/areas", "geography/scope", "geography/postcode", "places/place_record"),
            f"table/{geography.boundaries.source}",
        ),
        {
            "wanted": wanted,
            "sources": named,
            "taxonomy": taxonomy,
            "geography": geography,
            "margin_m": margin_m(geography, taxonomy),
        },
        make_cover,
        {"cover": COVER, **{cover_table(kind): COVER_OF_KIND for kind in wanted}},
    )


def make_cover(given: Given) -> Tables:
    """Per area asked and kind: `coverage`, `null_reason` (set where unknown), `as_at`, the date of the evidence, and
    `edge_m`, how far in a straight line the nearest area is that is not covered (null beyond the margin).

    An area is covered where the kind's primary source claims its authority, region or nation. `stated_owner` further
    asks that the authority's own records say who owns something, in evidence that has not expired; `fetched`, that the
    authority's part of the source came. Where a source is placed by postcode alone, only areas that the postcode
    directory reaches are covered. Coverage is partial within the margin of an area that is not covered (a place just
    beyond may have been missed), and wherever a source does not claim to be complete. The margin is what any number
    about reach looks to: the nearest-place cap, or three catchments (whom a resident's places are shared with, and what
    else these may choose), whichever is more. A list too little of which lies in any area is taken as not read, and a
    kind of which its list has no place in any area as not looked for.
    """
    wanted, sources = given.definition["wanted"], given.definition["sources"]
    areas, records = given.frame("geography/areas"), given.frame("places/place_record")
    records = records[records["source"].isin(sources)]  # those that decide where a kind was looked for
    lost, nowhere = little_placed(sources, records), kinds_nowhere(given.definition["taxonomy"], records)
    records = records[records["is_current"]].merge(areas[["area_code", "authority_code"]], how="left", on="area_code")
    asked = set(given.frame("geography/scope")["area_code"])
    edges = _Edges(given, areas, areas["area_code"].isin(asked).to_numpy())
    covers = {
        key: _source_cover(given, sources[key[0]], key[1], areas, records, edges, key[0] not in lost)
        for key in dict.fromkeys(wanted.values())
    }
    frames = [
        (_unknown(covers[key]) if kind in nowhere else covers[key]).assign(kind=kind) for kind, key in wanted.items()
    ]
    cover = pd.concat(frames, ignore_index=True).sort_values(["kind", "area_code"]).reset_index(drop=True)
    cover = cover[list(COVER.types)]
    of_kind = {cover_table(kind): rows.drop(columns="kind") for kind, rows in cover.groupby("kind")}
    return {"cover": cover, **of_kind}, {}


def cover_table(kind: str) -> str:
    """The name of the table of one kind's cover, in order of areas."""
    return f"cover.{kind}"


def _source_cover(
    given: Given,
    source: Source,
    expires,
    areas: pd.DataFrame,
    records: pd.DataFrame,
    edges: "_Edges",
    usable: bool,
) -> pd.DataFrame:
    geography: Geography = given.definition["geography"]
    own = records[records["source"] == source.stem]
    covered = claimed(geography, source, areas)
    if source.covers_by == "stated_owner":
        stated = own["owner_kind"].notna()
        if expires:
            stated &= own["as_at"] >= pd.Timestamp(expires)
        covered &= areas["authority_code"].isin(own.loc[stated, "authority_code"]).to_numpy()
    if source.covers_by == "fetched":
        wanted, lost = _wanted_and_lost(geography, source, given[f"snapshot/{source.stem}"])
        covered &= areas["authority_code"].isin(wanted - lost).to_numpy()
    if source.places.point.postcode and not source.places.point.crs:
        reached = given.frame("geography/postcode", columns=["area_code"])
        covered &= areas["area_code"].isin(reached["area_code"]).to_numpy()
    available = given[f"table/{source.stem}"].meta["available"] and usable
    covered &= available
    edge_m = edges.distance_to_uncovered(covered)
    partial = np.isfinite(edge_m) | (not source.complete)
    coverage = np.where(~covered, "unknown", np.where(partial, "partial", "observed"))
    cover = pd.DataFrame({"area_code": areas["area_code"], "coverage": coverage, "edge_m": edge_m})
    reason = np.where(covered, None, "not_covered" if available else "source_unavailable")
    if source.covers_by == "fetched":  # it was asked for and did not come
        reason = np.where(~covered & areas["authority_code"].isin(lost).to_numpy(), "source_unavailable", reason)
    cover["null_reason"] = pd.Series(reason, dtype="str")
    newest = own.groupby("authority_code")["as_at"].max()
    as_at = newest.reindex(areas["authority_code"]).fillna(own["as_at"].max())
    cover["as_at"] = as_at.astype("datetime64[ms]").to_numpy()
    return cover[edges.in_scope]


def _wanted_and_lost(geography: Geography, source: Source, snapshot: Snapshot) -> tuple[set[str], set[str]]:
    """The authorities that the source has files of, and those of which some file did not come."""
    of = snapshot.parts_of or geography.parts[source.fetch.parts]
    came = set(snapshot.parts())
    return set(of.values()), {authority for part, authority in of.items() if part not in came}


def _unknown(cover: pd.DataFrame) -> pd.DataFrame:
    """The cover of a kind of which the list holds no place anywhere: its silence says nothing of any area."""
    reason = cover["null_reason"].fillna("source_unavailable")
    return cover.assign(coverage="unknown", edge_m=np.nan, null_reason=reason)


def margin_m(geography: Geography, taxonomy: Taxonomy) -> float:
    """How far from an area, in a straight line, the places lie that any of its numbers may depend on."""
    return max(geography.nearest_cap_m, measure_of(geography).furthest_m(3 * taxonomy.catchment.minutes))


class _Edges:
    """Which of the areas asked lie near an area that is not covered; sources with one cover share the answer."""

    def __init__(self, given: Given, areas: pd.DataFrame, in_scope: np.ndarray):
        layer = given.definition["geography"].boundaries
        outlines = geopandas.read_parquet(given[f"table/{layer.source}"].path)
        self.codes, self.shapes = outlines[layer.by], outlines.geometry.to_numpy()
        self.areas, self.in_scope, self.margin_m = areas, in_scope, given.definition["margin_m"]
        self.known: dict[bytes, np.ndarray] = {}

    def distance_to_uncovered(self, covered: np.ndarray) -> np.ndarray:
        key = covered.tobytes()
        if key not in self.known:
            beyond = self.shapes[~self.codes.isin(self.areas.loc[covered, "area_code"]).to_numpy()]
            x = np.where(covered & self.in_scope, self.areas["x"], np.nan)
            self.known[key] = distance_within(x, self.areas["y"].to_numpy(), beyond, self.margin_m)
        return self.known[key]
