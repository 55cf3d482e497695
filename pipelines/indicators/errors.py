"""Draws of errors in places: each kind of place counted again with some places dropped and some counted twice, as often
as measured, and the indicators that rest on them worked out anew by their own SQL."""

from functools import cache

import numpy as np
import pandas as pd
from pydantic import Field

from geodata.distance import measure_of
from geodata.records import Record, read_record
from pipelines.core import store
from pipelines.core.once import Made, made, once
from pipelines.core.query import run_sql
from pipelines.reach.reach import chosen_places, counts_within, nearest_counted, origins_asked, with_gap
from pipelines.register.register import DEFINITIONS, Indicator, Register, drawn_indicators
from pipelines.register.workspace import Workspace

DRAWS = 10
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
    """How well the places of a kind are told apart: precision and recall of pairs of records."""

    precision: float = Field(gt=0, le=1)
    recall: float = Field(gt=0, le=1)


class Accuracy(Record):
    """What was measured, by kind, and over all kinds together for those that were not measured by themselves."""

    measured: str
    all: Agreement
    kinds: dict[str, Agreement] = {}

    def of(self, kind: str) -> Agreement:
        """The figures of one kind."""
        return self.kinds.get(kind, self.all)


@cache
def read_accuracy() -> Accuracy:
    """The measured figures. Raises DefinitionError naming file, line and key."""
    return read_record(Accuracy, DEFINITIONS / "accuracy.yml")


def counted_as(places: pd.DataFrame, draw: int, told: Agreement) -> np.ndarray:
    """How often each of `places` (`x`, `y` in metres) is counted in one draw: 0 (dropped), 1, or 2.

    From where it stands and the number of the draw alone, so that a place fares the same in every release, whatever id
    history gave it, and in a run for any areas.
    """
    spots = (places["x"].round(1).astype(str) + " " + places["y"].round(1).astype(str)).to_numpy(dtype=object)
    drop, double = (pd.util.hash_array(spots, hash_key=f"{what}{draw:012d}") / 2.0**64 for what in ("drop", "twin"))
    return np.where(drop < 1 - told.recall, 0, np.where(double < 1 - told.precision, 2, 1))


def drawn(register: Register) -> tuple[list[str], list[str]]:
    """The indicators that are worked out with errors in places, and the kinds of place they rest on: kinds, indicators."""
    indicators = sorted({name for index in register.indices.values() for name in drawn_indicators(register, index)})
    return sorted({kind for name in indicators for kind in register.indicators[name].kinds}), indicators


def make_errors(workspace: Workspace) -> Made:
    """Everything that is worked out with errors: `<kind>.errors` in reach, `<indicator>.errors` in indicators, and the
    table `with_errors` of how many rows each has. What is unchanged is not made again."""
    kinds, indicators = drawn(workspace.register)
    steps = [_reach_errors(workspace, kind) for kind in kinds]
    steps += [_indicator_errors(workspace, workspace.register.indicators[name]) for name in indicators]
    told = pd.DataFrame({"name": [step.stem for step in steps], "n_rows": [step.rows for step in steps]})
    inputs = {step.stem: step.data_version for step in steps}
    meta = {"n_draws": DRAWS, "n_catchments": len(CATCHMENTS)}
    return once(workspace.data / "indicators", "with_errors", meta, inputs, lambda: ({"with_errors": told}, meta))


def _reach_errors(workspace: Workspace, kind: str) -> Made:
    """Table `<kind>.errors`: the rows of the kind's reach where it is known, once per catchment and draw of errors: each
    area stands in it as `code@number`, so that an indicator's SQL takes all at once, as if they were so many areas more.

    Numbers count draws (0 for as counted) within catchments (the first as published); 0 itself, what is published, is
    left out. Counts, the nearest place and gaps are told anew; access for each resident stays as it is.
    """
    taxonomy, measure = workspace.register.taxonomy, measure_of(workspace.geography)
    told, entry = read_accuracy().of(kind), taxonomy.kinds[kind]
    places, reach, stem = chosen_places(workspace, kind), made(workspace.data / "reach", kind), f"{kind}.errors"

    def make():
        table = pd.read_parquet(reach.path).drop(columns=["nearest_place_id", "plural", "list_position"])
        known = np.flatnonzero(table["coverage"] != "unknown")
        table, origins = table.iloc[known].reset_index(drop=True), origins_asked(workspace).iloc[known]
        origins = origins.reset_index(drop=True)
        furthest = max(CATCHMENTS) * taxonomy.minutes[1]
        walks = measure.walks(origins[["x", "y"]].to_numpy(), places[["x", "y"]].to_numpy(), furthest)
        drawn = []
        for draw in range(DRAWS + 1):
            times = counted_as(places, draw, told) if draw else np.ones(len(places), dtype=int)
            nearest = nearest_counted(measure, origins, places, times)
            copy = with_gap(workspace, entry, table.assign(**nearest), origins)
            for number, share in enumerate(CATCHMENTS):
                counts = counts_within(taxonomy.minutes, share, walks, times, len(origins))
                at = number * (DRAWS + 1) + draw
                drawn.append(copy.assign(area_code=copy["area_code"] + f"@{at}", **counts))
        drawn = pd.concat(drawn[1:], ignore_index=True)  # the first is what is published
        return {stem: drawn}, {"n_draws": DRAWS, "n_catchments": len(CATCHMENTS)}

    definition = {
        "told": told.model_dump(),
        "draws": [DRAWS, *CATCHMENTS],
        "minutes": taxonomy.minutes,
        "distance": measure.definition,
    }
    inputs = {"reach": reach.data_version, "places": store.sha256(places[["x", "y"]].to_csv(index=False).encode())}
    return once(workspace.data / "reach", stem, definition, inputs, make)


def _indicator_errors(workspace: Workspace, indicator: Indicator) -> Made:
    """Table `<indicator>.errors`: `area_code`, `number` (of catchment and draw, as in the reach of its kinds) and `value`, by
    the indicator's own SQL; of the areas in which the indicator itself is known, for errors do not change what was
    looked for."""
    steps = [made(workspace.data / "reach", f"{kind}.errors") for kind in indicator.kinds]
    published, stem = made(workspace.data / "indicators", indicator.stem), f"{indicator.stem}.errors"

    def make():
        files = {"reach": [step.path for step in steps], "published": [published.path]}
        table = run_sql(OF_EACH_NUMBER.format(sql=indicator.sql), files, indicator.stem)
        return {stem: table}, {"n_draws": DRAWS}

    inputs = {step.stem: step.data_version for step in [*steps, published]}
    return once(workspace.data / "indicators", stem, indicator.model_dump(mode="json"), inputs, make)


def read_errors(step: Made, universe: pd.Index) -> np.ndarray:
    """The values of an indicator by catchment, draw (0 for as counted) and area of the nation; NaN where not known, and
    for what is published itself."""
    table = pd.read_parquet(step.path)
    found = np.full((len(CATCHMENTS) * (DRAWS + 1), len(universe)), np.nan)
    at = universe.get_indexer(table["area_code"])
    found[table["number"].to_numpy(), at] = table["value"].to_numpy()
    return found.reshape(len(CATCHMENTS), DRAWS + 1, len(universe))
