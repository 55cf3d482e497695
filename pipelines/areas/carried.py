"""Tables by an older vintage of areas, made available by the present codes: `<stem>_by_area`, with how each was carried.

Which sources these are, and which look-up carries them, follows from their keys (`register.vintages`). Columns named
`n_...` are counts and are shared out; ranks, deciles, texts and dates are not carried; every other number is a rate or
a score, and is averaged.
"""

import pandas as pd

from geodata.vintages import MISSING, VintageError, carry, fit, how_carried
from pipelines.areas.claimed import claimed
from pipelines.core.once import Made, made, once
from pipelines.core.problem import Problem
from pipelines.register.register import Indicator, Register
from pipelines.register.source import Column, Source
from pipelines.register.vintages import Vintage, by_area, carried_sources
from pipelines.register.workspace import Workspace
from pipelines.tables.table import table

POSITIONS = ("rank", "decile")  # a place in an order of the old areas means nothing among the new


def how(name: str, column: Column) -> str | None:
    """How a column is carried: extensive (counts), intensive (rates, scores) or, None, not at all."""
    if column.type not in ("number", "integer") or name.rsplit("_", 1)[-1] in POSITIONS:
        return None
    return "extensive" if name.startswith("n_") else "intensive"


def reading_by_area(register: Register, indicator: Indicator) -> Indicator:
    """The indicator with its inputs of an older vintage replaced by their tables by present codes."""
    old = carried_sources(register)
    inputs = [by_area(name) if name in old else name for name in indicator.inputs]
    return indicator.model_copy(update={"inputs": inputs})


def make_by_area(workspace: Workspace, source: Source) -> Made:
    """Tables `<stem>_by_area` and `<stem>_by_area.how`, a row per area of the nation.

    `how_carried` and `share` are those of geodata.vintages. `null_reason` is set where no value can be had: the source
    does not claim the area (`not_covered`), a parent is not in it (`not_in_area_vintage`), or it or the look-up is
    unavailable. What the publisher left blank is null without one. Raises Problem for codes that the look-up lacks.
    """
    vintage, stem = carried_sources(workspace.register)[source.stem], by_area(source.stem)
    areas = made(workspace.data / "tables", "areas")
    steps = {name: table(workspace, name) for name in (source.stem, vintage.source)}
    columns = {name: told for name, column in source.columns.items() if (told := how(name, column))}

    def make():
        every = pd.read_parquet(areas.path)
        names = {vintage.old: "old_code", vintage.new: "new_code", vintage.change: "change"}
        lookup = pd.read_parquet(steps[vintage.source].path, columns=list(names)).rename(columns=names)
        here = lookup["new_code"].isin(every["area_code"])
        _check_border(vintage, lookup, here)
        rows = pd.read_parquet(steps[source.stem].path).set_index(source.key[0])
        rows = rows[~rows.index.isin(lookup.loc[~here, "old_code"])]  # of a neighbouring nation
        if not steps[vintage.source].meta["available"]:
            rows = rows.iloc[:0]
        carried = _carried(source, columns, rows, lookup[here], every.set_index("area_code")["population"])
        carried = carried.reindex(every["area_code"])
        carried["null_reason"] = _reasons(workspace, source, steps, carried, every)
        carried = carried.astype({"how_carried": "str"}).rename_axis("area_code").reset_index()
        told = carried[["area_code", "how_carried", "share", "null_reason"]].assign(source=source.stem)
        meta = {
            "carried": columns,
            "n_by_how": carried.loc[carried["null_reason"].isna(), "how_carried"].value_counts().sort_index().to_dict(),
            "n_null": int(carried["null_reason"].notna().sum()),
        }
        return {stem: carried.drop(columns="row"), f"{stem}.how": told}, meta

    definition = {"vintage": vars(vintage), "columns": columns, "covers": source.covers, "key": source.key}
    definition["geography"] = workspace.geography.model_dump(mode="json")
    inputs = {name: step.data_version for name, step in steps.items()} | {"areas": areas.data_version}
    return once(workspace.data / "tables", stem, definition, inputs, make)


def _carried(
    source: Source, columns: dict[str, str], rows: pd.DataFrame, lookup: pd.DataFrame, residents: pd.Series
) -> pd.DataFrame:
    """By new code: every carried column, `row` (1 where every parent has a row), `how_carried` and `share`."""
    try:
        told = how_carried(fit(lookup, residents))
        told["row"] = carry(pd.Series(1.0, index=rows.index), lookup, "intensive", residents)["value"]
        for name, way in columns.items():
            told[name] = carry(rows[name].astype("float64"), lookup, way, residents)["value"]
    except VintageError as error:
        raise Problem(
            source.stem,
            f"its areas cannot be carried to the present ones ({error})",
            "check the vintage of its codes, or of the look-up",
        ) from error
    return told[[*columns, "row", "how_carried", "share"]]


def _check_border(vintage: Vintage, lookup: pd.DataFrame, here: pd.Series) -> None:
    across = lookup.loc[here & lookup["old_code"].isin(lookup.loc[~here, "old_code"]), "old_code"]
    if len(across):
        raise Problem(
            vintage.source,
            f"{len(across):,} old areas lie on both sides of the nation's border, the first is {across.iloc[0]}",
            "counts of them cannot be shared out without the residents beyond it",
        )


def _reasons(
    workspace: Workspace, source: Source, steps: dict[str, Made], carried: pd.DataFrame, areas: pd.DataFrame
) -> pd.Series:
    if not all(step.meta["available"] for step in steps.values()):
        return pd.Series("source_unavailable", index=carried.index, dtype="str")
    reason = pd.Series(MISSING, index=carried.index, dtype="str").where(carried["row"].isna())
    if source.covers:
        outside = pd.Series(~claimed(workspace, source, areas), index=carried.index)
        reason = reason.mask(outside & reason.notna(), "not_covered")
    return reason
