"""What happened to places: first listed, no longer listed, closed. A record that disappears is not a place that closed.

`closed` needs positive evidence (the list itself says so, a lifecycle tag, a correction), or absence from two lists
that are independent of each other, each read whole without it at least twice, 28 days or more apart. Anything less is
`no_longer_listed`. A first appearance is `first_listed`, never opened. Presence is of places, not of records, so what
was drawn anew or renumbered has not gone.
"""

import datetime

import numpy as np
import pandas as pd

from pipelines.areas.claimed import claimed
from pipelines.core import store
from pipelines.core.schema import schema
from pipelines.core.step import Given, Step, Tables
from pipelines.places import corrections
from pipelines.places.identity import present_ids, survivors
from pipelines.places.matching import core_name, plain_name
from pipelines.register.workspace import Workspace

APART_DAYS = 28
KEY = ["series", "place_id", "kind"]
EVENT = schema(
    "event_id str, place_id str, kind str, event str, is_confirmed bool, since datetime64[ms], not_before datetime64[ms]?,"
    "precision str, series str, evidence str",
    key="event_id",
)


def place_event_step(workspace: Workspace) -> Step[Tables]:
    """The step that tells what happened to places."""
    taxonomy = workspace.register.taxonomy
    return Step(
        "places/place_event",
        "places",
        "First listed, no longer listed, confirmed closed.",
        (
            "places/place_record",
            "places/place_identity",
            "geography/areas",
            corrections.CorrectionsRead(workspace.geography, taxonomy, ("closed",)),
        ),
        {
            "no_markers": taxonomy.no_markers,
            "listings": [name for name, kind in taxonomy.kinds.items() if kind.listing],
            "geography": workspace.geography,
            "sources": workspace.register.place_sources,
        },
        make_place_events,
        {"place_event": EVENT},
    )


def make_place_events(given: Given) -> Tables:
    """One row per event: `since` the first day it is known by, `not_before` the last day it was not (null where unknown),
    `precision` day or year, `evidence` in words. Kinds that must carry no marker have none."""
    known = given.frame("places/place_identity")
    ids, now = present_ids(known), survivors(known)
    sightings = given.frame("places/place_record", "place_record.sightings")
    observations = given.frame("places/place_record", "place_record.observations")
    rows = given.frame("places/place_record")
    rows = rows[rows["reason"].isna()]
    closings = [[now.get(c.target, c.target), c.value, c.evidence] for c in given["file/corrections.csv"].lines]
    claims = _claims(given, observations)
    presence = _presence(_with_places(sightings, rows, ids), observations, claims)
    shut = _flagged(rows, ids, _first_shut(sightings))
    events = pd.concat([_first(presence), _gone(presence, rows, ids), shut, _by_hand(closings, rows, ids)])
    marked = rows.loc[rows["kind"].isin(given.definition["no_markers"]), "record"].map(ids)
    # an entry that comes into a register or leaves it is no event of the place: table why.legal_date tells of it
    events = events[~events["place_id"].isin(marked) & ~events["kind"].isin(given.definition["listings"])]
    events["event_id"] = [
        f"e{store.sha256('|'.join(map(str, key)).encode())[:14]}"
        for key in zip(events["place_id"], events["kind"], events["event"], events["series"], strict=True)
    ]
    return {"place_event": events.drop_duplicates("event_id").sort_values("event_id", ignore_index=True)}, {}


