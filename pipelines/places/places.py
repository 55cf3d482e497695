"""Records to places: one row a place, what it is and by whose word, whether it counts, and what became of every record."""

import numpy as np
import pandas as pd

from geodata.crs import PUBLISHED, transform_xy
from geodata.locate import locate_points
from pipelines.once import Made, made, once
from pipelines.places import corrections
from pipelines.places.identity import present_ids
from pipelines.places.records import NOT_COUNTED, REJECTED
from pipelines.problem import Problem
from pipelines.register import Kind, Taxonomy
from pipelines.workspace import Workspace

QUALITY = {"premises": 0, "address": 1, "postcode": 2}
PLACE_COLUMNS = [
    "place_id", "kind", "kinds", "name", "name_source", "point_source", "point_quality", "area_code", "x", "y", "longitude",
    "latitude", "status", "owner_kind", "owner_source", "run_by", "run_by_source", "n_records", "as_at", "publish", "licence",
]  # fmt: skip


def make_places(workspace: Workspace) -> Made:
    """Tables `place`, `place.kinds` (place, kind, status, is_counted, rule), `place.records` (record, place, outcome,
    rule) and `place.corrections` (each line, the source's value beside it, and whether it was applied or retired).

    A place's name and point are those of its best source that may be shown: open government data before share-alike,
    then the source its kind is counted from, then (for the point) the finer one. Raises Problem where a correction
    names a place or record that is not there.
    """
    folder, register = workspace.data / "places", workspace.register
    records, identity, events = (made(folder, name) for name in ("place_record", "place_identity", "place_event"))
    told = corrections.read(workspace)

    def make():
        rows = pd.read_parquet(records.path)
        ids = present_ids(pd.read_parquet(identity.path))
        usable = rows[rows["reason"].isna()].copy()
        usable["place_id"] = usable["record"].map(ids)
        usable, applied = _by_record(workspace, told, usable)
        kinds = _kinds(register.taxonomy, usable, pd.read_parquet(events.path))
        places = _places(workspace, usable, kinds)
        places, kinds, applied = _by_place(workspace, told, ids, places, kinds, applied)
        kinds = _with_subsets(register.taxonomy, places, kinds)
        outcome = _outcomes(register.taxonomy, rows, usable, places, kinds)
        return {"place": places, "place.kinds": kinds, "place.records": outcome, "place.corrections": _table(applied)}, {
            "counts": _counts(outcome)
        }

    definition = {
        "taxonomy": register.taxonomy.model_dump(mode="json"),
        "licences": {s.stem: s.licence for s in register.place_sources.values()},
        "share_alike": [key for key, licence in register.licences.items() if licence.share_alike],
        "corrections": told.version,
    }
    inputs = {step.stem: step.data_version for step in (records, identity, events)}
    return once(folder, "place", definition, inputs, make)


# ---- kinds


