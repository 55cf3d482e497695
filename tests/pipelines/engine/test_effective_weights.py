"""A domain half read does not count whole: what each indicator weighs, stated and in a run, and the score that follows."""

import numpy as np
import pandas as pd
import pytest
from fixtures.making import make_index

from pipelines.scoring.composite import scale_members, score
from pipelines.scoring.effective import effective_weights, nominal_weights
from pipelines.scoring.explain import Landscape, explain
from pipelines.scoring.versions import Scorer, as_defined

INDEX = make_index(
    {
        "near": {"weight": 0.5, "members": {"a": 0.5, "b": 0.5}},
        "spaces": {"weight": 0.2, "members": {"c": 1}},
        "ties": {"weight": 0.3, "members": {"d": 0.6}, "not_read": {"contact": 0.4}},
    },
    normalise="none",
    minimum_weight=0.5,
)


def values(n=30, **given) -> pd.DataFrame:
    random = np.random.default_rng(2)
    drawn = pd.DataFrame({name: random.uniform(0, 100, n) for name in "abcd"}, index=[f"e{i:02}" for i in range(n)])
    return drawn.assign(**given)


def test_what_is_not_read_takes_its_weight_out_of_the_index():
    assert nominal_weights(INDEX) == pytest.approx({"a": 0.25, "b": 0.25, "c": 0.2, "d": 0.18})
    of = 0.5 + 0.2 + 0.18
    assert effective_weights(INDEX) == pytest.approx({"a": 0.25 / of, "b": 0.25 / of, "c": 0.2 / of, "d": 0.18 / of})


def test_a_member_left_out_takes_its_weight_out_of_its_domain_and_of_the_index():
    read = INDEX.as_read(["b", "c"])
    of = 0.25 + 0.18
    assert effective_weights(read) == pytest.approx({"a": 0.25 / of, "b": 0, "c": 0, "d": 0.18 / of})
    assert effective_weights(INDEX)["b"] > 0, "the definition itself stays as it is"
    assert read.model_dump() == INDEX.model_dump()


@pytest.mark.parametrize("left_out", [[], ["b"], ["b", "c"]])
def test_the_score_is_the_sum_of_effective_weights(left_out):
    index, table = INDEX.as_read(left_out), values(**dict.fromkeys(left_out, np.nan))
    found = score(index, table, {})
    weights = effective_weights(index)
    expected = sum(weights[name] * table[name].fillna(0) for name in table)
    if 0.25 * (left_out == []) + 0.43 + 0.2 * ("c" not in left_out) >= 0.5:
        pd.testing.assert_series_equal(found.score, expected, check_names=False)
    else:
        assert found.score.isna().all(), "under half of the weight is read"


def test_versions_and_explanations_weigh_alike():
    index, table = INDEX.as_read(["b"]), values(b=np.nan)
    found = score(index, table, {})
    scorer = Scorer(index, table, {}, np.arange(len(table)), np.zeros(len(table), dtype=int))
    np.testing.assert_allclose(scorer.score(as_defined(index)), found.score)
    scaled = scale_members(index, {name: table[name].to_numpy() for name in table}, {})
    domains, indicators = explain(Landscape(index, scaled, found), np.arange(len(table)))
    both = domains.groupby("row")["contribution"].sum() + domains.groupby("row")["starts_from"].first()
    np.testing.assert_allclose(both, found.score)
    np.testing.assert_allclose(
        indicators.groupby(["row", "domain"])["contribution"].sum(),
        domains.set_index(["row", "domain"])["contribution"].sort_index(),
    )
    weights, one = effective_weights(index), domains[domains["domain"] == "ties"]
    np.testing.assert_allclose(one["contribution"], weights["d"] * (table["d"] - table["d"].mean()))


def test_a_domain_below_weighs_as_much_as_is_read_of_it():
    below = {"inner": {"weight": 0.5, "reason": "r", "title": "t", "members": {"b": {"weight": 0.4, "reason": "r"}}, "not_read": {"x": 0.6}, "minimum_weight": 0.2}}  # fmt: skip
    index = make_index({"one": {"members": {"a": 0.5}, "domains": below}}, normalise="none", minimum_weight=0.5)
    assert effective_weights(index) == pytest.approx({"a": 0.5 / 0.7, "b": 0.2 / 0.7})
    table = values()[["a", "b"]]
    np.testing.assert_allclose(score(index, table, {}).score, (0.5 * table["a"] + 0.2 * table["b"]) / 0.7)
