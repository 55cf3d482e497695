"""The last day of a legal period that begins with a given day: the corresponding-date rule, and nothing of weekends.

A month in a statute is a calendar month (Interpretation Act 1978, schedule 1), and a period of months runs to the
corresponding date, or to the last day of a month that has none (Dodds v Walker [1981] 1 WLR 1027, House of Lords). That
is of a period *after* a day. One *beginning with* a day counts that day in, and so ends a day earlier, the day before the
corresponding date; where the month has no such date it ends with its last day all the same (Migotti v Colvill (1879) 4
CPD 233; Halsbury's Laws, *Time*). So six months that begin with 30 or 31 August, or 1 September, all end with the last
day of February.
"""

import calendar
import datetime

from pydantic import Field, model_validator

from geodata.records import Record


class Period(Record):
    """A length of time in one unit, and the provision that it stands in."""

    weeks: int = Field(0, ge=0)
    months: int = Field(0, ge=0)
    years: int = Field(0, ge=0)
    by: str

    @model_validator(mode="after")
    def _one_unit(self):
        if sum(map(bool, (self.weeks, self.months, self.years))) != 1:
            raise ValueError("give one of weeks, months and years")
        return self

    def last_day(self, first: datetime.date) -> datetime.date:
        """The last day of the period that begins with `first`, which is in it."""
        if self.weeks:
            return first + datetime.timedelta(weeks=self.weeks, days=-1)
        count = first.month - 1 + self.months + 12 * self.years
        year, month = first.year + count // 12, count % 12 + 1
        days = calendar.monthrange(year, month)[1]
        if first.day > days:
            return datetime.date(year, month, days)
        return datetime.date(year, month, first.day) - datetime.timedelta(days=1)

    def before(self, last: datetime.date) -> datetime.date:
        """The day that lies the period before `last`, of a period in weeks: what is received then is answered by `last`."""
        return last - datetime.timedelta(weeks=self.weeks)

    def in_words(self) -> str:
        """Its length: `6 weeks`."""
        return next(f"{n} {unit}" for unit in ("weeks", "months", "years") if (n := getattr(self, unit)))
