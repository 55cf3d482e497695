"""How a place's name is written: one that a list has in capitals alone as people write names. The list's own stands beside it."""

import re

import pandas as pd

SMALL = frozenset("a an and at by de del for from in la le near next of off on or over the to under upon with".split())
# what is written in capitals though it could be said as a word
INITIALS = frozenset(
    "AFC BBC BMX CIC CIO CIU FC GAA GP II III IV IX JFC LGBT NHS PCN RAF RAFA RC RFC UK USA VI VII VIII WI WMC YMCA YWCA".split()
)
SHORT = frozenset("CO DR JR LTD MR MRS MS RD SQ SR ST".split())  # abbreviations without a vowel that are not initials
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
BEGINS = re.compile(r"[(,:;/@&]\s*$|\s[-–]\s$")  # what a name begins anew after
VOWELS = re.compile(r"[AEIOUYÀ-Ý]")


def written_names(names: pd.Series) -> pd.Series:
    """The names, those in capitals alone as people write them; null stays null."""
    written = {name: written_name(name) for name in names.dropna().unique()}
    return names.map(written).astype("str")


def written_name(name: str) -> str:
    """One name: as it is where any letter is small, or where it is but initials; else each word as people write it."""
    if name != name.upper() or not any(len(word) > 3 for word in WORD.findall(name)):
        return name
    return WORD.sub(_written, name)


def _written(found: re.Match) -> str:
    word, before, after = found[0], found.string[: found.start()], found.string[found.end() :]
    if before[-1:].isdigit():
        return word.lower()  # 1st, 24h
    if word.lower() in SMALL and before and not BEGINS.search(before) and after:
        return word.lower()
    if word in INITIALS or len(word) == 1:
        return word
    if word not in SHORT and len(word) <= 4 and not VOWELS.search(word):
        return word
    return _capitalised(word)


def _capitalised(word: str) -> str:
    """The word with a capital where it begins: O'Neill, McDonald, but St Ann's."""
    head, mark, tail = word.partition("'") if "'" in word else word.partition("’")
    if mark and len(head) == 1 and len(tail) > 1:
        return head + mark + tail.capitalize()
    if head.startswith("MC") and len(head) > 4:
        return "Mc" + head[2:].capitalize() + mark + tail.lower()
    return word.capitalize()
