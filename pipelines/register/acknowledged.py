"""DIR/acknowledged.yml: the sources an operator knows to be in trouble, so that amber means news."""

import datetime
from pathlib import Path
from typing import Literal

from pydantic import Field

from geodata.records import DefinitionError, Record, parse_yaml, read_utf8, validate
from pipelines.register.of_no_person import OfNoPerson
from pipelines.register.register import Register

FILE = "acknowledged.yml"
Kind = Literal["unavailable", "refused", "incomplete", "not placed", "not matched"]


class Acknowledgement(Record):
    """What is known of one source: its `trouble` (it does not answer, unless said otherwise; another is news), why, who
    says so (an organisation or a role) and until when it need not be told as news."""

    trouble: Kind = "unavailable"
    reason: OfNoPerson = Field(min_length=1, max_length=300)
    who: OfNoPerson = Field(min_length=1, max_length=200)
    until: datetime.date


class Acknowledged(Record):
    """All of them, by source."""

    sources: dict[str, Acknowledgement]


def read_acknowledged(data: Path, register: Register) -> dict[str, Acknowledgement]:
    """What the operator of DIR acknowledged, by source; nothing where there is no file.

    Raises DefinitionError naming line and key, also where one is of no source of the register.
    """
    path = data / FILE
    if not path.exists():
        return {}
    value, lines = parse_yaml(read_utf8(path), FILE)
    try:
        nested = {("sources", *keys): line for keys, line in lines.items()}
        found = validate(Acknowledged, {"sources": value}, nested, FILE)
        unknown = [stem for stem in found.sources if stem not in register.sources]
        if unknown:
            told = (f"{found.at('sources', stem)}: is no source of this register" for stem in unknown)
            raise DefinitionError("\n".join(told))
    except DefinitionError as error:
        raise DefinitionError(str(error).replace(": sources.", ": ")) from error
    return found.sources
