"""The protocol overpass and files in parts: cut answers refused, past dates asked once, a part that fails is told."""

import datetime
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from fixtures.making import ScriptedWeb, make_source

from geodata.geography import read_geographies
from pipelines.core.problem import Problem
from pipelines.fetch import file, overpass, parts
from pipelines.register.register import read_register
from pipelines.tables.reading import read_text_table
from pipelines.tables.tidy import tidy

TODAY = datetime.date(2026, 11, 22)
ELEMENTS = [{"type": "node", "id": 1, "lat": 51.5, "lon": -0.1, "tags": {"amenity": "library"}}]
DAYS = ["2019-12-31", "2020-12-31"]
QUERY = 'nwr["amenity"="library"](51,-1,52,0);\nout center;'


def osm_source(**fetch):
    columns = {name: {"from": f"@{name}", "type": "text", "nullable": True} for name in ("id", "tag", "lifecycle")}
    columns |= {"latitude": {"from": "@lat", "type": "number"}, "longitude": {"from": "@lon", "type": "number"}}
    columns |= {"name": {"type": "text", "nullable": True, "optional": True}}
    if fetch.get("dates"):
        columns["observed_on"] = {"from": "@observed_on", "type": "date"}
    asked = {"protocol": "overpass", "url": "https://overpass.example/api", "format": "osm", "query": QUERY} | fetch
    kinds = {"column": "tag", "values": {"amenity=library": "library", "tourism=museum": "museum"}}
    places = {"kinds": kinds, "id": ["id"], "name": "name"}
    places["point"] = {"x": "longitude", "y": "latitude", "crs": "EPSG:4326", "quality": "premises"}
    return make_source(columns, asked, places=places, covers="nation")


def answer(elements=ELEMENTS, **more) -> dict:
    told = {"osm3s": {"timestamp_osm_base": "2026-11-21T23:59:00Z"}, "elements": elements} | more
    return {"body": orjson.dumps(told), "headers": {"Content-Type": "application/json"}}


def asked(request) -> str:
    return parse_qs(urlsplit(request.url).query)["data"][0]


# ---- overpass


def test_the_query_is_asked_by_get_in_one_line_with_its_settings():
    web = ScriptedWeb([answer()])
    reply = overpass.fetch(web.client(), osm_source(), TODAY, {})
    assert [request.method for request in web.asked] == ["GET"]
    assert asked(web.asked[0]) == '[out:json][timeout:180];nwr["amenity"="library"](51,-1,52,0); out center;'
    assert list(reply.files) == ["data.json"]
    assert reply.source_as_at == "2026-11-21"


def test_an_answer_with_a_remark_is_a_part_and_is_asked_again(waits):
    cut = answer(remark='runtime error: Query timed out in "query" at line 1 after 181 seconds.')
    web = ScriptedWeb([cut, cut, answer()])
    assert overpass.fetch(web.client(), osm_source(), TODAY, {}).files["data.json"] == answer()["body"]
    assert len(web.asked) == 3
    with pytest.raises(Problem, match=r"told only a part.*Query timed out"):
        overpass.fetch(ScriptedWeb([cut]).client(), osm_source(), TODAY, {})


def test_an_answer_without_elements_is_refused_and_not_asked_again(waits):
    web = ScriptedWeb([answer([])])
    with pytest.raises(Problem, match="holds no element"):
        overpass.fetch(web.client(), osm_source(), TODAY, {})
    assert (len(web.asked), waits) == (1, [])


@pytest.mark.parametrize("body", [b'{"elements": [', b"<html><body>busy</body></html>", b"   "])
def test_an_answer_that_is_not_whole_json_is_refused(waits, body):
    with pytest.raises(Problem, match=r"cut short|web page|empty"):
        overpass.fetch(ScriptedWeb([body]).client(), osm_source(), TODAY, {})


def test_each_past_date_is_asked_once_and_never_again(tmp_path):
    source, web = osm_source(dates=DAYS), ScriptedWeb([answer()])
    first = overpass.fetch(web.client(), source, TODAY, {})
    settings = [f'[out:json][timeout:180][date:"{day}T00:00:00Z"];' for day in DAYS]
    assert [asked(request).split(";")[0] + ";" for request in web.asked] == settings
    assert sorted(first.files) == [f"{day}.json" for day in DAYS]
    assert first.source_as_at == DAYS[-1]
    for name, body in first.files.items():
        (tmp_path / name).write_bytes(body)
    assert overpass.fetch(web.client(), source, TODAY, first.validator, tmp_path) is None
    assert len(web.asked) == 2


