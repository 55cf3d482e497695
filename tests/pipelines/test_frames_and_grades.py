"""Ranks inside frames, deciles, evidence grades, and how far a rank depends on choices."""

import numpy as np
import pandas as pd
import pytest
from fixtures.making import make_index

from pipelines.scoring.composite import score
from pipelines.scoring.grade import evidence_grade, evidence_strength, list_wholeness
from pipelines.scoring.normalise import ranks
from pipelines.scoring.robustness import draw_versions, rank_spread
from pipelines.scoring.scopes import decile, rank_in_scope
from pipelines.scoring.versions import Scorer


def ranked(scores, frames, sizes=None):
    scores, frames = pd.Series(scores, dtype=float), pd.Series(frames)
    return rank_in_scope(scores, frames, pd.Series(sizes) if sizes else frames.value_counts())


def test_rank_one_is_the_greatest_score_of_each_frame_and_ties_share_the_lowest():
    found = ranked([9, 7, 7, 1, 5, 6], ["x", "x", "x", "x", "y", "y"])
    assert found.tolist() == [1, 2, 2, 4, 2, 1]


@pytest.mark.parametrize(("n_scored", "is_ranked"), [(100, True), (99, True), (98, False)])
def test_a_frame_is_ranked_only_where_99_per_cent_of_it_is_scored(n_scored, is_ranked):
    scores = np.where(np.arange(100) < n_scored, np.arange(100.0), np.nan)
    found = ranked(scores, ["x"] * 100)
    assert found.notna().sum() == (n_scored if is_ranked else 0)


def test_a_frame_known_in_part_by_this_run_is_not_ranked():
    found = ranked([1, 2, 3, 4], ["whole", "whole", "part", "part"], {"whole": 2, "part": 5})
    assert found.tolist()[:2] == [2, 1]
    assert found[2:].isna().all()


def test_an_area_without_score_has_no_rank_even_in_a_covered_frame():
    scores = [np.nan, *range(199)]
    found = ranked(scores, ["x"] * 200)
    assert pd.isna(found[0])
    assert sorted(found[1:]) == list(range(1, 200))


def test_decile_is_the_ceiling_of_ten_times_the_share():
    n = 25  # cuts at 2.5, 5, 7.5 ...
    found = decile(pd.Series([1, 2, 3, 5, 6, 23, 25, None], dtype="Int64"), n)
    assert found.tolist()[:-1] == [1, 1, 2, 2, 3, 10, 10]
    assert pd.isna(found.iloc[-1])


def test_deciles_of_the_nation_are_even():
    found = decile(pd.Series(range(1, 33_756), dtype="Int64"), 33_755)
    assert found.value_counts().between(3375, 3376).all()
    assert found.min() == 1
    assert found.max() == 10


@pytest.mark.parametrize(
    ("observed", "whole", "age", "borderline", "modelled", "strength", "grade"),
    [
        (1.0, 1, 0, 0, 0, 1.0, "A"),
        (0.8, 1, 0, 0, 0, 0.8, "A"),  # on the limit
        (0.79, 1, 0, 0, 0, 0.79, "B"),
        (1.0, 0.6, 0, 0, 0, 0.6, "B"),
        (1.0, 1, 4, 0, 0, 0.8, "A"),
        (1.0, 1, 5, 0, 0, 0.75, "B"),
        (1.0, 1, 99, 0, 0, 0.5, "C"),  # age takes half at most
        (1.0, 1, -1, 0, 0, 1.0, "A"),  # evidence of next year is new
        (1.0, 1, 0, 1, 0, 0.9, "A"),
        (1.0, 1, 0, 0, 1, 0.8, "A"),
        (0.8, 0.9, 2, 0.5, 0.5, 0.8 * 0.9 * 0.9 * 0.95 * 0.9, "C"),  # small weaknesses add up
        (0.5, 0.7, 0, 0, 0, 0.35, "D"),
    ],
)
def test_each_weakness_of_the_evidence_takes_its_share(observed, whole, age, borderline, modelled, strength, grade):
    columns = [pd.Series([value], index=["a"], dtype=float) for value in (observed, whole, age, borderline, modelled)]
    found = evidence_strength(*columns)
    assert found["a"] == pytest.approx(strength)
    assert evidence_grade(found)["a"] == grade


def test_where_nothing_is_observed_there_is_no_grade():
    found = evidence_grade(pd.Series([np.nan, 0.0], index=["a", "b"]))
    assert pd.isna(found["a"])
    assert found["b"] == "D"


def test_a_list_is_worth_what_it_covers_and_holds():
    coverage = pd.Series(["observed", "partial", "partial", "unknown"])
    found = list_wholeness(coverage, pd.Series([1.0, 1.0, 0.4, 1.0]))
    assert found.tolist() == pytest.approx([1, 0.75, 0.3, 0])


MEMBERS = {f"m{i}": 0.25 for i in range(4)}
INDEX = make_index({"x": {"weight": 0.5, "members": MEMBERS}, "y": {"weight": 0.5, "members": {"n0": 0.5, "n1": 0.5}}})


def drawn_values(n=120) -> pd.DataFrame:
    random = np.random.default_rng(1)
    hidden = random.normal(size=n)
    columns = {name: hidden + random.normal(scale=0.7, size=n) for name in [*MEMBERS, "n0", "n1"]}
    return pd.DataFrame(columns, index=[f"a{i:03d}" for i in range(n)])


def spread(values, index=INDEX):
    scored = score(index, values, {}).score
    keep = np.flatnonzero(scored.notna())
    scorer = Scorer(index, values, {}, keep, np.zeros(len(keep), dtype=int))
    rank = ranks(scored.to_numpy()[keep])
    return rank_spread(scorer, draw_versions(index), rank).set_axis(values.index[keep])


def test_the_spread_of_ranks_is_the_same_every_time():
    pd.testing.assert_frame_equal(spread(drawn_values()), spread(drawn_values()))


def test_the_spread_brackets_the_rank():
    values = drawn_values()
    rank = pd.Series(ranks(score(INDEX, values, {}).score.to_numpy()), index=values.index)
    found = spread(values)
    assert (found["rank_low"] <= found["rank_high"]).all()
    assert found["rank_low"].min() >= 1
    assert found["rank_high"].max() <= len(values)
    assert ((found["rank_low"] <= rank) & (rank <= found["rank_high"])).mean() > 0.9
    assert (found["rank_high"] > found["rank_low"]).mean() > 0.5  # leaving an indicator out moves ranks
    assert found["worst_decile_share"].between(0, 1).all()
    # in every draw twelve of the 120 are among the worst tenth
    assert found["worst_decile_share"].sum() == pytest.approx(12)
    assert found["worst_decile_share"][rank == 1].item() > 0.9


def test_an_index_of_one_indicator_depends_on_no_choice():
    index = make_index({"x": {"members": {"m0": 1}}})
    values = drawn_values(20)[["m0"]]
    found = spread(values, index)
    rank = ranks(values["m0"].to_numpy())
    assert found["rank_low"].tolist() == found["rank_high"].tolist() == rank.tolist()
    assert found["worst_decile_share"].tolist() == [1.0 if r <= 2 else 0.0 for r in rank]


def test_areas_without_a_score_have_no_spread():
    values = drawn_values(30)
    values.iloc[3] = np.nan
    found = spread(values)
    assert values.index[3] not in found.index
    assert len(found) == 29
    assert found["rank_high"].max() <= 29
