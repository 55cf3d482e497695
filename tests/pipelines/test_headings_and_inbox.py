"""Both forms of an answer give one table: headings, sheets, addresses and days that vary, and files put there by hand."""

import datetime
import io
import zipfile

import orjson
import pandas as pd
import pytest
from fixtures.making import ScriptedWeb, make_source

from geodata.geography import read_geographies
from pipelines.core.problem import Problem
from pipelines.fetch import arcgis, file, inbox
from pipelines.tables.tidy import tidy

ENGLAND = read_geographies()["england_lsoa21"]
TODAY = datetime.date(2026, 11, 25)


def table(columns: dict, files: dict[str, bytes], **fetch) -> pd.DataFrame:
    return tidy(make_source(columns, fetch), ENGLAND, files)[0]


# ---- headings


@pytest.mark.parametrize(
    "heading", ["Urban_rural_flag", "Urban_rura", "urban rural flag", "URBAN RURAL FLAG ", "\ufeffUrban_rura"]
)
def test_a_column_is_found_under_any_of_its_headings_whatever_their_case_and_signs(heading):
    columns = {"code": {"type": "text"}, "flag": {"from": ["Urban_rural_flag", "Urban_rura"], "type": "text"}}
    body = f"code,{heading}\nA,Rural\n".encode()
    assert table(columns, {"data.csv": body})["flag"].tolist() == ["Rural"]


def test_a_heading_with_the_ending_of_its_file_is_found_with_and_without_it():
    columns = {"n": {"from": "Total", "type": "integer"}}
    for heading in ("Total", "Total; measures: Value"):
        body = f"code,{heading}\nA,2\n".encode()
        assert table(columns, {"data.csv": body}, strip_heading="; measures: Value")["n"].tolist() == [2]


def test_two_headings_of_one_column_that_differ_are_refused():
    columns = {"flag": {"from": ["new", "old"], "type": "text"}}
    with pytest.raises(Problem, match=r"under 'new' and 'old', and they differ \(row \d\): '.*' and '.*'"):
        table(columns, {"data.csv": b"new,old\na,b\n"})
    assert table(columns, {"data.csv": b"new,old\na,a\n"})["flag"].tolist() == ["a"]


def test_a_missing_column_is_told_under_all_its_headings():
    with pytest.raises(Problem, match="no column 'new' or 'old'"):
        table({"flag": {"from": ["new", "old"], "type": "text"}}, {"data.csv": b"flag\na\n"})


# ---- workbooks


def workbook(**sheets: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        names = list(sheets)
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("_rels/.rels", RELS.format(target="xl/workbook.xml", kind="officeDocument"))
        listed = "".join(f'<sheet name="{n}" sheetId="{i}" r:id="rId{i}"/>' for i, n in enumerate(names, 1))
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{R}"><sheets>{listed}</sheets></workbook>'
        )
        links = "".join(
            f'<Relationship Id="rId{i}" Type="{R}/worksheet" Target="worksheets/sheet{i}.xml"/>'
            for i in range(1, len(names) + 1)
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>')
        for i, frame in enumerate(sheets.values(), 1):
            rows = [list(frame.columns), *frame.astype(object).values.tolist()]
            cells = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
            archive.writestr(
                f"xl/worksheets/sheet{i}.xml", f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'
            )
    return out.getvalue()


def cell(value) -> str:
    if isinstance(value, (int, float)):
        return f"<c><v>{value!r}</v></c>" if value == value else "<c/>"
    return f'<c t="inlineStr"><is><t>{value}</t></is></c>'


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
RELS = f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{R}/{{kind}}" Target="{{target}}"/></Relationships>'
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{SHEET}.sheet.main+xml"/></Types>'
)
JOINED = {"format": ["xlsx", "csv"], "sheets": {"named": "IoD25 *", "joined_on": "LSOA code"}}
TWO = {
    "code": {"from": "LSOA code", "type": "text"},
    "ratio": {"from": "patient_to_gp_ratio", "type": "number", "nullable": True},
    "share": {"from": ["Rate (% of households)", "rate_percent_of_households"], "type": "number"},
}


def sheets(**more) -> dict[str, pd.DataFrame]:
    first = pd.DataFrame({"LSOA code": ["A", "B"], "name": ["a", "b"], "Patient-to-GP Ratio": [1385.981, float("nan")]})
    second = pd.DataFrame({"LSOA code": ["B", "A"], "name": ["b", "a"], "Rate (% of households)": [0.1, 4.698]})
    return {"Notes": pd.DataFrame({"x": ["read me"]}), "IoD25 One": first, "IoD25 Two": second} | more


