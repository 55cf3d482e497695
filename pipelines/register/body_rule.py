"""How the rows of a source become bodies: societies, charities and those an award went to, that may hold a place."""

from string import Formatter
from typing import Literal

from pydantic import Field, model_validator

from geodata.records import Record
from pipelines.register.place_rule import Ended, Values

Tells = Literal["owned", "run"]
COMMUNITY, UNCLEAR = "community", "unclear"  # whose a body is: a community's, or the register does not tell


class Bodies(Record):
    """How the rows of a source become bodies. One that bears a place's name at the place's address holds it.

    `body`: what they are. `named`: the columns any of which may bear the name of a place; `says`: what is told of a body, with
    {columns}. `doors`: columns of type door. `authority`: where no address is given, the column of the authority a row is about.
    `whose`: a column and those of its values by which a body is a `community`'s, or of which that is `unclear`; of any
    other that has no meaning (of members, tenants, workers) nothing is told. `tells`: that a place is owned, or run. `not_bodies`: a
    pattern of names (case passed over) of councils and the like, which hold no place for a community: a lead at most.
    """

    body: str
    id: str | None = None
    named: list[str] = Field(min_length=1)
    says: str
    postcode: str | None = None
    doors: list[str] = []
    authority: str | None = None
    whose: Values | None = None
    ended: str | Ended | None = None
    tells: Tells
    not_bodies: str | None = None

    @model_validator(mode="after")
    def _whose_is_known(self):
        if self.whose and (odd := set(self.whose.values.values()) - {COMMUNITY, UNCLEAR}):
            raise ValueError(f"whose: {', '.join(sorted(odd))} is neither {COMMUNITY} nor {UNCLEAR}")
        if self.doors and not self.postcode:
            raise ValueError("doors go with a postcode")
        return self

    @property
    def columns(self) -> list[str]:
        """Every column the rule reads."""
        ended = self.ended.column if isinstance(self.ended, Ended) else self.ended
        single = [self.id, self.postcode, self.authority, ended, self.whose.column if self.whose else None]
        said = [name for _, name, _, _ in Formatter().parse(self.says) if name]
        return [*self.named, *said, *self.doors, *(column for column in single if column)]


class Held(Record):
    """A kind of place that a community may hold: the kinds of `body` that may, and what their names say.

    `words`: those that only tell what kind of place it is, or who meets there. `bears_word`: places of the kind are named
    after where they are, so that a body's name must bear one of the words too. `not_named`: a pattern of names (case passed
    over) of places that their own members hold.
    """

    bodies: list[str] = Field(min_length=1)
    words: list[str] = Field(min_length=1)
    bears_word: bool = False
    not_named: str | None = None
