"""How a source's answers have been seen, from its observations in one DIR: live since a day, or not yet."""

from collections.abc import Iterable

LIVE = "live"


def live_since(lines: Iterable[dict], geography: str) -> str | None:
    """The day an answer from the publisher's own address first held to the contract (ISO), None where none did.

    `lines` are observations, oldest first. Each says what its answer came `through`: the publisher's own address (live), a
    mirror, a recording or the inbox.
    """
    good = (line for line in lines if line["status"] in ("new", "unchanged") and line.get("geography") == geography)
    return next((line["observed_at"][:10] for line in good if line.get("through") == LIVE), None)
