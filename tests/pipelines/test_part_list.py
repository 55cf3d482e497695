"""Which files a source in parts has: read from the publisher's list, names matched with ours, the rest told and not guessed."""

import datetime
import json

import pytest
from fixtures.making import ScriptedWeb, make_source

from geodata.geography import read_geographies
from pipelines.core.problem import Problem
from pipelines.fetch import parts
from pipelines.fetch.part_list import matched, parts_of

ENGLAND = read_geographies()["england_lsoa21"]
LIST = {"url": "https://food.example/Authorities", "headers": {"x-api-version": "2"}, "records": "authorities", "part": "Code", "name": "Name"}  # fmt: skip


def source():
    fetch = {
        "url": "https://food.example/F{part}.json",
        "parts": "food_authorities",
        "format": "json",
        "parts_list": LIST,
    }
    return make_source(fetch=fetch)


def listed(*entries: tuple[str, str]) -> bytes:
    return json.dumps({"authorities": [{"Code": code, "Name": name} for code, name in entries]}).encode()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("City of London Corporation", "E09000001"), ("Kingston-Upon-Thames", "E09000021"), ("Bristol", "E06000023"),
        ("Hull City", "E06000010"), ("Newcastle Upon Tyne", "E08000021"), ("Newcastle-Under-Lyme", "E07000195"),
        ("St Helens", "E08000013"), ("Folkestone & Hythe", "E07000112"), ("Kings Lynn and West Norfolk", "E07000146"),
        ("Durham", "E06000047"), ("Herefordshire", "E06000019"), ("Blackburn", "E06000008"), ("Telford and Wrekin Council", "E06000020"),
    ],
)  # fmt: skip
def test_names_that_differ_a_little_are_one_authority(name, code):
    assert matched(ENGLAND, [("7", name)]) == ({"7": code}, [])


@pytest.mark.parametrize("name", ["Cardiff", "Belfast City", "Highland", "Nowhere", "City Council", ""])
def test_what_is_no_authority_of_ours_is_nobodys_and_told(name):
    assert matched(ENGLAND, [("7", name)]) == ({}, [name])


def test_an_authority_under_its_old_districts_is_known_where_all_of_them_are_listed():
    cumberland = [("1", "Allerdale"), ("2", "Carlisle City"), ("3", "Copeland")]
    assert matched(ENGLAND, cumberland) == (dict.fromkeys("123", "E06000063"), [])
    assert matched(ENGLAND, cumberland[:2]) == ({}, ["Allerdale", "Carlisle City"])
    of, unknown = matched(ENGLAND, [*cumberland, ("9", "Cumberland")])
    assert of == {"9": "E06000063"}
    assert len(unknown) == 3


def test_the_list_is_asked_with_its_header_and_decides(caplog):
    web = ScriptedWeb([listed(("501", "Barnet"), ("9", "Cardiff"), ("../x", "Bexley"))])
    found = parts_of(web.client(), source(), ENGLAND, None)
    assert (found.of, found.missing) == ({"501": "E09000003"}, {})
    assert web.asked[0].headers["x-api-version"] == "2"
    assert "1 of 2 names on the list are no authority of ours: Cardiff" in caplog.text


@pytest.mark.parametrize(
    "answer", [b"<html>busy</html>", b"{}", b"[1]", b'{"authorities": [{"Code": 1}]}', {"status": 404}]
)
def test_where_the_list_does_not_answer_the_parts_known_before_are_asked_for(waits, answer):
    found = parts_of(ScriptedWeb([answer]).client(), source(), ENGLAND, {"parts_of": {"7": "E06000001"}})
    assert found.of == {"7": "E06000001"}
    assert list(found.missing) == ["list"]
    assert len(parts_of(ScriptedWeb([answer]).client(), source(), ENGLAND, None).of) == 33


def test_a_list_of_nobody_we_know_is_no_list():
    with pytest.raises(Problem, match="names no authority of England"):
        parts_of(ScriptedWeb([listed(("9", "Cardiff"))]).client(), source(), ENGLAND, None)


def test_a_part_no_longer_listed_leaves_the_snapshot(tmp_path, waits):
    body = json.dumps([{"code": "a"}]).encode()
    web = ScriptedWeb([{"body": body, "headers": {"ETag": '"1"'}}])
    today = datetime.date(2026, 11, 26)
    first = parts.fetch(web.client(), source(), today, {}, None, ("1", "2"))
    for name, kept in first.files.items():
        (tmp_path / name).write_bytes(kept)
    unchanged = ScriptedWeb([{"status": 304}])
    assert parts.fetch(unchanged.client(), source(), today, first.validator, tmp_path, ("1", "2")) is None
    assert set(parts.fetch(unchanged.client(), source(), today, first.validator, tmp_path, ("1",)).files) == {"1.json"}
