"""The sample town's lists accounted for: every row has an outcome, every count its places, every row its licence."""

import numpy as np
import orjson
import pandas as pd
import pytest

from pipelines.core.step import output
from pipelines.release.package import files_of

CLOSED_TO_ROWS = ("coops_uk_2023", "gla_pubs_2022")  # publish: aggregates
NEVER_COUNTED = ("archive", "mobile_library", "prison_library", "independent_school", "cooperative", "lgbt_venue")


@pytest.fixture(scope="module", params=[0, 1], ids=["one_date", "both_dates"])
def dated(request, town, town_twice):
    """The town refreshed once, and the same DIR after both dates."""
    return (town, town_twice[1])[request.param]


@pytest.fixture(scope="module")
def outcomes(dated):
    return pd.read_parquet(output(dated.data, "places/place").files["place.records"])


def test_the_outcomes_of_every_source_add_up_to_its_rows(dated):
    workspace = dated.workspace()
    counts = dated.frame("select * from record_count")
    rows = counts[counts["outcome"] == "rows"].set_index("source")["n_rows"]
    told = counts[counts["outcome"] != "rows"].groupby("source")["n_rows"].sum()
    assert set(rows.index) == set(workspace.register.place_sources)
    assert told.to_dict() == rows.to_dict()
    for stem, n in rows.items():
        assert n == len(pd.read_parquet(output(workspace.data, f"table/{stem}").path)), stem
    assert set(counts["outcome"]) == {"rows", "placed", "merged", "outside", "not_counted", "rejected"}
    assert counts["rule"].notna().all()


def test_every_record_that_leads_or_joins_a_place_has_one(dated, outcomes):
    live = outcomes[outcomes["outcome"].isin(["placed", "merged"])]
    places = set(pd.read_parquet(output(dated.data, "places/place").path)["place_id"])
    assert live["place_id"].notna().all()
    assert set(live["place_id"]) <= places
    leads = outcomes[outcomes["outcome"] == "placed"]
    assert leads["place_id"].is_unique
    # a record whose list still holds it is never told to have left it
    records = pd.read_parquet(output(dated.data, "places/place_record").path).set_index("record")
    gone = outcomes.loc[outcomes["rule"] == "no longer on its list", "record"]
    assert not records.loc[records.index.isin(gone), "is_current"].any()


def test_what_is_closed_or_not_a_public_fixed_place_counts_nowhere(dated):
    kinds = pd.read_parquet(output(dated.data, "places/place").files["place.kinds"])
    counted = kinds[kinds["is_counted"]]
    closed = counted["kind"] == "closed_place"  # stock, and not somewhere to go
    assert set(counted.loc[~closed, "status"]) == {"open"}
    assert set(counted.loc[closed, "status"]) == {"closed"}
    assert not counted["kind"].isin(NEVER_COUNTED).any()
    assert set(NEVER_COUNTED) <= set(kinds["kind"])
    assert (kinds.loc[kinds["kind"] == "library", "status"] == "closed").sum() >= 6
    assert (kinds.loc[kinds["kind"] == "library", "status"] == "replaced").sum() == 1  # Tollgate Branch
    reached = set(
        dated.frame("select distinct place_id, kind from neighbourhood_place").itertuples(index=False, name=None)
    )
    assert reached <= set(counted[["place_id", "kind"]].itertuples(index=False, name=None))
    assert kinds["rule"].notna().all()


def test_what_one_list_calls_closed_is_closed_though_an_older_map_shows_it(dated):
    """And the issue table says that the map holds it open."""
    ((status,),) = dated.query("select status from place where name = 'Quillenholme Community Centre'")
    assert status == "closed"
    ((issue,),) = dated.query("select issue from issue where value = 'Quillenholme Community Centre'")
    assert "holds it open" in issue
    ((status,),) = dated.query("select status from place where name = 'Fablegate Library'")
    assert status == "closed"


def test_a_library_that_its_list_calls_shut_for_now_is_not_told_to_be_open(dated):
    """An older list that shows it open is no word against the list that libraries are counted from."""
    sql = "select distinct place_id from place_record where source = 'librarydata_libraries_2023' and status = 'temporarily_closed'"
    ((shut,),) = dated.query(sql)
    assert dated.query("select status from place where place_id = ?", shut) == [("temporarily_closed",)]


