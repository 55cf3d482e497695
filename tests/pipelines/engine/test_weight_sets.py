"""Weights from the data by hand, weight sets read with errors that say where, and how far ranks move between them."""

import numpy as np
import pandas as pd
import pytest
from fixtures.indices import areas, leaning, make_tree, scorer
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.records import DefinitionError
from pipelines.register.register import DEFINITIONS
from pipelines.scoring.composite import score
from pipelines.scoring.definition import read_index
from pipelines.scoring.normalise import percentile, ranks
from pipelines.scoring.robustness import draw_versions
from pipelines.scoring.sensitivity import Choices
from pipelines.scoring.versions import Version, as_defined, can_be_left_out
from pipelines.scoring.weight_sets import (
    BUILT_IN,
    SETS,
    WeightSet,
    compare_sets,
    pca_weights,
    read_weight_sets,
    set_versions,
)

NAN = np.nan
INDEX = make_tree({"x": {"weight": 0.5, "members": {"a": 1}}, "y": {"weight": 0.3, "members": {"b": 1}}, "z": {"weight": 0.2, "members": {"c": 0.5, "d": 0.5}}})  # fmt: skip
SET = """index: test
title: As others do
origin: published
reason: For the test.
domains: {x: 0.2, y: 0.3, z: 0.5}
"""


# ---- from the data


def weights(**columns) -> dict:
    return pca_weights(pd.DataFrame(columns, dtype=float))


def test_two_domains_that_go_together_count_the_same():
    assert weights(x=[1, 2, 3, 4], y=[1, 3, 2, 4]) == pytest.approx({"x": 0.5, "y": 0.5})
    assert weights(x=[1, 2, 3, 4], y=[-10, -30, -20, -40]) == pytest.approx({"x": 0.5, "y": 0.5})


def test_three_domains_by_hand():
    # x and y go together by .8 and z with neither: the first component is of x and y alone, (1, 1, 0) / sqrt 2
    found = weights(x=[1, 2, 3, 4, 2.5], y=[1, 3, 2, 4, 2.5], z=[1, -1, -1, 1, 0])
    assert np.corrcoef([1, 2, 3, 4, 2.5], [1, 3, 2, 4, 2.5])[0, 1] == pytest.approx(0.8)
    assert found == pytest.approx({"x": 0.5, "y": 0.5, "z": 0}, abs=1e-9)
    # x with y by r and z with both by s: solved by hand for r = .8, s = .4 below
    r, s = 0.8, 0.4
    greatest = (2 + r + np.sqrt(r**2 + 8 * s**2)) / 2  # of [[1, r, s], [r, 1, s], [s, s, 1]]
    loading = 2 * s / (greatest - 1)  # of z, where those of x and y are 1
    root = np.linalg.cholesky(np.array([[1, r, s], [r, 1, s], [s, s, 1]]))
    basis = np.linalg.qr(np.column_stack([np.ones(30), np.random.default_rng(1).normal(size=(30, 3))]))[0][:, 1:]
    table = pd.DataFrame(basis @ root.T * [1, 50, 0.01] + [5, 0, -3], columns=list("xyz"))
    expected = np.array([1, 1, loading**2]) / (2 + loading**2)
    assert list(pca_weights(table).values()) == pytest.approx(expected, abs=1e-9)


def test_rows_with_a_gap_are_passed_over():
    whole = {"x": [1, 2, 3, 4, 5], "y": [1, 3, 2, 5, 4], "z": [5, 1, 3, 2, 2]}
    gappy = {"x": [*whole["x"], NAN, 900], "y": [*whole["y"], -500, NAN], "z": [*whole["z"], 7, 7]}
    assert weights(**gappy) == pytest.approx(weights(**whole))


def test_a_domain_that_says_nothing_gets_no_weight():
    found = weights(x=[1, 2, 3, 4], y=[1, 3, 2, 4], same=[5, 5, 5, 5], none=[NAN] * 4)
    assert found == pytest.approx({"x": 0.5, "y": 0.5, "same": 0, "none": 0})


@pytest.mark.parametrize("columns", [{"x": [1, 2, 3]}, {"x": [1, 2], "y": [2, 1]}, {"x": [1, 2, NAN], "y": [NAN, 1, 2]}, {"x": [1, 1, 1], "y": [1, 2, 3]}])  # fmt: skip
def test_too_little_to_tell_gives_equal_weights(columns):
    assert weights(**columns) == dict.fromkeys(columns, 1 / len(columns))


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32), st.integers(2, 6), st.integers(5, 40))
def test_weights_from_the_data_are_shares_of_one_and_do_not_mind_the_unit(seed, columns, rows):
    table = pd.DataFrame(np.random.default_rng(seed).normal(size=(rows, columns))).rename(columns=str)
    found = pca_weights(table)
    assert sum(found.values()) == pytest.approx(1, abs=1e-8)
    assert min(found.values()) >= 0
    assert pca_weights(table * np.arange(1, columns + 1) * 1000 - 5) == pytest.approx(found, abs=1e-6)


