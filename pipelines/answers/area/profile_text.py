"""The profile as a printable page: what is here, then what is missing, then what is not known, then the indices."""

from collections.abc import Mapping
from typing import Any

from pipelines.answers import sheet, titles
from pipelines.answers.area import axes_text, candidates_text, organisations_text, why_text
from pipelines.answers.area.facts import Domain, Index, Named, Profile, Source
from pipelines.answers.area.places_facts import Correction
from pipelines.answers.area.places_text import SHOWN, here, missing, not_known
from pipelines.answers.latest import Release
from pipelines.answers.sheet import areas, day, heading, item, joined, labelled, more, number, para
from pipelines.register.labels import label

AREAS_SHOWN = 40


def text_of(profile: Profile) -> str:
    """The page, lines of about 100 columns."""
    parts = (
        _top,
        _where,
        here,
        missing,
        organisations_text.needs,
        not_known,
        _indices,
        why_text.as_a_whole,
        _typology,
        candidates_text.candidates,
        organisations_text.organisations,
        organisations_text.land_titles,
        _corrections,
        _areas,
        _sources,
    )
    return "\n".join(line for part in parts for line in part(profile))


def _is_one(profile: Profile) -> bool:
    return profile["where"]["n_areas"] == 1


def _top(profile: Profile) -> list[str]:
    release, asked = profile["release"], profile["asked"]
    lines = []
    if release["is_invented"]:
        lines += [*para("INVENTED: this town does not exist and every number below means nothing."), ""]
    lines += [*para(release["ecological_fallacy"]), ""]
    missed = asked["not_found"]
    if missed:
        message = f"NOT FOUND: {len(missed):,} of {asked['n_lines']:,} lines are no area or live postcode of this release, and are not counted below:"
        lines += para(message)
        lines += [line for miss in missed[:SHOWN] for line in item(f"line {miss['line']}: {miss['value']}")]
        lines += [*more(len(missed), SHOWN), ""]
    return lines + [line for note in asked["notes"] for line in para(f"Note: {note}.")]


def _where(profile: Profile) -> list[str]:
    asked, where, release = profile["asked"], profile["where"], profile["release"]
    one = _is_one(profile)
    title = {"postcode": f"Postcode {asked['text']}", "file": asked["name"]}.get(asked["level"])
    if title is None:
        level = "" if asked["level"] == "area" else f", {profile['levels'][asked['level']]['one']}"
        title = f"{asked['name'] or 'Area'} ({asked['code']}){level}"
    lines = [title.upper() if one else f"{title.upper()}: {areas(where['n_areas'])} together"]
    levels = profile["levels"]
    if one and asked["level"] != "area":
        lines += labelled(_titled(levels["area"]["one"]), _names(where["area"]))
    if "msoa" in levels:
        lines += labelled(
            "Nearby" if one else _titled(levels["msoa"]["several"]), _names(where["msoa"], with_codes=False)
        )
    if "ward" in levels:
        called = levels["ward"]["one" if len(where["ward"]) == 1 else "several"]
        lines += labelled(_titled(called), _names(where["ward"], with_codes=one))
    within = [pair["name"] for level in ("authority", "combined_authority", "region") for pair in where[level]]
    lines += labelled(_titled(levels["authority"]["one"]), ", ".join(dict.fromkeys(within)))
    lines += labelled("Kind of area", joined([pair["name"] or "" for pair in where["like_areas"]]))
    lines += labelled("Residents", f"{where['residents']:,} {where['residents_as']}")
    lines += labelled("Walks", f"from the {joined(where['origin_kind'])}; {release['distance_measure']}")
    return lines + labelled("Release", f"{release['version']}, {release['title']}")


def _titled(text: str) -> str:
    return text[:1].upper() + text[1:]


def _names(pairs: list[Named], with_codes: bool = True) -> str:
    names = [f"{p['name'] or p['code']} ({p['code']})" if with_codes else p["name"] or p["code"] for p in pairs]
    return joined([*names[:SHOWN], f"{len(names) - SHOWN} more"] if len(names) > SHOWN else names)


def _indices(profile: Profile) -> list[str]:
    lines = heading("How the area stands" if _is_one(profile) else "How the areas stand, together")
    if not _is_one(profile):
        lines += para(
            f"Scores are means weighted by residents {profile['where']['weighted_as']}, over the areas that have one. Ranks are not averaged."
        )
    for index in profile["indices"]:
        lines += _index(index, _is_one(profile), profile["release"])
    return lines


