"""REPORT.md of a release: what it holds, what is not known, and how hardship goes with the official index."""

import duckdb

from pipelines.core.plain_text import markdown
from pipelines.core.query import holds
from pipelines.ownership.typology import read_typology
from pipelines.register.labels import label, meaning, spaced
from pipelines.release.agreement import by_construction
from pipelines.release.method_spread import why_the_middle_moves

TOP = 10


def report_text(connection: duckdb.DuckDBPyConnection) -> str:
    """The report, from the release's own tables."""
    facts = connection.execute("select * from release").df().iloc[0]
    lines = [f"# {_text(facts['title'])}, release {facts['version']}", ""]
    if facts["is_invented"]:
        lines += ["**Everything here is invented.** The town does not exist and its numbers mean nothing.", ""]
    lines += [
        _text(facts["ecological_fallacy"]),
        "",
        f"Areas: {facts['n_areas']:,} of {facts['n_areas_nation']:,} in the nation ({_text(facts['area_code_means'])}).",
        "",
    ]
    lines += _coverage(connection)
    lines += _firmness(connection)
    lines += _not_known(facts, connection)
    lines += _access(connection)
    lines += _ownership(facts, connection) if holds(connection, "typology") else []
    lines += _benchmark(connection)
    lines += ["## Attribution", ""]
    lines += [
        f"- {_text(row[0])}"
        for row in connection.execute(
            "select distinct attribution from source join snapshot using (source) where state != 'unavailable' order by 1"
        ).fetchall()
    ]
    return "\n".join([*lines, *_settled(connection), ""])


def _settled(connection) -> list[str]:
    """Licences that whoever publishes the release has settled."""
    rows = connection.execute("""
        select source, licence, publish, licence_settled_by, licence_settled_on from source
        where licence_settled_on is not null order by source""").fetchall()
    told = [
        f"- {s}: {licence}, published as {publish}, on the word of {_text(by)}, {on}"
        for s, licence, publish, by, on in rows
    ]
    return ["", "## Licences settled by who publishes this", "", *told] if told else []


def _coverage(connection) -> list[str]:
    rows = connection.execute("""
        select index_name, count(score) as n_scored, count(*) as n, count(rank_nation) as n_nation, count(rank_region) as n_region,
            count(rank_like_areas) as n_like, round(avg(weight_observed), 3) as weight, coalesce(histogram(evidence_grade), map {}) as grades
        from index_score group by index_name order by index_name""").fetchall()
    table = [
        "## Coverage",
        "",
        "| Index | Areas scored | Ranked in nation | Ranked in region | Ranked among like areas | Mean weight observed | By evidence grade |",
        "|---|---|---|---|---|---|---|",
    ]
    return [
        *table,
        *(
            f"| {i} | {s:,} of {n:,} | {a:,} | {b:,} | {k:,} | {_shown(w, '.3f')} | {_grades(g)} |"
            for i, s, n, a, b, k, w, g in rows
        ),
        "",
        "A rank is given in a scope only where at least 99 % of its areas have a score.",
        "",
    ]


def _grades(grades: dict[str, int]) -> str:
    return ", ".join(f"{grade} {n:,}" for grade, n in sorted(grades.items())) or "-"


def _firmness(connection) -> list[str]:
    """How far ranks move over versions of the method, by region, and how often the published one is outside its range."""
    ranges, options = (connection.execute(f"select * from {table} order by all").df() for table in ("index_range", "index_option"))  # fmt: skip
    lines = ["## How firm ranks are", "", "Spread over method choices and data errors, of all areas ranked in this run; not a confidence interval. The sampling error of inputs and the error of modelled ones are not in it.", ""]  # fmt: skip
    lines += ["| Index | Where | Areas | Median width of ranges | Published rank outside its range | Median of versions, from the published rank |", "|---|---|---|---|---|---|"]  # fmt: skip
    for r in ranges.itertuples():
        lines.append(f"| {r.index_name} | {_text(r.scope_name)} | {r.n_ranked:,} | {r.width_median:,.0f} | {r.n_outside:,} ({r.n_outside / r.n_ranked:.1%}) | {round(r.median_change_mean):+,d} |")  # fmt: skip
    lines += [""]
    for index, told in ranges.groupby("index_name"):
        why = why_the_middle_moves(told, options[options["index_name"] == index])
        lines += [f"- {index}: {_text(said)}" for said in why]
    return [*lines, ""]


