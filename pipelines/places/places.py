"""Records to places: one row a place, with its name and point by whose word, from the records that conflation joined."""

import numpy as np
import pandas as pd

from pipelines.core.query import listed
from pipelines.core.step import Given, Step, Tables
from pipelines.places import corrections
from pipelines.places.accounting import count_outcomes, outcomes
from pipelines.places.corrected import correct_places, correct_records, correction_table, without_effect
from pipelines.places.identity import present_ids, survivors
from pipelines.places.kinds import place_kinds, with_subsets
from pipelines.register.register import Kind, Taxonomy
from pipelines.register.source import Licence
from pipelines.register.workspace import Workspace

QUALITY = {"premises": 0, "address": 1, "postcode": 2}
PLACE_COLUMNS = [
    "place_id", "kind", "kinds", "name", "name_source", "point_source", "point_quality", "area_code", "x", "y", "longitude",
    "latitude", "status", "owner_kind", "owner_source", "owner_as_at", "run_by", "run_by_source", "run_by_as_at", "n_records", "lead_record", "as_at", "publish", "licence",
]  # fmt: skip
NOT_TEXT = ("x", "y", "longitude", "latitude", "n_records", "as_at", "owner_as_at", "run_by_as_at")


def place_step(workspace: Workspace) -> Step:
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
            f"table/{geography.boundaries.source}",
            corrections.CorrectionsRead(geography, register.taxonomy),
        ),
        {
            "taxonomy": register.taxonomy,
            "geography": geography,
            "licence": {stem: source.licence for stem, source in register.place_sources.items()},
            "licences": register.licences,
        },
        make_places,
    )


def make_places(given: Given) -> Tables:
    """Tables `place`, `place.kinds` (place, kind, status, is_counted, rule), `place.records` (record, place, outcome,
    rule), a table for each kind of the places that count (see `counted_table`), and `place.corrections` (each line, the source's value beside it, and whether it was applied or retired).

    A place's name and point are those of its best source that may be shown: open government data before share-alike,
    then the source its kind is counted from, then (for the point) the finer one. Raises Problem where a correction
    names a place or record that is not there.
    """
    taxonomy, geography = given.definition["taxonomy"], given.definition["geography"]
    outlines = corrections.Outlines(given[f"table/{geography.boundaries.source}"].path, geography)
    rows, known = given.frame("places/place_record"), given.frame("places/place_identity")
    ids, lines = present_ids(known), given["file/corrections.csv"].resolved(survivors(known))
    usable = rows[rows["reason"].isna()].copy()
    usable["place_id"] = usable["record"].map(ids)
    usable, applied = correct_records(outlines, lines, usable)
    shown = _shown_first(usable)
    applied = without_effect(applied, shown["record"])
    happened = given.frame("places/place_event")
    kinds = place_kinds(taxonomy, shown, happened)
    places = _places(taxonomy, given.definition["licence"], given.definition["licences"], shown, kinds)
    places, kinds, more = correct_places(taxonomy, outlines, lines, ids, happened, places, kinds)
    kinds = with_subsets(taxonomy, places, kinds)
    outcome = outcomes(taxonomy, rows, usable, places, kinds)
    return {
        "place": places,
        "place.organisations": _organisations(taxonomy, places),
        "place.issues": _disagreements(shown, kinds),
        "place.kinds": kinds,
        "place.records": outcome,
        "place.corrections": correction_table(applied + more),
        **{counted_table(kind): _counted(kind, places, kinds) for kind in taxonomy.counted()},
    }, {
        "counts": count_outcomes(outcome),
        "retired": [row["line"] for row in applied + more if row["state"] == "retired"],
    }


def counted_table(kind: str) -> str:
    """The name of the table of the places that count for a kind, by id: `place_id`, `x`, `y`. A table of its own, so that
    a change to one kind of place leaves alone what rests on the others."""
    return f"place.counted.{kind}"


def _counted(kind: str, places: pd.DataFrame, kinds: pd.DataFrame) -> pd.DataFrame:
    counted = kinds.loc[(kinds["kind"] == kind) & kinds["is_counted"], ["place_id"]]
    return places[["place_id", "x", "y"]].merge(counted, on="place_id").sort_values("place_id", ignore_index=True)


def _shown_first(rows: pd.DataFrame) -> pd.DataFrame:
    """Records without those that may not be shown, wherever a place has a present one that may: what only a closed list
    says of a place must not be told by way of that place."""
    shown = rows.loc[(rows["publish"] == "rows") & rows["is_current"], "place_id"]
    return rows[(rows["publish"] == "rows") | ~rows["place_id"].isin(shown)]


