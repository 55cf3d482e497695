"""For every area asked, one kind at a time: the nearest place, which are in reach, and how many for each resident.

Residents beyond the areas asked take up places too, and choose among places further on: who shares a place with the
areas asked is counted wherever in the nation they live, also where nobody looked for this kind, so that a run for one
authority gives what a run for the nation gives. How a walk is measured is known to `geodata.distance` alone.

Everything is worked out by all lists that a kind is counted from, for profiles, sheets and standards, and again by those
that cover the nation alone, for what ranks its areas: else one city looks better served for being better listed.
"""

import numpy as np
import pandas as pd

from geodata.distance import Measure, Walks, measure_of
from pipelines.core.schema import schema
from pipelines.core.step import Given, Step, Tables
from pipelines.places.cover import COVERED, cover_table, national_cover_table
from pipelines.places.places import counted_table
from pipelines.reach.choice import CHOICE, choice_within
from pipelines.reach.fca import e2sfca, three_step
from pipelines.register.decay import Decay
from pipelines.register.taxonomy import Kind
from pipelines.register.workspace import Workspace

COUNTS = "access_e2sfca_per_1000 float64?, access_3sfca_per_1000 float64?"
GAP = "standard_minutes float64?, gap str?"
REACH = schema(
    "area_code str, cap_m float64, nearest_m float64?, nearest_minutes float64?, nearest_place_id str?,"
    f"n_within_10_min Int64?, n_within_15_min Int64?, {COUNTS}, {COVERED}, kind str, plural str, {GAP}, list_position Int64?",
    key="area_code",
)
NATIONAL = schema(
    "area_code str, cap_m float64, nearest_m float64?, nearest_minutes float64?, n_within_10_min Int64?,"
    f"n_within_15_min Int64?, {CHOICE}, {COVERED}, kind str, plural str, {GAP}, is_everywhere bool",
    key="area_code",
)
PAIR = schema(
    "area_code str, place_id str, distance_m float64, minutes float64, kind str, rule str", key="area_code place_id"
)
KNOWN_ONLY = [
    *("nearest_m", "nearest_minutes", "n_within_10_min", "n_within_15_min"),
    *("access_e2sfca_per_1000", "access_3sfca_per_1000", "n_within_choice", "choice"),
]


def reach_step(workspace: Workspace, kind: str) -> Step[Tables]:
    """The step that measures the reach of one kind of place."""
    taxonomy, geography = workspace.register.taxonomy, workspace.geography
    listed, entry = list(taxonomy.listed()), taxonomy.kinds[kind]
    return Step(
        f"reach/{kind}",
        "reach",
        f"Nearest of the {entry.plural}, and those within 10 and 15 minutes of each area.",
        (
            f"places/place:{counted_table(kind)}",
            f"places/cover:{cover_table(kind)}",
            f"places/cover:{national_cover_table(kind)}",
            "geography/areas",
            "geography/scope",
        ),
        {
            "name": kind,
            "kind": entry,
            "position": listed.index(kind) if kind in listed else None,
            "minutes": taxonomy.minutes,
            "near": taxonomy.borderline_share,
            "decay": taxonomy.catchment,
            "choice": taxonomy.choice_decay,
            "measure": measure_of(geography),
        },
        make_reach,
        {kind: REACH, national_table(kind): NATIONAL, f"{kind}.places": PAIR},
    )


def national_table(kind: str) -> str:
    """The name of the table of one kind's reach by the lists that cover the nation."""
    return f"{kind}.national"


