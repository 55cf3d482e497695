"""Bands of tenure, and how secure each is taken to be: what is added up over the places of an area (reach/tenure.py)."""

from pydantic import Field, model_validator

from geodata.records import Record

SECURE, LONG, MIDDLE, SHORT, ROLLING, UNKNOWN = (
    "freehold_or_99_years",
    "25_to_98_years",
    "7_to_24_years",
    "under_7_years",
    "licence_or_rolling",
    "unknown",
)
YEARS = {99: SECURE, 25: LONG, 7: MIDDLE, 0: SHORT}  # from so many complete years up


class TenureSecurity(Record):
    """Whose tenure is looked at within a walk: open places of these `kinds`, and those of the kind `register` (what owners'
    registers list) that somebody uses. A register was read where that kind was looked for. `security` (0-1) of each band;
    a band that is not known has none.
    """

    kinds: list[str] = Field(min_length=1)
    register_kind: str = Field(alias="register")
    security: dict[str, float]

    @model_validator(mode="after")
    def _each_band(self):
        bands = {*YEARS.values(), ROLLING}
        if set(self.security) != bands:
            raise ValueError(f"security has a value for each of {', '.join(sorted(bands))}, and no other")
        if odd := [value for value in self.security.values() if not 0 <= value <= 1]:
            raise ValueError(f"{odd[0]:g} is no share from 0 to 1")
        return self
