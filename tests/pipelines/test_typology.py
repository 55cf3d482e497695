"""The typology: one label per area by the decision table, unknown never taken for low, and what a moved cut changes."""

import itertools
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from fixtures.making import plant
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.records import DefinitionError, read_record
from pipelines.core.step import output, run
from pipelines.ownership.typology import Typology, label, read_typology, typology_step
from pipelines.register.labels import read_labels

TYPOLOGY, SHOWN = read_typology(), read_labels()["typology"]
AXES = ("need", "stock", "signs", "capacity")
NAN = np.nan
COUNTEREXAMPLES = sorted((Path(__file__).parents[1] / "counterexamples" / "typology").glob("*.yml"))

# The table of METHODS section 3, row by row; None is any.
TABLE = [
    ("unknown", None, None, None, "not_enough_known", "Not enough known"),
    ("low", None, "high", None, "keep_what_is_here", "Keep what is here"),
    ("low", None, "low", None, "no_strong_signal", "No strong signal"),
    ("low", None, "unknown", None, "no_strong_signal", "No strong signal"),
    ("high", "unknown", None, None, "not_enough_known", "Not enough known"),
    ("high", "low", None, None, "new_or_temporary_space", "New or temporary space"),
    ("high", "high", None, "unknown", "not_enough_known", "Not enough known"),
    ("high", "high", None, "high", "ready_to_explore", "Ready to explore transfer"),
    ("high", "high", None, "low", "support_alongside", "Invest in support alongside"),
]
EVERY = list(itertools.product(("high", "low", "unknown"), repeat=4))


def by_the_table(*states: str) -> tuple[str, str]:
    fits = [row[4:] for row in TABLE if all(want in (None, is_) for want, is_ in zip(row[:4], states, strict=True))]
    assert len(fits) == 1, "the table of the methods gives each case one row"
    return fits[0]


def one_frame(codes) -> pd.DataFrame:
    return pd.DataFrame({"nation_code": "n", "region_code": "r", "authority_code": "a"}, index=codes)


def scores_of(*states: str) -> pd.DataFrame:
    """Ten areas, the first of which has these states; what is unknown is so for all ten."""
    others = [float(n) for n in range(10, 19)]
    first = {"high": 99.0, "low": 1.0}
    columns = {a: [NAN] * 10 if s == "unknown" else [first[s], *others] for a, s in zip(AXES, states, strict=True)}
    return pd.DataFrame(columns, index=[f"e{n}" for n in range(10)])


@pytest.mark.parametrize("states", EVERY, ids="-".join)
def test_every_case_has_the_label_of_the_decision_table(states):
    scores = scores_of(*states)
    told = label(TYPOLOGY, SHOWN, scores, one_frame(scores.index)).loc["e0"]
    assert tuple(told[list(AXES)]) == states
    assert (told["label"], told["shown_as"]) == by_the_table(*states)
    deciding = TYPOLOGY.rules[told["rule"] - 1]
    assert deciding.label == told["label"]
    assert all(getattr(deciding, axis) in (None, state) for axis, state in zip(AXES, states, strict=True))


def test_the_labels_are_those_of_the_methods():
    assert {code: entry.label for code, entry in SHOWN.codes.items()} == {row[4]: row[5] for row in TABLE}
    assert TYPOLOGY.axes == list(AXES)
    assert TYPOLOGY.high_share == pytest.approx(1 / 3, abs=1e-3)
    assert TYPOLOGY.cut_moves == 0.05


def test_high_is_the_top_third_of_the_frame():
    scores = pd.DataFrame({axis: np.arange(30.0) for axis in AXES}, index=[f"e{n:02}" for n in range(30)])
    told = label(TYPOLOGY, SHOWN, scores, one_frame(scores.index))
    assert told.index[told["need"] == "high"].tolist() == scores.index[20:].tolist()


def test_what_is_lowest_in_its_frame_is_never_high():
    """Areas without any stock are not among those with most of it, however few have some."""
    codes = [f"e{n}" for n in range(10)]
    scores = pd.DataFrame({axis: np.arange(10.0) for axis in AXES}, index=codes)
    scores["stock"] = [50.0] + [0.0] * 9
    told = label(TYPOLOGY, SHOWN, scores, one_frame(codes))
    assert told["stock"].tolist() == ["high"] + ["low"] * 9
    scores["stock"] = 0.0
    assert set(label(TYPOLOGY, SHOWN, scores, one_frame(codes))["stock"]) == {"low"}


