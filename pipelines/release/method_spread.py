"""The sections of a method report on how firm the ranks are: versions of the method, single choices, other weights, and
the release before."""

import numpy as np
import pandas as pd

from pipelines.register.labels import label, spaced
from pipelines.release.method_facts import Before, Facts, summary
from pipelines.release.method_page import (
    SPREAD,
    Html,
    Number,
    facts_list,
    figure,
    heading,
    joined,
    listed,
    number,
    paragraph,
    percent,
    section,
    table,
)
from pipelines.release.plots import Caption, Charts

SHOWN = 150  # areas of the caterpillar
MOST, LIKELY = 0.9, 0.5  # shares of versions
NO_RANK = "No area of this release has a rank in this index, so there is nothing to show here."


def robustness(facts: Facts, charts: Charts) -> Html:
    """How far ranks move over the versions of the method."""
    method, ranked = facts.method, facts.ranked
    how = f"the narrower the bars, the firmer the rank. What is shown is the {SPREAD}, the same versions in every release."
    ranked = ranked[ranked["rank_low"].notna()]
    if ranked.empty:
        return section("robustness", how, paragraph(NO_RANK))
    scopes = ranked.groupby("scope").size().sort_values(ascending=False, kind="stable")
    width = (ranked["rank_high"] - ranked["rank_low"]).to_numpy(float)
    shift = ranked["rank_shift_mean"].to_numpy(float)
    title = "How far ranks move over the versions of the method"
    drawn = charts.histograms(
        [("Width of the 5–95 % interval", width), ("Mean shift of rank", shift)],
        "ranks (number)",
        "areas (number)",
        Caption(title, f"Median width of the interval {np.median(width):,.0f} ranks, median of the mean shift {np.median(shift):,.0f} ranks."),
    )  # fmt: skip
    return section("robustness", how,
        _versions(method),
        paragraph("Ranks are in the widest scope in which an area has one: ", listed([f"{n:,} areas in their {scope}" for scope, n in scopes.items()]), "."),
        _not_drawn(facts),
        figure(drawn, title + f": {SPREAD}."),
        table(f"Width of the interval and mean shift, in ranks ({SPREAD})", ["Measure", "Areas", "Least", "Median", "95 % of areas up to", "Greatest"], [_moves("High rank minus low rank", width, 0), _moves("Mean shift from the published rank", shift, 1)]),
        _caterpillar(ranked[ranked["scope"] == scopes.index[0]], scopes.index[0], charts),
        _tenth(ranked),
        _ranges(facts),
    )  # fmt: skip


def _ranges(facts: Facts) -> Html:
    """How often a published rank is outside its range, and where the middle of the versions lies, by region."""
    rows = [[r.scope_name, number(r.n_ranked), number(r.width_median), _of(r.n_outside, r.n_ranked), _signed(r.median_change_mean)] for r in facts.ranges.itertuples()]  # fmt: skip
    head = [
        "Where",
        "Areas",
        "Median width",
        "Published rank outside its range",
        "Median of the versions, from the published rank (mean)",
    ]
    return joined(
        table(f"Ranges by region, of all areas ranked in this run ({SPREAD}); above 0 is further from the first", head, rows),
        paragraph("What is published is one of the versions, and its options are among theirs, so its rank seldom lies outside: that a range holds it says nothing of whether it is right."),
        *(paragraph(told) for told in why_the_middle_moves(facts.ranges, facts.options)),
    )  # fmt: skip


def why_the_middle_moves(ranges: pd.DataFrame, options: pd.DataFrame) -> list[str]:
    """In words, for the region whose median of versions lies furthest from its published ranks, how far, and which option
    by itself moves it most that way; nothing where there is one region."""
    regions = ranges[(ranges["scope"] == "region") & (ranges["median_change_mean"] != 0)]
    if len(ranges[ranges["scope"] == "region"]) < 2 or regions.empty:
        return []
    most = regions.loc[regions["median_change_mean"].abs().idxmax()]
    there = options[(options["scope"] == "region") & (options["scope_code"] == most["scope_code"])]
    alone = there["rank_change_mean"] * np.sign(most["median_change_mean"])
    said = f"The median of the versions is not the published rank: it lies furthest from it in {most['scope_name']}, {_which_way(most['median_change_mean'])} on average."  # fmt: skip
    if not (alone > 0).any():
        return [said]
    option = there.loc[alone.idxmax()]
    return [f"{said} What is published is one end of some lists of options, so versions lie to one side of it; taken alone, {_option(option)} ({label('choice', option['choice'])}) moves areas there {_which_way(option['rank_change_mean'])}, the most of all options."]  # fmt: skip


