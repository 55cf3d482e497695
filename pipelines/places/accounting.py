"""What became of every row of every list of places: placed, merged, outside, not counted or rejected, and by which rule."""

import pandas as pd

from pipelines.core.lookup import among
from pipelines.places.records import NOT_COUNTED, REJECTED
from pipelines.register.taxonomy import Taxonomy


def outcomes(
    taxonomy: Taxonomy, rows: pd.DataFrame, usable: pd.DataFrame, places: pd.DataFrame, kinds: pd.DataFrame
) -> pd.DataFrame:
    """What became of every row of every source's present table, and by which rule."""
    out = rows.loc[rows["is_row"] | rows["reason"].isna(), ["record", "source", "reason", "is_row"]].copy()
    rules = REJECTED | NOT_COUNTED | {"outside": "in no area of the nation or its neighbours"}
    out["outcome"] = out["reason"].map(
        {**dict.fromkeys(REJECTED, "rejected"), **dict.fromkeys(NOT_COUNTED, "not_counted"), "outside": "outside"}
    )
    out["rule"] = out["reason"].map(rules)
    facts = usable.set_index("record")[["place_id", "kind", "is_current"]]
    live = out["reason"].isna()
    out[list(facts)] = facts.reindex(out["record"].where(live)).set_axis(out.index)
    leads = among(out["record"], places["lead_record"])
    site = (
        out["kind"]
        .map({kind: entry.group == "site" for kind, entry in taxonomy.kinds.items()})
        .fillna(False)
        .astype(bool)
    )
    good = among(out["place_id"], kinds.loc[kinds["is_counted"], "place_id"]) | site
    key = ["place_id", "kind"]
    own = out[key].astype("str").merge(kinds[[*key, "rule"]], how="left", on=key)["rule"].set_axis(out.index)
    past = live & ~out["is_current"].eq(True)
    _set(out, past, "not_counted", "no longer on its list")
    _set(out, live & ~past & ~leads, "merged", "another record leads the place it belongs to")
    _set(out, live & ~past & leads & good, "placed", "leads a place")
    rest = live & ~past & leads & ~good
    out.loc[rest, "outcome"], out.loc[rest, "rule"] = "not_counted", own[rest]
    texts = ["record", "source", "place_id", "outcome", "rule"]
    return out[[*texts, "is_row"]].astype(dict.fromkeys(texts, "str")).reset_index(drop=True)


def _set(out: pd.DataFrame, hit: pd.Series, outcome: str, rule: str) -> None:
    out.loc[hit, "outcome"], out.loc[hit, "rule"] = outcome, rule


def count_outcomes(outcome: pd.DataFrame) -> list[list]:
    """How many rows of each source's present table had each outcome by each rule: [source, outcome, rule, n]."""
    counts = outcome[outcome["is_row"]].groupby(["source", "outcome", "rule"]).size()
    return [[*key, int(n)] for key, n in counts.items()]
