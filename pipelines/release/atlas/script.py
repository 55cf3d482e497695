"""One file of the atlas' data: a classic script that hands JSON to the page, so that it loads from a folder too.

Every file is `CG.receive(key, value);`. What could end or change a script (`<`, `>`, `&`, U+2028, U+2029) is written as
an escape, so text from outside stays text. Columns of numbers are written as numpy holds them, nothing as null.
"""

import numpy as np
import orjson

from pipelines.release.atlas.tables import Texts

AS_ESCAPES = {b"<": b"\\u003c", b">": b"\\u003e", b"&": b"\\u0026", "\u2028".encode(): b"\\u2028", "\u2029".encode(): b"\\u2029"}  # fmt: skip
DATA = "atlas/data"  # where the files are in a release folder
DECIMALS = 3  # of a score or value; a small one keeps four significant digits
SIGNIFICANT = 4
_FEWEST, _MOST = DECIMALS, 12


def script(key: str, value) -> bytes:
    """The bytes of the file that holds `value` under `key`. Numbers, texts, lists and dicts, or what `numbers` made."""
    data = orjson.dumps([key, value])[1:-1]
    for raw, escape in AS_ESCAPES.items():  # these stand in texts alone: JSON itself has none of them
        data = data.replace(raw, escape)
    return b"CG.receive(" + data + b");\n"


def numbers(values: np.ndarray) -> orjson.Fragment:
    """A column of numbers as JSON: whole numbers without decimals, not-a-number as null. Any shape."""
    plain = np.ascontiguousarray(values)
    text = orjson.dumps(plain if plain.dtype.kind != "f" else plain + 0.0, option=orjson.OPT_SERIALIZE_NUMPY)
    return orjson.Fragment(text.replace(b".0,", b",").replace(b".0]", b"]"))


def rounded(values: np.ndarray) -> np.ndarray:
    """Numbers to three decimals, and to four significant digits where that is more."""
    size = np.abs(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        wanted = SIGNIFICANT - 1 - np.floor(np.log10(size))
    decimals = np.clip(np.where(np.isfinite(wanted), wanted, _FEWEST), _FEWEST, _MOST).astype(int)
    found = np.round(values, _FEWEST)
    for n in np.unique(decimals[decimals > _FEWEST]):
        found = np.where(decimals == n, np.round(values, n), found)
    return found


def letters(codes: Texts, alphabet: dict[str | None, str]) -> str:
    """A column of codes as one text, a letter for each; what the alphabet does not know raises KeyError."""
    known = np.array([ord(alphabet[word]) for word in [*codes.words, None]], dtype=np.uint8)
    return known[codes.which].tobytes().decode()


def few(text: str) -> str:
    """A text of letters, or the one letter where all are the same."""
    return text[0] if text and text == text[0] * len(text) else text


def column(values: np.ndarray) -> orjson.Fragment | float | None:
    """A column of numbers, or the one value where all rows have the same: the browser reads either alike."""
    if len(values) > 1 and (np.isnan(values).all() or (values == values[0]).all()):
        one = values[0].item()
        return None if one != one else int(one) if one == int(one) else one
    return numbers(values)
