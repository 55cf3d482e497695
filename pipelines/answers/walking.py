"""Walks between points of a release, by the measure its geography names: for answers that no table holds ready."""

from dataclasses import dataclass

import duckdb
import numpy as np

from geodata.crs import PUBLISHED, transform_xy
from geodata.distance import Measure, Walks, measure_of
from pipelines.answers.latest import geography_of


@dataclass(frozen=True)
class Walking:
    """A measure, asked with rows that have `longitude` and `latitude`."""

    measure: Measure
    crs: str

    @property
    def name(self) -> str:
        """How walks are measured."""
        return self.measure.name

    def walks(self, origins: list[dict], places: list[dict], limit_minutes: float) -> Walks:
        """Every walk from an origin to a place of at most `limit_minutes`."""
        return self.measure.walks(self._xy(origins), self._xy(places), limit_minutes)

    def nearest(self, origins: list[dict], places: list[dict]) -> Walks:
        """The walk from each origin to its nearest place, none beyond the measure's cap."""
        return self.measure.nearest(self._xy(origins), self._xy(places))

    def _xy(self, points: list[dict]) -> np.ndarray:
        degrees = np.array([[point["longitude"], point["latitude"]] for point in points], dtype=float).reshape(-1, 2)
        return np.column_stack(transform_xy(degrees[:, 0], degrees[:, 1], PUBLISHED, self.crs))


def measured(connection: duckdb.DuckDBPyConnection) -> Walking:
    """Walks as the release of `connection` measures them. Raises Problem where its geography is not known here."""
    geography = geography_of(connection)
    return Walking(measure_of(geography), geography.crs)
