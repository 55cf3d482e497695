"""Why an area has its score, as lines of the printable profile."""

from pipelines.answers import titles
from pipelines.answers.area.facts import Change, Index, Profile
from pipelines.answers.sheet import heading, item, joined, number, para, percent
from pipelines.register.labels import label

INDICATORS_SHOWN = 4
CHANGES_SHOWN = 5


def spread(index: Index) -> list[str]:
    """How far the rank moves over versions of the method."""
    if index["rank_low"] is None:
        return []
    text = (
        f"Rank {index['rank_low']:,} to {index['rank_high']:,} (middle {index['rank_median']:,}) in {label('scope', index['spread_scope'])}: "
        f"spread over method choices and data errors, not a confidence interval. Among {_tenth(index)} in {percent(index['worst_decile_share'])} of versions."
    )
    return para(text, 4, 6)


def _tenth(index: Index) -> str:
    known = titles.index_of(index["index_name"])
    return known.highest_tenth if known else "the highest 10 %"


def why(index: Index) -> list[str]:
    """What pushed the score up and down, what the rank is by other weights, which areas are alike, what would change it."""
    return [*_pushes(index), *_weights(index), *_changes(index), *_peers(index)]


def _pushes(index: Index) -> list[str]:
    explained = index["explained"]
    if not explained or all(domain["contribution"] is None for domain in explained["domains"]):
        return []
    is_log = explained["adds_up_to"] == "logarithm"
    what = "Why (in logarithms, which add up to that of the score)" if is_log else "Why"
    digits = 2 if is_log else 1
    pushes = [f"{d['title']} {_signed(d['contribution'], digits)}" for d in explained["domains"] if d["contribution"] is not None]  # fmt: skip
    lines = para(
        f"{what}: from {number(explained['starts_from'], digits)}, where its scope starts, pushed by {', '.join(pushes)}.",
        4,
        6,
    )
    every = [i for d in explained["domains"] for i in d["indicators"] if i["contribution"] is not None]
    most = sorted(every, key=lambda i: -abs(i["contribution"]))[:INDICATORS_SHOWN]
    named = [f"{i['title']} {_signed(i['contribution'], digits)}" for i in most]
    return lines + (para(f"Most of it by: {'; '.join(named)}.", 6, 8) if len(every) > 1 else [])


def _signed(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}"


def _weights(index: Index) -> list[str]:
    others = [
        f"{w['title'][:1].lower()}{w['title'][1:]}: {w['rank']:,}" for w in index["by_weights"] or [] if w["rank"]
    ]
    if len(others) < 2:
        return []
    where = label("scope", index["by_weights"][0]["rank_scope"])
    return para(f"Rank in {where} by other weights: {'; '.join(others[1:])}.", 4, 6)


def _changes(index: Index) -> list[str]:
    can = [c for c in index["to_leave_highest_tenth"] or [] if c["value_needed"] is not None]
    if not index["to_leave_highest_tenth"]:
        return []
    if not can:
        return para(f"No single domain or indicator could take it out of {_tenth(index)}.", 4, 6)
    single = sorted((c for c in can if c["level"] == "indicator"), key=_effort)[:CHANGES_SHOWN]
    named = [
        f"{c['title']} from {number(c['value'])} to {number(c['value_needed'])} {_unit(c)}".strip() for c in single
    ]
    if not named:
        named = [f"{c['title']} (score) from {number(c['value'])} to {number(c['value_needed'])}" for c in can][:CHANGES_SHOWN]  # fmt: skip
    return para(f"Any one of these alone would take it out of {_tenth(index)}: {'; '.join(named)}.", 4, 6)


def _unit(change: Change) -> str:
    return change["unit"] if change["unit"] and change["unit"].startswith("%") else ""


def _effort(change: Change) -> float:
    """How large a change is, as a share of what there is now."""
    return abs(change["value_needed"] - change["value"]) / max(abs(change["value"]), 1e-9)


def _peers(index: Index) -> list[str]:
    named = [f"{p['area_name'] or p['area_code']} in {p['authority_name']}" for p in index["peers"] or []]
    return para(f"Areas most like it in these domains: {joined(named)}.", 4, 6) if named else []


def as_a_whole(profile: Profile) -> list[str]:
    """How a ward, MSOA or authority stands as a whole, by the measures of the official indices."""
    if not profile["as_a_whole"]:
        return []
    words = profile["levels"][profile["asked"]["level"]]
    first = profile["as_a_whole"][0]
    lines = heading(f"The {words['one']} as a whole")
    lines += para(
        f"By the measures of the official indices, its small areas weighted by residents {first['residents_as']}; in brackets its "
        f"rank among {words['several']}, 1 the greatest need. Extent: the share of residents in areas of high need, whole in "
        "the highest 10 % and ever less down to 30 %. Average rank and local concentration count ranks upwards: the higher, "
        "the more need."
    )
    for row in profile["as_a_whole"]:
        among = f"of {row['n_of_level']:,} {words['several']} ranked in {label('scope', row['ranked_in'])}"
        measures = [
            f"average score {number(row['average_score'])} ({row['rank_by_average_score']:,})",
            f"areas in the highest tenth {percent(row['share_in_highest_tenth'])} ({row['rank_by_share_in_highest_tenth']:,})",
            f"extent {percent(row['extent'])} ({row['rank_by_extent']:,})",
            f"average rank {number(row['average_rank'], 0)} ({row['rank_by_average_rank']:,})",
            f"local concentration {number(row['local_concentration'], 0)} ({row['rank_by_local_concentration']:,})",
        ]
        lines += item(f"{titles.index_title(row['index_name'])}, {among}: {', '.join(measures)}")
    return lines
