"""One place on one printable sheet, and the list of places that a name may mean."""

import datetime

from pipelines.answers import sheet, titles
from pipelines.answers.area.candidates_text import told
from pipelines.answers.area.organisations_text import needs_text
from pipelines.answers.area.profile_text import correction
from pipelines.answers.community_evidence import told as evidence_told
from pipelines.answers.place.facts import Event, Hit, Hours, LegalDate, LegalListing, Match, PlaceRow, Sheet
from pipelines.answers.place.loss_text import loss_lines
from pipelines.answers.place.owner import owner_lines, tenure_lines
from pipelines.answers.sheet import (
    Titled,
    counted,
    day,
    heading,
    item,
    labelled,
    minutes,
    name_of,
    para,
    titled,
)
from pipelines.register.labels import explained, label

MATCHES = 8


def text_of(place: Sheet) -> str:
    """The sheet, lines of about 100 columns."""
    parts = (_top, _is, _where, _who, _legal, loss_lines, _alternatives, _needs, _records, _corrections, _licence)
    return "\n".join(line for part in parts for line in part(place))


def hits_text(hits: list[Hit], n: int) -> str:
    """The places a name may mean, one a line."""
    lines = [f"{n:,} places have this in their name" + (f"; the first {len(hits)}:" if n > len(hits) else ":")]
    for hit in hits:
        where = (
            f"{hit['area_name']}, {hit['authority_name']}" if hit["area_name"] else "beyond the areas of this release"
        )
        also = f' (also "{hit["also_named"]}")' if hit["also_named"] else ""
        state = "" if hit["status"] == "open" else f", {label('status', hit['status'])}"
        lines += para(
            f"{hit['place_id']}  {name_of(hit['name'], titles.singular(hit['kind']))}{also} - {titles.singular(hit['kind'])}{state}, {where}",
            2,
            19,
        )
    return "\n".join(lines)


def _sources(place: Sheet) -> list[Titled]:
    return [{"source": row["source"], "title": row["source_title"]} for row in place["records"]]


def _title(place: Sheet) -> str:
    return name_of(place["place"]["name"], titles.singular(place["place"]["kind"]))


def _top(place: Sheet) -> list[str]:
    lines = []
    if place["release"]["is_invented"]:
        lines += [*para("INVENTED: this town does not exist and everything below means nothing."), ""]
    lines += [*para(place["release"]["ecological_fallacy"]), "", *para(_title(place).upper())]
    if n := place["asked"]["n_others_so_named"]:
        others = counted(n, "other place has", "other places have")
        lines += para(f'({others} "{place["asked"]["text"]}" in a name: ask by an id for one of those.)', 2)
    return lines


def _is(place: Sheet) -> list[str]:
    facts = place["place"]
    closed = [e for e in place["events"] if e["event"] == "closed"]
    since = (
        f" since {day(closed[0]['since'], closed[0]['precision'])}" if closed and facts["status"] == "closed" else ""
    )
    lines = labelled("Place id", facts["place_id"])
    lines += labelled(
        "Status",
        f"{label('status', facts['status'])}{since}; newest evidence of {day(facts['as_at'])}",
    )
    for n, kind in enumerate(place["kinds"]):
        state = "" if kind["status"] == facts["status"] else f" - as that, {label('status', kind['status'])}"
        counts = "counted within reach" if kind["is_counted"] else "not counted within reach"
        lines += labelled(
            "What it is" if not n else "", f"{kind['title']}{state}: {counts} ({titled(kind['rule'], _sources(place))})"
        )
    for event in place["events"]:
        lines += labelled("What happened", titled(_event(event), _sources(place)))
    return lines


def _event(event: Event) -> str:
    kind = f" as a {titles.singular(event['kind'])}" if event["kind"] else ""
    return f"{label('event', event['event'])} {day(event['since'], event['precision'])}{kind}: {event['evidence']}"


def _where(place: Sheet) -> list[str]:
    where = place["where"]
    area = (
        f"{where['area_name']} ({where['area_code']})"
        if where["area_name"]
        else f"{where['area_code'] or titles.NOT_KNOWN}, beyond the areas of this release"
    )
    called = {level: words["one"][:1].upper() + words["one"][1:] for level, words in place["levels"].items()}
    lines = labelled(called["area"], area)
    lines += labelled(called.get("ward", ""), where["ward_name"])
    lines += labelled(called["authority"], where["authority_name"])
    quality = label("point_quality", where["point_quality"] or titles.NOT_KNOWN)
    return lines + labelled(
        "Point", f"{where['latitude']:.6f}, {where['longitude']:.6f} (latitude, longitude): {quality}"
    )


def _who(place: Sheet) -> list[str]:
    run_by = place["run_by"]
    lines = heading("Who owns it, who runs it") + owner_lines(place["owner"]) + tenure_lines(place["tenure"])
    lines += labelled("Run by", _stated("run_by", run_by["run_by"], run_by["source_title"]))
    if place["community"]["in_community_hands"]:
        lines += labelled("In whose hands", "a community's, so it is no candidate for transfer")
    for n, evidence in enumerate(place["community"]["evidence"]):
        lines += labelled("" if n else "What tells", evidence_told(evidence))
    lines += _hours(place["hours"])
    for row in place["opportunities"]:
        said = f"{label('candidate', row['what'])}: {told(row, _sources(place))}. Somewhere to look, not an offer"
        lines += labelled("Candidate", said)
    return lines


