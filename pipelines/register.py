"""The register: sources, indicators, indices, taxonomy and licences as validated records, cross-checked when read."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from geodata.geography import Geography
from geodata.records import DefinitionError, Record, parse_sql_header, parse_yaml, read_record, validate
from pipelines.source import Licence, Source

HERE = Path(__file__).parent
SOURCES = HERE / "sources"
DEFINITIONS = HERE / "definitions"
INDICATORS = HERE.parent / "sql" / "indicators"
PLACE_TABLES = ("areas", "place", "reach")  # what an indicator may read besides source tables

Direction = Literal["higher_is_more_need", "higher_is_less_need", "higher_is_more_opportunity", "neutral"]
Normalise = Literal["inverse_normal", "exponential", "percentile", "target", "none"]


class Indicator(Record):
    """The header of one SQL file under sql/indicators: an indicator, its Dagster asset and its dictionary entry."""

    stem: str
    sql: str
    title: str
    unit: str
    direction: Direction
    grain: Literal["area"]
    inputs: list[str] = Field(min_length=1)
    sources: list[str] = Field(min_length=1)
    null_reason: Literal["suppressed", "no_denominator"] = "no_denominator"
    modelled: bool = False
    note: str = ""


def reads_places(indicator: Indicator) -> bool:
    """True where an indicator rests on places, which are within reach of the areas asked only."""
    return bool({"place", "reach"} & set(indicator.inputs))


class Weighted(Record):
    """One indicator, or another index's score, inside a domain: its weight, why, and how it is put on a scale.

    `target` gives the values that score 0 and 100 (normalise: target).
    """

    weight: float = Field(gt=0)
    reason: str
    normalise: Normalise | None = None
    target: tuple[float, float] | None = None
    direction: Direction | None = None
    heading: str | None = None
    index: bool = False

    @model_validator(mode="after")
    def _target_needs_values(self):
        if (self.normalise == "target") != (self.target is not None):
            raise ValueError("normalise: target and target: [value scoring 0, value scoring 100] go together")
        return self


class Domain(Record):
    """One domain of an index: the weighted arithmetic mean of its members, then put on a 0-100 scale by `transform`."""

    title: str
    weight: float = Field(gt=0)
    reason: str
    transform: Literal["exponential", "none"] = "none"
    minimum_weight: float = Field(0.5, ge=0, le=1)
    members: dict[str, Weighted] = Field(min_length=1)


class Index(Record):
    """A composite index as data. Rank 1 is the greatest need (or opportunity) in every frame.

    `minimum_weight` is the share of the index's weight that must be observed for an area to be scored.
    """

    stem: str
    title: str
    shown_as: str
    question: str
    reference_year: int
    minimum_weight: float = Field(0.6, ge=0, le=1)
    normalise: Normalise = "inverse_normal"
    aggregate: Literal["arithmetic", "geometric", "sum"] = "arithmetic"
    area_column: str | None = None
    publish: bool = True
    cautions: list[str] = []
    domains: dict[str, Domain] = Field(min_length=1)

    @model_validator(mode="after")
    def _weights_add_up(self):
        for name, parts in [
            ("domains", self.domains),
            *((f"domains.{d}", self.domains[d].members) for d in self.domains),
        ]:
            weights = [part.weight for part in parts.values()]
            published_as_is = self.aggregate == "sum" and name == "domains"
            if len(set(weights)) > 1 and abs(sum(weights) - 1) > 1e-9 and not published_as_is:
                raise ValueError(
                    f"the weights under {name} sum to {sum(weights):g}; they must sum to 1 or all be equal"
                )
        return self

    @property
    def members(self) -> list[tuple[str, str, Weighted]]:
        """Every (domain, name, member) in file order."""
        return [(d, name, m) for d, domain in self.domains.items() for name, m in domain.members.items()]

    @property
    def reads_indices(self) -> list[str]:
        """The indices whose scores this one reads."""
        return [name for _, name, member in self.members if member.index]


class Kind(Record):
    """One kind of place: its group, whether it counts for reach, and how people are told of it.

    A kind with `subset_of` is the places of that kind whose owner is one of `owner_kinds`.
    """

    title: str
    plural: str
    group: Literal["place", "space", "organisation", "site"]
    counts_for_reach: bool
    primary_source: str
    subset_of: str | None = None
    owner_kinds: list[str] = []
    note: str = ""


class Taxonomy(Record):
    """The kinds of place, and the walking times within which a place is in reach."""

    minutes: tuple[int, int]
    never_mapped: list[str]
    kinds: dict[str, Kind]


class Licences(Record):
    """All licences, by key."""

    licences: dict[str, Licence]


def read_indicator(path: Path) -> Indicator:
    """Read the YAML header in the first /* ... */ of an indicator's SQL file. Raises DefinitionError."""
    text = path.read_text("utf-8")
    value, lines = parse_sql_header(text, path.name)
    return validate(Indicator, {**value, "stem": path.stem, "sql": text}, lines, path.name)


def read_index(path: Path) -> Index:
    """Read one index definition. Raises DefinitionError naming file, line and key."""
    return read_record(Index, path, stem=path.stem)