def test_a_new_date_is_asked_alone_and_a_new_query_asks_every_date_again(tmp_path):
    web = ScriptedWeb([answer()])
    first = overpass.fetch(web.client(), osm_source(dates=DAYS), TODAY, {})
    for name, body in first.files.items():
        (tmp_path / name).write_bytes(body)
    longer = overpass.fetch(web.client(), osm_source(dates=[*DAYS, "2021-12-31"]), TODAY, first.validator, tmp_path)
    assert len(web.asked) == 3
    assert '[date:"2021-12-31' in asked(web.asked[-1])
    assert len(longer.files) == 3
    other = osm_source(dates=DAYS, query='nwr["amenity"="pub"](51,-1,52,0); out center;')
    overpass.fetch(web.client(), other, TODAY, first.validator, tmp_path)
    assert len(web.asked) == 5


def test_a_date_that_fails_leaves_no_reply(waits):
    with pytest.raises(Problem):
        overpass.fetch(ScriptedWeb([answer(), {"status": 504}]).client(), osm_source(dates=DAYS), TODAY, {})


def test_dates_that_came_are_kept_for_the_next_try_and_asked_once(tmp_path, waits):
    source, partial = osm_source(dates=[*DAYS, "2021-12-31"]), tmp_path / "partial"
    third_fails = ScriptedWeb(lambda request: {"status": 504} if "2021" in asked(request) else answer())
    with pytest.raises(Problem, match="504"):
        overpass.fetch(third_fails.client(), source, TODAY, {}, None, partial)
    web = ScriptedWeb([answer()])
    reply = overpass.fetch(web.client(), source, TODAY, {}, None, partial)
    assert sorted(reply.files) == [f"{day}.json" for day in source.fetch.dates]
    assert len(web.asked) == 1
    assert "2021-12-31" in asked(web.asked[0])


def test_what_came_and_is_damaged_is_asked_for_again(tmp_path):
    first = overpass.fetch(ScriptedWeb([answer()]).client(), osm_source(dates=DAYS), TODAY, {}, None, tmp_path)
    for path in tmp_path.glob("*/*.json"):
        path.write_bytes(path.read_bytes()[:-9])
    web = ScriptedWeb([answer()])
    assert overpass.fetch(web.client(), osm_source(dates=DAYS), TODAY, {}, None, tmp_path) == first
    assert len(web.asked) == len(DAYS)


def test_what_a_mirror_or_another_query_brought_is_not_what_came(tmp_path):
    overpass.fetch(ScriptedWeb([answer()]).client(), osm_source(dates=DAYS), TODAY, {}, None, tmp_path)
    web, other = ScriptedWeb([answer()]), osm_source(dates=DAYS, query='nwr["amenity"="pub"](51,-1,52,0); out center;')
    overpass.fetch(web.client(), other, TODAY, {}, None, tmp_path)
    assert len(web.asked) == 2
    web = ScriptedWeb([answer()])
    overpass.fetch(web.client("http://mirror.example"), osm_source(dates=DAYS), TODAY, {}, None, tmp_path)
    assert len(web.asked) == 2


# ---- manners


@pytest.mark.parametrize("status", [429, 504])
def test_the_service_is_left_alone_for_half_a_minute_or_as_long_as_it_says(waits, status):
    busy = [{"status": status}, {"status": status, "headers": {"Retry-After": "75"}}, answer()]
    assert overpass.fetch(ScriptedWeb(busy).client(), osm_source(), TODAY, {}) is not None
    assert waits == [30, 75]


def test_a_cut_answer_is_not_asked_again_at_once(waits):
    overpass.fetch(ScriptedWeb([answer(remark="timed out"), answer()]).client(), osm_source(), TODAY, {})
    assert waits == [30]


def test_a_service_that_asks_for_hours_is_asked_no_more(waits):
    web = ScriptedWeb([{"status": 429, "headers": {"Retry-After": "7200"}}])
    with pytest.raises(Problem, match="left alone for 7200 s"):
        overpass.fetch(web.client(), osm_source(), TODAY, {})
    assert (len(web.asked), waits) == (1, [])


def test_the_next_query_of_the_same_run_waits_too(waits):
    web = ScriptedWeb([{"status": 504}] * overpass.MANNERS.tries + [answer()])
    client = web.client()
    with pytest.raises(Problem, match="504"):
        overpass.fetch(client, osm_source(), TODAY, {})
    assert overpass.fetch(client, osm_source(), TODAY, {}) is not None
    assert len(waits) == overpass.MANNERS.tries
    assert waits[-1] == pytest.approx(30, abs=1)


