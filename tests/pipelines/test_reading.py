"""From the bytes of a snapshot to a table of text, and the hash of what the bytes say."""

import io
import zipfile

import geopandas
import orjson
import pytest
from fixtures.making import make_source

from pipelines.core.problem import Problem
from pipelines.fetch import forms
from pipelines.tables.canonical import canonical_hash
from pipelines.tables.reading import read_text_table, unpack


def zipped(members: dict[str, bytes], date=(2026, 1, 1, 0, 0, 0), method=zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, body in members.items():
            archive.writestr(zipfile.ZipInfo(name, date), body, method)
    return buffer.getvalue()


def read(form: str, body: bytes, **fetch):
    return read_text_table(make_source(fetch={"format": form, **fetch}), {f"data.{form}": body})


def test_csv_cells_stay_as_published():
    table = read("csv", b"code,n,note\n007,1.50,NA\n008,,\n")
    assert table["code"].tolist() == ["007", "008"]
    assert table["n"].tolist()[0] == "1.50"
    assert table["note"].tolist()[0] == "NA"  # only empty text is null; what NA means is for the source to say
    assert table[["n", "note"]].iloc[1].isna().all()


def test_a_byte_order_mark_is_no_part_of_the_first_heading():
    assert list(read("csv", b"\xef\xbb\xbfcode\nA\n").columns) == ["code"]


def test_windows_1252_is_read_where_the_source_says_so():
    body = "name\nSt Anne’s – Café\n".encode("cp1252")
    assert read("csv", body, encoding="cp1252")["name"].item() == "St Anne’s – Café"
    with pytest.raises(Problem, match=r"test_source_2026: .* is not UTF-8 text"):
        read("csv", body)


def test_quoted_commas_and_line_ends_are_kept():
    assert read("csv", b'name,n\n"Hall,\nLower",1\n')["name"].item() == "Hall,\nLower"


def test_pages_follow_each_other_in_order():
    source = make_source()
    files = {"page-0002.csv": b"code\nC\n", "page-0001.csv": b"code\nA\nB\n"}
    assert read_text_table(source, files)["code"].tolist() == ["A", "B", "C"]


def test_a_zip_gives_the_one_member_named():
    body = zipped({"t-lsoa.csv": b"code\nA\n", "t-ltla.csv": b"code\nB\n", "readme.txt": b"-"})
    assert read("zip", body, member="t-lsoa.csv")["code"].item() == "A"


@pytest.mark.parametrize(("pattern", "n"), [("*.csv", 2), ("*.tsv", 0)])
def test_a_zip_with_no_or_several_such_members_is_refused(pattern, n):
    body = zipped({"a.csv": b"code\nA\n", "b.csv": b"code\nB\n"})
    with pytest.raises(Problem, match=f"test_source_2026: the zip holds {n} files named"):
        read("zip", body, member=pattern)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_truncated_zip_is_refused(method):
    body = zipped({"a.csv": b"code\n" + b"A\n" * 5000}, method=method)
    with pytest.raises(Problem, match="the zip cannot be read"):
        read("zip", body[: len(body) // 2])


def test_a_zip_whose_member_does_not_match_its_check_sum_is_refused():
    body = bytearray(zipped({"a.csv": b"code\nAAAA\n"}, method=zipfile.ZIP_STORED))
    at = body.index(b"AAAA")
    body[at] = ord("B")
    with pytest.raises(Problem, match="the zip cannot be read"):
        read("zip", bytes(body))


def test_a_zip_that_unpacks_to_far_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(forms, "UNPACKED_LIMIT", 2)
    source = make_source(fetch={"format": "zip", "max_mb": 1})
    assert len(unpack(source, zipped({"a.csv": b"0" * 2_000_000}))) == 2_000_000
    with pytest.raises(Problem, match="unpacks to far more"):
        unpack(source, zipped({"a.csv": b"0" * 2_000_001}))


def workbook(rows: list[list[str]], sheet: str) -> bytes:
    """The smallest workbook there is: one sheet, its text inline."""
    cells = "".join(
        f'<row r="{r}">'
        + "".join(f'<c r="{"ABC"[c]}{r}" t="inlineStr"><is><t>{text}</t></is></c>' for c, text in enumerate(row))
        + "</row>"
        for r, row in enumerate(rows, 1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{types}.worksheet+xml"/></Types>'.encode(),
            "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>'.encode(),
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets><sheet name="{sheet}" sheetId="1" r:id="r1"/></sheets></workbook>'.encode(),
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'.encode(),
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'.encode(),
        }
    )


def test_a_workbook_gives_the_sheet_named():
    body = workbook([["code", "n"], ["A", "007"]], "Table 1")
    table = read("xlsx", body, sheet="Table 1")
    assert table.to_numpy().tolist() == [["A", "007"]]
    with pytest.raises(Problem, match="the workbook cannot be read"):
        read("xlsx", body, sheet="Table 2")


def test_bytes_that_are_no_workbook_are_refused():
    with pytest.raises(Problem, match="the workbook cannot be read"):
        read("xlsx", zipped({"a.csv": b"code\nA\n"}))


def test_the_declared_keys_of_a_json_list_of_objects_are_a_table():
    source = make_source({"code": {"type": "text"}, "n": {"type": "number", "nullable": True}}, {"format": "json"})
    table = read_text_table(
        source, {"data.json": b'\xef\xbb\xbf[{"code": "A", "n": 1.5, "x": 1}, {"code": "B", "n": null}]'}
    )
    assert list(table.columns) == ["code", "n"]
    assert table["n"].tolist() == ["1.5", None]


@pytest.mark.parametrize("body", [b'{"rows": []}', b"[1, 2]", b'"text"'])
def test_other_json_is_refused(body):
    with pytest.raises(Problem, match="not a list of objects"):
        read("json", body)


def layer_page(crs="EPSG:27700", geometry=True) -> bytes:
    square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    page = {"features": [{"properties": {"CODE": "A"}, "geometry": square if geometry else None}]}
    return orjson.dumps(page | ({"crs": {"properties": {"name": crs}}} if crs else {}))


LAYER = {"protocol": "arcgis", "geometry": True, "out_crs": "EPSG:27700"}


def test_a_layer_has_shapes_in_the_crs_asked_for():
    table = read("arcgis", layer_page(), **LAYER)
    assert isinstance(table, geopandas.GeoDataFrame)
    assert table.crs.to_epsg() == 27700
    assert table.geometry.area.item() == 0.5


def test_a_layer_in_another_crs_is_refused():
    with pytest.raises(Problem, match="came in urn:ogc:def:crs:EPSG::3857, not in EPSG:27700"):
        read("arcgis", layer_page("urn:ogc:def:crs:EPSG::3857"), **LAYER)


def test_a_feature_without_geometry_is_refused():
    with pytest.raises(Problem, match="has no geometry"):
        read("arcgis", layer_page(geometry=False), **LAYER)


def hashed(form: str, body: bytes, **fetch) -> str:
    return canonical_hash(make_source(fetch={"format": form, **fetch}), {f"data.{form}": body})


def test_a_text_nested_deeper_than_is_followed_is_known_by_all_it_says():
    deep = b'{"date": "1", "rest": ' + b"[" * 900 + b"]" * 900 + b"}"
    hashes = {hashed("json", body, volatile=["date"]) for body in (deep, deep.replace(b'"1"', b'"2"'))}
    assert len(hashes) == 2


def test_the_hash_of_a_zip_is_of_its_members_not_of_their_dates():
    rows = {"a.csv": b"code\nA\n"}
    one = hashed("zip", zipped(rows))
    assert hashed("zip", zipped(rows, (2020, 5, 5, 1, 2, 4))) == one
    assert hashed("zip", zipped(rows, method=zipfile.ZIP_STORED)) == one
    assert hashed("zip", zipped({"a.csv": b"code\nB\n"})) != one
    assert hashed("zip", zipped({"b.csv": b"code\nA\n"})) != one


def test_the_hash_of_a_csv_leaves_out_the_columns_called_volatile():
    one = hashed("csv", b"code,runtime,n\nA,10:00,1\n", volatile=["runtime"])
    assert hashed("csv", b"code,runtime,n\nA,11:30,1\n", volatile=["runtime"]) == one
    assert hashed("csv", b"code,runtime,n\nA,10:00,2\n", volatile=["runtime"]) != one
    assert hashed("csv", b"code,runtime,n\nA,11:30,1\n") != hashed("csv", b"code,runtime,n\nA,10:00,1\n")


def test_the_hash_of_json_leaves_out_volatile_keys_at_any_depth():
    one = hashed("json", b'[{"a": 1, "meta": {"extracted": "x", "b": 2}}]', volatile=["extracted"])
    assert hashed("json", b'[{"meta": {"b": 2, "extracted": "y"}, "a": 1}]', volatile=["extracted"]) == one
    assert hashed("json", b'[{"meta": {"b": 3, "extracted": "x"}, "a": 1}]', volatile=["extracted"]) != one


# ---- rows and headings that do not fit each other


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (b"code,n\nA,1,\nB,2,\n", "line 2 has 3 cells where the heading has 2"),  # what shifts every column
        (b"code,n\nA,1\nB,2\nC,1,014.2\n", "line 4 has 3 cells where the heading has 2"),
        (b"code,n\nA,1\nB\n", "line 3 has 1 cell where the heading has 2"),
    ],
)
@pytest.mark.parametrize("form", ["csv", "zip"])
@pytest.mark.parametrize("only_columns", [False, True])
def test_a_row_that_does_not_fit_its_heading_is_refused_with_its_line(body, line, form, only_columns):
    fetch = {"member": "*.csv"} if form == "zip" else {}
    with pytest.raises(Problem, match=f"test_source_2026: {line}"):
        read(form, zipped({"a.csv": body}) if form == "zip" else body, only_columns=only_columns, **fetch)


def as_file(form: str, rows: list[list]) -> bytes:
    return workbook(rows, "Sheet 1") if form == "xlsx" else "\n".join(",".join(map(str, row)) for row in rows).encode()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_heading_that_is_used_and_stands_twice_is_refused_where_the_columns_differ(form):
    differ = [["code", "n", "code"], ["A", "1", "A"], ["B", "2", "C"]]
    with pytest.raises(Problem, match=r"the heading 'code' stands twice, and its columns differ \(line 3\)"):
        read(form, as_file(form, differ))
    same = [["code", "n", "code"], ["A", "1", "A"], ["B", "2", "B"]]
    assert read(form, as_file(form, same))["code"].tolist() == ["A", "B"]
    unused = [["n", "code", "n"], ["1", "A", "2"]]
    assert read(form, as_file(form, unused))["code"].tolist() == ["A"]


def test_a_heading_is_held_to_what_it_is_in_the_file():
    body = b"code; measures: Value,code; measures: Value\nA,B\n"
    with pytest.raises(Problem, match="stands twice"):
        read("csv", body, strip_heading="; measures: Value")


def test_a_list_of_one_may_stand_as_an_object():
    assert read("json", b'{"in": {"code": "A"}}', records="in")["code"].tolist() == ["A"]
    with pytest.raises(Problem, match="not a list of objects"):
        read("json", b'{"in": {"error": "busy"}}', records="in")


def test_the_part_that_cannot_be_read_is_named():
    source = make_source(fetch={"format": "json"})
    with pytest.raises(Problem, match=r"test_source_2026: 502.json: the JSON is not a list"):
        read_text_table(source, {"501.json": b'[{"code": "A"}]', "502.json": b'{"error": 1}'})
