"""How larger areas stand as a whole, worked out by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.scoring.summaries import MEASURES, extent_weight, summarise

NAN = np.nan
BY_PERCENTILE = [*[1.0] * 10, *np.linspace(0.95, 0.05, 20), *[0.0] * 70]  # what a resident counts in the extent


def table(code, rank, population, score=None, size=100) -> pd.DataFrame:
    frame = pd.DataFrame({"code": code, "rank": rank, "population": population}).astype({"rank": float, "population": float})  # fmt: skip
    return frame.assign(score=score if score is not None else 101.0 - frame["rank"], size=size, scope="all")


def of_one(rank, population, **more) -> pd.Series:
    return summarise(table("x", rank, population, **more)).iloc[0]


def test_averages_are_by_residents_and_rank_upwards():
    # ranks 1 and 50 of 100 are 100 and 51 upwards: (100 x 300 + 51 x 100) / 400
    found = of_one([1, 50], [300, 100], score=[80.0, 20.0])
    assert found["average_rank"] == pytest.approx(87.75)
    assert found["average_score"] == pytest.approx(65)
    assert (found["n_areas"], found["population"]) == (2, 400)


def test_the_share_in_the_highest_tenth_is_of_areas():
    assert of_one([1, 10, 11, 100], [1, 1, 1, 997])["share_in_highest_tenth"] == 0.5


def test_extent_counts_residents_whole_in_the_tenth_and_by_percentile_to_three_tenths():
    # of 100: 1 to 10 count whole, 11 as .95, 20 as .95 - 9 x .9 / 19, 30 as .05, 31 and beyond not at all
    found = of_one([1, 10, 11, 20, 30, 31, 90], [10, 20, 60, 30, 40, 20, 20])
    at_20 = 0.95 - 9 * 0.9 / 19
    assert found["extent"] == pytest.approx((10 + 20 + 0.95 * 60 + at_20 * 30 + 0.05 * 40) / 200)


def test_a_percentile_is_rounded_up_and_an_exact_one_stays():
    # of 33,755: 3,375 is within the 10th percentile, 3,376 in the 11th; 10,126 in the 30th, 10,127 in the 31st
    ranks = pd.Series([3375, 3376, 3713, 3714, 10126, 10127])
    assert extent_weight(ranks, 33755).round(4).tolist() == [1, 0.95, 0.95, 0.9026, 0.05, 0]
    assert extent_weight(pd.Series([7, 10, 29]), 100).round(4).tolist() == [1, 1, 0.0974]


def test_local_concentration_takes_of_the_last_area_as_many_as_make_a_tenth():
    # a tenth of 1,000 is 100: all 60 of rank 1 (100 upwards), 40 of the 200 of rank 31 (70 upwards)
    found = of_one([31, 1, 90], [200, 60, 740])
    assert found["local_concentration"] == pytest.approx((60 * 100 + 40 * 70) / 100)


def test_local_concentration_that_ends_with_a_whole_area():
    assert of_one([1, 11, 90], [60, 40, 900])["local_concentration"] == pytest.approx((60 * 100 + 40 * 90) / 100)


def test_local_concentration_of_one_large_area_is_its_own_rank():
    assert of_one([5, 50], [900, 100])["local_concentration"] == 96


def test_identical_areas_are_all_alike():
    found = summarise(table(list("xxyy"), [1, 1, 1, 1], [100, 300, 7, 1]))
    for measure in MEASURES:
        assert found[measure].nunique() == 1
        assert found[f"rank_by_{measure}"].tolist() == [1, 1]
    assert found["average_rank"].tolist() == found["local_concentration"].tolist() == [100, 100]
    assert found["extent"].tolist() == [1, 1]


def test_ranks_are_among_all_larger_areas_and_ties_share_the_lowest():
    found = summarise(table(list("wxyz"), [1, 40, 40, 90], [1, 2, 3, 4])).set_index("code")
    assert found["rank_by_average_rank"].tolist() == [1, 2, 2, 4]
    assert found["rank_by_share_in_highest_tenth"].tolist() == [1, 2, 2, 2]


def test_an_area_nobody_lives_in_counts_only_as_an_area():
    one, other = of_one([1, 50], [0, 100]), of_one([50], [100])
    for measure in ("average_rank", "average_score", "extent", "local_concentration"):
        assert one[measure] == other[measure]
    assert one["share_in_highest_tenth"] == 0.5


def test_a_larger_area_nobody_lives_in_has_no_averages_and_no_rank_by_them():
    found = summarise(table(list("xy"), [1, 50], [0, 100])).set_index("code")
    for measure in ("average_rank", "average_score", "extent", "local_concentration"):
        assert np.isnan(found.loc["x", measure])
        assert pd.isna(found.loc["x", f"rank_by_{measure}"])
        assert found.loc["y", f"rank_by_{measure}"] == 1
    assert found.loc["x", "share_in_highest_tenth"] == 1


def test_areas_without_a_larger_one_are_in_none():
    assert summarise(table(["x", None, "x"], [1, 2, 3], [1, 1, 1]))["n_areas"].tolist() == [2]


def test_no_areas():
    found = summarise(table(pd.Series(dtype="str"), [], []))
    assert found.empty
    assert {"code", *MEASURES} <= set(found)


whole = st.lists(st.tuples(st.sampled_from("xyz"), st.integers(1, 3000)), min_size=1, max_size=60)


def by_person(rows) -> dict:
    """The same from a list of persons, one at a time (populations in tens, so that a tenth is a whole number)."""
    size, found = len(rows), {}
    for code in {code for code, _, _ in rows}:
        mine = sorted((rank, n) for c, rank, n in rows if c == code)
        persons = [rank for rank, n in mine for _ in range(n)]
        worst = persons[: len(persons) // 10]
        up = lambda told: np.mean([size + 1 - rank for rank in told])  # noqa: E731
        found[code] = {
            "average_rank": up(persons),
            "local_concentration": up(worst),
            "extent": np.mean([BY_PERCENTILE[-(-100 * rank // size) - 1] for rank in persons]),
        }
    return found


@settings(deadline=None, max_examples=60)
@given(whole, st.randoms(use_true_random=False))
def test_measures_are_those_of_persons_counted_one_by_one(told, random):
    order = random.sample(range(1, len(told) + 1), len(told))
    rows = [(code, rank, 10 * (1 + n % 30)) for (code, n), rank in zip(told, order, strict=True)]
    areas = table(*map(list, zip(*rows, strict=True)), size=len(rows))
    found = summarise(areas.sample(frac=1, random_state=1)).set_index("code")
    for code, expected in by_person(rows).items():
        for measure, value in expected.items():
            assert found.loc[code, measure] == pytest.approx(value, abs=1e-9), measure
        assert 0 <= found.loc[code, "extent"] <= 1
        assert found.loc[code, "local_concentration"] >= found.loc[code, "average_rank"] - 1e-9
