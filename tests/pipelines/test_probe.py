"""A publisher asked for a little: held to address, pattern, headings and form; nothing of what it says leaves in a report."""

import datetime
import io
import random
import re
import time
import zipfile
from urllib.parse import parse_qs, urlsplit

import orjson
import pandas as pd
import pytest
from fixtures.making import ScriptedWeb, make_source

from pipelines.fetch.probe import contact
from pipelines.fetch.redacted import plain_headings, without_secrets
from pipelines.fetch.shape import LITTLE, MOST, json_paths, kind_of

TODAY = datetime.date(2026, 11, 22)
COLUMNS = {"code": {"from": "Area Code", "type": "text"}, "n": {"from": "Count", "type": "integer"}}
CSV = b"Area Code,Count,Other\n" + b"S99000001,5,secret cell\n" * 20_000  # 0.5 MB
NOISE = random.Random(1).randbytes(700_000)  # that no zip makes smaller


def ranged(body: bytes, ranges: bool = True, **headers):
    """A server of one file, with or without ranges."""

    def send(request):
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("Range", ""))
        if not (ranges and asked):
            return {"body": body, "headers": headers}
        start, end = int(asked[1]), min(int(asked[2]), len(body) - 1)
        told = {"Content-Range": f"bytes {start}-{end}/{len(body)}", **headers}
        return {"status": 206, "body": body[start : end + 1], "headers": told}

    return ScriptedWeb(send)


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return out.getvalue()


def workbook(sheets: dict[str, list[str]], shared: bool = True) -> bytes:
    """A workbook whose sheets have one row of headings."""
    strings = list(dict.fromkeys(heading for row in sheets.values() for heading in row))

    def cell(h: str) -> str:
        return f'<c t="s"><v>{strings.index(h)}</v></c>' if shared else f'<c t="inlineStr"><is><t>{h}</t></is></c>'

    members = {
        "xl/workbook.xml": "".join(f'<sheet name="{n}" sheetId="{i}" r:id="rId{i}"/>' for i, n in enumerate(sheets)),
        "xl/_rels/workbook.xml.rels": "".join(f'<Relationship Id="rId{i}" Target="worksheets/sheet{i}.xml"/>' for i in range(len(sheets))),
        "xl/sharedStrings.xml": "".join(f"<si><t>{s}</t></si>" for s in strings),
    }  # fmt: skip
    for i, row in enumerate(sheets.values()):
        rows = f'<row r="1">{"".join(map(cell, row))}</row><row r="2"><c><v>5</v></c></row>'
        members[f"xl/worksheets/sheet{i}.xml"] = f"<sheetData>{rows}</sheetData>"
    return zipped({name: text.encode() for name, text in members.items()} | {"xl/media/image.png": NOISE})


def asked(body: bytes, ranges: bool = True, columns=None, **fetch):
    web = ranged(body, ranges)
    client = web.client()
    return contact(client, make_source(columns or COLUMNS, fetch), [], TODAY), client


# ---- files


@pytest.mark.parametrize("ranges", [True, False])
def test_a_little_of_a_csv_shows_its_headings(ranges):
    told, client = asked(CSV, ranges)
    assert (told.status, told.form, told.headings) == ("ok", "csv", ["Area Code", "Count", "Other"])
    assert told.size_bytes == len(CSV)
    assert client.downloaded <= LITTLE


def test_a_heading_that_is_not_there_is_told_by_name():
    told, _ = asked(CSV.replace(b"Area Code", b"area_id", 1))
    assert told.status == "FAILED"
    assert told.problem.startswith("it has no 'Area Code'. If the publisher renamed it, mend `from`")
    assert told.headings[0] == "area_id"


