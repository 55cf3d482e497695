"""What no single definition file can know to be wrong: names that lead nowhere, licences overstepped, circles."""

from collections.abc import Iterator

from geodata.records import DefinitionError
from pipelines.register.licence import PUBLISH
from pipelines.register.register import PLACE_TABLES, Register, reads_places, rests_on_places
from pipelines.register.source import Source
from pipelines.register.taxonomy import Kind
from pipelines.scoring.definition import Index
from pipelines.scoring.domain import Weighted


def check(register: Register) -> Register:
    """The register, if its definitions hold together. Raises DefinitionError naming file, line and key of each breach."""
    problems = [
        *_sources(register),
        *_geography(register),
        *_kinds(register),
        *_tenure(register),
        *_holders(register),
        *_indicators(register),
        *_indices(register),
    ]
    if problems:
        raise DefinitionError("\n".join(problems))
    _ = register.index_order  # raises on a circle
    return register


def _sources(register: Register) -> Iterator[str]:
    for source in register.sources.values():
        yield from _licence(register, source)
        geography = register.geography
        if source.covers and source.covers not in geography.covers:
            yield f"{source.at('covers')}: {source.covers} is not among the covers of {geography.stem}.yml"
        for name, column in source.columns.items():
            if column.level and column.level not in geography.levels:
                yield f"{source.at('columns', name, 'level')}: {column.level} is not a level of {geography.stem}.yml"
        if source.fetch.parts and source.fetch.parts not in geography.parts:
            yield f"{source.at('fetch', 'parts')}: {source.fetch.parts} is not among the parts of {geography.stem}.yml"
        if source.places:
            for kind in sorted(source.places.listed_kinds - set(register.taxonomy.kinds)):
                yield f"{source.at('places', 'kinds' if source.places.kinds else 'kind')}: {kind} is not in taxonomy.yml"


def _licence(register: Register, source: Source) -> Iterator[str]:
    licence = register.licences.get(source.licence)
    if not licence:
        yield f"{source.at('licence')}: {source.licence} is not in licences.yml"
    elif PUBLISH.index(source.publish) > PUBLISH.index(licence.publish):
        message = f"{source.publish} is more than licence {source.licence} allows ({licence.publish})"
        yield f"{source.at('publish')}: {message}"


def _geography(register: Register) -> Iterator[str]:
    geography = register.geography
    for key, stem in [
        ("boundaries", geography.boundaries.source),
        ("centroids", geography.centroids.source),
        *(("lookups", lookup.source) for lookup in geography.lookups),
    ]:
        if stem not in register.sources:
            yield f"{geography.at(key)}: there is no source {stem}"
    if geography.postcodes and geography.postcodes.source not in register.sources:
        yield f"{geography.at('postcodes')}: there is no source {geography.postcodes.source}"


def _kinds(register: Register) -> Iterator[str]:
    for kind, entry in register.taxonomy.kinds.items():
        if kind in register.taxonomy.never_mapped:
            yield f"{register.taxonomy.at('kinds', kind)}: {kind} must never be mapped"
        for stem in entry.counted_from:
            where = register.taxonomy.at("kinds", kind, "counted_from")
            if stem not in register.sources:
                yield f"{where}: there is no source {stem}"
            elif entry.counts_for_reach and register.sources[stem].publish != "rows":
                yield f"{where}: {stem} clears no rows, and every place counted must be listed"
        told_from = entry.told_from.kind if entry.told_from else None
        for key, other in (
            ("subset_of", entry.subset_of),
            ("like", entry.like),
            ("told_from", told_from),
            *_named(entry),
        ):
            if other and other not in register.taxonomy.kinds:
                yield f"{register.taxonomy.at('kinds', kind, key)}: there is no kind {other}"

        for stem in entry.told_from.by if entry.told_from else ():
            if stem not in register.sources:
                yield f"{register.taxonomy.at('kinds', kind, 'told_from')}: there is no source {stem}"


def _named(entry: Kind) -> list[tuple[str, str]]:
    return [("like_named", kind) for kind in entry.like_named]


def _tenure(register: Register) -> Iterator[str]:
    rule = register.taxonomy.tenure
    for kind in (*rule.kinds, rule.register_kind) if rule else ():
        if kind not in register.taxonomy.kinds:
            yield f"{register.taxonomy.at('tenure')}: there is no kind {kind}"


def _holders(register: Register) -> Iterator[str]:
    taxonomy = register.taxonomy
    bodies = {source.bodies.body for source in register.body_sources.values()}
    for kind, held in taxonomy.held_by.items():
        if kind not in taxonomy.kinds:
            yield f"{taxonomy.at('held_by', kind)}: there is no kind {kind}"
        for body in sorted(set(held.bodies) - bodies):
            yield f"{taxonomy.at('held_by', kind, 'bodies')}: no source has bodies of kind {body}"
    for kind, entry in taxonomy.kinds.items():
        for stem in [stem for stem in entry.owners_from if stem not in register.body_sources]:
            yield f"{taxonomy.at('kinds', kind, 'owners_from')}: there is no source of bodies {stem}"


def _indicators(register: Register) -> Iterator[str]:
    known = {*register.sources, *PLACE_TABLES}
    for indicator in register.indicators.values():
        for name in indicator.inputs:
            if name not in known:
                message = f"{name} is neither a source nor one of {', '.join(PLACE_TABLES)}"
                yield f"{indicator.at('inputs')}: {message}"
        kinds = register.taxonomy.kinds
        for kind in indicator.kinds:
            if "reach" in indicator.inputs and kind not in register.taxonomy.counted():
                yield f"{indicator.at('kinds')}: {kind} is not a kind that counts for reach"
            if "organisation" in indicator.inputs and (kind not in kinds or kinds[kind].group != "organisation"):
                yield f"{indicator.at('kinds')}: {kind} is not a kind of organisation"


def _indices(register: Register) -> Iterator[str]:
    for index in [index for index in register.indices.values() if index.is_headline][1:]:
        yield f"{index.at('is_headline')}: there is another index that areas are put in order by"
    for index in register.indices.values():
        others = set(index.uncertainty.normalise) - {"as_defined", "targets_stricter", "targets_looser"}
        if others and rests_on_places(register, index):
            message = (
                "rests on places, known for the areas asked only, so its versions vary targets, not ranks or means"
            )
            yield f"{index.at('uncertainty', 'normalise')}: {message}"
        for key in [key for key in ("impute", "screen") if key in index.model_fields_set]:
            yield f"{index.at(key)}: is for tables given to `commonground score`; published statistics are taken as they are"
        for domain, name, member in index.members:
            for message in _member(register, index, name, member):
                yield f"{index.at('domains', domain, 'members', name)}: {message}"


def _member(register: Register, index: Index, name: str, member: Weighted) -> Iterator[str]:
    if member.index:
        if name not in register.indices:
            yield f"there is no index {name}"
        return
    if name not in register.indicators:
        yield f"there is no indicator {name}"
        return
    scaled_by = index.scaled_by(member)
    of_tables = {"denominate": member.denominate, "shrink": member.shrink, "impute": member.impute}
    for key in [key for key, told in of_tables.items() if told]:
        yield f"{key} is for tables given to `commonground score`; published statistics are taken as they are"
    if "reach" in register.indicators[name].inputs and not member.of_register:
        yield "reads reach, which rests on local lists too: an index compares like with like, and reads national_reach, but of registers that each authority keeps (of_register)"
    if reads_places(register.indicators[name]) and scaled_by not in ("target", "none"):
        yield "rests on places, known for the areas asked only, so it is scaled by target or none, not by rank"