def test_it_is_read_for_as_long_as_the_query_may_run():
    web, seen = ScriptedWeb([answer()]), []
    send = web.send
    web.send = lambda request, **more: (seen.append(more["timeout"]), send(request, **more))[1]
    overpass.fetch(web.client(), osm_source(), TODAY, {})
    ((_, read_s),) = seen
    assert read_s >= 190
    assert f"[timeout:{overpass.QUERY_S}]" in asked(web.asked[0])
    assert web.asked[0].headers["User-Agent"].startswith("commonground/")


# ---- its elements as rows


def read(*elements, **fetch):
    return read_text_table(osm_source(**fetch), {"data.json": orjson.dumps({"elements": elements})})


def test_ways_and_relations_stand_at_their_centre():
    rows = read(
        ELEMENTS[0],
        {"type": "way", "id": 1, "center": {"lat": 51.6, "lon": -0.2}, "tags": {"amenity": "library", "name": "Hall"}},
    )
    assert rows["@id"].tolist() == ["node/1", "way/1"]  # a node and a way may share a number
    assert rows["@lat"].tolist() == ["51.5", "51.6"]
    assert rows["name"].tolist()[1] == "Hall"


@pytest.mark.parametrize(
    ("tags", "tag", "lifecycle"),
    [
        ({"amenity": "library"}, "amenity=library", None),
        ({"disused:amenity": "library"}, "amenity=library", "disused"),
        ({"abandoned:tourism": "museum"}, "tourism=museum", "abandoned"),
        ({"was:amenity": "library", "amenity": "library"}, "amenity=library", None),  # what it is goes first
        ({"was:amenity": "library", "tourism": "museum"}, "tourism=museum", None),
        ({"disused": "yes", "amenity": "library"}, "amenity=library", None),
        ({"amenity": "bench"}, None, None),
        ({"proposed:amenity": "library"}, None, None),
    ],
)
def test_a_lifecycle_prefix_is_told_beside_the_tag(tags, tag, lifecycle):
    rows = read({"type": "node", "id": 1, "lat": 51.5, "lon": -0.1, "tags": tags})
    assert (rows["@tag"][0], rows["@lifecycle"][0]) == (tag, lifecycle)


def test_each_date_is_told_in_its_rows():
    body, england = orjson.dumps({"elements": ELEMENTS}), read_geographies()["england_lsoa21"]
    table, _ = tidy(osm_source(dates=DAYS), england, {f"{day}.json": body for day in DAYS})
    assert table["observed_on"].dt.strftime("%Y-%m-%d").tolist() == DAYS


# ---- files in parts


def parts_source(**fetch):
    return make_source(fetch={"url": "https://food.example/F{part}.json", "parts": "p", "format": "json"} | fetch)


def publisher(answers: dict):
    """Answers by part; each with an ETag of its body that is honoured; 404 for the others."""

    def send(request):
        body = answers.get(request.url.rsplit("/F", 1)[1].removesuffix(".json"))
        if not isinstance(body, bytes):
            return body or {"status": 404}
        etag = f'"{hash(body)}"'
        if request.headers.get("If-None-Match") == etag:
            return {"status": 304}
        return {"body": body, "headers": {"ETag": etag, "Content-Type": "application/json"}}

    return ScriptedWeb(send)


A, B, NEW = b'[{"code": "A"}]', b'[{"code": "B"}]', b'[{"code": "C"}]'


def keep(folder, reply):
    for name, body in reply.files.items():
        (folder / name).write_bytes(body)
    return reply.validator


def test_a_part_that_fails_is_told_and_the_others_are_kept():
    reply = parts.fetch(publisher({"1": A}).client(), parts_source(), TODAY, {}, None, ("1", "2"))
    assert reply.files == {"1.json": A}
    assert set(reply.missing) == {"2"}
    assert "404" in reply.missing["2"]


def test_a_part_that_fails_keeps_the_bytes_it_had(tmp_path):
    source = parts_source()
    last = keep(tmp_path, parts.fetch(publisher({"1": A, "2": B}).client(), source, TODAY, {}, None, ("1", "2")))
    reply = parts.fetch(publisher({"1": NEW}).client(), source, TODAY, last, tmp_path, ("1", "2"))
    assert reply.files == {"1.json": NEW, "2.json": B}
    assert set(reply.missing) == {"2"}
    assert reply.validator["2"] == last["2"]  # so that it is not read again when it answers as before


def test_parts_that_answer_304_are_unchanged_and_one_that_changed_is_read_alone(tmp_path):
    source = parts_source()
    last = keep(tmp_path, parts.fetch(publisher({"1": A, "2": B}).client(), source, TODAY, {}, None, ("1", "2")))
    web = publisher({"1": A, "2": B})
    client = web.client()
    assert parts.fetch(client, source, TODAY, last, tmp_path, ("1", "2")) is None
    assert client.downloaded == 0
    client = publisher({"1": A, "2": NEW}).client()
    reply = parts.fetch(client, source, TODAY, last, tmp_path, ("1", "2"))
    assert reply.files == {"1.json": A, "2.json": NEW}
    assert client.downloaded == len(NEW)
    assert reply.missing == {}


