"""What commands say to people and to programs: how far a run is, on one line of a terminal; JSON with keys that stay; versions."""

import io
import json
import logging
import shutil
from dataclasses import fields, replace

import pytest
from click.testing import CliRunner

from assets_defs.automation import plans
from assets_defs.definitions import build_definitions
from assets_defs.pace import ENOUGH, FILE, Pace
from pipelines.commands import check, say
from pipelines.commands.cli import main
from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.register.workspace import open_workspace
from pipelines.release.compare import Difference

DEFINITION = """title: Need
shown_as: Need
question: Where?
reference_year: 2026
domains:
  one: {title: One, weight: 1, reason: all there is, members: {rate: {weight: 1, reason: all there is}}}
"""


def run(*words) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


# ---- how far


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    def seen(self) -> list[str]:
        """What stands on it in the end: a return goes back to the start of its line, and what is written there covers it."""
        lines = []
        for line in self.getvalue().split("\n"):
            cells: list[str] = []
            for text in line.split("\r"):
                cells[: len(text)] = text
            lines.append("".join(cells).rstrip())
        return lines


def told(stream, monkeypatch, end: bool = True) -> None:
    """Three steps and a warning, as a refresh tells them."""
    monkeypatch.setattr(say.sys, "stderr", stream)
    said, log = say.Said(), logging.Logger("test", logging.INFO)
    log.addHandler(said)
    log.info("0 of 3: a/long_name_of_a_step", extra={"passes": True, "only_on_a_terminal": True})
    log.info("1 of 3: a/long_name_of_a_step made (0.1 s)", extra={"passes": True})
    log.warning("b is damaged\x1b[2J")
    log.info("2 of 3: b made (0.1 s)", extra={"passes": True})
    if end:
        said.clear()


def test_on_a_terminal_it_is_one_line_and_what_matters_stays(monkeypatch):
    terminal = Terminal()
    told(terminal, monkeypatch, end=False)
    assert terminal.seen() == ["b is damaged [2J", "2 of 3: b made (0.1 s)"]
    terminal = Terminal()
    told(terminal, monkeypatch)
    assert terminal.seen() == ["b is damaged [2J", ""]
    assert "\x1b" not in terminal.getvalue()


def test_in_a_file_it_is_line_by_line(monkeypatch):
    file = io.StringIO()
    told(file, monkeypatch)
    assert file.getvalue().splitlines() == [
        "1 of 3: a/long_name_of_a_step made (0.1 s)",
        "b is damaged [2J",
        "2 of 3: b made (0.1 s)",
    ]


