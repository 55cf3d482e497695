"""What lists call an authority: names told apart by their words, without those that one list adds and another does not."""

import re
import unicodedata

from geodata.geography import Geography
from geodata.reference import read_names

PASSED_OVER = frozenset(
    "the of and upon on in city county borough district council corporation metropolitan royal unitary".split()
)


def words(name: str) -> frozenset[str]:
    """The words of a name that tell it from another, without accents, case and points."""
    text = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    found = re.sub(r"[^a-z0-9]+", " ", text.replace("'", "").replace("saint ", "st ")).split()
    return frozenset(word for word in found if word not in PASSED_OVER)


def authorities(geography: Geography) -> dict[frozenset[str], str]:
    """The code of each authority, by the words of each of its names; none for a geography without a table of names."""
    names = read_names(geography.stem)
    known: dict[frozenset[str], str] = {}
    own = [] if names is None else names.loc[names["level"] == "authority", ["code", "name"]].itertuples(index=False)
    for code, name in own:
        known |= {words(text): code for text in (name, *geography.also_named.get(code, []))}
    return known