def test_counts_within_reach_are_their_places_for_every_kind(dated):
    counts = dated.frame("select area_code, kind, n_within_15_min as n, coverage from neighbourhood_reach")
    listed = dated.frame(
        "select area_code, kind, count(*) as listed, max(minutes) as far from neighbourhood_place group by all"
    )
    both = counts.merge(listed, how="outer", on=["area_code", "kind"])
    assert both["coverage"].notna().all()  # nothing is listed for an area and kind that is not counted
    shown = both["kind"] != "sports_club"
    assert (both["listed"].fillna(0) == both["n"].fillna(0))[shown].all()
    assert both.loc[~shown, "listed"].isna().all()
    assert listed["far"].max() <= 15
    assert len(counts) == 150 * len(dated.workspace().register.taxonomy.counted())


def test_a_brute_force_recount_of_areas_and_kinds_drawn_at_random(dated):
    geography = dated.workspace().geography
    kinds = pd.read_parquet(output(dated.data, "places/place").files["place.kinds"])
    places = pd.read_parquet(output(dated.data, "places/place").path).set_index("place_id")
    areas = pd.read_parquet(output(dated.data, "geography/areas").path).set_index("area_code")
    told = dated.frame("select * from neighbourhood_reach where coverage != 'unknown'")
    told = told.sample(200, random_state=11)
    for row in told.itertuples():
        chosen = places.loc[kinds.loc[(kinds["kind"] == row.kind) & kinds["is_counted"], "place_id"]]
        straight = np.hypot(chosen["x"] - areas.at[row.area_code, "x"], chosen["y"] - areas.at[row.area_code, "y"])
        minutes = straight * geography.detour_factor * geography.minutes_per_metre
        assert row.n_within_15_min == (minutes <= 15).sum(), (row.area_code, row.kind)
        assert row.n_within_10_min == (minutes <= 10).sum(), (row.area_code, row.kind)
        if (near := straight.min()) <= geography.nearest_cap_m and row.kind != "sports_club":
            assert row.nearest_m == pytest.approx(near * geography.detour_factor, abs=0.06)
        else:
            assert pd.isna(row.nearest_m)
    assert (told["n_within_15_min"] > 0).any()
    assert (told["n_within_15_min"] == 0).any()


def test_a_gap_is_held_against_the_standard_of_the_area_s_class(dated):
    """And not claimed where the edge of what the list covers is nearer than what was found: it may lie beyond."""
    geography = dated.workspace().geography
    rows = dated.frame("select * from neighbourhood_reach join neighbourhood using (area_code)")
    edges = pd.read_parquet(output(dated.data, "places/cover").path)[["area_code", "kind", "edge_m"]]
    rows = rows.merge(edges, on=["area_code", "kind"], validate="1:1")
    pace = geography.minutes_per_metre
    minutes, standard = (rows["nearest_m"] * pace).fillna(np.inf), rows["standard_minutes"]
    edge = (rows["edge_m"] * geography.detour_factor * pace).fillna(np.inf)
    known = (rows["coverage"] != "unknown") & standard.notna()
    met = known & (minutes <= 0.85 * standard)
    hidden = known & ~met & (edge < minutes) & (edge <= 1.15 * standard)
    assert rows.loc[~known | hidden, "gap"].isna().all()
    assert hidden.any()
    assert (rows.loc[met, "gap"] == "within").all()
    assert (rows.loc[known & ~hidden & (minutes > 1.15 * standard), "gap"] == "beyond").all()
    assert (rows.loc[known & ~hidden & ~met & (minutes <= 1.15 * standard), "gap"] == "borderline").all()
    assert set(rows.loc[known & ~hidden, "gap"]) == {"within", "borderline", "beyond"}
    assert set(standard.dropna()) == {15.0, 30.0}


# ---- licences


def features(town, name) -> dict[str, dict]:
    told = orjson.loads((town.release / "geojson" / f"{name}.geojson").read_bytes())
    return {f["id"]: f["properties"] | {"at": f["geometry"]["coordinates"]} for f in told["features"]}


