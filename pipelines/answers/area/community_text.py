"""Community ownership in plain words: counts, never shares, for a share of few places says more than is known."""

from pipelines.answers import titles
from pipelines.answers.area.places_facts import CommunityHeld, HeldCount, HeldPlace, Register
from pipelines.answers.community_evidence import LEAD, told
from pipelines.answers.sheet import counted, day, item, joined, minutes, more, name_of, para
from pipelines.register.labels import label

SHOWN = 5


def community(held: CommunityHeld, one: bool) -> list[str]:
    """What a community holds within reach, then what hints at more, then what was looked at."""
    lines = item(f"In community hands: {joined([_count(row) for row in held['counts']]) or 'none that we know of'}")
    for place in held["places"][:SHOWN]:
        best = next((row for row in place["evidence"] if row["is_confirmed"]), None)
        lines += para(f"{_named(place, one)}: {told(best) if best else 'by a correction'}", 6, 8)
    lines += _rest(len(held["places"]))
    for place in held["leads"][:SHOWN]:
        lead = next(row for row in place["evidence"] if row["evidence"] == LEAD)
        lines += para(f"{_named(place, one)}: {told(lead)}", 6, 8)
    lines += _rest(len(held["leads"]))
    owners = [f"{row['n_places']:,} {label('owner_kind', row['owner_kind'])}" for row in held["owners"]]
    if owners:
        n = sum(row["n_places"] for row in held["owners"])
        lines += item(
            f"Who owns the {counted(n, 'open place', 'open places')} listed in {'the area' if one else 'the areas'}: {joined(owners)}"
        )
    return lines + item(f"Looked at for that: {_registers(held['registers'])}")


def _rest(n: int) -> list[str]:
    return [f"    {line.strip()}" for line in more(n, SHOWN)]


def _named(place: HeldPlace, one: bool) -> str:
    kind = titles.singular(place["kind"])
    walk = f", {minutes(place['minutes'])}" if one else ""
    return f"{name_of(place['name'], kind)} ({kind}{walk})"


def _count(row: HeldCount) -> str:
    kind = titles.singular(row["kind"]) if row["n_places"] == 1 else titles.plural(row["kind"])
    how = "owned" if row["n_owned"] == row["n_held"] else "run" if not row["n_owned"] else "owned or run"
    return f"{row['n_held']:,} of {row['n_places']:,} {kind} {how} by a community"


def _registers(registers: list[Register]) -> str:
    """What lists and registers say of their own rows, by what could be made of each."""
    parts = ["what lists of places say themselves"]
    for use in dict.fromkeys(row["use"] for row in registers):
        named = [_register(row) for row in registers if row["use"] == use]
        parts.append(f"{label('register_use', use)}: {joined(named)}")
    return "; ".join(parts)


def _register(row: Register) -> str:
    when = f" ({day(row['as_at'])})" if row["as_at"] else ""
    return row["title"] + when + ("" if row["covers_nation"] else ", which tells only of what it holds")
