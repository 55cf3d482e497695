"""Domains below domains, by hand; and the published Index of Multiple Deprivation from its sub-domains."""

import io

import numpy as np
import pandas as pd
import pytest
import requests
from fixtures.indices import leaning, make_tree, scored
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.indices.any_table import Asked, score_file, score_table
from pipelines.register.register import DEFINITIONS
from pipelines.scoring import normalise
from pipelines.scoring.composite import scale_members, score_domains
from pipelines.scoring.definition import read_index
from pipelines.scoring.versions import as_defined, can_be_left_out

NAN = np.nan
TREE = {
    "one": {
        "weight": 0.6,
        "members": {"a": 0.5},
        "domains": {
            "left": {"weight": 0.3, "members": {"b": 0.25, "c": 0.75}},
            "right": {"weight": 0.2, "domains": {"deep": {"members": {"d": 0.5, "e": 0.5}}}},
        },
    },
    "two": {"weight": 0.4, "members": {"f": 1}},
}
PATHS = ["one", "one/left", "one/right", "one/right/deep", "two"]


def tree(normalise="none", **more):
    return make_tree(TREE, normalise=normalise, **more)


def test_a_tree_by_hand():
    found = scored(tree(), {"a": [10], "b": [20], "c": [40], "d": [50], "e": [90], "f": [100]})
    assert list(found.domains.columns) == PATHS
    # left .25 x 20 + .75 x 40 = 35, deep 70, right 70; one .5 x 10 + .3 x 35 + .2 x 70 = 29.5
    assert found.domains.iloc[0].tolist() == pytest.approx([29.5, 35, 70, 70, 100], abs=1e-9)
    assert found.score.item() == pytest.approx(0.6 * 29.5 + 0.4 * 100, abs=1e-9)
    assert found.weight_observed.item() == 1


def test_members_of_sub_domains_are_told_in_file_order_under_their_domain():
    index = tree()
    assert [(domain, name) for domain, name, _ in index.members] == [*(("one", name) for name in "abcde"), ("two", "f")]
    assert list(index.every_domain) == PATHS


def test_every_level_has_its_own_way_and_its_own_scale():
    index = make_tree(
        {
            "top": {
                "aggregate": "geometric",
                "transform": "exponential",
                "domains": {
                    "left": {"transform": "percentile", "aggregate": "minimum", "members": {"a": 1, "b": 1}},
                    "right": {"transform": "percentile", "aggregate": "mazziotta_pareto", "imbalance": "raises", "members": {"c": 1, "d": 1}},
                },
            },
        },
        normalise="none",
    )  # fmt: skip
    values = np.random.default_rng(5).uniform(1, 99, size=(4, 15))
    found = scored(index, dict(zip("abcd", values, strict=True)))
    a, b, c, d = values
    left = normalise.percentile(np.minimum(a, b))
    mean = (c + d) / 2
    right = normalise.percentile(mean + ((c - mean) ** 2 + (d - mean) ** 2) / 2 / mean)
    top = normalise.exponential(np.sqrt(left * right))
    np.testing.assert_allclose(found.domains["top/left"], left, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.domains["top/right"], right, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.before_transform["top"], np.sqrt(left * right), rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.score, top, rtol=0, atol=1e-9)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32), st.sampled_from(["none", "percentile", "z_score", "min_max"]))
def test_sub_domains_without_a_scale_of_their_own_are_the_same_as_weights_multiplied_out(seed, how):
    values = leaning(12, "abcdef", seed)
    flat = make_tree(
        {
            "one": {"weight": 0.6, "members": {"a": 0.5, "b": 0.075, "c": 0.225, "d": 0.1, "e": 0.1}},
            "two": {"weight": 0.4, "members": {"f": 1}},
        },
        normalise=how,
    )
    np.testing.assert_allclose(scored(tree(how), values).score, scored(flat, values).score, rtol=0, atol=1e-9)


# ---- what is missing


def test_the_weight_observed_is_the_share_of_all_weights_down_to_the_indicator():
    columns = {"a": [1, NAN], "b": [NAN, 1], "c": [1, NAN], "d": [1, 1], "e": [NAN, 1], "f": [1, 1]}
    found = scored(tree(minimum_weight=0), columns)
    # left .75, deep .5, right .5: one .5 + .3 x .75 + .2 x .5 = .825
    assert found.weight_by_domain.iloc[0].tolist() == pytest.approx([0.825, 0.75, 0.5, 0.5, 1])
    assert found.weight_observed.iloc[0] == pytest.approx(0.6 * 0.825 + 0.4)
    # a unknown; left .25 is below its half, so it is gone with its quarter: one .2, too little
    assert found.weight_by_domain.iloc[1].tolist() == pytest.approx([0.2, 0.25, 1, 1, 1])
    assert found.domains.iloc[1].isna().tolist() == [True, True, False, False, False]
    assert found.weight_observed.iloc[1] == pytest.approx(0.4)
    assert found.score.iloc[1] == 1


