"""What `profile --json` and `place --json` hold is what is declared: every key, no other, each of its type."""

import shutil

import pytest
from pydantic import ConfigDict, TypeAdapter

from pipelines.answers.area.facts import AreaLine, Profile
from pipelines.answers.area.profile import profile
from pipelines.answers.lookup import look_up
from pipelines.answers.place.facts import Hits, Place, Sheet
from pipelines.answers.place.place import answer, place
from pipelines.release.database import open_database

STRICT = ConfigDict(extra="forbid", strict=True)  # goes down into every record of the list


def declared(record) -> TypeAdapter:
    return TypeAdapter(list[record], config=STRICT)


@pytest.fixture(scope="module")
def release(town, tmp_path_factory):
    """The release of the town, with a correction, of which it has none."""
    path = tmp_path_factory.mktemp("corrected") / "commonground.duckdb"
    shutil.copy(town.release / path.name, path)
    with open_database(path) as connection:
        connection.execute(
            """insert into correction select 2, place_id, 'name', 'The Hall', name, name_source, 'applied', 'told by the ward',
                'a letter', '2026-05-03' from place where area_code = 'S99000045' order by place_id limit 1"""
        )
        yield connection


# nobody states a need there, and every candidate has an address: see test_needs.py and test_candidates.py; nor
# has the town a file of titles: see test_land_titles.py
NOT_IN_THE_TOWN = {"stated_needs", "opportunities_not_placed", "land_titles"}


def column(connection, sql: str) -> list[str]:
    return [value for (value,) in connection.execute(sql).fetchall()]


def test_a_profile_is_as_declared(release, tmp_path):
    listed = tmp_path / "areas.csv"
    listed.write_text("area_code\nS99000001\nS99000045\nW01000001\n")
    some = column(release, "select area_code from neighbourhood where right(area_code, 1) = '5' order by 1")
    profiles = [profile(release, look_up(release, text)) for text in [*some, "fablemoor", "Samplebridge", str(listed)]]
    for line in (line for one in profiles for line in one["areas"]):
        scores = {name: line.pop(name) for name in [*line] if name not in AreaLine.__annotations__}
        assert set(scores) == {"hardship_score", "infrastructure_gap_score", "hardship_rank_nation", "hardship_rank_authority"}  # fmt: skip
        assert {type(value) for value in scores.values()} <= {float, int, type(None)}
    declared(Profile).validate_python(profiles)
    told = {key for one in profiles for part in (one, one["here"], one["missing"]) for key, value in part.items() if value}  # fmt: skip
    shown = {*Profile.__annotations__, "first_listed", "closings"} - NOT_IN_THE_TOWN
    assert told >= shown, "a list that is always empty shows nothing"


def test_a_place_is_as_declared(release):
    one_of_each = """select min(place_id) from place group by kind, status, is_in_areas_asked
        union select place_id from place_event where event = 'closed' union select place_id from correction order by 1"""
    places = [place(release, place_id) for place_id in column(release, one_of_each)]
    declared(Place).validate_python(places)
    told = {key for one in places for key, value in one.items() if value}
    assert told == {*Place.__annotations__} - NOT_IN_THE_TOWN, "a list that is always empty shows nothing"


@pytest.mark.parametrize(("record", "asked"), [(Sheet, "Sundial Library"), (Hits, "centre")])
def test_the_json_of_one_place_and_of_several_is_as_declared(town, record, asked):
    declared(record).validate_json(f"[{answer(town.settings, asked, wants_json=True).text}]")
