"""Records whose list calls them one kind, told to be another by a second list: a club's bar that a register has as a pub."""

import re

import numpy as np
import pandas as pd
from rapidfuzz import fuzz

from pipelines.places.matching import WORDS_OF_KIND, plain_name
from pipelines.register.taxonomy import Taxonomy

ALIKE = 90.0  # of 100, by the words that two names share


def told_apart(taxonomy: Taxonomy, records: pd.DataFrame) -> pd.Series:
    """The kind of each of `records` (source, kind, name, postcode, reason), by `told_from` of the taxonomy.

    A record is of the other kind where its own name says so and a list of that kind has one of a name alike at its postcode.
    """
    kind = records["kind"].copy()
    usable = records[records["reason"].isna() & records["postcode"].notna() & records["name"].notna()]
    for other, entry in taxonomy.kinds.items():
        if entry.told_from:
            rule = entry.told_from
            named = usable["name"].str.contains(rule.named, case=False, regex=True).astype(bool)
            mine = usable[(usable["kind"] == rule.kind) & named]
            theirs = usable[usable["source"].isin(rule.by)]
            kind.loc[_alike(mine, theirs, rule.named)] = other
    return kind


def _alike(mine: pd.DataFrame, theirs: pd.DataFrame, words: str) -> np.ndarray:
    """The index of the records of `mine` that one of `theirs` at the same postcode is named like, `words` passed over."""
    pairs = mine[["postcode", "name"]].reset_index().merge(theirs[["postcode", "name"]], on="postcode")
    own = {name: _own_words(name, words) for name in {*pairs["name_x"], *pairs["name_y"]}}
    score = [fuzz.token_set_ratio(own[a], own[b]) for a, b in zip(pairs["name_x"], pairs["name_y"], strict=True)]
    return pairs.loc[np.array(score, dtype=float) >= ALIKE, "index"].unique()


def _own_words(name: str, words: str) -> str:
    """What is left of a name without the words that any such place may have: two names of which nothing is left are not alike."""
    left = re.sub(words, " ", plain_name(name)).split()
    return " ".join(word for word in left if len(word) > 1 and word not in WORDS_OF_KIND)
