"""`commonground select` on the sample town: the list by a count of its own, how firm by brute force, the rules, what is asked
wrongly, and that a choice can be made again."""

import csv
import dataclasses
import shutil

import numpy as np
import orjson
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner

from pipelines.commands.cli import main
from pipelines.core.step import Given
from pipelines.indices.inputs import IndexInputs, standing
from pipelines.indices.redrawn import Redrawn
from pipelines.indices.spread import drawn_of, errors_of, scorer_of, spread_step
from pipelines.release.database import open_database

TOWN = "Samplebridge (invented)"


def run(town, *arguments: str):
    return CliRunner().invoke(main, ["select", *map(str, arguments), "--data", str(town.data)])


def chosen(town, *arguments: str) -> dict:
    done = run(town, *arguments, "--json")
    assert done.exit_code == 0, done.output
    return orjson.loads(done.stdout)


def codes(told: dict, part: str = "chosen") -> list[str]:
    return [unit["code"] for unit in told[part]]


@pytest.fixture(scope="module")
def scores(town) -> pd.DataFrame:
    """A row per small area: its scores, and what it lies in."""
    frame = town.frame(
        """select n.*, s.score as hardship, g.score as gap from neighbourhood as n
        join index_score as s on s.area_code = n.area_code and s.index_name = 'hardship'
        join index_score as g on g.area_code = n.area_code and g.index_name = 'infrastructure_gap'"""
    )
    return frame.set_index("area_code").assign(residents=frame["population_mid_year"].to_numpy())


@pytest.fixture(scope="module")
def drawn(town, scores) -> dict[str, pd.DataFrame]:
    """By index, the score of every area (columns) in each version (rows), one version after the other by the engine."""
    found = {}
    for name in ("hardship", "infrastructure_gap"):
        workspace = town.workspace()
        step = spread_step(workspace, workspace.register.indices[name])
        given = Given(town.data, step.inputs, step.definition)
        inputs = IndexInputs(given)
        stand = standing(inputs.index, given.frame(f"index/{name}"), inputs.areas)
        scorer = scorer_of(inputs, stand, errors_of(inputs))
        versions = drawn_of(step.definition, inputs.index)
        found[name] = pd.DataFrame([scorer.score(version) for version in versions], columns=stand.areas)
        found[name] = found[name][scores.index]
    return found


def percentiles(frame: pd.DataFrame) -> pd.DataFrame:
    """100 (r - 0.5) / N over the columns of each row."""
    return 100 * (frame.rank(axis=1) - 0.5) / frame.shape[1]


def best(value: pd.Series, scores: pd.DataFrame, n: int, most: dict[str, int]) -> list[str]:
    """The first n of a table put in order, under caps by column."""
    table = scores.assign(value=value.round(9)).dropna(subset="value").reset_index()
    found: list[str] = []
    for row in table.sort_values(["value", "residents", "area_code"], ascending=[False, False, True]).itertuples():
        full = [c for c, m in most.items() if (scores.loc[found, c] == getattr(row, c)).sum() >= m]
        if len(found) < n and not full:
            found.append(row.area_code)
    return found


# ---- the list


def test_by_one_index_the_areas_of_the_highest_score_are_chosen(town, scores):
    told = chosen(town, "--area", "Northbank", "--n", 4)
    mine = scores[scores["authority_name"] == "Northbank"]
    assert codes(told) == mine.sort_values("hardship", ascending=False).index[:4].tolist()
    assert codes(told, "next")[0] == mine.sort_values("hardship", ascending=False).index[4]
    first = told["chosen"][0]
    assert first["by"][0]["score"] == mine["hardship"].max()
    assert first["by"][0]["rank"] == (scores["hardship"] > mine["hardship"].max()).sum() + 1
    assert first["by"][0]["rank_in_area"] == first["place"] == 1
    assert first["reasons"]
    assert all("Area hardship" in reason for reason in first["reasons"])


