"""The indices of a profile: score, ranks and spread of each, its domains and their members, one area's or several areas'.

The areas asked stand in a temporary table `asked`, with what each weighs in a mean.
"""

from pipelines.answers import titles
from pipelines.answers.area import facts, why
from pipelines.answers.area.plainly import in_plain_words
from pipelines.answers.latest import grouped, headline, picked, release_facts, rows
from pipelines.indices.score import WITHHELD
from pipelines.release.agreement import by_construction

SCOPES = ("nation", "region", "authority", "like_areas")
ONE_ONLY = [
    *(f"rank_{scope}" for scope in SCOPES),
    "decile_nation",
    "rank_median",
    "rank_low",
    "rank_high",
    "worst_decile_share",
    "rank_shift_mean",
    "spread_scope",
    "evidence_grade",
]


def withheld_indices(connection) -> list[str]:
    """The names of the indices that the release withholds; an empty one where there are none."""
    return rows(connection, "select indices_withheld from release")[0]["indices_withheld"].split(", ")


def mean_of(column: str) -> str:
    """The value of one area as it stands; of several, the mean weighted by residents (`weight_of`), to nine decimals."""
    weighted = f"sum({column} * a.weight) / sum(a.weight) filter ({column} is not null)"
    return f"if(count(*) = 1, any_value({column}), round({weighted}, 9))"


def indices_told(connection) -> list[facts.Index]:
    """A record per index: its score and domains; ranks, spread and grade for one area; shares of areas for several."""
    one_only = ", ".join(f"if(count(*) = 1, any_value(s.{name}), null) as {name}" for name in ONE_ONLY)
    found = rows(
        connection,
        f"""
        select s.index_name, count(*)::integer as n_areas, count(s.score)::integer as n_areas_scored,
            sum(a.population) filter (s.score is not null)::integer as residents_scored,
            {mean_of("s.score")} as score,
            {mean_of("s.weight_observed")} as weight_observed,
            min(s.null_reason) as null_reason, {one_only},
            count(s.decile_nation)::integer as n_areas_ranked_nation,
            if(count(s.decile_nation) = 0, null, count(*) filter (s.decile_nation = 1))::integer as n_areas_highest_tenth,
            if(count(s.decile_nation) = 0, null, coalesce(sum(a.population) filter (s.decile_nation = 1), 0))::integer as residents_highest_tenth
        from index_score as s join asked as a using (area_code)
        group by s.index_name order by s.index_name""",
    )
    domains, grades, sizes = _domains(connection), _grades(connection), _scope_sizes(connection)
    withheld = withheld_indices(connection)
    sql = "select index_name, share_of_weight_shared_with_imd as share from index_method"
    shared = {row["index_name"]: row["share"] for row in rows(connection, sql)}
    is_one = bool(found) and found[0]["n_areas"] == 1
    explained = why.explained(connection) if is_one else {}
    by_weights = why.by_weights(connection) if is_one else {}
    changes = why.changes(connection) if is_one else {}
    peers = why.peers(connection) if is_one else {}
    words = in_plain_words(connection, explained) if is_one else None
    entries: list[facts.Index] = []
    for index in found:
        name, reason = index["index_name"], index["null_reason"]
        ranks: dict[str, facts.Rank] = {scope: {"rank": index[f"rank_{scope}"], **sizes[scope]} for scope in SCOPES}
        if name in withheld and reason == WITHHELD:
            reason = "withheld"
        entries.append(
            {
                "index_name": name,
                "title": titles.index_title(name),
                "question": titles.index_question(name),
                "shared_with_imd": by_construction(shared[name]),
                **picked(facts.IndexScore, index),
                "null_reason": reason if index["score"] is None else None,
                "ranks": ranks if is_one else None,
                "grades": grades[name],
                "domains": domains[name],
                "in_plain_words": None if words is None else words.get(name, []),
                "explained": explained.get(name),
                "by_weights": by_weights.get(name),
                "to_leave_highest_tenth": changes.get(name),
                "peers": peers.get(name),
            }
        )
    first = headline(connection)
    return sorted(entries, key=lambda index: (index["index_name"] != first, index["index_name"]))


