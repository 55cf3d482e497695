"""Titles to land by small area, kind of owner and tenure, placed by their postcode; counts of few are told nowhere.

Their source clears no rows, and its file is an operator's own. What is counted says who is on the register of titles,
never who owns a place of ours, and is weighed in no index.
"""

import pandas as pd

from pipelines.core.schema import schema
from pipelines.core.step import Given, Step, Tables
from pipelines.register.few import few
from pipelines.register.workspace import Workspace
from pipelines.tables.tidy import ISSUES, issue_table

OWNERS = ("local_authority", "society", "housing_association", "other", "not_stated")
TENURES, ALL = ("freehold", "leasehold"), "all"
TITLE_COUNT = schema(
    "area_code str, owner_kind str, tenure str, n_titles Int64?, null_reason str?, as_at datetime64[ms]?",
    key="area_code owner_kind tenure",
)


def land_titles_step(workspace: Workspace) -> Step[Tables]:
    """The step that counts titles to land."""
    sources = list(workspace.register.title_sources)
    return Step(
        "ownership/title_count",
        "ownership",
        "Titles to land by small area, kind of owner and tenure, where an operator put their file into the inbox.",
        (*(f"table/{stem}" for stem in sources), "geography/postcode", "geography/scope"),
        {"sources": sources},
        make_title_count,
        {"title_count": TITLE_COUNT, "title_count.issues": ISSUES},
    )


def make_title_count(given: Given) -> Tables:
    """Table `title_count`: a row per area asked, kind of owner (`not_stated` where the file says none, or one that is not
    known) and tenure, `all` being both; and an issue a source that says which share of its titles an area could be told of.

    No row where no source was read. `n_titles` is null (suppressed) where it is below 10, be it none, and of both tenures
    where either is, for one could be had by taking the other from all.
    """
    areas = given.frame("geography/scope", columns=["area_code"])["area_code"]
    postcodes = given.frame("geography/postcode", columns=["postcode", "area_code"])
    read = {stem: given.frame(f"table/{stem}") for stem in given.definition["sources"]}
    found, told = [], []
    for stem, rows in read.items():
        if len(rows):
            placed = placed_by_postcode(rows, postcodes)
            told.append((stem, 0, "postcode", "", share_placed(placed)))
            found.append(placed)
    if not found:
        return {"title_count": pd.DataFrame(columns=list(TITLE_COUNT.types)), "title_count.issues": issue_table([])}, {}
    as_at = max(given[f"table/{stem}"].meta["source_as_at"] or "" for stem in read) or None
    table = titles_by_area(pd.concat(found, ignore_index=True), areas).assign(as_at=pd.to_datetime(as_at))
    return {"title_count": table, "title_count.issues": issue_table(told)}, {"n_told": int(table["n_titles"].count())}


def placed_by_postcode(rows: pd.DataFrame, postcodes: pd.DataFrame) -> pd.DataFrame:
    """The rows with `area_code` (null where the postcode lies in no area) and `is_known`, true where it is one at all."""
    placed = rows.merge(postcodes.assign(is_known=True), on="postcode", how="left")
    return placed.assign(is_known=placed["is_known"].notna())


def share_placed(placed: pd.DataFrame) -> str:
    """In a sentence, of which share of all titles an area is known and tenure stated, and why not of the others; in whole
    percentages, for a number of few could be a single title's."""
    n = placed["n_titles"]
    share = lambda which: f"{100 * n[which].sum() / n.sum():.0f}%"  # noqa: E731
    has, known, here = placed["postcode"].notna(), placed["is_known"], placed["area_code"].notna()
    return (
        f"{share(here & placed['tenure'].notna())} of all titles in the file are placed by their postcode and counted; "
        f"{share(~has)} have no postcode, {share(has & ~known)} one that is not known, "
        f"{share(known & ~here)} one outside these areas, {share(here & placed['tenure'].isna())} no tenure"
    )


def titles_by_area(placed: pd.DataFrame, areas: pd.Series) -> pd.DataFrame:
    """The table without its date, of rows with `area_code`, `owner_kind`, `tenure` and `n_titles`."""
    counted = placed[placed["area_code"].isin(areas) & placed["tenure"].isin(TENURES)]
    owners = counted["owner_kind"].fillna("not_stated")
    counts = counted.assign(owner_kind=owners).groupby(["area_code", "owner_kind", "tenure"])["n_titles"].sum()
    rows = pd.MultiIndex.from_product([sorted(areas), OWNERS], names=["area_code", "owner_kind"])
    wide = counts.unstack("tenure").reindex(index=rows, columns=list(TENURES)).fillna(0).astype("Int64")
    total = wide.sum(axis=1).astype("Int64")
    hidden = few(*(wide[tenure] for tenure in TENURES))
    told = wide.mask(hidden).assign(**{ALL: total.mask(few(total))})
    table = told.rename_axis(columns="tenure").stack(future_stack=True).rename("n_titles").reset_index()
    reason = pd.Series("suppressed", index=table.index, dtype="str").where(table["n_titles"].isna())
    return table.assign(null_reason=reason)
