"""An index as data: its domains and every choice of method, as one YAML file states them."""

from collections.abc import Callable, Collection
from itertools import product
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from geodata.records import Record, read_record
from pipelines.scoring.column_rules import Impute, Imputed, Screen, Treated, Treatment
from pipelines.scoring.domain import Aggregate, Domain, Normalise, Weighted, add_up, check_names, check_scale
from pipelines.scoring.pairs import BELOW, refusal, traits

Version = Literal[
    "as_defined", "targets_stricter", "targets_looser", "min_max", "z_score", "percentile", "inverse_normal"
]
DomainScale = Literal["as_defined", "exponential", "inverse_normal", "percentile"]
AddedUp = Literal[
    "as_defined", "sum", "arithmetic", "geometric", "mazziotta_pareto", "uneven_lowers", "uneven_raises", "minimum"
]


class Uncertainty(Record):
    """What the versions of the method vary (scoring/robustness.py), beside one indicator left out.

    Each version multiplies every weight by a number within `weights` of 1, takes one way of `normalise` (members), one of
    `transform` (the scale of domains that have one) and one of `aggregate`, and counts places with one draw of errors.
    `targets_stricter` and `targets_looser` move both ends of every target by a quarter. Where a geometric mean stands in
    for another way, 1 is added to every domain's score first, so that a score near zero does not decide alone.
    `uneven_lowers` and `uneven_raises` are Mazziotta-Pareto means with either sign of the penalty, of domains put on the
    scale its authors give them (`aggregate.stretched`), on which none is below zero.
    """

    draws: int = Field(1_000, ge=20)
    weights: float = Field(0.25, ge=0, lt=1)
    leave_out: bool = True
    normalise: list[Version] = Field(["as_defined"], min_length=1)
    transform: list[DomainScale] = Field(["as_defined"], min_length=1)
    aggregate: list[AddedUp] = Field(["as_defined"], min_length=1)
    reason: str = ""


