"""Versions of the method: the published one is what is published, draws keep to what was asked, ranks and their spread are
those of a plain re-computation, and Sobol indices those of the exact variance."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from fixtures.indices import areas, leaning, make_tree, scorer
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipelines.indices.any_table import Asked, score_table
from pipelines.scoring.composite import score
from pipelines.scoring.normalise import inverse_normal, ranks, snapped
from pipelines.scoring.robustness import ADDED_UP, draw_versions, ranges_told, rank_spread
from pipelines.scoring.scopes import Groups, rank_in_scope
from pipelines.scoring.sensitivity import Choices, option_shifts, sobol_indices
from pipelines.scoring.versions import Scorer, Version, as_defined, can_be_left_out
from pipelines.scoring.weight_sets import set_versions

NAN = np.nan
TREE = {
    "one": {"weight": 0.6, "members": {"a": 0.5, "b": 0.3}, "domains": {"under": {"weight": 0.2, "members": {"c": 1, "d": 1}}}},
    "two": {"weight": 0.4, "transform": "exponential", "members": {"e": 0.4, "f": 0.6}},
}  # fmt: skip
VARIED = {
    "draws": 400,
    "normalise": ["as_defined", "min_max"],
    "aggregate": ["as_defined", "minimum", "uneven_lowers", "uneven_raises"],
    "transform": ["as_defined", "percentile"],
}


def tree(**more):
    return make_tree(TREE, **{"normalise": "percentile", "uncertainty": VARIED, **more})


# ---- ranks in groups

grouped = st.integers(0, 40).flatmap(
    lambda n: st.tuples(
        arrays(np.float64, n, elements=st.integers(-3, 3).map(float) | st.just(NAN) | st.floats(-1e9, 1e9)),
        arrays(np.int64, n, elements=st.integers(0, 3)),
        st.booleans(),
    )
)


@settings(deadline=None, max_examples=200)
@given(grouped)
def test_ranks_in_groups_are_those_of_pandas(told):
    values, group, zero_is_last = told
    table = snapped(pd.Series(values))
    expected = table.groupby(group).rank(method="min", ascending=False)
    if zero_is_last:
        expected = expected.mask(table == 0, table.groupby(group).transform("count"))
    found = Groups(group).ranks(values, zero_is_last)
    assert found.dtype == np.int64
    np.testing.assert_array_equal(found, expected.fillna(0).astype(int))
    # and those of what is published, where every frame is covered
    sizes = pd.Series(group)[table.notna()].value_counts()
    published = rank_in_scope(table, pd.Series(group), sizes, zero_is_last)
    np.testing.assert_array_equal(found, published.fillna(0).astype(int))


# ---- draws


def test_draws_are_the_same_for_one_definition_and_others_for_another():
    assert draw_versions(tree()) == draw_versions(tree())
    assert draw_versions(tree(), 7, 2) == draw_versions(tree(), 7, 2)
    assert draw_versions(tree()) == draw_versions(tree(title="In better words"))
    assert draw_versions(tree()) != draw_versions(tree(stem="another"))
    assert draw_versions(tree()) != draw_versions(tree(uncertainty={**VARIED, "draws": 401}))[:400]


@pytest.mark.parametrize("draws", [20, 21, 23, 24])
def test_four_versions_in_turn_add_up_the_same_domains(draws):
    drawn = draw_versions(tree(uncertainty={**VARIED, "draws": draws}), 3, 2)
    assert len(drawn) == draws
    made = [v.inside for v in drawn]
    assert all(made[i] == made[i - i % ADDED_UP] for i in range(draws))
    assert len(set(made)) == -(-draws // ADDED_UP)
    assert len({tuple(v.domains.values()) for v in drawn}) == draws


@pytest.mark.parametrize("gaps", [0, 0.2])
def test_versions_scored_together_have_the_ranks_of_each_by_itself(gaps):
    values = leaning(40, "abcdef").round(1)  # some tie
    values = values.mask(np.random.default_rng(5).random(values.shape) < gaps)
    index = tree(minimum_weight=0.4)
    versions = draw_versions(index)[::-7]
    alone = [scorer(index, values).ranks(one) for one in versions]
    np.testing.assert_array_equal(scorer(index, values).all_ranks(versions), alone)


def test_weights_stay_within_what_was_asked_and_fill_it():
    base = as_defined(tree())
    for told, share in (({}, 0.25), ({"weights": 0.1}, 0.1), ({"weights": 0}, 0)):
        drawn = draw_versions(tree(uncertainty={**VARIED, **told}))
        for level in ("domains", "members"):
            published = getattr(base, level)
            moved = [getattr(v, level)[name] / published[name] for v in drawn for name in getattr(v, level)]
            assert min(moved) >= 1 - share - 1e-12
            assert max(moved) <= 1 + share + 1e-12
            assert max(moved) - min(moved) >= 1.9 * share
            assert np.mean(moved) == pytest.approx(1, abs=share / 10 + 1e-12)


def test_every_option_is_drawn_about_equally_often():
    index = tree(uncertainty={**VARIED, "draws": 3_000})
    drawn, base = draw_versions(index, n_errors=3, n_catchments=2), as_defined(index)
    gone = [", ".join(set(base.members) - set(v.members)) for v in drawn]
    columns = {
        "normalise": ([v.normalise for v in drawn], VARIED["normalise"]),
        "aggregate": ([v.aggregate for v in drawn], VARIED["aggregate"]),
        "transform": ([v.transform for v in drawn], VARIED["transform"]),
        "left out": (gone, ["", *"abcdef"]),
        "places": ([v.places for v in drawn], range(4)),
        "catchment": ([v.catchment for v in drawn], range(2)),
    }
    for name, (taken, options) in columns.items():
        counts = pd.Series(taken).value_counts()
        assert set(counts.index) == set(options), name
        expected = 3_000 / len(options)
        assert (counts - expected).abs().max() <= ADDED_UP, name


def test_nothing_is_left_out_where_that_is_asked():
    members = set(as_defined(tree()).members)
    assert all(set(v.members) == members for v in draw_versions(tree(uncertainty={**VARIED, "leave_out": False})))


# ---- the published version


@pytest.mark.parametrize("scale", ["percentile", "inverse_normal", "exponential", "none"])
@pytest.mark.parametrize("way", ["arithmetic", "sum", "geometric", "mazziotta_pareto", "minimum"])
def test_the_published_choices_give_the_published_ranks(scale, way):
    values = np.exp(leaning(60, "abcdef"))  # skewed, and above zero
    values = values.mask(np.random.default_rng(2).random(values.shape) < 0.1)
    lifted = {"transform": "percentile"} if scale in ("inverse_normal", "exponential") else {}
    curve = {"transform": "percentile"} if way == "geometric" else {}
    index = make_tree({"one": {**TREE["one"], **lifted}, "two": {**TREE["two"], **curve}}, normalise=scale, aggregate=way, minimum_weight=0.4)  # fmt: skip
    values = values[score(index, values, {}).score.notna()]
    told = scorer(index, values)
    published = score(index, values, {}).score.to_numpy()
    np.testing.assert_array_equal(told.score(as_defined(index)), published)
    np.testing.assert_array_equal(told.ranks(as_defined(index)), ranks(published))


def test_areas_that_are_not_ranked_count_in_a_domain_s_curve_as_in_what_is_published():
    index = make_tree({"one": {"transform": "exponential", "members": {"a": 1}}, "two": {"transform": "exponential", "members": {"b": 1}}})  # fmt: skip
    values, keep = leaning(60, "ab"), np.arange(0, 60, 3)  # a run of one place, in a nation of three
    told = Scorer(index, values, {}, keep, np.zeros(len(keep), dtype=int))
    np.testing.assert_array_equal(told.score(as_defined(index)), score(index, values, {}).score.to_numpy()[keep])


@pytest.mark.parametrize("scale", ["min_max", "z_score"])
def test_the_published_choices_give_the_published_ranks_on_scales_that_stretch(scale):
    values = np.exp(3 * leaning(60, "abcdef"))
    index = make_tree(TREE, normalise=scale)
    told = scorer(index, values)
    np.testing.assert_array_equal(told.ranks(as_defined(index)), ranks(score(index, values, {}).score.to_numpy()))


def test_a_scale_that_stretches_stands_in_only_once_outliers_are_dealt_with():
    values = leaning(30, "abcdef")
    far = values.copy()
    far.iloc[3, 0] = 1e6
    index = make_tree(TREE, normalise="percentile")
    version = Version(**{**as_defined(index).__dict__, "normalise": "min_max"})
    column = scorer(index, far).scaled("min_max", 0, 0)["a"]
    assert np.median(column) > 20  # not all but one beside zero
    assert scorer(index, far).ranks(version)[3] >= 1


# ---- other versions, one choice at a time


def version(index, **changed) -> Version:
    return Version(**{**as_defined(index).__dict__, **changed})


@pytest.mark.parametrize("how", ["min_max", "z_score", "inverse_normal"])
def test_another_scale_is_the_index_defined_so(how):
    values = leaning(40, "abcdef")
    other = make_tree(TREE, normalise=how)
    found = scorer(tree(), values).score(version(tree(), normalise=how))
    np.testing.assert_allclose(found, score(other, values, {}).score, rtol=0, atol=1e-9)


def test_another_way_of_adding_up_is_the_index_defined_so():
    values = leaning(40, "abcdef")
    for way in ("minimum", "mazziotta_pareto", "sum"):
        other = make_tree(TREE, normalise="percentile", aggregate=way)
        found = scorer(tree(), values).score(version(tree(), aggregate=way))
        np.testing.assert_allclose(found, score(other, values, {}).score, rtol=0, atol=1e-9)


@pytest.mark.parametrize("how", ["inverse_normal", "percentile", "exponential"])
def test_another_scale_of_domains_is_the_index_defined_so(how):
    values = leaning(40, "abcdef").round(1)
    values.iloc[:10] = values.iloc[10:20].to_numpy()  # ten areas like ten others
    other = {**TREE, "two": {**TREE["two"], "transform": how}}
    found = scorer(tree(), values).score(version(tree(), transform=how))
    np.testing.assert_array_equal(found, score(make_tree(other, normalise="percentile"), values, {}).score)


@pytest.mark.parametrize(("how", "sign"), [("uneven_lowers", -1), ("uneven_raises", 1)])
def test_uneven_domains_lower_or_raise_a_score_on_the_scale_of_their_authors(how, sign):
    values = leaning(40, "abcdef")
    domains = score(tree(), values, {}).domains
    one, two = 70 + 0.6 * domains["one"], 70 + 0.6 * domains["two"]  # the adjusted Mazziotta-Pareto index
    mean = 0.6 * one + 0.4 * two
    variance = 0.6 * (one - mean) ** 2 + 0.4 * (two - mean) ** 2
    found = scorer(tree(), values).score(version(tree(), aggregate=how))
    np.testing.assert_allclose(found, mean + sign * variance / mean, rtol=0, atol=1e-9)


def test_uneven_domains_on_a_bell_curve_stand_at_a_mean_of_a_hundred():
    values, curved = leaning(40, "ab"), {"d": {"transform": "exponential", "members": {"a": 1}}, "e": {"transform": "exponential", "members": {"b": 1}}}  # fmt: skip
    index = make_tree(curved, normalise="percentile", uncertainty={"transform": ["inverse_normal"]})
    one, two = (100 + 10 * inverse_normal(values[name].to_numpy()) for name in "ab")
    mean = (one + two) / 2
    found = scorer(index, values).score(version(index, transform="inverse_normal", aggregate="uneven_lowers"))
    np.testing.assert_allclose(found, mean - ((one - two) / 2) ** 2 / mean, rtol=0, atol=1e-9)


def test_a_scale_that_no_domain_has_and_one_below_zero_are_refused():
    flat = {"d": {"members": {"a": 1}}}
    with pytest.raises(ValueError, match="varies nothing"):
        make_tree(flat, uncertainty={"transform": ["as_defined", "percentile"]})
    for way in ("geometric", "mazziotta_pareto"):
        told = {"transform": ["as_defined", "inverse_normal"], "aggregate": ["as_defined", way]}
        with pytest.raises(ValueError, match="below zero"):
            make_tree(
                {**TREE, "two": {**TREE["two"], "transform": "percentile"}}, normalise="percentile", uncertainty=told
            )


def test_a_geometric_mean_that_stands_in_is_of_scores_and_one():
    values = leaning(40, "abcdef")
    domains = score(tree(), values, {}).domains
    expected = np.exp(0.6 * np.log(domains["one"] + 1) + 0.4 * np.log(domains["two"] + 1))
    found = scorer(tree(), values).score(version(tree(), aggregate="geometric"))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("gone", list("abcdef"))
def test_an_indicator_left_out_has_no_say(gone):
    values, index = leaning(40, "abcdef"), tree()
    moved = values.assign(**{gone: np.random.default_rng(9).normal(size=40)})
    members = {name: weight for name, weight in as_defined(index).members.items() if name != gone}
    without = [scorer(index, told).ranks(version(index, members=members)) for told in (values, moved)]
    np.testing.assert_array_equal(*without)
    assert (scorer(index, values).ranks(as_defined(index)) != scorer(index, moved).ranks(as_defined(index))).any()


@pytest.mark.parametrize(("target", "stricter", "looser"), [([0, 5], [0, 4], [0, 6.25]), ([5, 0], [6.25, 0], [4, 0])])
def test_targets_move_by_a_quarter(target, stricter, looser):
    values = areas({"a": np.linspace(0, 7, 15)})
    of = lambda ends: make_tree({"d": {"members": {"a": {"weight": 1, "normalise": "target", "target": ends}}}})  # noqa: E731
    for name, ends in (("targets_stricter", stricter), ("targets_looser", looser)):
        found = scorer(of(target), values).score(version(of(target), normalise=name))
        np.testing.assert_allclose(found, score(of(ends), values, {}).score, rtol=0, atol=1e-9)


@pytest.mark.parametrize("target", [[0, 5], [5, 0], [400, 2400], [10, 2]])
def test_stricter_targets_never_lower_a_score_and_looser_ones_never_raise_it(target):
    index = make_tree({"d": {"members": {"a": {"weight": 1, "normalise": "target", "target": target}}}})
    told = scorer(index, areas({"a": np.linspace(0, 3000, 40)}))
    looser, same, stricter = (told.score(version(index, normalise=f"targets_{how}" if how else "as_defined")) for how in ("looser", "", "stricter"))  # fmt: skip
    assert (looser <= same + 1e-9).all()
    assert (same <= stricter + 1e-9).all()


def test_draws_of_errors_replace_the_members_they_are_of():
    values, index = leaning(30, "abcdef"), tree()
    random = np.random.default_rng(4)
    drawn = np.stack([np.stack([values["a"].to_numpy(), *random.normal(size=(2, 30))]) for _ in range(2)])
    told = Scorer(index, values, {}, np.arange(30), np.zeros(30, dtype=int), {"a": drawn})
    assert (told.n_errors, told.n_catchments) == (2, 2)
    for catchment, places in product(range(2), range(3)):
        expected = score(index, values.assign(a=drawn[catchment, places]), {}).score
        found = told.score(version(index, places=places, catchment=catchment))
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_draws_of_errors_are_treated_as_what_is_counted_is():
    values = leaning(30, "abcdef")
    values.iloc[3, 0] = 1e6
    index = tree()
    told = Scorer(index, values, {}, np.arange(30), np.zeros(30, dtype=int), {"a": np.stack([[values["a"].to_numpy()] * 2])})  # fmt: skip
    counted, drawn = (told.ranks(version(index, normalise="min_max", places=n)) for n in (0, 1))
    np.testing.assert_array_equal(counted, drawn)  # the draw is what was counted


def test_a_scale_that_stands_in_keeps_the_direction():
    index = make_tree({"d": {"members": {"a": 1}}}, normalise="z_score", scale=[100, 10])
    told = scorer(index, areas({"a": range(10)}))
    np.testing.assert_array_equal(told.ranks(version(index, normalise="min_max")), np.arange(10, 0, -1))


def test_a_geometric_mean_of_domains_below_zero_is_refused_when_the_definition_is_read():
    with pytest.raises(ValueError, match="geometric"):
        make_tree(TREE, normalise="inverse_normal", uncertainty={"aggregate": ["as_defined", "geometric"]})


# ---- the spread


def plain_spread(index, values, versions) -> pd.DataFrame:
    """What rank_spread tells, by pandas and one version at a time."""
    published = score(index, values, {}).score
    keep = published.notna().to_numpy()
    rows = []
    for v in versions:
        told = Scorer(index, values, {}, np.flatnonzero(keep), np.zeros(keep.sum(), dtype=int))
        rows.append(pd.Series(told.score(v)).rank(method="min", ascending=False))
    drawn = pd.DataFrame(rows).T
    quantile = lambda share: drawn.apply(lambda r: np.quantile(r.dropna(), share, method="inverted_cdf"), axis=1)  # noqa: E731
    n = keep.sum()
    return pd.DataFrame(
        {
            "rank_median": quantile(0.5),
            "rank_low": quantile(0.05),
            "rank_high": quantile(0.95),
            "worst_decile_share": (10 * drawn <= n).sum(axis=1) / drawn.notna().sum(axis=1),
            "rank_shift_mean": drawn.sub(published[keep].rank(ascending=False, method="min").to_numpy(), axis=0).abs().mean(axis=1),
        }
    )  # fmt: skip


@pytest.mark.parametrize("gaps", [0, 0.15])
@pytest.mark.parametrize("draws", [20, 37, 100])
def test_the_spread_is_that_of_a_plain_computation(gaps, draws):
    values = leaning(35, "abcdef")
    values = values.mask(np.random.default_rng(3).random(values.shape) < gaps)
    index = tree(uncertainty={**VARIED, "draws": draws}, minimum_weight=0.4)
    versions, told = draw_versions(index), scorer(index, values)
    rank = ranks(score(index, values, {}).score.to_numpy()[told.keep])
    found, expected = rank_spread(told, versions, rank), plain_spread(index, values, versions)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_the_spread_is_by_group():
    values, index = leaning(40, "abcdef"), tree(uncertainty={**VARIED, "draws": 50})
    group = np.arange(40) % 2
    rank = np.zeros(40)
    published = score(index, values, {}).score.to_numpy()
    for code in (0, 1):
        rank[group == code] = ranks(published[group == code])
    found = rank_spread(Scorer(index, values, {}, np.arange(40), group), draw_versions(index), rank)
    assert found["rank_high"].max() <= 20
    for code in (0, 1):  # in every version two of twenty are in the highest tenth
        assert found.loc[group == code, "worst_decile_share"].sum() == pytest.approx(2)


def test_ranges_are_told_by_region():
    spread = pd.DataFrame({"rank_median": [1, 5, 3.0, np.nan], "rank_low": [1, 3, 2.0, np.nan], "rank_high": [2, 6, 4.0, np.nan]})  # fmt: skip
    told = ranges_told(spread, np.array([1, 2, 5, 4]), np.array(["n", "s", "s", "s"], dtype=object))
    assert told.values.tolist() == [["n", 1, 0, 1, 0], ["s", 2, 2, 2.5, 0.5]]


def test_each_option_alone_moves_ranks_as_far_as_it_does():
    index = make_tree({"d": {"members": {"a": 1}}, "e": {"members": {"b": 1}}}, normalise="percentile", uncertainty={"aggregate": ["as_defined", "minimum"], "leave_out": False})  # fmt: skip
    values = leaning(30, "ab")
    told, region = scorer(index, values), np.repeat(["n", "s"], 15)
    rank = ranks(score(index, values, {}).score.to_numpy())
    found = option_shifts(Choices(told, {"expert": as_defined(index)}), rank, region)
    change = ranks(np.minimum(*(values[name].rank() for name in "ab")).to_numpy()) - rank
    assert found[["choice", "option", "within", "n_areas"]].values.tolist() == [["aggregate", "minimum", w, 15] for w in "ns"]  # fmt: skip
    for at, w in enumerate("ns"):
        here = change[region == w]
        assert found.loc[at, ["rank_shift_mean", "rank_change_mean"]].tolist() == pytest.approx([np.abs(here).mean(), here.mean()])  # fmt: skip


def test_no_choice_no_spread():
    told = {"weights": 0, "leave_out": False, "draws": 20}
    values, index = leaning(30, "abcdef"), tree(uncertainty=told)
    rank = ranks(score(index, values, {}).score.to_numpy())
    found = rank_spread(scorer(index, values), draw_versions(index), rank)
    for name in ("rank_median", "rank_low", "rank_high"):
        np.testing.assert_array_equal(found[name], rank)
    assert (found["rank_shift_mean"] == 0).all()


def test_an_area_that_no_version_ranks_has_no_spread():
    values = leaning(20, "ab")
    values.iloc[4, 1] = NAN
    index = make_tree({"d": {"members": {"a": 1}}, "e": {"members": {"b": 1}}}, normalise="percentile", minimum_weight=0.5, uncertainty={"aggregate": ["minimum"], "draws": 20})  # fmt: skip
    told = scorer(index, values)
    found = rank_spread(told, draw_versions(index), ranks(score(index, values, {}).score.to_numpy()))
    assert found.loc[4, ["rank_median", "rank_low", "rank_high", "worst_decile_share", "rank_shift_mean"]].isna().all()


def test_without_choices_a_table_with_zeros_has_no_spread():
    index = make_tree({"d": {"members": {"a": 1}}, "e": {"members": {"b": 1}}}, normalise="none", aggregate="geometric", uncertainty={"weights": 0, "leave_out": False, "draws": 20})  # fmt: skip
    table = pd.DataFrame({"area": list("vwxyz"), "a": [1.0, 2, 0, 0, 0], "b": [1.0, 2, 3, 3, 3]})
    found = score_table(index, table, asked=Asked(spread=True))
    np.testing.assert_array_equal(found["rank"], found["rank_median"])
    assert (found["rank_shift_mean"] == 0).all()


# ---- which choice moves ranks most


def exact_indices(choices: Choices, rank: np.ndarray) -> pd.DataFrame:
    """First-order and total indices from every combination of every choice's options."""
    options = choices.options
    sizes = [len(listed) for listed in options.values()]
    rows = np.array(list(product(*map(range, sizes))))
    shifts = choices.mean_shifts(rows, rank).reshape(sizes)
    found = {}
    for at, name in enumerate(options):
        others = tuple(n for n in range(len(sizes)) if n != at)
        found[name] = (shifts.mean(axis=others).var() / shifts.var(), shifts.var(axis=at).mean() / shifts.var())
    return pd.DataFrame(found, index=["first_order", "total"]).T


