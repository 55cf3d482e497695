"""Text from outside made plain: it will be shown in web pages, spreadsheets and terminals."""

import re

LONGEST = 500
# a whole tag; a tag left open, with its attributes; a stray bracket
MARKUP = re.compile(r"<[^<>]*>|</?[A-Za-z][\w:-]*(?:\s+[\w:-]+\s*=\s*\S+)*|[<>]")
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff]|\s+")
FORMULA = re.compile(r"^(?![+-]?[\d.,]+$)[\s=+@-]+(?=.)")  # what a spreadsheet would run; a number or lone sign stays


def plain(text: str) -> str:
    """The text without markup, control and invisible characters, or a leading formula sign; at most 500 characters."""
    text = UNSEEN.sub(" ", MARKUP.sub(" ", text))
    return FORMULA.sub("", re.sub(r" +", " ", text).strip())[:LONGEST]