def test_domains_that_do_not_go_together_at_all_count_the_same():
    assert weights(x=[1, 1, -1, -1], y=[1, -1, 1, -1]) == pytest.approx({"x": 0.5, "y": 0.5})


# ---- sets as files


def read(tmp_path, text: str, name: str = "others"):
    (tmp_path / f"{name}.yml").write_text(text, "utf-8")
    return read_weight_sets([tmp_path], {"test": INDEX})


def test_a_set_is_read(tmp_path):
    (told,) = read(tmp_path, SET)
    assert (told.stem, told.index, told.domains) == ("others", "test", {"x": 0.2, "y": 0.3, "z": 0.5})
    assert read_weight_sets([tmp_path / "nowhere"], {}) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("index: test", "index: tset"), r"others\.yml:1: index: there is no index tset"),
        ((", z: 0.5", ""), r"others\.yml:5: domains: each of x, y, z has a weight, and nothing else \(z\)"),
        (("z: 0.5", "z: 0.5, w: 1"), r"others\.yml:5: domains: .* nothing else \(w\)"),
        (("z: 0.5", "z: -0.5"), r"others\.yml:1: file: domains: weights are zero or more"),
        (("x: 0.2, y: 0.3, z: 0.5", "x: 0, y: 0, z: 0"), "not all zero"),
        (("x: 0.2", "x: many"), r"others\.yml:5: domains\.x"),
        (("origin: published", "origin: found"), r"others\.yml:3: origin"),
        (("origin: published", "origin: contributed"), "contributed and contributed_by go together"),
        (("origin: published", "origin: published\ncontributed_by: Us"), "contributed and contributed_by go together"),
        (("title:", "titel:"), r"others\.yml:2: titel"),
        (("reason: For the test.\n", ""), "reason"),
        (("index: test\n", "index: test\nindex: test\n"), r"others\.yml:2: index: the key is given twice"),
        (("domains:", "domains"), r"others\.yml:\d+: "),
    ],
)
def test_a_set_that_is_wrong_says_where(tmp_path, change, told):
    assert change[0] in SET
    with pytest.raises(DefinitionError, match=told) as caught:
        read(tmp_path, SET.replace(*change))
    assert "others.yml" in str(caught.value)


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_names_of_sets_that_are_always_there_are_taken(tmp_path, name):
    with pytest.raises(DefinitionError, match="always there"):
        read(tmp_path, SET, name)


def test_two_sets_of_one_name_in_two_folders(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "others.yml").write_text(SET, "utf-8")
    with pytest.raises(DefinitionError, match="two sets named others"):
        read_weight_sets([tmp_path / "one", tmp_path / "two"], {"test": INDEX})


def test_the_sets_of_the_project_fit_their_indices():
    told = read_weight_sets([SETS], {path.stem: read_index(path) for path in (DEFINITIONS / "indices").glob("*.yml")})
    assert told
    assert all(sum(one.domains.values()) > 0 for one in told)


# ---- sets as versions


def sets(*told: dict) -> list[WeightSet]:
    head = {"title": "t", "origin": "published", "reason": "r", "index": "test"}
    return [WeightSet.model_validate({**head, **one}) for one in told]


def test_the_published_set_comes_first_and_others_change_domains_alone():
    values = leaning(30, "abcd")
    domains = score(INDEX, values, {}).domains
    told = sets({"stem": "mine", "domains": {"x": 1, "y": 0, "z": 1}}, {"stem": "not_mine", "index": "another", "domains": {"x": 1}})  # fmt: skip
    found = set_versions(INDEX, domains, told)
    assert list(found) == ["expert", "equal", "pca", "mine"]
    assert found["expert"].domains == {"x": 0.5, "y": 0.3, "z": 0.2}
    assert found["equal"].domains == {"x": 1, "y": 1, "z": 1}
    assert found["pca"].domains == pca_weights(domains)
    assert found["mine"].members == found["expert"].members == found["pca"].members == {"a": 1, "b": 1, "c": 0.5, "d": 0.5}  # fmt: skip


def test_ranks_by_set_are_those_of_the_index_with_these_weights():
    values = leaning(30, "abcd")
    found = set_versions(INDEX, score(INDEX, values, {}).domains, sets({"stem": "mine", "domains": {"x": 3, "y": 0, "z": 1}}))  # fmt: skip
    table, _ = compare_sets(scorer(INDEX, values), found)
    domains = score(INDEX, values, {}).domains
    for name, weighted in (
        ("expert", 0.5 * domains["x"] + 0.3 * domains["y"] + 0.2 * domains["z"]),
        ("equal", domains.sum(axis=1)),
        ("mine", 3 * domains["x"] + domains["z"]),
    ):
        np.testing.assert_array_equal(table[name].astype(float), ranks(weighted.to_numpy()))


