"""What a place's owner's register of land and buildings says of it: facts first, then the lines of its sheet."""

from typing import Any

from pipelines.answers import titles
from pipelines.answers.place.facts import Owner, Tenure
from pipelines.answers.sheet import day, evidence_of, labelled
from pipelines.register.labels import label
from pipelines.register.tenure import ROLLING, SHORT, UNKNOWN

NOT_STATED = "no register of its owner's land and buildings that is read states it"


def owner_facts(row: dict[str, Any]) -> Owner:
    """Who owns a place, of its row with the titles of its sources. An older release has no names of owners."""
    return {
        "owner_kind": row["owner_kind"],
        "owner_name": row.get("owner_name"),
        "source": row["owner_source"],
        "source_title": row["owner_title"],
    }


def tenure_facts(row: dict[str, Any], source_titles: dict[str, str]) -> Tenure:
    """By what tenure a place is held, of its row; all null in a release that is older than its columns."""
    source, use_source = row.get("tenure_source"), row.get("use_source")
    return {
        "tenure": row.get("tenure"),
        "tenure_band": row.get("tenure_band"),
        "lease_ends": row.get("lease_ends"),
        "unexpired_years": row.get("unexpired_years"),
        "as_at": row.get("tenure_as_at"),
        "source": source,
        "source_title": source and source_titles.get(source),
        "use_state": row.get("use_state"),
        "acv_flag": row.get("acv_flag"),
        "register_words": row.get("register_words"),
        "use_as_at": row.get("use_as_at"),
        "use_source": use_source,
        "use_source_title": use_source and source_titles.get(use_source),
    }


def owner_lines(owner: Owner) -> list[str]:
    """Who owns it."""
    kind, name = owner["owner_kind"], owner["owner_name"]
    who = kind and f"{label('owner_kind', kind)}{f' ({name})' if name else ''}"
    return labelled("Owner", who and f"{who}, as {owner['source_title'] or 'a correction'} says")


def tenure_lines(held: Tenure) -> list[str]:
    """By what tenure it is held, what is done with it, and that a tenure is short where it is."""
    lines = labelled("Tenure", _tenure(held) or f"{titles.NOT_KNOWN} ({NOT_STATED})")
    if held["use_state"]:
        says = f"as {held['use_source_title']} says; {evidence_of(held['use_as_at'])}"
        lines += labelled("Use", f"{label('use_state', held['use_state'])}, {says}")
    if held["tenure_band"] in (SHORT, ROLLING):
        lines += labelled(
            "Short tenure", "those who use it may stay for less than 7 years, or for as long as they are let"
        )
    return lines


def _tenure(held: Tenure) -> str | None:
    band, let = held["tenure_band"], held["use_state"] == "let"
    if not held["tenure"] and not band:
        return None
    own = label("tenure", held["tenure"]) if held["tenure"] else titles.NOT_KNOWN
    told = [f"its owner's is {own}"] if let else [own]
    if band and (let or held["tenure"] != "freehold"):
        told.append(f"{'of those who use it, ' if let else ''}{label('tenure_band', band)}")
    if held["lease_ends"] and band != UNKNOWN:
        told.append(f"the lease ends on {day(held['lease_ends'])}")
    return f"{'; '.join(told)}, as {held['source_title']} says; {evidence_of(held['as_at'])}"