def test_a_weight_that_moves_changes_the_list_as_it_should(town, scores):
    within = {"hardship": scores["hardship"].rank(), "gap": scores["gap"].rank()}
    lists = {}
    for weight in (1, 3):
        told = chosen(town, "--area", TOWN, "--n", 6, "--index", "hardship", "--index", f"infrastructure_gap={weight}")
        value = (within["hardship"] + weight * within["gap"]) / (1 + weight)
        lists[weight] = codes(told)
        assert lists[weight] == best(value, scores, 6, {})
        assert [by["weight"] for by in told["by"]] == [1 / (1 + weight), weight / (1 + weight)]
    assert lists[1] != lists[3]


def test_caps_hold_and_say_whom_they_held_back(town, scores):
    told = chosen(town, "--area", TOWN, "--n", 8, "--max-per-ward", 1, "--max-per-authority", 3)
    listed = scores.loc[codes(told)]
    assert listed["ward_code"].is_unique
    assert listed["authority_code"].value_counts().max() == 3
    assert codes(told) == best(scores["hardship"], scores, 8, {"ward_code": 1, "authority_code": 3})
    last = scores.loc[codes(told)[-1], "hardship"]
    before = [code for code in scores.index if scores.loc[code, "hardship"] > last and code not in codes(told)]
    assert sorted(codes(told, "passed_over")) == sorted(before)
    assert {over["cap"] for over in told["passed_over"]} == {"ward", "authority"}


def test_what_is_excluded_or_too_small_is_not_chosen_and_is_counted(town, scores, tmp_path):
    first = codes(chosen(town, "--area", TOWN, "--n", 3))
    listed = tmp_path / "no.csv"
    listed.write_text("area_code\n" + "\n".join(first[:2]) + "\n")
    least = int(scores["residents"].median())
    told = chosen(town, "--area", TOWN, "--n", 5, "--exclude", listed, "--exclude", first[2], "--min-residents", least)
    left = scores[~scores.index.isin(first) & (scores["residents"] >= least)]
    assert codes(told) == best(left["hardship"], left, 5, {})
    assert told["n_excluded"] == 3
    assert told["n_can_be_chosen"] == len(left)
    assert sorted(told["choice"]["exclude"]) == sorted(first)  # codes, for the file may be gone tomorrow


def test_only_those_among_the_worst_of_what_they_lie_in(town, scores):
    told = chosen(town, "--area", TOWN, "--n", 50, "--index", "infrastructure_gap", "--worst", "hardship=10", "--worst-in", "authority")  # fmt: skip
    of = scores.groupby("authority_code")["hardship"]
    among = scores[100 * of.rank(ascending=False, method="min") <= 10 * of.transform("size")]
    assert codes(told) == best(among["gap"], among, 50, {})
    assert told["margin"] is None  # nobody is left off
    assert told["n_not_among_worst"] == len(scores) - len(among)


def test_a_ward_is_chosen_by_the_mean_of_its_areas(town):
    told = chosen(town, "--area", TOWN, "--level", "ward", "--n", 4)
    rolled = town.frame("select code, average_score, residents from area_roll_up where level = 'ward' and index_name = 'hardship' order by average_score desc")  # fmt: skip
    assert codes(told) == rolled["code"].tolist()[:4]
    for unit, row in zip(told["chosen"], rolled.itertuples(), strict=False):
        assert unit["by"][0]["score"] == pytest.approx(row.average_score)
        assert unit["residents"] == row.residents
        assert unit["reasons"]


def test_who_has_no_score_is_listed_with_a_reason_and_never_chosen(town):
    told = chosen(town, "--area", TOWN, "--n", 150, "--index", "ownership_opportunity")
    known = town.frame("select area_code from index_score where index_name = 'ownership_opportunity' and score is not null")  # fmt: skip
    assert 0 < len(told["chosen"]) == len(known) < 150
    assert set(codes(told)) == set(known["area_code"])
    assert len(told["not_known"]) == 150 - len(known)
    assert all(unit["why"] and unit["missing"] for unit in told["not_known"])
    assert "TOO LITTLE KNOWN OF THESE" in run(town, "--area", TOWN, "--index", "ownership_opportunity").stdout


