"""Why each of a list stands where it does: by every index and domain chosen by, and what pulls it up and down, in the words of
a profile. Of a larger area, values and pushes are means of its small areas weighted by residents."""

import duckdb
import pandas as pd

from pipelines.answers import titles
from pipelines.answers.area.facts import IndicatorPush
from pipelines.answers.area.plainly import pulled
from pipelines.answers.latest import rows, rows_as
from pipelines.answers.selection.ground import parted


class Push(IndicatorPush):
    """What an indicator adds to the score of one unit, or takes from it."""

    unit: str
    index_name: str
    domain: str


def reasons(connection: duckdb.DuckDBPyConnection, areas: pd.DataFrame, names: list[str]) -> dict[str, list[str]]:
    """By unit of `areas` (`area_code`, `unit`, `residents`), the sentences of each index or domain of `names`."""
    connection.register("listed", areas)
    pushes = rows_as(
        connection,
        Push,
        """
        select l.unit, c.index_name, c.domain, c.indicator, any_value(i.title) as title, any_value(c.method) as method,
            sum(c.contribution * l.residents) / nullif(sum(l.residents) filter (c.contribution is not null), 0) as contribution
        from indicator_contribution as c join listed as l using (area_code) left join indicator as i using (indicator)
        group by l.unit, c.index_name, c.domain, c.indicator order by l.unit, c.index_name, c.indicator""",
    )
    typical = _typical(connection)
    connection.unregister("listed")
    for push in pushes:
        push["title"] = push["title"] or titles.index_title(push["indicator"])
    found: dict[str, list[str]] = {}
    for unit in areas["unit"].unique():
        of_unit = [push for push in pushes if push["unit"] == unit]
        said: list[str] = []
        for name in names:
            index, domain = parted(name)
            mine = [p for p in of_unit if p["index_name"] == index and domain in (None, p["domain"])]
            said += [f"{title_of(name)}: {sentence[:1].lower()}{sentence[1:]}" for sentence in pulled(mine, typical.get(unit, {}))]  # fmt: skip
        found[unit] = said
    return found


def title_of(name: str) -> str:
    """An index or domain as people see it."""
    index, domain = parted(name)
    return (
        f"{titles.domain_title(index, domain)} ({titles.index_title(index)})" if domain else titles.index_title(index)
    )


def _typical(connection) -> dict[str, dict[str, dict]]:
    """By unit and indicator, its value and the middle one among the small areas of its authority."""
    found = rows(
        connection,
        """
        with here as (select distinct l.unit, n.authority_code, n.authority_name from listed as l join neighbourhood as n using (area_code)),
        usual as (
            select n.authority_code, v.indicator, median(v.value) as middle
            from indicator_value as v join neighbourhood as n using (area_code)
            where v.value is not null and n.authority_code in (select authority_code from here) group by all
        ),
        own as (
            select l.unit, v.indicator, sum(v.value * l.residents) / nullif(sum(l.residents), 0) as value
            from indicator_value as v join listed as l using (area_code) where v.value is not null group by all
        )
        select here.unit, u.indicator, i.unit as measured_in, i.direction, here.authority_name, u.middle, own.value
        from here join usual as u using (authority_code) join indicator as i using (indicator)
        left join own on own.unit = here.unit and own.indicator = u.indicator order by 1, 2""",
    )
    by_unit: dict[str, dict[str, dict]] = {}
    for row in found:
        by_unit.setdefault(row["unit"], {})[row["indicator"]] = {**row, "unit": row["measured_in"]}
    return by_unit
