"""How the rows of a local list become organisations that are counted by authority, where the list says that they work."""

from geodata.records import Record


class ListedOrganisations(Record):
    """The columns of a list of organisations that work in the one authority it covers: `form` is a code of
    `organisation_form` in labels.yml, `registered_on` the day each was registered."""

    form: str
    id: str
    registered_on: str

    @property
    def columns(self) -> list[str]:
        """Every column the rule reads."""
        return [self.id, self.registered_on]
