"""A definition may name its domains and indicators as it likes: no name changes a number, whatever the engine calls its own."""

import numpy as np
import pandas as pd
import pytest
from fixtures.indices import landscape, leaning, make_tree, scorer
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.core.problem import Problem
from pipelines.indices.any_table import Asked, score_table
from pipelines.indices.table_file import read_table
from pipelines.scoring.change import leaving_highest_tenth
from pipelines.scoring.explain import explain
from pipelines.scoring.robustness import rank_spread
from pipelines.scoring.sensitivity import Choices
from pipelines.scoring.versions import Version, as_defined
from pipelines.scoring.weight_sets import compare_sets, set_versions

# what the engine, pandas and the tables it writes call their own
TAKEN = ["key", "differ", "scratch", "total", ".total", "domain", "row", "index", "score", "none", "area_code", "self", "out"]  # fmt: skip
TAKEN += ["weight", "rank", "before", "expert", "equal", "contribution", "starts_from", "None", "nan", "x_before", "", " ", "ß", "a.b"]  # fmt: skip
NEUTRAL = ["d1", "d2", "d3", "s1", "s2", "m1", "m2", "m3", "m4", "m5"]
names = st.sampled_from(TAKEN) | st.text(st.characters(exclude_characters="/", codec="utf-8"), max_size=6)


def index_named(one, two, three, left, right, *members):
    a, b, c, d, e = members
    domains = {
        one: {"weight": 0.5, "transform": "exponential", "members": {a: 1}, "domains": {left: {"weight": 1, "members": {b: 1}}, right: {"weight": 1, "transform": "exponential", "members": {c: 1}}}},
        two: {"weight": 0.3, "members": {d: 1}},
        three: {"weight": 0.2, "aggregate": "geometric", "transform": "percentile", "members": {e: 1}},
    }  # fmt: skip
    return make_tree(domains, normalise="percentile", uncertainty={"draws": 20})


def numbers(called: list[str]) -> list:
    """All the engine finds of one index over one table, its domains and members `called` so."""
    index = index_named(*called)
    values = leaning(60, "abcde").set_axis(called[5:], axis=1)
    values.iloc[3, 0] = np.nan
    told, new = scorer(index, values), dict(zip(NEUTRAL, called, strict=True))
    base = as_defined(index)
    other = Version({new["d1"]: 1, new["d2"]: 2, new["d3"]: 3}, base.members | {new["m2"]: 3}, "min_max")
    versions = [base, other, Version(base.domains, base.members, "as_defined", "mazziotta_pareto")]
    ranks = told.groups.ranks(told.score(base))
    land, rows = landscape(index, values)
    sets = set_versions(index, land.scored.domains[list(index.parts)], [])
    pushes = [table["contribution"] for table in explain(land, rows)]
    needed = leaving_highest_tenth(land, rows, values)[["value", "value_needed"]]
    shifts = Choices(told, sets).mean_shifts(np.array([[0, 0], [1, 0], [2, 1]]), ranks)
    found = [told.all_ranks(versions), rank_spread(told, versions, ranks), *compare_sets(told, sets), *pushes, needed, shifts]  # fmt: skip
    return [table.select_dtypes("number") if isinstance(table, pd.DataFrame) else table for table in found]


@settings(deadline=None, max_examples=60)
@given(st.lists(names, min_size=3, max_size=3, unique=True), st.lists(names, min_size=7, max_size=7, unique=True))
def test_any_names_give_the_numbers_that_neutral_names_give(domains, parts):
    """Parts of one domain have names of their own; a domain, one below it and an indicator elsewhere may share one."""
    for found, expected in zip(numbers([*domains, *parts]), numbers(NEUTRAL), strict=True):
        np.testing.assert_array_equal(np.asarray(found, float), np.asarray(expected, float))


@pytest.mark.parametrize("name", ["key", "differ", "scratch", "total", "d2", "m4"])
def test_a_domain_of_any_name_has_the_spread_of_another(name):
    for at in (0, 1, 2):
        called = [*NEUTRAL[:at], name, *NEUTRAL[at + 1 :]]
        if len(set(called[:3])) == 3:
            for found, expected in zip(numbers(called), numbers(NEUTRAL), strict=True):
                np.testing.assert_array_equal(np.asarray(found, float), np.asarray(expected, float))


@pytest.mark.parametrize("domains", [{"a/b": {"members": {"x": 1}}}, {"a": {"members": {"x/y": 1}}}, {"a": {"domains": {"b/c": {"members": {"x": 1}}}}}])  # fmt: skip
def test_a_name_that_looks_like_a_path_is_refused(domains):
    with pytest.raises(ValueError, match="a name holds no /"):
        make_tree(domains)


@pytest.mark.parametrize("area", ["self", "index", "level_0", "code"])
def test_the_column_of_areas_may_have_any_name(tmp_path, area):
    file = tmp_path / "table.csv"
    file.write_text(f"{area},x\n01,1\n02,2\n")
    index = make_tree({"d": {"members": {"x": 1}}}, normalise="none")
    found = score_table(index, read_table(file), file.name)
    assert found[area].tolist() == ["01", "02"]
    assert found["rank"].tolist() == [2, 1]


@pytest.mark.parametrize(
    ("area", "frames", "domains"),
    [
        ("score", (), ["d"]),
        ("code", ("low",), ["d"]),
        ("code", ("shift_mean",), ["d"]),
        ("code", (), ["d", "d_before"]),
        ("rank", (), ["d"]),
    ],
)
def test_two_columns_of_a_result_never_share_a_name(area, frames, domains):
    index = make_tree({name: {"transform": "exponential", "members": {f"x{name}": 1}} for name in domains})
    table = pd.DataFrame({area: ["a", "b"], "low": "l", "shift_mean": "s", "xd": [1, 2], "xd_before": [2, 1]})
    with pytest.raises(Problem, match="two columns of the result would be named"):
        score_table(index.model_copy(update={"area_column": area}), table, asked=Asked(frames, spread=True))
