"""How the rows of a source become grants: which columns tell the award, whom it went to and where it was to be spent."""

from geodata.records import Record


class Grants(Record):
    """The columns of a list of grants by what they tell: `awarded` the day, `amount_gbp` as awarded (never adjusted for
    prices), `months` how long it was planned to last, `authority` the code of the authority it was for.

    `recipient`: the identifier of the organisation, under which its names of different years are one. A list that gives
    to persons is no list of grants here.
    """

    id: str
    awarded: str
    amount_gbp: str
    recipient: str
    authority: str
    months: str | None = None

    @property
    def columns(self) -> list[str]:
        """Every column the rule reads."""
        named = (self.id, self.awarded, self.amount_gbp, self.recipient, self.authority, self.months)
        return [name for name in named if name]
