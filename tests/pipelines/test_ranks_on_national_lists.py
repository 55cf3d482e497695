"""What ranks the nation's areas rests on lists that cover it by one rule; what these look for too seldom is left out for all."""

from html import escape
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from fixtures.making import make_index, plant

from geodata.distance import measure_of
from pipelines.core.query import run_sql
from pipelines.core.step import output, run
from pipelines.indicators.indicator import indicator_step
from pipelines.indices.score import index_step
from pipelines.register.provenance import indicator_sources
from pipelines.register.register import INDICATORS, Indicator, read_indicator
from pipelines.register.taxonomy import LookedFor

KIND = "community_centre"
NATIONAL, LOCAL = "osm_places_england", "gla_community_centres_2022"


@pytest.fixture(scope="module")
def reach(town):
    """Reach of halls by all lists, and by national ones."""
    found = output(town.data, f"reach/{KIND}")
    return pd.read_parquet(found.path), pd.read_parquet(found.files[f"{KIND}.national"])


def test_national_is_what_claims_the_whole_nation(town):
    register = town.workspace().register
    assert register.national_lists(KIND) == [NATIONAL]
    assert register.national_lists("library") == ["librarydata_libraries_2023"]
    assert register.national_lists("music_venue") == [], "on the city's list alone"


def test_a_place_on_a_local_list_alone_counts_in_profiles_and_in_no_rank(town):
    kinds = pd.read_parquet(output(town.data, "places/place").files["place.kinds"])
    halls = kinds[(kinds["kind"] == KIND) & kinds["is_counted"]]
    assert halls["is_national"].any()
    assert not halls["is_national"].all()
    assert set(halls.loc[~halls["is_national"], "rule"]) == {f"open, and listed by {LOCAL}"}
    assert halls.loc[halls["is_national"], "rule"].str.contains(NATIONAL).all()


def test_reach_by_national_lists_is_brute_force_over_their_places(town, reach):
    whole, national = reach
    assert (national["coverage"] == "partial").all(), "what volunteers keep"
    assert "observed" in set(whole["coverage"]), "the city's list claims to be complete"
    places = pd.read_parquet(output(town.data, "places/place").files[f"place.counted.{KIND}"]).query("is_national")
    areas = pd.read_parquet(output(town.data, "geography/areas").path).sort_values("area_code")
    geography = town.workspace().geography
    measure = measure_of(geography)
    apart = np.hypot(*(areas[[c]].to_numpy() - places[c].to_numpy() for c in "xy"))
    assert national["n_within_15_min"].tolist() == (measure.least(apart)[1] <= 15).sum(axis=1).tolist()
    near = np.where(apart.min(axis=1) <= geography.nearest_cap_m, measure.least(apart.min(axis=1))[0], np.nan)
    assert national["nearest_m"].to_numpy() == pytest.approx(near, abs=0.0501, nan_ok=True)
    assert (national["n_within_15_min"] <= whole["n_within_15_min"]).all()
    assert (national["n_within_15_min"] < whole["n_within_15_min"]).any()


def test_the_release_has_both_side_by_side(town, reach):
    whole, national = reach
    columns = "n_within_15_min, national_n_within_15_min, nearest_m, national_nearest_m, coverage, national_coverage"
    rows = town.frame(f"select {columns} from neighbourhood_reach where kind = '{KIND}' order by area_code")
    for column in ("n_within_15_min", "nearest_m", "coverage"):
        for name, frame in ((column, whole), (f"national_{column}", national)):
            expected = frame[column].tolist()
            assert rows[name].fillna(-1).tolist() == [-1 if pd.isna(value) else value for value in expected]


def test_an_indicator_by_national_lists_rests_on_them_alone(town, reach):
    workspace = town.workspace()
    indicator = workspace.register.indicators["nearest_community_centre_m"]
    assert indicator_sources(workspace.register, indicator) == [NATIONAL]
    assert f"reach/{KIND}:{KIND}.national" in indicator_step(workspace, indicator).reads
    values = pd.read_parquet(output(town.data, "indicator/nearest_community_centre_m").path).set_index("area_code")
    national = reach[1].set_index("area_code")
    expected = national["nearest_m"].fillna(national["cap_m"])
    pd.testing.assert_series_equal(values["value"], expected, check_names=False)


