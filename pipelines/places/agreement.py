"""How well conflation agrees with pairs labelled by hand: precision and recall by kind, for `make matching`.

`python -m pipelines.places.agreement DIR` reads a refreshed DIR and the labelled pairs of tests/fixtures/matching, of
London and of England outside it. A third of London's pairs served to choose the rules, and a third of England's is kept
for it; the figures are of the other two thirds.
"""

import sys
from pathlib import Path

import pandas as pd

from pipelines.core.step import output

LABELLED = Path(__file__).parent.parent.parent / "tests" / "fixtures" / "matching"
LONDON_PAIRS, ENGLAND_PAIRS = LABELLED / "london_pairs.csv", LABELLED / "england_pairs.csv"


def agreement(data: Path, pairs: Path = LONDON_PAIRS) -> pd.DataFrame:
    """Per kind and in all: labelled pairs, how many are one place, precision and recall of the places of `data`.

    A pair counts as joined where both records have one place, by whatever way. Pairs whose records the lists hold no
    more are left out.
    """
    labelled = pd.read_csv(pairs, dtype=str)
    labelled = labelled[labelled["purpose"] == "held out"]
    groups = pd.read_parquet(output(data, "places/place_group").path).set_index("record")["leader"]
    records = pd.read_parquet(output(data, "places/place_record").path).drop_duplicates("record").set_index("record")
    entry = records["series"] + "|" + records["source_id"]  # the same in every list of a series
    leader = groups.groupby(entry.reindex(groups.index)).first()
    one, other = ((labelled[f"source_{s}"] + "|" + labelled[f"source_id_{s}"]).map(entry).map(leader) for s in "ab")
    labelled = labelled.assign(joined=one == other, same=labelled["is_same_place"] == "1")[one.notna() & other.notna()]
    rows = [_figures(kind, rows) for kind, rows in labelled.groupby("kind", sort=True)]
    return pd.DataFrame([*rows, _figures("all", labelled)])


def _figures(kind: str, rows: pd.DataFrame) -> dict:
    right = int((rows["joined"] & rows["same"]).sum())
    return {
        "kind": kind,
        "pairs": len(rows),
        "one_place": int(rows["same"].sum()),
        "precision": round(right / max(int(rows["joined"].sum()), 1), 3),
        "recall": round(right / max(int(rows["same"].sum()), 1), 3),
    }


if __name__ == "__main__":
    for pairs in (LONDON_PAIRS, ENGLAND_PAIRS):
        print(pairs.stem, agreement(Path(sys.argv[1]), pairs).to_string(index=False), sep="\n")
