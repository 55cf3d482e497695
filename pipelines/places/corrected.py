"""Corrections applied: to records before places are made of them, and to places after; each beside the source's value."""

import geopandas
import numpy as np
import pandas as pd

from geodata.crs import PUBLISHED, transform_xy
from geodata.locate import locate_points
from pipelines.places import corrections
from pipelines.places.kinds import ruled
from pipelines.problem import Problem
from pipelines.register import Taxonomy
from pipelines.tables import table
from pipelines.workspace import Workspace


def correct_records(workspace: Workspace, told, rows: pd.DataFrame) -> tuple[pd.DataFrame, list[dict]]:
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


def correct_places(workspace, told, ids: pd.Series, places: pd.DataFrame, kinds: pd.DataFrame, applied: list[dict]):
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
            kinds.loc[mine] = ruled(workspace.register.taxonomy, kinds[mine].copy())
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
    return ruled(taxonomy, one.assign(status=mine.sort_values("is_open", ascending=False)["status"].iloc[0]))


def _placed(workspace: Workspace, line) -> dict:
    x, y = corrections.point(workspace, line.value)
    layer = workspace.geography.boundaries
    outlines = geopandas.read_parquet(table(workspace, layer.source).path).sort_values(layer.by)
    at = locate_points(np.array([x]), np.array([y]), outlines.geometry.to_numpy())[0]
    if at < 0:
        raise Problem(
            corrections.FILE,
            f"line {line.line}: the point lies outside every area",
            "mend the line; no correction is applied",
        )
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
    return Problem(
        corrections.FILE,
        f"line {line.line}: there is no place or record {line.target}",
        "mend the line; until then no correction is applied",
    )


def correction_table(applied: list[dict]) -> pd.DataFrame:
    """The corrections applied or retired, in order of their lines."""
    columns = [
        "line",
        "place_id",
        "target",
        "field",
        "value",
        "source_value",
        "source",
        "state",
        "reason",
        "evidence",
        "date",
    ]
    frame = pd.DataFrame(applied, columns=columns).astype(dict.fromkeys(columns[1:], "str") | {"line": "int64"})
    return frame.sort_values("line").reset_index(drop=True)
