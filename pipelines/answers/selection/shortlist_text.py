"""A short list as a page in plain words: the list with why and how firm, the cut, other weights, who lives there, what is not
known, and how it was chosen."""

from pipelines.answers.selection.facts import Chosen, Margin, Placed, Selection, Unit
from pipelines.answers.sheet import counted, day, heading, item, joined, number, para, percent
from pipelines.ownership.selection import read_choosing

NOT_KNOWN_SHOWN = 10


def text_of(told: Selection) -> str:
    """The page."""
    return "\n".join([*_title(told), *_list(told), *_cut(told), *_weights(told), *_people(told), *_left_out(told), *_method(told)])  # fmt: skip


def _title(told: Selection) -> list[str]:
    release, where = told["release"], joined([area["name"] for area in told["areas"]])
    lines = para("INVENTED: a made-up town; its numbers mean nothing.") if release["is_invented"] else []
    n = len(told["chosen"])
    lines += para(f"{counted(n, told['level']['one'], told['level']['several'])} of {where} to choose first")
    lines.append("=" * len(lines[-1]))
    asked = told["choice"]["n"]
    if n < asked:
        why = "the rules leave no more than" if told["rules"] else "there are no more to choose from than"
        lines += para(f"{asked:,} were asked for; {why} {n:,}.")
    firm = told["how_firm"]
    if firm["n_versions"]:
        lines += para(
            f"How firm: {firm['n_firm']:,} of {n:,} are chosen in at least {percent(read_choosing().firm_from)} of {firm['n_versions']:,} versions of the method; on average a version has "
            f"{number(firm['n_shared_mean'])} of these {n:,}, and {firm['n_ever_chosen']:,} of {told['n_can_be_chosen']:,} are chosen in one version or another."
        )
    else:
        lines += para(f"How firm is not known: {firm['why_not']}.")
    if again := told["again"]:
        changed = f"{', '.join(again['leaves']) or 'none'} left and {', '.join(again['comes']) or 'none'} came"
        lines += para(f"Made again from a choice on release {again['release']}{', asked otherwise' if again['asked_otherwise'] else ''}: {'the same list' if again['is_same'] else changed}.")  # fmt: skip
    return [*lines, *para(release["ecological_fallacy"])]


def _list(told: Selection) -> list[str]:
    lines = heading("The list")
    for number_, unit in enumerate(told["chosen"], start=1):
        lines += para(f"{number_:>2}. {_named(unit)}", 0, 4)
        lines += para(f"{_stands(told, unit)}{_how_sure(told, unit, unit['firmness'])}", 4)
        lines += [line for reason in unit["reasons"] for line in para(reason, 4, 6)]
        lines += para(f"What this suggests: {unit['typology']}.", 4, 6) if unit["typology"] else []
    return lines


def _named(unit: Unit) -> str:
    where = [name for name in (unit["ward_name"], unit["authority_name"]) if name]
    return f"{unit['name'] or unit['code']} ({unit['code']}), {', '.join([*where, counted(unit['residents'], 'resident', 'residents')])}"


def _stands(told: Selection, unit: Placed) -> str:
    titles = {by["name"]: by["title"] for by in told["by"]}
    each = [
        f"{titles[held['name']]} {number(held['score'])}, {_rank(told, held['rank'])}"
        for held in unit["by"]
        if held["score"] is not None
    ]
    value = f" Mean percentile {number(unit['value'], 2)}." if sum(by["weight"] > 0 for by in told["by"]) > 1 else ""
    return f"{'; '.join(each)}.{value}"


def _rank(told: Selection, rank: int | None) -> str:
    return f"rank {rank:,} of {told['n_in_frame']:,} in {told['frame']}" if rank else "no rank"


def _how_sure(told: Selection, unit: Placed, firmness: str | None = None) -> str:
    if unit["chosen_in"] is None:
        return ""
    sets, others = unit["weight_sets"], len(told["other_sets"]) + 1
    by = "by every weight set" if len(sets) == others else f"by {len(sets)} of {others} weight sets"
    share = unit["chosen_in"]
    versions = "no version" if not share else f"{'under 1 %' if share < 0.01 else percent(share)} of versions"
    return f" Chosen in {versions}{f' ({firmness})' if firmness else ''}, {by}."


