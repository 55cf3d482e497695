"""An index as data: the tree of domains and indicators, and every choice of method, as one YAML file states them."""

from collections.abc import Callable, Collection, Iterator
from itertools import product
from pathlib import Path
from typing import Literal

from pydantic import Field, PrivateAttr, ValidationInfo, field_validator, model_validator

from geodata.records import Record, read_record
from pipelines.scoring.column_rules import Denominated, Impute, Imputed, Screen, Shrink, Treated, Treatment
from pipelines.scoring.pairs import BELOW, refusal, traits, traits_together

Direction = Literal["higher_is_more_need", "higher_is_less_need", "higher_is_more_opportunity", "neutral"]
Normalise = Literal["min_max", "z_score", "percentile", "inverse_normal", "exponential", "target", "none"]
Aggregate = Literal["sum", "arithmetic", "geometric", "mazziotta_pareto", "minimum"]
Version = Literal[
    "as_defined", "targets_stricter", "targets_looser", "min_max", "z_score", "percentile", "inverse_normal"
]
DomainScale = Literal["as_defined", "exponential", "inverse_normal", "percentile"]
AddedUp = Literal[
    "as_defined", "sum", "arithmetic", "geometric", "mazziotta_pareto", "uneven_lowers", "uneven_raises", "minimum"
]


class Weighted(Record):
    """One indicator, or another index's score, inside a domain: its weight, why, and how it is put on a scale.

    `of_register`: counted from registers that authorities keep and publish themselves, so that how long these are is
    compared with the scores (`withhold_above` of the index). `target` gives the values that score 0 and 100 (normalise: target). `scale`: least and greatest (min_max; 0 and 100
    unless told), or mean and standard deviation (z_score; 0 and 1 unless told). What is not said here is as the index
    says. `against`: why it goes against its index, where areas with more of it have the lower scores.
    """

    weight: float = Field(gt=0)
    reason: str
    citation: str | None = None
    unit: str | None = None
    normalise: Normalise | None = None
    target: tuple[float, float] | None = None
    scale: tuple[float, float] | None = None
    denominate: Denominated | None = None
    shrink: Shrink | None = None
    impute: Imputed | None = None
    treatment: Treated | None = None
    direction: Direction | None = None
    heading: str | None = None
    index: bool = False
    of_register: bool = False
    against: str | None = None

    @model_validator(mode="after")
    def _scale_fits(self):
        if (self.normalise == "target") != (self.target is not None):
            raise ValueError("normalise: target and target: [value scoring 0, value scoring 100] go together")
        if self.target and self.target[0] == self.target[1]:
            raise ValueError("the two ends of target are the same")
        if self.normalise:  # else held to the way of the index, by the index
            _check_scale(self.normalise, self.scale)
        return self


def _check_scale(normalise: str | None, scale: tuple[float, float] | None) -> None:
    if scale and normalise in ("percentile", "inverse_normal", "exponential", "target", "none"):
        raise ValueError(f"scale is for min_max and z_score, not for {normalise}")
    if scale and normalise == "min_max" and scale[0] >= scale[1]:
        raise ValueError("scale of min_max is [least, greatest]")
    if scale and normalise == "z_score" and scale[1] <= 0:
        raise ValueError("scale of z_score is [mean, standard deviation]")


