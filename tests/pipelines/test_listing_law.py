"""The state of an entry of a register on a day, its dated events, and what is said where law and register differ."""

from datetime import date

import pytest

from pipelines.ownership.listing_law import Entry, dates_of, events, next_of, state_on, watch_on
from pipelines.ownership.regimes import read_regimes

ACV = read_regimes().regimes["acv_2011"]
FUTURE = read_regimes().regimes["community_right_to_buy_2026"]


def day(text: str) -> date:
    return date.fromisoformat(text)


def entry(outcome: str | None = "listed", asked: bool = False, **dates: str) -> Entry:
    return Entry(outcome, is_asked_for=asked, **{name: day(told) for name, told in dates.items()})


def on(of: Entry, today: str) -> tuple[str, str | None, str | None]:
    """State, watch and next event on a day."""
    told = events(ACV, of)
    state = state_on(of, dates_of(told), day(today))
    ahead = next_of(told, state, day(today))
    return state, watch_on(state, dates_of(told), day(today)), ahead and f"{ahead.event} {ahead.day}"


LISTED = {"entered": "2023-05-04", "expires": "2028-05-03"}
SALE = LISTED | {
    "notice": "2026-08-31"
}  # interim to 11 October 2026, full to 28 February 2027, protected to 29 February 2028


@pytest.mark.parametrize(
    ("told", "today", "expected"),
    [
        (LISTED, "2023-05-03", ("nominated", None, None)),
        (LISTED, "2023-05-04", ("listed", "later", "renomination_opens 2027-11-03")),
        (LISTED, "2027-11-03", ("listed", "renominate", "renomination_opens 2027-11-03")),
        (LISTED, "2028-03-08", ("listed", "renominate", "nominate_by 2028-03-08")),  # eight weeks before 3 May
        (LISTED, "2028-03-09", ("listed", "renominate_late", "listing_ends 2028-05-03")),
        (LISTED, "2028-05-03", ("listed", "renominate_late", "listing_ends 2028-05-03")),
        (LISTED, "2028-05-04", ("expired", "lapsed", None)),
        (SALE, "2026-08-30", ("listed", "later", "interim_moratorium_ends 2026-10-11")),
        (SALE, "2026-08-31", ("interim_moratorium", "sale", "interim_moratorium_ends 2026-10-11")),
        (SALE, "2026-10-11", ("interim_moratorium", "sale", "interim_moratorium_ends 2026-10-11")),
        (SALE, "2026-10-12", ("notice_received", "sale", "full_moratorium_ends 2027-02-28")),
        (SALE | {"asked": True}, "2026-10-11", ("interim_moratorium", "sale", "interim_moratorium_ends 2026-10-11")),
        (SALE | {"asked": True}, "2026-10-12", ("full_moratorium", "sale", "full_moratorium_ends 2027-02-28")),
        (SALE | {"asked": True}, "2027-02-28", ("full_moratorium", "sale", "full_moratorium_ends 2027-02-28")),
        (SALE | {"asked": True}, "2027-03-01", ("protected_period", "later", "renomination_opens 2027-11-03")),
        (SALE, "2028-02-29", ("protected_period", "renominate", "protected_period_ends 2028-02-29")),
        (SALE, "2028-03-01", ("listed", "renominate", "nominate_by 2028-03-08")),
        (SALE, "2028-05-04", ("expired", "lapsed", None)),
        (LISTED | {"removed": "2025-11-03"}, "2025-11-02", ("listed", "later", None)),
        (LISTED | {"removed": "2025-11-03"}, "2025-11-03", ("removed", None, None)),
        (
            LISTED | {"removed": "2028-05-04"},
            "2028-05-04",
            ("expired", "lapsed", None),
        ),  # taken off when its time was over
        ({"outcome": "rejected", "decided": "2014-04-15"}, "2026-11-25", ("rejected", None, None)),
        ({"outcome": "rejected", "decided": "2014-04-15"}, "2014-04-14", ("nominated", None, None)),
        ({"outcome": "under_review", "nominated": "2026-09-01"}, "2026-11-25", ("under_review", None, None)),
        ({"outcome": "nominated", "nominated": "2026-09-01"}, "2026-11-25", ("nominated", None, None)),
        ({"outcome": "sold", **LISTED, "removed": "2024-06-01"}, "2024-06-01", ("sold", None, None)),
        ({"outcome": "sold", **LISTED}, "2024-06-01", ("sold", None, None)),
        ({"outcome": None, "decided": "2024-06-01"}, "2026-11-25", ("not_known", None, None)),
    ],
)
def test_the_state_on_a_day(told, today, expected):
    assert on(entry(**told), today) == expected


