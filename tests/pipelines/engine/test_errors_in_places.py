"""Draws of errors in places: how often a place is dropped or counted twice, and what the released spread rests on."""

import numpy as np
import pandas as pd

from pipelines.core.step import Given, output
from pipelines.indicators.errors import CATCHMENTS, DRAWS, Rates, counted_as, error_steps, read_accuracy, read_errors
from pipelines.indices import spread
from pipelines.indices.inputs import IndexInputs
from pipelines.scoring.robustness import rank_spread
from pipelines.scoring.sensitivity import sobol_indices


def places(n: int, n_lists: int = 1) -> pd.DataFrame:
    random = np.random.default_rng(0)
    return pd.DataFrame({"x": random.uniform(4e5, 6e5, n), "y": random.uniform(1e5, 3e5, n), "n_lists": n_lists})


def test_places_are_left_off_the_list_as_often_as_measured():
    times = np.concatenate([counted_as(places(20_000), draw, Rates(0.3, 0.2, 0.1)) for draw in (1, 2)])
    assert abs((times == 0).mean() - 0.1) < 0.005  # one list: no pair to miss or to get wrong
    assert set(times) == {0, 1}


def test_two_places_that_were_made_one_count_twice_where_two_lists_hold_it():
    told = pd.concat([places(10_000, 2), places(10_000).assign(x=lambda p: p["x"] + 1e6)], ignore_index=True)
    times = counted_as(told, 1, Rates(0.0, 0.2, 0.0))
    assert abs((times[:10_000] == 2).mean() - 0.2) < 0.02
    assert (times[10_000:] == 1).all()


def test_a_missed_twin_goes_and_never_the_last_of_its_spot():
    spots = places(4_000, 2).iloc[::2].assign(x=lambda p: (p["x"] / 1000).round() * 1000, y=lambda p: (p["y"] / 1000).round() * 1000)  # fmt: skip
    spots = spots.drop_duplicates(["x", "y"])
    alone, twins = spots[::2], spots[1::2]
    told = pd.concat([alone, twins, twins.assign(x=twins["x"] + 100.0)], ignore_index=True)
    times = counted_as(told, 1, Rates(0.5, 0.0, 0.0))
    n = len(alone)
    assert (times[:n] == 1).all()
    of_two = times[n:].reshape(2, -1)
    assert (of_two.max(axis=0) == 1).all()
    # each of two with one chance in two, but never both: the one whose number is the greater stays
    assert abs((of_two.sum(axis=0) == 1).mean() - 0.75) < 0.06


def test_a_place_fares_by_where_it_stands_whatever_else_is_there():
    told, whole = Rates(0.0, 0.0, 0.3), places(500)
    fared = counted_as(whole, 3, told)
    part = whole.sample(100, random_state=1)
    np.testing.assert_array_equal(counted_as(part, 3, told), fared[part.index])
    assert (counted_as(whole, 4, told) != fared).any()


def test_of_what_was_not_measured_nothing_is_drawn():
    accuracy = read_accuracy()
    assert accuracy.of("school") == Rates(0, 0, 0)
    assert (counted_as(places(200, 2), 1, accuracy.of("school")) == 1).all()
    found = accuracy.lists["library"]
    assert accuracy.of("library").omitted == 1 - found.found / found.compared > 0
    assert accuracy.of("community_centre").omitted == 0  # pairs were measured, lists against each other were not


def test_releases_of_other_data_have_the_same_versions(town, monkeypatch):
    """The step draws by the definition alone: where a member is not known anywhere, and places were never drawn anew, the
    versions are those of the release before."""
    seen = []

    def told(scorer, versions, rank):
        seen.append(versions)
        return rank_spread(scorer, versions[:20], rank)

    monkeypatch.setattr(spread, "rank_spread", told)
    monkeypatch.setattr(spread, "sobol_indices", lambda choices, rank: sobol_indices(choices, rank[:0]))
    workspace = town.workspace()
    step = spread.spread_step(workspace, workspace.register.indices["infrastructure_gap"])
    given = Given(town.data, step.inputs, step.definition)
    spread.make_spread(given)
    values = IndexInputs.values.func

    class Blank:
        def __get__(self, inputs, owner=None):
            return values(inputs).assign(nearest_library_m=np.nan)

    monkeypatch.setattr(IndexInputs, "values", Blank())
    monkeypatch.setattr(spread, "read_errors", lambda step, universe: np.full_like(read_errors(step, universe), np.nan))
    spread.make_spread(given)
    assert len(seen) == 2
    assert seen[0] == seen[1]
    assert any("nearest_library_m" not in version.members for version in seen[1])
    assert {version.places for version in seen[1]} == set(range(DRAWS + 1))


def test_values_with_errors_stand_beside_what_is_published(town):
    register = town.workspace().register
    universe = pd.read_parquet(output(town.data, "geography/areas").path)["area_code"]
    names = [step.key.partition("/") for step in error_steps(town.workspace())]
    kinds, indicators = ([name for kind, _, name in names if kind == of] for of in ("reach_errors", "indicator_errors"))
    assert set(kinds) <= set(register.taxonomy.counted())
    moved = {True: 0, False: 0}
    for name in indicators:
        published = pd.read_parquet(output(town.data, f"indicator/{name}").path).set_index("area_code")
        values = published["value"].reindex(universe).to_numpy()
        found = read_errors(output(town.data, f"indicator_errors/{name}"), pd.Index(universe))
        assert found.shape == (len(CATCHMENTS), DRAWS + 1, len(universe))
        assert np.isnan(found[0, 0]).all()  # what is published itself is not repeated
        assert (np.isnan(found[0, 1:]).all(axis=0) | (published["coverage"].reindex(universe) != "unknown")).all()
        of = [read_accuracy().of(kind) for kind in register.indicators[name].kinds]
        told = ~np.isnan(values)
        moved[any(rates != Rates(0, 0, 0) for rates in of)] += (found[0, 1:, told] != values[told, None]).any()
        if name.endswith("within_15_min"):
            shorter, longer = found[1, 0], found[2, 0]
            known = ~np.isnan(values)
            assert (shorter[known] <= values[known]).all()
            assert (longer[known] >= values[known]).all()
        if name.startswith("nearest_"):
            np.testing.assert_array_equal(
                found[1, 1:], found[0, 1:]
            )  # how far the nearest is does not hang on the walk
    assert moved[True] >= 1
    assert moved[False] == 0  # of whose kinds nothing was measured
