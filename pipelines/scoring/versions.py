"""One version of an index's method: other weights, another scale of indicators or domains, another way of adding up, one
indicator left out, places counted with errors; and the ranks it gives. Robustness draws versions at random, sensitivity
takes them from a list, weight sets are versions too: all are scored here, by the functions that score what is published.
Versions that differ only in how domains are scaled and added up share the domains, and the order of areas in each."""

import threading
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from pipelines.scoring import normalise
from pipelines.scoring.aggregate import SLACK, aggregate, stretched
from pipelines.scoring.composite import on_scale, score_domains, treat_members
from pipelines.scoring.definition import Index
from pipelines.scoring.domain import Domain, Weighted
from pipelines.scoring.normalise import BY_RANK, Room
from pipelines.scoring.pairs import BELOW, traits
from pipelines.scoring.scopes import INT64, Groups
from pipelines.scoring.treat import Treatment, treat

TARGETS_MOVE = 1.25
WORKERS = 2
GEOMETRIC_FROM = 1.0  # added before a geometric mean stands in for another: scores near zero would decide alone
SCALES_THAT_STRETCH = ("min_max", "z_score")  # outliers are dealt with before these, whatever the definition says
OUTLIERS = Treatment(rule="outliers")
UNEVEN = {"uneven_lowers": "lowers", "uneven_raises": "raises"}


@dataclass(frozen=True)
class Version:
    """`domains` and `members` are weights by name (sub-domains by path, with the members); what is not in them is left
    out. `normalise`: the scale of members; `transform`: that of domains which have one. `places`: which draw of errors in
    places, 0 for as counted; `catchment`: which walk to places, 0 as published."""

    domains: dict[str, float]
    members: dict[str, float]
    normalise: str = "as_defined"
    aggregate: str = "as_defined"
    places: int = 0
    catchment: int = 0
    transform: str = "as_defined"

    @property
    def inside(self) -> tuple:
        """All that makes the domains, before they are scaled and added up."""
        return tuple(self.members.items()), self.normalise, self.places, self.catchment


class Inside:
    """The domains of a version before they are put on their scale, and on any scale that is asked for; good until the
    thread whose `room` this is makes the next."""

    def __init__(self, before: dict[str, np.ndarray], room: Room):
        self._before, self._room = before, room
        self._orders: dict[str, tuple] = {}
        self._scaled: dict[tuple[str, str], np.ndarray] = {}

    def on(self, name: str, how: str) -> np.ndarray:
        """One domain on a scale, over the areas that domains are scored over."""
        if how == "none":
            return self._before[name]
        if (name, how) not in self._scaled:
            before = self._before[name]
            self._scaled[name, how] = (
                self._along(name, how, before) if how in BY_RANK else getattr(normalise, how)(before)
            )
        return self._scaled[name, how]

    def _along(self, name: str, how: str, before: np.ndarray) -> np.ndarray:
        if name not in self._orders:
            is_whole = len(before) > 0 and not np.isnan(before.min())
            known = None if is_whole else ~np.isnan(before)
            values = before if is_whole else before[known]
            self._orders[name] = (known, *normalise.in_order(values, self._room.within((name,))))
        known, order, tied = self._orders[name]
        found = self._room.array((name, how), len(before))
        if known is None:
            return normalise.along_curve(how, found, order, tied)
        found.fill(np.nan)
        found[known] = normalise.along_curve(how, np.empty(len(order)), order, tied)
        return found


def as_defined(index: Index) -> Version:
    """The version that is published."""
    members = {
        path_or_name: weight for name, domain in index.parts.items() for path_or_name, weight in _inner(name, domain)
    }
    return Version({name: domain.weight for name, domain in index.parts.items()}, members)  # fmt: skip


def _inner(path: str, domain) -> Iterable[tuple[str, float]]:
    yield from ((name, member.weight) for name, member in domain.members.items())
    for name, below in domain.domains.items():
        yield f"{path}/{name}", below.weight
        yield from _inner(f"{path}/{name}", below)


def can_be_left_out(index: Index, read: Collection[str] | None = None) -> list[str]:
    """The members without which their domain still has another; of those that are `read` (known somewhere; all), and
    not of a domain that so little is read of that it has no score."""

    def inside(domain: Domain) -> Iterable[str]:
        known = [name for name in domain.members if read is None or name in read]
        below = [d for d in domain.domains.values() if read is None or any(name in read for name, _ in d.leaves())]
        if domain.share_read >= domain.minimum_weight - SLACK:
            yield from known if len(known) + len(below) > 1 else []
            for part in domain.domains.values():
                yield from inside(part)

    return [name for domain in index.parts.values() for name in inside(domain)]


