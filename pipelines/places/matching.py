"""Which records mean the same place: pairs by shared identifier, name and distance, and the groups they make.

Rules, not weights learnt from data: an officer who asks why two records are one place gets the rule and its figures.
A probabilistic linker (Splink) was set aside for that reason: with two or three comparable columns and points of known
quality, rules held to labelled pairs are as good, quicker, and the same on every run. Names are compared by RapidFuzz.
"""

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process
from scipy.spatial import cKDTree

FAR_M = {"premises": 150.0, "address": 150.0, "postcode": 300.0}  # how far two points of one place may stand apart
OTHER_KIND_M = 75.0  # records of different kinds are one place only where they all but touch
REPEAT_M = 60.0  # a list that repeats itself does so on the spot
SAME_NAME, LIKE_NAME, PART_NAME = 90.0, 74.0, 62.0  # of 100
DOOR_M, VERY_DOOR_M = 40.0, 20.0  # near enough for a name that is only like; the same for places of different kinds

COMPANY = r"\b(ltd|limited|plc|llp|cic|llc|co)\b"
# What a library, or what it shares its house with, is called from one edition of its list to the next.
DESK = r"\b(?:one stop shop|customer (?:service|services)(?: (?:centre|point))?|information (?:service|centre|point)|neighbourhood hub|access point)\b"
WORDS_OF_KIND = (
    "the", "public", "house", "pub", "ph", "bar", "inn", "tavern", "free", "freehouse", "library", "libraries", "community", "centre", "center",
    "hall", "hub", "theatre", "theater", "cinema", "museum", "cafe", "coffee", "restaurant", "of", "and", "at", "in", "london",
)  # fmt: skip


@dataclass(frozen=True)
class Names:
    """A name three times: `full`, made plain; `whole`, without what stands in brackets; and `core`, without the words
    that only say what kind of place it is."""

    full: np.ndarray
    whole: np.ndarray
    core: np.ndarray


LONGEST = 1_000  # characters of a name that are compared; those of records have 300 at most


def plain_name(name: str | None) -> str:
    """A name as it is compared: lower case, no accents or signs, `&` as and, `St` for Saint, no company endings."""
    text = unicodedata.normalize("NFKD", (name or "")[:LONGEST]).encode("ascii", "ignore").decode().casefold()
    text = re.sub(r"['`]", "", text.replace("&", " and "))
    text = re.sub(r"[^a-z0-9]+", " ", text)
    text = re.sub(COMPANY, " ", text)
    return re.sub(r"\bsaint\b", "st", " ".join(text.split()))


def core_name(whole: str) -> str:
    """A plain name without the words of its kind; the name itself where nothing else is left."""
    return " ".join(word for word in re.sub(DESK, " ", whole).split() if word not in WORDS_OF_KIND) or whole


def find_pairs(records: pd.DataFrame, like: dict[str, str]) -> pd.DataFrame:
    """Every pair of rows of `records` that may be one place, with the rule that says so and how strong it is.

    `records` has series, kind, is_alone (kinds never joined to another), name, postcode, uprn, refers_to (position of
    the row it names, or -1), x, y (projected, metres; NaN is not compared), point_quality, status, is_current. `like` maps a
    kind to the one it is compared as. Columns: left, right (positions, left < right), rule, name_score, distance_m, strength.
    """
    kind = records["kind"].replace(like).to_numpy()
    left, right = _near(records, kind)
    tests = _tests(records, kind, left, right)
    pairs = pd.DataFrame({"left": left, "right": right, **tests})
    pairs = pd.concat([pairs[pairs["rule"] != ""], _referred(records)], ignore_index=True)
    pairs = pairs.sort_values(["strength", "left", "right"], ascending=[False, True, True], kind="stable")
    return pairs.drop_duplicates(["left", "right"]).reset_index(drop=True)


