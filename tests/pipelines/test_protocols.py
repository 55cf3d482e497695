"""The protocols file, nomis and arcgis against scripted publishers: paging, short answers, hidden errors, mirrors."""

import datetime
import io
import zipfile
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from fixtures.making import ScriptedWeb, make_source

from pipelines.core.problem import Problem
from pipelines.fetch import arcgis, file, nomis

TODAY = datetime.date(2026, 11, 22)


def asked(request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}


def as_json(value, **more) -> dict:
    return {"body": orjson.dumps(value), "headers": {"Content-Type": "application/json"}, **more}


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return buffer.getvalue()


# ---- file


def test_a_dated_address_is_asked_for_today():
    web = ScriptedWeb([b"code\nA\n"])
    source = make_source(fetch={"url": "https://data.example/all{today:%Y%m%d}.csv"})
    reply = file.fetch(web.client(), source, TODAY, {})
    assert web.asked[0].url == "https://data.example/all20261122.csv"
    assert reply.files == {"data.csv": b"code\nA\n"}


def test_the_validators_of_the_last_answer_are_sent_and_304_means_no_reply():
    etag = '"v1"'

    def publisher(request):
        if request.headers.get("If-None-Match") == etag:
            return {"status": 304}
        return {"body": b"code\nA\n", "headers": {"ETag": etag, "Last-Modified": "Thu, 30 Oct 2025 00:00:00 GMT"}}

    web = ScriptedWeb(publisher)
    reply = file.fetch(web.client(), make_source(), TODAY, {})
    assert reply.source_as_at == "2025-10-30"
    assert file.fetch(web.client(), make_source(), TODAY, reply.validator) is None


def test_the_validators_of_another_address_are_not_sent():
    web = ScriptedWeb([{"body": b"code\nA\n", "headers": {"ETag": '"v1"'}}])
    reply = file.fetch(web.client(), make_source(), TODAY, {})
    file.fetch(web.client(), make_source(fetch={"url": "https://data.example/new.csv"}), TODAY, reply.validator)
    assert "If-None-Match" not in web.asked[1].headers


