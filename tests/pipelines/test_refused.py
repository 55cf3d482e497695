"""An answer that broke its contract is not fetched again while it is the same, unless its definition changed or one asks."""

import datetime
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner
from fixtures.making import ScriptedWeb, make_source

from geodata.geography import Geography, read_geographies
from pipelines.commands.cli import main
from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.tables.kept import observations
from pipelines.tables.snapshot import take

SOURCE = make_source({"code": {"type": "text"}}, stem="test_refused_2026")
TEN = b"code\n" + b"".join(b"%d\n" % i for i in range(10))
BAD = b"name\n" + TEN


class Publisher(ScriptedWeb):
    """Gives `body` with an ETag of it, or without one, and honours it."""

    def __init__(self, body: bytes, etags: bool = True):
        super().__init__(self.answer)
        self.body, self.etags, self.sent = body, etags, 0

    def answer(self, request):
        etag = f'"{hash(self.body)}"'
        if self.etags and request.headers.get("If-None-Match") == etag:
            return {"status": 304}
        self.sent += 1
        return {"body": self.body, "headers": {"ETag": etag} if self.etags else {}}


@dataclass
class Desk:
    """What `take` needs of a workspace."""

    data: Path
    web: ScriptedWeb
    settings: Settings = field(default_factory=Settings)
    mirror: str | None = None
    geography: Geography = field(default_factory=lambda: read_geographies()["england_lsoa21"])
    today: datetime.date = datetime.date(2026, 11, 22)

    def __post_init__(self):
        self.kept = {"client": self.web.client(self.mirror)}
        self.run_starts: dict[str, str] = {}

    def observations(self) -> list[dict]:
        return observations(self.data / "snapshots" / SOURCE.stem)


def test_a_refused_answer_is_asked_for_conditionally_and_its_problem_told_again(tmp_path):
    desk = Desk(tmp_path, Publisher(BAD))
    first = take(desk, SOURCE)
    assert "no column 'code'" in first.problem
    for _ in range(2):
        again = take(desk, SOURCE)
        assert (again.state, again.problem, again.downloaded) == ("unavailable", first.problem, 0)
    assert desk.web.sent == 1
    assert [line["status"] for line in desk.observations()] == ["failed"] * 3


def test_where_the_publisher_has_no_validators_the_same_content_is_refused_without_reading_it(tmp_path, monkeypatch):
    desk = Desk(tmp_path, Publisher(BAD, etags=False))
    first = take(desk, SOURCE)
    monkeypatch.setattr("pipelines.tables.snapshot.tidy", None)  # who calls it fails otherwise
    assert take(desk, SOURCE).problem == first.problem


def test_an_answer_that_was_mended_is_taken(tmp_path):
    desk = Desk(tmp_path, Publisher(BAD))
    take(desk, SOURCE)
    desk.web.body = TEN
    assert take(desk, SOURCE).state == "new"
    desk.web.body = BAD
    assert take(desk, SOURCE).state == "stale"
    desk.web.body = TEN  # the old one again, which held
    assert take(desk, SOURCE).state == "unchanged"


def test_a_failure_in_between_does_not_make_it_forgotten(tmp_path, waits):
    desk = Desk(tmp_path, Publisher(BAD))
    take(desk, SOURCE)
    gone = Desk(tmp_path, ScriptedWeb([{"status": 404}]))
    assert "404" in take(gone, SOURCE).problem
    take(desk, SOURCE)
    assert desk.web.sent == 1


def test_a_changed_definition_asks_again(tmp_path):
    desk = Desk(tmp_path, Publisher(BAD))
    take(desk, SOURCE)
    mended = SOURCE.model_copy(update={"columns": make_source({"code": {"from": "name", "type": "text"}}).columns})
    assert take(desk, mended).state == "new"
    assert desk.web.sent == 2


def test_what_a_mirror_gave_is_not_held_against_the_publisher(tmp_path):
    take(Desk(tmp_path, Publisher(BAD), mirror="http://mirror.example"), SOURCE)
    desk = Desk(tmp_path, Publisher(BAD))
    take(desk, SOURCE)
    assert desk.web.sent == 1
    assert "If-None-Match" not in desk.web.asked[0].headers


def test_again_asks_anew_whatever_is_remembered(tmp_path):
    web = Publisher(BAD)
    take(Desk(tmp_path, web), SOURCE)
    anew = Desk(tmp_path, web, Settings(again=(SOURCE.stem,)))
    take(anew, SOURCE)
    assert web.sent == 2
    web.body = TEN
    assert take(anew, SOURCE).state == "new"
    assert take(anew, SOURCE).state == "unchanged"
    assert web.sent == 4
    other = Desk(tmp_path, web, Settings(again=("another_source",)))
    assert take(other, SOURCE).state == "unchanged"
    assert web.sent == 4


def test_a_required_source_is_remembered_from_its_first_answer_on(tmp_path):
    required = SOURCE.model_copy(update={"required": True})
    desk = Desk(tmp_path, Publisher(BAD))
    for _ in range(2):
        with pytest.raises(Problem, match="no column 'code'"):
            take(desk, required)
    assert desk.web.sent == 1