def _stated(codes: str, value: str | None, source: str | None) -> str | None:
    return value and f"{label(codes, value)}, as {source or 'a correction'} says"


def _hours(hours: Hours) -> list[str]:
    week = hours["hours_per_week"]
    told = [hours["opening_hours"], None if week is None else f"{week:g} hours a week"]
    open_ = ", ".join(filter(None, told))
    lines = labelled("Open", open_ and f"{open_}, as {hours['source_title']} says")
    shares = hours["shares_with"]
    return lines + (labelled("Shares with", f"{shares}, as {hours['source_title']} says") if shares else [])


def _legal(place: Sheet) -> list[str]:
    legal = place["legal"]
    lines = heading("What the law says of it")
    if legal["reason"]:
        lines += para(f"Asset of Community Value listing: {titles.NOT_KNOWN} ({legal['reason']}).", 2, 4)
        lines += para(f"Next date: {titles.NOT_KNOWN}.", 2, 4)
    for listing in legal["listings"]:
        lines += _listing(listing, legal["as_of"])
    return lines + [line for text in [*legal["says"], *legal["law_is_changing"]] for line in para(text, 2, 4)]


def _listing(listing: LegalListing, as_of: datetime.date) -> list[str]:
    called = f'"{listing["name"]}", ' if listing["name"] else ""
    by = f"; nominated by {listing['nominating_group']}" if listing["nominating_group"] else ""
    lines = para(f"{called}as {listing['source_title']} has it{by}.", 2, 4)
    lines += labelled("State", f"{explained('legal_state', listing['state'])} (on {day(as_of)})")
    if listing["watch"] and listing["watch"] != "later":
        lines += labelled("Watch", explained("legal_watch", listing["watch"]))
    ahead = [date for date in listing["dates"] if date["is_next"]]
    lines += labelled("Next date", f"{_date(ahead[0])}" if ahead else f"none known{_ended(listing['state'])}")
    return lines + [line for date in listing["dates"] if not date["is_next"] for line in item(_date(date))]


def _date(date: LegalDate) -> str:
    told = day(date["date"]) if date["date"] else f"day {titles.NOT_KNOWN}"
    return f"{told}: {date['words']}"


def _ended(state: str) -> str:
    return "; it can be nominated anew at any time" if state == "expired" else ""


def _alternatives(place: Sheet) -> list[str]:
    if not place["alternatives"]:
        return []
    lines = heading("What else is near")
    for row in place["alternatives"]:
        lines += para(f"Other {row['plural']} that count, nearest first ({row['measure']}):", 2)
        for other in row["places"]:
            where = other["authority_name"] or "beyond the areas of this release"
            lines += item(
                f"{name_of(other['name'], titles.singular(row['kind']))}, {where}: {other['distance_m']:,.0f} m, {minutes(other['minutes'])} ({other['place_id']})"
            )
        if not row["places"]:
            lines += item("none within an hour's walk in this release")
    return lines


def _needs(place: Sheet) -> list[str]:
    return needs_text(place["stated_needs"])


# ---- evidence


def _as_published(place: PlaceRow) -> str:
    published = place["published_name"]
    return f', which writes it "{published}"' if published and published != place["name"] else ""


def _records(place: Sheet) -> list[str]:
    records, matches = place["records"], place["matches"]
    lines = [
        *heading("The records behind this"),
        *para(
            f"{counted(len(records), 'record', 'records')}; the name is from {_source_title(place, place['place']['name_source'])}{_as_published(place['place'])}.",
            2,
        ),
    ]
    for row in records:
        name = f'"{row["name"]}"' if row["name"] else "no name given"
        outcome = label("outcome", row["outcome"])
        why = f" ({row['rule']})" if row["outcome"] == "not_counted" else ""
        lines += item(
            f"{row['source_title']}: {name}, {titles.singular(row['kind'])}, {label('record_status', row['status'])}, {day(row['as_at'])}; {row['licence']}; {outcome}{why}. Record {row['source']}:{row['source_id']}"
        )
    if matches:
        lines += para("Why they are one place:", 2)
        lines += [line for row in matches[:MATCHES] for line in item(titled(_match(row), _sources(place)))]
        if len(matches) > MATCHES:
            lines.append(f"  (and {len(matches) - MATCHES} more: --json lists them all)")
    return lines


def _match(row: Match) -> str:
    likeness = "by their identifiers" if row["name_score"] is None else f"names alike {row['name_score']:.0f} of 100"
    distance = f"distance {titles.NOT_KNOWN}" if row["distance_m"] is None else f"{row['distance_m']:,.0f} m apart"
    return f"{row['source_a']} and {row['source_b']}: {row['rule']}; {likeness}, {distance}"


def _source_title(place: Sheet, source: str | None) -> str:
    return next(
        (row["source_title"] for row in place["records"] if row["source"] == source), source or titles.NOT_KNOWN
    )


def _corrections(place: Sheet) -> list[str]:
    rows = place["corrections"]
    return [*heading("Corrections"), *(line for row in rows for line in item(correction(row)))] if rows else []


def _licence(place: Sheet) -> list[str]:
    thanked = [row["attribution"] for row in [*place["records"], *place["community"]["evidence"]]]
    lines = [
        *heading("Licence"),
        *para(f"This row: {place['place']['licence_title']}. {sheet.thanks(thanked)}", 2, 4),
    ]
    return [*lines, *para(f"Release {place['release']['version']}, {place['release']['title']}.", 2)]