@pytest.mark.parametrize(("share", "is_scored"), [(0.25, True), (0.26, False)])
def test_the_minimum_weight_holds_at_every_level(share, is_scored):
    below = {"s": {"minimum_weight": share, "members": {"a": 0.25, "b": 0.75}}}
    index = make_tree({"d": {"minimum_weight": 0, "domains": below}}, normalise="none", minimum_weight=0)
    found = scored(index, {"a": [5.0], "b": [NAN]})
    assert found.domains["d/s"].notna().item() == is_scored
    assert found.score.notna().item() == is_scored
    middle = make_tree({"d": {"minimum_weight": share, "domains": {"s": {"minimum_weight": 0, "members": {"a": 0.25, "b": 0.75}}}}}, normalise="none", minimum_weight=0)  # fmt: skip
    found = scored(middle, {"a": [5.0], "b": [NAN]})
    assert found.domains["d/s"].item() == 5
    assert found.score.notna().item() == is_scored
    top = make_tree({"d": {"minimum_weight": 0, "members": {"a": 0.25, "b": 0.75}}}, normalise="none", minimum_weight=share)  # fmt: skip
    found = scored(top, {"a": [5.0], "b": [NAN]})
    assert found.domains["d"].item() == 5
    assert found.score.notna().item() == is_scored


def test_what_is_not_read_of_a_sub_domain_lowers_the_weight_all_the_way_up():
    index = make_tree(
        {"d": {"domains": {"s": {"weight": 0.5, "members": {"a": 0.6}, "not_read": {"x": 0.4}}, "t": {"weight": 0.5, "members": {"b": 1}}}}},
        normalise="none",
    )  # fmt: skip
    found = scored(index, {"a": [10], "b": [20]})
    assert found.weight_by_domain.iloc[0].tolist() == pytest.approx([0.8, 0.6, 1])
    assert found.score.item() == pytest.approx((0.5 * 0.6 * 10 + 0.5 * 20) / 0.8)  # what is not read weighs nothing
    assert found.weight_observed.item() == pytest.approx(0.8)


# ---- leaving out


def leave_out(index, values, *gone):
    version = as_defined(index)
    weights = {name: weight for name, weight in version.members.items() if name not in gone}
    scaled = scale_members(index, {name: values[name].to_numpy() for name in values}, {})
    return score_domains(index.domains, scaled, weights)


def test_the_published_weights_are_what_is_published():
    values, index = leaning(20, "abcdef"), tree()
    found, published = leave_out(index, values), scored(index, values)
    for path in PATHS:
        np.testing.assert_array_equal(found.entering[path], published.domains[path])


def test_a_member_left_out_is_as_if_it_never_belonged():
    values, index = leaning(20, "abcdef"), tree()
    moved = values.assign(c=values["c"].to_numpy()[::-1] * 7)
    one, other = leave_out(index, values, "c"), leave_out(index, moved, "c")
    np.testing.assert_array_equal(one.entering["one"], other.entering["one"])
    np.testing.assert_allclose(one.entering["one/left"], values["b"], rtol=0, atol=1e-12)
    gone = values.assign(c=NAN)  # and it lowers no weight
    assert np.ravel(leave_out(index, gone, "c").observed["one"]).tolist() == [1] * np.size(one.observed["one"])


def test_a_sub_domain_may_be_left_out_whole():
    values = leaning(20, "abcdef")
    found = leave_out(tree(), values, "one/left")
    expected = (0.5 * values["a"] + 0.2 * (values["d"] + values["e"]) / 2) / 0.7
    np.testing.assert_allclose(found.entering["one"], expected, rtol=0, atol=1e-12)
    assert "one/left" not in found.entering


def test_the_only_part_of_a_domain_is_never_left_out():
    index = make_tree(
        {"one": {"members": {"a": 1}}, "two": {"members": {"b": 1, "c": 1}}, "three": {"domains": {"s": {"members": {"d": 1}}, "t": {"members": {"e": 1, "f": 1}}}},
         "beside": {"beside": True, "members": {"g": 1, "h": 1}}}
    )  # fmt: skip
    assert can_be_left_out(index) == ["b", "c", "e", "f"]


# ---- definitions of trees that cannot be


def below(**told):
    return {"d": {"domains": {"s": {"members": {"b": 1}, **told}}}}


@pytest.mark.parametrize(
    ("domains", "told"),
    [
        ({"d": {}}, "a domain has members, or domains below it"),
        (below(members={}), "a domain has members, or domains below it"),
        (below(beside=True), "only a domain of the index itself can stand beside it"),
        ({"d": {"members": {"s": 1}, "domains": {"s": {"members": {"b": 1}}}}}, "both a member and a domain below"),
        ({"d": {"members": {"b": 1}, "domains": {"s": {"members": {"b": 1}}}}}, "b is a member more than once"),
        ({"d": {"members": {"a": 0.5}, "domains": {"s": {"weight": 0.4, "members": {"b": 1}}}}}, "weights sum to 0.9"),
        ({"d": {"beside": True, "members": {"a": 1}}}, "every domain stands beside the index"),
    ],
)
def test_a_tree_that_cannot_be_is_refused(domains, told):
    with pytest.raises(ValueError, match=told):
        make_tree(domains)