def _cut(told: Selection) -> list[str]:
    margin = told["margin"]
    if margin is None:
        return [*heading("The cut"), *para("Nobody is left off: all that may be chosen is on the list.")]
    units: dict[str, Placed] = {unit["code"]: unit for unit in [*told["chosen"], *told["next"]]}
    last, first = units[margin["last_in"]], units[margin["first_out"]]
    lines = heading("The cut, and who is next")
    lines += para(f"Last in {_short(last)}, first out {_short(first)}: {_margin(margin)}")
    if margin["tied_at_the_cut"]:
        lines += para(f"Tied with the last in, and off the list for fewer residents or a later code: {', '.join(margin['tied_at_the_cut'])}.")  # fmt: skip
    for unit in told["next"]:
        lines += item(f"{_named(unit)}: {_stands(told, unit)}{_how_sure(told, unit)}")
    if told["passed_over"]:
        lines += para("Passed over, though they stand before the last on the list:")
        for over in told["passed_over"]:
            most = told["choice"][f"max_per_{over['cap']}"]
            lines += item(f"{_named(over)}: its {told['levels'][over['cap']]['one']} has its {most:,} already. {_stands(told, over)}{_how_sure(told, over)}")  # fmt: skip
    return lines


def _short(unit: Unit) -> str:
    return f"{unit['name'] or unit['code']}"


def _margin(margin: Margin) -> str:
    each = [
        f"{number(by['score'], 2)} in the score of {by['title']} ({by['rank']:+,} in rank)"
        for by in margin["by"]
        if by["score"] is not None
    ]
    text = f"{number(margin['value'], 2)} percentile points apart; {'; '.join(each)}."
    if margin["ahead_in"] is None:
        return text
    told = "told apart" if margin["told_apart"] else "not told apart: the difference is within the spread of the method"
    return f"{text} The first of the two is ahead in {percent(margin['ahead_in'])} of versions, so they are {told}."


def _weights(told: Selection) -> list[str]:
    if not told["other_sets"]:
        return []
    lines = heading("By other weights")
    names = {unit["code"]: _short(unit) for unit in [*told["chosen"], *told["next"], *told["passed_over"]]}
    n = len(told["chosen"])
    for other in told["other_sets"]:
        if other["n_shared"] == n and not other["comes"]:
            lines += item(f"{other['title']}: the same {n:,}")
            continue
        leave = joined([names.get(code, code) for code in other["leaves"]]) or "none"
        come = joined([other["names"][code] for code in other["comes"]]) or "none"
        lines += item(f"{other['title']}: {other['n_shared']:,} of {n:,} the same; leaves {leave}; comes {come}")
    return lines


def _people(told: Selection) -> list[str]:
    where = joined([area["name"] for area in told["areas"]])
    lines = heading("Who lives there")
    lines += para(f"{told['residents_chosen']:,} residents in the areas chosen, {told['residents_rest']:,} in the rest of {where}, {told['residents_as']}. Means over {told['levels']['area']['several']}, weighted by residents:")  # fmt: skip
    for row in told["people"]:
        if row["chosen"] is None and row["rest"] is None:
            lines += item(f"{(row['title'] or row['tells'])}: not known, {row['why_not'] or 'no value in these areas'}")
            continue
        against = f" against {number(row['rest'])}" if told["residents_rest"] else ""  # else there is no rest
        lines += item(f"{row['title']}: {number(row['chosen'])}{against} {row['unit']} ({day(row['as_at'])})")
    return lines


def _left_out(told: Selection) -> list[str]:
    if not told["not_known"]:
        return []
    several = told["level"]["several"]
    lines = heading("Too little known of these to choose them")
    lines += para(f"{len(told['not_known']):,} {several} have no score to choose them by. That is no low score: nobody looked, or too little is known.")  # fmt: skip
    for unit in told["not_known"][:NOT_KNOWN_SHOWN]:
        lines += item(f"{_named(unit)}: {joined(unit['missing'])} not known, {unit['why']}")
    more = len(told["not_known"]) - NOT_KNOWN_SHOWN
    return lines + ([f"  (and {more:,} more: --json lists them all)"] if more > 0 else [])


