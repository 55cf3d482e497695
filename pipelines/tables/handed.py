"""Tables made to judge what was fetched, kept for their own step, so that a file is read once and not twice."""

from pathlib import Path

import pandas as pd

from geodata.geography import Geography
from pipelines.register.source import Source

MOST_BYTES = 300_000_000  # of all that are kept at once; what does not fit is read again

Tidied = tuple[pd.DataFrame, pd.DataFrame]
_kept: dict[Path, tuple[Source, Geography, Tidied, int]] = {}  # and how many bytes it takes


def keep(snapshot: Path, source: Source, geography: Geography, tidied: Tidied) -> None:
    """Keep the table of the snapshot in that folder, with its issues, as `source` and `geography` have it read."""
    size = sum(int(frame.memory_usage().sum()) for frame in tidied)
    if size + sum(of_it for *_, of_it in _kept.values()) <= MOST_BYTES:
        _kept[snapshot] = source, geography, tidied, size


def taken(snapshot: Path, source: Source, geography: Geography) -> Tidied | None:
    """What was kept of it, once; None where nothing was, or where it was read by another definition."""
    found = _kept.pop(snapshot, None)
    return found[2] if found and found[:2] == (source, geography) else None


def shown(snapshot: Path, source: Source, geography: Geography) -> pd.DataFrame | None:
    """The table of what is kept, which stays; None where nothing is, or where it was read by another definition."""
    found = _kept.get(snapshot)
    return found[2][0] if found and found[:2] == (source, geography) else None