def test_one_of_several_headings_is_enough_and_told():
    source = make_source(COLUMNS)
    source.columns["code"] = source.columns["code"].model_copy(update={"source_name": ["LSOA", "Area Code"]})
    told = contact(ranged(CSV).client(), source, [], TODAY)
    assert (told.status, told.chosen) == ("ok", {"code": "Area Code"})
    gone = contact(ranged(CSV.replace(b"Area Code", b"x", 1)).client(), source, [], TODAY)
    assert "it has no 'LSOA' or 'Area Code'" in gone.problem


def test_an_optional_heading_may_be_missing_and_an_ending_is_passed_over():
    columns = {**COLUMNS, "more": {"type": "text", "optional": True}}
    told, _ = asked(
        b"Area Code; measures: Value,Count; measures: Value\n1,2\n", columns=columns, strip_heading="; measures: Value"
    )
    assert told.status == "ok"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"<!DOCTYPE html><p>busy", r"a web page \(HTML\), not data"),
        (b"", "the answer is empty"),
        (workbook({"Data": ["Area Code", "Count"]}), "the file is xlsx, where csv was expected"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "the file is xls, where csv was expected"),
        ({"status": 404, "body": b"gone"}, "the server answered 404"),
        ({"status": 403, "body": b"no"}, "the server answered 403"),
    ],
)
def test_what_is_not_the_file_is_told(waits, answer, said):
    web = ranged(answer) if isinstance(answer, bytes) else ScriptedWeb([answer])
    told = contact(web.client(), make_source(COLUMNS), [], TODAY)
    assert told.status == "FAILED"
    assert re.search(said, told.problem)
    assert told.http_status == (answer["status"] if isinstance(answer, dict) else told.http_status)


def test_what_may_pass_is_asked_once_more(waits):
    web = ScriptedWeb([{"status": 503}, {"body": CSV}])
    assert contact(web.client(), make_source(COLUMNS), [], TODAY).status == "ok"
    web = ScriptedWeb([{"status": 503}])
    assert contact(web.client(), make_source(COLUMNS), [], TODAY).http_status == 503
    assert len(web.asked) == 2


def test_the_end_of_a_zip_names_its_member_and_the_member_its_headings():
    body = zipped({"noise.bin": NOISE, "Data/table.csv": CSV, "more.bin": NOISE})
    told, client = asked(body, format="zip", member="Data/*.csv")
    assert (told.status, told.holds, told.headings[:2]) == ("ok", ["Data/table.csv"], ["Area Code", "Count"])
    assert client.downloaded < 4 * LITTLE < len(body)


def test_a_zip_without_its_member_is_told():
    told, _ = asked(zipped({"a.csv": CSV, "b.csv": CSV}), format="zip", member="*.csv")
    assert "the zip holds 2 files named *.csv" in told.problem
    cut, _ = asked(zipped({"a.csv": CSV, "noise.bin": NOISE})[:500_000], format="zip")
    assert "the zip file is damaged" in cut.problem


def test_a_server_without_ranges_is_read_no_further():
    told, client = asked(zipped({"a.csv": CSV, "noise.bin": NOISE}), False, format="zip")
    assert (told.status, told.form, told.headings) == ("ok", "zip", [])
    assert client.downloaded == LITTLE


@pytest.mark.parametrize("shared", [True, False])
def test_the_sheets_of_a_workbook_and_their_headings_are_seen(shared):
    body = workbook({"Notes": ["About"], "Income &amp; Work": ["Area Code"], "Health": ["Count"]}, shared)
    told, client = asked(body, format="xlsx")
    assert (told.status, told.headings) == ("ok", ["About", "Area Code", "Count"])
    assert told.holds == ["Notes", "Income & Work", "Health"]
    assert client.downloaded < len(body)
    one, _ = asked(body, format="xlsx", sheet="Notes")
    assert "it has no 'Area Code', nor 1 more" in one.problem
    none, _ = asked(body, format="xlsx", sheet="Crime")
    assert "the workbook has no sheet 'Crime'" in none.problem


