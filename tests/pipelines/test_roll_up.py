"""Larger areas as a whole: worked out by hand, and recounted from a release."""

from dataclasses import dataclass

import orjson
import pandas as pd
import pytest
from click.testing import CliRunner

from pipelines.commands.cli import main
from pipelines.indices.roll_up import ROLL_UP, make_roll_up
from pipelines.scoring.definition import Index

INDEX = Index(
    stem="need", title="Need", shown_as="Need", question="?", reference_year=2026,
    domains={"one": {"title": "One", "weight": 1, "reason": "it is all", "members": {"a": {"weight": 1, "reason": "it is all"}}}},
)  # fmt: skip
EMPTY = {f"{level}_{what}": None for level in ("msoa", "ward", "authority", "region") for what in ("code", "name")}


@dataclass
class Handed:
    """What the step is handed, from tables in memory."""

    areas: pd.DataFrame
    scores: pd.DataFrame
    asked: list[str]

    @property
    def definition(self) -> dict:
        return {"index": INDEX, "residents_as": ("by estimate", "by census")}

    def frame(self, key: str) -> pd.DataFrame:
        return {
            "geography/areas": self.areas,
            "geography/scope": pd.DataFrame({"area_code": self.asked}),
            "index/need": self.scores,
        }[key]


def handed(rows: str, scope: str = "nation", **more) -> Handed:
    """A line an area: code, ward, msoa, authority, census, estimate, rank (- for none); all in one nation of 4 ranks."""
    read = [line.split() for line in rows.strip().splitlines()]
    areas = pd.DataFrame(
        [
            EMPTY
            | {
                "area_code": code, "ward_code": ward, "ward_name": f"Ward {ward}", "msoa_code": msoa, "msoa_name": f"Quarter {msoa}",
                "authority_code": authority, "authority_name": f"Council {authority}", "nation_code": "N", "region_code": None,
                "population": int(census), "population_mid_year": None if estimate == "-" else int(estimate),
            }
            for code, ward, msoa, authority, census, estimate, _ in read
        ]
    )  # fmt: skip
    ranks = pd.array([None if line[6] == "-" else int(line[6]) for line in read], dtype="Int64")
    scores = pd.DataFrame({"area_code": areas["area_code"], "score": 50.0 - 10 * ranks.astype("Float64")})
    scores["score"] = scores["score"].astype(float)
    for name in ("nation", "region", "authority"):
        scores[f"rank_{name}"] = ranks if name == scope else pd.array([None] * len(read), dtype="Int64")
    return Handed(areas, scores, more.get("asked", list(areas["area_code"])))


def profile_of(town, *arguments: str) -> str:
    return CliRunner().invoke(main, ["profile", *arguments, "--data", str(town.data)]).stdout


TWO_COUNCILS = """
    a  w1  m1  A  100  300  1
    b  w1  m1  A  100  100  4
    c  w2  m1  A  100  100  2
    d  w3  m2  B  100  100  3
"""


def made(given: Handed) -> pd.DataFrame:
    tables, _ = make_roll_up(given)
    table = tables["need.roll_up"]
    assert list(table) == list(ROLL_UP.types)
    return table.set_index(["level", "code"])


def test_means_are_weighted_by_the_estimate():
    found = made(handed(TWO_COUNCILS))
    ward = found.loc[("ward", "w1")]
    assert ward["average_score"] == pytest.approx((40 * 300 + 10 * 100) / 400)
    assert ward["average_rank"] == pytest.approx((4 * 300 + 1 * 100) / 400)
    assert (ward["name"], ward["authority_name"], ward["residents"]) == ("Ward w1", "Council A", 400)
    assert (ward["residents_as"], ward["n_areas"], ward["n_of_level"]) == ("by estimate", 2, 3)
    # 32.5, 30 and 20
    assert found.loc["ward"]["rank_by_average_score"].tolist() == [1, 2, 3]
    assert sorted(found.index.get_level_values("level").unique()) == ["authority", "msoa", "ward"], (
        "there are no regions"
    )


def test_by_the_census_where_one_area_has_no_estimate():
    found = made(handed(TWO_COUNCILS.replace("300", "-")))
    assert found.loc[("ward", "w1"), "average_score"] == pytest.approx(25)
    assert found["residents_as"].unique().tolist() == ["by census"]