def test_a_line_longer_than_the_terminal_does_not_wrap(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(say.sys, "stderr", terminal)
    said = say.Said()
    record = logging.makeLogRecord({"msg": "x" * 500, "passes": True})
    said.emit(record)
    assert len(terminal.seen()[0]) < say.WIDTH


def test_how_long_it_takes_is_known_from_the_last_time(tmp_path):
    (tmp_path / FILE).write_text(json.dumps({"a": 60, "b": 100, "c": "soon", "d": -1}))
    pace = Pace(tmp_path)
    assert pace.known == {"a": 60, "b": 100}
    pace.expect(["a", "b"])
    assert str(pace) == "0 of 2, about 3 min"
    pace.ended("a", 7)
    assert str(pace) == "1 of 2, about 2 min"
    pace.ended("b", 7, is_made=False)
    assert str(pace) == "2 of 2"
    pace.keep()
    assert Pace(tmp_path).known == {"a": 7, "b": 100}, "what was only looked up tells nothing"


def test_nothing_is_promised_while_nothing_tells(tmp_path):
    pace = Pace(tmp_path)
    keys = [str(n) for n in range(2 * ENOUGH)]
    pace.expect(keys)
    for key in keys[: ENOUGH - 1]:
        pace.ended(key, 1)
        assert pace.seconds is None
    pace.ended(keys[ENOUGH - 1], 1)
    assert pace.seconds is not None
    assert pace.to_come.keys() == set(keys[ENOUGH:])


@pytest.mark.parametrize("content", ["", "[]", "{", "null", '{"a": null}', "\x00"])
def test_a_damaged_pace_is_begun_anew(tmp_path, content):
    (tmp_path / FILE).write_text(content)
    assert Pace(tmp_path).known == {}


# ---- for programs


def test_check_as_json(town):
    code, out, err = run("check", "--json", "--data", town.data)
    told = json.loads(out)
    assert (code, err) == (0, "")
    assert list(told) == list(check.Checked.__annotations__)
    assert told["passed"] is True
    assert told["release"] == town.release.name
    assert {tuple(one) for one in told["checks"]} == {tuple(check.Found.__annotations__)}
    code, out, err = run("check", "--json", "--data", town.data, "--max-age", "0")
    told = json.loads(out)
    assert (code, told["passed"]) == (1, False)
    assert err == f"commonground: {told['problem']}\n"


def test_a_breach_is_in_the_json_of_a_check(town, tmp_path):
    shutil.copytree(town.release, tmp_path / "releases" / "1.0.0")
    (tmp_path / "releases" / "latest").symlink_to("1.0.0")
    path = tmp_path / "releases" / "1.0.0" / "geojson" / "places.geojson"
    path.write_bytes(path.read_bytes() + b" ")
    code, out, err = run("check", "--json", "--data", tmp_path)
    told = json.loads(out)
    assert (code, told["passed"], told["age_days"]) == (1, False, None)
    assert [one["check"] for one in told["checks"] if not one["passed"]]
    assert told["problem"] in err


def test_diff_as_json(town_twice):
    second = town_twice[1]
    versions = second.versions
    code, out, err = run("diff", "--json", "--data", second.data)
    told = json.loads(out)
    assert (code, err) == (0, "")
    assert list(told) == ["old", "new", "identical", *(field.name for field in fields(Difference))]
    assert (told["old"], told["new"], told["identical"]) == (*versions[-2:], False)
    assert told["sources"]
    assert run("diff", "--json", "--exact", "--data", second.data)[0] == 1
    code, out, _ = run("diff", versions[0], versions[0], "--json", "--exact", "--data", second.data)
    assert (code, json.loads(out)["identical"]) == (0, True)


def test_score_as_json(tmp_path):
    (tmp_path / "need.yml").write_text(DEFINITION)
    (tmp_path / "table.csv").write_text("area,rate\nA,1\nB,2\nC,4\nD,\n")
    code, out, _ = run("score", tmp_path / "need.yml", tmp_path / "table.csv", "--json")
    told = json.loads(out)
    assert code == 0
    assert list(told) == ["definition", "table", "out", "n_rows", "notes", "columns", "rows"]
    assert [list(row) for row in told["rows"]] == [told["columns"]] * 4
    ranks = {row["area"]: row["rank"] for row in told["rows"]}
    assert ranks == {"A": 3, "B": 2, "C": 1, "D": None}
    code, out, _ = run(
        "score", tmp_path / "need.yml", tmp_path / "table.csv", "--json", "--out", tmp_path / "scores.csv"
    )
    assert (code, json.loads(out)["rows"], json.loads(out)["n_rows"]) == (0, None, 4)
    assert (tmp_path / "scores.csv").read_text().startswith("area,score")


# ---- versions, schedules


def test_versions(town, clean_environment, tmp_path):
    clean_environment.setenv("COMMONGROUND_DATA", str(town.data))
    code, out, _ = run("--version")
    assert code == 0
    assert out.splitlines()[0].startswith("commonground ")
    assert out.splitlines()[1] == f"release {town.release.name} in {town.data}"
    clean_environment.setenv("COMMONGROUND_DATA", str(tmp_path))
    assert len(run("--version")[1].splitlines()) == 1


@pytest.mark.parametrize(("asked", "status"), [(False, "STOPPED"), (True, "RUNNING")])
def test_no_schedule_runs_unasked(asked, status, tmp_path):
    workspace = open_workspace(replace(Settings.read(data=str(tmp_path)), schedules=asked))
    schedules = build_definitions(workspace).schedules
    assert {schedule.default_status.name for schedule in schedules} == {status}
    assert [schedule.name for schedule in schedules] == [f"{plan.name}_schedule" for plan in plans(workspace)]


def test_schedules_are_asked_for_by_flag_or_environment(clean_environment):
    assert not Settings.read().schedules
    assert not Settings.read(schedules=False).schedules
    assert Settings.read(schedules=True).environment()["COMMONGROUND_SCHEDULES"] == "on"
    clean_environment.setenv("COMMONGROUND_SCHEDULES", "on")
    assert Settings.read(schedules=False).schedules
    clean_environment.setenv("COMMONGROUND_SCHEDULES", "off")
    assert not Settings.read().schedules
    clean_environment.setenv("COMMONGROUND_SCHEDULES", "nightly")
    with pytest.raises(Problem, match="COMMONGROUND_SCHEDULES: 'nightly' is neither on nor off"):
        Settings.read()