def test_equal_scores_have_equal_states():
    codes = [f"e{n}" for n in range(9)]
    scores = pd.DataFrame({axis: [9, 8, 8, 8, 8, 1, 1, 1, 0.0] for axis in AXES}, index=codes)
    told = label(TYPOLOGY, SHOWN, scores, one_frame(codes))
    assert told.groupby(scores["need"])["need"].nunique().eq(1).all()


def test_the_widest_covered_frame_decides():
    """A region that is not wholly known leaves its areas to their authority; a nation that is, decides for all."""
    codes = [f"e{n}" for n in range(6)]
    areas = pd.DataFrame(
        {"nation_code": "n", "region_code": ["r"] * 3 + ["s"] * 3, "authority_code": list("aaabbb")}, index=codes
    )
    scores = pd.DataFrame({axis: [60.0, 50, 40, 30, 20, 10] for axis in AXES}, index=codes)
    assert label(TYPOLOGY, SHOWN, scores, areas)["need"].tolist() == [*["high"] * 2, *["low"] * 4]  # a third of six
    part = scores.assign(need=[60.0, 50, 40, NAN, 20, 10])
    told = label(TYPOLOGY, SHOWN, part, areas)
    assert told["need"].tolist()[3:] == ["unknown"] * 3  # neither nation, region nor authority is wholly known
    assert told["need"].tolist()[:3] == ["high", "low", "low"]


def test_areas_not_asked_leave_the_nation_uncovered():
    codes = [f"e{n}" for n in range(10)]
    areas = one_frame([*codes, *(f"other{n}" for n in range(90))])
    areas.loc[areas.index.str.startswith("other"), ["region_code", "authority_code"]] = ["s", "b"]
    scores = pd.DataFrame({axis: np.arange(10.0) for axis in AXES}, index=codes)
    told = label(TYPOLOGY, SHOWN, scores, areas)
    assert (told["need"] == "high").sum() == 3  # of the region, which is known


def test_a_moved_cut_is_told():
    codes = [f"e{n:02}" for n in range(20)]
    scores = pd.DataFrame({axis: np.arange(20.0) for axis in AXES}, index=codes).assign(stock=1.0, capacity=NAN)
    told = label(TYPOLOGY, SHOWN, scores, one_frame(codes))
    high = (told["need"] == "high").sum()
    assert high == 7  # a third of 20 is 6.7
    moved = set(told.index[told["changes_if_cut_moves"]])
    assert moved == {codes[20 - 7], codes[20 - 8]}  # 28.33 % is six areas, 38.33 % eight


RESTS_ON = {
    ("low", "unknown", "high", "unknown"): "need, signs",
    ("low", "high", "unknown", "high"): "need",
    ("low", "unknown", "low", "unknown"): "need, signs",
    ("high", "low", "high", "high"): "need, stock",
    ("high", "high", "unknown", "low"): "need, stock, capacity",
    ("high", "unknown", "high", "high"): None,
    ("unknown", "high", "high", "high"): None,
}


@pytest.mark.parametrize(("states", "axes"), RESTS_ON.items(), ids=["-".join(states) for states in RESTS_ON])
def test_a_label_says_what_it_rests_on(states, axes):
    scores = scores_of(*states)
    told = label(TYPOLOGY, SHOWN, scores, one_frame(scores.index)).loc["e0", "rests_on"]
    assert (told if isinstance(told, str) else None) == axes


