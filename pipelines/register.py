"""The register: sources, indicators, indices, taxonomy and licences as validated records."""

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
                told = f"indices read each other in a circle: {' -> '.join((*path, stem))}"
                raise DefinitionError(f"{self.indices[stem].at('domains')}: {told}")
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
    """Read every definition that serves `geography`. Raises DefinitionError; `consistency` checks them together."""
    licence_values, lines = parse_yaml((definitions / "licences.yml").read_text("utf-8"), "licences.yml")
    nested = {("licences", *path): line for path, line in lines.items()}
    licences = validate(Licences, {"licences": licence_values}, nested, "licences.yml").licences
    every = [read_record(Source, path, stem=path.stem) for path in sorted(sources.glob("*.yml"))]
    return Register(
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
