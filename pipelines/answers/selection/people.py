"""Who lives in the areas chosen and in the rest: means of indicators weighted by residents."""

import duckdb
import pandas as pd

from pipelines.answers.latest import rows
from pipelines.answers.selection.facts import People
from pipelines.ownership.selection import read_choosing
from pipelines.register.labels import meaning

NOT_HELD = "no source of it is held"


def people(connection: duckdb.DuckDBPyConnection, ground: pd.DataFrame) -> list[People]:
    """What the indicators of selection.yml say of the areas of `ground` (`area_code`, `residents`, `is_chosen`)."""
    asked = read_choosing().who_lives_there
    wanted = [indicator for names in asked.values() for indicator in names]
    connection.register("choosing", ground)
    found = rows(
        connection,
        """
        select i.indicator, i.title, i.unit, min(v.as_at) as as_at, min(v.null_reason) as null_reason,
            sum(v.value * c.residents) filter (c.is_chosen) / nullif(sum(c.residents) filter (c.is_chosen and v.value is not null), 0) as chosen,
            sum(v.value * c.residents) filter (not c.is_chosen) / nullif(sum(c.residents) filter (not c.is_chosen and v.value is not null), 0) as rest
        from indicator as i join indicator_value as v using (indicator) join choosing as c using (area_code)
        where list_contains($wanted, i.indicator) group by i.indicator, i.title, i.unit""",
        wanted=wanted,
    )
    connection.unregister("choosing")
    known = {row["indicator"]: row for row in found}
    told: list[People] = []
    for tells, indicators in asked.items():
        held = [known[name] for name in indicators if name in known]
        told += [_of(tells, row) for row in held] or [_of(tells, None)]
    return told


def _of(tells: str, row: dict | None) -> People:
    if row is None:
        return {"tells": tells, "indicator": None, "title": None, "unit": None, "as_at": None, "chosen": None, "rest": None, "why_not": NOT_HELD}  # fmt: skip
    known = row["chosen"] is not None or row["rest"] is not None
    reason = None if known or not row["null_reason"] else meaning("null_reason", row["null_reason"])
    return {
        "tells": tells,
        "indicator": row["indicator"],
        "title": row["title"],
        "unit": row["unit"],
        "as_at": row["as_at"],
        "chosen": _rounded(row["chosen"]),
        "rest": _rounded(row["rest"]),
        "why_not": reason,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 9)