def run_everyday(
    folder, everywhere: dict[str, bool], within: dict[str, list], stem: str = "everyday_kinds_within_15_min_pct"
) -> pd.DataFrame:
    """What an indicator's SQL says of hand-made reach of three areas, by area."""
    files = []
    for kind, counts in within.items():
        coverage = ["unknown" if n is None else "observed" for n in counts]
        rows = pd.DataFrame(
            {"area_code": list("abc"), "n_within_15_min": pd.array(counts, "Int64"), "coverage": coverage}
        )
        rows["n_within_choice"], rows["choice"] = rows["n_within_15_min"] * 2, rows["n_within_15_min"] * 0.5
        rows["null_reason"] = pd.Series(["not_covered" if n is None else None for n in counts], dtype="str")
        files.append(folder / f"{kind}.parquet")
        rows.assign(kind=kind, as_at=pd.Timestamp("2025-01-01"), is_everywhere=everywhere[kind]).to_parquet(files[-1])
    sql = read_indicator(INDICATORS / f"{stem}.sql").sql
    return run_sql(sql, {"national_reach": files}, "everyday").sort_values("area_code").set_index("area_code")


def test_a_kind_that_is_not_looked_for_nearly_everywhere_counts_nowhere(tmp_path):
    within = {"library": [1, 0, 2], "school": [3, 4, 0], "cafe": [9, None, None]}
    found = run_everyday(tmp_path, {"library": True, "school": True, "cafe": False}, within)
    assert found["value"].tolist() == [100, 50, 50], "the cafes of the city give it nothing"
    found = run_everyday(tmp_path, {"library": True, "school": True, "cafe": True}, within)
    assert found["value"].iloc[0] == 100
    assert found["value"].iloc[1:].isna().all(), "where one that counts was not looked for, nothing is known"
    assert found["null_reason"].tolist()[1:] == ["not_covered"] * 2
    assert run_everyday(tmp_path, dict.fromkeys(within, False), within).empty


def test_of_the_kinds_that_count_a_share_of_those_looked_for_is_given_where_most_were(tmp_path):
    within = {"library": [1, 0, None], "school": [3, 4, 0], "pharmacy": [1, 1, None], "hall": [0, None, 2]}
    found = run_everyday(tmp_path, dict.fromkeys(within, True), within)
    assert found["value"].iloc[:2].tolist() == pytest.approx([75, 200 / 3])
    assert found["coverage"].tolist()[:2] == ["observed", "partial"]
    assert np.isnan(found["value"].iloc[2]), "of two in four too little is told"


def test_choice_is_the_log_of_what_the_kinds_that_count_add_up_to(tmp_path):
    within = {
        "library": [2, 0, None],
        "school": [4, 0, 0],
        "pharmacy": [8, 0, None],
        "hall": [4, None, 2],
        "pub": [90] * 3,
    }
    everywhere = {kind: kind != "pub" for kind in within}
    found = run_everyday(tmp_path, everywhere, within, "everyday_choice")
    assert found["value"].iloc[:2].tolist() == pytest.approx([np.log(1 + 9), 0]), "the pubs of the city give it nothing"
    assert found["coverage"].tolist()[:2] == ["observed", "partial"]
    assert np.isnan(found["value"].iloc[2]), "of two in four too little is told"
    plain = run_everyday(tmp_path, everywhere, within, "everyday_places_within_30_min")
    assert plain["value"].fillna(-1).tolist() == [36, 0, -1]


def scored(folder, everywhere: bool, like_with_like: bool = True, statistic=(10.0, 20.0)):
    """An index of a statistic (weight .6) and of halls (.4), the halls known in the first of two areas alone."""
    codes = ["e1", "e2"]
    names = dict.fromkeys(("nation_code", "region_code", "authority_code", "like_areas_code"), "n")
    areas = pd.DataFrame({"area_code": codes, **names})
    plant(folder, "geography/areas", {"main": areas})
    plant(folder, "geography/scope", {"main": areas[["area_code"]]})
    cover = pd.DataFrame({"kind": ["hall"], "national_lists": "l", "share": [0.92 if everywhere else 0.5], "is_everywhere": [everywhere]})  # fmt: skip
    lists = pd.DataFrame({"kind": ["hall"], "source": "l", "authority_code": "n", "judged_by": "authority", "n_listed": 4, "n_expected": 5.0})  # fmt: skip
    plant(folder, "places/cover", {"main": cover, "kinds": cover, "lists": lists})
    near = pd.DataFrame({"area_code": codes, "coverage": ["partial", "unknown"], "gap": ["borderline", None], "is_everywhere": everywhere})  # fmt: skip
    plant(folder, "reach/hall", {"main": near, "national": near})
    for name, values in (("statistic", list(statistic)), ("halls", [90.0, np.nan])):
        known = ~np.isnan(values)
        rows = pd.DataFrame({"area_code": codes, "value": values, "coverage": np.where(known, "observed", "unknown")})
        rows["as_at"] = pd.Series(pd.Timestamp("2025-01-01"), index=rows.index).astype("datetime64[ms]")
        rows["null_reason"] = pd.Series(np.where(known, None, "not_covered"), dtype="str")
        plant(folder, f"indicator/{name}", {"main": rows})
    head = {"title": "t", "unit": "u", "direction": "neutral", "grain": "area", "sql": ""}
    indicators = {
        "statistic": Indicator.model_validate({**head, "stem": "statistic", "inputs": ["x"]}),
        "halls": Indicator.model_validate({**head, "stem": "halls", "inputs": ["national_reach"], "kinds": ["hall"]}),
    }
    members = {"statistic": 0.6, "halls": {"weight": 0.4, "normalise": "target", "target": [0, 100]}}
    index = make_index({"one": {"members": members}}, normalise="none", like_with_like=like_with_like)
    taxonomy = SimpleNamespace(looked_for=LookedFor())
    register = SimpleNamespace(indicators=indicators, indices={}, taxonomy=taxonomy)
    step = run(index_step(SimpleNamespace(register=register), index), folder)
    return step.meta, pd.read_parquet(step.path).set_index("area_code")


