"""The profile as a printable page: what is here, then what is missing, then what is not known, then the indices."""

from pipelines.commands import sheet, words
from pipelines.commands.lookup import LEVELS
from pipelines.commands.sheet import areas, counted, day, heading, item, joined, labelled, minutes, name_of, number, para

SHOWN = 10  # entries of a long list on the page; --json has them all
AREAS_SHOWN = 40
NEARBY = "in the area or within a 15-minute walk"


def text_of(profile: dict) -> str:
    """The page, lines of about 100 columns."""
    parts = (_top, _where, _here, _missing, _not_known, _indices, _typology, _opportunities, _corrections, _areas, _sources)  # fmt: skip
    return "\n".join(line for part in parts for line in part(profile))


def _is_one(profile: dict) -> bool:
    return profile["where"]["n_areas"] == 1


def _more(n: int, shown: int) -> list[str]:
    return [f"  (and {n - shown:,} more: --json lists them all)"] if n > shown else []


def _top(profile: dict) -> list[str]:
    release, asked = profile["release"], profile["asked"]
    lines = []
    if release["is_invented"]:
        lines += [*para("INVENTED: this town does not exist and every number below means nothing."), ""]
    lines += [*para(release["ecological_fallacy"]), ""]
    missed = asked["not_found"]
    if missed:
        told = f"NOT FOUND: {len(missed):,} of {asked['n_lines']:,} lines are no area or live postcode of this release, and are not counted below:"
        lines += para(told)
        lines += [line for miss in missed[:SHOWN] for line in item(f"line {miss['line']}: {miss['value']}")]
        lines += [*_more(len(missed), SHOWN), ""]
    return lines + [line for note in asked["notes"] for line in para(f"Note: {note}.")]


def _where(profile: dict) -> list[str]:
    asked, where, release = profile["asked"], profile["where"], profile["release"]
    one = _is_one(profile)
    title = {"postcode": f"Postcode {asked['text']}", "file": f"{areas(where['n_areas'])} of {asked['name']}"}.get(asked["level"])  # fmt: skip
    if title is None:
        level = "" if asked["level"] == "area" else f", {LEVELS[asked['level']]}"
        title = f"{asked['name'] or 'Area'} ({asked['code']}){level}"
    lines = [title.upper() if one else f"{title.upper()}: {areas(where['n_areas'])} together"]
    lines += labelled("Small area", _names(where["area"])) if one else []
    lines += labelled("Nearby" if one else "MSOAs", _names(where["msoa"], with_codes=False))
    lines += labelled("Ward" if len(where["ward"]) == 1 else "Wards", _names(where["ward"], with_codes=one))
    lines += labelled("Authority", joined([*(p["name"] for p in where["authority"] + where["combined_authority"]), *(p["name"] for p in where["region"])]))  # fmt: skip
    lines += labelled("Kind of area", joined([pair["name"] or "" for pair in where["like_areas"]]))
    lines += labelled("Residents", f"{where['residents']:,} on census day (21 March 2021)" if not release["is_invented"] else f"{where['residents']:,} (invented)")  # fmt: skip
    lines += labelled("Walks", f"from the {joined(where['origin_kind'])}; {release['distance_measure']}")
    return lines + labelled("Release", f"{release['version']}, {release['title']}")


def _names(pairs: list[dict], with_codes: bool = True) -> str:
    told = [f"{p['name'] or p['code']} ({p['code']})" if with_codes else p["name"] or p["code"] for p in pairs]
    return joined([*told[:SHOWN], f"{len(told) - SHOWN} more"] if len(told) > SHOWN else told)


# ---- places


def _here(profile: dict) -> list[str]:
    here, one = profile["here"], _is_one(profile)
    lines = heading("What is here")
    present = [k for k in here["kinds"] if _is_here(k)]
    lines += para(f"Open places anyone may come to, {'nearest' if one else 'those that most residents reach'} first.")
    for kind in present:
        lines += item(_one_kind(kind) if one else _kind_of_many(kind, profile["where"]["residents"]))
    if not present:
        lines += item("none of the kinds of place that were looked for")
    return lines + _community_run(here["community_run"]) + _first_listed(here["first_listed"])


def _is_here(kind: dict) -> bool:
    return kind["group"] != "site" and not kind["subset_of"] and bool(kind["n_within_15_min"] or kind["n_areas_no_gap"])