def test_where_no_part_answers_the_source_fails_even_if_all_are_kept(tmp_path):
    source = parts_source()
    last = keep(tmp_path, parts.fetch(publisher({"1": A, "2": B}).client(), source, TODAY, {}, None, ("1", "2")))
    for kept, known in ((None, {}), (tmp_path, last)):
        with pytest.raises(Problem, match="404"):
            parts.fetch(publisher({}).client(), source, TODAY, known, kept, ("1", "2"))


def test_parts_that_were_refused_are_not_fetched_again_while_none_changed():
    source, web = parts_source(), publisher({"1": A, "2": B})
    refused = parts.fetch(web.client(), source, TODAY, {}, None, ("1", "2")).validator
    client = publisher({"1": A, "2": B}).client()
    assert parts.fetch(client, source, TODAY, refused, None, ("1", "2")) is None
    assert client.downloaded == 0
    for changed in ({"1": A, "2": NEW}, {"1": A}):
        reply = parts.fetch(publisher(changed).client(), source, TODAY, refused, None, ("1", "2"))
        assert reply.files == {f"{part}.json": body for part, body in changed.items()}


# ---- an address that only a mirror has


def mirrored():
    columns = {"code": {"type": "text"}}
    return make_source(columns, {"url": [], "alternate_url": "https://data.example/a.csv"})


def test_an_address_of_a_mirror_alone_is_not_asked_of_the_publisher():
    web = ScriptedWeb([b"code\nA\n"])
    with pytest.raises(Problem) as told:
        file.fetch(web.client(), mirrored(), TODAY, {})
    assert "Get it from https://data.example/" in str(told.value)
    assert "put it into the data folder as inbox/test_source_2026.csv" in str(told.value)
    assert web.asked == []


def test_a_mirror_is_asked_for_it():
    web = ScriptedWeb([b"code\nA\n"])
    reply = file.fetch(web.client("http://mirror.example"), mirrored(), TODAY, {})
    assert web.asked[0].url == "http://mirror.example/data.example/a.csv"
    assert reply.files == {"data.csv": b"code\nA\n"}


# ---- nested JSON


def test_a_key_within_a_key_is_read_and_what_is_no_plain_value_is_null():
    columns = {
        "name": {"type": "text"},
        "longitude": {"from": "Geocode.Longitude", "type": "number", "nullable": True},
        "address": {"from": "Address", "type": "text", "nullable": True},
    }
    source = make_source(columns, {"format": "json", "records": "FHRS.List"})
    rows = [
        {"name": "One", "Geocode": {"Longitude": "-0.1"}, "Address": "1 Road"},
        {"name": "Two", "Geocode": {"_xsi:nil": "true"}, "Address": {"_xsi:nil": "true"}},
        {"name": "Three", "Geocode": "", "Address": ""},
        {"name": "Four", "Geocode.Longitude": 0, "Address": None},  # a heading with a dot in it goes first
    ]
    table = read_text_table(source, {"data.json": orjson.dumps({"FHRS": {"List": rows}})})
    assert table["name"].tolist() == ["One", "Two", "Three", "Four"]
    assert [None if v != v else v for v in table["Geocode.Longitude"]] == ["-0.1", None, None, "0"]
    assert [None if v != v else v for v in table["Address"]] == ["1 Road", None, "", None]


def test_an_element_without_a_point_is_a_row_without_one():
    bare = {"type": "relation", "id": 7, "tags": {"amenity": "library"}}
    source = osm_source()
    for name in ("latitude", "longitude"):
        source.columns[name] = source.columns[name].model_copy(update={"nullable": True})
    there = [{**element, "id": n, "lat": 51.5 + n / 1000} for n, element in enumerate(ELEMENTS * 4, start=100)]
    files = {"data.json": orjson.dumps({"elements": [*there, bare]})}
    table, _ = tidy(source, read_geographies()["england_lsoa21"], files)
    assert table["latitude"].isna().sum() == 1


@pytest.mark.parametrize("stem", ["osm_places_england", "osm_places_london", "osm_culture_history_london"])
def test_one_element_without_a_point_does_not_lose_the_list(stem):
    source = read_register(read_geographies()["sample_town"]).sources[stem]
    assert source.columns["latitude"].nullable
    assert source.columns["longitude"].nullable
