"""Domains beside an index and what no source tells yet, by hand; an index that would follow coverage is withheld."""

from itertools import permutations
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from fixtures.making import make_index, plant

from pipelines.core.step import run
from pipelines.indicators.indicator import oldest
from pipelines.indices.score import coverage_correlation, going_against, index_step
from pipelines.register.register import Indicator
from pipelines.scoring.composite import score
from pipelines.scoring.domain import Domain
from pipelines.scoring.robustness import draw_versions
from pipelines.scoring.versions import Scorer

NAN = np.nan


def frame(columns: dict) -> pd.DataFrame:
    values = pd.DataFrame(columns, dtype=float)
    return values.set_index(pd.Index([f"e{n:02}" for n in range(len(values))]))


def plain(domains, **more):
    return make_index(domains, normalise="none", **more)


# ---- what no source tells yet


def test_what_is_not_read_lowers_the_weight_observed_and_not_the_score():
    domain = {"members": {"a": 0.3, "b": 0.2}, "not_read": {"what nobody tells": 0.5}}
    found = score(plain({"one": domain}, minimum_weight=0.5), frame({"a": [10, 10, NAN], "b": [20, NAN, NAN]}), {})
    assert found.weight_by_domain["one"].tolist() == pytest.approx([0.5, 0.3, 0])
    assert found.domains["one"].iloc[0] == pytest.approx(14)  # (.3 x 10 + .2 x 20) / .5
    assert np.isnan(found.domains["one"].iloc[1])  # .3 is below the domain's minimum of a half
    assert found.weight_observed.tolist() == pytest.approx([0.5, 0, 0])
    assert found.score.iloc[0] == pytest.approx(14)
    assert found.score.iloc[1:].isna().all()


def test_the_weight_of_a_domain_of_which_little_is_read_is_told_as_not_observed():
    index = plain(
        {
            "places": {"weight": 0.55, "members": {"a": 1}},
            "spaces": {"weight": 0.15, "members": {"b": 0.2}, "not_read": {"parks": 0.8}},
            "ties": {"weight": 0.3, "members": {"c": 0.7}, "not_read": {"contact": 0.3}},
        },
        minimum_weight=0.6,
    )
    found = score(index, frame({"a": [40, NAN], "b": [90, 90], "c": [10, 10]}), {})
    assert found.domains["spaces"].isna().all()  # a fifth is too little to speak for spaces
    assert found.weight_observed.tolist() == pytest.approx([0.55 + 0.3 * 0.7, 0.3 * 0.7])
    # the arithmetic mean over the domains that are known, each weighing as much as is read of it
    assert found.score.iloc[0] == pytest.approx((0.55 * 40 + 0.3 * 0.7 * 10) / (0.55 + 0.3 * 0.7))
    assert np.isnan(found.score.iloc[1])


def test_the_share_read():
    assert Domain.model_validate(
        {
            "title": "t",
            "weight": 1,
            "reason": "r",
            "members": {"a": {"weight": 0.3, "reason": "r"}},
            "not_read": {"b": 0.7},
        }
    ).share_read == pytest.approx(0.3)


# ---- domains beside the index


INDEX = {
    "stock": {"members": {"s": 1}},
    "need": {"members": {"n": 1}},
    "support": {"members": {"c": 0.6}, "not_read": {"others": 0.4}, "beside": True},
}
COLUMNS = {"s": [4, 9, 0, 16, NAN], "n": [9, 4, 50, NAN, 9], "c": [NAN, 70, 10, 5, 5]}


def test_a_domain_beside_is_scored_and_no_part_of_the_index():
    index = plain(INDEX, aggregate="geometric", minimum_weight=1)
    found = score(index, frame(COLUMNS), {})
    assert found.score.tolist()[:3] == pytest.approx([6, 6, 0])  # the root of 4 x 9; no stock is zero
    assert found.score.iloc[3:].isna().all()
    assert found.weight_observed.tolist() == pytest.approx([1, 1, 1, 0.5, 0.5])
    assert found.domains["support"].iloc[1:].tolist() == [70, 10, 5, 5]
    assert found.weight_by_domain["support"].iloc[1:].tolist() == pytest.approx([0.6] * 4)
    without = plain(
        {name: domain for name, domain in INDEX.items() if name != "support"}, aggregate="geometric", minimum_weight=1
    )
    pd.testing.assert_series_equal(found.score, score(without, frame(COLUMNS), {}).score)