def test_a_member_looked_for_in_too_few_areas_is_left_out_for_all_alike(tmp_path):
    meta, table = scored(tmp_path, everywhere=False)
    assert meta["left_out"] == ["halls"]
    assert meta["unlike"] == {"halls": {"hall": 0.5}}
    assert table["score"].tolist() == [10, 20], "what is known of the first area's halls moves no score"
    assert table["weight_observed"].tolist() == pytest.approx([0.6, 0.6]), "and its weight is told as not observed"


def test_a_member_looked_for_nearly_everywhere_counts_where_it_is_known(tmp_path):
    meta, table = scored(tmp_path, everywhere=True)
    assert meta["left_out"] == []
    assert table["score"].tolist() == pytest.approx([0.6 * 10 + 0.4 * 90, 20])
    assert table["weight_observed"].tolist() == pytest.approx([1, 0.6])


def test_a_statistic_known_in_too_few_areas_is_left_out_for_all_alike(tmp_path):
    meta, table = scored(tmp_path, everywhere=True, statistic=(10.0, np.nan))
    assert meta["unlike"] == {"statistic": {"statistic": 0.5}}
    assert meta["left_out"] == ["statistic"]
    assert table["score"].isna().all(), "of the halls alone too little is told"


def test_the_evidence_is_graded_by_what_is_known_there(tmp_path):
    _, table = scored(tmp_path, everywhere=True)
    halls = 0.75 * 4 / 5  # covered in part, by a list that holds four of five expected
    there = (0.6 + 0.4 * halls) * (1 - 0.05) * (1 - 0.1 * 0.4)
    assert table["evidence_strength"].tolist() == pytest.approx([there, 0.6 * (1 - 0.05)])
    assert table["evidence_grade"].tolist() == ["B", "C"]


def test_an_index_that_does_not_ask_for_it_leaves_nothing_out(tmp_path):
    meta, table = scored(tmp_path, everywhere=False, like_with_like=False)
    assert meta["left_out"] == []
    assert table["score"].iloc[0] == pytest.approx(0.6 * 10 + 0.4 * 90)


def test_the_release_says_what_is_left_out_and_why(town):
    told = dict(town.query("select member, left_out from index_member where index_name = 'infrastructure_gap'"))
    kinds = {k: (e, p) for k, e, p in town.query("select kind, is_everywhere, looked_for_pct from kind")}
    assert told["transport_connectivity_score"] is None
    for member in ("nearest_school_m", "nearest_library_m"):
        assert told[member] is None
        assert kinds[member.removeprefix("nearest_").removesuffix("_m")] == (True, 100.0)
    gone = {kind for kind, (everywhere, _) in kinds.items() if not everywhere}
    register = town.workspace().register
    for member, words in told.items():
        of = set(register.indicators[member].kinds) & gone
        of = of if "national_reach" in register.indicators[member].inputs else set()
        assert all(register.taxonomy.kinds[kind].plural in words for kind in of)
        page = (town.release / "methods" / "infrastructure_gap.html").read_text()
        assert not words or escape(words.split(", looked for")[0]) in page
        line = f"left out for all areas alike: infrastructure_gap: {member} ({words})"
        assert (line in town.outcome.lines) == bool(words)


def test_the_town_is_scored_in_every_area(town):
    rows = town.query(
        "select count(*), count(score), min(weight_observed) from index_score where index_name = 'infrastructure_gap'"
    )
    n, n_scored, least = rows[0]
    assert n == n_scored == 150
    assert least >= 0.6