def test_sobol_indices_are_those_of_the_exact_variance():
    index = make_tree({"one": {"weight": 0.6, "members": {"a": 0.5, "b": 0.5}}, "two": {"weight": 0.4, "members": {"c": 0.4, "d": 0.6}}}, normalise="percentile", uncertainty={"normalise": ["as_defined", "z_score", "min_max"], "aggregate": ["as_defined", "minimum"]})  # fmt: skip
    values = leaning(40, "abcd")
    told = scorer(index, values)
    published = score(index, values, {})
    choices = Choices(told, set_versions(index, published.domains, []))
    rank = ranks(published.score.to_numpy())
    found, exact = sobol_indices(choices, rank).set_index("choice"), exact_indices(choices, rank)
    assert list(found.index) == list(exact.index) == ["weights", "normalise", "aggregate", "left_out"]
    assert found["n_options"].tolist() == [3, 3, 2, 5]
    for name in ("first_order", "total"):
        off = (found[name].astype(float) - exact[name]).abs()
        assert (off <= np.maximum(found[f"{name}_interval"].astype(float), 0.05)).all(), name
    assert exact["first_order"].sum() <= 1 + 1e-9 <= exact["total"].sum() + 1e-6


def test_indices_of_one_choice_are_one():
    index = make_tree({"d": {"members": {"a": 0.5, "b": 0.5}}}, uncertainty={"normalise": ["as_defined", "z_score", "percentile"], "leave_out": False})  # fmt: skip
    values = leaning(30, "ab")
    base = {"expert": as_defined(index)}
    found = sobol_indices(Choices(scorer(index, values), base), ranks(score(index, values, {}).score.to_numpy()))
    assert found["choice"].tolist() == ["normalise"]
    assert found["options"].tolist() == ["as_defined, z_score, percentile"]
    assert found[["first_order", "total"]].astype(float).iloc[0].tolist() == pytest.approx([1, 1], abs=0.05)