def test_a_domain_beside_moves_no_rank_in_any_draw():
    index = plain(INDEX, minimum_weight=0.5)
    values = frame(COLUMNS)
    keep = np.flatnonzero(score(index, values, {}).score.notna())
    ranks = [
        Scorer(index, told, {}, keep, np.zeros(len(keep), dtype=int)).all_ranks(draw_versions(index))
        for told in (values, values.assign(c=values["c"].to_numpy()[::-1]))
    ]
    np.testing.assert_array_equal(*ranks)


def test_weights_of_an_index_add_up_without_the_domains_beside_it():
    with pytest.raises(ValueError, match="the weights sum to"):
        plain({"a": {"weight": 0.7, "members": {"x": 1}}, "b": {"weight": 0.3, "members": {"y": 1}, "beside": True}} | {"c": {"weight": 0.7, "members": {"z": 1}}, "d": {"weight": 0.2, "members": {"w": 1}}})  # fmt: skip


# ---- withheld


def made_of(folder, n: int, coverage: list[str], stock: list[float], withhold: float | None = 0.3):
    """The index step on made-up indicators: `seen`, with this coverage, stands apart; `stock` makes the score."""
    codes = [f"e{i:02}" for i in range(n)]
    names = dict.fromkeys(("nation_code", "region_code", "authority_code", "like_areas_code"), "n")
    areas = pd.DataFrame({"area_code": codes, **names})
    plant(folder, "geography/areas", {"main": areas})
    plant(folder, "geography/scope", {"main": areas[["area_code"]]})
    stocked = ["unknown" if np.isnan(value) else "observed" for value in stock]
    for name, value, told in (("stock", stock, stocked), ("seen", range(n), coverage)):
        known = pd.Series(told) != "unknown"
        rows = pd.DataFrame({"area_code": codes, "indicator": name, "value": pd.Series(value, dtype=float).where(known), "coverage": told})  # fmt: skip
        rows["as_at"] = pd.Timestamp("2025-01-01")
        rows["null_reason"] = pd.Series("not_covered", index=rows.index, dtype="str").where(~known)
        plant(folder, f"indicator/{name}", {"main": rows})
    head = {
        "title": "t",
        "unit": "u",
        "direction": "neutral",
        "grain": "area",
        "inputs": ["x"],
        "sql": "",
    }
    indicators = {name: Indicator.model_validate({**head, "stem": name}) for name in ("stock", "seen")}
    index = plain(
        {"one": {"members": {"stock": 1}}, "beside": {"members": {"seen": 1}, "beside": True}},
        withhold_above=withhold, minimum_weight=1,
    )  # fmt: skip
    register = SimpleNamespace(indicators=indicators, indices={})
    step = run(index_step(SimpleNamespace(register=register), index), folder)
    return step, pd.read_parquet(step.path), pd.read_parquet(step.files["test.domain_score"])


HALF = ["observed"] * 10 + ["unknown"] * 10
UP = [float(n) for n in range(1, 21)]


def test_an_index_that_ranks_highest_where_most_is_known_is_withheld(tmp_path):
    step, table, domains = made_of(tmp_path, 20, HALF, UP[::-1])
    assert step.meta["withheld"]
    assert step.meta["coverage_correlation"] > 0.8
    assert table["score"].isna().all()
    assert table["rank_nation"].isna().all()
    assert set(table["null_reason"]) == {"suppressed"}  # there is a score, and it is held back
    assert table["evidence_grade"].isna().all()
    assert step.meta["n_scored"] == 0
    # the axes are published all the same
    assert domains.loc[domains["domain"] == "one", "score"].notna().all()


@pytest.mark.parametrize(
    ("coverage", "stock", "withhold"),
    [
        (HALF, UP, 0.3),  # higher where less is known
        (HALF, UP[::-1], None),  # no limit is set
        (["observed"] * 20, UP, 0.3),  # coverage is the same everywhere
        (HALF, [5.0] * 20, 0.3),  # and so is the score
        (["observed", "unknown"] * 10, UP, 0.3),
    ],
)
def test_an_index_that_does_not_is_published(tmp_path, coverage, stock, withhold):
    step, table, _ = made_of(tmp_path, 20, coverage, stock, withhold)
    assert not step.meta["withheld"]
    assert table["score"].notna().all()
    assert table["null_reason"].isna().all()


