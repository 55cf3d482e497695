"""The axes of an index as lines of the printable profile: each domain by what it was counted from, before any score."""

from pipelines.answers import titles
from pipelines.answers.area.facts import Domain, Index, MemberValue
from pipelines.answers.sheet import areas, day, number, para
from pipelines.register.labels import label, meaning

SCALE = "0 to 100"  # a unit that is a range: told as so much of 100


def why_not(index: Index) -> list[str]:
    """Why an index has no score: the reason, and what too little is known of."""
    short = [d for d in index["domains"] if d["n_known"] < d["n_needed"]]
    few = [f"{d['n_known']} of the {d['n_needed']} kinds needed are known of {d['title'].lower()}" for d in short]
    return [meaning("null_reason", index["null_reason"]), *few]


def axis(domain: Domain, one: bool) -> list[str]:
    """A domain as an axis of its own: how much of it is known, its indicators with what they were counted from, its
    score last."""
    beside = ", beside the score" if domain["is_beside"] else ""
    best = "" if one else f" in the best known of them, a score in {areas(domain['n_areas_scored'])}"
    known = f"{domain['n_known']} of {domain['n_members']} known{best}"
    score = "" if domain["score"] is None else f"; axis at {number(domain['score'])} of 100"
    lines = para(f"{domain['title']} ({known}{score}{beside}):", 4, 6)
    for member in domain["members"]:
        lines += para(f"- {member['title']}: {_told(member, one)}", 6, 8)
    return lines


def _told(member: MemberValue, one: bool) -> str:
    """A value as it was counted, with its date and how whole it is; or why it is not known."""
    if member["value"] is None:
        return f"{titles.NOT_KNOWN} ({meaning('null_reason', member['null_reason'])})"
    marks = [label("coverage", "partial")] if member["is_partly_covered"] else []
    marks += [day(member["as_at"])] if member["as_at"] else []
    marks += [] if one else [f"mean of {areas(member['n_areas_known'])}"]
    return _counted(member) + (f" ({'; '.join(marks)})" if marks else "")


def _counted(member: MemberValue) -> str:
    if member["n_of"] is not None:
        return f"{member['n_counted']:,} of {member['n_of']:,} {member['counted_in']}"
    value, unit = member["value"], None if member["unit"] == SCALE else member["unit"]
    is_whole = unit is not None and value is not None and value == int(value)
    said = f"{number(value, 0 if is_whole else 1)} {unit or 'of 100'}"
    counted = member["n_counted"]
    return said if counted is None else f"{said} ({counted:,} {member['counted_in']})"
