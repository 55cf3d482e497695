"""The protocol extract: an OpenStreetMap file reduced to what is asked, centres worked by hand, damaged files refused."""

import datetime

import orjson
import osmium
import pytest
from fixtures.making import ScriptedWeb, make_source, mirror_held
from osmium.osm.mutable import Node, Relation, Way

from geodata.records import read_record
from pipelines.core import store
from pipelines.core.problem import Problem
from pipelines.fetch import extract
from pipelines.fetch.http import Client
from pipelines.register.register import SOURCES
from pipelines.register.source import Source
from pipelines.tables.reading import read_text_table

TODAY = datetime.date(2026, 11, 26)
TAGS = {"amenity": ["library", "pub"], "disused:amenity": ["pub"]}
MONDAY = "2026-11-23T21:20:00Z"
# a square of 0.2 by 0.4 degrees, its third corner drawn out to the north
CORNERS = {1: (51.0, -1.0), 2: (51.0, -0.6), 3: (51.3, -0.6), 4: (51.2, -0.9)}
LIBRARY = {"amenity": "library"}


def nodes(at=CORNERS, **tags) -> list[Node]:
    return [Node(id=number, location=(lon, lat), tags=tags) for number, (lat, lon) in at.items()]


def osm_source(**more) -> Source:
    fetch = {"protocol": "extract", "url": "https://extract.example/england.osm.pbf", "format": "osm", "tags": TAGS}
    columns = {name: {"from": f"@{name}", "type": "text", "nullable": True} for name in ("id", "tag", "lifecycle")}
    columns |= {name: {"from": f"@{name}", "type": "number", "nullable": True} for name in ("lat", "lon")}
    columns |= {"name": {"type": "text", "nullable": True, "optional": True}}
    kinds = {"column": "tag", "values": {"amenity=library": "library", "amenity=pub": "pub"}}
    places = {"kinds": kinds, "id": ["id"], "name": "name"}
    places["point"] = {"x": "lon", "y": "lat", "crs": "EPSG:4326", "quality": "premises"}
    return make_source(columns, fetch | more, places=places, covers="nation")


def pbf(folder, *objects, timestamp=MONDAY, is_sorted=True):
    """A file with these objects, in the order they are given."""
    header = osmium.io.Header()
    if timestamp:
        header.set("osmosis_replication_timestamp", timestamp)
    if is_sorted:
        header.set("sorting", "Type_then_ID")
    path = folder / "made.osm.pbf"
    with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
        for one in objects:
            writer.add(one)
    return path


def reduced(folder, *objects, **more) -> dict[str, dict]:
    """The elements that are kept, by type and id."""
    body, _ = extract.reduce(pbf(folder, *objects, **more), osm_source())
    return {f"{e['type']}/{e['id']}": e for e in orjson.loads(body)["elements"]}


# ---- where things stand


def test_a_node_stands_where_it_is(tmp_path):
    found = reduced(tmp_path, *nodes({7: (51.1234567, -0.1)}, **LIBRARY))
    assert found == {"node/7": {"type": "node", "id": 7, "lat": 51.1234567, "lon": -0.1, "tags": LIBRARY}}


def test_a_way_stands_at_the_centre_of_the_box_around_its_nodes(tmp_path):
    """Not at their mean, which here would be 51.125, -0.775."""
    found = reduced(tmp_path, *nodes(), Way(id=9, nodes=[1, 2, 3, 4, 1], tags=LIBRARY))
    assert found["way/9"]["center"] == {"lat": 51.15, "lon": -0.8}


def test_a_relation_stands_at_the_centre_of_the_box_around_its_nodes_and_ways(tmp_path):
    """Its ways carry no tag; one reaches to 51.3 and -0.6, a node of its own to 50.9; a relation within it has no part."""
    members = [("w", 8, "outer"), ("n", 5, "entrance"), ("r", 3, "")]
    far = Relation(id=3, members=[("n", 6, "")], tags={"type": "site"})
    relation = Relation(id=4, members=members, tags=LIBRARY | {"type": "multipolygon"})
    more = nodes({5: (50.9, -0.8), 6: (55.0, -3.0)})
    found = reduced(tmp_path, *nodes(), *more, Way(id=8, nodes=[1, 2, 3, 4, 1]), far, relation)
    assert found["relation/4"]["center"] == {"lat": 51.1, "lon": -0.8}
    assert list(found) == ["relation/4"]


