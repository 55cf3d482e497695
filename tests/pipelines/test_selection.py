"""Choosing as columns: caps, ties, who is next and who is passed over, the cut, means of larger areas, the worst percent."""

import numpy as np
import pytest

from pipelines.ownership.selection import Cap, Frame, Units, Worst, added, choose, chosen_in_each, in_line, share_ahead

NAN = float("nan")


def by_hand(value, n, caps):
    """The same choice by trying every candidate in turn, with no array."""
    line = sorted((i for i in range(len(value)) if value[i] == value[i]), key=lambda i: (-value[i], i))
    chosen = []
    for i in line:
        if len(chosen) < n and all(sum(g[j] == g[i] for j in chosen) < most for g, most in caps):
            chosen.append(i)
    return chosen


def test_the_greatest_are_chosen_ties_stand_as_they_are_and_nobody_without_a_score():
    value = np.array([3.0, NAN, 5.0, 3.0 + 1e-12, 1.0])
    assert in_line(value).tolist() == [2, 0, 3, 4]
    assert choose(value, 2, []).chosen.tolist() == [2, 0]
    assert choose(value, 9, []).chosen.tolist() == [2, 0, 3, 4]


def test_a_cap_holds_back_and_tells_whom():
    ward = Cap("ward", np.array([0, 0, 0, 1, 1]), 1)
    found = choose(np.array([9.0, 8.0, 7.0, 6.0, 5.0]), 2, [ward], more=2)
    assert found.chosen.tolist() == [0, 3]
    assert found.passed_over == [(1, "ward"), (2, "ward")]  # and not the fifth, who stands behind the last one chosen
    assert found.next.tolist() == []


def test_the_first_who_is_next_would_be_chosen_were_there_one_more_place():
    random = np.random.default_rng(1)
    for _ in range(50):
        value, group = random.integers(0, 12, 30).astype(float), random.integers(0, 6, 30)
        caps, n = [Cap("ward", group, 2), Cap("authority", group // 3, 4)], int(random.integers(1, 9))
        found = choose(value, n, caps, more=1)
        assert [*found.chosen, *found.next] == choose(value, n + 1, caps).chosen.tolist()
        assert found.chosen.tolist() == by_hand(value, n, [(group, 2), (group // 3, 4)])


def test_who_is_chosen_in_each_version_is_so_with_the_caps_held_in_each():
    random = np.random.default_rng(2)
    values, group = random.normal(size=(40, 12)), random.integers(0, 4, 12)
    values[random.random((40, 12)) < 0.1] = NAN
    counted = np.zeros(12, dtype=int)
    for value in values:
        counted[by_hand(value, 5, [(group, 2)])] += 1
    assert chosen_in_each(values, 5, [Cap("ward", group, 2)]).sum(axis=0).tolist() == counted.tolist()


def test_the_share_of_versions_ahead_counts_a_tie_half_and_no_score_as_behind():
    values = np.array([[2.0, 1.0], [1.0, 1.0], [1.0, 2.0], [1.0, NAN], [NAN, 1.0], [NAN, NAN]])
    assert share_ahead(values, 0, 1) == pytest.approx((1 + 0.5 + 0 + 1 + 0 + 0.5) / 6)


def test_a_larger_area_has_the_mean_of_its_small_ones_weighted_by_residents_or_no_score():
    units = Units(np.array([0, 0, 1, 1, -1]), np.array([100.0, 300, 50, 50, 9]), 2, 0.99, False)
    assert units.mean(np.array([1.0, 2, 3, 5, 7])).tolist() == [1.75, 4.0]
    assert np.isnan(units.mean(np.array([1.0, 2, NAN, 5, 7]))[1])  # half of it is not known


def test_the_worst_percent_is_by_rank_in_each_scope_and_ties_share_the_lowest():
    group = np.array([0] * 10 + [1] * 4)
    score = np.array([10.0, 9, 9, 7, 6, 5, 4, 3, 2, 1, 4, 3, 2, NAN])
    assert np.flatnonzero(Worst("x", 20, group).holds(score)).tolist() == [0, 1, 2]  # two tie for rank 2 of 10
    assert np.flatnonzero(Worst("x", 34, group).holds(score)).tolist() == [0, 1, 2, 10]  # 1 of the 3 that have a score


def test_values_add_up_percentiles_in_the_frame_and_are_not_known_where_one_is_not():
    units = Units(np.arange(5), np.ones(5), 5, 0.99, True)
    frame = Frame(units, np.arange(5), np.array([4, 0, 2]), (Worst("held", 50, np.zeros(5, dtype=int)),))
    value = np.zeros(3)
    added(value, frame, "a", 0.75, np.array([1.0, 2, 3, 4, 5]))
    added(value, frame, "b", 0.25, np.array([7.0, NAN, 7, 1, 1]))
    # percentiles 100 (r - 0.5) / N: of a 90, 10, 50 of five; of b, four known, two ties at each end: 25, 75, 75
    assert value.tolist() == [0.75 * 90 + 0.25 * 25, 0.75 * 10 + 0.25 * 75, 0.75 * 50 + 0.25 * 75]
    added(value, frame, "held", 0.0, np.array([1.0, 2, 5, 4, 3]))
    assert np.isnan(value).tolist() == [True, True, False]  # ranks 3, 5 and 1 of five: only the last is among the half