def test_share_alike_rows_stand_in_a_file_of_their_own_and_the_union_holds_both(dated):
    ogl, odbl, every = (features(dated, name) for name in ("places_ogl", "places_odbl", "places"))
    assert ogl
    assert odbl
    assert not ogl.keys() & odbl.keys()
    assert ogl.keys() | odbl.keys() == every.keys()
    shared = {p for (p,) in dated.query("select place_id from place where licence = 'odbl' and is_in_areas_asked")}
    assert odbl.keys() == shared
    osm = ("osm_places_england", "osm_places_london", "osm_culture_history_london")
    for place in ogl.values():
        assert place["licence"] != "odbl"
        assert not {place["name_source"], place["point_source"], place["owner_source"], place["run_by_source"]} & set(
            osm
        )
    rests = dict(dated.query("select place_id, sources from place join place_kind using (place_id, kind)"))
    for place_id, place in odbl.items():  # by its name or point, by what it is, or by being shut
        by_kind = set(rests[place_id].split(", ")) <= set(osm)
        assert {place["name_source"], place["point_source"]} & set(osm) or by_kind or place["status"] != "open"
    assert any(not {place["name_source"], place["point_source"]} & set(osm) for place in odbl.values())
    for name, licence in (
        ("places_ogl", "Open Government"),
        ("places_odbl", "Open Database"),
        ("places", "Open Database"),
    ):
        told = orjson.loads((dated.release / "geojson" / f"{name}.geojson").read_bytes())
        assert licence in told["licence"], name
    package = orjson.loads((dated.release / "datapackage.json").read_bytes())
    licences = {f["path"].rsplit("/")[-1]: f["licenses"][0]["name"] for f in files_of(package)}
    assert licences["places_ogl.geojson"] == "OGL-UK-3.0"
    assert {licences[n] for n in ("places.geojson", "places_odbl.geojson", "commonground.duckdb")} == {"ODbL-1.0"}


def test_rows_of_a_list_that_is_cleared_for_counts_only_are_in_no_table_of_rows(dated):
    for stem in CLOSED_TO_ROWS:
        assert dated.query("select publish from source where source = ?", stem) == [("aggregates",)]
        for sql in (
            "select count(*) from place where name_source = $1 or point_source = $1 or owner_source = $1 or run_by_source = $1",
            "select count(*) from place_record where source = $1",
            "select count(*) from place_kind where contains(sources, $1) or contains(rule, $1)",
            "select count(*) from record_match where source_a = $1 or source_b = $1",
            "select count(*) from place_event where contains(evidence, $1) or series = $1",
        ):
            assert dated.query(sql, stem) == [(0,)], (stem, sql)


def test_what_only_such_a_list_knows_is_shown_nowhere(dated):
    records = pd.read_parquet(output(dated.data, "places/place_record").path)
    outcomes = pd.read_parquet(output(dated.data, "places/place").files["place.records"])
    of = outcomes.dropna(subset="place_id").merge(records[["record", "publish", "is_current"]], on="record")
    of = of[of["is_current"]]
    open_ = set(of.loc[of["publish"] == "rows", "place_id"])
    hidden = set(of["place_id"]) - open_
    assert len(hidden) > 20
    shown = {p for (p,) in dated.query("select place_id from place")}
    assert not shown & hidden
    listed = {
        p for (p,) in dated.query("select place_id from neighbourhood_place union select place_id from opportunity")
    }
    assert not listed & hidden
    assert not {p for (p,) in dated.query("select nearest_place_id from neighbourhood_reach")} & hidden
    names = set(records.loc[records["source"] == "coops_uk_2023", "name"])
    for path in (dated.release / "geojson").glob("*.geojson"):
        text = path.read_text("utf-8")
        assert not [name for name in names if f'"{name}"' in text], path.name


def test_no_organisation_is_a_point_and_few_are_not_counted(dated):
    assert dated.query("select count(*) from place where kind = 'cooperative'") == [(0,)]
    told = dated.frame("""
        select authority_code, count(distinct value) as n, any_value(value) as value, any_value(null_reason) as reason
        from indicator_value join neighbourhood using (area_code) where indicator = 'cooperatives_rate_per_1000'
        group by 1 order by 1""")
    people = dict(dated.query("select authority_code, sum(population) from neighbourhood group by 1"))
    counts = [
        round(v * people[a] / 1000) if v == v else None
        for a, v in zip(told["authority_code"], told["value"], strict=True)
    ]
    assert counts == [32, 12, None]  # five, in the third council, are fewer than ten
    assert told["reason"].tolist()[2] == "suppressed"
