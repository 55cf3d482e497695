"""What an answer amounts to in figures, held in both directions against the best answers of the last year: a list that
shrinks or swells, or loses a kind, a column or its places, is no good answer, however well it is formed.

Only answers read by the same definition of the same geography are compared, and none from before one that an operator
took as it was (`accepted`).
"""

import datetime
from collections.abc import Iterable

import numpy as np
import pandas as pd

from geodata.geography import Geography
from pipelines.core.store import sha256_json
from pipelines.register.source import Source
from pipelines.tables.extent import coordinates, is_placed, is_present
from pipelines.tables.kept import GOOD
from pipelines.tables.layer import ground_m2, other_ground
from pipelines.tables.tidy import FEW_NULLED, script_of

LEAST = 0.8  # of the best number of rows, and of places: fewer, where a source states no share of its own, is a loss
MOST, FEW = 3, 100  # times as many, or so many more in a short list: more is another list
SLACK, TIMES = 0.05, 3  # what is not placed may be this share, or so many times what it was
LEAST_FILLED = 0.7  # of a column's best share of filled cells
LITTLE_NULLED = 0.01  # the share of cells that may always be made null; beyond it, so many TIMES as many as at best
OTHER_UNIT = 5  # times the middle value of a column of numbers, or as many times less
JUDGED = 20  # of fewer cells no share is judged


def held_by(source: Source, geography: Geography) -> str:
    """The hash of all that makes figures of two answers comparable."""
    told = source.model_dump(mode="json", include={"fetch", "key", "keep", "columns", "places"})
    return sha256_json([told, script_of(source), geography.stem, geography.extent])[:12]


def figures(source: Source, geography: Geography, table: pd.DataFrame, issues: pd.DataFrame) -> dict:
    """Of one answer: `rows` (and of each of its `parts`), by column the share `filled`, the share of filled cells made
    `nulled`, and the `middle` of numbers, the columns that are `constant`; of a list, how many `places` are present
    and placed and how many of each kind, the share `placed` of those present, and of points, the share of different `spots`;
    of outlines of areas, the ground they cover together in square metres.
    """
    n, columns = max(len(table), 1), [name for name in source.columns if name in table]
    filled = table[columns].notna().sum()
    nulled = issues.groupby("column").size()
    found: dict = {
        "rows": len(table),
        "parts": table.attrs.get("parts", {}),
        "filled": {name: round(int(filled[name]) / n, 4) for name in columns},
        "nulled": {name: round(int(k) / (int(k) + int(filled.get(name, 0))), 4) for name, k in nulled.items()},
        "constant": [name for name in columns if filled[name] >= JUDGED and _is_constant(table[name])],
        "middle": {name: float(table[name].median()) for name in _numbers(source) if filled[name] >= JUDGED},
    }
    if source.places:
        found |= _of_places(source, geography, table)
    if (ground := ground_m2(source, geography, table)) is not None:
        found["ground_m2"] = ground
    return found


def _of_places(source: Source, geography: Geography, table: pd.DataFrame) -> dict:
    rule = source.places
    present, placed = is_present(rule, table), is_placed(rule, geography, table)
    kinds = pd.Series(rule.kind, index=table.index, dtype="str")
    if rule.kinds:
        kinds = table[rule.kinds.column].astype("str").str.strip().str.casefold().map(rule.kinds.values).astype("str")
    counts = kinds[present & placed].value_counts()
    found = {
        "places": int(counts.sum()),
        "kinds": {kind: int(counts.get(kind, 0)) for kind in sorted(rule.listed_kinds)},
    }
    if rule.point.crs and present.any():
        x, y = coordinates(rule.point, table)
        at = pd.DataFrame({"x": x, "y": y})[present & np.isfinite(x) & np.isfinite(y)]
        found |= {"placed": float(placed[present].mean())}
        found |= {"spots": round(1 - float(at.duplicated().mean()), 4)} if len(at) >= JUDGED else {}
    return found


def _is_constant(column: pd.Series) -> bool:
    values = column.dropna()
    return bool((values == values.iloc[0]).all())


def _numbers(source: Source) -> list[str]:
    point = source.places.point if source.places else None
    where = {point.x, point.y} if point else set()
    return [n for n, c in source.columns.items() if c.type in ("number", "integer") and n not in {*where, *source.key}]


def of_the_last_year(lines: Iterable[dict], geography: Geography, held: str, today: datetime.date) -> list[dict]:
    """The figures of the good answers of a year (observations, oldest first) that a new one is held against.

    Of answers observed before figures were kept, the number of rows is known.
    """
    since = str(today - datetime.timedelta(days=365))
    found: list[dict] = []
    for line in lines:
        good = line.get("geography") == geography.stem and line["status"] in GOOD
        if not good or line.get("held_by", held) != held or line["observed_at"][:10] < since:
            continue
        own = line.get("figures") or {"rows": line["rows"]}
        found = [own] if line.get("accepted") else [*found, own]
    return [own for i, own in enumerate(found) if own not in found[:i]] if len(found) > 1 else found


