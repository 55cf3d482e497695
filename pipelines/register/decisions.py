"""DIR/licences.yml: what an operator decided about the licence of a source, on whose word, and what it changes."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from geodata.records import DefinitionError, Record, parse_yaml, read_utf8, validate
from pipelines.register.licence import PUBLISH, Decision
from pipelines.register.register import Register

FILE = "licences.yml"
SHOWN = f"DIR/{FILE}"  # in messages: definitions/licences.yml has the same name


class Decisions(Record):
    """All decisions, by source."""

    sources: dict[str, Decision]


def read_decisions(data: Path) -> Decisions:
    """The decisions of DIR; none where there is no file. Raises DefinitionError naming line and key."""
    path = data / FILE
    if not path.exists():
        return Decisions(sources={})
    value, lines = parse_yaml(read_utf8(path), SHOWN)
    try:
        return validate(
            Decisions, {"sources": value}, {("sources", *keys): line for keys, line in lines.items()}, SHOWN
        )
    except DefinitionError as error:
        raise DefinitionError(_as_written(str(error))) from error


def settled(register: Register, decisions: Decisions) -> Register:
    """The register with the decisions in it. Raises DefinitionError where one goes beyond what a licence allows, or is of
    no source of this register."""
    if breaches := list(_breaches(register, decisions)):
        raise DefinitionError("\n".join(breaches))
    changed = {
        stem: register.sources[stem].model_copy(
            update={"publish": one.publish, "licence": one.licence or register.sources[stem].licence}
        )
        for stem, one in decisions.sources.items()
    }
    return replace(register, sources={**register.sources, **changed}, decisions=decisions.sources)


def _as_written(told: str) -> str:
    """A message with keys as they stand in the file, whose sources stand under no key."""
    return told.replace(": sources.", ": ")


def _breaches(register: Register, decisions: Decisions) -> Iterator[str]:
    counted = {s: name for name, kind in register.taxonomy.counted().items() for s in kind.counted_from}
    for stem, one in decisions.sources.items():
        at = lambda *key, stem=stem: _as_written(decisions.at("sources", stem, *key))  # noqa: E731
        if stem not in register.sources:
            yield f"{at()}: is no source of this register"
            continue
        source = register.sources[stem]
        licence = register.licences.get(one.licence or source.licence)
        if not licence:
            yield f"{at('licence')}: {one.licence} is not a key of definitions/licences.yml"
        elif PUBLISH.index(one.publish) > PUBLISH.index(licence.publish):
            told = f"{one.publish} is more than licence {one.licence or source.licence} allows ({licence.publish})"
            yield f"{at('publish')}: {told}" + ("" if one.licence else "; name the licence that allows it, as licence")
        elif one.publish == "nothing" and source.required:
            yield f"{at('publish')}: no refresh can do without {stem}"
        elif one.publish == "aggregates" and stem in counted:
            yield f"{at('publish')}: places of kind {counted[stem]} are counted from it, and every place counted must be listed"
