"""When a headline is given: enough kinds known in an area, a place in the nation only where the nation is known, and never
where authorities that publish more would rank higher for it."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from fixtures.making import make_index, plant

from pipelines.core.step import run
from pipelines.indices.score import index_step
from pipelines.register.register import Indicator
from pipelines.scoring.composite import score
from pipelines.scoring.domain import Domain

NAN = np.nan
THREE = {"members": {"a": 1, "b": 1, "c": 1, "d": 1}, "least_members_read": 3, "minimum_weight": 0}


def frame(columns: dict) -> pd.DataFrame:
    values = pd.DataFrame(columns, dtype=float)
    return values.set_index(pd.Index([f"e{n:02}" for n in range(len(values))]))


def plain(domains, **more):
    return make_index(domains, normalise="none", **{"minimum_weight": 0, **more})


def test_an_area_with_fewer_kinds_known_than_are_needed_has_an_axis_and_no_score():
    index = plain({"stock": THREE, "need": {"members": {"n": 1}}}, aggregate="geometric")
    columns = {"a": [4, 4, NAN], "b": [4, 4, NAN], "c": [4, NAN, NAN], "d": [NAN] * 3, "n": [9, 9, 9]}
    found = score(index, frame(columns), {})
    assert found.n_known["stock"].tolist() == [3, 2, 0]
    assert found.score.iloc[0] == pytest.approx(6)
    assert found.score.iloc[1:].isna().all()
    assert found.domains["stock"].iloc[:2].tolist() == [4, 4]  # the axis is published wherever something is read
    assert found.short.fillna("").tolist() == ["", *["below_minimum_weight"] * 2]


def test_what_is_imputed_is_not_read():
    index = plain({"stock": THREE})
    values = frame({"a": [4], "b": [4], "c": [4], "d": [NAN]})
    found = score(index, values, {}, {"c": np.array([True])})
    assert found.n_known["stock"].tolist() == [2]
    assert found.score.isna().all()


def test_observed_zero_is_read_and_unknown_is_not():
    index = plain({"stock": THREE, "need": {"members": {"n": 1}}}, aggregate="geometric")
    zero = score(index, frame({"a": [0], "b": [0], "c": [0], "d": [NAN], "n": [50]}), {})
    assert zero.score.tolist() == [0]
    unknown = score(index, frame({"a": [0], "b": [0], "c": [NAN], "d": [NAN], "n": [50]}), {})
    assert unknown.score.isna().all()


@pytest.mark.parametrize(
    ("weights", "least", "message"),
    [
        ([0.5, 0.25, 0.25], 2, "one may weigh more than all the others"),
        ([0.6, 0.2, 0.2], 3, "one may weigh more than all the others"),
        ([0.5, 0.5], 3, "3 of 2 members are never known"),
        ([0.5, 0.25, 0.25], 3, None),
        ([0.5, 0.5], 2, None),
    ],
)
def test_no_member_may_weigh_more_than_the_others_together(weights, least, message):
    members = {name: {"weight": weight, "reason": "r"} for name, weight in zip("abc", weights, strict=False)}
    told = {"title": "t", "weight": 1, "reason": "r", "members": members, "least_members_read": least}
    if message is None:
        assert Domain.model_validate(told).least_members_read == least
    else:
        with pytest.raises(ValueError, match=message):
            Domain.model_validate(told)


def test_a_place_in_the_nation_needs_the_nation():
    domains = {"need": {"members": {"n": {"weight": 1, "reason": "r", "normalise": "percentile"}}}}
    known = frame({"n": [*range(99), NAN]})
    part = frame({"n": [*range(50), *[NAN] * 50]})
    whole = plain(domains, of_whole_nation=True)
    assert score(whole, known, {}).score.notna().sum() == 99
    found = score(whole, part, {})
    assert found.score.isna().all()
    assert set(found.short) == {"frame_not_covered"}
    assert found.domains["need"].notna().sum() == 50  # in the order of what is known
    assert score(plain(domains), part, {}).score.notna().sum() == 50


# ---- the guard


AREAS = 6  # of each council


def guarded(folder, rows: list[int], stock: list[float], withhold: float | None = 0.3, is_looked_for=True):
    """The index step over made-up councils of six areas, each of which keeps a register of so many `rows`, and in each of
    which areas have this `stock`."""
    n = len(rows)
    areas = pd.DataFrame({"area_code": [f"e{i:03}" for i in range(n * AREAS)]})
    areas["authority_code"] = [f"c{i // AREAS}" for i in range(n * AREAS)]
    areas[["nation_code", "region_code", "like_areas_code"]] = "n"
    lists = pd.DataFrame({"authority_code": [f"c{i}" for i in range(n)], "n_listed": rows})
    lists = lists.assign(kind="land", source="registers", is_looked_for=is_looked_for)
    within = np.tile(np.arange(AREAS), n)  # areas of a council differ among themselves
    values = areas[["area_code"]].assign(value=np.repeat(stock, AREAS) + within, coverage="observed", null_reason=None)
    plant(folder, "geography/areas", {"main": areas})
    plant(folder, "geography/scope", {"main": areas[["area_code"]]})
    plant(folder, "indicator/stock", {"main": values.assign(as_at=pd.Timestamp("2026-01-01"))})
    plant(folder, "places/cover", {"main": lists, "lists": lists})
    head = {"title": "t", "unit": "u", "direction": "neutral", "grain": "area", "inputs": ["reach"], "sql": ""}
    indicator = Indicator.model_validate({**head, "stem": "stock", "kinds": ["land"]})
    member = {"stock": {"weight": 1, "reason": "r", "of_register": True}}
    index = plain({"one": {"members": member}}, withhold_above=withhold)
    taxonomy = SimpleNamespace(kinds={"land": SimpleNamespace(subset_of=None)})
    register = SimpleNamespace(indicators={"stock": indicator}, indices={}, taxonomy=taxonomy)
    step = run(index_step(SimpleNamespace(register=register), index), folder)
    return step.meta, pd.read_parquet(step.path)


COUNCILS, EVEN = [30, 28, 32, 31, 29], [5.2, 5.8, 5.5, 6.0, 5.0]


def test_a_council_that_publishes_ten_times_as_much_and_ranks_first_for_it_withholds_the_headline(tmp_path):
    told, before = guarded(tmp_path / "before", COUNCILS, EVEN)
    assert not told["withheld"]
    assert told["register_correlation"] <= 0.3
    assert before["score"].notna().all()
    told, after = guarded(tmp_path / "after", [*COUNCILS, 300], [*EVEN, 60.0])
    assert told["withheld"]
    assert told["register_correlation"] > 0.3
    assert told["n_authorities"] == 6
    assert told["coverage_correlation"] == 0  # every area is as well observed as any other: only the register tells
    assert after["score"].isna().all()
    assert set(after["null_reason"]) == {"suppressed"}


def test_a_council_that_publishes_ten_times_as_much_and_ranks_no_higher_does_not(tmp_path):
    told, table = guarded(tmp_path, [*COUNCILS, 300], [*EVEN, 1.0])
    assert not told["withheld"]
    assert table["score"].notna().all()


def test_it_is_authorities_that_are_compared_and_not_areas(tmp_path):
    """Within every council the area with most stock scores most; the councils are alike, so nobody ranks higher for it."""
    told, _ = guarded(tmp_path, [30, 60, 300], [5.0, 5.0, 5.0])
    assert told["register_correlation"] == 0
    assert not told["withheld"]


def test_of_two_authorities_one_is_always_first_and_nothing_is_told(tmp_path):
    told, _ = guarded(tmp_path, [30, 300], [5.0, 60.0])
    assert (told["register_correlation"], told["n_authorities"], told["withheld"]) == (0, 2, False)


@pytest.mark.parametrize(("withhold", "looked"), [(None, True), (0.3, False)])
def test_without_a_limit_or_a_register_nothing_is_withheld(tmp_path, withhold, looked):
    told, table = guarded(tmp_path, [*COUNCILS, 300], [*EVEN, 60.0], withhold, looked)
    assert not told["withheld"]
    assert table["score"].notna().all()
