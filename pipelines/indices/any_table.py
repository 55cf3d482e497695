"""Score any table by any index definition: `commonground score`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.core.problem import Problem
from pipelines.indices.table_file import check_areas, read_codes, read_table
from pipelines.indices.table_members import Members, headings_of, read_members
from pipelines.register.register import INDICATORS, read_indicator
from pipelines.scoring.composite import Scored, scale_members, score
from pipelines.scoring.definition import Index, read_index
from pipelines.scoring.explain import Landscape, explain
from pipelines.scoring.normalise import ranks, snapped
from pipelines.scoring.robustness import draw_versions, rank_spread
from pipelines.scoring.versions import Scorer


@dataclass(frozen=True)
class Asked:
    """What is wanted besides scores: ranks within each value of `frames` (columns of the table) and among the areas of
    `within` (codes); the spread of ranks over versions of the method; what each domain and indicator pushed."""

    frames: tuple[str, ...] = ()
    within: tuple[str, ...] | None = None
    spread: bool = False
    explain: bool = False


def score_file(
    definition: Path,
    table: Path,
    asked: Asked = Asked(),
    listed: Path | None = None,
    tell: Callable[[str], None] = lambda note: None,
) -> pd.DataFrame:
    """Read a definition (YAML) and a table (CSV or Parquet) and score it; also rank among the areas of the list `listed`.

    `tell` is called with one sentence where areas of the list are not in the table, where a column says the same of all,
    and on all that is left out or imputed. Raises Problem or DefinitionError.
    """
    index = read_index(definition)
    frame = read_table(table, index.area_column, _headings(index, asked))
    if listed:
        areas = frame[index.area_column if index.area_column in frame else frame.columns[0]].dropna()
        codes, note = read_codes(listed, areas, table.name)
        asked = replace(asked, within=codes)
        if note:
            tell(note)
    scored = score_table(index, frame, table.name, asked, tell)
    for _, name, member in index.members:
        heading = member.heading or name
        if len(frame) > 1 and frame[heading].nunique(dropna=False) == 1:
            tell(f"{table.name}: every row of {heading!r} says the same, so it tells no area from another")
    return scored


def _headings(index: Index, asked: Asked) -> list[str]:
    """Every heading of a table that the index or the question reads, the area column apart where it is not named."""
    return [*([index.area_column] if index.area_column else []), *headings_of(index), *asked.frames]


def score_table(
    index: Index,
    frame: pd.DataFrame,
    name: str = "table",
    asked: Asked = Asked(),
    tell: Callable[[str], None] = lambda note: None,
) -> pd.DataFrame:
    """One row per row of `frame`: area, score, rank (1 = greatest), decile, weight observed and every domain's score.

    The area column is `area_column` of the definition, else the first column; a member is read from its `heading`,
    else from the column of its own name. More of it is more need unless the member's own `direction`, or the indicator
    of that name in sql/indicators, says otherwise. `domain_X` is a domain as it enters the index, `domain_X_before` what
    it was before its transform; `known_share` the share of members known where the index screens; `imputed` the members
    whose value was, where it imputes. `tell` as in `score_file`. Raises Problem naming a missing or non-numeric column or a
    repeated area.
    """
    area = index.area_column or str(frame.columns[0])
    check_areas(frame, name, area, _headings(index, asked))
    codes = frame[area].to_numpy()
    imputes = any(index.imputed_by(member).by != "none" for _, _, member in index.members)
    members = read_members(index, frame, name, tell)
    index, values = members.index, members.values.set_axis(codes)
    directions: dict[str, str] = {
        m: member.direction or known_direction(m) or "higher_is_more_need" for _, m, member in index.members
    }
    scored = score(index, values, directions, members.filled)
    columns = _ranked(index, scored, frame.set_axis(codes), asked, name)
    at = 1 + [title for title, _ in columns].index("weight_observed")
    if imputes:
        columns.insert(at, ("imputed", members.imputed.set_axis(codes)))
    if members.known_share is not None:
        columns.insert(at, ("known_share", members.known_share.set_axis(codes)))
    if asked.spread:
        columns += _spread(index, _without_filled(members, scored), directions, scored).items()
    if asked.explain:
        columns += _pushes(index, scored, directions).items()
    titles = [area, *(title for title, _ in columns)]
    if twice := [title for title in titles if titles.count(title) > 1]:
        remedy = "give the column of areas, the column of --frame or the domain another name"
        raise Problem(name, f"two columns of the result would be named {twice[0]!r}", remedy)
    return pd.DataFrame(dict(columns), index=scored.score.index).reset_index(names=area)


def known_direction(indicator: str) -> str | None:
    """The direction of the indicator of this name in sql/indicators, None where there is none."""
    path = INDICATORS / f"{indicator}.sql"
    return read_indicator(path).direction if path.exists() else None


def _ranked(index: Index, scored: Scored, frame: pd.DataFrame, asked: Asked, name: str) -> list[tuple[str, pd.Series]]:
    columns = [("score", scored.score)]
    for suffix, group in _groups(scored.score.index, frame, asked, name).items():
        rank, size = _ranks_within(index, scored.score, group)
        columns.append((f"rank{suffix}", rank.astype("Float64" if index.ties == "average" else "Int64")))
        tenth = np.ceil(10 * rank / size.clip(lower=1)).clip(upper=10)
        columns.append((f"decile{suffix}", tenth.astype("Int64")))
    columns.append(("weight_observed", scored.weight_observed))
    for path, domain in index.every_domain.items():
        columns.append((f"domain_{path}", scored.domains[path]))
        if domain.transform != "none":
            columns.append((f"domain_{path}_before", scored.before_transform[path]))
    return columns


def _groups(areas: pd.Index, frame: pd.DataFrame, asked: Asked, name: str) -> dict[str, pd.Series]:
    """What areas are ranked within, by the ending of the columns that tell it: everything, each frame, the list."""
    groups = {"": pd.Series("all", index=areas)} | {f"_{column}": frame[column] for column in asked.frames}
    if asked.within is None:
        return groups
    listed = areas.astype(str).isin(asked.within)
    if not listed.any():
        raise Problem(name, f"holds none of the {len(asked.within):,} areas listed", "check the codes of the list")
    if "_within" in groups:
        message = "a frame called 'within' and a list are asked for at once"
        raise Problem(name, message, "rename the column", usage=True)
    return groups | {"_within": pd.Series("listed", index=areas).where(listed)}


def _ranks_within(index: Index, score: pd.Series, group: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The rank of each area within its group and how many are ranked there; as published, scores of zero of a geometric
    mean share the last rank, and tenths are cut among the others."""
    compared = snapped(score)
    grouped = compared.groupby(group)
    rank = grouped.transform(lambda s: pd.Series(ranks(s.to_numpy(), index.ties), s.index)).astype("Float64")
    size = grouped.transform("count")
    if index.aggregate != "geometric":
        return rank, size
    return rank.mask(compared == 0, size.astype("Float64")), (compared > 0).groupby(group).transform("sum")


