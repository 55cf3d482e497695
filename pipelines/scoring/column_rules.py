"""What a definition may say is done to the columns of a table before they are put on a scale, and what it leaves out."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from geodata.records import Record


class Treatment(Record):
    """What is done about outliers before a member is put on a scale, by a stated rule (scoring/treat.py).

    `outliers`: where skewness and kurtosis are both beyond their limits, up to `points` values are winsorised, and
    where that does not bring them within the limits the logarithm is taken instead. `winsorise` stops before the
    logarithm; `log` always takes it.
    """

    rule: Literal["none", "outliers", "winsorise", "log"]
    skewness: float = Field(2.0, gt=0)
    kurtosis: float = Field(3.5, gt=0)
    points: int = Field(5, ge=1)


class Shrink(Record):
    """Small-number shrinkage of a rate: `denominator` and `within` are headings of the table (people at risk, and the
    larger area whose rate a small one is drawn to); the value is so many `per`."""

    denominator: str
    within: str
    per: float = Field(100, gt=0)


class Denominate(Record):
    """A count divided by another column: `by` is its heading, the value is so many `per` of it."""

    by: str
    per: float = Field(1, gt=0)


class Impute(Record):
    """What stands in for a value that is not known: the `mean` or `median` of those that are, of all areas or of those
    with the same value in the column headed `within`. It counts in the score, and never in the weight observed."""

    by: Literal["none", "mean", "median"]
    within: str | None = None

    @model_validator(mode="after")
    def _needs_a_way(self):
        if self.by == "none" and self.within:
            raise ValueError("impute: by none has no column `within`")
        return self


class Screen(Record):
    """Availability: a member known in less than the share `members` of areas is left out for all of them, then an area
    known in less than the share `areas` of the members left (those beside the index not counted)."""

    areas: float = Field(0, ge=0, le=1)
    members: float = Field(0, ge=0, le=1)


def _by(key: str):
    """A word alone stands for the record in which it is the value of `key`."""
    return BeforeValidator(lambda told: {key: told} if isinstance(told, str) else told)


Treated = Annotated[Treatment, _by("rule")]
Denominated = Annotated[Denominate, _by("by")]
Imputed = Annotated[Impute, _by("by")]
