"""Which place an entry of a register is of: a listing joins the one place that is named like it at its postcode.

An entry of a register (an asset of community value) is about a place and is none itself, and lists write both names as
they please ("The White Hart Public House", "White Hart PH"). So the own words of one name must stand in the other, and
the words that say what kind of place it is must not contradict each other (a library is no tavern). Each entry joins one
place at most, so that it never makes one of two.
"""

import re

import numpy as np
import pandas as pd
from rapidfuzz import fuzz
from scipy.spatial import cKDTree

from pipelines.places.matching import DOOR_M, FAR_M, OTHER_KIND_M, SAME_NAME, WORDS_OF_KIND, core_name, plain_name
from pipelines.register.taxonomy import Kind

AT_THE_POSTCODE = "a register's entry of that name, at its postcode"
NEARBY = "a register's entry of that name, nearby"
ONE_PLACE = "entries of a register on one place"
STRENGTH = 0.6
OF_A_KIND = {  # what a name says of the kind of place; what is not here may be anything
    "pub": {"public", "house", "pub", "ph", "bar", "inn", "tavern", "free", "freehouse"},
    "library": {"library", "libraries"},
    "hall": {"community", "centre", "center", "hall", "hub"},
    "theatre": {"theatre", "theater"},
    "cinema": {"cinema"},
    "museum": {"museum"},
    "cafe": {"cafe", "coffee", "restaurant"},
    "baths": {"baths", "bath", "lido", "pool", "swimming"},
    "mill": {"mill", "mills"},
    "exchange": {"exchange"},
}


def listing_pairs(records: pd.DataFrame, listings: set[str], places: set[str]) -> pd.DataFrame:
    """The pairs of an entry and the record of the place it is of, and of entries that are of one record, in the columns
    of `find_pairs`. `listings` are kinds of entries, `places` the kinds of what they may be of; `records` as there."""
    of_list = np.flatnonzero(records["kind"].isin(listings) & records["is_current"])
    others = np.flatnonzero(records["kind"].isin(places) & records["is_current"])
    pairs = pd.DataFrame(
        {"left": [], "right": [], "rule": [], "name_score": [], "distance_m": [], "strength": []}
    ).astype({"left": int, "right": int, "rule": object, "name_score": float, "distance_m": float, "strength": float})
    if not len(of_list) or not len(others):
        return pairs
    xy = records[["x", "y"]].to_numpy(float)
    near = cKDTree(xy[others]).query_ball_point(xy[of_list], max(FAR_M.values()))
    found = [
        best
        for n, i in enumerate(of_list)
        if (best := _best(records, xy, int(i), others[np.array(near[n], dtype=int)]))
    ]
    twice: dict[int, list[int]] = {}
    for entry, place, *_ in found:
        twice.setdefault(place, []).append(entry)
    found += [(a, b, ONE_PLACE, np.nan, 0.0) for of in twice.values() for n, a in enumerate(of) for b in of[n + 1 :]]
    rows = [(min(a, b), max(a, b), rule, score, metres, STRENGTH) for a, b, rule, score, metres in found]
    return pd.concat([pairs, pd.DataFrame(rows, columns=list(pairs)).astype(pairs.dtypes)], ignore_index=True)


def kinds_joined(kinds: dict[str, Kind]) -> tuple[set[str], set[str]]:
    """The kinds that are entries of a register, and those of the places that such an entry may be of: never an
    organisation, which may be registered anywhere, nor what is not shown one by one."""
    listings = {name for name, kind in kinds.items() if kind.listing}
    return listings, {
        name for name, kind in kinds.items() if kind.group in ("place", "space") and kind.shown and name not in listings
    }


def _best(records: pd.DataFrame, xy: np.ndarray, entry: int, near: np.ndarray) -> tuple | None:
    """The record near an entry that it is of, as (entry, record, rule, name score, metres); None where there is none."""
    name, postcode = _plain(records["name"].iloc[entry]), records["postcode"].iloc[entry]
    candidates = []
    for place in near.tolist():
        other, there = _plain(records["name"].iloc[place]), records["postcode"].iloc[place]
        metres = float(np.hypot(*(xy[entry] - xy[place])))
        same = pd.notna(postcode) and postcode == there
        known = pd.notna(postcode) and pd.notna(there)
        if (same or metres <= (DOOR_M if known else OTHER_KIND_M)) and _may_be_one(name, other):
            score = fuzz.token_sort_ratio(core_name(name), core_name(other))
            rule = AT_THE_POSTCODE if same else NEARBY
            candidates.append((-same, -score, metres, records["record"].iloc[place], place, rule))
    if not candidates:
        return None
    _, score, metres, _, place, rule = min(candidates)
    return entry, place, rule, round(-score, 6), round(metres, 1)


def _may_be_one(name: str, other: str) -> bool:
    """Whether two plain names may be of one place: the own words of one stand in the other, and what they say of its
    kind is not another."""
    own, theirs = (set(text.split()) - set(WORDS_OF_KIND) for text in (name, other))
    kinds, their_kinds = ({k for k, words in OF_A_KIND.items() if words & set(text.split())} for text in (name, other))
    if not own & theirs or (kinds and their_kinds and not kinds & their_kinds):
        return False
    return fuzz.token_set_ratio(core_name(name), core_name(other)) >= SAME_NAME


def _plain(name: str | None) -> str:
    return re.sub(r"\bp h\b", "ph", plain_name(None if pd.isna(name) else name))