def _with_places(sightings: pd.DataFrame, rows: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    newest = rows.assign(place_id=rows["record"].map(ids)).set_index(["series", "source_id"])
    newest = newest[["place_id", "area_code"]]
    newest = newest[~newest.index.duplicated()]
    return sightings.join(newest, on=["series", "source_id"]).dropna(subset="place_id")


def _claims(given: Given, observations: pd.DataFrame) -> dict[str, set[str]]:
    """The areas that each list claims, of those in a series of lists that do not all claim the same."""
    sources, areas = given.definition["sources"], given.frame("geography/areas")
    lists = observations[["series", "source"]].drop_duplicates()
    lists["covers"] = [sources[stem].covers for stem in lists["source"]]
    lists = lists[lists.groupby("series")["covers"].transform("nunique") > 1]
    geography = given.definition["geography"]
    return {
        stem: set(areas.loc[claimed(geography, sources[stem], areas), "area_code"]) for stem in lists["source"].tolist()
    }


def _presence(sightings: pd.DataFrame, observations: pd.DataFrame, claims: dict[str, set[str]]) -> pd.DataFrame:
    """Per series, place and kind: when it was first and last there and not closed, the looks at the lists before and
    after, and whether the last of these holds it closed.

    A look at a list tells of a place that lies where the list claims to look, or that the list has held.
    """
    closed = sightings["status"] == "closed"
    shut = sightings[closed].groupby(KEY)["observed_on"].max()
    days = observations.groupby(["series", "kind", "source"])["observed_on"].apply(set).to_dict()
    lists: dict[tuple, list[str]] = {}
    for series, kind, source in days:
        lists.setdefault((series, kind), []).append(source)
    found = (
        sightings[~closed]
        .groupby(KEY)
        .agg(first=("observed_on", "min"), last=("observed_on", "max"), area=("area_code", "first"))
        .reset_index()
    )
    held = set(sightings[[*KEY, "source"]].drop_duplicates().itertuples(index=False, name=None))
    looks, united = [], {}  # the looks of the same lists are the same, whatever the place
    for *key, area in found[[*KEY, "area"]].itertuples(index=False, name=None):
        series, _, kind = key
        tell = tuple(
            source
            for source in lists[series, kind]
            if source not in claims or area in claims[source] or (*key, source) in held
        )
        if (series, kind, tell) not in united:
            united[series, kind, tell] = sorted(set().union(*(days[series, kind, source] for source in tell)))
        looks.append(united[series, kind, tell])
    found["before"] = [[d for d in days if d < first] for days, first in zip(looks, found["first"], strict=True)]
    found["after"] = [[d for d in days if d > last] for days, last in zip(looks, found["last"], strict=True)]
    latest = pd.Series([days[-1] for days in looks], index=found.index, dtype="datetime64[ms]")
    last_shut = shut.reindex(pd.MultiIndex.from_frame(found[KEY])).to_numpy()
    found["is_held_closed"] = last_shut == latest.to_numpy()
    return found


def _first(presence: pd.DataFrame) -> pd.DataFrame:
    new = presence[presence["before"].map(len) > 0]
    day = lambda date: f"{date:%Y-%m-%d}"  # noqa: E731
    evidence = [
        f"not on the list of {day(b[-1])}, on that of {day(f)}"
        for b, f in zip(new["before"], new["first"], strict=True)
    ]
    return _events(new, "first_listed", True, new["first"], [b[-1] for b in new["before"]], "day", evidence)


def _gone(presence: pd.DataFrame, rows: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    gone = presence[(presence["after"].map(len) > 0) & ~presence["is_held_closed"]]
    since = [days[0] for days in gone["after"]]
    evidence = [
        f"on the list of {last:%Y-%m-%d}, and not on {len(after)} since"
        for last, after in zip(gone["last"], gone["after"], strict=True)
    ]
    listed = _events(gone, "no_longer_listed", False, since, gone["last"], "day", evidence)
    firm = gone[np.array([(days[-1] - days[0]).days >= APART_DAYS for days in gone["after"]], dtype=bool)]
    still = rows[rows["is_current"] & (rows["status"] == "open")]
    still = set(zip(still["record"].map(ids), still["kind"], strict=True))
    two = firm[firm.groupby(["place_id", "kind"])["series"].transform("nunique") >= 2]
    two = two[np.array([key not in still for key in zip(two["place_id"], two["kind"], strict=True)], dtype=bool)]
    if two.empty:
        return listed
    both = (
        two.groupby(["place_id", "kind"])
        .agg(
            series=("series", lambda s: ", ".join(sorted(s))),
            last=("last", "max"),
            after=("after", lambda a: max(d[0] for d in a)),
        )
        .reset_index()
    )
    evidence = [f"gone from {names}, each read whole without it twice or more" for names in both["series"]]
    return pd.concat([listed, _events(both, "closed", True, both["after"], both["last"], "day", evidence)])


def _first_shut(sightings: pd.DataFrame) -> pd.Series:
    """The first day on which its list called each record closed."""
    shut = sightings[sightings["status"] == "closed"]
    return shut.groupby(["series", "source_id"])["observed_on"].min().rename("first_shut")


def _flagged(rows: pd.DataFrame, ids: pd.Series, first_shut: pd.Series) -> pd.DataFrame:
    """What a list itself says is shut, unless it holds the place, or one at the same postcode, open under another entry."""
    rows = rows.assign(place_id=rows["record"].map(ids)).join(first_shut, on=["series", "source_id"])
    shut = rows[rows["is_current"] & (rows["status"] == "closed")]
    open_ = rows[rows["is_current"] & (rows["status"] != "closed")]
    key = ["place_id", "kind", "series"]
    shut = shut[~shut.set_index(key).index.isin(open_.set_index(key).index)]
    shut = shut[~shut["record"].isin(_replaced(shut, open_))]
    shut = shut.sort_values("closed_year", na_position="last").drop_duplicates(key)
    year = shut["closed_year"].astype("Int64")
    since = [
        datetime.datetime(int(y), 1, 1) if pd.notna(y) else day for y, day in zip(year, shut["as_at"], strict=True)
    ]
    evidence = [
        f"{source} says it closed in {y}" if pd.notna(y) else f"{source} says it is closed"
        for source, y in zip(shut["source"], year, strict=True)
    ]
    return _events(shut, "closed", True, since, None, ["year" if pd.notna(y) else "day" for y in year], evidence)


def _replaced(shut: pd.DataFrame, open_: pd.DataFrame) -> set[str]:
    """The closed records whose list has another entry open at the same postcode whose name shares a word of its own:
    renamed or rebuilt, not closed."""
    door = ["series", "kind", "postcode"]
    pairs = shut.dropna(subset="postcode").merge(open_, on=door, suffixes=("", "_open"))
    words = [[set(core_name(plain_name(n)).split()) for n in pairs[c].fillna("")] for c in ("name", "name_open")]
    return {r for r, one, other in zip(pairs["record"], *words, strict=True) if one & other}


def _by_hand(closings: list[list[str]], rows: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    """Closings that corrections.csv tells: of every kind the place is."""
    kinds = rows.assign(place_id=rows["record"].map(ids))[["place_id", "kind"]].drop_duplicates()
    closed = [(ids.get(t, t), v, e) for t, v, e in closings]
    frame = pd.DataFrame(closed, columns=["place_id", "value", "evidence"]).merge(kinds, on="place_id")
    frame["series"] = corrections.FILE
    since = [value + "-01-01"[: 10 - len(value)] if len(value) == 4 else f"{value}-01"[:10] for value in frame["value"]]
    precision = [{4: "year", 7: "month"}.get(len(value), "day") for value in frame["value"]]
    return _events(frame, "closed", True, since, None, precision, frame["evidence"])


def _events(rows: pd.DataFrame, event: str, confirmed: bool, since, not_before, precision, evidence) -> pd.DataFrame:
    events = pd.DataFrame(
        {"place_id": rows["place_id"].to_numpy(), "kind": rows["kind"].to_numpy(), "series": rows["series"].to_numpy()}
    )
    events["event"], events["is_confirmed"] = event, confirmed
    events["since"] = pd.to_datetime(pd.Series(list(since), dtype="object"), format="ISO8601")
    events["not_before"] = (
        pd.to_datetime(pd.Series(list(not_before), dtype="object")) if not_before is not None else pd.NaT
    )
    events["precision"] = precision if isinstance(precision, str) else list(precision)
    events["evidence"] = list(evidence)
    return events.astype({"since": "datetime64[ms]", "not_before": "datetime64[ms]"})
