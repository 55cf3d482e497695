"""The part of a page about organisations, grants, titles to land, and the needs that communities state."""

from collections.abc import Sequence

from pipelines.answers import titles
from pipelines.answers.area.facts import Profile
from pipelines.answers.area.organisations_facts import (
    BandCount,
    FormCount,
    GrantYear,
    LandTitles,
    Organisations,
    StatedNeed,
)
from pipelines.answers.sheet import counted, day, heading, item, more, number, para
from pipelines.register.labels import explained, label, meaning

SHOWN = 10
ORGANISATIONS = ("organisation", "organisations")


def organisations(profile: Profile) -> list[str]:
    """How many organisations there are, how old and how large, and how steadily they are funded; by authority."""
    if not profile["organisations"]:
        return []
    lines = heading("Organisations and support in place")
    lines += para(
        "Counted by authority, so the same for all its areas; no merit. Clubs and co-operatives are a small part of the gap; a label says what support to bring."
    )
    for authority in profile["organisations"]:
        lines += item(f"{authority['authority_name']}: {'; '.join(_form(form) for form in authority['forms'])}")
        lines += [line for told in _bands(authority["bands"]) for line in para(told, 4, 6)]
        lines += [line for told in _grants(authority) for line in para(told, 4, 6)]
    return lines


def _form(form: FormCount) -> str:
    title = label("organisation_form", form["form"])
    if form["n_organisations"] is None:
        return f"{title} {titles.NOT_KNOWN} ({meaning('null_reason', form['null_reason'])})"
    rate = f", {number(form['rate_per_1000'], 2)} per 1,000 residents" if form["rate_per_1000"] is not None else ""
    when = f" ({day(form['as_at'])})" if form["as_at"] else ""
    return f"{form['n_organisations']:,} {title}{when} by {label('organisation_placed_by', form['placed_by'])}{rate}"


def _bands(bands: Sequence[BandCount]) -> list[str]:
    lines: dict[tuple[str, str], list[str]] = {}
    for row in bands:
        told = f"{label('organisation_band', row['band'])} {row['n_organisations']:,}"
        lines.setdefault((row["form"], row["breakdown"]), []).append(told)
    return [
        f"{label('organisation_form', form).capitalize()} by {label('organisation_breakdown', by)}: {', '.join(told)}"
        for (form, by), told in lines.items()
    ]


def _grants(authority: Organisations) -> list[str]:
    years = authority["grants"]
    if not years:
        return [f"Grants: {titles.NOT_KNOWN}, for no list of grants that was read covers it."]
    listed = f"Grants listed from {years[0]['year']} to {years[-1]['year']}, the last of {day(years[-1]['latest_award'])}; pounds as awarded, not adjusted for prices; what others give is not in it."
    whole = [row for row in years if row["is_whole"]]
    held = [row for row in whole if row["total_gbp_nominal_5_years"] is not None]
    lines = [listed]
    if held:
        lines.append(_five_years(held[-1]))
    if whole:
        lines.append(_year(whole[-1]))
    if unlisted := [str(row["year"]) for row in years if not row["is_listed"]]:
        lines.append(f"Nothing at all is listed of {', '.join(unlisted)}: what was given then is not known.")
    none = [str(row["year"]) for row in whole if row["n_grants"] == 0]
    return [*lines, f"None is listed here in {', '.join(none)}."] if none else lines


def _five_years(row: GrantYear) -> str:
    every = _few(row["n_recipients_each_of_5_years"])
    return (
        f"In the five years to {row['year']}: £{number(row['total_gbp_nominal_5_years'], 0)} to {_few(row['n_recipients_5_years'])}, "
        f"£{number(row['gbp_nominal_per_resident_5_years'], 2)} per resident; {every} funded in each of the five."
    )