@dataclass(frozen=True)
class Register:
    """Everything a geography's pipeline is made of."""

    geography: Geography
    sources: dict[str, Source]
    indicators: dict[str, Indicator]
    indices: dict[str, Index]
    taxonomy: Taxonomy
    licences: dict[str, Licence]

    @cached_property
    def place_sources(self) -> dict[str, Source]:
        """The sources whose rows become place records."""
        return {stem: source for stem, source in self.sources.items() if source.places}

    @cached_property
    def index_order(self) -> list[str]:
        """Index stems, each after the indices it reads. Raises DefinitionError on a circle."""
        done: list[str] = []

        def visit(stem: str, path: tuple[str, ...]) -> None:
            if stem in path:
                raise DefinitionError(f"{stem}.yml: indices read each other in a circle: {' -> '.join((*path, stem))}")
            if stem not in done:
                for other in self.indices[stem].reads_indices:
                    visit(other, (*path, stem))
                done.append(stem)

        for stem in self.indices:
            visit(stem, ())
        return done


def read_register(
    geography: Geography, sources: Path = SOURCES, definitions: Path = DEFINITIONS, indicators: Path = INDICATORS
) -> Register:
    """Read and cross-check every definition that serves `geography`. Raises DefinitionError."""
    licence_values, lines = parse_yaml((definitions / "licences.yml").read_text("utf-8"), "licences.yml")
    nested = {("licences", *path): line for path, line in lines.items()}
    licences = validate(Licences, {"licences": licence_values}, nested, "licences.yml").licences
    every = [read_record(Source, path, stem=path.stem) for path in sorted(sources.glob("*.yml"))]
    register = Register(
        geography,
        {source.stem: source for source in every if source.geography == geography.sources_of},
        {path.stem: read_indicator(path) for path in sorted(indicators.glob("*.sql"))},
        {
            index.stem: index
            for index in map(read_index, sorted((definitions / "indices").glob("*.yml")))
            if index.publish
        },
        read_record(Taxonomy, definitions / "taxonomy.yml"),
        licences,
    )
    problems = [*_source_problems(register), *_indicator_problems(register), *_index_problems(register)]
    if problems:
        raise DefinitionError("\n".join(problems))
    register.index_order  # noqa: B018  raises on a circle
    return register


def _source_problems(register: Register):
    geography = register.geography
    for source in register.sources.values():
        for told in _one_source_problems(register, source):
            yield f"{source.stem}.yml: {told}"
    for stem in [geography.boundaries.source, *geography.spine]:
        if stem not in register.sources:
            yield f"{geography.stem}.yml: there is no source {stem}"
    for kind, entry in register.taxonomy.kinds.items():
        if entry.primary_source not in register.sources:
            yield f"taxonomy.yml: kinds.{kind}.primary_source: there is no source {entry.primary_source}"


def _one_source_problems(register: Register, source: Source):
    rank = ["nothing", "aggregates", "rows"]
    licence = register.licences.get(source.licence)
    if not licence:
        yield f"licence: {source.licence} is not in licences.yml"
    elif rank.index(source.publish) > rank.index(licence.publish):
        yield f"publish: {source.publish} is more than licence {source.licence} allows ({licence.publish})"
    if source.covers and source.covers not in register.geography.covers:
        yield f"covers: {source.covers} is not among the covers of {register.geography.stem}.yml"
    for name, column in source.columns.items():
        if column.level and column.level not in register.geography.levels:
            yield f"columns.{name}.level: {column.level} is not a level of {register.geography.stem}.yml"
    if source.places:
        kinds = [source.places.kind] if source.places.kind else source.places.kinds.values.values()
        for kind in sorted(set(kinds) - set(register.taxonomy.kinds)):
            yield f"places: kind {kind} is not in taxonomy.yml"


def _indicator_problems(register: Register):
    known = {*register.sources, *PLACE_TABLES}
    for indicator in register.indicators.values():
        for name in indicator.inputs:
            if name not in known:
                yield f"{indicator.stem}.sql: inputs: {name} is neither a source nor one of {', '.join(PLACE_TABLES)}"
        for name in indicator.sources:
            if name not in register.sources:
                yield f"{indicator.stem}.sql: sources: there is no source {name}"


def _index_problems(register: Register):
    for index in register.indices.values():
        for domain, name, member in index.members:
            where = f"{index.stem}.yml: domains.{domain}.members.{name}"
            if member.index:
                if name not in register.indices:
                    yield f"{where}: there is no index {name}"
                continue
            if name not in register.indicators:
                yield f"{where}: there is no indicator {name}"
                continue
            if reads_places(register.indicators[name]) and (member.normalise or index.normalise) not in (
                "target",
                "none",
            ):
                yield f"{where}: rests on places, known for the areas asked only, so it is scaled by target or none, not by rank"
            for stem in register.indicators[name].sources:
                source = register.sources.get(stem)
                if source and source.verified.how == "documented":
                    yield f"{where}: rests on {stem}, whose format is known from documentation only"
