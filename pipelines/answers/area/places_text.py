"""The part of a profile's page about places: what is here, then what is missing, then what is not known."""

from pipelines.answers import sheet, titles
from pipelines.answers.area.community_text import community
from pipelines.answers.area.facts import Profile
from pipelines.answers.area.places_facts import CommunityRun, PlaceEvent, Reach
from pipelines.answers.sheet import areas, counted, day, heading, item, joined, minutes, more, name_of, para, titled
from pipelines.register.labels import meaning

SHOWN = 10  # entries of a long list on the page; --json has them all
FIRST_LISTED = 5  # of those, of first listings
NEARBY = "here or within a 15-minute walk"


def here(profile: Profile) -> list[str]:
    """What residents can reach, nearest first."""
    here, one = profile["here"], profile["where"]["n_areas"] == 1
    lines = heading("What is here")
    present = [k for k in here["kinds"] if _is_here(k)]
    lines += para(f"Open places anyone may come to, {'nearest' if one else 'those that most residents reach'} first.")
    for kind in present:
        lines += item(_one_kind(kind) if one else _kind_of_many(kind, profile["where"]["residents"]))
    if not present:
        lines += item("none of the kinds of place that were looked for")
    held = here["community_held"]
    lines += _community_run(here["community_run"], one) if held is None else community(held, one)
    return lines + _first_listed(here["first_listed"])


def _is_here(kind: Reach) -> bool:
    some = kind["n_within_15_min"] or kind["residents_within_15_min"] or kind["n_areas_within"]
    return kind["group"] != "site" and not kind["subset_of"] and bool(some)


def _one_kind(kind: Reach) -> str:
    n, near, singular = kind["n_within_15_min"], kind["nearest"], titles.singular(kind["kind"])
    if not n:
        return f"{kind['title'].capitalize()}: the nearest, {name_of(near['name'], singular)}, is {minutes(near['minutes'])} away"
    names = [f"{name_of(p['name'], singular)} ({minutes(p['minutes'])})" for p in kind["nearest_few"]]
    ten = kind["n_within_10_min"]
    within = "10 minutes" if ten == n else f"15 minutes ({ten or 'none'} within 10)"
    line = f"{n:,} {singular if n == 1 else kind['title']} within {within}"
    line += (": " if names else "") + ", ".join(names)
    return (
        line + (", ..." if n > len(names) > 0 else "") + ("; there may be more" if kind["n_areas_partly_known"] else "")
    )


def _kind_of_many(kind: Reach, everyone: int) -> str:
    names = [name_of(p["name"], titles.singular(kind["kind"])) for p in kind["nearest_few"]]
    at_least = "at least " if kind["n_areas_partly_known"] else ""
    n = kind["n_within_15_min"]
    title = titles.singular(kind["kind"]) if n == 1 else kind["title"]
    what = title.capitalize() if n is None else f"{at_least}{n:,} {title}"
    line = f"{what}; {_share(kind['residents_within_15_min'], everyone)} live in areas with one within 15 minutes"
    return line + (f". Reached by most: {joined(names)}" if names else "")


def _share(n: int, everyone: int) -> str:
    return "all residents" if n == everyone else f"{n:,} of {everyone:,} residents"


def _community_run(community_run: CommunityRun, one: bool) -> list[str]:
    stated = f"a source says who runs {community_run['n_places_run_by_known']:,} of the {counted(community_run['n_places'], 'place', 'places')} within reach"
    if not community_run["places"]:
        return item(f"Run by a community: none that we know of; {stated}")
    walk = lambda place: f", {minutes(place['minutes'])}" if one else ""  # noqa: E731
    names = [
        f"{name_of(p['name'], titles.singular(p['kind']))} ({titles.singular(p['kind'])}{walk(p)})"
        for p in community_run["places"]
    ]
    return item(f"Run by a community: {joined(names[:SHOWN])}; {stated}")


def _first_listed(events: list[PlaceEvent]) -> list[str]:
    if not events:
        return []
    lines = item("First listed (which is not to say they opened then), newest first:")
    for e in events[:FIRST_LISTED]:
        kind = titles.singular(e["kind"])
        lines += para(f"{name_of(e['name'], kind)}, {kind}, by {day(e['since'], e['precision'])}", 6, 8)
    return lines + [f"    {line.strip()}" for line in more(len(events), FIRST_LISTED)]