@pytest.mark.parametrize(
    ("form", "good"), [("zip", zipped(a=b"x")), ("xlsx", zipped(**{"xl/workbook.xml": b"x"})), ("json", b'[{"a": 1}]')]
)
def test_a_file_cut_short_is_fetched_again(waits, form, good):
    web = ScriptedWeb([good[: len(good) // 2], good])
    source = make_source(fetch={"format": form})
    assert file.fetch(web.client(), source, TODAY, {}).files == {f"data.{form}": good}
    assert len(web.asked) == 2


DISCOVER = {
    "url": [],
    "discover": {"page": "https://www.example/api/page", "pattern": r'https?://[^"\s]*/File_7[^"\s]*\.csv'},
}


def publisher_of(page: bytes):
    """A publisher whose page names files; any other address gives a table."""
    return lambda request: as_json_bytes(page) if request.url.endswith("/api/page") else b"code\nA\n"


def as_json_bytes(body: bytes) -> dict:
    return {"body": body, "headers": {"Content-Type": "application/json", "ETag": '"p"'}}


def test_the_file_that_a_page_names_is_fetched():
    web = ScriptedWeb(
        publisher_of(b'{"url": "https://assets.example/1f/File_7_x.csv", "other": "https://assets.example/File_8.csv"}')
    )
    file.fetch(web.client(), make_source(fetch=DISCOVER), TODAY, {})
    assert [r.url for r in web.asked] == ["https://www.example/api/page", "https://assets.example/1f/File_7_x.csv"]


@pytest.mark.parametrize("urls", [[], ["https://a.example/File_7a.csv", "https://a.example/File_7b.csv"]])
def test_a_page_that_names_none_or_several_is_told(urls):
    web = ScriptedWeb(publisher_of(orjson.dumps(urls)))
    with pytest.raises(Problem, match=f"test_source_2026: https://www.example/api/page names {len(urls)} files"):
        file.fetch(web.client(), make_source(fetch=DISCOVER), TODAY, {})


def test_a_page_that_names_one_file_twice_names_one():
    web = ScriptedWeb(publisher_of(b'"https://a.example/File_7.csv" "https://a.example/File_7.csv"'))
    file.fetch(web.client(), make_source(fetch=DISCOVER), TODAY, {})
    assert len(web.asked) == 2


@pytest.mark.parametrize(
    "named", ["https://assets.example/1f/File_7.csv", "http://mirror.example:81/assets.example/1f/File_7.csv"]
)
def test_behind_a_mirror_the_page_may_name_the_publisher_or_the_mirror(named):
    web = ScriptedWeb(publisher_of(orjson.dumps([named])))
    reply = file.fetch(web.client(mirror="http://mirror.example:81"), make_source(fetch=DISCOVER), TODAY, {})
    assert [r.url for r in web.asked] == [
        "http://mirror.example:81/www.example/api/page",
        "http://mirror.example:81/assets.example/1f/File_7.csv",
    ]
    # what is remembered is the publisher's address, so that the next run may go without the mirror
    assert reply.validator["page"]["url"] == "https://assets.example/1f/File_7.csv"
    assert "mirror" not in reply.validator["template"]


def test_an_unchanged_page_is_trusted_for_the_address_it_named():
    def publisher(request):
        if request.url.endswith("/api/page"):
            return (
                {"status": 304}
                if request.headers.get("If-None-Match")
                else as_json_bytes(b'"https://a.example/File_7.csv"')
            )
        return (
            {"status": 304}
            if request.headers.get("If-None-Match")
            else {"body": b"code\nA\n", "headers": {"ETag": '"f"'}}
        )

    web = ScriptedWeb(publisher)
    reply = file.fetch(web.client(), make_source(fetch=DISCOVER), TODAY, {})
    assert file.fetch(web.client(), make_source(fetch=DISCOVER), TODAY, reply.validator) is None
    assert web.asked[-1].url == "https://a.example/File_7.csv"


# ---- nomis

NOMIS = {
    "protocol": "nomis",
    "url": "https://www.nomisweb.example/api/v01/dataset/NM_2072_1.data.csv?geography=TYPE151",
}
NOMIS_COLUMNS = {"code": {"from": "GEOGRAPHY_CODE"}, "n": {"from": "OBS_VALUE", "type": "integer"}}


def nomis_publisher(total: int, cap: int, announced=None, last_page_lost=False):
    """A service of `total` rows that gives at most `cap` of them without a word."""

    def answer(request):
        offset = int(asked(request)["RecordOffset"])
        end = min(offset + cap, total)
        if last_page_lost and end == total:
            end = offset
        rows = [f"E{i:08d},{i % 7},{announced or total}" for i in range(offset, end)]
        return "\r\n".join(["GEOGRAPHY_CODE,OBS_VALUE,RECORD_COUNT", *rows, ""]).encode()

    return ScriptedWeb(answer)


def nomis_fetch(web):
    return nomis.fetch(web.client(), make_source(NOMIS_COLUMNS, NOMIS), TODAY, {})


def test_nomis_is_read_past_its_cap_of_25_000_rows():
    web = nomis_publisher(total=60_001, cap=25_000)
    reply = nomis_fetch(web)
    assert [asked(r)["RecordOffset"] for r in web.asked] == ["0", "25000", "50000"]
    assert sorted(reply.files) == ["page-0001.csv", "page-0002.csv", "page-0003.csv"]
    assert sum(body.count(b"\r\nE") for body in reply.files.values()) == 60_001


def test_nomis_is_asked_for_the_columns_declared_and_its_own_count():
    web = nomis_publisher(total=3, cap=25_000)
    nomis_fetch(web)
    assert asked(web.asked[0])["select"] == "geography_code,obs_value,record_count"
    assert asked(web.asked[0])["geography"] == "TYPE151"
    assert len(web.asked) == 1


def test_nomis_stopping_short_is_told():
    with pytest.raises(Problem, match=r"the answer stops after 25,000 of 30,000 rows"):
        nomis_fetch(nomis_publisher(total=30_000, cap=25_000, last_page_lost=True))


def test_nomis_giving_more_rows_than_it_announced_is_told():
    with pytest.raises(Problem, match="100 rows came where the service announced 60"):
        nomis_fetch(nomis_publisher(total=100, cap=25_000, announced=60))


def test_nomis_answering_another_question_is_told(waits):
    with pytest.raises(Problem, match="not the table asked for"):
        nomis_fetch(ScriptedWeb([b"error: unknown dataset\n"]))


# ---- arcgis

LAYER = "https://services1.example/arcgis/rest/services/Areas/FeatureServer/0"
EDITED = 1_735_689_600_000  # 2025-01-01
DESCRIPTION = {"name": "Areas", "objectIdField": "FID", "maxRecordCount": 2, "editingInfo": {"lastEditDate": EDITED}}


def arcgis_publisher(n=5, claimed=None, page_of=None, description=DESCRIPTION, errors=()):
    """A layer of `n` features. `page_of(offset, size)` gives the ids of a page; `errors` come first, one an answer."""
    errors = list(errors)

    def answer(request):
        if errors:
            return as_json({"error": errors.pop(0)})
        query = asked(request)
        if not urlsplit(request.url).path.endswith("/query"):
            return as_json(description)
        if "returnCountOnly" in query:
            return as_json({"count": n if claimed is None else claimed})
        offset, size = int(query["resultOffset"]), int(query["resultRecordCount"])
        ids = page_of(offset, size) if page_of else range(offset, min(offset + size, n))
        return as_json({"features": [{"attributes": {"FID": i, "CODE": f"E{i}"}} for i in ids]})

    return ScriptedWeb(answer)


ARCGIS = {"protocol": "arcgis", "url": LAYER, "format": "arcgis", "where": "1=1"}


def arcgis_fetch(web, last=None):
    return arcgis.fetch(web.client(), make_source({"code": {"from": "CODE"}}, ARCGIS), TODAY, last or {})


def test_a_layer_is_read_in_pages_of_the_size_it_allows():
    web = arcgis_publisher(n=5)
    reply = arcgis_fetch(web)
    pages = [asked(r) for r in web.asked if "resultOffset" in asked(r)]
    assert [p["resultOffset"] for p in pages] == ["0", "2", "4"]
    assert {p["orderByFields"] for p in pages} == {"FID"}
    ids = [f["attributes"]["FID"] for name in sorted(reply.files) for f in orjson.loads(reply.files[name])["features"]]
    assert ids == [0, 1, 2, 3, 4]
    assert reply.source_as_at == "2025-01-01"


def test_a_layer_with_geometry_is_asked_for_in_the_declared_crs():
    def answer(request):
        query = asked(request)
        if not urlsplit(request.url).path.endswith("/query"):
            return as_json(DESCRIPTION)
        if "returnCountOnly" in query:
            return as_json({"count": 1})
        return as_json({"features": [{"id": 1, "properties": {}, "geometry": None}]})

    web = ScriptedWeb(answer)
    source = make_source({"code": {"from": "CODE"}}, {**ARCGIS, "geometry": True, "out_crs": "EPSG:27700"})
    arcgis.fetch(web.client(), source, TODAY, {})
    assert asked(web.asked[-1])["outSR"] == "27700"
    assert asked(web.asked[-1])["f"] == "geojson"


def test_an_unchanged_layer_is_not_read_again():
    reply = arcgis_fetch(arcgis_publisher(n=5))
    web = arcgis_publisher(n=5)
    assert arcgis_fetch(web, reply.validator) is None
    assert len(web.asked) == 2  # description and count, no page
    assert arcgis_fetch(arcgis_publisher(n=6), reply.validator) is not None
    edited = {**DESCRIPTION, "editingInfo": {"lastEditDate": EDITED + 1}}
    assert arcgis_fetch(arcgis_publisher(n=5, description=edited), reply.validator) is not None


def test_a_layer_that_stops_short_is_told():
    with pytest.raises(Problem, match="the layer stops after 5 of 9 features"):
        arcgis_fetch(arcgis_publisher(n=5, claimed=9))


def test_a_layer_that_repeats_a_page_is_told():
    with pytest.raises(Problem, match="repeats a page after 2 of 5"):
        arcgis_fetch(arcgis_publisher(n=5, page_of=lambda offset, size: [0, 1]))


def test_a_page_that_repeats_a_feature_is_told():
    with pytest.raises(Problem, match="the same feature twice"):
        arcgis_fetch(arcgis_publisher(n=5, page_of=lambda offset, size: [0, 0]))


def test_a_refusal_hidden_in_200_is_told_at_once(waits):
    refusal = {"code": 400, "message": "Invalid query parameters", "details": ["'where' clause is wrong"]}
    web = arcgis_publisher(errors=[refusal])
    with pytest.raises(
        Problem, match=r"test_source_2026: the service refused the question: Invalid query parameters 'where'"
    ):
        arcgis_fetch(web)
    assert len(web.asked) == 1


@pytest.mark.parametrize("code", [429, 500, 504])
def test_a_passing_fault_hidden_in_200_is_tried_again(waits, code):
    fault = {"code": code, "message": "busy", "details": None}
    web = arcgis_publisher(errors=[fault, fault])
    assert len(arcgis_fetch(web).files) == 3
    assert len(waits) == 2
    with pytest.raises(Problem, match=f"error {code}: busy"):
        arcgis_fetch(arcgis_publisher(errors=[fault] * 9))


def test_json_cut_short_is_tried_again(waits):
    web = ScriptedWeb([b'{"name": "Are'])
    with pytest.raises(Problem, match="the JSON is cut short"):
        arcgis_fetch(web)
    assert len(web.asked) > 1