def _one_kind(kind: dict) -> str:
    n, near, singular = kind["n_within_15_min"], kind["nearest"], words.singular(kind["kind"])
    if not n:
        return f"{kind['title'].capitalize()}: the nearest, {name_of(near['name'], singular)}, is {minutes(near['minutes'])} away"
    names = [f"{name_of(p['name'], singular)} ({minutes(p['minutes'])})" for p in kind["nearest_few"]]
    told = f"{n:,} {singular if n == 1 else kind['title']} within 15 minutes, {kind['n_within_10_min']:,} of them within 10: {', '.join(names)}"
    told += ", ..." if n > len(names) > 0 else ""
    if not names:
        told = told.removesuffix(": ") + f"; the nearest is {minutes(near['minutes'])} away (names of this list may not be shown)"
    return told + (" - there may be more" if kind["n_areas_partly_known"] else "")


def _kind_of_many(kind: dict, everyone: int) -> str:
    names = [name_of(p["name"], words.singular(kind["kind"])) for p in kind["nearest_few"]]
    at_least = "at least " if kind["has_places_not_shown"] or kind["n_areas_partly_known"] else ""
    n = kind["n_within_15_min"]
    told = f"{at_least}{n:,} {words.singular(kind['kind']) if n == 1 else kind['title']}; {kind['residents_within_15_min']:,} of {everyone:,} residents live in areas with one within 15 minutes"
    return told + (f". Reached by most: {joined(names)}" if names else "")


def _community_run(told: dict) -> list[str]:
    stated = f"a source says who runs {told['n_places_run_by_known']:,} of the {counted(told['n_places'], 'place', 'places')} within reach"
    if not told["places"]:
        return item(f"Run by a community: none that we know of; {stated}")
    names = [f"{name_of(p['name'], words.singular(p['kind']))} ({words.singular(p['kind'])}, {minutes(p['minutes'])})" for p in told["places"]]  # fmt: skip
    return item(f"Run by a community: {joined(names[:SHOWN])}; {stated}")


def _first_listed(events: list[dict]) -> list[str]:
    if not events:
        return []
    lines = item("First listed (which is not to say they opened then), newest first:")
    for e in events[:5]:
        kind = words.singular(e["kind"])
        lines += para(f"{name_of(e['name'], kind)}, {kind}, by {day(e['since'], e['precision'])}", 6, 8)
    return lines + [f"    {line.strip()}" for line in _more(len(events), 5)]


def _missing(profile: dict) -> list[str]:
    lines, kinds, one = heading("What is missing"), profile["here"]["kinds"], _is_one(profile)
    entries = [_clear(k, one) for k in kinds if k["n_areas_clear_gap"]]
    entries += [_borderline(k, one) for k in kinds if k["n_areas_borderline"]]
    lines += para("Against the walk set as a standard for each kind, whatever other areas have.")
    lines += [line for entry in entries for line in item(entry)]
    if not entries:
        lines += item(f"no gap: {joined([k['title'] for k in kinds if k['n_areas_no_gap']]) or 'nothing'} within the standard walk")
    none = [k for k in kinds if k["n_within_15_min"] == 0 and not k["standard_minutes"] and not k["subset_of"] and k["group"] != "site"]  # fmt: skip
    if none:
        lines += item(f"None within 15 minutes, where no standard is set: {joined([_further(k) for k in none])}")
    closed = profile["missing"]["closings"]
    for e in closed[:SHOWN]:
        kind = words.singular(e["kind"])
        where = "" if not one else f", {minutes(e['walk_minutes'])} away"
        lines += item(f"Closed: {name_of(e['name'], kind)} ({kind}{where}), {day(e['since'], e['precision'])}; {e['evidence']}")
    if not closed:
        lines += item(f"Closed: no confirmed closing that we know of {NEARBY}")
    return lines + _more(len(closed), SHOWN)


def _further(kind: dict) -> str:
    return kind["title"] + (f" (nearest {minutes(kind['nearest']['minutes'])})" if kind["nearest"] else "")


def _standard(kind: dict) -> str:
    least, most = kind["standard_minutes_least"], kind["standard_minutes"]
    return f"{most:.0f}-minute" if least == most else f"{least:.0f}- or {most:.0f}-minute"


def _clear(kind: dict, one: bool) -> str:
    if not one:
        return f"No {words.singular(kind['kind'])} within a {_standard(kind)} walk: {areas(kind['n_areas_clear_gap'])}, {sheet.residents(kind['residents_clear_gap'])}"
    near = kind["nearest"]
    told = f"No {words.singular(kind['kind'])} within a {_standard(kind)} walk; the nearest"
    return f"{told}, {name_of(near['name'], words.singular(kind['kind']))}, is {minutes(near['minutes'])} away" if near else f"{told} is further than is measured"  # fmt: skip


def _borderline(kind: dict, one: bool) -> str:
    singular = words.singular(kind["kind"])
    if not one:
        return f"Borderline for a {singular} within a {_standard(kind)} walk: {areas(kind['n_areas_borderline'])}, {sheet.residents(kind['residents_borderline'])}"
    near = kind["nearest"]
    return f"Borderline: the nearest {singular}, {name_of(near['name'], singular)}, is {minutes(near['minutes'])} away, close to the {_standard(kind)} standard"


