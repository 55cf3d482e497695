"""The register: every definition that serves a geography, read and held together; and the header of an indicator."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from geodata.geography import Geography
from geodata.records import DefinitionError, Record, parse_sql_header, parse_yaml, read_record, validate
from pipelines.register.licence import Decision, Licence
from pipelines.register.serving import left_out
from pipelines.register.source import Source
from pipelines.register.taxonomy import Taxonomy
from pipelines.scoring.definition import Index, read_index
from pipelines.scoring.domain import Direction

HERE = Path(__file__).parents[1]
SOURCES = HERE / "sources"
DEFINITIONS = HERE / "definitions"
INDICATORS = HERE.parent / "sql" / "indicators"
REACH = ("reach", "national_reach")  # by every list a kind is counted from, and by those that cover the nation alone
TENURE = "tenure"  # of the places within reach, where owners' registers of land and buildings tell it
PLACE_TABLES = (
    "areas",
    "organisation",
    "grant_continuity",
    TENURE,
    *REACH,
)  # what an indicator may read besides source tables


class Indicator(Record):
    """The header of one SQL file under sql/indicators: an indicator, its Dagster asset and its dictionary entry;
    its sources follow from its inputs.

    `counts`: what a share or a rate is counted in, one and several; its SQL then gives `n_counted` and, of a share, `n_of`.
    `kinds`: the kinds of place whose reach it reads, where `reach`, `national_reach` or `tenure` is among its inputs; of
    organisation, with `organisation`. `in_imd_2025`: the Index of Multiple Deprivation 2025 counts the same data. In title and note stand `{cap_m}` and `{detour}` for the walk of the geography at
    hand.
    """

    stem: str
    sql: str
    title: str
    unit: str
    direction: Direction
    grain: Literal["area"]
    inputs: list[str] = Field(min_length=1)
    kinds: list[str] = []
    counts: tuple[str, str] | None = None
    null_reason: Literal["suppressed", "no_denominator"] = "no_denominator"
    modelled: bool = False
    in_imd_2025: bool = False
    note: str = ""

    @model_validator(mode="after")
    def _reach_has_kinds(self):
        if bool(self.kinds) != (reads_places(self) or "organisation" in self.inputs):
            raise ValueError("kinds, and reach, national_reach, tenure or organisation among inputs, go together")
        return self


def reads_places(indicator: Indicator) -> bool:
    """True where an indicator rests on reach, which is worked out for the areas asked only."""
    return not {*REACH, TENURE}.isdisjoint(indicator.inputs)


class Licences(Record):
    """All licences, by key."""

    licences: dict[str, Licence]


def read_indicator(path: Path) -> Indicator:
    """Read the YAML header in the first /* ... */ of an indicator's SQL file. Raises DefinitionError."""
    text = path.read_text("utf-8")
    value, lines = parse_sql_header(text, path.name)
    return validate(Indicator, {**value, "stem": path.stem, "sql": text}, lines, path.name)


@dataclass(frozen=True)
class Register:
    """Everything a geography's pipeline is made of. `left_out`: the indices that rest on what only other geographies
    have, each with what it lacks here. `decisions`: what an operator decided about licences, by source; the sources are
    as decided."""

    geography: Geography
    sources: dict[str, Source]
    indicators: dict[str, Indicator]
    indices: dict[str, Index]
    taxonomy: Taxonomy
    licences: dict[str, Licence]
    left_out: dict[str, list[str]] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)

    @cached_property
    def place_sources(self) -> dict[str, Source]:
        """The sources whose rows become place records."""
        return {stem: source for stem, source in self.sources.items() if source.places}

    @property
    def grant_sources(self) -> dict[str, Source]:
        """The sources whose rows are grants."""
        return {stem: source for stem, source in self.sources.items() if source.grants}

    @property
    def organisation_sources(self) -> dict[str, Source]:
        """The local lists whose rows are organisations."""
        return {stem: source for stem, source in self.sources.items() if source.organisations}

    @property
    def title_sources(self) -> dict[str, Source]:
        """The sources whose rows are numbers of titles to land."""
        return {stem: source for stem, source in self.sources.items() if source.land_titles}

    @cached_property
    def body_sources(self) -> dict[str, Source]:
        """The sources whose rows are bodies that may hold a place."""
        return {stem: source for stem, source in self.sources.items() if source.bodies}

    def national_lists(self, kind: str) -> list[str]:
        """The lists that a kind is counted from and that claim the whole nation, by one rule: those that ranks rest on."""
        lists = (self.sources[stem] for stem in self.taxonomy.kinds[kind].counted_from if stem in self.sources)
        return [source.stem for source in lists if self.geography.covers.get(source.covers or "") == "nation"]

    @cached_property
    def index_order(self) -> list[str]:
        """Index stems, each after the indices it reads. Raises DefinitionError on a circle."""
        done: list[str] = []

        def visit(stem: str, path: tuple[str, ...]) -> None:
            if stem in path:
                message = f"indices read each other in a circle: {' -> '.join((*path, stem))}"
                raise DefinitionError(f"{self.indices[stem].at('domains')}: {message}")
            if stem not in done:
                for other in self.indices[stem].reads_indices:
                    visit(other, (*path, stem))
                done.append(stem)

        for stem in self.indices:
            visit(stem, ())
        return done


