"""Run one indicator's SQL and make its rows whole: every area, a value or the reason there is none."""

import pandas as pd

from pipelines.core.lookup import among
from pipelines.core.problem import Problem
from pipelines.core.query import run_sql
from pipelines.core.schema import schema
from pipelines.core.step import Check, Given, Output, Step, Tables
from pipelines.reach.reach import national_table
from pipelines.register.provenance import indicator_sources
from pipelines.register.register import Indicator, reads_places
from pipelines.register.vintages import by_area, carried_sources
from pipelines.register.workspace import Workspace

VALUE = schema(
    "area_code str, indicator str, value float64?, n_counted Int64?, n_of Int64?, as_at datetime64[ms]?, coverage str,"
    "null_reason str?",
    key="area_code",
)


COUNTS = ("n_counted", "n_of")


def indicator_step(workspace: Workspace, indicator: Indicator) -> Step[Tables]:
    """The step that runs an indicator's SQL. Where a source is by an older vintage of areas, it is read as carried."""
    old = carried_sources(workspace.register)
    files = {name: _keys(indicator, name, name in old) for name in indicator.inputs}
    views = {by_area(name) if name in old else name: keys for name, keys in files.items()}
    universe = "geography/scope" if reads_places(indicator) else "geography/areas"
    sources = {stem: workspace.register.sources[stem] for stem in indicator_sources(workspace.register, indicator)}
    read = [key for keys in views.values() for key in keys]
    return Step(
        f"indicator/{indicator.stem}",
        "indicators",
        f"{indicator.title} [{indicator.unit}], {indicator.direction.replace('_', ' ')}. {indicator.note}",
        (*read, *(f"table/{stem}" for stem in sources), universe),
        {
            "indicator": indicator,
            "views": views,
            "universe": universe,
            "vintages": {stem: source.vintage for stem, source in sources.items()},
        },
        make_indicator,
        {indicator.stem: VALUE},
        publisher=next(iter(sources)).split("_")[0],
        checks=(
            Check("known_somewhere", "Some area has a value.", _somewhere),
            Check("nulls", "No more areas are without a value than in the output before, by 5 points.", _no_more_nulls),
        ),
    )


def _keys(indicator: Indicator, name: str, is_old: bool) -> list[str]:
    """What an indicator reads under a name of its `inputs`: a source's table, `areas`, `organisation`, `tenure`, or the reach
    of its own kinds: `reach`, or `national_reach`."""
    if name == "reach":
        return [f"reach/{kind}" for kind in indicator.kinds]
    if name == "national_reach":
        return [f"reach/{kind}:{national_table(kind)}" for kind in indicator.kinds]
    if name == "tenure":
        return ["reach/tenure"]
    if name == "organisation":
        return ["places/place:place.organisations"]
    return ["geography/areas" if name == "areas" else f"by_area/{name}" if is_old else f"table/{name}"]


def make_indicator(given: Given) -> Tables:
    """One row per area: `value` (unrounded), `n_counted` and `n_of` (what a share or a rate was counted from), `as_at`, `coverage`, and `null_reason` exactly where value is null.

    Statistics are for the whole nation, place indicators for the areas asked. Raises Problem where the SQL gives an
    area twice, an area that does not exist, or no value at all from inputs that have rows.
    """
    indicator: Indicator = given.definition["indicator"]
    codes = given.frame(given.definition["universe"], columns=["area_code"])
    views = {name: [given.path(key) for key in keys] for name, keys in given.definition["views"].items()}
    rows = run_sql(indicator.sql, views, indicator.stem)
    _check_rows(indicator, rows, codes)
    available = all(given[f"table/{stem}"].meta["available"] for stem in given.definition["vintages"])
    frame = codes.merge(rows, how="left", on="area_code", indicator="_found")
    frame["value"] = frame["value"].astype("float64")
    frame["indicator"] = indicator.stem
    missing = frame["value"].isna()
    for name in COUNTS:
        counted = frame[name] if name in frame else pd.Series(pd.NA, index=frame.index)
        frame[name] = counted.astype("Int64").mask(missing)
    # reach has every area asked: one of which its SQL says nothing is one where it looks at no kind
    left_out = "not_covered" if reads_places(indicator) else "not_in_area_vintage"
    reason = pd.Series(indicator.null_reason, index=frame.index).where(frame.pop("_found") == "both", left_out)
    if not available:
        reason[:] = "source_unavailable"
    if "null_reason" in frame:
        given_reason = frame["null_reason"].astype(object)  # all null, it comes as numbers
        reason = given_reason.where(given_reason.notna(), reason)
    frame["null_reason"] = reason.where(missing, None)
    if "coverage" not in frame:
        frame["coverage"] = "observed"
    frame["coverage"] = frame["coverage"].where(~missing, "unknown").fillna("unknown")
    as_at = oldest([_as_at(given, stem) for stem in given.definition["vintages"]])
    stated = frame["as_at"] if "as_at" in frame else pd.Series(pd.NaT, index=frame.index)
    frame["as_at"] = stated.fillna(as_at).astype("datetime64[ms]").where(~missing)
    return {indicator.stem: frame}, {"n_null": int(missing.sum())}


def _somewhere(output: Output) -> tuple[bool, str]:
    known = output.rows - output.meta["n_null"]
    return known > 0, f"{known:,} of {output.rows:,} areas have a value, the others a reason"


def oldest(dates: list[pd.Timestamp]) -> pd.Timestamp:
    """The oldest of some dates: not known (NaT) where any is not, for that one may be older than all."""
    return min(dates, default=pd.NaT) if not any(map(pd.isna, dates)) else pd.NaT


MORE_NULLS = 0.05  # of areas, beyond which a rise is told


def _no_more_nulls(output: Output) -> tuple[bool, str]:
    share = output.meta["n_null"] / max(output.rows, 1)
    before = output.before.get("n_null", output.meta["n_null"]) / max(output.before.get("rows", output.rows), 1)
    return share <= before + MORE_NULLS, f"{share:.1%} of areas are without a value, {before:.1%} before"


def _as_at(given: Given, stem: str) -> pd.Timestamp:
    stated = given.definition["vintages"][stem] or given[f"table/{stem}"].meta["source_as_at"]
    return pd.Timestamp(stated) if stated else pd.NaT


def _check_rows(indicator: Indicator, rows: pd.DataFrame, codes: pd.DataFrame) -> None:
    where, remedy = f"{indicator.stem}.sql", "mend the SQL file"
    if bool(indicator.counts) != (COUNTS[0] in rows):
        raise Problem(where, "counts in its header and the column n_counted go together", remedy)
    if not {"area_code", "value"} <= set(rows.columns):
        raise Problem(where, f"gives columns {', '.join(rows.columns)}, where area_code and value are needed", remedy)
    twice = rows.loc[rows["area_code"].duplicated(), "area_code"]
    if len(twice):
        raise Problem(where, f"gives {len(twice):,} areas more than once, the first is {twice.iloc[0]}", remedy)
    strange = rows.loc[~among(rows["area_code"], codes["area_code"]), "area_code"]
    if len(strange):
        raise Problem(where, f"gives {len(strange):,} areas that do not exist, the first is {strange.iloc[0]}", remedy)