def _not_known(profile: dict) -> list[str]:
    lines, kinds, n = heading("Not known"), profile["here"]["kinds"], profile["where"]["n_areas"]
    for kind in (k for k in kinds if k["n_areas_not_known"]):
        where = "" if kind["n_areas_not_known"] == n else f" in {kind['n_areas_not_known']:,} of {areas(n)}"
        lines += item(f"{kind['title'].capitalize()}{where}: nobody looked; {words.reason(kind['null_reason'])}")
    partly = [k["title"] for k in kinds if k["n_areas_partly_known"]]
    if partly:
        lines += item(f"Partly known, so there may be more (a list kept by volunteers, or the edge of what a list covers): {joined(partly)}")  # fmt: skip
    for row in profile["not_known"]["indicators"]:
        where = "" if row["n_areas"] == n else f" in {row['n_areas']:,} of {areas(n)}"
        lines += item(f"{row['title']}{where}: {words.reason(row['null_reason'])}")
    return lines + item(f"Tenure and leases: {profile['not_known']['tenure']}")


# ---- indices


def _indices(profile: dict) -> list[str]:
    lines = heading("How the area stands" if _is_one(profile) else "How the areas stand, together")
    if not _is_one(profile):
        lines += para("Scores are means weighted by residents, over the areas that have one. Ranks are not averaged.")
    for index in profile["indices"]:
        lines += _index(index, _is_one(profile))
    return lines


def _index(index: dict, one: bool) -> list[str]:
    lines = ["", *para(index["title"].upper() + (f" - {index['question']}" if index["question"] else ""), 2, 4)]
    how = words.DIRECTIONS.get(index["index_name"], "higher is more need or opportunity")
    if index["score"] is None:
        lines += para(f"Score: not known ({words.reason(index['null_reason'])}).", 4)
    else:
        some = "" if index["n_areas_scored"] == index["n_areas"] else f", known in {index['n_areas_scored']} of {areas(index['n_areas'])}"  # fmt: skip
        lines += para(f"Score: {number(index['score'])} ({how}){some}.", 4)
        lines += para(_ranks(index) if one else _tenth(index), 4)
        if index["rank_low"] is not None:
            lines += para(f"Rank {index['rank_low']:,} to {index['rank_high']:,} in the nation: spread over method choices, not a confidence interval.", 4)  # fmt: skip
    grade = joined([f"{letter} in {areas(n)}" for letter, n in index["grades"].items()]) if not one else index["evidence_grade"]  # fmt: skip
    lines += para(f"How sure: evidence grade {grade or words.NOT_KNOWN} (A best, D least); {sheet.percent(index['weight_observed'])} of what the score is made of is known.", 4)  # fmt: skip
    parts = [_domain(domain) for domain in index["domains"] if not domain["is_apart"]]
    apart = [_domain(domain) for domain in index["domains"] if domain["is_apart"]]
    lines += para(f"Its domains: {'; '.join(parts)}.", 4, 6)
    return lines + (para(f"Beside it, no part of the score: {'; '.join(apart)}.", 4, 6) if apart else [])


def _domain(domain: dict) -> str:
    return f"{domain['title']} {number(domain['score'])}"


def _ranks(index: dict) -> str:
    told = []
    for name, frame in index["ranks"].items():
        if frame["rank"] is not None:
            of = f" of {frame['n_areas']:,}" if frame["n_areas"] else ""
            where = f"in areas like it ({frame['frame']})" if name == "like_areas" else f"in {frame['frame']}"
            told.append(f"{frame['rank']:,}{of} {where}")
    if not told:
        return "Rank: none, for too few areas have a score to compare with."
    missing = "" if index["ranks"]["nation"]["rank"] is not None else " No rank in the nation: places are read for the areas of this release only."
    tenth = " Among the 10 % of areas of highest need in the nation." if index["decile_nation"] == 1 else ""
    return f"Rank, 1 is the greatest: {'; '.join(told)}.{tenth}{missing}"


def _tenth(index: dict) -> str:
    if index["n_areas_highest_tenth"] is None:
        return "Areas among the highest tenth in the nation: not known, for too few of its areas have a score."
    return f"{areas(index['n_areas_highest_tenth'])} with {sheet.residents(index['residents_highest_tenth'])} among the highest-need 10 % of areas in the nation."