def test_a_parquet_file_names_its_columns():
    out = io.BytesIO()
    frame = pd.DataFrame({"Area Code": [str(n) for n in range(90_000)], "Count": range(90_000)})
    frame.to_parquet(out, compression=None)
    source = make_source(COLUMNS)
    source = source.model_copy(update={"fetch": source.fetch.model_copy(update={"format": "parquet"})})
    client = ranged(out.getvalue()).client()
    told = contact(client, source, [], TODAY)
    assert (told.status, told.headings) == ("ok", ["Area Code", "Count"])
    assert client.downloaded < len(out.getvalue())


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\0\0\0\x0d\x0a\x09OSMHeader\x18", "pbf"),
        (b"SQLite format 3\0\x10", "gpkg"),
        (b"PAR1", "parquet"),
        (b'\xef\xbb\xbf {"a": 1}', "json"),
        (b"a,b\n1,2\n", "csv"),
        (b"\0\1\2", "unknown"),
    ],
)
def test_files_are_known_by_their_first_bytes(body, kind):
    assert kind_of(body) == kind


def test_a_geopackage_may_come_in_a_zip():
    source = make_source({"code": {"type": "text"}}, {"format": "zip", "member": "*.gpkg"})
    source = source.model_copy(update={"fetch": source.fetch.model_copy(update={"format": "gpkg"})})
    body = zipped({"Data/space.gpkg": b"SQLite format 3\0" + NOISE})
    told = contact(ranged(body).client(), source, [], TODAY)
    assert (told.status, told.holds) == ("ok", ["Data/space.gpkg"])


def test_a_file_that_hides_its_form_is_not_read_whole():
    body = zipped({f"{n:05}.bin": b"" for n in range(60_000)})
    told, client = asked(body, format="zip")
    assert "does not show in a little" in told.problem
    assert client.downloaded <= (MOST + 1) * LITTLE


# ---- JSON


RECORDS = [{"Area Code": f"S99{n:06}", "At": {"Count": str(n)}, "Note": None} for n in range(5000)]
NESTED = {"code": {"from": "Area Code", "type": "text"}, "n": {"from": "At.Count", "type": "integer"}}


@pytest.mark.parametrize("records", ["List.Item", ["List.Item", "List"]])
def test_the_keys_of_the_first_records_are_seen_at_their_path(records):
    source = make_source(NESTED, {"format": "json", "records": "List"})
    source = source.model_copy(update={"fetch": source.fetch.model_copy(update={"records": records})})
    body = orjson.dumps({"Header": {"Count": 9}, "List": {"Item": RECORDS} if isinstance(records, str) else RECORDS})
    told = contact(ranged(body).client(), source, [], TODAY)
    assert (told.status, told.records_at) == ("ok", "List.Item" if isinstance(records, str) else "List")
    assert told.headings == ["Area Code", "At", "At.Count", "Note"]


def test_records_elsewhere_are_told_with_where_lists_are():
    told, _ = asked(orjson.dumps({"Other": RECORDS}), columns=NESTED, format="json", records="List.Item")
    assert "the JSON has no list of records at List.Item" in told.problem
    assert told.holds == ["Other"]


def test_a_list_at_the_top_is_records_too():
    told, _ = asked(orjson.dumps(RECORDS), columns=NESTED, format="json")
    assert told.status == "ok"


def test_a_json_text_may_be_cut_anywhere():
    text = orjson.dumps({"a": {"b": [{"c": 'x"]}', "d": [1, 2]}, {"e": None}]}, "f": [[3]]}).decode()
    whole_lists, whole_keys = json_paths(text)
    for n in range(len(text)):
        lists, keys = json_paths(text[:n])
        assert lists <= whole_lists
        assert keys == whole_keys[: len(keys)]
    assert whole_lists == {"a.b", "a.b.d", "f"}
    assert whole_keys == ["a", "a.b", "a.b.c", "a.b.d", "a.b.e", "f"]


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b'["' + b'\\"' * LITTLE, "json"),
        (b'{"a":' * LITTLE, "json"),
        (b"[" * LITTLE, "json"),
        (b'"' + b"a,\n" * LITTLE, "csv"),
        (
            zipped({"xl/workbook.xml": b"<sheet " * 9000, "xl/_rels/workbook.xml.rels": b"<Relationship " * 5000}),
            "xlsx",
        ),
        (zipped({"a.csv": b"\0" * 1000}), "zip"),
    ],
)
def test_an_answer_made_to_be_hard_to_read_is_read_quickly(body, form):
    start = time.monotonic()
    told, client = asked(body, format=form)
    assert told.status in ("FAILED", "ok")
    assert client.downloaded <= MOST * LITTLE
    assert time.monotonic() - start < 5


