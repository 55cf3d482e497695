"""How much of other lists the list that a kind is counted from holds, for `make matching`: what accuracy.yml says of lists.

`python -m pipelines.indicators.omitted DIR` counts it again in a DIR refreshed for England.
"""

import sys
from pathlib import Path

import pandas as pd

from pipelines.core.step import output
from pipelines.indicators.errors import read_accuracy


def held(data: Path, kind: str, source: str, others: list[str]) -> tuple[int, int]:
    """How many present records of a kind from `others` (sources) became places of `data`, and of how many of those places
    `source` has a present record, of whatever kind."""
    records = pd.read_parquet(output(data, "places/place_record").path).drop_duplicates("record").set_index("record")
    outcomes = pd.read_parquet(output(data, "places/place").files["place.records"]).drop_duplicates("record")
    placed = (
        records[records["is_current"]].assign(place=outcomes.set_index("record")["place_id"]).dropna(subset="place")
    )
    here = placed[placed["source"].isin(others) & (placed["kind"] == kind)]
    return len(here), int(here["place"].isin(placed.loc[placed["source"] == source, "place"]).sum())


if __name__ == "__main__":
    for kind, told in read_accuracy().lists.items():
        compared, found = held(Path(sys.argv[1]), kind, told.source, told.others)
        print(
            f"{kind}: {found:,} of {compared:,} found on {told.source} (accuracy.yml: {told.found:,} of {told.compared:,})"
        )