def test_a_domain_is_chosen_by_and_one_beside_its_index_stands_as_published(town):
    told = chosen(town, "--area", TOWN, "--n", 5, "--index", "hardship.remoteness")
    domain = town.frame("select area_code from domain_score where index_name = 'hardship' and domain = 'remoteness' order by score desc")  # fmt: skip
    assert codes(told) == domain["area_code"].tolist()[:5]
    assert [by["varies"] for by in told["by"]] == [False]
    assert {unit["chosen_in"] for unit in told["chosen"]} == {1.0}
    varied = chosen(town, "--area", TOWN, "--n", 5, "--index", "hardship.health")
    assert min(unit["chosen_in"] for unit in varied["chosen"]) < 1


def test_who_lives_there_is_the_mean_weighted_by_residents(town, scores):
    told = chosen(town, "--area", "Northbank", "--n", 4)
    values = town.frame("select area_code, value from indicator_value where indicator = 'disability_pct'").set_index("area_code")["value"]  # fmt: skip
    mine = scores[scores["authority_name"] == "Northbank"]
    is_chosen = mine.index.isin(codes(told))
    row = next(row for row in told["people"] if row["indicator"] == "disability_pct")
    for part, of in (("chosen", is_chosen), ("rest", ~is_chosen)):
        assert row[part] == pytest.approx(np.average(values[mine.index[of]], weights=mine["residents"][of]))
    assert told["residents_chosen"] == mine["residents"][is_chosen].sum()
    assert [row["why_not"] for row in told["people"] if row["tells"] == "ethnicity"] == ["no source of it is held"]


# ---- how firm


def test_the_versions_are_those_that_the_ranges_of_the_release_tell_of(town, drawn):
    told = town.frame("select area_code, rank_low, rank_median, rank_high from index_score where index_name = 'infrastructure_gap'")  # fmt: skip
    workspace = town.workspace()
    redrawn = Redrawn(workspace, workspace.register.indices["infrastructure_gap"])
    rows = np.empty((len(redrawn.versions), len(redrawn.areas)))

    def take(number: int, score: np.ndarray) -> None:
        rows[number] = score

    redrawn.each(None, redrawn.versions, take)
    again = pd.DataFrame(rows, columns=redrawn.areas.index)[drawn["infrastructure_gap"].columns]
    pd.testing.assert_frame_equal(again, drawn["infrastructure_gap"], check_names=False)
    ranks = again.round(9).rank(axis=1, ascending=False, method="min").to_numpy()
    for name, share in (("rank_low", 0.05), ("rank_median", 0.5), ("rank_high", 0.95)):
        found = np.quantile(ranks, share, axis=0, method="inverted_cdf")
        assert found.tolist() == told.set_index("area_code").loc[again.columns, name].tolist(), name


def test_how_often_each_is_chosen_is_a_count_over_versions_with_the_rules_held_in_each(town, scores, drawn):
    told = chosen(
        town, "--area", "Samplebridge", "--n", 6, "--index", "hardship=2", "--index", "infrastructure_gap",
        "--max-per-ward", 2, "--worst", "60", "--worst-in", "authority", "--min-residents", 1300,
    )  # fmt: skip
    weighed = (2 * percentiles(drawn["hardship"]) + percentiles(drawn["infrastructure_gap"])) / 3
    mine = scores[scores["authority_name"] == "Samplebridge"]
    rank = drawn["hardship"][mine.index].rank(axis=1, ascending=False, method="min")
    may = (100 * rank <= 60 * len(mine)) & (mine["residents"] >= 1300)
    counted = dict.fromkeys(mine.index, 0)
    wards, residents = mine["ward_code"].to_dict(), mine["residents"].to_dict()
    values = weighed[mine.index].where(may).round(9).to_dict("records")
    for value in values:
        listed: list[str] = []
        for code in sorted((c for c in value if value[c] == value[c]), key=lambda c: (-value[c], -residents[c], c)):
            if len(listed) < 6 and [wards[other] for other in listed].count(wards[code]) < 2:
                listed.append(code)
        for code in listed:
            counted[code] += 1
    counted = pd.Series(counted)
    share = counted / len(weighed)
    assert told["how_firm"]["n_versions"] == len(weighed) == 1000
    for unit in [*told["chosen"], *told["next"], *told["passed_over"]]:
        assert unit["chosen_in"] == share[unit["code"]]
    assert told["how_firm"]["n_ever_chosen"] == (share > 0).sum()
    margin = told["margin"]
    last, first = (weighed[margin[of]].where(may[margin[of]], -1).round(9) for of in ("last_in", "first_out"))
    assert margin["ahead_in"] == pytest.approx(((last > first) + (last == first) / 2).mean())
    assert margin["told_apart"] == (margin["ahead_in"] >= 0.95)