def test_a_geometric_index_may_stand_on_sub_domains_that_are_brought_above_zero():
    domains = {"d": {"domains": {"s": {"transform": "percentile", "members": {"a": 1}}}}, "e": {"transform": "percentile", "members": {"b": 1}}}  # fmt: skip
    index = make_tree(domains, normalise="inverse_normal", aggregate="geometric")
    assert scored(index, {"a": [1, 2, 3], "b": [1, 2, 3]}).score.notna().all()


def test_a_geometric_index_on_sub_domains_brought_below_zero_is_refused():
    with pytest.raises(ValueError, match="geometric"):
        make_tree({"d": {"domains": {"s": {"transform": "z_score", "members": {"a": 1}}}}}, normalise="percentile", aggregate="geometric")  # fmt: skip


# ---- the English Index of Multiple Deprivation 2025

FILE_7 = "assets.publishing.service.gov.uk/media/691ded56d140bbbaa59a2a7d/File_7_IoD2025_All_Ranks_Scores_Deciles_Population_Denominators.csv"
IMD = DEFINITIONS / "indices" / "imd_2025.yml"
CODE = "LSOA code (2021)"
SCORE_OF = {
    "education": "Education, Skills and Training Score",
    "barriers": "Barriers to Housing and Services Score",
    "living_environment": "Living Environment Score",
}
SWAPPED = {"E01001608", "E01030242"}  # their scores differ by less than the published ranks' rounding


@pytest.fixture
def published(mirror, tmp_path) -> tuple[pd.DataFrame, object]:
    path = tmp_path / "file_7.csv"
    path.write_bytes(requests.get(f"{mirror}/{FILE_7}", timeout=60).content)
    return pd.read_csv(io.BytesIO(path.read_bytes()), encoding="utf-8-sig").set_index(CODE), path


def test_the_published_domains_are_rebuilt_from_their_sub_domains(published):
    table, path = published
    found = score_file(IMD, path).set_index(CODE).reindex(table.index)
    assert len(found) == 33_755
    for domain, heading in SCORE_OF.items():
        told = next(column for column in table.columns if column.startswith(heading))
        assert (found[f"domain_{domain}_before"] - table[told]).abs().max() <= 0.0014, domain
        rank = table[next(c for c in table.columns if c.startswith(heading.removesuffix("Score") + "Rank"))]
        before = found[f"domain_{domain}_before"]
        assert (before.rank(method="min", ascending=False) - rank).abs().max() <= 40, domain  # published scores tie
    off = (found["score"] - table["Index of Multiple Deprivation (IMD) Score"]).abs()
    assert off.max() < 0.001
    theirs = table["Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)"]
    differ = found.index[found["rank"] != theirs]
    assert set(differ) == SWAPPED
    assert (found.loc[differ, "rank"] - theirs[differ]).abs().tolist() == [1, 1]
    deciles = table["Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)"]
    assert (found["decile"] == deciles).all()


def test_ranks_within_each_authority_are_those_of_the_published_scores(published):
    table, _path = published
    council = next(c for c in table.columns if c.startswith("Local Authority District code"))
    listed = tuple(table.index[table[council].isin(["E09000001", "E09000033"])][:150])
    found = score_table(read_index(IMD), table.reset_index(), asked=Asked((council,), listed)).set_index(CODE)
    theirs = "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)"
    expected = table.groupby(council)[theirs].rank()
    rest = ~table.index.isin(SWAPPED)
    assert (found[f"rank_{council}"].astype(float) == expected)[rest].all()
    within = found.loc[list(listed), "rank_within"].astype(float)
    assert (within == table.loc[list(listed), theirs].rank()).all()
    assert found.drop(list(listed))["rank_within"].isna().all()


def test_the_definition_of_the_published_index_is_a_tree_of_the_published_weights():
    index = read_index(IMD)
    assert {name: domain.weight for name, domain in index.parts.items()} == {"income": 0.225, "employment": 0.225, "education": 0.135, "health": 0.135, "crime": 0.093, "barriers": 0.093, "living_environment": 0.093}  # fmt: skip
    below = {path: domain.weight for path, domain in index.every_domain.items() if "/" in path}
    assert below == {
        "education/children_and_young_people": 0.5, "education/adult_skills": 0.5, "barriers/geographical": 0.5,
        "barriers/wider": 0.5, "living_environment/indoors": 0.7, "living_environment/outdoors": 0.3,
    }  # fmt: skip
