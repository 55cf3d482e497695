"""Every row of every place source accounted for: placed, outside every area, or rejected with a reason.

Records are located over the whole nation in every run (it takes a second), so that what a source is known to cover
does not depend on the areas asked; reach is worked out for those areas only.
"""

import geopandas
import numpy as np
import pandas as pd
import shapely

from geodata.crs import PUBLISHED, transform_xy
from geodata.locate import locate_points
from pipelines.once import Made, once
from pipelines.source import Source
from pipelines.store import sha256
from pipelines.tables import table
from pipelines.tidy import ISSUE_COLUMNS
from pipelines.workspace import Workspace

COLUMNS = ["place_id", "source", "source_id", "kind", "name", "owner_kind", "area_code", "x", "y", "longitude", "latitude", "as_at", "publish"]  # fmt: skip
EARLIEST = pd.Timestamp("2010-01-01")


def make_place_records(workspace: Workspace) -> Made:
    """One row per usable source record that lies in an area, of the nation or of its neighbours.

    `x`, `y` in the geography's CRS, `longitude`, `latitude` in WGS 84. `meta["counts"]` gives, per source, how many
    rows were placed, duplicate, ended, unmapped, without coordinates, or outside every area: they add up to the rows
    of the source's table.
    """
    sources = workspace.register.place_sources
    inputs = {stem: table(workspace, stem).data_version for stem in sources}
    layer = workspace.geography.boundaries
    boundaries = table(workspace, layer.source)
    inputs["boundaries"] = boundaries.data_version

    def make():
        outlines = geopandas.read_parquet(boundaries.path).sort_values(layer.by)
        codes, shapes = outlines[layer.by].to_numpy(), outlines.geometry.to_numpy()
        frames, issues, counts = [], [], {}
        for source in sources.values():
            records, found, counted = _records(workspace, source)
            placed, counted = _locate(records, workspace.geography.crs, codes, shapes, counted)
            frames.append(placed)
            issues.append(found)
            counts[source.stem] = counted
        records = pd.concat(frames, ignore_index=True)[COLUMNS].sort_values("place_id").reset_index(drop=True)
        records = records.astype({"name": "str", "owner_kind": "str"})
        return {"place_record": records, "place_record.issues": pd.concat(issues, ignore_index=True)}, {
            "counts": counts
        }

    definition = {stem: source.places.model_dump(mode="json") for stem, source in sources.items()}
    definition["crs"] = workspace.geography.crs
    return once(workspace.data / "places", "place_record", definition, inputs, make)


def _records(workspace: Workspace, source: Source):
    rule, made_table = source.places, table(workspace, source.stem)
    rows = pd.read_parquet(made_table.path)
    counts = {"rows": len(rows)}
    kind = (
        pd.Series(rule.kind, index=rows.index, dtype="str")
        if rule.kind
        else rows[rule.kinds.column].map(rule.kinds.values)
    )
    source_id = _joined(rows[rule.id])
    x, y = _coordinates(workspace, source, rows)
    as_at = rows[rule.as_at] if rule.as_at else pd.Series(pd.NaT, index=rows.index, dtype="datetime64[ms]")
    newest = pd.Timestamp(made_table.meta["source_as_at"] or source.vintage or workspace.today)
    as_at = as_at.where((as_at >= EARLIEST) & (as_at <= newest))
    if not rule.as_at:
        as_at = as_at.fillna(newest)
    records = pd.DataFrame(
        {
            "place_id": [f"p{sha256(f'{source.stem}|{i}'.encode())[:14]}" for i in source_id],
            "source": source.stem,
            # an identifier made of several columns would carry names and coordinates of its own: told as a hash
            "source_id": source_id if len(rule.id) == 1 else [sha256(i.encode())[:16] for i in source_id],
            "kind": kind,
            "name": rows[rule.name],
            "owner_kind": rows[rule.owner_kind.column].map(rule.owner_kind.values) if rule.owner_kind else None,
            "x": x,
            "y": y,
            "as_at": as_at.astype("datetime64[ms]"),
            "publish": source.publish,
        }
    )
    ended = rows[rule.ended].notna() if rule.ended else pd.Series(False, index=rows.index)
    tests = {
        "duplicate": source_id.duplicated(),
        "ended": ended,
        "unmapped": kind.isna(),
        "no_coordinates": ~(np.isfinite(x) & np.isfinite(y)),
    }
    lost = pd.Series(False, index=rows.index)
    issues = []
    for reason, hit in tests.items():
        hit = hit & ~lost
        counts[reason] = int(hit.sum())
        lost |= hit
        told = rows[rule.kinds.column] if rule.kinds and reason == "unmapped" else rows[rule.name].fillna("")
        issues += [
            (source.stem, int(i) + 1, reason, str(told[i]), ISSUES[reason])
            for i in rows.index[hit]
            if reason != "ended"
        ]
    return records[~lost], _issue_table(issues), counts


def _joined(columns: pd.DataFrame) -> pd.Series:
    texts = [columns[name].astype("str").fillna("") for name in columns]
    return texts[0].str.cat(texts[1:], sep="|")


ISSUES = {
    "duplicate": "the same record stands earlier in the table",
    "unmapped": "a type that no kind of the taxonomy stands for",
    "no_coordinates": "no usable coordinates, so it cannot be placed",
}


def _issue_table(issues: list) -> pd.DataFrame:
    table = pd.DataFrame(issues, columns=ISSUE_COLUMNS)
    return table.astype({"row": "int64"}).astype(dict.fromkeys(("source", "column", "value", "issue"), "str"))


def _coordinates(workspace: Workspace, source: Source, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    point = source.places.point
    if point.wkt:
        shapes = shapely.from_wkt(
            rows[point.wkt].astype(object).where(rows[point.wkt].notna(), None).to_numpy(), on_invalid="ignore"
        )
        shapes = np.where(shapely.get_type_id(shapes) == 0, shapes, None)
        x, y = shapely.get_x(shapes), shapely.get_y(shapes)
    else:
        x, y = rows[point.x].to_numpy(float), rows[point.y].to_numpy(float)
    x, y = transform_xy(x, y, point.crs, workspace.geography.crs)
    return np.round(x, 1), np.round(y, 1)


def _locate(
    records: pd.DataFrame, crs: str, codes: np.ndarray, shapes: np.ndarray, counts: dict
) -> tuple[pd.DataFrame, dict]:
    at = locate_points(records["x"].to_numpy(), records["y"].to_numpy(), shapes)
    placed = records[at >= 0].copy()
    placed["area_code"] = codes[at[at >= 0]]
    placed["longitude"], placed["latitude"] = transform_xy(
        placed["x"].to_numpy(), placed["y"].to_numpy(), crs, PUBLISHED
    )
    return placed, counts | {"outside": len(records) - len(placed), "placed": len(placed)}
