"""Values carried from an older vintage of areas: every kind of change by hand, totals kept, the real look-up."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.records import DefinitionError
from geodata.vintages import MISSING, SAID_AS, VintageError, carry, roll_up
from pipelines.areas.carried import how
from pipelines.core.settings import Settings
from pipelines.core.step import run
from pipelines.indicators.indicator import indicator_step
from pipelines.register.vintages import carried_sources, vintages
from pipelines.register.workspace import open_workspace
from pipelines.tables.snapshot import take
from pipelines.tables.table import table_step

# u stays u1; s splits into s1, s2 (300 and 100 residents); m and n merge into mn; x gives to x1 and xy, y to xy and y1
LOOKUP = pd.DataFrame(
    [
        ("u", "u1", "U"),
        ("s", "s1", "S"),
        ("s", "s2", "S"),
        ("m", "mn", "M"),
        ("n", "mn", "M"),
        ("x", "x1", "X"),
        ("x", "xy", "X"),
        ("y", "xy", "X"),
        ("y", "y1", "X"),
    ],
    columns=["old_code", "new_code", "change"],
)
RESIDENTS = pd.Series({"u1": 500, "s1": 300, "s2": 100, "mn": 800, "x1": 100, "xy": 300, "y1": 900})
OLD = pd.Series({"u": 10.0, "s": 40.0, "m": 6.0, "n": 2.0, "x": 8.0, "y": 16.0})


def test_counts_are_shared_out_by_residents_and_added_up():
    found = carry(OLD, LOOKUP, "extensive", RESIDENTS)
    expected = {"u1": 10, "s1": 30, "s2": 10, "mn": 8, "x1": 2, "xy": 6 + 4, "y1": 12}
    assert found["value"].to_dict() == expected
    assert found["value"].sum() == OLD.sum()
    assert found["null_reason"].isna().all()


def test_rates_are_passed_on_copied_and_averaged():
    found = carry(OLD, LOOKUP, "intensive", RESIDENTS)["value"].to_dict()
    # xy took 3/4 of x and 1/4 of y, which count alike where their own residents are not known
    assert found == {"u1": 10, "s1": 40, "s2": 40, "mn": 4, "x1": 8, "xy": (0.75 * 8 + 0.25 * 16) / 1, "y1": 16}


def test_the_residents_of_the_parents_weigh_where_they_are_known():
    old_residents = pd.Series({"u": 1, "s": 1, "m": 300, "n": 100, "x": 200, "y": 600})
    found = carry(OLD, LOOKUP, "intensive", RESIDENTS, old_residents)["value"]
    assert found["mn"] == pytest.approx((300 * 6 + 100 * 2) / 400)
    assert found["xy"] == pytest.approx((150 * 8 + 150 * 16) / 300)


def test_how_and_share_are_told():
    found = carry(OLD, LOOKUP, "intensive", RESIDENTS)
    assert found["how_carried"].to_dict() == {
        "u1": "unchanged", "s1": "split", "s2": "split", "mn": "merged", "x1": "irregular", "xy": "irregular", "y1": "irregular",
    }  # fmt: skip
    assert found["share"].to_dict() == {"u1": 1, "s1": 0.75, "s2": 0.25, "mn": 1, "x1": 0.25, "xy": 0.5, "y1": 0.75}


@pytest.mark.parametrize("way", ["extensive", "intensive"])
@pytest.mark.parametrize("blank", [True, False])
def test_a_missing_parent_leaves_its_areas_without_a_value(way, blank):
    values = OLD.where(~OLD.index.isin(["n", "y"])) if blank else OLD.drop(["n", "y"])
    found = carry(values, LOOKUP, way, RESIDENTS)
    assert set(found.index[found["value"].isna()]) == {"mn", "xy", "y1"}
    assert (found["null_reason"] == MISSING).equals(found["value"].isna())


def test_nothing_at_all_is_carried_as_nothing():
    found = carry(pd.Series(dtype=float), LOOKUP, "extensive", RESIDENTS)
    assert found["value"].isna().all()
    assert len(found) == 7


@pytest.mark.parametrize(
    ("values", "lookup", "weights", "told"),
    [
        (pd.Series({"q": 1.0}), LOOKUP, RESIDENTS, "look-up does not know: q"),
        (pd.Series([1.0, 2.0], index=["u", "u"]), LOOKUP, RESIDENTS, "given twice: u"),
        (OLD, LOOKUP, RESIDENTS.drop("s2"), "new codes without residents to weigh by: s2"),
        (OLD, LOOKUP, RESIDENTS.replace({300: 0, 100: 0}), "none of whose parts has residents: s"),
        (OLD, LOOKUP.replace({"change": {"U": "Z"}}), RESIDENTS, "changes other than U, S, M, X: u"),
        (OLD, LOOKUP.replace({"change": {"S": "U"}}), RESIDENTS, "said to be unchanged and are not: s"),
        (OLD, LOOKUP.replace({"change": {"M": "S"}}), RESIDENTS, "said to be split and are not: m, n"),
        (OLD, LOOKUP.replace({"change": {"U": "M"}}), RESIDENTS, "said to be merged and are not: u"),
        (OLD, pd.concat([LOOKUP, LOOKUP.iloc[[0]]]), RESIDENTS, "pairs given twice in the look-up: u"),
    ],
)
def test_codes_and_changes_that_do_not_fit_are_named(values, lookup, weights, told):
    with pytest.raises(VintageError, match=told):
        carry(values, lookup, "extensive", weights)


@st.composite
def changes(draw):
    """A look-up of any mix of changes, residents of the new areas and a whole count for every old one."""
    pairs, counts = [], {}
    for number in range(draw(st.integers(1, 8))):
        change = draw(st.sampled_from("USMX"))
        n = draw(st.integers(2, 4))
        old, new = f"old{number}", f"new{number}"
        if change == "U":
            pairs.append((old, new, "U"))
        elif change == "S":
            pairs += [(old, f"{new}.{part}", "S") for part in range(n)]
        elif change == "M":
            pairs += [(f"{old}.{part}", new, "M") for part in range(n)]
        else:  # a chain: each old area gives to two new ones
            pairs += [(f"{old}.{part}", f"{new}.{part + step}", "X") for part in range(n) for step in (0, 1)]
    lookup = pd.DataFrame(pairs, columns=["old_code", "new_code", "change"])
    counts = {code: draw(st.integers(0, 10**7)) for code in sorted(set(lookup["old_code"]))}
    residents = {code: draw(st.integers(1, 10**5)) for code in sorted(set(lookup["new_code"]))}
    return lookup, pd.Series(counts, dtype=float), pd.Series(residents)


@settings(max_examples=150, deadline=None)
@given(changes(), st.randoms(use_true_random=False))
def test_whole_counts_add_up_to_the_last_bit_in_any_order(made, random):
    lookup, counts, residents = made
    found = carry(counts, lookup, "extensive", residents)
    assert found["value"].sum() == counts.sum()
    assert math.fsum(found["value"]) == counts.sum()
    assert (found["value"] >= 0).all()
    assert found["share"].between(0, 1).all()
    shuffled = list(range(len(lookup)))
    random.shuffle(shuffled)
    again = carry(counts.iloc[::-1], lookup.iloc[shuffled], "extensive", residents)
    pd.testing.assert_frame_equal(found, again)


@settings(max_examples=100, deadline=None)
@given(changes(), st.floats(-1e6, 1e6))
def test_totals_of_any_numbers_are_kept_and_a_mean_stays_among_its_parents(made, factor):
    lookup, counts, residents = made
    numbers = counts * factor / 3
    total = carry(numbers, lookup, "extensive", residents)["value"]
    assert math.isclose(math.fsum(total), math.fsum(numbers), rel_tol=1e-12, abs_tol=1e-9)
    means = carry(numbers, lookup, "intensive", residents)["value"]
    parents = lookup.assign(value=lookup["old_code"].map(numbers)).groupby("new_code")["value"]
    slack = 1e-9 * numbers.abs().max() + 1e-12
    assert (means >= parents.min() - slack).all()
    assert (means <= parents.max() + slack).all()


# ---- rolled up


AREAS = pd.Series({"a": "north", "b": "north", "c": "south"})


def test_counts_and_means_are_rolled_up():
    people = pd.Series({"a": 100, "b": 300, "c": 50})
    counts = roll_up(pd.Series({"a": 1.0, "b": 2.0, "c": 5.0}), AREAS, "extensive")
    assert counts["value"].to_dict() == {"north": 3, "south": 5}
    means = roll_up(pd.Series({"a": 8.0, "b": 4.0, "c": 5.0}), AREAS, "intensive", people)
    assert means["value"].to_dict() == {"north": 5, "south": 5}


def test_a_group_with_a_missing_area_has_no_value_and_says_how_much_is_known():
    people = pd.Series({"a": 100, "b": 300, "c": 50})
    for way in ("extensive", "intensive"):
        found = roll_up(pd.Series({"a": 1.0, "b": np.nan, "c": 5.0}), AREAS, way, people)
        assert math.isnan(found.loc["north", "value"])
        assert found["share"].to_dict() == {"north": 0.25, "south": 1}
        assert found["null_reason"].isna().to_dict() == {"north": False, "south": True}


def test_a_roll_up_refuses_what_it_cannot_place():
    values = pd.Series({"a": 1.0, "b": 2.0, "c": 5.0})
    with pytest.raises(VintageError, match="not in both values and groups: c"):
        roll_up(values, AREAS.drop("c"), "extensive")
    with pytest.raises(VintageError, match="without a group: b"):
        roll_up(values, AREAS.where(AREAS.index != "b"), "extensive")
    with pytest.raises(VintageError, match="none are given"):
        roll_up(values, AREAS, "intensive")


@settings(max_examples=100, deadline=None)
@given(changes(), st.integers(1, 5))
def test_carried_counts_keep_their_total_when_rolled_up(made, n_groups):
    lookup, counts, residents = made
    carried = carry(counts, lookup, "extensive", residents)["value"]
    groups = pd.Series([f"g{i % n_groups}" for i in range(len(carried))], index=carried.index)
    assert math.fsum(roll_up(carried, groups, "extensive")["value"]) == counts.sum()


# ---- the register and the sample town


def test_a_source_says_its_vintage_by_the_level_of_its_key(town):
    register = town.workspace().register
    assert {level: v.source for level, v in vintages(register).items()} == {"old_area": "ons_lsoa11_lsoa21_2022"}
    assert {"tfl_ptal_2015", "mhclg_iod_2019"} <= set(carried_sources(register))
    assert "ons_authority_region_2024" not in carried_sources(register)  # a key of another level is no older vintage
    step = indicator_step(town.workspace(), register.indicators["imd_2019_score"])
    assert step.definition["views"] == {"mhclg_iod_2019_by_area": ["by_area/mhclg_iod_2019"]}
    assert "by_area/mhclg_iod_2019" in step.depends_on
    columns = register.sources["mhclg_iod_2019"].columns
    assert {name: how(name, column) for name, column in columns.items()} == {
        "lsoa11_code": None,
        "imd_score": "intensive",
        "imd_rank": None,
    }
    assert how("n_residents", register.sources["ons_census_residents_2021"].columns["n_residents"]) == "extensive"


def test_a_level_has_one_look_up(town):
    register = town.workspace().register
    source = register.sources["ons_lsoa11_lsoa21_2022"]
    twice = register.sources | {"another": source.model_copy(update={"stem": "another"})}
    with pytest.raises(DefinitionError, match="ons_lsoa11_lsoa21_2022 is the look-up of old_area already"):
        vintages(replace(register, sources=twice))


def test_the_town_carries_every_planted_change(town):
    told = dict(
        town.query("select how_carried, count(*) from area_carried where source = 'mhclg_iod_2019' group by all")
    )
    assert told == {"unchanged": 137, "split": 7, "merged": 3, "irregular": 3}
    reasons = town.query(
        "select null_reason, count(*) from area_carried where source = 'tfl_ptal_2015' group by all order by all"
    )
    assert dict(reasons) == {"not_covered": 35, "not_in_area_vintage": 1, None: 114}
    (lost,) = town.query("select area_code from area_carried where null_reason = 'not_in_area_vintage'")
    assert lost == ("S99000071",)
    values = town.query(
        "select i.null_reason, c.null_reason from indicator_value i join area_carried c using (area_code) "
        "where indicator = 'public_transport_access_index' and source = 'tfl_ptal_2015'"
    )
    assert all(ours == theirs for ours, theirs in values)


def test_the_parts_of_a_split_area_of_the_town_share_its_value(town):
    first, second, third, other = (
        value
        for (value,) in town.query(
            "select value from indicator_value where indicator = 'imd_2019_score' "
            "and area_code in ('S99000011', 'S99000012', 'S99000013', 'S99000014') order by area_code"
        )
    )
    assert first == second == third
    assert other != first


# ---- the real look-up


@pytest.fixture
def real(mirror, tmp_path):
    workspace = open_workspace(Settings(data=tmp_path / "data", areas=("London",), mirror=mirror))

    def read(stem: str) -> pd.DataFrame:
        source = workspace.register.sources[stem]
        take(workspace, source)
        return pd.read_parquet(run(table_step(workspace, source), workspace.data).path)

    return read


def test_every_neighbourhood_of_2011_lands_and_the_population_stays_whole(real):
    lookup = real("ons_lsoa11_lsoa21_2022").set_axis(["old_code", "new_code", "change"], axis=1)
    assert lookup["change"].value_counts().to_dict() == {"U": 33647, "S": 1900, "M": 239, "X": 9}
    people = real("ons_census_residents_2021").set_index("lsoa21_code")["n_residents"].astype(float)
    people = people[people.index.str.startswith("E")]
    assert len(people) == 33_755
    england = lookup[lookup["new_code"].str.startswith("E")]
    old = england["old_code"].unique()
    assert len(old) == 32_844
    assert not set(old) & set(lookup.loc[~lookup["new_code"].str.startswith("E"), "old_code"])

    counts = pd.Series(np.random.default_rng(1).integers(0, 3000, len(old)), index=old, dtype=float)
    found = carry(counts, england, "extensive", people)
    assert len(found) == 33_755
    assert found["value"].sum() == counts.sum()
    assert set(found["how_carried"]) == set(SAID_AS.values())
    # there and back: shares by residents undo themselves, but for areas that were merged and tangled
    back = england.rename(columns={"old_code": "new_code", "new_code": "old_code"})
    back["change"] = back["change"].map({"U": "U", "S": "M", "M": "S", "X": "X"})
    alike = pd.Series(1.0, index=old)
    earlier = carry(people, back, "extensive", alike)["value"]
    assert earlier.sum() == people.sum()
    again = carry(earlier, england, "extensive", people)
    assert again["value"].sum() == people.sum()
    same = again["how_carried"] != "irregular"
    assert np.allclose(again.loc[same, "value"], people.reindex(again.index)[same], rtol=1e-12)
    missing = carry(counts.drop(old[:100]), england, "extensive", people)["value"]
    assert missing.isna().sum() >= 100