def _not_known(facts, connection) -> list[str]:
    lines = ["## What is not known", ""]
    nulls = connection.execute("""
        select indicator, null_reason, count(*) from indicator_value where value is null group by all order by all""").fetchall()
    lines += [f"- {name}: not known in {n:,} areas ({label('null_reason', reason)})" for name, reason, n in nulls] or [
        "- every indicator has a value in every area"
    ]
    for state, sources in [("unavailable", facts["sources_not_available"]), ("stale", facts["sources_stale"])]:
        if sources:
            lines.append(f"- {meaning('snapshot_state', state)}: {_text(sources)}")
    if facts["members_left_out"]:
        lines += [f"- left out for all areas alike: {_text(what)}" for what in facts["members_left_out"].split("; ")]
    whole = (
        "select source, issue from issue where \"row\" = 0 and \"column\" in ('placed', 'kind', 'look') order by all"
    )
    lines += [f"- {source}: {_text(issue)}" for source, issue in connection.execute(whole).fetchall()]
    parts = connection.execute(
        "select source, missing_parts from snapshot where missing_parts is not null order by 1"
    ).fetchall()
    lines += [
        f"- {source}: parts {_text(parts)} did not come at the last fetch; an older copy stands in where there is one"
        for source, parts in parts
    ]
    return [*lines, ""]


def _access(connection) -> list[str]:
    rows = connection.execute("""
        select k.title, any_value(k.standards), count(*) filter (where gap = 'within'), count(*) filter (where gap = 'borderline'),
            count(*) filter (where gap = 'beyond'), count(*) filter (where gap is null), count(*) filter (where r.coverage = 'partial')
        from neighbourhood_reach as r join kind as k using (kind) where r.standard_minutes is not null
        group by k.title order by k.title""").fetchall()
    lines = [
        "## Standards of access",
        "",
        "Areas by how the walk to the nearest place compares with the standard for its kind, in minutes by class of area. Borderline is within 15 % of it.",
        "",
    ]
    lines += [
        "| Kind | Standard, minutes | Within | Borderline | Beyond | Not known | Partly covered |",
        "|---|---|---|---|---|---|---|",
    ]
    return [
        *lines,
        *(f"| {_text(t)} | {_text(s)} | {a:,} | {b:,} | {c:,} | {d:,} | {e:,} |" for t, s, a, b, c, d, e in rows),
        "",
    ]


def _ownership(facts, connection) -> list[str]:
    rows = connection.execute("""
        select shown_as, count(*), count(*) filter (where not contains(rests_on, ',')), count(*) filter (where changes_if_cut_moves)
        from typology group by 1 order by 2 desc, 1""").fetchall()
    lines = [
        "## Community ownership",
        "",
        "| Label | Areas | Rest on one axis alone | Would change were the cut moved by 5 points |",
        "|---|---|---|---|",
    ]
    lines += [*(f"| {_text(label)} | {n:,} | {alone:,} | {moved:,} |" for label, n, alone, moved in rows)]
    lines += ["", f"Were the cut moved, {sum(row[3] for row in rows):,} of {sum(row[1] for row in rows):,} areas would have another label.", ""]  # fmt: skip
    unknown = connection.execute(
        """
        select domain, count(*) filter (where score is null), count(*) from domain_score
        where index_name = ? group by domain order by domain""",
        [read_typology().index],
    ).fetchall()
    lines += [f"- {domain.replace('_', ' ')}: not known in {n:,} of {of:,} areas" for domain, n, of in unknown]
    lines += _authorities_known(connection)
    lines += _in_community_hands(connection)
    if facts["indices_withheld"]:
        lines.append(f"- withheld, because the score would follow coverage: {_text(facts['indices_withheld'])}")
    lines += [
        "- unconfirmed events are counts, in `why.place_event_count`; a place that is no longer listed need not have closed",
        "- closings by year, as the lists date them, are in `why.place_closing_count`, with those replaced told apart",
        "",
    ]
    return lines


AXES_KNOWN = """
    with told as (
        select 1 as part, domain as axis, domain as name, area_code, score is not null as is_known from domain_score where index_name = $name
        union all
        select 2, m.domain, i.title, v.area_code, v.value is not null
        from index_member as m join indicator as i on i.indicator = m.member join indicator_value as v on v.indicator = m.member
        where m.index_name = $name
    )
    select axis, part, t.name, authority_name, bool_or(is_known) as is_known
    from told as t join neighbourhood using (area_code) group by all order by axis, part, t.name, authority_name"""


def _authorities_known(connection) -> list[str]:
    """Of each axis and each of its indicators, in how many authorities it is known somewhere; the fewer of those where it
    is and those where it is not are named."""
    rows = connection.execute(AXES_KNOWN, {"name": read_typology().index}).df()
    lines = ["", "| Axis, and what it is made of | Authorities where it is known | Which |", "|---|---|---|"]
    for (axis, part, name), group in rows.groupby(["axis", "part", "name"], sort=True):
        known, rest = (group.loc[group["is_known"] == is_it, "authority_name"].tolist() for is_it in (True, False))
        which = (
            "all" if not rest else f"only {', '.join(known)}" if len(known) < len(rest) else f"not {', '.join(rest)}"
        )
        which = which if known else "none"
        title = f"**{spaced(axis)}**" if part == 1 else _text(name)
        lines.append(f"| {title} | {len(known):,} of {len(group):,} | {_text(which)} |")
    return [*lines, ""]