def test_a_way_that_is_wanted_itself_is_part_of_a_relation_too(tmp_path):
    way, relation = (
        Way(id=8, nodes=[1, 2], tags=LIBRARY),
        Relation(id=4, members=[("w", 8, "")], tags={"amenity": "pub"}),
    )
    found = reduced(tmp_path, *nodes(), way, relation)
    assert found["way/8"]["center"] == found["relation/4"]["center"] == {"lat": 51.0, "lon": -0.8}


def test_what_lies_across_the_cut_stands_at_what_is_held_of_it(tmp_path):
    found = reduced(tmp_path, *nodes({1: (51.0, -1.0), 2: (51.2, -1.0)}), Way(id=9, nodes=[1, 2, 77], tags=LIBRARY))
    assert found["way/9"]["center"] == {"lat": 51.1, "lon": -1.0}


def test_what_cannot_be_located_is_kept_without_a_place(tmp_path):
    """A way and a relation whose parts were cut off: rows of the table without coordinates, counted as such later."""
    beyond = [Way(id=9, nodes=[77, 78], tags=LIBRARY), Relation(id=4, members=[("w", 99, "")], tags=LIBRARY)]
    empty, huge = Relation(id=5, members=[], tags=LIBRARY), Way(id=10, nodes=[9_300_000_000_000_000], tags=LIBRARY)
    path = pbf(tmp_path, *nodes(), beyond[0], huge, beyond[1], empty)
    body, _ = extract.reduce(path, osm_source())
    rows = read_text_table(osm_source(), {"data.json": body})
    assert rows["@id"].tolist() == ["way/9", "way/10", "relation/4", "relation/5"]
    assert rows["@lat"].isna().all()
    assert rows["@lon"].isna().all()
    assert (rows["@tag"] == "amenity=library").all()


def test_elements_stand_in_order_of_type_and_id(tmp_path):
    ways = [Way(id=number, nodes=[1], tags=LIBRARY) for number in (5, 30)]
    found = reduced(tmp_path, *nodes(**LIBRARY), *ways, Relation(id=2, members=[("n", 1, "")], tags=LIBRARY))
    assert list(found) == ["node/1", "node/2", "node/3", "node/4", "way/5", "way/30", "relation/2"]


@pytest.mark.parametrize("is_sorted", [True, False])
@pytest.mark.parametrize("landmarks", [True, False])
def test_ids_that_lie_far_apart_are_looked_for_in_stretches(tmp_path, monkeypatch, is_sorted, landmarks):
    """With wanted nodes between them, which end a stretch, or one look at the file for each stretch."""
    looks, ids = [], [3, 40, 1 << 29, (1 << 29) + 5, 5 << 30, 6 << 30]
    places = {number: (50 + turn / 10, -1.0) for turn, number in enumerate(ids)}
    between = {(turn << 27) + 1: (52.0, -1.0) for turn in range(1, 50)} if landmarks else {}
    objects = sorted([*nodes(places), *nodes(between, **LIBRARY)], key=lambda node: node.id)
    processor = osmium.FileProcessor
    monkeypatch.setattr(osmium, "FileProcessor", lambda *asked: looks.append(asked[1:]) or processor(*asked))
    found = reduced(tmp_path, *objects, Way(id=9, nodes=ids, tags=LIBRARY), is_sorted=is_sorted)
    assert found["way/9"]["center"] == {"lat": 50.25, "lon": -1.0}
    assert looks.count((osmium.osm.NODE,)) == (1 if is_sorted and landmarks else 4)


# ---- what is kept


def test_only_what_is_asked_for_is_kept(tmp_path):
    told = [
        {"amenity": "bench"},
        {"tourism": "library"},
        {"disused:amenity": "pub"},
        {"disused:amenity": "library"},
        {},
    ]
    found = reduced(tmp_path, *(Node(id=turn + 1, location=(0, 51), tags=tags) for turn, tags in enumerate(told)))
    assert list(found) == ["node/3"]
    rows = read_text_table(osm_source(), {"data.json": orjson.dumps({"elements": list(found.values())})})
    assert (rows["@tag"][0], rows["@lifecycle"][0]) == ("amenity=pub", "disused")