def test_by_every_weight_set_the_list_is_that_of_its_ranks(town):
    told = chosen(town, "--area", TOWN, "--n", 10)
    ranks = town.frame("select * from weight_set_rank where index_name = 'hardship'")
    assert {other["weight_set"] for other in told["other_sets"]} == set(ranks["weight_set"]) - {"expert"}
    for other in told["other_sets"]:
        theirs = ranks[ranks["weight_set"] == other["weight_set"]].sort_values(["rank", "area_code"])
        kept = set(codes(told)) - set(other["leaves"]) | set(other["comes"])
        assert kept == set(theirs["area_code"].tolist()[:10]), other["weight_set"]
        in_words = [u["code"] for u in told["chosen"] if other["weight_set"] in u["weight_sets"]]
        assert len(in_words) == other["n_shared"] == 10 - len(other["leaves"])


def test_where_only_the_release_is_left_the_list_stands_and_how_firm_is_not_known(town, tmp_path):
    alone = dataclasses.replace(town, data=tmp_path / "data")
    shutil.copytree(town.data / "releases", alone.data / "releases", symlinks=True)
    told, whole = chosen(alone, "--area", TOWN, "--n", 5), chosen(town, "--area", TOWN, "--n", 5)
    assert codes(told) == codes(whole)
    assert told["chosen"][0]["by"] == whole["chosen"][0]["by"]
    assert told["how_firm"]["n_versions"] == 0
    assert told["how_firm"]["why_not"]
    assert told["chosen"][0]["chosen_in"] is None
    assert told["margin"]["told_apart"] is None
    assert "How firm is not known" in run(alone, "--area", TOWN).stdout


def test_a_folder_that_has_gone_on_is_not_taken_for_the_release(town, tmp_path):
    gone_on = dataclasses.replace(town, data=tmp_path / "data")
    shutil.copytree(town.data, gone_on.data, symlinks=True, ignore=shutil.ignore_patterns("history", "snapshots"))
    record = orjson.loads((gone_on.data / "indices" / "hardship.json").read_bytes())
    path = gone_on.data / "indices" / record["files"]["hardship"]
    table = pd.read_parquet(path)
    table.assign(score=table["score"] + 1).to_parquet(path)
    told = chosen(gone_on, "--area", TOWN, "--n", 5)
    assert "no longer holds what this release was made of" in told["how_firm"]["why_not"]
    assert codes(told) == codes(chosen(town, "--area", TOWN, "--n", 5))


# ---- again


