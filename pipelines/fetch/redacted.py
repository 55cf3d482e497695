"""What may leave the machine in a report of contact: addresses without secrets, headings that are headings, no cells."""

import re
from collections.abc import Collection

from pipelines.core.plain_text import plain
from pipelines.fetch.http import Client

ADDRESS = re.compile(r"https?://[^\s()<>\"']*[^\s()<>\"'.,;:]")
LOOKS_LIKE_A_CELL = re.compile(r"@|^[\s\d.,:/+-]+$|\d{5,}|^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$")
LONGEST = 120
MANY = 200  # headings


def without_secrets(text: str, client: Client) -> str:
    """A text whose addresses are the publishers' own, without a user's name and without values that may be secret."""
    return ADDRESS.sub(lambda found: client.addresses.told(found[0]), client.addresses.hidden(text))


def plain_headings(names: list[str], known: Collection[str]) -> list[str]:
    """The headings as they may be told: those in `known` as they are, others where they do not look like a cell.

    Where none is known and one looks like a cell, the row is no row of headings, and none is told.
    """
    odd = [bool(LOOKS_LIKE_A_CELL.search(name.strip())) or len(name) > LONGEST for name in names]
    if any(odd) and not set(names) & set(known):
        return [f"({len(names)} cells that look like data, not told)"]
    told = [
        name if name in known else "(not told)" if hide else plain(name) for name, hide in zip(names, odd, strict=True)
    ]
    return told[:MANY] + ([f"(and {len(told) - MANY} more)"] if len(told) > MANY else [])
