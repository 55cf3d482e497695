"""An answer held against the best of the last year, in both directions, and taken where an operator asks for it again."""

import datetime
import json
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import pandas as pd
import pytest
from fixtures.desk import Desk, desk
from fixtures.making import make_source, plant

from geodata.geography import read_geographies
from pipelines.core.settings import Settings
from pipelines.places.collect import _past
from pipelines.places.placed import little_placed
from pipelines.places.records import read_records
from pipelines.register.register import read_register
from pipelines.tables.kept import history
from pipelines.tables.moved import moved
from pipelines.tables.snapshot import current, take
from pipelines.tables.tidy import tidy

STEM = "test_living_2026"
POINT = {"x": "x", "y": "y", "crs": "EPSG:27700"}
KINDS = {"column": "kind", "values": {"hall": "community_centre", "reading room": "library"}, "not_places": ["kiosk"]}
LISTED = make_source(
    {
        "id": {"type": "text"},
        "name": {"type": "text"},
        "kind": {"type": "text"},
        "owner": {"type": "text", "nullable": True},
        "x": {"type": "number", "nullable": True, "on_breach": "null"},
        "y": {"type": "number", "nullable": True, "on_breach": "null"},
        "ended": {"type": "date", "nullable": True, "on_breach": "drop"},
        "hectares": {"type": "number", "nullable": True, "on_breach": "null"},
    },
    rows={"at_least_of_last": 0.9},
    stem=STEM,
    covers="nation",
    key=["id"],
    places={"kinds": KINDS, "id": ["id"], "name": "name", "point": POINT, "ended": "ended"},
)


def listed(n: int = 200, **other) -> bytes:
    """A list of so many places, one in forty a library, each column as told or, where a function, made from the number."""
    usual = {
        "id": lambda i: f"h{i}",
        "name": lambda i: f"Hall {i}",
        "kind": lambda i: "reading room" if i % 40 == 0 else "hall",
        "owner": lambda i: ("council", "parish", "")[i % 3],
        "x": lambda i: 430_000 + 37 * i,
        "y": lambda i: 350_000 + 53 * i,
        "ended": lambda i: "2025-01-31" if i % 10 == 9 else "",
        "hectares": lambda i: 0.1 + i / 100,
    }
    made = usual | other
    rows = [",".join(str(made[c](i)) for c in usual) for i in range(n)]
    return "\n".join([",".join(usual), *rows, ""]).encode()


def held(work: Desk, source=LISTED):
    """Take the next answer, and make its table as a refresh would."""
    taken = take(work, source)
    if taken.state == "new":
        plant(work.data, f"table/{STEM}", {"main": tidy(source, work.geography, taken.read())[0]})
    return taken


WRONG = {
    "ten times as many": (listed(2_000), "2,000 rows, more than 3 times the most of the last year, 200"),
    "half": (listed(100), "100 rows, fewer than 90% of the best of the last year, 200"),
    "all ended": (listed(ended=lambda i: "2025-01-31"), "no community_centre is left of the 17"),
    "no end": (listed(ended=lambda i: ""), "column ended is filled in 0% of its rows, where 10% were"),
    "a word for all": (listed(owner=lambda i: "council"), "column owner says the same in every row"),
    "a column emptied": (listed(owner=lambda i: ""), "column owner is filled in 0% of its rows, where 67%"),
    "other axes": (listed(x=lambda i: 350_000 + 53 * i, y=lambda i: 430_000 + 37 * i), "180 of its 180 places stand more than"),
    "a shift": (listed(x=lambda i: 530_000 + 37 * i), "(h0) 100,000 m"),
    "a fifth shifted": (listed(x=lambda i: 430_000 + 37 * i + 9000 * (i % 5 == 0)), "stand more than 2,000 m from where they did"),
    "one point": (listed(x=lambda i: 430_000, y=lambda i: 350_000), "200 of its 200 points are one and the same, 430000 350000"),
    "other numbers": (listed(id=lambda i: f"x{i}"), "only 0 of its 180 identifiers are those of the last answer"),
    "another unit": (listed(hectares=lambda i: 10_000 * (0.1 + i / 100)), "the middle of column hectares is"),
    "thousands": (listed(x=lambda i: f'"{430_000 + 37 * i:,}"'), "column x: '430,000' is not a usable number"),
    "some thousands": (listed(x=lambda i: f'"{430_000 + 37 * i:,}"' if i < 8 else 430_000 + 37 * i), "4.0% of column x cannot be used, where 0.0% could not"),
    "British dates": (listed(ended=lambda i: "31/01/2025" if i % 10 == 9 else ""), "column ended: '31/01/2025' is not a usable date"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "told"), WRONG.values(), ids=WRONG)
