"""Records to places: one row a place, with its name and point by whose word, from the records that conflation joined."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipelines.core.lookup import among
from pipelines.core.query import listed
from pipelines.core.schema import schema
from pipelines.core.step import Given, Step, Tables
from pipelines.places import corrections
from pipelines.places.accounting import count_outcomes, outcomes
from pipelines.places.corrected import APPLIED, correct_places, correct_records, correction_table, without_effect
from pipelines.places.identity import present_ids, survivors
from pipelines.places.in_hands import EVIDENCE, confirmed, in_community_hands, taken_in
from pipelines.places.kinds import place_kinds, with_closed, with_subsets
from pipelines.places.naming import written_names
from pipelines.places.tenure import TENURE, USE
from pipelines.register.licence import Licence
from pipelines.register.licensing import JOINED
from pipelines.register.taxonomy import Kind, Taxonomy
from pipelines.register.workspace import Workspace
from pipelines.tables.tidy import ISSUES

HOURS = ["opening_hours", "hours_per_week", "shares_with"]
TOLD = {
    "owner": ["owner_kind", "owner_name"],
    "tenure": TENURE,
    "use": USE,
    "size": ["size_ha"],
    "run_by": ["run_by"],
}  # each by one record
QUALITY = {"premises": 0, "address": 1, "postcode": 2}
PLACE = schema(
    "place_id str, kind str, kinds str, name str?, published_name str?, name_source str, point_source str, point_quality str, area_code str,"
    "x float64, y float64, longitude float64, latitude float64, status str, owner_kind str?, owner_name str?, owner_source str?,"
    "owner_as_at datetime64[ms]?, tenure str?, tenure_band str?, lease_ends datetime64[ms]?, unexpired_years Int64?,"
    "tenure_source str?, tenure_as_at datetime64[ms]?, use_state str?, acv_flag str?, register_words str?, use_source str?,"
    "use_as_at datetime64[ms]?, size_ha float64?, size_source str?, size_as_at datetime64[ms]?, run_by str?, run_by_source str?, run_by_as_at datetime64[ms]?, in_community_hands boolean?, opening_hours str?,"
    "hours_per_week float64?, shares_with str?, hours_source str?, n_records int64, lead_record str, as_at datetime64[ms]?, publish str, licence str",
    key="place_id",
)
KIND = schema(
    "place_id str, kind str, status str, is_counted bool, is_national bool, rule str, sources str, as_at datetime64[ms]?",
    key="place_id kind",
)
OUTCOME = schema("record str, source str, place_id str?, outcome str, rule str, is_row bool")
ORGANISATION = schema("place_id str, kind str, area_code str, as_at datetime64[ms]?, record str", key="place_id")
COUNTED = schema("place_id str, x float64, y float64, is_national bool, n_lists int64", key="place_id")


def place_step(workspace: Workspace) -> Step[Tables]:
    """The step that makes places of records."""
    register, geography = workspace.register, workspace.geography
    return Step(
        "places/place",
        "places",
        "Places, what each is and by whose word, and what became of every record.",
        (
            "places/place_record",
            "places/place_identity",
            "places/place_event",
            "places/community:community",
            f"table/{geography.boundaries.source}",
            corrections.CorrectionsRead(geography, register.taxonomy),
        ),
        {
            "taxonomy": register.taxonomy,
            "national": {kind: register.national_lists(kind) for kind in register.taxonomy.kinds},
            "geography": geography,
            "licence": {stem: s.licence for stem, s in (register.place_sources | register.body_sources).items()},
            "series": {stem: source.places.series or stem for stem, source in register.place_sources.items()},
            "licences": register.licences,
        },
        make_places,
        {
            "place": PLACE,
            "place.kinds": KIND,
            "place.records": OUTCOME,
            "place.organisations": ORGANISATION,
            "place.issues": ISSUES,
            "place.evidence": EVIDENCE,
            "place.corrections": APPLIED,
            **{counted_table(kind): COUNTED for kind in register.taxonomy.counted()},
        },
    )


def make_places(given: Given) -> Tables:
    """Tables `place`, `place.kinds` (place, kind, status, is_counted, rule), `place.records` (record, place, outcome,
    rule), `place.evidence` (what tells that a community holds a place), a table for each kind of the places that count (see `counted_table`), and `place.corrections` (each line, the source's value beside it, and whether it was applied or retired).

    A place's name and point are those of its best source that may be shown: a list of places before its owner's register
    of land and buildings, which says whose it is and must not move it; then open government data before share-alike,
    then the source its kind is counted from, then (for the point) the finer one. Raises Problem where a correction
    names a place or record that is not there.
    """
    taxonomy, geography = given.definition["taxonomy"], given.definition["geography"]
    outlines = corrections.Outlines(given[f"table/{geography.boundaries.source}"].path, geography)
    rows, known = given.frame("places/place_record"), given.frame("places/place_identity")
    ids, lines = present_ids(known), given["file/corrections.csv"].resolved(survivors(known))
    rows = _without_marks(taxonomy, rows, rows["record"].map(ids))
    usable = rows[rows["reason"].isna()].copy()
    usable["place_id"] = usable["record"].map(ids)
    usable, applied = correct_records(outlines, lines, usable)
    shown = _shown_first(usable)
    applied = without_effect(applied, shown["record"])
    happened = given.frame("places/place_event")
    kinds = place_kinds(taxonomy, given.definition["national"], shown, happened)
    licensed = Licensed(*(given.definition[name] for name in ("licence", "series", "licences")))
    places, evidence, odd = _places(
        taxonomy, licensed, shown, kinds, happened, given.frame("places/community:community")
    )
    places, kinds, more = correct_places(taxonomy, outlines, lines, ids, happened, places, kinds)
    places["in_community_hands"] = in_community_hands(places)
    kinds = with_subsets(taxonomy, places, kinds)
    kinds = with_closed(taxonomy, given.definition["national"], places, kinds, happened)
    outcome = outcomes(taxonomy, rows, usable, places, kinds)
    return {
        "place": places,
        "place.organisations": _organisations(taxonomy, places),
        "place.issues": pd.concat([_disagreements(shown, kinds), odd], ignore_index=True),
        "place.evidence": confirmed(evidence, places),
        "place.kinds": kinds,
        "place.records": outcome,
        "place.corrections": correction_table(applied + more),
        **{
            counted_table(kind): _counted(kind, given.definition["national"][kind], places, kinds)
            for kind in taxonomy.counted()
        },
    }, {
        "counts": count_outcomes(outcome),
        "retired": [row["line"] for row in applied + more if row["state"] == "retired"],
    }


def _without_marks(taxonomy: Taxonomy, rows: pd.DataFrame, place_id: pd.Series) -> pd.DataFrame:
    """The records, with a reason not to use those of a register that would mark a place of a kind that carries no mark."""
    marks = {entry.subset_of for entry in taxonomy.kinds.values() if entry.says}
    usable = rows["reason"].isna()
    unmarked = place_id[usable & rows["kind"].isin(taxonomy.no_markers)]
    marking = usable & rows["kind"].isin(marks) & place_id.isin(unmarked)
    return rows.assign(reason=rows["reason"].mask(marking, "mark"))


def counted_table(kind: str) -> str:
    """The name of the table of the places that count for a kind: `place_id`, `x`, `y`, and `is_national`, whether a list
    that covers the nation holds it, and `n_lists`, how many of these do. In the order of where they stand, so that what is
    added up over them does not depend on the ids that history gave. A table of its own, so that a change to one kind of
    place leaves alone what rests on the others."""
    return f"place.counted.{kind}"


def _counted(kind: str, national: list[str], places: pd.DataFrame, kinds: pd.DataFrame) -> pd.DataFrame:
    counted = kinds.loc[(kinds["kind"] == kind) & kinds["is_counted"], ["place_id", "is_national", "sources"]]
    held = [len(set(sources.split(", ")) & set(national)) for sources in counted.pop("sources")]
    counted["n_lists"] = np.array(held, dtype=np.int64)
    return (
        places[["place_id", "x", "y"]]
        .merge(counted, on="place_id")
        .sort_values(["x", "y", "place_id"], ignore_index=True)
    )


def _shown_first(rows: pd.DataFrame) -> pd.DataFrame:
    """Records without those that may not be shown, wherever a place has a present one that may: what only a closed list
    says of a place must not be published by way of that place."""
    shown = rows.loc[(rows["publish"] == "rows") & rows["is_current"], "place_id"]
    return rows[(rows["publish"] == "rows") | ~among(rows["place_id"], shown)]


@dataclass(frozen=True)
class Licensed:
    """The licence and the series of each source of places, and all licences."""

    licence: dict[str, str]
    series: dict[str, str]
    licences: dict[str, Licence]

    @property
    def shared(self) -> list[str]:
        """The share-alike licences, in order."""
        return [key for key, licence in self.licences.items() if licence.share_alike]


def _places(
    taxonomy: Taxonomy,
    licensed: Licensed,
    rows: pd.DataFrame,
    kinds: pd.DataFrame,
    events: pd.DataFrame,
    held: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Places, and the evidence and issues of `in_hands` (`held`: what registers of bodies tell)."""
    order = {kind: n for n, kind in enumerate(taxonomy.kinds)}
    rows = rows.assign(
        is_hidden=rows["publish"] != "rows", is_past=~rows["is_current"],
        is_listing=rows["kind"].map({k: entry.listing for k, entry in taxonomy.kinds.items()}).astype(bool),  # is about a place
        # 0 is not share-alike; one share-alike licence goes before another, so that few rows rest on both
        shares=rows["source"].map(licensed.licence).map({k: n for n, k in enumerate(licensed.shared, 1)}).fillna(0).astype(int),
        is_unnamed=rows["name"].isna(),
        is_site=rows["kind"].map({kind: entry.group == "site" for kind, entry in taxonomy.kinds.items()}).astype(bool),
        turn=[_turn(taxonomy.kinds[k], s) for k, s in zip(rows["kind"], rows["source"], strict=True)],
        coarse=rows["point_quality"].map(QUALITY),
    )  # fmt: skip
    best = rows.sort_values(
        ["is_past", "is_hidden", "is_listing", "is_site", "shares", "is_unnamed", "turn", "record"]
    ).drop_duplicates("place_id")
    spot = rows.sort_values(
        ["is_past", "is_hidden", "is_listing", "is_site", "shares", "coarse", "turn", "record"]
    ).drop_duplicates("place_id")
    places = best.set_index("place_id")[["name", "source", "publish", "record"]]
    places = places.rename(columns={"source": "name_source", "record": "lead_record"})
    places["published_name"], places["name"] = places["name"], written_names(places["name"])
    spot = spot.set_index("place_id")
    places["point_source"] = spot["source"]
    for column in ("point_quality", "area_code", "x", "y", "longitude", "latitude"):
        places[column] = spot[column]
    for of, columns in TOLD.items():
        said = best_told(rows, columns)
        places[columns], places[f"{of}_source"], places[f"{of}_as_at"] = said[columns], said["source"], said["as_at"]
    places, evidence, odd = taken_in(places, held)
    said = best_told(rows, HOURS)  # all of one record: what two lists say of one week may be of two years
    places[HOURS], places["hours_source"] = said[HOURS], said["source"]
    shown = rows[rows["is_current"]].groupby("place_id")
    places["n_records"] = shown.size().reindex(places.index).fillna(0).astype("int64")
    dated = rows.groupby(["is_listing", "place_id"])[
        "as_at"
    ].max()  # an entry of a register tells nothing of the place's day
    dated = dated.reset_index().drop_duplicates("place_id").set_index("place_id")
    places["as_at"] = dated["as_at"]
    rank = {"open": 0, "temporarily_closed": 1, "closed": 2, "replaced": 3, "no_longer_listed": 4}
    groups = kinds["kind"].map(taxonomy.kinds)
    lead = kinds.assign(
        turn=kinds["status"].map(rank),
        order=kinds["kind"].map(order),
        is_gone=kinds["status"] == "no_longer_listed",
        is_listing=groups.map(lambda entry: entry.listing).astype(bool),
        is_site=groups.map(lambda entry: entry.group == "site").astype(bool),
    )
    # whose land it is, or that it is listed, says neither what a place is nor whether it is open, where another list does
    lead = lead.sort_values(["place_id", "is_gone", "is_listing", "is_site", "turn", "order"])
    places["kinds"] = listed(lead.assign(place=range(len(lead))), ["place_id"], "kind", "place")
    lead = lead.drop_duplicates("place_id").set_index("place_id")
    places["kind"], places["status"] = lead["kind"], lead["status"]
    places["licence"] = _licences(licensed, places, rows, events, lead["sources"])
    return _typed(places.reset_index().assign(in_community_hands=pd.NA)), evidence, odd


def best_told(rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """By place, the best of the present records that may be shown and say anything in `columns`."""
    said = rows[rows[columns].notna().any(axis=1) & rows["is_current"] & ~rows["is_hidden"]]
    # what a register says of a place goes before what another says that it is listed there
    order, ascending = ["is_listing", "shares", "turn", "as_at", "record"], [True, True, True, False, True]
    best = said.sort_values(order, ascending=ascending)
    return best.drop_duplicates("place_id").set_index("place_id")


def _licences(
    licensed: Licensed, places: pd.DataFrame, rows: pd.DataFrame, events: pd.DataFrame, kind_sources: pd.Series
) -> pd.Series:
    """The licence of each place's row: that of its name, unless its name, point, owner, tenure, use, who runs it or its hours
    are a share-alike source's, its kind rests on share-alike records alone, or its being shut on one. `kinds`, `n_records` and `as_at` are
    worked out over all its records, and are no part of this."""
    licence, shared = licensed.licence, licensed.shared
    said = kind_sources.astype("str").str.split(", ").explode().map(licence)
    rests = [
        *(places[f"{what}_source"].map(licence) for what in ("name", "point", *TOLD, "hours")),
        rows[rows["status"] != "open"].set_index("place_id")["source"].map(licence),
        said[~said.index.isin(said.index[~said.isin(shared)])],
        _shut_by(licensed, events),
    ]
    rests, code = pd.concat(rests), np.zeros(len(places), dtype=int)
    for n, key in enumerate(shared):
        code += places.index.isin(rests.index[rests == key]).astype(int) << n
    labels = [JOINED.join(key for n, key in enumerate(shared) if c >> n & 1) for c in range(1 << len(shared))]
    return places["name_source"].map(licence).mask(code > 0, pd.Series(labels)[code].to_numpy())


def _shut_by(licensed: Licensed, events: pd.DataFrame) -> pd.Series:
    """By place, the licences of the lists by which it is known to be closed."""
    by_series: dict[str, list[str]] = {}
    for stem, series in licensed.series.items():
        by_series.setdefault(series, []).append(licensed.licence[stem])
    closed = events[(events["event"] == "closed") & events["is_confirmed"]].set_index("place_id")
    series = closed["series"].str.split(", ").explode()
    return series.map(by_series).explode().dropna()


def _organisations(taxonomy: Taxonomy, places: pd.DataFrame) -> pd.DataFrame:
    """Organisations apart from places, so that what rests on them alone is not remade when a place changes; `record` is
    the one that leads, by which a source's own table says more of it."""
    kinds = [kind for kind, entry in taxonomy.kinds.items() if entry.group == "organisation"]
    found = places.loc[places["kind"].isin(kinds), ["place_id", "kind", "area_code", "as_at", "lead_record"]]
    return found.rename(columns={"lead_record": "record"}).reset_index(drop=True)


def _disagreements(rows: pd.DataFrame, kinds: pd.DataFrame) -> pd.DataFrame:
    """Records that a list holds open though the place is confirmed closed as that kind, in the form of the issue table."""
    shut = set(kinds.loc[kinds["status"] == "closed", ["place_id", "kind"]].itertuples(index=False, name=None))
    open_ = rows[rows["is_current"] & (rows["status"] == "open")]
    odd = open_[np.array([key in shut for key in zip(open_["place_id"], open_["kind"], strict=True)], dtype=bool)]
    issue = "this list holds it open, and it is confirmed closed (see place_event of " + odd["place_id"] + ")"
    return pd.DataFrame({"source": odd["source"], "row": 0, "column": "status", "value": odd["name"], "issue": issue})


def _typed(places: pd.DataFrame) -> pd.DataFrame:
    return places[list(PLACE.types)].astype(PLACE.types).sort_values("place_id", ignore_index=True)


def _turn(kind: Kind, source: str) -> int:
    return kind.counted_from.index(source) if source in kind.counted_from else len(kind.counted_from)
