"""The sample town's places: every row accounted for, every count what a brute-force count gives, unknown never zero."""

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely

from pipelines.core.plain_text import plain
from pipelines.core.step import output

CITY_SOURCES = {"music_venue", "outdoor_space", "skate_park", "pub"}  # and what the council beyond offers no file of
BOTH = {
    "arts_centre",
    "cinema",
    "community_centre",
    "museum",
    "theatre",
}  # on the city map, and on a list of the nation
EVERYWHERE = {"library", "community_run_library", "school", "cafe", "place_of_worship"}
NO_OWNERS, NO_MAP = "S99600003", "S99800002"  # the council that states no owner, the region outside the city map
LOOKED = "S99600002"  # the council whose register of land and buildings may be shown
STATED = ["owned by a public authority", "mixed ownership", "not owned by a public authority"]


@pytest.fixture(scope="module")
def reach(town):
    """Reach by area and kind, with each area's council and region."""
    areas = pd.read_parquet(output(town.data, "geography/areas").path)
    steps = [output(town.data, f"reach/{kind}") for kind in town.workspace().register.taxonomy.counted()]
    frame = pd.concat([pd.read_parquet(step.path) for step in steps], ignore_index=True)
    return frame.merge(areas[["area_code", "authority_code", "region_code", "x", "y"]], on="area_code")


@pytest.fixture(scope="module")
def places(town):
    return pd.read_parquet(output(town.data, "places/place").path)


def of_kind(town, places, kind):
    kinds = pd.read_parquet(output(town.data, "places/place").files["place.kinds"])
    return places[places["place_id"].isin(kinds.loc[(kinds["kind"] == kind) & kinds["is_counted"], "place_id"])]


def test_reach_is_what_a_brute_force_count_gives(town, reach, places):
    workspace = town.workspace()
    geography = workspace.geography
    kinds = {kind for kind, entry in workspace.register.taxonomy.kinds.items() if entry.counts_for_reach}
    assert set(reach["kind"]) == kinds
    assert len(reach) == 150 * len(kinds)
    checked = 0
    for kind, rows in reach[reach["coverage"] != "unknown"].groupby("kind"):
        targets = of_kind(town, places, kind)
        for row in rows.itertuples():
            straight = np.hypot(targets["x"] - row.x, targets["y"] - row.y)
            minutes = straight * geography.detour_factor * geography.minutes_per_metre
            for limit, n in ((10, row.n_within_10_min), (15, row.n_within_15_min)):
                # a place within a tenth of a metre of the limit may fall on either side of it by rounding
                assert (minutes <= limit - 0.00125).sum() <= n <= (minutes <= limit + 0.00125).sum(), (
                    kind,
                    row.area_code,
                )
            near = straight.min()
            if near <= geography.nearest_cap_m:
                assert row.nearest_m == pytest.approx(near * geography.detour_factor, abs=0.051)
            else:
                assert np.isnan(row.nearest_m)
            checked += 1
    assert checked > 1000
    assert (reach["n_within_15_min"] == 0).any()
    assert (reach["n_within_15_min"] > 1).any()


def test_where_nobody_looked_nothing_is_said(reach):
    unknown = reach["coverage"] == "unknown"
    assert unknown.any()
    assert reach.loc[unknown, ["nearest_m", "n_within_10_min", "n_within_15_min"]].isna().all(axis=None)
    assert (reach.loc[unknown, "null_reason"] == "not_covered").all()
    assert reach.loc[~unknown, "null_reason"].isna().all()
    assert reach.loc[~unknown, ["n_within_10_min", "n_within_15_min"]].notna().all(axis=None)