def _without_filled(members: Members, scored: Scored) -> pd.DataFrame:
    """The values, without what was imputed in a domain that too little is known of: versions see no more than the index."""
    values = members.values.set_axis(scored.score.index)
    for path, domain in members.index.every_domain.items():
        has_none = scored.before_transform[path].isna().to_numpy()
        for name in domain.members:
            if name in members.filled:
                values[name] = values[name].mask(has_none & members.filled[name])
    return values


def _spread(index: Index, values: pd.DataFrame, directions: dict[str, str], scored: Scored) -> pd.DataFrame:
    keep, is_geometric = np.flatnonzero(scored.score.notna()), index.aggregate == "geometric"
    score = scored.score.to_numpy()[keep]
    size = np.full(len(keep), (snapped(score) > 0).sum() if is_geometric else len(keep))
    scorer = Scorer(index, values, directions, keep, np.zeros(len(keep), dtype=int), size=size)
    spread = rank_spread(scorer, draw_versions(index), scorer.groups.ranks(score, is_geometric))
    spread = spread.astype(dict.fromkeys(("rank_median", "rank_low", "rank_high"), "Int64"))
    return spread.set_axis(values.index[keep])


def _pushes(index: Index, scored: Scored, directions: dict[str, str]) -> pd.DataFrame:
    """`starts_from`, `push_<domain>` and `push_<domain>/<indicator>`, which add up to the score (its log, of a geometric
    mean)."""
    treated = {name: column.values for name, column in scored.treated.items()}
    rows = np.flatnonzero(scored.score.notna())
    if not len(rows):
        names = [*index.parts, *(f"{domain}/{name}" for domain, name, _ in index.members if domain in index.parts)]
        return pd.DataFrame(np.nan, scored.score.index, ["starts_from", *(f"push_{name}" for name in names)])
    domains, indicators = explain(Landscape(index, scale_members(index, treated, directions), scored), rows)
    indicators = indicators.assign(domain=indicators["domain"] + "/" + indicators["indicator"])
    wide = pd.concat([domains, indicators]).pivot(index="row", columns="domain", values="contribution")
    wide = wide.reindex(columns=[*dict.fromkeys(domains["domain"]), *dict.fromkeys(indicators["domain"])])
    wide = wide.add_prefix("push_").set_axis(scored.score.index[wide.index])
    wide.insert(0, "starts_from", domains["starts_from"].iloc[0])
    return wide
