"""Place ids: given once and kept from refresh to refresh, in DIR/identity.parquet, whatever is conflated later."""

import logging
from collections.abc import Set
from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.core import store
from pipelines.core.schema import schema
from pipelines.core.step import Given, Keep, KeptRead, Output, Step, Tables
from pipelines.places.collect import collect_records, place_record_step
from pipelines.places.conflate import conflate, place_group_step
from pipelines.register.workspace import IDENTITY, Workspace

log = logging.getLogger("commonground.places")
IDS = schema(
    "place_id str, source str, source_id str, first_seen str, last_seen str, superseded_by str?", key="source source_id"
)
COLUMNS = list(IDS.types)


def new_id(record: str) -> str:
    """The id that a place gets from its first record: the same wherever the record is met first."""
    return f"p{store.sha256(record.encode())[:14]}"


def fold(
    known: pd.DataFrame,
    groups: pd.DataFrame,
    seen: pd.DataFrame,
    series: dict[str, str],
    parted: Set[str] = frozenset(),
) -> pd.DataFrame:
    """The identity table after one more look: `known` (COLUMNS), `groups` (record, leader), `seen` (record, source,
    source_id, first_seen, last_seen: when we first and last read it, as text), `series` of each source.

    A record seen before keeps its place, in a later edition of its list too; one of `parted` leaves it for a place of
    its own. A group whose records have several places is a merge: the oldest id (first
    seen earliest, then in order of id) stays, and the others point at it. New records take the place of their group,
    or a new one, made from the record of the group that was seen first.
    """
    rows = groups.merge(seen, on="record", validate="1:1")
    before = known.assign(record=known["source"] + "|" + known["source_id"])
    own = present_ids(before)
    edition = lambda frame: frame["source"].map(series).fillna(frame["source"]) + "|" + frame["source_id"]  # noqa: E731
    by_edition = pd.Series(own.to_numpy(), index=edition(before))
    by_edition = by_edition[~by_edition.index.duplicated()]
    age = before.groupby("place_id")["first_seen"].min()
    rows["place_id"] = rows["record"].map(own).fillna(edition(rows).map(by_edition))
    rows.loc[rows["record"].isin(parted), "place_id"] = None
    has = rows.dropna(subset="place_id")[["leader", "place_id"]].drop_duplicates()
    has = has.assign(age=has["place_id"].map(age)).sort_values(["age", "place_id"])
    chosen = has.groupby("leader")["place_id"].first()
    fresh = rows[~rows["leader"].isin(chosen.index)]
    # a record parted by hand may be the one that gave its old place its id: its own is made of another word
    seeds = fresh["record"] + np.where(fresh["record"].isin(parted), "|own", "")
    fresh = fresh.assign(place_id=seeds.map(new_id)).sort_values(["first_seen", "place_id"])
    chosen = pd.concat([chosen, fresh.groupby("leader")["place_id"].first()])
    to = has["leader"].map(chosen)
    points_at = dict(zip(has["place_id"][to != has["place_id"]], to[to != has["place_id"]], strict=True))
    added = rows[~rows["record"].isin(before["record"]) | rows["record"].isin(parted)].assign(superseded_by=None)
    added["place_id"] = added["leader"].map(chosen)
    before = before[~before["record"].isin(parted & set(rows["record"]))]
    last = rows.set_index("record")["last_seen"]
    before["last_seen"] = before["record"].map(last).fillna(before["last_seen"])
    both = pd.concat([before, added], ignore_index=True)[COLUMNS]
    both["superseded_by"] = both["superseded_by"].where(both["superseded_by"].notna(), both["place_id"].map(points_at))
    return both.astype("str").sort_values(["source", "source_id"]).reset_index(drop=True)


def nothing() -> pd.DataFrame:
    """The identity table before the first look."""
    return pd.DataFrame({column: pd.Series([], dtype="str") for column in COLUMNS})


