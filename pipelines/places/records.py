"""Rows of place sources to place records: kind, name, point, who owns and runs it and by what tenure, whether it is shut; each
row accounted for."""

import re

import numpy as np
import pandas as pd

from geodata.crs import transform_xy
from geodata.geography import Geography
from pipelines.areas.postcodes import compact
from pipelines.core.store import sha256
from pipelines.places.tenure import held_columns, held_issues, meaning, owners
from pipelines.register.place_rule import Closed, Ended, Places
from pipelines.register.source import Source
from pipelines.register.taxonomy import Taxonomy
from pipelines.tables.extent import coordinates, has_ended
from pipelines.tables.tidy import issue_table

EARLIEST = pd.Timestamp("2010-01-01")  # an older date of a record is a slip of the pen
UPRN = r"0*([1-9]\d{0,11})(?<!00000)"  # a property number that ends in zeros was rounded by a spreadsheet
FAR_M, JUDGED = 5000, 20  # from its postcode no point lies so far; of fewer points that have one too, no list is judged
NOTHING = r"(?!)"  # a pattern that no name holds

# What became of a row, and the words for why. `placed` and `merged` are known only once records are conflated.
REJECTED = {
    "duplicate": "the same record stands earlier in the table",
    "unmapped": "a type that no kind of the taxonomy stands for",
    "never_mapped": "its name says it is an address that must never be mapped",
    "postcode_not_held": "its postcode is not in the postcode directory that is held, so it cannot be placed",
    "far_from_postcode": "its coordinates lie far from its postcode, as those of many on its list do",
    "no_coordinates": "no usable coordinates or postcode, so it cannot be placed",
}
MEANS_NOTHING = "a value that no meaning is given for: it is taken as not known"
NOT_COUNTED = {
    "not_a_place": "a type that is no place of ours",
    "ended": "the list says it has ended",
    "earlier": "an earlier observation of a record that the list still held later",
    "other_edition": "another list of the same series, which covers the nation, stands in for this one",
    "mark": "it would mark a place of a kind that is shown without a mark of closing or change",
}


def read_records(
    source: Source,
    geography: Geography,
    taxonomy: Taxonomy,
    rows: pd.DataFrame,
    postcodes: pd.DataFrame,
    as_at: pd.Timestamp,
) -> pd.DataFrame:
    """One row per row of a source's table, in its order.

    `postcodes`: `x` and `y` by postcode, without spaces. `x`, `y` in the geography's CRS; `point_quality` is `postcode` where the point was looked up by postcode. `as_at` is
    the date of the table, which stands in where a record has none; `observed_on` when the list was seen to hold it.
    `reason` is null, or a key of REJECTED or NOT_COUNTED.
    """
    rule = source.places
    source_id = _joined(rows[rule.id])
    x, y, quality = _points(rule, geography, rows, postcodes)
    kind = pd.Series(rule.kind, index=rows.index, dtype="str") if rule.kind else meaning(rows, rule.kinds)
    status, closed_year = _closing(rows, rule.closed)
    unmarked = kind.isin(taxonomy.no_markers)
    dated = _dates(rows, rule, as_at)
    records = pd.DataFrame(
        {
            "source": source.stem,
            "row": np.arange(len(rows)) + 1,
            # an identifier made of several columns would carry names and coordinates of its own, so it is hashed
            "source_id": source_id if len(rule.id) == 1 else [sha256(i.encode())[:16] for i in source_id],
            "series": rule.series or source.stem,
            "kind": kind,
            "name": _first(rows, rule.names),
            "status": status.mask(unmarked, "open"),
            "closed_year": closed_year.mask(unmarked),
            "owner_kind": rule.owner.kind if rule.owner else meaning(rows, rule.owner_kind),
            "owner_name": owners(rows, rule),
            "run_by": meaning(rows, rule.run_by),
            "opening_hours": _told(rows, rule.days),
            "hours_per_week": rows[rule.hours_per_week].astype("float64") if rule.hours_per_week else np.nan,
            "shares_with": _filled(rows, rule.shares_with),
            "postcode": compact(_column(rows, rule.postcode)),
            "uprn": _column(rows, rule.uprn).str.extract(f"^{UPRN}$")[0],
            "door": _first(rows, rule.doors),
            "size_ha": rows[rule.size_ha].astype("float64") if rule.size_ha else np.nan,
            "refers_to": _references(rows, rule),
            "x": x,
            "y": y,
            "point_quality": quality,
            "as_at": dated,
            "observed_on": rows[rule.observed_on] if rule.observed_on else as_at,
            "publish": source.publish,
        },
        index=rows.index,
    )
    records = records.join(held_columns(rule, rows, dated.fillna(as_at)))
    texts = ("source", "source_id", "series", "point_quality", "publish")  # text in a table without rows too
    records = records.astype(dict.fromkeys(texts, "str") | {"observed_on": "datetime64[ms]"})
    records["reason"] = _reasons(source, taxonomy, rows, records, _far_off(rule, records, postcodes))
    return records


