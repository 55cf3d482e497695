"""Draws of errors in places: how often a place is dropped or counted twice, and what the released spread rests on."""

import numpy as np
import pandas as pd

from pipelines.core.step import output
from pipelines.indicators.errors import CATCHMENTS, DRAWS, Agreement, counted_as, error_steps, read_errors, spots_of


def spots(n: int) -> pd.DataFrame:
    random = np.random.default_rng(0)
    return pd.DataFrame({"x": random.uniform(5e5, 5.5e5, n), "y": random.uniform(1.6e5, 2e5, n)})


def test_places_are_dropped_and_doubled_as_often_as_measured():
    times = np.concatenate(
        [counted_as(spots_of(spots(20_000)), draw, Agreement(precision=0.9, recall=0.8)) for draw in (1, 2)]
    )
    assert abs((times == 0).mean() - 0.2) < 0.01  # 1 - recall
    assert abs((times == 2).mean() - 0.8 * 0.1) < 0.01  # 1 - precision, of those not dropped
    assert set(times) == {0, 1, 2}


def test_a_place_fares_by_where_it_stands_whatever_else_is_there():
    told, places = Agreement(precision=0.9, recall=0.8), spots(500)
    whole = counted_as(spots_of(places), 3, told)
    part = places.sample(100, random_state=1)
    np.testing.assert_array_equal(counted_as(spots_of(part), 3, told), whole[part.index])
    assert (counted_as(spots_of(places), 4, told) != whole).any()


def test_what_is_measured_without_error_changes_nothing():
    assert (counted_as(spots_of(spots(200)), 1, Agreement(precision=1, recall=1)) == 1).all()


def test_values_with_errors_stand_beside_what_is_published(town):
    register = town.workspace().register
    universe = pd.read_parquet(output(town.data, "geography/areas").path)["area_code"]
    names = [step.key.partition("/") for step in error_steps(town.workspace())]
    kinds, indicators = ([name for kind, _, name in names if kind == of] for of in ("reach_errors", "indicator_errors"))
    assert set(kinds) <= set(register.taxonomy.counted())
    moved = 0
    for name in indicators:
        published = pd.read_parquet(output(town.data, f"indicator/{name}").path).set_index("area_code")
        values = published["value"].reindex(universe).to_numpy()
        found = read_errors(output(town.data, f"indicator_errors/{name}"), pd.Index(universe))
        assert found.shape == (len(CATCHMENTS), DRAWS + 1, len(universe))
        assert np.isnan(found[0, 0]).all()  # what is published itself is not repeated
        assert (np.isnan(found[0, 1:]).all(axis=0) | (published["coverage"].reindex(universe) != "unknown")).all()
        moved += (found[0, 1:] != values).any() and not np.isnan(values).all()
        if name.endswith("within_15_min"):
            shorter, longer = found[1, 0], found[2, 0]
            known = ~np.isnan(values)
            assert (shorter[known] <= values[known]).all()
            assert (longer[known] >= values[known]).all()
        if name.startswith("nearest_"):
            np.testing.assert_array_equal(
                found[1, 1:], found[0, 1:]
            )  # how far the nearest is does not hang on the walk
    assert moved >= len(indicators) / 2
