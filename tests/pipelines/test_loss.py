"""Who would lose a place: what taking it away and working out reach anew gives, whatever ties, caps and covers there are."""

import dataclasses
import shutil

import numpy as np
import pandas as pd
import pytest

from geodata.distance import StraightLine
from geodata.records import DefinitionError
from pipelines.answers.place.place import place
from pipelines.answers.place.place_text import text_of
from pipelines.areas.small_areas import scope_step
from pipelines.core.step import output, run
from pipelines.ownership.loss import Group, Groups, loss_step, read_groups
from pipelines.ownership.served import (
    BEYOND,
    OBSERVED,
    PARTIAL,
    UNKNOWN,
    Cover,
    People,
    cover_of_each,
    loss_of_each,
    serve,
)
from pipelines.places.cover import cover_step
from pipelines.reach.reach import counts_within, nearest_counted
from pipelines.release.database import open_database

MEASURE = StraightLine(1.3, 0.0125, 2400)
WALKS = (10, 15)


def points(*listed) -> np.ndarray:
    return np.array(listed, dtype=float).reshape(-1, 2)


def people(n: int, **groups) -> People:
    return People(np.arange(100.0, 100 + n), groups, np.ones(n))


def cover(*states: int, edge_m=np.inf) -> Cover:
    return Cover(np.array(states), np.full(len(states), edge_m), np.zeros(len(states), bool))


def loss(homes, places, known: Cover | None = None, who: People | None = None) -> pd.DataFrame:
    known, who = known or cover(*[OBSERVED] * len(homes)), who or people(len(homes))
    served = serve(MEASURE, WALKS[1], homes, places)
    own = np.full(len(places), -1)
    return loss_of_each(served, known, who, len(places)).join(cover_of_each(served, known, who, own))


# ---- against brute force