def test_what_was_refused_has_no_date_ahead():
    (told,) = events(ACV, entry("rejected", decided="2014-11-11"))
    assert (told.event, told.day, told.by_law) == ("decided", day("2014-11-11"), None)


def test_a_printed_expiry_a_day_short_is_told_beside_the_laws():
    told = {one.event: one for one in events(ACV, entry(entered="2023-05-04", expires="2028-05-02"))}
    end = told["listing_ends"]
    assert (end.day, end.by_law, end.by_register) == (day("2028-05-03"), day("2028-05-03"), day("2028-05-02"))
    assert (
        "The register prints 2 May 2028, 1 day short: the 5 years that begin with the entry of 4 May 2023" in end.words
    )
    assert told["nominate_by"].day == day("2028-03-07")  # eight weeks before the earlier of the two


def test_an_expiry_that_is_not_stated_is_null_with_a_reason():
    of = entry(entered="2024-09-05")
    (end,) = [one for one in events(ACV, of) if one.event == "listing_ends"]
    assert (end.day, end.by_law, end.reason) == (None, day("2029-09-04"), "expiry_not_stated")
    assert "end with 4 September 2029" in end.words
    assert on(of, "2026-11-25") == ("listed", "later", None)
    assert on(of, "2029-09-05") == ("expired", "lapsed", None)  # by law, whatever is printed


def test_a_printed_expiry_without_an_entry_is_the_registers():
    (end,) = [one for one in events(ACV, entry(expires="2028-05-02")) if one.event == "listing_ends"]
    assert (end.day, end.by_law) == (day("2028-05-02"), None)
    assert "As the register prints it" in end.words


def test_a_moratorium_falls_away_with_the_listing():
    told = {
        one.event: one for one in events(ACV, entry(entered="2021-12-02", expires="2026-12-01", notice="2026-10-01"))
    }
    assert told["interim_moratorium_ends"].day == day("2026-11-11")
    full = told["full_moratorium_ends"]
    assert (full.day, full.by_law, full.reason) == (None, day("2027-03-31"), "listing_ends_first")
    assert "The listing ends first, with 1 December 2026" in full.words


def test_a_protected_period_without_a_notice_gives_no_day():
    told = events(ACV, entry(**LISTED, protected_from="2025-10-01"))
    (period,) = [one for one in told if one.event == "protected_period_ends"]
    assert (period.day, period.by_law, period.reason) == (None, None, "notice_not_stated")
    assert on(entry(**LISTED, protected_from="2025-10-01"), "2026-11-25")[0] == "listed"


def test_a_protected_period_that_begins_otherwise_than_the_notice_is_told():
    told = {one.event: one for one in events(ACV, entry(**SALE, protected_from="2027-03-01"))}
    assert "by law all periods begin with the receipt of the notice" in told["notice_received"].words
    assert told["protected_period_ends"].day == day("2028-02-29")


def test_a_law_that_was_not_in_force_gives_no_day():
    early = entry(entered="2012-09-20", expires="2017-09-19")
    (end,) = [one for one in events(ACV, early) if one.event == "listing_ends"]
    assert (end.by_law, end.day) == (None, day("2017-09-19"))
    assert not FUTURE.holds_on(day("2026-11-25"))


def test_the_protected_period_is_never_told_as_protection():
    said = " ".join(one.words for one in events(ACV, entry(**SALE)))
    assert "the owner who gave the notice may sell" in said  # section 95(2): "that that particular person has notified"
    assert "It protects the owner, not the place." in said


def test_a_request_to_bid_counts_where_the_council_has_it_in_time():
    (end,) = [one for one in events(ACV, entry(**SALE)) if one.event == "interim_moratorium_ends"]
    # Section 95(3)(a): "without the local authority having received during that period".
    assert "to reach the council" in end.words
