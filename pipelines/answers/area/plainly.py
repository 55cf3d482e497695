"""Why an area stands where it does in sentences that need no statistics: where in its ward, what pulls it up and down beside what
is usual there. The page and the JSON say the same ones."""

from collections.abc import Sequence

from pipelines.answers import titles
from pipelines.answers.area.facts import Explained, IndicatorPush
from pipelines.answers.latest import rows
from pipelines.answers.lookup import Words, level_words
from pipelines.answers.sheet import joined, number

UP, DOWN = 3, 2  # indicators told that pull a score up, and down
SAME = 1e-9  # scores no farther apart are equal


def in_plain_words(connection, explained: dict[str, Explained]) -> dict[str, list[str]]:
    """By index, for the one area asked."""
    typical = {row["indicator"]: row for row in _typical(connection)}
    called = level_words(connection)
    words = {
        row["index_name"]: [_in_ward(row, called)] for row in _places(connection) if row["n"] > 1 and row["ward_name"]
    }
    for index, why in explained.items():
        said = words.setdefault(index, [])
        said += pulled([push for domain in why["domains"] for push in domain["indicators"]], typical)
    return words


def pulled(pushes: Sequence[IndicatorPush], typical: dict[str, dict]) -> list[str]:
    """What pulls a score up most and what holds it down, a sentence each, of `pushes` beside what is `typical` (by indicator:
    `value` here, `middle` of the authority, `unit`, `direction`, `authority_name`)."""
    known = [push for push in pushes if push["contribution"]]
    known = [push for push in known if _goes_with(push["contribution"], typical.get(push["indicator"]))]
    by_push = sorted(known, key=lambda push: -push["contribution"])
    up = [push for push in by_push if push["contribution"] > 0][:UP]
    down = [push for push in by_push if push["contribution"] < 0][-DOWN:]
    told = [
        (verb, [_beside_usual(push["title"], typical.get(push["indicator"])) for push in chosen])
        for verb, chosen in (("Pulled up", up), ("Held down", down))
    ]
    return [f"{verb} most by {joined(said)}." for verb, said in told if said]


def _goes_with(push: float, usual: dict | None) -> bool:
    """False where an indicator pushes a score one way among all areas, and the area lies on the other side of what is usual in
    its authority: true of both, and understood by nobody."""
    turned = {"higher_is_less_need": -1}.get(usual["direction"], 1) if usual else 1
    return not usual or usual["value"] is None or push * turned * (usual["value"] - usual["middle"]) > 0


def ordinal(n: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n:,}{ending}"


def _in_ward(row: dict, called: dict[str, Words]) -> str:
    known = titles.index_of(row["index_name"])
    first = known.first_rank if known else "the greatest"
    areas, ward = called["area"]["several"], called["ward"]["one"]
    return f"{ordinal(row['place'])} of {row['n']:,} {areas} in the {ward} {row['ward_name']} (1st is {first})."


def _beside_usual(title: str, usual: dict | None) -> str:
    """An indicator with its value here and the middle one of the authority's areas; its title alone where there is none."""
    title = title[:1].lower() + title[1:] if not title[:2].isupper() else title
    if not usual or usual["value"] is None:
        return title
    unit = (
        f" {usual['unit'][0]}"
        if usual["unit"] == "m" or (usual["unit"].startswith("% of ") and " x " not in usual["unit"])
        else ""
    )
    return f"{title} ({number(usual['value'])}{unit}; {number(usual['middle'])}{unit} is usual in {usual['authority_name']})"


def _places(connection) -> list[dict]:
    """Where the area stands in its ward by each index, among the areas that have a score."""
    return rows(
        connection,
        f"""
        with ward as (
            select s.index_name, s.score, n.ward_name, a.area_code is not null as is_asked
            from index_score as s join neighbourhood as n using (area_code) left join asked as a using (area_code)
            where s.score is not null and n.ward_code = (select any_value(m.ward_code) from neighbourhood as m semi join asked using (area_code))
        )
        select own.index_name, own.ward_name, (count(*) filter (where w.score > own.score + {SAME}) + 1)::integer as place, count(*)::integer as n
        from ward as own join ward as w using (index_name) where own.is_asked group by all order by 1""",
    )


def _typical(connection) -> list[dict]:
    """Each indicator's value in the area and the middle one among the areas of its authority."""
    return rows(
        connection,
        """
        with here as (select authority_code, authority_name from neighbourhood semi join asked using (area_code))
        select v.indicator, i.unit, i.direction, here.authority_name, median(v.value) as middle, any_value(v.value) filter (where a.area_code is not null) as value
        from indicator_value as v join neighbourhood as n using (area_code) join here using (authority_code)
        join indicator as i using (indicator) left join asked as a using (area_code)
        where v.value is not null group by v.indicator, i.unit, i.direction, here.authority_name order by 1""",
    )
