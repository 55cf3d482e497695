"""Score any table by any index definition: `commonground score`."""

from pathlib import Path

import pandas as pd

from pipelines.problem import Problem
from pipelines.register import INDICATORS, Index, read_index, read_indicator
from pipelines.scoring.composite import score
from pipelines.scoring.frames import decile
from pipelines.scoring.normalise import ranks


def score_file(definition: Path, table: Path) -> pd.DataFrame:
    """Read a definition (YAML) and a table (CSV or Parquet) and score it. Raises Problem or DefinitionError."""
    frame = pd.read_parquet(table) if table.suffix == ".parquet" else pd.read_csv(table)
    return score_table(read_index(definition), frame, table.name)


def score_table(index: Index, frame: pd.DataFrame, name: str = "table") -> pd.DataFrame:
    """One row per row of `frame`: area, score, rank (1 = greatest), decile, weight observed and every domain's score.

    The area column is `area_column` of the definition, else the first column; a member is read from its `heading`,
    else from the column of its own name. More of it is more need unless the member's own `direction`, or the indicator
    of that name in sql/indicators, says otherwise. Raises Problem naming a missing or non-numeric column or a repeated area.
    """
    area = index.area_column or frame.columns[0]
    headings = {member_name: member.heading or member_name for _, member_name, member in index.members}
    if missing := [h for h in [area, *headings.values()] if h not in frame.columns]:
        raise Problem(
            name,
            f"has no column {', '.join(map(repr, missing[:5]))}",
            "name it in the definition with `heading` or `area_column`",
        )
    if frame[area].duplicated().any():
        raise Problem(
            name,
            f"column {area!r} holds {frame.loc[frame[area].duplicated(), area].iloc[0]!r} more than once",
            "give each area one row",
        )
    values = pd.DataFrame({m: _numbers(frame[h], h, name) for m, h in headings.items()}).set_axis(
        frame[area].to_numpy()
    )
    directions = {m: member.direction or _known_direction(m) for _, m, member in index.members}
    scored = score(index, values, directions)
    rank = pd.Series(ranks(scored.score.to_numpy()), index=values.index).astype("Int64")
    table = pd.DataFrame(
        {
            "score": scored.score,
            "rank": rank,
            "decile": decile(rank, scored.score.notna().sum()),
            "weight_observed": scored.weight_observed,
        }
    )
    return table.join(scored.domains.add_prefix("domain_")).reset_index(names=area)


def _numbers(column: pd.Series, heading: str, name: str) -> pd.Series:
    numbers = pd.to_numeric(column, errors="coerce")
    bad = column.notna() & numbers.isna()
    if bad.any():
        row = int(bad.to_numpy().argmax())
        raise Problem(
            name,
            f"row {row + 2}, column {heading!r}: {column.iloc[row]!r} is not a number",
            "leave the cell empty where the value is not known",
        )
    return numbers.astype(float).reset_index(drop=True)


def _known_direction(indicator: str) -> str:
    path = INDICATORS / f"{indicator}.sql"
    return read_indicator(path).direction if path.exists() else "higher_is_more_need"