def test_the_city_map_says_nothing_of_the_region_it_does_not_cover(reach):
    city = reach[reach["kind"].isin(CITY_SOURCES)]
    assert set(city["kind"]) == CITY_SOURCES
    assert (city.loc[city["region_code"] == NO_MAP, "coverage"] == "unknown").all()
    assert (city.loc[city["region_code"] != NO_MAP, "coverage"] != "unknown").all()
    assert set(reach.loc[reach["kind"].isin(EVERYWHERE), "coverage"]) == {"observed", "partial"}
    both = reach[reach["kind"].isin(BOTH)]
    assert set(both["kind"]) == BOTH
    assert set(both.loc[both["region_code"] == NO_MAP, "coverage"]) == {"partial"}, "by volunteers alone"
    assert set(both.loc[both["region_code"] != NO_MAP, "coverage"]) == {"observed", "partial"}


def test_near_the_edge_of_the_cover_coverage_is_partial(town, reach):
    outlines = geopandas.read_parquet(output(town.data, "table/ons_lsoa_boundaries_2021").path)
    inside = set(reach.loc[reach["region_code"] != NO_MAP, "area_code"])
    beyond = shapely.union_all(outlines.loc[~outlines["lsoa21_code"].isin(inside), "geometry"].to_numpy())
    pubs = reach[(reach["kind"] == "pub") & (reach["region_code"] != NO_MAP)]
    near = shapely.distance(shapely.points(pubs["x"], pubs["y"]), beyond) <= 3 * 1200 / 1.3  # three catchments
    assert near.any()
    assert not near.all()
    assert pubs["coverage"].tolist() == np.where(near, "partial", "observed").tolist()


def values(town, indicator):
    return town.frame(f"""
        select v.*, n.authority_code, n.region_code from indicator_value as v join neighbourhood as n using (area_code)
        where indicator = '{indicator}'""")


def test_a_register_that_states_no_owner_gives_no_stock_there_and_nowhere_else(town):
    stock = values(town, "public_brownfield_sites_within_15_min")
    silent = stock["authority_code"] == NO_OWNERS
    assert silent.sum() == 35
    assert stock.loc[silent, "value"].isna().all()
    assert set(stock.loc[silent, "null_reason"]) == {"not_covered"}
    assert stock.loc[~silent, "value"].notna().all()
    assert stock.loc[~silent, "null_reason"].isna().all()
    assert (stock["value"] == 0).any()
    assert (stock["value"] > 0).any()


def test_the_silent_council_did_register_sites(town):
    rows = pd.read_parquet(output(town.data, "table/mhclg_brownfield_current").path)
    stated = rows.groupby("organisation")["ownership_status"].apply(lambda owners: owners.isin(STATED).any())
    assert (~stated).sum() == 1
    assert (
        town.query(
            "select count(*) from place join neighbourhood using (area_code) where kind = 'brownfield_site' and authority_code = ?",
            NO_OWNERS,
        )[0][0]
        > 0
    )


def test_a_count_is_unknown_where_no_list_reaches(town):
    found = values(town, "pubs_within_15_min")
    outside = found["region_code"] == NO_MAP
    assert found.loc[outside, "value"].isna().all()
    assert set(found.loc[outside, "null_reason"]) == {"not_covered"}
    assert set(found.loc[outside, "coverage"]) == {"unknown"}
    assert (found.loc[~outside, "value"] >= 0).all()


@pytest.mark.parametrize("indicator", ["nearest_school_m", "nearest_library_m", "nearest_community_centre_m"])
def test_what_national_lists_tell_is_known_everywhere(town, indicator):
    assert values(town, indicator)["value"].notna().all()


def test_scores_that_need_what_is_unknown_are_null_with_a_reason(town):
    scores = town.frame("select * from index_score join neighbourhood using (area_code)")
    outside = scores["region_code"] == NO_MAP
    ownership = scores["index_name"] == "ownership_opportunity"
    assert scores.loc[outside & ownership, "score"].isna().all()
    assert scores.loc[outside & ownership, "null_reason"].notna().all()
    assert (scores.loc[outside & ownership, "weight_observed"] < 1).all()
    nothing = town.frame(
        "select area_code from indicator_value where indicator = 'single_provider_kinds_pct' and value is null"
    )
    assert nothing.empty  # with no place in reach there is none to lose, which is known
    stock = town.query("select area_code from domain_score where index_name = 'ownership_opportunity' and domain = 'stock' and n_known = 3")  # fmt: skip
    looked = scores["area_code"].isin([code for (code,) in stock])  # for three kinds of stock
    assert scores.loc[looked & ownership, "score"].notna().all()
    assert scores.loc[~looked & ownership, "score"].isna().all()
    assert (scores.loc[~looked & ownership, "null_reason"] == "below_minimum_weight").all()
    assert scores.loc[scores["index_name"] == "hardship", "score"].notna().all()
    # most of the nation and of its region is not scored, so its areas are ranked in the council whose register is read
    assert set(scores.loc[looked, "authority_code"]) == {LOOKED}
    assert scores.loc[ownership, ["rank_nation", "rank_region"]].isna().all(axis=None)
    assert scores.loc[looked & ownership, "rank_authority"].notna().all()


