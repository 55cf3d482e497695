"""What lists call an authority: names told apart by their words, without those that one list adds and another does not."""

import re
import unicodedata

from geodata.geography import Geography
from geodata.reference import read_names

LONGEST = 1_000  # characters
PASSED_OVER = frozenset(
    "the of and upon on in city county borough district council corporation metropolitan royal unitary".split()
)


def name_key(name: str) -> str:
    """The words of a name that tell it from another, in one order, without accents, case and points; empty for a name in
    another script, or longer than any, which is no authority's."""
    if len(name) > LONGEST:
        return ""
    text = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    found = re.sub(r"[^a-z0-9]+", " ", text.replace("'", "").replace("saint ", "st ")).split()
    return " ".join(sorted({word for word in found if word not in PASSED_OVER}))


def authorities(geography: Geography) -> dict[str, str]:
    """The code of each authority, by the key of each of its names; none for a geography without a table of names."""
    names = read_names(geography.stem)
    known: dict[str, str] = {}
    own = [] if names is None else names.loc[names["level"] == "authority", ["code", "name"]].itertuples(index=False)
    for code, name in own:
        known |= {name_key(text): code for text in (name, *geography.also_named.get(code, [])) if name_key(text)}
    return known
