"""Draws of errors in places: each kind of place counted again with some places dropped and some counted twice, as often
as measured, and the indicators that rest on them worked out anew by their own SQL."""

from functools import cache

import numpy as np
import pandas as pd
from pydantic import Field

from geodata.records import Record, read_record
from pipelines import store
from pipelines.once import Made, made, once
from pipelines.query import run_sql
from pipelines.reach.distance import measure_of
from pipelines.reach.reach import chosen_places, origins_asked, within_reach
from pipelines.register import DEFINITIONS, Indicator
from pipelines.workspace import Workspace

DRAWS = 20


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


def make_reach_errors(workspace: Workspace, kind: str) -> Made:
    """Table `<kind>.errors`: the rows of the kind's reach, once per draw: each area stands in it as `code@draw`, draws from
    1, so that an indicator's SQL takes all draws at once, as if they were so many areas more."""
    taxonomy, measure = workspace.register.taxonomy, measure_of(workspace.geography)
    told = read_accuracy().of(kind)
    places, reach, stem = chosen_places(workspace, kind), made(workspace.data / "reach", kind), f"{kind}.errors"

    def make():
        table = pd.read_parquet(reach.path)
        origins = origins_asked(workspace)
        walks = measure.walks(origins[["x", "y"]].to_numpy(), places[["x", "y"]].to_numpy(), taxonomy.minutes[1])
        unknown = (table["coverage"] == "unknown").to_numpy()
        drawn = []
        for draw in range(1, DRAWS + 1):
            times = counted_as(places, draw, told)
            nearest, counts = within_reach(measure, taxonomy.minutes, origins, places, walks, times)
            more = {name: counts[limit] for limit, name in zip(taxonomy.minutes, ("n_within_10_min", "n_within_15_min"), strict=True)}  # fmt: skip
            copy = table.assign(area_code=table["area_code"] + f"@{draw}", nearest_m=nearest, **more)
            copy.loc[unknown, ["nearest_m", *more]] = np.nan
            drawn.append(copy.astype(dict.fromkeys(more, "Int64")))
        return {stem: pd.concat(drawn, ignore_index=True)}, {"n_draws": DRAWS}

    definition = {
        "told": told.model_dump(),
        "draws": DRAWS,
        "minutes": taxonomy.minutes,
        "distance": measure.definition,
    }
    inputs = {"reach": reach.data_version, "places": store.sha256(places[["x", "y"]].to_csv(index=False).encode())}
    return once(workspace.data / "reach", stem, definition, inputs, make)


def make_indicator_errors(workspace: Workspace, indicator: Indicator) -> Made:
    """Table `<indicator>.errors`: `area_code`, `draw` and `value`, by the indicator's own SQL over the reach of each draw."""
    steps = [made(workspace.data / "reach", f"{kind}.errors") for kind in indicator.kinds]
    stem = f"{indicator.stem}.errors"

    def make():
        found = run_sql(indicator.sql, {"reach": [step.path for step in steps]}, indicator.stem)
        area_draw = found["area_code"].str.rsplit("@", n=1, expand=True)
        table = pd.DataFrame({"area_code": area_draw[0], "draw": area_draw[1].astype("int32"), "value": found["value"].astype("float64")})  # fmt: skip
        return {stem: table.sort_values(["draw", "area_code"], ignore_index=True)}, {"n_draws": DRAWS}

    definition = indicator.model_dump(mode="json")
    return once(workspace.data / "indicators", stem, definition, {s.stem: s.data_version for s in steps}, make)


def read_errors(step: Made, universe: pd.Index) -> np.ndarray:
    """The values of an indicator by draw (rows) and area of the nation (columns); NaN where not known."""
    table = pd.read_parquet(step.path).pivot(index="draw", columns="area_code", values="value")
    return table.reindex(columns=universe).to_numpy(float)