def drawn_indicators(register: Register, index: Index) -> list[str]:
    """The indicators of an index that rest on reach alone, and are counted again with errors in its versions."""
    indicators = [name for domain, name, member in index.members if domain in index.parts and not member.index]
    return [name for name in indicators if register.indicators[name].inputs == ["national_reach"]]


def rests_on_places(register: Register, index: Index) -> bool:
    """True where an index rests on places, itself or through another index, and so is known for the areas asked only."""
    return any(
        rests_on_places(register, register.indices[name]) if member.index else reads_places(register.indicators[name])
        for _, name, member in index.members
        if name
        in (register.indices if member.index else register.indicators)  # `consistency` reports it where it is not
    )


def read_register(
    geography: Geography, sources: Path = SOURCES, definitions: Path = DEFINITIONS, indicators: Path = INDICATORS
) -> Register:
    """Read every definition that serves `geography`. Raises DefinitionError; `consistency` checks them together."""
    licence_values, lines = parse_yaml((definitions / "licences.yml").read_text("utf-8"), "licences.yml")
    nested = {("licences", *path): line for path, line in lines.items()}
    licences = validate(Licences, {"licences": licence_values}, nested, "licences.yml").licences
    every = [read_record(Source, path, stem=path.stem) for path in sorted(sources.glob("*.yml"))]
    own = {source.stem: source for source in every if source.geography == geography.sources_of}
    taxonomies = {path.stem: read_record(Taxonomy, path) for path in sorted(definitions.glob("taxonomy*.yml"))}
    if geography.taxonomy not in taxonomies:
        raise DefinitionError(f"{geography.at('taxonomy')}: there is no {geography.taxonomy}.yml")
    taxonomy = taxonomies.pop(geography.taxonomy)
    found = {path.stem: read_indicator(path) for path in sorted(indicators.glob("*.sql"))}
    indices = map(read_index, sorted((definitions / "indices").glob("*.yml")))
    published = {index.stem: index for index in indices if index.publish}
    needs = {name: {*indicator.inputs, *indicator.kinds} for name, indicator in found.items()}
    needs |= {name: {member for _, member, _ in index.members} for name, index in published.items()}
    others = {source.stem for source in every}.union(*(other.kinds for other in taxonomies.values()), PLACE_TABLES)
    here = {*own, *taxonomy.kinds, *needs, "areas", *REACH}
    here |= {TENURE} if taxonomy.tenure else set()
    here |= {"organisation"} if any(kind.group == "organisation" for kind in taxonomy.kinds.values()) else set()
    here |= {"grant_continuity"} if any(source.grants for source in own.values()) else set()
    lacking = left_out(needs, here, others - here)
    for name, indicator in found.items():
        texts = {key: geography.filled(getattr(indicator, key)) for key in ("title", "note")}
        found[name] = indicator.model_copy(update=texts)
    return Register(
        geography,
        own,
        {name: indicator for name, indicator in found.items() if name not in lacking},
        {name: index for name, index in published.items() if name not in lacking},
        taxonomy,
        licences,
        {name: lacks for name, lacks in lacking.items() if name in published},
    )
