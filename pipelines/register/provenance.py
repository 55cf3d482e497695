"""Which sources an indicator rests on: they follow from its inputs, so no header names them."""

from pipelines.register.register import Indicator, Register
from pipelines.register.vintages import by_area, carried_sources


def indicator_sources(register: Register, indicator: Indicator) -> list[str]:
    """The sources behind `inputs`, each once, those that lead first: the stem of the first names the publisher.

    A source's table is that source, and the look-up that carries it where it is by an older vintage of areas. `reach` is
    the lists its kinds are counted from, `national_reach` those of them that cover the nation, `organisation` those of its kinds, with the registers that tell whose such a place is, and the postcode directory where one of
    these is placed by postcode alone. `grant_continuity` is every list of grants. `areas`, which every row rests on, adds none, unless there is
    nothing else.
    """
    found: list[str] = []
    carried = carried_sources(register)
    for name in indicator.inputs:
        stem = {by_area(old): old for old in carried}.get(name, name)
        if name == "grant_continuity":
            found += register.grant_sources
        if stem in register.sources:
            found += [stem, carried[stem].source] if stem in carried else [stem]
    kinds = indicator.kinds
    if "national_reach" in indicator.inputs:
        lists = [register.national_lists(kind) for kind in kinds]
    else:
        lists = [register.taxonomy.kinds[kind].counted_from for kind in kinds]
    ordered = [stem for stems in lists for stem in stems[:1]] + [stem for stems in lists for stem in stems[1:]]
    owners = [stem for kind in kinds for stem in register.taxonomy.kinds[kind].owners_from]
    for stem in (stem for stem in ordered if stem in register.sources):
        point = register.sources[stem].places.point
        found += [stem, register.geography.postcodes.source] if point.postcode and not point.crs else [stem]
    return list(dict.fromkeys([*found, *owners])) or register.geography.spine