# ---- pages, parts, services


def test_a_page_must_name_one_file_and_what_it_names_is_told():
    page = b'{"url": "https://data.example/x/Old.csv", "b": "https://data.example/y/New%20(2026).csv"}'

    def send(request):
        return {"body": page} if request.url.endswith("page") else {"body": CSV}

    def told(pattern):
        fetch = {"url": [], "discover": {"page": "https://data.example/page", "pattern": pattern}}
        return contact(ScriptedWeb(send).client(), make_source(COLUMNS, fetch), [], TODAY)

    assert told(r'https://[^"]*Old\.csv').status == "ok"
    none = told(r'https://[^"]*Gone\.csv')
    assert "names 0 files that match" in none.problem
    assert none.holds == ["New (2026).csv", "Old.csv"]
    assert "names 2 files" in told(r'https://[^"]*\.csv').problem


def test_one_part_is_asked_and_the_list_counted():
    web = ranged(b"code\n1\n")
    source = make_source(fetch={"url": "https://food.example/F{part}.csv", "parts": "p"})
    told = contact(web.client(), source, ["501", "502", "503"], TODAY)
    assert (told.status, told.n_parts) == ("ok", 3)
    assert [request.url for request in web.asked] == ["https://food.example/F501.csv"]


def test_the_next_address_is_asked_where_the_first_is_gone():
    source = make_source(COLUMNS)
    fetch = source.fetch.model_copy(update={"url": ["https://data.example/old.csv", "https://data.example/new.csv"]})
    source = source.model_copy(update={"fetch": fetch})
    there = ScriptedWeb(lambda request: {"status": 404} if "old" in request.url else {"body": CSV})
    assert contact(there.client(), source, [], TODAY).address == "https://data.example/new.csv"
    wrong = ScriptedWeb(lambda request: {"body": b"x,y\n"} if "old" in request.url else {"body": CSV})
    assert contact(wrong.client(), source, [], TODAY).status == "FAILED"


def test_a_source_without_a_lasting_address_says_which_file_goes_where():
    web = ranged(CSV)
    source = make_source(COLUMNS, {"url": [], "alternate_url": "https://data.example/a.csv"})
    told = contact(web.client(), source, [], TODAY)
    assert told.status == "not asked"
    assert (
        "Get it from https://data.example/, and put it into the data folder as inbox/test_source_2026.csv."
        in told.problem
    )
    assert web.asked == []
    assert contact(web.client("http://mirror.example"), source, [], TODAY).status == "ok"


LAYER = {"name": "Areas", "fields": [{"name": "CODE"}, {"name": "NAME"}], "geometryType": "esriGeometryPolygon"}


def layer(description=LAYER, count=35672, **fetch):
    def send(request):
        body = {"count": count} if "returnCountOnly" in request.url else description
        return {"body": orjson.dumps(body), "headers": {"Content-Type": "application/json"}}

    fetch = {"protocol": "arcgis", "url": "https://gis.example/FeatureServer/0", "format": "arcgis", **fetch}
    return contact(
        ScriptedWeb(send).client(), make_source({"code": {"from": "CODE", "type": "text"}}, fetch), [], TODAY
    )