def _kinds(taxonomy: Taxonomy, rows: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Per place and kind: `status` (open, temporarily_closed, closed, no_longer_listed), `is_counted`, and the rule."""
    rows = rows.assign(
        is_open=rows["is_current"] & (rows["status"] == "open"),
        is_shut=rows["is_current"] & (rows["status"] == "temporarily_closed"),
    )
    counted_from = {(source, kind) for kind, entry in taxonomy.kinds.items() for source in entry.counted_from}
    named = pd.Series([key in counted_from for key in zip(rows["source"], rows["kind"], strict=True)], index=rows.index)
    rows["is_named"] = rows["is_open"] & named
    rows["counted_by"] = rows["source"].where(rows["is_named"])
    kinds = rows.groupby(["place_id", "kind"], sort=True).agg(
        is_open=("is_open", "any"), is_shut=("is_shut", "any"), is_named=("is_named", "any"), as_at=("as_at", "max"),
        sources=("source", lambda s: ", ".join(sorted(set(s)))), counted_by=("counted_by", lambda s: ", ".join(sorted(set(s.dropna())))),
    ).reset_index()  # fmt: skip
    closed = events[(events["event"] == "closed") & events["is_confirmed"]]
    shut_kind = set(zip(closed["place_id"], closed["kind"], strict=True))
    shut_all = set(closed.loc[closed["kind"] == "", "place_id"])
    is_closed = np.array([k in shut_kind or k[0] in shut_all for k in zip(kinds["place_id"], kinds["kind"], strict=True)], dtype=bool)
    status = np.select(
        [is_closed, kinds["is_shut"] & ~kinds["is_open"], kinds["is_open"]], ["closed", "temporarily_closed", "open"], "no_longer_listed"
    )
    kinds["status"] = status
    return _ruled(taxonomy, kinds)


def _ruled(taxonomy: Taxonomy, kinds: pd.DataFrame) -> pd.DataFrame:
    entries = kinds["kind"].map(taxonomy.kinds)
    counts = entries.map(lambda entry: entry.counts_for_reach).to_numpy(bool)
    is_open = (kinds["status"] == "open").to_numpy()
    kinds["is_counted"] = counts & is_open & kinds["is_named"].to_numpy(bool)
    why_not = entries.map(lambda entry: f"{entry.plural} do not count: {entry.note}").to_numpy()
    lists = entries.map(lambda entry: f"only on lists that {entry.plural} are not counted from").to_numpy()
    status = kinds["status"].str.replace("_", " ").to_numpy()
    counted = ("open, and listed by " + kinds["counted_by"]).to_numpy()
    kinds["rule"] = np.select([kinds["is_counted"], ~counts, ~is_open], [counted, why_not, status], lists)
    return kinds


def _with_subsets(taxonomy: Taxonomy, places: pd.DataFrame, kinds: pd.DataFrame) -> pd.DataFrame:
    """`kinds` with a row for each place of a kind that is a subset of another, by who owns or runs it."""
    frames = [kinds]
    facts = places.set_index("place_id")
    for name, entry in taxonomy.kinds.items():
        if entry.subset_of:
            base = kinds[(kinds["kind"] == entry.subset_of)].copy()
            owner, run_by = (base["place_id"].map(facts[column]) for column in ("owner_kind", "run_by"))
            base = base[owner.isin(entry.owner_kinds) | run_by.isin(entry.run_by)]
            open_ = (base["status"] == "open") & base["is_named"]
            fresh = ~_expired(taxonomy, entry, base["as_at"])
            base["is_counted"] = entry.counts_for_reach & open_ & fresh
            base["rule"] = base["rule"].where(base["is_counted"] | ~fresh.eq(False), "the evidence is too old to count")
            counted = "open, and listed by " + base["counted_by"]
            base["rule"] = base["rule"].mask(base["is_counted"], counted)
            frames.append(base.assign(kind=name))
    kinds = pd.concat(frames, ignore_index=True)[["place_id", "kind", "status", "is_counted", "rule", "sources", "as_at"]]
    return kinds.sort_values(["place_id", "kind"]).reset_index(drop=True)


def _expired(taxonomy: Taxonomy, entry: Kind, as_at: pd.Series) -> pd.Series:
    """True for evidence too old for its kind; what has no date is taken as old."""
    limit = taxonomy.expires_before(entry)
    return pd.Series(False, index=as_at.index) if limit is None else ~(as_at >= pd.Timestamp(limit))


# ---- places


def _places(workspace: Workspace, rows: pd.DataFrame, kinds: pd.DataFrame) -> pd.DataFrame:
    register = workspace.register
    order = {kind: n for n, kind in enumerate(register.taxonomy.kinds)}
    licence = {stem: source.licence for stem, source in register.place_sources.items()}
    rows = rows.assign(
        is_hidden=rows["publish"] != "rows", is_past=~rows["is_current"],
        shares=rows["source"].map(lambda stem: register.licences[licence[stem]].share_alike),
        is_unnamed=rows["name"].isna(),
        turn=[_turn(register.taxonomy.kinds[k], s) for k, s in zip(rows["kind"], rows["source"], strict=True)],
        coarse=rows["point_quality"].map(QUALITY),
    )  # fmt: skip
    best = rows.sort_values(["is_hidden", "is_past", "shares", "is_unnamed", "turn", "record"]).drop_duplicates("place_id")
    spot = rows.sort_values(["is_hidden", "is_past", "shares", "coarse", "turn", "record"]).drop_duplicates("place_id")
    places = best.set_index("place_id")[["name", "source", "publish"]].rename(columns={"source": "name_source"})
    spot = spot.set_index("place_id")
    places["point_source"] = spot["source"]
    for column in ("point_quality", "area_code", "x", "y", "longitude", "latitude"):
        places[column] = spot[column]
    for column in ("owner_kind", "run_by"):
        said = rows[rows[column].notna() & rows["is_current"] & ~rows["is_hidden"]]
        said = said.sort_values(["turn", "as_at", "record"], ascending=[True, False, True]).drop_duplicates("place_id").set_index("place_id")
        places[column], places[f"{column.removesuffix('_kind')}_source"] = said[column], said["source"]
    shown = rows[rows["is_current"]].groupby("place_id")
    places["n_records"] = shown.size().reindex(places.index).fillna(0).astype("int64")
    places["as_at"] = rows.groupby("place_id")["as_at"].max()
    rank = {"open": 0, "temporarily_closed": 1, "closed": 2, "no_longer_listed": 3}
    lead = kinds.assign(turn=kinds["status"].map(rank), order=kinds["kind"].map(order)).sort_values(["place_id", "turn", "order"])
    places["kinds"] = lead.groupby("place_id")["kind"].agg(", ".join)
    lead = lead.drop_duplicates("place_id").set_index("place_id")
    places["kind"], places["status"] = lead["kind"], lead["status"]
    shares = [register.licences[licence[s]].share_alike for s in places["point_source"]]
    places["licence"] = places["name_source"].map(licence).mask(shares, places["point_source"].map(licence))
    return _typed(places.reset_index())


def _typed(places: pd.DataFrame) -> pd.DataFrame:
    texts = [c for c in PLACE_COLUMNS if c not in ("x", "y", "longitude", "latitude", "n_records", "as_at")]
    return places[PLACE_COLUMNS].astype(dict.fromkeys(texts, "str")).sort_values("place_id").reset_index(drop=True)


def _turn(kind: Kind, source: str) -> int:
    return kind.counted_from.index(source) if source in kind.counted_from else len(kind.counted_from)


# ---- corrections


def _by_record(workspace: Workspace, told, rows: pd.DataFrame) -> tuple[pd.DataFrame, list[dict]]:
    """Corrections that name a record change that record, before places are made of them."""
    applied, known = [], set(rows["record"])
    for line in told.lines:
        if "|" not in line.target or line.field in ("same_place_as", "own_place", "closed"):
            continue
        if line.target not in known:
            raise _unknown(line)
        at = rows["record"] == line.target
        column = line.field if line.field != "point" else "x"
        was = _said(rows.loc[at].iloc[0], line.field)
        applied.append(_told(line, rows.loc[at, "place_id"].iloc[0], was, rows.loc[at, "source"].iloc[0]))
        if line.field == "point":
            for name, value in _placed(workspace, line).items():
                rows.loc[at, name] = value
        else:
            rows.loc[at, column] = line.value
    return rows, applied


def _by_place(workspace, told, ids: pd.Series, places: pd.DataFrame, kinds: pd.DataFrame, applied: list[dict]):
    """Corrections that name a place change the place; joins, partings and closings were applied before, and are told here."""
    position = pd.Series(places.index, index=places["place_id"])
    for line in told.lines:
        early = line.field in ("same_place_as", "own_place", "closed")
        if "|" in line.target and not early:
            continue
        place = ids.get(line.target) if "|" in line.target else line.target
        if place not in position:
            raise _unknown(line)
        at = position[place]
        was = "" if early and line.field != "closed" else _said(places.loc[at], line.field)
        applied.append(_told(line, place, was, places.at[at, "name_source"]))
        if line.field == "point":
            for name, value in _placed(workspace, line).items():
                places.loc[at, name] = value
        elif line.field == "status":
            mine = kinds["place_id"] == place
            kinds.loc[mine, "status"] = line.value
            kinds.loc[mine] = _ruled(workspace.register.taxonomy, kinds[mine].copy())
            places.loc[at, "status"] = line.value
        elif line.field == "kind":
            mine = kinds["place_id"] == place
            kinds = pd.concat([kinds[~mine], _one_kind(workspace.register.taxonomy, kinds[mine], line.value)])
            places.loc[at, ["kind", "kinds"]] = line.value
        elif not early:
            places.loc[at, line.field] = line.value
            if line.field != "name":
                places.loc[at, f"{line.field.removesuffix('_kind')}_source"] = "corrections.csv"
    return places, kinds.reset_index(drop=True), applied


def _one_kind(taxonomy: Taxonomy, mine: pd.DataFrame, kind: str) -> pd.DataFrame:
    one = mine.head(1).assign(kind=kind, is_named=mine["is_open"].any(), counted_by="corrections.csv")
    return _ruled(taxonomy, one.assign(status=mine.sort_values("is_open", ascending=False)["status"].iloc[0]))


def _placed(workspace: Workspace, line) -> dict:
    x, y = corrections.point(workspace, line.value)
    layer = workspace.geography.boundaries
    import geopandas  # here, because few runs have a point to move

    from pipelines.tables import table

    outlines = geopandas.read_parquet(table(workspace, layer.source).path).sort_values(layer.by)
    at = locate_points(np.array([x]), np.array([y]), outlines.geometry.to_numpy())[0]
    if at < 0:
        raise Problem(corrections.FILE, f"line {line.line}: the point lies outside every area", "mend the line; no correction is applied")
    longitude, latitude = transform_xy(np.array([x]), np.array([y]), workspace.geography.crs, PUBLISHED)
    return {"x": x, "y": y, "longitude": longitude[0], "latitude": latitude[0], "area_code": outlines[layer.by].iloc[at], "point_quality": "premises"}  # fmt: skip


def _said(row: pd.Series, what: str) -> str:
    if what == "point":
        return f"{row['longitude']:.6f} {row['latitude']:.6f}"
    value = row["status"] if what == "closed" else row[what]
    return "" if pd.isna(value) else str(value)


def _told(line, place: str, was: str, source: str) -> dict:
    agrees = was == line.value or (line.field == "closed" and was == "closed" and False)
    return {"line": line.line, "place_id": place, "target": line.target, "field": line.field, "value": line.value, "source_value": was or None,
            "source": source, "state": "retired" if agrees else "applied", "reason": line.reason, "evidence": line.evidence, "date": line.date}  # fmt: skip


def _unknown(line) -> Problem:
    return Problem(corrections.FILE, f"line {line.line}: there is no place or record {line.target}", "mend the line; until then no correction is applied")


def _table(applied: list[dict]) -> pd.DataFrame:
    columns = ["line", "place_id", "target", "field", "value", "source_value", "source", "state", "reason", "evidence", "date"]
    frame = pd.DataFrame(applied, columns=columns).astype(dict.fromkeys(columns[1:], "str") | {"line": "int64"})
    return frame.sort_values("line").reset_index(drop=True)


# ---- accounting


def _outcomes(taxonomy: Taxonomy, rows: pd.DataFrame, usable: pd.DataFrame, places: pd.DataFrame, kinds: pd.DataFrame) -> pd.DataFrame:
    """What became of every row of every source's present table, and by which rule."""
    out = rows.loc[rows["is_row"] | rows["reason"].isna(), ["record", "source", "reason", "is_row"]].copy()
    words = REJECTED | NOT_COUNTED | {"outside": "in no area of the nation or its neighbours"}
    out["outcome"] = out["reason"].map({**dict.fromkeys(REJECTED, "rejected"), **dict.fromkeys(NOT_COUNTED, "not_counted"), "outside": "outside"})
    out["rule"] = out["reason"].map(words)
    facts = usable.set_index("record")[["place_id", "kind", "is_current"]]
    live = out["reason"].isna()
    out.loc[live, ["place_id", "kind", "is_current"]] = facts.reindex(out.loc[live, "record"]).to_numpy()
    lead = usable[usable["is_current"]].merge(places[["place_id", "name_source"]], on="place_id")
    lead = lead[lead["source"] == lead["name_source"]].sort_values("record").drop_duplicates("place_id")
    leads = out["record"].isin(lead["record"])
    site = out["kind"].map({kind: entry.group == "site" for kind, entry in taxonomy.kinds.items()}).fillna(False).astype(bool)
    good = out["place_id"].isin(kinds.loc[kinds["is_counted"], "place_id"]) | site
    rule = kinds.set_index(["place_id", "kind"])["rule"]
    own = pd.Series(pd.MultiIndex.from_frame(out[["place_id", "kind"]]).map(rule), index=out.index)
    past = live & ~out["is_current"].fillna(False).astype(bool)
    _set(out, past, "not_counted", "no longer on its list")
    _set(out, live & ~past & ~leads, "merged", "another record leads the place it belongs to")
    _set(out, live & ~past & leads & good, "placed", "leads a place")
    rest = live & ~past & leads & ~good
    out.loc[rest, "outcome"], out.loc[rest, "rule"] = "not_counted", own[rest]
    texts = ["record", "source", "place_id", "outcome", "rule"]
    return out[[*texts, "is_row"]].astype(dict.fromkeys(texts, "str")).reset_index(drop=True)


def _set(out: pd.DataFrame, hit: pd.Series, outcome: str, rule: str) -> None:
    out.loc[hit, "outcome"], out.loc[hit, "rule"] = outcome, rule


def _counts(outcome: pd.DataFrame) -> list[list]:
    told = outcome[outcome["is_row"]].groupby(["source", "outcome", "rule"]).size()
    return [[*key, int(n)] for key, n in told.items()]
