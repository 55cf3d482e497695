"""Scales and ways of adding up that make no sense together are refused wherever they are named; those that do are not."""

import pytest
from fixtures.indices import make_tree

A, B = {"weight": 0.5}, {"weight": 0.5}
SIGNED, UNDONE, ZERO, MEAN = "below zero", "undoes the exponential", "wherever one part is", "divides by the mean"


def one(way: str, how: str, /, **more) -> dict:
    """A domain of two members."""
    return {"d": {"aggregate": way, "members": {"a": {**A, "normalise": how, **more}, "b": B}}}


@pytest.mark.parametrize(
    ("scale", "way", "told"),
    [
        ("z_score", "geometric", SIGNED),
        ("inverse_normal", "geometric", SIGNED),
        ("exponential", "geometric", UNDONE),
        ("min_max", "geometric", ZERO),
        ("z_score", "mazziotta_pareto", MEAN),
        ("inverse_normal", "mazziotta_pareto", MEAN),
    ],
)
def test_a_pair_is_refused_in_index_domain_member_transform_and_version(scale, way, told):
    plain = {"d": {"members": {"a": 1}}, "e": {"members": {"b": 1}}}
    with pytest.raises(ValueError, match=told):
        make_tree(plain, normalise=scale, aggregate=way)
    with pytest.raises(ValueError, match=f"d: .*{told}"):
        make_tree(one(way, scale), normalise="percentile")
    with pytest.raises(ValueError, match=f"top/d: .*{told}"):
        make_tree({"top": {"domains": one(way, scale)}}, normalise="percentile")
    with pytest.raises(ValueError, match=f"aggregate: .*{told}"):
        make_tree({"d": {"transform": scale, "members": {"a": 1}}}, normalise="percentile", aggregate=way)
    if scale == "exponential":  # no version takes it
        return
    varied = {"normalise": ["as_defined", scale]}
    with pytest.raises(ValueError, match=f"uncertainty: normalise {scale}, .*aggregate as_defined: .*{told}"):
        make_tree(plain, normalise="percentile", aggregate=way, uncertainty=varied)
    if scale != "min_max":  # a geometric mean that stands in is of scores and one
        with pytest.raises(ValueError, match=f"uncertainty: normalise {scale}, .*aggregate {way}: .*{told}"):
            make_tree(plain, normalise="percentile", uncertainty={**varied, "aggregate": ["as_defined", way]})


def test_versions_of_the_scale_of_domains_are_held_to_the_same():
    curved = {"d": {"transform": "exponential", "members": {"a": 1}}}
    with pytest.raises(ValueError, match=f"uncertainty: .*aggregate geometric: .*{UNDONE}"):
        make_tree(curved, uncertainty={"aggregate": ["as_defined", "geometric"]})
    signed = ["as_defined", "inverse_normal"]
    for way, told in (("geometric", SIGNED), ("mazziotta_pareto", MEAN)):
        with pytest.raises(ValueError, match=f"uncertainty: .*transform inverse_normal, aggregate {way}: .*{told}"):
            make_tree({"d": {**curved["d"], "transform": "percentile"}}, uncertainty={"transform": signed, "aggregate": ["as_defined", way]})  # fmt: skip
    taken = make_tree(curved, uncertainty={"transform": signed, "aggregate": ["uneven_lowers", "uneven_raises"]})
    assert taken.uncertainty.transform == signed  # as the authors of that mean have it, none is below zero


@pytest.mark.parametrize(
    ("scale", "way", "more"),
    [
        ("percentile", "geometric", {}),
        ("min_max", "geometric", {"scale": [1, 100]}),
        ("target", "geometric", {"target": [0, 5]}),  # its zero is meant: no stock, no potential
        ("none", "geometric", {}),  # what the values are is seen when they are scored
        ("z_score", "mazziotta_pareto", {"scale": [100, 10]}),
        ("exponential", "mazziotta_pareto", {}),
        ("exponential", "arithmetic", {}),
        ("inverse_normal", "minimum", {}),
    ],
)
def test_a_pair_that_makes_sense_is_taken(scale, way, more):
    assert make_tree(one(way, scale, **more), normalise="percentile").domains["d"].aggregate == way


@pytest.mark.parametrize(("scale", "taken"), [([-1, 1], False), ([0, 100], False), ([1, 100], True)])
def test_the_least_of_a_scale_decides(scale, taken):
    domains = {"d": {"members": {"a": 1}}, "e": {"members": {"b": 1}}}
    if taken:
        assert make_tree(domains, normalise="min_max", scale=scale, aggregate="geometric").scale == (1, 100)
    else:
        with pytest.raises(ValueError, match="geometric"):
            make_tree(domains, normalise="min_max", scale=scale, aggregate="geometric")


def test_a_mean_of_several_parts_is_zero_only_where_all_are():
    """Geometric over arithmetic means of min_max, as the Human Development Index has it."""
    domains = {"d": {"members": {"a": A, "b": B}}, "e": {"members": {"c": A, "f": B}}}
    assert make_tree(domains, normalise="min_max", aggregate="geometric").aggregate == "geometric"
    with pytest.raises(ValueError, match=ZERO):
        make_tree({**domains, "g": {"members": {"h": 1}}}, normalise="min_max", aggregate="geometric")