def missing(profile: Profile) -> list[str]:
    """Gaps against the standards, and confirmed closings."""
    lines, kinds, one = heading("What is missing"), profile["here"]["kinds"], profile["where"]["n_areas"] == 1
    entries = [_beyond(k, one) for k in kinds if k["n_areas_beyond"]]
    entries += [_borderline(k, one) for k in kinds if k["n_areas_borderline"]]
    lines += para("Against the walk set as a standard for each kind, whatever other areas have.")
    lines += [line for entry in entries for line in item(entry)]
    if not entries:
        lines += item(_no_gap(kinds))
    none = [
        k
        for k in kinds
        if k["n_within_15_min"] == 0 and not k["standard_minutes"] and not k["subset_of"] and k["group"] != "site"
    ]
    whole, partly = [k for k in none if not k["n_areas_partly_known"]], [k for k in none if k["n_areas_partly_known"]]
    for start, some in (("None", whole), ("None that we know of", partly)):
        if some:
            lines += item(f"{start} within 15 minutes, where no standard is set: {joined([_further(k) for k in some])}")
    closed = profile["missing"]["closings"]
    for e in closed[:SHOWN]:
        kind = titles.singular(e["kind"])
        where = "" if not one else f", {minutes(e['walk_minutes'])} away"
        lines += item(
            f"Closed: {name_of(e['name'], kind)} ({kind}{where}), {day(e['since'], e['precision'])}; {titled(e['evidence'], profile['sources'])}"
        )
    if not closed:
        lines += item(f"Closed: no confirmed closing that we know of {NEARBY}")
    return lines + more(len(closed), SHOWN)


def _no_gap(kinds: list[Reach]) -> str:
    met = [k["title"] for k in kinds if k["n_areas_within"]]
    return (
        f"No gap found: {joined(met)} are within the standard walk"
        if met
        else f"Whether any standard is met: {titles.NOT_KNOWN}"
    )


def _further(kind: Reach) -> str:
    return kind["title"] + (f" (nearest {minutes(kind['nearest']['minutes'])})" if kind["nearest"] else "")


def _standard(kind: Reach) -> str:
    least, most = kind["standard_minutes_least"], kind["standard_minutes"]
    return f"{most:.0f} minutes" if least == most else f"{least:.0f} or {most:.0f} minutes"


def _beyond(kind: Reach, one: bool) -> str:
    if not one:
        return f"Beyond {_standard(kind)} of a {titles.singular(kind['kind'])}: {areas(kind['n_areas_beyond'])}, {sheet.residents(kind['residents_beyond'])}"
    near = kind["nearest"]
    line = f"Beyond {_standard(kind)}: no {titles.singular(kind['kind'])} nearer; the nearest"
    return (
        f"{line}, {name_of(near['name'], titles.singular(kind['kind']))}, is {minutes(near['minutes'])} away"
        if near
        else f"{line} is further than is measured"
    )


def _borderline(kind: Reach, one: bool) -> str:
    singular = titles.singular(kind["kind"])
    if not one:
        return f"Borderline, about {_standard(kind)} from a {singular}: {areas(kind['n_areas_borderline'])}, {sheet.residents(kind['residents_borderline'])}"
    near = kind["nearest"]
    return f"Borderline: the nearest {singular}, {name_of(near['name'], singular)}, is {minutes(near['minutes'])} away, close to the standard of {_standard(kind)}"


def not_known(profile: Profile) -> list[str]:
    """What nobody looked for, or could not be read, with the reason."""
    lines, kinds, n = heading("Not known"), profile["here"]["kinds"], profile["where"]["n_areas"]
    unknown = [(k["null_reason"], k["title"], k["n_areas_not_known"]) for k in kinds if k["n_areas_not_known"]]
    for reason, named in _by_reason(unknown, n).items():
        lines += item(f"Kinds of place nobody looked for here ({reason}): {joined(named)}")
    partly = [k["title"] for k in kinds if k["n_areas_partly_known"]]
    if partly:
        lines += item(
            f"Partly known, so there may be more (a list kept by volunteers, or the edge of what a list covers): {joined(partly)}"
        )
    unsure = [k["title"] for k in kinds if k["n_areas_gap_not_known"]]
    if unsure:
        lines += item(
            f"Whether there is a gap (the edge of what the list covers is nearer than the nearest found): {joined(unsure)}"
        )
    indicators = [(row["null_reason"], row["title"], row["n_areas"]) for row in profile["not_known"]["indicators"]]
    for reason, named in _by_reason(indicators, n).items():
        lines += item(f"Numbers not known ({reason}): {'; '.join(named)}")
    return lines + item(f"Tenure and leases: {profile['not_known']['tenure']}")


def _by_reason(unknown: list[tuple[str, str, int]], n: int) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for reason, title, n_areas in unknown:
        where = "" if n_areas == n else f" (in {n_areas:,} of {areas(n)})"
        groups.setdefault(meaning("null_reason", reason) if reason else "no reason is given", []).append(title + where)
    return groups