def _year(row: GrantYear) -> str:
    if row["n_grants"] is None:
        return f"In {row['year']}: grants to {_few(row['n_recipients'])}."
    told = f"In {row['year']}: {counted(row['n_grants'], 'grant', 'grants')} to {_few(row['n_recipients'])}"
    told += f", planned for {number(row['months_median'], 0)} months in the middle" if row["months_median"] else ""
    if row["continuity_null_reason"] is None:
        return (
            f"{told}; {_few(row['n_recipients_again'])} funded the year before too, {row['n_recipients_after_gap']:,} back after a gap, "
            f"{row['n_recipients_first']:,} for the first time on the list; {_few(row['n_recipients_stopped'])} of the year before not funded again."
        )
    unlisted = row["continuity_null_reason"] == "not_covered"
    why = "the year before is not listed" if unlisted else meaning("null_reason", row["continuity_null_reason"])
    return f"{told}; how many of them were funded the year before too is not told ({why})."


def _few(n: int | None) -> str:
    """A number of organisations; what is null here is one below 10, and for no other reason."""
    return "fewer than 10 organisations" if n is None else counted(n, *ORGANISATIONS)


def land_titles(profile: Profile) -> list[str]:
    """Who holds titles to land here, by kind of owner, where an operator has the file."""
    rows = profile["land_titles"]
    if not rows:
        return []
    first = rows[0]
    when = f", {day(first['as_at'])}" if first["as_at"] else ""
    lines = heading("Titles to land held here")
    lines += para(
        f"{first['publisher']}{when}. {first['placed']}. Weighed in no index; fewer than 10 in an area are not told."
    )
    return lines + [line for row in rows for line in item(_titles(row))]


def _titles(row: LandTitles) -> str:
    owner, n_areas = label("title_owner", row["owner_kind"]), row["n_areas"]
    told = f"Land titles held by {owner} here: {_at_least(row['n_titles'], row['n_areas_told'], n_areas)}"
    parts = [
        f"{tenure} {_at_least(n, n_told, n_areas)}"
        for tenure, n, n_told in (
            ("freehold", row["n_freehold"], row["n_areas_freehold_told"]),
            ("leasehold", row["n_leasehold"], row["n_areas_leasehold_told"]),
        )
        if n is not None
    ]
    return told + (f" ({'; '.join(parts)})" if parts else "")


def _at_least(n: int | None, n_told: int, n_areas: int) -> str:
    """A number of titles added up over the areas of which it is told."""
    if n is None:
        return "fewer than 10" if n_areas == 1 else "fewer than 10 in each area"
    return f"{n:,}" if n_told == n_areas else f"{n:,} and more, told of {n_told:,} of {n_areas:,} areas"


def needs(profile: Profile) -> list[str]:
    """What communities say they need, beside what is measured, and where the two disagree."""
    return needs_text(profile["stated_needs"])


def needs_text(rows: Sequence[StatedNeed]) -> list[str]:
    """The needs stated, one a line with its words; then gaps that are measured where nobody stated a need."""
    if not rows:
        return []
    lines = heading("What communities say they need")
    lines += para(
        "Stated by community bodies, shown beside what is measured, and part of no score. How many statements there are is not shown where fewer than 10 of them may only be counted."
    )
    stated, silent = [row for row in rows if row["is_stated"]], [row for row in rows if not row["is_stated"]]
    for row in stated[:SHOWN]:
        many = f"; {row['n_statements']:,} statements" if row["n_statements"] else ""
        lines += item(
            f"{_kind(row)}, {_where(row)}: {explained('need_agreement', row['agreement'])}{_measured(row)}{many}"
        )
        for said in row["words"]:
            lines += para(
                f'"{said["words"]}" - {label("need_body", said["body_kind"])}, {day(said["stated_on"])}', 6, 8
            )
    lines += more(len(stated), SHOWN)
    for row in silent[:SHOWN]:
        lines += item(f"{_kind(row)}, {_where(row)}: {explained('need_agreement', row['agreement'])}{_measured(row)}")
    return lines + more(len(silent), SHOWN)


def _kind(row: StatedNeed) -> str:
    kind = "something else" if row["kind"] == "other" else titles.singular(row["kind"])
    return kind[:1].upper() + kind[1:]


def _where(row: StatedNeed) -> str:
    level = "" if row["level"] == "area" else f" ({label('level', row['level'])})"
    return f"{row['area_name'] or row['area_code']}{level}"


def _measured(row: StatedNeed) -> str:
    if not row["residents_known"]:
        return ""
    return (
        f" ({row['residents_beyond']:,} of {row['residents_known']:,} residents live in areas beyond the standard walk)"
    )
