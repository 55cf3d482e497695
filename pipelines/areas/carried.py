"""Tables by an older vintage of areas, made available by the present codes: `<stem>_by_area`, with how each was carried.

Which sources these are, and which look-up carries them, follows from their keys (`register.vintages`). Columns named
`n_...` are counts and are shared out; ranks, deciles, texts and dates are not carried; every other number is a rate or
a score, and is averaged.
"""

import pandas as pd

from geodata.geography import Geography
from geodata.vintages import MISSING, How, VintageError, carry, fit, how_carried
from pipelines.areas.claimed import claimed
from pipelines.core.lookup import among
from pipelines.core.problem import Problem
from pipelines.core.schema import schema
from pipelines.core.step import Check, Given, Output, Step, Tables
from pipelines.register.source import Column, Source
from pipelines.register.vintages import Vintage, by_area, carried_sources
from pipelines.register.workspace import Workspace

CARRIED = "how_carried str?, share float64?, null_reason str?"  # not where no look-up has the area
HOW = schema(f"area_code str, {CARRIED}, source str", key="area_code")
POSITIONS = ("rank", "decile")  # a place in an order of the old areas means nothing among the new


def how(name: str, column: Column) -> How | None:
    """How a column is carried: extensive (counts), intensive (rates, scores) or, None, not at all."""
    if column.type not in ("number", "integer") or name.rsplit("_", 1)[-1] in POSITIONS:
        return None
    return "extensive" if name.startswith("n_") else "intensive"


def by_area_step(workspace: Workspace, source: Source) -> Step[Tables]:
    """The step that carries a source's table to the present areas."""
    vintage = carried_sources(workspace.register)[source.stem]
    columns = {name: way for name, column in source.columns.items() if (way := how(name, column))}
    return Step(
        f"by_area/{source.stem}",
        "tables",
        f"{source.title}: carried to the present areas by the official look-up, saying how.",
        (f"table/{source.stem}", f"table/{vintage.source}", "geography/areas"),
        {"source": source, "vintage": vintage, "columns": columns, "geography": workspace.geography},
        make_by_area,
        {
            by_area(source.stem): schema(
                ", ".join(["area_code str", *(f"{name} float64?" for name in columns), CARRIED]), "area_code"
            ),
            f"{by_area(source.stem)}.how": HOW,
        },
        publisher=source.stem.split("_")[0],
        checks=(Check("carried_somewhere", "Some area could be carried.", _somewhere),),
    )


def make_by_area(given: Given) -> Tables:
    """Tables `<stem>_by_area` and `<stem>_by_area.how`, a row per area of the nation.

    `how_carried` and `share` are those of geodata.vintages. `null_reason` is set where no value can be had: the source
    does not claim the area (`not_covered`), a parent is not in it (`not_in_area_vintage`), or it or the look-up is
    unavailable, or they do not fit one another, which is then `told`. What the publisher left blank is null without one.
    """
    source, vintage, columns = (given.definition[name] for name in ("source", "vintage", "columns"))
    stem, every = by_area(source.stem), given.frame("geography/areas")
    available = {name: given[f"table/{name}"].meta["available"] for name in (source.stem, vintage.source)}
    names = {vintage.old: "old_code", vintage.new: "new_code", vintage.change: "change"}
    lookup = given.frame(f"table/{vintage.source}", columns=list(names)).rename(columns=names)
    here = pd.Series(among(lookup["new_code"], every["area_code"]), index=lookup.index)
    rows = given.frame(f"table/{source.stem}").set_index(source.key[0])
    rows = rows[~rows.index.isin(lookup.loc[~here, "old_code"])]  # of a neighbouring nation
    if not available[vintage.source]:
        rows = rows.iloc[:0]
    residents, told = every.set_index("area_code")["population"], None
    try:
        _check_border(vintage, lookup, here)
        carried = _carried(source, columns, rows, lookup[here], residents)
    except Problem as problem:  # none of the two is required: neither ends a refresh
        told = str(problem)
        carried = _carried(source, columns, rows.iloc[:0], lookup.iloc[:0], residents)
    is_read = all(available.values()) and not told
    carried = carried.reindex(every["area_code"])
    carried["null_reason"] = _reasons(given.definition["geography"], source, is_read, carried, every)
    carried = carried.rename_axis("area_code").reset_index()
    ways = carried[["area_code", "how_carried", "share", "null_reason"]].assign(source=source.stem)
    meta = {
        "carried": columns,
        "n_by_how": carried.loc[carried["null_reason"].isna(), "how_carried"].value_counts().sort_index().to_dict(),
        "n_null": int(carried["null_reason"].notna().sum()),
    } | ({"told": [told]} if told else {})
    return {stem: carried.drop(columns="row"), f"{stem}.how": ways}, meta


def _somewhere(output: Output) -> tuple[bool, str]:
    known = output.rows - output.meta["n_null"]
    return known > 0, f"{known:,} of {output.rows:,} areas have every part in the source, the others a reason"


def _carried(
    source: Source, columns: dict[str, How], rows: pd.DataFrame, lookup: pd.DataFrame, residents: pd.Series
) -> pd.DataFrame:
    """By new code: every carried column, `row` (1 where every parent has a row), `how_carried` and `share`."""
    try:
        carried = how_carried(fit(lookup, residents))
        carried["row"] = carry(pd.Series(1.0, index=rows.index), lookup, "intensive", residents)["value"]
        for name, way in columns.items():
            carried[name] = carry(rows[name].astype("float64"), lookup, way, residents)["value"]
    except VintageError as error:
        raise Problem(
            source.stem,
            f"its areas cannot be carried to the present ones ({error})",
            "check the vintage of its codes, or of the look-up",
        ) from error
    return carried[[*columns, "row", "how_carried", "share"]]


def _check_border(vintage: Vintage, lookup: pd.DataFrame, here: pd.Series) -> None:
    across = lookup.loc[here & lookup["old_code"].isin(lookup.loc[~here, "old_code"]), "old_code"]
    if len(across):
        raise Problem(
            vintage.source,
            f"{len(across):,} old areas lie on both sides of the nation's border, the first is {across.iloc[0]}",
            "counts of them cannot be shared out without the residents beyond it",
        )


def _reasons(
    geography: Geography, source: Source, available: bool, carried: pd.DataFrame, areas: pd.DataFrame
) -> pd.Series:
    if not available:
        return pd.Series("source_unavailable", index=carried.index, dtype="str")
    reason = pd.Series(MISSING, index=carried.index, dtype="str").where(carried["row"].isna())
    if source.covers:
        outside = pd.Series(~claimed(geography, source, areas), index=carried.index)
        reason = reason.mask(outside & reason.notna(), "not_covered")
    return reason