def test_an_axis_of_which_too_few_kinds_are_known_is_unknown(tmp_path):
    """Little looked at is not little there: a score on two kinds of the three that are needed decides nothing."""
    codes = [f"e{n}" for n in range(10)]
    areas = one_frame(codes).rename_axis("area_code").reset_index()
    frames = [
        pd.DataFrame({"area_code": codes, "domain": axis, "score": np.arange(10.0), "n_known": 2}) for axis in AXES
    ]
    domains = {axis: SimpleNamespace(least_members_read=3 if axis == "stock" else 0) for axis in AXES}
    register = SimpleNamespace(indices={TYPOLOGY.index: SimpleNamespace(domains=domains)})
    plant(tmp_path, "geography/areas", {"main": areas})
    plant(tmp_path, "geography/scope", {"main": areas[["area_code"]]})
    rows = pd.concat(frames, ignore_index=True)
    plant(tmp_path, f"index/{TYPOLOGY.index}", {"main": rows, "domain_score": rows})
    workspace = SimpleNamespace(register=register, geography=SimpleNamespace(stem="test"))
    told = pd.read_parquet(run(typology_step(workspace), tmp_path).path).set_index("area_code")
    assert set(told["stock"]) == {"unknown"}
    assert told.loc["e9", ["need", "signs", "label"]].tolist() == ["high", "high", "not_enough_known"]


STATES = st.one_of(st.just(NAN), st.sampled_from([0.0, 1.0, 50.0, 100.0]), st.floats(0, 100))


@settings(deadline=None, max_examples=80, derandomize=True)
@given(st.lists(st.tuples(*[STATES] * 4, st.sampled_from("abc")), min_size=1, max_size=25))
def test_every_area_has_exactly_one_label_whatever_is_known(rows):
    codes = [f"e{n}" for n in range(len(rows))]
    scores = pd.DataFrame([row[:4] for row in rows], columns=AXES, index=codes, dtype=float)
    areas = one_frame(codes).assign(authority_code=[row[4] for row in rows])
    told = label(TYPOLOGY, SHOWN, scores, areas)
    assert told.index.tolist() == codes
    assert told["label"].isin(list(SHOWN.codes)).all()
    assert told["rule"].between(1, len(TYPOLOGY.rules)).all()
    for axis in AXES:
        assert (told.loc[scores[axis].isna(), axis] == "unknown").all()
    for row in told.itertuples():
        assert row.label == by_the_table(*(getattr(row, axis) for axis in AXES))[0]


@pytest.mark.parametrize("path", COUNTEREXAMPLES, ids=lambda path: path.stem)
def test_a_counterexample_provokes_its_breach(path):
    wanted = path.read_text("utf-8").splitlines()[0].removeprefix("# expect: ")
    with pytest.raises(DefinitionError) as error:
        read_record(Typology, path)
    assert wanted in str(error.value)


def test_the_town_has_one_label_an_area_as_its_domains_say(town):
    told = town.frame("select * from typology").set_index("area_code")
    assert len(told) == 150
    scores = pd.read_parquet(output(town.data, f"index/{TYPOLOGY.index}").files[f"{TYPOLOGY.index}.domain_score"])
    wide = scores.pivot(index="area_code", columns="domain", values="score")
    domains = town.workspace().register.indices[TYPOLOGY.index].domains
    counts = pd.read_parquet(output(town.data, f"index/{TYPOLOGY.index}").files[f"{TYPOLOGY.index}.domain_score"])
    counts = counts.pivot(index="area_code", columns="domain", values="n_known")
    for axis in AXES:
        known = wide[axis].where(counts[axis] >= domains[axis].least_members_read)
        assert (told.loc[known.index[known.isna()], axis] == "unknown").all()
        known = known.dropna()
        if len(known):
            high = told.loc[known.index, axis] == "high"
            assert known[high].min() > known[~high].max()
    assert (told.loc[told["need"] == "unknown", "label"] == "not_enough_known").all()


def test_an_axis_told_by_authority_is_not_compared_within_one():
    """Of one authority alone known: its areas are alike in capacity, and that is not little of it."""
    scores = scores_of("high", "high", "high", "high").assign(capacity=40.0)
    elsewhere = pd.DataFrame({"nation_code": "n", "region_code": "r", "authority_code": "b"}, index=[f"x{n}" for n in range(30)])  # fmt: skip
    areas = pd.concat([one_frame(scores.index), elsewhere])
    told = label(TYPOLOGY, SHOWN, scores, areas).loc["e0"]
    assert (told["need"], told["stock"], told["capacity"]) == ("high", "high", "unknown")
    assert told["label"] == "not_enough_known"
