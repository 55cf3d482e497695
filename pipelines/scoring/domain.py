"""A domain of an index as data: its members and the domains below it, what each weighs, and how they are added up."""

from collections.abc import Callable, Collection, Iterator
from typing import Literal

from pydantic import Field, PrivateAttr, model_validator

from geodata.records import Record
from pipelines.scoring.column_rules import Denominated, Imputed, Shrink, Treated
from pipelines.scoring.pairs import traits, traits_together

Direction = Literal["higher_is_more_need", "higher_is_less_need", "higher_is_more_opportunity", "neutral"]
Normalise = Literal["min_max", "z_score", "percentile", "inverse_normal", "exponential", "target", "none"]
Aggregate = Literal["sum", "arithmetic", "geometric", "mazziotta_pareto", "minimum"]


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
            check_scale(self.normalise, self.scale)
        return self


def check_scale(normalise: str | None, scale: tuple[float, float] | None) -> None:
    """Raise ValueError for two numbers that are no scale of a normalisation."""
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
        check_names([*self.members, *self.domains])
        if twice := set(self.members) & set(self.domains):
            raise ValueError(f"{', '.join(sorted(twice))} is both a member and a domain below")
        if any(domain.beside for domain in self.domains.values()):
            raise ValueError("only a domain of the index itself can stand beside it")
        if self.aggregate != "sum":
            add_up([*self.weights.values(), *self.not_read.values()])
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


def check_names(names: list[str]) -> None:
    """Raise ValueError for a name that a path could not hold."""
    if odd := [name for name in names if "/" in name]:
        raise ValueError(f"{odd[0]}: a name holds no /, which stands between a domain and what is below it")


def _none_outweighs(weights: list[float], least: int) -> None:
    """Raise ValueError where of so many members, the least that must be known, one may weigh more than the others together."""
    if least > len(weights):
        raise ValueError(f"least_members_read: {least} of {len(weights)} members are never known")
    *others, most = sorted(weights)
    if least > 1 and most > sum(others[: least - 1]) + 1e-9:
        raise ValueError("least_members_read: of so few members one may weigh more than all the others together")


def add_up(weights: list[float]) -> None:
    """Raise ValueError for weights that neither sum to 1 nor are all equal."""
    if len(set(weights)) > 1 and abs(sum(weights) - 1) > 1e-9:
        raise ValueError(f"the weights sum to {sum(weights):g}; they must sum to 1 or all be equal")
