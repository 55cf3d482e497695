"""Run one indicator's SQL and make its rows whole: every area, a value or the reason there is none."""

from pathlib import Path

import pandas as pd

from pipelines.core.once import Made, made, once
from pipelines.core.problem import Problem
from pipelines.core.query import run_sql
from pipelines.core.store import sha256_file
from pipelines.register.provenance import indicator_sources
from pipelines.register.register import Indicator, reads_places
from pipelines.register.workspace import Workspace
from pipelines.tables.table import table

COLUMNS = ["area_code", "indicator", "value", "as_at", "coverage", "null_reason"]


def input_files(workspace: Workspace, indicator: Indicator) -> tuple[dict[str, list[Path]], dict[str, str]]:
    """The files an indicator reads under each name of its `inputs`, and their data versions.

    A name is a source's table, `areas`, `organisation`, or `reach`: the reach of the indicator's own kinds.
    """
    files, versions = {}, {}
    for name in indicator.inputs:
        if name == "organisation":
            file = made(workspace.data / "places", "place").files["place.organisations"]
            files[name], versions[name] = [file], sha256_file(file)
            continue
        if name == "reach":
            steps = [made(workspace.data / "reach", kind) for kind in indicator.kinds]
        else:
            steps = [made(workspace.data / "tables", name) if name == "areas" else table(workspace, name)]
        files[name] = [step.path for step in steps]
        versions |= {f"{name}.{step.stem}": step.data_version for step in steps}
    return files, versions


def make_indicator(workspace: Workspace, indicator: Indicator) -> Made:
    """One row per area: `value` (unrounded), `as_at`, `coverage`, and `null_reason` exactly where value is null.

    Statistics are for the whole nation, place indicators for the areas asked. Raises Problem where the SQL gives an
    area twice, an area that does not exist, or no value at all from inputs that have rows.
    """
    files, versions = input_files(workspace, indicator)
    universe = made(workspace.data / "tables", "scope" if reads_places(indicator) else "areas")
    sources = {stem: table(workspace, stem) for stem in indicator_sources(workspace.register, indicator)}

    def make():
        codes = pd.read_parquet(universe.path, columns=["area_code"])
        rows = run_sql(indicator.sql, files, indicator.stem)
        _check_rows(indicator, rows, codes)
        available = all(step.meta["available"] for step in sources.values())
        frame = codes.merge(rows, how="left", on="area_code", indicator="_found")
        frame["value"] = frame["value"].astype("float64")
        frame["indicator"] = indicator.stem
        missing = frame["value"].isna()
        reason = pd.Series(indicator.null_reason, index=frame.index).where(
            frame.pop("_found") == "both", "not_in_area_vintage"
        )
        if not available:
            reason[:] = "source_unavailable"
        if "null_reason" in frame:
            given = frame["null_reason"].astype(object)  # all null, it comes as numbers
            reason = given.where(given.notna(), reason)
        frame["null_reason"] = reason.where(missing, None)
        if "coverage" not in frame:
            frame["coverage"] = "observed"
        frame["coverage"] = frame["coverage"].where(~missing, "unknown").fillna("unknown")
        as_at = pd.Timestamp(min((_as_at(workspace, stem) for stem in sources), default=None))
        given = frame["as_at"] if "as_at" in frame else pd.Series(pd.NaT, index=frame.index)
        frame["as_at"] = given.fillna(as_at).astype("datetime64[ms]").where(~missing)
        frame = frame[COLUMNS].astype({"coverage": "str", "null_reason": "str"})
        return {indicator.stem: frame}, {"n_null": int(missing.sum())}

    versions |= {step.stem: step.data_version for step in [*sources.values(), universe]}
    return once(workspace.data / "indicators", indicator.stem, indicator.model_dump(mode="json"), versions, make)


def _as_at(workspace: Workspace, stem: str) -> pd.Timestamp:
    source = workspace.register.sources[stem]
    told = source.vintage or table(workspace, stem).meta["source_as_at"]
    return pd.Timestamp(told) if told else pd.NaT


def _check_rows(indicator: Indicator, rows: pd.DataFrame, codes: pd.DataFrame) -> None:
    where, remedy = f"{indicator.stem}.sql", "mend the SQL file"
    if not {"area_code", "value"} <= set(rows.columns):
        raise Problem(where, f"gives columns {', '.join(rows.columns)}, where area_code and value are needed", remedy)
    twice = rows.loc[rows["area_code"].duplicated(), "area_code"]
    if len(twice):
        raise Problem(where, f"gives {len(twice):,} areas more than once, the first is {twice.iloc[0]}", remedy)
    strange = rows.loc[~rows["area_code"].isin(codes["area_code"]), "area_code"]
    if len(strange):
        raise Problem(where, f"gives {len(strange):,} areas that do not exist, the first is {strange.iloc[0]}", remedy)
