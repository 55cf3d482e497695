"""How much less a place counts the longer the walk to it, as the taxonomy states it."""

from typing import Literal

import numpy as np
from pydantic import Field, model_validator

from geodata.records import Record


class Decay(Record):
    """How much a walk counts, by its minutes; nothing beyond `minutes`, the catchment (which is itself within it).

    `uniform`: every walk counts 1. `step`: `bands` maps the longest walk of each band to its weight; the last ends the
    catchment. `gaussian`: exp(-t^2 / (2 sigma^2)) with `sigma_minutes`, cut off at the catchment.
    """

    name: Literal["uniform", "step", "gaussian"]
    minutes: float = Field(gt=0)
    sigma_minutes: float | None = Field(None, gt=0)
    bands: dict[float, float] = {}

    @model_validator(mode="after")
    def _has_what_its_name_needs(self):
        if (self.name == "gaussian") != (self.sigma_minutes is not None):
            raise ValueError("gaussian and sigma_minutes go together")
        if (self.name == "step") != bool(self.bands):
            raise ValueError("step and bands go together")
        if self.sigma_minutes and self.sigma_minutes < self.minutes / 10:
            raise ValueError("sigma_minutes under a tenth of the catchment leaves its edge no weight at all")
        weights = [weight for _, weight in sorted(self.bands.items())]
        if self.bands and max(self.bands) != self.minutes:
            raise ValueError("the last band ends the catchment")
        if weights != sorted(weights, reverse=True) or any(weight <= 0 for weight in weights):
            raise ValueError("weights of bands are above 0 and do not rise with the walk")
        return self

    @property
    def description(self) -> str:
        """The decay in words."""
        if self.name == "gaussian":
            return f"Gaussian, sigma {self.sigma_minutes:g} minutes, to {self.minutes:g} minutes"
        if self.name == "step":
            steps = ", ".join(f"{weight:g} to {limit:g}" for limit, weight in sorted(self.bands.items()))
            return f"in steps, {steps} minutes"
        return f"every walk to {self.minutes:g} minutes alike"

    def weights(self, minutes: np.ndarray) -> np.ndarray:
        """The weight of each walk, 0 to 1 unless `bands` say otherwise; 0 beyond the catchment."""
        minutes = np.asarray(minutes, dtype=np.float64)
        within = minutes <= self.minutes
        if self.name == "uniform":
            return within.astype(np.float64)
        if self.name == "gaussian":
            return np.where(within, np.exp(-(minutes**2) / (2 * self.sigma_minutes**2)), 0.0)
        limits = sorted(self.bands)
        weights = np.array([*(self.bands[limit] for limit in limits), 0.0])
        return weights[np.searchsorted(limits, minutes, side="left")]
