"""The rule by which a volunteers' or cut list has looked for a kind, on hand-made authorities."""

import pandas as pd
import pytest

from pipelines.places.looked_for import authorities_of, looked_for
from pipelines.register.taxonomy import LookedFor

RULE = LookedFor(least_share=0.15, least_expected=10)


def nation(n: int = 10, residents: float = 100_000, like: str = "Urban", region: str = "r1") -> pd.DataFrame:
    """`n` authorities of one class and region, named by their order."""
    codes = [f"{region}{like[0]}{i}" for i in range(n)]
    return pd.DataFrame(
        {"authority_code": codes, "residents": residents, "like": like, "region_code": region, "nation_code": "n"},
        index=codes,
    )


def verdict(authorities: pd.DataFrame, listed: list[int]) -> pd.DataFrame:
    return looked_for(RULE, authorities, pd.Series(listed, index=authorities.index))


def test_far_fewer_of_a_common_kind_than_like_authorities_have_is_not_looked_for():
    found = verdict(nation(), [100] * 7 + [15, 14, 0])
    assert found["n_expected"].tolist() == [100] * 10
    assert found["judged_by"].tolist() == ["authority"] * 10
    assert found["is_looked_for"].tolist() == [True] * 8 + [False] * 2  # 15 % is enough, 14 % is not


def test_expected_is_by_residents():
    authorities = nation()
    authorities.loc["r1U9", "residents"] = 1_000_000
    found = verdict(authorities, [100] * 10)
    assert found["n_expected"].iloc[-1] == pytest.approx(1000)
    assert not found["is_looked_for"].iloc[-1]  # a tenth of what like authorities have for their residents


def test_like_is_compared_with_like():
    both = pd.concat([nation(), nation(like="Rural")])
    found = verdict(both, [20] * 10 + [400] * 9 + [20])
    assert found["is_looked_for"].tolist() == [True] * 19 + [
        False
    ]  # 20 is usual in town, and next to nothing in the country


def test_a_list_cut_to_one_city_looked_for_nothing_elsewhere():
    city, others = nation(region="city"), nation(n=90, region="rest")
    found = verdict(pd.concat([city, others]), [120] * 10 + [0] * 88 + [1, 30])
    assert found["n_expected"].iloc[:99].tolist() == pytest.approx([120] * 99), (
        "by those that list some, for most of the class list none"
    )
    assert found["is_looked_for"].tolist() == [True] * 10 + [False] * 89 + [True]


def test_a_rare_kind_listed_here_and_there_was_looked_for_where_there_is_none():
    found = verdict(nation(n=30), [2, 1, 0] * 10)
    assert found["judged_by"].tolist() == ["region"] * 30
    assert found["is_looked_for"].all()


def test_a_rare_kind_of_which_a_whole_region_has_none_was_not_looked_for_there():
    both = pd.concat([nation(n=30, region="r1"), nation(n=30, region="r2")])
    found = verdict(both, [3, 2, 1] * 10 + [0] * 30)
    assert found["is_looked_for"].tolist() == [True] * 30 + [False] * 30
    with_one = verdict(both, [3, 2, 1] * 10 + [0] * 29 + [1])
    assert not with_one["is_looked_for"].iloc[30:].any(), (
        "one, of sixty expected, is what lies on the edge of a cut list"
    )


def test_a_kind_rare_everywhere_goes_by_the_nation():
    both = pd.concat([nation(n=3, region="r1"), nation(n=3, region="r2")])
    found = verdict(both, [1, 0, 0, 0, 0, 0])
    assert set(found["judged_by"]) == {"nation"}
    assert found["is_looked_for"].all()
    assert not verdict(both, [0] * 6)["is_looked_for"].any(), "of what it lists nowhere, it says nothing"


def test_a_small_authority_goes_by_its_region():
    authorities = nation()
    authorities.loc["r1U9", "residents"] = 2_000  # two expected
    found = verdict(authorities, [100] * 9 + [0])
    assert found["judged_by"].iloc[-1] == "region"
    assert found["is_looked_for"].all()


def test_authorities_are_of_the_class_most_of_their_residents_live_in():
    areas = pd.DataFrame(
        {
            "authority_code": ["a", "a", "b", "b"], "rural_or_urban": ["Rural", "Urban", "Rural", None],
            "population": pd.array([100, 300, 200, 100], dtype="Int64"), "region_code": ["r", "r", None, None],
            "nation_code": "n",
        }
    )  # fmt: skip
    found = authorities_of(areas)
    assert found["like"].to_dict() == {"a": "Urban", "b": "Rural"}
    assert found["residents"].to_dict() == {"a": 400, "b": 300}
    assert found["region_code"].to_dict() == {"a": "r", "b": "n"}, "a nation without regions is its own"
