"""The sections of a method report on what an index is made of: definition, distributions, correlations, importance, and
what is not known."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipelines.indices.score import WITHHELD
from pipelines.register.labels import explained, label, spaced
from pipelines.release.method_facts import AGAINST, FEWEST, LIKE, Facts, alpha, pairs, parts_of, spearman, summary
from pipelines.release.method_page import (
    Html,
    Number,
    bullets,
    facts_list,
    figure,
    heading,
    joined,
    listed,
    number,
    paragraph,
    percent,
    section,
    shaded,
    table,
    text,
)
from pipelines.release.plots import Caption, Charts, shade

SCORE = "Index score"
NO_SCORE = "No area of this release has a score of this index, so there is nothing to show here."


def definition(facts: Facts) -> Html:
    """What the index is made of, and by which rules."""
    method = facts.method
    rules = [
        ("Scale, unless an indicator has its own", explained("scale", method["normalise"])),
        ("Adding up", explained("aggregate", method["aggregate"])),
        ("Outliers, unless an indicator has its own rule", explained("treatment", method["treatment"])),
        ("Missing data", _missing(method)),
        ("Equal scores", explained("ties", method["ties"])),
        ("Taken from", method["citation"] if isinstance(method["citation"], str) else "no publication is named"),
    ]  # fmt: skip
    head = ["Indicator", "Weight in domain", "Of the index, as stated", "In this release", "Scale", "Unit", "Why"]
    rows = [row for domain in [*facts.shares, *facts.beside] for row in _domain_rows(facts, domain)]
    modelled = facts.members[facts.members["is_modelled"]]["title"]
    left_out = facts.members[facts.members["left_out"].notna()]
    more = paragraph("Modelled by their publisher rather than measured: ", listed(sorted(modelled)), ".") if len(modelled) else Html("")  # fmt: skip
    return section(
        "definition",
        "an indicator counts with its weight in its domain times the weight of the domain. What no source tells, or is left out for all areas, weighs nothing, in its domain or in the index: what that leaves each indicator with stands in the column of this release. Each weight has its reason beside it; other opinions of the weights come below. Within authorities is the share of an indicator's variation that lies within them: at 0 % it has one value for each authority, and tells nothing of areas within it.",
        facts_list(rules),
        table("Domains and indicators", head, rows),
        table("What each indicator is of", ["Indicator", "Data of", "Within authorities"], _periods(facts)),
        more,
        _left_out(left_out) if len(left_out) else "",
    )


def _left_out(members: pd.DataFrame) -> Html:
    """The members, or kinds of place in them, that are left out of this release for all areas alike."""
    told = bullets(f"{row.title}: {row.left_out}" for row in members.itertuples())
    return joined(paragraph("Left out in this release, for all areas alike, and counted as not observed:"), told)


def _missing(method: dict) -> Html:
    least = method["minimum_weight"]
    rest = (
        "the mean is then of what is known"
        if method["aggregate"] == "arithmetic"
        else "and only where every domain is known"
    )
    return joined("Nothing is filled in. An area has a score where at least ", percent(least, 0), f" of the weight is observed in it; {rest}.") if least < 1 else text("Nothing is filled in. An area has a score only where all of the weight is observed in it.")  # fmt: skip


def _domain_rows(facts: Facts, domain: str) -> Iterator[list]:
    own = facts.members[facts.members["domain"] == domain]
    share = facts.shares.get(domain)
    weight = "beside the index, no part of it"
    if share is not None:
        weight = joined(percent(share), " of the index, in this release ", percent(own["effective_weight"].sum()))
    most = facts.observed.get(domain, np.nan)
    yield [joined(heading(domain), ": ", weight, _small(own["domain_reason"].iloc[0]), _small(_observed(most)))]
    for row in own.set_index("member").loc[facts.members_of(domain)].itertuples():
        yield [row.title, number(row.member_weight, 2), _share(row.nominal_weight), _share(row.effective_weight), _scale(row), _unit(row), row.reason]  # fmt: skip


def _periods(facts: Facts) -> list[list]:
    """The period of each indicator's data, and how much of its variation lies within authorities."""
    own = facts.members[~facts.members["is_index"]].set_index("member")
    members = [m for domain in [*facts.shares, *facts.beside] for m in facts.members_of(domain) if m in own.index]
    within = own["share_within_authorities"].astype(object).where(own["share_within_authorities"].notna(), None)
    return [[own.at[m, "title"], own.at[m, "period"], percent(within[m], 0)] for m in members]