def test_the_sheets_of_a_workbook_are_joined_on_the_area_and_say_what_one_csv_says():
    from_book = table(TWO, {"data.xlsx": workbook(**sheets())}, **JOINED)
    lines = b"LSOA code,patient_to_gp_ratio,rate_percent_of_households\nA,1385.981,4.698\nB,,0.1\n"
    pd.testing.assert_frame_equal(from_book, table(TWO, {"data.csv": lines}, **JOINED))


@pytest.mark.parametrize(
    ("second", "told"),
    [
        (
            pd.DataFrame({"LSOA code": ["A"], "Rate (% of households)": [1.5]}),
            "'IoD25 One' and 'IoD25 Two' are not about the same rows",
        ),
        (
            pd.DataFrame({"LSOA code": ["A", "B", "A"], "Rate (% of households)": [1.5, 2, 3]}),
            "'IoD25 Two' has 'A' twice .row 4.",
        ),
        (
            pd.DataFrame({"area": ["A", "B"], "Rate (% of households)": [1.5, 2]}),
            "'IoD25 Two' has no column 'LSOA code'",
        ),
    ],
)
def test_sheets_that_do_not_fit_are_refused_by_name(second, told):
    with pytest.raises(Problem, match=told):
        table(TWO, {"data.xlsx": workbook(**sheets(**{"IoD25 Two": second}))}, **JOINED)


def test_a_workbook_whose_sheets_have_other_names_is_refused():
    renamed = {name.replace("IoD25", "IoD 2025"): sheet for name, sheet in sheets().items()}
    with pytest.raises(Problem, match=r"no sheet named IoD25 \*"):
        table(TWO, {"data.xlsx": workbook(**renamed)}, **JOINED)


# ---- rows and values


def test_a_list_of_records_is_found_at_any_of_its_paths():
    columns, rows = {"id": {"type": "text"}}, [{"id": "1"}, {"id": "2"}]
    paths = {"format": "json", "records": ["a.list", "a.list.detail"]}
    for value in ({"a": {"list": rows}}, {"a": {"list": {"detail": rows}}}):
        assert table(columns, {"data.json": orjson.dumps(value)}, **paths)["id"].tolist() == ["1", "2"]


def test_rows_that_say_the_same_are_one_where_the_source_is_of_something_finer():
    columns = {"code": {"type": "text"}, "group": {"type": "text"}}
    body = b"unit,code,group\n1,A,X\n2,A,X\n3,B,X\n"
    assert len(table(columns, {"data.csv": body}, distinct=True)) == 2
    assert len(table(columns, {"data.csv": body})) == 3


@pytest.mark.parametrize(("n_bad", "refused"), [(5, False), (6, True)])
def test_a_column_of_which_too_much_cannot_be_used_has_changed_form(n_bad, refused):
    columns = {"x": {"type": "number", "nullable": True, "on_breach": "null"}}
    body = "x\n" + "\n".join(['"637,818.9"'] * n_bad + ["1"] * (100 - n_bad))
    if refused:
        with pytest.raises(
            Problem, match=r"row 2, column x: '637,818.9' is not a usable number, as 6% of the column are not"
        ):
            table(columns, {"data.csv": body.encode()})
    else:
        assert table(columns, {"data.csv": body.encode()})["x"].isna().sum() == n_bad


# ---- addresses


def test_the_first_address_that_has_the_file_is_read():
    web = ScriptedWeb(lambda request: {"status": 404} if "new" in request.url else b"code\nA\n")
    source = make_source(fetch={"url": ["https://a.example/new.csv", "https://a.example/old.csv"]})
    assert file.fetch(web.client(), source, TODAY, {}).validator["template"] == "https://a.example/old.csv"


def test_the_first_layer_that_is_there_is_read():
    def service(request):
        if "Gone" in request.url:
            return {"body": orjson.dumps({"error": {"code": 400, "message": "Invalid URL"}})}
        if "returnCountOnly" in request.url:
            return {"body": b'{"count": 1}'}
        if "/query" in request.url:
            return {"body": b'{"features": [{"attributes": {"OBJECTID": 1, "code": "A"}}]}'}
        return {"body": b'{"objectIdField": "OBJECTID"}'}

    layers = {"protocol": "arcgis", "format": "arcgis", "url": ["https://a.example/Gone/0", "https://a.example/Here/0"]}
    reply = arcgis.fetch(ScriptedWeb(service).client(), make_source(fetch=layers), TODAY, {})
    assert list(reply.files) == ["page-0001.json"]


