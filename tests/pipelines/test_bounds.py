"""Bytes from outside: what a library throws is their source's failure, one odd element loses no list, no file exhausts its reader."""

import errno
import io
import struct
import zipfile

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
import shapely
from fixtures.making import make_source

from geodata.geography import read_geographies
from geodata.records import DefinitionError, load_yaml, parse_yaml
from pipelines.core import csv_text, json_text, limits
from pipelines.core.json_text import read_json
from pipelines.core.limits import Excess
from pipelines.core.plain_text import plain
from pipelines.core.problem import Problem
from pipelines.core.unforeseen import unforeseen
from pipelines.fetch.forms import refuse_unlike
from pipelines.fetch.reply import Reply
from pipelines.tables.odd import Odd
from pipelines.tables.parted import without_unreadable
from pipelines.tables.reading import read_text_table
from pipelines.tables.tidy import tidy

ENGLAND = read_geographies()["england_lsoa21"]


def read(form: str, body: bytes, **fetch) -> pd.DataFrame:
    ending = "json" if form in ("osm", "arcgis", "geojson") else form
    return read_text_table(make_source(fetch={"format": form, **fetch}), {f"data.{ending}": body})


# ---- whatever is thrown


@pytest.mark.parametrize(
    "error",
    [
        RecursionError("deep"),
        OverflowError("far"),
        struct.error("short"),
        zipfile.BadZipFile("no"),
        AssertionError(),
        NotImplementedError("x"),
        shapely.GEOSException("y"),
        MemoryError(),
        OSError("odd"),
    ],
)
def test_what_a_library_throws_is_the_failure_of_its_source(error):
    with pytest.raises(Problem, match="some_source: "), unforeseen("some_source"):
        raise error


def test_what_is_no_fault_of_the_source_is_left_as_it_is():
    for error in (OSError(errno.ENOSPC, "full"), KeyboardInterrupt()):
        with pytest.raises(type(error)) as raised, unforeseen("some_source"):
            raise error
        assert raised.value is error
    with pytest.raises(Problem, match="told: as it was"), unforeseen("some_source"):
        raise Problem("told", "as it was", "do")


def zipped(name: str, body: bytes) -> bytearray:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, body)
    return bytearray(buffer.getvalue())


@pytest.mark.parametrize(("local", "central", "value"), [(6, 8, 1), (8, 10, 97), (8, 10, 9)])
def test_a_zip_that_is_encrypted_or_packed_oddly_is_refused_and_not_asked_for_again(local, central, value):
    body = zipped("a.csv", b"code\nA\n")
    struct.pack_into("<H", body, body.index(b"PK\3\4") + local, value)
    struct.pack_into("<H", body, body.index(b"PK\1\2") + central, value)
    with pytest.raises(Excess, match="the zip cannot be read"):
        refuse_unlike(make_source(fetch={"format": "zip"}).fetch, bytes(body))
    with pytest.raises(Problem, match="the zip cannot be read"):
        read("zip", bytes(body))


def test_only_the_member_that_is_read_is_held_to_its_check_sum():
    body = zipped("a.csv", b"code\nAAAA\n")
    body[body.index(b"AAAA")] = ord("B")
    refuse_unlike(make_source(fetch={"format": "zip", "member": "other.csv"}).fetch, bytes(body))


# ---- one odd element, one odd part


OSM = make_source(
    {"osm_id": {"from": "@id", "type": "text"}, "tag": {"from": "@tag", "type": "text", "nullable": True}},
    {"format": "osm"},
    places={
        "kinds": {"column": "tag", "values": {"amenity=pub": "pub"}},
        "id": ["osm_id"],
        "name": "tag",
        "point": {"postcode": "osm_id"},
    },
    covers="nation",
)


def osm(*elements) -> tuple[pd.DataFrame, pd.DataFrame]:
    good = [{"type": "node", "id": i, "lat": 51, "lon": 0, "tags": {"amenity": "pub"}} for i in range(60)]
    return tidy(OSM, ENGLAND, {"data.json": orjson.dumps({"elements": [*good, *elements]})})


def test_an_odd_element_is_left_out_and_told_and_the_list_is_read():
    table, issues = osm(None, {"id": 7}, {"type": "node", "id": 8, "tags": ["pub"]})
    assert len(table) == 60
    assert issues["row"].tolist() == [62, 63, 64]
    assert issues["issue"].str.contains("is left out").all()


def test_above_a_share_the_list_is_refused():
    with pytest.raises(Problem, match=r"6 of 66 elements cannot be read; the first, element 61"):
        osm(*[{"id": i} for i in range(6)])


@pytest.mark.parametrize("body", [b'{"elements": {"type": "node"}}', b"[]", b'{"elements": null}'])
def test_another_form_for_the_list_is_told(body):
    with pytest.raises(Problem, match="has no list of elements"):
        read_text_table(OSM, {"data.json": body})


def test_a_feature_that_is_none_is_left_out_of_a_layer():
    point = {"type": "Point", "coordinates": [1, 1]}
    good = [{"type": "Feature", "properties": {"code": str(i), "x": 1}, "geometry": point} for i in range(9)]
    body = orjson.dumps({"type": "FeatureCollection", "features": [None, *good, {"properties": 3}]})
    assert read("geojson", body)["code"].tolist() == [str(i) for i in range(9)]
    page = orjson.dumps({"features": [None, *good, {"properties": {"code": "x"}}]})
    assert len(read("arcgis", page, protocol="arcgis", geometry=True, out_crs="EPSG:27700")) == 9


