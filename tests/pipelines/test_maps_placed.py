"""Points stand in the outlines of their areas, and an authority's mean is that of its residents: seen to be held."""

import shutil

import orjson
import pytest

from pipelines.release.database import open_database
from pipelines.release.verify import verify

POINTS, MEANS = "point_outside_its_area", "authority_mean_not_of_residents"


@pytest.fixture
def release(town, tmp_path):
    return shutil.copytree(town.release, tmp_path / "release")


def broken(folder) -> dict[str, list[str]]:
    return {finding.check: finding.first for finding in verify(folder) if not finding.passed}


def edit(path, change) -> None:
    layer = orjson.loads(path.read_bytes())
    for feature in layer["features"]:
        change(feature)
    path.write_bytes(orjson.dumps(layer))


def swap(feature) -> None:
    feature["geometry"]["coordinates"].reverse()


def test_the_town_holds(town):
    assert broken(town.release) == {}


@pytest.mark.parametrize("layer", ["places", "places_ogl", "places_odbl", "opportunities"])
def test_swapped_points_are_found_in_every_layer(release, layer):
    edit(release / "geojson" / f"{layer}.geojson", swap)
    assert broken(release)[POINTS][0].startswith(f"{layer}.geojson: ")


def test_one_point_in_another_area_is_found(release):
    path = release / "geojson" / "places.geojson"
    layer = orjson.loads(path.read_bytes())
    one = layer["features"][0]
    one["properties"]["area_code"] = "S99000150" if one["properties"]["area_code"] != "S99000150" else "S99000001"
    path.write_bytes(orjson.dumps(layer))
    assert broken(release)[POINTS] == [f"places.geojson: {one['id']} lies outside {one['properties']['area_code']}"]


def test_points_without_an_area_are_no_empty_layer(release):
    edit(release / "geojson" / "places.geojson", lambda feature: feature["properties"].pop("area_code"))
    assert broken(release)[POINTS]


def test_authorities_without_a_mean_are_found(release):
    edit(release / "geojson" / "authorities.geojson", lambda feature: feature["properties"].pop("hardship_mean_score"))
    assert len(broken(release)[MEANS]) == 3


def test_outlines_that_are_swapped_leave_every_point_outside(release):
    def turn(feature):
        polygons = feature["geometry"]["coordinates"]
        for ring in polygons if feature["geometry"]["type"] == "Polygon" else [r for p in polygons for r in p]:
            for corner in ring:
                corner.reverse()

    edit(release / "geojson" / "neighbourhoods.geojson", turn)
    assert broken(release)[POINTS][0].startswith("origin of S99")


def test_an_origin_beyond_its_own_area_is_found(release):
    with open_database(release / "commonground.duckdb") as connection:
        connection.execute("update neighbourhood set longitude = longitude + 0.2 where area_code = 'S99000001'")
    assert broken(release)[POINTS] == ["origin of S99000001 lies outside S99000001"]


def test_a_mean_that_counts_areas_alike_is_found(release):
    with open_database(release / "commonground.duckdb") as connection:
        alike = dict(connection.execute("select authority_code, avg(score) from index_score join neighbourhood using (area_code) where index_name = 'hardship' group by all").fetchall())  # fmt: skip
    edit(
        release / "geojson" / "authorities.geojson",
        lambda f: f["properties"].update(hardship_mean_score=round(alike[f["id"]], 3)),
    )
    assert "the mean hardship is" in broken(release)[MEANS][0]


def test_a_mean_worked_by_hand(release):
    """Two areas of one authority with a score, 100 residents at 10 and 300 at 50: (1,000 + 15,000) / 400 = 40, not 30."""
    with open_database(release / "commonground.duckdb") as connection:
        connection.execute("update index_score set score = null where index_name = 'hardship'")
        first, second = connection.execute("select area_code from neighbourhood where authority_code = 'S99600001' order by 1 limit 2").fetchall()  # fmt: skip
        for (area,), people, score in ((first, 100, 10), (second, 300, 50)):
            connection.execute("update neighbourhood set population_mid_year = ? where area_code = ?", [people, area])
            connection.execute(
                "update index_score set score = ? where area_code = ? and index_name = 'hardship'", [score, area]
            )

    def means(value):
        return lambda f: f["properties"].update(hardship_mean_score=value if f["id"] == "S99600001" else None)

    path = release / "geojson" / "authorities.geojson"
    edit(path, means(30))
    assert [told for told in broken(release)[MEANS] if "hardship" in told] == [
        "S99600001: the mean hardship is 40.0000 by residents, and 30.0 on the map"
    ]
    edit(path, means(40))
    assert [told for told in broken(release).get(MEANS, []) if "hardship" in told] == []