def make_reach(given: Given) -> Tables:
    """Tables `<kind>` (a row per area asked), `<kind>.national` (the same by the lists that cover the nation, without access
    for each resident) and `<kind>.places` (a row per area and place within 15 minutes).

    Distances are walks in metres by the geography's measure. `nearest_m` is null beyond the measure's cap and where
    nobody looked; a count is zero only where the kind's source looked. `access_*_per_1000`: open places per 1,000
    residents within the catchment, unrounded. `gap`: within, borderline or beyond the kind's standard for the
    area's class; null where the kind has no standard there, nobody looked, or a place beyond the edge of the
    list's cover may be nearer. `plural` and `list_position` say how and where the kind stands in a list of what is
    missing; the position is null for a kind that is in none. `is_everywhere`: national lists looked for the kind in enough
    of the nation for it to count in what compares all its areas. `choice`, by those lists: places within a longer walk,
    each counting less the longer it is (see `choice_within`).
    """
    kind, entry, minutes = given.definition["name"], given.definition["kind"], given.definition["minutes"]
    measure, decay = given.definition["measure"], given.definition["decay"]
    chosen = given.frame(f"places/place:{counted_table(kind)}")
    homes, is_asked = homes_and_asked(given)
    origins = homes[is_asked].reset_index(drop=True)
    walks = measure.walks(_xy(origins), _xy(chosen), minutes[1])
    reach, pairs = _reach_and_pairs(measure, minutes, origins, chosen, walks)
    reach = pd.concat([reach, _access(measure, decay, homes, is_asked, chosen, walks)], axis=1)
    times = chosen["is_national"].to_numpy().astype(int)
    choice = given.definition["choice"]
    further = measure.walks(_xy(origins), _xy(chosen), choice.minutes)
    national = pd.DataFrame({"area_code": origins["area_code"], "cap_m": measure.cap_m}).assign(
        **nearest_counted(measure, origins, chosen, times),
        **counts_within(minutes, 1.0, walks, times, len(origins)),
        **choice_within(choice, 1.0, further, times, len(origins)),
    )
    reach, national = (
        _where_known(given, table, found.assign(kind=kind, plural=entry.plural), origins)
        for table, found in ((cover_table(kind), reach), (national_cover_table(kind), national))
    )
    unknown = reach["coverage"] == "unknown"
    reach.loc[unknown, "nearest_place_id"] = None
    reach["list_position"] = given.definition["position"]
    pairs = pairs[pairs["area_code"].isin(reach.loc[~unknown, "area_code"])].assign(kind=kind)
    pairs["rule"] = f"within {minutes[1]} minutes, {measure.name}"
    pairs = pairs.sort_values(["area_code", "place_id"], ignore_index=True)
    tables = {kind: reach, national_table(kind): national, f"{kind}.places": pairs}
    return tables, {"n_places": len(chosen), "n_national": int(times.sum())}


def _where_known(given: Given, cover: str, reach: pd.DataFrame, origins: pd.DataFrame) -> pd.DataFrame:
    """`reach` with its cover, null where nobody looked, and the gap."""
    reach = reach.merge(given.frame(f"places/cover:{cover}"), on="area_code", validate="1:1")
    reach.loc[reach["coverage"] == "unknown", reach.columns.intersection(KNOWN_ONLY)] = np.nan
    return with_gap(given.definition["measure"], given.definition["near"], given.definition["kind"], reach, origins)


def homes_and_asked(given: Given) -> tuple[pd.DataFrame, np.ndarray]:
    """The areas of the nation by code, with the point residents start from, and which of them are asked: these, in their
    order, are the rows of every table of reach."""
    columns = ["area_code", "rural_or_urban", "population", "x", "y"]
    homes = given.frame("geography/areas", columns=columns).sort_values("area_code", ignore_index=True)
    return homes, homes["area_code"].isin(given.frame("geography/scope")["area_code"]).to_numpy()


def _xy(frame: pd.DataFrame) -> np.ndarray:
    return frame[["x", "y"]].to_numpy(dtype=np.float64)


def nearest_counted(
    measure: Measure, origins: pd.DataFrame, places: pd.DataFrame, times: np.ndarray
) -> dict[str, np.ndarray]:
    """`nearest_m` and `nearest_minutes` per origin (NaN beyond the cap), where each place is counted so many `times`."""
    found = {name: np.full(len(origins), np.nan) for name in ("nearest_m", "nearest_minutes")}
    nearest = measure.nearest(_xy(origins), _xy(places)[times > 0])
    found["nearest_m"][nearest.i] = np.round(nearest.metres, 1)
    found["nearest_minutes"][nearest.i] = nearest.minutes
    return found