def _share(weight: float) -> Html:
    return Number("–") if np.isnan(weight) else percent(weight)  # of an index it is no part of


def _small(note: str) -> Html:
    return Html(f"<small>{text(note)}</small>") if note else Html("")


def _observed(most: float) -> str:
    if not most > 0:
        return "Nothing of it is observed in any area."
    return (
        "" if most >= 1 else f"At most {percent(most)} of its weight is observed in any area; no source tells the rest."
    )


def _scale(row) -> str:
    if row.normalise == "target" and not np.isnan(row.target_0):
        ends = (f"{value:,.6g}".replace("-", "−") for value in (row.target_0, row.target_100))
        return "target: 0 at {}, 100 at {}".format(*ends)
    return label("scale", row.normalise) + ("; less is more" if row.direction == "higher_is_less_need" else "")


def _unit(row) -> str:
    return "another index" if row.is_index else row.unit


def distributions(facts: Facts, charts: Charts) -> Html:
    """How the score and every domain spread over the areas."""
    columns = {SCORE: facts.score} | {heading(d): facts.domains[d].to_numpy() for d in _ordered(facts)}
    five = {name: summary(values) for name, values in columns.items()}
    rows = [[name, number(s.n), number(s.n_null), *(number(v, 2) for v in (s.least, s.median, s.greatest))] for name, s in five.items()]  # fmt: skip
    title = "Distribution of the score and of each domain"
    drawn = charts.histograms(
        [(name, values[~np.isnan(values)]) for name, values in columns.items()],
        "score (points)",
        "areas (number)",
        Caption(title, f"Histograms of {len(columns)} columns; their least, median and greatest values are in the table that follows."),
    )  # fmt: skip
    return section(
        "distributions",
        "each bar counts areas; the line is the median. A score piled up at one end tells few areas apart there; scales differ between charts.",
        Html("") if five[SCORE].n else paragraph(NO_SCORE),
        figure(drawn, title + ". Greater is more need or opportunity."),
        table("The same in numbers", ["Column", "Areas", "Not known", "Least", "Median", "Greatest"], rows),
        _beside(facts),
    )


def _ordered(facts: Facts) -> list[str]:
    """Domains in the order of the page: greatest weight first, those below a domain after it, those beside the index last."""
    tops = [*facts.shares, *facts.beside]
    return [d for top in tops for d in facts.domains.columns if d == top or d.startswith(f"{top}/")]


def _beside(facts: Facts) -> Html:
    names = [heading(domain) for domain in facts.beside]
    verb = "stand" if len(names) > 1 else "stands"
    return paragraph(f"{listed(names)} {verb} beside the index and no part of it.".replace(" and no", ", no")) if names else Html("")  # fmt: skip


def correlations(facts: Facts, charts: Charts) -> Html:
    """What goes with what: domains, and the indicators inside each."""
    tops = [d for d in [*facts.shares, *facts.beside] if d in facts.domains]
    columns = pd.concat([pd.Series(facts.score, name=SCORE), facts.domains[tops].rename(columns=heading)], axis=1)
    empty = [name for name in columns if columns[name].nunique() < 2]
    columns = columns.drop(columns=empty)
    title = "Correlations of domains with the index and with each other"
    two = pairs(columns)
    rows = [[a, b, number(value, 3), number(n)] for a, b, value, n in two]
    return section(
        "correlations",
        f"1 is the same order of areas, 0 no relation, −1 the opposite order. Domains that go together support one another; indicators that say the same (above {LIKE}) count one thing twice, and those below 0 pull against each other, so that the score hides both. Fewer than {FEWEST} areas are not told of.",
        figure(
            charts.heat_map(list(columns.columns), spearman(columns)[0].to_numpy(), Caption(title, _read_out(two))),
            title + ".",
        )
        if len(two)
        else paragraph("Too little is known to tell."),
        table("Each pair of domains, over the areas where both are known", ["Of", "With", "Spearman", "Areas"], rows)
        if len(two)
        else "",
        paragraph("Nothing to compare (not known, or the same in every area): ", listed(empty), ".") if empty else "",
        _beside(facts),
        Html("<h3>Domains that say the same, or pull against each other</h3>"),
        _pointed_out([pair for pair in two if {pair[0], pair[1]} <= set(map(heading, facts.shares))]),
        *(_inside(facts, domain) for domain in [*facts.shares, *facts.beside]),
    )


