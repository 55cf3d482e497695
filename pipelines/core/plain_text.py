"""Text from outside made plain, and escaped for where it goes: web pages, spreadsheets, terminals, Markdown, chats."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # every command reads this module, and most can do without a second of loading tables
    import pandas as pd

LONGEST = 300
LONGEST_HEADING = 10_000
# a whole tag; a tag left open, with its attributes; a stray bracket
MARKUP = re.compile(r"<[^<>]*>|</?[A-Za-z][\w:-]*(?:\s+[\w:-]+\s*=\s*\S+)*|[<>]")
# controls (terminals act on them), what turns the direction of text, what has no width, letters without ink, tags
_HIDDEN = (
    "\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
)
UNSEEN = re.compile(rf"[{_HIDDEN}\ud800-\udfff]|\s+")
_ACTING = re.compile(rf"(?!\n)[{_HIDDEN}\ud800-\udfff]")
_SIGNS = "=+@\u2212\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b-"  # full-width and small ones too; the hyphen stands last
_QUOTES = "'\u2018\u2019\""
# what a spreadsheet would run, behind quotes too; a number or lone sign stays
FORMULA = re.compile(rf"^(?![+-]?[\d.,]+$)[\s{_QUOTES}]*[{_SIGNS}][\s{_QUOTES}{_SIGNS}]*(?=.)")


def plain(text: str, longest: int = LONGEST) -> str:
    """The text without markup, control and invisible characters, or a leading formula sign; at most 300 characters."""
    text = UNSEEN.sub(" ", MARKUP.sub(" ", text[: 20 * longest]))
    return FORMULA.sub("", re.sub(r" +", " ", text).strip())[:longest].rstrip()


# What `plain` may change: a character it takes out, white space but one blank, a bracket, a blank, quote or sign at the
# start, a blank at the end. What matches none of it is plain already. RE2's \s knows ASCII alone, and no \u.
_ODD = f"[{_HIDDEN}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000<>]|  |^[ {_QUOTES}{_SIGNS}]| $"


def plain_texts(texts: "pd.Series") -> "pd.Series":
    """Each text of a column made plain, of millions in little time and room; null where nothing is left."""
    odd = (texts.str.contains(_ODD) | (texts.str.len() > LONGEST)).fillna(False).to_numpy(bool)
    if odd.any():
        texts = texts.copy()
        texts[odd] = texts[odd].map(plain).astype("str")
    return texts.mask(texts == "")


def shown(text: str) -> str:
    """Text for a terminal, of one line or many: as it stands, but that no character moves, colours or hides others."""
    return _ACTING.sub(" ", text)


def told(text: str, longest: int = LONGEST) -> str:
    """Words within a sentence of ours: one line of what can be seen, at most 300 characters."""
    text = " ".join(UNSEEN.sub(" ", text[: 20 * longest]).split())
    return text if len(text) <= longest else text[: longest - 3] + "..."


_MARKS = re.compile(r"[\\`*\[\]{}<>#|~!&$]|(?<![^\W_])_|_(?![^\W_])|:(?=//)|(?<=www)\.|@(?=\w)", re.IGNORECASE)


def markdown(text: str, longest: int = LONGEST) -> str:
    """Text that Markdown shows as it is: no image, link, heading, table cell, code or HTML comes of it.

    The underscore within a word, such as a source's name, means nothing there and stays.
    """
    return _MARKS.sub(r"\\\g<0>", plain(text, longest))


def chat(sentence: str) -> str:
    """A sentence for a chat: nobody is called by it, and it holds no link under other words and no image."""
    text = UNSEEN.sub(" ", sentence).translate(str.maketrans("<>", "()")).replace("](", "] (")
    return re.sub(r"@(?=\w)", "@ ", text)


def folded(heading: str) -> str:
    """A heading as it is compared: its letters and digits, in lower case. Publishers change the rest without a word.

    What is longer than any heading is like no other, and stays as it is: taken apart it takes ten times its room.
    """
    if len(heading) > LONGEST_HEADING:
        return heading
    return "".join(letter for letter in heading.casefold() if letter.isalnum())