def test_past_dates_that_came_are_asked_once_though_the_third_fails(tmp_path, waits):
    columns = {name: {"from": f"@{name}", "type": "text", "nullable": True} for name in ("id", "tag", "lifecycle")}
    columns |= {"latitude": {"from": "@lat", "type": "number"}, "longitude": {"from": "@lon", "type": "number"}}
    columns |= {"name": {"type": "text"}, "observed_on": {"from": "@observed_on", "type": "date"}}
    fetch = {"protocol": "overpass", "url": "https://overpass.example/api", "format": "osm", "query": "nwr;out;"}
    fetch |= {"dates": ["2019-12-31", "2020-12-31", "2021-12-31"]}
    point = {"x": "longitude", "y": "latitude", "crs": "EPSG:4326"}
    places = {"kind": "library", "id": ["id"], "name": "name", "point": point}
    kinds = {"column": "tag", "values": {"amenity=library": "library"}}
    places = {**places, "kind": None, "kinds": kinds}
    source = make_source(columns, fetch, places=places, covers="nation", stem=SOURCE.stem)
    element = b'{"type": "node", "id": 1, "lat": 51.5, "lon": -0.1, "tags": {"amenity": "library", "name": "L"}}'
    good = b'{"elements": [' + element + b"]}"
    broken = ScriptedWeb(lambda request: {"status": 504} if "2021" in request.url else {"body": good})
    assert take(Desk(tmp_path, broken), source).state == "unavailable"
    mended = Desk(tmp_path, ScriptedWeb([good]))
    taken = take(mended, source)
    assert (taken.state, taken.rows) == ("new", 3)
    assert len(mended.web.asked) == 1
    assert not (tmp_path / "partial" / source.stem).exists()


def test_again_of_no_source_is_a_wrong_question(tmp_path):
    ran = CliRunner().invoke(main, ["refresh", "--data", str(tmp_path / "data"), "--again", "nowhere_2026"])
    assert ran.exit_code == 2
    assert "--again nowhere_2026: is no source of this register" in ran.stderr
    assert not (tmp_path / "data").exists()


class Layer(ScriptedWeb):
    """A layer of ten rows that never says when it was edited; `page` is what it answers."""

    def __init__(self):
        super().__init__(self.answer)
        self.rows = [{"attributes": {"OBJECTID": i, "code": f"E0100000{i}"}} for i in range(10)]
        self.pages = 0

    def answer(self, request):
        if "returnCountOnly" in request.url:
            return orjson.dumps({"count": 10})
        if "/query" not in request.url:
            return orjson.dumps({"objectIdField": "OBJECTID", "maxRecordCount": 2000})
        self.pages += 1
        return orjson.dumps({"features": self.rows})


LAYER = make_source(
    {"code": {"type": "code", "level": "area"}},
    {"protocol": "arcgis", "url": "https://gis.example/FeatureServer/0", "format": "arcgis"},
    key=["code"],
    rows={"exactly": 10},
    stem=SOURCE.stem,
    required=True,  # so that no other source is looked at for its codes
)


def test_a_layer_once_glitched_is_asked_again_though_it_says_that_nothing_was_edited(tmp_path):
    web = Layer()
    good = web.rows
    web.rows = [{"attributes": {"OBJECTID": i, "code": None}} for i in range(10)]
    for n in (1, 2):
        with pytest.raises(Problem, match="is missing"):
            take(Desk(tmp_path, web), LAYER)
        assert web.pages == n
    web.rows = good
    assert take(Desk(tmp_path, web), LAYER).state == "new"
    assert take(Desk(tmp_path, web), LAYER).state == "unchanged"
    assert web.pages == 3


def test_a_layer_that_was_taken_with_a_glitch_is_asked_again_on_demand(tmp_path):
    web = Layer()
    good, web.rows = web.rows, [{"attributes": {"OBJECTID": i, "code": f"E0199999{i}"}} for i in range(10)]
    assert take(Desk(tmp_path, web), LAYER).state == "new"
    web.rows = good
    assert take(Desk(tmp_path, web), LAYER).state == "unchanged"
    again = take(Desk(tmp_path, web, Settings(again=(SOURCE.stem,))), LAYER)
    assert again.state == "new"
    assert take(Desk(tmp_path, web), LAYER).sha == again.sha


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda rows: rows[:5], "repeats a page after 5 of 10"),
        (lambda rows: rows[:5] + rows[:5], "holds the same feature twice"),
        (lambda rows: [], "stops after 0 of 10"),
        (lambda rows: [*rows, {"attributes": {"OBJECTID": 99, "code": "E01000099"}}], "11 features came where"),
        (lambda rows: [{"attributes": {**row["attributes"], "code": "E01000001"}} for row in rows], "more than once"),
    ],
)
def test_a_layer_that_came_half_or_doubled_is_refused_and_asked_again(tmp_path, waits, change, told):
    web = Layer()
    good, web.rows = web.rows, change(web.rows)
    with pytest.raises(Problem, match=told):
        take(Desk(tmp_path, web), LAYER)
    web.rows = good
    assert take(Desk(tmp_path, web), LAYER).state == "new"