@dataclass
class Scorer:
    """Scores versions of one index over the areas in `keep` (positions in `values`), ranked within their `group`.

    `values`: a row per area of the nation, a column per member. `with_errors`: for the members that rest on places, their
    values by catchment, draw of errors and area (rows as `values`), the first of the first as published. `size`: among how
    many areas each is ranked, for its tenth; all of its group unless given.
    """

    index: Index
    values: pd.DataFrame
    directions: dict[str, str]
    keep: np.ndarray
    group: np.ndarray
    with_errors: dict[str, np.ndarray] = field(default_factory=dict)
    size: np.ndarray | None = None

    def __post_init__(self):
        self._scaled: dict[tuple, np.ndarray] = {}
        self.groups = Groups(self.group)
        if self.size is None:
            self.size = np.bincount(self.group, minlength=1)[self.group] if len(self.group) else np.zeros(0, dtype=int)
        self._treated = treat_members(self.index, self.values)
        self._parts = self.index.parts
        self._before = {name: domain.model_copy(update={"transform": "none"}) for name, domain in self._parts.items()}
        self._rooms = threading.local()
        # a domain put on a curve stands among all areas of the nation; where there is none, the areas kept are enough
        on_a_curve = any(domain.transform != "none" for domain in self.index.every_domain.values())
        self._among_all = on_a_curve and not np.array_equal(self.keep, np.arange(len(self.values)))

    @cached_property
    def read(self) -> set[str]:
        """The members that are known in some area kept."""
        known = self.values.iloc[self.keep].notna().any()
        return set(known.index[known])

    @property
    def n_errors(self) -> int:
        """How many draws of errors in places there are."""
        return max((drawn.shape[1] - 1 for drawn in self.with_errors.values()), default=0)

    @property
    def n_catchments(self) -> int:
        """How many catchments there are, the published one among them."""
        return max((drawn.shape[0] for drawn in self.with_errors.values()), default=1)

    def scaled(self, normalise: str, places: int, catchment: int) -> dict[str, np.ndarray]:
        """Every member on its scale, over the areas that domains are scored over."""
        return {
            name: self._column(name, member, normalise, (catchment, places))
            for domain, name, member in self.index.members
            if domain in self._parts
        }

    def _column(self, name, member, normalise: str, places: tuple[int, int]) -> np.ndarray:
        how, target = self._how(member, normalise)
        key = (name, how, target, places if name in self.with_errors else (0, 0))
        if key not in self._scaled:
            values = self._treated[name].values
            if key[3] != (0, 0):
                values = treat(self.with_errors[name][places], member.treatment or self.index.treatment).values
            if how in SCALES_THAT_STRETCH and how != self.index.scaled_by(member):
                values = treat(values, OUTLIERS).values
            direction = self.directions.get(name, "higher_is_more_need")
            column = on_scale(self.index, member, values, direction, how, target)
            self._scaled[key] = column if self._among_all else column[self.keep]
        return self._scaled[key]

    def _how(self, member: Weighted, normalise: str) -> tuple[str, tuple[float, float] | None]:
        defined = self.index.scaled_by(member)
        if normalise.startswith("targets_") and member.target:
            zero, hundred = member.target
            sooner = (normalise == "targets_stricter") == (abs(hundred) > abs(zero))
            move = 1 / TARGETS_MOVE if sooner else TARGETS_MOVE
            return defined, (zero * move, hundred * move)
        if normalise in ("as_defined", "targets_stricter", "targets_looser") or defined in ("none", "target"):
            return defined, member.target
        return normalise, None

    def inside(self, version: Version, room: Room) -> Inside:
        """The domains of a version, in `room`."""
        scaled = self.scaled(version.normalise, version.places, version.catchment)
        return Inside(score_domains(self._before, scaled, self._members(version), room).entering, room)

    def _members(self, version: Version) -> dict[str, float]:
        """The weights of members, with those that this run cannot do without: draws are the same whatever is read."""
        needed = {n: w for n, w in self._all_members.items() if n not in version.members and n not in self._may_go}
        return {**version.members, **needed}

    @cached_property
    def _all_members(self) -> dict[str, float]:
        return as_defined(self.index).members

    @cached_property
    def _may_go(self) -> set[str]:
        return set(can_be_left_out(self.index, self.read))

    def score(self, version: Version) -> np.ndarray:
        """The score of every area kept; NaN where the version gives none. A domain that no area has is passed over."""
        room = Room()
        return self._added_up(self.inside(version, room), version, room)

    def _added_up(self, inside: Inside, version: Version, room: Room) -> np.ndarray:
        domains = [name for name in self._parts if version.domains.get(name)]
        on = {name: self._scale(self._parts[name], version) for name in domains}
        columns = {name: self._kept(inside.on(name, how)) for name, how in on.items()}
        how = self.index.aggregate if version.aggregate == "as_defined" else version.aggregate
        # a part that no area has would leave no score where all are needed, and takes time to pass over where not
        known = [name for name in domains if not np.isnan(columns[name]).all()] or domains
        if how in UNEVEN:
            columns = {name: stretched(columns[name], self._is_signed(name, on[name], version)) for name in known}
        if how == "geometric" and self.index.aggregate != "geometric":
            columns = {name: columns[name] + GEOMETRIC_FROM for name in known}
        out, scratch = (room.array(name, len(self.keep)) for name in ("total", "scratch"))
        weights, imbalance = self._weights(version, known), UNEVEN.get(how, self.index.imbalance)
        how = "mazziotta_pareto" if how in UNEVEN else how
        return aggregate(how, [columns[name] for name in known], weights, imbalance, out, scratch)[0]

    def _weights(self, version: Version, known: list[str]) -> list[float]:
        """Of a domain as much as is read of it."""
        weights = [version.domains[name] * self._parts[name].share_entering for name in known]
        return weights if sum(weights) > 0 else [version.domains[name] for name in known]

    def _scale(self, domain: Domain, version: Version) -> str:
        stands_in = domain.transform != "none" and version.transform != "as_defined"
        return version.transform if stands_in else domain.transform

    def _is_signed(self, name: str, how: str, version: Version) -> bool:
        if how != "none":
            return BELOW in traits(how)

        def scaled_by(member: Weighted) -> frozenset[str]:
            how = self._how(member, version.normalise)[0]
            return traits(how, self.index.scale_of(member, how))

        return any(BELOW in part for part in self._parts[name].traits_of_parts(scaled_by))

    def _kept(self, column: np.ndarray) -> np.ndarray:
        return column[self.keep] if self._among_all else column

    def ranks(self, version: Version) -> np.ndarray:
        """The rank (1 = greatest; ties share the lowest) of every area kept within its group; 0 where it has no score."""
        return self._ranks(self.inside(version, self._room()), version, INT64)

    def _ranks(self, inside: Inside, version: Version, kind: np.dtype) -> np.ndarray:
        room = self._room()
        return self.groups.ranks(self._added_up(inside, version, room), self.index.aggregate == "geometric", room, kind)

    def _room(self) -> Room:
        """The working arrays of this thread."""
        if not hasattr(self._rooms, "own"):
            self._rooms.own = Room()
        return self._rooms.own

    def all_ranks(self, versions: list[Version]) -> np.ndarray:
        """Ranks of every version (rows) and area kept (columns), as small integers; on two threads."""
        drawn = np.empty((len(versions), len(self.keep)), dtype=np.min_scalar_type(len(self.keep)))

        def rank(number: int, inside: Inside) -> None:
            drawn[number] = self._ranks(inside, versions[number], drawn.dtype)

        self._of_each(versions, rank)
        return drawn

    def all_scores(self, versions: list[Version], domain: str | None, take: Callable[[int, np.ndarray], None]) -> None:
        """Hands `take` the number of every version and its score of every area kept (NaN where it gives none): of the
        index, or of one of its domains. On two threads; the scores are good until the next of the same thread."""

        def score(number: int, inside: Inside) -> None:
            version = versions[number]
            if domain is None:
                take(number, self._added_up(inside, version, self._room()))
            else:
                take(number, self._kept(inside.on(domain, self._scale(self._parts[domain], version))))

        self._of_each(versions, score)

    def _of_each(self, versions: list[Version], found: Callable[[int, Inside], None]) -> None:
        for asked in {(v.normalise, v.places, v.catchment) for v in versions}:
            self.scaled(*asked)  # filled before the threads start, which then only read it
        alike: dict[tuple, list[int]] = {}
        for number, version in enumerate(versions):
            alike.setdefault(version.inside, []).append(number)

        def of_alike(numbers: list[int]) -> None:
            inside = self.inside(versions[numbers[0]], self._room())
            for number in numbers:
                found(number, inside)

        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(of_alike, alike.values()))