def _near(records: pd.DataFrame, kind: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    xy = records[["x", "y"]].to_numpy(float)
    placed = np.flatnonzero(np.isfinite(xy).all(axis=1))
    found = [_within(xy, placed, OTHER_KIND_M)]
    for one in np.unique(kind[placed]):
        found.append(_within(xy, placed[kind[placed] == one], max(FAR_M.values())))
    pairs = np.unique(np.sort(np.vstack(found), axis=1), axis=0)
    left, right = pairs[:, 0], pairs[:, 1]
    alone, series = records["is_alone"].to_numpy(), records["series"].to_numpy()
    keep = (kind[left] == kind[right]) | ~(alone[left] | alone[right])
    repeats = series[left] == series[right]
    near = np.hypot(*(xy[left] - xy[right]).T) <= REPEAT_M
    current = records["is_current"].to_numpy()
    keep &= ~repeats | near | (current[left] != current[right])
    return left[keep], right[keep]


def _within(xy: np.ndarray, positions: np.ndarray, radius: float) -> np.ndarray:
    if len(positions) < 2:
        return np.empty((0, 2), dtype=np.int64)
    return positions[cKDTree(xy[positions]).query_pairs(radius, output_type="ndarray")]


def _tests(records: pd.DataFrame, kind: np.ndarray, left: np.ndarray, right: np.ndarray) -> dict:
    names = _names(records["name"])
    xy = records[["x", "y"]].to_numpy(float)
    distance = np.hypot(*(xy[left] - xy[right]).T)
    same_kind = kind[left] == kind[right]
    score, part, same_full = _name_scores(names, left, right, same_kind)
    both = lambda column: _equal(records[column], left, right)  # noqa: E731
    uprn, postcode = both("uprn"), both("postcode")
    far = records["point_quality"].map(FAR_M).to_numpy(float)
    allowed = np.where(same_kind, np.maximum(far[left], far[right]), OTHER_KIND_M)
    repeats = (records["series"].to_numpy()[left] == records["series"].to_numpy()[right]) & (
        records["is_current"].to_numpy()[left] & records["is_current"].to_numpy()[right]
    )
    near = (distance <= DOOR_M) | (postcode & (distance <= allowed))
    rules = [
        ("same property number and a like name", uprn & (score >= PART_NAME), 3.0),
        ("same name nearby", (score >= SAME_NAME) & (distance <= allowed), 2.0),
        ("like name at the same door or postcode", same_kind & (score >= LIKE_NAME) & near, 1.0),
        ("like name at the very door", (score >= LIKE_NAME) & (distance <= VERY_DOOR_M), 0.75),
        ("name within the other's, at the same door or postcode", same_kind & (part >= SAME_NAME) & near, 0.5),
    ]
    rule, strength = np.full(len(left), "", dtype=object), np.zeros(len(left))
    for name, holds, worth in rules:
        fresh = holds & (rule == "")
        rule[fresh], strength[fresh] = name, worth
    # a list tells apart what it lists twice, unless it says the very same
    rule[repeats & ~(same_full & same_kind & (distance <= REPEAT_M))] = ""
    # what a list calls closed gives way to what it calls open, where both resemble a third
    shut = (records["status"] == "closed").to_numpy()
    strength = strength - 5.0 * (shut[left] != shut[right])
    strength = strength + score / 200 + (1 - np.minimum(distance / 400, 1)) / 4
    return {"rule": rule, "name_score": score, "distance_m": np.round(distance, 1), "strength": np.round(strength, 6)}


def _names(names: pd.Series) -> Names:
    which, texts = pd.factorize(names.fillna(""))
    full = [plain_name(text) for text in texts]
    whole = [plain_name(re.sub(r"\(.*?\)", " ", text)) or plain for text, plain in zip(texts, full, strict=True)]
    core = [core_name(name) for name in whole]
    return Names(*(np.array(column, dtype=object)[which] for column in (full, whole, core)))


def _name_scores(names: Names, left: np.ndarray, right: np.ndarray, same_kind: np.ndarray):
    """Likeness of whole names (of their cores too, where the kinds are the same: across kinds the word of the kind is
    what tells Oakwood Library from the Oakwood Tavern), likeness where one is within the other, and the very same name."""
    if not len(left):
        return np.zeros(0), np.zeros(0), np.zeros(0, dtype=bool)
    compare = lambda column, how: process.cpdist(column[left], column[right], scorer=how, dtype=np.float64)  # noqa: E731
    known = (names.full[left] != "") & (names.full[right] != "")
    whole = compare(names.whole, fuzz.token_sort_ratio)
    score = np.where(same_kind, np.maximum(whole, compare(names.core, fuzz.token_sort_ratio)), whole)
    part = compare(names.core, fuzz.token_set_ratio)
    return np.where(known, score, 0), np.where(known, part, 0), known & (names.full[left] == names.full[right])


def _equal(column: pd.Series, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    values, known = column.to_numpy(dtype=object), column.notna().to_numpy()
    return known[left] & known[right] & (values[left] == values[right])


def _referred(records: pd.DataFrame) -> pd.DataFrame:
    """Pairs in which one record names the other by its identifier."""
    right = records["refers_to"].to_numpy()
    left = np.flatnonzero(right >= 0)
    right = right[left]
    xy = records[["x", "y"]].to_numpy(float)
    distance = np.hypot(*(xy[left] - xy[right]).T)
    rows = {"left": np.minimum(left, right), "right": np.maximum(left, right), "rule": "one names the other"}
    return pd.DataFrame(rows | {"name_score": np.nan, "distance_m": np.round(distance, 1), "strength": 9.0})


def group(records: pd.DataFrame, pairs: pd.DataFrame) -> np.ndarray:
    """The group of each row of `records`, as the position of its first row; strongest pairs join first.

    A group holds two current records of one series only where that pair itself was found: two venues that a list keeps
    apart are not joined by way of a third record that resembles both.
    """
    parent = np.arange(len(records))
    members = {i: [i] for i in range(len(records))}
    found = set(zip(pairs["left"], pairs["right"], strict=True))
    series, current = records["series"].to_numpy(), records["is_current"].to_numpy()

    def clash(a: int, b: int) -> bool:
        return any(
            series[i] == series[j] and current[i] and current[j] and (min(i, j), max(i, j)) not in found
            for i in members[a]
            for j in members[b]
        )

    for left, right in zip(pairs["left"], pairs["right"], strict=True):
        a, b = sorted((parent[left], parent[right]))
        if a != b and not clash(a, b):
            members[a] += members.pop(b)
            parent[members[a]] = a
    return parent
