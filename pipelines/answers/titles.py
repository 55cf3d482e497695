"""The titles people see for what tables call by short names: kinds, indices, domains and axes."""

from collections.abc import Iterable
from functools import cache

from geodata.records import read_record
from pipelines.ownership.typology import read_typology
from pipelines.register.labels import spaced
from pipelines.register.register import DEFINITIONS
from pipelines.register.taxonomy import Kind, Taxonomy
from pipelines.scoring.definition import Index, read_index

NOT_KNOWN = "not known"


@cache
def _kinds() -> dict[str, Kind]:
    """The kinds of every geography; what two of them name alike is called as in taxonomy.yml."""
    files = sorted(DEFINITIONS.glob("taxonomy*.yml"), reverse=True)
    return {name: kind for path in files for name, kind in read_record(Taxonomy, path).kinds.items()}


@cache
def _indices() -> dict[str, Index]:
    return {path.stem: read_index(path) for path in sorted((DEFINITIONS / "indices").glob("*.yml"))}


def _kind(kind: str) -> Kind | None:
    return _kinds().get(kind)


def singular(kind: str) -> str:
    """What one place of a kind is called, in running text."""
    title = _kind(kind).title if _kind(kind) else spaced(kind)
    return title if title[:2].isupper() else title[:1].lower() + title[1:]


def plural(kind: str) -> str:
    """What places of a kind are called, in running text."""
    return _kind(kind).plural if _kind(kind) else f"{spaced(kind)}s"


def index_title(name: str) -> str:
    """An index as people see it."""
    return _indices()[name].shown_as if name in _indices() else spaced(name)


def index_of(name: str) -> Index | None:
    """The definition of an index; None where it is none of today's."""
    return _indices().get(name)


def listed_indices(names: Iterable[str]) -> dict[str, str]:
    """The headings of the scores that areas are listed with, by index, of those named: the headline first, which stands
    for the others where none has a heading."""
    known = {name: index for name in names if (index := _indices().get(name))}
    listed = {name: index.column for name, index in known.items() if index.column and index.publish}
    return dict(sorted(listed.items(), key=lambda one: (not known[one[0]].is_headline, one[0])))


def index_question(name: str) -> str | None:
    """The question an index answers, and how its score is read."""
    return _indices()[name].question if name in _indices() else None


def domain_title(index: str, domain: str) -> str:
    """A domain as people see it."""
    known = _indices()[index].domains if index in _indices() else {}
    return known[domain].title if domain in known else spaced(domain)


def domain_order(index: str, domain: str) -> int:
    """Where a domain stands in its index's definition."""
    known = list(_indices()[index].domains) if index in _indices() else []
    return known.index(domain) if domain in known else len(known)


def is_beside(index: str, domain: str) -> bool:
    """True for a domain shown beside its index that is no part of its score."""
    known = _indices()[index].domains if index in _indices() else {}
    return domain in known and known[domain].beside


def least_known(index: str, domain: str) -> int:
    """How many indicators of a domain must be known in an area for its index to have a score there; 0 for none."""
    known = _indices()[index].domains if index in _indices() else {}
    return known[domain].least_members_read if domain in known else 0


def axis_title(axis: str) -> str:
    """An axis of the typology in running text: the domain it is."""
    title = domain_title(read_typology().index, axis)
    return title[:1].lower() + title[1:]


def deciding_rule(number: int, label: str) -> dict[str, str] | None:
    """The row of the decision table that decided, axis to state; None where the table is another now."""
    rules = read_typology().rules
    if not 0 < number <= len(rules) or rules[number - 1].label != label:
        return None
    return {axis: state for axis in read_typology().axes if (state := getattr(rules[number - 1], axis))}
