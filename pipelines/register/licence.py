"""What may leave under which licence, and an operator's decision about one."""

import datetime
from typing import Literal

from pydantic import Field, field_validator

from geodata.records import Record
from pipelines.register.of_no_person import OfNoPerson

Publish = Literal["rows", "aggregates", "nothing"]
PUBLISH = ("nothing", "aggregates", "rows")  # from least to most


class Licence(Record):
    """A licence: `publish` is the most that may leave under it; `share_alike`: what is made of its rows keeps it.

    `file` is how the names of files tell it (its key where there is none), `spdx` its name in data packages.
    """

    title: str
    url: str
    publish: Publish
    share_alike: bool = False
    file: str | None = None
    spdx: str | None = None
    note: str = ""


class Decision(Record):
    """An operator's decision about one source: what may be published of it, on whose word (an organisation or a role, never
    a person's address) and since when; under which licence, where that is another than its record says."""

    publish: Publish
    on_whose_word: OfNoPerson = Field(min_length=1, max_length=200)
    date: datetime.date
    licence: str | None = None
    note: OfNoPerson = Field("", max_length=500)

    @field_validator("date")
    @classmethod
    def _is_made(cls, value: datetime.date) -> datetime.date:
        if not datetime.date(2000, 1, 1) <= value <= datetime.date.today() + datetime.timedelta(days=1):
            raise ValueError("is not a day from 2000 to today")
        return value