def test_no_stock_is_the_last_rank_not_an_unknown_one(town):
    rows = town.frame("""
        select any_value(s.score) as score, any_value(s.rank_authority) as rank, sum(v.value) as value
        from index_score as s join indicator_value as v using (area_code) join index_member as m on m.member = v.indicator
        where s.index_name = 'ownership_opportunity' and m.index_name = s.index_name and m.domain = 'stock' and s.score is not null
        group by s.area_code""")
    none = rows["value"] == 0
    assert none.any()
    assert (rows.loc[none, "score"] == 0).all()
    assert (rows.loc[~none, "score"] > 0).all()
    assert rows.loc[none, "rank"].nunique() == 1
    assert rows.loc[none, "rank"].min() == len(rows) > rows.loc[~none, "rank"].max()


def test_a_record_lies_in_the_area_it_is_said_to(town):
    records = pd.read_parquet(output(town.data, "places/place_record").path)
    outlines = geopandas.read_parquet(output(town.data, "table/ons_lsoa_boundaries_2021").path).set_index("lsoa21_code")
    used = records[records["reason"].isna()]
    shapes = outlines.geometry.reindex(used["area_code"]).to_numpy()
    assert shapely.intersects_xy(shapes, used["x"], used["y"]).all()
    assert used["record"].is_unique
    assert records.loc[records["reason"].notna() & (records["reason"] != "earlier"), "area_code"].isna().all()
    beyond = records[records["reason"] == "outside"]
    assert len(beyond) > 0
    whole = shapely.union_all(outlines.geometry.to_numpy())
    assert not shapely.intersects_xy(whole, beyond["x"], beyond["y"]).any()


def test_a_place_has_its_name_and_point_from_its_own_records_open_data_first(town):
    """Many lists tell of one place: its name and point are one record's each, share-alike only where nothing else tells."""
    told = town.frame("""
        select p.place_id, p.published_name as name, p.name_source, p.point_source, p.longitude, p.licence, list(r.source) as sources, list(r.name) as names,
            list(r.longitude) as longitudes
        from place as p join place_record as r using (place_id) where p.status != 'closed' group by all""")
    assert len(told) > 500
    assert (told["sources"].str.len() > 1).sum() > 100
    for row in told.itertuples():
        of = list(zip(row.sources, row.names, row.longitudes, strict=True))
        assert row.name != row.name or (row.name_source, row.name) in [(s, n) for s, n, _ in of]
        assert (row.point_source, row.longitude) in [(s, x) for s, _, x in of]
        if any(not source.startswith("osm") for source in row.sources):
            assert not row.name_source.startswith("osm")
            assert not row.point_source.startswith("osm")


@pytest.mark.parametrize(
    ("published", "shown"),
    [
        ("The <b>Old</b> Hall", "The Old Hall"),
        ("<script>alert(1)</script>Hall", "alert(1) Hall"),
        ("=HYPERLINK(1)", "HYPERLINK(1)"),
        ("+@=Hall", "Hall"),
        (" Upper\n\t Hall ", "Upper Hall"),
        ("Fish & Chips – Café", "Fish & Chips – Café"),
        ("x" * 600, "x" * 300),
        ("-12.5", "-12.5"),
    ],
)
def test_names_are_fit_to_be_shown(published, shown):
    assert plain(published) == shown