def _typology(profile: dict) -> list[str]:
    lines = heading("What this suggests")
    for label in profile["typology"]:
        if not label["axes"]:
            lines += item(f"{label['shown_as']}: {areas(label['n_areas'])}, {sheet.residents(label['residents'])}")
            continue
        state = lambda value: words.NOT_KNOWN if value == "unknown" else value  # noqa: E731
        says = label["rule_says"]
        lines += para(f"{label['shown_as']}.", 2)
        lines += para("; ".join(f"{words.AXES[axis]}: {state(value)}" for axis, value in label["axes"].items()) + ".", 2)  # fmt: skip
        why = joined([f"{words.AXES[axis]} is {state(value)}" for axis, value in says.items()]) if says else ""
        lines += para(f"Row {label['rule']} of the decision table decided" + (f": {why}." if why else "."), 2)
        if label["n_areas_changes_if_cut_moves"]:
            lines += para("The label would be another if the cut between high and low moved by 5 points.", 2)
    return lines


def _opportunities(profile: dict) -> list[str]:
    rows, kinds = profile["opportunities"], {k["kind"]: k for k in profile["here"]["kinds"] if k["group"] == "site"}
    lines = [*heading("Candidate buildings and sites"), *para(f"Somewhere to look, not an offer; {NEARBY}.")]
    for row in rows[:SHOWN]:
        told = [f"{name_of(row['name'], words.singular(row['kind']))}: {words.SITES.get(row['what'], words.spaced(row['what']))} ({words.singular(row['kind'])})", row["evidence"]]  # fmt: skip
        told += [f"allocated first for {row['competing_allocation']}"] if row["competing_allocation"] else []
        told += [f"evidence of {day(row['as_at'])}" + (", too old to count" if row["is_too_old"] else "")]
        lines += item("; ".join(told))
    if not rows:
        lines += item("none that we know of")
    for kind in kinds.values():
        if kind["n_within_15_min"] is None:
            lines += item(f"How many {kind['title']} are within reach: {words.NOT_KNOWN} ({words.reason(kind['null_reason'])})")
    return lines + _more(len(rows), SHOWN)


def _corrections(profile: dict) -> list[str]:
    if not profile["corrections"]:
        return []
    lines = heading("Corrections of places here")
    for row in profile["corrections"][:SHOWN]:
        lines += item(correction(row))
    return lines + _more(len(profile["corrections"]), SHOWN)


def correction(row: dict) -> str:
    """One correction, beside the source's value."""
    said = f"{row['source'] or 'the source'} says {row['source_value'] or words.NOT_KNOWN}"
    state = "" if row["state"] == "applied" else f" ({row['state']})"
    name = f"{row['name']}: " if row.get("name") else ""
    return f"{name}{words.spaced(row['field'])} is {row['value']}; {said}. {row['reason']}; evidence: {row['evidence']} ({day(row['date'])}){state}"


def _areas(profile: dict) -> list[str]:
    rows = profile["areas"]
    if len(rows) < 2:
        return []
    lines = [*heading("Area by area"), *para("Greatest hardship first. Scores as above; rank in the nation where there is one.")]
    lines.append(f"  {'Area':<11}{'Name':<26}{'Residents':>9}  {'Hardship':>8}  {'Rank':>6}  {'Access':>6}  Suggests; no such place within the standard walk")  # fmt: skip
    for row in rows[:AREAS_SHOWN]:
        rank = "-" if row["hardship_rank_nation"] is None else f"{row['hardship_rank_nation']:,}"
        gaps = f"; no {', no '.join(words.singular(kind) for kind in row['clear_gaps'])}" if row["clear_gaps"] else ""
        name = (row["area_name"] or "")[:25]
        scores = [words.NOT_KNOWN if row[key] is None else f"{row[key]:.1f}" for key in ("hardship_score", "infrastructure_gap_score")]  # fmt: skip
        lines.append(f"  {row['area_code']:<11}{name:<26}{row['residents']:>9,}  {scores[0]:>8}  {rank:>6}  {scores[1]:>6}  {row['typology'] or words.NOT_KNOWN}{gaps}")  # fmt: skip
    return lines + _more(len(rows), AREAS_SHOWN)


def _sources(profile: dict) -> list[str]:
    lines = heading("Who counted")
    for title, is_list in (("Places, from", True), ("Numbers, from", False)):
        named = [_source(row) for row in profile["sources"] if row["is_list_of_places"] == is_list]
        lines += para(f"{title}: {'; '.join(named)}.", 2, 4)
    thanks = sorted({row["attribution"].rstrip(".") for row in profile["sources"] if row["state"] != "unavailable"})
    return [*lines, *para(f"Licence: {profile['release']['licence']}.", 2, 4), *para(f"{'. '.join(thanks)}.", 2, 4)]


def _source(row: dict) -> str:
    if row["state"] == "unavailable":
        return f"{row['title']} (could not be read)"
    return f"{row['title']} ({day(row['as_at'])}{', an older copy' if row['state'] == 'stale' else ''})"
