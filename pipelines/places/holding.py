"""Whether a body bears the name of a place: the name that conflation compares, what is legal form set aside.

A rule, for the reason given in `matching`: a group that asks why its pub is told as community-owned gets the two names.
What a body's name has beyond the place's must say its legal form, or what kind of place it is: `Ivy House Community Pub
Limited` holds the Ivy House, and `Collingham Community Pub Limited` is not Collingham's library.
"""

import re
from functools import cache

from rapidfuzz import fuzz

from pipelines.places.matching import SAME_NAME, plain_name
from pipelines.register.body_rule import Held

FORM = (
    r"\b(?:community benefit society|community interest company|charitable incorporated organisation|(?:co ?)?operative society|industrial and provident society"
    r"|registered society|society|(?:co ?)?op(?:erative)?|charitable trust|trust|cio|company)\b"
)
SMALL = frozenset(["the", "a", "and", "of", "at", "in", "for"])
# Words that many places share: a name made of these alone, and of those that only tell the kind of place, is nobody's.
SHARED = frozenset(
    "association british centre church club committee community council district fund group hall institute legion local management memorial members "
    "new old parish playing field fields recreation ground royal school social sports town united village".split()
)


def bears(place: str, body: str, held: Held) -> float | None:
    """How alike (of 100) the name of a place and that of a body are, where the body's is that of the place; else None."""
    own, theirs = words_of(place), words_of(_without_form(body))
    if held.not_named and re.search(held.not_named, place, re.IGNORECASE):
        return None
    words, core = frozenset(held.words), [word for word in own if word not in SHARED and word not in held.words]
    if not core:
        return None
    if held.bears_word and not words.intersection(theirs):
        return None
    # words of the kind of place count where both names have them
    both = (
        " ".join(word for word in one if word in other or word not in words)
        for one, other in ((own, theirs), (theirs, own))
    )
    likeness = fuzz.token_sort_ratio(*both)
    return round(likeness, 1) if likeness >= SAME_NAME else None


@cache
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name that are compared, without those in brackets and small ones."""
    return tuple(word for word in plain_name(re.sub(r"\(.*?\)", " ", name)).split() if word not in SMALL)


@cache
def _without_form(body: str) -> str:
    """A body's name without what stands in brackets and its legal form; itself where nothing else is left."""
    plain = plain_name(re.sub(r"\(.*?\)", " ", body))
    return " ".join(re.sub(FORM, " ", plain).split()) or plain
