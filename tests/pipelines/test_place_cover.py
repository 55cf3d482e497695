"""Where nobody looked nothing is known: cover by claim, by postcode, by what was fetched, by who is stated and when."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fixtures.making import plant

from pipelines.areas.claimed import claimed
from pipelines.core.step import output, run
from pipelines.places.cover import ListCover, best_cover, cover_step

CITY = "S99800001"  # the region that the invented city map covers
OSM = "osm_places_england"  # what volunteers keep


@pytest.fixture(scope="module")
def areas(town):
    return pd.read_parquet(output(town.data, "geography/areas").path).set_index("area_code")


@pytest.fixture(scope="module")
def cover(town, areas):
    frame = pd.read_parquet(output(town.data, "places/cover").path)
    return frame.join(areas[["authority_code", "region_code"]], on="area_code")


@pytest.fixture
def work(town, tmp_path):
    """The town with steps that may be put in place of the real ones, without their code being run again."""
    data = tmp_path / "data"
    for name in ("tables", "places", "snapshots"):
        shutil.copytree(town.data / name, data / name)
    shutil.copy(town.data / "scope.json", data / "scope.json")
    return replace(town, data=data, settings=replace(town.settings, data=data))


def cover_of(town, kind: str) -> pd.Series:
    frame = pd.read_parquet(run(cover_step(town.workspace()), town.data).path)
    return frame[frame["kind"] == kind].set_index("area_code")


def test_every_area_has_every_kind_and_a_reason_where_unknown(town, cover):
    kinds = set(town.workspace().register.taxonomy.kinds)
    assert len(cover) == 150 * len(kinds)
    assert set(cover["kind"]) == kinds
    assert ((cover["coverage"] == "unknown") == cover["null_reason"].notna()).all()
    assert set(cover["null_reason"].dropna()) == {"not_covered"}


def test_a_list_of_the_city_says_nothing_of_the_other_region(town, cover):
    sources = town.workspace().register.sources
    for kind, entry in town.workspace().register.taxonomy.kinds.items():
        rows = cover[cover["kind"] == kind]
        outside = rows["region_code"] != CITY
        if all(sources[stem].covers == "london" for stem in entry.counted_from):
            assert (rows.loc[outside, "coverage"] == "unknown").all(), kind
            assert (rows.loc[~outside, "coverage"] != "unknown").all(), kind


@pytest.mark.parametrize("kind", ["cafe", "museum"])
def test_a_list_kept_by_volunteers_is_partial_where_no_other_looked(cover, kind):
    rows = cover[cover["kind"] == kind]
    elsewhere = rows["region_code"] != CITY if kind == "museum" else rows["region_code"].notna()
    assert set(rows.loc[elsewhere, "coverage"]) == {"partial"}


def test_a_list_placed_by_postcode_covers_only_what_the_directory_reaches(work, areas):
    before = cover_of(work, "sports_club")
    assert (before["coverage"] != "unknown").all()
    codes = pd.read_parquet(output(work.data, "geography/postcode").path)
    lost = set(areas.index[areas["authority_code"] == "S99600003"])
    plant(work.data, "geography/postcode", {"main": codes[~codes["area_code"].isin(lost)]})
    after = cover_of(work, "sports_club")
    assert set(after.index[after["coverage"] == "unknown"]) == lost
    assert (after.loc[list(lost), "null_reason"] == "not_covered").all()
    assert (after["coverage"] == "partial").any()  # a club just beyond may have been missed
    # a list with coordinates of its own needs no directory
    assert (cover_of(work, "library")["coverage"] != "unknown").all()


def test_evidence_that_has_expired_covers_nothing(work, areas):
    council = "S99600001"
    mine = set(areas.index[areas["authority_code"] == council])
    before = cover_of(work, "public_brownfield_site")
    assert (before.loc[list(mine), "coverage"] != "unknown").all()
    records = pd.read_parquet(output(work.data, "places/place_record").path)
    site = (records["source"] == "mhclg_brownfield_current") & records["area_code"].isin(mine)
    old = records.assign(as_at=records["as_at"].mask(site, pd.Timestamp("2022-12-31")))
    plant(work.data, "places/place_record", {"main": old})
    after = cover_of(work, "public_brownfield_site")
    assert (after.loc[list(mine), "coverage"] == "unknown").all()
    assert (after.loc[list(mine), "null_reason"] == "not_covered").all()
    others = [a for a in after.index if areas.at[a, "authority_code"] == "S99600002"]
    assert (after.loc[others, "coverage"] != "unknown").all()
    # the day the evidence expires is the last it does not count: the first of the year three years back counts
    fresh = records.assign(as_at=records["as_at"].mask(site, pd.Timestamp("2023-01-01")))
    plant(work.data, "places/place_record", {"main": fresh})
    assert (cover_of(work, "public_brownfield_site").loc[list(mine), "coverage"] != "unknown").all()


def test_a_register_that_states_no_owner_covers_sites_but_not_whose_they_are(work, areas):
    records = pd.read_parquet(output(work.data, "places/place_record").path)
    mine = records["area_code"].map(areas["authority_code"]) == "S99600002"
    silent = records.assign(owner_kind=records["owner_kind"].mask(mine))
    plant(work.data, "places/place_record", {"main": silent})
    rows = cover_of(work, "public_brownfield_site")
    unknown = set(areas.loc[rows.index[rows["coverage"] == "unknown"], "authority_code"])
    assert unknown == {"S99600002", "S99600003"}


def lose(town, stem: str) -> None:
    """Of a list, no snapshot is held."""
    record = town.data / "tables" / f"{stem}.json"
    told = json.loads(record.read_text())
    told["meta"]["available"], told["data_version"] = False, "none"
    record.write_text(json.dumps({name: value for name, value in told.items() if name != "seal"}))


def test_a_source_that_is_not_available_is_told_as_the_reason(work, areas):
    lose(work, "gla_music_venues_2022")
    rows = cover_of(work, "music_venue")
    assert set(rows["coverage"]) == {"unknown"}
    city = rows.index.isin(areas.index[areas["region_code"] == CITY])
    assert set(rows.loc[city, "null_reason"]) == {"source_unavailable"}
    assert set(rows.loc[~city, "null_reason"]) == {"not_covered"}, "it would not have told of the other region anyway"
    assert set(cover_of(work, "skate_park")["null_reason"].dropna()) == {"not_covered"}


def test_a_kind_was_looked_for_where_any_of_its_lists_looked(work, cover):
    before = cover[cover["kind"] == "museum"]
    assert set(before.loc[before["region_code"] == CITY, "coverage"]) == {"observed", "partial"}, (
        "by the city's own list"
    )
    assert set(before.loc[before["region_code"] != CITY, "coverage"]) == {"partial"}, "by what volunteers keep"
    lose(work, "gla_museums_2022")
    assert set(cover_of(work, "museum")["coverage"]) == {"partial"}
    lose(work, OSM)
    assert set(cover_of(work, "museum")["null_reason"]) == {"source_unavailable"}


def test_the_best_cover_of_lists_side_by_side_has_no_edge_between_them():
    """Three areas in a row: a complete list of the first two, and volunteers' of all three."""
    areas = pd.DataFrame({"area_code": ["a", "b", "c"]})
    dates = [np.full(3, np.datetime64(day, "ms")) for day in ("2020-01-01", "2026-01-01")]
    complete = ListCover(np.array([True, True, False]), np.array([None, None, "not_covered"]), dates[0], True)
    kept = ListCover(np.array([True, True, True]), np.array([None, None, None]), dates[1], False)
    gone = ListCover(np.zeros(3, bool), np.array(["source_unavailable"] * 3), dates[1], True)

    class Row:
        in_scope = np.ones(3, bool)

        def distance_to_uncovered(self, covered):
            return np.array([1.0 if covered[i] and not covered[min(i + 1, 2)] else np.nan for i in range(3)])

    best = best_cover([kept, complete], areas, Row())
    assert best["coverage"].tolist() == ["observed", "partial", "partial"]
    assert best["edge_m"].isna().all()
    assert best["as_at"].dt.year.tolist() == [2020, 2020, 2026], (
        "the list that claims to be complete is what it rests on"
    )
    alone = best_cover([complete], areas, Row())
    assert alone["coverage"].tolist() == ["observed", "partial", "unknown"]
    assert alone["null_reason"].tolist()[2] == "not_covered"
    assert best_cover([complete, gone], areas, Row())["null_reason"].tolist()[2] == "source_unavailable"
    assert set(best_cover([], areas, Row())["null_reason"]) == {"not_covered"}


