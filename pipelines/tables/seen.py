"""How a source's answers have been seen, from its observations in one DIR: live since a day, or not yet."""

import datetime
from collections.abc import Iterable

LIVE = "live"
FIRST_DAY = datetime.date(2000, 1, 1)


def live_since(lines: Iterable[dict], geography: str) -> str | None:
    """The day an answer from the publisher's own address first held to the contract (ISO), None where none did.

    `lines` are observations, oldest first. Each says what its answer came `through`: the publisher's own address (live), a
    mirror, a recording or the inbox.
    """
    good = (line for line in lines if line["status"] in ("new", "unchanged") and line.get("geography") == geography)
    return next((line["observed_at"][:10] for line in good if line.get("through") == LIVE), None)


def told_day(line: dict) -> str | None:
    """The day (ISO) that a publisher said its answer is of; None where it said none, or none that can be: what is no date,
    lies before 2000 or after the day it was asked. An observation may hold any text, and none may end a run."""
    try:
        day = datetime.date.fromisoformat(str(line.get("source_as_at"))[:10])
        asked = max(line["observed_at"][:10], line.get("asked_on") or "")
        latest = datetime.date.fromisoformat(asked) + datetime.timedelta(days=1)
    except (ValueError, KeyError):
        return None
    return day.isoformat() if FIRST_DAY <= day <= latest else None