def _read_out(two: list) -> str:
    return (
        "; ".join(f"{a} with {b} {value:.2f}" for a, b, value, _ in two if not np.isnan(value)) or "Nothing is known."
    )


def _pointed_out(two: list) -> Html:
    """The pairs that say the same or pull against each other."""
    named = [joined(a, " and ", b, " say much the same (", number(v, 3), ")") for a, b, v, _ in two if v > LIKE]
    named += [joined(a, " and ", b, " pull against each other (", number(v, 3), ")") for a, b, v, _ in two if v < AGAINST]  # fmt: skip
    if not any(np.isfinite(v) for _, _, v, _ in two):
        return paragraph("Too little is known of them to tell.")
    return bullets(named) if named else paragraph(f"No pair is above {LIKE} or below {AGAINST:.0f}.")


def _inside(facts: Facts, domain: str) -> Html:
    members = facts.members_of(domain)
    head = Html(f"<h3>Inside {text(spaced(domain))}</h3>")
    if len(members) < 2:
        return joined(head, paragraph("One indicator only: ", facts.title(members[0]), "."))
    columns = facts.values[members].set_axis([facts.title(member) for member in members], axis=1)
    found = spearman(columns)[0].to_numpy()
    rows = [[f"{i + 1}. {name}", *map(_cell, found[i])] for i, name in enumerate(columns.columns)]
    caption = (
        f"Spearman rank correlations inside {spaced(domain)}, each turned so that more is more need or opportunity"
    )
    return joined(head, table(caption, ["Indicator", *(Number(i + 1) for i in range(len(members)))], rows), _pointed_out(pairs(columns)))  # fmt: skip


def _cell(value: float) -> Number:
    return shaded(number(value, 2), *shade(value))


def importance(facts: Facts, charts: Charts) -> Html:
    """How closely each domain goes with the index, beside its weight."""
    how = "a weight says what was meant, not what came about: a domain that varies more, or goes with the others, decides more than its weight. Compare the share of importance (the squared correlation, as a share of the sum over domains) with the weight."  # fmt: skip
    domains = [domain for domain in facts.shares if domain in facts.domains]
    columns = pd.concat([pd.Series(facts.score, name=" "), facts.domains[domains]], axis=1)
    with_index = spearman(columns)[0].loc[" ", domains].to_numpy(float)
    if np.isnan(with_index).all():
        return section("importance", how, paragraph(NO_SCORE))
    squares = with_index**2 / np.nansum(with_index**2)
    names, weights = [heading(domain) for domain in domains], [facts.shares[domain] for domain in domains]
    against = [(name, value) for name, value in zip(names, with_index, strict=True) if value < 0]
    rows = [[name, percent(weight), number(value, 3), percent(None if np.isnan(square) else square)] for name, weight, value, square in zip(names, weights, with_index, squares, strict=True)]  # fmt: skip
    title = "Weight of each domain, and how closely it goes with the index"
    read = "; ".join(f"{name}: weight {100 * weight:.1f} %, correlation {value:.2f}" for name, weight, value in zip(names, weights, with_index, strict=True) if not np.isnan(value))  # fmt: skip
    return section(
        "importance",
        how,
        figure(charts.importance(names, weights, list(with_index), Caption(title, read)), title + "."),
        table(
            "Weight and effective importance",
            ["Domain", "Weight", "Spearman with the index", "Share of importance"],
            rows,
        ),
        _construct(facts),
        bullets(joined(name, " does not go with the index (", number(value, 3), "): its weight adds to the score, yet areas with more of it do not tend to score higher.") for name, value in against) if against else "",
    )  # fmt: skip