def counts_within(
    minutes: tuple[int, int], share: float, walks: Walks, times: np.ndarray, n: int
) -> dict[str, np.ndarray]:
    """`n_within_10_min` and so on for `n` origins, within that `share` of each walk, each place counted so many `times`."""
    weight = times[walks.j].astype(np.float64)
    return {
        f"n_within_{limit}_min": np.bincount(walks.i, weights=weight * (walks.minutes <= share * limit), minlength=n)
        for limit in minutes
    }


def _reach_and_pairs(
    measure: Measure, minutes: tuple[int, int], origins: pd.DataFrame, places: pd.DataFrame, walks: Walks
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The nearest place and the counts, a row per origin, and the pairs behind them; `walks` reach the longer limit."""
    n, ids = len(origins), places["place_id"].to_numpy(dtype=object)
    reach = pd.DataFrame({"area_code": origins["area_code"], "cap_m": measure.cap_m})
    nearest = measure.nearest(_xy(origins), _xy(places))
    to = np.full(n, None, dtype=object)
    to[nearest.i] = ids[nearest.j]
    for column, values in (("nearest_m", np.round(nearest.metres, 1)), ("nearest_minutes", nearest.minutes)):
        reach[column] = np.full(n, np.nan)
        reach.loc[nearest.i, column] = values
    reach["nearest_place_id"] = to
    for limit in minutes:  # counted unrounded, given to 0.1 m
        reach[f"n_within_{limit}_min"] = np.bincount(walks.i[walks.minutes <= limit], minlength=n)
    pairs = pd.DataFrame(
        {
            "area_code": origins["area_code"].to_numpy()[walks.i],
            "place_id": ids[walks.j],
            "distance_m": np.round(walks.metres, 1),
            "minutes": np.round(walks.minutes, 1),
        }
    )
    return reach, pairs


def _access(
    measure: Measure, decay: Decay, homes: pd.DataFrame, is_asked: np.ndarray, places: pd.DataFrame, walks: Walks
) -> pd.DataFrame:
    """Places per 1,000 residents, a row per area asked: each place shared by all who reach it, wherever they live.

    From the areas asked, places lie within one catchment, those who share them within two, and the other places that
    these choose among within three. `homes` are the areas of the nation by code, `places` by where they stand, `walks` from the
    areas asked: what is summed, and in which order, does not depend on what else was asked.
    """
    shared = np.unique(walks.j)
    sharers = np.unique(measure.walks(_xy(homes), _xy(places)[shared], decay.minutes).i)
    all_walks = measure.walks(_xy(homes)[sharers], _xy(places), decay.minutes)
    population = homes["population"].to_numpy(dtype=np.float64)[sharers]
    found = {}
    for name, method in (("e2sfca", e2sfca), ("3sfca", three_step)):
        access = np.zeros(len(homes))
        access[sharers] = 1000 * method(all_walks, population, np.ones(len(places)), decay)
        found[f"access_{name}_per_1000"] = access[is_asked]
    return pd.DataFrame(found)


def with_gap(measure: Measure, near: float, entry: Kind, reach: pd.DataFrame, origins: pd.DataFrame) -> pd.DataFrame:
    """`standard_minutes` for the area's class, and whether the nearest place meets it: within, borderline
    (on either side of it by less than the share `near`), or beyond."""
    standard = origins["rural_or_urban"].map(entry.standard_minutes).astype("float64")
    minutes = reach["nearest_minutes"].fillna(np.inf)
    gap = np.select(
        [minutes <= standard * (1 - near), minutes <= standard * (1 + near)], ["within", "borderline"], "beyond"
    )
    # a gap is a claim that there is nothing: not made where the edge of what the list covers is nearer than what was found
    edge_m, edge_minutes = measure.least(reach["edge_m"].fillna(np.inf))
    sure = (gap == "within") | (edge_m >= reach["nearest_m"].fillna(np.inf)) | (edge_minutes > standard * (1 + near))
    known = (reach["coverage"] != "unknown") & standard.notna() & sure
    reach["standard_minutes"] = standard
    reach["gap"] = pd.Series(gap, index=reach.index).where(known, None).astype("str")
    return reach