class Reach:
    """Reach as its own functions work it out, of places in order of their ids, some of which may be taken away."""

    def __init__(self, origins: pd.DataFrame, places: pd.DataFrame):
        xy = [frame[["x", "y"]].to_numpy(float) for frame in (origins, places)]
        self.origins, self.places, self.walks = origins, places, MEASURE.walks(*xy, WALKS[1])
        nearest = MEASURE.nearest(*xy)
        self.nearest = np.full(len(origins), -1)
        self.nearest[nearest.i] = nearest.j
        self.minutes, self.n_within = self.without(-1)

    def without(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Minutes to the nearest and how many are within the longer walk, were the n-th place not there."""
        times = (np.arange(len(self.places)) != n).astype(int)
        counts = counts_within(WALKS, 1.0, self.walks, times, len(self.origins))
        found = nearest_counted(MEASURE, self.origins, self.places, times)
        return found["nearest_minutes"], counts["n_within_15_min"]


@pytest.mark.parametrize("step", [1, 400])  # metres between points: 400 gives many places in one spot, and equally near
def test_it_is_what_taking_each_place_away_gives(step):
    rng = np.random.default_rng(step)
    spread = [(400, 24_000), (200, 9_000), (100, 24_000)]  # how many, and in how large a square: homes, then places
    homes, town, country = (rng.integers(0, side // step, (n, 2)).astype(float) * step for n, side in spread)
    spots = homes, np.concatenate([town, country])
    origins, places = (pd.DataFrame(xy, columns=["x", "y"]) for xy in spots)
    state = rng.choice([BEYOND, UNKNOWN, PARTIAL, OBSERVED], len(origins), p=[0.1, 0.1, 0.3, 0.5])
    children = rng.integers(0, 50, len(origins)).astype(float)
    who = People(
        rng.integers(0, 500, len(origins)).astype(float),
        {"residents_{lost}_under_15": children},
        rng.integers(1, 11, len(origins)).astype(float),
    )
    found = loss(*spots, Cover(state, np.full(len(state), np.inf), np.zeros(len(state), bool)), who)
    reach, known = Reach(origins, places), state >= PARTIAL
    seen = dict.fromkeys(("only", "nearest", "tie", "not_known"), 0)
    for n in range(len(places)):
        minutes, n_within = reach.without(n)
        nearest, only = (reach.nearest == n) & known, (reach.n_within > 0) & (n_within == 0) & known
        has_next, further, row = nearest & ~np.isnan(minutes), minutes - reach.minutes, found.iloc[n]
        for lost, which in (("nearest", nearest), ("only", only)):
            assert row[f"n_areas_{lost}"] == which.sum()
            assert row[f"residents_{lost}"] == who.residents[which].sum()
            assert row[f"residents_{lost}_highest_tenth"] == who.residents[which & (who.tenth == 1)].sum()
            assert row[f"residents_{lost}_under_15"] == children[which].sum()
        assert row["residents_next_within_15_min"] == who.residents[nearest & (minutes <= 15)].sum()
        assert row["residents_next_beyond_15_min"] == who.residents[has_next & (minutes > 15)].sum()
        assert row["residents_next_not_known"] == who.residents[nearest & ~has_next].sum()
        assert row["n_areas_partly_known"] == (nearest & (state == PARTIAL)).sum()
        if who.residents[has_next].sum():
            mean = np.average(further[has_next], weights=who.residents[has_next])
            assert row["extra_minutes"] == pytest.approx(mean, abs=0.0501)
            assert row["extra_m"] == pytest.approx(80 * mean, abs=0.0501)
        else:
            assert np.isnan(row["extra_m"])
        np.testing.assert_array_equal(
            minutes[reach.nearest != n], reach.minutes[reach.nearest != n]
        )  # nobody else loses
        seen["only"] += only.any()
        seen["nearest"] += nearest.any()
        seen["tie"] += (further[has_next] == 0).any()
        seen["not_known"] += (nearest & ~has_next).any()
    assert all(seen[what] > 5 for what in ("only", "nearest", "not_known")), seen
    assert (seen["tie"] > 5) == (step == 400), seen


def test_the_town_s_table_is_what_taking_five_hundred_places_away_gives(town):
    read = lambda key, table=None: pd.read_parquet(output(town.data, key).files[table or key.split("/")[1]])  # noqa: E731
    areas = read("geography/areas").sort_values("area_code", ignore_index=True)
    origins = areas[areas["area_code"].isin(read("geography/scope")["area_code"])].reset_index(drop=True)
    residents = origins["population"].to_numpy(float)
    rows = read("ownership/loss").sample(500, random_state=15).set_index(["place_id", "kind"])
    cars = read("table/ons_census_cars_2021").set_index("lsoa21_code")["n_no_car"].reindex(origins["area_code"])
    n_lost = 0
    for kind, part in rows.groupby(level="kind"):
        places = read("places/place", f"place.counted.{kind}")
        cover = read("places/cover", f"cover.{kind}").set_index("area_code")["coverage"].reindex(origins["area_code"])
        reach, known = Reach(origins, places), (cover != "unknown").to_numpy()
        for (place_id, _), row in part.iterrows():
            n = places["place_id"].tolist().index(place_id)
            nearest = (reach.nearest == n) & known
            only = (reach.n_within > 0) & (reach.without(n)[1] == 0) & known
            if row["coverage"] == "unknown":
                assert not nearest.any()
                assert pd.isna(row["residents_nearest"])
                continue
            assert row["residents_nearest"] == residents[nearest].sum()
            assert row["residents_only"] == residents[only].sum()
            assert row["households_nearest_no_car"] == cars.to_numpy(float)[nearest].sum()
            n_lost += nearest.any()
    assert n_lost > 100


def test_the_losses_of_each_council_alone_add_up_to_those_of_all(town, tmp_path):
    """What one council loses does not depend on who else is asked; only who is beyond the areas asked is not counted."""
    read = lambda data: pd.read_parquet(output(data, "ownership/loss").path).set_index(["place_id", "kind"])  # noqa: E731
    whole, parts = read(town.data), []
    added = [name for name in whole if name.startswith(("residents_", "n_areas_", "households_"))]
    councils = pd.read_parquet(output(town.data, "geography/areas").path)["authority_code"].unique()
    assert len(councils) == 3
    for council in councils:
        data = tmp_path / council
        shutil.copytree(town.data, data, ignore=shutil.ignore_patterns("releases", "storage", "history"))
        settings = dataclasses.replace(town.settings, data=data)
        workspace = dataclasses.replace(town.workspace(), settings=settings, asked=(council,))
        for step in (scope_step, cover_step, loss_step):
            run(step(workspace), data)
        parts.append(read(data))
        inner = parts[-1][~parts[-1]["is_edge_affected"]]
        assert len(inner) > 10
        pd.testing.assert_frame_equal(inner[added], whole.loc[inner.index, added])
    total = pd.concat(parts)[added].astype("float64").fillna(0).groupby(level=[0, 1]).sum()
    pd.testing.assert_frame_equal(total, whole[added].astype("float64").fillna(0), check_like=True)


# ---- ties, the cap, and what is not known


def test_of_two_in_one_spot_the_first_is_the_nearest_and_the_other_no_further():
    found = loss(points((0, 0)), points((300, 0), (300, 0)))
    assert found["residents_nearest"].tolist() == [100, 0]
    assert found["residents_only"].tolist() == [0, 0]
    assert found["extra_m"].tolist()[0] == 0
    assert found["residents_within_15_min"].tolist() == [100, 100]


def test_of_two_equally_near_one_is_the_nearest_as_reach_says_and_the_other_no_further():
    homes, places = points((0, 0)), points((300, 0), (-300, 0))
    found, first = loss(homes, places), MEASURE.nearest(homes, places).j[0]
    assert found["residents_nearest"].tolist() == [100 * (n == first) for n in range(2)]
    assert found["extra_m"][first] == 0
    assert found["residents_only"].sum() == 0


def test_the_next_is_told_up_to_the_cap_and_those_who_have_none_are_counted():
    homes = points((0, 0), (0, 20_000))
    found = loss(homes, points((0, 100), (0, 2100), (0, 20_000))).iloc[[0, 2]]
    assert found["extra_m"].tolist()[0] == 2000 * 1.3
    assert found["extra_minutes"].tolist()[0] == 2000 * 1.3 / 80 == 32.5
    assert np.isnan(found["extra_m"].tolist()[1])
    assert found["residents_next_beyond_15_min"].tolist() == [100, 0]
    assert found["residents_next_not_known"].tolist() == [0, 101]
    assert found["residents_only"].tolist() == [100, 101]


def test_where_nobody_looked_it_is_not_known_and_near_there_in_part():
    homes = points((0, 0), (0, 500), (0, 9_000), (0, 20_000))
    found = loss(homes, points((0, 0), (0, 9_000), (0, 20_000)), cover(OBSERVED, UNKNOWN, UNKNOWN, PARTIAL))
    assert found["coverage"].tolist() == ["partial", "unknown", "partial"]
    assert found["null_reason"].dropna().to_dict() == {1: "not_covered"}
    assert found["residents_not_covered"].tolist() == [101, 102, 0]
    assert found["residents_nearest"].tolist() == [100, 0, 103]  # the step makes the second null
    assert found["n_areas_partly_known"].tolist() == [0, 0, 1]


def test_the_edge_is_told_where_it_may_change_what_is():
    homes, places = points((0, 0), (0, 10_000)), points((0, 100), (0, 1000), (0, 10_000))
    of = lambda **edge: loss(homes, places, cover(OBSERVED, OBSERVED, **edge))["is_edge_affected"].tolist()  # noqa: E731
    assert of() == [False, False, False]
    assert of(edge_m=1400.0) == [False, False, True]  # the next is 1,300 m from the first home; the other has none
    assert of(edge_m=1200.0) == [True, False, True]
    beyond = loss(homes, places, cover(OBSERVED, BEYOND))
    assert beyond["is_edge_affected"].tolist() == [False, False, True]
    assert beyond["is_of_use"].tolist() == [True, False, False]  # the second is 16 minutes away, and in no area
    assert beyond["residents_nearest"].tolist() == [100, 0, 0]


def test_a_group_not_known_of_an_area_is_not_known_of_its_place():
    who = people(2, **{"residents_{lost}_under_15": np.array([10, np.nan])})
    found = loss(points((0, 0), (0, 10_000)), points((0, 100), (0, 10_000)), who=who)
    assert found["residents_nearest_under_15"].tolist()[0] == 10
    assert np.isnan(found["residents_nearest_under_15"].tolist()[1])
    unranked = People(who.residents, {}, np.array([1, np.nan]))
    found = loss(points((0, 0), (0, 10_000)), points((0, 100), (0, 10_000)), who=unranked)
    assert found["residents_nearest_highest_tenth"].tolist()[0] == 100
    assert np.isnan(found["residents_nearest_highest_tenth"].tolist()[1])
    assert found["residents_not_ranked"].tolist() == [0, 101]


# ---- definitions, the release and the sheet


def test_a_group_of_columns_that_its_source_lacks_is_refused(town, monkeypatch):
    assert set(read_groups().groups) == {"under_15", "aged_75_plus", "no_car"}
    wrong = Groups(groups={"x": Group(of="residents", source="ons_census_age_2021", columns=["n_age_00_04", "n_old"])})
    monkeypatch.setattr("pipelines.ownership.loss.read_groups", lambda: wrong)
    with pytest.raises(DefinitionError, match="ons_census_age_2021 has no column n_old"):
        loss_step(town.workspace())


def test_only_places_that_are_shown_and_go_somewhere_have_a_row(town, city):
    assert town.query("select * from place_loss where place_id not in (select place_id from place)") == []
    kinds = {kind for (kind,) in town.query("select distinct kind from place_loss")}
    sites = {kind for (kind,) in town.query("select kind from kind where kind_group = 'site' or not is_shown")}
    assert kinds
    assert not kinds & sites
    assert town.query("select count(*) from place_loss where is_edge_affected or coverage != 'observed'")[0][0] > 0
    # a geography whose register has no census by age: null, not nought
    assert city.query("select count(*), count(residents_nearest_under_15), count(residents_nearest) from place_loss")[0][1:] == (0, 45)  # fmt: skip


def test_a_sheet_says_what_the_table_does_and_of_an_older_release_that_it_has_none(town, tmp_path):
    path = shutil.copy(town.release / "commonground.duckdb", tmp_path / "copy.duckdb")
    sql = "select place_id from place_loss join place using (place_id) where is_in_areas_asked and residents_only > 0 and residents_next_not_known > 0 order by 1 limit 1"
    with open_database(path) as connection:
        (place_id,) = connection.execute(sql).fetchone()
        told = place(connection, place_id)
        page = " ".join(text_of({"asked": {"text": "", "n_others_so_named": 0}, **told}).split())
        row = told["loss"][0]
        assert f"{row['residents_only']:,} residents" in page
        assert f"{row['residents_only_under_15']:,} are under 15" in page
        assert "how much further they would go is not known" in page
        (unknown,) = connection.execute("select place_id from place_loss where is_edge_affected limit 1").fetchone()
        connection.execute("update place_loss set coverage = 'unknown', null_reason = 'not_covered' where place_id = ?", [unknown])  # fmt: skip
        doubted = " ".join(text_of({"asked": {"text": "", "n_others_so_named": 0}, **place(connection, unknown)}).split())  # fmt: skip
        assert "is not known: nobody looked here (no list that was read covers it)" in doubted
        connection.execute("drop table place_loss")
        older = place(connection, place_id)
        assert older["loss"] == []
        assert "made before this was worked out" in text_of({"asked": {"text": "", "n_others_so_named": 0}, **older})
