"""Corrections applied: to records before places are made of them, and to places after; each beside the source's value."""

import pandas as pd

from pipelines.core.problem import Problem
from pipelines.core.schema import schema
from pipelines.places import corrections
from pipelines.places.corrections import JOINS, Correction, Corrections, Outlines
from pipelines.places.kinds import ruled
from pipelines.register.taxonomy import Taxonomy

APPLIED = schema(
    "line int64, place_id str, target str, field str, value str, source_value str?, source str?, state str, reason str,"
    "evidence str, date str"
)
OF_PLACES = (*JOINS, "closed", "status", "kind")  # fields that concern a place, even where a record is named
SOURCE_OF = {"point": "point_source", "owner_kind": "owner_source", "run_by": "run_by_source"}
WITH_IT = {"owner_kind": {"owner_name": None}}  # what was said with the value that is corrected
DATE_OF = {"owner_kind": "owner_as_at", "run_by": "run_by_as_at"}


def correct_records(outlines: Outlines, lines: Corrections, rows: pd.DataFrame) -> tuple[pd.DataFrame, list[dict]]:
    """Corrections that name a record change that record, before places are made of them.

    `rows` are the usable records with their `place_id`. Returns them corrected, and what was done, as rows of the table
    of corrections. Raises Problem where there is no such record.
    """
    applied, position = [], pd.Series(rows.index, index=rows["record"])
    for line in lines.lines:
        if "|" not in line.target or line.field in OF_PLACES:
            continue
        if line.target not in position:
            raise _unknown(line, line.target)
        at = position[line.target]
        applied.append(_row_of(line, rows.at[at, "place_id"], _said(rows.loc[at], line.field), rows.at[at, "source"]))
        changed = (
            outlines.located(line) if line.field == "point" else {line.field: line.value} | WITH_IT.get(line.field, {})
        )
        for name, value in changed.items():
            rows.loc[at, name] = value
    return rows, applied


def correct_places(
    taxonomy: Taxonomy,
    outlines: Outlines,
    lines: Corrections,
    ids: pd.Series,
    events: pd.DataFrame,
    places: pd.DataFrame,
    kinds: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame, list[dict]]:
    """Corrections that name a place, or whether a place is open, change the place and its kinds.

    Joins, partings and closings were applied before (`ids` is the place of each record); here they are only listed. Raises
    Problem where there is no such place or record.
    """
    applied, position = [], pd.Series(places.index, index=places["place_id"])
    shut = events[(events["event"] == "closed") & ~events["series"].str.startswith(corrections.FILE)]
    for line in lines.lines:
        if "|" in line.target and line.field not in OF_PLACES:
            continue
        place = ids.get(line.target) if "|" in line.target else line.target
        if place not in position:
            raise _unknown(line, line.target)
        if line.field == "same_place_as" and ids.get(line.value, line.value) not in position:
            raise _unknown(line, line.value)
        at = position[place]
        _may_be_marked(taxonomy, line, places.at[at, "kinds"])
        agrees = line.field == "closed" and place in set(shut["place_id"])
        if line.field in (*JOINS, "closed"):
            was = {"closed": "closed" if agrees else "open"}.get(line.field, "")
        else:
            was = _said(places.loc[at], line.field)
        applied.append(_row_of(line, place, was, places.at[at, SOURCE_OF.get(line.field, "name_source")], agrees))
        if line.field in ("status", "kind"):
            mine = kinds["place_id"] == place
            kinds = pd.concat([kinds[~mine], _changed_kinds(taxonomy, kinds[mine], line)], ignore_index=True)
        for name, value in _changes(outlines, line).items():
            places.loc[at, name] = value
    return places, kinds, applied


def _may_be_marked(taxonomy: Taxonomy, line: Correction, kinds: str) -> None:
    unmarked = [taxonomy.kinds[kind].plural for kind in kinds.split(", ") if kind in taxonomy.no_markers]
    if line.field in ("closed", "status") and unmarked:
        message = f"line {line.line}: {unmarked[0]} carry no mark of being open or closed"
        raise Problem(corrections.FILE, message, "remove the line; until then no correction is applied")


def _changes(outlines: Outlines, line: Correction) -> dict:
    """The columns of a place that a line changes."""
    if line.field in (*JOINS, "closed"):
        return {}
    if line.field == "point":
        return outlines.located(line) | {"point_source": corrections.FILE}
    if line.field == "kind":
        return {"kind": line.value, "kinds": line.value}
    source = {"name": "name_source", **SOURCE_OF}.get(line.field)
    changed = {line.field: line.value} | WITH_IT.get(line.field, {}) | ({source: corrections.FILE} if source else {})
    if line.field in DATE_OF:
        changed[DATE_OF[line.field]] = pd.Timestamp(line.date)
    return changed


def _changed_kinds(taxonomy: Taxonomy, mine: pd.DataFrame, line: Correction) -> pd.DataFrame:
    """A place's kinds with another status, or one other kind; the operator's word stands for a list it is counted from."""
    if line.field == "kind":
        first = mine.sort_values("is_open", ascending=False, kind="stable").head(1)
        named = {"is_named": first["is_open"], "is_national": first["is_open"], "counted_by": corrections.FILE}
        return ruled(taxonomy, first.assign(kind=line.value, **named))
    is_open = line.value == "open"
    named = {"is_open": is_open, "is_named": is_open, "is_national": is_open, "counted_by": corrections.FILE}
    return ruled(taxonomy, mine.assign(status=line.value, **named))


def _said(row: pd.Series, what: str) -> str:
    if what == "point":
        return f"{row['longitude']:.6f} {row['latitude']:.6f}"
    return "" if pd.isna(row[what]) else str(row[what])


def _row_of(line: Correction, place: str, was: str, source: str, agrees: bool = False) -> dict:
    return {
        "line": line.line,
        "place_id": place,
        "target": line.target,
        "field": line.field,
        "value": line.value,
        "source_value": was or None,
        "source": source,
        "state": "retired" if agrees or was == line.value else "applied",
        "reason": line.reason,
        "evidence": line.evidence,
        "date": line.date,
    }


def _unknown(line: Correction, target: str) -> Problem:
    message = f"line {line.line}: there is no place or record {target}"
    return Problem(corrections.FILE, message, "mend the line; until then no correction is applied")


def without_effect(applied: list[dict], shown: pd.Series) -> list[dict]:
    """`applied`, in which a line is without effect where its record (`source|source_id`) is not among `shown`:
    those that places are made of."""
    hidden = {row["line"] for row in applied if row["target"] not in set(shown)}
    return [row | {"state": "without effect"} if row["line"] in hidden else row for row in applied]


def correction_table(applied: list[dict]) -> pd.DataFrame:
    """The corrections in order of their lines: applied, retired, or without effect."""
    frame = pd.DataFrame(applied, columns=list(APPLIED.types)).astype(APPLIED.types)
    return frame.sort_values("line", ignore_index=True)
