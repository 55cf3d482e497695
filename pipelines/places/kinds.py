"""What a place counts as: per place and kind, whether it is open, whether it counts within reach, and by which rule."""

import numpy as np
import pandas as pd

from pipelines.core.query import listed
from pipelines.register.register import Kind, Taxonomy


def place_kinds(
    taxonomy: Taxonomy, national: dict[str, list[str]], rows: pd.DataFrame, events: pd.DataFrame
) -> pd.DataFrame:
    """Per place and kind: `status` (open, temporarily_closed, closed, replaced, no_longer_listed), `is_counted`,
    `is_national` (one of the lists of its kind in `national` says that it is open), and the rule."""
    rows = rows.assign(
        is_open=rows["is_current"] & (rows["status"] == "open"),
        is_shut=rows["is_current"] & (rows["status"] == "temporarily_closed"),
        is_replaced=rows["is_current"] & (rows["status"] == "closed"),
    )
    named = _listed_by(rows, {kind: entry.counted_from for kind, entry in taxonomy.kinds.items()})
    rows["is_named"], rows["is_shut_named"] = rows["is_open"] & named, rows["is_shut"] & named
    rows["is_national"] = rows["is_open"] & _listed_by(rows, national)
    key = ["place_id", "kind"]
    kinds = rows.groupby(key, sort=True).agg(
        is_open=("is_open", "any"),
        is_shut=("is_shut", "any"),
        is_named=("is_named", "any"),
        is_shut_named=("is_shut_named", "any"),
        is_national=("is_national", "any"),
        is_replaced=("is_replaced", "any"),
        as_at=("as_at", "max"),
    )
    for column, of in (("sources", rows[rows["is_current"]]), ("counted_by", rows[rows["is_named"]])):
        kinds[column] = listed(of, key, "source", "source")
    kinds["sources"] = kinds["sources"].fillna(listed(rows, key, "source", "source"))
    kinds = kinds.reset_index()
    closed = events[(events["event"] == "closed") & events["is_confirmed"]]
    shut = pd.MultiIndex.from_frame(closed[["place_id", "kind"]])
    is_closed = pd.MultiIndex.from_frame(kinds[["place_id", "kind"]]).isin(shut)
    # the word of a list that the kind is counted from goes before that of the others
    kinds["status"] = np.select(
        [
            is_closed,
            kinds["is_named"],
            kinds["is_shut_named"],
            kinds["is_open"],
            kinds["is_shut"],
            kinds["is_replaced"],
        ],
        ["closed", "open", "temporarily_closed", "open", "temporarily_closed", "replaced"],
        "no_longer_listed",
    )
    return ruled(taxonomy, kinds)


def _listed_by(rows: pd.DataFrame, lists: dict[str, list[str]]) -> pd.Series:
    """True for the records whose list is among those named for their kind."""
    pairs = {(source, kind) for kind, sources in lists.items() for source in sources}
    return pd.Series([key in pairs for key in zip(rows["source"], rows["kind"], strict=True)], index=rows.index)


def ruled(taxonomy: Taxonomy, kinds: pd.DataFrame) -> pd.DataFrame:
    """`kinds` with `is_counted` (the kind counts, is open, and a list it is counted from says so) and `rule` in words."""
    entries = kinds["kind"].map(taxonomy.kinds)
    counts = entries.map(lambda entry: entry.counts_for_reach).to_numpy(bool)
    is_open = (kinds["status"] == "open").to_numpy()
    kinds["is_counted"] = counts & is_open & kinds["is_named"].to_numpy(bool)
    why_not = entries.map(lambda entry: f"{entry.plural} do not count: {entry.note}").to_numpy()
    lists = entries.map(lambda entry: f"only on lists that {entry.plural} are not counted from").to_numpy()
    status = kinds["status"].str.replace("_", " ").to_numpy()
    counted = ("open, and listed by " + kinds["counted_by"].fillna("")).to_numpy()
    kinds["rule"] = np.select([kinds["is_counted"], ~counts, ~is_open], [counted, why_not, status], lists)
    return kinds


def with_subsets(taxonomy: Taxonomy, places: pd.DataFrame, kinds: pd.DataFrame) -> pd.DataFrame:
    """`kinds` with a row for each place of a kind that is a subset of another, by who owns or runs it."""
    frames = [kinds]
    facts = places.set_index("place_id")
    for name, entry in taxonomy.kinds.items():
        if entry.subset_of:
            base = kinds[(kinds["kind"] == entry.subset_of)].copy()
            owner, run_by = (base["place_id"].map(facts[column]) for column in ("owner_kind", "run_by"))
            base = base[owner.isin(entry.owner_kinds) | run_by.isin(entry.run_by)]
            # dated by the record that says whose it is: a newer list that says nothing of that makes it no younger
            mine = facts.reindex(base["place_id"])
            by_owner = mine["owner_kind"].isin(entry.owner_kinds)
            base["as_at"] = mine["owner_as_at"].where(by_owner, mine["run_by_as_at"]).to_numpy()
            open_ = (base["status"] == "open") & base["is_named"]
            fresh = ~_expired(taxonomy, entry, base["as_at"])
            base["is_counted"] = entry.counts_for_reach & open_ & fresh
            base["rule"] = base["rule"].where(base["is_counted"] | ~fresh.eq(False), "the evidence is too old to count")
            counted = "open, and listed by " + base["counted_by"]
            base["rule"] = base["rule"].mask(base["is_counted"], counted)
            frames.append(base.assign(kind=name))
    kinds = pd.concat(frames, ignore_index=True)[
        ["place_id", "kind", "status", "is_counted", "is_national", "rule", "sources", "as_at"]
    ]
    kinds = kinds.astype(dict.fromkeys(["place_id", "kind", "status", "rule", "sources"], "str"))
    return kinds.sort_values(["place_id", "kind"]).reset_index(drop=True)


def _expired(taxonomy: Taxonomy, entry: Kind, as_at: pd.Series) -> pd.Series:
    """True for evidence too old for its kind; what has no date is taken as old."""
    limit = taxonomy.expires_before(entry)
    return pd.Series(False, index=as_at.index) if limit is None else ~(as_at >= pd.Timestamp(limit))