def survivors(identity: pd.DataFrame) -> dict[str, str]:
    """The place that stands now for each one that was merged away, merges followed to their end."""
    to = (
        identity.dropna(subset="superseded_by")
        .drop_duplicates("place_id")
        .set_index("place_id")["superseded_by"]
        .to_dict()
    )
    found = {}
    for start in to:
        place_id, walked = start, set()
        while place_id in to and place_id not in walked:
            walked.add(place_id)
            place_id = to[place_id]
        found[start] = place_id
    return found


def present_ids(identity: pd.DataFrame) -> pd.Series:
    """The place id that each record (`source|source_id`) has now, merges followed to their end."""
    ids = identity["place_id"].replace(survivors(identity))
    return pd.Series(ids.to_numpy(), index=identity["source"] + "|" + identity["source_id"])


def place_identity_step(workspace: Workspace) -> Step[Tables]:
    """The step that keeps place ids. Where they are lost it goes through all that its own inputs are made of."""
    records, groups = place_record_step(workspace), place_group_step(workspace)
    return Step(
        "places/place_identity",
        "places",
        "Place ids, given once and kept.",
        (records.key, groups.key, *records.reads, *groups.reads, KeptRead(IDENTITY)),
        {**records.definition, **groups.definition},
        make_identity,
        {"place_identity": IDS},
        keeps=Keep(IDENTITY, _bytes, _sha),
    )


def make_identity(given: Given) -> Tables:
    """Table `place_identity`, kept as DIR/identity.parquet: which place each record ever seen belongs to.

    Where the file is lost or damaged, every look at the lists is gone through again, from the snapshots that are kept. What was
    joined stays joined when rules change; to have all of it judged anew, remove the file.
    """
    path = given[f"kept/{IDENTITY}"]
    if path.exists() and not is_readable(path):
        aside = store.move_aside(path.parent, path)
        log.warning("%s is damaged and was moved to %s; every look at the lists is gone through again", path, aside)
    known = pd.read_parquet(path) if path.exists() else _replay(given)
    seen = _seen(given.frame("places/place_record"))
    return {"place_identity": fold(known, given.frame("places/place_group"), seen, *_rules(given))}, {}


def is_readable(path: Path) -> bool:
    """True where the file is an identity table."""
    try:
        return list(pd.read_parquet(path).columns) == COLUMNS
    except (OSError, ValueError):  # Arrow's own errors are of these kinds
        return False


def _bytes(identity: Output) -> bytes:
    return identity.path.read_bytes()


def _sha(identity: Output) -> str:
    return identity.hashes[identity.stem]


def _replay(given: Given) -> pd.DataFrame:
    """The identity table as the looks before the present one left it."""
    held = {stem: given[f"history/{stem}"] for stem in given.definition["sources"]}
    lines = sorted((line for lines in held.values() for line in lines), key=lambda line: line["run_at"])
    runs = list(dict.fromkeys(line["run"] for line in lines))
    identity = nothing()
    for number in range(1, len(runs)):
        then = {s: [x for x in lines if x["run"] in runs[:number]] for s, lines in held.items()}
        records, _, _ = collect_records(given, then)
        alone, like, listings = (given.definition[name] for name in ("alone", "like", "listings"))
        groups, _, _ = conflate(records, alone, like, given["file/joins"], listings)
        identity = fold(identity, groups, _seen(records), *_rules(given))
    return identity


def _rules(given: Given) -> tuple[dict[str, str], set[str]]:
    """The series of each source, and the records that a correction gives a place of their own."""
    series = {stem: source.places.series or stem for stem, source in given.definition["sources"].items()}
    return series, {target for target, field, _ in given["file/joins"] if field == "own_place"}


def _seen(records: pd.DataFrame) -> pd.DataFrame:
    columns = ["record", "source", "source_id", "first_seen", "last_seen"]
    return records.loc[records["reason"].isna(), columns]
