"""The step that finds what tells of a place that a community holds: a body registered for the premises, or an award for them.

What a register says by row is told only where its licence clears rows, or an operator decided that it does. Of a register
that clears counts alone, a release tells that it has a body of a place's name at the place's postcode (a lead, with the
register named), and nothing of the body: no name, number or form. Of one that clears nothing, nothing.
"""

from collections import defaultdict

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from pipelines.core.schema import schema
from pipelines.core.step import Given, Step, Tables
from pipelines.places.bodies import LEAD, read_bodies
from pipelines.places.holding import bears, words_of
from pipelines.places.identity import present_ids
from pipelines.register.body_rule import Held
from pipelines.register.source import Source
from pipelines.register.workspace import Workspace
from pipelines.tables.doors import same_door
from pipelines.tables.snapshot import HistoryRead

EVIDENCE = schema(
    "place_id str, evidence str, body str, source str, body_id str?, as_at datetime64[ms]?, words str?, name_score float64?, address str?",
    key="place_id source body_id",
)
REGISTER = schema(
    "source str, body str, use str, covers_nation bool, as_at datetime64[ms]?, n_bodies int64, n_places_compared int64, n_places_found int64",
    key="source",
)
FOUND = ["place_id", "evidence", "body_id", "words", "name_score", "address"]
NEAR_M = 100.0  # how far a place whose lists give no postcode may stand from the middle of a body's
DOOR, POSTCODE, NEAR = "door", "postcode", "near"  # by what an address is that of a place; the surest first


def community_step(workspace: Workspace) -> Step[Tables]:
    """The step that holds bodies against the places of the kinds that a community may hold."""
    register, geography = workspace.register, workspace.geography
    sources = register.body_sources
    return Step(
        "places/community",
        "places",
        "Bodies registered for the premises of a place, and awards for one: what tells that a community holds it.",
        (
            *("places/place_record", "places/place_identity", "geography/areas", "geography/postcode"),
            *(f"table/{stem}" for stem in sources),
            *(HistoryRead(source, geography) for source in sources.values()),
        ),
        {
            "sources": sources,
            "held_by": register.taxonomy.held_by,
            "nation": [stem for stem, s in sources.items() if s.covers and geography.covers[s.covers] == "nation"],
        },
        make_community,
        {"community": EVIDENCE, "community.registers": REGISTER},
    )


def make_community(given: Given) -> Tables:
    """Tables `community` (a row a place and body: `evidence` is owned, run or lead; of a register that clears no rows, a
    lead a place, without `body_id` and `words`) and `community.registers` (what each register was good for, and how many
    places were held against it).

    A body is a place's where it bears its name (see `holding`) at its postcode, and where both addresses have a number, at
    that number (`address`: door, or postcode). Where no list gives a place's postcode, a body whose postcode's middle is
    within 100 m is a lead (near). An award, which gives no address, is that of the one place of its authority that bears its
    name in two words or more; where it names no authority, of the one place of the nation, and then but a lead. Only
    records that may be shown are compared: what only a closed list says of a place is not published by way of that place.
    """
    held: dict[str, Held] = given.definition["held_by"]
    records, found, registers = _records(given, held), [], []
    for stem, source in given.definition["sources"].items():
        history, available = given[f"history/{stem}"], given[f"table/{stem}"].meta["available"]
        use = _use(source) if available and history else "not_read"
        kinds = [kind for kind, entry in held.items() if source.bodies.body in entry.bodies]
        mine = records[records["kind"].isin(kinds)]
        own, n, compared = pd.DataFrame(columns=FOUND), 0, 0
        if use not in ("not_read", "nothing"):
            bodies = read_bodies(source.bodies, given.frame(f"table/{stem}"))
            if source.bodies.postcode:
                pairs = [*_by_postcode(held, mine, bodies), *_nearby(held, mine, bodies, given)]
            else:
                pairs = _by_name(held, mine, bodies)
            own = _told(_best_of_each(pairs), use)
            n, compared = len(bodies), mine["place_id"].nunique()
        # of a list of one day that states none, the day it was read tells nothing
        is_dated = bool(history) and bool(source.vintage or source.cadence != "once")
        as_at = pd.Timestamp(history[-1]["day"]) if is_dated else pd.NaT
        found.append(own.assign(body=source.bodies.body, source=stem, as_at=as_at))
        covers = stem in given.definition["nation"]
        registers.append([stem, source.bodies.body, use, covers, as_at, n, compared, own["place_id"].nunique()])
    evidence = pd.concat([pd.DataFrame(columns=list(EVIDENCE.types)), *(frame for frame in found if len(frame))])
    evidence = evidence[list(EVIDENCE.types)].astype(EVIDENCE.types)
    table = pd.DataFrame(registers, columns=list(REGISTER.types)).astype(REGISTER.types)
    return {
        "community": evidence.sort_values(["place_id", "source", "body_id"], ignore_index=True),
        "community.registers": table.sort_values("source", ignore_index=True),
    }, {}


