"""The legal regimes of legal_regimes.yml: what is in force since when and by what, and what is not known to be."""

import datetime
from functools import cache
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import model_validator

from geodata.records import Record, read_record
from pipelines.ownership.periods import Period

FILE = Path(__file__).parent.parent / "definitions" / "legal_regimes.yml"
PERIODS = ("listing", "interim_moratorium", "full_moratorium", "protected_period", "decision", "watch")


class Regime(Record):
    """A law on listings, dated. In force it names what commenced it and every period; otherwise it has no period."""

    title: str
    enactment: str
    regulations: str = ""
    url: str
    extent: str
    enacted: datetime.date
    status: Literal["in_force", "not_in_force", "commencement_unknown"]
    in_force_from: datetime.date | None = None
    in_force_until: datetime.date | None = None
    commenced_by: str = ""
    listing: Period | None = None
    interim_moratorium: Period | None = None
    full_moratorium: Period | None = None
    protected_period: Period | None = None
    decision: Period | None = None
    watch: Period | None = None
    seen: str = ""
    says: list[str] = []

    @model_validator(mode="after")
    def _in_force_by_something(self):
        told = [name for name in PERIODS if getattr(self, name)]
        if self.status == "in_force":
            if not (self.in_force_from and self.commenced_by):
                raise ValueError("in_force needs in_force_from and commenced_by, the instrument that commenced it")
            if len(told) < len(PERIODS):
                raise ValueError(f"in_force needs {', '.join(name for name in PERIODS if name not in told)}")
        elif told or self.in_force_from or self.commenced_by:
            raise ValueError(f"{self.status}: nothing may follow from it, so it has no period and no commencement")
        if any(period and not period.weeks for period in (self.decision, self.watch)):
            raise ValueError("decision and watch are given in weeks")
        return self

    def holds_on(self, day: datetime.date | None) -> bool:
        """True where the regime is known to be in force on `day`: nothing is worked out from any other day."""
        if self.status != "in_force" or day is None:
            return False
        return self.in_force_from <= day <= (self.in_force_until or datetime.date.max)


class Regimes(Record):
    """Every regime, by name, and when the law was last looked up."""

    looked_on: datetime.date
    regimes: dict[str, Regime]

    def changing(self) -> list[str]:
        """A sentence for each law that was enacted and is not known to be in force."""
        day = lambda date: f"{date.day} {date:%B %Y}"  # noqa: E731
        return [
            f"The law is changing: the {one.enactment} received Royal Assent on {day(one.enacted)}. Whether its {one.title[0].lower()}{one.title[1:]} is in force "
            f"was {'not known' if one.status == 'commencement_unknown' else 'looked up, and it was not,'} when we last looked, on "
            f"{day(self.looked_on)}, so no date here follows from it. {' '.join([one.seen, *one.says])}".strip()
            for one in self.regimes.values()
            if one.status != "in_force"
        ]

    def says(self) -> list[str]:
        """What every record says of the law in force."""
        return [text for one in self.regimes.values() if one.status == "in_force" for text in one.says]


@cache
def read_regimes() -> Regimes:
    """The regimes as defined. Raises DefinitionError naming file, line and key."""
    return read_record(Regimes, FILE)


def regime_table(regimes: Regimes) -> pd.DataFrame:
    """One row per regime, as the release tells it."""
    rows = [
        {
            "regime": name, "title": one.title, "enactment": one.enactment, "regulations": one.regulations or None,
            "url": one.url, "extent": one.extent, "status": one.status, "enacted": one.enacted,
            "in_force_from": one.in_force_from, "in_force_until": one.in_force_until, "commenced_by": one.commenced_by or None,
            "looked_on": regimes.looked_on,
            "periods": "; ".join(f"{n.replace('_', ' ')} {p.in_words()} ({p.by})" for n in PERIODS if (p := getattr(one, n))) or None,
            "says": " ".join(filter(None, [one.seen, *one.says])) or None,
        }
        for name, one in regimes.regimes.items()
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    for column in ("enacted", "in_force_from", "in_force_until", "looked_on"):
        frame[column] = pd.to_datetime(frame[column]).dt.date
    return frame.astype(dict.fromkeys(["regulations", "commenced_by", "periods", "says"], "str"))