def test_shifts_by_hand():
    index = make_tree({"x": {"members": {"a": 1}}, "y": {"members": {"b": 1}}}, normalise="none")
    values = areas({"a": range(20), "b": [*range(18), 19, 18]})  # the first two change places
    found = set_versions(index, score(index, values, {}).domains, sets({"stem": "x_only", "domains": {"x": 1, "y": 0}}, {"stem": "y_only", "domains": {"x": 0, "y": 1}}))  # fmt: skip
    _, shifts = compare_sets(scorer(index, values), {name: found[name] for name in ("x_only", "y_only")})
    row = shifts.iloc[0]
    assert (row["weight_set_a"], row["weight_set_b"], row["n_areas"]) == ("x_only", "y_only", 20)
    assert row["rank_shift_mean"] == pytest.approx(2 / 20)
    assert row["rank_shift_p95"] == 1  # 18 of 20 do not move: 90 % are at most 0
    assert row["spearman"] == pytest.approx(1 - 6 * 2 / (20 * 399), abs=1e-6)
    assert (row["n_in_highest_tenth"], row["n_leaving_highest_tenth"]) == (2, 0)


def test_areas_that_leave_the_tenth_are_counted():
    index = make_tree({"x": {"members": {"a": 1}}, "y": {"members": {"b": 1}}}, normalise="none")
    values = areas({"a": range(20), "b": range(20, 0, -1)})
    told = sets({"stem": "x_only", "domains": {"x": 1, "y": 0}}, {"stem": "y_only", "domains": {"x": 0, "y": 1}})
    found = set_versions(index, score(index, values, {}).domains, told)
    _, shifts = compare_sets(scorer(index, values), {name: found[name] for name in ("x_only", "y_only")})
    assert shifts["spearman"].item() == -1
    assert (shifts["n_in_highest_tenth"].item(), shifts["n_leaving_highest_tenth"].item()) == (2, 2)
    assert shifts["rank_shift_mean"].item() == pytest.approx(np.mean(np.abs(np.arange(20) * 2 - 19)))


# ---- what is not read

OPEN = {"a": {"weight": 0.55, "members": {"m1": 0.7, "m2": 0.3}}, "b": {"weight": 0.15, "members": {"m3": 0.7}, "not_read": {"more": 0.3}}}  # fmt: skip
CLOSED = {
    "c": {"weight": 0.15, "members": {"m4": 0.2}, "not_read": {"most of it": 0.8}},
    "d": {"weight": 0.15, "members": {"m5": 0.2}, "not_read": {"one thing": 0.4, "another": 0.4}},
}
BESIDE = {"e": {"beside": True, "members": {"m6": 1}}}


def ranks_of(domains: dict, values: pd.DataFrame) -> pd.DataFrame:
    index = make_tree(domains, normalise="percentile", minimum_weight=0.3)
    columns = values[[name for _, name, _ in index.members]]
    entering = score(index, columns, {}).domains[list(index.parts)]
    return compare_sets(scorer(index, columns), set_versions(index, entering, []))[0]


def test_equal_weights_are_equal_over_what_is_read():
    """A domain that is closed, for so little of it is read, stays closed whatever its weights: nothing else moves."""
    values = leaning(80, ["m1", "m2", "m3", "m4", "m5", "m6"])
    alone = {name: domain | {"weight": domain["weight"] / 0.7} for name, domain in OPEN.items()}
    found, expected = ranks_of(OPEN | CLOSED | BESIDE, values), ranks_of(alone, values)
    pd.testing.assert_frame_equal(found, expected)
    scaled = {name: percentile(values[name].to_numpy()) for name in values}
    by_hand = (scaled["m1"] + scaled["m2"]) / 2 + 0.7 * scaled["m3"]  # of a domain as much as is read
    assert found["equal"].tolist() == ranks(by_hand).tolist()


def test_no_choice_rests_on_what_is_not_read():
    index = make_tree(OPEN | CLOSED | {"f": {"weight": 0.1, "members": {"m7": 0.5, "m8": 0.5}}} | {"a": OPEN["a"] | {"weight": 0.45}}, minimum_weight=0.3)  # fmt: skip
    values = leaning(80, ["m1", "m2", "m3", "m4", "m5", "m7", "m8"]).assign(m8=np.nan)
    told = scorer(index, values)
    assert "m8" not in told.read
    assert can_be_left_out(index, told.read) == ["m1", "m2"]  # without m7 nothing of its domain is known
    assert Choices(told, {"expert": as_defined(index)}).options["left_out"] == ["none", "m1", "m2"]
    base, drawn = set(as_defined(index).members), draw_versions(index)
    left = {name for version in drawn for name in base - set(version.members)}
    assert "m7" in left  # the draws know nothing of what is read
    whole = [Version(v.domains, as_defined(index).members | v.members) for v in drawn if "m7" not in v.members]
    np.testing.assert_array_equal(told.all_ranks([v for v in drawn if "m7" not in v.members]), told.all_ranks(whole))


@pytest.mark.parametrize("weights", [{"m4": 1.0}, {"m4": 5.0}])
def test_weights_of_members_never_open_a_domain(weights):
    index = make_tree(OPEN | CLOSED, minimum_weight=0.3)
    told, base = scorer(index, leaning(20, ["m1", "m2", "m3", "m4", "m5"])), as_defined(index)
    version = Version(base.domains, base.members | weights)
    np.testing.assert_array_equal(told.score(version), told.score(base))