def test_a_layer_tells_its_fields_and_how_many_there_are():
    told = layer()
    assert (told.status, told.headings, told.announced_rows) == ("ok", ["CODE", "NAME"], 35672)
    assert layer(geometry=True, out_crs="EPSG:27700").status == "ok"


def test_a_layer_that_is_another_is_told(waits):
    assert "it has no 'CODE'" in layer({**LAYER, "fields": [{"name": "NAME"}]}).problem
    assert "has no shapes" in layer({**LAYER, "geometryType": None}, geometry=True, out_crs="EPSG:27700").problem
    assert "refused the question: Invalid URL" in layer({"error": {"code": 400, "message": "Invalid URL"}}).problem
    assert "does not say how many" in layer(count=0).problem
    assert "unexpected form (KeyError)" in layer({"name": "Areas"}).problem


def test_nomis_is_asked_for_one_row():
    body = b'"CODE","OBS_VALUE","RECORD_COUNT"\r\n"S99000001",1473,35672\r\n'
    web = ScriptedWeb([body])
    columns = {"code": {"from": "CODE", "type": "text"}, "n": {"from": "OBS_VALUE", "type": "integer"}}
    source = make_source(columns, {"protocol": "nomis", "url": "https://nomis.example/d.csv?date=latest"})
    told = contact(web.client(), source, [], TODAY)
    assert (told.status, told.announced_rows) == ("ok", 35672)
    query = parse_qs(urlsplit(web.asked[0].url).query)
    assert (query["RecordLimit"], query["select"]) == (["1"], ["code,obs_value,record_count"])


def osm(answers):
    columns = {"id": {"from": "@id", "type": "text"}, "name": {"type": "text", "nullable": True}}
    fetch = {"protocol": "overpass", "url": "https://overpass.example/api", "format": "osm", "query": "nwr;out;"}
    web = ScriptedWeb(answers)
    return contact(web.client(), make_source(columns, fetch), [], TODAY), web


def test_overpass_is_asked_a_tiny_question_and_left_alone_when_busy(waits):
    counted = orjson.dumps({"elements": [{"type": "count", "tags": {"total": "3"}}]})
    told, web = osm([{"status": 429}, counted])
    assert told.status == "ok"
    assert waits == [30]
    assert "out count" in parse_qs(urlsplit(web.asked[0].url).query)["data"][0]
    assert osm([orjson.dumps({"elements": [{"type": "node"}]})])[0].status == "FAILED"


# ---- what may leave the machine


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://me:pass@data.example/a.csv?f=json", "https://data.example/a.csv?f=json"),
        (
            "https://data.example/a.csv?sig=abc%2B&se=2026&date=latest",
            "https://data.example/a.csv?sig=...&se=...&date=latest",
        ),
        ("http://mirror.internal:81/data.example/a.csv", "https://data.example/a.csv"),
        ("https://data.example/a?area=GB&redirect=...", "https://data.example/a?area=GB&redirect=..."),
    ],
)
def test_an_address_is_told_without_secrets(address, told):
    client = ScriptedWeb([b""]).client("http://mirror.internal:81")
    assert without_secrets(f"gone ({address}).", client) == f"gone ({told})."


def test_a_first_row_that_is_no_heading_is_not_told():
    assert plain_headings(["Code", "Name", "a@b.example"], {"Code"}) == ["Code", "Name", "(not told)"]
    assert plain_headings(["Ann Other", "M33 4AB", "07700 900000"], {"Code"}) == [
        "(3 cells that look like data, not told)"
    ]
    assert plain_headings(["Occupancy: -1", "aged 66"], set()) == ["Occupancy: -1", "aged 66"]


def test_no_cell_and_no_body_is_in_what_is_told():
    for told in (
        asked(CSV)[0],
        asked(CSV.split(b"\n", 1)[1])[0],
        asked(orjson.dumps(RECORDS), columns=NESTED, format="json")[0],
    ):
        assert "secret cell" not in repr(told)
        assert "S99" not in repr(told)