def _index(index: Index, one: bool, release: Release) -> list[str]:
    lines = ["", *para(index["title"].upper() + (f" - {index['question']}" if index["question"] else ""), 2, 4)]
    known = titles.index_of(index["index_name"])
    how = known.reads if known else "higher is more"
    axes_first = bool(known and known.axes_first)
    lines += [line for domain in index["domains"] for line in axes_text.axis(domain, one)] if axes_first else []
    if index["score"] is None:
        lines += para(f"Score: not known ({'; '.join(axes_text.why_not(index))}).", 4)
    else:
        some = (
            ""
            if index["n_areas_scored"] == index["n_areas"]
            else f", known in {index['n_areas_scored']} of {areas(index['n_areas'])}"
        )
        lines += para(f"Score: {number(index['score'])} ({how}){some}.", 4)
        lines += para(_ranks(index, release) if one else _tenth(index), 4)
        lines += para(" ".join(index["in_plain_words"]), 4) if index["in_plain_words"] else []
        lines += why_text.spread(index)
    grade = (
        joined([f"{letter} in {areas(n)}" for letter, n in index["grades"].items()])
        if not one
        else index["evidence_grade"]
    )
    sure = f"evidence grade {grade} (A best, D least)" if grade else "no grade, for there is no score"
    lines += para(
        f"How sure: {sure}; {sheet.percent(index['weight_observed'])} of what the score is made of is known.", 4
    )
    lines += para(index["shared_with_imd"], 4, 6) if index["shared_with_imd"] else []
    parts = [_domain(domain) for domain in index["domains"] if not domain["is_beside"]]
    beside = [_domain(domain) for domain in index["domains"] if domain["is_beside"]]
    if axes_first:  # each is told above
        return lines + (why_text.why(index) if one else [])
    lines += para(f"Its domains: {'; '.join(parts)}.", 4, 6)
    lines += para(f"Beside it, no part of the score: {'; '.join(beside)}.", 4, 6) if beside else []
    return lines + (why_text.why(index) if one else [])


def _domain(domain: Domain) -> str:
    return f"{domain['title']} {number(domain['score'])}"


def _ranks(index: Index, release: Release) -> str:
    ranks = []
    for name, scope in index["ranks"].items():
        if scope["rank"] is not None:
            of = f" of {scope['n_areas']:,}" if scope["n_areas"] else ""
            where = f"in areas like it ({scope['scope']})" if name == "like_areas" else f"in {scope['scope']}"
            ranks.append(f"{scope['rank']:,}{of} {where}")
    if not ranks:
        return "Rank: none, for too few areas have a score to compare with."
    is_whole = release["n_areas"] == release["n_areas_nation"]
    lack = (
        "too few areas have a score to compare with"
        if is_whole
        else "places are read for the areas of this release only"
    )
    missing = "" if index["ranks"]["nation"]["rank"] is not None else f" No rank in the nation: {lack}."
    known = titles.index_of(index["index_name"])
    highest = known.highest_tenth if known else "the highest 10 %"
    tenth = f" Among {highest} in the nation." if index["decile_nation"] == 1 else ""
    first = known.first_rank if known else "the greatest"
    return f"Rank (1 is {first}): {'; '.join(ranks)}.{tenth}{missing}"


def _tenth(index: Index) -> str:
    if index["n_areas_highest_tenth"] is None:
        return "Areas among the highest tenth in the nation: not known, for too few of its areas have a score."
    return f"{areas(index['n_areas_highest_tenth'])} with {sheet.residents(index['residents_highest_tenth'])} among the highest-need 10 % of areas in the nation."


def _typology(profile: Profile) -> list[str]:
    lines = heading("What this suggests") if profile["typology"] else []
    for entry in profile["typology"]:
        if not entry["axes"]:
            alone = f" (in {areas(entry['n_areas_on_need_alone'])} this rests on need alone)"
            said = f"{entry['shown_as']}: {areas(entry['n_areas'])}, {sheet.residents(entry['residents'])}"
            lines += item(said + (alone if entry["n_areas_on_need_alone"] else ""))
            continue
        says = entry["rule_says"]
        alone = " This rests on need alone: the other axes that decide were not looked at."
        lines += para(f"{entry['shown_as']}.{alone if entry['n_areas_on_need_alone'] else ''}", 2)
        lines += para(
            "; ".join(
                f"{titles.axis_title(axis)}: {label('axis_state', value)}" for axis, value in entry["axes"].items()
            )
            + ".",
            2,
        )
        why = (
            joined([f"{titles.axis_title(axis)} is {label('axis_state', value)}" for axis, value in says.items()])
            if says
            else ""
        )
        lines += para(f"Row {entry['rule']} of the decision table decided" + (f": {why}." if why else "."), 2)
        if entry["n_areas_changes_if_cut_moves"]:
            lines += para("The label would be another if the cut between high and low moved by 5 points.", 2)
    return lines


