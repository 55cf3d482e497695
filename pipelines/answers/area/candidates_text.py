"""Candidate buildings and sites as lines of the printable profile, and in words for the sheet of one place."""

from collections.abc import Iterable

from pipelines.answers import sheet, titles
from pipelines.answers.area.facts import Profile
from pipelines.answers.area.places_facts import NearbyOpportunity, Opportunity
from pipelines.answers.area.places_text import NEARBY, SHOWN
from pipelines.answers.sheet import Titled, heading, item, more, name_of, para, titled
from pipelines.register.labels import label, meaning


def candidates(profile: Profile) -> list[str]:
    """Candidates near, those too old to count last; those of the council's register that cannot be placed; and of which
    kinds it is not known how many there are."""
    rows, kinds = profile["opportunities"], {k["kind"]: k for k in profile["here"]["kinds"] if k["group"] == "site"}
    lines = [*heading("Candidate buildings and sites"), *para(f"Somewhere to look, not an offer; {NEARBY}.")]
    lines += [line for row in rows[:SHOWN] for line in item(_nearby(row, profile["sources"]))]
    if not rows:
        lines += item("none that we know of")
    lines += more(len(rows), SHOWN)
    lost = profile["opportunities_not_placed"]
    for kind in kinds.values():
        if kind["n_within_15_min"] is None:
            unplaced = kind["subset_of"] in {row["kind"] for row in lost}
            why = "the register gives too few of them an address" if unplaced else meaning("null_reason", kind["null_reason"])  # fmt: skip
            lines += item(f"How many {kind['title']} are within reach: {titles.NOT_KNOWN} ({why})")
    if lost:
        lines += para(f"Also on the council's register, somewhere in the authority, with no address by which to place them: {len(lost):,}.")  # fmt: skip
        for left in lost[:SHOWN]:
            old = ", too old to count" if left["is_too_old"] else ""
            name = name_of(left["name"], titles.singular(left["kind"]))
            lines += item(f"{name}: {label('candidate', left['what'])}; {sheet.evidence_of(left['as_at'])}{old}")
    return lines + more(len(lost), SHOWN)


def _nearby(row: NearbyOpportunity, sources: Iterable[Titled]) -> str:
    name = name_of(row["name"], titles.singular(row["kind"]))
    return f"{name}: {label('candidate', row['what'])} ({titles.singular(row['kind'])}); {told(row, sources)}"


def told(row: Opportunity, sources: Iterable[Titled]) -> str:
    """What is known of a candidate, every piece of evidence with its own date, and what is not known."""
    pieces = [
        f"{titled(one['says'], sources)} ({sheet.evidence_of(one['as_at'])}{', too old to count' if one['is_too_old'] else ''})"
        for one in row["every_evidence"]
    ]
    parts = [*pieces, *([f"owned by {row['owner_name']}"] if row["owner_name"] else [])]
    if row["unexpired_years"] is not None:
        parts.append(f"lease with {sheet.counted(row['unexpired_years'], 'year', 'years')} left")
    elif row["tenure_band"] and row["tenure_band"] != "unknown":
        parts.append(f"tenure: {label('tenure_band', row['tenure_band'])}")
    parts += [f"allocated first for {row['competing_allocation']}"] if row["competing_allocation"] else []
    parts += [f"condition: {row['condition']}"] if row["condition"] else []
    if row["legal_state"]:
        parts.append(f"by law: {label('legal_state', row['legal_state'])}{_next(row)}")
    return "; ".join([*parts, *([f"{titles.NOT_KNOWN}: {row['not_known']}"] if row["not_known"] else [])])


def _next(row: Opportunity) -> str:
    if row["legal_next_date"] is None:
        return ""
    return f", next on {sheet.day(row['legal_next_date'])} ({str(row['legal_next_words']).rstrip('.')})"