def _column(rows: pd.DataFrame, name: str | None) -> pd.Series:
    return rows[name].astype("str") if name else pd.Series(None, index=rows.index, dtype="str")


def _first(rows: pd.DataFrame, names: list[str]) -> pd.Series:
    """The first of these columns that is filled."""
    first = _column(rows, None)
    for name in names:
        first = first.fillna(rows[name].astype("str"))
    return first.astype("str")


def _joined(columns: pd.DataFrame) -> pd.Series:
    texts = [columns[name].astype("str").fillna("") for name in columns]
    return texts[0].str.cat(texts[1:], sep="|")


def _points(rule: Places, geography: Geography, rows: pd.DataFrame, postcodes: pd.DataFrame):
    point = rule.point
    x, y = coordinates(point, rows)
    if point.crs:
        x, y = transform_xy(x, y, point.crs, geography.crs)
    if point.shift_m:
        x, y = x + point.shift_m[0], y + point.shift_m[1]
    x, y = np.array(x, float), np.array(y, float)  # of our own: they are written into below
    quality = np.full(len(rows), point.quality, dtype=object)
    if point.postcode:
        lost = ~(np.isfinite(x) & np.isfinite(y))
        found = postcodes.reindex(pd.Index(compact(rows[point.postcode])[lost], dtype=postcodes.index.dtype))
        x[lost], y[lost] = found["x"], found["y"]
        quality[lost] = "postcode"
    return np.round(x, 1), np.round(y, 1), quality


def _closing(rows: pd.DataFrame, closed: Closed | None) -> tuple[pd.Series, pd.Series]:
    status = pd.Series("open", index=rows.index, dtype="str")
    year = pd.Series(pd.NA, index=rows.index, dtype="Int64")
    if closed is None:
        return status, year
    status = meaning(rows, closed).fillna("open")
    if closed.year:
        year = rows[closed.year].astype("Int64")
        status = status.mask(year.notna() & (status != "temporarily_closed"), "closed")
    if closed.blank:
        status = status.mask(rows[closed.column].isna() & year.isna(), closed.blank)
    return status, year


def _told(rows: pd.DataFrame, days: dict[str, str]) -> pd.Series:
    """Opening hours in one text, the days in order (`Monday 9-5; Tuesday closed`); null where no day is told."""
    told = pd.Series("", index=rows.index, dtype="str")
    for day, column in days.items():
        value = rows[column].astype("str")
        told += ("; " + f"{day} ".lstrip() + value).where(value.notna(), "")
    return told.str.removeprefix("; ").replace("", None)


def _filled(rows: pd.DataFrame, columns: dict[str, str]) -> pd.Series:
    """The names of the columns that are filled, with commas between; null where none is."""
    named = pd.Series("", index=rows.index, dtype="str")
    for name, column in columns.items():
        named += pd.Series(f", {name}", index=rows.index, dtype="str").where(rows[column].notna(), "")
    return named.str.removeprefix(", ").replace("", None)


def _references(rows: pd.DataFrame, rule: Places) -> pd.Series:
    references = pd.Series(None, index=rows.index, dtype="str")
    for column, source in rule.refers_to.items():
        named = rows[column].astype("str").str.extract(r"^\s*(\S+?)\s*(?:;|$)")[0]
        references = references.fillna((source + "|" + named).where(named.notna()))
    return references


def _dates(rows: pd.DataFrame, rule: Places, newest: pd.Timestamp) -> pd.Series:
    if not rule.as_at:
        return pd.Series(newest, index=rows.index).astype("datetime64[ms]")
    dates = rows[rule.as_at]
    return dates.where((dates >= EARLIEST) & (dates <= newest)).astype("datetime64[ms]")


def _far_off(rule: Places, records: pd.DataFrame, postcodes: pd.DataFrame) -> pd.Series:
    """True for each record whose coordinates lie far from its own postcode, where more of a list's do than may lie outside
    the geography: another grid, another unit or another row's. Where few do, the postcode may be the wrong one."""
    far = pd.Series(False, index=records.index)
    both = records[records["postcode"].notna() & records["x"].notna()]
    if not rule.point.crs or len(both) < JUDGED:
        return far
    found = postcodes.reindex(pd.Index(both["postcode"]))
    away = np.hypot(both["x"].to_numpy() - found["x"].to_numpy(), both["y"].to_numpy() - found["y"].to_numpy())
    known = int(np.isfinite(away).sum())
    if known >= JUDGED and (away > FAR_M).sum() > (1 - rule.least_placed) * known:
        far[both.index[away > FAR_M]] = True
    return far