def test_where_an_index_is_withheld_an_area_that_has_no_score_keeps_its_own_reason(tmp_path):
    step, table, _ = made_of(tmp_path, 20, HALF, [*UP[:0:-1], np.nan])
    assert step.meta["withheld"]
    assert table["null_reason"].tolist() == ["suppressed"] * 19 + ["not_covered"]


def undated(folder, **dates):
    """The grade of an index of one domain whose indicators have these dates."""
    codes = ["e1"]
    names = dict.fromkeys(("nation_code", "region_code", "authority_code", "like_areas_code"), "n")
    areas = pd.DataFrame({"area_code": codes, **names})
    plant(folder, "geography/areas", {"main": areas})
    plant(folder, "geography/scope", {"main": areas[["area_code"]]})
    head = {"title": "t", "unit": "u", "direction": "neutral", "grain": "area", "inputs": ["x"], "sql": ""}  # fmt: skip
    for name, date in dates.items():
        rows = pd.DataFrame({"area_code": codes, "value": 1.0, "coverage": "observed", "as_at": pd.Timestamp(date), "null_reason": None})  # fmt: skip
        plant(folder, f"indicator/{name}", {"main": rows.astype({"as_at": "datetime64[ms]"})})
    indicators = {name: Indicator.model_validate({**head, "stem": name}) for name in dates}
    index = plain({"one": {"members": dict.fromkeys(dates, 1)}})
    register = SimpleNamespace(indicators=indicators, indices={})
    step = run(index_step(SimpleNamespace(register=register), index), folder)
    return pd.read_parquet(step.path)["evidence_grade"].item()


def test_evidence_without_a_date_is_graded_as_old_and_never_as_new(tmp_path):
    assert undated(tmp_path / "new", a="2026-01-01") == "A"
    assert undated(tmp_path / "old", a="2010-01-01") == "C"
    assert undated(tmp_path / "none", a=None) == "C"
    assert undated(tmp_path / "half", a=None, b="2026-01-01") == "C"
    assert undated(tmp_path / "half_too", b="2026-01-01", a=None) == "C"


def test_the_oldest_of_dates_is_not_known_where_one_is_not_in_whatever_order():
    new, old, none = pd.Timestamp("2025-01-01"), pd.Timestamp("2011-03-27"), pd.NaT
    for dates in permutations([new, old, none]):
        assert oldest(list(dates)) is pd.NaT
    assert {oldest(list(dates)) for dates in permutations([new, old])} == {old}
    assert oldest([]) is pd.NaT


def test_partly_covered_counts_half():
    index = plain({"one": {"members": {"a": 1}}, "two": {"members": {"b": 1}}})
    rows = lambda *told: pd.DataFrame({"coverage": list(told)}, index=list("xyz"))  # noqa: E731
    long = {"a": rows("observed", "partial", "unknown"), "b": rows("observed", "observed", "observed")}
    scores = pd.Series([3.0, 2.0, 1.0], index=list("xyz"))
    assert coverage_correlation(index, long, scores) == 1
    assert coverage_correlation(index, long, -scores) == -1
    assert coverage_correlation(index, long, scores.mask(scores < 3)) == 0  # one score goes with nothing


def test_the_town_s_index_tells_how_it_goes_with_coverage(town):
    step = town.workspace().register.indices["ownership_opportunity"]
    assert step.withhold_above == 0.3
    assert town.query("select indices_withheld from release") in ([("",)], [(None,)])


def test_a_direction_is_held_to_its_sign_with_the_index_or_explained():
    random = np.random.default_rng(1)
    x = random.normal(size=200)
    values = pd.DataFrame({"a": x, "b": x + random.normal(size=200) / 4, "turned": -x + random.normal(size=200) / 4})
    for why in (None, "for the test"):
        members = {"a": 0.5, "b": 0.3, "turned": {"weight": 0.2, "reason": "r", "against": why}}
        index = plain({"one": {"members": members}})
        found = going_against(index, score(index, values, {}), {})
        assert list(found) == ["turned"]
        assert found["turned"]["spearman"] < -0.5
        assert found["turned"]["reason"] == why
    right = {"turned": "higher_is_less_need"}
    assert going_against(index, score(index, values, right), right) == {}
