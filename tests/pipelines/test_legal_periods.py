"""The periods of the Localism Act 2011, worked by hand from its words: each *begins with* the day the council received the
owner's notice (section 95(6)), or with the day of the entry (section 87(3)).

A period that begins with a day has it as its first: of six weeks the 42nd day is the last. Months and years end with the
day before the corresponding date, and with the last day of a month that has no such date.
"""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pipelines.ownership.periods import Period
from pipelines.ownership.regimes import Regime, read_regimes

ACV = read_regimes().regimes["acv_2011"]
BY_HAND = [
    # 15 January is day 1, 31 January 17, 25 February 42. Before 15 July 2024; before 15 July 2025.
    ("2024-01-15", "2024-02-25", "2024-07-14", "2025-07-14"),
    # 31 August is day 1, 30 September 31, 11 October 42. There is no 31 February: its last day, 29 in the leap year 2024.
    ("2023-08-31", "2023-10-11", "2024-02-29", "2025-02-28"),
    # the same where the full moratorium ends in a common year, and the protected period in a leap year
    ("2022-08-31", "2022-10-11", "2023-02-28", "2024-02-29"),
    # 30 August: day 42 is 10 October. There is no 30 February either.
    ("2023-08-30", "2023-10-10", "2024-02-29", "2025-02-28"),
    # 29 August: day 42 is 9 October. There is a 29 February 2024: the day before; none in 2025: the last day.
    ("2023-08-29", "2023-10-09", "2024-02-28", "2025-02-28"),
    # none in 2023: the last day, 28; there is one in 2024: the day before it, 28 too
    ("2022-08-29", "2022-10-09", "2023-02-28", "2024-02-28"),
    # 1 September: day 30 is the 30th, day 42 is 12 October. Before 1 March: 29 February in 2024, 28 in 2025.
    ("2023-09-01", "2023-10-12", "2024-02-29", "2025-02-28"),
    # 29 February is day 1, 31 March 32, 10 April 42. Before 29 August, in each year.
    ("2024-02-29", "2024-04-10", "2024-08-28", "2025-08-28"),
    # 28 February is day 1 and 29 February 2, 31 March 33, 9 April 42. Before 28 August.
    ("2024-02-28", "2024-04-09", "2024-08-27", "2025-08-27"),
    # the same in a common year: 31 March is day 32, 10 April 42
    ("2023-02-28", "2023-04-10", "2023-08-27", "2024-08-27"),
    # 31 December is day 1, 31 January 32, 10 February 42. June has no 31st.
    ("2025-12-31", "2026-02-10", "2026-06-30", "2027-06-30"),
    # 31 October is day 1, 30 November 31, 11 December 42. April has no 31st.
    ("2025-10-31", "2025-12-11", "2026-04-30", "2027-04-30"),
    # 31 May is day 1, 30 June 31, 11 July 42. November has no 31st.
    ("2026-05-31", "2026-07-11", "2026-11-30", "2027-11-30"),
    # 31 March is day 1, 30 April 31, 11 May 42. September has no 31st.
    ("2026-03-31", "2026-05-11", "2026-09-30", "2027-09-30"),
    # Christmas Day is day 1, 31 December 7, 31 January 38, 4 February 42. No holiday moves anything.
    ("2026-12-25", "2027-02-04", "2027-06-24", "2028-06-24"),
    # 30 November is day 1, 31 December 32, 10 January 42, a Sunday; 29 May 2027 is a Saturday. Neither is moved.
    ("2026-11-30", "2027-01-10", "2027-05-29", "2028-05-29"),
]


@pytest.mark.parametrize(("received", "interim", "full", "protected"), BY_HAND)
def test_the_periods_of_a_sale_by_hand(received, interim, full, protected):
    periods = (ACV.interim_moratorium, ACV.full_moratorium, ACV.protected_period)
    ends = [period.last_day(date.fromisoformat(received)) for period in periods]
    assert [f"{end}" for end in ends] == [interim, full, protected]


@pytest.mark.parametrize(
    ("entered", "ends"),
    [
        ("2020-11-23", "2025-11-22"),  # as Lewisham prints it
        ("2021-12-02", "2026-12-01"),  # as Lewisham prints it
        ("2023-05-04", "2028-05-03"),  # of which Lewisham prints a day less
        ("2024-02-29", "2029-02-28"),  # 2029 has no 29 February: the last day of the month
        ("2019-02-28", "2024-02-27"),  # the day before 28 February, whatever year it is
        ("2019-03-01", "2024-02-29"),  # the day before 1 March of a leap year
        ("2023-01-01", "2027-12-31"),
    ],
)
def test_a_listing_lasts_five_years_that_begin_with_its_entry(entered, ends):
    assert f"{ACV.listing.last_day(date.fromisoformat(entered))}" == ends


DAYS = st.dates(date(2012, 9, 21), date(2060, 12, 31))


@given(DAYS, st.integers(1, 60))
@settings(deadline=None)
def test_the_day_after_a_period_begins_the_next(first, months):
    """The day after the last has the number of the first, or is the first of the month after one that has no such day."""
    last = Period(months=months, by="").last_day(first)
    after = date.fromordinal(last.toordinal() + 1)
    assert after.day == first.day or (after.day == 1 and first.day > last.day)
    assert (last.year * 12 + last.month) - (first.year * 12 + first.month) in (months, months - 1)
    assert last > first


@given(DAYS)
def test_a_later_notice_never_ends_sooner(first):
    next_day = date.fromordinal(first.toordinal() + 1)
    for period in (ACV.interim_moratorium, ACV.full_moratorium, ACV.protected_period, ACV.listing):
        assert period.last_day(first) <= period.last_day(next_day)


def test_a_law_not_known_to_be_in_force_computes_nothing():
    law = read_regimes().regimes["community_right_to_buy_2026"]
    assert (f"{law.enacted}", law.status) == ("2026-04-29", "commencement_unknown")
    assert not any(law.holds_on(day) for day in (date(2026, 4, 29), date(2027, 1, 1), date(2040, 1, 1)))
    assert [one.holds_on(day) for one in (ACV,) for day in (date(2012, 9, 20), date(2012, 9, 21), None)] == [
        False,
        True,
        False,
    ]
    (changing,) = read_regimes().changing()
    assert "2026 (c. 23) received Royal Assent on 29 April 2026" in changing
    assert "not known when we last looked, on 27 November 2026" in changing


def test_a_law_is_in_force_only_by_something_that_is_cited():
    told = ACV.model_dump()
    for lacking in ("commenced_by", "in_force_from", "full_moratorium"):
        with pytest.raises(ValidationError, match=f"in_force needs .*{lacking}"):
            Regime.model_validate({**told, lacking: "" if lacking == "commenced_by" else None})
    with pytest.raises(ValidationError, match="nothing may follow from it"):
        Regime.model_validate({**told, "status": "commencement_unknown"})
    with pytest.raises(ValidationError, match="one of weeks, months and years"):
        Period(weeks=6, months=6, by="")
