"""Sources by an older vintage of areas, and the look-up that carries each to the present codes.

A source says its vintage where it says anything about codes: its key is one code of a level, say `old_area`. The
look-up of a level is the registered source keyed by a code of it and a code of the present areas, with a column of
changes (U, S, M, X). Nothing else is written down, so nothing can disagree.
"""

from dataclasses import dataclass

from geodata.records import DefinitionError
from geodata.vintages import SAID_AS
from pipelines.register.register import Register

PRESENT = ("area", "area_or_neighbour")


@dataclass(frozen=True)
class Vintage:
    """One look-up from an older level of areas: its source, and its columns of old code, new code and change."""

    source: str
    old: str
    new: str
    change: str


def by_area(stem: str) -> str:
    """The name of a source's table by present codes."""
    return f"{stem}_by_area"


def vintages(register: Register) -> dict[str, Vintage]:
    """The look-up of each older level. Raises DefinitionError where a level has two."""
    found: dict[str, Vintage] = {}
    for source in register.sources.values():
        levels = {column.level: name for name, column in source.columns.items() if name in source.key}
        change = next((n for n, column in source.columns.items() if set(column.values or []) == set(SAID_AS)), None)
        new = next((levels[level] for level in PRESENT if level in levels), None)
        old = [level for level in levels if level and level not in PRESENT]
        if change and new and len(old) == 1:
            if old[0] in found:
                raise DefinitionError(f"{source.at('key')}: {found[old[0]].source} is the look-up of {old[0]} already")
            found[old[0]] = Vintage(source.stem, levels[old[0]], new, change)
    return found


def carried_sources(register: Register) -> dict[str, Vintage]:
    """The sources by an older vintage of areas, and the look-up that carries each."""
    known = vintages(register)
    return {
        stem: known[level]
        for stem, source in register.sources.items()
        if len(source.key) == 1 and (level := source.columns[source.key[0]].level) in known
    }