def test_one_area_without_a_score_and_what_holds_it_is_not_told():
    found = made(handed(TWO_COUNCILS.replace("100  4", "100  -")))
    assert set(found.index) == {("ward", "w2"), ("ward", "w3"), ("msoa", "m2"), ("authority", "B")}


def test_one_in_a_hundred_may_lack_a_score():
    lines = [f"a{i} w{i} m1 A 100 100 {'-' if i == 0 else 1}" for i in range(100)]
    found = made(handed("\n".join(lines)))
    row = found.loc[("msoa", "m1")]
    assert (row["n_areas"], row["n_areas_scored"], row["residents"]) == (100, 99, 10_000)
    lines[1] = lines[1][:-1] + "-"
    assert "msoa" not in made(handed("\n".join(lines))).index.get_level_values("level")


def test_ranks_within_each_council_are_of_its_own_wards_and_what_crosses_it_is_not_told():
    found = made(handed(TWO_COUNCILS.replace("c  w2  m1", "c  w2  m2"), scope="authority"))
    assert set(found.index) == {("ward", "w1"), ("ward", "w2"), ("ward", "w3"), ("msoa", "m1")}, "m2 lies in two"
    assert found["ranked_in_code"].to_dict()["ward", "w3"] == "B"
    assert found.loc["ward"]["rank_by_average_score"].tolist() == [1, 2, 1]
    assert found.loc["ward"]["n_of_level"].tolist() == [2, 2, 1]


def test_an_msoa_in_two_councils_is_of_neither():
    found = made(handed(TWO_COUNCILS.replace("m2", "m1")))
    assert found.loc[("msoa", "m1"), "n_areas"] == 4
    assert pd.isna(found.loc[("msoa", "m1"), "authority_name"])


def test_only_what_holds_an_area_asked_is_told_and_ranked_among_all():
    found = made(handed(TWO_COUNCILS, asked=["c"]))
    assert set(found.index) == {("ward", "w2"), ("msoa", "m1"), ("authority", "A")}
    assert found.loc[("ward", "w2"), ["rank_by_average_score", "n_of_level"]].tolist() == [2, 3]


def test_nothing_scored():
    assert made(handed("a w m A 1 1 -")).empty


@pytest.mark.parametrize("level", ["msoa", "ward", "authority", "region"])
def test_every_mean_of_the_release_is_that_of_its_areas(town, level):
    rows = town.query(f"""
        with counted as (
            select {level}_code as code, index_name, count(*) as n, count(score) as n_scored,
                sum(score * population_mid_year) / sum(population_mid_year) as mean, sum(population_mid_year) as residents
            from neighbourhood join index_score using (area_code) group by all
        )
        select code, index_name, n, n_scored, mean, r.n_areas, r.average_score, c.residents, r.residents
        from counted as c left join area_roll_up as r using (code, index_name) where coalesce(r.level, '{level}') = '{level}'""")
    told = [row for row in rows if row[5] is not None]
    assert told
    for _, _, n, n_scored, mean, n_areas, average, residents, ours in told:
        assert (n, residents) == (n_areas, ours)
        assert n == n_scored
        assert average == pytest.approx(mean)
    assert all(
        n_scored < n for _, index, n, n_scored, *rest in rows if rest[1] is None and index != "ownership_opportunity"
    )


def test_the_map_and_the_table_say_the_same_of_an_authority(town):
    rows = town.query(
        "select code, average_score from area_roll_up where level = 'authority' and index_name = 'hardship'"
    )
    assert rows
    for code, average in rows:
        assert orjson.loads(profile_of(town, code, "--json"))["indices"][0]["score"] == pytest.approx(average)


@pytest.mark.parametrize(("asked", "called"), [("fablemoor", "ward"), ("S99600002", "authority")])
def test_a_profile_tells_how_it_stands_as_a_whole(town, asked, called):
    sheet = orjson.loads(profile_of(town, asked, "--json"))
    hardship = next(row for row in sheet["as_a_whole"] if row["index_name"] == "hardship")
    assert hardship["level"] == called
    text = " ".join(profile_of(town, asked, "--whole").split())
    assert f"THE {called.upper()} AS A WHOLE" in text
    assert "residents in mid-2022 (invented)" in text
    assert f"({hardship['rank_by_extent']:,})" in text


def test_a_single_area_is_no_whole(town):
    assert orjson.loads(profile_of(town, "S99000001", "--json"))["as_a_whole"] == []