class Index(Record):
    """A composite index as data. Rank 1 is the greatest need (or opportunity) in every scope.

    `minimum_weight` is the share of the index's weight that must be observed for an area to be scored. The index is
    withheld where its rank correlation with coverage, or over authorities that of their mean with the length of the
    registers it is counted from, is above `withhold_above`; told of where that with the published index it is compared
    with is below `least_agreement`. `of_whole_nation`: a place among all areas (percentile and the other scales by rank)
    is one in the nation, so that no area has a score while a member so scaled is known in too few. `like_with_like`: a
    member whose kinds of place national lists do not look for nearly everywhere is left out for all areas alike.
    `ties`: which rank areas of one score share. `reads` says how a score is read, `first_rank` what rank 1 is and
    `highest_tenth` what the first tenth is called; `column` heads its scores where areas are listed one a line (not listed
    without). By the index that `is_headline` areas are put in order, and it is what stands beside the official index.
    `axes_first`: what its domains are made of is told before its score, indicator by indicator.
    """

    stem: str
    title: str
    shown_as: str
    question: str
    reads: str = "higher is more"
    first_rank: str = "the greatest"
    highest_tenth: str = "the highest 10 %"
    column: str | None = None
    is_headline: bool = False
    reference_year: int
    citation: str | None = None
    minimum_weight: float = Field(0.6, ge=0, le=1)
    normalise: Normalise = "inverse_normal"
    scale: tuple[float, float] | None = None
    screen: Screen = Screen()
    impute: Imputed = Impute(by="none")
    treatment: Treated = Treatment(rule="none")
    aggregate: Aggregate = "arithmetic"
    imbalance: Literal["lowers", "raises"] = "lowers"
    ties: Literal["lowest", "average", "highest"] = "lowest"
    withhold_above: float | None = None
    least_agreement: float | None = Field(None, ge=-1, le=1)
    area_column: str | None = None
    like_with_like: bool = False
    of_whole_nation: bool = False
    axes_first: bool = False
    publish: bool = True
    cautions: list[str] = []
    uncertainty: Uncertainty = Uncertainty()
    domains: dict[str, Domain] = Field(min_length=1)

    @field_validator("domains")
    @classmethod
    def _domains_fit(cls, domains: dict[str, Domain], info: ValidationInfo):
        check_names(list(domains))
        parts = {name: domain for name, domain in domains.items() if not domain.beside}
        if not parts:
            raise ValueError("every domain stands beside the index; the index is made of nothing")
        if info.data.get("aggregate") != "sum":  # published weights are used as they stand
            add_up([domain.weight for domain in parts.values()])
        names = [name for domain in domains.values() for name, _ in domain.leaves()]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{', '.join(twice)} is a member more than once; an indicator counts in one place")
        return domains

    @model_validator(mode="after")
    def _members_fit(self):
        check_scale(self.normalise, self.scale)
        for _, name, member in self.members:
            if self.scaled_by(member) == "target" and member.target is None:
                raise ValueError(f"{name}: normalise: target needs target: [value scoring 0, value scoring 100]")
            try:
                check_scale(self.scaled_by(member), member.scale)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from error
        return self

    @model_validator(mode="after")
    def _scales_fit(self):
        if self.publish and self.ties != "lowest":
            raise ValueError("ties: in what is published the lowest rank is shared")
        self._refuse_pairs(lambda member: traits(self.scaled_by(member), self.scale_of(member)))
        return self

    @model_validator(mode="after")
    def _versions_fit(self):
        for version in self.uncertainty.normalise:
            stands_in = version if version not in ("as_defined", "targets_stricter", "targets_looser") else None
            fixed = [name for _, name, member in self.members if self.scaled_by(member) in ("target", "none")]
            if stands_in and BELOW in traits(stands_in) and fixed:
                raise ValueError(f"uncertainty: {stands_in} beside members that stay as they are ({fixed[0]})")

            def scaled_by(member: Weighted, stands_in=stands_in) -> frozenset[str]:
                defined = self.scaled_by(member)
                how = defined if stands_in is None or defined in ("target", "none") else stands_in
                return traits(how, self.scale_of(member, how))

            for transform, way in product(self.uncertainty.transform, self.uncertainty.aggregate):
                where = f"uncertainty: normalise {version}, transform {transform}, aggregate {way}: "
                self._refuse_pairs(scaled_by, way, transform, where)
        if self.uncertainty.transform != ["as_defined"] and all(d.transform == "none" for d in self.parts.values()):
            raise ValueError("uncertainty: no domain is put on a scale, so transform varies nothing")
        return self

    def _refuse_pairs(
        self,
        scaled_by: Callable[[Weighted], frozenset[str]],
        way: str = "as_defined",
        transform: str = "as_defined",
        where: str = "",
    ) -> None:
        """Raise ValueError for a scale and a way of adding up, of the index or of any domain, that make no sense together.

        `way` and `transform` stand in for what the index says, of its domains that have a transform.
        """
        stands_in = lambda domain: transform != "as_defined" and domain.transform != "none"  # noqa: E731
        found = [traits(transform) if stands_in(part) else part.traits(scaled_by) for part in self.parts.values()]
        how, is_lifted = self.aggregate if way == "as_defined" else way, way not in ("as_defined", self.aggregate)
        if reason := refusal(how, frozenset().union(*found), is_lifted):
            raise ValueError(f"{where or 'aggregate: '}{reason}")
        for path, domain in self.every_domain.items():
            if reason := refusal(domain.aggregate, frozenset().union(*domain.traits_of_parts(scaled_by))):
                raise ValueError(f"{where}{path}: {reason}")

    @property
    def parts(self) -> dict[str, Domain]:
        """The domains that make the index, without those that stand beside it."""
        return {name: domain for name, domain in self.domains.items() if not domain.beside}

    @property
    def entering_weights(self) -> list[float]:
        """What each of `parts` weighs in the index: its weight times what is read of it; as stated where nothing is."""
        weights = [domain.weight * domain.share_entering for domain in self.parts.values()]
        return weights if sum(weights) > 0 else [domain.weight for domain in self.parts.values()]

    def as_read(self, left_out: Collection[str]) -> "Index":
        """The index of a run that leaves out these members for all areas: what they weigh is not read."""
        return self.model_copy(update={"domains": {n: d.as_read(left_out) for n, d in self.domains.items()}})

    @property
    def members(self) -> list[tuple[str, str, Weighted]]:
        """Every (domain, name, member) in file order; a member of a sub-domain under the domain it is in."""
        return [(d, name, m) for d, domain in self.domains.items() for name, m in domain.leaves()]

    @property
    def every_domain(self) -> dict[str, Domain]:
        """Every domain and sub-domain by its path, in file order."""
        return {path: below for name, domain in self.domains.items() for path, below in domain.below(name)}

    @property
    def reads_indices(self) -> list[str]:
        """The indices whose scores this one reads."""
        return [name for _, name, member in self.members if member.index]

    def scaled_by(self, member: Weighted) -> Normalise:
        """How a member is put on a scale."""
        return member.normalise or self.normalise

    def scale_of(self, member: Weighted, how: str | None = None) -> tuple[float, float] | None:
        """The two numbers of a member's scale, where it has some; `how` stands in for its normalisation.

        `scale` belongs to the normalisation it was given with, and to no other that stands in.
        """
        defined = self.scaled_by(member)
        how = how or defined
        return (member.scale if how == defined else None) or (self.scale if how == self.normalise else None)

    def imputed_by(self, member: Weighted) -> Impute:
        """What stands in for a value of a member that is not known."""
        return member.impute or self.impute


def read_index(path: Path) -> Index:
    """Read one index definition. Raises DefinitionError naming file, line and key."""
    return read_record(Index, path, stem=path.stem)
