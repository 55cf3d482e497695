"""What is publicly known of councils' registers, council by council: a page, what was looked for and when, or that nobody looked.

A table of the geography in geodata/reference: of each council it names, and each kind of register, one line. Whether a
register was read is not said there: that is what a run finds.
"""

import datetime
from typing import Literal

import pandas as pd
from pydantic import Field, model_validator

from geodata.geography import Geography
from geodata.records import DefinitionError, Record, validate
from geodata.reference import HERE, read_names
from pipelines.register.source import Source

REGISTERS = ("land_and_buildings", "assets_of_community_value", "brownfield")


class KnownRegister(Record):
    """One council's register. `known`: `page` is where it is published, or the council's own page on it, where the list itself
    was not seen, which `note` says; `none_known`: `query` found none, which is not to say that there is none; `not_looked`:
    nobody looked. `query`: what was asked, by semicolons. `source`: the record by which it is read, where there is one."""

    authority_code: str
    authority_name: str
    register_kind: Literal["land_and_buildings", "assets_of_community_value", "brownfield"] = Field(alias="register")
    state: Literal["known", "none_known", "not_looked"]
    source: str | None = None
    page: str | None = Field(None, pattern=r"https?://\S+")
    query: str | None = None
    looked_on: datetime.date | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _says_what_it_rests_on(self):
        if bool(self.page) != (self.state == "known"):
            raise ValueError("a page goes with the state known, and with no other")
        if bool(self.query and self.looked_on) != (self.state != "not_looked"):
            raise ValueError("what was looked for, and when, go with every state but not_looked")
        if self.source and self.state != "known":
            raise ValueError("what is read is known")
        return self


def known_registers(geography: Geography, sources: dict[str, Source]) -> pd.DataFrame:
    """The table of a geography, a row a council and kind of register, in order; without a row where it has none.

    Raises DefinitionError naming the line that says too much or too little, names a source or council that is not there,
    or says something twice, and the council of which a kind of register is left out.
    """
    path = HERE / f"registers_{geography.stem}.csv"
    columns = ["authority_code", "authority_name", "register", "state", "source", "page", "query", "looked_on", "note"]
    if not path.exists():
        return pd.DataFrame(columns=columns)
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    names = read_names(geography.stem)
    known = dict(zip(names["code"], names["name"], strict=True)) if names is not None else {}
    seen: set[tuple[str, str]] = set()
    for line, row in enumerate(frame.to_dict("records"), start=2):
        at = f"{path.name}:{line}"
        one = validate(KnownRegister, {str(name): value for name, value in row.items() if value}, {}, at)
        if known.get(one.authority_code) != one.authority_name:
            raise DefinitionError(f"{at}: there is no authority {one.authority_name} ({one.authority_code})")
        if one.source and one.source not in sources:
            raise DefinitionError(f"{at}: there is no source {one.source}")
        if (one.authority_code, one.register_kind) in seen:
            raise DefinitionError(f"{at}: {one.register_kind} of {one.authority_name} stands twice")
        seen.add((one.authority_code, one.register_kind))
    for code in frame["authority_code"].unique():
        if lost := [kind for kind in REGISTERS if (code, kind) not in seen]:
            raise DefinitionError(f"{path.name}: says nothing of {lost[0]} of {known[code]}")
    frame = frame[columns].replace("", None)
    return frame.sort_values(["authority_code", "register"], ignore_index=True)
