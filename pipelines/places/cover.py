"""Where each kind of place was looked for: observed, partial near the edge of what lists cover, or unknown."""

from dataclasses import dataclass
from functools import cached_property

import geopandas
import numpy as np
import pandas as pd

from geodata.distance import measure_of
from geodata.geography import Geography
from geodata.locate import distance_within
from pipelines.areas.claimed import claimed
from pipelines.core.lookup import among
from pipelines.core.schema import schema
from pipelines.core.step import Given, Step, Tables
from pipelines.places.kinds import suits
from pipelines.places.looked_for import authorities_of, looked_for
from pipelines.places.placed import kinds_nowhere, little_placed
from pipelines.register.source import Source
from pipelines.register.taxonomy import Kind, Taxonomy
from pipelines.register.workspace import Workspace
from pipelines.tables.snapshot import SnapshotRead

COVERED = "coverage str, edge_m float64?, null_reason str?, as_at datetime64[ms]?"
COVER = schema(f"area_code str, kind str, {COVERED}", key="area_code kind")
COVER_OF_KIND = schema(f"area_code str, {COVERED}", key="area_code")
NATIONAL = schema(f"area_code str, {COVERED}, is_everywhere bool", key="area_code")
KINDS = schema("kind str, national_lists str, n_areas_looked_for int64, share float64, is_everywhere bool", key="kind")
LISTS = schema(
    "kind str, source str, authority_code str, n_listed int64, n_expected float64?, judged_by str, is_looked_for bool",
    key="kind source authority_code",
)


def cover_step(workspace: Workspace) -> Step[Tables]:
    """The step that says where each kind was looked for."""
    register, geography = workspace.register, workspace.geography
    taxonomy = register.taxonomy
    named = sorted({stem for entry in taxonomy.kinds.values() for stem in entry.counted_from})
    sources = {stem: register.sources[stem] for stem in named}
    owners = {
        kind: [stem for stem in entry.owners_from if register.sources[stem].publish == "rows"]
        for kind, entry in taxonomy.kinds.items()
    }
    return Step(
        "places/cover",
        "places",
        "Where each kind of place was looked for, by all lists and by those that cover the nation.",
        (
            *(f"table/{stem}" for stem in sorted({*sources}.union(*owners.values()))),
            *(SnapshotRead(source, geography) for source in sources.values() if source.fetch.parts),
            *("geography/areas", "geography/scope", "geography/postcode", "places/place_record"),
            f"table/{geography.boundaries.source}",
        ),
        {
            "sources": sources,
            "national": {kind: register.national_lists(kind) for kind in taxonomy.kinds},
            "owners": owners,
            "taxonomy": taxonomy,
            "geography": geography,
            "margin_m": margin_m(geography, taxonomy),
        },
        make_cover,
        {
            "cover": COVER,
            "cover.kinds": KINDS,
            "cover.lists": LISTS,
            **{cover_table(kind): COVER_OF_KIND for kind in taxonomy.kinds},
            **{national_cover_table(kind): NATIONAL for kind in taxonomy.kinds},
        },
    )


def make_cover(given: Given) -> Tables:
    """Per area asked and kind: `coverage`, `null_reason` (set where unknown), `as_at`, the date of the evidence, and
    `edge_m`, how far in a straight line the nearest area is that is not covered (null beyond the margin).

    A list covers an area for a kind where it claims its authority, region or nation, and more:
    - `stated_owner`: the authority's own records say who owns something, in evidence that has not expired; `fetched`: the
      authority's part of the source came. Placed by postcode alone: the postcode directory reaches the area.
    - A list that is not `complete` covers an authority only where it lists at least 15 % of the places expected there by
      the median of like authorities, and some. Where fewer than 10 are expected, in a small authority or of a rare kind,
      its region is judged in its stead, and where there are fewer in that too, the nation. Else the kind was not looked
      for, and its absence is not known (see `looked_for`).
    - Of a kind told by its use (vacant and the like) at least half of the list's rows must have been placed; where some
      were not, there may be more.
    - A list by which places are closed tells of those of its own kinds, so that there may be more.
    - Where a list is known to lack an authority that it claims (`lacks`), it covers it only once it lists something there.
    - A kind told by its owner (`owners_from`): some register of owners was read whose rows may be shown; and then partial.
    - A list too little of which lies in any area is taken as not read, and a kind of which it has no place in any area as
      not looked for.

    A kind's cover in an area is the best that any list it is counted from gives. It is partial where only lists that do
    not claim to be complete cover the area, and within the margin of an area that no other list covers (a place just
    beyond may have been missed). The margin is what any number about reach looks to: the nearest-place cap, three
    catchments (whom a resident's places are shared with, and what else these may choose), or the walk within which choice
    is added up, whichever is most.

    Table `cover` has a row per area and kind, `cover.<kind>` the same of one kind, `cover.<kind>.national` by the lists
    that cover the nation alone. `cover.kinds`: in how many of the nation's areas, whatever was asked, those lists looked
    for a kind; it `is_everywhere` where that is at least the least share of the taxonomy. `cover.lists`: for each list
    that a kind is counted from and authority that it claims, how many it lists and what was found.
    """
    taxonomy: Taxonomy = given.definition["taxonomy"]
    areas = given.frame("geography/areas")
    asked = areas["area_code"].isin(given.frame("geography/scope")["area_code"]).to_numpy()
    edges, lists = _Edges(given, areas, asked), _Lists(given, areas)
    frames, tables, found = [], {}, []
    for kind, entry in taxonomy.kinds.items():
        own = {stem: lists.of(stem, kind) for stem in entry.counted_from}
        national = [own[stem] for stem in given.definition["national"][kind]]
        cover = best_cover(list(own.values()), areas, edges)
        n = int(np.any([one.covered for one in national], axis=0).sum()) if national else 0
        everywhere = n >= taxonomy.looked_for.least_cover * len(areas)
        names = ", ".join(given.definition["national"][kind])
        found.append([kind, names, n, n / max(len(areas), 1), everywhere])
        tables[cover_table(kind)] = cover
        tables[national_cover_table(kind)] = best_cover(national, areas, edges).assign(is_everywhere=everywhere)
        frames.append(cover.assign(kind=kind))
    cover = pd.concat(frames).sort_values(["kind", "area_code"], ignore_index=True)[list(COVER.types)]
    kinds = pd.DataFrame(found, columns=list(KINDS.types))
    return {"cover": cover, "cover.kinds": kinds, "cover.lists": lists.table(), **tables}, {}


