"""Which names are near one that was typed: by whole words first, else by spelling. A code is near nothing: another code that
differs in a digit is another area, and no better guess than any."""

import re
import unicodedata
from collections.abc import Iterable

from rapidfuzz.distance import OSA

PASSED_OVER = frozenset("the of and upon on in".split())
CODE = re.compile(r"[a-z]{0,3}\d{4,}|p[0-9a-f]{14}", re.IGNORECASE)
ALIKE = 0.72  # share of letters that need not change: one of four is too much, two of nine are not
VERY_ALIKE = 0.86  # the same, where the first letter is another
LONG_ENOUGH = 4  # letters of a word that may be misspelled: of shorter ones too many differ by one


def is_code(text: str) -> bool:
    """True for what has the form of a code or an id, right or wrong."""
    return bool(CODE.fullmatch(text.strip()))


def near(wanted: str, names: Iterable[str], n: int = 3) -> list[str]:
    """At most `n` of `names` that may be meant, the nearest first; none for a code.

    Those that share whole words with it (all of one are among those of the other) are meant before any that is only spelled
    alike: Hull is in "Kingston upon Hull" and not in Solihull.
    """
    ours = _words(wanted)
    if is_code(wanted) or not ours:
        return []
    known = [(name, theirs) for name in dict.fromkeys(names) if (theirs := _words(name))]
    shared = [(len(set(ours) ^ set(theirs)), name) for name, theirs in known if _are_within(ours, theirs)]
    if shared:
        return [name for _, name in sorted(shared)[:n]]
    spelled = [(-likeness, name) for name, theirs in known if (likeness := _likeness(ours, theirs)) >= ALIKE]
    return [name for _, name in sorted(spelled)[:n]]


def _words(name: str) -> list[str]:
    text = unicodedata.normalize("NFKD", name.replace("'", "").replace("’", "")).casefold()
    words = re.findall(r"\w+", "".join(letter for letter in text if not unicodedata.combining(letter)))
    return [word for word in words if word not in PASSED_OVER]


def _are_within(ours: list[str], theirs: list[str]) -> bool:
    return set(ours) <= set(theirs) or set(theirs) <= set(ours)


def _likeness(ours: list[str], theirs: list[str]) -> float:
    """Of the whole names, or of each word typed with the word most like it."""
    whole = _alike(" ".join(ours), " ".join(theirs))
    if min(map(len, ours)) < LONG_ENOUGH:
        return whole
    return max(whole, 0.95 * min(max(_alike(word, their) for their in theirs) for word in ours))


def _alike(word: str, other: str) -> float:
    """The share of letters that need not change. Few slip at the first letter, and endings are shared by many names, as those
    of counties: of words that begin otherwise more must be alike."""
    share = OSA.normalized_similarity(word, other)
    return share if word[0] == other[0] or share >= VERY_ALIKE else 0
