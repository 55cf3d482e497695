"""Why an area has its score, from the release: pushes of domains and indicators, areas alike, what would have to change,
ranks by other weights; and how a larger area stands as a whole."""

from pipelines.answers import titles
from pipelines.answers.area.facts import Change, Explained, Peer, RollUp, RollUpMeasures, WeightRank
from pipelines.answers.latest import columns_of, grouped, rows, rows_as
from pipelines.answers.lookup import Asked
from pipelines.core.query import holds

RESTS = {"difference of logs": "logarithm"}  # what the pushes add up to, where it is not the score itself


def explained(connection) -> dict[str, Explained]:
    """By index, for the one area asked: `starts_from` and `domains` with their `indicators`, pushes that add up to the
    score (`adds_up_to`), greatest first; None where it is not explained."""
    domains = rows(
        connection,
        """
        select index_name, domain, contribution, starts_from, method from domain_contribution semi join asked using (area_code)
        order by index_name, abs(contribution) desc nulls last, domain""",
    )
    indicators = rows(
        connection,
        """
        select c.index_name, c.domain, c.indicator, i.title, c.contribution, c.method
        from indicator_contribution as c left join indicator as i using (indicator) semi join asked using (area_code)
        order by index_name, abs(contribution) desc nulls last, c.indicator""",
    )
    by_index: dict[str, Explained] = {}
    for row in domains:
        name, domain = row["index_name"], row["domain"]
        inner = [i for i in indicators if (i["index_name"], i["domain"]) == (name, domain)]
        entry = by_index.setdefault(
            name,
            {"starts_from": row["starts_from"], "adds_up_to": RESTS.get(row["method"], "score"), "domains": []},
        )
        entry["domains"].append(
            {
                "domain": domain,
                "title": titles.domain_title(name, domain),
                "contribution": row["contribution"],
                "method": row["method"],
                "indicators": [
                    {
                        "indicator": i["indicator"],
                        "contribution": i["contribution"],
                        "method": i["method"],
                        "title": i["title"] or titles.index_title(i["indicator"]),
                    }
                    for i in inner
                ],
            }
        )
    return by_index


def peers(connection) -> dict[str, list[Peer]]:
    """By index, the areas most alike in its domains, the most alike first."""
    return grouped(
        connection,
        Peer,
        "index_name",
        """
        select index_name, peer_code as area_code, peer_name as area_name, peer_authority_name as authority_name, distance
        from area_peer semi join asked using (area_code) order by index_name, position""",
    )


def changes(connection) -> dict[str, list[Change]]:
    """By index, for an area in the highest-need tenth: each single change that would take it out, or null where it alone
    could not."""
    by_index = grouped(
        connection,
        Change,
        "index_name",
        """
        select c.index_name, c.level, c.domain, c.name, i.title, i.unit, i.direction, c.value, c.value_needed
        from highest_tenth_change as c left join indicator as i on i.indicator = c.name and c.level = 'indicator'
        semi join asked using (area_code) order by index_name, level, domain, name""",
    )
    for name, found in by_index.items():
        for row in found:
            if row["level"] == "domain":
                row["title"] = titles.domain_title(name, row["name"])
            row["title"] = row["title"] or titles.index_title(row["name"])
    return by_index


def by_weights(connection) -> dict[str, list[WeightRank]]:
    """By index, the rank of the one area by each weight set, the published one first."""
    return grouped(
        connection,
        WeightRank,
        "index_name",
        """
        select index_name, weight_set, s.title, s.origin, s.contributed_by, r.rank_scope, r.rank
        from weight_set_rank as r join weight_set as s using (index_name, weight_set) semi join asked using (area_code)
        order by index_name, weight_set != 'expert', weight_set""",
    )


def as_a_whole(connection, asked: Asked) -> list[RollUp]:
    """How the ward, MSOA or authority asked for stands as a whole, a record per index; empty where something else was
    asked, or the release was made before there was such a table."""
    if not holds(connection, "area_roll_up"):
        return []
    columns = columns_of(RollUpMeasures)
    sql = f"select {columns} from area_roll_up where level = $level and code = $code order by index_name"
    found = rows_as(connection, RollUpMeasures, sql, level=asked.level, code=asked.code)
    return [{**row, "title": titles.index_title(row["index_name"])} for row in found]
