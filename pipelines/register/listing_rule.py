"""How the rows of a list of assets of community value are read: which of its columns is which date, and what its words for a
decision mean. One such block a list; its columns bear the field names of the national specification where they mean the same.

The specification (planning.data.gov.uk, `asset-of-community-value`, version 1.0.0) calls the day of the nomination
`start-date`, and has no field for the day of the entry, from which a listing runs: the decision's is the nearest to it.
"""

from pydantic import field_validator

from geodata.records import Record
from pipelines.register.place_rule import Values

OUTCOMES = ("nominated", "under_review", "rejected", "listed", "expired", "removed", "sold")
DATES = ("nominated", "decided", "entered", "expires", "notice", "protected_from", "removed")


class Decision(Values):
    """A column and what its values say came of a nomination, each one of OUTCOMES."""

    @field_validator("values")
    @classmethod
    def _outcomes(cls, values: dict[str, str]) -> dict[str, str]:
        if odd := sorted(set(values.values()) - set(OUTCOMES)):
            raise ValueError(f"{', '.join(odd)} is none of {', '.join(OUTCOMES)}")
        return values


class Listing(Record):
    """Which regime of legal_regimes.yml the list is kept under, and its columns.

    `outcome`: what came of the nomination; a value that no meaning is given for is told, and nothing follows from it. Dates: `nominated`; `decided`; `entered`, from which the listing runs; `expires`, as the list prints it;
    `notice`, when the council received the owner's; `protected_from`; `removed`. `asked_by`: a column that is
    filled where a community group asked to be treated as a bidder; `nominated_by`: a column of organisations alone. `authority`: a column of the codes
    of the councils whose list it is.
    """

    regime: str
    outcome: Decision
    nominated: str | None = None
    decided: str | None = None
    entered: str | None = None
    expires: str | None = None
    notice: str | None = None
    protected_from: str | None = None
    removed: str | None = None
    asked_by: str | None = None
    nominated_by: str | None = None
    authority: str | None = None

    @property
    def dates(self) -> dict[str, str]:
        """The columns that hold dates, by what they are the date of."""
        return {name: column for name in DATES if (column := getattr(self, name))}

    @property
    def columns(self) -> list[str]:
        """Every column the rule reads."""
        others = (self.outcome.column, self.asked_by, self.nominated_by, self.authority)
        return [*self.dates.values(), *filter(None, others)]