def test_where_today_s_file_is_not_out_the_days_before_are_asked():
    web = ScriptedWeb(lambda request: b"code\nA\n" if "20261122" in request.url else {"status": 404})
    dated = {"url": "https://a.example/all{today:%Y%m%d}.csv", "back_days": 8}
    assert file.fetch(web.client(), make_source(fetch=dated), TODAY, {}).files
    assert [r.url[-12:-4] for r in web.asked] == ["20261125", "20261124", "20261123", "20261122"]
    nothing = ScriptedWeb(lambda request: {"status": 404})
    with pytest.raises(Problem, match="404"):
        file.fetch(nothing.client(), make_source(fetch=dated), TODAY, {})
    assert len(nothing.asked) == 9


def test_a_file_whose_name_on_its_page_holds_spaces_is_found():
    page = b'{"url": "https://a.example/x/2019%20publication%20-%20Community_centres%20%28Nov%202023%29.csv", "b": "https://a.example/x/Pubs.csv"}'
    web = ScriptedWeb(lambda request: page if request.url.endswith("page") else b"code\nA\n")
    rule = {
        "url": [],
        "discover": {"page": "https://a.example/page", "pattern": r"(?i).*/[^/]*community[ _]centres[^/]*\.csv"},
    }
    assert file.fetch(web.client(), make_source(fetch=rule), TODAY, {}).files == {"data.csv": b"code\nA\n"}


def test_of_two_forms_on_a_page_the_usual_one_is_read():
    page = b'["https://a.example/File_8.csv", "https://a.example/File_8.xlsx"]'
    book = workbook(**sheets())
    web = ScriptedWeb(lambda request: page if request.url.endswith("page") else book)
    rule = {
        "url": [],
        "format": ["xlsx", "csv"],
        "discover": {"page": "https://a.example/page", "pattern": r".*/File_8\.(csv|xlsx)"},
    }
    file.fetch(web.client(), make_source(fetch=rule), TODAY, {})
    assert web.asked[-1].url == "https://a.example/File_8.xlsx"


@pytest.mark.parametrize(
    ("told", "believed"),
    [
        ("Wed, 05 Nov 2025 09:00:00 GMT", "2025-11-05"),
        ("2025-11-05T09:00:00Z", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Fri, 01 Jan 2100 00:00:00 GMT", None),
        ("soon", None),
    ],
)
def test_the_date_that_a_server_states_is_a_hint(told, believed):
    web = ScriptedWeb([{"body": b"code\nA\n", "headers": {"Last-Modified": told}}])
    assert file.fetch(web.client(), make_source(), TODAY, {}).source_as_at == believed


# ---- the inbox


def put(data, name: str, body: bytes) -> None:
    (data / "inbox" / name).parent.mkdir(parents=True, exist_ok=True)
    (data / "inbox" / name).write_bytes(body)


def test_a_file_in_the_inbox_stands_in_whatever_its_form(tmp_path):
    source = make_source(TWO, JOINED)
    assert inbox.offered(tmp_path, source) == {}
    put(tmp_path, "test_source_2026.anything.xlsx", workbook(**sheets()))
    reply = inbox.fetch(tmp_path, source, {})
    assert list(reply.files) == ["data.xlsx"]
    assert reply.by_hand["file"] == "inbox/test_source_2026.anything.xlsx"
    assert reply.by_hand.keys() == {"file", "put_there_by", "put_there_at"}
    assert len(tidy(source, ENGLAND, reply.files)[0]) == 2
    assert inbox.fetch(tmp_path, source, reply.validator) is None


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {"test_source_2026.csv": b"a\n", "test_source_2026.xlsx": b"a\n"},
            "the inbox holds test_source_2026.csv and test_source_2026.xlsx",
        ),
        ({"test_source_2026.csv": b"<!DOCTYPE html><html>Just a moment"}, "web page"),
        ({"test_source_2026.csv": b""}, "the file is empty"),
        ({"test_source_2026.csv": b"x" * 1_000_001}, "larger than the 1 MB"),
        ({"test_source_2026.zip": b"PK\x03\x04nothing"}, "cut short or damaged"),
    ],
)
def test_what_cannot_stand_in_is_refused(tmp_path, files, told):
    for name, body in files.items():
        put(tmp_path, name, body)
    with pytest.raises(Problem, match=told):
        inbox.fetch(tmp_path, make_source(), {})


def test_what_stands_for_no_source_is_named(tmp_path):
    assert inbox.strangers(tmp_path, ["test_source_2026"]) == []
    put(tmp_path, "test_source_2026.csv", b"a\n")
    put(tmp_path, "test_sorce_2026.csv", b"a\n")
    assert inbox.strangers(tmp_path, ["test_source_2026"]) == ["test_sorce_2026.csv"]
