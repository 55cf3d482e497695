"""What every indicator weighs in an index: as its definition states it, and as it is once what is not read is left out.

*Nominal*: the weight of the domain times that of the member in it, what is `not_read` counted in. *Effective*: the same
over what some source tells and the run does not leave out for all areas. Both are shares (0-1) of the whole, for an area
in which everything that is read is known.
"""

from pipelines.scoring.definition import Index
from pipelines.scoring.domain import Domain


def nominal_weights(index: Index) -> dict[str, float]:
    """By member of the index's parts; together less than 1 where something is not read."""
    total = sum(domain.weight for domain in index.parts.values())
    return {n: w for domain in index.parts.values() for n, w in _stated(domain, domain.weight / total).items()}


def _stated(domain: Domain, weight: float) -> dict[str, float]:
    inner = weight / (sum(domain.weights.values()) + sum(domain.not_read.values()))
    found = {name: member.weight * inner for name, member in domain.members.items()}
    for below in domain.domains.values():
        found |= _stated(below, below.weight * inner)
    return found


def effective_weights(index: Index) -> dict[str, float]:
    """By member of the parts of an index as a run reads it (`Index.as_read`); together 1, unless nothing is read."""
    weights = index.entering_weights
    found: dict[str, float] = {}
    for domain, weight in zip(index.parts.values(), weights, strict=True):
        found |= _read(domain, weight / sum(weights))
    return found


def _read(domain: Domain, weight: float) -> dict[str, float]:
    read = domain.read_weights
    total = sum(read.values())
    inner = weight / total if total else 0.0
    found = {name: read[name] * inner for name in domain.members}
    for name, below in domain.domains.items():
        found |= _read(below, read[name] * inner)
    return found
