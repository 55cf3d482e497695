"""What the law makes of one entry of a register: its dated events, and its state on a day. Pure functions of dates.

All periods of a sale run from the day the council received the owner's notice. What the register prints is told beside
what the law gives and never put in its place, but for one thing: where a register states no expiry no day is given,
though the law's is told in words, for whoever keeps the register may know why.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pipelines.ownership.regimes import Regime

Day = datetime.date
ENDS = ("listing_ends", "interim_moratorium_ends", "full_moratorium_ends", "protected_period_ends")  # by their last day
AHEAD = ("renomination_opens", "nominate_by", *ENDS)  # what a reader may have to act before


@dataclass(frozen=True)
class Entry:
    """One entry of a register. `outcome`: what it says came of the nomination; None where it says nothing we know."""

    outcome: str | None
    nominated: Day | None = None
    decided: Day | None = None
    entered: Day | None = None
    expires: Day | None = None
    notice: Day | None = None
    protected_from: Day | None = None
    removed: Day | None = None
    is_asked_for: bool = False


class Event(NamedTuple):
    """A dated event: `by_law` worked out from the regime, `by_register` as printed, `day` the one to go by; where that is
    None, `reason` is a code of the list `legal_reason`."""

    event: str
    day: Day | None
    by_law: Day | None
    by_register: Day | None
    reason: str | None
    words: str


def events(regime: Regime, entry: Entry) -> list[Event]:
    """The events of an entry, in the order in which they come; of one that was never listed, its nomination and decision."""
    found = [_of_register("nominated", entry.nominated, "Nominated.")] if entry.nominated else []
    if entry.outcome == "rejected":
        return [
            *found,
            _of_register("decided", entry.decided, "Refused: it is on the list of unsuccessful nominations."),
        ]
    if entry.outcome is None:
        told = "What came of it cannot be read: nobody has said what the register's word means."
        return [*found, Event("decided", None, None, entry.decided, "outcome_not_read", told)]
    if entry.outcome in ("nominated", "under_review"):
        return found or [_of_register("nominated", None, "Nominated.")]
    if entry.decided and entry.decided != entry.entered:
        found.append(_of_register("decided", entry.decided, "Decided."))
    if entry.entered:
        found.append(_of_register("listed", entry.entered, "Entered in the list."))
    end = _listing_ends(regime, entry)
    ends = end.by_law or end.by_register
    is_early = entry.removed and not (ends and entry.removed >= ends)
    if entry.outcome in ("removed", "sold") or is_early:
        told = "Sold." if entry.outcome == "sold" else "Taken off the list before its time."
        return [*found, _of_register("removed", entry.removed, told), *_sale(regime, entry, entry.removed)]
    return [*found, *_renomination(regime, entry, end), end, *_sale(regime, entry, ends)]


def _of_register(event: str, day: Day | None, words: str) -> Event:
    told = words if day else f"{words} The register gives no day."
    return Event(event, day, None, day, None if day else "not_stated", told)


def dates_of(found: list[Event]) -> dict[str, Day | None]:
    """By event, the day that decides a state: the law's, or where there is none the register's."""
    return {one.event: one.by_law or one.by_register for one in found}


def state_on(entry: Entry, dates: Mapping[str, Day | None], today: Day) -> str:
    """The state of an entry on a day, a code of the list `legal_state`. `dates`: those of `dates_of`."""
    if entry.outcome is None:
        return "not_known"
    if entry.outcome in ("nominated", "under_review", "rejected"):
        is_yet = entry.outcome == "rejected" and entry.decided and today < entry.decided
        return "nominated" if is_yet else entry.outcome
    if entry.entered and today < entry.entered:
        return "nominated"
    end, removed = dates.get("listing_ends"), entry.removed
    if entry.outcome in ("removed", "sold") and not (removed and today < removed):
        return entry.outcome
    if removed and today >= removed and not (end and removed >= end):
        return "removed"
    if (end and today > end) or (entry.outcome == "expired" and not end):
        return "expired"
    return _of_the_sale(entry, dates, today)


def watch_on(state: str, dates: Mapping[str, Day | None], today: Day) -> str | None:
    """What to watch an entry for on a day, a code of the list `legal_watch`, whose order is that of the watch; None for
    what was never listed, or is no more and did not just lapse."""
    opens, by, end = (dates.get(name) for name in ("renomination_opens", "nominate_by", "listing_ends"))
    if state == "expired":
        return "lapsed"
    if state in ("not_known", "nominated", "under_review", "rejected", "removed", "sold"):
        return None
    if opens and by and opens <= today and end and today <= end:
        return "renominate" if today <= by else "renominate_late"
    return "sale" if state in ("notice_received", "interim_moratorium", "full_moratorium") else "later"


def next_of(found: list[Event], state: str, today: Day) -> Event | None:
    """The first day ahead that a reader may have to act before; None where none is known."""
    if state in ("not_known", "nominated", "under_review", "rejected", "expired", "removed", "sold"):
        return None
    ahead = [one for one in found if one.event in AHEAD and one.day and one.day >= today]
    return min(ahead, key=lambda one: one.day, default=None)


def _of_the_sale(entry: Entry, dates: Mapping[str, Day | None], today: Day) -> str:
    notice = entry.notice
    interim, full, protected = (dates.get(name) for name in ENDS[1:])
    if not notice or today < notice or not (interim and full and protected):
        return "notice_received" if notice and today >= notice else "listed"
    if today <= interim:
        return "interim_moratorium"
    if today <= full:
        return "full_moratorium" if entry.is_asked_for else "notice_received"
    return "protected_period" if today <= protected else "listed"


def _listing_ends(regime: Regime, entry: Entry) -> Event:
    by_law = regime.listing.last_day(entry.entered) if regime.holds_on(entry.entered) else None
    printed, day = entry.expires, by_law or entry.expires
    law = f"{regime.listing.in_words()} that begin with the entry of {_told(entry.entered)} end with {_told(by_law)}"
    if not printed:
        told = (
            f"The register states no day on which it ends; the {law}."
            if by_law
            else "No day is known on which it ends."
        )
        return Event("listing_ends", None, by_law, None, "expiry_not_stated", told)
    told = "Last day of the listing; a new one needs a new nomination."
    if by_law is None:
        told += " As the register prints it, for it gives no day of entry."
    elif by_law != printed:
        apart = abs((printed - by_law).days)
        days = f"{apart} day{'s' if apart > 1 else ''} {'short' if printed < by_law else 'beyond'}"
        told += f" The register prints {_told(printed)}, {days}: the {law}."
    return Event("listing_ends", day, by_law, printed, None, told)


def _renomination(regime: Regime, entry: Entry, end: Event) -> list[Event]:
    """From when to see to a new nomination, and the day by which it should be in; the earlier of two ends counts."""
    if not end.day:
        return []
    ends = min(filter(None, (end.day, end.by_register)))
    by = regime.decision.before(ends)
    opens = (
        f"The listing ends with {_told(ends)}: prepare the next nomination, and ask the council how early it takes one."
    )
    last = (
        f"Day by which the next nomination has to be with the council: it has {regime.decision.in_words()} to decide "
        f"({regime.decision.by}), and nothing stands between the end of a listing and the next."
    )
    return [
        Event("renomination_opens", regime.watch.before(ends), regime.watch.before(ends), None, None, opens),
        Event("nominate_by", by, by, None, None, last),
    ]


def _sale(regime: Regime, entry: Entry, end: Day | None) -> list[Event]:
    """The periods that begin with the council's receipt of the owner's notice; none where that day is not told, and none
    that would outlast the listing, with which they fall away (section 95(1))."""
    if not entry.notice:
        if not entry.protected_from:
            return []
        told = "The register gives a protected period, and not the day on which the council received the owner's notice, from which it runs."
        return [Event("protected_period_ends", None, None, entry.protected_from, "notice_not_stated", told)]
    notice = "The council received the owner's notice of a wish to sell."
    if entry.protected_from and entry.protected_from != entry.notice:
        notice += f" The register has the protected period begin with {_told(entry.protected_from)}; by law all periods begin with the receipt of the notice."
    found = [Event("notice_received", entry.notice, None, entry.notice, None, notice)]
    asked = "one did" if entry.is_asked_for else "whether one did the register does not say"
    words = {
        "interim_moratorium_ends": f"Last day for a community group's written request to be treated as a bidder to reach the council ({asked}). If none does, the owner may sell from the day after.",
        "full_moratorium_ends": "Last day on which the owner must not sell to others, if a community group asked to be treated as a bidder. The owner need not sell to it.",
        "protected_period_ends": "Last day on which the owner who gave the notice may sell without a new notice and moratorium. It protects the owner, not the place.",
    }
    for name, told in words.items():
        period = getattr(regime, name.removesuffix("_ends"))
        day = period.last_day(entry.notice) if regime.holds_on(entry.notice) else None
        reason = None if day else "regime_not_in_force"
        if day and end and day > end:
            told, reason = f"The listing ends first, with {_told(end)}. {told}", "listing_ends_first"
        found.append(Event(name, None if reason else day, day, None, reason, told))
    return found


def _told(day: Day | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else "a day not known"