def test_an_answer_far_from_the_best_of_the_year_is_stale_and_told(tmp_path, body, told):
    work = desk(tmp_path, listed(), body, listed(201))
    good, stale, later = (held(work) for _ in range(3))
    assert (good.state, stale.state, later.state) == ("new", "stale", "new")
    assert told in stale.problem
    assert stale.sha == good.sha


def test_what_changes_a_little_is_taken(tmp_path):
    work = desk(
        tmp_path, listed(), listed(210), listed(205, ended=lambda i: "2025-06-30" if i % 9 == 8 else ""), listed(400)
    )
    assert [held(work).state for _ in range(4)] == ["new"] * 4


def test_a_list_that_bleeds_is_held_against_its_best_and_not_its_last(tmp_path):
    work = desk(tmp_path, listed(200), listed(185), listed(170))
    assert [held(work).state for _ in range(3)] == ["new", "new", "stale"]


def test_what_was_best_over_a_year_ago_is_forgotten(tmp_path):
    held(desk(tmp_path, listed()))
    later = replace(desk(tmp_path, listed(100)), today=datetime.date(2029, 1, 1))
    assert held(later).state == "new"


def test_another_definition_starts_anew(tmp_path):
    held(desk(tmp_path, listed()))
    other = LISTED.model_copy(update={"key": []})
    assert held(desk(tmp_path, listed(100)), other).state == "new"


def test_an_answer_asked_for_again_after_it_was_refused_is_taken_and_the_comparison_starts_anew(tmp_path):
    held(desk(tmp_path, listed()))
    stale = held(desk(tmp_path, listed(100)))
    assert f"`commonground refresh --again {STEM}` takes it" in stale.problem
    again = Settings(again=(STEM,))
    assert held(replace(desk(tmp_path, listed(90)), settings=again)).state == "stale"  # another than was told of
    taken = held(replace(desk(tmp_path, listed(90)), settings=again))
    assert (taken.state, taken.rows) == ("new", 90)
    assert held(desk(tmp_path, listed(89))).state == "new"
    assert held(desk(tmp_path, listed(60))).state == "stale"


def test_again_takes_no_answer_that_breaks_the_contract_of_its_own(tmp_path):
    held(desk(tmp_path, listed()))
    bad = listed(x=lambda i: f'"{430_000 + 37 * i:,}"')
    for _ in range(3):
        assert held(replace(desk(tmp_path, bad), settings=Settings(again=(STEM,)))).state == "stale"


def test_a_kind_that_had_places_and_has_none_is_told(tmp_path):
    work = desk(tmp_path, listed(), listed(kind=lambda i: "hall"), listed())
    before, lost, mended = (held(work) for _ in range(3))
    assert before.lost == []
    assert (lost.state, mended.state) == ("stale", "unchanged")  # the column says one thing alone
    work = desk(tmp_path / "other", listed(), listed(kind=lambda i: "kiosk" if i % 40 == 0 else "hall"))
    _, lost = (held(work) for _ in range(2))
    assert (lost.state, lost.lost) == ("new", ["no library is left of the 5 of the last year"])
    assert current(work.data, LISTED, work.geography).lost == lost.lost


def test_observations_from_before_figures_were_kept_are_read(tmp_path):
    work = desk(tmp_path, listed(), listed(100), listed(201))
    held(work)
    path = tmp_path / "snapshots" / STEM / "observations.jsonl"
    (line,) = work.observations()
    old = {k: v for k, v in line.items() if k not in ("figures", "held_by", "lost", "accepted")}
    path.write_text(pd.Series(old).to_json() + "\n")
    assert [held(work).state for _ in range(2)] == ["stale", "new"]


