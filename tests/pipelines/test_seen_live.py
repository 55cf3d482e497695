"""Whether a source was seen live is observed in each DIR: from the day its own answer first held to the contract."""

import datetime
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from fixtures.making import ScriptedWeb, make_source

from geodata.geography import Geography, read_geographies
from pipelines.core.settings import Settings
from pipelines.core.store import append_line
from pipelines.register.register import read_register
from pipelines.release.registers import source_register
from pipelines.tables.kept import observations
from pipelines.tables.seen import live_since
from pipelines.tables.snapshot import SnapshotRead, current, take

SOURCE = make_source()
GOOD = {"body": b"code\nA\n", "headers": {"ETag": '"1"'}}
MIRROR = "http://mirror.example"


@dataclass
class Desk:
    """What `take` needs of a workspace, with a web that follows a script, behind a mirror or not."""

    data: Path
    web: ScriptedWeb
    mirror: str | None = None
    settings: Settings = field(default_factory=Settings)
    geography: Geography = field(default_factory=lambda: read_geographies()["england_lsoa21"])
    today: datetime.date = datetime.date(2026, 11, 22)

    def __post_init__(self):
        self.kept = {"client": self.web.client(self.mirror)}
        self.run_starts: dict[str, str] = {}

    def lines(self) -> list[dict]:
        return observations(self.data / "snapshots" / SOURCE.stem)

    def live(self) -> str | None:
        return current(self.data, SOURCE, self.geography).live_since


def test_the_first_good_answer_of_the_publisher_makes_it_live(tmp_path):
    desk = Desk(tmp_path, ScriptedWeb([GOOD]))
    assert desk.live() is None
    take(desk, SOURCE)
    assert desk.lines()[0]["through"] == "live"
    assert desk.live() == desk.lines()[0]["observed_at"][:10]


def test_a_mirror_and_a_bad_answer_do_not(tmp_path):
    take(Desk(tmp_path, ScriptedWeb([GOOD]), MIRROR), SOURCE)
    live = Desk(tmp_path, ScriptedWeb([b"name\nA\n"]))
    assert take(live, SOURCE).state == "stale"
    assert [line.get("through") for line in live.lines()] == ["mirror", "live"]
    assert live.live() is None


def test_what_a_mirror_gave_is_not_confirmed_by_the_publisher_without_a_look(tmp_path):
    take(Desk(tmp_path, ScriptedWeb([GOOD]), MIRROR), SOURCE)
    live = Desk(tmp_path, ScriptedWeb([GOOD]))
    assert take(live, SOURCE).state == "unchanged"
    assert "If-None-Match" not in live.web.asked[0].headers
    assert live.live() is not None
    take(live, SOURCE)
    assert live.web.asked[1].headers["If-None-Match"] == '"1"'


def test_an_observation_that_does_not_say_what_it_came_through_is_not_live(tmp_path):
    desk = Desk(tmp_path, ScriptedWeb([GOOD]))
    take(desk, SOURCE)
    line = {name: value for name, value in desk.lines()[0].items() if name != "through"}
    assert live_since([line], "england_lsoa21") is None
    assert live_since([*desk.lines()], "sample_town") is None


def test_once_live_always_live_though_it_fails_later(tmp_path):
    desk = Desk(tmp_path, ScriptedWeb([GOOD]))
    take(desk, SOURCE)
    first = {**desk.lines()[0], "observed_at": "2026-01-02T03:04:05Z"}
    path = tmp_path / "snapshots" / SOURCE.stem / "observations.jsonl"
    path.unlink()
    append_line(path, first)
    take(desk, SOURCE)
    broken = Desk(tmp_path, ScriptedWeb([{"status": 404}]))
    assert take(broken, SOURCE).state == "stale"
    assert broken.live() == "2026-01-02"


def test_the_release_is_made_anew_when_a_source_is_first_seen_live_and_tables_are_not(tmp_path):
    plain = SnapshotRead(SOURCE, read_geographies()["england_lsoa21"])
    told = replace(plain, with_state=True)
    take(Desk(tmp_path, ScriptedWeb([GOOD]), MIRROR), SOURCE)
    before = plain.version(tmp_path), told.version(tmp_path)
    take(Desk(tmp_path, ScriptedWeb([GOOD])), SOURCE)
    assert plain.version(tmp_path) == before[0]
    assert told.version(tmp_path) != before[1]
    again = told.version(tmp_path)
    take(Desk(tmp_path, ScriptedWeb([GOOD])), SOURCE)
    assert told.version(tmp_path) == again


@pytest.mark.parametrize(("seen", "told"), [("2026-11-26", ("live", "2026-11-26")), (None, ("mirror", "2026-11-22"))])
def test_the_release_tells_it(seen, told):
    register = read_register(read_geographies()["england_lsoa21"])
    frame = source_register(register, dict.fromkeys(register.sources, seen)).set_index("source")
    row = frame.loc["ons_census_health_2021"]
    assert (row["verified"], str(row["verified_on"])) == told


def test_the_sample_town_was_never_seen_live(town):
    assert town.query("select count(*) from source where verified = 'live'") == [(0,)]
    assert {line["through"] for line in observations(town.data / "snapshots/gla_pubs_2022")} == {"recording"}