def _reasons(
    source: Source, taxonomy: Taxonomy, rows: pd.DataFrame, records: pd.DataFrame, far: pd.Series
) -> pd.Series:
    rule = source.places
    placed = np.isfinite(records["x"]) & np.isfinite(records["y"])
    no_place = pd.Series(False, index=rows.index)
    if rule.kinds:
        no_place = rows[rule.kinds.column].astype("str").str.strip().str.casefold().isin(rule.kinds.not_places)
    tests = {
        "duplicate": records.duplicated(["source_id", "observed_on"]),
        "not_a_place": no_place,
        "unmapped": records["kind"].isna(),
        "ended": has_ended(rule, rows),
        "never_mapped": records["name"]
        .str.contains("|".join(map(re.escape, taxonomy.never_mapped)) or NOTHING, case=False)
        .fillna(False),
        "postcode_not_held": ~placed & records["postcode"].notna() & (rule.point.postcode is not None),
        "no_coordinates": ~placed,
        "far_from_postcode": far,
    }
    reason = pd.Series(None, index=rows.index, dtype="str")
    for name, hit in tests.items():
        reason = reason.mask(hit & reason.isna(), name)
    return reason


def issues(source: Source, rows: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """The rows of a source's present table that could not be used, in the form of the issue table.

    `records` are those of all sources. A type that is not mapped is listed once, with its number of rows. What has neither
    coordinates nor a postcode may be registered at a home, and is not named.
    """
    own = records[(records["source"] == source.stem) & records["is_row"]]
    found = []
    for reason in ("duplicate", "postcode_not_held", "far_from_postcode", "no_coordinates"):
        lost = own[own["reason"] == reason]
        names = lost["name"].where(lost["postcode"].notna() | (source.places.postcode is None), "").fillna("")
        found += [
            (source.stem, row, reason, name, REJECTED[reason]) for row, name in zip(lost["row"], names, strict=True)
        ]
    found += _unmapped(source, rows) + _unbelieved(source, rows, own)
    found += held_issues(source, rows, own)
    if source.places.kinds:
        odd = own.loc[own["reason"] == "unmapped", "row"]
        types = rows[source.places.kinds.column].fillna("(none)").iloc[odd - 1].to_numpy()
        for value, group in odd.groupby(types, sort=True):
            issue = f"{REJECTED['unmapped']} ({len(group):,} rows)"
            found.append((source.stem, int(group.min()), "unmapped", value, issue))
    return issue_table(found)


def _unbelieved(source: Source, rows: pd.DataFrame, own: pd.DataFrame) -> list[tuple]:
    """One issue for all dates of records that are too old, or later than their list, and so were left out."""
    column = source.places.as_at
    if not column or len(own) != len(rows):
        return []
    dates = rows[column].reset_index(drop=True)
    odd = dates.notna() & own.sort_values("row")["as_at"].isna().reset_index(drop=True)
    if not odd.any():
        return []
    told = f"a date before {EARLIEST.year} or after the list's own is left out ({odd.sum():,} rows)"
    return [(source.stem, int(odd.idxmax()) + 1, column, f"{dates[odd.idxmax()]:%Y-%m-%d}", told)]


def _unmapped(source: Source, rows: pd.DataFrame) -> list[tuple]:
    """An issue for each value that nobody has said the meaning of, in the columns of owners, of tenure and use, of who runs a
    place, of closing and of having left the list, with its number of rows."""
    rule, found = source.places, []
    known: dict[str, set[str]] = {}
    held = rule.held.mapped if rule.held else []
    for values in filter(None, (rule.owner_kind, rule.run_by, rule.closed, *held)):  # several may read one column
        known.setdefault(values.column, set()).update(values.values, values.no_meaning)
    if isinstance(rule.ended, Ended):
        known.setdefault(rule.ended.column, set()).update(rule.ended.values, rule.ended.present)
    for column, meant in known.items():
        raw = rows[column].astype("str").str.strip()
        odd = raw[raw.notna() & ~raw.str.casefold().isin(meant)]
        for value, group in odd.groupby(odd, sort=True):
            row = int(rows.index.get_loc(group.index[0])) + 1
            found.append((source.stem, row, column, value, f"{MEANS_NOTHING} ({len(group):,} rows)"))
    return found
