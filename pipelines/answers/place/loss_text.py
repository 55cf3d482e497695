"""Who would lose out if a place closed, as lines of its sheet."""

from pipelines.answers import titles
from pipelines.answers.place.facts import Loss, Sheet
from pipelines.answers.sheet import areas, heading, item, minutes, number, para, residents
from pipelines.register.labels import meaning


def loss_lines(place: Sheet) -> list[str]:
    """Who would lose their nearest, or their only one within reach, and how much further they would go."""
    lines = heading("Who would lose out")
    if not place["loss"]:
        return lines + para(f"Not worked out: {place['loss_reason']}.", 2)
    if not place["where"]["is_in_areas_asked"]:
        lines += para("It lies beyond the areas of this release: only residents within the release are counted.", 2)
    lines += para(f"If it closed, of the residents of {place['release']['areas_asked']}:", 2)
    for row in place["loss"]:
        lines += _loss_of_kind(row, len(place["loss"]) > 1)
    return lines + para(
        f"Walks: {place['release']['distance_measure']}. All who live in an area are taken to start from one point.", 2
    )


def _loss_of_kind(row: Loss, several: bool) -> list[str]:
    lines = para(f"As a {row['title']}:", 2) if several else []
    if row["coverage"] == "unknown":
        why = meaning("null_reason", row["null_reason"] or titles.NOT_KNOWN)
        return lines + item(f"Who would lose it as a {row['title']} is {titles.NOT_KNOWN}: nobody looked here ({why})")
    if row["n_areas_only"]:
        lines += item(
            f"For {residents(row['residents_only'])} ({areas(row['n_areas_only'])}) it is the only {row['title']} within 15 minutes{_tenth(row['residents_only_highest_tenth'], row)}"
        )
        lines += _groups(
            row["residents_only_under_15"], row["residents_only_aged_75_plus"], row["households_only_no_car"]
        )
    else:
        lines += item(f"Nobody would lose their only {row['title']} within 15 minutes")
    if not row["n_areas_nearest"]:
        return [*lines, *item(f"For nobody is it the nearest {row['title']}"), *_doubts(row)]
    lines += item(
        f"For {residents(row['residents_nearest'])} ({areas(row['n_areas_nearest'])}) it is the nearest {row['title']}{_tenth(row['residents_nearest_highest_tenth'], row)}"
    )
    lines += _groups(
        row["residents_nearest_under_15"], row["residents_nearest_aged_75_plus"], row["households_nearest_no_car"]
    )
    return [*lines, *_further(row), *_doubts(row)]


def _groups(under_15: int | None, aged_75_plus: int | None, no_car: int | None) -> list[str]:
    """Who they are, by the census: nothing where none of it is known."""
    if under_15 is None and aged_75_plus is None and no_car is None:
        return []
    ages = [f"{number(under_15, 0)} are under 15", f"{number(aged_75_plus, 0)} are 75 or over"]
    cars = f"households among them without a car: {number(no_car, 0)}"
    return item(f"Of these, by the census, {' and '.join(ages)}; {cars}")


def _further(row: Loss) -> list[str]:
    """How much further those would go whose nearest it is."""
    near, far = row["residents_next_within_15_min"] or 0, row["residents_next_beyond_15_min"] or 0
    lost = row["residents_next_not_known"] or 0
    lines = []
    if near or far:
        of = f" {residents(near + far)} of" if lost else ""
        lines += item(
            f"For{of} these the next is {number(row['extra_m'], 0)} m ({minutes(row['extra_minutes'])}) further on average: within 15 minutes for {near:,}, more than that for {far:,}"
        )
    if lost:
        lines += item(
            f"For {residents(lost)} of these no other is known within a walk of {row['cap_m']:,.0f} m: how much further they would go is {titles.NOT_KNOWN}"
        )
    return lines


def _tenth(n: int | None, row: Loss) -> str:
    if n is None:
        return f"; how many of them live in areas ranked among the tenth of greatest hardship is {titles.NOT_KNOWN}"
    rest = f" ({row['residents_not_ranked']:,} live in areas not ranked)" if row["residents_not_ranked"] else ""
    return f"; {f'{n:,}' if n else 'none'} of them live in areas ranked among the tenth of greatest hardship in the nation{rest}"


def _doubts(row: Loss) -> list[str]:
    """What is not known of it."""
    lines, n = [], row["n_areas_partly_known"]
    if n:
        verb = "is" if n == 1 else "are"
        lines += item(f"{areas(n)} of these {verb} only partly covered by the lists: there may be others not counted")
    if row["residents_not_covered"]:
        lines += item(
            f"{residents(row['residents_not_covered'])} more live near it where nobody looked for {row['plural']}, and are not counted"
        )
    if row["is_edge_affected"]:
        lines += item(
            "It lies near the edge of what was read: people beyond the areas of this release are not counted, and another may stand just beyond"
        )
    return lines
