"""Distance as a named, replaceable measure: who can walk to what, how far it is, and what is nearest.

Nothing outside this module knows how a walk is got. Another measure (a walking network) is one more frozen record with
the members of `Measure`, chosen in `measure_of`.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.spatial import cKDTree

from geodata.geography import Geography

SLACK = 1 + 1e-9  # a tree is asked for a little more than is kept, so that rounding inside it decides nothing


@dataclass(frozen=True)
class Walks:
    """Sparse walks, sorted by origin and place: positions `i` (origin) and `j` (place), `metres` and `minutes`.

    Four arrays of one length; no pair is given twice.
    """

    i: np.ndarray
    j: np.ndarray
    metres: np.ndarray
    minutes: np.ndarray

    def where(self, keep: np.ndarray) -> "Walks":
        """The walks for which `keep` (one truth value per walk) holds."""
        return Walks(self.i[keep], self.j[keep], self.metres[keep], self.minutes[keep])


class Measure(Protocol):
    """A way of measuring walks. Points are arrays of shape (n, 2): x, y in metres, in the geography's projected CRS.

    A walk depends on its two ends alone, never on the other points asked about: the same to the last bit in a run for
    one authority and in one for the nation.
    """

    @property
    def name(self) -> str:
        """How walks are measured, in words that follow a comma."""

    @property
    def cap_m(self) -> float:
        """The walk (metres) beyond which a nearest place is not stated."""

    def least(self, straight_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The shortest walk there can be between ends `straight_m` apart: metres and minutes."""

    def furthest_m(self, limit_minutes: float) -> float:
        """How far apart, in a straight line, the ends of a walk of `limit_minutes` can be: the margin it asks for."""

    def walks(self, origins_xy: np.ndarray, places_xy: np.ndarray, limit_minutes: float) -> Walks:
        """Every walk from an origin to a place that takes at most `limit_minutes`."""

    def nearest(self, origins_xy: np.ndarray, places_xy: np.ndarray) -> Walks:
        """The walk from each origin to its nearest place, where it is at most `cap_m`; of places in one spot, the first."""

    def nearest_but(self, origins_xy: np.ndarray, places_xy: np.ndarray, but: np.ndarray) -> Walks:
        """The walk from each origin to the nearest place were `but` (the position of a place, one per origin) not there,
        where it is at most `cap_m`; of places equally near, any."""


@dataclass(frozen=True)
class StraightLine:
    """Walks as straight lines lengthened by `detour_factor`, at one speed, to the nearest place within a straight line."""

    detour_factor: float
    minutes_per_metre: float
    nearest_cap_m: float

    @property
    def name(self) -> str:
        """How walks are measured."""
        return f"straight line x {self.detour_factor:g}, {1 / self.minutes_per_metre:.0f} m a minute"

    @property
    def cap_m(self) -> float:
        """The walk (metres) beyond which a nearest place is not stated."""
        return self.nearest_cap_m * self.detour_factor

    def least(self, straight_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The walk between ends `straight_m` apart: metres and minutes."""
        metres = straight_m * self.detour_factor
        return metres, metres * self.minutes_per_metre

    def furthest_m(self, limit_minutes: float) -> float:
        """How far apart, in a straight line, the ends of a walk of `limit_minutes` are."""
        return limit_minutes / self.minutes_per_metre / self.detour_factor

    def walks(self, origins_xy: np.ndarray, places_xy: np.ndarray, limit_minutes: float) -> Walks:
        """Every walk from an origin to a place that takes at most `limit_minutes`."""
        if not len(origins_xy) or not len(places_xy):
            return self._between(origins_xy, places_xy, np.empty(0, np.intp), np.empty(0, np.intp))
        homes, targets = _tree(origins_xy), _tree(places_xy)
        near = homes.sparse_distance_matrix(targets, self.furthest_m(limit_minutes) * SLACK, output_type="ndarray")
        i, j = _in_order(near["i"], near["j"], len(places_xy))
        walks = self._between(origins_xy, places_xy, i, j)
        within = walks.minutes <= limit_minutes
        return walks if within.all() else walks.where(within)

    def nearest(self, origins_xy: np.ndarray, places_xy: np.ndarray) -> Walks:
        """The walk from each origin to its nearest place, where it is at most `cap_m`; of places in one spot, the first."""
        if not len(origins_xy) or not len(places_xy):
            return self._between(origins_xy, places_xy, np.empty(0, np.intp), np.empty(0, np.intp))
        first = _first_in_each_spot(places_xy)
        tree = _tree(places_xy[first])
        _, at = tree.query(origins_xy, distance_upper_bound=self.nearest_cap_m * SLACK, workers=-1)
        i = np.flatnonzero(at < len(first))
        walks = self._between(origins_xy, places_xy, i, first[at[i]])
        return walks.where(walks.metres <= self.cap_m)

    def nearest_but(self, origins_xy: np.ndarray, places_xy: np.ndarray, but: np.ndarray) -> Walks:
        """The walk from each origin to the nearest place were `but` (the position of a place, one per origin) not there,
        where it is at most `cap_m`; of places equally near, any."""
        if not len(origins_xy) or not len(places_xy):
            return self._between(origins_xy, places_xy, np.empty(0, np.intp), np.empty(0, np.intp))
        tree = _tree(places_xy)
        _, at = tree.query(origins_xy, k=2, distance_upper_bound=self.nearest_cap_m * SLACK, workers=-1)
        other = np.where(at[:, 0] == but, at[:, 1], at[:, 0])
        i = np.flatnonzero(other < len(places_xy))
        walks = self._between(origins_xy, places_xy, i, other[i])
        return walks.where(walks.metres <= self.cap_m)

    def _between(self, origins_xy: np.ndarray, places_xy: np.ndarray, i: np.ndarray, j: np.ndarray) -> Walks:
        # From the coordinates, not from a tree, whose last bit may depend on the other points it holds.
        squared = np.zeros(len(i))
        for start, end in zip(
            origins_xy.T, places_xy.T, strict=True
        ):  # one axis at a time: memory is what takes the time
            gap = np.ascontiguousarray(start).take(i)
            gap -= np.ascontiguousarray(end).take(j)
            gap *= gap
            squared += gap
        return Walks(i, j, *self.least(np.sqrt(squared, out=squared)))


def _tree(points: np.ndarray) -> cKDTree:
    # split at the middle of space, not at the median: built in a fraction of the time, asked as fast
    return cKDTree(points, balanced_tree=False, compact_nodes=False)


def _in_order(i: np.ndarray, j: np.ndarray, n_places: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs by i, then j: sorted as single numbers, several times faster than as pairs."""
    pair = i.astype(np.int64) * n_places
    pair += j
    pair.sort()
    i = pair // n_places
    return i, pair - i * n_places


def _first_in_each_spot(points: np.ndarray) -> np.ndarray:
    """The position of the first point in each spot, by x, then y."""
    order = np.lexsort((points[:, 1], points[:, 0]))
    new = np.append(True, (np.diff(points[order], axis=0) != 0).any(axis=1))
    return order[new]


def measure_of(geography: Geography) -> Measure:
    """The measure of a geography's walks."""
    return StraightLine(geography.detour_factor, geography.minutes_per_metre, geography.nearest_cap_m)