def _which_way(change: float) -> str:
    return f"{abs(change):,.0f} ranks {'further from' if change > 0 else 'nearer to'} the first"


def _option(row: pd.Series) -> str:
    codes = {"normalise": "scale", "transform": "scale", "aggregate": "aggregate"}.get(row["choice"])
    return label(codes, row["option"]) if codes else spaced(row["option"])


def _signed(change: float) -> Html:
    return Number(("+" if change > 0 else "") + number(change)) if np.isfinite(change) else number(change)


def _not_drawn(facts: Facts) -> Html:
    """What the versions leave as it is, so that nobody takes their range for all that is not certain."""
    modelled = facts.members[facts.members["is_modelled"].astype(bool)]["title"]
    method = facts.method
    left = [
        "No version draws the sampling error of the inputs, nor the error of models behind them; they are as published."
    ]
    left += [f"Modelled inputs here: {listed(list(modelled))}."] if len(modelled) else []
    if method["n_error_draws"]:
        left += [f"Errors of places that were measured, and are drawn: {method['errors_drawn'] or 'none'}."]
        left += (
            [f"Nothing was measured of, and nothing is drawn for, {method['errors_not_measured']}."]
            if method["errors_not_measured"]
            else []
        )
    return paragraph(" ".join(left))


def _versions(method: dict) -> Html:
    out = " One indicator, or none, is left out." if method["leaves_one_out"] else ""
    errors = f" Places are counted as they are or with one of {method['n_error_draws']:,} draws of errors (the same place twice, two places in one, not on the list; each as often as measured)." if method["n_error_draws"] else ""  # fmt: skip
    domains = (
        f"; scales of domains: {_labels('scale', method['transform_versions'])}"
        if "," in method["transform_versions"]
        else ""
    )
    return paragraph(
        f"{method['n_versions']:,} versions: every weight is moved by up to ", percent(method["weights_vary_by"], 0),
        f"; scales of indicators: {_labels('scale', method['normalise_versions'])}{domains}; adding up: {_labels('aggregate', method['aggregate_versions'])}.{out}{errors} ", method["versions_reason"] or "",
    )  # fmt: skip


def _labels(codes: str, listed: str) -> str:
    return ", ".join(label(codes, code) for code in listed.split(", "))


def _moves(name: str, values: np.ndarray, digits: int) -> list:
    five = summary(values)
    near = float(np.quantile(values, 0.95, method="inverted_cdf"))
    return [name, number(five.n), *(number(v, digits) for v in (five.least, five.median, near, five.greatest))]  # fmt: skip


def _caterpillar(ranked: pd.DataFrame, scope: str, charts: Charts) -> Html:
    shown = ranked.iloc[np.unique(np.linspace(0, len(ranked) - 1, min(SHOWN, len(ranked))).round().astype(int))]
    rank, low, high = (shown[column].to_numpy(float) for column in ("rank", "rank_low", "rank_high"))
    title = f"Published rank and its {SPREAD}"
    caption = Caption(title, f"{len(shown)} areas evenly spaced by published rank in the {scope}, each with the ranks it has in 5 % to 95 % of the versions; median width {np.median(high - low):,.0f} ranks.")  # fmt: skip
    return figure(charts.caterpillar(rank, low, high, scope, caption), f"{title}: {len(shown)} of {len(ranked):,} areas, evenly spaced by rank. Each bar goes from the rank at the 5 % point of all versions to that at the 95 % point.")  # fmt: skip


