"""Lists of which too few places lie in any area, and kinds of them of which no place does: taken as not read, and reported."""

import pandas as pd

from pipelines.register.source import Source
from pipelines.register.taxonomy import Taxonomy
from pipelines.tables.tidy import issue_table

LOST = (
    "outside",
    "no_coordinates",
    "far_from_postcode",
)  # not what the postcode directory lacks: cover sees to that, area by area


def little_placed(sources: dict[str, Source], records: pd.DataFrame) -> dict[str, float]:
    """By list, the share (0-1) of its present places that lie in some area, where it is less than the list must have."""
    rows = records[records["is_row"]]
    placed = rows["reason"].isna() | (rows["reason"] == "earlier")
    counted = rows[placed | rows["reason"].isin(LOST)]
    shares = placed[counted.index].groupby(counted["source"]).mean()
    return {stem: share for stem, share in shares.items() if share < sources[stem].places.least_placed}


def kinds_nowhere(taxonomy: Taxonomy, records: pd.DataFrame) -> set[tuple[str, str]]:
    """The kinds (list, kind) that are counted from a list that has no place of them in any area.

    Only of lists that hold something: of one that could not be read, nothing is known anyway. A kind told from another
    by a second list is not meant, for the list itself never says it; nor is one of what closed, nor are entries of a register.
    """
    present = records[records["is_current"] & records["area_code"].notna()]
    found = set(zip(present["source"], present["kind"], strict=True))
    read = set(records.loc[records["is_row"] & (records["reason"] != "other_edition"), "source"])
    return {
        (source, kind)
        for kind, entry in taxonomy.kinds.items()
        for source in entry.counted_from
        if not (entry.told_from or entry.closed or entry.listing)
        and source in read
        and (source, entry.subset_of or kind) not in found
    }


def findings(taxonomy: Taxonomy, sources: dict[str, Source], records: pd.DataFrame) -> pd.DataFrame:
    """Both as rows of the issue table, of the whole list (row 0)."""
    rows = [
        (stem, 0, "placed", f"{share:.1%}", f"only {share:.1%} of its places lie in an area: taken as not read")
        for stem, share in little_placed(sources, records).items()
    ]
    rows += [
        (source, 0, "kind", kind, f"none of its {taxonomy.kinds[kind].plural} lies in an area: taken as not looked for")
        for source, kind in sorted(kinds_nowhere(taxonomy, records))
    ]
    return issue_table(rows)