def _method(told: Selection) -> list[str]:
    lines, several, release = heading("How this was chosen"), told["level"]["several"], told["release"]
    chosen_by = [by for by in told["by"] if by["weight"] > 0]
    among = f"{told['n_in_frame']:,} {several} of {told['frame']}"
    if len(chosen_by) > 1:
        weights = joined([f"{by['title']} ({percent(by['weight'])})" for by in chosen_by])
        lines += para(f"By the mean of percentiles among {among}, weighted: {weights}.")
    else:
        lines += para(f"By {chosen_by[0]['title']}, among {among}.")
    if told["frame_scope"] != "nation":
        lines += para("The whole nation is not scored by all of these in this release, so ranks are not the nation's.")
    lines += para("Highest first; ties go to more residents, then to the lower code.")
    if told["choice"]["level"] != "area":
        lines += para(
            f"The score of a {told['level']['one']} is the mean of its {told['levels']['area']['several']}, weighted by residents."
        )
    lines += [line for rule in told["rules"] for line in para(rule)]
    counts = [
        f"{n:,} {what}"
        for n, what in (
            (told["n_excluded"], "excluded"),
            (told["n_too_small"], "with too few residents"),
            (told["n_otherwise_labelled"], "with another label"),
            (told["n_not_among_worst"], "not among the highest asked for"),
            (len(told["not_known"]), "not enough known"),
        )
        if n
    ]
    where = joined([area["name"] for area in told["areas"]])
    left = f" ({', '.join(counts)})" if counts else ""
    lines += para(f"Of {told['n_units']:,} {several} of {where}, {told['n_can_be_chosen']:,} could be chosen{left}.")
    beside = [by["title"] for by in chosen_by if not by["varies"]]
    if told["how_firm"]["n_versions"]:
        lines += para(
            "Versions vary weights, scales, ways of adding up, one indicator left out and errors in places; rules and caps are held anew in each. "
            "That is spread over method choices and data errors, not a confidence interval."
        )
        lines += para(f"As published in every version: {joined(beside)}.") if beside else []
    for by in told["by"]:
        dates = f"{day(by['evidence_from'])} to {day(by['evidence_to'])}" if by["evidence_to"] else "undated"
        lines += para(f"Evidence of {by['title']}: {dates}.")
    lines += para(
        f"Release {release['version']} of {release['title']}, made on {day(told['released_on'])}, definitions {told['definition_sha256'][:12]}."
    )
    return [*lines, "", *para(release["licence"])]


def table_of(told: Selection) -> list[dict]:
    """The list, those next and those passed over as rows of a table."""
    lists: list[tuple[str, list]] = [("chosen", told["chosen"]), ("next", told["next"]), ("passed_over", told["passed_over"])]  # fmt: skip
    rows = []
    for what, units in lists:
        for unit in units:
            rows.append(_row(told, what, unit))
    return rows + [{"list": "not_known", **_plain(unit), "reasons": unit["why"]} for unit in told["not_known"]]


def _row(told: Selection, what: str, unit: Chosen) -> dict:
    row = {"list": what, "place": unit["place"], **_plain(unit), "value": unit["value"]}
    for held in unit["by"]:
        name = held["name"].replace(".", "_")
        row |= {f"{name}_score": held["score"], f"{name}_percentile": held["percentile"], f"{name}_rank": held["rank"]}
    return row | {
        "chosen_in_share": unit["chosen_in"],
        "firmness": unit.get("firmness"),
        "weight_sets": ", ".join(unit["weight_sets"]),
        "cap": unit.get("cap"),
        "typology": unit.get("typology"),
        "reasons": " ".join(unit.get("reasons", [])),
        "release": told["release"]["version"],
    }


def _plain(unit: Unit) -> dict:
    return {name: unit[name] for name in ("code", "name", "ward_name", "authority_name", "residents")}