def _in_community_hands(connection) -> list[str]:
    """How many places a community holds as far as is known, how many leads there are, and what was looked at."""
    if not holds(connection, "community_evidence"):
        return []
    owned, run, leads = connection.execute("""
        select count(*) filter (owner_kind = 'community'), count(*) filter (run_by = 'community'),
            (select count(distinct place_id) from community_evidence where evidence = 'lead')
        from place where is_in_areas_asked""").fetchone()
    rows = connection.execute(
        "select s.title, r.use, r.n_bodies from community_register as r join source as s using (source) order by s.title"
    )
    uses = [f"{_text(title)}: {label('register_use', use)} ({n:,} bodies)" for title, use, n in rows.fetchall()]
    return [
        f"- in community hands, as far as is known: {owned:,} places owned, {run:,} run by a community; {leads:,} with a lead, on which nothing rests",
        *(f"- held against places for who holds them, {told}" for told in uses),
    ]


def _benchmark(connection) -> list[str]:
    if not holds(connection, "benchmark"):
        return []
    rows = connection.execute("""
        select scope, spearman, spearman_within_authorities, n_areas from benchmark_correlation join index_method using (index_name)
        where compared_with = 'imd' and is_headline order by n_areas desc, scope""").fetchall()
    (share,) = connection.execute(
        "select max(share_of_weight_shared_with_imd) from index_method where is_headline"
    ).fetchone()
    lines = [
        "## Area hardship beside the Index of Multiple Deprivation 2025",
        "",
        "Rank correlation (Spearman), which says how alike the two orders are, not which is right.",
        by_construction(share),
        "",
    ]
    lines += [
        "| Scope | Areas | Spearman | Mean within authorities |",
        "|---|---|---|---|",
        *(f"| {f} | {n:,} | {_shown(s, '.3f')} | {_shown(w, '.3f')} |" for f, s, w, n in rows),
        "",
    ]
    lines += _each_domain(connection)
    for title, order in [("more hardship than the IMD", "asc"), ("less hardship than the IMD", "desc")]:
        found = connection.execute(f"""
            select area_code, area_name, msoa_name, hardship_rank, imd_2025_rank
            from benchmark join neighbourhood using (area_code) where rank_difference is not null
            order by rank_difference {order}, area_code limit {TOP}""").fetchall()
        lines += [f"### Areas ranked with far {title}", ""]
        if not found:
            lines += ["No area has a rank in the nation by both in this release.", ""]
            continue
        lines += [
            "| Area | Name | Nearby | Hardship rank | IMD rank |",
            "|---|---|---|---|---|",
        ]
        lines += [*(f"| {_text(c)} | {_text(n)} | {_text(m or '-')} | {h:,} | {i:,} |" for c, n, m, h, i in found), ""]
    return lines


def _each_domain(connection) -> list[str]:
    """How every index goes with each published domain, over all areas that have a score."""
    wide = connection.execute("""
        pivot (select index_name, compared_with, arg_max(spearman, n_areas) as spearman,
            arg_max(spearman_within_authorities, n_areas) as within_authorities from benchmark_correlation group by all)
        on compared_with using any_value(spearman) as spearman, any_value(within_authorities) as within_authorities
        group by index_name order by index_name""").df()
    names = [name.removesuffix("_within_authorities") for name in wide if name.endswith("_within_authorities")]
    lines = [
        "Each index and each published domain (Spearman; positive: more need goes with more deprivation), and after the stroke the mean within authorities:",
        "",
        "| Index | " + " | ".join(label("published_index", name) for name in names) + " |",
        "|---" * (len(names) + 1) + "|",
    ]
    for row in wide.to_dict("records"):
        both = (
            f"{_shown(row[f'{n}_spearman'], '.2f')} / {_shown(row[f'{n}_within_authorities'], '.2f')}" for n in names
        )
        lines.append(f"| {row['index_name']} | " + " | ".join(both) + " |")
    return [*lines, ""]


def _text(value: object) -> str:
    """Words that may be others' as Markdown shows them; several names may stand in one text."""
    return markdown(str(value), 5000)


def _shown(value: float | None, form: str) -> str:
    """A number in a table, and a dash where it is not known."""
    return "-" if value is None or value != value else format(value, form)
