"""Draws of errors in places: each kind of place counted again as if some were the same place twice, some two places in
one and some not on the list, as often as measured of places, and the indicators that rest on them worked out anew by their
own SQL. What was not measured of a kind is not drawn."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from pydantic import Field
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geodata.distance import measure_of
from geodata.records import Record, read_record
from pipelines.core.query import run_sql
from pipelines.core.schema import schema
from pipelines.core.step import Given, Output, Step, Tables
from pipelines.places.cover import COVERED
from pipelines.places.places import counted_table
from pipelines.reach.choice import choice_within
from pipelines.reach.reach import GAP, counts_within, homes_and_asked, national_table, nearest_counted, with_gap
from pipelines.register.register import DEFINITIONS, Indicator, drawn_indicators
from pipelines.register.workspace import Workspace

REACH_ERRORS = schema(
    "area_code str, cap_m float64, nearest_m float64?, nearest_minutes float64?, n_within_10_min float64,"
    f"n_within_15_min float64, n_within_choice float64, choice float64, {COVERED}, kind str, {GAP}, is_everywhere bool",
    key="area_code",
)
INDICATOR_ERRORS = schema("area_code str, number int32, value float64?", key="area_code number")
DRAWS = 10
SPOT_M = 150.0  # records of one place stand this near each other (places/matching.py)
CATCHMENTS = (1.0, 0.8, 1.2)  # the walks within which places count: as published, a fifth shorter, a fifth longer
CATCHMENT_NAMES = ("as published", "a fifth shorter", "a fifth longer")

OF_EACH_NUMBER = """
select split_part(f.area_code, '@', 1) as area_code, split_part(f.area_code, '@', 2)::integer as number, f.value::double as value
from (
{sql}
) as f
semi join (select * from published where coverage != 'unknown') as p on p.area_code = split_part(f.area_code, '@', 1)
order by number, area_code
"""


class Agreement(Record):
    """How well records of a kind are matched to places: precision and recall of pairs of records."""

    precision: float = Field(1.0, gt=0, le=1)
    recall: float = Field(1.0, gt=0, le=1)


class Found(Record):
    """Of how many places `compared` of `others` (sources) the `source` that a kind is counted from holds so many; `against`
    is those lists in words."""

    source: str
    others: list[str] = Field(min_length=1)
    compared: int = Field(gt=0)
    found: int = Field(ge=0)
    against: str


class Accuracy(Record):
    """What was measured, by kind: how well pairs are told (`all`: over all kinds together) and what lists hold of others."""

    measured: str
    all: Agreement
    kinds: dict[str, Agreement] = {}
    lists: dict[str, Found] = {}

    def of(self, kind: str) -> "Rates":
        """What is drawn of one kind; nothing where nothing was measured."""
        pairs, found = self.kinds.get(kind, Agreement()), self.lists.get(kind)
        return Rates(1 - pairs.recall, 1 - pairs.precision, 1 - found.found / found.compared if found else 0.0)


@dataclass(frozen=True)
class Rates:
    """How often pairs of records of one place are missed, pairs are of two places, and places are not on the list."""

    missed: float
    wrong: float
    omitted: float


@cache
def read_accuracy() -> Accuracy:
    """The measured figures. Raises DefinitionError naming file, line and key."""
    return read_record(Accuracy, DEFINITIONS / "accuracy.yml")


def spots_of(places: pd.DataFrame) -> np.ndarray:
    """Where each of `places` (`x`, `y` in metres) stands, to the decimetre, as text."""
    return (places["x"].round(1).astype(str) + " " + places["y"].round(1).astype(str)).to_numpy(dtype=object)


def around(places: pd.DataFrame) -> np.ndarray:
    """A number for each spot of places that stand within 150 m of another of it."""
    pairs = cKDTree(places[["x", "y"]].to_numpy(float)).query_pairs(SPOT_M, output_type="ndarray")
    links = coo_array((np.ones(len(pairs)), pairs.T), shape=(len(places),) * 2)
    return connected_components(links, directed=False)[1]


def counted_as(places: pd.DataFrame, draw: int, rates: Rates) -> np.ndarray:
    """How often each place of a kind (`x`, `y`; `n_lists` that hold it) is counted in one draw: 0, 1 or 2.

    Not at all where it is left off the list; or where it is a twin that was missed, with chance `missed` times the share
    of places that two lists hold, but never the last place of its spot. Twice, where two lists hold it, with chance
    `wrong`. By where it stands and the number of the draw alone, so that a place fares the same in every release, whatever
    id history gave it.
    """
    if not len(places):
        return np.zeros(0, dtype=int)
    spots, on_two = spots_of(places), (places["n_lists"] > 1).to_numpy()
    omitted, twin, split = (pd.util.hash_array(spots, hash_key=f"{what}{draw:012d}") / 2.0**64 for what in ("gone", "twin", "pair"))  # fmt: skip
    taken = pd.Series(twin).groupby(around(places)).transform("idxmax").to_numpy() != np.arange(len(places))
    taken &= twin < rates.missed * on_two.mean()
    return np.where((omitted < rates.omitted) | taken, 0, np.where(on_two & (split < rates.wrong), 2, 1))


def error_steps(workspace: Workspace) -> list[Step[Tables]]:
    """The steps that count places again with errors: the reach of each kind that an index with draws rests on, then the
    indicators that rest on it."""
    register = workspace.register
    indicators = sorted({name for index in register.indices.values() for name in drawn_indicators(register, index)})
    kinds = sorted({kind for name in indicators for kind in register.indicators[name].kinds})
    return [
        *(_reach_errors_step(workspace, kind) for kind in kinds),
        *(_indicator_errors_step(register.indicators[name]) for name in indicators),
    ]


def _reach_errors_step(workspace: Workspace, kind: str) -> Step[Tables]:
    taxonomy = workspace.register.taxonomy
    entry = taxonomy.kinds[kind]
    return Step(
        f"reach_errors/{kind}",
        "reach",
        f"The reach of {entry.plural}, with {DRAWS} draws of errors in places and within three walks.",
        (
            f"reach/{kind}:{national_table(kind)}",
            f"places/place:{counted_table(kind)}",
            "geography/areas",
            "geography/scope",
        ),
        {
            "name": kind,
            "kind": entry,
            "rates": read_accuracy().of(kind),
            "draws": [DRAWS, *CATCHMENTS],
            "minutes": taxonomy.minutes,
            "near": taxonomy.borderline_share,
            "choice": taxonomy.choice_decay,
            "measure": measure_of(workspace.geography),
        },
        make_reach_errors,
        {f"{kind}.errors": REACH_ERRORS},
    )


def make_reach_errors(given: Given) -> Tables:
    """Table `<kind>.errors`: the rows of the kind's reach by national lists where it is known, once per catchment and draw of errors: each
    area stands in it as `code@number`, so that an indicator's SQL takes all at once, as if they were so many areas more.

    Numbers count draws (0 for as counted) within catchments (the first as published); 0 itself, what is published, is
    left out. Counts, the nearest place and gaps are worked out anew.
    """
    kind, minutes, measure = (given.definition[name] for name in ("name", "minutes", "measure"))
    places = given.frame(f"places/place:{counted_table(kind)}").query("is_national").reset_index(drop=True)
    table = given.frame(f"reach/{kind}:{national_table(kind)}").drop(columns="plural")
    known = np.flatnonzero(table["coverage"] != "unknown")
    homes, is_asked = homes_and_asked(given)
    table, origins = table.iloc[known].reset_index(drop=True), homes[is_asked].iloc[known].reset_index(drop=True)
    decay = given.definition["choice"]
    furthest = max(CATCHMENTS) * max(minutes[1], decay.minutes)
    walks = measure.walks(origins[["x", "y"]].to_numpy(), places[["x", "y"]].to_numpy(), furthest)
    drawn = []
    for draw in range(DRAWS + 1):
        times = np.ones(len(places), dtype=int)
        if draw:
            times = counted_as(places, draw, given.definition["rates"])
        nearest = nearest_counted(measure, origins, places, times)
        copy = with_gap(measure, given.definition["near"], given.definition["kind"], table.assign(**nearest), origins)
        for number, share in enumerate(CATCHMENTS):
            counts = counts_within(minutes, share, walks, times, len(origins))
            counts |= choice_within(decay, share, walks, times, len(origins))
            at = number * (DRAWS + 1) + draw
            drawn.append(copy.assign(area_code=copy["area_code"] + f"@{at}", **counts))
    drawn = pd.concat(drawn[1:], ignore_index=True)  # the first is what is published
    return {f"{kind}.errors": drawn}, {"n_draws": DRAWS, "n_catchments": len(CATCHMENTS)}


def _indicator_errors_step(indicator: Indicator) -> Step[Tables]:
    return Step(
        f"indicator_errors/{indicator.stem}",
        "indicators",
        f"{indicator.title}, with {DRAWS} draws of errors in places and within three walks.",
        (*(f"reach_errors/{kind}" for kind in indicator.kinds), f"indicator/{indicator.stem}"),
        {"indicator": indicator},
        make_indicator_errors,
        {f"{indicator.stem}.errors": INDICATOR_ERRORS},
    )


def make_indicator_errors(given: Given) -> Tables:
    """Table `<indicator>.errors`: `area_code`, `number` (of catchment and draw, as in the reach of its kinds) and `value`, by
    the indicator's own SQL; of the areas in which the indicator itself is known, for errors do not change what was
    looked for."""
    indicator: Indicator = given.definition["indicator"]
    views = {
        "national_reach": [given.path(f"reach_errors/{kind}") for kind in indicator.kinds],
        "published": [given.path(f"indicator/{indicator.stem}")],
    }
    table = run_sql(OF_EACH_NUMBER.format(sql=indicator.sql), views, indicator.stem)
    return {f"{indicator.stem}.errors": table}, {"n_draws": DRAWS}


def read_errors(step: Output, universe: pd.Index) -> np.ndarray:
    """The values of an indicator by catchment, draw (0 for as counted) and area of the nation; NaN where not known, and
    for what is published itself."""
    table = pd.read_parquet(step.path)
    found = np.full((len(CATCHMENTS) * (DRAWS + 1), len(universe)), np.nan)
    at = universe.get_indexer(table["area_code"])
    found[table["number"].to_numpy(), at] = table["value"].to_numpy()
    return found.reshape(len(CATCHMENTS), DRAWS + 1, len(universe))