def _corrections(profile: Profile) -> list[str]:
    if not profile["corrections"]:
        return []
    lines = heading("Corrections of places here")
    for row in profile["corrections"][:SHOWN]:
        lines += item(correction(row, row["name"]))
    return lines + more(len(profile["corrections"]), SHOWN)


def correction(row: Correction, name: str | None = None) -> str:
    """One correction, beside the source's value; with the name of the place where that is not said."""
    said = f"{row['source'] or 'the source'} says {row['source_value'] or titles.NOT_KNOWN}"
    state = "" if row["state"] == "applied" else f" ({label('correction_state', row['state'])})"
    named = f"{name}: " if name else ""
    return f"{named}{label('correction_field', row['field'])} is {row['value']}; {said}. {row['reason']}; evidence: {row['evidence']} ({day(row['date'])}){state}"


def _areas(profile: Profile) -> list[str]:
    rows, first, suggests = profile["areas"], profile["headline"], bool(profile["typology"])
    if len(rows) < 2:
        return []
    listed = titles.listed_indices(index["index_name"] for index in profile["indices"])
    index, wide = titles.index_of(first), max(11, *(len(row["area_code"]) + 2 for row in rows))
    lines = [
        *heading("Area by area"),
        *para(
            f"In order of {titles.index_title(first)}. Scores as above; its rank in the nation where there is one"
            f"{f', 1 {index.first_rank}' if index else ''}."
        ),
    ]
    widths = {name: max(len(column), 6) for name, column in listed.items()}
    heads = [f"{column:>{widths[name]}}" for name, column in listed.items()]
    last = "  Suggests" if suggests else ""
    lines.append(f"  {'Area':<{wide}}{'Name':<22}{'Residents':>9}  {'  '.join(heads)}  {'Rank':>6}{last}")
    for row in rows[:AREAS_SHOWN]:
        scored: Mapping[str, Any] = row  # columns named after indices
        rank = "-" if scored[f"{first}_rank_nation"] is None else f"{scored[f'{first}_rank_nation']:,}"
        name = (row["area_name"] or "")[:21]
        known = {index: scored[f"{index}_score"] for index in widths}
        scores = [
            f"{titles.NOT_KNOWN if known[i] is None else format(known[i], '.1f'):>{w}}" for i, w in widths.items()
        ]
        last = f"  {row['typology'] or titles.NOT_KNOWN}" if suggests else ""
        lines.append(
            f"  {row['area_code']:<{wide}}{name:<22}{row['residents']:>9,}  {'  '.join(scores)}  {rank:>6}{last}"
        )
        if row["gaps_beyond"]:
            gaps = ", ".join(f"no {titles.singular(kind)}" for kind in row["gaps_beyond"])
            lines += para(f"beyond the standard walk: {gaps}", 13, 13)
    return lines + more(len(rows), AREAS_SHOWN)


def _sources(profile: Profile) -> list[str]:
    lines = heading("Who counted")
    for title, is_list in (("Places, from", True), ("Numbers, from", False)):
        named = _grouped([row for row in profile["sources"] if row["is_list_of_places"] == is_list])
        lines += para(f"{title}: {'; '.join(named)}.", 2, 4)
    attributions = [row["attribution"] for row in profile["sources"] if row["state"] != "unavailable"]
    return [*lines, *para(f"Licence: {profile['release']['licence']}.", 2, 4), *para(sheet.thanks(attributions), 2, 4)]


def _grouped(rows: list[Source]) -> list[str]:
    """Sources in words with their dates; the parts of one collection, which share a title up to the comma, together."""
    groups: dict[tuple, list[str]] = {}
    for row in rows:
        start, _, end = row["title"].partition(", ")
        state, when = label("snapshot_state", row["state"]), day(row["as_at"])
        known = {"unavailable": state, "stale": f"{when}, {state}"}.get(row["state"], when)
        groups.setdefault((start, known), []).append(end)
    return [
        f"{start}{': ' if len(ends) > 1 else ', ' if ends[0] else ''}{joined(ends)} ({date})"
        for (start, date), ends in groups.items()
    ]
