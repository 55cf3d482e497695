"""Text from outside made plain: it will be shown in web pages, spreadsheets and terminals."""

import re

import pandas as pd

LONGEST = 500
READ = 20_000  # characters of which so many are left, whatever markup is among them
# a whole tag; a tag left open, with its attributes; a stray bracket
MARKUP = re.compile(r"<[^<>]*>|</?[A-Za-z][\w:-]*(?:\s+[\w:-]+\s*=\s*\S+)*|[<>]")
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff]|\s+")
FORMULA = re.compile(r"^(?![+-]?[\d.,]+$)[\s=+@-]+(?=.)")  # what a spreadsheet would run; a number or lone sign stays


def plain(text: str) -> str:
    """The text without markup, control and invisible characters, or a leading formula sign; at most 500 characters."""
    text = UNSEEN.sub(" ", MARKUP.sub(" ", text[:READ]))
    return FORMULA.sub("", re.sub(r" +", " ", text).strip())[:LONGEST]


# What `plain` may change: a character beyond the safe ones (no control, no white space but one blank, no bracket), two
# blanks, a blank or sign at the start, a blank at the end. What matches none of it is plain already.
_SAFE = "\\x20-\\x3b=?-~\u00a1-\u167f\u1681-\u1fff\u2010-\u2027\u2030-\u205e\u2060-\u2fff\u3001-\ufefe\uff00-\U0010ffff"
_ODD = rf"[^{_SAFE}]|  |^[ =+@-]| $"


def plain_texts(texts: pd.Series) -> pd.Series:
    """Each text of a column made plain, of millions in little time and room; null where nothing is left."""
    odd = (texts.str.contains(_ODD) | (texts.str.len() > LONGEST)).fillna(False).to_numpy(bool)
    if odd.any():
        texts = texts.copy()
        texts[odd] = texts[odd].map(plain).astype("str")
    return texts.mask(texts == "")


def folded(heading: str) -> str:
    """A heading as it is compared: its letters and digits, in lower case. Publishers change the rest without a word."""
    return "".join(letter for letter in heading.casefold() if letter.isalnum())