def _places(
    taxonomy: Taxonomy,
    licence: dict[str, str],
    licences: dict[str, Licence],
    rows: pd.DataFrame,
    kinds: pd.DataFrame,
) -> pd.DataFrame:
    order = {kind: n for n, kind in enumerate(taxonomy.kinds)}
    rows = rows.assign(
        is_hidden=rows["publish"] != "rows", is_past=~rows["is_current"],
        shares=rows["source"].map(lambda stem: licences[licence[stem]].share_alike).astype(bool),
        is_unnamed=rows["name"].isna(),
        turn=[_turn(taxonomy.kinds[k], s) for k, s in zip(rows["kind"], rows["source"], strict=True)],
        coarse=rows["point_quality"].map(QUALITY),
    )  # fmt: skip
    best = rows.sort_values(["is_past", "is_hidden", "shares", "is_unnamed", "turn", "record"]).drop_duplicates(
        "place_id"
    )
    spot = rows.sort_values(["is_past", "is_hidden", "shares", "coarse", "turn", "record"]).drop_duplicates("place_id")
    places = best.set_index("place_id")[["name", "source", "publish", "record"]]
    places = places.rename(columns={"source": "name_source", "record": "lead_record"})
    spot = spot.set_index("place_id")
    places["point_source"] = spot["source"]
    for column in ("point_quality", "area_code", "x", "y", "longitude", "latitude"):
        places[column] = spot[column]
    for column in ("owner_kind", "run_by"):
        said = rows[rows[column].notna() & rows["is_current"] & ~rows["is_hidden"]]
        said = (
            said.sort_values(["turn", "as_at", "record"], ascending=[True, False, True])
            .drop_duplicates("place_id")
            .set_index("place_id")
        )
        of = column.removesuffix("_kind")
        places[column], places[f"{of}_source"], places[f"{of}_as_at"] = said[column], said["source"], said["as_at"]
    shown = rows[rows["is_current"]].groupby("place_id")
    places["n_records"] = shown.size().reindex(places.index).fillna(0).astype("int64")
    places["as_at"] = rows.groupby("place_id")["as_at"].max()
    rank = {"open": 0, "temporarily_closed": 1, "closed": 2, "replaced": 3, "no_longer_listed": 4}
    lead = kinds.assign(turn=kinds["status"].map(rank), order=kinds["kind"].map(order)).sort_values(
        ["place_id", "turn", "order"]
    )
    places["kinds"] = listed(lead.assign(place=range(len(lead))), ["place_id"], "kind", "place")
    lead = lead.drop_duplicates("place_id").set_index("place_id")
    places["kind"], places["status"] = lead["kind"], lead["status"]
    places["licence"] = _licences(places, rows, licence)
    return _typed(places.reset_index())


def _licences(places: pd.DataFrame, rows: pd.DataFrame, licence: dict[str, str]) -> pd.Series:
    """The licence of each place's row: share-alike where its name, point or kind, or its being shut, rests on a
    share-alike record alone."""
    shared = (
        rows[rows["shares"]]
        .sort_values("record")
        .drop_duplicates("place_id")
        .set_index("place_id")["source"]
        .map(licence)
    )
    free = rows[~rows["shares"]]
    own = pd.MultiIndex.from_arrays([places.index, places["kind"]])
    rests = ~own.isin(pd.MultiIndex.from_frame(free[["place_id", "kind"]]))
    for column in ("name_source", "point_source"):
        rests |= places[column].isin(set(rows.loc[rows["shares"], "source"])).to_numpy()
    rests |= places.index.isin(rows.loc[rows["shares"] & (rows["status"] != "open"), "place_id"])
    return places["name_source"].map(licence).mask(rests, shared.reindex(places.index))


def _organisations(taxonomy: Taxonomy, places: pd.DataFrame) -> pd.DataFrame:
    """Organisations apart from places, so that what rests on them alone is not remade when a place changes."""
    kinds = [kind for kind, entry in taxonomy.kinds.items() if entry.group == "organisation"]
    return places.loc[places["kind"].isin(kinds), ["place_id", "kind", "area_code", "as_at"]].reset_index(drop=True)


def _disagreements(rows: pd.DataFrame, kinds: pd.DataFrame) -> pd.DataFrame:
    """Records that a list holds open though the place is confirmed closed as that kind, in the form of the issue table."""
    shut = set(kinds.loc[kinds["status"] == "closed", ["place_id", "kind"]].itertuples(index=False, name=None))
    open_ = rows[rows["is_current"] & (rows["status"] == "open")]
    odd = open_[np.array([key in shut for key in zip(open_["place_id"], open_["kind"], strict=True)], dtype=bool)]
    issue = "this list holds it open, and it is confirmed closed (see place_event of " + odd["place_id"] + ")"
    table = pd.DataFrame({"source": odd["source"], "row": 0, "column": "status", "value": odd["name"], "issue": issue})
    return table.astype({"row": "int64"} | dict.fromkeys(("source", "column", "value", "issue"), "str"))


def _typed(places: pd.DataFrame) -> pd.DataFrame:
    texts = [c for c in PLACE_COLUMNS if c not in NOT_TEXT]
    return places[PLACE_COLUMNS].astype(dict.fromkeys(texts, "str")).sort_values("place_id").reset_index(drop=True)


def _turn(kind: Kind, source: str) -> int:
    return kind.counted_from.index(source) if source in kind.counted_from else len(kind.counted_from)
