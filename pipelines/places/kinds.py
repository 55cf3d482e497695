"""What a place counts as: per place and kind, whether it is open, whether it counts within reach, and by which rule."""

import numpy as np
import pandas as pd

from pipelines.core.query import listed
from pipelines.places import corrections
from pipelines.register.taxonomy import Kind, Taxonomy


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
    """`kinds` with a row for each place of a kind that is a subset of another, by who owns or runs it, by its use, or by
    what it is called alone."""
    frames = [kinds]
    facts = places.set_index("place_id")
    for name, entry in taxonomy.kinds.items():
        if entry.subset_of:
            base = kinds[(kinds["kind"] == entry.subset_of)].copy()
            of = facts.reindex(base["place_id"])
            by = {"owner_kind": entry.owner_kinds, "use_state": entry.use_states, "run_by": entry.run_by}
            hits = {column: of[column].isin(values).to_numpy() for column, values in by.items()}
            if entry.owners_from:  # by those registers, or by hand, and by no local list that others lack
                for column, source in (("owner_kind", "owner_source"), ("run_by", "run_by_source")):
                    hits[column] = hits[column] & of[source].isin([*entry.owners_from, corrections.FILE]).to_numpy()
            # dated by the record that says so: a newer list that says nothing of that makes it no younger
            dates = [
                of[f"{c.removesuffix('_kind').removesuffix('_state')}_as_at"].to_numpy("datetime64[ms]") for c in by
            ]
            if not entry.says:
                base["as_at"] = np.select(list(hits.values()), dates, np.datetime64("NaT", "ms"))
            told = np.any(list(hits.values()), axis=0) | (entry.says != "")
            fits = told & suits(entry, of["name"], of["register_words"], of["size_ha"])
            base = base[fits & ~(entry.is_stock & is_held(of))]
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


def suits(entry: Kind, names: pd.Series, words: pd.Series, size_ha: pd.Series) -> np.ndarray:
    """True for what a subset takes in by what it is called, its name and the words of its register, and by its size; of
    what is not known to be small enough, none."""
    said = names.fillna("").str.cat(words.fillna(""), sep="; ")
    found = np.ones(len(said), dtype=bool)
    if entry.named.only:
        found &= said.str.contains(entry.named.only, case=False).to_numpy(bool)
    if entry.named.unless:
        found &= ~said.str.contains(entry.named.unless, case=False).to_numpy(bool)
    return found if entry.most_ha is None else found & (size_ha <= entry.most_ha).to_numpy(bool)


def is_held(places: pd.DataFrame) -> np.ndarray:
    """True for the places known to be in community hands: never stock, and no candidates."""
    return places["in_community_hands"].fillna(False).to_numpy(bool)


def with_closed(
    taxonomy: Taxonomy, national: dict[str, list[str]], places: pd.DataFrame, kinds: pd.DataFrame, events: pd.DataFrame
) -> pd.DataFrame:
    """`kinds` with a row for each place of a kind that is of places confirmed closed: somewhere to go, of a kind that
    counts, and nothing open there since, nor let or used by its owner; dated by the newest of its closings."""
    names = [name for name, entry in taxonomy.kinds.items() if entry.closed]
    if not names:
        return kinds
    group = {name: entry.group for name, entry in taxonomy.kinds.items()}
    counted = [name for name in taxonomy.counted() if group[name] == "place"]
    shut = events[(events["event"] == "closed") & events["is_confirmed"] & events["kind"].isin(counted)]
    base = shut.sort_values(["place_id", "since", "event_id"]).drop_duplicates("place_id", keep="last")
    base = base[["place_id", "kind", "since", "evidence"]].merge(kinds[["place_id", "kind", "status", "sources"]])
    open_ = kinds[(kinds["status"] == "open") & kinds["kind"].map(group).isin(["place", "space"])]
    of = places.set_index("place_id").reindex(base["place_id"])
    used = is_held(of) | of["use_state"].isin(["let", "in_use"]).to_numpy()
    base = base[(base["status"] == "closed") & ~base["place_id"].isin(open_["place_id"]) & ~used]
    lists = zip(base["sources"], base["kind"], strict=True)
    base["is_national"] = [bool(set(sources.split(", ")) & set(national[kind])) for sources, kind in lists]
    base = base.rename(columns={"since": "as_at"})
    frames = [kinds]
    for name in names:
        fresh = ~_expired(taxonomy, taxonomy.kinds[name], base["as_at"])
        rule = ("closed: " + base["evidence"]).where(fresh, "the evidence is too old to count")
        frames.append(base.assign(kind=name, is_counted=fresh & taxonomy.kinds[name].counts_for_reach, rule=rule))
    whole = pd.concat(frames, ignore_index=True)[list(kinds.columns)]
    return whole.sort_values(["place_id", "kind"]).reset_index(drop=True)


def _expired(taxonomy: Taxonomy, entry: Kind, as_at: pd.Series) -> pd.Series:
    """True for evidence too old for its kind; what has no date is taken as old."""
    limit = taxonomy.expires_before(entry)
    return pd.Series(False, index=as_at.index) if limit is None else ~(as_at >= pd.Timestamp(limit))