def cover_table(kind: str) -> str:
    """The name of the table of one kind's cover, in order of areas."""
    return f"cover.{kind}"


def national_cover_table(kind: str) -> str:
    """The name of the table of one kind's cover by the lists that cover the nation, in order of areas."""
    return f"cover.{kind}.national"


@dataclass(frozen=True)
class ListCover:
    """What one list covers for one kind: per area of the nation whether, why not, and how new its evidence is."""

    covered: np.ndarray
    reason: np.ndarray
    as_at: np.ndarray
    is_complete: bool


class _Lists:
    """The cover of each list for each kind that is counted from it."""

    def __init__(self, given: Given, areas: pd.DataFrame):
        self.given, self.areas, self.sources = given, areas, given.definition["sources"]
        self.taxonomy: Taxonomy = given.definition["taxonomy"]
        self.geography: Geography = given.definition["geography"]
        records = given.frame("places/place_record")
        records = records[records["source"].isin(self.sources)]
        self.used = records[records["is_row"] & records["use_state"].notna()]
        rows = records[records["is_row"]]
        own = set(rows.loc[rows["reason"] != "other_edition", "source"])
        self.stood_for = set(rows["source"]) - own  # another list of their series stands in for them
        self.lost, self.nowhere = little_placed(self.sources, records), kinds_nowhere(self.taxonomy, records)
        records = records[records["is_current"]]
        records = records.merge(areas[["area_code", "authority_code"]], how="left", on="area_code")
        none = records.iloc[:0]
        listed = dict(iter(records.groupby("source")))
        self.records = {stem: listed.get(stem, none) for stem in self.sources}
        self.authorities: dict[str, pd.DataFrame] = {}
        self.judged: list[pd.DataFrame] = []

    def of(self, stem: str, kind: str) -> ListCover:
        """The cover of the list `stem` for `kind`; what it lists by authority is kept for the table."""
        source, entry = self.sources[stem], self.taxonomy.kinds[kind]
        own = self.records[stem]
        claims = claimed(self.geography, source, self.areas)
        sized = own if entry.most_ha is None else own[own["size_ha"].notna()]  # of what size others are, none can tell
        covered = claims & self._by_evidence(source, sized, self.taxonomy.expires_before(entry))
        covered &= ~self._in(set(source.lacks) - set(own["authority_code"]))  # until the list holds something there
        available = self.given[f"table/{stem}"].meta["available"] and stem not in self.lost
        available = available and (stem, kind) not in self.nowhere
        placed = self._placed(stem, entry)
        looks = available and placed >= self.taxonomy.looked_for.least_placed
        covered &= self._owner_looked_for(kind, entry)
        if source.covers not in self.authorities:
            self.authorities[source.covers] = authorities_of(self.areas[claims])
        authorities = self.authorities[source.covers]
        listed = own.loc[own["kind"] == (entry.subset_of or kind), "authority_code"].value_counts()
        if source.complete:
            looked = self.areas.loc[covered & looks, "authority_code"].unique()
            rows = pd.DataFrame({"n_listed": listed.reindex(authorities.index).fillna(0), "judged_by": "claim"})
            rows["n_expected"], rows["is_looked_for"] = np.nan, rows.index.isin(looked)
        else:
            rows = looked_for(self.taxonomy.looked_for, authorities, listed)
            rows["is_looked_for"] &= looks
            covered &= self._in(set(rows.index[rows["is_looked_for"]]))
        if stem not in self.stood_for:
            self.judged.append(rows.rename_axis("authority_code").reset_index().assign(kind=kind, source=stem))
        covered &= looks
        lost = claims if not available else self._in(self._wanted_and_lost(source)[1])
        reason = np.where(covered, None, np.where(lost, "source_unavailable", "not_covered"))
        newest = own.groupby("authority_code")["as_at"].max()
        as_at = newest.reindex(self.areas["authority_code"]).fillna(own["as_at"].max())
        # whose it is not, no register says; nor does a list of what it holds say what it once held
        complete = source.complete and placed == 1 and not (entry.closed or entry.owners_from)
        complete &= len(sized) == len(own)
        return ListCover(covered, reason, as_at.astype("datetime64[ms]").to_numpy(), complete)

    def _owner_looked_for(self, kind: str, entry: Kind) -> bool:
        """Whether any register that tells whose such a place is was read and may be shown; true where none is asked for."""
        shown = self.given.definition["owners"][kind]
        return not entry.owners_from or any(self.given[f"table/{stem}"].meta["available"] for stem in shown)

    def _placed(self, stem: str, entry: Kind) -> float:
        """The share (0-1) of the rows of a kind told by its use that could be placed; 1 where the kind is not, or there
        are none. A register need not give the whole address of what is vacant."""
        if not entry.use_states:
            return 1.0
        own = self.used[(self.used["source"] == stem) & (self.used["kind"] == entry.subset_of)]
        own = own[own["use_state"].isin(entry.use_states)]
        own = own[suits(entry, own["name"], own["register_words"], own["size_ha"])]
        return float(own["area_code"].notna().mean()) if len(own) else 1.0

    def _by_evidence(self, source: Source, own: pd.DataFrame, expires) -> np.ndarray:
        """Where the list has what it needs besides its claim."""
        covered = np.ones(len(self.areas), dtype=bool)
        if source.covers_by == "stated_owner":
            stated = own["owner_kind"].notna()
            if expires:
                stated &= own["as_at"] >= pd.Timestamp(expires)
            covered &= self._in(set(own.loc[stated, "authority_code"]))
        if source.covers_by == "fetched":
            wanted, lost = self._wanted_and_lost(source)
            covered &= self._in(wanted - lost)
        if source.places.point.postcode and not source.places.point.crs:
            covered &= self._reached
        return covered

    @cached_property
    def _reached(self) -> np.ndarray:
        """The areas that the postcode directory reaches."""
        codes = self.given.frame("geography/postcode", columns=["area_code"])["area_code"]
        return among(self.areas["area_code"], codes)

    def _wanted_and_lost(self, source: Source) -> tuple[set[str], set[str]]:
        """The authorities that a source in parts has files of, and those of which some file did not come."""
        if source.covers_by != "fetched":
            return set(), set()
        snapshot = self.given[f"snapshot/{source.stem}"]
        of = snapshot.parts_of or self.geography.parts[source.fetch.parts]
        came = set(snapshot.parts())
        return set(of.values()), {authority for part, authority in of.items() if part not in came}

    def _in(self, authorities: set[str]) -> np.ndarray:
        return self.areas["authority_code"].isin(authorities).to_numpy()

    def table(self) -> pd.DataFrame:
        """What was found of every list, kind and authority."""
        table = pd.concat(self.judged, ignore_index=True).astype({"n_expected": "float64"})
        table["n_expected"] = table["n_expected"].round(1)
        return table.sort_values(["kind", "source", "authority_code"], ignore_index=True)[list(LISTS.types)]