def test_a_row_told_twice_is_one_where_both_say_the_same_and_a_breach_where_not():
    source = make_source({"code": {"type": "text"}, "n": {"type": "integer"}}, key=["code"])
    rows = b"code,n\n" + b"".join(b"%d,1\n" % i for i in range(40))
    table, issues = tidy(source, ENGLAND, {"data.csv": rows + b"7,1\n"})
    assert len(table) == 40
    assert issues["issue"].tolist() == ["stands in the list twice, and is left out"]
    with pytest.raises(Problem, match="is given more than once"):
        tidy(source, ENGLAND, {"data.csv": rows + b"7,2\n"})


PARTED = make_source(fetch={"url": "https://data.example/{part}", "parts": "food_authorities", "format": "json"})


def test_a_part_that_cannot_be_read_keeps_the_one_before_or_is_missing(tmp_path):
    (tmp_path / "2.json").write_bytes(b'[{"code": "old"}]')
    files = {"1.json": b'[{"code": "A"}]', "2.json": b'{"error": 1}', "3.json": b"[" * 900 + b"]" * 900}
    reply = Reply(files, {part: {"etag": part} for part in "123"})
    found = without_unreadable(PARTED, reply, {"2": {"etag": "before"}}, tmp_path)
    assert found.files == {"1.json": files["1.json"], "2.json": b'[{"code": "old"}]'}
    assert set(found.missing) == {"2", "3"}
    assert found.validator == {"1": {"etag": "1"}, "2": {"etag": "before"}}
    with pytest.raises(Problem, match="not a list of objects"):
        without_unreadable(PARTED, Reply({"2.json": b"{}"}), {}, None)


# ---- bounds


def test_json_of_more_than_memory_holds_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(json_text, "OBJECTS", 10)
    assert read_json(b"\xef\xbb\xbf[" + b"{}," * 8 + b"{}]")
    with pytest.raises(Excess, match="more than 10 objects"):
        read_json(b"[" + b"{}," * 10 + b"{}]")
    with pytest.raises(Problem, match="more than 10 objects"):
        read("json", b"[" + b"{}," * 10 + b"{}]")


@pytest.mark.parametrize("levels", [900, 100_000])
def test_deep_json_is_a_sentence(levels):
    with pytest.raises(Problem):
        tidy(
            make_source(fetch={"format": "json", "volatile": ["x"]}),
            ENGLAND,
            {"data.json": b"[" * levels + b"]" * levels},
        )


def test_a_csv_of_too_many_cells_or_headings_is_refused(monkeypatch):
    monkeypatch.setattr(csv_text, "CELLS", 1_000)
    with pytest.raises(Problem, match="cells, where none has 1,000"):
        read("csv", b"code\n" + b"\n" * 1_001 + b"A\n")
    monkeypatch.setattr(csv_text, "COLUMNS", 50)
    with pytest.raises(Problem, match="60 headings, where none has 50"):
        read("csv", b"code" + b",x" * 59 + b"\n")


@pytest.mark.parametrize("digits", [5_000, 900_000])
def test_a_number_of_many_digits_in_a_long_list_is_read_as_it_stands(digits):
    body = bytes(zipped("a.json", b'[{"code": ' + b"9" * digits + b'}, {"code": 7}]'))
    assert read("zip", body, member="*.json", only_columns=True)["code"].str.len().tolist() == [digits, 1]


def parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pyarrow.parquet.write_table(table, sink)
    return sink.getvalue()


def test_parquet_that_unpacks_to_far_more_is_refused():
    texts = pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(limits.HELD // 900, dtype=np.int32)), pa.array(["x" * 1_000])
    )
    with pytest.raises(Problem, match="unpacks to more than 200 MB"):
        read("parquet", parquet(pa.table({"code": texts})))
    with pytest.raises(Problem, match="cannot be read"):
        read("parquet", parquet(pa.table({"code": [["A"]]})))
    assert read("parquet", parquet(pa.table({"code": ["A", None], "n": [1, 2]})))["code"].tolist()[0] == "A"


def test_parquet_that_ends_the_program_that_reads_it_is_one_source_s_failure():
    body = bytearray(parquet(pa.table({"code": ["A", None], "n": [1, 2]})))
    body[189] = 0  # in the sizes that the footer tells: the library has no error for it, and ends the process
    with pytest.raises(Problem, match="it ends the program that reads it"):
        read("parquet", bytes(body))


def test_text_is_made_plain_in_time_that_its_length_alone_tells():
    for text in ("<" * 3_000_000, "<a" + " a =" * 500_000, "<a" + " " * 3_000_000 + "x", "+-" * 1_000_000):
        assert len(plain(text)) <= 500


# ---- YAML


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "too many references"),
        ("a: &a {b: *a}\n", "too many references"),
        ("a: " + "[" * 5_000 + "]" * 5_000, "more than 50 levels"),
        ("a: " + "x" * 1_000_001, "longer than"),
        ("a: !!python/object:os.system x\n", "not valid YAML"),
        ("a: !!timestamp x\n", "not a value"),
        ("a: !!int ''\n", "not a value"),
        ("a: 2021-13-45\n", "not a value"),
        ("? [a]\n: b\n", "not valid YAML"),
    ],
)
def test_a_definition_that_is_made_to_exhaust_or_is_no_value_is_told_with_its_line(text, told):
    with pytest.raises(DefinitionError, match=rf"a.yml:\d+: .*{told}"):
        parse_yaml(text, "a.yml")


def test_a_list_that_stands_in_several_places_of_a_definition_is_read():
    assert load_yaml("a: &a [x]\nb: *a\nc: *a\n", "a.yml") == {"a": ["x"], "b": ["x"], "c": ["x"]}


def test_the_limits_are_those_that_memory_has_room_for():
    assert limits.HELD < 1_000_000_000
    assert Odd().in_words() == ""