def test_lists_that_cover_the_nation_are_told_apart(work, areas):
    found = run(cover_step(work.workspace()), work.data)
    school, theatre = (pd.read_parquet(found.files[f"cover.{kind}.national"]) for kind in ("school", "theatre"))
    kinds = pd.read_parquet(found.files["cover.kinds"]).set_index("kind")
    assert kinds.at["school", "national_lists"] == "dfe_gias_current"
    assert kinds.at["school", "is_everywhere"]
    assert (school["coverage"] != "unknown").all()
    assert kinds.at["theatre", "national_lists"] == "osm_places_england", "the city's own list is a local one"
    assert set(theatre["coverage"]) == {"partial"}
    assert kinds.at["music_venue", "n_areas_looked_for"] == 0
    assert not kinds.at["music_venue", "is_everywhere"]


def test_what_each_list_holds_of_each_kind_in_each_authority_is_told(work, areas):
    rows = pd.read_parquet(run(cover_step(work.workspace()), work.data).files["cover.lists"])
    assert set(rows.loc[rows["kind"] == "cafe", "source"]) == {OSM}, "of the series, the list that counts"
    rows = rows.set_index(["kind", "source", "authority_code"])
    records = pd.read_parquet(output(work.data, "places/place_record").path)
    records = records[records["is_current"] & (records["source"] == OSM) & (records["kind"] == "cafe")]
    for council, n in records["area_code"].map(areas["authority_code"]).value_counts().items():
        row = rows.loc[("cafe", OSM, council)]
        assert (row["n_listed"], row["is_looked_for"]) == (n, True)
    school = rows.loc[("school", "dfe_gias_current", "S99600003")]
    assert (school["judged_by"], school["is_looked_for"]) == ("claim", True)
    assert ("museum", "gla_museums_2022", "S99600003") not in rows.index, "it does not claim the other region"