def _tenth(ranked: pd.DataFrame) -> Html:
    tenth, share = ranked["in_tenth"], ranked["worst_decile_share"]
    outside = int(((ranked["rank"] < ranked["rank_low"]) | (ranked["rank"] > ranked["rank_high"])).sum())
    n = int(tenth.sum())
    rows = [
        ["In the highest tenth as published", number(n)],
        *([f"Of these, in it in at least {least:.0%} of the versions".replace("%", " %"), number(int((tenth & (share >= least)).sum()))] for least in (MOST, LIKELY)),
        ["Not in it as published, but in at least 50 % of the versions", number(int((~tenth & (share >= LIKELY)).sum()))],
        ["Published rank outside the area's own 5–95 % interval", number(outside)],
    ]  # fmt: skip
    return joined(
        table(f"The highest tenth of each scope ({SPREAD})", ["Areas", "Number"], rows),
        paragraph("The published rank is one version among the others; where it lies outside the interval, most versions agree on another rank.") if outside else "",
    )  # fmt: skip


def sensitivity(facts: Facts, charts: Charts) -> Html:
    """Which choice moves ranks most."""
    rows = facts.sensitivity
    how = "the longer the bar, the more of the movement of ranks goes back to that choice: alone, or with all it does together with the others. Small values below 0 are noise of the sample. The intervals are those of the sample of versions. A share depends on the options listed beside it: with others it would be another."  # fmt: skip
    known = rows[rows["total"].notna()]
    if known.empty:
        why = "Nothing was varied, or no version moves any rank." if len(facts.ranked) else NO_RANK
        return section("sensitivity", how, paragraph(why))
    names = [label("choice", choice) for choice in known["choice"]]
    first, total = (known[[kind, f"{kind}_interval"]].to_numpy(float).T for kind in ("first_order", "total"))
    title = "Which choice moves ranks most (Sobol indices)"
    read = "; ".join(f"{name}: alone {a:.2f}, in all {b:.2f}" for name, a, b in zip(names, first[0], total[0], strict=True))  # fmt: skip
    cells = [[label("choice", r.choice), _interval(r.first_order, r.first_order_interval), _interval(r.total, r.total_interval), number(r.n_options), _options(facts, r)] for r in rows.itertuples()]  # fmt: skip
    return section("sensitivity", how,
        figure(charts.sobol(names, first, total, Caption(title, read)), title + ", of the mean absolute shift of ranks over all ranked areas."),
        table("The same in numbers", ["Choice", "Alone (first order)", "In all (total)", "Options", "Options, the first as published"], cells),
        _options_alone(facts),
    )  # fmt: skip


def _options_alone(facts: Facts) -> Html:
    """How far each option, taken alone, moves ranks over all areas, and which region it moves most."""
    whole, regions = (facts.options[facts.options["scope"] == scope] for scope in ("nation", "region"))
    rows = []
    for (choice, option), told in whole.groupby(["choice", "option"], sort=False):
        there = regions[
            (regions["choice"] == choice) & (regions["option"] == option) & regions["rank_change_mean"].notna()
        ]
        most = there.loc[there["rank_change_mean"].abs().idxmax()] if len(there) > 1 else None
        name = _titles(facts, choice).get(option, _option(told.iloc[0]))
        rows.append([label("choice", choice), name, number(np.average(told["rank_shift_mean"], weights=told["n_areas"]) if told["n_areas"].any() else np.nan, 1), "–" if most is None else most["scope_name"], "–" if most is None else _signed(most["rank_change_mean"])])  # fmt: skip
    head = [
        "Choice",
        "Option",
        "Mean shift (ranks)",
        "Moves most, as a whole",
        "By (ranks; above 0 is further from the first)",
    ]
    return table("Each option alone, all else as published, over all areas ranked in this run", head, rows)


def _titles(facts: Facts, choice: str) -> dict[str, str]:
    members, sets = facts.members, facts.weight_sets
    return dict(zip(members["member"], members["title"], strict=True)) if choice == "left_out" else dict(zip(sets["weight_set"], sets["title"], strict=True)) if choice == "weights" else {}  # fmt: skip