def test_a_source_in_parts_is_counted_over_the_parts_that_came_both_times():
    from pipelines.tables.figures import worse

    line = {"filled": {}, "nulled": {}, "constant": [], "middle": {}}
    then = line | {"rows": 300, "parts": {"a": 100, "b": 200}}
    assert worse(LISTED, line | {"rows": 100, "parts": {"a": 100}}, [then]) == []
    assert worse(LISTED, line | {"rows": 400, "parts": {"a": 100, "b": 200, "c": 100}}, [then]) == []
    (told,) = worse(LISTED, line | {"rows": 300, "parts": {"a": 20, "b": 280}}, [then])
    assert told == "20 rows in its part a, where there were 100 in the last year"


def test_what_the_rules_of_today_do_not_read_of_the_past_is_passed_over_and_told(tmp_path):
    work = desk(tmp_path, listed(), listed(201))
    for _ in range(2):
        held(work)
    lines = history(tmp_path, LISTED, work.geography)
    odd = {**lines[0], "sha": "0" * 8}
    (lines[0]["folder"] / odd["sha"]).mkdir()
    (lines[0]["folder"] / odd["sha"] / "data.csv").write_bytes(listed(ended=lambda i: "31/01/2025"))
    given = SimpleNamespace(
        definition={"geography": work.geography, "taxonomy": read_register(work.geography).taxonomy}
    )
    postcodes = pd.DataFrame({"x": [], "y": []})
    unread: list[tuple] = []
    past = list(_past(given, LISTED, [lines[0], odd, lines[1]], postcodes, unread))
    assert [len(records) for records in past] == [180, 181]
    ((stem, row, column, day, issue),) = unread
    assert (stem, row, column, day) == (STEM, 0, "look", odd["day"])
    assert "passed over: row 2, column ended: '31/01/2025'" in issue


@pytest.mark.parametrize("told", ["1e30", "0202-01-01", "9999-12-31", "31/01/2025", 10**30, None])
def test_a_day_that_can_be_none_is_a_hint_passed_over(tmp_path, told):
    work = desk(tmp_path, listed())
    held(work)
    (line,) = work.observations()
    path = tmp_path / "snapshots" / STEM / "observations.jsonl"
    path.write_text(json.dumps({**line, "source_as_at": told}) + "\n")
    assert [past["day"] for past in history(tmp_path, LISTED, work.geography)] == ["2026-11-22"]
    assert current(tmp_path, LISTED, work.geography).source_as_at is None


def test_coordinates_far_from_their_postcodes_on_a_first_answer_are_not_believed():
    geography = read_geographies()["england_lsoa21"]
    columns = {name: {"type": "text"} for name in ("id", "postcode")} | {c: {"type": "number"} for c in "xy"}
    places = {"kind": "library", "id": ["id"], "name": "id", "postcode": "postcode", "point": POINT}
    source = make_source(columns, covers="nation", places=places)
    rows = pd.DataFrame(
        {"id": [f"l{i}" for i in range(40)], "postcode": [f"AB1 {i}CD" for i in range(40)]}, dtype="str"
    )
    rows = rows.assign(x=[430_000.0 + 1000 * i for i in range(40)], y=350_000.0)
    postcodes = rows.assign(postcode=rows["postcode"].str.replace(" ", "")).set_index("postcode")[["x", "y"]]
    read = partial(read_records, source, geography, read_register(geography).taxonomy)
    day = pd.Timestamp("2026-01-01")
    assert read(rows, postcodes, day)["reason"].isna().all()
    few = read(rows.assign(x=rows["x"].where(rows.index > 5, 530_000)), postcodes, day)
    assert few["reason"].isna().all()  # a postcode may be the wrong one
    shifted = read(rows.assign(y=250_000.0), postcodes, day).assign(is_row=True)
    assert shifted["reason"].eq("far_from_postcode").all()
    assert little_placed({source.stem: source}, shifted) == {source.stem: 0.0}


def test_places_of_one_name_are_told_apart_by_their_number(tmp_path):
    work = desk(tmp_path)
    source = LISTED.model_copy(
        update={"places": LISTED.places.model_copy(update={"id": ["name", "x", "y"]}), "key": []}
    )
    before, after = (
        tidy(source, work.geography, {"data.csv": body})[0]
        for body in (
            listed(40, name=lambda i: "The Hall"),
            listed(40, name=lambda i: "The Hall", x=lambda i: 530_000 + 37 * i),
        )
    )
    assert moved(source, work.geography, before, before) == []
    assert "36 of its 36 places" in moved(source, work.geography, before, after)[0]