class Domain(Record):
    """One domain: its members and sub-domains aggregated, then put on the scale of what is above it by `transform`.

    `minimum_weight`: the share of its weight that must be observed for it to have a score. `beside`: scored and
    published beside the index, and no part of it. `not_read`: what belongs to the domain and no source tells yet, with
    its weight: it lowers the weight observed, and what the domain weighs in what is above it, so that one half read does
    not count whole. `least_members_read`: how many of its members must be known in an area for the index to have a score
    there; the domain has one without. `imbalance`: whether uneven parts raise or lower a Mazziotta-Pareto mean.
    """

    title: str
    weight: float = Field(gt=0)
    reason: str
    citation: str | None = None
    aggregate: Aggregate = "arithmetic"
    imbalance: Literal["lowers", "raises"] = "lowers"
    transform: Literal["min_max", "z_score", "percentile", "inverse_normal", "exponential", "none"] = "none"
    minimum_weight: float = Field(0.5, ge=0, le=1)
    least_members_read: int = Field(0, ge=0)
    beside: bool = False
    members: dict[str, Weighted] = {}
    domains: dict[str, "Domain"] = {}
    not_read: dict[str, float] = {}
    _left_out: frozenset[str] = PrivateAttr(frozenset())  # members that a run leaves out for all areas (Index.as_read)

    @property
    def weights(self) -> dict[str, float]:
        """The weight of every member and sub-domain, in file order: members first."""
        parts: dict[str, Weighted | Domain] = {**self.members, **self.domains}
        return {name: part.weight for name, part in parts.items()}

    @property
    def share_read(self) -> float:
        """The share (0-1) of the domain's weight that some source tells."""
        read = sum(self.weights.values())
        return read / (read + sum(self.not_read.values()))

    @property
    def share_entering(self) -> float:
        """The share (0-1) of the domain's weight that some source tells and this run does not leave out for all areas."""
        return sum(self.read_weights.values()) / (sum(self.weights.values()) + sum(self.not_read.values()))

    @property
    def read_weights(self) -> dict[str, float]:
        """What each part weighs in the domain by what is read of it: nothing where it is left out for all areas."""
        members = {name: 0.0 if name in self._left_out else member.weight for name, member in self.members.items()}
        return members | {name: below.weight * below.share_entering for name, below in self.domains.items()}

    def as_read(self, left_out: Collection[str]) -> "Domain":
        """The domain of a run that leaves out these members for all areas."""
        copy = self.model_copy(update={"domains": {n: d.as_read(left_out) for n, d in self.domains.items()}})
        copy._left_out = frozenset(left_out) & set(self.members)
        return copy

    @model_validator(mode="after")
    def _parts_fit(self):
        if not self.weights:
            raise ValueError("a domain has members, or domains below it")
        _check_names([*self.members, *self.domains])
        if twice := set(self.members) & set(self.domains):
            raise ValueError(f"{', '.join(sorted(twice))} is both a member and a domain below")
        if any(domain.beside for domain in self.domains.values()):
            raise ValueError("only a domain of the index itself can stand beside it")
        if self.aggregate != "sum":
            _add_up([*self.weights.values(), *self.not_read.values()])
        if self.least_members_read:
            _none_outweighs([member.weight for member in self.members.values()], self.least_members_read)
        return self

    def traits(self, scaled_by: Callable[[Weighted], frozenset[str]]) -> frozenset[str]:
        """What is known of the scale on which it enters what is above it, its members' traits as `scaled_by` says."""
        if self.transform != "none":
            return traits(self.transform)
        return traits_together(self.aggregate, self.traits_of_parts(scaled_by))

    def traits_of_parts(self, scaled_by: Callable[[Weighted], frozenset[str]]) -> list[frozenset[str]]:
        """The traits of its members, then of the domains below it."""
        members = [scaled_by(member) for member in self.members.values()]
        return [*members, *(domain.traits(scaled_by) for domain in self.domains.values())]

    def leaves(self) -> Iterator[tuple[str, Weighted]]:
        """Every member of the domain and of those below it."""
        yield from self.members.items()
        for domain in self.domains.values():
            yield from domain.leaves()

    def below(self, path: str) -> Iterator[tuple[str, "Domain"]]:
        """This domain and those below it, each by its path (names joined by /), in file order."""
        yield path, self
        for name, domain in self.domains.items():
            yield from domain.below(f"{path}/{name}")


def _check_names(names: list[str]) -> None:
    if odd := [name for name in names if "/" in name]:
        raise ValueError(f"{odd[0]}: a name holds no /, which stands between a domain and what is below it")


def _none_outweighs(weights: list[float], least: int) -> None:
    """Raise ValueError where of so many members, the least that must be known, one may weigh more than the others together."""
    if least > len(weights):
        raise ValueError(f"least_members_read: {least} of {len(weights)} members are never known")
    *others, most = sorted(weights)
    if least > 1 and most > sum(others[: least - 1]) + 1e-9:
        raise ValueError("least_members_read: of so few members one may weigh more than all the others together")


def _add_up(weights: list[float]) -> None:
    if len(set(weights)) > 1 and abs(sum(weights) - 1) > 1e-9:
        raise ValueError(f"the weights sum to {sum(weights):g}; they must sum to 1 or all be equal")


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
        _check_names(list(domains))
        parts = {name: domain for name, domain in domains.items() if not domain.beside}
        if not parts:
            raise ValueError("every domain stands beside the index; the index is made of nothing")
        if info.data.get("aggregate") != "sum":  # published weights are used as they stand
            _add_up([domain.weight for domain in parts.values()])
        names = [name for domain in domains.values() for name, _ in domain.leaves()]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{', '.join(twice)} is a member more than once; an indicator counts in one place")
        return domains

    @model_validator(mode="after")
    def _members_fit(self):
        _check_scale(self.normalise, self.scale)
        for _, name, member in self.members:
            if self.scaled_by(member) == "target" and member.target is None:
                raise ValueError(f"{name}: normalise: target needs target: [value scoring 0, value scoring 100]")
            try:
                _check_scale(self.scaled_by(member), member.scale)
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