def test_a_volunteers_list_says_nothing_of_a_council_where_it_holds_far_too_little(work, areas):
    records = pd.read_parquet(output(work.data, "places/place_record").path)
    council = records["area_code"].map(areas["authority_code"])
    cafes = records["is_current"] & (records["kind"] == "cafe") & (records["source"] == OSM) & (council == "S99600002")
    assert cafes.sum() > 20
    some = cafes & (cafes.cumsum() > 2)  # two are left, of some forty expected
    plant(work.data, "places/place_record", {"main": records.assign(is_current=records["is_current"] & ~some)})
    after = cover_of(work, "cafe")
    here = after.index.isin(areas.index[areas["authority_code"] == "S99600002"])
    assert set(after.loc[here, "null_reason"]) == {"not_covered"}, "never none"
    assert set(after.loc[~here, "coverage"]) == {"partial"}
    kinds = pd.read_parquet(run(cover_step(work.workspace()), work.data).files["cover.kinds"]).set_index("kind")
    assert kinds.at["cafe", "share"] == pytest.approx(1 - here.mean())
    assert not kinds.at["cafe", "is_everywhere"]


@pytest.mark.parametrize("holds_some", [False, True])
def test_an_authority_that_a_list_is_known_to_lack_is_not_covered_until_it_lists_something_there(
    work, areas, holds_some
):
    records = pd.read_parquet(output(work.data, "places/place_record").path)
    there = records["area_code"].map(areas["authority_code"]) == "S99600003"
    gone = there & (records["source"] == "dfe_gias_current") & (not holds_some)
    plant(work.data, "places/place_record", {"main": records[~gone]})
    workspace = work.workspace()
    lacking = workspace.register.sources["dfe_gias_current"].model_copy(
        update={"lacks": {"S99600003": "not on the list"}}
    )
    workspace.register.sources["dfe_gias_current"] = lacking
    cover = pd.read_parquet(run(cover_step(workspace), work.data).files["cover.school"]).set_index("area_code")
    here = cover.index.isin(areas.index[areas["authority_code"] == "S99600003"])
    assert (cover.loc[here, "coverage"] == "unknown").all() != holds_some
    assert set(cover.loc[here, "null_reason"].dropna()) == (set() if holds_some else {"not_covered"})
    assert (cover.loc[~here, "coverage"] != "unknown").all()


def test_a_claim_is_the_nation_or_a_level_and_its_codes(town, areas):
    workspace, frame = town.workspace(), areas.reset_index()
    sources = workspace.register.sources
    assert claimed(workspace.geography, sources["ace_libraries_2023"], frame).all()
    city = claimed(workspace.geography, sources["gla_museums_2022"], frame)
    assert (city == (frame["region_code"] == CITY).to_numpy()).all()
    assert 0 < city.sum() < len(frame)


def test_the_date_of_the_evidence_is_that_of_its_source(town, cover):
    told = output(town.data, "table/gla_music_venues_2022").meta
    assert told["available"]
    assert {f"{d:%Y-%m-%d}" for d in cover.loc[cover["kind"] == "music_venue", "as_at"].dropna()} == {"2022-11-27"}


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_list_outside_every_area_is_unknown_and_never_none(work, share):
    records = pd.read_parquet(output(work.data, "places/place_record").path)
    lost = (records["kind"] == "school") & (records.index % 10 >= 10 * share) & records["reason"].isna()
    outside = records.assign(
        area_code=records["area_code"].mask(lost), reason=records["reason"].mask(lost, "outside"),
        is_current=records["is_current"] & ~lost,
    )  # fmt: skip
    plant(work.data, "places/place_record", {"main": outside})
    cover = cover_of(work, "school")
    assert set(cover["coverage"]) == {"unknown"}
    assert set(cover["null_reason"]) == {"source_unavailable"}
    assert "observed" in set(cover_of(work, "library")["coverage"])