def best_cover(lists: list[ListCover], areas: pd.DataFrame, edges: "_Edges") -> pd.DataFrame:
    """The cover of a kind in the areas asked: the best that any of `lists` gives, those that are complete first."""
    lists = sorted(lists, key=lambda one: not one.is_complete)
    known, whole = (np.zeros(len(areas), dtype=bool) for _ in range(2))
    reason = np.full(len(areas), "not_covered", dtype=object)
    as_at = np.full(len(areas), np.datetime64("NaT"), dtype="datetime64[ms]")
    for one in lists:
        as_at = np.where(one.covered & ~known, one.as_at, as_at)
        reason = np.where(one.reason == "source_unavailable", one.reason, reason)
        known = known | one.covered
        whole = whole | (one.covered & one.is_complete)
    partial = ~whole | np.isfinite(edges.distance_to_uncovered(whole))
    cover = pd.DataFrame({"area_code": areas["area_code"], "edge_m": edges.distance_to_uncovered(known)})
    cover["coverage"] = np.where(~known, "unknown", np.where(partial, "partial", "observed"))
    cover["null_reason"] = pd.Series(np.where(known, None, reason), dtype="str")
    cover["as_at"] = as_at
    return cover[edges.in_scope].sort_values("area_code", ignore_index=True)


def margin_m(geography: Geography, taxonomy: Taxonomy) -> float:
    """How far from an area, in a straight line, the places lie that any of its numbers may depend on."""
    furthest = max(3 * taxonomy.catchment.minutes, taxonomy.choice_decay.minutes)
    return max(geography.nearest_cap_m, measure_of(geography).furthest_m(furthest))


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
            beyond = self.shapes[~among(self.codes, self.areas.loc[covered, "area_code"])]
            x = np.where(covered & self.in_scope, self.areas["x"], np.nan)
            self.known[key] = distance_within(x, self.areas["y"].to_numpy(), beyond, self.margin_m)
        return self.known[key]