def _construct(facts: Facts) -> Html:
    """Whether the domains belong together, and what each adds."""
    read = facts.members.groupby("domain")["effective_weight"].sum()
    found = parts_of(
        facts.domains, {name: read[name] for name in facts.shares if read[name] > 0}, facts.method["aggregate"]
    )
    if not found:
        return Html("")
    rows = [
        [heading(name), number(part.with_rest, 3), number(part.alpha_without, 3), number(part.mean_shift, 0)]
        for name, part in found.items()
    ]
    return joined(
        Html("<h3>Do the domains belong together?</h3>"),
        paragraph("Cronbach's alpha of the domains: ", number(alpha(facts.domains[list(found)]), 3), ". Near 1 they measure one thing, near 0 several; a domain that runs against the others hides what both say, and one whose loss raises alpha is another subject."),
        table("Each domain against the others, over the areas where all are known", ["Domain", "Spearman with the others", "Alpha without it", "Ranks an area moves without it (mean)"], rows),
    )  # fmt: skip


def not_known(facts: Facts) -> Html:
    """What is null and why, how much weight is observed, and the grades of evidence."""
    scores = facts.scores
    withheld = (scores["null_reason"] == WITHHELD) & (scores["weight_observed"] > 0)  # there is a score
    nulls = scores["null_reason"].mask(withheld, "withheld")[scores["score"].isna()].value_counts().sort_index()
    grades = scores["evidence_grade"].dropna().value_counts().sort_index()
    scored = scores[scores["score"].notna()]["weight_observed"]
    counts = [
        ("Areas with a score", joined(number(len(scored)), " of ", number(len(scores)))),
        ("Mean weight observed, all areas", percent(scores["weight_observed"].mean())),
        ("Mean weight observed, areas with a score", percent(scored.mean() if len(scored) else None)),
    ]
    method = facts.method
    if not np.isnan(method["withhold_above"]):
        counts += [
            ("No score is published where one of these two is above", number(method["withhold_above"], 1)),
            ("Rank correlation with how much is observed, over areas", number(method["coverage_correlation"], 2)),
            (f"Rank correlation with the length of registers, over {method['n_authorities_compared']} authorities (0 of fewer than three)", number(method["register_correlation"], 2)),
        ]  # fmt: skip
    return section("not-known", "a value that is not known is never read as zero. The reasons are those of column null_reason; the grade of an area's score goes from A to D with what was observed, its age, and how much is partly covered or modelled.",
        facts_list(counts),
        table("Areas without a score, by reason", ["Reason", "Areas"], [[explained("null_reason", reason), number(n)] for reason, n in nulls.items()] or [["none", number(0)]]),
        table("Areas with a score, by evidence grade", ["Grade", "Areas"], [[explained("evidence_grade", grade), number(n)] for grade, n in grades.items()] or [["none", number(0)]]),
        table("Indicators", ["Indicator", "Areas known", "Not known", "Partly covered", "Evidence of", "Why not known (areas)"], [_known_row(facts, member) for domain in [*facts.shares, *facts.beside] for member in facts.members_of(domain)]),
    )  # fmt: skip


def _known_row(facts: Facts, member: str) -> list:
    title = facts.title(member)
    if member not in facts.known.index:
        return [title, number(0), *[text(None)] * 4]
    row = facts.known.loc[member]
    why = facts.unknown[facts.unknown["member"] == member]
    reasons = [
        f"{label('null_reason', reason)} ({n:,})" for reason, n in zip(why["null_reason"], why["n"], strict=True)
    ]
    first, last = row["first_date"], row["last_date"]
    dates = "–" if not isinstance(first, str) else first if first == last else f"{first} to {last}"
    return [title, number(row["n_known"]), number(row["n"] - row["n_known"]), number(row["n_partial"]), dates, ", ".join(reasons) or "–"]  # fmt: skip