def _domains(connection) -> dict[str, list[facts.Domain]]:
    found = grouped(
        connection,
        facts.DomainScore,
        "index_name",
        f"""
        select d.index_name, d.domain, {mean_of("d.score")} as score,
            if(count(*) = 1, any_value(d.rank_nation), null) as rank_nation,
            {mean_of("d.weight_observed")} as weight_observed, count(d.score)::integer as n_areas_scored,
            max(d.n_known) as n_known, max(d.n_members) as n_members
        from domain_score as d join asked as a using (area_code) group by d.index_name, d.domain""",
    )
    members = _members(connection)
    return {
        index: [
            _domain(index, row, members.get((index, row["domain"]), []))
            for row in sorted(known, key=lambda row: titles.domain_order(index, row["domain"]))
        ]
        for index, known in found.items()
    }


def _domain(index: str, row: facts.DomainScore, members: list[facts.MemberValue]) -> facts.Domain:
    domain = row["domain"]
    return {
        **row,
        "title": titles.domain_title(index, domain),
        "is_beside": titles.is_beside(index, domain),
        "n_needed": titles.least_known(index, domain),
        "members": members,
    }


def _members(connection) -> dict[tuple[str, str], list[facts.MemberValue]]:
    """What is known of each member of a domain, by index and domain: an indicator, or the score of another index."""
    found = rows(
        connection,
        f"""
        with known as (
            select indicator as member, value, n_counted, n_of, coverage, as_at, null_reason, area_code from indicator_value
            union all
            select index_name, score, null, null, if(score is null, 'unknown', 'observed'), null, null_reason, area_code
            from index_score
        )
        select m.index_name, m.domain, m.member, i.title, {mean_of("v.value")} as value, i.unit,
            if(count(*) = 1, any_value(v.n_counted), null) as n_counted, if(count(*) = 1, any_value(v.n_of), null) as n_of,
            i.counted_in, coalesce(bool_or(v.coverage = 'partial'), false) as is_partly_covered,
            count(v.value)::integer as n_areas_known, min(v.as_at) as as_at, min(v.null_reason) as null_reason
        from index_member as m join known as v using (member) join asked as a using (area_code)
        left join indicator as i on i.indicator = m.member
        group by m.index_name, m.domain, m.member, i.title, i.unit, i.counted_in order by m.index_name, m.domain, m.member""",
    )
    by_domain: dict[tuple[str, str], list[facts.MemberValue]] = {}
    for row in found:
        row["counted_in"] = noun_of(row["counted_in"], row["n_counted"] if row["n_of"] is None else row["n_of"])
        row["title"] = row["title"] or titles.index_title(row["member"])
        entry = by_domain.setdefault((row["index_name"], row["domain"]), [])
        entry.append(picked(facts.MemberValue, row))
    return by_domain


def noun_of(one_and_several: str | None, n: int | None) -> str | None:
    """What a number counts, by the number; None where it counts nothing."""
    return one_and_several and one_and_several.split(", ")[0 if n == 1 else 1]


def _grades(connection) -> dict[str, dict[str, int]]:
    found = rows(
        connection,
        """
        select index_name, evidence_grade, count(*)::integer as n from index_score semi join asked using (area_code)
        group by all order by all""",
    )
    grades: dict[str, dict[str, int]] = {row["index_name"]: {} for row in found}
    for row in found:
        if row["evidence_grade"]:
            grades[row["index_name"]][row["evidence_grade"]] = row["n"]
    return grades


def _scope_sizes(connection) -> dict[str, facts.ScopeSize]:
    """Name and number of areas of each scope of the first area asked; the number is null where the release holds only
    part of the scope."""
    area = rows(connection, "select n.* from neighbourhood as n semi join asked using (area_code) limit 1")[0]
    release = release_facts(connection)
    held = release["areas_asked"].split(", ")
    is_whole = release["n_areas"] == release["n_areas_nation"]
    sizes: dict[str, facts.ScopeSize] = {}
    for scope in SCOPES:
        code, name = area[f"{scope}_code"], area[f"{scope}_name"]
        n = rows(connection, f"select count(*)::integer as n from neighbourhood where {scope}_code = $code", code=code)[
            0
        ]["n"]
        # authorities are asked whole; a region only where it, or the nation, was asked
        known = is_whole or scope == "authority" or (scope == "region" and (name in held or code in held))
        sizes[scope] = {
            "scope": name,
            "n_areas": release["n_areas_nation"] if scope == "nation" else n if known else None,
        }
    return sizes