def test_a_choice_can_be_made_again_and_gives_the_same_list(town, tmp_path):
    out = tmp_path / "list.csv"
    asked = ["--area", "Samplebridge", "--n", 5, "--index", "hardship=2", "--index", "infrastructure_gap", "--max-per-ward", 2, "--exclude", "S99000042", "--cut-date", "2026-12-31"]  # fmt: skip
    first = run(town, *asked, "--out", out)
    assert first.exit_code == 0, first.output
    beside = tmp_path / "list.choice.yml"
    kept = yaml.safe_load(beside.read_text())
    assert kept["cut_date"] == "2026-12-31"
    assert kept["made"]["release"] == town.release.name
    again = run(town, "--choice", beside, "--out", tmp_path / "again.csv")
    assert again.exit_code == 0, again.output
    assert (tmp_path / "again.csv").read_bytes() == out.read_bytes()
    assert (tmp_path / "again.choice.yml").read_text() == beside.read_text()
    over = run(town, "--choice", beside, "--out", out)
    assert over.exit_code == 2
    assert "give --out another name" in over.stderr.lower()
    told = chosen(town, "--choice", beside)
    assert told["again"] == {
        "release": town.release.name,
        "asked_otherwise": False,
        "is_same": True,
        "leaves": [],
        "comes": [],
    }
    assert codes(told) == kept["made"]["chosen"]
    with out.open(newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["code"] for row in table if row["list"] == "chosen"] == codes(told)
    fewer = chosen(town, "--choice", beside, "--n", 2)
    assert codes(fewer) == codes(told)[:2]
    assert fewer["again"]["is_same"] is False
    assert fewer["again"]["asked_otherwise"] is True
    assert fewer["again"]["leaves"] == codes(told)[2:]


def test_nothing_is_written_into_the_folder(town):
    def state():
        return {path: path.stat().st_mtime_ns for path in town.data.rglob("*")}

    before = state()
    assert run(town, "--area", TOWN, "--index", "hardship", "--index", "infrastructure_gap").exit_code == 0
    assert state() == before


# ---- asked wrongly


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name an area with --area"),
        (("--area", "Leeds"), "which holds Samplebridge (invented)"),
        (("--area", "Northbnk"), "did you mean Northbank?"),
        (("--area", TOWN, "--index", "hardshp"), "there is no index or domain hardshp"),
        (("--area", TOWN, "--index", "hardship=0"), "is not NAME or NAME=WEIGHT"),
        (("--area", TOWN, "--index", "hardship", "--index", "hardship=2"), "named twice"),
        (("--area", TOWN, "--index", "ownership_opportunity.capacity"), "what support to bring, not whom to choose"),
        (("--area", TOWN, "--worst", "101"), "at most 100"),
        (("--area", TOWN, "--worst", "ownership_opportunity=10"), "too little of it is scored"),
        (("--area", TOWN, "--index", "infrastructure_gap.spaces"), "has a score of"),
        (("--area", TOWN, "--level", "ward", "--max-per-ward", "1"), "does not lie in one ward"),
        (("--area", TOWN, "--level", "ward", "--exclude", "S99000042"), "chosen whole or not at all"),
        (("--area", TOWN, "--min-residents", "999999"), "nothing in"),
        (("--area", TOWN, "--cut-date", "2022-01-01"), "later than 1 January 2022"),
        (("--area", TOWN, "--label", "poor"), "there is no label poor"),
        (("--area", TOWN, "--out", "list.doc"), "none of .csv, .json and .txt"),
    ],
)
def test_a_wrong_question_is_told_in_one_sentence(town, arguments, said):
    done = run(town, *arguments)
    assert done.exit_code == 2, done.output
    assert said.casefold() in done.stderr.casefold()
    assert len(done.stderr.splitlines()) == 1


def test_an_area_that_the_release_holds_in_part_is_refused(town, tmp_path):

    part = dataclasses.replace(town, data=tmp_path / "data")
    shutil.copytree(town.data / "releases", part.data / "releases", symlinks=True)
    with open_database(part.release / "commonground.duckdb") as connection:
        connection.execute("delete from neighbourhood where authority_name != 'Northbank'")
        connection.execute("update release set areas_asked = 'Northbank', n_areas = 50")
    assert len(codes(chosen(part, "--area", "Northbank"))) == 10
    done = run(part, "--area", TOWN)
    assert done.exit_code == 2
    assert "may hold only a part of" in done.stderr
    assert "it holds Northbank" in done.stderr
