"""What an index is made of, told in figures: what it shares with the official one, whether its domains belong together, of what
period its data are, and why an area stands where it does in plain words."""

import numpy as np
import pandas as pd
import pytest

from geodata.geography import read_geographies
from pipelines.answers.area.plainly import ordinal
from pipelines.answers.area.profile import profile
from pipelines.answers.latest import open_latest
from pipelines.answers.lookup import look_up
from pipelines.register.register import read_register
from pipelines.release.agreement import by_construction
from pipelines.release.method_facts import alpha, parts_of
from pipelines.release.registers import share_shared_with_imd


@pytest.fixture(scope="module")
def england():
    return read_register(read_geographies()["england_lsoa21"])


def test_most_of_hardship_is_in_the_official_index_and_that_is_said(england, town):
    hardship = england.indices["hardship"]
    own = {name: d.weight * m.weight for d in hardship.parts.values() for name, m in d.members.items()}
    alone = [name for name in own if not england.indicators[name].in_imd_2025]
    assert alone == ["bad_health_pct"]
    share = share_shared_with_imd(england, hardship, {})
    assert share == pytest.approx(1 - own["bad_health_pct"])
    assert by_construction(share).startswith("Most of it (96 % of its weight) is the Indices of Deprivation 2025")
    report = (town.release / "REPORT.md").read_text()
    assert by_construction(share) in report
    assert by_construction(share) in (town.release / "methods/hardship.html").read_text()
    assert by_construction(0.0) == ""


def test_an_index_of_indices_shares_what_they_share(england):
    inner = {
        name: share_shared_with_imd(england, england.indices[name], {}) for name in ("hardship", "infrastructure_gap")
    }
    whole = share_shared_with_imd(england, england.indices["ownership_opportunity"], {})
    assert whole == pytest.approx(sum(inner.values()) / 2 / 3, abs=1e-3)  # need is a third, half of it each


def test_what_is_shared_is_told_of_what_this_release_reads(town):
    """By effective weight, as the members of the same release have it: more where other members are left out."""
    told = dict(town.query("select index_name, share_of_weight_shared_with_imd from index_method"))
    by_hand = dict(
        town.query("""select index_name, sum(effective_weight) filter (in_imd_2025)
        from index_member join indicator on indicator = member where is_in_index group by 1""")
    )
    left_out = town.query(
        "select count(*) from index_member where index_name = 'infrastructure_gap' and effective_weight = 0"
    )
    assert left_out[0][0] > 0
    for name in ("hardship", "infrastructure_gap"):
        assert told[name] == pytest.approx(by_hand[name], abs=1e-4)


def test_a_domain_that_no_area_has_hides_no_other(town):
    assert town.query(
        "select count(score) from domain_score where index_name = 'infrastructure_gap' and domain = 'spaces'"
    ) == [(0,)]
    assert "Do the domains belong together?" in (town.release / "methods/infrastructure_gap.html").read_text()


def test_alpha_is_one_for_the_same_twice_none_for_strangers_and_below_for_opposites():
    chance = np.random.default_rng(3)
    a, b = (pd.Series(chance.normal(size=20_000)) for _ in range(2))
    assert alpha(pd.DataFrame({"a": a, "b": a})) == pytest.approx(1)
    assert alpha(pd.DataFrame({"a": a, "b": b})) == pytest.approx(0, abs=0.05)
    assert alpha(pd.DataFrame({"a": a, "b": b - a})) < -0.5
    assert np.isnan(alpha(pd.DataFrame({"a": a})))


def test_a_domain_that_runs_against_the_others_is_seen():
    chance = np.random.default_rng(4)
    a = pd.Series(chance.normal(size=500))
    frame = pd.DataFrame({"a": a, "b": a + chance.normal(size=500) / 2, "c": -a + chance.normal(size=500) / 2})
    found = parts_of(frame, {"a": 0.4, "b": 0.4, "c": 0.2}, "arithmetic")
    assert found["c"].with_rest < -0.5 < 0.2 < found["a"].with_rest
    assert found["c"].alpha_without > max(found["a"].alpha_without, found["b"].alpha_without)
    assert found["b"].mean_shift > 0


def test_the_period_and_the_variation_of_each_indicator_are_told(town):
    rows = town.frame("select indicator, period, share_within_authorities from indicator").set_index("indicator")
    assert rows.loc["overcrowded_households_pct", "period"] == "2021-03-21"
    assert "technical report" in rows.loc["violence_rate_per_1000", "period"]
    assert (rows["period"].str.len() > 0).all()
    values = town.frame("""select v.value, n.authority_code from indicator_value as v join neighbourhood as n using (area_code)
        where indicator = 'overcrowded_households_pct'""")
    within = values["value"] - values.groupby("authority_code")["value"].transform("mean")
    total = values["value"] - values["value"].mean()
    assert rows.loc["overcrowded_households_pct", "share_within_authorities"] == pytest.approx((within**2).sum() / (total**2).sum(), abs=6e-4)  # fmt: skip
    assert rows.loc["cooperatives_rate_per_1000", "share_within_authorities"] == 0


def test_where_an_area_stands_in_its_ward_and_what_is_usual_there(town):
    area = town.frame("""select area_code, ward_code, authority_code from neighbourhood join index_score using (area_code)
        where index_name = 'hardship' and rank_nation = 1""").iloc[0]
    with open_latest(town.data) as connection:
        sheet = profile(connection, look_up(connection, area["area_code"]))
    hardship = next(index for index in sheet["indices"] if index["index_name"] == "hardship")
    scores = town.frame(
        f"select area_code, score from index_score join neighbourhood using (area_code) where index_name = 'hardship' and ward_code = '{area['ward_code']}' and score is not null"
    ).set_index("area_code")["score"]
    place = int(scores.rank(ascending=False, method="min")[area["area_code"]])
    assert hardship["in_plain_words"][0].startswith(f"{ordinal(place)} of {len(scores)} small areas in the ward ")
    pushes = [i for d in hardship["explained"]["domains"] for i in d["indicators"]]
    most = max(pushes, key=lambda i: i["contribution"])
    values = town.frame(
        f"select area_code, value from indicator_value join neighbourhood using (area_code) where indicator = '{most['indicator']}' and authority_code = '{area['authority_code']}'"
    ).set_index("area_code")["value"]
    told = next(line for line in hardship["in_plain_words"] if line.startswith("Pulled up most by"))
    assert f"({values[area['area_code']]:,.1f}" in told
    assert f"{values.median():,.1f}" in told


@pytest.mark.parametrize(("n", "word"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (23, "23rd"), (111, "111th"), (1002, "1,002nd")])  # fmt: skip
def test_ordinals(n, word):
    assert ordinal(n) == word