def test_personal_tags_and_all_that_no_column_reads_are_gone(tmp_path):
    personal = {"email": "a@b.example", "phone": "+44 1", "contact:phone": "+44 1", "contact:email": "a@b.example"}
    more = {"operator": "Ann Example", "name": "Hall", "website": "https://a.example"}
    found = reduced(tmp_path, *nodes({1: (51, 0)}, **LIBRARY, **personal, **more))
    assert found["node/1"]["tags"] == LIBRARY | {"name": "Hall"}


def test_the_date_of_the_data_is_the_header_s(tmp_path):
    path = pbf(tmp_path, *nodes(**LIBRARY))
    body, as_at = extract.reduce(path, osm_source())
    assert as_at == "2026-11-23"
    assert orjson.loads(body)["osm3s"] == {"timestamp_osm_base": MONDAY}
    assert extract.reduce(pbf(tmp_path, *nodes(**LIBRARY), timestamp=None), osm_source())[1] is None


# ---- what is refused


def test_a_file_cut_short_or_damaged_is_refused(tmp_path):
    path = pbf(
        tmp_path, *(node for turn in range(2000) for node in nodes({turn + 1: (51 + turn / 9999, -1)}, **LIBRARY))
    )
    good = path.read_bytes()
    for damaged in (good[: len(good) // 2], good[:100], good[:-100] + bytes(100), b"", b"not an extract"):
        path.write_bytes(damaged)
        with pytest.raises(Problem, match="cut short or damaged"):
            extract.reduce(path, osm_source())


def test_other_formats_are_not_read_however_the_file_is_named(tmp_path):
    path = tmp_path / "extract.osm"
    path.write_text('<osm version="0.6"><node id="1" lat="51" lon="0"><tag k="amenity" v="pub"/></node></osm>')
    with pytest.raises(Problem, match="cut short or damaged"):
        extract.reduce(path, osm_source())


def test_a_file_without_anything_asked_for_is_refused(tmp_path):
    with pytest.raises(Problem, match="holds no object"):
        extract.reduce(pbf(tmp_path, *nodes()), osm_source())


def test_a_file_with_far_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(extract, "MOST", 10)
    with pytest.raises(Problem, match="far more objects"):
        extract.reduce(pbf(tmp_path, *nodes(), Way(id=9, nodes=[1, 2, 3, 4] * 3, tags=LIBRARY)), osm_source())


@pytest.mark.parametrize(
    ("fetch", "words"),
    [
        ({"tags": {}}, "needs tags"),
        ({"tags": {"amenity": []}}, "at least 1 item"),
        ({"tags": {"amenity": ["library"]}}, "amenity=pub, which fetch.tags does not ask for"),
        ({"protocol": "file"}, "needs tags"),
    ],
)
def test_a_source_asks_for_all_that_its_kinds_are_read_from(fetch, words):
    with pytest.raises(ValueError, match=words):
        osm_source(**fetch)


# ---- how it is fetched


def client_of(script, folder) -> tuple[ScriptedWeb, Client]:
    web = ScriptedWeb(script)
    client = web.client()
    client.scratch = folder / "snapshots"
    return web, client


def left(folder) -> list[str]:
    """Files that are still there."""
    return [path.name for path in (folder / "snapshots").rglob("*") if path.is_file()]


def answer(folder, *objects, **more) -> dict:
    headers = {
        "Content-Type": "application/octet-stream",
        "ETag": '"monday"',
        "Last-Modified": "Mon, 23 Nov 2026 22:00:00 GMT",
    }
    return {"body": pbf(folder, *(objects or nodes(**LIBRARY)), **more).read_bytes(), "headers": headers}


def test_the_file_is_reduced_and_removed(tmp_path):
    _, client = client_of([answer(tmp_path)], tmp_path)
    reply = extract.fetch(client, osm_source(), TODAY, {})
    assert list(reply.files) == ["data.json"]
    assert len(orjson.loads(reply.files["data.json"])["elements"]) == 4
    assert reply.source_as_at == "2026-11-23"
    assert client.downloaded == len(answer(tmp_path)["body"])
    assert left(tmp_path) == []


def test_without_a_date_of_its_own_the_file_is_as_old_as_its_server_says(tmp_path):
    _, client = client_of([answer(tmp_path, timestamp=None)], tmp_path)
    assert extract.fetch(client, osm_source(), TODAY, {}).source_as_at == "2026-11-23"


def test_an_unchanged_file_is_not_read_again_and_a_changed_filter_reads_it(tmp_path):
    def script(request):
        return {"status": 304} if request.headers.get("If-None-Match") == '"monday"' else answer(tmp_path)

    web, client = client_of(script, tmp_path)
    last = extract.fetch(client, osm_source(), TODAY, {}).validator
    assert extract.fetch(client, osm_source(), TODAY, last) is None
    wider = osm_source(tags=TAGS | {"tourism": ["museum"]})
    assert extract.fetch(client, wider, TODAY, last) is not None
    elsewhere = osm_source(url="https://extract.example/wales.osm.pbf")
    assert extract.fetch(client, elsewhere, TODAY, last) is not None
    columns = osm_source().columns
    column = {"operator": next(iter(columns.values())).model_copy(update={"source_name": "operator"})}
    more = osm_source().model_copy(update={"columns": columns | column})
    assert extract.fetch(client, more, TODAY, last) is not None
    assert [request.headers.get("If-None-Match") for request in web.asked] == [None, '"monday"', None, None, None]


def test_a_download_that_breaks_off_is_begun_again_and_leaves_nothing(tmp_path, waits):
    good = answer(tmp_path)
    cut = good | {"body": good["body"][:-50], "length": len(good["body"])}
    web, client = client_of([cut, cut, good], tmp_path)
    assert extract.fetch(client, osm_source(), TODAY, {}) is not None
    assert len(web.asked) == 3
    _, client = client_of([cut], tmp_path)
    with pytest.raises(Problem, match="broke in the middle"):
        extract.fetch(client, osm_source(), TODAY, {})
    assert left(tmp_path) == []


def test_a_length_that_lies_gives_a_file_that_is_refused(tmp_path):
    """The server says fewer bytes than it has: what comes is whole by its own word, and no extract."""
    good = answer(tmp_path)
    _, client = client_of([good | {"body": good["body"][:-50], "length": len(good["body"]) - 50}], tmp_path)
    with pytest.raises(Problem, match="cut short or damaged"):
        extract.fetch(client, osm_source(), TODAY, {})
    assert left(tmp_path) == []


@pytest.mark.parametrize("body", [b"<!DOCTYPE html><html>busy</html>", b""])
def test_a_web_page_is_no_extract(tmp_path, waits, body):
    web, client = client_of([body], tmp_path)
    with pytest.raises(Problem, match=r"web page|empty"):
        extract.fetch(client, osm_source(), TODAY, {})
    assert len(web.asked) > 1
    assert left(tmp_path) == []


def test_a_file_larger_than_allowed_is_not_read_to_its_end(tmp_path, waits):
    web, client = client_of([{"body": bytes(1_500_000)}], tmp_path)
    with pytest.raises(Problem, match="larger than the 1 MB"):
        extract.fetch(client, osm_source(), TODAY, {})
    assert len(web.asked) == 1
    assert left(tmp_path) == []


def test_a_full_disk_is_told(tmp_path, monkeypatch, waits):
    def full(self, *asked):
        yield b"some"
        raise OSError(28, "No space left on device")

    web, client = client_of([answer(tmp_path)], tmp_path)
    monkeypatch.setattr(Client, "_parts", full)
    with pytest.raises(Problem, match="no space is left"):
        extract.fetch(client, osm_source(), TODAY, {})
    assert len(web.asked) == 1
    assert left(tmp_path) == []


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path):
    folder = tmp_path / "snapshots" / osm_source().stem
    with store.staging(folder) as beside:
        kept = folder / ".making.killed"
        beside.rename(kept)
        (kept / "extract.osm.pbf").write_bytes(b"half")
    _, client = client_of([{"status": 304}], tmp_path)
    assert extract.fetch(client, osm_source(), TODAY, {}) is None
    assert left(tmp_path) == []


def test_the_mirror_s_file_of_england(tmp_path):
    """20,162 nodes and 287 ways, of which 12,127 nodes are community or social centres; its ways are streets."""
    source = read_record(Source, SOURCES / "osm_places_england.yml", stem="osm_places_england")
    with mirror_held() as address:
        reply = extract.fetch(Client(mirror=address, scratch=tmp_path), source, TODAY, {})
    rows = read_text_table(source, reply.files)
    assert reply.source_as_at == "2024-12-31"
    assert len(rows) == 19_403
    assert rows["@id"].str.startswith("node/").all()
    assert rows["@tag"].isin(["amenity=community_centre", "amenity=social_centre"]).sum() == 12_127
    assert rows["@tag"].notna().all()
    assert rows["@lat"].notna().all()
