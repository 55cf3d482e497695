"""Under which licence a row, a column or a file leaves: it follows from the sources it rests on, by the licences' flags.

A label is the key of a licence. What rests on several share-alike licences is under all of them: their keys with `+`
between them, so that it stands in a file of its own and in none that promises only one of them.
"""

from collections.abc import Iterable

from pipelines.register.licence import Licence
from pipelines.register.provenance import indicator_sources
from pipelines.register.register import Indicator, Register
from pipelines.scoring.definition import Index

JOINED = "+"
Licences = dict[str, Licence]


def together(licences: Licences, labels: Iterable[str]) -> str:
    """The label of what is made of all these: every share-alike licence among them, else the first that clears rows."""
    parts = {part for label in labels for part in label.split(JOINED)}
    known = [key for key in licences if key in parts]
    if shared := [key for key in known if licences[key].share_alike]:
        return JOINED.join(shared)
    return next((key for key in known if licences[key].publish == "rows"), next(iter(known or licences)))


def shared(licences: Licences, label: str) -> set[str]:
    """The share-alike licences in a label. A file may hold what has no other than its own."""
    return {part for part in label.split(JOINED) if licences[part].share_alike}


def title(licences: Licences, label: str) -> str:
    """A label for people."""
    return " and ".join(licences[part].title for part in label.split(JOINED))


def file_name(licences: Licences, label: str) -> str:
    """A label in the name of a file."""
    return "_".join(licences[part].file or part for part in label.split(JOINED))


def kind_basis(register: Register, kind: str) -> set[str]:
    """The sources that a count of one kind rests on: every list that holds it; of a kind that is not alone, every list
    of such kinds, for one record of theirs may join two others into one place; and the registers that tell whose it is."""
    kinds = register.taxonomy.kinds
    owners = set(kinds[kind].owners_from)
    kind = kinds[kind].subset_of or kind
    compared = {kind} if kinds[kind].alone else {name for name, entry in kinds.items() if not entry.alone}
    return owners | {stem for stem, source in register.place_sources.items() if source.places.listed_kinds & compared}


def indicator_basis(register: Register, indicator: Indicator) -> set[str]:
    """The sources that an indicator's values rest on: those it cites, all that bear on its kinds, and those of areas."""
    geography = register.geography
    kinds = (kind_basis(register, kind) for kind in indicator.kinds)
    return {geography.boundaries.source, *geography.spine, *indicator_sources(register, indicator)}.union(*kinds)


def index_basis(register: Register, index: Index) -> set[str]:
    """The sources that an index rests on, by its members."""
    parts = [
        index_basis(register, register.indices[name])
        if member.index
        else indicator_basis(register, register.indicators[name])
        for _, name, member in index.members
    ]
    return set().union(*parts)