def test_no_choice_and_no_difference_have_no_indices():
    index = make_tree({"d": {"members": {"a": 1}}}, uncertainty={"leave_out": False})
    values = leaning(20, "a")
    rank = ranks(score(index, values, {}).score.to_numpy())
    assert sobol_indices(Choices(scorer(index, values), {"expert": as_defined(index)}), rank).empty
    same = sobol_indices(
        Choices(scorer(index, values), set_versions(index, score(index, values, {}).domains, [])), rank
    )
    assert same["choice"].tolist() == ["weights"]
    assert same["first_order"].isna().all()


def test_the_version_of_a_row_of_choices():
    index, values = tree(), leaning(20, "abcdef")
    choices = Choices(scorer(index, values), set_versions(index, score(index, values, {}).domains, []))
    assert choices.version({}) == as_defined(index) == choices.version(dict.fromkeys(choices.options, 0))
    assert choices.options["left_out"] == ["none", *can_be_left_out(index)]
    taken = choices.version({"weights": 1, "normalise": 1, "aggregate": 1, "left_out": 3})
    assert taken.domains == {"one": 1, "two": 1}
    assert (taken.normalise, taken.aggregate) == ("min_max", "minimum")
    assert "c" not in taken.members
    assert set(taken.members) == {"a", "b", "d", "e", "f", "one/under"}