def worse(source: Source, now: dict, past: list[dict]) -> list[str]:
    """In words, in what an answer is far from the best of the `past`; nothing where it is not."""
    if not past:
        return []
    told = [] if source.rows.exactly is not None else _rows(source, now, past)
    told += _counts("places", source, now.get("places"), [line["places"] for line in past if "places" in line])
    told += [sentence for best, sentence in _lost(now, past) if best > _most(past, "places") / 2]
    told += _placed(now, past) + _columns(now, past)
    if "ground_m2" in now and (known := [line["ground_m2"] for line in past if "ground_m2" in line]):
        told += other_ground(now["ground_m2"], known[-1])
    return told


def lost_kinds(now: dict, past: list[dict]) -> list[str]:
    """In words, the kinds of place that were listed within the year and of which none, or less than half, is left."""
    return [sentence for _, sentence in _lost(now, past)]


def _lost(now: dict, past: list[dict]) -> list[tuple[int, str]]:
    told = []
    for kind, n in now.get("kinds", {}).items():
        best = max((line.get("kinds", {}).get(kind, 0) for line in past), default=0)
        if best and (not n or (best >= JUDGED and n < best / 2)):
            told.append((best, f"{n or 'no'} {kind} is left of the {best:,} of the last year"))
    return told


def _most(past: list[dict], what: str) -> float:
    return max((line[what] for line in past if what in line), default=0)


def _rows(source: Source, now: dict, past: list[dict]) -> list[str]:
    """Counted over the parts that both have, where there are any."""
    pairs = []
    for line in past:
        shared = now["parts"].keys() & line.get("parts", {}).keys()
        count = lambda own, shared=shared: sum(own["parts"][p] for p in shared) if shared else own["rows"]  # noqa: E731
        pairs.append((count(now), count(line)))
    n, best = max(pairs, key=lambda pair: pair[1] / max(pair[0], 1))
    told = _counts("rows", source, n, [best])
    for part, m in now["parts"].items():
        most = max(line.get("parts", {}).get(part, 0) for line in past)
        if most >= JUDGED and not told and not most / 2 <= m <= max(MOST * most, most + FEW):
            return [f"{m:,} rows in its part {part}, where there were {most:,} in the last year"]
    return told


def _counts(what: str, source: Source, n: int | None, past: list[int]) -> list[str]:
    if n is None or not past:
        return []
    best, least = max(past), source.rows.at_least_of_last or LEAST
    if n < least * best:
        return [f"{n:,} {what}, fewer than {least:.0%} of the best of the last year, {best:,}"]
    if n > max(MOST * best, best + FEW):
        return [f"{n:,} {what}, more than {MOST} times the most of the last year, {best:,}"]
    return []


def _placed(now: dict, past: list[dict]) -> list[str]:
    told = []
    best = _most(past, "placed")
    if best and "placed" in now and 1 - now["placed"] > max(SLACK, TIMES * (1 - best)):
        told.append(
            f"only {now['placed']:.1%} of its places lie within the geography, where {best:.1%} did in the last year"
        )
    if now.get("spots", 1) < _most(past, "spots") / 2:
        told.append(f"only {now['spots']:.0%} of its points are different ones, where {_most(past, 'spots'):.0%} were")
    return told


def _columns(now: dict, past: list[dict]) -> list[str]:
    """Columns that were emptied, cannot be read, say one thing alone or are in another unit."""
    told, past = [], [line for line in past if "filled" in line]
    for name, share in now["filled"].items() if past else ():
        best = max((line["filled"].get(name, 0) for line in past), default=0)
        if best * now["rows"] >= (JUDGED if share else FEW_NULLED) and share < LEAST_FILLED * best:
            told.append(f"column {name} is filled in {share:.0%} of its rows, where {best:.0%} were in the last year")
    for name, share in now["nulled"].items() if past else ():
        least = min(line["nulled"].get(name, 0) for line in past)
        if share > max(LITTLE_NULLED, TIMES * least) and share * now["filled"].get(name, 0) * now["rows"] > FEW_NULLED:
            told.append(f"{share:.1%} of column {name} cannot be used, where {least:.1%} could not in the last year")
    for name in now["constant"]:
        if past and all(name not in line["constant"] and line["filled"].get(name) for line in past):
            told.append(f"column {name} says the same in every row, as it did not in the last year")
    for name, middle in now["middle"].items():
        known = [line["middle"][name] for line in past if name in line["middle"]]
        if known and min(map(abs, known)) > 0 and not _is_near(middle, known):
            told.append(f"the middle of column {name} is {middle:g}, where it was {known[-1]:g}: another unit?")
    return told


def _is_near(middle: float, known: list[float]) -> bool:
    return any(1 / OTHER_UNIT <= middle / was <= OTHER_UNIT for was in known)