def _records(given: Given, held: dict[str, Held]) -> pd.DataFrame:
    """The present records of kinds that may be held, that may be shown and have a name, with their place and authority."""
    records = given.frame("places/place_record")
    shown = records["is_current"] & (records["publish"] == "rows") & records["area_code"].notna()
    records = records[shown & records["name"].notna() & records["kind"].isin(held)]
    ids = present_ids(given.frame("places/place_identity"))
    areas = given.frame("geography/areas").set_index("area_code")["authority_code"]
    return records.assign(
        place_id=records["record"].map(ids), authority_code=records["area_code"].map(areas).astype("str")
    )


def _use(source: Source) -> str:
    """What a register may be used for: evidence, leads, or nothing."""
    return {"rows": "evidence", "aggregates": "leads"}.get(source.publish, "nothing")


def _by_postcode(held: dict[str, Held], records: pd.DataFrame, bodies: pd.DataFrame) -> list[tuple]:
    """The pairs of a place and a body of one of its names at one of its postcodes, and not at another number."""
    at = records.dropna(subset="postcode")[["place_id", "postcode", "door"]].drop_duplicates()
    has_door = at.groupby(["place_id", "postcode"])["door"].transform("count") > 0
    at = at[at["door"].notna() | ~has_door]  # a list that gives no number does not gainsay one that does
    both = at.merge(bodies.dropna(subset="postcode"), on="postcode", suffixes=("", "_of_body"))
    both = both.merge(records[["place_id", "kind", "name"]].drop_duplicates(), on="place_id")
    found = []
    for row in both.itertuples():
        known = isinstance(row.door, str) and isinstance(row.door_of_body, str)
        if known and not same_door(row.door, row.door_of_body):
            continue
        if (score := _likeness(row.name, row.names, held[row.kind])) is not None:
            found.append((row.place_id, row.tells, row.body_id, row.words, score, DOOR if known else POSTCODE))
    return found


def _nearby(held: dict[str, Held], records: pd.DataFrame, bodies: pd.DataFrame, given: Given) -> list[tuple]:
    """The same of places whose lists give no postcode, near the middle of the body's: leads."""
    with_postcode = records.loc[records["postcode"].notna(), "place_id"]
    places = records[~records["place_id"].isin(with_postcode) & (records["point_quality"] != "postcode")]
    points = given.frame("geography/postcode", columns=["postcode", "x", "y"]).drop_duplicates("postcode")
    bodies = bodies.merge(points, on="postcode")
    if not len(bodies) or not len(places):
        return []
    tree = cKDTree(places[["x", "y"]].to_numpy(float))
    near = tree.query_ball_point(bodies[["x", "y"]].to_numpy(float), NEAR_M)
    rows, found = list(places.itertuples()), []
    for body, hits in zip(bodies.itertuples(), near, strict=True):
        for place in (rows[i] for i in hits):
            if (score := _likeness(place.name, body.names, held[place.kind])) is not None:
                found.append((place.place_id, LEAD, body.body_id, body.words, score, NEAR))
    return found


def _by_name(held: dict[str, Held], records: pd.DataFrame, bodies: pd.DataFrame) -> list[tuple]:
    """The pairs of an award and the one place of its name: in its authority, or (a lead) in the nation."""
    names = records[["place_id", "kind", "name", "authority_code"]].drop_duplicates()
    rows, having = list(names.itertuples()), defaultdict(set)
    for n, row in enumerate(rows):
        for word in words_of(row.name):
            having[word].add(n)
    found = []
    for body in bodies.itertuples():
        known = isinstance(body.authority_code, str)
        some = {n for name in body.names for word in words_of(name) for n in having[word]}  # a word in common at least
        near = [rows[n] for n in sorted(some) if not known or rows[n].authority_code == body.authority_code]
        likely = ((row.place_id, _likeness(row.name, body.names, held[row.kind])) for row in near)
        hits = {place: score for place, score in likely if score is not None}
        enough = any(row.place_id in hits and len(words_of(row.name)) > 1 for row in near)
        if len(hits) == 1 and enough:  # without an address one word is too little
            found += [(p, body.tells if known else LEAD, body.body_id, body.words, s, None) for p, s in hits.items()]
    return found


def _likeness(name: str, names: list[str], held: Held) -> float | None:
    return max((score for other in names if (score := bears(name, other, held)) is not None), default=None)


def _best_of_each(pairs: list[tuple]) -> pd.DataFrame:
    """Each pair of a place and a body once, by its surest address and likest name."""
    frame = pd.DataFrame(pairs, columns=FOUND)
    frame = frame.assign(turn=frame["address"].map({DOOR: 0, POSTCODE: 1, NEAR: 2}))
    frame = frame.sort_values(["turn", "name_score", "body_id"], ascending=[True, False, True], kind="stable")
    return frame.drop_duplicates(["place_id", "body_id"])[FOUND]


def _told(own: pd.DataFrame, use: str) -> pd.DataFrame:
    """What may be told of what was found: all of it, or (leads) that there is something, once a place."""
    if use == "evidence":
        return own
    hidden = {"evidence": LEAD, "body_id": None, "words": None, "name_score": np.nan}
    return own.drop_duplicates("place_id").assign(**hidden, address=own["address"].replace(DOOR, POSTCODE))