def _options(facts: Facts, row) -> str:
    if row.choice == "places":
        return f"as counted, and each of {row.n_options - 1} draws of errors"
    titles = _titles(facts, row.choice)
    return "; ".join(
        titles.get(option, _option(pd.Series({"choice": row.choice, "option": option})))
        for option in row.options.split(", ")
    )


def _interval(value: float, half: float) -> Html:
    return Number(f"{number(value, 3)} ± {number(half, 3)}") if np.isfinite(value) else number(value)


def weight_sets(facts: Facts) -> Html:
    """Several opinions of the weights side by side, and how far ranks move between them."""
    how = "each column is one opinion of how much the domains count; the last table tells what it would change. A small shift says that the quarrel about weights matters little here."  # fmt: skip
    if facts.weights.empty:
        return section("weight-sets", how, paragraph("This release holds no weight set."))  # fmt: skip
    sets, own = facts.weight_sets, facts.weights.pivot(index="domain", columns="weight_set", values="weight")
    title = dict(zip(sets["weight_set"], sets["title"], strict=True))
    names = [name for name in title if name in own]
    rows = [[heading(domain), *(percent(own.loc[domain, name]) for name in names)] for domain in facts.shares]
    why = [[r.title, label("weight_origin", r.origin) + ("" if pd.isna(r.contributed_by) else f" ({r.contributed_by})"), r.reason, r.citation if isinstance(r.citation, str) else "–"] for r in sets.itertuples()]  # fmt: skip
    moved = [
        [f"{title.get(r.weight_set_a, r.weight_set_a)} and {title.get(r.weight_set_b, r.weight_set_b)}", number(r.n_areas), number(r.spearman, 3), number(r.rank_shift_mean, 1), number(r.rank_shift_p95, 1), _of(r.n_leaving_highest_tenth, r.n_in_highest_tenth)]
        for r in facts.shifts.itertuples()
    ]  # fmt: skip
    head = ["Sets", "Areas", "Spearman", "Mean shift (ranks)", "95 % of areas up to (ranks)", "Leave the highest tenth (areas)"]  # fmt: skip
    return section(
        "weight-sets",
        how,
        table("Weights of the domains by each set", ["Domain", *(title[name] for name in names)], rows),
        table("Where each set comes from", ["Set", "Origin", "Why", "Taken from"], why),
        table("How far ranks move between two sets", head, moved)
        if facts.shifts["n_areas"].sum()
        else paragraph(NO_RANK),
    )


def _of(part: float, whole: float) -> Html:
    return Number(f"{number(part)} of {number(whole)}")


def stability(facts: Facts, before: Before | None) -> Html:
    """The ranks beside those of the release before."""
    how = "ranks of the same areas in the same scope are set side by side. Scores are never compared across releases: they rest on all areas of their own release."  # fmt: skip
    if before is None:
        return section("stability", how, paragraph("There is none to compare with: this is the first release kept that tells of this index in these tables."))  # fmt: skip
    both = facts.ranked.merge(before.ranked, on=["area_code", "scope"], suffixes=("", "_before"))
    same = "The definition is the same." if facts.rules == before.rules else "The definition has changed since, so ranks may have moved for that alone."  # fmt: skip
    said = paragraph(f"The release before is {before.version}. ", same)
    if both.empty:
        return section("stability", how, said, paragraph("No area has a rank in the same scope in both releases."))  # fmt: skip
    shift = (both["rank"] - both["rank_before"]).abs().to_numpy(float)
    entering, leaving = both["in_tenth"] & ~both["in_tenth_before"], ~both["in_tenth"] & both["in_tenth_before"]
    counts = [
        ("Areas ranked in both", number(len(both))),
        ("Spearman of the ranks", number(both["rank"].corr(both["rank_before"], "spearman"), 3)),
        ("Mean absolute shift", joined(number(float(shift.mean()), 1), " ranks")),
        ("Greatest shift", joined(number(float(shift.max())), " ranks")),
        ("Areas whose rank did not move", number(int((shift == 0).sum()))),
        ("Enter the highest tenth", number(int(entering.sum()))),
        ("Leave the highest tenth", number(int(leaving.sum()))),
    ]
    return section("stability", how, said, facts_list(counts))
