"""Whether words read as those of, or about, one person: what is published from others may name or reach nobody."""

import re
from functools import cache
from itertools import pairwise

from geodata.records import Record, read_record
from pipelines.core.by_hand import PERSONAL
from pipelines.register.register import DEFINITIONS

NAME = r"[A-Z][\w'’-]+"
AT_HOME = re.compile(r"\b(?:flat|apartment|no\.?|number)?\s*\d{1,4}[a-z]?\s+(?:[A-Z][\w'’-]+\s+){1,3}(?:Road|Street|Avenue|Close|Lane|Drive|Court|Crescent|Terrace|Grove|Way|Gardens|Walk|Place|Square|Rise|Row)\b")  # fmt: skip


class OfAPerson(Record):
    """The words of of_a_person.yml; names and words of places stand in one text, with blanks between."""

    titles: list[str]
    of_oneself: list[str]
    introduces: list[str]
    given_names: str
    place_words: str


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """By what they find, in words."""
    words = read_record(OfAPerson, DEFINITIONS / "of_a_person.yml")
    any_of = lambda texts: "|".join(map(re.escape, texts))  # noqa: E731
    places = any_of(words.place_words.split())
    return {
        "the name of a person": re.compile(
            rf"\b(?:(?:{any_of(words.titles)})\.?\s+{NAME}"
            rf"|(?i:{any_of(words.introduces)}):?\s+{NAME}"
            rf"|(?:{any_of(words.given_names.split())})\s+(?!(?:{places})\b){NAME}\b(?!\s+(?:{places})\b))"
        ),
        "the words of one person, not of a body": re.compile(
            rf"(?<!Grade )(?<![\w'])(?:{any_of(words.of_oneself)})(?![\w'])"  # a building is listed Grade I
        ),
    }


def of_a_person(text: str, postcode: str | None = None) -> str | None:
    """What of a text is somebody's own: an address of e-mail or home, a telephone number, a name, an account, the words of
    one person; None where nothing is found. `postcode`: the form of postcodes, without blanks, where there are any."""
    if PERSONAL.search(text):
        return "an e-mail address or telephone number"
    if re.search(r"(?<!\w)@\w", text):
        return "the name of an account"
    told = text.replace("’", "'")
    if AT_HOME.search(told) or (postcode and _has_postcode(postcode, told)):
        return "an address or postcode, which may be somebody's home"
    return next((what for what, pattern in _patterns().items() if pattern.search(told)), None)


def _has_postcode(form: str, text: str) -> bool:
    """Whether a full postcode stands in the text: a word, or two that are next to each other, of that form."""
    words = re.findall(r"\w+", text.upper())
    pairs = [first + second for first, second in pairwise(words)]
    return any(re.fullmatch(form, word) for word in (*words, *pairs))
